/* SPDX-License-Identifier: MIT */
/*
 * dma_fence: says once, for ever, that work of a device is done, and with which error.
 *
 * Callbacks run under the fence's lock with interrupts off, in the context that signals; so a fence
 * may be signalled from an interrupt handler.
 */
#ifndef _LINUX_DMA_FENCE_H
#define _LINUX_DMA_FENCE_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/version.h>

struct dma_fence;
struct dma_fence_cb;

/* Bits of dma_fence.flags; drivers use those from DMA_FENCE_FLAG_USER_BITS on (S9.21). */
enum dma_fence_flag_bits {
	DMA_FENCE_FLAG_SEQNO64_BIT,
	DMA_FENCE_FLAG_SIGNALED_BIT,
	DMA_FENCE_FLAG_TIMESTAMP_BIT,
	DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT,
	DMA_FENCE_FLAG_USER_BITS,
};

/**
 * struct dma_fence_ops - what a kind of fence can do
 * @get_driver_name, @get_timeline_name: for people; required
 * @enable_signaling: somebody waits: make sure that the fence will be signalled; called once, under the
 *	fence's lock; false: it is signalled already (S9.24)
 * @signaled: ask whether the work is done, without waiting (S9.29)
 * @wait: in place of dma_fence_default_wait()
 * @release: in place of dma_fence_free()
 * @set_deadline: somebody wants it by then
 */
struct dma_fence_ops {
	const char *(*get_driver_name)(struct dma_fence *fence);
	const char *(*get_timeline_name)(struct dma_fence *fence);
	bool (*enable_signaling)(struct dma_fence *fence);
	bool (*signaled)(struct dma_fence *fence);
	signed long (*wait)(struct dma_fence *fence, bool intr, signed long timeout);
	void (*release)(struct dma_fence *fence);
	void (*set_deadline)(struct dma_fence *fence, ktime_t deadline);
};

/**
 * struct dma_fence - a fence; first in its allocation unless ops->release frees it
 * @lock: the driver's, often shared by a whole context
 * @ops: its kind
 * @cb_list: callbacks, before it is signalled
 * @timestamp: when it was, afterwards; so the list is no list then (S9.23)
 * @rcu: while it waits to be freed
 * @context: the timeline it belongs to; @seqno: its place there
 * @flags: DMA_FENCE_FLAG_*
 * @refcount: references
 * @error: 0 or a negative errno, set before signalling
 * @__psim_magic: tells a live fence from a released one
 * @__psim_slot: its entry in the table of live fences
 */
struct dma_fence {
	spinlock_t *lock;
	const struct dma_fence_ops *ops;
	union {
		struct list_head cb_list;
		ktime_t timestamp;
		struct rcu_head rcu;
	};
	u64 context;
	u64 seqno;
	unsigned long flags;
	struct kref refcount;
	int error;
	u32 __psim_magic;
	u32 __psim_slot;
};

typedef void (*dma_fence_func_t)(struct dma_fence *fence, struct dma_fence_cb *cb);

/* One callback; its node is empty when @func runs, so @func may free it. */
struct dma_fence_cb {
	struct list_head node;
	dma_fence_func_t func;
};

/* The first of @num consecutive context numbers, from 1 on; num 0 warns (S9.20). */
u64 dma_fence_context_alloc(unsigned int num);

/**
 * dma_fence_init() - a new fence with one reference, the caller's
 * @lock: protects it; interrupt-safe; outlives the fence's last signal
 * Any context. dma_fence_init64() for 64-bit sequence numbers.
 */
void dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		    u64 context, u64 seqno);
void dma_fence_init64(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		      u64 context, u64 seqno);
void __psim_dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops,
			   spinlock_t *lock, u64 context, u64 seqno, unsigned long flags,
			   const char *site);
#define dma_fence_init(fence, ops, lock, context, seqno) \
	__psim_dma_fence_init(fence, ops, lock, context, seqno, 0, __func__)
#define dma_fence_init64(fence, ops, lock, context, seqno)                                       \
	__psim_dma_fence_init(fence, ops, lock, context, seqno, BIT(DMA_FENCE_FLAG_SEQNO64_BIT), \
			      __func__)

/* Take a reference; NULL gives NULL. Any context. */
struct dma_fence *dma_fence_get(struct dma_fence *fence);
/* The same unless the last one is gone already: NULL then. Under rcu_read_lock(). */
struct dma_fence *dma_fence_get_rcu(struct dma_fence *fence);
/* Of a pointer that others change. Under rcu_read_lock(). */
struct dma_fence *dma_fence_get_rcu_safe(struct dma_fence __rcu **fencep);
/* Drop one; NULL is allowed. The last one releases (S9.31). Any context. */
void dma_fence_put(struct dma_fence *fence);
void dma_fence_release(struct kref *kref);
/* Free the fence's memory after a grace period: the end of ops->release. */
void dma_fence_free(struct dma_fence *fence);
/* For debug printing by drivers; valid under rcu_read_lock(). */
const char *dma_fence_driver_name(struct dma_fence *fence);
const char *dma_fence_timeline_name(struct dma_fence *fence);

/*
 * Signal: only the first time does something (S9.22). The _locked ones under fence->lock. Any context.
 * dma_fence_check_and_signal*() return whether it was signalled before.
 */
void dma_fence_signal(struct dma_fence *fence);
void dma_fence_signal_locked(struct dma_fence *fence);
void dma_fence_signal_timestamp(struct dma_fence *fence, ktime_t timestamp);
void dma_fence_signal_timestamp_locked(struct dma_fence *fence, ktime_t timestamp);
bool dma_fence_check_and_signal(struct dma_fence *fence);
bool dma_fence_check_and_signal_locked(struct dma_fence *fence);
#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 19, 0)
/* Sources of older kernels ask whether it was the first time: 0 or -EINVAL. */
#define dma_fence_signal(fence)	       (dma_fence_check_and_signal(fence) ? -EINVAL : 0)
#define dma_fence_signal_locked(fence) (dma_fence_check_and_signal_locked(fence) ? -EINVAL : 0)
#endif

/**
 * dma_fence_add_callback() - call @func when the fence is signalled
 * @cb: the caller's, until @func runs or dma_fence_remove_callback() says true
 * Any context. Return: 0; -ENOENT if it is signalled already; -EINVAL for a NULL argument (S9.24).
 */
int dma_fence_add_callback(struct dma_fence *fence, struct dma_fence_cb *cb, dma_fence_func_t func);
/* Return: whether it was still queued: @func will not run then (S9.25). */
bool dma_fence_remove_callback(struct dma_fence *fence, struct dma_fence_cb *cb);
void dma_fence_enable_sw_signaling(struct dma_fence *fence);
void dma_fence_set_deadline(struct dma_fence *fence, ktime_t deadline);

/**
 * dma_fence_wait_timeout() - sleep until it is signalled
 * @intr: signals end the wait
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT: for ever
 * May sleep. Return: what is left of @timeout, at least 1; 0: the time was over; -ERESTARTSYS
 * (S9.26, S9.27).
 */
signed long dma_fence_wait_timeout(struct dma_fence *fence, bool intr, signed long timeout);
signed long dma_fence_default_wait(struct dma_fence *fence, bool intr, signed long timeout);

/* Return: 0 or a negative errno; the fence's own error is not it (S9.28). */
static inline signed long dma_fence_wait(struct dma_fence *fence, bool intr)
{
	signed long ret = dma_fence_wait_timeout(fence, intr, MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? ret : 0;
}

/** dma_fence_test_signaled_flag() - is the flag set? Without asking the driver */
static inline bool dma_fence_test_signaled_flag(struct dma_fence *fence)
{
	return test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags);
}

/* Whether it is signalled; the _locked one under fence->lock (S9.29). */
bool dma_fence_is_signaled(struct dma_fence *fence);
bool dma_fence_is_signaled_locked(struct dma_fence *fence);

/* Whether sequence number @f1 comes after @f2, on @fence's timeline (S9.32). */
static inline bool __dma_fence_is_later(struct dma_fence *fence, u64 f1, u64 f2)
{
	if (test_bit(DMA_FENCE_FLAG_SEQNO64_BIT, &fence->flags))
		return f1 > f2;
	return (int)((u32)f1 - (u32)f2) > 0;
}

/** dma_fence_is_later() - does the first of two fences of one context come after the second? */
static inline bool dma_fence_is_later(struct dma_fence *f1, struct dma_fence *f2)
{
	if (WARN_ON(f1->context != f2->context))
		return false;
	return __dma_fence_is_later(f1, f1->seqno, f2->seqno);
}

/** dma_fence_is_later_or_same() - does it come after it, or is it the same? */
static inline bool dma_fence_is_later_or_same(struct dma_fence *f1, struct dma_fence *f2)
{
	return f1 == f2 || dma_fence_is_later(f1, f2);
}

/* The later one, or NULL if that is signalled (S9.32). */
static inline struct dma_fence *dma_fence_later(struct dma_fence *f1, struct dma_fence *f2)
{
	struct dma_fence *later;

	if (WARN_ON(f1->context != f2->context))
		return NULL;
	later = dma_fence_is_later(f1, f2) ? f1 : f2;
	return dma_fence_is_signaled(later) ? NULL : later;
}

/* 0: not signalled; 1: signalled; negative: its error. */
int dma_fence_get_status(struct dma_fence *fence);

/**
 * dma_fence_get_status_locked() - 0 while it has not signalled, 1 when it has, or its error; its lock is held
 */
static inline int dma_fence_get_status_locked(struct dma_fence *fence)
{
	if (!dma_fence_is_signaled_locked(fence))
		return 0;
	return fence->error ? fence->error : 1;
}

/* Before it is signalled, from -4095 to -1 (S9.30). */
static inline void dma_fence_set_error(struct dma_fence *fence, int error)
{
	WARN_ON(dma_fence_test_signaled_flag(fence));
	WARN_ON(error >= 0 || error < -MAX_ERRNO);
	fence->error = error;
}

/* When it was signalled; "now", with a warning, if it was not (S9.30). */
ktime_t dma_fence_timestamp(struct dma_fence *fence);

/* A fence that has always been signalled, with a reference (S9.33). */
struct dma_fence *dma_fence_get_stub(void);
/* A new one of that kind, or NULL without memory. */
struct dma_fence *dma_fence_allocate_private_stub(ktime_t timestamp);

/* Fences made of others: <linux/dma-fence-array.h>, <linux/dma-fence-chain.h>. */
extern const struct dma_fence_ops dma_fence_array_ops, dma_fence_chain_ops;

/** dma_fence_is_array() - is it made of several that all have to signal? */
static inline bool dma_fence_is_array(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_array_ops;
}

/** dma_fence_is_chain() - is it a link of a chain? */
static inline bool dma_fence_is_chain(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_chain_ops;
}

/** dma_fence_is_container() - is it an array or a chain? */
static inline bool dma_fence_is_container(struct dma_fence *fence)
{
	return dma_fence_is_array(fence) || dma_fence_is_chain(fence);
}

/* Sections in which fences must be signalled: the lock checker's business; not checked yet. */
static inline bool dma_fence_begin_signalling(void)
{
	return true;
}

/**
 * dma_fence_end_signalling() - the end of a section that a signal depends on; takes what the begin gave
 */
static inline void dma_fence_end_signalling(bool cookie)
{
}

#endif /* _LINUX_DMA_FENCE_H */
