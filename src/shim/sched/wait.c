// SPDX-License-Identifier: MIT
/*
 * Wait queues, as the face shows them: entries with functions of their own, under the queue's spinlock.
 * Its uses in here are no scheduling points; going to sleep and waking are.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/spinlock.h"
#include "sched/waits.h"
#include "sched/workers.h"
#include "sim/sim.h"

void __init_waitqueue_head(struct wait_queue_head *wq_head, const char *name,
			   struct lock_class_key *key)
{
	__raw_spin_lock_init(&wq_head->lock.rlock, name, key, 0);
	INIT_LIST_HEAD(&wq_head->head);
}

static void lock(struct wait_queue_head *wq_head, const char *site)
{
	psim_spin_lock_quiet(&wq_head->lock, site);
}

static void unlock(struct wait_queue_head *wq_head, const char *site)
{
	psim_spin_unlock_quiet(&wq_head->lock, site);
}

/* ---- entries --------------------------------------------------------------------------------------------- */

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	lock(wq_head, __func__);
	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	/* behind the priority entries, which are woken first */
	if (!list_empty(&wq_head->head) &&
	    list_first_entry(&wq_head->head, struct wait_queue_entry, entry)->flags &
		    WQ_FLAG_PRIORITY) {
		struct wait_queue_entry *at;

		list_for_each_entry(at, &wq_head->head, entry)
			if (!(at->flags & WQ_FLAG_PRIORITY))
				break;
		list_add_tail(&wq_entry->entry, &at->entry);
	} else {
		list_add(&wq_entry->entry, &wq_head->head);
	}
	unlock(wq_head, __func__);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	lock(wq_head, __func__);
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	list_add_tail(&wq_entry->entry, &wq_head->head);
	unlock(wq_head, __func__);
}

void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	lock(wq_head, __func__);
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	list_add(&wq_entry->entry, &wq_head->head);
	unlock(wq_head, __func__);
}

void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	lock(wq_head, __func__);
	list_del(&wq_entry->entry);
	unlock(wq_head, __func__);
}

/* ---- waking --------------------------------------------------------------------------------------------------- */

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			  void *key)
{
	return wake_up_state(wq_entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync,
			     void *key)
{
	int woken = default_wake_function(wq_entry, mode, sync, key);

	if (woken)
		list_del_init(&wq_entry->entry);
	return woken;
}

int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key)
{
	smp_mb(); /* whoever sees the flag sees what the waker did before */
	WRITE_ONCE(wq_entry->flags, wq_entry->flags | WQ_FLAG_WOKEN);
	return default_wake_function(wq_entry, mode, sync, key);
}
EXPORT_SYMBOL(woken_wake_function);

long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(READ_ONCE(wq_entry->flags) & WQ_FLAG_WOKEN) &&
	    !(current->flags & PF_KTHREAD && kthread_should_stop()))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	smp_store_mb(wq_entry->flags, wq_entry->flags & ~WQ_FLAG_WOKEN);
	return timeout;
}
EXPORT_SYMBOL(wait_woken);

/* Return: how many of @nr_exclusive are left to wake. */
static int wake_entries(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive,
			void *key)
{
	struct wait_queue_entry *at, *next;

	lockdep_assert_held(&wq_head->lock);
	list_for_each_entry_safe(at, next, &wq_head->head, entry) {
		/* the function may free the entry */
		unsigned int flags = at->flags;
		int woken = at->func(at, mode, 0, key);

		if (woken < 0)
			break;
		if (woken && (flags & WQ_FLAG_EXCLUSIVE) && !--nr_exclusive)
			break;
	}
	return nr_exclusive;
}

int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive, void *key)
{
	int left;

	psim_point(PSIM_POINT_WAKE);
	lock(wq_head, __func__);
	left = wake_entries(wq_head, mode, nr_exclusive, key);
	unlock(wq_head, __func__);
	return nr_exclusive - left;
}

void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive)
{
	wake_entries(wq_head, mode, nr_exclusive, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	wake_entries(wq_head, mode, 1, key);
}

/* ---- sleeping --------------------------------------------------------------------------------------------------- */

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags)
{
	wq_entry->flags = flags;
	wq_entry->private = current;
	wq_entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&wq_entry->entry);
}

/* Queue the entry if it is not, at the end if exclusive. Return: whether the queue was empty. */
static bool enqueue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	bool was_empty = list_empty(&wq_head->head);

	psim_waits_queued(wq_head->lock.rlock.dep_map.name);
	if (!list_empty(&wq_entry->entry))
		return false;
	if (wq_entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&wq_entry->entry, &wq_head->head);
	else
		list_add(&wq_entry->entry, &wq_head->head);
	return was_empty;
}

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	psim_point(PSIM_POINT_WAIT);
	lock(wq_head, __func__);
	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	enqueue(wq_head, wq_entry);
	set_current_state(state);
	unlock(wq_head, __func__);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			       int state)
{
	bool was_empty;

	psim_point(PSIM_POINT_WAIT);
	lock(wq_head, __func__);
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	was_empty = enqueue(wq_head, wq_entry);
	set_current_state(state);
	unlock(wq_head, __func__);
	return was_empty;
}

long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			   int state)
{
	long ret = 0;

	psim_point(PSIM_POINT_WAIT);
	lock(wq_head, __func__);
	if (signal_pending_state(state, current)) {
		/* a wake-up that comes now goes to another waiter */
		list_del_init(&wq_entry->entry);
		__set_current_state(TASK_RUNNING);
		ret = -ERESTARTSYS;
	} else {
		enqueue(wq_head, wq_entry);
		set_current_state(state);
	}
	unlock(wq_head, __func__);
	return ret;
}

void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	__set_current_state(TASK_RUNNING);
	psim_waits_queued(NULL);
	lock(wq_head, __func__);
	list_del_init(&wq_entry->entry);
	unlock(wq_head, __func__);
}
