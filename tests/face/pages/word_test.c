// SPDX-License-Identifier: MIT
/* The words of a page's descriptor: its count, flags, order, links; and what kind of page it says it is. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/huge_mm.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/pagemap.h>
#include "fixture.h"

static struct folio *new_folio(struct kunit *test, unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	return folio;
}

static void folio_ref_try_add__unless_nobody_has_it(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	KUNIT_EXPECT_TRUE(test, folio_ref_try_add(folio, 3));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 4);
	folio_set_count(folio, 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(&folio->page), 0);
	KUNIT_EXPECT_FALSE(test, folio_ref_try_add(folio, 3));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 0);
	folio_set_count(folio, 7);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 7);
	init_page_count(&folio->page);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);
}

static void set_page_dirty__once(struct kunit *test)
{
	struct folio *folio = new_folio(test, 1);

	/* of any page, the folio's */
	KUNIT_EXPECT_TRUE(test, set_page_dirty(folio_page(folio, 1)));
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio));
	KUNIT_EXPECT_FALSE(test, set_page_dirty(&folio->page));
	KUNIT_EXPECT_FALSE(test, folio_mark_dirty(folio));
	folio_clear_dirty(folio);
	KUNIT_EXPECT_TRUE(test, folio_mark_dirty(folio));
	KUNIT_EXPECT_TRUE(test, PageDirty(folio_page(folio, 1)));
	folio_clear_dirty(folio);
	folio_put(folio);
}

static void folio_mark_accessed__is_referenced(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	KUNIT_EXPECT_FALSE(test, folio_test_referenced(folio));
	folio_mark_accessed(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_referenced(folio));
	folio_put(folio);
}

static void __folio_mark_uptodate__until_cleared(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	KUNIT_EXPECT_FALSE(test, folio_test_uptodate(folio));
	__folio_mark_uptodate(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folio));
	KUNIT_EXPECT_TRUE(test, PageUptodate(&folio->page));
	folio_clear_uptodate(folio);
	KUNIT_EXPECT_FALSE(test, folio_test_uptodate(folio));
	folio_put(folio);
}

static void page_private__what_its_owner_put_there(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	set_page_private(&folio->page, 0x1234);
	KUNIT_EXPECT_EQ(test, page_private(&folio->page), 0x1234ul);
	KUNIT_EXPECT_PTR_EQ(test, folio_get_private(folio), (void *)0x1234);
	set_page_private(&folio->page, 0);
	KUNIT_EXPECT_EQ(test, page_private(&folio->page), 0ul);
	folio_put(folio);
}

/* How far into the file or the memory: the folio's, and the page's place in it. */
static void page_pgoff__of_each_page(struct kunit *test)
{
	struct folio *folio = new_folio(test, 2);

	folio->index = 100;
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, page_pgoff(folio, folio_page(folio, i)), 100ul + i);
	folio->index = 0;
	folio_put(folio);
}

static void my_zero_pfn__is_of_the_page_of_zeros(struct kunit *test)
{
	struct folio *zero = page_folio(ZERO_PAGE(0)), *folio = new_folio(test, 0);

	KUNIT_EXPECT_EQ(test, my_zero_pfn(0x5000), page_to_pfn(ZERO_PAGE(0x5000)));
	KUNIT_EXPECT_TRUE(test, is_zero_pfn(my_zero_pfn(0)));
	KUNIT_EXPECT_TRUE(test, is_zero_folio(zero));
	KUNIT_EXPECT_FALSE(test, is_zero_folio(folio));
	folio_put(folio);
}

/* S5.5, S5.7: RAM is none of the devices' kinds, and device-private memory is that one only */
static void is_device_coherent__and_other_kinds(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);
	struct test_device device;
	struct page *page;

	KUNIT_EXPECT_FALSE(test, folio_is_device_coherent(folio));
	KUNIT_EXPECT_FALSE(test, is_fsdax_page(&folio->page));
	KUNIT_EXPECT_FALSE(test, is_pci_p2pdma_page(&folio->page));
	folio_put(folio);
	test_device_register(test, &device);
	page = test_device_page(&device, 0);
	zone_device_page_init(page, &device.pgmap, 0);
	KUNIT_EXPECT_TRUE(test, folio_is_device_private(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, folio_is_device_coherent(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, is_fsdax_page(page));
	KUNIT_EXPECT_FALSE(test, is_pci_p2pdma_page(page));
	unlock_page(page);
	put_page(page);
	test_device_unregister(&device);
}

static void pgprot_val__and_pmd_val(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pgprot_val(__pgprot(0x25)), 0x25ul);
	KUNIT_EXPECT_EQ(test, pmd_val(__pmd(0x1000)), 0x1000ul);
	KUNIT_EXPECT_EQ(test, pgprot_val(__pgprot(0)), 0ul);
}

#ifdef __PSIM__ /* what a real kernel keeps to itself */

/* A type is what the pagemap tells. */
static void is_fsdax_page__by_the_pagemap(struct kunit *test)
{
	static const enum memory_type types[] = {MEMORY_DEVICE_COHERENT, MEMORY_DEVICE_FS_DAX,
						 MEMORY_DEVICE_PCI_P2PDMA};
	struct test_device device;
	struct page *page;

	test_device_register(test, &device);
	page = test_device_page(&device, 1);
	zone_device_page_init(page, &device.pgmap, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		device.pgmap.type = types[i];
		KUNIT_EXPECT_EQ(test, folio_is_device_coherent(page_folio(page)), i == 0);
		KUNIT_EXPECT_EQ(test, is_fsdax_page(page), i == 1);
		KUNIT_EXPECT_EQ(test, is_pci_p2pdma_page(page), i == 2);
	}
	device.pgmap.type = MEMORY_DEVICE_PRIVATE;
	unlock_page(page);
	put_page(page);
	test_device_unregister(&device);
}

static void folio_init_count__is_one(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	folio_set_count(folio, 9);
	folio_init_count(folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);
}

static void set_compound_head__and_back(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(page + 1), page + 1);
	set_compound_head(page + 1, page);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(page + 1), page);
	KUNIT_EXPECT_TRUE(test, PageTail(page + 1));
	clear_compound_head(page + 1);
	KUNIT_EXPECT_PTR_EQ(test, compound_head(page + 1), page + 1);
	KUNIT_EXPECT_FALSE(test, PageTail(page + 1));
	__free_pages(page, 1);
}

static void folio_set_order__and_reset(struct kunit *test)
{
	struct folio *folio = new_folio(test, 3);

	folio_reset_order(folio);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	folio_set_order(folio, 2);
	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), 4l);
	folio_set_order(folio, 3);
	KUNIT_EXPECT_EQ(test, folio_size(folio), 8 * PAGE_SIZE);
	folio_put(folio);
}

static void folio_set_large_rmappable__of_large_ones(struct kunit *test)
{
	struct folio *folio = new_folio(test, 2), *small = new_folio(test, 0);

	clear_bit(PG_large_rmappable, &folio_page(folio, 1)->flags.f);
	KUNIT_EXPECT_FALSE(test, folio_test_large_rmappable(folio));
	folio_set_large_rmappable(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_large_rmappable(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_large_rmappable(small));
	folio_put(folio);
	folio_put(small);
}

static void page_mapcount_reset__nobody_maps_it(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	atomic_set(&folio->page._mapcount, 1);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 2);
	KUNIT_EXPECT_TRUE(test, folio_maybe_mapped_shared(folio));
	atomic_set(&folio->page._mapcount, 0);
	KUNIT_EXPECT_FALSE(test, folio_maybe_mapped_shared(folio));
	page_mapcount_reset(&folio->page);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	folio_put(folio);
}

static void folio_test_hwpoison__as_its_page(struct kunit *test)
{
	struct folio *folio = new_folio(test, 0);

	KUNIT_EXPECT_FALSE(test, folio_test_hwpoison(folio));
	set_bit(PG_hwpoison, &folio->flags.f);
	KUNIT_EXPECT_TRUE(test, folio_test_hwpoison(folio));
	KUNIT_EXPECT_TRUE(test, PageHWPoison(&folio->page));
	clear_bit(PG_hwpoison, &folio->flags.f);
	folio_put(folio);
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(folio_ref_try_add__unless_nobody_has_it),
	KUNIT_CASE(set_page_dirty__once),
	KUNIT_CASE(folio_mark_accessed__is_referenced),
	KUNIT_CASE(__folio_mark_uptodate__until_cleared),
	KUNIT_CASE(page_private__what_its_owner_put_there),
	KUNIT_CASE(page_pgoff__of_each_page),
	KUNIT_CASE(my_zero_pfn__is_of_the_page_of_zeros),
	KUNIT_CASE(is_device_coherent__and_other_kinds),
	KUNIT_CASE(pgprot_val__and_pmd_val),
#ifdef __PSIM__
	KUNIT_CASE(is_fsdax_page__by_the_pagemap),
	KUNIT_CASE(folio_init_count__is_one),
	KUNIT_CASE(set_compound_head__and_back),
	KUNIT_CASE(folio_set_order__and_reset),
	KUNIT_CASE(folio_set_large_rmappable__of_large_ones),
	KUNIT_CASE(page_mapcount_reset__nobody_maps_it),
	KUNIT_CASE(folio_test_hwpoison__as_its_page),
#endif
	{},
};

static struct kunit_suite suite = {.name = "page-words", .test_cases = cases};
kunit_test_suite(suite);
