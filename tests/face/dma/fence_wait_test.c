// SPDX-License-Identifier: MIT
/* Waiting for a fence: timeouts, signals, who is woken first. */
#include "fence.h"
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>

/**
 * struct sleeper - a thread that waits for a fence
 * @intr, @timeout: how
 * @result: what the wait returned
 */
struct sleeper {
	struct dma_fence *fence;
	bool intr;
	signed long timeout;
	signed long result;
	struct task_struct *task;
	struct completion done;
};

static int sleep_on_fence(void *arg)
{
	struct sleeper *s = arg;

	allow_signal(SIGINT);
	s->result = dma_fence_wait_timeout(s->fence, s->intr, s->timeout);
	flush_signals(current);
	complete(&s->done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void start(struct kunit *test, struct sleeper *s, struct dma_fence *fence, bool intr,
		  signed long timeout)
{
	*s = (struct sleeper){.fence = fence, .intr = intr, .timeout = timeout};
	init_completion(&s->done);
	s->task = kthread_run(sleep_on_fence, s, "sleeper");
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->task));
	msleep(5);
}

static signed long finish(struct sleeper *s)
{
	wait_for_completion(&s->done);
	kthread_stop(s->task);
	return s->result;
}

/* S9.26 */
static void wait_timeout__zero_does_not_sleep(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, 0), 0);
	KUNIT_EXPECT_EQ(test, mock->enabled, 1);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, 0), 1);
	dma_fence_put(&mock->base);
}

/* S9.26 */
static void wait_timeout__runs_out(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	unsigned long before = jiffies;

	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, 20), 0);
	KUNIT_EXPECT_GE(test, jiffies - before, 20ul);
	dma_fence_put(&mock->base);
}

/* S9.26 */
static void wait_timeout__gives_what_is_left(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct sleeper s;

	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, 50), 50);
	dma_fence_put(&mock->base);

	mock = mock_new(test, 1, 2);
	start(test, &s, &mock->base, false, 10000);
	dma_fence_signal(&mock->base);
	finish(&s);
	KUNIT_EXPECT_GT(test, s.result, 0);
	KUNIT_EXPECT_LT(test, s.result, 10000);
	dma_fence_put(&mock->base);
}

/* S9.26 */
static void wait_timeout__for_ever_is_unchanged(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct sleeper s;

	start(test, &s, &mock->base, false, MAX_SCHEDULE_TIMEOUT);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, finish(&s), MAX_SCHEDULE_TIMEOUT);
	dma_fence_put(&mock->base);
}

/* S9.26 */
static void wait_timeout__a_signal_ends_an_interruptible_wait(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct sleeper s;

	start(test, &s, &mock->base, true, MAX_SCHEDULE_TIMEOUT);
	send_sig(SIGINT, s.task, 1);
	KUNIT_EXPECT_EQ(test, finish(&s), -ERESTARTSYS);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(&mock->base));
	dma_fence_put(&mock->base);
}

/* S9.26: not one that cannot be interrupted */
static void wait_timeout__a_signal_leaves_the_other_kind_alone(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct sleeper s;

	start(test, &s, &mock->base, false, MAX_SCHEDULE_TIMEOUT);
	send_sig(SIGINT, s.task, 1);
	msleep(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&s.done));
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, finish(&s), MAX_SCHEDULE_TIMEOUT);
	dma_fence_put(&mock->base);
}

/* S9.26: once it has slept, the signal wins even over a fence that is signalled by then */
static void wait_timeout__a_signal_wins_after_sleeping(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	unsigned long flags;
	struct sleeper s;

	start(test, &s, &mock->base, true, MAX_SCHEDULE_TIMEOUT);
	spin_lock_irqsave(&mock->lock, flags);
	send_sig(SIGINT, s.task, 1);
	dma_fence_signal_locked(&mock->base);
	spin_unlock_irqrestore(&mock->lock, flags);
	KUNIT_EXPECT_EQ(test, finish(&s), -ERESTARTSYS);
	dma_fence_put(&mock->base);
}

/* S9.28 */
static void wait__gives_zero_whatever_the_fence_carries(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	dma_fence_set_error(&mock->base, -EIO);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, dma_fence_wait(&mock->base, false), 0);
	dma_fence_put(&mock->base);
}

/* S9.28: the waiter's own callback stands before those of users */
static void wait__queues_its_callback_at_the_head(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};
	struct sleeper s;

	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, note_call), 0);
	start(test, &s, &mock->base, false, MAX_SCHEDULE_TIMEOUT);
	spin_lock_irq(mock->base.lock);
	KUNIT_EXPECT_FALSE(test, list_is_first(&called.cb.node, &mock->base.cb_list));
	KUNIT_EXPECT_TRUE(test, list_is_last(&called.cb.node, &mock->base.cb_list));
	spin_unlock_irq(mock->base.lock);
	dma_fence_signal(&mock->base);
	finish(&s);
	dma_fence_put(&mock->base);
}

static signed long own_wait(struct dma_fence *fence, bool intr, signed long timeout)
{
	return intr ? 77 : 78;
}

static const struct dma_fence_ops waiting_ops = {
	.get_driver_name = mock_name,
	.get_timeline_name = mock_name,
	.wait = own_wait,
};

/* S9.26 */
static void wait_timeout__uses_the_driver_s_own(struct kunit *test)
{
	struct mock *mock = kzalloc(sizeof(*mock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mock);
	spin_lock_init(&mock->lock);
	dma_fence_init(&mock->base, &waiting_ops, &mock->lock, 1, 1);
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, true, 5), 77);
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, 5), 78);
	dma_fence_put(&mock->base);
}

struct short_wait {
	struct dma_fence *fence;
	struct completion ended;
	long left;
};

static int wait_a_little(void *arg)
{
	struct short_wait *s = arg;

	s->left = dma_fence_wait_timeout(s->fence, false, msecs_to_jiffies(20));
	complete(&s->ended);
	return 0;
}

/* S9.27: whose time is over when the fence signals may hear of the time only */
static void wait_timeout__expires_as_it_signals(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct short_wait s = {.fence = &mock->base, .left = -1};

	init_completion(&s.ended);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(wait_a_little, &s, "waiter")));
	msleep(10);
	/* its timer fires meanwhile; on this CPU it cannot run before the fence has signalled */
	preempt_disable();
	mdelay(60);
	dma_fence_signal(&mock->base);
	preempt_enable();
	wait_for_completion(&s.ended);
	KUNIT_EXPECT_EQ(test, s.left, 0l);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&mock->base));
	dma_fence_put(&mock->base);
}

#ifdef __PSIM__
/* S9.26 */
static void wait_timeout__negative_warns(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	kunit_expect_report(test, "dma_fence_wait_timeout");
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&mock->base, false, -1), -EINVAL);
	dma_fence_put(&mock->base);
}

/* law 4 */
static void wait__under_a_spinlock_is_reported(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	DEFINE_SPINLOCK(lock);

	dma_fence_signal(&mock->base);
	kunit_expect_report(test, "dma_fence_wait_timeout");
	spin_lock(&lock);
	dma_fence_wait(&mock->base, false);
	spin_unlock(&lock);
	dma_fence_put(&mock->base);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(wait_timeout__zero_does_not_sleep),
	KUNIT_CASE(wait_timeout__runs_out),
	KUNIT_CASE(wait_timeout__gives_what_is_left),
	KUNIT_CASE(wait_timeout__for_ever_is_unchanged),
	KUNIT_CASE(wait_timeout__a_signal_ends_an_interruptible_wait),
	KUNIT_CASE(wait_timeout__a_signal_leaves_the_other_kind_alone),
	KUNIT_CASE(wait_timeout__a_signal_wins_after_sleeping),
	KUNIT_CASE(wait__gives_zero_whatever_the_fence_carries),
	KUNIT_CASE(wait__queues_its_callback_at_the_head),
	KUNIT_CASE(wait_timeout__uses_the_driver_s_own),
	KUNIT_CASE(wait_timeout__expires_as_it_signals),
#ifdef __PSIM__
	KUNIT_CASE(wait_timeout__negative_warns),
	KUNIT_CASE(wait__under_a_spinlock_is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "dma_fence_wait",
	.test_cases = cases,
};
kunit_test_suite(suite);
