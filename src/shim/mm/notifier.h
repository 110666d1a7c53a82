/* SPDX-License-Identifier: MIT */
/*
 * The notifiers' state of one address space, shared by interval_notifier.c and mmu_notifier.c.
 *
 * Made by the first subscription, freed with the mm_struct (S8.10).
 */
#ifndef PSIM_MM_NOTIFIER_H
#define PSIM_MM_NOTIFIER_H

#include <linux/mmu_notifier.h>
#include <linux/wait.h>

struct task_struct;

/* A task that is inside the callbacks of an invalidation; lies on its stack. */
struct psim_notifier_call {
	struct list_head link;
	struct task_struct *task;
};

/**
 * struct mmu_notifier_subscriptions - all subscriptions of an address space
 * @lock: guards every member but @wait; writers of @classic
 * @seq: even: @intervals may change; odd: an active range met a subscription, it is frozen (S8.11)
 * @active: ranges between their start and their end
 * @intervals: interval subscriptions by address
 * @deferred: those to insert or remove once @seq becomes even
 * @wait: tasks that wait for @seq to change
 * @calls: tasks inside callbacks
 * @classic: classic subscriptions; readers hold SRCU
 * @mm: whose
 * @all: link in psim_notifier_states
 */
struct mmu_notifier_subscriptions {
	spinlock_t lock;
	unsigned long seq;
	unsigned long active;
	struct rb_root_cached intervals;
	struct hlist_head deferred;
	wait_queue_head_t wait;
	struct list_head calls;
	struct hlist_head classic;
	struct mm_struct *mm;
	struct list_head all;
};

/* The state of an address space, or NULL if it never had a subscription. */
static inline struct mmu_notifier_subscriptions *psim_notifier_state(struct mm_struct *mm)
{
	return __atomic_load_n(&mm->notifier_subscriptions, __ATOMIC_ACQUIRE);
}

/* The interval half of start; -EAGAIN: refused, nothing is active. */
int psim_interval_start(struct mmu_notifier_subscriptions *state,
			const struct mmu_notifier_range *range);
/* The interval half of end. */
void psim_interval_end(struct mmu_notifier_subscriptions *state);
/* RELEASE to every interval subscription (S8.29). */
void psim_interval_release(struct mmu_notifier_subscriptions *state);

/* Register nothing: make sure that the state is there. Context: mmap lock write-held. */
int psim_notifier_setup(struct mm_struct *mm);

/* Law 2 of the notifiers' states: sequences and the count of active ranges fit each other. */
void psim_notifier_audit(void);

/* Report every subscription that is still there. */
void psim_notifier_leftovers(void);

#endif /* PSIM_MM_NOTIFIER_H */
