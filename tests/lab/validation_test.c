// SPDX-License-Identifier: MIT
/*
 * What others measured, and what the laboratory makes of it: docs/studies/validation.md has the same rows. Under the
 * profile "usm", which has the faults of the simulator whose logs these are: 45 us each, one after another.
 */
#include "lab_test.h"

static struct lab_result result;
static char error[LAB_ERROR];

/* A scan of so many pages, again and again, of which a share of the memory fits. */
static void scan(const struct lab_experiment *e, const char *const *parts, unsigned int pages,
		 unsigned int rounds, double ratio)
{
	struct lab_policy policy = policy_of(parts);

	nr_accesses = 0;
	for (unsigned int i = 0; i < rounds * pages; i++)
		add(1, i % pages, i % 2);
	if (run_list(e, &policy,
		     ratio > 0 ? (unsigned long long)(pages * 4096 / ratio) >> 16 << 16 : 64 << 20,
		     &result, error))
		fail_msg("%s", error);
}

static void within(double value, double published, double tolerance)
{
	if (value < published * (1 - tolerance) || value > published * (1 + tolerance))
		fail_msg("%g, published %g, wanted within %g %%", value, published,
			 100 * tolerance);
}

/* hotspot: 3072 pages, fits: C01, C02, C03, C04 */
static void hotspot__fits(void **state)
{
	struct lab_experiment e = experiment_with("usm");

	(void)state;
	scan(&e, PARTS("page"), 3072, 1, 0);
	assert_int_equal(result.faults, 3072);
	within(result.time_ns / 1000, 144226, 0.02);
	scan(&e, PARTS("random-page"), 3072, 1, 0);
	within(result.faults, 2137, 0.1);
	within(result.time_ns / 1000, 102153, 0.1);
	scan(&e, PARTS("block"), 3072, 1, 0);
	assert_int_equal(result.faults, 192);
	within(result.time_ns / 1000, 10620, 0.1);
	scan(&e, PARTS("tree-simulator"), 3072, 1, 0);
	assert_int_equal(result.faults, 36);
	within(result.time_ns / 1000, 3398, 0.25);
	lab_experiment_free(&e);
}

/* backprop: 6800 pages, once: C01, C03, C04 */
static void backprop__fits(void **state)
{
	struct lab_experiment e = experiment_with("usm");

	(void)state;
	scan(&e, PARTS("page"), 6785, 1, 0);
	within(result.time_ns / 1000, 317348, 0.02);
	scan(&e, PARTS("block"), 6785, 1, 0);
	within(result.time_ns / 1000, 23868, 0.15);
	scan(&e, PARTS("tree-simulator"), 6785, 1, 0);
	within(result.time_ns / 1000, 7321, 0.25);
	lab_experiment_free(&e);
}

/* Streaming at 110 %: with a tree both ways about the time that it takes when it fits: C09 beside C04 */
static void backprop__waits_for_eviction_alone(void **state)
{
	struct lab_experiment e = experiment_with("usm");
	double fits;

	(void)state;
	scan(&e, PARTS("tree-simulator", "lru"), 6785, 1, 0);
	fits = result.faults;
	scan(&e, PARTS("tree-simulator", "tree-evict"), 6785, 1, 1.1);
	assert_int_equal(result.faults, fits);
	scan(&e, PARTS("random-page", "random-evict"), 6785, 1, 1.1);
	assert_true(result.faults > 30 * fits);
	lab_experiment_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hotspot__fits),
		cmocka_unit_test(backprop__fits),
		cmocka_unit_test(backprop__waits_for_eviction_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
