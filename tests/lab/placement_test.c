// SPDX-License-Identifier: MIT
/* Several GPUs: a policy says to whose memory pages come, and when they come from a linked GPU's. */
#include "lab_test.h"

#define FAR_AWAY 1000 /* the number of no GPU */

static struct lab_result result;
static char error[LAB_ERROR];

/* ---- a part that places 64 KiB, and migrates from a peer after some accesses ---------------------------------- */

static enum {
	NEXT_GPU,
	BY_BLOCK,
	NOWHERE,
	OWN
} place;
static unsigned int nr_told[LAB_MAX_GPUS], nr_evicted[LAB_MAX_GPUS];
static unsigned int after; /* accesses to a peer's page until it comes; 0: at the first */

static void *keep_world(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return (void *)world;
}

static unsigned int target(const struct psim_lab_world *world, unsigned long page)
{
	switch (place) {
	case NEXT_GPU:
		return (world->gpu + 1) % world->nr_gpus;
	case BY_BLOCK:
		return page / PSIM_LAB_BLOCK_PAGES % world->nr_gpus;
	case NOWHERE:
		return FAR_AWAY;
	default:
		return world->gpu;
	}
}

static void place_block(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	const struct psim_lab_world *world = state;

	assert_int_equal(plan->gpu, world->gpu);
	plan->gpu = target(world, fault->page);
	plan->bring(plan, fault->page / PSIM_LAB_BLOCK_PAGES * PSIM_LAB_BLOCK_PAGES,
		    PSIM_LAB_BLOCK_PAGES);
}

static int from_peers_later(void *state, const struct psim_lab_fault *fault,
			    struct psim_lab_plan *plan)
{
	const struct psim_lab_world *world = state;
	int owner = world->owner(world, fault->page);

	assert_int_equal(world->resident(world, fault->page), owner == (int)world->gpu);
	if (owner < 0 || !world->linked || fault->touches >= after)
		return PSIM_LAB_ELSE;
	plan->ask_after = after - fault->touches;
	return PSIM_LAB_REMOTE;
}

static void came_here(void *state, unsigned long first, unsigned int pages)
{
	const struct psim_lab_world *world = state;

	nr_told[world->gpu] += pages;
	for (unsigned long page = first; page < first + pages; page++)
		assert_int_equal(world->owner(world, page), world->gpu);
	assert_int_equal(world->owner(world, world->nr_pages), -1);
}

static void went_away(void *state, unsigned long first, unsigned int pages, int why)
{
	const struct psim_lab_world *world = state;

	(void)first;
	nr_told[world->gpu] -= pages;
	nr_evicted[world->gpu] += why == PSIM_LAB_EVICTED ? pages : 0;
}

static const struct psim_lab_policy placer = {.version = PSIM_LAB_VERSION,
					      .name = "placer",
					      .source = "assumption",
					      .create = keep_world,
					      .when = from_peers_later,
					      .span = place_block,
					      .arrived = came_here,
					      .left = went_away};

static void run_placed(const struct lab_experiment *e, const char *const *parts,
		       unsigned long long memory)
{
	struct lab_policy policy = policy_of(parts);

	policy.parts[0].policy = &placer;
	memset(nr_told, 0, sizeof(nr_told));
	memset(nr_evicted, 0, sizeof(nr_evicted));
	if (run_list(e, &policy, memory, &result, error))
		fail_msg("%s", error);
}

static void reads(unsigned int who, unsigned int first, unsigned int pages)
{
	for (unsigned int page = first; page < first + pages; page++)
		add(who, page, false);
}

/* ---- where pages come to ---------------------------------------------------------------------------------------- */

static void pages__come_to_the_linked_gpu(void **state)
{
	const struct lab_experiment e = experiment_of(2);

	(void)state;
	place = NEXT_GPU;
	after = 0;
	nr_accesses = 0;
	reads(1, 0, 16);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(nr_told[0], 0);
	assert_int_equal(nr_told[1], 16);
	/* one fault brings 64 KiB there, and all of them are reached from here */
	assert_int_equal(result.faults, 1);
	assert_int_equal(result.bytes_in, 65536);
	assert_int_equal(result.peer, 16);
	assert_int_equal(result.mapped, 16);
	/* whose memory it is needs no fault */
	reads(2, 0, 16);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.faults, 1);
	assert_int_equal(result.near, 16);
}

static void pages__come_to_the_own_memory_without_links(void **state)
{
	struct lab_experiment e = experiment_of(2);

	(void)state;
	after = 0;
	nr_accesses = 0;
	reads(1, 0, 16);
	e.linked = false;
	place = NEXT_GPU;
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(nr_told[0], 16);
	assert_int_equal(result.near, 16);
	e.linked = true;
	place = NOWHERE;
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(nr_told[0], 16);
	assert_int_equal(result.near, 16);
}

static void room__is_made_by_the_gpu_that_has_the_memory(void **state)
{
	const struct lab_experiment e = experiment_of(3);

	(void)state;
	place = NEXT_GPU;
	after = 0;
	nr_accesses = 0;
	/* of 128 KiB of the second's memory leaves what was used least recently, not what came first */
	reads(1, 0, 32);
	reads(1, 0, 16);
	reads(1, 32, 16);
	reads(1, 0, 16);
	run_placed(&e, PARTS("lru-page"), 131072);
	assert_int_equal(nr_evicted[0], 0);
	assert_int_equal(nr_evicted[1], 16);
	assert_int_equal(nr_evicted[2], 0);
	assert_int_equal(nr_told[1], 32);
	assert_int_equal(result.refaults, 0);
	assert_int_equal(result.peer, 80);
}

static void own_pages__may_be_sent_to_a_peer(void **state)
{
	const struct lab_experiment e = experiment_of(2);

	(void)state;
	place = BY_BLOCK; /* the first 64 KiB are the first GPU's */
	after = 0;
	nr_accesses = 0;
	reads(2, 0, 16);
	reads(1, 16, 16);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.peer, 32);
	assert_int_equal(result.faults, 2);
	assert_int_equal(nr_told[0], 16);
	assert_int_equal(nr_told[1], 16);
}

/* ---- what is with a peer ------------------------------------------------------------------------------------------ */

static void peers_pages__come_after_so_many_accesses(void **state)
{
	const struct lab_experiment e = experiment_of(3);

	(void)state;
	place = OWN;
	after = 8;
	nr_accesses = 0;
	reads(2, 0, 16);
	for (unsigned int i = 0; i < 20; i++)
		add(1, 0, i % 2);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.peer, 7);
	assert_int_equal(result.near, 16 + 13);
	assert_int_equal(result.bytes_peer, 65536);
	assert_int_equal(nr_told[0], 16);
	assert_int_equal(nr_told[1], 0);
	/* each GPU's accesses are its own */
	nr_accesses = 0;
	reads(2, 0, 16);
	for (unsigned int i = 0; i < 14; i++)
		add(1 + i % 2 * 2, 0, false);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.peer, 14);
	assert_int_equal(result.bytes_peer, 0);
}

static void peers_pages__are_mapped_by_64_kib(void **state)
{
	struct lab_experiment e = experiment_of(2);

	(void)state;
	place = OWN;
	after = 100;
	nr_accesses = 0;
	reads(2, 0, 32);
	reads(1, 0, 32);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.faults, 4);
	assert_int_equal(result.peer, 32);
	/* not linked: what is used by another comes to it, and the rest stays */
	e.linked = false;
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.peer, 0);
	assert_int_equal(result.near, 64);
}

/* What was prefetched to a GPU, was used there, and was then taken by another one was of use. */
static void prefetched_pages__are_used_before_a_peer_takes_them(void **state)
{
	const struct lab_experiment e = experiment_of(2);

	(void)state;
	place = OWN;
	after = 0;
	nr_accesses = 0;
	reads(1, 0, 16);
	add(2, 0, false);
	run_placed(&e, PARTS("lru"), 1 << 20);
	assert_int_equal(result.prefetched, 30);
	assert_int_equal(result.prefetched_used, 15);
}

static void bytes__are_right_wherever_pages_come_to(void **state)
{
	const char *const *const behind[] = {PARTS("lru"), PARTS("fifo"), PARTS("evict-ahead"),
					     PARTS("stay", "random-evict")};

	(void)state;
	for (unsigned int gpus = 2; gpus <= 4; gpus++) {
		for (unsigned int i = 0; i < 24; i++) {
			struct lab_experiment e = experiment_of(gpus);

			shuffle(gpus, 500, 400);
			e.bytes = e.checks = true;
			e.linked = i % 2;
			e.cost.batch_faults = i % 3 ? 32 : 1;
			e.cost.window = 100;
			place = i / 2 % 4;
			after = i % 5;
			run_placed(&e, behind[i / 6], i % 8 < 4 ? 1 << 18 : 1 << 20);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages__come_to_the_linked_gpu),
		cmocka_unit_test(pages__come_to_the_own_memory_without_links),
		cmocka_unit_test(room__is_made_by_the_gpu_that_has_the_memory),
		cmocka_unit_test(own_pages__may_be_sent_to_a_peer),
		cmocka_unit_test(peers_pages__come_after_so_many_accesses),
		cmocka_unit_test(peers_pages__are_mapped_by_64_kib),
		cmocka_unit_test(prefetched_pages__are_used_before_a_peer_takes_them),
		cmocka_unit_test(bytes__are_right_wherever_pages_come_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
