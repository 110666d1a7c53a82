// SPDX-License-Identifier: MIT
/* The other ways to get and to pin user memory: without the mmap lock, of another mm, many pages. */
#include "fixture.h"

/* S0.6, S0.8: each takes the mmap lock itself, and what it counts is what the locked ones count */
static void get_user_pages_unlocked__counts(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got[3] = {}, *again[3] = {};

	poke_all(fx, 0, 3);
	settle(fx);
	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(at(fx, 0), 3, got, FOLL_WRITE), 3l);
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(at(fx, 0), 3, FOLL_WRITE, again), 3);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_PTR_EQ(test, got[i], page_at(fx, i));
		KUNIT_EXPECT_PTR_EQ(test, again[i], got[i]);
		EXPECT_COUNTS(test, got[i], 3, 1);
		put_page(got[i]);
		put_page(again[i]);
	}
	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(at(fx, 0), 3, got, FOLL_WRITE), 3l);
	KUNIT_ASSERT_EQ(test, pin_user_pages_fast(at(fx, 1), 1, FOLL_WRITE, again), 1);
	lru_add_drain_all(); /* they were touched, and may wait in a batch that holds them */
	EXPECT_COUNTS(test, got[0], 1 + 1024, 1);
	EXPECT_COUNTS(test, got[1], 1 + 2 * 1024, 1);
	unpin_user_pages(got, 3);
	EXPECT_COUNTS(test, got[1], 1 + 1024, 1);
	unpin_user_page(again[0]);
	EXPECT_COUNTS(test, got[1], 1, 1);
}

/* Up to the first page that cannot be had; nothing at all is an error. */
static void get_user_pages_unlocked__up_to_a_hole(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got[4] = {};

	poke_all(fx, 0, 2);
	settle(fx);
	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, 2), PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(at(fx, 0), 4, got, 0), 2l);
	EXPECT_COUNTS(test, got[1], 2, 1);
	put_page(got[0]);
	put_page(got[1]);
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 2), 2, got, 0), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(at(fx, 2), 1, got, 0), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 0), 0, got, 0), 0l);
}

/* S6.15: of the mm that is named; a device's page comes to RAM first */
static void pin_user_pages_remote__page_of_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got[2] = {};
	int locked = 1;

	poke_all(fx, 0, 2);
	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 2), 2u);
	mmap_read_lock(fx->mm);
	KUNIT_ASSERT_EQ(test, pin_user_pages_remote(fx->mm, at(fx, 0), 2, FOLL_WRITE, got, &locked),
			2l);
	if (locked)
		mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 2u);
	KUNIT_EXPECT_PTR_EQ(test, got[0], page_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, on_device(fx, 1));
	unpin_user_pages(got, 2);
	peek_all(fx, 0, 2);
}

/* The pages are dirty afterwards, and no pin is left. */
static void unpin_user_pages_dirty_lock__marks_dirty(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got[2] = {};

	poke_all(fx, 0, 2);
	settle(fx);
	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(at(fx, 0), 2, got, 0), 2l);
	folio_clear_dirty(page_folio(got[0]));
	folio_clear_dirty(page_folio(got[1]));
	unpin_user_pages_dirty_lock(got, 1, true);
	unpin_user_pages_dirty_lock(got + 1, 1, false);
	KUNIT_EXPECT_TRUE(test, PageDirty(got[0]));
	KUNIT_EXPECT_FALSE(test, PageDirty(got[1]));
	EXPECT_COUNTS(test, got[0], 1, 1);
	EXPECT_COUNTS(test, got[1], 1, 1);
}

static void unpin_folio__one_pin(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;

	poke(fx, 0, 1);
	settle(fx);
	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(at(fx, 0), 1, &got, FOLL_WRITE), 1l);
	unpin_folio(page_folio(got));
	EXPECT_COUNTS(test, got, 1, 1);
}

/* What is not allowed is not done: nothing is faulted in. */
static void get_user_pages__what_the_mapping_forbids(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 0), 1, &got, FOLL_WRITE),
			(long)-EFAULT);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 1), PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 1));
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 1), 1, &got, FOLL_ANON),
			(long)-EFAULT);
}

/* Without an array the pages are only brought in. */
static void get_user_pages__brings_in(struct kunit *test)
{
	struct fx *fx = test->priv;
	int locked = 1;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 2, FOLL_WRITE, NULL), 2l);
	KUNIT_EXPECT_EQ(test,
			get_user_pages_remote(fx->mm, at(fx, 2), 1, FOLL_WRITE, NULL, &locked), 1l);
	if (locked)
		mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(at(fx, 3), 1, NULL, FOLL_WRITE), 1l);
	KUNIT_EXPECT_EQ(test, rss(fx), 4ul);
	settle(fx);
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
}

/* S0.8: the page of zeros is nobody's, so it is not pinned */
static void pin_user_pages__zero_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;
	int before;

	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	before = page_ref_count(ZERO_PAGE(0));
	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(at(fx, 0), 1, &got, 0), 1l);
	KUNIT_EXPECT_PTR_EQ(test, got, ZERO_PAGE(0));
	KUNIT_EXPECT_EQ(test, page_ref_count(got), before);
	unpin_user_pages_dirty_lock(&got, 1, false);
	KUNIT_EXPECT_EQ(test, page_ref_count(ZERO_PAGE(0)), before);
}

static void get_user_pages__without_a_fault(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 1, FOLL_NOFAULT, &got), (long)-EFAULT);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

#ifdef __PSIM__
/* What only the functions themselves may ask for, and what contradicts itself. */
static void get_user_pages__wrong_flags(struct kunit *test)
{
	const unsigned int pin = 1 << 19; /* FOLL_PIN */
	struct fx *fx = test->priv;
	unsigned long start = at(fx, 0);
	struct page *got = NULL;
	int locked = 1;

	for (int i = 0; i < 4; i++) /* one for each kind */
		kunit_expect_report(test, "WARN");
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(start, 1, pin, &got), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, get_user_pages(start, 1, FOLL_LONGTERM, &got), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, get_user_pages_remote(fx->mm, start, 1, pin, &got, &locked),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, pin_user_pages(start, 1, FOLL_GET, &got), 0l);
	KUNIT_EXPECT_EQ(test, pin_user_pages(start, 1, 0, NULL), 0l);
	KUNIT_EXPECT_EQ(test, pin_user_pages_remote(fx->mm, start, 1, FOLL_GET, &got, &locked), 0l);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, locked, 1);
	KUNIT_EXPECT_EQ(test, get_user_pages_unlocked(start, 1, &got, pin), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(start, 1, pin, &got), -EINVAL);
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(start, 1, &got, FOLL_GET), 0l);
	KUNIT_EXPECT_EQ(test, pin_user_pages_fast(start, 1, FOLL_GET, &got), -EINVAL);
	KUNIT_EXPECT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

static void get_user_pages__force(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;

	vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	kunit_expect_halt(test, "FOLL_FORCE is not modelled");
	get_user_pages_unlocked(at(fx, 0), 1, &got, FOLL_FORCE);
}

static void stop__pin_is_left(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *got = NULL;

	poke(fx, 0, 1);
	settle(fx);
	kunit_expect_report(test, "is left with 1 pins: unpin_user_page()");
	kunit_expect_report(test, "is left, taken in");
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(at(fx, 0), 1, &got, FOLL_WRITE), 1l);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(get_user_pages_unlocked__counts),
	KUNIT_CASE(get_user_pages_unlocked__up_to_a_hole),
	KUNIT_CASE(pin_user_pages_remote__page_of_the_device),
	KUNIT_CASE(unpin_user_pages_dirty_lock__marks_dirty),
	KUNIT_CASE(unpin_folio__one_pin),
	KUNIT_CASE(get_user_pages__what_the_mapping_forbids),
	KUNIT_CASE(get_user_pages__brings_in),
	KUNIT_CASE(pin_user_pages__zero_page),
	KUNIT_CASE(get_user_pages__without_a_fault),
#ifdef __PSIM__
	KUNIT_CASE(get_user_pages__wrong_flags),
	KUNIT_CASE(get_user_pages__force),
	KUNIT_CASE(stop__pin_is_left),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-gup", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
