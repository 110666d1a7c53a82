// SPDX-License-Identifier: MIT
/* Notifiers without memory, killed while they register, counted too often, and left at the end. */
#include "fixture.h"

#include <linux/sched/signal.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

static int freed;

static struct mmu_notifier *alloc_one(struct mm_struct *mm)
{
	return kzalloc(sizeof(struct mmu_notifier), GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

static void free_one(struct mmu_notifier *sub)
{
	freed++;
	kfree(sub);
}

static const struct mmu_notifier_ops ops = {
	.alloc_notifier = alloc_one,
	.free_notifier = free_one,
};

static bool ignore(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops interval_ops = {.invalidate = ignore};

/* Who was told to go gets no notifier, and the address space none for others either */
static void mmu_interval_notifier_insert__killed(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_interval_notifier sub = {};

	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	KUNIT_EXPECT_EQ(
		test,
		mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE, &interval_ops),
		-EINTR);
	flush_signals(current);
	KUNIT_EXPECT_FALSE(test, mm_has_notifiers(fx->mm));
	KUNIT_ASSERT_EQ(
		test,
		mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE, &interval_ops), 0);
	mmu_interval_notifier_remove(&sub);
}

static void mmu_notifier_get__too_many_users(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier *sub = mmu_notifier_get(&ops, fx->mm);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sub);
	sub->users = UINT_MAX;
	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get(&ops, fx->mm), ERR_PTR(-EOVERFLOW));
	sub->users = 1;
	freed = 0;
	mmu_notifier_put(sub);
	mmu_notifier_synchronize();
	KUNIT_EXPECT_EQ(test, freed, 1);
}

#ifdef __PSIM__
static void mmu_notifier_get__without_memory(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_interval_notifier sub = {};

	freed = 0;
	/* of the subscription, then of what the address space keeps of all of them */
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get(&ops, fx->mm), ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_EQ(test, freed, 0);
	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_PTR_EQ(test, mmu_notifier_get(&ops, fx->mm), ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_EQ(test, freed, 1);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(
		test,
		mmu_interval_notifier_insert(&sub, fx->mm, fx->base, PAGE_SIZE, &interval_ops),
		-ENOMEM);
	KUNIT_EXPECT_FALSE(test, mm_has_notifiers(fx->mm));
}

static void stop__notifier_is_left(struct kunit *test)
{
	static struct mmu_interval_notifier interval;
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;

	KUNIT_ASSERT_EQ(
		test,
		mmu_interval_notifier_insert(&interval, fx->mm, fx->base, PAGE_SIZE, &interval_ops),
		0);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, at(fx, 8), at(fx, 9));
	mmu_notifier_invalidate_range_start(&range);
	kunit_expect_report(test, "an interval notifier is left: mm 1");
	kunit_expect_report(test, "1 invalidations have no end");
	/* which keeps the address space */
	kunit_expect_report(test, "an address space is left");
	kunit_expect_report(test, "taken in __psim_mm_alloc are left");
	kunit_expect_report(test, "taken in state_alloc are left");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(mmu_interval_notifier_insert__killed),
	KUNIT_CASE(mmu_notifier_get__too_many_users),
#ifdef __PSIM__
	KUNIT_CASE(mmu_notifier_get__without_memory),
	KUNIT_CASE(stop__notifier_is_left),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "mmu_notifier_misuse",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
