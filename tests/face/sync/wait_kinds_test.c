// SPDX-License-Identifier: MIT
/*
 * The wait_event family, each member alike: it returns when the condition holds and somebody wakes; it gives up
 * for a signal or at the end of its time if its name says so; and the wake functions, by whom they wake.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include "threads.h"

static wait_queue_head_t wq;
static spinlock_t lock;
static atomic_t open, passed;
static int commands;

static int init(struct kunit *test)
{
	init_waitqueue_head(&wq);
	spin_lock_init(&lock);
	atomic_set(&open, 0);
	atomic_set(&passed, 0);
	commands = 0;
	return 0;
}

static bool is_open(void)
{
	return atomic_read(&open);
}

#define LONG_TIME msecs_to_jiffies(60000)

/* @call: waits. Return: as the call; what has a time gives what is left of it. */
#define WAITER(name, call)              \
	static int name(void *unused)   \
	{                               \
		long result = 0;        \
                                        \
		call;                   \
		atomic_inc(&passed);    \
		return min(result, 1L); \
	}
#define LOCKED(name, call)              \
	WAITER(name, {                  \
		spin_lock_irq(&lock);   \
		call;                   \
		spin_unlock_irq(&lock); \
	})

WAITER(plain, wait_event(wq, is_open()))
WAITER(in_out, io_wait_event(wq, is_open()))
WAITER(idle, wait_event_idle(wq, is_open()))
WAITER(idle_exclusive, wait_event_idle_exclusive(wq, is_open()))
WAITER(cmd, wait_event_cmd(wq, is_open(), commands++, commands += 2))
WAITER(exclusive_cmd, wait_event_exclusive_cmd(wq, is_open(), commands++, commands += 2))
WAITER(killable, result = wait_event_killable(wq, is_open()))
WAITER(killable_exclusive, result = wait_event_killable_exclusive(wq, is_open()))
WAITER(interruptible, result = wait_event_interruptible(wq, is_open()))
WAITER(in_state, result = wait_event_state(wq, is_open(), TASK_INTERRUPTIBLE))
WAITER(idle_timeout, result = wait_event_idle_timeout(wq, is_open(), LONG_TIME))
WAITER(killable_timeout, result = wait_event_killable_timeout(wq, is_open(), LONG_TIME))
LOCKED(lock_irq, wait_event_lock_irq(wq, is_open(), lock))
LOCKED(lock_irq_cmd, wait_event_lock_irq_cmd(wq, is_open(), lock, commands += 3))
LOCKED(interruptible_lock, result = wait_event_interruptible_lock_irq(wq, is_open(), lock))
LOCKED(interruptible_lock_cmd,
       result = wait_event_interruptible_lock_irq_cmd(wq, is_open(), lock, commands += 3))
LOCKED(interruptible_lock_timeout,
       result = wait_event_interruptible_lock_irq_timeout(wq, is_open(), lock, LONG_TIME))
WAITER(var_interruptible, result = wait_var_event_interruptible(&open, is_open()))
WAITER(var_killable, result = wait_var_event_killable(&open, is_open()))
WAITER(var_timeout, result = wait_var_event_timeout(&open, is_open(), LONG_TIME))

/* @signal: what it gives up for, or 0; @result: when it was woken; @commands: what its commands add up to when it sleeps once */
static const struct kind {
	const char *name;
	int (*body)(void *unused);
	int signal, result, commands;
} kinds[] = {
	{"plain", plain, 0, 0, 0},
	{"io", in_out, 0, 0, 0},
	{"idle", idle, 0, 0, 0},
	{"idle_exclusive", idle_exclusive, 0, 0, 0},
	{"cmd", cmd, 0, 0, 3},
	{"exclusive_cmd", exclusive_cmd, 0, 0, 3},
	{"killable", killable, SIGKILL, 0, 0},
	{"killable_exclusive", killable_exclusive, SIGKILL, 0, 0},
	{"interruptible", interruptible, SIGINT, 0, 0},
	{"state", in_state, SIGINT, 0, 0},
	{"idle_timeout", idle_timeout, 0, 1, 0},
	{"killable_timeout", killable_timeout, SIGKILL, 1, 0},
	{"lock_irq", lock_irq, 0, 0, 0},
	{"lock_irq_cmd", lock_irq_cmd, 0, 0, 3},
	{"interruptible_lock_irq", interruptible_lock, SIGINT, 0, 0},
	{"interruptible_lock_irq_cmd", interruptible_lock_cmd, SIGINT, 0, 3},
	{"interruptible_lock_irq_timeout", interruptible_lock_timeout, SIGINT, 1, 0},
	{"var_interruptible", var_interruptible, SIGINT, 0, 0},
	{"var_killable", var_killable, SIGKILL, 0, 0},
	{"var_timeout", var_timeout, 0, 1, 0},
};
KUNIT_ARRAY_PARAM_DESC(kind, kinds, name);

static void wake_them(void)
{
	wake_up_all(&wq);
	wake_up_var(&open);
}

static void wait_event__returns_when_the_condition_holds(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct thread t;

	thread_start(test, &t, kind->body, NULL);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&passed), 0);
	atomic_set(&open, 1);
	wake_them();
	KUNIT_EXPECT_EQ(test, thread_join(&t), kind->result);
	KUNIT_EXPECT_EQ(test, commands, kind->commands);
	/* it holds already: nobody sleeps, no command runs */
	KUNIT_EXPECT_EQ(test, kind->body(NULL), kind->result);
	KUNIT_EXPECT_EQ(test, commands, kind->commands);
	KUNIT_EXPECT_FALSE(test, wq_has_sleeper(&wq));
}

static void wait_event__gives_up_for_its_signal(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct thread t;

	thread_start(test, &t, kind->body, NULL);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&passed), kind->signal == SIGINT);
	send_sig(SIGKILL, t.task, 1);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&passed), kind->signal != 0);
	atomic_set(&open, 1);
	wake_them();
	KUNIT_EXPECT_EQ(test, thread_join(&t), kind->signal ? -ERESTARTSYS : kind->result);
}

/* 0 when the time is over; at least 1 if the condition holds then. */
static void wait_event_timeout__of_each_kind(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wait_event_idle_timeout(wq, false, 2), 0l);
	KUNIT_EXPECT_EQ(test, wait_event_killable_timeout(wq, false, 2), 0l);
	KUNIT_EXPECT_EQ(test, wait_var_event_timeout(&open, false, 2), 0l);
	KUNIT_EXPECT_EQ(test, wait_event_idle_timeout(wq, true, 0), 1l);
	spin_lock_irq(&lock);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible_lock_irq_timeout(wq, false, lock, 2), 0l);
	KUNIT_EXPECT_EQ(test, wait_event_lock_irq_timeout(wq, true, lock, 7), 7l);
	KUNIT_EXPECT_EQ(test, wait_event_lock_irq_timeout(wq, false, lock, 2), 0l);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock) || !IS_ENABLED(CONFIG_SMP));
	spin_unlock_irq(&lock);
}

/* ---- waking ------------------------------------------------------------------------------------------------ */

static int count_wake(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	++*(int *)entry->private;
	return 1;
}

/* How often each of two exclusive entries, and one that is not, is called. */
static void expect_woken(struct kunit *test, int first, int second, int other, void (*wake)(void))
{
	int n[3] = {};
	struct wait_queue_entry entry[3];

	for (int i = 0; i < 3; i++) {
		init_waitqueue_func_entry(&entry[i], count_wake);
		entry[i].private = &n[i];
		spin_lock_irq(&wq.lock);
		if (i == 2)
			__add_wait_queue(&wq, &entry[i]);
		else
			__add_wait_queue_entry_tail(&wq, &entry[i]);
		spin_unlock_irq(&wq.lock);
		if (i < 2)
			entry[i].flags |= WQ_FLAG_EXCLUSIVE;
	}
	KUNIT_EXPECT_TRUE(test, wq_has_sleeper(&wq));
	wake();
	KUNIT_EXPECT_EQ(test, n[0], first);
	KUNIT_EXPECT_EQ(test, n[1], second);
	KUNIT_EXPECT_EQ(test, n[2], other);
	spin_lock_irq(&wq.lock);
	for (int i = 0; i < 3; i++)
		__remove_wait_queue(&wq, &entry[i]);
	spin_unlock_irq(&wq.lock);
	KUNIT_EXPECT_FALSE(test, wq_has_sleeper(&wq));
}

static void one(void)
{
	wake_up(&wq);
}

static void one_interruptible(void)
{
	wake_up_interruptible(&wq);
}

static void one_sync(void)
{
	wake_up_sync(&wq);
	wake_up_interruptible_sync(&wq);
}

static void two(void)
{
	wake_up_interruptible_nr(&wq, 2);
}

static void all(void)
{
	wake_up_interruptible_all(&wq);
}

static void one_locked(void)
{
	spin_lock_irq(&wq.lock);
	wake_up_locked(&wq);
	spin_unlock_irq(&wq.lock);
}

static void all_locked(void)
{
	spin_lock_irq(&wq.lock);
	wake_up_all_locked(&wq);
	spin_unlock_irq(&wq.lock);
}

static void wake_up__as_many_as_its_name_says(struct kunit *test)
{
	expect_woken(test, 1, 0, 1, one);
	expect_woken(test, 1, 0, 1, one_interruptible);
	expect_woken(test, 2, 0, 2, one_sync);
	expect_woken(test, 1, 1, 1, two);
	expect_woken(test, 1, 1, 1, all);
	expect_woken(test, 1, 0, 1, one_locked);
	expect_woken(test, 1, 1, 1, all_locked);
}

/* An entry of one's own making: it stays queued, or takes itself off when it is woken. */
static void init_wait__takes_itself_off(struct kunit *test)
{
	struct wait_queue_entry stays, goes;

	init_waitqueue_entry(&stays, current);
	KUNIT_EXPECT_PTR_EQ(test, stays.func, (wait_queue_func_t)default_wake_function);
	init_wait(&goes);
	KUNIT_EXPECT_PTR_EQ(test, goes.func, (wait_queue_func_t)autoremove_wake_function);
	add_wait_queue(&wq, &stays);
	prepare_to_wait(&wq, &goes, TASK_UNINTERRUPTIBLE);
	wake_up_all(&wq);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	/* the first one woke this task already, so the second one had nothing to do and stays too */
	remove_wait_queue(&wq, &stays);
	prepare_to_wait(&wq, &goes, TASK_UNINTERRUPTIBLE);
	wake_up_all(&wq);
	KUNIT_EXPECT_TRUE(test, list_empty(&goes.entry));
	finish_wait(&wq, &goes);
	KUNIT_EXPECT_FALSE(test, wq_has_sleeper(&wq));
}

static int sleep_woken(void *left)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&wq, &wait);
	*(long *)left = LONG_TIME;
	while (!is_open() && *(long *)left)
		*(long *)left = wait_woken(&wait, TASK_INTERRUPTIBLE, *(long *)left);
	remove_wait_queue(&wq, &wait);
	return 0;
}

static void wait_woken__remembers_a_wake(struct kunit *test)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct thread t;
	long left = 0;

	thread_start(test, &t, sleep_woken, &left);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	atomic_set(&open, 1);
	wake_up(&wq);
	thread_join(&t);
	KUNIT_EXPECT_GT(test, left, 0l);
	add_wait_queue(&wq, &wait);
	wake_up(&wq); /* before the sleep */
	KUNIT_EXPECT_EQ(test, wait_woken(&wait, TASK_UNINTERRUPTIBLE, 50), 50l);
	KUNIT_EXPECT_EQ(test, wait_woken(&wait, TASK_UNINTERRUPTIBLE, 2), 0l);
	remove_wait_queue(&wq, &wait);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(wait_event__returns_when_the_condition_holds, kind_gen_params),
	KUNIT_CASE_PARAM(wait_event__gives_up_for_its_signal, kind_gen_params),
	KUNIT_CASE(wait_event_timeout__of_each_kind),
	KUNIT_CASE(wake_up__as_many_as_its_name_says),
	KUNIT_CASE(init_wait__takes_itself_off),
	KUNIT_CASE(wait_woken__remembers_a_wake),
	{},
};

static struct kunit_suite suite = {.name = "wait_kinds", .init = init, .test_cases = cases};
kunit_test_suite(suite);
