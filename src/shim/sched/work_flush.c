// SPDX-License-Identifier: MIT
/*
 * Waiting for work items: one instance, what a queue has now, or all that it will have (S9.40, S9.41).
 *
 * An instance is one queueing of an item. Whoever waits stands in a list, and is woken by the instance that
 * was the last one to wait for.
 */
#include <linux/workqueue.h>
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sched/workqueue.h"
#include "sim/sim.h"

/* Tasks that wait for instances. */
static struct flusher *flushers;

/* ---- what ends a wait: under the raw lock -------------------------------------------------------------- */

/* Whether an instance up to @limit of this queue is pending or running. */
static bool any_alive(struct workqueue_struct *wq, u64 limit)
{
	struct work_struct *work;
	struct worker *w;

	list_for_each_entry(work, &wq->pending, entry)
		if (work->__psim_instance <= limit)
			return true;
	for (w = psim_wq_busy; w; w = w->next_busy)
		if (w->wq == wq && w->instance <= limit)
			return true;
	return false;
}

/* An instance ended or was cancelled: who waited for it? */
void psim_wq_instance_over(struct workqueue_struct *wq, u64 instance)
{
	struct flusher *f;

	for (f = flushers; f; f = f->next) {
		if (f->wq ? f->wq != wq || any_alive(wq, f->instance) : f->instance != instance)
			continue;
		f->done = true;
		psim_unpark(f->task);
	}
}

/* ---- waiting --------------------------------------------------------------------------------------------- */

/* Called with the raw lock held, returns with it. */
static void wait_over(struct flusher *f)
{
	struct flusher **at;

	f->task = current;
	f->next = flushers;
	flushers = f;
	while (!f->done) {
		static const struct psim_waits waits = {.what = "the end of work"};

		psim_raw_unlock(&psim_wq_raw);
		psim_waits_begin(&waits);
		psim_sleep(TASK_UNINTERRUPTIBLE);
		psim_waits_end();
		psim_raw_lock(&psim_wq_raw);
	}
	for (at = &flushers; *at != f; at = &(*at)->next)
		;
	*at = f->next;
}

/* The raw lock is let go first: nobody will after the end. */
static void check_self(const struct work_struct *work, const char *what)
{
	struct worker *self = current->__psim_sync.work;

	if (likely(!self || self->work != work))
		return;
	psim_raw_unlock(&psim_wq_raw);
	psim_fatal("law 4", "%s: work %ps waits for itself", what, self->func);
}

bool psim_wq_wait_running(struct work_struct *work, const char *what)
{
	struct worker *w = psim_worker_of(work);
	struct flusher f = {.instance = w ? w->instance : 0};

	if (!w)
		return false;
	check_self(work, what);
	wait_over(&f);
	psim_edge_in(work);
	return true;
}

bool flush_work(struct work_struct *work)
{
	struct worker *w;
	struct flusher f = {};
	bool waits;

	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(__func__);
	psim_raw_lock(&psim_wq_raw);
	w = psim_worker_of(work);
	if (work->__psim_queued)
		f.instance = work->__psim_instance;
	else if (w)
		f.instance = w->instance;
	waits = f.instance;
	if (waits) {
		check_self(work, __func__);
		wait_over(&f);
	}
	psim_raw_unlock(&psim_wq_raw);
	psim_edge_in(work);
	return waits;
}

static void check_own_queue(struct workqueue_struct *wq, const char *what)
{
	struct worker *self = current->__psim_sync.work;

	if (unlikely(self && self->wq == wq))
		psim_fatal("law 4", "%s(%s) by work %ps, which runs on it: it waits for itself",
			   what, wq->name, self->func);
}

static void flush_to(struct workqueue_struct *wq, bool dry)
{
	struct flusher f;

	do {
		f = (struct flusher){.wq = wq, .instance = dry ? U64_MAX : psim_wq_instances};
		if (any_alive(wq, f.instance))
			wait_over(&f);
	} while (dry && any_alive(wq, U64_MAX));
	psim_edge_in(&wq->nr_active);
}

void __flush_workqueue(struct workqueue_struct *wq)
{
	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(__func__);
	check_own_queue(wq, __func__);
	psim_raw_lock(&psim_wq_raw);
	flush_to(wq, false);
	psim_raw_unlock(&psim_wq_raw);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(__func__);
	check_own_queue(wq, __func__);
	psim_raw_lock(&psim_wq_raw);
	wq->draining++;
	flush_to(wq, true);
	wq->draining--;
	psim_raw_unlock(&psim_wq_raw);
}

unsigned int work_busy(struct work_struct *work)
{
	unsigned int bits = 0;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(&psim_wq_raw);
	if (work_is_pending(work))
		bits |= WORK_BUSY_PENDING;
	if (psim_worker_of(work))
		bits |= WORK_BUSY_RUNNING;
	psim_raw_unlock(&psim_wq_raw);
	return bits;
}

struct work_struct *current_work(void)
{
	struct worker *self = current->__psim_sync.work;

	return self ? self->work : NULL;
}
