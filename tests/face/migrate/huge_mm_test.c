// SPDX-License-Identifier: MIT
/* Leaves of 2 MiB under faults, unmapping, changes of protection, moves, advice, and hmm (S6, S7). */
#include "huge.h"
#ifdef __PSIM__
#include <psim/fault.h>
#endif

/* ---- faults (S6.61) --------------------------------------------------------------------------------------- */

/* S6.61, S0.15, S0.7: a write makes a folio of 2 MiB; nobody is told */
static void fault__write_maps_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio;

	hx_watch(hx);
	hx_write(hx, 9, 1);
	KUNIT_EXPECT_EQ(test, hx->notes, 0u);
	KUNIT_ASSERT_TRUE(test, hx_is_leaf(hx, 0));
	folio = page_folio(hx_page(hx, 0));
	KUNIT_EXPECT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&folio->page));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 8), 0ull);
}

/* S6.61: a read maps the huge zero folio: no rss, not writable */
static void fault__read_maps_the_huge_zero_folio(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_EXPECT_EQ(test, hx_read(hx, 9), 0ull);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
}

/* S6.61: a write to it: CLEAR over all of it, and a folio of 2 MiB */
static void fault__write_to_the_huge_zero_folio(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_read(hx, 9);
	hx_watch(hx);
	hx_write(hx, 10, 7);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 10), 7ull);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 9), 0ull);
}

/* S6.61: where a table is already, or the span sticks out, it is single pages */
static void fault__no_room_for_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_unmap(hx, SPAN - 1, SPAN);
	hx_write(hx, 0, 1);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 1ul);
}

#ifdef __PSIM__
/* S6.61: none can be had: the huge zero folio is split, which is told, and one page is mapped */
static void fault__no_memory_for_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_read(hx, 9);
	hx_watch(hx);
	KUNIT_EXPECT_EQ(test, psim_fail_nth(PSIM_FAIL_PAGE, 1), 0);
	hx_write(hx, 10, 7);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 1ul);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 10), 7ull);
}
#endif

/* ---- unmapping (S6.73, S6.74) ---------------------------------------------------------------------------------- */

/* S6.73, S6.32: the whole leaf of a device folio, told once */
static void zap__device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_device_huge(hx, 0);
	hx_watch(hx);
	hx_unmap(hx, 0, SPAN);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_UNMAP, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), 0ul);
}

/* S6.74, S6.59: munmap of a part: the split is told before; 512 slots, one reference and mapcount each */
static void zap__part_of_a_device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	hx_watch(hx);
	hx_unmap(hx, 0, 100);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_UNMAP, hx_at(hx, 0), hx_at(hx, 100));
	KUNIT_EXPECT_EQ(test, hx->notes, 2u);
	EXPECT_FOLIO(test, folio, SPAN - 100, SPAN - 100);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 0);
	KUNIT_EXPECT_EQ(test, page_mapcount(folio_page(folio, 100)), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(folio_page(folio, 100)));
	KUNIT_EXPECT_TRUE(test, hx_entry(hx, 100, hx) & HMM_PFN_WRITE);
}

/* S6.74: MADV_DONTNEED of a part: the split's pair is nested in the operation's own */
static void zap__part_of_a_leaf_by_advice(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);

	hx_watch(hx);
	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx_at(hx, 0), PAGE_SIZE, MADV_DONTNEED), 0);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, 1));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_FOLIO(test, folio, SPAN - 1, SPAN - 1);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), SPAN - 1ul);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 0), 0ull);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 1), 0xbeef00000ull + 1);
}

/* S6.77: advice that pages may go leaves device leaves alone, also a part of one */
static void madvise__leaves_device_leaves_alone(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	static const int advice[] = {MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED};

	for (unsigned int i = 0; i < ARRAY_SIZE(advice); i++) {
		KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx_at(hx, 0), HPAGE_PMD_SIZE, advice[i]),
				0);
		KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx_at(hx, 3), PAGE_SIZE, advice[i]), 0);
		KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	}
	EXPECT_FOLIO(test, folio, 1, 1);
	hx_check(hx, 0);
}

/* ---- protection, moves, fork ------------------------------------------------------------------------------------ */

#ifdef __PSIM__
/* S6.72, S6.50, S6.51: the write kind is lost, whatever comes; the leaf stays */
static void mprotect__device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	KUNIT_EXPECT_EQ(test, kunit_mprotect(hx_at(hx, 0), HPAGE_PMD_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(hx_at(hx, 0), HPAGE_PMD_SIZE, PROT_READ | PROT_WRITE),
			0);
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	EXPECT_FOLIO(test, folio, 1, 1);
	hx_write(hx, 3, 3);
	hx_check(hx, 0);
}

/* S6.72: a migration entry of the write kind becomes read-exclusive: it comes back read-only, exclusive */
static void mprotect__migration_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	unsigned long *src = kunit_kcalloc(test, 2 * SPAN, sizeof(*src), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, src);
	migrate_device_range(src, folio_pfn(folio), SPAN);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(hx_at(hx, 0), HPAGE_PMD_SIZE, PROT_READ), 0);
	migrate_device_pages(src, src + SPAN, SPAN);
	migrate_device_finalize(src, src + SPAN, SPAN);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&folio->page));
}

/* S6.74: mprotect of a part splits the leaf, before its own pair */
static void mprotect__part_of_a_device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	hx_watch(hx);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(hx_at(hx, 0), PAGE_SIZE, PROT_READ), 0);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_PROTECTION_VMA, hx_at(hx, 0), hx_at(hx, 1));
	EXPECT_FOLIO(test, folio, SPAN, SPAN);
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	KUNIT_EXPECT_TRUE(test, hx_entry(hx, 1, hx) & HMM_PFN_WRITE);
}

/* S6.76: a whole leaf moves to an aligned place, counts as they were */
static void mremap__device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	KUNIT_EXPECT_EQ(test,
			kunit_mremap(hx_at(hx, 0), HPAGE_PMD_SIZE, HPAGE_PMD_SIZE,
				     MREMAP_MAYMOVE | MREMAP_FIXED, hx_at(hx, 2 * SPAN)),
			(long)hx_at(hx, 2 * SPAN));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 2 * SPAN));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 2 * SPAN));
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_EQ(test, hx_read(hx, 2 * SPAN + 200), 0xbeef00000ull + 200);
	KUNIT_EXPECT_EQ(test, hx->huge_faults, 1u);
}

/* S6.76, S6.74: to a place that is not aligned it moves slot by slot */
static void mremap__device_leaf_to_an_odd_place(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);

	KUNIT_EXPECT_EQ(test,
			kunit_mremap(hx_at(hx, 0), HPAGE_PMD_SIZE, HPAGE_PMD_SIZE,
				     MREMAP_MAYMOVE | MREMAP_FIXED, hx_at(hx, SPAN + 1)),
			(long)hx_at(hx, SPAN + 1));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, SPAN + 1));
	EXPECT_FOLIO(test, folio, SPAN, SPAN);
	KUNIT_EXPECT_EQ(test, hx_read(hx, SPAN + 201), 0xbeef00000ull + 200);
}

/* S6.71, S6.22: a leaf of RAM at fork: both read-only; the first write splits and copies one page */
static void fork__leaf_of_ram(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);
	struct mm_struct *child = kunit_fork_mm(test);

	KUNIT_ASSERT_NOT_NULL(test, child);
	EXPECT_FOLIO(test, folio, 2, 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(&folio->page));
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), (unsigned long)SPAN);
	hx_watch(hx);
	hx_write(hx, 5, 55);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	EXPECT_NOTE(test, hx, 1, MMU_NOTIFY_CLEAR, hx_at(hx, 5), hx_at(hx, 6));
	KUNIT_EXPECT_EQ(test, hx_read(hx, 5), 55ull);
	hx_check(hx, 0);
	EXPECT_FOLIO(test, folio, SPAN, SPAN);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 1);
}
#endif

#ifdef __PSIM__
/* A leaf that may be pinned is not shared: its pages become slots, and the child gets copies */
static void fork__pinned_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);
	struct mm_struct *parent = hx->mm, *child;
	struct page *page;

	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(hx_at(hx, 5), 1, &page, FOLL_WRITE), 1l);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_PTR_EQ(test, hx_page(hx, 5), page);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	hx->mm = current->mm = child;
	KUNIT_EXPECT_PTR_NE(test, page_folio(hx_page(hx, 5)), folio);
	hx_check(hx, 0);
	hx->mm = current->mm = parent;
	unpin_user_page(page);
}

/* S7.13: a leaf that is shared is valid, and nothing more */
static void hmm_range_fault__read_only_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long pfn = folio_pfn(hx_huge(hx, 0));

	KUNIT_ASSERT_NOT_NULL(test, kunit_fork_mm(test));
	for (unsigned int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, hx_entry(hx, i, NULL),
				(pfn + i) | HMM_PFN_VALID |
					(unsigned long)HPAGE_PMD_ORDER << HMM_PFN_ORDER_SHIFT);
}
#endif

/* ---- hmm (S7) --------------------------------------------------------------------------------------------------- */

static bool ignore(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops ops = {.invalidate = ignore};

/* hmm_range_fault() of [first, end); what it answers is in hx->src. */
static int ask(struct hx *hx, unsigned int first, unsigned int end, unsigned long asked,
	       void *owner)
{
	struct mmu_interval_notifier sub = {};
	struct hmm_range range = {
		.notifier = &sub,
		.start = hx_at(hx, first),
		.end = hx_at(hx, end),
		.hmm_pfns = hx->src,
		.default_flags = asked,
		.dev_private_owner = owner,
	};
	int err;

	memset(hx->src, 0, sizeof(hx->src));
	KUNIT_ASSERT_EQ(hx->test,
			mmu_interval_notifier_insert(&sub, hx->mm, range.start,
						     range.end - range.start, &ops),
			0);
	do {
		range.notifier_seq = mmu_interval_read_begin(&sub);
		mmap_read_lock(hx->mm);
		err = hmm_range_fault(&range);
		mmap_read_unlock(hx->mm);
	} while (err == -EBUSY || mmu_interval_read_retry(&sub, range.notifier_seq));
	mmu_interval_notifier_remove(&sub);
	return err;
}

/* S7.13: consecutive pages, order 9, also from inside */
static void hmm_range_fault__leaf_of_ram(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long pfn = folio_pfn(hx_huge(hx, 0));

	KUNIT_EXPECT_EQ(test, ask(hx, 5, 20, HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE, hx), 0);
	for (unsigned int i = 0; i < 15; i++) {
		KUNIT_EXPECT_EQ(test, hx->src[i] & ~HMM_PFN_FLAGS, pfn + 5 + i);
		KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(hx->src[i]),
				(unsigned int)HPAGE_PMD_ORDER);
		KUNIT_EXPECT_TRUE(test, hx->src[i] & HMM_PFN_WRITE);
	}
}

/* S7.14: the owner's own leaf, whatever is asked; from inside, the pages are counted from the head */
static void hmm_range_fault__own_device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long pfn = folio_pfn(hx_device_huge(hx, 0));

	KUNIT_EXPECT_EQ(test, ask(hx, 0, SPAN, HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE, hx), 0);
	for (unsigned int i = 0; i < SPAN; i++) {
		KUNIT_EXPECT_EQ(test, hx->src[i] & ~HMM_PFN_FLAGS, pfn + i);
		KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(hx->src[i]),
				(unsigned int)HPAGE_PMD_ORDER);
	}
	KUNIT_EXPECT_EQ(test, ask(hx, 5, 7, 0, hx), 0);
	KUNIT_EXPECT_EQ(test, hx->src[0] & ~HMM_PFN_FLAGS, pfn);
	KUNIT_EXPECT_EQ(test, hx->src[1] & ~HMM_PFN_FLAGS, pfn + 1);
	KUNIT_EXPECT_EQ(test, hx->faults, 0u);
}

/* S7.15, S7.19: a stranger's: brought back on request, an error otherwise */
static void hmm_range_fault__strange_device_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_device_huge(hx, 0);
	KUNIT_EXPECT_EQ(test, ask(hx, 0, 4, 0, NULL), 0);
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, hx->src[i], HMM_PFN_ERROR);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	KUNIT_EXPECT_EQ(test, ask(hx, 0, 4, HMM_PFN_REQ_FAULT, NULL), 0);
	KUNIT_EXPECT_TRUE(test, hx->src[3] & HMM_PFN_VALID);
	KUNIT_EXPECT_EQ(test, hx->huge_faults, 1u);
	KUNIT_EXPECT_FALSE(test, hx_on_device(hx, 0));
}

/* S7.19, S7.17: a migration entry: nothing, if nothing is asked */
static void hmm_range_fault__migration_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	unsigned long *src = kunit_kcalloc(test, 2 * SPAN, sizeof(*src), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, src);
	migrate_device_range(src, folio_pfn(folio), SPAN);
	KUNIT_EXPECT_EQ(test, ask(hx, 0, 4, 0, hx), 0);
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, hx->src[i], 0ul);
	migrate_device_pages(src, src + SPAN, SPAN);
	migrate_device_finalize(src, src + SPAN, SPAN);
}

/* ---- pins, collapse ------------------------------------------------------------------------------------------------ */

/* S0.8: a pin of a page of a large folio is one reference and one in the pin count */
static void pin_user_pages__of_a_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_huge(hx, 0);
	struct page *page;

	KUNIT_EXPECT_FALSE(test, folio_maybe_dma_pinned(folio));
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(hx_at(hx, 7), 1, FOLL_WRITE, &page), 1);
	KUNIT_EXPECT_PTR_EQ(test, page, folio_page(folio, 7));
	EXPECT_FOLIO(test, folio, 2, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&folio->_pincount), 1);
	KUNIT_EXPECT_TRUE(test, folio_maybe_dma_pinned(folio));
	/* S1.41, S1.30 */
	KUNIT_ASSERT_EQ(test, hx_setup(hx, 0, SPAN, SYSTEM | WHOLE), 0);
	KUNIT_EXPECT_EQ(test, hx->args.cpages, 0ul);
	mmap_read_unlock(hx->mm);
	unpin_user_page(page);
	EXPECT_FOLIO(test, folio, folio_mapcount(folio), folio_mapcount(folio));
}

/* Single pages become a folio of 2 MiB, with their bytes; S8.7: CLEAR is told. */
static void madvise__collapse(struct kunit *test)
{
	struct hx *hx = test->priv;

	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx->map, hx->map_len, MADV_NOHUGEPAGE), 0);
	hx_fill(hx, 0);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx->map, hx->map_len, MADV_HUGEPAGE), 0);
	hx_watch(hx);
	KUNIT_EXPECT_EQ(test, do_madvise(hx->mm, hx_at(hx, 0), HPAGE_PMD_SIZE, MADV_COLLAPSE), 0);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_EQ(test, hx_rss(hx), (unsigned long)SPAN);
	EXPECT_FOLIO(test, page_folio(hx_page(hx, 0)), 1, 1);
	hx_check(hx, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__write_maps_a_leaf),
	KUNIT_CASE(fault__read_maps_the_huge_zero_folio),
	KUNIT_CASE(fault__write_to_the_huge_zero_folio),
	KUNIT_CASE(fault__no_room_for_a_leaf),
	KUNIT_CASE(zap__device_leaf),
	KUNIT_CASE(zap__part_of_a_device_leaf),
	KUNIT_CASE(zap__part_of_a_leaf_by_advice),
	KUNIT_CASE(madvise__leaves_device_leaves_alone),
#ifdef __PSIM__
	KUNIT_CASE(fault__no_memory_for_a_leaf),
	KUNIT_CASE(mprotect__device_leaf),
	KUNIT_CASE(mprotect__migration_leaf),
	KUNIT_CASE(mprotect__part_of_a_device_leaf),
	KUNIT_CASE(mremap__device_leaf),
	KUNIT_CASE(mremap__device_leaf_to_an_odd_place),
	KUNIT_CASE(fork__leaf_of_ram),
	KUNIT_CASE(fork__pinned_leaf),
	KUNIT_CASE(hmm_range_fault__read_only_leaf),
#endif
	KUNIT_CASE(hmm_range_fault__leaf_of_ram),
	KUNIT_CASE(hmm_range_fault__own_device_leaf),
	KUNIT_CASE(hmm_range_fault__strange_device_leaf),
	KUNIT_CASE(hmm_range_fault__migration_leaf),
	KUNIT_CASE(pin_user_pages__of_a_leaf),
	KUNIT_CASE(madvise__collapse),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_huge_mm",
	.init = hx_init,
	.exit = hx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
