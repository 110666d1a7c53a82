// SPDX-License-Identifier: MIT
/*
 * Clocks: the CPU and the GPUs work at the same time until one waits, links make one copy a direction at a time, and
 * a batch of faults lasts while others go on.
 */
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

/* Times that can be told: a fault takes 1 us, a page's copy 1 us, an access from near by 1 ns. */
static struct lab_experiment plain(unsigned int gpus)
{
	struct lab_experiment e = experiment_of(gpus);

	e.cost.batch_ns = 1000;
	e.cost.region_ns = 0;
	e.cost.copy_ns = 0;
	e.cost.in_speed = e.cost.out_speed = e.cost.peer_speed = 4096;
	e.cost.peer_copy_ns = 0;
	e.cost.evict_ns = 0;
	e.cost.cpu_fault_ns = 500;
	e.cost.near_ns = e.cost.cpu_ns = 1;
	return e;
}

static void reads(unsigned int who, unsigned int first, unsigned int pages)
{
	for (unsigned int page = first; page < first + pages; page++)
		add(who, page, false);
}

static void last_waits(void)
{
	accesses[nr_accesses - 1].flags |= PSIM_LAB_WAIT;
}

/* ---- at the same time, or after each other ---------------------------------------------------------------------- */

static void gpus__work_at_the_same_time(void **state)
{
	const struct lab_experiment e = plain(2);
	double one, two;

	(void)state;
	nr_accesses = 0;
	reads(1, 0, 64);
	one = run_ns(&e, PARTS("page"), 1 << 20);
	assert_true(one == 64 * 2001);
	reads(2, 512, 32);
	two = run_ns(&e, PARTS("page"), 1 << 20);
	assert_true(two == one);
	/* both have waited */
	assert_true(result.stall_ns == 96 * 2000);
}

static void gpus__take_the_sum_when_one_waits(void **state)
{
	const struct lab_experiment e = plain(2);

	(void)state;
	nr_accesses = 0;
	reads(1, 0, 64);
	reads(2, 512, 1);
	last_waits();
	reads(2, 513, 31);
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 96 * 2001);
	/* who goes on meanwhile does not wait: the last of the first GPU's ends within the second's time */
	reads(1, 64, 10);
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 96 * 2001);
}

static void wait__ends_a_batch(void **state)
{
	struct lab_experiment e = plain(2);

	(void)state;
	e.cost.batch_faults = 256;
	nr_accesses = 0;
	reads(1, 0, 8);
	add(0, 1024, true);
	last_waits();
	/* 1000 ns, eight copies, eight accesses; then the CPU's */
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 1000 + 8 * 1001 + 1);
	accesses[nr_accesses - 1].flags &= ~PSIM_LAB_WAIT;
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 1000 + 8 * 1001);
}

static void cpu__works_beside_a_gpu(void **state)
{
	const struct lab_experiment e = plain(1);

	(void)state;
	nr_accesses = 0;
	for (unsigned int i = 0; i < 16; i++) {
		add(1, i, false);
		for (unsigned int j = 0; j < 1500; j++)
			add(0, 1024, j);
	}
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 16 * 2001);
	assert_int_equal(result.cpu, 16 * 1500);
	/* longer than the GPU: it is the CPU's clock that ends the run */
	for (unsigned int j = 0; j < 10000; j++)
		add(0, 1024, false);
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 16 * 1500 + 10000);
}

/* ---- batches -------------------------------------------------------------------------------------------------------- */

static void batch__lasts_while_others_go_on(void **state)
{
	struct lab_experiment e = plain(2);

	(void)state;
	e.cost.batch_faults = 32;
	nr_accesses = 0;
	for (unsigned int i = 0; i < 32; i++) {
		add(1, i, false);
		add(0, 1024, false);
		add(2, 512 + i, false);
	}
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.faults, 64);
	assert_int_equal(result.batches, 2);
	/* a GPU's window is of its own accesses: 8 of them */
	e.cost.window = 8;
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.batches, 8);
}

/* Seven accesses that hit go on beside the one that faulted; whatever the CPU does does not count. */
static void window__is_of_the_gpus_own_accesses(void **state)
{
	struct lab_experiment e = plain(1);

	(void)state;
	e.cost.batch_faults = 32;
	e.cost.window = 8;
	nr_accesses = 0;
	add(1, 0, false);
	add(1, 1, false);
	last_waits();
	for (unsigned int i = 0; i < 7; i++) {
		add(1, 0, false);
		add(0, 1024, false);
	}
	add(1, 2, false);
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.batches, 3);
	/* one less: both are of one batch */
	nr_accesses -= 3;
	add(1, 2, false);
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.batches, 2);
}

static void batch__is_served_before_another_touches_its_page(void **state)
{
	struct lab_experiment e = plain(2);

	(void)state;
	e.bytes = e.checks = true;
	e.cost.batch_faults = 32;
	nr_accesses = 0;
	add(0, 3, true);
	add(1, 3, true);
	add(1, 4, true);
	add(0, 3, false);
	accesses[nr_accesses - 1].flags |= PSIM_LAB_VALUE;
	accesses[nr_accesses - 1].value = 77;
	accesses[1].flags |= PSIM_LAB_VALUE;
	accesses[1].value = 77;
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.batches, 1);
	assert_int_equal(result.cpu_faults, 1);
	/* and by another GPU */
	accesses[3].who = 2;
	run_ns(&e, PARTS("page"), 1 << 20);
	assert_int_equal(result.batches, 2);
	assert_int_equal(result.cpu_faults, 0);
}

/* ---- what moves ------------------------------------------------------------------------------------------------------ */

/* The CPU touched at 5000 ns what the GPU, at 0, wants without waiting: its fault lasts as long. */
static void pages__are_not_there_before_they_came(void **state)
{
	const struct lab_experiment e = plain(2);

	(void)state;
	nr_accesses = 0;
	for (unsigned int i = 0; i < 5000; i++)
		add(0, 1024, false);
	add(0, 0, true);
	add(1, 0, false);
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 5000 + 1001);
	/* of another 64 KiB it is nothing */
	accesses[nr_accesses - 1].address += 16 * PSIM_LAB_PAGE;
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 5001);
	/* from one GPU to the next: there at 2000, as its own fault has taken 1000 */
	nr_accesses = 0;
	add(1, 0, false);
	add(2, 0, false);
	assert_true(run_ns(&e, PARTS("page"), 1 << 20) == 2000 + 1000 + 1);
}

/* What leaves for others' room goes the way of what the CPU takes back: 16 us each. */
static void link__makes_one_copy_a_direction_at_a_time(void **state)
{
	struct lab_experiment e = plain(1);

	(void)state;
	e.cost.batch_ns = e.cost.cpu_fault_ns = 0;
	e.cost.in_speed = 1e9;
	nr_accesses = 0;
	/* the memory's two pieces; for the third the first goes: until about 16 us */
	for (unsigned int i = 0; i < 4; i++)
		reads(1, i * 16, 16);
	/* one more is what the CPU takes; it has come early, so it need not wait for it but for the way out */
	nr_accesses -= 16;
	add(0, 16, false);
	run_ns(&e, PARTS("block"), 131072);
	assert_int_equal(result.cpu_faults, 1);
	assert_int_equal(result.bytes_out, 131072);
	assert_true(result.time_ns > 32000);
	/* the other direction is free: with both as slow, no more than a copy in waits for nothing */
	e.cost.in_speed = 4096;
	nr_accesses = 0;
	reads(1, 0, 16);
	for (unsigned int i = 0; i < 16000; i++)
		add(0, 1024, false);
	reads(1, 16, 16);
	add(0, 0, false);
	run_ns(&e, PARTS("block"), 1 << 20);
	/* the GPU's second copy and the CPU's are made at the same time */
	assert_true(result.time_ns < 2 * 16000 + 100);
	assert_true(result.copy_ns == 3 * 16000);
}

/* Each linked GPU takes pages from the same one. */
static void link__between_gpus_makes_one_copy_at_a_time(void **state)
{
	const struct lab_experiment e = plain(3);
	double one;

	(void)state;
	nr_accesses = 0;
	for (unsigned int i = 0; i < 2; i++)
		reads(1, i * 16, 16);
	add(2, 0, false);
	last_waits();
	one = run_ns(&e, PARTS("block"), 1 << 20);
	reads(3, 16, 16);
	/* a fault at 0, the page there since about 34 us, the way out taken until the second GPU has its copy */
	assert_true(run_ns(&e, PARTS("block"), 1 << 20) > one + 15000);
	assert_int_equal(result.bytes_peer, 131072);
}

static void runs__repeat_with_all_at_work(void **state)
{
	struct lab_result first;

	(void)state;
	for (unsigned int gpus = 2; gpus <= 4; gpus += 2) {
		for (unsigned int i = 0; lab_ready[i].name; i++) {
			struct lab_experiment e = experiment_of(gpus);

			e.linked = i % 2;
			e.cost.batch_faults = 16;
			shuffle(gpus, 900, 500);
			run_ns(&e, lab_ready[i].parts, 1 << 20);
			first = result;
			run_ns(&e, lab_ready[i].parts, 1 << 20);
			assert_memory_equal(&first, &result, sizeof(first));
			for (unsigned int j = 1; j < result.nr_samples; j++)
				assert_true(result.samples[j].time_ns >
					    result.samples[j - 1].time_ns);
		}
	}
}

static void bytes__are_right_with_all_at_work(void **state)
{
	(void)state;
	for (unsigned int gpus = 1; gpus <= 4; gpus *= 2) {
		for (unsigned int i = 0; lab_ready[i].name; i++) {
			struct lab_experiment e = experiment_of(gpus);

			shuffle(gpus, 200, 250);
			for (unsigned int j = 0; j < nr_accesses; j += 50)
				accesses[j].flags |= PSIM_LAB_WAIT;
			e.bytes = e.checks = true;
			e.linked = i % 2;
			e.cost.batch_faults = i % 3 ? 32 : 8;
			e.cost.window = 100;
			run_ns(&e, lab_ready[i].parts, 1 << 18);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gpus__work_at_the_same_time),
		cmocka_unit_test(gpus__take_the_sum_when_one_waits),
		cmocka_unit_test(wait__ends_a_batch),
		cmocka_unit_test(cpu__works_beside_a_gpu),
		cmocka_unit_test(batch__lasts_while_others_go_on),
		cmocka_unit_test(window__is_of_the_gpus_own_accesses),
		cmocka_unit_test(batch__is_served_before_another_touches_its_page),
		cmocka_unit_test(pages__are_not_there_before_they_came),
		cmocka_unit_test(link__makes_one_copy_a_direction_at_a_time),
		cmocka_unit_test(link__between_gpus_makes_one_copy_at_a_time),
		cmocka_unit_test(runs__repeat_with_all_at_work),
		cmocka_unit_test(bytes__are_right_with_all_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
