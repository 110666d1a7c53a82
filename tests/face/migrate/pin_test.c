// SPDX-License-Identifier: MIT
/* References and pins that kernel code takes on user memory: what they count, what they prevent. */
#include "fixture.h"

static struct page *pin(struct fx *fx, unsigned int page, unsigned int flags)
{
	struct page *got = NULL;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(fx->test, pin_user_pages(at(fx, page), 1, flags, &got), 1l);
	mmap_read_unlock(fx->mm);
	KUNIT_ASSERT_NOT_NULL(fx->test, got);
	return got;
}

static struct page *get(struct fx *fx, unsigned int page, unsigned int flags)
{
	struct page *got = NULL;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(fx->test, get_user_pages(at(fx, page), 1, flags, &got), 1l);
	mmap_read_unlock(fx->mm);
	KUNIT_ASSERT_NOT_NULL(fx->test, got);
	return got;
}

/* What getting the first page for writing fails with. */
static long get_error(struct fx *fx)
{
	struct page *got = NULL;
	long result;

	mmap_read_lock(fx->mm);
	result = get_user_pages(at(fx, 0), 1, FOLL_WRITE, &got);
	mmap_read_unlock(fx->mm);
	return result;
}

/* S0.8 */
static void pin_user_pages__adds_1024_references(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = pin(fx, 0, FOLL_WRITE);
	EXPECT_COUNTS(test, page, 1 + 1024, 1);
	KUNIT_EXPECT_TRUE(test, folio_maybe_dma_pinned(page_folio(page)));
	unpin_user_page(page);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_FALSE(test, folio_maybe_dma_pinned(page_folio(page)));
}

/* S0.6 */
static void get_user_pages__adds_one_reference(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = get(fx, 0, 0);
	KUNIT_EXPECT_PTR_EQ(test, page, page_at(fx, 0));
	EXPECT_COUNTS(test, page, 2, 1);
	put_page(page);
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S6.15: what is not there is faulted in, to be read or to be written */
static void get_user_pages__faults_in(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *pages[3] = {};

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 1), 1, 0, pages), 1l);
	KUNIT_EXPECT_TRUE(test, is_zero_page(pages[0]));
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
	put_page(pages[0]);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 3, FOLL_WRITE, pages), 3l);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_PTR_EQ(test, pages[i], page_at(fx, i));
		KUNIT_EXPECT_TRUE(test, writable_at(fx, i));
		put_page(pages[i]);
	}
}

/* S6.10: what cannot be had; and as many pages as can */
static void get_user_pages__stops_at_the_end(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *pages[4] = {};
	long got;

	vm_munmap(at(fx, 2), 2 * PAGE_SIZE);
	mmap_read_lock(fx->mm);
	got = get_user_pages(at(fx, 0), 4, FOLL_WRITE, pages);
	KUNIT_EXPECT_EQ(test, got, 2l);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 2), 1, 0, pages + 2), (long)-EFAULT);
	mmap_read_unlock(fx->mm);
	for (long i = 0; i < got; i++)
		put_page(pages[i]);
}

/* S6.15, S5.43 */
static void pin_user_pages__device_page_comes_back_first(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = pin(fx, 0, FOLL_WRITE);
	KUNIT_EXPECT_FALSE(test, dev_owns(&fx->dev, page));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_PTR_EQ(test, page, page_at(fx, 0));
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S6.10 */
static void get_user_pages__errors_of_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.fault_result = VM_FAULT_SIGBUS;
	KUNIT_EXPECT_EQ(test, get_error(fx), (long)-EFAULT);
	fx->dev.fault_result = VM_FAULT_OOM;
	KUNIT_EXPECT_EQ(test, get_error(fx), (long)-ENOMEM);
	fx->dev.fault_result = 0;
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S6.15: nothing is faulted in for FOLL_NOFAULT */
static void get_user_pages__nofault(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = NULL;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 1, FOLL_NOFAULT, &page), (long)-EFAULT);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_NULL(test, page_at(fx, 0));
}

/* S1.30 */
static void migrate_vma_setup__pinned_page_stays(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 3);
	settle(fx);
	page = pin(fx, 1, FOLL_WRITE);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 3, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	KUNIT_EXPECT_EQ(test, fx->src[1], 0ul);
	KUNIT_EXPECT_TRUE(test, fx->src[0] & MIGRATE_PFN_MIGRATE);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	EXPECT_COUNTS(test, page, 1 + 1024, 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 1), page);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 1));
	unpin_user_page(page);
	settle(fx);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 3), 3);
	peek_all(fx, 0, 3);
}

/* S1.56: a reference is found later, at the admission test */
static void migrate_vma_setup__referenced_page_is_restored(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = get(fx, 0, FOLL_WRITE);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	put_page(page);
	settle(fx);
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S0.8: the zero page is mapped by everybody and pinned by nobody; to be written it is replaced */
static void pin_user_pages__zero_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;
	int before;

	peek(fx, 0);
	before = page_ref_count(ZERO_PAGE(0));
	page = pin(fx, 0, 0);
	KUNIT_EXPECT_TRUE(test, is_zero_page(page));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), before);
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), before);
	page = pin(fx, 0, FOLL_LONGTERM);
	KUNIT_EXPECT_FALSE(test, is_zero_page(page));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	unpin_user_page(page);
}

#ifdef __PSIM__

/* S6.43 */
static void fork__pinned_page_is_copied_for_the_child(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;
	struct page *page, *its;

	poke_all(fx, 0, 2);
	settle(fx);
	page = pin(fx, 0, FOLL_WRITE);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	EXPECT_COUNTS(test, page, 1 + 1024, 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 1));
	fx->mm = current->mm = child;
	its = page_at(fx, 0);
	KUNIT_EXPECT_PTR_NE(test, its, page);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(its));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	poke(fx, 0, 1);
	fx->mm = current->mm = parent;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	unpin_user_page(page);
}

/* S6.43: an exclusive copy for who reads for long; the slot stays read-only */
static void pin_user_pages__shared_page_is_unshared(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *shared, *page;
	struct mm_struct *child;

	poke(fx, 0, pattern(0));
	settle(fx);
	shared = page_at(fx, 0);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	page = pin(fx, 0, 0);
	KUNIT_EXPECT_PTR_NE(test, page, shared);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	EXPECT_COUNTS(test, shared, 1, 1);
	/* a write now is seen through the pin */
	poke(fx, 0, 7);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	unpin_user_page(page);
}

/* S0.8 */
static void unpin_user_page__more_often_than_pinned(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = pin(fx, 0, FOLL_WRITE);
	page_ref_add(page, 1024);
	unpin_user_page(page);
	kunit_expect_report(test, "unpinned more often than pinned");
	unpin_user_page(page);
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(pin_user_pages__adds_1024_references),
	KUNIT_CASE(get_user_pages__adds_one_reference),
	KUNIT_CASE(get_user_pages__faults_in),
	KUNIT_CASE(get_user_pages__stops_at_the_end),
	KUNIT_CASE(pin_user_pages__device_page_comes_back_first),
	KUNIT_CASE(get_user_pages__errors_of_the_device),
	KUNIT_CASE(get_user_pages__nofault),
	KUNIT_CASE(migrate_vma_setup__pinned_page_stays),
	KUNIT_CASE(migrate_vma_setup__referenced_page_is_restored),
	KUNIT_CASE(pin_user_pages__zero_page),
#ifdef __PSIM__
	KUNIT_CASE(fork__pinned_page_is_copied_for_the_child),
	KUNIT_CASE(pin_user_pages__shared_page_is_unshared),
	KUNIT_CASE(unpin_user_page__more_often_than_pinned),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-pin",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
