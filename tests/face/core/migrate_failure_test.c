// SPDX-License-Identifier: MIT
/* drm_pagemap_migrate_to_devmem(): every failure restores every page (C3.12 to C3.14). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* ---- failures after collection ---- */

static void expect_untouched(struct kunit *test, unsigned int npages, const unsigned long *slots)
{
	unsigned int i;

	for (i = 0; i < npages; i++)
		KUNIT_EXPECT_EQ(test, fake_slot(BASE + PAGES(i)), slots[i]);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	KUNIT_EXPECT_EQ(test, world.maps, world.unmaps);
}

/* C3.13, C8.2: half the array is right and half is nonsense; nobody looks at either */
static void migrate_to_devmem__when_populate_fails(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 3, 1); /* the last page is a hole */
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (i = 0; i < 2; i++) {
		alloc = fake_alloc_create(test, world.device[0], 4, NULL);
		fake_alloc_put(alloc);
		world.fail_populate = 1;
		world.garbage = i;
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), FAKE_ERROR);
		KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
		KUNIT_EXPECT_EQ(test, world.releases, i + 1);
		expect_untouched(test, 4, slots);
	}
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
}

/* C3.13 */
static void migrate_to_devmem__when_the_copy_fails(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 3, 1);
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	alloc = fake_alloc_create(test, world.device[0], 4, NULL);
	fake_alloc_put(alloc);
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), FAKE_ERROR);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	expect_untouched(test, 4, slots);
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
}

/*
 * Four runs, by three copiers:
 *
 *	page	0    1    2      3     4
 *	in	RAM  RAM  peer   hole  peer
 */
/* C3.13: the first, a middle and the last call */
static void migrate_to_devmem__when_one_of_several_copies_fails(struct kunit *test)
{
	const struct drm_pagemap_migrate_details details = {.source_peer_migrates = 1};
	struct fake_device *peer = fake_peer(test);
	struct fake_alloc *theirs[2], *ours;
	unsigned long slots[5];
	unsigned int i, n;

	fake_map(test, BASE, 5, RW);
	fake_fill(test, BASE, 3, 1);
	fake_fill(test, BASE + PAGES(4), 1, 4);
	for (i = 0; i < 2; i++) {
		theirs[i] = fake_alloc_create(test, peer, 1, NULL);
		KUNIT_ASSERT_EQ(test, fake_migrate(theirs[i], BASE + PAGES(2 + 2 * i), 1, NULL), 0);
	}
	for (i = 0; i < 5; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (n = 1; n <= 4; n++) {
		ours = fake_alloc_create(test, world.device[0], 5, NULL);
		fake_alloc_put(ours);
		world.fail_copy = n;
		world.ncalls = 0;
		KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 5, &details), FAKE_ERROR);
		KUNIT_EXPECT_EQ(test, world.ncalls, n);
		expect_untouched(test, 5, slots);
	}
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
	fake_check(test, BASE + PAGES(4), 1, 4);
	fake_alloc_put(theirs[0]);
	fake_alloc_put(theirs[1]);
}

#ifdef __PSIM__
/* C3.8, C3.12, C3.13 */
static void migrate_to_devmem__when_a_page_cannot_be_mapped(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i, n;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (n = 1; n <= 4; n++) {
		alloc = fake_alloc_create(test, world.device[0], 4, NULL);
		fake_alloc_put(alloc);
		psim_fail_nth(PSIM_FAIL_DMA_MAP, n);
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
		expect_untouched(test, 4, slots);
	}
	fake_check(test, BASE, 4, 1);
}

static dma_addr_t stale;

static void remember_address(const struct fake_call *call)
{
	stale = call->addr[0].addr;
}

/* C3.12: what the device was told is worth nothing any more */
static void migrate_to_devmem__leaves_nothing_mapped(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	world.in_copy = remember_address;
	alloc = fake_push(test, BASE, 1);
	world.in_copy = NULL;
	KUNIT_EXPECT_NE(test, stale, 0ull);
	kunit_expect_report(test, "not mapped");
	KUNIT_EXPECT_EQ(test, fake_bus_read(world.device[0], stale), -EFAULT);
	fake_alloc_put(alloc);
}
#endif

static struct page *held;

static void hold(const struct fake_call *call)
{
	get_page(held);
}

/*
 *	page	0      1          2
 *	in	RAM    RAM, held  hole
 */
/* C3.14 */
static void migrate_to_devmem__with_a_page_that_is_taken_during_the_copy(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 2, 1);
	held = fake_page_at(BASE + PAGES(1));
	alloc = fake_alloc_create(test, world.device[0], 3, NULL);
	world.in_copy = hold;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 3, NULL), -EBUSY);
	world.in_copy = NULL;
	put_page(held);
	/* What could move has moved. */
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE));
	KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(1)), held);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(2)));
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	fake_check(test, BASE, 2, 1);
	fake_check_zero(test, BASE + PAGES(2), 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* C3.14, C2.2: the only page is taken, so nothing is left in the allocation */
static void migrate_to_devmem__with_all_pages_taken_during_the_copy(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	held = fake_page_at(BASE);
	alloc = fake_alloc_create(test, world.device[0], 1, NULL);
	world.in_copy = hold;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 1, NULL), -EBUSY);
	world.in_copy = NULL;
	put_page(held);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	fake_check(test, BASE, 1, 1);
	fake_alloc_put(alloc);
}

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(migrate_to_devmem__when_a_page_cannot_be_mapped),
	KUNIT_CASE(migrate_to_devmem__leaves_nothing_mapped),
#endif
	KUNIT_CASE(migrate_to_devmem__when_populate_fails),
	KUNIT_CASE(migrate_to_devmem__when_the_copy_fails),
	KUNIT_CASE(migrate_to_devmem__when_one_of_several_copies_fails),
	KUNIT_CASE(migrate_to_devmem__with_a_page_that_is_taken_during_the_copy),
	KUNIT_CASE(migrate_to_devmem__with_all_pages_taken_during_the_copy),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_failure",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
