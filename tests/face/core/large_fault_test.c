// SPDX-License-Identifier: MIT
/*
 * A CPU's access to one of several large folios of an allocation: what comes with it, and what is left where
 * it is when there is no memory for it (C5.2, C5.3).
 *
 *	page    0            512           1024
 *	        [ first      ][ second     ]	one allocation, so one window
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/huge_mm.h>
#include <linux/list.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>

#include "fixture.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

#define RW   (PROT_READ | PROT_WRITE)
#define SPAN HPAGE_PMD_NR

static struct fake_alloc *push_large(struct kunit *test, unsigned int npages)
{
	struct vm_area_struct *vma;
	struct fake_alloc *alloc;

	fake_map(test, BASE, npages, RW);
	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, BASE);
	KUNIT_EXPECT_NOT_NULL(test, vma);
	vm_flags_set(vma, VM_HUGEPAGE);
	mmap_write_unlock(current->mm);
	fake_fill(test, BASE, npages, 1);
	alloc = fake_push(test, BASE, npages);
	KUNIT_ASSERT_EQ(test, world.calls[0].large, (unsigned long)npages / SPAN);
	world.ncalls = 0;
	return alloc;
}

static void touch(struct kunit *test, unsigned int page)
{
	u8 value;

	KUNIT_EXPECT_EQ(test, fake_read(BASE + PAGES(page), &value), 0);
}

static void expect_gone(struct kunit *test, struct fake_alloc *alloc)
{
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	fake_alloc_put(alloc);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

/* C5.2: the window holds both */
static void fault__large_folios_of_a_window(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test, 2 * SPAN);

	touch(test, SPAN + 7);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 2ul);
	fake_check(test, BASE, 2 * SPAN, 1);
	expect_gone(test, alloc);
}

/* C5.2: single slots map what is left of it, and it is not its first page that is wanted first */
static void fault__middle_of_a_folio_in_pieces(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test, SPAN);

	KUNIT_EXPECT_EQ(test, vm_munmap(BASE + PAGES(SPAN / 2), PAGES(SPAN / 2)), 0);
	touch(test, 3);
	KUNIT_EXPECT_FALSE(test, fake_on_device(BASE + PAGES(3)));
	fake_check(test, BASE, SPAN / 2, 1);
	expect_gone(test, alloc);
}

#ifdef __PSIM__
/* C5.3: a neighbour for which there is no folio comes in pieces, in the same copy */
static void fault__neighbour_in_pieces(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test, 2 * SPAN);

	psim_fail_nth(PSIM_FAIL_PAGE, 2);
	touch(test, 0);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, 2ul * SPAN);
	fake_check(test, BASE, 2 * SPAN, 1);
	expect_gone(test, alloc);
}

/* All of RAM, as far as it goes without reclaim. */
static void take_ram(struct list_head *taken, unsigned int order)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN | (order ? __GFP_COMP : 0);
	struct page *page;

	while ((page = alloc_pages(gfp, order)))
		list_add(&page->lru, taken);
}

static void give_ram(struct list_head *taken, unsigned int order, unsigned int n)
{
	for (; n && !list_empty(taken); n--) {
		struct page *page = list_first_entry(taken, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, order);
	}
}

/* C5.3: memory for the folio that is wanted and part of the other: the other one stays whole where it is */
static void fault__no_memory_for_the_neighbour(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test, 2 * SPAN);
	LIST_HEAD(large);
	LIST_HEAD(small);

	take_ram(&large, HPAGE_PMD_ORDER);
	take_ram(&small, 0);
	give_ram(&large, HPAGE_PMD_ORDER, 1);
	give_ram(&small, 0, 100);
	touch(test, 0);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, (unsigned long)SPAN);
	KUNIT_EXPECT_FALSE(test, fake_on_device(BASE + PAGES(SPAN - 1)));
	KUNIT_EXPECT_EQ(test, folio_order(page_folio(fake_page(alloc, SPAN))), HPAGE_PMD_ORDER);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(SPAN)));
	give_ram(&large, HPAGE_PMD_ORDER, ~0u);
	give_ram(&small, 0, ~0u);
	fake_check(test, BASE, 2 * SPAN, 1);
	expect_gone(test, alloc);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__large_folios_of_a_window),
	KUNIT_CASE(fault__middle_of_a_folio_in_pieces),
#ifdef __PSIM__
	KUNIT_CASE(fault__neighbour_in_pieces),
	KUNIT_CASE_PSIM(fault__no_memory_for_the_neighbour, .ram_bytes = 64ull << 20),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "large-fault",
	.init = fake_init_large,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
