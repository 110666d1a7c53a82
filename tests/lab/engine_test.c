// SPDX-License-Identifier: MIT
/* The engine: what faults, what comes, what leaves, that every byte is right, and that runs repeat. */
#include "lab_test.h"

static struct lab_result result;
static char error[LAB_ERROR];

static void run_ok(const struct lab_experiment *e, const struct lab_policy *policy,
		   unsigned long long memory)
{
	if (run_list(e, policy, memory, &result, error))
		fail_msg("%s", error);
}

static void scan(unsigned int pages)
{
	nr_accesses = 0;
	for (unsigned int page = 0; page < pages; page++)
		add(1, page, false);
}

/*
 * 2 MiB from their first page to the last under a tree over 51 %: faults at the 64 KiB numbered 0, 1, 2, 4, 8 and
 * 16, each with a piece of a page and one of the rest.
 */
static void tree__scans_a_region_in_six_faults(void **state)
{
	static const unsigned int blocks[] = {0, 1, 2, 4, 8, 16};
	static const unsigned int rest[] = {60, 60, 124, 252, 508, 1020};
	const char *const trees[] = {"tree", "tree-simulator"};
	const struct lab_experiment e = experiment_of(1);

	(void)state;
	scan(512);
	for (unsigned int t = 0; t < 2; t++) {
		const struct lab_policy policy = policy_of(PARTS(trees[t], "lrm"));

		run_ok(&e, &policy, 4 << 20);
		assert_int_equal(result.faults, 6);
		assert_int_equal(result.copies_in, 12);
		assert_int_equal(nr_came, 12);
		for (unsigned int i = 0; i < 6; i++) {
			assert_int_equal(came[2 * i].first, blocks[i] * 16);
			assert_int_equal(came[2 * i].pages * 4, 4);
			assert_int_equal(came[2 * i + 1].pages * 4, rest[i]);
		}
		assert_int_equal(result.bytes_in, 2 << 20);
	}
}

static void spans__scan_a_region_in_as_many_faults_as_they_should(void **state)
{
	static const struct {
		const char *part;
		unsigned int faults;
	} cases[] = {{"page", 512}, {"block", 32}, {"region", 1}, {"chunks", 1}, {"next", 16}};
	const struct lab_experiment e = experiment_of(1);

	(void)state;
	scan(512);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lab_policy policy = policy_of(PARTS(cases[i].part));

		run_ok(&e, &policy, 4 << 20);
		assert_int_equal(result.faults, cases[i].faults);
		assert_int_equal(result.bytes_in, 2 << 20);
		assert_int_equal(result.near, 512);
	}
}

static void costs__are_those_of_the_profile(void **state)
{
	struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	scan(10);
	e.cost.batch_ns = 1000;
	e.cost.region_ns = 100;
	e.cost.piece_ns = 10;
	e.cost.page_ns = 1;
	e.cost.copy_ns = 500;
	e.cost.in_speed = 4096;
	e.cost.near_ns = 2;
	run_ok(&e, &policy, 4 << 20);
	/* a page at 4096 bytes a microsecond: 1000 ns */
	assert_true(result.time_ns == 10 * (1000 + 100 + 10 + 1 + 500 + 1000 + 2));
	assert_true(result.copy_ns == 10 * 1500);
}

static void batch__takes_many_faults_at_once(void **state)
{
	struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	scan(512);
	e.cost.batch_faults = 256;
	e.cost.window = 1024;
	run_ok(&e, &policy, 4 << 20);
	assert_int_equal(result.batches, 2);
	assert_int_equal(result.faults, 512);
	e.cost.window = 64;
	run_ok(&e, &policy, 4 << 20);
	assert_int_equal(result.batches, 8);
}

static void eviction__follows_the_policy(void **state)
{
	static const struct {
		const char *part;
		unsigned int refaults;
	} cases[] = {{"lru-page", 0}, {"fifo", 1}};
	const struct lab_experiment e = experiment_of(1);

	(void)state;
	/* 16 pages of memory; page 0 is used again before the 17th comes, and again after */
	scan(16);
	add(1, 0, false);
	add(1, 1024, false);
	add(1, 0, false);
	for (unsigned int i = 0; i < 2; i++) {
		const struct lab_policy policy = policy_of(PARTS("page", cases[i].part));

		run_ok(&e, &policy, 65536);
		assert_int_equal(result.refaults, cases[i].refaults);
		assert_true(result.evictions >= 1);
	}
}

static void cpu__takes_back_what_it_touches(void **state)
{
	const struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("block"));

	(void)state;
	nr_accesses = 0;
	add(1, 3, true);
	add(0, 5, false);
	add(0, 6, false);
	add(1, 6, false);
	nr_accesses = 4;
	/* the other pages of the 64 KiB exist, too */
	for (unsigned int page = 0; page < 16; page++)
		add(1, page, false);
	run_ok(&e, &policy, 1 << 20);
	assert_int_equal(result.cpu_faults, 1);
	assert_int_equal(result.bytes_out, 65536);
	assert_int_equal(result.bytes_in, 2 * 65536);
	assert_int_equal(result.refaults, 1);
}

static void stay__keeps_the_cpu_waiting(void **state)
{
	const struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("stay", "page"));

	(void)state;
	nr_accesses = 0;
	add(1, 0, true);
	add(0, 0, false);
	run_ok(&e, &policy, 1 << 20);
	assert_true(result.time_ns > 5e6);
	assert_true(result.time_ns < 6e6);
}

static void remote__stays_until_it_was_read_often(void **state)
{
	const struct lab_experiment e = experiment_of(1);
	const struct lab_policy delayed = policy_of(PARTS("delayed", "block"));
	const struct lab_policy never = policy_of(PARTS("never"));

	(void)state;
	nr_accesses = 0;
	for (int i = 0; i < 20; i++)
		add(1, 0, false);
	run_ok(&e, &delayed, 1 << 20);
	/* the eighth brings it */
	assert_int_equal(result.far, 7);
	assert_int_equal(result.near, 13);
	assert_int_equal(result.bytes_in, 4096);
	run_ok(&e, &never, 1 << 20);
	assert_int_equal(result.far, 20);
	assert_int_equal(result.bytes_in, 0);
	add(1, 0, true);
	run_ok(&e, &delayed, 1 << 20);
	nr_accesses = 0;
	add(1, 0, false);
	add(1, 0, true);
	run_ok(&e, &delayed, 1 << 20);
	assert_int_equal(result.far, 1);
	assert_int_equal(result.near, 1);
}

static void bytes__are_right_under_every_policy(void **state)
{
	struct lab_experiment e = experiment_of(1);

	(void)state;
	e.bytes = e.checks = true;
	for (unsigned int gpus = 1; gpus <= 2; gpus++) {
		shuffle(gpus, 700, 600);
		e.nr_gpus = gpus;
		for (unsigned int i = 0; lab_ready[i].name; i++) {
			const struct lab_policy policy = policy_of(lab_ready[i].parts);

			e.linked = i % 2;
			e.cost.batch_faults = i % 3 ? 32 : 1;
			e.cost.window = 100;
			if (run_list(&e, &policy, 1 << 20, &result, error))
				fail_msg("%s, %u GPUs: %s", lab_ready[i].name, gpus, error);
			assert_true(result.near + result.far + result.peer + result.cpu >= 600);
		}
	}
}

static void bytes__are_compared(void **state)
{
	struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	/* by who is not there, and where nothing is */
	nr_accesses = 0;
	add(2, 0, false);
	assert_int_equal(run_list(&e, &policy, 1 << 20, &result, error), -EINVAL);
	assert_non_null(strstr(error, "gpu1"));
	nr_accesses = 0;
	assert_int_equal(run_list(&e, &policy, 1 << 20, &result, error), -EINVAL);
	assert_non_null(strstr(error, "at least one access"));
}

/* A page each of 3,000 regions: 6 GiB are mapped, 12 MiB are touched. */
static void pages__may_lie_far_apart(void **state)
{
	const struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	nr_accesses = 0;
	for (unsigned long region = 0; region < 3000; region++)
		add(1, region * PSIM_LAB_REGION_PAGES, false);
	run_ok(&e, &policy, 16 << 20);
	assert_int_equal(result.faults, 3000);
	assert_int_equal(result.bytes_in, 3000 * PSIM_LAB_PAGE);
}

static void runs__repeat(void **state)
{
	struct lab_experiment e = experiment_of(1);
	struct lab_result first;

	(void)state;
	e.cost.batch_faults = 64;
	shuffle(1, 1200, 1500);
	for (unsigned int i = 0; lab_ready[i].name; i++) {
		const struct lab_policy policy = policy_of(lab_ready[i].parts);

		run_ok(&e, &policy, 2 << 20);
		first = result;
		run_ok(&e, &policy, 2 << 20);
		assert_memory_equal(&first, &result, sizeof(first));
	}
}

static void residency__is_sampled_to_the_end(void **state)
{
	const struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	scan(400);
	run_ok(&e, &policy, 4 << 20);
	assert_in_range(result.nr_samples, e.samples, 2 * e.samples);
	assert_int_equal(result.samples[result.nr_samples - 1].pages, 400);
	assert_true(result.samples[result.nr_samples - 1].time_ns == result.time_ns);
	for (unsigned int i = 1; i < result.nr_samples; i++)
		assert_true(result.samples[i].pages >= result.samples[i - 1].pages);
}

/* The published times of one fault of 64 KiB and of 2 MiB: 61.9 and 546.6 us. */
static void xe__is_within_two_percent(void **state)
{
	static const struct {
		const char *part;
		double ns;
	} cases[] = {{"block", 61900}, {"region", 546600}};
	struct lab_experiment e = experiment_with("xe");

	(void)state;
	scan(512);
	for (unsigned int i = 0; i < 2; i++) {
		const struct lab_policy policy = policy_of(PARTS(cases[i].part));
		double one;

		run_ok(&e, &policy, 4 << 20);
		one = (result.stall_ns) / result.faults;
		assert_true(one > cases[i].ns * 0.98 && one < cases[i].ns * 1.02);
	}
	lab_experiment_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree__scans_a_region_in_six_faults),
		cmocka_unit_test(spans__scan_a_region_in_as_many_faults_as_they_should),
		cmocka_unit_test(costs__are_those_of_the_profile),
		cmocka_unit_test(batch__takes_many_faults_at_once),
		cmocka_unit_test(eviction__follows_the_policy),
		cmocka_unit_test(cpu__takes_back_what_it_touches),
		cmocka_unit_test(stay__keeps_the_cpu_waiting),
		cmocka_unit_test(remote__stays_until_it_was_read_often),
		cmocka_unit_test(bytes__are_right_under_every_policy),
		cmocka_unit_test(bytes__are_compared),
		cmocka_unit_test(pages__may_lie_far_apart),
		cmocka_unit_test(runs__repeat),
		cmocka_unit_test(residency__is_sampled_to_the_end),
		cmocka_unit_test(xe__is_within_two_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
