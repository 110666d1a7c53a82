// SPDX-License-Identifier: MIT
/* What a page must not be when it is freed, and what is said of pages. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/pagemap.h>
#include <linux/printk.h>

#ifdef __PSIM__
#include <psim/fault.h>
#include <psim/machine.h>

static void __free_page__with_flags(struct kunit *test)
{
	static const struct {
		unsigned int flag;
		const char *said;
	} flags[] = {
		{PG_lru, "is freed on an LRU list"},
		{PG_writeback, "is freed under writeback"},
		{PG_reserved, "is freed though it is reserved"},
	};

	for (int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		set_bit(flags[i].flag, &page->flags.f);
		kunit_expect_report(test, flags[i].said);
		__free_page(page);
	}
}

static void __free_page__in_an_address_space(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	page->mapping = (struct address_space *)test;
	kunit_expect_report(test, "is freed in an address space");
	__free_page(page);
}

static void __free_pages__at_another_order(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	kunit_expect_report(test, "of order 2 is freed as order 1");
	get_page(page);
	__free_pages(page, 1);
	__free_pages(page, 2);
}

/* The first page of all was never handed out. */
static void __free_page__that_was_never_taken(struct kunit *test)
{
	struct page *page = pfn_to_page(0);

	init_page_count(page);
	kunit_expect_report(test, "page 0x0 order 0 cannot be freed");
	__free_page(page);
}

/* Behind the first, the pages of a block have no references of their own. */
static void __free_pages__with_a_reference_inside(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	init_page_count(page + 1);
	kunit_expect_report(test, "is freed with references (1)");
	__free_pages(page, 1);
}

static void alloc_page__must_not_fail(struct kunit *test)
{
	while (alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN))
		;
	kunit_expect_halt(test, "alloc_page__must_not_fail must not fail, and RAM is used up");
	alloc_page(GFP_KERNEL | __GFP_NOFAIL);
}

static void alloc_pages__larger_than_there_are(struct kunit *test)
{
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1));
}

static void alloc_pages_exact__wrong_kinds(struct kunit *test)
{
	void *exact;

	kunit_expect_report(test, "WARN");
	exact = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP);
	KUNIT_ASSERT_NOT_NULL(test, exact);
	KUNIT_EXPECT_FALSE(test, PageCompound(virt_to_page(exact)));
	free_pages_exact(exact, 3 * PAGE_SIZE);
	psim_fail_nth(PSIM_FAIL_PAGE, 1);
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL));
	free_pages(0, 0);
}

static void __get_free_page__without_bytes(struct kunit *test)
{
	kunit_expect_halt(test, "this machine has no bytes");
	__get_free_page(GFP_KERNEL);
}
#endif

/* Whatever state it is in; this is for people. */
static void dump_page__changes_nothing(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
#ifdef __PSIM__
	console_loglevel = LOGLEVEL_ERR; /* a test is silent */
#endif
	lock_page(page);
	dump_page(page, "locked");
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	unlock_page(page);
	__free_page(page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dump_page__changes_nothing),
#ifdef __PSIM__
	KUNIT_CASE(__free_page__with_flags),
	KUNIT_CASE(__free_page__in_an_address_space),
	KUNIT_CASE(__free_pages__at_another_order),
	KUNIT_CASE(__free_page__that_was_never_taken),
	KUNIT_CASE(__free_pages__with_a_reference_inside),
	KUNIT_CASE_PSIM(alloc_page__must_not_fail, .ram_bytes = 4ull << 20),
	KUNIT_CASE(alloc_pages__larger_than_there_are),
	KUNIT_CASE(alloc_pages_exact__wrong_kinds),
	KUNIT_CASE_PSIM(__get_free_page__without_bytes, .no_bytes = 1),
#endif
	{},
};

static struct kunit_suite suite = {.name = "bad_page", .test_cases = cases};
kunit_test_suite(suite);
