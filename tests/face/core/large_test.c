// SPDX-License-Identifier: MIT
/* Device folios of 2 MiB, and single pages where there can be none (C3.10, C4.4, C5.3). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/huge_mm.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "fixture.h"

#define RW   (PROT_READ | PROT_WRITE)
#define SPAN HPAGE_PMD_NR

/* Memory that gets folios of 2 MiB when it is touched. */
static void map_huge(struct kunit *test, unsigned int npages)
{
	struct vm_area_struct *vma;

	fake_map(test, BASE, npages, RW);
	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, BASE);
	KUNIT_EXPECT_NOT_NULL(test, vma);
	if (vma)
		vm_flags_set(vma, VM_HUGEPAGE);
	mmap_write_unlock(current->mm);
}

static unsigned int order_of(struct fake_alloc *alloc, unsigned int page)
{
	return folio_order(page_folio(fake_page(alloc, page)));
}

/* A filled 2 MiB in RAM, gone to the device as one folio. */
static struct fake_alloc *push_large(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	alloc = fake_push(test, BASE, SPAN);
	KUNIT_ASSERT_EQ(test, order_of(alloc, 0), HPAGE_PMD_ORDER);
	return alloc;
}

static void expect_gone(struct kunit *test, struct fake_alloc *alloc)
{
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

/* C3.10, C5.2: one block each way */
static void large__there_and_back(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, (unsigned long)SPAN);
	fake_check_store(test, alloc, 0, SPAN, 1);
	fake_check(test, BASE, SPAN, 1);
	KUNIT_ASSERT_EQ(test, world.ncalls, 2u);
	KUNIT_EXPECT_TRUE(test, world.calls[1].to_ram);
	KUNIT_EXPECT_EQ(test, world.calls[1].large, 1ul);
	expect_gone(test, alloc);
}

static void expect_no_source(const struct fake_call *call)
{
	unsigned long i;

	KUNIT_EXPECT_EQ(world.test, call->npages, (unsigned long)SPAN);
	for (i = 0; i < call->npages; i++) {
		KUNIT_EXPECT_NOT_NULL(world.test, call->pages[i]);
		KUNIT_EXPECT_EQ(world.test, call->addr[i].addr, 0ull);
	}
}

/* C3.5, C3.10 */
static void large__hole(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN);
	world.in_copy = expect_no_source;
	alloc = fake_push(test, BASE, SPAN);
	world.in_copy = NULL;
	KUNIT_EXPECT_EQ(test, order_of(alloc, 0), HPAGE_PMD_ORDER);
	fake_check_zero(test, BASE, SPAN);
	expect_gone(test, alloc);
}

/* C3.10: what the driver names is no block, so the folio goes in pieces */
static void large__populate_gives_single_pages(struct kunit *test)
{
	struct fake_alloc *alloc;
	unsigned int i;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	world.scatter = true;
	alloc = fake_push(test, BASE, SPAN);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 0ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, (unsigned long)SPAN);
	for (i = 0; i < SPAN; i += SPAN / 4)
		KUNIT_EXPECT_EQ(test, order_of(alloc, i), 0u);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

/* C3.10, C3.5 */
static void large__hole_and_populate_gives_single_pages(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN);
	world.scatter = true;
	alloc = fake_push(test, BASE, SPAN);
	KUNIT_EXPECT_EQ(test, order_of(alloc, SPAN / 2), 0u);
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	fake_check_zero(test, BASE, SPAN);
	expect_gone(test, alloc);
}

/* C3.10: not all of the folio is in the range */
static void large__part_of_a_folio(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	alloc = fake_push(test, BASE, SPAN / 2);
	KUNIT_EXPECT_EQ(test, order_of(alloc, 0), 0u);
	fake_check_store(test, alloc, 0, SPAN / 2, 1);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

/* C3.10: a hole above the last level of tables, twice as large as a folio */
static void large__hole_of_two_folios(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, 2 * SPAN);
	alloc = fake_push(test, BASE, 2 * SPAN);
	fake_check_zero(test, BASE, 2 * SPAN);
	expect_gone(test, alloc);
}

/* C3.10, C3.5: nothing is cut from a hole that a folio follows */
static void large__hole_before_a_folio(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, 2 * SPAN);
	fake_fill(test, BASE + PAGES(SPAN), SPAN, 1);
	alloc = fake_push(test, BASE, 2 * SPAN);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	KUNIT_EXPECT_EQ(test, order_of(alloc, 0), HPAGE_PMD_ORDER);
	KUNIT_EXPECT_EQ(test, order_of(alloc, SPAN), HPAGE_PMD_ORDER);
	fake_check_zero(test, BASE, SPAN);
	fake_check(test, BASE + PAGES(SPAN), SPAN, 1);
	expect_gone(test, alloc);
}

/*
 *	0 .. 511	512	513
 *	one folio	RAM	hole
 */
/* C3.10, C3.9 */
static void large__beside_single_pages(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN + 2);
	fake_fill(test, BASE, SPAN + 1, 1);
	alloc = fake_push(test, BASE, SPAN + 2);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, SPAN + 1ul);
	KUNIT_EXPECT_EQ(test, order_of(alloc, 0), HPAGE_PMD_ORDER);
	KUNIT_EXPECT_EQ(test, order_of(alloc, SPAN), 0u);
	fake_check(test, BASE, SPAN + 1, 1);
	fake_check_zero(test, BASE + PAGES(SPAN + 1), 1);
	expect_gone(test, alloc);
}

/* C3.13 */
static void large__copy_fails(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	alloc = fake_alloc_create(test, world.device[0], SPAN, NULL);
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, SPAN, NULL), FAKE_ERROR);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

#ifdef __PSIM__ /* a real kernel would kill tasks */
/* C5.3: without memory for its arrays a fault on a large folio fails, and changes nothing */
static void large__fault_without_memory(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);
	void *taken = fake_take_all_memory();
	u8 value;

	KUNIT_EXPECT_EQ(test, fake_read(BASE, &value), -EFAULT);
	fake_give_memory_back(taken);
	fake_check_store(test, alloc, 0, SPAN, 1);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}
#endif

/* C3.8, C3.9: one mapping of order 9, whoever copies */
static void large__from_a_peer(struct kunit *test)
{
	static const struct drm_pagemap_migrate_details ways[] = {{.source_peer_migrates = 0},
								  {.source_peer_migrates = 1}};
	struct fake_alloc *theirs, *ours;
	struct fake_device *peer = fake_peer(test);
	unsigned int i;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	for (i = 0; i < 2; i++) {
		theirs = fake_alloc_create(test, peer, SPAN, NULL);
		KUNIT_ASSERT_EQ(test, fake_migrate(theirs, BASE, SPAN, NULL), 0);
		world.maps = 0;
		world.ncalls = 0;
		ours = fake_alloc_create(test, world.device[0], SPAN, NULL);
		KUNIT_ASSERT_EQ(test, fake_migrate(ours, BASE, SPAN, &ways[i]), 0);
		KUNIT_EXPECT_EQ(test, world.maps, 1u);
		KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
		KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
		KUNIT_EXPECT_EQ(test, order_of(ours, 0), HPAGE_PMD_ORDER);
		fake_check_store(test, ours, 0, SPAN, 1);
		fake_alloc_put(theirs);
		KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&ours->devmem), 0);
		fake_alloc_put(ours);
	}
	fake_check(test, BASE, SPAN, 1);
}

/* C4.1, C4.4 */
static void large__evict(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	world.ncalls = 0;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 1ul);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

/* C1.9 */
static void large__page_to_dpagemap_of_every_page(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);
	unsigned int i;

	for (i = 0; i < SPAN; i++)
		KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_page_to_dpagemap(fake_page(alloc, i)),
				    world.device[0]->dpagemap);
	fake_alloc_put(alloc);
}

/* C2.2: unmapped in two steps; the folio is one to the last */
static void large__unmapped_in_parts(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	KUNIT_EXPECT_EQ(test, vm_munmap(BASE, PAGES(SPAN / 2)), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	KUNIT_EXPECT_EQ(test, vm_munmap(BASE + PAGES(SPAN / 2), PAGES(SPAN / 2)), 0);
	expect_gone(test, alloc);
}

/* C5.2, C3.10: what is left of it is mapped page by page, and comes back so: the folio is split */
static void large__comes_back_in_pieces_after_a_part_was_unmapped(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	KUNIT_EXPECT_EQ(test, vm_munmap(BASE + PAGES(SPAN / 2), PAGES(SPAN / 2)), 0);
	fake_check(test, BASE, SPAN / 2, 1);
	expect_gone(test, alloc);
}

/* C2.3: the same memory as one folio, as single pages, and as one folio again */
static void large__memory_is_handed_out_again_at_another_order(struct kunit *test)
{
	static const unsigned int sizes[] = {SPAN, 3, SPAN, SPAN - 1, SPAN};
	struct fake_alloc *alloc;
	unsigned int i;

	map_huge(test, SPAN);
	fake_fill(test, BASE, SPAN, 1);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		alloc = fake_push(test, BASE, sizes[i]);
		KUNIT_EXPECT_EQ(test, alloc->first, 0u);
		KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
		fake_alloc_put(alloc);
	}
	fake_check(test, BASE, SPAN, 1);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

#ifdef __PSIM__
static void no_page(struct fake_alloc *alloc, unsigned long npages)
{
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
}

/* C4.4: without a folio of 2 MiB the folio stays, the others move; a CPU still gets it back, in pieces */
static void large__evict_without_a_folio_for_it(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN + 1);
	fake_fill(test, BASE, SPAN + 1, 1);
	alloc = fake_push(test, BASE, SPAN + 1);
	world.in_populate = no_page;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -ENOMEM);
	world.in_populate = NULL;
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(SPAN - 1)));
	KUNIT_EXPECT_FALSE(test, fake_on_device(BASE + PAGES(SPAN)));
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
	fake_check(test, BASE, SPAN + 1, 1);
	expect_gone(test, alloc);
}

/* C4.2, C4.4: one failure is made up for by the next attempt */
static void large__evict_without_a_folio_at_first(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	world.populates = 0;
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, world.populates, 2u);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

/* C5.3: no folio of 2 MiB for the fault: the repeated access finds single pages */
static void large__fault_without_a_folio_for_it(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);

	world.ncalls = 0;
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
	fake_check(test, BASE, SPAN, 1);
	KUNIT_EXPECT_GT(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].large, 0ul);
	expect_gone(test, alloc);
}

/* C5.3, C3.12: each mapping of the way back fails in turn; the page alone can be had another way */
static void large__fault_and_the_mapping_fails(struct kunit *test)
{
	struct fake_alloc *alloc = push_large(test);
	u8 byte;

	psim_fail_nth(PSIM_FAIL_DMA_MAP, 1);
	KUNIT_EXPECT_EQ(test, fake_read(BASE, &byte), -EFAULT);
	KUNIT_EXPECT_EQ(test, order_of(alloc, 0), HPAGE_PMD_ORDER);
	fake_check(test, BASE, SPAN, 1);
	expect_gone(test, alloc);
}

/* C3.8, C3.13 */
static void large__the_mapping_fails(struct kunit *test)
{
	struct fake_alloc *alloc;

	map_huge(test, SPAN + 1);
	fake_fill(test, BASE, SPAN + 1, 1);
	alloc = fake_alloc_create(test, world.device[0], SPAN + 1, NULL);
	psim_fail_nth(PSIM_FAIL_DMA_MAP, 2);
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, SPAN + 1, NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
	fake_check(test, BASE, SPAN + 1, 1);
	expect_gone(test, alloc);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(large__there_and_back),
	KUNIT_CASE(large__hole),
	KUNIT_CASE(large__populate_gives_single_pages),
	KUNIT_CASE(large__hole_and_populate_gives_single_pages),
	KUNIT_CASE(large__part_of_a_folio),
	KUNIT_CASE(large__hole_of_two_folios),
	KUNIT_CASE(large__hole_before_a_folio),
	KUNIT_CASE(large__beside_single_pages),
	KUNIT_CASE(large__copy_fails),
#ifdef __PSIM__
	KUNIT_CASE(large__fault_without_memory),
#endif
	KUNIT_CASE(large__from_a_peer),
	KUNIT_CASE(large__evict),
	KUNIT_CASE(large__page_to_dpagemap_of_every_page),
	KUNIT_CASE(large__unmapped_in_parts),
	KUNIT_CASE(large__comes_back_in_pieces_after_a_part_was_unmapped),
	KUNIT_CASE(large__memory_is_handed_out_again_at_another_order),
#ifdef __PSIM__
	KUNIT_CASE(large__evict_without_a_folio_for_it),
	KUNIT_CASE(large__evict_without_a_folio_at_first),
	KUNIT_CASE(large__fault_without_a_folio_for_it),
	KUNIT_CASE(large__fault_and_the_mapping_fails),
	KUNIT_CASE(large__the_mapping_fails),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "large",
	.init = fake_init_large,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
