// SPDX-License-Identifier: MIT
/* migrate_vma_pages() and _finalize() with 2 MiB folios: moved whole, in pieces, into holes (S2.c, S3). */
#include "huge.h"

/* Single device pages for [0, 512) of the entries. */
static void give_singles(struct hx *hx)
{
	struct page *from = migrate_pfn_to_page(hx->src[0]);

	for (unsigned int i = 0; i < SPAN; i++) {
		hx->dst[i] = hx_dev_dst(hx, 0);
		KUNIT_ASSERT_NE(hx->test, hx->dst[i], 0ul);
		hx_copy(hx, hx->dst[i], from ? migrate_pfn(page_to_pfn(from + i)) : 0);
	}
}

/* ---- whole -------------------------------------------------------------------------------------------- */

/* S2.36, S3.7, S3.14, S6.79: a leaf to the device: one mapping, one reference, AnonExclusive on the head */
static void migrate_vma_pages__moves_a_leaf_whole(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *to;
	unsigned long rss;

	hx_huge(hx, 0);
	rss = hx_rss(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	hx_give(hx);
	to = page_folio(migrate_pfn_to_page(hx->dst[0]));
	EXPECT_FOLIO(test, to, 1, 0);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->src[0] & (VALID | MIGRATE | COMPOUND),
			VALID | MIGRATE | COMPOUND);
	hx_finalize(hx);
	EXPECT_FOLIO(test, to, 1, 1);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(to), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&to->page));
	KUNIT_EXPECT_FALSE(test, folio_test_locked(to));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), rss);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_TRUE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
}

static unsigned long tables(struct hx *hx)
{
	return atomic_long_read(&hx->mm->pgtables_bytes);
}

/*
 * S6.70: what a leaf stands for, of each kind: 512 pages of rss and a deposited table always; a reference
 * and a mapping unless its folio is under migration
 */
static void migrate_vma__ledger_of_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long with_table, before;
	struct folio *from, *to;

	/* the upper tables are there before */
	hx_huge(hx, 0);
	with_table = tables(hx);
	before = hx_rss(hx);
	KUNIT_EXPECT_EQ(test, before, (unsigned long)SPAN);
	lru_add_drain_all();
	from = page_folio(hx_page(hx, 0));
	EXPECT_FOLIO(test, from, 1, 1);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	EXPECT_FOLIO(test, from, 1, 0); /* the migration's own */
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(from), 0);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), before);
	KUNIT_EXPECT_EQ(test, tables(hx), with_table);

	hx_give(hx);
	to = page_folio(migrate_pfn_to_page(hx->dst[0]));
	migrate_vma_pages(&hx->args);
	hx_finalize(hx);
	EXPECT_FOLIO(test, to, 1, 1);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(to), 1);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), before);
	KUNIT_EXPECT_EQ(test, tables(hx), with_table);

	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx->base, SPAN * PAGE_SIZE, MADV_DONTNEED), 0);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
	KUNIT_EXPECT_EQ(test, tables(hx), with_table - PAGE_SIZE);
}

/* S6.7, S6.12, S3.8: and back by one fault, to one folio; the device folio is freed once, S5.36 */
static void migrate_to_ram__brings_a_leaf_back_whole(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	unsigned long pfn = folio_pfn(folio);

	KUNIT_EXPECT_EQ(test, hx_read(hx, 200), 0xbeef00000ull + 200);
	KUNIT_EXPECT_EQ(test, hx->faults, 1u);
	KUNIT_EXPECT_EQ(test, hx->huge_faults, 1u);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_EQ(test, hx->freed_order, (unsigned int)HPAGE_PMD_ORDER);
	KUNIT_EXPECT_EQ(test, hx->freed_pfn, pfn);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	folio = page_folio(hx_page(hx, 0));
	EXPECT_FOLIO(test, folio, 1, 1);
	hx_check(hx, 0);
	/* S6.13: it stayed writable */
	hx_write(hx, 3, 4);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 3), 4ull);
}

/* What the callback saw of the folio. */
static void see_head(struct hx *hx, struct vm_fault *vmf)
{
	struct folio *folio = page_folio(vmf->page);

	KUNIT_EXPECT_PTR_EQ(hx->test, vmf->page, &folio->page);
	KUNIT_EXPECT_NULL(hx->test, vmf->pte);
	KUNIT_EXPECT_TRUE(hx->test, folio_test_locked(folio));
	EXPECT_FOLIO(hx->test, folio, 2, 1);
	KUNIT_EXPECT_EQ(hx->test, vmf->address, hx_at(hx, 77));
}

/* S6.6, S6.7: the page is the head, not the one that was touched; pte is NULL */
static void migrate_to_ram__gets_the_head_of_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_device_huge(hx, 0);
	hx->in_fault = see_head;
	KUNIT_EXPECT_EQ(test, hx_read(hx, 77), 0ull);
	KUNIT_EXPECT_EQ(test, hx->huge_faults, 1u);
}

/* S6.7: its lock is taken: 0 at once, and the driver is not called */
static void migrate_to_ram__not_for_a_locked_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	folio_lock(folio);
	mmap_read_lock(hx->mm);
	KUNIT_EXPECT_EQ(
		test, handle_mm_fault(vma_lookup(hx->mm, hx_at(hx, 9)), hx_at(hx, 9), 0, NULL), 0);
	mmap_read_unlock(hx->mm);
	folio_unlock(folio);
	KUNIT_EXPECT_EQ(test, hx->faults, 0u);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
}

/* S2.37, S3.16: from the device to the device */
static void migrate_vma_pages__moves_a_device_leaf_to_the_device(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *from = hx_device_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	hx_give(hx);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_TRUE(test, hx->src[0] & MIGRATE);
	hx_finalize(hx);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_PTR_NE(test, page_folio(hx_page(hx, 0)), from);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	hx_check(hx, 0);
}

/* S2.33: somebody holds it: the leaf is what it was */
static void migrate_vma_pages__held_leaf_stays(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	folio_get(folio);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	KUNIT_EXPECT_TRUE(test, hx->src[0] & MIGRATE);
	hx_give(hx);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_FALSE(test, hx->src[0] & MIGRATE);
	KUNIT_EXPECT_TRUE(test, hx->src[0] & COMPOUND);
	hx_finalize(hx);
	folio_put(folio);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	hx_check(hx, 0);
}

/* ---- holes ---------------------------------------------------------------------------------------------- */

/* S2.53, S2.10, S2.13: one folio, one leaf; MIGRATE is told for the hole */
static void migrate_vma_pages__fills_a_hole_of_a_span(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *to;

	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	hx_give(hx);
	to = page_folio(migrate_pfn_to_page(hx->dst[0]));
	hx->notes = 0;
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE | COMPOUND);
	EXPECT_FOLIO(test, to, 2, 1);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	hx_finalize(hx);
	EXPECT_FOLIO(test, to, 1, 1);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(to), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&to->page));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 9));
	KUNIT_EXPECT_EQ(test, hx_read(hx, 9), 0ull);
}

/* S2.53, S2.15: the huge zero folio makes room */
static void migrate_vma_pages__replaces_the_huge_zero_folio(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_EXPECT_EQ(test, hx_read(hx, 7), 0ull);
	hx_to_device(hx, 0, SPAN);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 7));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 7));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 7), 0ull);
}

/* S2.53, S2.16: something came in between: MIGRATE is gone, the folio is freed by finalize */
static void migrate_vma_pages__span_was_filled_meanwhile(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	hx_give(hx);
	mmap_read_unlock(hx->mm);
	hx_write(hx, 5, 55);
	mmap_read_lock(hx->mm);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_FALSE(test, hx->src[0] & MIGRATE);
	hx_finalize(hx);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_FALSE(test, hx_on_device(hx, 5));
	KUNIT_EXPECT_EQ(test, hx_read(hx, 5), 55ull);
}

/* S2.52, S2.1: a hole of 2 MiB, filled page by page */
static void migrate_vma_pages__fills_a_hole_in_pieces(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0], MIGRATE | COMPOUND);
	give_singles(hx);
	migrate_vma_pages(&hx->args);
	for (unsigned int i = 0; i < SPAN; i++)
		KUNIT_EXPECT_EQ(test, hx->src[i], MIGRATE);
	hx_finalize(hx);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, hx_dev_used(hx), (unsigned int)SPAN);
}

/* S2.11, S2.10: single pages where the huge zero folio is: it is split, which is told */
static void migrate_vma_pages__splits_the_huge_zero_folio(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_EXPECT_EQ(test, hx_read(hx, 7), 0ull);
	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 3, 5, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 2ul);
	hx_give(hx);
	hx->notes = 0;
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->notes, 2u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_MIGRATE, hx_at(hx, 3), hx_at(hx, 5));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	hx_finalize(hx);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 3));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 4));
	KUNIT_EXPECT_TRUE(test, is_zero_pfn(page_to_pfn(hx_page(hx, 5))));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 2ul);
}

/* ---- in pieces -------------------------------------------------------------------------------------------- */

/*
 * S2.50, S2.10: a leaf for 512 single pages
 *
 *	src  [whole]  ->  p0 p1 ... p511      each its own entry, as the first was but for COMPOUND
 *	dst  d0 d1 ... d511
 */
static void migrate_vma_pages__splits_a_source(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	hx_watch(hx);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	give_singles(hx);
	hx->notes = 0;
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	for (unsigned int i = 0; i < SPAN; i++)
		KUNIT_EXPECT_EQ(test, hx->src[i],
				migrate_pfn(folio_pfn(folio) + i) | MIGRATE | WRITE);
	hx_finalize(hx);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_dev_used(hx), (unsigned int)SPAN);
	hx_check(hx, 0);
}

/* S2.50: its count must be exactly one: otherwise it stays, and its destinations are freed */
static void migrate_vma_pages__held_source_is_not_split(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	folio_get(folio);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, DEVICE | WHOLE), 0);
	give_singles(hx);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->src[0] & (VALID | MIGRATE | COMPOUND), VALID);
	hx_finalize(hx);
	KUNIT_EXPECT_EQ(test, hx->frees, (unsigned int)SPAN);
	KUNIT_EXPECT_EQ(test, hx->splits, 0u);
	/* the tables stay expanded, the folio stays large (S2.60) */
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	folio_put(folio);
	EXPECT_FOLIO(test, folio, SPAN, SPAN);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 0);
	hx_check(hx, 0);
}

/* S2.60: single pages for a fault at a leaf: the first time nothing moves, the second time one page does */
static void migrate_to_ram__single_pages_for_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_device_huge(hx, 0);
	hx->single = true;
	KUNIT_EXPECT_EQ(test, hx_read(hx, 200), 0xbeef00000ull + 200);
	KUNIT_EXPECT_EQ(test, hx->huge_faults, 1u);
	KUNIT_EXPECT_EQ(test, hx->faults, 2u);
	KUNIT_EXPECT_FALSE(test, hx_on_device(hx, 200));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 201));
	KUNIT_EXPECT_EQ(test, hx->splits, SPAN - 1u);
	hx_check(hx, 0);
}

/* ---- what happens between setup and finalize ------------------------------------------------------------------ */

/* S6.75, S6.74: a part is unmapped: the leaf becomes 512 entries; what is left is restored, by slots */
static void migrate_vma_finalize__part_was_unmapped(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	unsigned long src[1] = {folio_pfn(folio)}, dst[1] = {};
	unsigned long *big = kunit_kcalloc(test, 2 * SPAN, sizeof(*big), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, big);
	big[0] = src[0];
	KUNIT_EXPECT_EQ(test, migrate_device_range(big, src[0], SPAN), 0);
	KUNIT_EXPECT_TRUE(test, big[0] & MIGRATE);
	hx_unmap(hx, 0, 100);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), SPAN - 100ul);
	EXPECT_FOLIO(test, folio, 1, 0);
	migrate_device_pages(big, big + SPAN, SPAN);
	migrate_device_finalize(big, big + SPAN, SPAN);
	EXPECT_FOLIO(test, folio, SPAN - 100, SPAN - 100);
	KUNIT_EXPECT_EQ(test, hx_entry(hx, 100, hx) & ~HMM_PFN_FLAGS, folio_pfn(folio) + 100);
	KUNIT_EXPECT_EQ(test, dst[0], 0ul);
}

/* A reader that waits for a leaf under migration. */
struct reader {
	struct hx *hx;
	u64 value;
	struct completion done;
};

static int read_it(void *arg)
{
	struct reader *reader = arg;

	kthread_use_mm(reader->hx->mm);
	reader->value = hx_read(reader->hx, 200);
	kthread_unuse_mm(reader->hx->mm);
	complete(&reader->done);
	return 0;
}

/* S6.78: an access of a migration entry waits until the folio is unlocked */
static void migrate_vma_finalize__wakes_who_waits_for_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct reader reader = {.hx = hx};
	unsigned long *src = kunit_kcalloc(test, 2 * SPAN, sizeof(*src), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, src);
	init_completion(&reader.done);
	KUNIT_EXPECT_EQ(test, migrate_device_range(src, folio_pfn(hx_device_huge(hx, 0)), SPAN), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(read_it, &reader, "reader")));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&reader.done, 20), 0ul);
	src[SPAN] = hx_ram_dst(hx, HPAGE_PMD_ORDER);
	hx_copy(hx, src[SPAN], src[0]);
	migrate_device_pages(src, src + SPAN, SPAN);
	migrate_device_finalize(src, src + SPAN, SPAN);
	wait_for_completion(&reader.done);
	KUNIT_EXPECT_EQ(test, reader.value, 0xbeef00000ull + 200);
	KUNIT_EXPECT_EQ(test, hx->faults, 0u);
}

#ifdef __PSIM__
/* S2.54: a single page's destination is COMPOUND: the page stays, where a kernel would go wrong */
static void migrate_vma_pages__large_destination_of_a_page(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_fill(hx, 0);
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, 1, SYSTEM), 0);
	hx->dst[0] = hx_dev_dst(hx, HPAGE_PMD_ORDER);
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_FALSE(test, hx->src[0] & MIGRATE);
	hx_finalize(hx);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	hx_check(hx, 0);
}

/* S2.52: one of the 512 destinations is missing: reported, where a kernel would follow NULL */
static void migrate_vma_pages__piece_without_destination(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct page *page;

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	give_singles(hx);
	page = migrate_pfn_to_page(hx->dst[9]);
	unlock_page(page);
	put_page(page);
	hx->dst[9] = 0;
	kunit_expect_report(test, "a single page is needed");
	migrate_vma_pages(&hx->args);
	KUNIT_EXPECT_EQ(test, hx->src[9] & MIGRATE, 0ul);
	KUNIT_EXPECT_EQ(test, hx->src[10], MIGRATE);
	hx_finalize(hx);
}

/* S2.50: the leaf is gone by then: reported, and no reference leaks */
static void migrate_vma_pages__source_lost_its_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	give_singles(hx);
	mmap_read_unlock(hx->mm);
	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx_at(hx, 0), HPAGE_PMD_SIZE, MADV_DONTNEED), 0);
	mmap_read_lock(hx->mm);
	kunit_expect_report(test, "the kernel would leak a reference");
	migrate_vma_pages(&hx->args);
	EXPECT_FOLIO(test, folio, 1, 0);
	hx_finalize(hx);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
}

/* S6.31: a device folio's migration entry is unmapped: reported, where a kernel would count below zero */
static void zap__migration_leaf_of_a_device_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	unsigned long *src = kunit_kcalloc(test, 2 * SPAN, sizeof(*src), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, src);
	KUNIT_EXPECT_EQ(test, migrate_device_range(src, folio_pfn(folio), SPAN), 0);
	kunit_expect_report(test, "would drop a mapping and a reference");
	hx_unmap(hx, 0, SPAN);
	EXPECT_FOLIO(test, folio, 1, 0);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
	migrate_device_pages(src, src + SPAN, SPAN);
	migrate_device_finalize(src, src + SPAN, SPAN);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
}
#endif

/* S6.31: the migration entry of a folio of RAM: 512 less, and nothing else */
static void zap__migration_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	mmap_read_unlock(hx->mm);
	hx_unmap(hx, 0, SPAN);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
	EXPECT_FOLIO(test, folio, 1, 0);
	mmap_read_lock(hx->mm);
	hx->args.vma = vma_lookup(hx->mm, hx_at(hx, SPAN));
	hx_abort(hx);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_pages__moves_a_leaf_whole),
	KUNIT_CASE(migrate_vma__ledger_of_a_leaf),
	KUNIT_CASE(migrate_to_ram__brings_a_leaf_back_whole),
	KUNIT_CASE(migrate_to_ram__gets_the_head_of_a_leaf),
	KUNIT_CASE(migrate_to_ram__not_for_a_locked_leaf),
	KUNIT_CASE(migrate_vma_pages__moves_a_device_leaf_to_the_device),
	KUNIT_CASE(migrate_vma_pages__held_leaf_stays),
	KUNIT_CASE(migrate_vma_pages__fills_a_hole_of_a_span),
	KUNIT_CASE(migrate_vma_pages__replaces_the_huge_zero_folio),
	KUNIT_CASE(migrate_vma_pages__span_was_filled_meanwhile),
	KUNIT_CASE(migrate_vma_pages__fills_a_hole_in_pieces),
	KUNIT_CASE(migrate_vma_pages__splits_the_huge_zero_folio),
	KUNIT_CASE(migrate_vma_pages__splits_a_source),
	KUNIT_CASE(migrate_vma_pages__held_source_is_not_split),
	KUNIT_CASE(migrate_to_ram__single_pages_for_a_leaf),
	KUNIT_CASE(migrate_vma_finalize__part_was_unmapped),
	KUNIT_CASE(migrate_vma_finalize__wakes_who_waits_for_a_leaf),
	KUNIT_CASE(zap__migration_leaf),
#ifdef __PSIM__
	KUNIT_CASE(migrate_vma_pages__large_destination_of_a_page),
	KUNIT_CASE(migrate_vma_pages__piece_without_destination),
	KUNIT_CASE(migrate_vma_pages__source_lost_its_leaf),
	KUNIT_CASE(zap__migration_leaf_of_a_device_folio),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_huge_pages",
	.init = hx_init,
	.exit = hx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
