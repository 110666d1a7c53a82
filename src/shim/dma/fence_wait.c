// SPDX-License-Identifier: MIT
/* Waiting for a fence (S9.26 to S9.28), with its known quirks. */
#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include "dma/fence_internal.h"
#include "sim/sim.h"

/* A waiter's callback, at the head of the list: waiters wake before the users' callbacks run. */
struct waiter {
	struct dma_fence_cb base;
	struct task_struct *task;
};

static void wake_waiter(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	wake_up_state(container_of(cb, struct waiter, base)->task, TASK_NORMAL);
}

/*
 * Sleep under the lock, which is dropped meanwhile. A signal is looked for after each sleep, whatever
 * has become of the fence; an expired timer likewise ends the wait whatever the fence says.
 */
static signed long sleep_on(struct dma_fence *fence, struct waiter *waiter, bool intr,
			    signed long timeout, unsigned long *flags)
{
	list_add(&waiter->base.node, &fence->cb_list);
	while (timeout > 0 && !dma_fence_test_signaled_flag(fence)) {
		__set_current_state(intr ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE);
		spin_unlock_irqrestore(fence->lock, *flags);
		timeout = schedule_timeout(timeout);
		spin_lock_irqsave(fence->lock, *flags);
		if (timeout > 0 && intr && signal_pending(current))
			timeout = -ERESTARTSYS;
	}
	if (!list_empty(&waiter->base.node))
		list_del(&waiter->base.node);
	__set_current_state(TASK_RUNNING);
	return timeout;
}

signed long dma_fence_default_wait(struct dma_fence *fence, bool intr, signed long timeout)
{
	struct waiter waiter = {.base.func = wake_waiter, .task = current};
	signed long ret = timeout;
	unsigned long flags;

	spin_lock_irqsave(fence->lock, flags);
	if (dma_fence_test_signaled_flag(fence))
		ret = timeout ? timeout : 1;
	else if (intr && signal_pending(current))
		ret = -ERESTARTSYS;
	else if (timeout)
		ret = sleep_on(fence, &waiter, intr, timeout, &flags);
	spin_unlock_irqrestore(fence->lock, flags);
	return ret;
}
EXPORT_SYMBOL(dma_fence_default_wait);

signed long dma_fence_wait_timeout(struct dma_fence *fence, bool intr, signed long timeout)
{
	signed long left;

	if (WARN_ON(timeout < 0))
		return -EINVAL;
	might_sleep();
	if (psim_fence_unusable(fence, __func__))
		return -EINVAL;
	dma_fence_enable_sw_signaling(fence);
	psim_trace(PSIM_EV_FENCE_WAIT, fence->context, fence->seqno, 0, 0);
	left = fence->ops->wait ? fence->ops->wait(fence, intr, timeout)
				: dma_fence_default_wait(fence, intr, timeout);
	psim_trace(PSIM_EV_FENCE_WAIT_END, fence->context, fence->seqno, 0, 0);
	return left;
}
EXPORT_SYMBOL(dma_fence_wait_timeout);
