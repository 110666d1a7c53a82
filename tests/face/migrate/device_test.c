// SPDX-License-Identifier: MIT
/* migrate_device_*(): emptying device memory by page frame number (S4). */
#include "fixture.h"

#define MIGRATE MIGRATE_PFN_MIGRATE
#define VALID	MIGRATE_PFN_VALID

/* Pages [0, n) on the device; the first page frame of them. */
static unsigned long on_the_device(struct fx *fx, unsigned int n)
{
	poke_all(fx, 0, n);
	KUNIT_ASSERT_EQ(fx->test, to_device(fx, 0, n), n);
	return page_to_pfn(page_at(fx, 0));
}

static unsigned long new_ram(struct fx *fx, unsigned long src)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);
	unsigned long dst;

	KUNIT_ASSERT_NOT_NULL(fx->test, page);
	lock_page(page);
	dst = migrate_pfn(page_to_pfn(page));
	copy_page_bytes(&fx->dev, dst, src);
	return dst;
}

/*
 * S4.1, S4.2: a range of page frames, some of them free
 *
 *	frame   0   1   2   3   4   5
 *	        a   b   c   -   -   -
 *	src     x   x   x   0   0   0     VALID | MIGRATE, never WRITE
 */
static void migrate_device_range__free_pages_give_0(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long first = on_the_device(fx, 3), src[6];

	KUNIT_EXPECT_EQ(test, migrate_device_range(src, first, 6), 0);
	for (unsigned int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, src[i], migrate_pfn(first + i) | MIGRATE);
	for (unsigned int i = 3; i < 6; i++)
		KUNIT_EXPECT_EQ(test, src[i], 0ul);
	memset(fx->dst, 0, sizeof(fx->dst));
	migrate_device_pages(src, fx->dst, 6);
	migrate_device_finalize(src, fx->dst, 6);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	peek_all(fx, 0, 3);
}

/* S4.2: raw page frames in, in any order; encoded entries out */
static void migrate_device_pfns__takes_raw_pfns(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long first = on_the_device(fx, 3);
	unsigned long src[] = {first + 2, first + 9, first}, dst[3] = {};

	KUNIT_EXPECT_EQ(test, migrate_device_pfns(src, 3), 0);
	KUNIT_EXPECT_EQ(test, src[0], migrate_pfn(first + 2) | MIGRATE);
	KUNIT_EXPECT_EQ(test, src[1], 0ul);
	KUNIT_EXPECT_EQ(test, src[2], migrate_pfn(first) | MIGRATE);
	dst[0] = new_ram(fx, src[0]);
	dst[2] = new_ram(fx, src[2]);
	migrate_device_pages(src, dst, 3);
	migrate_device_finalize(src, dst, 3);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 1));
	KUNIT_EXPECT_FALSE(test, on_device(fx, 2));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	peek_all(fx, 0, 3);
}

/* S4.3 */
static void migrate_device_range__locked_page_gives_0(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn = on_the_device(fx, 1), src;
	struct page *page = pfn_to_page(pfn);

	lock_page(page);
	KUNIT_EXPECT_EQ(test, migrate_device_range(&src, pfn, 1), 0);
	KUNIT_EXPECT_EQ(test, src, 0ul);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	unlock_page(page);
	peek_all(fx, 0, 1);
}

/* S4.5, S8.3: what notifiers hear is CLEAR for the page, not MIGRATE, and no owner of ours */
static void migrate_device_range__sends_clear(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn = on_the_device(fx, 3);

	fx_watch(fx);
	KUNIT_EXPECT_TRUE(test, evict_pfn(fx, pfn + 1));
	KUNIT_EXPECT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_CLEAR, at(fx, 1), at(fx, 2));
	KUNIT_EXPECT_TRUE(test, fx->log[0].blockable);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 1));
	peek_all(fx, 0, 3);
}

/* S4.6: the ledger of an eviction */
static void migrate_device_range__ledger(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn = on_the_device(fx, 1), src, dst;
	struct page *page = pfn_to_page(pfn), *to;

	EXPECT_COUNTS(test, page, 1, 1);
	migrate_device_range(&src, pfn, 1);
	EXPECT_COUNTS(test, page, 1, 0);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	dst = new_ram(fx, src);
	to = migrate_pfn_to_page(dst);
	migrate_device_pages(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, src, migrate_pfn(pfn) | MIGRATE);
	EXPECT_COUNTS(test, page, 1, 0);
	EXPECT_COUNTS(test, to, 1, 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
	migrate_device_finalize(&src, &dst, 1);
	/* freed inside finalize */
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.last_freed, pfn);
	settle(fx);
	EXPECT_COUNTS(test, to, 1, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(page_folio(to)));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), to);
	/* the slot was of the write kind, though src never said so */
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	peek_all(fx, 0, 1);
}

/* S4.7: allocated, still locked by the driver */
static void migrate_device_range__page_being_set_up(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = dev_alloc(&fx->dev);
	unsigned long src;

	KUNIT_ASSERT_NOT_NULL(test, page);
	migrate_device_range(&src, page_to_pfn(page), 1);
	KUNIT_EXPECT_EQ(test, src, 0ul);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	unlock_page(page);
	put_page(page);
}

/* S4.7: the same, unlocked: it passes the first test and fails the second */
static void migrate_device_range__page_referenced_but_unmapped(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = dev_alloc(&fx->dev);
	unsigned long src, dst, pfn = page_to_pfn(page);

	KUNIT_ASSERT_NOT_NULL(test, page);
	unlock_page(page);
	migrate_device_range(&src, pfn, 1);
	KUNIT_EXPECT_EQ(test, src, migrate_pfn(pfn) | MIGRATE);
	dst = new_ram(fx, 0);
	migrate_device_pages(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, src, migrate_pfn(pfn));
	migrate_device_finalize(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	put_page(page);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* S4.8, S4.9: no source: skipped by pages; unlocked and put by finalize */
static void migrate_device_pages__stray_destination(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long src = 0, dst;

	KUNIT_ASSERT_NOT_NULL(test, page);
	lock_page(page);
	get_page(page);
	dst = migrate_pfn(page_to_pfn(page));
	migrate_device_pages(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, src, 0ul);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	migrate_device_finalize(&src, &dst, 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
}

/*
 * S4.15: partial results
 *
 *	frame   0   1   2
 *	        a   b   c      b has a stranger's reference
 *	out     x   .   x
 */
static void migrate_device_pages__partial(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long first = on_the_device(fx, 3), src[3], dst[3];
	struct page *b = pfn_to_page(first + 1);

	get_page(b);
	migrate_device_range(src, first, 3);
	for (unsigned int i = 0; i < 3; i++)
		dst[i] = new_ram(fx, src[i]);
	migrate_device_pages(src, dst, 3);
	KUNIT_EXPECT_TRUE(test, src[0] & MIGRATE);
	KUNIT_EXPECT_EQ(test, src[1], migrate_pfn(first + 1));
	KUNIT_EXPECT_TRUE(test, src[2] & MIGRATE);
	migrate_device_finalize(src, dst, 3);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 1));
	KUNIT_EXPECT_FALSE(test, on_device(fx, 2));
	put_page(b);
	peek_all(fx, 0, 3);
}

/* S4.13: pages of RAM as well */
static void migrate_device_pfns__page_of_ram(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src, dst;
	struct page *from;

	poke_all(fx, 0, 1);
	from = page_at(fx, 0);
	src = page_to_pfn(from);
	migrate_device_pfns(&src, 1);
	KUNIT_EXPECT_EQ(test, src, migrate_pfn(page_to_pfn(from)) | MIGRATE);
	EXPECT_COUNTS(test, from, 1, 0);
	KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(from)));
	dst = new_ram(fx, src);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), migrate_pfn_to_page(dst));
	peek_all(fx, 0, 1);
}

/* S4.3: a free page of RAM */
static void migrate_device_pfns__free_page_of_ram(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long src;

	KUNIT_ASSERT_NOT_NULL(test, page);
	src = page_to_pfn(page);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, migrate_device_pfns(&src, 1), 0);
	KUNIT_EXPECT_EQ(test, src, 0ul);
}

/* S4.11, S6.31: munmap between setup and finalize: nothing is left to map, both pages are freed */
static void migrate_device_finalize__memory_was_unmapped(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn = on_the_device(fx, 2), src, dst;
	struct page *to;

	migrate_device_range(&src, pfn, 1);
	KUNIT_ASSERT_TRUE(test, src & MIGRATE);
	dst = new_ram(fx, src);
	to = migrate_pfn_to_page(dst);
	get_page(to);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	EXPECT_COUNTS(test, pfn_to_page(pfn), 1, 0);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	settle(fx);
	EXPECT_COUNTS(test, to, 1, 0);
	put_page(to);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
}

/* S4.12: all of the VMA is gone */
static void migrate_device_finalize__vma_is_gone(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn = on_the_device(fx, 1), src, dst;

	migrate_device_range(&src, pfn, 1);
	dst = new_ram(fx, src);
	KUNIT_EXPECT_EQ(test, vm_munmap(fx->base, PAGES * PAGE_SIZE), 0);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_device_range__free_pages_give_0),
	KUNIT_CASE(migrate_device_pfns__takes_raw_pfns),
	KUNIT_CASE(migrate_device_range__locked_page_gives_0),
	KUNIT_CASE(migrate_device_range__sends_clear),
	KUNIT_CASE(migrate_device_range__ledger),
	KUNIT_CASE(migrate_device_range__page_being_set_up),
	KUNIT_CASE(migrate_device_range__page_referenced_but_unmapped),
	KUNIT_CASE(migrate_device_pages__stray_destination),
	KUNIT_CASE(migrate_device_pages__partial),
	KUNIT_CASE(migrate_device_pfns__page_of_ram),
	KUNIT_CASE(migrate_device_pfns__free_page_of_ram),
	KUNIT_CASE(migrate_device_finalize__memory_was_unmapped),
	KUNIT_CASE(migrate_device_finalize__vma_is_gone),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_device",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
