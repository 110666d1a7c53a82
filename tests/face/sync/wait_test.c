// SPDX-License-Identifier: MIT
/* Wait queues: conditions, exclusive waiters, timeouts, signals, functions of one's own. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/wait.h>
#include "threads.h"

struct gate {
	wait_queue_head_t wq;
	atomic_t open;
	atomic_t passed;
	long left;
};

static void gate_init(struct gate *g)
{
	init_waitqueue_head(&g->wq);
	atomic_set(&g->open, 0);
	atomic_set(&g->passed, 0);
	g->left = 0;
}

static int pass(void *arg)
{
	struct gate *g = arg;

	wait_event(g->wq, atomic_read(&g->open));
	atomic_inc(&g->passed);
	return 0;
}

static int pass_exclusive(void *arg)
{
	struct gate *g = arg;
	int err = wait_event_interruptible_exclusive(g->wq, atomic_add_unless(&g->open, -1, 0));

	atomic_inc(&g->passed);
	return err;
}

static int pass_interruptible(void *arg)
{
	struct gate *g = arg;

	return wait_event_interruptible(g->wq, atomic_read(&g->open));
}

static int pass_killable(void *arg)
{
	struct gate *g = arg;

	return wait_event_killable(g->wq, atomic_read(&g->open));
}

static int pass_in_time(void *arg)
{
	struct gate *g = arg;

	g->left = wait_event_timeout(g->wq, atomic_read(&g->open), msecs_to_jiffies(5000));
	return 0;
}

static void wait_event__condition_true(struct kunit *test)
{
	struct gate g;

	gate_init(&g);
	atomic_set(&g.open, 1);
	wait_event(g.wq, atomic_read(&g.open));
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(g.wq, atomic_read(&g.open)), 0);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&g.wq));
}

static void wake_up__condition_false(struct kunit *test)
{
	struct thread t;
	struct gate g;

	gate_init(&g);
	thread_start(test, &t, pass, &g);
	let_others_run();
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&g.wq));
	wake_up(&g.wq);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&g.passed), 0);
	atomic_set(&g.open, 1);
	wake_up(&g.wq);
	thread_join(&t);
	KUNIT_EXPECT_EQ(test, atomic_read(&g.passed), 1);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&g.wq));
}

static void wake_up__wakes_all_that_are_not_exclusive(struct kunit *test)
{
	struct thread t[3];
	struct gate g;
	int i;

	gate_init(&g);
	for (i = 0; i < 3; i++)
		thread_start(test, &t[i], pass, &g);
	let_others_run();
	atomic_set(&g.open, 1);
	wake_up(&g.wq);
	for (i = 0; i < 3; i++)
		thread_join(&t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&g.passed), 3);
}

static void wake_up__wakes_one_that_is_exclusive(struct kunit *test)
{
	struct thread t[3];
	struct gate g;
	int i;

	gate_init(&g);
	for (i = 0; i < 3; i++)
		thread_start(test, &t[i], pass_exclusive, &g);
	let_others_run();
	atomic_set(&g.open, 3);
	wake_up(&g.wq);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&g.passed), 1);
	wake_up_nr(&g.wq, 2);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, thread_join(&t[i]), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&g.passed), 3);
}

static void wake_up_interruptible__not_the_others(struct kunit *test)
{
	struct thread deaf, listening;
	struct gate g;

	gate_init(&g);
	thread_start(test, &deaf, pass, &g);
	thread_start(test, &listening, pass_interruptible, &g);
	let_others_run();
	atomic_set(&g.open, 1);
	wake_up_interruptible(&g.wq);
	KUNIT_EXPECT_EQ(test, thread_join(&listening), 0);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&deaf));
	wake_up_all(&g.wq);
	thread_join(&deaf);
}

static void wait_event_interruptible__signal(struct kunit *test)
{
	struct thread t;
	struct gate g;

	gate_init(&g);
	thread_start(test, &t, pass_interruptible, &g);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -ERESTARTSYS);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&g.wq));
}

static void wait_event_killable__only_fatal(struct kunit *test)
{
	struct thread t;
	struct gate g;

	gate_init(&g);
	thread_start(test, &t, pass_killable, &g);
	let_others_run();
	send_sig(SIGINT, t.task, 1);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	send_sig(SIGKILL, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -ERESTARTSYS);
}

static void wait_event_timeout__time_over(struct kunit *test)
{
	unsigned long before = jiffies;
	struct gate g;

	gate_init(&g);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(g.wq, atomic_read(&g.open), 25), 0l);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, before + 25));
	KUNIT_EXPECT_EQ(test, wait_event_interruptible_timeout(g.wq, atomic_read(&g.open), 1), 0l);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&g.wq));
}

static void wait_event_timeout__true_at_the_end(struct kunit *test)
{
	struct gate g;

	gate_init(&g);
	atomic_set(&g.open, 1);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(g.wq, atomic_read(&g.open), 0), 1l);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(g.wq, atomic_read(&g.open), 25), 25l);
}

static void wait_event_timeout__woken(struct kunit *test)
{
	struct thread t;
	struct gate g;

	gate_init(&g);
	thread_start(test, &t, pass_in_time, &g);
	msleep(100);
	atomic_set(&g.open, 1);
	wake_up(&g.wq);
	thread_join(&t);
	KUNIT_EXPECT_GT(test, g.left, 0l);
	KUNIT_EXPECT_LE(test, g.left, (long)msecs_to_jiffies(5000 - 50));
}

static int count_calls(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	atomic_inc((atomic_t *)entry->private);
	return key ? -1 : 0;
}

/* Entries with a function of their own: called in order; a negative value ends the round. */
static void wake_up__own_function(struct kunit *test)
{
	atomic_t first = ATOMIC_INIT(0), second = ATOMIC_INIT(0);
	struct wait_queue_entry a, b;
	struct gate g;

	gate_init(&g);
	init_waitqueue_func_entry(&a, count_calls);
	init_waitqueue_func_entry(&b, count_calls);
	a.private = &first;
	b.private = &second;
	add_wait_queue(&g.wq, &a);
	add_wait_queue_exclusive(&g.wq, &b);
	wake_up_all(&g.wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&first), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&second), 1);
	__wake_up(&g.wq, TASK_NORMAL, 1, &g);
	KUNIT_EXPECT_EQ(test, atomic_read(&first), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&second), 1);
	remove_wait_queue(&g.wq, &a);
	remove_wait_queue(&g.wq, &b);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&g.wq));
}

static int pass_by_hand(void *arg)
{
	struct gate *g = arg;
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&g->wq, &wait, TASK_UNINTERRUPTIBLE);
		if (atomic_read(&g->open))
			break;
		schedule();
	}
	finish_wait(&g->wq, &wait);
	return 5;
}

static void prepare_to_wait__by_hand(struct kunit *test)
{
	struct thread t;
	struct gate g;

	gate_init(&g);
	thread_start(test, &t, pass_by_hand, &g);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	atomic_set(&g.open, 1);
	wake_up(&g.wq);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 5);
}

static struct kunit_case cases[] = {KUNIT_CASE(wait_event__condition_true),
				    KUNIT_CASE(wake_up__condition_false),
				    KUNIT_CASE(wake_up__wakes_all_that_are_not_exclusive),
				    KUNIT_CASE(wake_up__wakes_one_that_is_exclusive),
				    KUNIT_CASE(wake_up_interruptible__not_the_others),
				    KUNIT_CASE(wait_event_interruptible__signal),
				    KUNIT_CASE(wait_event_killable__only_fatal),
				    KUNIT_CASE(wait_event_timeout__time_over),
				    KUNIT_CASE(wait_event_timeout__true_at_the_end),
				    KUNIT_CASE(wait_event_timeout__woken),
				    KUNIT_CASE(wake_up__own_function),
				    KUNIT_CASE(prepare_to_wait__by_hand),
				    {}};

static struct kunit_suite suite = {.name = "wait", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
