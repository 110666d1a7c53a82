// SPDX-License-Identifier: MIT
/* migrate_to_ram, folio_free: a CPU takes its memory back (C5). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* The CPU reads one byte of the page at @page; it must succeed. */
static void touch(struct kunit *test, unsigned int page)
{
	u8 value;

	KUNIT_ASSERT_EQ(test, fake_read(BASE + PAGES(page), &value), 0);
}

/* Which of @npages pages are on a device, as a mask. */
static unsigned int on_device(unsigned int npages)
{
	unsigned int i, mask = 0;

	for (i = 0; i < npages; i++)
		mask |= (unsigned int)fake_on_device(BASE + PAGES(i)) << i;
	return mask;
}

/* ---- the timeslice ---- */

/* C5.1 */
static void timeslice__keeps_the_page_on_the_device(struct kunit *test)
{
	const struct drm_pagemap_migrate_details details = {.timeslice_ms = 20};
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	alloc = fake_alloc_create(test, world.device[0], 2, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(alloc, BASE, 2, &details), 0);
	fake_check(test, BASE, 2, 1);
	KUNIT_EXPECT_FALSE(test,
			   time_before64(get_jiffies_64(), alloc->devmem.timeslice_expiration));
	/* One copy each way: until then nothing was so much as collected. */
	KUNIT_EXPECT_EQ(test, world.ncalls, 2u);
	fake_alloc_put(alloc);
}

/* ---- the window ---- */

/* C5.2: all of the allocation comes back */
static void fault__brings_the_whole_allocation_back(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE, 8, 1);
	alloc = fake_push(test, BASE, 8);
	touch(test, 5);
	KUNIT_EXPECT_EQ(test, on_device(8), 0u);
	KUNIT_EXPECT_EQ(test, world.ncalls, 2u);
	KUNIT_EXPECT_EQ(test, world.calls[1].moved, 8ul);
	fake_check(test, BASE, 8, 1);
	fake_alloc_put(alloc);
}

/*
 * A: an allocation of 8 pages of which two are used; B: another; r: RAM
 *
 *	page	0  1  2  3  4  5  6  7
 *	before	A  A  B  B  r  r  r  -
 *	fault	^
 *	after	r  r  B  B  r  r  r  -
 */
/* C5.2: of the window only the pages of the same record move */
static void fault__leaves_other_allocations_where_they_are(struct kunit *test)
{
	struct fake_alloc *a, *b;

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE, 7, 1);
	a = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(a, BASE, 2, NULL), 0);
	b = fake_push(test, BASE + PAGES(2), 2);
	touch(test, 0);
	KUNIT_EXPECT_EQ(test, on_device(8), 0x0cu);
	KUNIT_EXPECT_EQ(test, world.calls[2].moved, 2ul);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE, 7, 1);
	fake_check_zero(test, BASE + PAGES(7), 1);
	fake_alloc_put(a);
	fake_alloc_put(b);
}

/*
 * An allocation of 6 pages has a window of 8:
 *
 *	page	0  1  2  3  4  5  6  7 | 8  9
 *	before	-  -  -  -  A  A  A  A | A  A
 *	fault	               ^
 *	after	            r  r  r  r | A  A
 */
/* C5.2: a block of the size rounded up, aligned to that size */
static void fault__window_is_the_aligned_block(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 10, RW);
	fake_fill(test, BASE + PAGES(4), 6, 1);
	alloc = fake_push(test, BASE + PAGES(4), 6);
	touch(test, 5);
	KUNIT_EXPECT_EQ(test, on_device(10), 0x300u);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	fake_check(test, BASE + PAGES(4), 6, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* C5.2: clipped to the VMA at both ends */
static void fault__window_does_not_leave_the_vma(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE + PAGES(3), 3, RW);
	fake_fill(test, BASE + PAGES(3), 3, 1);
	alloc = fake_alloc_create(test, world.device[0], 16, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(alloc, BASE + PAGES(3), 3, NULL), 0);
	touch(test, 4);
	KUNIT_EXPECT_EQ(test, world.calls[1].moved, 3ul);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE + PAGES(3), 3, 1);
	fake_alloc_put(alloc);
}

/* C5.2, S1.20: holes in the window are collected, and stay holes */
static void fault__does_not_fill_holes(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	KUNIT_ASSERT_EQ(test, vm_munmap(BASE + PAGES(1), PAGES(1)), 0);
	fake_map(test, BASE + PAGES(1), 1, RW);
	touch(test, 0);
	KUNIT_EXPECT_EQ(test, fake_slot(BASE + PAGES(1)), (unsigned long)MIGRATE_PFN_MIGRATE);
	fake_check(test, BASE, 1, 1);
	fake_check_zero(test, BASE + PAGES(1), 1);
	fake_alloc_put(alloc);
}

/* ---- what can go wrong ---- */

/* C5.3: a definite failure is SIGBUS, and changes nothing */
static void fault__when_the_copy_fails_every_time(struct kunit *test)
{
	struct fake_alloc *alloc;
	unsigned long slot;
	u8 value;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	slot = fake_slot(BASE);
	world.fail_copies = true;
	KUNIT_EXPECT_EQ(test, fake_read(BASE, &value), -EFAULT);
	KUNIT_EXPECT_EQ(test, fake_slot(BASE), slot);
	KUNIT_EXPECT_EQ(test, on_device(4), 0xfu);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	/* A later access may succeed. */
	world.fail_copies = false;
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
}

#ifdef __PSIM__
/* C5.3: without memory for the neighbours the page comes alone */
static void fault__without_memory(struct kunit *test)
{
	struct fake_alloc *alloc;
	void *taken;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	taken = fake_take_all_memory();
	touch(test, 0);
	KUNIT_EXPECT_EQ(test, on_device(4), 0xeu);
	fake_give_memory_back(taken);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
}
#endif

/* C5.3: the neighbours are in the way, so the page comes alone */
static void fault__falls_back_to_the_page_alone(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	world.fail_copy = 1;
	touch(test, 2);
	KUNIT_ASSERT_EQ(test, world.ncalls, 3u);
	KUNIT_EXPECT_EQ(test, world.calls[1].moved, 4ul);
	KUNIT_EXPECT_EQ(test, world.calls[2].moved, 1ul);
	KUNIT_EXPECT_EQ(test, world.calls[2].npages, 1ul);
	KUNIT_EXPECT_EQ(test, on_device(4), 0xbu);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	fake_check(test, BASE, 4, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

#ifdef __PSIM__
/* C5.3: one failure of any kind at any place is no error for the access */
static void expect_success(struct kunit *test, enum psim_fallible kind)
{
	unsigned int n, calls;
	struct fake_alloc *alloc;

	for (n = 1; n < 100; n++) {
		fake_map(test, BASE, 4, RW);
		fake_fill(test, BASE, 4, 1);
		alloc = fake_push(test, BASE, 4);
		psim_fail_nth(kind, n);
		touch(test, 1);
		calls = psim_fail_calls(kind);
		psim_fail_nth(kind, 0);
		KUNIT_EXPECT_EQ(test, on_device(4) & 2, 0u);
		fake_check(test, BASE, 4, 1);
		KUNIT_EXPECT_EQ(test, world.releases, n);
		fake_alloc_put(alloc);
		vm_munmap(BASE, PAGES(4));
		world.ncalls = 0;
		if (calls < n)
			break;
	}
	KUNIT_EXPECT_GT(test, n, 1u);
	KUNIT_EXPECT_LT(test, n, 100u);
}

static void fault__when_a_page_cannot_be_allocated(struct kunit *test)
{
	expect_success(test, PSIM_FAIL_PAGE);
}

static void fault__when_a_page_cannot_be_mapped(struct kunit *test)
{
	expect_success(test, PSIM_FAIL_DMA_MAP);
}

static void fault__without_memory_for_the_window(struct kunit *test)
{
	expect_success(test, PSIM_FAIL_SLAB);
}

/* C5.3, C3.12: the window's copy fails, then the page alone cannot be mapped */
static void fault__when_the_fallback_fails_too(struct kunit *test)
{
	struct fake_alloc *alloc;
	u8 value;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	world.fail_copy = 1;
	psim_fail_nth(PSIM_FAIL_DMA_MAP, 5);
	KUNIT_EXPECT_EQ(test, fake_read(BASE + PAGES(1), &value), -EFAULT);
	KUNIT_EXPECT_EQ(test, on_device(4), 0xfu);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
}
#endif

/* C5.3: for a page alone there is nothing to fall back to */
static void fault__of_a_single_page_is_tried_once(struct kunit *test)
{
	struct fake_alloc *alloc;
	u8 value;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	alloc = fake_push(test, BASE, 1);
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, fake_read(BASE, &value), -EFAULT);
	KUNIT_EXPECT_EQ(test, world.ncalls, 2u);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE));
	fake_check(test, BASE, 1, 1);
	fake_alloc_put(alloc);
}

static struct page *held;
static unsigned int copies;

static void hold_once(const struct fake_call *call)
{
	if (++copies == 1)
		get_page(held);
	else if (copies == 2)
		put_page(held);
}

/* C5.3: the faulting page loses MIGRATE to a reference that passes by: the access is repeated */
static void fault__of_a_page_that_somebody_holds_for_a_moment(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	alloc = fake_push(test, BASE, 1);
	held = fake_page(alloc, 0);
	copies = 0;
	world.in_copy = hold_once;
	fake_check(test, BASE, 1, 1);
	world.in_copy = NULL;
	KUNIT_EXPECT_EQ(test, copies, 2u);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

static void let_go(struct work_struct *work)
{
	put_page(held);
	put_page(held);
}

static DECLARE_WORK(let_go_work, let_go);

/* C5.3: two foreign references, and the page is not even collected: the access is repeated */
static void fault__of_a_page_that_cannot_be_collected_yet(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	alloc = fake_push(test, BASE, 2);
	held = fake_page(alloc, 1);
	get_page(held);
	get_page(held);
	schedule_work(&let_go_work);
	touch(test, 1);
	flush_work(&let_go_work);
	KUNIT_EXPECT_EQ(test, on_device(2), 0u);
	fake_check(test, BASE, 2, 1);
	fake_alloc_put(alloc);
}

static void hold_always(const struct fake_call *call)
{
	if (++copies == 1)
		get_page(held);
}

/* C5.3: a neighbour that stays is no error */
static void fault__beside_a_page_that_somebody_holds(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	held = fake_page(alloc, 3);
	copies = 0;
	world.in_copy = hold_always;
	touch(test, 0);
	world.in_copy = NULL;
	KUNIT_EXPECT_EQ(test, on_device(4), 8u);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	put_page(held);
	fake_check(test, BASE, 4, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* ---- the end of a page ---- */

static void see_alive(const struct fake_call *call)
{
	KUNIT_EXPECT_EQ(world.test, world.releases, 0u);
	KUNIT_EXPECT_EQ(world.test, call->moved, 1ul);
}

/* C5.4: nobody but the page holds the allocation, and it is there for the whole callback */
static void fault__keeps_the_allocation_while_it_runs(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	alloc = fake_push(test, BASE, 1);
	fake_alloc_put(alloc);
	world.in_copy = see_alive;
	fake_check(test, BASE, 1, 1);
	world.in_copy = NULL;
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

static bool was_atomic;

static void see_context(struct fake_alloc *alloc)
{
	was_atomic = in_atomic();
}

/* C5.5, C8.1: one reference a page, dropped under the lock of the page table */
static void folio_free__in_the_middle_of_an_unmapping(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	alloc = fake_push(test, BASE, 3);
	fake_alloc_put(alloc);
	world.in_release = see_context;
	KUNIT_EXPECT_EQ(test, vm_munmap(BASE, PAGES(3)), 0);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_TRUE(test, was_atomic);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

/* C5.6: memory that may not be written stays so, there and back */
static void fault__of_a_read_only_page(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, PROT_READ);
	alloc = fake_push(test, BASE, 1);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE));
	KUNIT_EXPECT_EQ(test, fake_slot(BASE) & MIGRATE_PFN_WRITE, 0ul);
	KUNIT_EXPECT_EQ(test, fake_write(BASE, 1), -EFAULT);
	fake_check_zero(test, BASE, 1);
	KUNIT_EXPECT_EQ(test, fake_slot(BASE) & MIGRATE_PFN_WRITE, 0ul);
	KUNIT_EXPECT_EQ(test, fake_write(BASE, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* C5.6, the other way round: what was writable is so when it comes back by a read */
static void fault__of_a_writable_page(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	alloc = fake_push(test, BASE, 1);
	KUNIT_EXPECT_NE(test, fake_slot(BASE) & MIGRATE_PFN_WRITE, 0ul);
	fake_check(test, BASE, 1, 1);
	KUNIT_EXPECT_NE(test, fake_slot(BASE) & MIGRATE_PFN_WRITE, 0ul);
	KUNIT_EXPECT_EQ(test, fake_write(BASE, 7), 0);
	fake_alloc_put(alloc);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(timeslice__keeps_the_page_on_the_device),
	KUNIT_CASE(fault__brings_the_whole_allocation_back),
	KUNIT_CASE(fault__leaves_other_allocations_where_they_are),
	KUNIT_CASE(fault__window_is_the_aligned_block),
	KUNIT_CASE(fault__window_does_not_leave_the_vma),
	KUNIT_CASE(fault__does_not_fill_holes),
	KUNIT_CASE(fault__when_the_copy_fails_every_time),
#ifdef __PSIM__ /* a real kernel would kill tasks */
	KUNIT_CASE(fault__without_memory),
#endif
	KUNIT_CASE(fault__falls_back_to_the_page_alone),
#ifdef __PSIM__
	KUNIT_CASE(fault__when_a_page_cannot_be_allocated),
	KUNIT_CASE(fault__when_a_page_cannot_be_mapped),
	KUNIT_CASE(fault__without_memory_for_the_window),
	KUNIT_CASE(fault__when_the_fallback_fails_too),
#endif
	KUNIT_CASE(fault__of_a_single_page_is_tried_once),
	KUNIT_CASE(fault__of_a_page_that_somebody_holds_for_a_moment),
	KUNIT_CASE(fault__of_a_page_that_cannot_be_collected_yet),
	KUNIT_CASE(fault__beside_a_page_that_somebody_holds),
	KUNIT_CASE(fault__keeps_the_allocation_while_it_runs),
	KUNIT_CASE(folio_free__in_the_middle_of_an_unmapping),
	KUNIT_CASE(fault__of_a_read_only_page),
	KUNIT_CASE(fault__of_a_writable_page),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_to_ram",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
