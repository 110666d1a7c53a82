// SPDX-License-Identifier: MIT
/* Large device folios by page frame number (S4.4, S2.51), and their lives (S5.b, S5.c). */
#include "huge.h"

/* Arrays of the migration, on the heap. */
struct arrays {
	unsigned long src[SPAN + 8], dst[SPAN + 8];
};

static struct arrays *arrays(struct kunit *test)
{
	struct arrays *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	memset(a->src, 0xa5, sizeof(a->src));
	return a;
}

static void put_back(struct arrays *a, unsigned long n)
{
	migrate_device_pages(a->src, a->dst, n);
	migrate_device_finalize(a->src, a->dst, n);
}

/* ---- by page frame number -------------------------------------------------------------------------------- */

/* S4.4, S4.3: one entry for the folio, never WRITE; the others 0 */
static void migrate_device_range__large_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);

	KUNIT_EXPECT_EQ(test, migrate_device_range(a->src, folio_pfn(folio), SPAN), 0);
	KUNIT_EXPECT_EQ(test, a->src[0], migrate_pfn(folio_pfn(folio)) | MIGRATE | COMPOUND);
	for (unsigned int i = 1; i < SPAN; i++)
		KUNIT_EXPECT_EQ(test, a->src[i], 0ul);
	EXPECT_FOLIO(test, folio, 1, 0);
	a->dst[0] = hx_ram_dst(hx, HPAGE_PMD_ORDER);
	hx_copy(hx, a->dst[0], a->src[0]);
	put_back(a, SPAN);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_FALSE(test, hx_on_device(hx, 0));
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	hx_check(hx, 0);
}

/* S4.5: the eviction's CLEAR is over all of it, without an owner */
static void migrate_device_range__sends_clear_over_the_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);

	hx_watch(hx);
	migrate_device_range(a->src, folio_pfn(folio), SPAN);
	KUNIT_EXPECT_EQ(test, hx->notes, 1u);
	EXPECT_NOTE(test, hx, 0, MMU_NOTIFY_CLEAR, hx_at(hx, 0), hx_at(hx, SPAN));
	put_back(a, SPAN);
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
}

/* S4.4, S4.2: pfns of two folios, one behind the other's entries */
static void migrate_device_pfns__large_folios(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long first = folio_pfn(hx_device_huge(hx, 0));
	struct arrays *a = arrays(test);

	for (unsigned int i = 0; i < SPAN; i++)
		a->src[i] = first + i;
	a->src[SPAN] = first + SPAN;
	KUNIT_EXPECT_EQ(test, migrate_device_pfns(a->src, SPAN + 1), 0);
	KUNIT_EXPECT_EQ(test, a->src[0], migrate_pfn(first) | MIGRATE | COMPOUND);
	KUNIT_EXPECT_EQ(test, a->src[1], 0ul);
	KUNIT_EXPECT_EQ(test, a->src[SPAN], 0ul);
	put_back(a, SPAN + 1);
}

/* S4.4: its lock is taken: COMPOUND is all that the entry says */
static void migrate_device_range__locked_large_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);

	folio_lock(folio);
	migrate_device_range(a->src, folio_pfn(folio), SPAN);
	folio_unlock(folio);
	KUNIT_EXPECT_EQ(test, a->src[0], COMPOUND);
	KUNIT_EXPECT_EQ(test, a->src[1], 0ul);
	put_back(a, SPAN);
	EXPECT_FOLIO(test, folio, 1, 1);
}

/* S4.4, S5.37: a free folio still counts as large */
static void migrate_device_range__free_large_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	unsigned long pfn = folio_pfn(hx_device_huge(hx, 0));
	struct arrays *a = arrays(test);

	hx_unmap(hx, 0, SPAN);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	migrate_device_range(a->src, pfn, SPAN);
	KUNIT_EXPECT_EQ(test, a->src[0], COMPOUND);
	KUNIT_EXPECT_EQ(test, a->src[SPAN - 1], 0ul);
	put_back(a, SPAN);
}

/*
 * S4.4: from a tail the skip is counted from there, so pages behind the folio are passed over
 *
 *	pfn    folio + 510 ... folio + 511, p0, p1 ...
 *	src    COMPOUND 0      0          0   0
 */
static void migrate_device_range__from_a_tail(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);
	unsigned long next = hx_dev_dst(hx, 0);
	struct page *page = migrate_pfn_to_page(next);

	KUNIT_ASSERT_EQ(test, page_to_pfn(page), folio_pfn(folio) + SPAN);
	unlock_page(page);
	migrate_device_range(a->src, folio_pfn(folio) + SPAN - 2, SPAN);
	KUNIT_EXPECT_EQ(test, a->src[0], COMPOUND);
	KUNIT_EXPECT_EQ(test, a->src[2], 0ul);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	put_back(a, SPAN);
	put_page(page);
	EXPECT_FOLIO(test, folio, 1, 1);
}

/* S2.51, S2.61, S4.8: single destinations: the folio stays, whole; the destinations are freed */
static void migrate_device_pages__single_destinations(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);

	migrate_device_range(a->src, folio_pfn(folio), SPAN);
	for (unsigned int i = 0; i < SPAN; i++)
		a->dst[i] = hx_ram_dst(hx, 0);
	migrate_device_pages(a->src, a->dst, SPAN);
	KUNIT_EXPECT_EQ(test, a->src[0], migrate_pfn(folio_pfn(folio)));
	migrate_device_finalize(a->src, a->dst, SPAN);
	KUNIT_EXPECT_TRUE(test, hx_is_leaf(hx, 0));
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 0));
	EXPECT_FOLIO(test, folio, 1, 1);
	KUNIT_EXPECT_EQ(test, hx->splits, 0u);
	hx_check(hx, 0);
}

#ifdef __PSIM__
/* S4.4: the range ends inside a folio: reported, where a kernel clears entries beyond the array */
static void migrate_device_range__ends_inside_a_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);

	kunit_expect_report(test, "entries beyond the array");
	migrate_device_range(a->src, folio_pfn(folio), 8);
	KUNIT_EXPECT_TRUE(test, a->src[0] & COMPOUND);
	KUNIT_EXPECT_EQ(test, a->src[8], 0xa5a5a5a5a5a5a5a5ul);
	put_back(a, 8);
	EXPECT_FOLIO(test, folio, 1, 1);
}
#endif

/* S1.53, S6.71, S6.24: two processes map it by leaves: both get migration entries, and the new folio */
#ifdef __PSIM__
static void migrate_device_range__leaf_of_two_processes(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);
	struct mm_struct *child = kunit_fork_mm(test);

	KUNIT_ASSERT_NOT_NULL(test, child);
	EXPECT_FOLIO(test, folio, 2, 2);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(&folio->page));
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), (unsigned long)SPAN);
	migrate_device_range(a->src, folio_pfn(folio), SPAN);
	EXPECT_FOLIO(test, folio, 1, 0);
	a->dst[0] = hx_ram_dst(hx, HPAGE_PMD_ORDER);
	hx_copy(hx, a->dst[0], a->src[0]);
	put_back(a, SPAN);
	folio = page_folio(hx_page(hx, 0));
	EXPECT_FOLIO(test, folio, 2, 2);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	hx_check(hx, 0);
	/* a write splits the leaf and copies one page */
	hx_write(hx, 9, 99);
	KUNIT_EXPECT_FALSE(test, hx_is_leaf(hx, 9));
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 1);
	EXPECT_FOLIO(test, folio, SPAN, SPAN);
}

/* S6.71: a migration entry at fork: 512 more in rss, nothing else; finalize maps both */
static void fork__migration_leaf(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct folio *folio = hx_device_huge(hx, 0);
	struct arrays *a = arrays(test);
	struct mm_struct *child;

	migrate_device_range(a->src, folio_pfn(folio), SPAN);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	EXPECT_FOLIO(test, folio, 1, 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), (unsigned long)SPAN);
	put_back(a, SPAN);
	EXPECT_FOLIO(test, folio, 2, 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(&folio->page));
	KUNIT_EXPECT_FALSE(test, hx_entry(hx, 0, hx) & HMM_PFN_WRITE);
	/* S6.24: one access brings it back for both */
	hx_check(hx, 0);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	folio = page_folio(hx_page(hx, 0));
	EXPECT_FOLIO(test, folio, 2, 2);
}
#endif

/* ---- lives --------------------------------------------------------------------------------------------------- */

/* S5.20, S5.21, S5.24, S0.11: what every page of it says */
static void zone_device_folio_init__of_2_mib(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct page *page = migrate_pfn_to_page(hx_dev_dst(hx, HPAGE_PMD_ORDER));
	struct folio *folio = (struct folio *)page;

	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), (long)SPAN);
	KUNIT_EXPECT_TRUE(test, folio_test_large_rmappable(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	EXPECT_FOLIO(test, folio, 1, 0);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 0);
	for (unsigned int i = 1; i < SPAN; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(page + i), 0);
		KUNIT_EXPECT_PTR_EQ(test, page_folio(page + i), folio);
		KUNIT_EXPECT_PTR_EQ(test, page_pgmap(page + i), &hx->pgmap);
	}
	KUNIT_EXPECT_PTR_EQ(test, folio_zone_device_data(folio), hx);
	folio_unlock(folio);
	/* S5.36: a reference on any page is one on the folio; it is freed once, with its order */
	put_page(page + 17);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_EQ(test, hx->freed_order, (unsigned int)HPAGE_PMD_ORDER);
}

/* S5.35, S5.37, S5.27: its pages begin lives of their own, in any order */
static void zone_device_folio_init__of_parts_of_a_former_folio(struct kunit *test)
{
	struct hx *hx = test->priv;
	struct page *page = migrate_pfn_to_page(hx_dev_dst(hx, HPAGE_PMD_ORDER));

	unlock_page(page);
	put_page(page);
	for (unsigned int i = 0; i < 4; i++) {
		struct page *single = migrate_pfn_to_page(hx_dev_dst(hx, 0));

		KUNIT_EXPECT_EQ(test, compound_order(single), 0u);
		KUNIT_EXPECT_FALSE(test, PageTail(single));
		KUNIT_EXPECT_PTR_EQ(test, page_pgmap(single), &hx->pgmap);
		unlock_page(single);
		put_page(single);
	}
	KUNIT_EXPECT_EQ(test, hx->frees, 5u);
}

/* S5.43, S6.74: a device folio that is mapped in parts is not queued for a split; its last slot frees it */
static void folio_free__after_the_last_slot(struct kunit *test)
{
	struct hx *hx = test->priv;

	hx_device_huge(hx, 0);
	hx_unmap(hx, 0, 300);
	KUNIT_EXPECT_EQ(test, hx->frees, 0u);
	KUNIT_EXPECT_EQ(test, hx_rss(hx), SPAN - 300ul);
	hx_unmap(hx, 301, SPAN);
	KUNIT_EXPECT_EQ(test, hx->frees, 0u);
	KUNIT_EXPECT_TRUE(test, hx_on_device(hx, 300));
	hx_unmap(hx, 300, 301);
	KUNIT_EXPECT_EQ(test, hx->frees, 1u);
	KUNIT_EXPECT_EQ(test, hx->freed_order, (unsigned int)HPAGE_PMD_ORDER);
	KUNIT_EXPECT_EQ(test, hx->splits, 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_device_range__large_folio),
	KUNIT_CASE(migrate_device_range__sends_clear_over_the_folio),
	KUNIT_CASE(migrate_device_pfns__large_folios),
	KUNIT_CASE(migrate_device_range__locked_large_folio),
	KUNIT_CASE(migrate_device_range__free_large_folio),
	KUNIT_CASE(migrate_device_range__from_a_tail),
	KUNIT_CASE(migrate_device_pages__single_destinations),
#ifdef __PSIM__
	KUNIT_CASE(migrate_device_range__ends_inside_a_folio),
	KUNIT_CASE(migrate_device_range__leaf_of_two_processes),
	KUNIT_CASE(fork__migration_leaf),
#endif
	KUNIT_CASE(zone_device_folio_init__of_2_mib),
	KUNIT_CASE(zone_device_folio_init__of_parts_of_a_former_folio),
	KUNIT_CASE(folio_free__after_the_last_slot),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_huge_device",
	.init = hx_init,
	.exit = hx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
