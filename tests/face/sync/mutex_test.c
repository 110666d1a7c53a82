// SPDX-License-Identifier: MIT
/* Mutexes: exclusion, order of trying, signals, and what the lock checker says. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

#define ROUNDS 50

struct shared {
	struct mutex lock;
	int inside;
	int worst;
	int sum;
};

static int add_slowly(void *arg)
{
	struct shared *s = arg;
	int i, seen;

	for (i = 0; i < ROUNDS; i++) {
		mutex_lock(&s->lock);
		s->worst = max(s->worst, ++s->inside);
		seen = s->sum;
		if (i % 10 == 0)
			cond_resched();
		s->sum = seen + 1;
		s->inside--;
		mutex_unlock(&s->lock);
	}
	return 0;
}

static void mutex_lock__excludes(struct kunit *test)
{
	struct shared s = {};
	struct thread threads[3];
	int i;

	mutex_init(&s.lock);
	for (i = 0; i < 3; i++)
		thread_start(test, &threads[i], add_slowly, &s);
	for (i = 0; i < 3; i++)
		thread_join(&threads[i]);
	KUNIT_EXPECT_EQ(test, s.sum, 3 * ROUNDS);
	KUNIT_EXPECT_EQ(test, s.worst, 1);
	mutex_destroy(&s.lock);
}

static int try(void *arg)
{
	int taken = mutex_trylock(arg);

	if (taken)
		mutex_unlock(arg);
	return taken;
}

static int lock_and_unlock(void *arg)
{
	mutex_lock(arg);
	mutex_unlock(arg);
	return 1;
}

static int lock_interruptible(void *arg)
{
	int err = mutex_lock_interruptible(arg);

	if (!err)
		mutex_unlock(arg);
	return err;
}

static int lock_killable(void *arg)
{
	int err = mutex_lock_killable(arg);

	if (!err)
		mutex_unlock(arg);
	return err;
}

static void mutex_trylock__free_and_taken(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread t;

	KUNIT_ASSERT_EQ(test, mutex_trylock(&lock), 1);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	thread_start(test, &t, try, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	mutex_unlock(&lock);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	thread_start(test, &t, try, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
}

static void mutex_lock__sleeps_until_unlocked(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread t;

	mutex_lock(&lock);
	thread_start(test, &t, lock_and_unlock, &lock);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	mutex_unlock(&lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
}

/* S9.70 */
static void mutex_lock_interruptible__free(struct kunit *test)
{
	static DEFINE_MUTEX(lock);

	KUNIT_ASSERT_EQ(test, mutex_lock_interruptible(&lock), 0);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	mutex_unlock(&lock);
}

/* S9.70 */
static void mutex_lock_interruptible__signal(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread t;

	mutex_lock(&lock);
	thread_start(test, &t, lock_interruptible, &lock);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -EINTR);
	mutex_unlock(&lock);
	/* nothing of the waiter is left behind */
	thread_start(test, &t, lock_and_unlock, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
}

/* S9.70: of two that wait, the one behind gets the lock when the first gives up */
static void mutex_lock_interruptible__next_goes_on(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread first, second;

	mutex_lock(&lock);
	thread_start(test, &first, lock_interruptible, &lock);
	let_others_run();
	thread_start(test, &second, lock_and_unlock, &lock);
	let_others_run();
	send_sig(SIGINT, first.task, 1);
	mutex_unlock(&lock);
	KUNIT_EXPECT_EQ(test, thread_join(&second), 1);
	thread_join(&first);
}

static void mutex_lock_killable__only_fatal(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread t;

	mutex_lock(&lock);
	thread_start(test, &t, lock_killable, &lock);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	send_sig(SIGKILL, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -EINTR);
	mutex_unlock(&lock);
}

static void mutex_guard__unlocks_at_the_end(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	bool busy = false;

	{
		guard(mutex)(&lock);
		KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	}
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	scoped_guard(mutex, &lock) KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	scoped_cond_guard(mutex_try, busy = true, &lock) lockdep_assert_held(&lock);
	KUNIT_EXPECT_FALSE(test, busy);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
}

static void lockdep_is_held__mutex(struct kunit *test)
{
	static DEFINE_MUTEX(lock);

	KUNIT_EXPECT_FALSE(test, lockdep_is_held(&lock));
	mutex_lock(&lock);
	KUNIT_EXPECT_TRUE(test, lockdep_is_held(&lock));
	lockdep_assert_held(&lock);
	mutex_unlock(&lock);
	lockdep_assert_not_held(&lock);
}

#ifdef __PSIM__
static void lockdep_assert_held__not_held(struct kunit *test)
{
	static DEFINE_MUTEX(lock);

	kunit_expect_report(test, "lock lock is not held");
	lockdep_assert_held(&lock);
}

static void mutex_lock__twice(struct kunit *test)
{
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	kunit_expect_halt(test, "takes mutex lock, which this task already holds");
	mutex_lock(&lock);
}

static int unlock(void *arg)
{
	mutex_unlock(arg);
	return 0;
}

static void mutex_unlock__by_another_task(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct thread t;

	mutex_lock(&lock);
	kunit_expect_report(test, "unlock releases lock lock, which this task does not hold");
	thread_start(test, &t, unlock, &lock);
	thread_join(&t);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	mutex_unlock(&lock);
}

static void mutex_lock__never_initialised(struct kunit *test)
{
	static struct mutex lock;

	kunit_expect_report(test, "uses a mutex that was never initialised");
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static void mutex_lock__destroyed(struct kunit *test)
{
	struct mutex lock;

	mutex_init(&lock);
	mutex_destroy(&lock);
	kunit_expect_report(test, "uses a mutex that was never initialised, is destroyed");
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static int destroy(void *arg)
{
	mutex_destroy(arg);
	return 0;
}

static void mutex_destroy__locked(struct kunit *test)
{
	struct mutex lock;
	struct thread t;

	mutex_init(&lock);
	mutex_lock(&lock);
	kunit_expect_report(test, "mutex &lock is destroyed while it is locked");
	thread_start(test, &t, destroy, &lock);
	thread_join(&t);
	kunit_expect_report(test, "uses a mutex that was never initialised, is destroyed");
	mutex_unlock(&lock);
}

static int end_with_lock(void *arg)
{
	mutex_lock(arg);
	return 0;
}

static void mutex_lock__task_ends(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	struct task_struct *task;

	kunit_expect_report(test, "the task ends, but holds lock lock since end_with_lock");
	task = kthread_run(end_with_lock, &lock, "careless");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	let_others_run();
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(mutex_lock__excludes),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(mutex_lock__excludes, .scheduler = "random", .seed = 7),
#endif
	KUNIT_CASE(mutex_trylock__free_and_taken),
	KUNIT_CASE(mutex_lock__sleeps_until_unlocked),
	KUNIT_CASE(mutex_lock_interruptible__free),
	KUNIT_CASE(mutex_lock_interruptible__signal),
	KUNIT_CASE(mutex_lock_interruptible__next_goes_on),
	KUNIT_CASE(mutex_lock_killable__only_fatal),
	KUNIT_CASE(mutex_guard__unlocks_at_the_end),
	KUNIT_CASE(lockdep_is_held__mutex),
#ifdef __PSIM__
	KUNIT_CASE(lockdep_assert_held__not_held),
	KUNIT_CASE(mutex_lock__twice),
	KUNIT_CASE(mutex_unlock__by_another_task),
	KUNIT_CASE(mutex_lock__never_initialised),
	KUNIT_CASE(mutex_lock__destroyed),
	KUNIT_CASE(mutex_destroy__locked),
	KUNIT_CASE(mutex_lock__task_ends),
#endif
	{}};

static struct kunit_suite suite = {.name = "mutex", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
