// SPDX-License-Identifier: MIT
/*
 * dma_fence: lifetime, signalling, callbacks, errors, the stub fence (S9.20 to S9.33). Waiting is in
 * fence_wait.c.
 *
 * Not modelled: deadlines' effect, the lock checker's signalling sections.
 */
#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <asm/processor.h>
#include "dma/fence_internal.h"
#include "dma/fence_table.h"
#include "sim/sim.h"

#undef dma_fence_init
#undef dma_fence_init64

#define LIVE 0xfe7ce11fu
#define DEAD 0xfe7cedeau

static atomic64_t next_context = {1};

static DEFINE_SPINLOCK(stub_lock);
static struct dma_fence stub;

bool psim_fence_unusable(struct dma_fence *fence, const char *what)
{
	if (likely(fence->__psim_magic == LIVE))
		return false;
	if (fence->__psim_magic == DEAD)
		psim_report("S9.31", "%s() on dma_fence %llu:%llu, whose last reference was put",
			    what, fence->context, fence->seqno);
	else
		psim_report("S9.20", "%s() on a dma_fence that was never initialised, or was freed",
			    what);
	return true;
}

u64 dma_fence_context_alloc(unsigned int num)
{
	WARN_ON(!num);
	return atomic64_fetch_add(num, &next_context);
}
EXPORT_SYMBOL(dma_fence_context_alloc);

/* ---- life ------------------------------------------------------------------------------------------ */

static void init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		 u64 context, u64 seqno, unsigned long flags)
{
	BUG_ON(!lock);
	BUG_ON(!ops || !ops->get_driver_name || !ops->get_timeline_name);
	kref_init(&fence->refcount);
	fence->ops = ops;
	INIT_LIST_HEAD(&fence->cb_list);
	fence->lock = lock;
	fence->context = context;
	fence->seqno = seqno;
	fence->flags = flags;
	fence->error = 0;
	fence->__psim_magic = LIVE;
	fence->__psim_slot = 0;
}

void __psim_dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops,
			   spinlock_t *lock, u64 context, u64 seqno, unsigned long flags,
			   const char *site)
{
	init(fence, ops, lock, context, seqno, flags);
	fence->__psim_slot = psim_fence_table_add(context, seqno, site);
	psim_trace(PSIM_EV_FENCE_INIT, context, seqno, 0, 0);
}

void dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		    u64 context, u64 seqno)
{
	__psim_dma_fence_init(fence, ops, lock, context, seqno, 0, __func__);
}

void dma_fence_init64(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		      u64 context, u64 seqno)
{
	__psim_dma_fence_init(fence, ops, lock, context, seqno, BIT(DMA_FENCE_FLAG_SEQNO64_BIT),
			      __func__);
}

struct dma_fence *dma_fence_get(struct dma_fence *fence)
{
	if (fence && !psim_fence_unusable(fence, __func__))
		kref_get(&fence->refcount);
	return fence;
}
EXPORT_SYMBOL(dma_fence_get);

struct dma_fence *dma_fence_get_rcu(struct dma_fence *fence)
{
	return kref_get_unless_zero(&fence->refcount) ? fence : NULL;
}

/* The pointer may have moved on to another fence while the reference was taken: look once more. */
struct dma_fence *dma_fence_get_rcu_safe(struct dma_fence __rcu **fencep)
{
	for (;;) {
		struct dma_fence *fence = rcu_dereference(*fencep);

		if (!fence)
			return NULL;
		if (!dma_fence_get_rcu(fence))
			continue;
		if (fence == rcu_access_pointer(*fencep))
			return fence;
		dma_fence_put(fence);
	}
}

void dma_fence_put(struct dma_fence *fence)
{
	if (fence && !psim_fence_unusable(fence, __func__))
		kref_put(&fence->refcount, dma_fence_release);
}
EXPORT_SYMBOL(dma_fence_put);

/* Nobody will signal it any more, and somebody waits: wake him with an error (S9.31). */
static void end_pending(struct dma_fence *fence)
{
	unsigned long flags;

	WARN(1, "dma_fence %llu:%llu of %s: last reference put with callbacks pending",
	     fence->context, fence->seqno, fence->ops->get_driver_name(fence));
	spin_lock_irqsave(fence->lock, flags);
	fence->error = -EDEADLK;
	dma_fence_signal_locked(fence);
	spin_unlock_irqrestore(fence->lock, flags);
}

void dma_fence_release(struct kref *kref)
{
	struct dma_fence *fence = container_of(kref, struct dma_fence, refcount);

	if (!dma_fence_test_signaled_flag(fence) && !list_empty(&fence->cb_list))
		end_pending(fence);
	psim_trace(PSIM_EV_FENCE_DESTROY, fence->context, fence->seqno, 0, 0);
	psim_fence_table_remove(fence->__psim_slot);
	fence->__psim_slot = 0;
	fence->__psim_magic = DEAD;
	if (fence->ops->release)
		fence->ops->release(fence);
	else
		dma_fence_free(fence);
}
EXPORT_SYMBOL(dma_fence_release);

void dma_fence_free(struct dma_fence *fence)
{
	kfree_rcu(fence, rcu);
}
EXPORT_SYMBOL(dma_fence_free);

/* The driver may be gone once it has signalled. */
const char *dma_fence_driver_name(struct dma_fence *fence)
{
	return dma_fence_test_signaled_flag(fence) ? "detached-driver"
						   : fence->ops->get_driver_name(fence);
}
EXPORT_SYMBOL(dma_fence_driver_name);

const char *dma_fence_timeline_name(struct dma_fence *fence)
{
	return dma_fence_test_signaled_flag(fence) ? "signaled-timeline"
						   : fence->ops->get_timeline_name(fence);
}
EXPORT_SYMBOL(dma_fence_timeline_name);

/* ---- signalling --------------------------------------------------------------------------------------- */

/* Under the fence's lock. Return: whether it was signalled before. */
static bool signal_once(struct dma_fence *fence, ktime_t timestamp)
{
	struct list_head callbacks;

	lockdep_assert_held(fence->lock);
	if (test_and_set_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags))
		return true;
	/* The list's head and the timestamp share their storage. */
	list_replace(&fence->cb_list, &callbacks);
	fence->timestamp = timestamp;
	/* ordered, as set_bit() is not: who sees the bit sees the time */
	(void)test_and_set_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &fence->flags);
	psim_trace(PSIM_EV_FENCE_SIGNAL, fence->context, fence->seqno, -fence->error, 0);
	while (!list_empty(&callbacks)) {
		struct dma_fence_cb *cb = list_first_entry(&callbacks, struct dma_fence_cb, node);

		list_del_init(&cb->node);
		cb->func(fence, cb);
	}
	return false;
}

static bool lock_and_signal(struct dma_fence *fence, ktime_t timestamp)
{
	unsigned long flags;
	bool before;

	spin_lock_irqsave(fence->lock, flags);
	before = signal_once(fence, timestamp);
	spin_unlock_irqrestore(fence->lock, flags);
	return before;
}

static bool cannot_signal(struct dma_fence *fence, const char *what)
{
	return WARN_ON(!fence) || psim_fence_unusable(fence, what);
}

void dma_fence_signal(struct dma_fence *fence)
{
	if (!cannot_signal(fence, __func__))
		lock_and_signal(fence, ktime_get());
}
EXPORT_SYMBOL(dma_fence_signal);

void dma_fence_signal_locked(struct dma_fence *fence)
{
	if (!cannot_signal(fence, __func__))
		signal_once(fence, ktime_get());
}
EXPORT_SYMBOL(dma_fence_signal_locked);

void dma_fence_signal_timestamp(struct dma_fence *fence, ktime_t timestamp)
{
	if (!cannot_signal(fence, __func__))
		lock_and_signal(fence, timestamp);
}
EXPORT_SYMBOL(dma_fence_signal_timestamp);

void dma_fence_signal_timestamp_locked(struct dma_fence *fence, ktime_t timestamp)
{
	if (!cannot_signal(fence, __func__))
		signal_once(fence, timestamp);
}
EXPORT_SYMBOL(dma_fence_signal_timestamp_locked);

bool dma_fence_check_and_signal(struct dma_fence *fence)
{
	return !cannot_signal(fence, __func__) && lock_and_signal(fence, ktime_get());
}
EXPORT_SYMBOL(dma_fence_check_and_signal);

bool dma_fence_check_and_signal_locked(struct dma_fence *fence)
{
	return !cannot_signal(fence, __func__) && signal_once(fence, ktime_get());
}
EXPORT_SYMBOL(dma_fence_check_and_signal_locked);

bool dma_fence_is_signaled_locked(struct dma_fence *fence)
{
	if (dma_fence_test_signaled_flag(fence))
		return true;
	if (!fence->ops->signaled || !fence->ops->signaled(fence))
		return false;
	dma_fence_signal_locked(fence);
	return true;
}

/* Readers under RCU may ask this of a fence whose last reference is gone; so no check of that here. */
bool dma_fence_is_signaled(struct dma_fence *fence)
{
	if (dma_fence_test_signaled_flag(fence))
		return true;
	if (!fence->ops->signaled || !fence->ops->signaled(fence))
		return false;
	dma_fence_signal(fence);
	return true;
}

int dma_fence_get_status(struct dma_fence *fence)
{
	unsigned long flags;
	int status;

	spin_lock_irqsave(fence->lock, flags);
	status = dma_fence_get_status_locked(fence);
	spin_unlock_irqrestore(fence->lock, flags);
	return status;
}
EXPORT_SYMBOL(dma_fence_get_status);

ktime_t dma_fence_timestamp(struct dma_fence *fence)
{
	if (WARN_ON(!dma_fence_test_signaled_flag(fence)))
		return ktime_get();
	while (!test_bit_acquire(DMA_FENCE_FLAG_TIMESTAMP_BIT, &fence->flags))
		cpu_relax();
	return fence->timestamp;
}

/* ---- callbacks ------------------------------------------------------------------------------------------ */

bool psim_fence_enable_signaling(struct dma_fence *fence)
{
	bool asked_before;

	lockdep_assert_held(fence->lock);
	asked_before = test_and_set_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &fence->flags);
	if (dma_fence_test_signaled_flag(fence))
		return false;
	if (!asked_before)
		psim_trace(PSIM_EV_FENCE_ENABLE, fence->context, fence->seqno, 0, 0);
	if (asked_before || !fence->ops->enable_signaling || fence->ops->enable_signaling(fence))
		return true;
	dma_fence_signal_locked(fence);
	return false;
}

void dma_fence_enable_sw_signaling(struct dma_fence *fence)
{
	unsigned long flags;

	if (psim_fence_unusable(fence, __func__))
		return;
	spin_lock_irqsave(fence->lock, flags);
	psim_fence_enable_signaling(fence);
	spin_unlock_irqrestore(fence->lock, flags);
}
EXPORT_SYMBOL(dma_fence_enable_sw_signaling);

int dma_fence_add_callback(struct dma_fence *fence, struct dma_fence_cb *cb, dma_fence_func_t func)
{
	unsigned long flags;
	int err = 0;

	if (WARN_ON(!fence || !func))
		return -EINVAL;
	INIT_LIST_HEAD(&cb->node);
	if (psim_fence_unusable(fence, __func__) || dma_fence_test_signaled_flag(fence))
		return -ENOENT;
	cb->func = func;
	spin_lock_irqsave(fence->lock, flags);
	if (psim_fence_enable_signaling(fence))
		list_add_tail(&cb->node, &fence->cb_list);
	else
		err = -ENOENT;
	spin_unlock_irqrestore(fence->lock, flags);
	return err;
}
EXPORT_SYMBOL(dma_fence_add_callback);

bool dma_fence_remove_callback(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(fence->lock, flags);
	queued = !list_empty(&cb->node);
	if (queued)
		list_del_init(&cb->node);
	spin_unlock_irqrestore(fence->lock, flags);
	return queued;
}
EXPORT_SYMBOL(dma_fence_remove_callback);

void dma_fence_set_deadline(struct dma_fence *fence, ktime_t deadline)
{
	if (fence->ops->set_deadline && !dma_fence_is_signaled(fence))
		fence->ops->set_deadline(fence, deadline);
}
EXPORT_SYMBOL(dma_fence_set_deadline);

/* ---- the stub --------------------------------------------------------------------------------------------- */

static const char *stub_name(struct dma_fence *fence)
{
	return "stub";
}

static const struct dma_fence_ops stub_ops = {
	.get_driver_name = stub_name,
	.get_timeline_name = stub_name,
};

struct dma_fence *dma_fence_get_stub(void)
{
	return dma_fence_get(&stub);
}
EXPORT_SYMBOL(dma_fence_get_stub);

struct dma_fence *dma_fence_allocate_private_stub(ktime_t timestamp)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return NULL;
	__psim_dma_fence_init(fence, &stub_ops, &stub_lock, 0, 0,
			      BIT(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT), __func__);
	dma_fence_signal_timestamp(fence, timestamp);
	return fence;
}
EXPORT_SYMBOL(dma_fence_allocate_private_stub);

/* Before any task runs: set up by hand, nothing is locked or traced. */
void psim_dma_fence_start(void)
{
	init(&stub, &stub_ops, &stub_lock, 0, 0,
	     BIT(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT) | BIT(DMA_FENCE_FLAG_SIGNALED_BIT) |
		     BIT(DMA_FENCE_FLAG_TIMESTAMP_BIT));
	stub.timestamp = 0;
}

void psim_dma_fence_leftovers(void)
{
	psim_fence_table_report();
	if (stub.__psim_magic == LIVE && kref_read(&stub.refcount) != 1)
		psim_report("law 3", "the stub fence has %u references left",
			    kref_read(&stub.refcount) - 1);
}
