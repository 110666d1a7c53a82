/* SPDX-License-Identifier: MIT */
/* The inside of the work queues, shared by the files about work. All under psim_wq_raw. */
#ifndef PSIM_WORKQUEUE_H
#define PSIM_WORKQUEUE_H

#include <linux/workqueue.h>
#include "sched/engine.h"

/**
 * struct worker - a task that runs items of one queue
 * @next, @next_idle, @next_busy: links of the queue's workers, its idle ones, all busy ones
 * @work, @func, @instance: what it runs; @work may be freed by then, and only tells items apart
 * @is_idle: parked, and on the list of idle ones
 * @ending: to end when there is nothing to do
 */
struct worker {
	struct worker *next, *next_idle, *next_busy;
	struct workqueue_struct *wq;
	struct task_struct *task;
	struct work_struct *work;
	work_func_t func;
	u64 instance;
	bool is_idle, ending;
};

/**
 * struct flusher - a task that waits for an instance, or for a whole queue
 * @wq: NULL: wait for @instance; else for all of this queue up to @instance
 */
struct flusher {
	struct flusher *next;
	struct task_struct *task;
	struct workqueue_struct *wq;
	u64 instance;
	bool done;
};

/**
 * struct workqueue_struct - a queue
 * @pending: items in the order of queueing: @nr_pending
 * @nr_active: items whose function runs; at most @max_active
 * @nr_running: of these, those that do not sleep
 * @nr_starting: workers on their way to the queue
 * @draining: only its own items may queue
 * @linked: on the list of queues
 * @system: one of the kernel's own
 * @site: the function that made it
 */
struct workqueue_struct {
	struct workqueue_struct *next;
	struct worker *workers, *idle;
	struct list_head pending;
	unsigned int flags;
	int max_active, nr_active;
	unsigned int nr_pending, nr_running, nr_starting, draining;
	bool linked, system;
	const char *site;
	char name[32];
};

extern struct psim_raw psim_wq_raw;
/* Workers that run an item, over all queues; how many instances there were. */
extern struct worker *psim_wq_busy;
extern u64 psim_wq_instances;

/* Bit 0 of data is read without the lock by work_pending(). */
static inline bool work_is_pending(const struct work_struct *work)
{
	return __atomic_load_n(&work->data.counter, __ATOMIC_RELAXED) &
	       (1 << WORK_STRUCT_PENDING_BIT);
}

static inline void work_set_pending(struct work_struct *work)
{
	__psim_fetch(or, &work->data.counter, 1 << WORK_STRUCT_PENDING_BIT, __ATOMIC_RELAXED);
}

static inline void work_clear_pending(struct work_struct *work)
{
	__psim_fetch(and, &work->data.counter, ~(1 << WORK_STRUCT_PENDING_BIT), __ATOMIC_RELAXED);
}

/* Who runs the item; NULL: nobody. */
struct worker *psim_worker_of(const struct work_struct *work);
/* An instance ended or was cancelled: wakes who waited for it. */
void psim_wq_instance_over(struct workqueue_struct *wq, u64 instance);
/* Whether the item may be queued at all; reports what is wrong otherwise. */
bool psim_wq_may_queue(struct workqueue_struct *wq, struct work_struct *work);
/* Put a pending item on its queue. Return: call psim_wq_start_worker() once the lock is let go. */
bool psim_wq_insert(struct workqueue_struct *wq, struct work_struct *work);
void psim_wq_start_worker(struct workqueue_struct *wq);
/* Take a queued item off: its instance is over. */
void psim_wq_unqueue(struct work_struct *work);
/* Wait until the item's function does not run. Return: whether it did. */
bool psim_wq_wait_running(struct work_struct *work, const char *what);

#endif /* PSIM_WORKQUEUE_H */
