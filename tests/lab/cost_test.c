// SPDX-License-Identifier: MIT
/* What page tables cost, and what is done beside a batch of faults. */
#include "lab_test.h"

static struct lab_result result;
static char error[LAB_ERROR];

static double run_ns(const struct lab_experiment *e, const char *const *parts,
		     unsigned long long memory)
{
	const struct lab_policy policy = policy_of(parts);

	if (run_list(e, &policy, memory, &result, error))
		fail_msg("%s", error);
	return result.time_ns;
}

/* Nothing costs anything but what a test says. */
static struct lab_experiment nothing(unsigned int gpus)
{
	struct lab_experiment e = experiment_of(gpus);
	const double batch = e.cost.batch_faults, window = e.cost.window;

	memset(&e.cost, 0, sizeof(e.cost));
	e.cost.batch_faults = batch;
	e.cost.window = window;
	e.cost.in_speed = e.cost.out_speed = e.cost.peer_speed = e.cost.clear_speed = 1e9;
	return e;
}

/* Copies take a little all the same: less than a nanosecond a page. */
static void is_about(double ns, double wanted)
{
	if (ns < wanted || ns > wanted + 9)
		fail_msg("%g ns, wanted about %g", ns, wanted);
}

static void reads(unsigned int who, unsigned int first, unsigned int pages)
{
	for (unsigned int page = first; page < first + pages; page++) {
		add(who, page, false);
		accesses[nr_accesses - 1].flags |= PSIM_LAB_WAIT;
	}
}

static void entries__are_those_of_large_pages(void **state)
{
	static const struct {
		const char *part;
		unsigned int pieces, entries;
	} cases[] = {{"page", 512, 512}, {"block", 32, 32}, {"region", 1, 1}};
	struct lab_experiment e = nothing(1);

	(void)state;
	e.cost.bind_ns = 10000;
	e.cost.entry_ns = 10;
	nr_accesses = 0;
	reads(1, 0, 512);
	for (unsigned int i = 0; i < 3; i++)
		is_about(run_ns(&e, PARTS(cases[i].part), 4 << 20),
			 cases[i].pieces * 10000 + cases[i].entries * 10);
	/* 15 pages, 64 KiB, 4 pages: in one piece where the rest of 2 MiB is not the program's */
	nr_accesses = 0;
	reads(1, 1, 35);
	is_about(run_ns(&e, PARTS("region"), 4 << 20), 10000 + (15 + 1 + 4) * 10);
	/* RAM is mapped by the page */
	nr_accesses = 0;
	reads(1, 0, 16);
	is_about(run_ns(&e, PARTS("never"), 4 << 20), 10000 + 16 * 10);
}

static void invalidation__is_of_each_gpu_that_reaches_what_moves(void **state)
{
	struct lab_experiment e = nothing(3);

	(void)state;
	e.cost.invalidate_ns = 1000;
	/* nobody reaches what comes from RAM first; the CPU takes it back */
	nr_accesses = 0;
	reads(1, 0, 16);
	is_about(run_ns(&e, PARTS("block"), 1 << 20), 0);
	reads(0, 0, 1);
	is_about(run_ns(&e, PARTS("block"), 1 << 20), 1000);
	/* another GPU takes it, and a third */
	nr_accesses = 0;
	reads(1, 0, 16);
	reads(2, 0, 1);
	reads(3, 0, 1);
	is_about(run_ns(&e, PARTS("block"), 1 << 20), 2000);
	/* two that are mapped where the page is lose it to the third */
	nr_accesses = 0;
	reads(1, 0, 7);
	reads(2, 0, 7);
	reads(3, 0, 1);
	is_about(run_ns(&e, PARTS("delayed", "block"), 1 << 20), 0);
	add(3, 0, true);
	is_about(run_ns(&e, PARTS("delayed", "block"), 1 << 20), 3000);
	/* 32 pages through 16 */
	nr_accesses = 0;
	reads(1, 0, 32);
	is_about(run_ns(&e, PARTS("block"), 65536), 1000);
	/* not linked: what is used from afar goes to RAM first */
	e.linked = false;
	nr_accesses = 0;
	reads(1, 0, 1);
	reads(2, 0, 1);
	is_about(run_ns(&e, PARTS("block"), 1 << 20), 1000);
}

/* Room that is made ahead is made while the batch is served: over the way out, beside what comes. */
static void evictions__ahead_run_beside_the_batch(void **state)
{
	struct lab_experiment e = nothing(1);
	double in, out;

	(void)state;
	e.cost.batch_ns = 500;
	e.cost.evict_ns = 300;
	e.cost.in_speed = e.cost.out_speed = 4096;
	nr_accesses = 0;
	reads(1, 0, 1024);
	run_ns(&e, PARTS("evict-ahead", "page"), 1 << 20);
	assert_true(result.evictions > 700);
	in = result.batches * 500 + result.bytes_in / 4096 * 1000;
	out = result.evictions * 300 + result.bytes_out / 4096 * 1000;
	assert_true(result.time_ns < in + out - 700 * 1000);
	assert_true(result.time_ns >= in);
	assert_true(result.copy_ns == (result.bytes_in + result.bytes_out) / 4096 * 1000);
	/* the way out is the longer one: the batch ends with it */
	e.cost.out_speed = 1024;
	run_ns(&e, PARTS("evict-ahead", "page"), 1 << 20);
	out = result.evictions * 300 + result.bytes_out / 4096 * 4000;
	assert_true(result.time_ns >= out);
	assert_true(result.time_ns < in + out - 700 * 1000);
}

/* What comes into room that was made ahead comes when it is there: a memory of 128 KiB has none besides. */
static void evictions__ahead_end_before_their_room_is_taken(void **state)
{
	struct lab_experiment e = nothing(1);

	(void)state;
	e.cost.in_speed = e.cost.out_speed = 4096;
	nr_accesses = 0;
	for (unsigned int i = 0; i < 4; i++)
		reads(1, i * 16, 16);
	run_ns(&e, PARTS("evict-ahead", "block"), 131072);
	assert_int_equal(result.evictions, 2);
	assert_true(result.time_ns == 6 * 16000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries__are_those_of_large_pages),
		cmocka_unit_test(invalidation__is_of_each_gpu_that_reaches_what_moves),
		cmocka_unit_test(evictions__ahead_run_beside_the_batch),
		cmocka_unit_test(evictions__ahead_end_before_their_room_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
