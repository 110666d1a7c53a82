// SPDX-License-Identifier: MIT
/*
 * dma_fence: what drivers ask for less often: times and names, the locked variants, references of
 * pointers that others change, deadlines, private stubs; and what is reported.
 */
#include "fence.h"
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>

#ifdef __PSIM__
#include <psim/fault.h>
#include <psim/machine.h>
#endif

/* S9.22 */
static void signal_timestamp__is_the_callers(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 1, 2);
	unsigned long flags;

	dma_fence_signal_timestamp(&a->base, 1234);
	dma_fence_signal_timestamp(&a->base, 99);
	KUNIT_EXPECT_EQ(test, dma_fence_timestamp(&a->base), 1234);
	spin_lock_irqsave(&b->lock, flags);
	dma_fence_signal_timestamp_locked(&b->base, 77);
	spin_unlock_irqrestore(&b->lock, flags);
	KUNIT_EXPECT_EQ(test, dma_fence_timestamp(&b->base), 77);
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

/* S9.22 */
static void check_and_signal__was_it_signalled(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 1, 2);
	unsigned long flags;

	KUNIT_EXPECT_FALSE(test, dma_fence_check_and_signal(&a->base));
	KUNIT_EXPECT_TRUE(test, dma_fence_check_and_signal(&a->base));
	spin_lock_irqsave(&b->lock, flags);
	KUNIT_EXPECT_FALSE(test, dma_fence_check_and_signal_locked(&b->base));
	KUNIT_EXPECT_TRUE(test, dma_fence_check_and_signal_locked(&b->base));
	spin_unlock_irqrestore(&b->lock, flags);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&b->base));
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

/* S9.29 */
static void is_signaled_locked__asks_the_driver(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	unsigned long flags;

	spin_lock_irqsave(&mock->lock, flags);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled_locked(&mock->base));
	mock->is_done = true;
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled_locked(&mock->base));
	mock->is_done = false;
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled_locked(&mock->base));
	spin_unlock_irqrestore(&mock->lock, flags);
	dma_fence_put(&mock->base);
}

static int deadlines;
static ktime_t last_deadline;

static void note_deadline(struct dma_fence *fence, ktime_t deadline)
{
	deadlines++;
	last_deadline = deadline;
}

static const struct dma_fence_ops deadline_ops = {
	.get_driver_name = mock_name,
	.get_timeline_name = mock_name,
	.set_deadline = note_deadline,
};

/* S9.29: without ops->signaled only the flag counts */
static void set_deadline__while_it_is_not_signalled(struct kunit *test)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	struct mock *mock = mock_new(test, 1, 1);
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, fence);
	dma_fence_init(fence, &deadline_ops, &lock, 1, 2);
	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled_locked(fence));
	spin_unlock_irqrestore(&lock, flags);
	deadlines = 0;
	dma_fence_set_deadline(fence, 500);
	KUNIT_EXPECT_EQ(test, deadlines, 1);
	KUNIT_EXPECT_EQ(test, last_deadline, 500);
	dma_fence_signal(fence);
	dma_fence_set_deadline(fence, 600);
	dma_fence_set_deadline(&mock->base, 700); /* has no such operation */
	KUNIT_EXPECT_EQ(test, deadlines, 1);
	dma_fence_put(fence);
	dma_fence_put(&mock->base);
}

#ifdef __PSIM__
/* A signalled fence's driver may be gone. */
static void driver_name__of_a_signalled_fence(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	KUNIT_EXPECT_STREQ(test, dma_fence_driver_name(&mock->base), "mock");
	KUNIT_EXPECT_STREQ(test, dma_fence_timeline_name(&mock->base), "mock");
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_STREQ(test, dma_fence_driver_name(&mock->base), "detached-driver");
	KUNIT_EXPECT_STREQ(test, dma_fence_timeline_name(&mock->base), "signaled-timeline");
	dma_fence_put(&mock->base);
}
#endif

/* S9.20, S9.31: with functions, as code that takes their addresses finds them */
static void init__through_its_address(struct kunit *test)
{
	struct mock *a = kzalloc(sizeof(*a), GFP_KERNEL), *b = kzalloc(sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	(dma_fence_init)(&a->base, &mock_ops, &a->lock, 1, 0x100000000ull);
	(dma_fence_init64)(&b->base, &mock_ops, &b->lock, 1, 0x100000000ull);
	spin_lock_init(&a->lock);
	spin_lock_init(&b->lock);
	KUNIT_EXPECT_FALSE(test, __dma_fence_is_later(&a->base, 0x1ffffffff, 0));
	KUNIT_EXPECT_TRUE(test, __dma_fence_is_later(&b->base, 0x1ffffffff, 0));
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

/* S9.31 */
static void get_rcu__a_live_one(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct dma_fence __rcu *pointer = NULL;

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_get_rcu(&mock->base), &mock->base);
	KUNIT_EXPECT_NULL(test, dma_fence_get_rcu_safe(&pointer));
	rcu_assign_pointer(pointer, &mock->base);
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_get_rcu_safe(&pointer), &mock->base);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, kref_read(&mock->base.refcount), 3u);
	for (int i = 0; i < 3; i++)
		dma_fence_put(&mock->base);
}

#define ROUNDS 400

static struct dma_fence __rcu *latest;

static int replace_it(void *arg)
{
	struct kunit *test = arg;

	for (int i = 2; i <= ROUNDS; i++) {
		struct mock *next = mock_new(test, 1, i);
		struct dma_fence *old = rcu_access_pointer(latest);

		/* who has seen the old one by now finds it dead, and has to look again */
		rcu_assign_pointer(latest, &next->base);
		dma_fence_put(old);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* S9.31: what it gives was in the pointer when its reference was taken, and lives */
static void get_rcu_safe__of_a_pointer_that_changes(struct kunit *test)
{
	struct task_struct *writer;
	u64 seqno = 1;

	rcu_assign_pointer(latest, &mock_new(test, 1, 1)->base);
	writer = kthread_create(replace_it, test, "writer");
	KUNIT_ASSERT_FALSE(test, IS_ERR(writer));
	wake_up_process(writer);
	while (seqno < ROUNDS) {
		struct dma_fence *fence;

		rcu_read_lock();
		fence = dma_fence_get_rcu_safe(&latest);
		rcu_read_unlock();
		KUNIT_EXPECT_GE(test, fence->seqno, seqno);
		seqno = fence->seqno;
		KUNIT_EXPECT_GE(test, kref_read(&fence->refcount), 1u);
		dma_fence_put(fence);
		cond_resched();
	}
	kthread_stop(writer);
	dma_fence_put(rcu_access_pointer(latest));
}

static int finish_signalling(void *arg)
{
	struct dma_fence *fence = arg;

	msleep(3);
	fence->timestamp = 4711;
	/* ordered: who sees the bit sees the time */
	test_and_set_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &fence->flags);
	return 0;
}

/* S9.30: between the two bits a signaller is at work */
static void timestamp__waits_for_the_signaller(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	set_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &mock->base.flags);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(finish_signalling, &mock->base, "signaller")));
	KUNIT_EXPECT_EQ(test, dma_fence_timestamp(&mock->base), 4711);
	dma_fence_put(&mock->base);
}

/* S9.33 */
static void allocate_private_stub__signalled_then(struct kunit *test)
{
	struct dma_fence *stub = dma_fence_allocate_private_stub(4711);
	struct dma_fence *shared = dma_fence_get_stub();

	KUNIT_ASSERT_NOT_NULL(test, stub);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(stub));
	KUNIT_EXPECT_EQ(test, dma_fence_timestamp(stub), 4711);
	KUNIT_EXPECT_PTR_NE(test, stub, shared);
	dma_fence_put(shared);
	dma_fence_put(stub);
}

#ifdef __PSIM__
/* S9.33 */
static void allocate_private_stub__without_memory(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, dma_fence_allocate_private_stub(1));
}

/* law 3 */
static void get_stub__not_put_is_reported(struct kunit *test)
{
	kunit_expect_report(test, "the stub fence has 1 references left");
	dma_fence_get_stub();
}

/* S9.20: each of them looks whether it is a fence at all */
static void init__forgotten_is_reported(struct kunit *test)
{
	static struct dma_fence none;
	struct dma_fence_cb cb;

	kunit_expect_report(test, "S9.20: dma_fence_get() on a dma_fence that was never");
	dma_fence_get(&none);
	kunit_expect_report(test, "dma_fence_put() on a dma_fence that was never");
	dma_fence_put(&none);
	kunit_expect_report(test, "dma_fence_signal() on a dma_fence that was never");
	(dma_fence_signal)(&none);
	kunit_expect_report(test, "dma_fence_signal_locked() on a dma_fence that was never");
	(dma_fence_signal_locked)(&none);
	kunit_expect_report(test, "dma_fence_signal_timestamp() on a");
	dma_fence_signal_timestamp(&none, 1);
	kunit_expect_report(test, "dma_fence_signal_timestamp_locked() on a");
	dma_fence_signal_timestamp_locked(&none, 1);
	kunit_expect_report(test, "dma_fence_check_and_signal() on a");
	KUNIT_EXPECT_FALSE(test, dma_fence_check_and_signal(&none));
	kunit_expect_report(test, "dma_fence_check_and_signal_locked() on a");
	KUNIT_EXPECT_FALSE(test, dma_fence_check_and_signal_locked(&none));
	kunit_expect_report(test, "dma_fence_enable_sw_signaling() on a");
	dma_fence_enable_sw_signaling(&none);
	kunit_expect_report(test, "dma_fence_add_callback() on a");
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&none, &cb, note_call), -ENOENT);
	kunit_expect_report(test, "dma_fence_wait_timeout() on a");
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(&none, false, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, none.flags, 0);
}

/* law 3: as many as a test needs */
static void init__many_fences_are_known(struct kunit *test)
{
	static struct mock *mocks[300];

	for (int i = 0; i < 300; i++)
		mocks[i] = mock_new(test, 5, i);
	kunit_expect_report(test, "law 3: dma_fence 5:299, made by mock_new(), is left");
	for (int i = 0; i < 299; i++)
		dma_fence_put(&mocks[i]->base);
	kfree(mocks[299]);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(signal_timestamp__is_the_callers),
	KUNIT_CASE(check_and_signal__was_it_signalled),
	KUNIT_CASE(is_signaled_locked__asks_the_driver),
	KUNIT_CASE(set_deadline__while_it_is_not_signalled),
	KUNIT_CASE(init__through_its_address),
	KUNIT_CASE(get_rcu__a_live_one),
	KUNIT_CASE(timestamp__waits_for_the_signaller),
	KUNIT_CASE(allocate_private_stub__signalled_then),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(get_rcu_safe__of_a_pointer_that_changes, .scheduler = "random", .seed = 3),
	KUNIT_CASE(driver_name__of_a_signalled_fence),
	KUNIT_CASE(allocate_private_stub__without_memory),
	KUNIT_CASE(get_stub__not_put_is_reported),
	KUNIT_CASE(init__forgotten_is_reported),
	KUNIT_CASE(init__many_fences_are_known),
#else
	KUNIT_CASE(get_rcu_safe__of_a_pointer_that_changes),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "dma_fence_detail",
	.test_cases = cases,
};
kunit_test_suite(suite);
