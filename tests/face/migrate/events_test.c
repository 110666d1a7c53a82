// SPDX-License-Identifier: MIT
/* What notifiers hear of each operation, side by side: S8.7 and the statements that it lists. */
#include "fixture.h"

#define SYSTEM MIGRATE_VMA_SELECT_SYSTEM

static int init(struct kunit *test)
{
	int err = fx_init(test);

	if (!err) {
		poke_all(test->priv, 0, 8);
		settle(test->priv);
		fx_watch(test->priv);
	}
	return err;
}

/* Since the last look: one event, over these pages. */
static void expect_one(struct fx *fx, enum mmu_notifier_event event, unsigned int first,
		       unsigned int end)
{
	KUNIT_ASSERT_EQ(fx->test, fx->events, 1);
	EXPECT_EVENT(fx->test, fx, 0, event, at(fx, first), at(fx, end));
	log_clear(fx);
}

static void expect_nothing(struct fx *fx)
{
	KUNIT_EXPECT_EQ(fx->test, fx->events, 0);
	log_clear(fx);
}

/* S8.7, S6.32: memory that goes */
static void events__of_giving_memory_back(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, do_madvise(fx->mm, at(fx, 1), 2 * PAGE_SIZE, MADV_DONTNEED), 0);
	expect_one(fx, MMU_NOTIFY_CLEAR, 1, 3);
	KUNIT_EXPECT_EQ(test, do_madvise(fx->mm, at(fx, 3), 2 * PAGE_SIZE, MADV_FREE), 0);
	expect_one(fx, MMU_NOTIFY_CLEAR, 3, 5);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 5), 3 * PAGE_SIZE), 0);
	expect_one(fx, MMU_NOTIFY_UNMAP, 5, 8);
}

/* S8.7, S6.35: MADV_FREE tells of its span, and leaves device slots as they are all the same */
static void events__of_free_over_a_device_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, to_device(fx, 2, 3), 1);
	log_clear(fx);
	KUNIT_EXPECT_EQ(test, do_madvise(fx->mm, at(fx, 2), PAGE_SIZE, MADV_FREE), 0);
	expect_one(fx, MMU_NOTIFY_CLEAR, 2, 3);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 2));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 2));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), pattern(2));
}

/* S8.7: accesses: a hole and a reused page say nothing, the zero page is exchanged with CLEAR */
static void events__of_accesses(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 9);
	poke(fx, 8, 9);
	KUNIT_EXPECT_EQ(test, peek(fx, 9), 0ull);
	expect_nothing(fx);
	poke(fx, 9, 9);
	expect_one(fx, MMU_NOTIFY_CLEAR, 9, 10);
}

/* S8.7, S1.12, S2.10, S3.1: the steps of a migration, with a hole to fill */
static void events__of_a_migration(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, setup(fx, 7, 10, SYSTEM), 0);
	expect_one(fx, MMU_NOTIFY_MIGRATE, 7, 10);
	give_device_pages(fx);
	pages(fx);
	expect_one(fx, MMU_NOTIFY_MIGRATE, 8, 10);
	finalize(fx);
	expect_nothing(fx);
}

/* S8.7, S4.5: and of one by page frame numbers, which a CPU fault's is not */
static void events__of_coming_back(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 2), 2);
	log_clear(fx);
	KUNIT_EXPECT_TRUE(test, evict_pfn(fx, page_to_pfn(page_at(fx, 0))));
	expect_one(fx, MMU_NOTIFY_CLEAR, 0, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
	expect_one(fx, MMU_NOTIFY_MIGRATE, 1, 2);
}

/* S8.7: looking */
static void events__of_a_snapshot(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	log_clear(fx);
	for (unsigned int i = 0; i < PAGES; i++)
		snapshot(fx, i, &fx->dev);
	expect_nothing(fx);
}

#ifdef __PSIM__
/* S8.7, S6.22, S6.42, S1.54: fork and what follows from it */
static void events__of_fork(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child = kunit_fork_mm(test);

	KUNIT_ASSERT_NOT_NULL(test, child);
	expect_one(fx, MMU_NOTIFY_PROTECTION_PAGE, 0, PAGES);
	poke(fx, 0, 9);
	expect_one(fx, MMU_NOTIFY_CLEAR, 0, 1);
	poke(fx, 0, 10);
	expect_nothing(fx);
	/* shared pages go through rmap as well */
	KUNIT_ASSERT_EQ(test, setup(fx, 1, 2, SYSTEM), 0);
	KUNIT_ASSERT_EQ(test, fx->events, 2);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_MIGRATE, at(fx, 1), at(fx, 2));
	EXPECT_EVENT(test, fx, 1, MMU_NOTIFY_CLEAR, at(fx, 1), at(fx, 2));
	pages(fx);
	finalize(fx);
}
#endif

/*
 * S8.11: while an active range has met a subscription nobody can come or go; the next number says that it
 * is over
 */
static void events__odd_while_active(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;
	unsigned long before, active;

	before = mmu_interval_read_begin(&fx->sub);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, at(fx, 0), at(fx, 1));
	mmu_notifier_invalidate_range_start(&range);
	active = fx->log[0].seq;
	KUNIT_EXPECT_EQ(test, active & 1, 1ul);
	KUNIT_EXPECT_TRUE(test, mmu_interval_read_retry(&fx->sub, before));
	mmu_notifier_invalidate_range_end(&range);
	/* even again, and past the number that was handed out */
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&fx->sub), active);
	log_clear(fx);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, fx->log[0].seq, active + 2);
	mmu_notifier_invalidate_range_end(&range);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(events__of_giving_memory_back),
	KUNIT_CASE(events__of_free_over_a_device_page),
	KUNIT_CASE(events__of_accesses),
	KUNIT_CASE(events__of_a_migration),
	KUNIT_CASE(events__of_coming_back),
	KUNIT_CASE(events__of_a_snapshot),
#ifdef __PSIM__
	KUNIT_CASE(events__of_fork),
#endif
	KUNIT_CASE(events__odd_while_active),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_events", .init = init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
