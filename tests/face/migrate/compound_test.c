// SPDX-License-Identifier: MIT
/* migrate_vma_setup() where 2 MiB folios are: taken whole, split, or left alone (S1.37 to S1.44, S1.60). */
#include "huge.h"

/* All of src[from..to) is @value. */
static void expect_src(struct hx *hx, unsigned int from, unsigned int to, unsigned long value)
{
	for (unsigned int i = from; i < to; i++)
		KUNIT_EXPECT_EQ_MSG(hx->test, hx->src[i], value, "entry %u", i);
}

/* ---- whole ------------------------------------------------------------------------------------------ */

/* S1.41: one entry for 512 pages, counted once; S3.16: its tails are nothing */
static void migrate_vma_setup__takes_a_leaf_whole(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);
	unsigned long rss = hx_rss(hx);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0],
			migrate_pfn(folio_pfn(folio)) | MIGRATE | COMPOUND | WRITE);
	expect_src(hx, 1, SPAN, 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 1ul);
	KUNIT_EXPECT_EQ(test, hx->args.npages, (unsigned long)SPAN);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	EXPECT_FOLIO(test, folio, 1, 0);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), rss);
	hx_abort(hx);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), rss);
	hx_check(hx, 0);
}

/* S1.41, S1.60: leaves, holes and pages each count one */
static void migrate_vma_setup__compound_entries_count_one(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_huge(hx, 0);
	hx_huge(hx, 2);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, 3 * SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 3ul);
	KUNIT_EXPECT_TRUE(test, hx->src[0] & COMPOUND);
	KUNIT_EXPECT_EQ(test, hx->src[SPAN], MIGRATE | COMPOUND);
	KUNIT_EXPECT_TRUE(test, hx->src[2 * SPAN] & COMPOUND);
	hx_abort(hx);
}

/* S1.12, S1.41: a leaf that is taken whole is told once, as part of the range */
static void migrate_vma_setup__whole_leaf_sends_one_migrate(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_huge(hx, 0);
	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 0), hx_at(hx, SPAN));
	hx_abort(hx);
}

/* S1.42: the owner's own; the write kind shows */
static void migrate_vma_setup__takes_a_device_leaf_whole(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0],
			migrate_pfn(folio_pfn(folio)) | MIGRATE | COMPOUND | WRITE);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 1ul);
	EXPECT_FOLIO(test, folio, 1, 0);
	hx_abort(hx);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 5));
	hx_check(hx, 0);
}

/* S1.42: another owner's, or not asked for */
static void migrate_vma_setup__strange_device_leaf_stays(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	expect_src(hx, 0, SPAN, 0);
	mmap_read_unlock(hx->mm);

	hx->pgmap.owner = &hx->base;
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	hx->pgmap.owner = hx;
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	mmap_read_unlock(hx->mm);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
}

/* ---- left alone ------------------------------------------------------------------------------------------- */

/* S1.39 */
static void migrate_vma_setup__leaf_of_ram_not_selected(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	KUNIT_EXPECT_EQ(test, hx->args.npages, (unsigned long)SPAN);
	expect_src(hx, 0, SPAN, 0);
	mmap_read_unlock(hx->mm);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	EXPECT_FOLIO(test, folio, 1, 1);
}

/* S1.40: its lock is tried, not waited for */
static void migrate_vma_setup__locked_leaf_stays(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	folio_lock(folio);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM), 0);
	expect_src(hx, 0, SPAN, 0);
	mmap_read_unlock(hx->mm);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	expect_src(hx, 0, SPAN, 0);
	mmap_read_unlock(hx->mm);
	folio_unlock(folio);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	EXPECT_FOLIO(test, folio, 1, 1);
}

/* S1.40: whoever holds it keeps it from being split */
static void migrate_vma_setup__held_leaf_cannot_be_split(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	folio_get(folio);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	expect_src(hx, 0, SPAN, 0);
	mmap_read_unlock(hx->mm);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	KUNIT_EXPECT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	folio_put(folio);
	EXPECT_FOLIO(test, folio, 1, folio_mapcount(folio));
	hx_check(hx, 0);
}

/* S1.41, S0.8: a pinned folio keeps AnonExclusive, so neither leaf nor folio can be had */
static void migrate_vma_setup__pinned_leaf_stays(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	folio_get(folio);
	atomic_inc(&folio->_pincount);
	KUNIT_EXPECT_TRUE(test, folio_maybe_dma_pinned(folio));
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	mmap_read_unlock(hx->mm);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&folio->page));
	atomic_dec(&folio->_pincount);
	KUNIT_EXPECT_FALSE(test, folio_maybe_dma_pinned(folio));
	folio_put(folio);
	hx_check(hx, 0);
}

/* S1.43: a migration of somebody else's */
static void migrate_vma_setup__leaf_of_a_migration_is_nothing(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long *src = kunit_kcalloc(test, 2 * SPAN, sizeof(*src), GFP_KERNEL);
	struct migrate_vma other;

	KUNIT_ASSERT_NOT_NULL(test, src);
	hx_huge(hx, 0);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	other = hx->args;
	other.src = src;
	other.dst = src + SPAN;
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&other), 0);
	KUNIT_EXPECT_EQ(test, other.cpages, 0ul);
	KUNIT_EXPECT_EQ(test, other.npages, (unsigned long)SPAN);
	for (unsigned int i = 0; i < SPAN; i++)
		KUNIT_EXPECT_EQ(test, src[i], 0ul);
	hx_abort(hx);
	hx_check(hx, 0);
}

/* ---- split -------------------------------------------------------------------------------------------------- */

/*
 * S1.40, S1.12: without SELECT_COMPOUND
 *
 *	page    0   1   2 ... 200 ... 511
 *	bytes   a   b   -     c       d
 *	src     x   x   o     x       x        x: VALID, o: a hole: the zero page was put there (S1.22)
 */
static void migrate_vma_setup__splits_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, hx->notes, 2u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_PTR_NE(test, hx->note[1].owner, (void *)hx);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	KUNIT_EXPECT_EQ(test, hx->src[0], migrate_pfn(folio_pfn(folio)) | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, hx->src[200], migrate_pfn(folio_pfn(folio) + 200) | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, hx->src[2], MIGRATE);
	hx_abort(hx);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	hx_check(hx, 0);
}

/* S1.40: parts full of zeros give their memory back */
static void migrate_vma_setup__split_frees_zero_parts(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long before;

	hx_huge(hx, 0);
	before = hx_rss(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM), 0);
	hx_abort(hx);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), before - (SPAN - 4));
	KUNIT_EXPECT_TRUE(test, is_zero_pfn(page_to_pfn(hx_page(hx, 2))));
	hx_check(hx, 0);
	hx_write(hx, 2, 5);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 2), 5ull);
}

/* S1.40: asked for whole, and the range is not */
static void migrate_vma_setup__splits_a_leaf_that_sticks_out(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 1, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0], migrate_pfn(folio_pfn(folio) + 1) | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	KUNIT_EXPECT_EQ(test, hx->args.npages, SPAN - 1ul);
	hx_abort(hx);
	hx_check(hx, 0);
}

/* S1.42, S5.44, S5.45: a device leaf: the driver is told of each part, in order, and of the end */
static void migrate_vma_setup__splits_a_device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE), 0);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, hx->splits, SPAN - 1u);
	KUNIT_EXPECT_EQ(test, hx->split_ends, 1u);
	KUNIT_EXPECT_TRUE(test, hx->in_order);
	KUNIT_EXPECT_TRUE(test, hx->calm);
	/* no part becomes the zero page, though most are full of zeros (S1.40) */
	for (unsigned int i = 0; i < SPAN; i++)
		KUNIT_EXPECT_EQ(test, hx->src[i],
				migrate_pfn(folio_pfn(folio) + i) | MIGRATE | WRITE);
	KUNIT_EXPECT_PTR_EQ(test, folio_zone_device_data(page_folio(&folio->page + 9)), hx);
	hx_abort(hx);
	KUNIT_EXPECT_EQ(test, hx->frees, 0u);
	hx_unmap(hx, 0, SPAN);
	/* S5.45: once a part */
	KUNIT_EXPECT_EQ(test, hx->frees, (unsigned int)SPAN);
	KUNIT_EXPECT_EQ(test, hx->freed_order, 0u);
}

/* S5.45: without a callback the parts get the pagemap, and stay what they were */
static void migrate_vma_setup__splits_a_device_leaf_without_callback(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	hx_without_split(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, (unsigned long)SPAN);
	for (unsigned int i = 1; i < SPAN; i++)
		KUNIT_EXPECT_PTR_EQ(test, page_folio(&folio->page + i)->pgmap, &hx->pgmap);
	hx_abort(hx);
	KUNIT_EXPECT_EQ(test, hx->splits, 0u);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 200));
	hx_check(hx, 0);
}

/*
 * S1.37, S1.12: a folio that slots map is split, blocking for its lock; the span told is the VMA's part
 *
 *	page   0 .......... 99 | 100 ......... 511
 *	       unmapped        |  of one folio
 */
static void migrate_vma_setup__splits_a_folio_mapped_by_slots(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	hx_unmap(hx, 0, 100);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 200));
	KUNIT_EXPECT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	EXPECT_FOLIO(test, folio, SPAN - 100, SPAN - 100);
	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 150, 250, SYSTEM), 0);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 150), hx_at(hx, 250));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 100), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, hx->src[50], migrate_pfn(folio_pfn(folio) + 200) | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 100ul);
	hx_abort(hx);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 2ul);
}

/* S1.37: it cannot be split: nothing of the rest of the chunk, what came before is kept */
static void migrate_vma_setup__unsplittable_folio_ends_the_chunk(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	hx_unmap(hx, 0, 1);
	folio_get(folio);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 1, SPAN + 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, hx->args.npages, (unsigned long)SPAN);
	expect_src(hx, 0, SPAN - 1, 0);
	KUNIT_EXPECT_EQ(test, hx->src[SPAN - 1], MIGRATE);
	hx_abort(hx);
	folio_put(folio);
	EXPECT_FOLIO(test, folio, SPAN - 1, SPAN - 1);
}

/* What the callback of the next case saw. */
static void see_fault(struct hx *hx, struct vm_fault *vmf)
{
	KUNIT_EXPECT_TRUE(hx->test, folio_test_large(page_folio(vmf->page)));
	KUNIT_EXPECT_NOT_NULL(hx->test, vmf->pte);
}

/* S1.38, S6.11: the fault's lock and reference move to the page that faulted, and are let go there */
static void migrate_vma_setup__splits_the_faults_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	hx_unmap(hx, 0, 100);
	hx->in_fault = see_fault;
	KUNIT_EXPECT_EQ(test, hx_read(hx, 200), 0xbeef00000ull + 200);
	KUNIT_EXPECT_EQ(test, hx->faults, 1u);
	KUNIT_EXPECT_EQ(test, hx->splits, SPAN - 1u);
	/* the page that moved, and the hundred that nobody maps any more */
	KUNIT_EXPECT_EQ(test, hx->frees, 101u);
	KUNIT_EXPECT_FALSE(test, hx_on_device(hx, 200));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 201));
	folio = page_folio(hx_page(hx, 201));
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	EXPECT_FOLIO(test, folio, 1, 1);
}

/* ---- holes ---------------------------------------------------------------------------------------------------- */

/* S1.44: one entry for a hole of 2 MiB, next to something that has a table */
static void migrate_vma_setup__hole_of_a_span_is_one_entry(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_huge(hx, 0);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, SPAN, 2 * SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE | COMPOUND);
	expect_src(hx, 1, SPAN, 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 1ul);
	hx_abort(hx);
}

/* S1.44: a part of one is single pages */
static void migrate_vma_setup__part_of_a_hole_is_pages(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_huge(hx, 0);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, SPAN, 2 * SPAN - 1, SYSTEM | WHOLE), 0);
	expect_src(hx, 0, SPAN - 1, MIGRATE);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, SPAN - 1ul);
	hx_abort(hx);
}

/* S1.44: where an upper table is missing, too, all of it is one entry, and only the first 2 MiB of it count */
static void migrate_vma_setup__hole_of_several_spans_is_one_entry(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long len = 2 * PUD_SIZE,
		      map = vm_mmap(NULL, 0, len, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
	struct migrate_vma args = hx->args;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(map));
	mmap_read_lock(hx->mm);
	args.vma = vma_lookup(hx->mm, map);
	args.src = hx->src;
	args.dst = hx->dst;
	args.flags = SYSTEM | WHOLE;
	args.start = ALIGN(map, PUD_SIZE);
	args.end = args.start + 2 * HPAGE_PMD_SIZE;
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&args), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE | COMPOUND);
	expect_src(hx, 1, 2 * SPAN, 0);
	KUNIT_EXPECT_EQ(test, args.cpages, 1ul);
	KUNIT_EXPECT_EQ(test, args.npages, 2ul * SPAN);
	migrate_vma_finalize(&args);
	mmap_read_unlock(hx->mm);
	vm_munmap(map, len);
}

/* S1.43: the huge zero folio is a hole of its span; it stays where it is */
static void migrate_vma_setup__huge_zero_folio_is_a_hole(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_EXPECT_EQ(test, hx_read(hx, 7), 0ull);
	KUNIT_ASSERT_TRUE(test, hx_is_leaf(hx, 7));
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE | COMPOUND);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 1ul);
	hx_abort(hx);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 7));

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 3, 9, SYSTEM | WHOLE), 0);
	expect_src(hx, 0, 6, MIGRATE);
	hx_abort(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	mmap_read_unlock(hx->mm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_setup__takes_a_leaf_whole),
	KUNIT_CASE(migrate_vma_setup__compound_entries_count_one),
	KUNIT_CASE(migrate_vma_setup__whole_leaf_sends_one_migrate),
	KUNIT_CASE(migrate_vma_setup__takes_a_device_leaf_whole),
	KUNIT_CASE(migrate_vma_setup__strange_device_leaf_stays),
	KUNIT_CASE(migrate_vma_setup__leaf_of_ram_not_selected),
	KUNIT_CASE(migrate_vma_setup__locked_leaf_stays),
	KUNIT_CASE(migrate_vma_setup__held_leaf_cannot_be_split),
	KUNIT_CASE(migrate_vma_setup__pinned_leaf_stays),
	KUNIT_CASE(migrate_vma_setup__leaf_of_a_migration_is_nothing),
	KUNIT_CASE(migrate_vma_setup__splits_a_leaf),
	KUNIT_CASE(migrate_vma_setup__split_frees_zero_parts),
	KUNIT_CASE(migrate_vma_setup__splits_a_leaf_that_sticks_out),
	KUNIT_CASE(migrate_vma_setup__splits_a_device_leaf),
	KUNIT_CASE(migrate_vma_setup__splits_a_device_leaf_without_callback),
	KUNIT_CASE(migrate_vma_setup__splits_a_folio_mapped_by_slots),
	KUNIT_CASE(migrate_vma_setup__unsplittable_folio_ends_the_chunk),
	KUNIT_CASE(migrate_vma_setup__splits_the_faults_folio),
	KUNIT_CASE(migrate_vma_setup__hole_of_a_span_is_one_entry),
	KUNIT_CASE(migrate_vma_setup__part_of_a_hole_is_pages),
	KUNIT_CASE(migrate_vma_setup__hole_of_several_spans_is_one_entry),
	KUNIT_CASE(migrate_vma_setup__huge_zero_folio_is_a_hole),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_compound",
	.init = hx_init,
	.exit = hx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
