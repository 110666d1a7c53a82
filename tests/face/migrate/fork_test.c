// SPDX-License-Identifier: MIT
/*
 * fork over ordinary pages, device pages and migrations in flight: who shares what, who sees what.
 *
 *	parent: [ slot ]--+
 *	                  +--> one page, exclusive to nobody, read-only in both
 *	child:  [ slot ]--+
 *
 * A kernel gives modules no fork, so these cases need the machine's.
 */
#include "fixture.h"

#ifdef __PSIM__

/* The calling task goes on in @mm; so do the fixture's helpers. */
static void in(struct fx *fx, struct mm_struct *mm)
{
	fx->mm = mm;
	current->mm = mm;
}

static struct mm_struct *have_child(struct fx *fx)
{
	struct mm_struct *child = kunit_fork_mm(fx->test);

	KUNIT_ASSERT_NOT_NULL(fx->test, child);
	return child;
}

/* What @expression gives in @mm. */
#define IN(fx, mm, expression)                      \
	({                                          \
		struct mm_struct *here_ = (fx)->mm; \
		in(fx, mm);                         \
		__auto_type found_ = (expression);  \
		in(fx, here_);                      \
		found_;                             \
	})

static struct page *page_in(struct fx *fx, struct mm_struct *mm, unsigned int page)
{
	return IN(fx, mm, page_at(fx, page));
}

static bool writable_in(struct fx *fx, struct mm_struct *mm, unsigned int page)
{
	return IN(fx, mm, writable_at(fx, page));
}

static u64 peek_in(struct fx *fx, struct mm_struct *mm, unsigned int page)
{
	return IN(fx, mm, peek(fx, page));
}

static void poke_in(struct fx *fx, struct mm_struct *mm, unsigned int page, u64 value)
{
	IN(fx, mm, (poke(fx, page, value), 0));
}

/* The child's memory goes, so that no device page of it is left when the fixture ends. */
static void unmap_in(struct fx *fx, struct mm_struct *mm)
{
	IN(fx, mm, vm_munmap(fx->base, PAGES * PAGE_SIZE));
}

/* ---- ordinary pages --------------------------------------------------------------------------------- */

/* S6.43 */
static void fork__present_page_is_shared_read_only(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	child = have_child(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_in(fx, child, 0), page);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	EXPECT_COUNTS(test, page, 2, 2);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_in(fx, child, 0));
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), 1ul);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* S6.43, S6.42 */
static void fork__write_of_either_is_its_own(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke_all(fx, 0, 2);
	settle(fx);
	child = have_child(fx);
	page = page_at(fx, 0);
	poke_in(fx, child, 0, 77);
	poke(fx, 1, 88);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), 77ull);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 88ull);
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 1), pattern(1));
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page_in(fx, child, 0)));
}

/* S6.42, S6.14 */
static void fork__last_user_reuses_the_page_in_silence(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = page_at(fx, 0);
	child = have_child(fx);
	poke_in(fx, child, 0, 2);
	fx_watch(fx);
	log_clear(fx);
	poke(fx, 0, 3);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	/* and one that is still shared is copied, which is told */
	child = have_child(fx);
	log_clear(fx);
	poke(fx, 0, 4);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_CLEAR, at(fx, 0), at(fx, 1));
	KUNIT_EXPECT_PTR_NE(test, page_at(fx, 0), page);
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), 3ull);
}

/* S6.14: a batch on the way to the LRU is no other user */
static void fork__last_user_reuses_a_page_that_sits_in_a_batch(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke(fx, 0, 1);
	page = page_at(fx, 0);
	EXPECT_COUNTS(test, page, 2, 1);
	child = have_child(fx);
	unmap_in(fx, child);
	poke(fx, 0, 3);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 3ull);
}

/* S6.22 */
static void fork__parent_is_told_once_over_the_vma(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;

	fx_watch(fx);
	/* nothing was ever written: nothing is copied, nobody is told */
	peek(fx, 0);
	log_clear(fx);
	have_child(fx);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	poke(fx, 3, 1);
	log_clear(fx);
	child = have_child(fx);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_PROTECTION_PAGE, fx->base, at(fx, PAGES));
	KUNIT_EXPECT_NULL(test, child->notifier_subscriptions);
}

/* S6.23 */
static void fork__vmas_that_are_not_copied(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke(fx, 0, 1);
	settle(fx);
	page = page_at(fx, 0);
	mmap_write_lock(fx->mm);
	vm_flags_set(vma_lookup(fx->mm, fx->base), VM_WIPEONFORK);
	mmap_write_unlock(fx->mm);
	child = have_child(fx);
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), 0ull);
	EXPECT_COUNTS(test, page, 1, 1);
	mmap_write_lock(fx->mm);
	vm_flags_mod(vma_lookup(fx->mm, fx->base), VM_DONTCOPY, VM_WIPEONFORK);
	mmap_write_unlock(fx->mm);
	child = have_child(fx);
	mmap_read_lock(child);
	KUNIT_EXPECT_NULL(test, find_vma(child, 0));
	mmap_read_unlock(child);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
}

/* S6.43: a line of generations, each writing a page of its own in the end */
static void fork__generations(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *first = fx->mm, *line[6];

	poke_all(fx, 0, 4);
	settle(fx);
	line[0] = first;
	for (unsigned int i = 1; i < ARRAY_SIZE(line); i++) {
		line[i] = have_child(fx);
		in(fx, line[i]);
		poke(fx, 4 + i, i);
	}
	in(fx, first);
	KUNIT_EXPECT_EQ(test, folio_mapcount(page_folio(page_at(fx, 0))), 6);
	for (unsigned int i = 1; i < ARRAY_SIZE(line); i++) {
		poke_in(fx, line[i], 0, 100 + i);
		KUNIT_EXPECT_EQ(test, peek_in(fx, line[i], 4 + i), (u64)i);
		KUNIT_EXPECT_EQ(test, peek_in(fx, line[i], 1), pattern(1));
	}
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* ---- migrating what is shared -------------------------------------------------------------------------- */

/* S1.53, S1.33 */
static void migrate_vma__shared_page_goes_for_all(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	poke_all(fx, 0, 2);
	settle(fx);
	child = have_child(fx);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 2), 2);
	page = page_at(fx, 0);
	KUNIT_EXPECT_TRUE(test, dev_owns(&fx->dev, page));
	KUNIT_EXPECT_PTR_EQ(test, page_in(fx, child, 0), page);
	EXPECT_COUNTS(test, page, 2, 2);
	/* the plain read kind came back as read-only, exclusive to nobody */
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_in(fx, child, 0));
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), pattern(0));
	peek_all(fx, 0, 2);
}

/* S1.54 */
static void migrate_vma__shared_page_sends_clear_without_owner(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 2);
	settle(fx);
	have_child(fx);
	/* the second page is the parent's alone again: no CLEAR for that one */
	poke(fx, 1, 5);
	settle(fx);
	fx_watch(fx);
	log_clear(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	KUNIT_ASSERT_EQ(test, fx->events, 2);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_MIGRATE, at(fx, 0), at(fx, 2));
	EXPECT_EVENT(test, fx, 1, MMU_NOTIFY_CLEAR, at(fx, 0), at(fx, 1));
	KUNIT_EXPECT_PTR_NE(test, fx->log[1].owner, (void *)&fx->dev);
	finalize(fx);
}

/* S6.20, S6.21, S6.26 */
static void fork__device_slot_loses_write_in_both(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	one_on_device(fx);
	page = page_at(fx, 0);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	child = have_child(fx);
	EXPECT_COUNTS(test, page, 2, 2);
	KUNIT_EXPECT_PTR_EQ(test, page_in(fx, child, 0), page);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, &fx->dev), HMM_PFN_VALID | page_to_pfn(page));
	KUNIT_EXPECT_FALSE(test, writable_in(fx, child, 0));
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), 1ul);
	unmap_in(fx, child);
}

/* S6.24, S6.14 */
static void fork__one_fault_brings_the_page_back_for_both(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct page *page;

	one_on_device(fx);
	child = have_child(fx);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_PTR_EQ(test, page_in(fx, child, 0), page);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	EXPECT_COUNTS(test, page, 2, 2);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_in(fx, child, 0));
	poke_in(fx, child, 0, 9);
	KUNIT_EXPECT_PTR_NE(test, page_in(fx, child, 0), page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

/* S6.14: the write comes first: back to RAM read-only, and then copied */
static void fork__write_fault_on_a_shared_device_page_copies(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;

	one_on_device(fx);
	child = have_child(fx);
	poke(fx, 0, 5);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 5ull);
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), pattern(0));
	KUNIT_EXPECT_PTR_NE(test, page_in(fx, child, 0), page_at(fx, 0));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* S6.25 */
static void fork__device_page_is_freed_with_its_last_slot(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;

	one_on_device(fx);
	child = have_child(fx);
	vm_munmap(at(fx, 0), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
	in(fx, child);
	vm_munmap(at(fx, 0), PAGE_SIZE);
	in(fx, parent);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* S6.27, S4.11 */
static void fork__migration_slot_is_inherited(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	unsigned long src, dst;
	struct page *page;

	one_on_device(fx);
	page = page_at(fx, 0);
	src = page_to_pfn(page);
	KUNIT_ASSERT_EQ(test, migrate_device_pfns(&src, 1), 0);
	KUNIT_ASSERT_TRUE(test, src & MIGRATE_PFN_MIGRATE);
	child = have_child(fx);
	/* an entry of the migration has neither a reference nor a mapping */
	EXPECT_COUNTS(test, page, 1, 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_ANONPAGES), 1ul);
	mmap_read_lock(fx->mm);
	dst = ram_dst(fx, 0);
	mmap_read_unlock(fx->mm);
	copy_page_bytes(&fx->dev, dst, src);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_EXPECT_PTR_EQ(test, page_in(fx, child, 0), page);
	EXPECT_COUNTS(test, page, 2, 2);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_EQ(test, peek_in(fx, child, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fork__present_page_is_shared_read_only),
	KUNIT_CASE(fork__write_of_either_is_its_own),
	KUNIT_CASE(fork__last_user_reuses_the_page_in_silence),
	KUNIT_CASE(fork__last_user_reuses_a_page_that_sits_in_a_batch),
	KUNIT_CASE(fork__parent_is_told_once_over_the_vma),
	KUNIT_CASE(fork__vmas_that_are_not_copied),
	KUNIT_CASE(fork__generations),
	KUNIT_CASE(migrate_vma__shared_page_goes_for_all),
	KUNIT_CASE(migrate_vma__shared_page_sends_clear_without_owner),
	KUNIT_CASE(fork__device_slot_loses_write_in_both),
	KUNIT_CASE(fork__one_fault_brings_the_page_back_for_both),
	KUNIT_CASE(fork__write_fault_on_a_shared_device_page_copies),
	KUNIT_CASE(fork__device_page_is_freed_with_its_last_slot),
	KUNIT_CASE(fork__migration_slot_is_inherited),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-fork",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

#endif /* __PSIM__ */
