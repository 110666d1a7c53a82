// SPDX-License-Identifier: MIT
/* Taking and giving back page frames: what a new page is like, blocks, contents, misuse. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/huge_mm.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "fixture.h"

#ifdef __PSIM__
#include <psim/machine.h>
#include <psim/fault.h>
#endif

/* S0.15 */
static void sizes__are_those_of_4k_pages(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, 4096ul);
	KUNIT_EXPECT_EQ(test, HPAGE_PMD_NR, 512);
	KUNIT_EXPECT_EQ(test, HPAGE_PMD_ORDER, 9);
}

/* S0.10 */
static void descriptor__words_overlap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct page), 64ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, flags), 0ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, lru), 8ul);
#ifdef __PSIM__ /* a field of the page in older kernels */
	KUNIT_EXPECT_EQ(test, offsetof(struct folio, pgmap), offsetof(struct page, lru.next));
#endif
	KUNIT_EXPECT_EQ(test, offsetof(struct page, compound_head),
			offsetof(struct page, lru.next));
	KUNIT_EXPECT_EQ(test, offsetof(struct page, zone_device_data),
			offsetof(struct page, lru.prev));
	KUNIT_EXPECT_EQ(test, offsetof(struct page, mapping), 24ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, share), 32ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, private), 40ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, _mapcount), 48ul);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, _refcount), 52ul);
}

/* S9.69 */
static void folio_alloc__is_new(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&folio->_mapcount), -1);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_lru(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_large(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_anon(folio));
	KUNIT_EXPECT_NULL(test, folio_mapping(folio));
	KUNIT_EXPECT_EQ(test, folio_order(folio), 0u);
	KUNIT_EXPECT_EQ(test, page_size(&folio->page), PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, is_zone_device_page(&folio->page));
	KUNIT_EXPECT_FALSE(test, is_device_private_page(&folio->page));
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(folio_pfn(folio)), &folio->page);
	KUNIT_EXPECT_TRUE(test, pfn_valid(folio_pfn(folio)));
	folio_put(folio);
}

/* S9.69: of a used page's state nothing is left in the next life */
static void alloc_page__forgets_the_last_life(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long pfn;

	KUNIT_ASSERT_NOT_NULL(test, page);
	pfn = page_to_pfn(page);
	folio_set_referenced(page_folio(page));
	SetPageUptodate(page);
	SetPagePrivate(page);
	ClearPagePrivate(page);
	set_page_private(page, 17);
	__free_page(page);

	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
#ifdef __PSIM__
	/* single pages are handed out again last in, first out */
	KUNIT_EXPECT_EQ(test, page_to_pfn(page), pfn);
#endif
	KUNIT_EXPECT_FALSE(test, folio_test_referenced(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	__free_page(page);
}

/* S9.69 */
static void alloc_page__zeroed_only_if_asked(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *bytes;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset_page(page, 0, 0x5a, PAGE_SIZE);
	__free_page(page);
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, page);
	bytes = kmap_local_page(page);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0, PAGE_SIZE));
#ifdef __PSIM__
	memset(bytes, 0x5a, PAGE_SIZE);
	kunmap_local(bytes);
	__free_page(page);
	page = alloc_page(GFP_KERNEL);
	bytes = kmap_local_page(page);
	KUNIT_EXPECT_EQ(test, bytes[100], 0x5a);
#endif
	kunmap_local(bytes);
	__free_page(page);
}

static void alloc_pages__blocks_are_aligned_and_apart(struct kunit *test)
{
	struct page *pages[MAX_PAGE_ORDER + 1];
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		pages[order] = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		KUNIT_ASSERT_NOT_NULL(test, pages[order]);
		KUNIT_EXPECT_EQ(test, page_to_pfn(pages[order]) & ((1ul << order) - 1), 0ul);
		KUNIT_EXPECT_EQ(test, compound_order(pages[order]), order);
		KUNIT_EXPECT_EQ(test, page_size(pages[order]), PAGE_SIZE << order);
	}
	for (order = 1; order <= MAX_PAGE_ORDER; order++) {
		unsigned long first = page_to_pfn(pages[order]);

		for (unsigned int other = 0; other < order; other++)
			KUNIT_EXPECT_FALSE(test, page_to_pfn(pages[other]) - first < 1ul << order);
	}
	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		__free_pages(pages[order], order);
}

/* S9.69: put_page() works on any page of a folio */
static void put_page__on_a_tail(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 3);
	struct page *tail;

	KUNIT_ASSERT_NOT_NULL(test, folio);
	tail = folio_page(folio, 5);
	KUNIT_EXPECT_TRUE(test, folio_test_large(folio));
	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), 8l);
	KUNIT_EXPECT_TRUE(test, PageTail(tail));
	KUNIT_EXPECT_TRUE(test, PageCompound(tail));
	KUNIT_EXPECT_PTR_EQ(test, page_folio(tail), folio);
	KUNIT_EXPECT_EQ(test, folio_page_idx(folio, tail), 5ul);
	get_page(tail);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	KUNIT_EXPECT_EQ(test, page_count(tail), 2);
	put_page(tail);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	put_page(tail);
}

/* A block that is no folio: whoever still holds its first page keeps just that one. */
static void __free_pages__first_page_is_held(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, PageCompound(page));
	get_page(page);
	__free_pages(page, 2);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
}

static void folio_try_get__only_while_held(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_TRUE(test, folio_try_get(folio));
	KUNIT_EXPECT_FALSE(test, folio_ref_freeze(folio, 1));
	KUNIT_EXPECT_TRUE(test, folio_ref_freeze(folio, 2));
	KUNIT_EXPECT_FALSE(test, folio_try_get(folio));
	folio_ref_unfreeze(folio, 2);
	folio_put_refs(folio, 2);
}

/* S0.8 */
static void folio_maybe_dma_pinned__counts_1024(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	folio_ref_add(folio, 1022);
	KUNIT_EXPECT_FALSE(test, folio_maybe_dma_pinned(folio));
	folio_ref_add(folio, 1);
	KUNIT_EXPECT_TRUE(test, folio_maybe_dma_pinned(folio));
	folio_put_refs(folio, 1024);
}

static void zero_page__is_shared_and_zero(struct kunit *test)
{
	struct page *page = ZERO_PAGE(0);
	char *bytes = kmap_local_page(page);

	KUNIT_EXPECT_TRUE(test, is_zero_pfn(page_to_pfn(page)));
	KUNIT_EXPECT_TRUE(test, PageReserved(page));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0, PAGE_SIZE));
	kunmap_local(bytes);
}

static void get_zeroed_page__has_an_address(struct kunit *test)
{
	unsigned long address = get_zeroed_page(GFP_KERNEL);

	KUNIT_ASSERT_NE(test, address, 0ul);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid((void *)address));
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)address, 0, PAGE_SIZE));
	KUNIT_EXPECT_PTR_EQ(test, page_address(virt_to_page((void *)address)), (void *)address);
	KUNIT_EXPECT_EQ(test, page_to_phys(virt_to_page((void *)address)),
			virt_to_phys((void *)address));
	free_page(address);
}

static void alloc_pages_exact__gives_back_the_rest(struct kunit *test)
{
	char *memory = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	memset(memory, 1, 5 * PAGE_SIZE);
	free_pages_exact(memory, 5 * PAGE_SIZE);
}

#ifdef __PSIM__
/* Every page can be had, and all of them once more as the largest blocks. */
static void alloc_pages__until_none_is_left(struct kunit *test)
{
	struct page **pages = kvcalloc(1024, sizeof(*pages), GFP_KERNEL);
	unsigned int n = 0, again = 0;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	while (n < 1024 && (pages[n] = alloc_page(GFP_KERNEL)) != NULL)
		n++;
	KUNIT_EXPECT_GE(test, n, 1000u);
	KUNIT_EXPECT_LT(test, n, 1024u);
	for (unsigned int i = 0; i < n; i += 2)
		__free_page(pages[i]);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, 1));
	for (unsigned int i = 1; i < n; i += 2)
		__free_page(pages[i]);
	while ((pages[again] = alloc_pages(GFP_KERNEL, 8)) != NULL)
		again++;
	KUNIT_EXPECT_EQ(test, again, 3u);
	while (again--)
		__free_pages(pages[again], 8);
	kvfree(pages);
}

static void alloc_page__scattered_over_all_of_ram(struct kunit *test)
{
	unsigned long low = ~0ul, high = 0;
	struct page *pages[64], *block;

	for (int i = 0; i < 64; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		low = min(low, page_to_pfn(pages[i]));
		high = max(high, page_to_pfn(pages[i]));
	}
	KUNIT_EXPECT_GT(test, high - low, 64ul << (30 - PAGE_SHIFT - 7));
	block = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	KUNIT_EXPECT_NOT_NULL(test, block);
	if (block)
		__free_pages(block, MAX_PAGE_ORDER);
	for (int i = 0; i < 64; i++)
		__free_page(pages[i]);
}

static void alloc_page__fails_when_told_to(struct kunit *test)
{
	struct page *page;

	psim_fail_nth(PSIM_FAIL_PAGE, 2);
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_NULL(test, folio_alloc(GFP_KERNEL, 0));
	if (page)
		__free_page(page);
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_page(page);
}

static void alloc_page__may_sleep_under_a_spinlock(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	struct page *page;

	spin_lock(&lock);
	page = alloc_page(GFP_ATOMIC);
	if (page)
		__free_page(page);
	kunit_expect_report(test, "law 4");
	page = alloc_page(GFP_KERNEL);
	spin_unlock(&lock);
	if (page)
		__free_page(page);
}

static void __free_page__twice(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	kunit_expect_report(test, "is freed a second time");
	__free_page(page);
}

static void __free_page__locked(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	lock_page(page);
	kunit_expect_report(test, "is freed locked, by task");
	__free_page(page);
}

static void __free_page__mapped(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	atomic_set(&page->_mapcount, 0);
	kunit_expect_report(test, "is freed while slots map it (1)");
	__free_page(page);
}

#ifndef __SANITIZE_ADDRESS__
/* Under AddressSanitizer the store itself ends the run. */
static void free_page__written_afterwards(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *bytes = page_address(page);

	__free_page(page);
	bytes[1024] = 1;
	kunit_expect_report(test, "was written after it was freed: byte 1024");
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
}

static void put_page__of_a_free_page(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	kunit_expect_halt(test, "page_ref_count(page) == 0");
	put_page(page);
}
#endif

static void stop__page_is_left(struct kunit *test)
{
	kunit_expect_report(test, "is left, taken in stop__page_is_left: refcount 1 mapcount 0");
	KUNIT_EXPECT_NOT_NULL(test, alloc_page(GFP_KERNEL));
}

static void pfn_to_page__of_nothing(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, pfn_valid(1ul << (31 - PAGE_SHIFT)));
	kunit_expect_report(test, "is neither RAM nor in a pagemap");
	pfn_to_page(1ul << (31 - PAGE_SHIFT));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(sizes__are_those_of_4k_pages),
	KUNIT_CASE(descriptor__words_overlap),
	KUNIT_CASE(folio_alloc__is_new),
	KUNIT_CASE(alloc_page__forgets_the_last_life),
	KUNIT_CASE(alloc_page__zeroed_only_if_asked),
	KUNIT_CASE(alloc_pages__blocks_are_aligned_and_apart),
	KUNIT_CASE(put_page__on_a_tail),
	KUNIT_CASE(__free_pages__first_page_is_held),
	KUNIT_CASE(folio_try_get__only_while_held),
	KUNIT_CASE(folio_maybe_dma_pinned__counts_1024),
	KUNIT_CASE(zero_page__is_shared_and_zero),
	KUNIT_CASE(get_zeroed_page__has_an_address),
	KUNIT_CASE(alloc_pages_exact__gives_back_the_rest),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(alloc_pages__until_none_is_left, .ram_bytes = 4ull << 20),
	KUNIT_CASE_PSIM(alloc_page__scattered_over_all_of_ram, .ram_bytes = 1ull << 30,
			.scatter = 1),
	KUNIT_CASE(alloc_page__fails_when_told_to),
	KUNIT_CASE(alloc_page__may_sleep_under_a_spinlock),
	KUNIT_CASE(__free_page__twice),
	KUNIT_CASE(__free_page__locked),
	KUNIT_CASE(__free_page__mapped),
#ifndef __SANITIZE_ADDRESS__
	KUNIT_CASE(free_page__written_afterwards),
	KUNIT_CASE(put_page__of_a_free_page),
#endif
	KUNIT_CASE(stop__page_is_left),
	KUNIT_CASE(pfn_to_page__of_nothing),
#endif
	{},
};

static struct kunit_suite suite = {.name = "page_alloc", .test_cases = cases};
kunit_test_suite(suite);
