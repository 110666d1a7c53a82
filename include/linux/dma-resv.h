/* SPDX-License-Identifier: MIT */
/*
 * The fences of a buffer: who uses it for what, and whom to wait for. Changed under its lock, read under
 * that or under RCU.
 */
#ifndef _LINUX_RESERVATION_H
#define _LINUX_RESERVATION_H

#include <linux/dma-fence.h>
#include <linux/lockdep.h>
#include <linux/ww_mutex.h>

struct dma_resv_list;
struct seq_file;

extern struct ww_class reservation_ww_class;

/* What a fence's work does to the buffer. Asking for one asks for those before it too. */
enum dma_resv_usage {
	DMA_RESV_USAGE_KERNEL, /* moving or clearing it: everyone waits */
	DMA_RESV_USAGE_WRITE, /* writing, with implicit order */
	DMA_RESV_USAGE_READ, /* reading, with implicit order */
	DMA_RESV_USAGE_BOOKKEEP, /* using it, without implicit order */
};

/* For whom new work has to wait: a writer for readers, a reader for writers. */
static inline enum dma_resv_usage dma_resv_usage_rw(bool write)
{
	return write ? DMA_RESV_USAGE_READ : DMA_RESV_USAGE_WRITE;
}

struct dma_resv {
	struct ww_mutex lock;
	struct dma_resv_list __rcu *fences;
};

/**
 * struct dma_resv_iter - a walk over the fences
 * @obj, @usage: of what, up to which usage
 * @fence, @fence_usage: where it is; without the lock with a reference
 * @index, @fences, @num_fences: how far, in which list, of how many
 * @is_restarted: the fence is the first one after a beginning
 */
struct dma_resv_iter {
	struct dma_resv *obj;
	enum dma_resv_usage usage;
	struct dma_fence *fence;
	enum dma_resv_usage fence_usage;
	unsigned int index;
	struct dma_resv_list *fences;
	unsigned int num_fences;
	bool is_restarted;
};

/**
 * dma_resv_iter_first_unlocked() - the first fence, without the lock: with a reference while it is looked at
 */
struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor);
/** dma_resv_iter_next_unlocked() - the next one; if the list has changed, from the beginning */
struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor);
/** dma_resv_iter_first() - the first fence, with the lock held */
struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor);
/** dma_resv_iter_next() - the next one, with the lock held */
struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor);

/** dma_resv_iter_begin() - a walk over the fences up to a usage */
static inline void dma_resv_iter_begin(struct dma_resv_iter *cursor, struct dma_resv *obj,
				       enum dma_resv_usage usage)
{
	cursor->obj = obj;
	cursor->usage = usage;
	cursor->fence = NULL;
}

/** dma_resv_iter_end() - the walk is over: what it holds is let go */
static inline void dma_resv_iter_end(struct dma_resv_iter *cursor)
{
	dma_fence_put(cursor->fence);
}

/** dma_resv_iter_usage() - what the current fence is there for */
static inline enum dma_resv_usage dma_resv_iter_usage(struct dma_resv_iter *cursor)
{
	return cursor->fence_usage;
}

/** dma_resv_iter_is_restarted() - did the walk start over before the current fence? */
static inline bool dma_resv_iter_is_restarted(struct dma_resv_iter *cursor)
{
	return cursor->is_restarted;
}

/*
 * Without the lock: the fences that are not signalled; begins anew when the list is replaced meanwhile.
 * Between dma_resv_iter_begin() and dma_resv_iter_end().
 */
#define dma_resv_for_each_fence_unlocked(cursor, fence)             \
	for (fence = dma_resv_iter_first_unlocked(cursor); (fence); \
	     fence = dma_resv_iter_next_unlocked(cursor))
/* Under the lock: all fences. */
#define dma_resv_for_each_fence(cursor, obj, usage, fence)                                 \
	for (dma_resv_iter_begin(cursor, obj, usage), fence = dma_resv_iter_first(cursor); \
	     (fence); fence = dma_resv_iter_next(cursor))

/** dma_resv_held() - does the running task hold the lock? */
#define dma_resv_held(obj) lockdep_is_held(&(obj)->lock.base)
/** dma_resv_assert_held() - a report unless the running task holds the lock */
#define dma_resv_assert_held(obj) lockdep_assert_held(&(obj)->lock.base)

/* The room that was reserved and not used is gone, so that one who forgot to reserve is found. */
void dma_resv_reset_max_fences(struct dma_resv *obj);

/* As ww_mutex_lock() and its kin. */
#define dma_resv_lock(obj, ctx)		      ww_mutex_lock(&(obj)->lock, (ctx))
#define dma_resv_lock_interruptible(obj, ctx) ww_mutex_lock_interruptible(&(obj)->lock, (ctx))
#define dma_resv_lock_slow(obj, ctx)	      ww_mutex_lock_slow(&(obj)->lock, (ctx))
#define dma_resv_lock_slow_interruptible(obj, ctx) \
	ww_mutex_lock_slow_interruptible(&(obj)->lock, (ctx))
#define dma_resv_trylock(obj) ((bool)ww_mutex_trylock(&(obj)->lock, NULL))
#define dma_resv_unlock(obj)                      \
	do {                                      \
		struct dma_resv *__obj = (obj);   \
                                                  \
		dma_resv_reset_max_fences(__obj); \
		ww_mutex_unlock(&__obj->lock);    \
	} while (0)

/** dma_resv_is_locked() - does anybody hold it? */
static inline bool dma_resv_is_locked(struct dma_resv *obj)
{
	return ww_mutex_is_locked(&obj->lock);
}

/** dma_resv_locking_ctx() - the acquire context that it was taken with, or NULL */
static inline struct ww_acquire_ctx *dma_resv_locking_ctx(struct dma_resv *obj)
{
	return READ_ONCE(obj->lock.ctx);
}

void dma_resv_init(struct dma_resv *obj);
/* Nobody uses it any more: lets go of all fences. */
void dma_resv_fini(struct dma_resv *obj);

/* Room for @num_fences more, until the lock is let go. Under it. Return: 0; -EINVAL: none; -ENOMEM. */
int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences);
/**
 * dma_resv_add_fence() - the buffer is used until @fence is signalled
 * @fence: no container; a reference is taken. Replaces an earlier fence of its context and usage, or one
 *	that is signalled
 * Under the lock, with room reserved: cannot fail.
 */
void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence, enum dma_resv_usage usage);
/* Every fence of @context becomes @fence, for @usage. Under the lock. */
void dma_resv_replace_fences(struct dma_resv *obj, u64 context, struct dma_fence *fence,
			     enum dma_resv_usage usage);
/* The fences that are not signalled, with references, in an array to kfree(). Return: 0; -ENOMEM. */
int dma_resv_get_fences(struct dma_resv *obj, enum dma_resv_usage usage, unsigned int *num_fences,
			struct dma_fence ***fences);
/* One fence for them: NULL, the only one, or an array. Return: 0; -ENOMEM. */
int dma_resv_get_singleton(struct dma_resv *obj, enum dma_resv_usage usage,
			   struct dma_fence **fence);
/* @dst, whose lock is held, gets the fences of @src in place of its own. Return: 0; -ENOMEM. */
int dma_resv_copy_fences(struct dma_resv *dst, struct dma_resv *src);
/**
 * dma_resv_wait_timeout() - wait for all fences up to @usage
 * @timeout: jiffies; 0: only look
 * Return: > 0: what is left, at least 1; 0: not all were signalled in time; -ERESTARTSYS.
 */
long dma_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
			   unsigned long timeout);
void dma_resv_set_deadline(struct dma_resv *obj, enum dma_resv_usage usage, ktime_t deadline);
/* Whether all fences up to @usage are signalled. */
bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage);

#endif /* _LINUX_RESERVATION_H */
