// SPDX-License-Identifier: MIT
/*
 * Migrations that meet faults, evictions, munmap and other migrations. Whoever wins, bytes stay what they
 * were, and nothing is left. Each holds under any schedule.
 */
#include "fixture.h"

#define ROUNDS 8

static void device_of(struct fx *fx)
{
	fx->dev.priv = fx;
}

/* ---- a fault and an eviction (S4.10, S4.16) -------------------------------------------------------------- */

static void read_it(struct other *other)
{
	other->value = peek(other->fx, other->page);
}

static void evict_until_gone(struct other *other)
{
	struct fx *fx = other->fx;

	/* a page in use yields nothing; the evictor tries again */
	for (unsigned int i = 0; dev_used(&fx->dev) && i < 10000; i++) {
		evict_pfn(fx, fx->dev.first);
		cond_resched();
	}
}

/* S4.10 */
static void fault__races_with_eviction(struct kunit *test)
{
	struct fx *fx = test->priv;

	device_of(fx);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct other reader = {.page = 0}, evictor = {};

		poke(fx, 0, pattern(i));
		KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
		other_start(fx, &evictor, evict_until_gone);
		other_start(fx, &reader, read_it);
		other_join(&reader);
		other_join(&evictor);
		KUNIT_EXPECT_EQ(test, reader.value, pattern(i));
		KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
		KUNIT_EXPECT_EQ(test, fx->dev.frees, i + 1);
		KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	}
}

/* S4.10, eviction first: the page is locked by it, so the fault waits and finds the page in RAM */
static void fault__waits_for_an_eviction(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other reader = {.page = 0};
	unsigned long src, dst;
	struct page *page;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	migrate_device_range(&src, fx->dev.first, 1);
	KUNIT_ASSERT_TRUE(test, src & MIGRATE_PFN_MIGRATE);
	other_start(fx, &reader, read_it);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&reader.done));
	page = alloc_page(GFP_HIGHUSER_MOVABLE);
	KUNIT_ASSERT_NOT_NULL(test, page);
	lock_page(page);
	dst = migrate_pfn(page_to_pfn(page));
	copy_page_bytes(&fx->dev, dst, src);
	migrate_device_pages(&src, &dst, 1);
	migrate_device_finalize(&src, &dst, 1);
	other_join(&reader);
	KUNIT_EXPECT_EQ(test, reader.value, pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
}

static void evict_now(struct dev *dev, struct vm_fault *vmf)
{
	struct fx *fx = dev->priv;
	unsigned long src = page_to_pfn(vmf->page);

	migrate_device_pfns(&src, 1);
	KUNIT_EXPECT_EQ(fx->test, src, 0ul);
}

/* S4.10, fault first: the evictor gets nothing */
static void migrate_device_pfns__during_a_fault(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	device_of(fx);
	fx->dev.in_fault = evict_now;
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

static void hold_for_a_moment(struct dev *dev, struct migrate_vma *args)
{
	/* the evictor's look at a page whose lock it does not get */
	get_page(args->fault_page);
	dev->after_setup = NULL;
	dev->in_fault = NULL;
}

static void let_go_again(struct dev *dev, struct vm_fault *vmf)
{
	put_page(vmf->page);
	dev->in_fault = NULL;
}

static void hold_until_next_fault(struct dev *dev, struct migrate_vma *args)
{
	hold_for_a_moment(dev, args);
	dev->in_fault = let_go_again;
}

/* S4.16: the evictor's passing reference spoils the count; the fault is repeated and succeeds */
static void fault__is_spoilt_by_a_passing_reference(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	device_of(fx);
	fx->dev.after_setup = hold_until_next_fault;
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 2);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* ---- both ways at once ----------------------------------------------------------------------------------------- */

static void read_all(struct other *other)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int page = 0; page < 4; page++)
			KUNIT_EXPECT_EQ(other->fx->test, peek(other->fx, page), pattern(page));
	}
}

static void evict_all(struct other *other)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int page = 0; page < 8; page++)
			evict_pfn(other->fx, other->fx->dev.first + page);
	}
}

/* S1.29, S1.63, S4.10: a migrator, an evictor and a reader of the same four pages */
static void migrate__there_and_back_at_once(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other reader = {}, evictor = {};

	device_of(fx);
	poke_all(fx, 0, 4);
	other_start(fx, &reader, read_all);
	other_start(fx, &evictor, evict_all);
	for (unsigned int i = 0; i < ROUNDS; i++)
		to_device(fx, 0, 4);
	other_join(&reader);
	other_join(&evictor);
	peek_all(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, rss(fx), 4ul);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
}

static void write_all(struct other *other)
{
	for (unsigned int i = 1; i <= 4 * ROUNDS; i++)
		poke(other->fx, 2, i);
}

/* S2.6, S3.5: what a writer stores is never lost to a migration */
static void migrate__no_store_is_lost(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other writer = {};

	device_of(fx);
	poke_all(fx, 0, 4);
	other_start(fx, &writer, write_all);
	for (unsigned int i = 0; i < ROUNDS; i++)
		to_device(fx, 0, 4);
	other_join(&writer);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 4ull * ROUNDS);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
}

static void unmap_it(struct other *other)
{
	KUNIT_EXPECT_EQ(other->fx->test, vm_munmap(at(other->fx, 0), 2 * PAGE_SIZE), 0);
}

static void evict_twice(struct other *other)
{
	for (unsigned int i = 0; i < 4; i++) {
		evict_pfn(other->fx, other->fx->dev.first);
		evict_pfn(other->fx, other->fx->dev.first + 1);
	}
}

/* S4.11, S6.31: munmap and an eviction */
static void migrate_device__races_with_munmap(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other unmapper = {}, evictor = {};

	device_of(fx);
	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 3), 3);
	other_start(fx, &evictor, evict_twice);
	other_start(fx, &unmapper, unmap_it);
	other_join(&unmapper);
	other_join(&evictor);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), pattern(2));
}

/* ---- notifiers ------------------------------------------------------------------------------------------------------ */

static bool quiet(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		  unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops quiet_ops = {.invalidate = quiet};

/* S8.44: the first insertion ever cannot slip between start and end of an eviction's range */
static void mmu_interval_notifier_insert__first_one_races_with_eviction(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_interval_notifier sub;
	struct other evictor = {};

	device_of(fx);
	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	other_start(fx, &evictor, evict_until_gone);
	KUNIT_EXPECT_EQ(test,
			mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE, &quiet_ops),
			0);
	other_join(&evictor);
	/* nothing is active any more */
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&sub, mmu_interval_read_begin(&sub)));
	mmu_interval_notifier_remove(&sub);
}

static void ask_and_check(struct other *other)
{
	struct fx *fx = other->fx;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long entry = 0;
		struct hmm_range range = {
			.notifier = &fx->sub,
			.start = fx->base,
			.end = fx->base + PAGE_SIZE,
			.hmm_pfns = &entry,
			.default_flags = HMM_PFN_REQ_FAULT,
			.dev_private_owner = &fx->dev,
		};
		bool stale;
		int err;

		do {
			do {
				range.notifier_seq = mmu_interval_read_begin(&fx->sub);
				mmap_read_lock(fx->mm);
				err = hmm_range_fault(&range);
				mmap_read_unlock(fx->mm);
			} while (err == -EBUSY);
			KUNIT_EXPECT_EQ(fx->test, err, 0);
			spin_lock(&fx->log_lock);
			stale = mmu_interval_read_retry(&fx->sub, range.notifier_seq);
			if (!stale) {
				/* under the lock that the callback takes, the page cannot go away */
				KUNIT_EXPECT_GE(fx->test,
						folio_ref_count(page_folio(hmm_pfn_to_page(entry))),
						1);
			}
			spin_unlock(&fx->log_lock);
		} while (stale);
	}
}

/* S7.33, S7.36, S8.17: what a reader holds for good under its lock is good */
static void hmm_range_fault__races_with_migration(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other asker = {}, evictor = {};

	device_of(fx);
	fx_watch(fx);
	poke_all(fx, 0, 1);
	other_start(fx, &asker, ask_and_check);
	other_start(fx, &evictor, evict_all);
	for (unsigned int i = 0; i < ROUNDS; i++)
		to_device(fx, 0, 1);
	other_join(&asker);
	other_join(&evictor);
	peek_all(fx, 0, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__races_with_eviction),
	KUNIT_CASE(fault__waits_for_an_eviction),
	KUNIT_CASE(migrate_device_pfns__during_a_fault),
	KUNIT_CASE(fault__is_spoilt_by_a_passing_reference),
	KUNIT_CASE(migrate__there_and_back_at_once),
	KUNIT_CASE(migrate__no_store_is_lost),
	KUNIT_CASE(migrate_device__races_with_munmap),
	KUNIT_CASE(mmu_interval_notifier_insert__first_one_races_with_eviction),
	KUNIT_CASE(hmm_range_fault__races_with_migration),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_race",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
