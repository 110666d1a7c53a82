/* SPDX-License-Identifier: MIT */
/* A fence for these tests: its operations count, and can be told what to answer. */
#ifndef TEST_DMA_FENCE_H
#define TEST_DMA_FENCE_H

#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/slab.h>

/**
 * struct mock - one fence
 * @base: the fence
 * @lock: its lock
 * @enabled: calls of enable_signaling
 * @refuse: enable_signaling says that it is signalled
 * @is_done: what ops->signaled says
 * @asked: calls of ops->signaled that it says no to before @is_done counts as true
 * @deadline: the latest that it was told
 * @released: told when ops->release runs
 */
struct mock {
	struct dma_fence base;
	spinlock_t lock;
	int enabled;
	bool refuse;
	bool is_done;
	int asked;
	ktime_t deadline;
	int *released;
};

static inline struct mock *to_mock(struct dma_fence *fence)
{
	return container_of(fence, struct mock, base);
}

static inline const char *mock_name(struct dma_fence *fence)
{
	return "mock";
}

static inline bool mock_enable(struct dma_fence *fence)
{
	to_mock(fence)->enabled++;
	return !to_mock(fence)->refuse;
}

static inline bool mock_signaled(struct dma_fence *fence)
{
	struct mock *mock = to_mock(fence);

	return mock->is_done && (!mock->asked || !mock->asked--);
}

static inline void mock_deadline(struct dma_fence *fence, ktime_t deadline)
{
	to_mock(fence)->deadline = deadline;
}

static inline void mock_release(struct dma_fence *fence)
{
	if (to_mock(fence)->released)
		(*to_mock(fence)->released)++;
	dma_fence_free(fence);
}

static const struct dma_fence_ops mock_ops = {
	.get_driver_name = mock_name,
	.get_timeline_name = mock_name,
	.enable_signaling = mock_enable,
	.signaled = mock_signaled,
	.release = mock_release,
	.set_deadline = mock_deadline,
};

static inline struct mock *mock_new(struct kunit *test, u64 context, u64 seqno)
{
	struct mock *mock = kzalloc(sizeof(*mock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mock);
	spin_lock_init(&mock->lock);
	dma_fence_init(&mock->base, &mock_ops, &mock->lock, context, seqno);
	return mock;
}

/**
 * struct called - a callback that says how it was called
 * @cb: the callback
 * @times: how often
 * @order: place among the calls that share @next
 * @node_empty: its node was empty then
 * @locked: the fence's lock was held, interrupts off
 */
struct called {
	struct dma_fence_cb cb;
	int times;
	int order;
	int *next;
	bool node_empty;
	bool locked;
};

static inline void note_call(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct called *called = container_of(cb, struct called, cb);

	WRITE_ONCE(called->times, called->times + 1);
	called->node_empty = list_empty(&cb->node);
	called->locked = spin_is_locked(fence->lock) && irqs_disabled();
	if (called->next)
		called->order = ++*called->next;
}

#endif /* TEST_DMA_FENCE_H */
