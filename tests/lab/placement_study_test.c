// SPDX-License-Identifier: MIT
/*
 * What others observed of pages among several GPUs, in the experiment of docs/studies/placement.md.
 * LAB_ROWS=1 in the environment prints the values.
 */
#include "lab_test.h"

static struct lab_experiment experiment;
static struct lab_space space;
static struct lab_result result;
static char error[LAB_ERROR];

static int set_up(void **state)
{
	(void)state;
	if (lab_experiment_load(&experiment, LAB_EXAMPLES "/gpus.yaml", error, sizeof(error)))
		fail_msg("%s", error);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lab_experiment_free(&experiment);
	return 0;
}

static void print_row(const char *what, double value)
{
	if (getenv("LAB_ROWS"))
		print_message("%s: %.4g\n", what, value);
}

static const struct lab_workload *workload_named(const char *name)
{
	for (unsigned int i = 0; i < experiment.nr_workloads; i++) {
		if (!strcmp(experiment.workloads[i].name, name))
			return &experiment.workloads[i];
	}
	fail_msg("no workload %s", name);
	return NULL;
}

static const struct lab_policy *policy_named(const char *name)
{
	for (unsigned int i = 0; i < experiment.nr_policies; i++) {
		if (!strcmp(experiment.policies[i].name, name))
			return &experiment.policies[i];
	}
	fail_msg("no policy %s", name);
	return NULL;
}

/* One run of the example's. Return: its time in ns. */
static double time_of(const char *workload, const char *policy)
{
	struct lab_run run = {.experiment = &experiment,
			      .workload = workload_named(workload),
			      .policy = policy_named(policy),
			      .ratio = 1,
			      .seed = 1,
			      .space = &space};

	space = (struct lab_space){0};
	if (lab_survey(run.workload, 1, &space, error, sizeof(error)))
		fail_msg("%s", error);
	run.memory_bytes = (space.touched * PSIM_LAB_PAGE + 65535) & ~65535ull;
	if (lab_run(&run, &result, error, sizeof(error)))
		fail_msg("%s", error);
	lab_space_free(&space);
	return result.time_ns;
}

/* GRIT: 1.6 times as fast as migrating at each touch, 1.49 times as counters. */
static void grit__is_ahead_where_all_use_the_same(void **state)
{
	double touch = time_of("all-read", "on-demand"), counter = time_of("all-read", "counter-4");
	double grit = time_of("all-read", "grit");

	(void)state;
	print_row("grit over on-touch", touch / grit);
	print_row("grit over counters", counter / grit);
	assert_true(touch / grit > 1.3 && touch / grit < 2.5);
	assert_true(counter / grit > 1.3);
}

/* GRIT: with 2, 4, 8, 16 accesses 53, 60, 59, 48 % are gained. */
static void counters__have_an_optimum_between(void **state)
{
	static const struct {
		const char *policy;
		double published;
	} others[] = {{"counter-2", 1.60 / 1.53},
		      {"counter-8", 1.60 / 1.59},
		      {"counter-16", 1.60 / 1.48}};
	double four = time_of("all-read", "counter-4"), here[3];

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		here[i] = time_of("all-read", others[i].policy) / four;
		print_row(others[i].policy, here[i]);
		assert_float_equal(here[i], others[i].published, 0.1);
	}
	assert_true(here[0] > 1 && here[0] > here[1] && here[2] > 1 && here[2] > here[1]);
}

/* ShadowUpdate: 73.6 % of the faults under counters are for what was there. */
static void counters__make_pages_fault_again(void **state)
{
	double share;

	(void)state;
	time_of("all-read", "counter-200");
	share = (double)result.refaults / result.faults;
	print_row("faults that are again", share);
	assert_true(share > 0.6 && share < 0.9);
}

static double accuracy(void)
{
	return (double)result.prefetched_used / result.prefetched;
}

/* LIBRA: of what comes ahead 82 % is used, of a tree's 32 to 34 %. */
static void strides__bring_what_is_used(void **state)
{
	(void)state;
	time_of("all-read", "libra");
	print_row("used of libra's", accuracy());
	assert_true(accuracy() > 0.77 && accuracy() < 0.87);
	time_of("all-read", "nvidia");
	print_row("used of the tree's", accuracy());
	assert_true(accuracy() < 0.34);
}

/*
 * A linked GPU has pages, each in 64 KiB of its own; this one uses each of them so often. Return: how much sooner it
 * is done if they come with the second access.
 */
static double gained(unsigned int pages, unsigned int uses)
{
	struct lab_policy policy = policy_of(PARTS("owner-stays", "page"));
	double stays;

	nr_accesses = 0;
	for (unsigned int i = 0; i < pages; i++)
		add(2, i * PSIM_LAB_BLOCK_PAGES, false);
	for (unsigned int i = 0; i < uses; i++) {
		for (unsigned int j = 0; j < pages; j++)
			add(1, j * PSIM_LAB_BLOCK_PAGES, false);
	}
	accesses[pages].flags |= PSIM_LAB_WAIT;
	policy.parts[1].values[0] = 1e9;
	if (run_list(&experiment, &policy, 2 << 20, &result, error))
		fail_msg("%s", error);
	stays = result.time_ns;
	policy.parts[1].values[0] = 2;
	if (run_list(&experiment, &policy, 2 << 20, &result, error))
		fail_msg("%s", error);
	assert_int_equal(result.bytes_peer, pages * PSIM_LAB_PAGE);
	return stays - result.time_ns;
}

static double break_even(unsigned int pages)
{
	unsigned int few = 8, many = 4096;

	assert_true(gained(pages, few) < 0 && gained(pages, many) > 0);
	while (many - few > 1) {
		unsigned int between = (few + many) / 2;

		*(gained(pages, between) > 0 ? &many : &few) = between;
	}
	print_row("break-even", many);
	return many;
}

/* LIBRA: a move pays from about 200 accesses to a page on. */
static void moves__pay_from_so_many_accesses_on(void **state)
{
	(void)state;
	/* a batch of 70 us, a copy of 1.5 us for each page; an access of 134 ns is saved, two were made before */
	assert_in_range((int)break_even(1), 520, 550);
	assert_in_range((int)break_even(3), 180, 220);
	assert_in_range((int)break_even(16), 40, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grit__is_ahead_where_all_use_the_same),
		cmocka_unit_test(counters__have_an_optimum_between),
		cmocka_unit_test(counters__make_pages_fault_again),
		cmocka_unit_test(strides__bring_what_is_used),
		cmocka_unit_test(moves__pay_from_so_many_accesses_on),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
