// SPDX-License-Identifier: MIT
/* References to address spaces: users and holders, teardown in place and from a work item. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

/* A subscription over everything, counting what comes. */
struct watch {
	struct mmu_interval_notifier sub;
	unsigned int unmaps;
	unsigned int releases;
	unsigned long start, end;
	struct completion released;
};

static bool watch_invalidate(struct mmu_interval_notifier *sub,
			     const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct watch *watch = container_of(sub, struct watch, sub);

	mmu_interval_set_seq(sub, cur_seq);
	if (range->event == MMU_NOTIFY_UNMAP)
		watch->unmaps++;
	if (range->event == MMU_NOTIFY_RELEASE) {
		WRITE_ONCE(watch->releases, watch->releases + 1);
		watch->start = range->start;
		watch->end = range->end;
		complete(&watch->released);
	}
	return true;
}

static const struct mmu_interval_notifier_ops watch_ops = {.invalidate = watch_invalidate};

/* A fresh address space that @watch watches, its structure held. */
static struct mm_struct *watched_mm(struct kunit *test, struct watch *watch)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	init_completion(&watch->released);
	KUNIT_ASSERT_EQ(
		test, mmu_interval_notifier_insert(&watch->sub, mm, 0x10000, 1ul << 40, &watch_ops),
		0);
	return mm;
}

/* S9.50 */
static void mm_alloc__starts_with_one_user(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 1);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	mmput(mm);
}

/* S9.50 */
static void mmget_not_zero__while_there_are_users(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_EXPECT_TRUE(test, mmget_not_zero(mm));
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 2);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	mmput(mm);
}

/* S9.50, S9.51 */
static void mmget_not_zero__after_the_last_user(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmgrab(mm);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 0);
	KUNIT_EXPECT_FALSE(test, mmget_not_zero(mm));
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 1);
	mmdrop(mm);
}

/* S9.50, S8.29 */
static void mmput__last_user_tears_down_before_it_returns(struct kunit *test)
{
	struct watch watch = {};
	struct mm_struct *mm = watched_mm(test, &watch);

	mmget(mm);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, watch.releases, 0);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, watch.releases, 1);
	KUNIT_EXPECT_EQ(test, watch.start, 0ul);
	KUNIT_EXPECT_EQ(test, watch.end, ULONG_MAX);
	mmu_interval_notifier_remove(&watch.sub);
}

/* S9.50 */
static void mmput_async__in_atomic_context(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct watch watch = {};
	struct mm_struct *mm = watched_mm(test, &watch);

	spin_lock(&lock);
	mmput_async(mm);
	KUNIT_EXPECT_EQ(test, READ_ONCE(watch.releases), 0);
	spin_unlock(&lock);
	wait_for_completion(&watch.released);
	KUNIT_EXPECT_EQ(test, watch.releases, 1);
	mmu_interval_notifier_remove(&watch.sub);
}

/* S9.50: not the last one: nothing is torn down */
static void mmput_async__not_the_last_user(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmget(mm);
	mmput_async(mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	mmput(mm);
}

/* S9.51 */
static void mmgrab__keeps_the_structure(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmgrab(mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	mmdrop(mm);
}

/* S9.52 */
static void mmap_assert_locked__accepts_read_and_write(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmap_read_lock(mm);
	mmap_assert_locked(mm);
	KUNIT_EXPECT_TRUE(test, mmap_read_trylock(mm));
	mmap_read_unlock(mm);
	KUNIT_EXPECT_FALSE(test, mmap_write_trylock(mm));
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	mmap_assert_locked(mm);
	mmap_assert_write_locked(mm);
	mmap_write_downgrade(mm);
	mmap_assert_locked(mm);
	mmap_read_unlock(mm);
	mmput(mm);
}

#ifdef __PSIM__
/* S9.52 */
static void mmap_assert_locked__not_locked(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	kunit_expect_report(test, "mmap_lock");
	mmap_assert_locked(mm);
	mmput(mm);
}

/* S9.52 */
static void mmap_assert_write_locked__read_is_not_enough(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmap_read_lock(mm);
	kunit_expect_report(test, "mmap_lock");
	mmap_assert_write_locked(mm);
	mmap_read_unlock(mm);
	mmput(mm);
}

/* S9.50: the lock checker's view of every mmput() */
static void mmput__with_a_spinlock_held(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmget(mm);
	kunit_expect_report(test, "mmput");
	spin_lock(&lock);
	mmput(mm);
	spin_unlock(&lock);
	mmput(mm);
}

/* S9.51 */
/* whoever said that a flush is to come has said that it is done, once each */
static void mmput__with_a_flush_to_come(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	dec_tlb_flush_pending(mm);
	kunit_expect_report(test, "freed while -1 flushes are to come");
	mmput(mm);
}

static void mmgrab__never_given_back(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	kunit_expect_report(test, "address space");
	kunit_expect_report(test, "law 3");
	mmgrab(mm);
	mmput(mm);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(mm_alloc__starts_with_one_user),
	KUNIT_CASE(mmget_not_zero__while_there_are_users),
	KUNIT_CASE(mmget_not_zero__after_the_last_user),
	KUNIT_CASE(mmput__last_user_tears_down_before_it_returns),
	KUNIT_CASE(mmput_async__in_atomic_context),
	KUNIT_CASE(mmput_async__not_the_last_user),
	KUNIT_CASE(mmgrab__keeps_the_structure),
	KUNIT_CASE(mmap_assert_locked__accepts_read_and_write),
#ifdef __PSIM__
	KUNIT_CASE(mmap_assert_locked__not_locked),
	KUNIT_CASE(mmap_assert_write_locked__read_is_not_enough),
	KUNIT_CASE(mmput__with_a_spinlock_held),
	KUNIT_CASE(mmput__with_a_flush_to_come),
	KUNIT_CASE(mmgrab__never_given_back),
#endif
	{},
};

static struct kunit_suite suite = {.name = "mm", .test_cases = cases};
kunit_test_suite(suite);
