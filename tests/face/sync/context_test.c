// SPDX-License-Identifier: MIT
/* What may be called where: each misuse is a report. Only this machine reports, so only here. */
#include <kunit/test.h>
#ifdef __PSIM__
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(sem);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(wq);

static void call_mutex_lock(void)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void call_down_read(void)
{
	down_read(&sem);
	up_read(&sem);
}

static void call_wait_for_completion(void)
{
	complete(&done);
	wait_for_completion(&done);
}

static void call_wait_event(void)
{
	wait_event(wq, true);
}

static void call_might_sleep(void)
{
	might_sleep();
}

static void call_might_alloc(void)
{
	might_alloc(GFP_KERNEL);
}

static void idle(struct work_struct *work)
{
}

static void call_flush_work(void)
{
	static DECLARE_WORK(work, idle);

	flush_work(&work);
}

static const struct sleeper {
	const char *name;
	void (*call)(void);
} sleepers[] = {
	{"mutex_lock", call_mutex_lock},
	{"down_read", call_down_read},
	{"wait_for_completion", call_wait_for_completion},
	{"wait_event", call_wait_event},
	{"might_sleep", call_might_sleep},
	{"might_alloc", call_might_alloc},
	{"flush_work", call_flush_work},
};

static void describe(const struct sleeper *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sleeper, sleepers, describe);

static void sleeping__under_a_spinlock(struct kunit *test)
{
	const struct sleeper *s = test->param_value;

	spin_lock(&spin);
	kunit_expect_report(test, "law 4");
	s->call();
	spin_unlock(&spin);
}

static void sleeping__with_preemption_off(struct kunit *test)
{
	const struct sleeper *s = test->param_value;

	preempt_disable();
	kunit_expect_report(test, "law 4");
	s->call();
	preempt_enable();
}

static void sleeping__nothing_held(struct kunit *test)
{
	const struct sleeper *s = test->param_value;

	s->call();
}

static void might_alloc__atomic(struct kunit *test)
{
	spin_lock(&spin);
	might_alloc(GFP_ATOMIC);
	might_alloc(GFP_NOWAIT);
	spin_unlock(&spin);
}

static void might_alloc__inside_reclaim(struct kunit *test)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_alloc(GFP_NOWAIT);
	might_alloc(GFP_NOIO);
	kunit_expect_report(test, "allocates with reclaim inside of reclaim");
	might_alloc(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
}

static void lock_map_acquire__is_held(struct kunit *test)
{
	static struct lock_class_key key;
	struct lockdep_map map;

	lockdep_init_map(&map, "annotated", &key, 0);
	KUNIT_EXPECT_FALSE(test, lock_is_held(&map));
	lock_map_acquire(&map);
	KUNIT_EXPECT_TRUE(test, lock_is_held(&map));
	KUNIT_EXPECT_EQ(test, lockdep_depth(current), 1);
	lock_map_release(&map);
	KUNIT_EXPECT_FALSE(test, lock_is_held(&map));
	kunit_expect_report(test, "releases lock annotated, which this task does not hold");
	lock_map_release(&map);
}

static void might_lock__holds_nothing_afterwards(struct kunit *test)
{
	might_lock(&mutex);
	might_lock_nested(&mutex, 1);
	KUNIT_EXPECT_EQ(test, lockdep_depth(current), 0);
}

static void lockdep_assert__false(struct kunit *test)
{
	lockdep_assert(true);
	kunit_expect_report(test, "lockdep_assert__false");
	lockdep_assert(mutex_is_locked(&mutex));
}

static void completion__never_initialised(struct kunit *test)
{
	static struct completion x;

	kunit_expect_report(test, "complete uses a completion that was never initialised");
	complete(&x);
	wait_for_completion(&x);
}

static void might_sleep__in_non_block(struct kunit *test)
{
	non_block_start();
	kunit_expect_report(test, "may sleep inside non_block_start()");
	might_sleep();
	non_block_end();
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(sleeping__under_a_spinlock, sleeper_gen_params),
	KUNIT_CASE_PARAM(sleeping__with_preemption_off, sleeper_gen_params),
	KUNIT_CASE_PARAM(sleeping__nothing_held, sleeper_gen_params),
	KUNIT_CASE(might_alloc__atomic),
	KUNIT_CASE(might_alloc__inside_reclaim),
	KUNIT_CASE(lock_map_acquire__is_held),
	KUNIT_CASE(might_lock__holds_nothing_afterwards),
	KUNIT_CASE(lockdep_assert__false),
	KUNIT_CASE(completion__never_initialised),
	KUNIT_CASE(might_sleep__in_non_block),
	{}};

static struct kunit_suite suite = {.name = "context", .test_cases = cases};
kunit_test_suite(suite);
#endif
MODULE_LICENSE("Dual MIT/GPL");
