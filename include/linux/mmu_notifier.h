/* SPDX-License-Identifier: MIT */
/*
 * MMU notifiers: whoever mirrors an address space hears of changes before they happen (S8).
 *
 * Interval notifiers watch a range and keep a sequence number; classic notifiers watch a whole address
 * space. Not modelled: ageing callbacks, since nothing here looks for old pages.
 */
#ifndef _LINUX_MMU_NOTIFIER_H
#define _LINUX_MMU_NOTIFIER_H

#include <linux/interval_tree.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/poison.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/__psim_might.h>

struct mmu_interval_notifier;
struct mmu_notifier;
struct mmu_notifier_range;
struct mmu_notifier_subscriptions;

/**
 * enum mmu_notifier_event - why slots change (S8.1)
 * @MMU_NOTIFY_UNMAP: munmap, mremap
 * @MMU_NOTIFY_CLEAR: slots go, for any other reason than those below
 * @MMU_NOTIFY_PROTECTION_VMA: the range's protection changes
 * @MMU_NOTIFY_PROTECTION_PAGE: pages lose rights that their VMA allows
 * @MMU_NOTIFY_SOFT_DIRTY: soft-dirty is cleared
 * @MMU_NOTIFY_RELEASE: the address space ends
 * @MMU_NOTIFY_MIGRATE: a device driver migrates; see the range's owner
 * @MMU_NOTIFY_EXCLUSIVE: a device gets exclusive access; see the range's owner
 */
enum mmu_notifier_event {
	MMU_NOTIFY_UNMAP = 0,
	MMU_NOTIFY_CLEAR,
	MMU_NOTIFY_PROTECTION_VMA,
	MMU_NOTIFY_PROTECTION_PAGE,
	MMU_NOTIFY_SOFT_DIRTY,
	MMU_NOTIFY_RELEASE,
	MMU_NOTIFY_MIGRATE,
	MMU_NOTIFY_EXCLUSIVE,
};

#define MMU_NOTIFIER_RANGE_BLOCKABLE (1 << 0)

/**
 * struct mmu_notifier_range - one invalidation (S8.2)
 * @mm: the address space
 * @start: first byte
 * @end: first byte after it
 * @flags: MMU_NOTIFIER_RANGE_BLOCKABLE: callbacks may sleep
 * @event: why
 * @owner: of the device pages, with MIGRATE and EXCLUSIVE; otherwise garbage or NULL (S8.3)
 */
struct mmu_notifier_range {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	unsigned int flags;
	enum mmu_notifier_event event;
	void *owner;
};

/**
 * struct mmu_notifier_ops - callbacks of a classic notifier
 * @release: the address space ends
 * @invalidate_range_start: slots of the range are about to change; may fail with -EAGAIN if the range
 *	is not blockable, and only without @invalidate_range_end
 * @invalidate_range_end: they have changed
 * @arch_invalidate_secondary_tlbs: a CPU's TLB was flushed for the range
 * @alloc_notifier: for mmu_notifier_get()
 * @free_notifier: for mmu_notifier_put(), once no callback runs
 */
struct mmu_notifier_ops {
	void (*release)(struct mmu_notifier *subscription, struct mm_struct *mm);
	int (*clear_flush_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
				 unsigned long start, unsigned long end);
	int (*clear_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
			   unsigned long start, unsigned long end);
	int (*test_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
			  unsigned long address);
	int (*invalidate_range_start)(struct mmu_notifier *subscription,
				      const struct mmu_notifier_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *subscription,
				     const struct mmu_notifier_range *range);
	void (*arch_invalidate_secondary_tlbs)(struct mmu_notifier *subscription,
					       struct mm_struct *mm, unsigned long start,
					       unsigned long end);
	struct mmu_notifier *(*alloc_notifier)(struct mm_struct *mm);
	void (*free_notifier)(struct mmu_notifier *subscription);
};

struct mmu_notifier {
	struct hlist_node hlist;
	const struct mmu_notifier_ops *ops;
	struct mm_struct *mm;
	struct rcu_head rcu;
	unsigned int users;
	const char *__psim_site;
};

/**
 * struct mmu_interval_notifier_ops - callback of an interval notifier
 * @invalidate: slots of @range, which meets the subscription, are about to change. Stores @cur_seq
 *	with mmu_interval_set_seq() under the lock that its readers use, unless it returns false, which
 *	it may only if @range is not blockable (S8.15, S8.25)
 */
struct mmu_interval_notifier_ops {
	bool (*invalidate)(struct mmu_interval_notifier *interval_sub,
			   const struct mmu_notifier_range *range, unsigned long cur_seq);
};

struct mmu_interval_notifier {
	struct interval_tree_node interval_tree;
	const struct mmu_interval_notifier_ops *ops;
	struct mm_struct *mm;
	struct hlist_node deferred_item;
	unsigned long invalidate_seq;
	const char *__psim_site;
};

/* Whether the address space ever had a subscription. */
static inline int mm_has_notifiers(struct mm_struct *mm)
{
	return unlikely(mm->notifier_subscriptions != NULL);
}

/* ---- interval notifiers ------------------------------------------------------------------------- */

/**
 * mmu_interval_notifier_insert() - watch [start, start + length) of @mm
 * @interval_sub: the caller's, stays where it is until mmu_interval_notifier_remove()
 *
 * Holds @mm with mmgrab(). Context: may sleep; the mmap lock is not held: the first insertion into an
 * address space takes it for writing.
 * Return: 0; -EOVERFLOW for a length of 0 or a range beyond the last address; -EINVAL if @mm has no
 * user; -ENOMEM or -EINTR if the first setup fails.
 */
int __psim_mmu_interval_notifier_insert(struct mmu_interval_notifier *interval_sub,
					struct mm_struct *mm, unsigned long start,
					unsigned long length,
					const struct mmu_interval_notifier_ops *ops,
					const char *site);
int mmu_interval_notifier_insert(struct mmu_interval_notifier *interval_sub, struct mm_struct *mm,
				 unsigned long start, unsigned long length,
				 const struct mmu_interval_notifier_ops *ops);
#define mmu_interval_notifier_insert(interval_sub, mm, start, length, ops)                  \
	__psim_mmu_interval_notifier_insert((interval_sub), (mm), (start), (length), (ops), \
					    __func__)

/* The same with the mmap lock write-held by the caller. */
int __psim_mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *interval_sub,
					       struct mm_struct *mm, unsigned long start,
					       unsigned long length,
					       const struct mmu_interval_notifier_ops *ops,
					       const char *site);
int mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *interval_sub,
					struct mm_struct *mm, unsigned long start,
					unsigned long length,
					const struct mmu_interval_notifier_ops *ops);
#define mmu_interval_notifier_insert_locked(interval_sub, mm, start, length, ops)                  \
	__psim_mmu_interval_notifier_insert_locked((interval_sub), (mm), (start), (length), (ops), \
						   __func__)

/**
 * mmu_interval_notifier_remove() - end the watch
 *
 * After it returned no callback runs or will run. Waits for invalidations in progress, so neither a
 * callback nor the holder of a lock that callbacks take may call it (S8.41). Also legal, and required,
 * after the address space ended.
 */
void mmu_interval_notifier_remove(struct mmu_interval_notifier *interval_sub);

/**
 * mmu_interval_read_begin() - begin to read slots that the subscription watches
 *
 * Waits while an invalidation that has called this subscription is in progress (S8.16). May sleep.
 * Return: the sequence number for mmu_interval_read_retry().
 */
unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *interval_sub);

/* In the invalidate callback, under the user's lock: readers that began before must repeat. */
static inline void mmu_interval_set_seq(struct mmu_interval_notifier *interval_sub,
					unsigned long cur_seq)
{
	WRITE_ONCE(interval_sub->invalidate_seq, cur_seq);
}

/* Whether what was read since mmu_interval_read_begin() is stale. Context: the user's lock. */
static inline bool mmu_interval_read_retry(struct mmu_interval_notifier *interval_sub,
					   unsigned long seq)
{
	return interval_sub->invalidate_seq != seq;
}

/* The same without the lock: true is true, false may be too early. */
static inline bool mmu_interval_check_retry(struct mmu_interval_notifier *interval_sub,
					    unsigned long seq)
{
	return READ_ONCE(interval_sub->invalidate_seq) != seq;
}

/* ---- classic notifiers ---------------------------------------------------------------------------- */

/**
 * mmu_notifier_register() - subscribe to an address space
 * @subscription: with its ops set
 * Holds @mm with mmgrab(). Context: may sleep; takes the mmap lock for writing.
 * Return: 0, -ENOMEM, -EINTR.
 */
int __psim_mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm,
				 const char *site);
int mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm);
#define mmu_notifier_register(subscription, mm) \
	__psim_mmu_notifier_register((subscription), (mm), __func__)
/* The same with the mmap lock write-held. */
int __mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm);
/* End it: calls release() if the address space did not; no callback runs afterwards. May sleep. */
void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm);

/* The subscription with these ops, made by ops->alloc_notifier() if there is none; counted. */
struct mmu_notifier *mmu_notifier_get_locked(const struct mmu_notifier_ops *ops,
					     struct mm_struct *mm);
static inline struct mmu_notifier *mmu_notifier_get(const struct mmu_notifier_ops *ops,
						    struct mm_struct *mm)
{
	struct mmu_notifier *subscription;

	mmap_write_lock(mm);
	subscription = mmu_notifier_get_locked(ops, mm);
	mmap_write_unlock(mm);
	return subscription;
}
/* Give it back: the last one has it freed by ops->free_notifier(), a work item away. */
void mmu_notifier_put(struct mmu_notifier *subscription);
/* Until every free_notifier() of now has run. */
void mmu_notifier_synchronize(void);

/* ---- for those who change slots --------------------------------------------------------------------- */

extern struct lockdep_map __mmu_notifier_invalidate_range_start_map;

/**
 * __mmu_notifier_invalidate_range_start() - the start of mmu_notifier_invalidate_range_start(), if there are notifiers
 */
int __mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range);
/** __mmu_notifier_invalidate_range_end() - its end, if there are notifiers */
void __mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range);
/** __mmu_notifier_release() - what mmu_notifier_release() does, if there are notifiers */
void __mmu_notifier_release(struct mm_struct *mm);
/**
 * __mmu_notifier_subscriptions_destroy() - what mmu_notifier_subscriptions_destroy() does, if there were notifiers
 */
void __mmu_notifier_subscriptions_destroy(struct mm_struct *mm);
/**
 * __mmu_notifier_arch_invalidate_secondary_tlbs() - what the function without underlines does, if there are notifiers
 */
void __mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm, unsigned long start,
						   unsigned long end);

/* What nobody may take for an owner: the plain initialiser leaves garbage there (S8.3). */
#define __PSIM_NO_OWNER ((void *)(POISON_POINTER_DELTA + 0x500))

/** mmu_notifier_range_init() - an event over [start, end) of an mm, without an owner */
static inline void mmu_notifier_range_init(struct mmu_notifier_range *range,
					   enum mmu_notifier_event event, unsigned int flags,
					   struct mm_struct *mm, unsigned long start,
					   unsigned long end)
{
	range->event = event;
	range->mm = mm;
	range->start = start;
	range->end = end;
	range->flags = flags;
	range->owner = __PSIM_NO_OWNER;
}

/** mmu_notifier_range_init_owner() - the same of an owner, who may recognise it (S1.12) */
static inline void mmu_notifier_range_init_owner(struct mmu_notifier_range *range,
						 enum mmu_notifier_event event, unsigned int flags,
						 struct mm_struct *mm, unsigned long start,
						 unsigned long end, void *owner)
{
	mmu_notifier_range_init(range, event, flags, mm, start, end);
	range->owner = owner;
}

/** mmu_notifier_range_blockable() - may the notifiers of this range sleep? */
static inline bool mmu_notifier_range_blockable(const struct mmu_notifier_range *range)
{
	return range->flags & MMU_NOTIFIER_RANGE_BLOCKABLE;
}

/* Before slots of the range change. Context: no spinlock; callbacks may sleep. */
static inline void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range)
{
	might_sleep();
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	if (mm_has_notifiers(range->mm)) {
		range->flags |= MMU_NOTIFIER_RANGE_BLOCKABLE;
		__mmu_notifier_invalidate_range_start(range);
	}
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
}

/* The same where callbacks must not sleep. Return: 0; -EAGAIN: leave the slots alone, and no end. */
static inline int mmu_notifier_invalidate_range_start_nonblock(struct mmu_notifier_range *range)
{
	int ret = 0;

	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	if (mm_has_notifiers(range->mm)) {
		range->flags &= ~MMU_NOTIFIER_RANGE_BLOCKABLE;
		ret = __mmu_notifier_invalidate_range_start(range);
	}
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
	return ret;
}

/* After they changed. */
static inline void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range)
{
	if (mmu_notifier_range_blockable(range))
		might_sleep();
	if (mm_has_notifiers(range->mm))
		__mmu_notifier_invalidate_range_end(range);
}

/**
 * mmu_notifier_arch_invalidate_secondary_tlbs() - tell the notifiers of TLBs that share the tables: a range has changed
 */
static inline void mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm,
							       unsigned long start,
							       unsigned long end)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_arch_invalidate_secondary_tlbs(mm, start, end);
}

/* An address space begins; ends (S8.29); is freed. */
static inline void mmu_notifier_subscriptions_init(struct mm_struct *mm)
{
	mm->notifier_subscriptions = NULL;
}

/**
 * mmu_notifier_release() - the address space is being torn down: every notifier's release() is called
 */
static inline void mmu_notifier_release(struct mm_struct *mm)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_release(mm);
}

/**
 * mmu_notifier_subscriptions_destroy() - the mm goes away, and what was kept for its notifiers with it
 */
static inline void mmu_notifier_subscriptions_destroy(struct mm_struct *mm)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_subscriptions_destroy(mm);
}

#endif /* _LINUX_MMU_NOTIFIER_H */
