// SPDX-License-Identifier: MIT
/* Completions: counting, waking in order, re-use, timeouts, signals. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include "threads.h"

static int wait_forever(void *arg)
{
	wait_for_completion(arg);
	return 1;
}

static int wait_interruptible(void *arg)
{
	return wait_for_completion_interruptible(arg);
}

static int wait_killable(void *arg)
{
	return wait_for_completion_killable(arg);
}

/* S9.10 */
static void complete__counts(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	KUNIT_EXPECT_EQ(test, x.done, 0u);
	complete(&x);
	complete(&x);
	KUNIT_EXPECT_EQ(test, x.done, 2u);
}

/* S9.10 */
static void complete__stays_at_the_top(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	complete_all(&x);
	KUNIT_EXPECT_EQ(test, x.done, UINT_MAX);
	complete(&x);
	KUNIT_EXPECT_EQ(test, x.done, UINT_MAX);
}

struct order {
	struct completion x;
	atomic_t next;
	int came[3];
};

struct place {
	struct order *order;
	int number;
};

static int note_order(void *arg)
{
	struct place *p = arg;

	wait_for_completion(&p->order->x);
	p->order->came[atomic_fetch_inc(&p->order->next)] = p->number;
	return 0;
}

/* S9.10: one waiter for each complete(), first come, first served */
static void complete__wakes_one_in_order(struct kunit *test)
{
	struct order order = {.next = ATOMIC_INIT(0)};
	struct place places[3];
	struct thread threads[3];
	int i;

	init_completion(&order.x);
	for (i = 0; i < 3; i++) {
		places[i] = (struct place){&order, i};
		thread_start(test, &threads[i], note_order, &places[i]);
		let_others_run();
	}
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, atomic_read(&order.next), i);
		complete(&order.x);
		let_others_run();
	}
	for (i = 0; i < 3; i++) {
		thread_join(&threads[i]);
		KUNIT_EXPECT_EQ(test, order.came[i], i);
	}
	KUNIT_EXPECT_EQ(test, order.x.done, 0u);
}

/* S9.10, S9.11 */
static void complete_all__wakes_all_and_stays(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread a, b;

	thread_start(test, &a, wait_forever, &x);
	thread_start(test, &b, wait_forever, &x);
	let_others_run();
	complete_all(&x);
	KUNIT_EXPECT_EQ(test, thread_join(&a), 1);
	KUNIT_EXPECT_EQ(test, thread_join(&b), 1);
	KUNIT_EXPECT_EQ(test, x.done, UINT_MAX);
	wait_for_completion(&x);
	KUNIT_EXPECT_EQ(test, x.done, UINT_MAX);
}

/* S9.11 */
static void wait_for_completion__takes_one(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	complete(&x);
	complete(&x);
	wait_for_completion(&x);
	KUNIT_EXPECT_EQ(test, x.done, 1u);
	wait_for_completion(&x);
	KUNIT_EXPECT_EQ(test, x.done, 0u);
}

/* S9.11 */
static void reinit_completion__clears_done(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	complete_all(&x);
	reinit_completion(&x);
	KUNIT_EXPECT_EQ(test, x.done, 0u);
	KUNIT_EXPECT_FALSE(test, completion_done(&x));
}

/* S9.12 */
static void wait_for_completion_timeout__time_over(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	unsigned long before = jiffies;

	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 10), 0ul);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, before + 10));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 0), 0ul);
}

/* S9.12 */
static void wait_for_completion_timeout__done(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	unsigned long left;

	complete(&x);
	left = wait_for_completion_timeout(&x, 1000);
	KUNIT_EXPECT_GE(test, left, 1ul);
	KUNIT_EXPECT_LE(test, left, 1000ul);
	complete(&x);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 0), 1ul);
}

static int complete_later(void *arg)
{
	msleep(50);
	complete(arg);
	return 0;
}

/* S9.12 */
static void wait_for_completion_timeout__remaining(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;
	unsigned long left;

	thread_start(test, &t, complete_later, &x);
	left = wait_for_completion_timeout(&x, msecs_to_jiffies(10000));
	KUNIT_EXPECT_GE(test, left, 1ul);
	KUNIT_EXPECT_LE(test, left, msecs_to_jiffies(10000 - 50));
	thread_join(&t);
}

/* S9.12 */
static void wait_for_completion_interruptible__signal(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;

	thread_start(test, &t, wait_interruptible, &x);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -ERESTARTSYS);
	KUNIT_EXPECT_EQ(test, x.done, 0u);
}

/* S9.12 */
static void wait_for_completion_interruptible__success(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;

	thread_start(test, &t, wait_interruptible, &x);
	let_others_run();
	complete(&x);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
}

static int wait_when_both(void *arg)
{
	/* until the signal and the completion are both there */
	while (!signal_pending(current) || !completion_done(arg))
		msleep(1);
	return wait_for_completion_interruptible(arg);
}

/* S9.12: what is done wins over the signal */
static void wait_for_completion_interruptible__done_and_signal(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;

	thread_start(test, &t, wait_when_both, &x);
	let_others_run();
	complete(&x);
	send_sig(SIGINT, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	KUNIT_EXPECT_EQ(test, x.done, 0u);
}

/* S9.12 */
static void wait_for_completion_killable__fatal_signal(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;

	thread_start(test, &t, wait_killable, &x);
	let_others_run();
	send_sig(SIGKILL, t.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -ERESTARTSYS);
}

/* S9.13 */
static void try_wait_for_completion__takes_if_done(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
	complete(&x);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
	complete_all(&x);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x));
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x));
}

/* S9.13 */
static void completion_done__takes_nothing(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	KUNIT_EXPECT_FALSE(test, completion_done(&x));
	complete(&x);
	KUNIT_EXPECT_TRUE(test, completion_done(&x));
	KUNIT_EXPECT_TRUE(test, completion_done(&x));
	KUNIT_EXPECT_EQ(test, x.done, 1u);
}

/* S9.14: a sleeper is not woken by the re-arming, and hears the next completion */
static void reinit_completion__sleepers_stay(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct thread t;

	thread_start(test, &t, wait_forever, &x);
	let_others_run();
	reinit_completion(&x);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	complete_all(&x);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
}

static struct kunit_case cases[] = {KUNIT_CASE(complete__counts),
				    KUNIT_CASE(complete__stays_at_the_top),
				    KUNIT_CASE(complete__wakes_one_in_order),
				    KUNIT_CASE(complete_all__wakes_all_and_stays),
				    KUNIT_CASE(wait_for_completion__takes_one),
				    KUNIT_CASE(reinit_completion__clears_done),
				    KUNIT_CASE(wait_for_completion_timeout__time_over),
				    KUNIT_CASE(wait_for_completion_timeout__done),
				    KUNIT_CASE(wait_for_completion_timeout__remaining),
				    KUNIT_CASE(wait_for_completion_interruptible__signal),
				    KUNIT_CASE(wait_for_completion_interruptible__success),
				    KUNIT_CASE(wait_for_completion_interruptible__done_and_signal),
				    KUNIT_CASE(wait_for_completion_killable__fatal_signal),
				    KUNIT_CASE(try_wait_for_completion__takes_if_done),
				    KUNIT_CASE(completion_done__takes_nothing),
				    KUNIT_CASE(reinit_completion__sleepers_stay),
				    {}};

static struct kunit_suite suite = {.name = "completion", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
