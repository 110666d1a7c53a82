// SPDX-License-Identifier: MIT
/* The model driver's buddy allocator: splits until a block fits, merges whatever is free again. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "../../../src/gpu/driver/simgpu.h"

#define PAGES(n) ((u64)(n)*PAGE_SIZE)

static unsigned int free_blocks(struct simgpu_buddy *buddy, unsigned int order)
{
	return list_count_nodes(&buddy->free[order]);
}

/*
 *	|<------------------ 16 pages ------------------>|
 *	| 0: taken | 1 | 2   3 | 4  5  6  7 | 8 ... 15   |	after one page of order 0
 */
static void buddy_alloc__splits_until_it_fits(struct kunit *test)
{
	struct simgpu_buddy buddy;
	struct simgpu_block *block;

	KUNIT_ASSERT_EQ(test, simgpu_buddy_init(&buddy, PAGES(16)), 0);
	block = simgpu_buddy_alloc(&buddy, 0);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_EXPECT_EQ(test, block->offset, 0ull);
	KUNIT_EXPECT_EQ(test, buddy.free_bytes, PAGES(15));
	for (unsigned int order = 0; order < 4; order++)
		KUNIT_EXPECT_EQ(test, free_blocks(&buddy, order), 1u);
	KUNIT_EXPECT_EQ(test, free_blocks(&buddy, 4), 0u);
	simgpu_buddy_free(&buddy, block);
	simgpu_buddy_fini(&buddy);
}

static void buddy_free__merges_to_the_root(struct kunit *test)
{
	struct simgpu_buddy buddy;
	struct simgpu_block *block[16];

	KUNIT_ASSERT_EQ(test, simgpu_buddy_init(&buddy, PAGES(16)), 0);
	for (int i = 0; i < 16; i++) {
		block[i] = simgpu_buddy_alloc(&buddy, 0);
		KUNIT_ASSERT_NOT_NULL(test, block[i]);
	}
	KUNIT_EXPECT_NULL(test, simgpu_buddy_alloc(&buddy, 0));
	/* every second one: nothing merges */
	for (int i = 0; i < 16; i += 2)
		simgpu_buddy_free(&buddy, block[i]);
	KUNIT_EXPECT_EQ(test, free_blocks(&buddy, 0), 8u);
	KUNIT_EXPECT_NULL(test, simgpu_buddy_alloc(&buddy, 1));
	for (int i = 1; i < 16; i += 2)
		simgpu_buddy_free(&buddy, block[i]);
	KUNIT_EXPECT_EQ(test, free_blocks(&buddy, 0), 0u);
	KUNIT_EXPECT_EQ(test, free_blocks(&buddy, 4), 1u);
	simgpu_buddy_fini(&buddy);
}

/* 13 pages are roots of 8, 4 and 1 */
static void buddy_init__any_number_of_pages(struct kunit *test)
{
	struct simgpu_buddy buddy;
	struct simgpu_block *eight, *four, *one;

	KUNIT_ASSERT_EQ(test, simgpu_buddy_init(&buddy, PAGES(13)), 0);
	KUNIT_EXPECT_NULL(test, simgpu_buddy_alloc(&buddy, 4));
	eight = simgpu_buddy_alloc(&buddy, 3);
	four = simgpu_buddy_alloc(&buddy, 2);
	one = simgpu_buddy_alloc(&buddy, 0);
	KUNIT_ASSERT_TRUE(test, eight && four && one);
	KUNIT_EXPECT_EQ(test, eight->offset, 0ull);
	KUNIT_EXPECT_EQ(test, four->offset, PAGES(8));
	KUNIT_EXPECT_EQ(test, one->offset, PAGES(12));
	KUNIT_EXPECT_EQ(test, buddy.free_bytes, 0ull);
	simgpu_buddy_free(&buddy, four);
	simgpu_buddy_free(&buddy, one);
	simgpu_buddy_free(&buddy, eight);
	simgpu_buddy_fini(&buddy);
}

/* Against a map of what is taken: no two blocks overlap, all are aligned, and nothing is lost. */
static void buddy_alloc__random_blocks_never_overlap(struct kunit *test)
{
	enum {
		COUNT = 256,
		ROUNDS = 4000
	};
	struct simgpu_block **held = kunit_kcalloc(test, COUNT, sizeof(*held), GFP_KERNEL);
	bool *taken = kunit_kcalloc(test, COUNT, sizeof(*taken), GFP_KERNEL);
	struct simgpu_buddy buddy;
	u32 random = 1, n = 0;

	KUNIT_ASSERT_TRUE(test, held && taken);
	KUNIT_ASSERT_EQ(test, simgpu_buddy_init(&buddy, PAGES(COUNT)), 0);
	for (int round = 0; round < ROUNDS; round++) {
		struct simgpu_block *block;
		u64 first;

		random = random * 1664525 + 1013904223;
		if (n && random >> 31) {
			u32 i = (random >> 8) % n;

			block = held[i];
			held[i] = held[--n];
			first = block->offset / PAGE_SIZE;
			memset(taken + first, 0, 1ul << block->order);
			simgpu_buddy_free(&buddy, block);
			continue;
		}
		block = simgpu_buddy_alloc(&buddy, (random >> 8) % 5);
		if (!block)
			continue;
		first = block->offset / PAGE_SIZE;
		KUNIT_EXPECT_EQ(test, first & ((1ul << block->order) - 1), 0ull);
		for (u64 p = first; p < first + (1ul << block->order); p++) {
			KUNIT_ASSERT_FALSE(test, taken[p]);
			taken[p] = true;
		}
		held[n++] = block;
	}
	while (n)
		simgpu_buddy_free(&buddy, held[--n]);
	KUNIT_EXPECT_EQ(test, buddy.free_bytes, PAGES(COUNT));
	KUNIT_EXPECT_EQ(test, free_blocks(&buddy, 8), 1u);
	simgpu_buddy_fini(&buddy);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(buddy_alloc__splits_until_it_fits),
	KUNIT_CASE(buddy_free__merges_to_the_root),
	KUNIT_CASE(buddy_init__any_number_of_pages),
	KUNIT_CASE(buddy_alloc__random_blocks_never_overlap),
	{},
};

static struct kunit_suite suite = {
	.name = "buddy",
	.test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
