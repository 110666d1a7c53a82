// SPDX-License-Identifier: MIT
/*
 * The life of a device-private page: init, references, folio_free, the next life.
 *
 *	free (refcount 0) -> zone_device_page_init: refcount 1, locked -> unlock -> put -> folio_free -> free
 */
#include <kunit/test.h>
#include <linux/highmem.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "fixture.h"

static struct test_device device;

static int init(struct kunit *test)
{
	test_device_register(test, &device);
	return 0;
}

static void exit_(struct kunit *test)
{
	test_device_unregister(&device);
}

/* A page that was initialised and unlocked. */
static struct folio *take(unsigned long n)
{
	struct page *page = test_device_page(&device, n);

	zone_device_page_init(page, &device.pgmap, 0);
	unlock_page(page);
	return page_folio(page);
}

/* S5.5 */
static void registered__every_page_is_free(struct kunit *test)
{
	unsigned long pages = range_len(&device.pgmap.range) >> PAGE_SHIFT;

	for (unsigned long n = 0; n < pages; n += n < 200 ? 1 : 4999) {
		struct page *page = test_device_page(&device, n);

		KUNIT_ASSERT_EQ(test, page_ref_count(page), 0);
		KUNIT_ASSERT_EQ(test, atomic_read(&page->_mapcount), -1);
		KUNIT_ASSERT_TRUE(test, PageReserved(page));
		KUNIT_ASSERT_FALSE(test, PageLocked(page));
		KUNIT_ASSERT_EQ(test, (int)page_zonenum(page), (int)ZONE_DEVICE);
		KUNIT_ASSERT_PTR_EQ(test, page_pgmap(page), &device.pgmap);
		KUNIT_ASSERT_NULL(test, page->zone_device_data);
		KUNIT_ASSERT_EQ(test, compound_order(page), 0u);
	}
}

/* S5.7 */
static void is_device_private_page__free_or_not(struct kunit *test)
{
	struct page *page = test_device_page(&device, 3);

	KUNIT_EXPECT_TRUE(test, is_zone_device_page(page));
	KUNIT_EXPECT_TRUE(test, is_device_private_page(page));
	KUNIT_EXPECT_FALSE(test, is_device_coherent_page(page));
	take(3);
	KUNIT_EXPECT_TRUE(test, is_device_private_page(page));
	KUNIT_EXPECT_TRUE(test, folio_is_device_private(page_folio(page)));
	put_page(page);
	KUNIT_EXPECT_TRUE(test, is_device_private_page(page));
}

/* S5.7, for a page that nobody looked up by number before */
static void is_device_private_page__reached_by_counting(struct kunit *test)
{
	struct page *first = test_device_page(&device, 0);

	KUNIT_EXPECT_TRUE(test, is_device_private_page(first + 300));
	zone_device_page_init(first + 450, &device.pgmap, 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(first + 450), 1);
	KUNIT_EXPECT_EQ(test, folio_mapcount(page_folio(first + 450)), 0);
	unlock_page(first + 450);
	put_page(first + 450);
}

/* The word is a type of its own in newer kernels. */
static unsigned long *flag_word(struct page *page)
{
	return (unsigned long *)&page->flags;
}

/* S5.20, S5.21, S5.26 */
static void zone_device_page_init__begins_a_life(struct kunit *test)
{
	struct page *page = test_device_page(&device, 7);

	page->mapping = (struct address_space *)16;
	page->share = 99;
	set_bit(PG_referenced, flag_word(page));
	set_bit(PG_dirty, flag_word(page));
	set_bit(PG_uptodate, flag_word(page));
	zone_device_page_init(page, &device.pgmap, 0);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	KUNIT_EXPECT_EQ(test, *flag_word(page) & 0xff, BIT(PG_locked));
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_EXPECT_EQ(test, page->share, 0ul);
	KUNIT_EXPECT_PTR_EQ(test, page_pgmap(page), &device.pgmap);
	KUNIT_EXPECT_FALSE(test, page_mapped(page));
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
}

/* S5.22: the driver may set its word before or after */
static void zone_device_page_init__leaves_the_drivers_word(struct kunit *test)
{
	struct page *page = test_device_page(&device, 7);

	page->zone_device_data = &device;
	zone_device_page_init(page, &device.pgmap, 0);
	KUNIT_EXPECT_PTR_EQ(test, folio_zone_device_data(page_folio(page)), &device);
	folio_set_zone_device_data(page_folio(page), test);
	KUNIT_EXPECT_PTR_EQ(test, page->zone_device_data, test);
	unlock_page(page);
	put_page(page);
}

/* S5.23 */
static void zone_device_page_init__keeps_high_flags(struct kunit *test)
{
	struct folio *folio = take(7);

	folio_set_swapbacked(folio);
	folio_set_active(folio);
	folio_put(folio);
	take(7);
	KUNIT_EXPECT_TRUE(test, folio_test_swapbacked(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_active(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_reserved(folio));
	folio_clear_active(folio);
	folio_clear_swapbacked(folio);
	folio_put(folio);
}

#ifdef __PSIM__
/* S5.25: a kernel has one of the three forms */
static void zone_device_page_init__three_forms(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);

	zone_device_page_init(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	unlock_page(page);
	put_page(page);
	zone_device_page_init(page, 0);
	KUNIT_EXPECT_PTR_EQ(test, page_pgmap(page), &device.pgmap);
	unlock_page(page);
	put_page(page);
	zone_device_page_init(page, page_pgmap(page), 0);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, device.frees, 3u);
}
#endif

/* S5.24 */
static void zone_device_folio_init__order_0(struct kunit *test)
{
	struct folio *folio = (struct folio *)test_device_page(&device, 2);

	zone_device_folio_init(folio, &device.pgmap, 0);
	KUNIT_EXPECT_FALSE(test, folio_test_large(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	folio_unlock(folio);
	folio_put(folio);
}

/* S5.30, S5.31, S5.32 */
static void folio_free__finds_the_page_intact(struct kunit *test)
{
	struct folio *folio = take(9);

	folio_set_zone_device_data(folio, &device.frees);
	folio->index = 1234;
	folio->mapping = (struct address_space *)((unsigned long)test | FOLIO_MAPPING_ANON);
	SetPageAnonExclusive(&folio->page);
	folio_get(folio);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 0u);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
	KUNIT_EXPECT_PTR_EQ(test, device.last, folio);
	KUNIT_EXPECT_EQ(test, device.seen.refs, 0);
	KUNIT_EXPECT_FALSE(test, device.seen.mapped);
	KUNIT_EXPECT_FALSE(test, device.seen.has_mapping);
	KUNIT_EXPECT_FALSE(test, device.seen.locked);
	KUNIT_EXPECT_EQ(test, device.seen.order, 0u);
	KUNIT_EXPECT_EQ(test, device.seen.index, 1234ul);
	KUNIT_EXPECT_PTR_EQ(test, device.seen.pgmap, &device.pgmap);
	KUNIT_EXPECT_PTR_EQ(test, device.seen.data, (void *)&device.frees);
	/* S5.32: the count stays 0, and the driver's word stays, too (S5.31) */
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 0);
	KUNIT_EXPECT_PTR_EQ(test, folio_zone_device_data(folio), (void *)&device.frees);
	/* S5.30 (3) */
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(&folio->page));
}

/* S5.27: a head link of an earlier life leads nowhere once the page begins another */
static void zone_device_folio_init__of_a_former_tail(struct kunit *test)
{
	struct page *page = test_device_page(&device, 64);
	struct folio *folio;

	zone_device_folio_init((struct folio *)page, &device.pgmap, 2);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, PageTail(page + 3));
	folio = (struct folio *)(page + 3);
	zone_device_folio_init(folio, &device.pgmap, 0);
	KUNIT_EXPECT_PTR_EQ(test, page_folio(page + 3), folio);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	KUNIT_EXPECT_PTR_EQ(test, page_pgmap(&folio->page), &device.pgmap);
	folio_unlock(folio);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 2u);
	KUNIT_EXPECT_PTR_EQ(test, device.last, folio);
	/* the others' links go likewise */
	for (unsigned int i = 0; i < 3; i++) {
		zone_device_page_init(page + i, &device.pgmap, 0);
		unlock_page(page + i);
		put_page(page + i);
	}
}

static void free_and_reuse(struct folio *folio)
{
	test_folio_free(folio);
	if (device.frees > 1)
		return;
	zone_device_page_init(&folio->page, &device.pgmap, 0);
	folio_unlock(folio);
}

/* S5.35: inside folio_free the page may begin its next life */
static void folio_free__reuses_at_once(struct kunit *test)
{
	struct dev_pagemap_ops ops = test_ops;
	struct folio *folio;

	ops.folio_free = free_and_reuse;
	device.pgmap.ops = &ops;
	folio = take(4);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 2u);
	device.pgmap.ops = &test_ops;
}

/* S0.11, S5.21, S5.36, S5.37: a large folio is one life: one callback, with its order */
static void zone_device_page_init__large(struct kunit *test)
{
	struct page *page = test_device_page(&device, 64);
	struct folio *folio = (struct folio *)page;

	zone_device_folio_init(folio, &device.pgmap, 4);
	KUNIT_EXPECT_TRUE(test, folio_test_large(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_large_rmappable(folio));
	KUNIT_EXPECT_EQ(test, folio_order(folio), 4u);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 0);
	for (int i = 1; i < 16; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(page + i), 0);
		KUNIT_EXPECT_PTR_EQ(test, page_folio(page + i), folio);
		/* S0.11 */
		KUNIT_EXPECT_PTR_EQ(test, page_pgmap(page + i), &device.pgmap);
	}
	folio_unlock(folio);
	put_page(page + 11);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
	KUNIT_EXPECT_EQ(test, device.seen.order, 4u);
	/* S5.37: the structure is still there */
	KUNIT_EXPECT_TRUE(test, PageTail(page + 11));
	KUNIT_EXPECT_TRUE(test, folio_test_large(folio));
	/* and goes with the next init of those very pages */
	for (int i = 0; i < 16; i++) {
		zone_device_page_init(page + i, &device.pgmap, 0);
		KUNIT_EXPECT_FALSE(test, PageCompound(page + i));
		unlock_page(page + i);
		put_page(page + i);
	}
	KUNIT_EXPECT_EQ(test, device.frees, 17u);
}

#ifdef __PSIM__
static void free_and_sleep(struct folio *folio)
{
	test_folio_free(folio);
	might_sleep();
}

static void free_and_put_on_a_list(struct folio *folio)
{
	test_folio_free(folio);
	INIT_LIST_HEAD(&folio->lru);
}

/* S5.33, S0.10: 7.0 reads the pagemap again after the callback */
static void folio_free__must_leave_the_pagemap(struct kunit *test)
{
	struct dev_pagemap_ops ops = test_ops;
	struct folio *folio = take(4);

	ops.folio_free = free_and_put_on_a_list;
	device.pgmap.ops = &ops;
	kunit_expect_report(test, "S5.33");
	folio_put(folio);
	device.pgmap.ops = &test_ops;
	folio->pgmap = &device.pgmap;
}

/* S5.34 */
static void folio_free__must_not_sleep(struct kunit *test)
{
	struct dev_pagemap_ops ops = test_ops;

	ops.folio_free = free_and_sleep;
	device.pgmap.ops = &ops;
	kunit_expect_report(test, "law 4");
	folio_put(take(4));
	device.pgmap.ops = &test_ops;
}

/* S5.20: a debug warning; the count starts at 1 all the same */
static void zone_device_page_init__of_a_page_in_use(struct kunit *test)
{
	struct folio *folio = take(4);

	folio_get(folio);
	kunit_expect_report(test, "page_refs, page");
	zone_device_page_init(&folio->page, &device.pgmap, 0);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_unlock(folio);
	folio_put(folio);
	/* the reference that the first life had on the pagemap */
	put_dev_pagemap(&device.pgmap);
}

static void folio_put__locked_device_page(struct kunit *test)
{
	struct page *page = test_device_page(&device, 4);

	zone_device_page_init(page, &device.pgmap, 0);
	kunit_expect_report(test, "is freed locked, by task");
	put_page(page);
}

static void page_address__of_a_device_page(struct kunit *test)
{
	struct folio *folio = take(4);

	kunit_expect_report(test, "the CPU cannot reach its bytes");
	KUNIT_EXPECT_NULL(test, page_address(&folio->page));
	kunit_expect_report(test, "the CPU cannot reach its bytes");
	copy_highpage(&folio->page, ZERO_PAGE(0));
	folio_put(folio);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(registered__every_page_is_free),
	KUNIT_CASE(is_device_private_page__free_or_not),
	KUNIT_CASE(is_device_private_page__reached_by_counting),
	KUNIT_CASE(zone_device_page_init__begins_a_life),
	KUNIT_CASE(zone_device_page_init__leaves_the_drivers_word),
	KUNIT_CASE(zone_device_page_init__keeps_high_flags),
	KUNIT_CASE(zone_device_folio_init__order_0),
	KUNIT_CASE(folio_free__finds_the_page_intact),
	KUNIT_CASE(folio_free__reuses_at_once),
	KUNIT_CASE(zone_device_folio_init__of_a_former_tail),
	KUNIT_CASE(zone_device_page_init__large),
#ifdef __PSIM__
	KUNIT_CASE(zone_device_page_init__three_forms),
	KUNIT_CASE(folio_free__must_not_sleep),
	KUNIT_CASE(folio_free__must_leave_the_pagemap),
	KUNIT_CASE(zone_device_page_init__of_a_page_in_use),
	KUNIT_CASE(folio_put__locked_device_page),
	KUNIT_CASE(page_address__of_a_device_page),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "device_page",
	.init = init,
	.exit = exit_,
	.test_cases = cases,
};
kunit_test_suite(suite);
