// SPDX-License-Identifier: MIT
/* Device-exclusive slots: made for a device, taken back by whoever else wants the page. */
#include <linux/rmap.h>

#include "fixture.h"

static struct page *make(struct fx *fx, unsigned int page, struct folio **folio)
{
	struct page *got;

	mmap_read_lock(fx->mm);
	got = make_device_exclusive(fx->mm, at(fx, page) + 123, fx, folio);
	mmap_read_unlock(fx->mm);
	return got;
}

/* Made, programmed, and let go. */
static struct page *make_and_go(struct fx *fx, unsigned int page)
{
	struct folio *folio;
	struct page *got = make(fx, page, &folio);

	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(got));
	folio_unlock(folio);
	folio_put(folio);
	return got;
}

/* S6.80, S6.81, S6.84 */
static void make_device_exclusive__gives_a_locked_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = NULL;
	struct page *page;

	page = make(fx, 0, &folio);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	lru_add_drain_all();
	KUNIT_EXPECT_PTR_EQ(test, page_folio(page), folio);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	/* the slot's and the caller's; the slot is still a mapping */
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL), 0ul);
	folio_unlock(folio);
	folio_put(folio);
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S6.81 */
static void make_device_exclusive__errors(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = NULL;

	vm_munmap(at(fx, 1), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, PTR_ERR(make(fx, 1, &folio)), (long)-EFAULT);
	KUNIT_EXPECT_NULL(test, folio);
}

/* S6.82, S6.16 */
static void make_device_exclusive__events(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, pattern(0));
	settle(fx);
	fx_watch(fx);
	log_clear(fx);
	make_and_go(fx, 0);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_EXCLUSIVE, at(fx, 0), at(fx, 1));
	KUNIT_EXPECT_PTR_EQ(test, fx->log[0].owner, (void *)fx);
	log_clear(fx);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_CLEAR, at(fx, 0), at(fx, 1));
	KUNIT_EXPECT_PTR_EQ(test, fx->log[0].owner, NULL);
}

/* S6.16 */
static void exclusive_fault__maps_the_same_page_again(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make_and_go(fx, 0);
	poke(fx, 0, 5);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 5ull);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* S6.16, S6.81: so does get_user_pages(), and so making it exclusive again */
static void make_device_exclusive__again(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page, *got = NULL;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make_and_go(fx, 0);
	fx_watch(fx);
	log_clear(fx);
	KUNIT_EXPECT_PTR_EQ(test, make_and_go(fx, 0), page);
	KUNIT_ASSERT_EQ(test, fx->events, 2);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_CLEAR, at(fx, 0), at(fx, 1));
	EXPECT_EVENT(test, fx, 1, MMU_NOTIFY_EXCLUSIVE, at(fx, 0), at(fx, 1));
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 1, 0, &got), 1l);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_PTR_EQ(test, got, page);
	put_page(got);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S6.83: a dirty slot makes a dirty folio */
static void make_device_exclusive__dirty_goes_to_the_folio(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	folio_clear_dirty(page_folio(page_at(fx, 0)));
	page = make_and_go(fx, 0);
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(page_folio(page)));
}

/* S6.81: a device-private page is faulted back first */
static void make_device_exclusive__device_private_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = make_and_go(fx, 0);
	KUNIT_EXPECT_FALSE(test, dev_owns(&fx->dev, page));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S1.23 */
static void migrate_vma_setup__exclusive_slot_is_left_alone(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 2);
	settle(fx);
	page = make_and_go(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	EXPECT_COUNTS(test, page, 1, 1);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL), 0ul);
	peek_all(fx, 0, 2);
}

/* S1.53: through rmap it takes part, and comes back as a read-only mapping of an exclusive page */
static void migrate_device_pfns__exclusive_slot_takes_part(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src, dst;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make_and_go(fx, 0);
	src = page_to_pfn(page);
	KUNIT_ASSERT_EQ(test, migrate_device_pfns(&src, 1), 0);
	KUNIT_ASSERT_TRUE(test, src & MIGRATE_PFN_MIGRATE);
	EXPECT_COUNTS(test, page, 1, 0);
	mmap_read_lock(fx->mm);
	dst = ram_dst(fx, 0);
	mmap_read_unlock(fx->mm);
	copy_page_bytes(&fx->dev, dst, src);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	page = page_at(fx, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S6.86 */
static void munmap__exclusive_slot(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make(fx, 0, &folio);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	vm_munmap(at(fx, 0), PAGE_SIZE);
	EXPECT_COUNTS(test, page, 1, 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
	folio_unlock(folio);
	folio_put(folio);
}

/* S7.18 */
static void hmm_range_fault__exclusive_slot(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long entry = 0;
	struct hmm_range range = {
		.hmm_pfns = &entry,
		.default_flags = HMM_PFN_REQ_FAULT,
		.dev_private_owner = &fx->dev,
	};
	struct page *page;
	int err;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make_and_go(fx, 0);
	fx_watch(fx);
	range.notifier = &fx->sub;
	range.start = at(fx, 0);
	range.end = at(fx, 1);
	do {
		range.notifier_seq = mmu_interval_read_begin(&fx->sub);
		mmap_read_lock(fx->mm);
		err = hmm_range_fault(&range);
		mmap_read_unlock(fx->mm);
	} while (err == -EBUSY);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_PTR_EQ(test, hmm_pfn_to_page(entry), page);
}

/* S6.86: the fault restores it by the protection then in force */
static void exclusive_fault__in_memory_that_is_read_only_now(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make_and_go(fx, 0);
	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	vm_flags_clear(vma, VM_WRITE);
	mmap_write_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
}

/* A driver's own notifier: what it does itself is not for it, if it knows its owner. */
static bool not_my_own(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		       unsigned long cur_seq)
{
	struct fx *fx = container_of(sub, struct fx, sub);

	if (range->event == MMU_NOTIFY_EXCLUSIVE && range->owner == fx)
		return true;
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops wise_ops = {.invalidate = not_my_own};

/* Whether what was made exclusive may be used, as the notifier's sequence tells. */
static bool made_for_good(struct fx *fx)
{
	unsigned long seq = mmu_interval_read_begin(&fx->sub);

	make_and_go(fx, 0);
	return !mmu_interval_read_retry(&fx->sub, seq);
}

/* S6.85 */
static void make_device_exclusive__own_notifier_ignores_it(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, pattern(0));
	KUNIT_ASSERT_EQ(test,
			mmu_interval_notifier_insert(&fx->sub, fx->mm, fx->base, PAGES * PAGE_SIZE,
						     &wise_ops),
			0);
	fx->watching = true;
	KUNIT_EXPECT_TRUE(test, made_for_good(fx));
	peek(fx, 0);
	KUNIT_EXPECT_TRUE(test, made_for_good(fx));
}

/* S6.85: one that does not is told of its own work each time, and would try for ever */
static void make_device_exclusive__own_notifier_that_heeds_it(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, pattern(0));
	fx_watch(fx);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, made_for_good(fx));
		peek(fx, 0);
	}
}

#ifdef __PSIM__

/* S6.16 */
static void fork__exclusive_slot_is_restored_first(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child;
	struct folio *folio;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = make(fx, 0, &folio);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	/* busy: the fork as a whole fails */
	KUNIT_EXPECT_NULL(test, kunit_fork_mm(test));
	folio_unlock(folio);
	folio_put(folio);
	EXPECT_COUNTS(test, page, 1, 1);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 2, 2);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(make_device_exclusive__gives_a_locked_page),
	KUNIT_CASE(make_device_exclusive__errors),
	KUNIT_CASE(make_device_exclusive__events),
	KUNIT_CASE(exclusive_fault__maps_the_same_page_again),
	KUNIT_CASE(make_device_exclusive__again),
	KUNIT_CASE(make_device_exclusive__dirty_goes_to_the_folio),
	KUNIT_CASE(make_device_exclusive__device_private_page),
	KUNIT_CASE(migrate_vma_setup__exclusive_slot_is_left_alone),
	KUNIT_CASE(migrate_device_pfns__exclusive_slot_takes_part),
	KUNIT_CASE(munmap__exclusive_slot),
	KUNIT_CASE(hmm_range_fault__exclusive_slot),
	KUNIT_CASE(exclusive_fault__in_memory_that_is_read_only_now),
	KUNIT_CASE(make_device_exclusive__own_notifier_ignores_it),
	KUNIT_CASE(make_device_exclusive__own_notifier_that_heeds_it),
#ifdef __PSIM__
	KUNIT_CASE(fork__exclusive_slot_is_restored_first),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-exclusive",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
