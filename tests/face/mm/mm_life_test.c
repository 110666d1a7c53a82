// SPDX-License-Identifier: MIT
/* The lock of an address space in its rarer forms; the notifiers of one at its beginning and at its end. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "../sync/threads.h"

#ifdef __PSIM__ /* a real kernel has no mm_alloc() for others */

static struct mm_struct *new_mm(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	return mm;
}

/* ---- the lock --------------------------------------------------------------------------------------- */

static void mmap_init_lock__is_free(struct kunit *test)
{
	struct mm_struct *mm = kmalloc(sizeof(*mm), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mm);
	memset(mm, 0xff, sizeof(*mm));
	mmap_init_lock(mm);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&mm->mmap_lock));
	mmap_read_lock(mm);
	KUNIT_EXPECT_FALSE(test, down_write_trylock(&mm->mmap_lock));
	mmap_read_unlock(mm);
	kfree(mm);
}

/* S9.52: two locks of one kind, in an order that the caller vouches for */
static void mmap_write_lock_nested__a_child_under_its_parent(struct kunit *test)
{
	struct mm_struct *parent = new_mm(test), *child = new_mm(test);

	mmap_write_lock(parent);
	mmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);
	mmap_assert_write_locked(parent);
	mmap_assert_write_locked(child);
	KUNIT_EXPECT_FALSE(test, mmap_read_trylock(child));
	mmap_write_unlock(child);
	mmap_write_unlock(parent);
	mmput(child);
	mmput(parent);
}

static int lock_to_read(void *arg)
{
	struct mm_struct *mm = arg;
	int err = mmap_read_lock_killable(mm);

	if (!err)
		mmap_read_unlock(mm);
	return err;
}

static int lock_to_write(void *arg)
{
	struct mm_struct *mm = arg;
	int err = mmap_write_lock_killable(mm);

	if (!err)
		mmap_write_unlock(mm);
	return err;
}

static int (*const lockers[])(void *mm) = {lock_to_read, lock_to_write};

/* S9.52: a waiter shows, and can be killed; then it does not have the lock */
static void mmap_lock_killable__waits_until_killed(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test);

	for (unsigned int i = 0; i < ARRAY_SIZE(lockers); i++) {
		struct thread t;

		KUNIT_EXPECT_EQ(test, lockers[i](mm), 0);
		mmap_write_lock(mm);
		KUNIT_EXPECT_FALSE(test, mmap_lock_is_contended(mm));
		thread_start(test, &t, lockers[i], mm);
		for (unsigned int n = 0; n < 5000 && !mmap_lock_is_contended(mm); n++)
			msleep(1);
		KUNIT_EXPECT_TRUE(test, mmap_lock_is_contended(mm));
		send_sig(SIGKILL, t.task, 1);
		KUNIT_EXPECT_EQ(test, thread_join(&t), -EINTR);
		mmap_write_unlock(mm);
		KUNIT_EXPECT_TRUE(test, mmap_write_trylock(mm));
		mmap_write_unlock(mm);
	}
	mmput(mm);
}

/* ---- notifiers ---------------------------------------------------------------------------------------- */

struct counter {
	struct mmu_notifier sub;
	unsigned int releases, starts;
	struct mm_struct *mm;
};

static void released(struct mmu_notifier *sub, struct mm_struct *mm)
{
	struct counter *c = container_of(sub, struct counter, sub);

	c->releases++;
	c->mm = mm;
}

static int started(struct mmu_notifier *sub, const struct mmu_notifier_range *range)
{
	container_of(sub, struct counter, sub)->starts++;
	return 0;
}

static const struct mmu_notifier_ops ops = {.release = released, .invalidate_range_start = started};

static void invalidate(struct mm_struct *mm)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, 0, PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
}

/* S8.29: told once that the address space ends, and of nothing later */
static void mmu_notifier_release__once_each(struct kunit *test)
{
	static void (*const release[])(struct mm_struct * mm) = {mmu_notifier_release,
								 __mmu_notifier_release};

	for (unsigned int i = 0; i < ARRAY_SIZE(release); i++) {
		struct mm_struct *mm = new_mm(test);
		struct counter c = {.sub.ops = &ops}, d = {.sub.ops = &ops};

		KUNIT_ASSERT_EQ(test, mmu_notifier_register(&c.sub, mm), 0);
		KUNIT_ASSERT_EQ(test, mmu_notifier_register(&d.sub, mm), 0);
		invalidate(mm);
		KUNIT_EXPECT_EQ(test, c.starts + d.starts, 2u);
		release[i](mm);
		KUNIT_EXPECT_EQ(test, c.releases, 1u);
		KUNIT_EXPECT_EQ(test, d.releases, 1u);
		KUNIT_EXPECT_PTR_EQ(test, c.mm, mm);
		invalidate(mm);
		KUNIT_EXPECT_EQ(test, c.starts + d.starts, 2u);
		mmu_notifier_unregister(&c.sub, mm);
		mmput(mm);
		/* also after the end */
		mmu_notifier_unregister(&d.sub, mm);
		KUNIT_EXPECT_EQ(test, c.releases + d.releases, 2u);
	}
}

/* What was kept for notifiers stays after the last one, until the address space is freed. */
static void mmu_notifier_subscriptions_destroy__forgets(struct kunit *test)
{
	static void (*const destroy[])(struct mm_struct * mm) = {
		mmu_notifier_subscriptions_destroy, __mmu_notifier_subscriptions_destroy};

	for (unsigned int i = 0; i < ARRAY_SIZE(destroy); i++) {
		struct mm_struct *mm = new_mm(test);
		struct counter c = {.sub.ops = &ops};

		KUNIT_EXPECT_FALSE(test, mm_has_notifiers(mm));
		mmu_notifier_subscriptions_destroy(mm);
		KUNIT_ASSERT_EQ(test, mmu_notifier_register(&c.sub, mm), 0);
		mmu_notifier_unregister(&c.sub, mm);
		KUNIT_EXPECT_TRUE(test, mm_has_notifiers(mm));
		destroy[i](mm);
		KUNIT_EXPECT_FALSE(test, mm_has_notifiers(mm));
		mmput(mm);
	}
}

static void mmu_notifier_subscriptions_init__has_none(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test);

	mm->notifier_subscriptions = (void *)mm;
	mmu_notifier_subscriptions_init(mm);
	KUNIT_EXPECT_FALSE(test, mm_has_notifiers(mm));
	mmput(mm);
}

#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(mmap_init_lock__is_free),
	KUNIT_CASE(mmap_write_lock_nested__a_child_under_its_parent),
	KUNIT_CASE(mmap_lock_killable__waits_until_killed),
	KUNIT_CASE(mmu_notifier_release__once_each),
	KUNIT_CASE(mmu_notifier_subscriptions_destroy__forgets),
	KUNIT_CASE(mmu_notifier_subscriptions_init__has_none),
#endif
	{},
};

static struct kunit_suite suite = {.name = "mm-life", .test_cases = cases};
kunit_test_suite(suite);
