// SPDX-License-Identifier: MIT
/* drm_pagemap_migrate_to_devmem(): pages that come from a peer (C3.9). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* ---- peers (C3.9) ---- */

struct run {
	bool to_ram;
	unsigned int device;
	unsigned long npages, moved;
};

static void expect_runs(struct kunit *test, const struct run *runs, unsigned int n)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, world.ncalls, n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].to_ram, runs[i].to_ram, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].device->id, runs[i].device, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].npages, runs[i].npages, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].moved, runs[i].moved, "run %u", i);
	}
}

/*
 *	page	0     1    2    3     4     5     6    7
 *	in	hole  RAM  RAM  peer  peer  hole  RAM  peer
 */
static void lay_out(struct kunit *test, struct fake_alloc *theirs[2])
{
	struct fake_device *peer = fake_peer(test);

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE + PAGES(1), 4, 1);
	fake_fill(test, BASE + PAGES(6), 2, 6);
	theirs[0] = fake_alloc_create(test, peer, 2, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs[0], BASE + PAGES(3), 2, NULL), 0);
	theirs[1] = fake_alloc_create(test, peer, 1, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs[1], BASE + PAGES(7), 1, NULL), 0);
	world.ncalls = 0;
}

static void check_and_drop(struct kunit *test, struct fake_alloc *theirs[2],
			   struct fake_alloc *ours)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, world.maps, 3u);
	KUNIT_EXPECT_EQ(test, world.unmaps, 3u);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, completion_done(&theirs[i]->devmem.detached));
		fake_alloc_put(theirs[i]);
	}
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(i)), fake_page(ours, i));
	fake_check_zero(test, BASE, 1);
	fake_check(test, BASE + PAGES(1), 4, 1);
	fake_check_zero(test, BASE + PAGES(5), 1);
	fake_check(test, BASE + PAGES(6), 2, 6);
	fake_alloc_put(ours);
}

/* C0.4, C3.8, C3.9, C8.3 */
static void peer__pages_are_copied_by_the_destination(struct kunit *test)
{
	static const struct run runs[] = {
		{false, 0, 3, 2}, /* hole, RAM, RAM */
		{false, 0, 3, 2}, /* peer, peer, hole */
		{false, 0, 1, 1}, /* RAM */
		{false, 0, 1, 1}, /* peer */
	};
	struct fake_alloc *theirs[2], *ours;

	lay_out(test, theirs);
	ours = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, NULL), 0);
	KUNIT_EXPECT_PTR_EQ(test, world.map_dev, world.device[0]->dev);
	expect_runs(test, runs, ARRAY_SIZE(runs));
	check_and_drop(test, theirs, ours);
}

/* C0.4, C3.8, C3.9, C8.3 */
static void peer__pages_are_copied_by_the_source_if_asked(struct kunit *test)
{
	static const struct run runs[] = {
		{false, 0, 3, 2}, /* hole, RAM, RAM */
		{true, 1, 2, 2}, /* peer, peer */
		{false, 0, 2, 1}, /* hole, RAM */
		{true, 1, 1, 1}, /* peer */
	};
	const struct drm_pagemap_migrate_details details = {.source_peer_migrates = 1};
	struct fake_alloc *theirs[2], *ours;

	lay_out(test, theirs);
	ours = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, &details), 0);
	KUNIT_EXPECT_PTR_EQ(test, world.map_dev, world.device[1]->dev);
	expect_runs(test, runs, ARRAY_SIZE(runs));
	check_and_drop(test, theirs, ours);
}

/* C3.8, C3.13 */
static void peer__that_cannot_map_its_page(struct kunit *test)
{
	struct fake_alloc *theirs[2], *ours;
	unsigned int by_peer;

	lay_out(test, theirs);
	for (by_peer = 0; by_peer < 2; by_peer++) {
		const struct drm_pagemap_migrate_details details = {.source_peer_migrates =
									    by_peer};

		ours = fake_alloc_create(test, world.device[0], 8, NULL);
		fake_alloc_put(ours);
		world.fail_map = true;
		KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, &details), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.releases, by_peer + 1);
	}
	world.fail_map = false;
	fake_check(test, BASE + PAGES(1), 4, 1);
	fake_check(test, BASE + PAGES(6), 2, 6);
	fake_alloc_put(theirs[0]);
	fake_alloc_put(theirs[1]);
}

static unsigned int copies_of_another_kind;

static int copy_otherwise(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			  struct dma_fence *fence)
{
	copies_of_another_kind++;
	return fake_devmem_ops.copy_to_ram(pages, addr, npages, fence);
}

/* C3.9: allocations of one pagemap, each with its own way to copy */
static void peer__copies_in_two_ways(struct kunit *test)
{
	static const struct run runs[] = {{true, 1, 2, 2}, {true, 1, 1, 1}};
	const struct drm_pagemap_migrate_details details = {.source_peer_migrates = 1};
	struct drm_pagemap_devmem_ops otherwise = fake_devmem_ops;
	struct fake_device *peer = fake_peer(test);
	struct fake_alloc *theirs[2], *ours;

	otherwise.copy_to_ram = copy_otherwise;
	copies_of_another_kind = 0;
	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	for (unsigned int i = 0; i < 2; i++) {
		theirs[i] = fake_alloc_create(test, peer, 2 - i, NULL);
		theirs[i]->devmem.ops = i ? &otherwise : &fake_devmem_ops;
		KUNIT_ASSERT_EQ(test, fake_migrate(theirs[i], BASE + PAGES(2 * i), 2 - i, NULL), 0);
	}
	world.ncalls = 0;
	ours = fake_alloc_create(test, world.device[0], 3, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 3, &details), 0);
	expect_runs(test, runs, ARRAY_SIZE(runs));
	KUNIT_EXPECT_EQ(test, copies_of_another_kind, 1u);
	fake_check(test, BASE, 3, 1);
	fake_alloc_put(theirs[0]);
	fake_alloc_put(theirs[1]);
	fake_alloc_put(ours);
}

static unsigned int shown;

static void count_shown(const struct fake_call *call)
{
	unsigned long i;

	for (i = 0; i < call->npages; i++)
		shown += !!call->pages[i];
}

/* C3.9, C5.2, C8.3: a CPU's fault; between the pages that come back another device's pages stay, unseen by the driver */
static void peer__pages_between_those_that_a_cpu_takes_back(struct kunit *test)
{
	static const struct run runs[] = {{true, 1, 8, 4}};
	struct fake_device *peer = fake_peer(test);
	struct fake_alloc *theirs, *ours[4];
	unsigned int i;
	u8 value;

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE, 8, 1);
	theirs = fake_alloc_create(test, peer, 8, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs, BASE, 8, NULL), 0);
	for (i = 0; i < 4; i++) {
		ours[i] = fake_alloc_create(test, world.device[0], 1, NULL);
		KUNIT_ASSERT_EQ(test, fake_migrate(ours[i], BASE + PAGES(2 * i), 1, NULL), 0);
	}
	world.ncalls = 0;
	shown = 0;
	world.in_copy = count_shown;
	KUNIT_EXPECT_EQ(test, fake_read(BASE + PAGES(3), &value), 0);
	world.in_copy = NULL;
	expect_runs(test, runs, ARRAY_SIZE(runs));
	KUNIT_EXPECT_EQ(test, shown, 4u);
	KUNIT_EXPECT_TRUE(test, completion_done(&theirs->devmem.detached));
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(2 * i)), fake_page(ours[i], 0));
		KUNIT_EXPECT_FALSE(test, fake_on_device(BASE + PAGES(2 * i + 1)));
	}
	fake_check(test, BASE, 8, 1);
	for (i = 0; i < 4; i++)
		fake_alloc_put(ours[i]);
	fake_alloc_put(theirs);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(peer__pages_are_copied_by_the_destination),
	KUNIT_CASE(peer__pages_are_copied_by_the_source_if_asked),
	KUNIT_CASE(peer__that_cannot_map_its_page),
	KUNIT_CASE(peer__copies_in_two_ways),
	KUNIT_CASE(peer__pages_between_those_that_a_cpu_takes_back),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_peer",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
