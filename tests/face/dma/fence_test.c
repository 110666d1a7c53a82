// SPDX-License-Identifier: MIT
/* dma_fence without waiting: contexts, signalling, callbacks, errors, order, lifetime, the stub. */
#include "fence.h"
#include <linux/delay.h>
#include <linux/rcupdate.h>

/* S9.20 */
static void context_alloc__gives_the_first_of_n(struct kunit *test)
{
	u64 first = dma_fence_context_alloc(3), second = dma_fence_context_alloc(1);

	KUNIT_EXPECT_GE(test, first, 1ull);
	KUNIT_EXPECT_EQ(test, second, first + 3);
}

/* S9.20 */
static void init__starts_clean(struct kunit *test)
{
	struct mock *mock = mock_new(test, 7, 9);

	KUNIT_EXPECT_EQ(test, kref_read(&mock->base.refcount), 1u);
	KUNIT_EXPECT_EQ(test, mock->base.error, 0);
	KUNIT_EXPECT_EQ(test, mock->base.context, 7ull);
	KUNIT_EXPECT_EQ(test, mock->base.seqno, 9ull);
	KUNIT_EXPECT_FALSE(test, test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &mock->base.flags));
	KUNIT_EXPECT_FALSE(test, test_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &mock->base.flags));
	KUNIT_EXPECT_FALSE(test, test_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &mock->base.flags));
	KUNIT_EXPECT_TRUE(test, list_empty(&mock->base.cb_list));
	dma_fence_put(&mock->base);
}

/* S9.21: the last flag bit is where the drivers' own begin */
static void flags__user_bits_come_last(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, DMA_FENCE_FLAG_SIGNALED_BIT, DMA_FENCE_FLAG_USER_BITS);
	KUNIT_EXPECT_LT(test, DMA_FENCE_FLAG_TIMESTAMP_BIT, DMA_FENCE_FLAG_USER_BITS);
	KUNIT_EXPECT_LT(test, DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, DMA_FENCE_FLAG_USER_BITS);
}

/* S9.22: callbacks run once, in order of registration, under the lock with interrupts off; S9.23 */
static void signal__runs_callbacks_in_order_once(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called[3] = {};
	int next = 0;

	for (int i = 0; i < 3; i++) {
		called[i].next = &next;
		KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called[i].cb, note_call),
				0);
	}
	dma_fence_signal(&mock->base);
	dma_fence_signal(&mock->base);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, called[i].times, 1);
		KUNIT_EXPECT_EQ(test, called[i].order, i + 1);
		KUNIT_EXPECT_TRUE(test, called[i].node_empty);
		KUNIT_EXPECT_TRUE(test, called[i].locked);
	}
	KUNIT_EXPECT_TRUE(test, test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &mock->base.flags));
	KUNIT_EXPECT_TRUE(test, test_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &mock->base.flags));
	dma_fence_put(&mock->base);
}

/* S9.22: the time is that of the first signal */
static void signal__keeps_the_first_timestamp(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	ktime_t before = ktime_get(), after;

	dma_fence_signal(&mock->base);
	after = ktime_get();
	usleep_range(1000, 2000);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_GE(test, dma_fence_timestamp(&mock->base), before);
	KUNIT_EXPECT_LE(test, dma_fence_timestamp(&mock->base), after);
	dma_fence_put(&mock->base);
}

static void free_itself(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	kfree(cb);
}

/* S9.23 */
static void signal__callback_may_free_its_node(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called last = {};
	struct dma_fence_cb *cb = kzalloc(sizeof(*cb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cb);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, cb, free_itself), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &last.cb, note_call), 0);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, last.times, 1);
	dma_fence_put(&mock->base);
}

/* S9.24 */
static void add_callback__refuses_a_signalled_fence(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};

	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, note_call), -ENOENT);
	KUNIT_EXPECT_TRUE(test, list_empty(&called.cb.node));
	KUNIT_EXPECT_EQ(test, called.times, 0);
	dma_fence_put(&mock->base);
}

/* S9.24: signalling is enabled once, and a refusal signals */
static void add_callback__enables_signaling_once(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called[2] = {};

	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called[i].cb, note_call),
				0);
	dma_fence_enable_sw_signaling(&mock->base);
	KUNIT_EXPECT_EQ(test, mock->enabled, 1);
	dma_fence_signal(&mock->base);
	dma_fence_put(&mock->base);
}

/* S9.24 */
static void add_callback__a_refusal_signals(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};

	mock->refuse = true;
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, note_call), -ENOENT);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&mock->base));
	KUNIT_EXPECT_EQ(test, called.times, 0);
	dma_fence_put(&mock->base);
}

/* S9.25 */
static void remove_callback__tells_whether_it_was_queued(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called gone = {}, stays = {};

	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &gone.cb, note_call), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &stays.cb, note_call), 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_remove_callback(&mock->base, &gone.cb));
	KUNIT_EXPECT_FALSE(test, dma_fence_remove_callback(&mock->base, &gone.cb));
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, gone.times, 0);
	KUNIT_EXPECT_EQ(test, stays.times, 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_remove_callback(&mock->base, &stays.cb));
	dma_fence_put(&mock->base);
}

/* S9.29: asking the driver signals as a side effect */
static void is_signaled__asks_the_driver(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};

	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, note_call), 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(&mock->base));
	KUNIT_EXPECT_EQ(test, called.times, 0);
	mock->is_done = true;
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&mock->base));
	KUNIT_EXPECT_EQ(test, called.times, 1);
	KUNIT_EXPECT_TRUE(test, test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &mock->base.flags));
	dma_fence_put(&mock->base);
}

/* S9.29 */
static void get_status__tells_all_three(struct kunit *test)
{
	struct mock *good = mock_new(test, 1, 1), *bad = mock_new(test, 1, 2);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(&good->base), 0);
	dma_fence_signal(&good->base);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(&good->base), 1);
	dma_fence_set_error(&bad->base, -EIO);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(&bad->base), 0);
	dma_fence_signal(&bad->base);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(&bad->base), -EIO);
	dma_fence_put(&good->base);
	dma_fence_put(&bad->base);
}

/* S9.31 */
static void put__null_is_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, dma_fence_get(NULL));
	dma_fence_put(NULL);
}

/* S9.31: ops->release runs with the last reference */
static void put__the_last_one_releases(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	int released = 0;

	mock->released = &released;
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_get(&mock->base), &mock->base);
	dma_fence_put(&mock->base);
	KUNIT_EXPECT_EQ(test, released, 0);
	dma_fence_put(&mock->base);
	KUNIT_EXPECT_EQ(test, released, 1);
}

/* S9.31: memory stays until the grace period is over, so a reader may fail to get it, but may look */
static void put__memory_outlives_readers(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	rcu_read_lock();
	dma_fence_put(&mock->base);
	KUNIT_EXPECT_NULL(test, dma_fence_get_rcu(&mock->base));
	KUNIT_EXPECT_EQ(test, mock->base.seqno, 1ull);
	rcu_read_unlock();
}

/* S9.32 */
static void is_later__compares_32_or_64_bits(struct kunit *test)
{
	struct mock *low = mock_new(test, 5, 0xfffffff0), *wrapped = mock_new(test, 5, 3);
	struct mock *wide = kzalloc(sizeof(*wide), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, wide);
	spin_lock_init(&wide->lock);
	dma_fence_init64(&wide->base, &mock_ops, &wide->lock, 5, 1ull << 40);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(&wrapped->base, &low->base));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_later(&low->base, &wrapped->base));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_later(&low->base, &low->base));
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later(&wide->base, &low->base));
	dma_fence_put(&low->base);
	dma_fence_put(&wrapped->base);
	dma_fence_put(&wide->base);
}

/* S9.32 */
static void later__is_null_once_signalled(struct kunit *test)
{
	struct mock *first = mock_new(test, 5, 1), *second = mock_new(test, 5, 2);

	KUNIT_EXPECT_PTR_EQ(test, dma_fence_later(&first->base, &second->base), &second->base);
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_later(&second->base, &first->base), &second->base);
	dma_fence_signal(&second->base);
	KUNIT_EXPECT_NULL(test, dma_fence_later(&first->base, &second->base));
	dma_fence_put(&first->base);
	dma_fence_put(&second->base);
}

/* S9.33 */
static void get_stub__is_signalled_for_ever(struct kunit *test)
{
	struct dma_fence *stub = dma_fence_get_stub();
	struct called called = {};

	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(stub));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(stub), 1);
	KUNIT_EXPECT_EQ(test, stub->context, 0ull);
	KUNIT_EXPECT_EQ(test, stub->seqno, 0ull);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(stub, &called.cb, note_call), -ENOENT);
	KUNIT_EXPECT_EQ(test, dma_fence_wait_timeout(stub, false, 0), 1);
	dma_fence_put(stub);
}

#ifdef __PSIM__
/* S9.20 */
static void context_alloc__none_warns(struct kunit *test)
{
	kunit_expect_report(test, "context_alloc");
	dma_fence_context_alloc(0);
}

/* S9.24 */
static void add_callback__without_function_is_invalid(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};

	kunit_expect_report(test, "dma_fence_add_callback");
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, NULL), -EINVAL);
	dma_fence_put(&mock->base);
}

/* S9.30 */
static void set_error__after_signalling_warns(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	dma_fence_signal(&mock->base);
	kunit_expect_report(test, "dma_fence_set_error");
	dma_fence_set_error(&mock->base, -EIO);
	dma_fence_put(&mock->base);
}

/* S9.30 */
static void set_error__outside_of_the_range_warns(struct kunit *test)
{
	static const int wrong[] = {0, 1, -4096};

	for (int i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct mock *mock = mock_new(test, 1, 1);

		kunit_expect_report(test, "dma_fence_set_error");
		dma_fence_set_error(&mock->base, wrong[i]);
		dma_fence_put(&mock->base);
	}
}

/* S9.30 */
static void timestamp__of_an_unsignalled_fence_warns(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	ktime_t before = ktime_get();

	kunit_expect_report(test, "dma_fence_timestamp");
	KUNIT_EXPECT_GE(test, dma_fence_timestamp(&mock->base), before);
	dma_fence_put(&mock->base);
}

static void note_error(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	container_of(cb, struct called, cb)->times = fence->error;
}

/* S9.31 */
static void put__with_callbacks_pending_signals_an_error(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct called called = {};

	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(&mock->base, &called.cb, note_error), 0);
	kunit_expect_report(test, "last reference put with callbacks pending");
	dma_fence_put(&mock->base);
	KUNIT_EXPECT_EQ(test, called.times, -EDEADLK);
}

/* S9.31 */
static void put__once_too_often_is_reported(struct kunit *test)
{
	struct mock *mock = mock_new(test, 4, 2);

	rcu_read_lock();
	dma_fence_put(&mock->base);
	kunit_expect_report(test, "dma_fence_put() on dma_fence 4:2, whose last reference was put");
	dma_fence_put(&mock->base);
	rcu_read_unlock();
}

/* S9.32 */
static void is_later__across_contexts_warns(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 2, 2);

	kunit_expect_report(test, "dma_fence_is_later");
	KUNIT_EXPECT_FALSE(test, dma_fence_is_later(&b->base, &a->base));
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

/* law 3 */
static void leftovers__name_who_made_the_fence(struct kunit *test)
{
	static struct mock forgotten;

	spin_lock_init(&forgotten.lock);
	kunit_expect_report(test, "dma_fence 3:8, made by leftovers__name_who_made_the_fence()");
	dma_fence_init(&forgotten.base, &mock_ops, &forgotten.lock, 3, 8);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(context_alloc__gives_the_first_of_n),
	KUNIT_CASE(init__starts_clean),
	KUNIT_CASE(flags__user_bits_come_last),
	KUNIT_CASE(signal__runs_callbacks_in_order_once),
	KUNIT_CASE(signal__keeps_the_first_timestamp),
	KUNIT_CASE(signal__callback_may_free_its_node),
	KUNIT_CASE(add_callback__refuses_a_signalled_fence),
	KUNIT_CASE(add_callback__enables_signaling_once),
	KUNIT_CASE(add_callback__a_refusal_signals),
	KUNIT_CASE(remove_callback__tells_whether_it_was_queued),
	KUNIT_CASE(is_signaled__asks_the_driver),
	KUNIT_CASE(get_status__tells_all_three),
	KUNIT_CASE(put__null_is_nothing),
	KUNIT_CASE(put__the_last_one_releases),
	KUNIT_CASE(put__memory_outlives_readers),
	KUNIT_CASE(is_later__compares_32_or_64_bits),
	KUNIT_CASE(later__is_null_once_signalled),
	KUNIT_CASE(get_stub__is_signalled_for_ever),
#ifdef __PSIM__
	KUNIT_CASE(context_alloc__none_warns),
	KUNIT_CASE(add_callback__without_function_is_invalid),
	KUNIT_CASE(set_error__after_signalling_warns),
	KUNIT_CASE(set_error__outside_of_the_range_warns),
	KUNIT_CASE(timestamp__of_an_unsignalled_fence_warns),
	KUNIT_CASE(put__with_callbacks_pending_signals_an_error),
	KUNIT_CASE(put__once_too_often_is_reported),
	KUNIT_CASE(is_later__across_contexts_warns),
	KUNIT_CASE(leftovers__name_who_made_the_fence),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "dma_fence",
	.test_cases = cases,
};
kunit_test_suite(suite);
