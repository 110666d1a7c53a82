// SPDX-License-Identifier: MIT
/* The less usual ways to sleep, to wait, to set timers and to read the time. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include "threads.h"

/* ---- sleeping ---------------------------------------------------------------------------------------- */

static void fsleep__at_least(struct kunit *test)
{
	ktime_t start = ktime_get();

	ndelay(700);
	KUNIT_EXPECT_GE(test, ktime_get() - start, 700);
	start = ktime_get();
	fsleep(5);
	KUNIT_EXPECT_GE(test, ktime_get() - start, 5 * NSEC_PER_USEC);
	start = ktime_get();
	fsleep(5000);
	KUNIT_EXPECT_GE(test, ktime_get() - start, 5 * NSEC_PER_MSEC);
	start = ktime_get();
	ssleep(1);
	KUNIT_EXPECT_GE(test, ktime_get() - start, (s64)NSEC_PER_SEC);
}

static void ktime_get_real__goes_with_the_other_clock(struct kunit *test)
{
	ktime_t real = ktime_get_real(), mono = ktime_get();

	KUNIT_EXPECT_GT(test, real, mono);
	msleep(10);
	KUNIT_EXPECT_GE(test, ktime_get_real() - real, 10 * NSEC_PER_MSEC);
}

static int sleep_long(void *unused)
{
	return msleep_interruptible(10000);
}

static void msleep_interruptible__a_signal_ends_it(struct kunit *test)
{
	struct thread t;

	KUNIT_EXPECT_EQ(test, msleep_interruptible(3), 0);
	thread_start(test, &t, sleep_long, NULL);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_GT(test, thread_join(&t), 9000);
}

static int sleep_in_its_state(void *arg)
{
	return arg ? schedule_timeout_killable(100000) : schedule_timeout_interruptible(100000);
}

static void schedule_timeout_interruptible__rest_of_the_time(struct kunit *test)
{
	struct thread t;

	KUNIT_EXPECT_EQ(test, schedule_timeout_interruptible(2), 0);
	KUNIT_EXPECT_EQ(test, io_schedule_timeout(0), 0);
	thread_start(test, &t, sleep_in_its_state, NULL);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_GT(test, thread_join(&t), 90000);
	thread_start(test, &t, sleep_in_its_state, test);
	let_others_run();
	send_sig(SIGKILL, t.task, 1);
	KUNIT_EXPECT_GT(test, thread_join(&t), 90000);
}

static int turns;

static int take_turns(void *unused)
{
	for (int i = 0; i < 3; i++) {
		WRITE_ONCE(turns, READ_ONCE(turns) + 1);
		yield();
	}
	io_schedule();
	return 0;
}

static void yield__others_run(struct kunit *test)
{
	struct thread t;

	turns = 0;
	thread_start(test, &t, take_turns, NULL);
	while (READ_ONCE(turns) < 3)
		yield();
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
}

/* ---- completions ----------------------------------------------------------------------------------- */

static struct completion gate[4];
static atomic_t woken;

struct sleeper {
	int nr;
	long timeout, left;
	int order;
};

static int sleep_at_gate(void *arg)
{
	struct sleeper *s = arg;

	s->left = wait_for_completion_io_timeout(&gate[s->nr], s->timeout);
	s->order = atomic_inc_return(&woken);
	return 0;
}

/* S9.12: those that leave the row of sleepers early leave the others in theirs */
static void wait_for_completion_io_timeout__others_sleep_on(struct kunit *test)
{
	struct sleeper s[4];
	struct thread t[4];

	atomic_set(&woken, 0);
	for (int i = 0; i < 4; i++) {
		init_completion(&gate[i]);
		s[i] = (struct sleeper){.nr = i, .timeout = 1000 + 100 * i};
		thread_start(test, &t[i], sleep_at_gate, &s[i]);
	}
	let_others_run();
	complete(&gate[2]);
	let_others_run();
	complete(&gate[1]);
	for (int i = 0; i < 4; i++)
		thread_join(&t[i]);
	KUNIT_EXPECT_EQ(test, s[2].order, 1);
	KUNIT_EXPECT_EQ(test, s[1].order, 2);
	KUNIT_EXPECT_EQ(test, s[0].order, 3);
	KUNIT_EXPECT_EQ(test, s[3].order, 4);
	KUNIT_EXPECT_GT(test, s[2].left, 1000);
	KUNIT_EXPECT_EQ(test, s[0].left, 0);
	KUNIT_EXPECT_EQ(test, s[3].left, 0);
}

/* S9.10-S9.13: the other names */
static void wait_for_completion__each_kind(struct kunit *test)
{
	struct completion done;

	init_completion(&done);
	KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible_timeout(&done, 2), 0);
	KUNIT_EXPECT_EQ(test, wait_for_completion_killable_timeout(&done, 2), 0);
	KUNIT_EXPECT_EQ(test, wait_for_completion_io_timeout(&done, 2), 0);
	for (int i = 0; i < 5; i++)
		complete(&done);
	wait_for_completion_io(&done);
	KUNIT_EXPECT_EQ(test, wait_for_completion_state(&done, TASK_KILLABLE), 0);
	KUNIT_EXPECT_GT(test, wait_for_completion_io_timeout(&done, 20), 0);
	KUNIT_EXPECT_GT(test, wait_for_completion_interruptible_timeout(&done, 20), 0);
	KUNIT_EXPECT_GT(test, wait_for_completion_killable_timeout(&done, 20), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&done));
}

/* ---- wait queues ------------------------------------------------------------------------------------ */

static int calls[4], nr_calls;

static int note_wake(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	calls[nr_calls++ % 4] = (long)entry->private;
	return 1;
}

static void add_wait_queue_priority__before_the_others(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(head);
	struct wait_queue_entry one, two, first;

	init_waitqueue_func_entry(&one, note_wake);
	init_waitqueue_func_entry(&two, note_wake);
	init_waitqueue_func_entry(&first, note_wake);
	one.private = (void *)1;
	two.private = (void *)2;
	first.private = (void *)3;
	add_wait_queue(&head, &one);
	add_wait_queue_priority(&head, &first);
	add_wait_queue(&head, &two); /* behind the one with priority, before the others */
	nr_calls = 0;
	spin_lock(&head.lock);
	__wake_up_locked_key(&head, TASK_NORMAL, NULL); /* exclusive: the first alone */
	KUNIT_EXPECT_EQ(test, nr_calls, 1);
	KUNIT_EXPECT_EQ(test, calls[0], 3);
	list_del_init(&first.entry);
	nr_calls = 0;
	__wake_up_locked(&head, TASK_NORMAL, 1);
	KUNIT_EXPECT_EQ(test, nr_calls, 2);
	KUNIT_EXPECT_EQ(test, calls[0], 2);
	KUNIT_EXPECT_EQ(test, calls[1], 1);
	spin_unlock(&head.lock);
	remove_wait_queue(&head, &one);
	remove_wait_queue(&head, &two);
}

static void prepare_to_wait_exclusive__was_it_empty(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(head);
	DEFINE_WAIT(a);
	DEFINE_WAIT(b);

	KUNIT_EXPECT_TRUE(test, prepare_to_wait_exclusive(&head, &a, TASK_INTERRUPTIBLE));
	KUNIT_EXPECT_FALSE(test, prepare_to_wait_exclusive(&head, &b, TASK_INTERRUPTIBLE));
	wake_up(&head);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_TRUE(test, list_empty(&a.entry));
	KUNIT_EXPECT_FALSE(test, list_empty(&b.entry));
	finish_wait(&head, &a);
	finish_wait(&head, &b);
}

/* ---- timers ------------------------------------------------------------------------------------------- */

struct ticker {
	struct timer_list timer;
	atomic_t runs;
	bool entered, leave, left;
	bool holds;
};

static void tick(struct timer_list *timer)
{
	struct ticker *t = container_of(timer, struct ticker, timer);

	WRITE_ONCE(t->entered, true);
	while (t->holds && !READ_ONCE(t->leave))
		cpu_relax();
	for (int i = 0; t->holds && i < 20; i++)
		cpu_relax();
	atomic_inc(&t->runs);
	WRITE_ONCE(t->left, true);
}

static void add_timer__at_its_time(struct kunit *test)
{
	struct ticker t = {};

	timer_setup_on_stack(&t.timer, tick, 0);
	t.timer.expires = jiffies + 3;
	add_timer(&t.timer);
	KUNIT_EXPECT_TRUE(test, timer_pending(&t.timer));
	schedule_timeout_uninterruptible(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&t.runs), 1);
	timer_destroy_on_stack(&t.timer);
}

static void mod_timer_pending__only_if_pending(struct kunit *test)
{
	struct ticker t = {};

	timer_setup_on_stack(&t.timer, tick, 0);
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&t.timer, jiffies + 1), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t.timer));
	mod_timer(&t.timer, jiffies + 1000);
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&t.timer, jiffies + 1), 1);
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&t.runs), 1);
	timer_destroy_on_stack(&t.timer);
}

static void timer_reduce__never_later(struct kunit *test)
{
	struct ticker t = {};
	unsigned long soon = jiffies + 50;

	timer_setup_on_stack(&t.timer, tick, 0);
	KUNIT_EXPECT_EQ(test, timer_reduce(&t.timer, soon), 0);
	KUNIT_EXPECT_EQ(test, timer_reduce(&t.timer, soon + 1000), 1);
	KUNIT_EXPECT_EQ(test, t.timer.expires, soon);
	KUNIT_EXPECT_EQ(test, timer_reduce(&t.timer, soon - 40), 1);
	KUNIT_EXPECT_EQ(test, t.timer.expires, soon - 40);
	KUNIT_EXPECT_EQ(test, timer_delete_sync_try(&t.timer), 1);
	KUNIT_EXPECT_EQ(test, timer_delete_sync_try(&t.timer), 0);
	timer_destroy_on_stack(&t.timer);
}

static void timer_shutdown__cannot_be_armed(struct kunit *test)
{
	struct ticker t = {};

	timer_setup_on_stack(&t.timer, tick, 0);
	mod_timer(&t.timer, jiffies + 2);
	KUNIT_EXPECT_EQ(test, timer_shutdown(&t.timer), 1);
	mod_timer(&t.timer, jiffies + 2);
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&t.runs), 0);
	timer_destroy_on_stack(&t.timer);
}

static int idle_on_a_cpu(void *unused)
{
	msleep(1000);
	return 0;
}

/* On another CPU than this one: here softirqs are off. */
static void timer_delete_sync__while_it_runs(struct kunit *test)
{
	static struct ticker t;
	struct thread other;

	t = (struct ticker){.holds = true};
	thread_start(test, &other, idle_on_a_cpu, NULL);
	let_others_run();
	timer_setup(&t.timer, tick, 0);
	local_bh_disable();
	mod_timer(&t.timer, jiffies + 1);
	while (!READ_ONCE(t.entered))
		cpu_relax();
	KUNIT_EXPECT_EQ(test, timer_delete_sync_try(&t.timer), -1);
	WRITE_ONCE(t.leave, true);
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&t.timer), 0);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(t.left));
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&t.runs), 1);
	thread_join(&other);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fsleep__at_least),
	KUNIT_CASE(ktime_get_real__goes_with_the_other_clock),
	KUNIT_CASE(msleep_interruptible__a_signal_ends_it),
	KUNIT_CASE(schedule_timeout_interruptible__rest_of_the_time),
	KUNIT_CASE(yield__others_run),
	KUNIT_CASE(wait_for_completion_io_timeout__others_sleep_on),
	KUNIT_CASE(wait_for_completion__each_kind),
	KUNIT_CASE(add_wait_queue_priority__before_the_others),
	KUNIT_CASE(prepare_to_wait_exclusive__was_it_empty),
	KUNIT_CASE(add_timer__at_its_time),
	KUNIT_CASE(mod_timer_pending__only_if_pending),
	KUNIT_CASE(timer_reduce__never_later),
	KUNIT_CASE(timer_shutdown__cannot_be_armed),
	KUNIT_CASE(timer_delete_sync__while_it_runs),
	{},
};

static struct kunit_suite suite = {
	.name = "sleep",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
