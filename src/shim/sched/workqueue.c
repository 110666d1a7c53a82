// SPDX-License-Identifier: MIT
/*
 * Work queues: items, the workers that run them, flushing (S9.40, S9.41).
 *
 * Each queue has workers of its own, started when an item is queued and none is idle. At most
 * RUNNING_MAX of them run at once; one that sleeps inside a work function does not count, so that an
 * item never waits for another one that waits for it, up to max_active. CPU binding, priorities and
 * freezing are not modelled.
 */
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/workqueue.h>
#include "host/host.h"
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/rcu.h"
#include "sched/softirq.h"
#include "sched/waits.h"
#include "sched/workqueue.h"
#include "sim/sim.h"

#define RUNNING_MAX 16

struct psim_raw psim_wq_raw;

struct worker *psim_wq_busy;
u64 psim_wq_instances;
/* Items on any queue, for a look without the lock. */
static unsigned int pending_total;
static struct workqueue_struct *queues;

#define SYSTEM_QUEUE(name_, flags_)                                \
	static struct workqueue_struct name_##_struct = {          \
		.name = #name_,                                    \
		.flags = (flags_),                                 \
		.max_active = WQ_DFL_ACTIVE,                       \
		.pending = LIST_HEAD_INIT(name_##_struct.pending), \
		.system = true,                                    \
	};                                                         \
	struct workqueue_struct *name_ = &name_##_struct

SYSTEM_QUEUE(system_wq, 0);
SYSTEM_QUEUE(system_highpri_wq, WQ_HIGHPRI);
SYSTEM_QUEUE(system_long_wq, 0);
SYSTEM_QUEUE(system_unbound_wq, WQ_UNBOUND);
SYSTEM_QUEUE(system_freezable_wq, WQ_FREEZABLE);
SYSTEM_QUEUE(system_power_efficient_wq, WQ_POWER_EFFICIENT);
/* For what memory management asks of each CPU. */
SYSTEM_QUEUE(mm_percpu_wq, WQ_MEM_RECLAIM);
/* The newer names of two of them. */
struct workqueue_struct *system_percpu_wq = &system_wq_struct;
struct workqueue_struct *system_dfl_wq = &system_unbound_wq_struct;

/* ---- who runs what: under the raw lock ---------------------------------------------------------------- */

struct worker *psim_worker_of(const struct work_struct *work)
{
	struct worker *w;

	/* an address alone may have been freed and used anew for another item */
	for (w = psim_wq_busy; w; w = w->next_busy)
		if (w->work == work && w->func == work->func)
			return w;
	return NULL;
}

/*
 * Queues of one kind share their workers, and these never run an item beside itself. What is queued to
 * another kind while it runs does run twice at once, as on a kernel.
 */
static bool runs_in_pool(const struct work_struct *work, const struct workqueue_struct *wq)
{
	struct worker *w;

	for (w = psim_wq_busy; w; w = w->next_busy)
		if (w->work == work && w->func == work->func &&
		    (w->wq == wq || !((w->wq->flags ^ wq->flags) & (WQ_UNBOUND | WQ_HIGHPRI))))
			return true;
	return false;
}

static struct work_struct *pick(struct workqueue_struct *wq)
{
	struct work_struct *work;

	if (wq->nr_active >= wq->max_active)
		return NULL;
	list_for_each_entry(work, &wq->pending, entry)
		if (!runs_in_pool(work, wq))
			return work;
	return NULL;
}

static void take_off(struct work_struct *work)
{
	list_del_init(&work->entry);
	work->__psim_queued = false;
	work->__psim_wq->nr_pending--;
	__psim_fetch(sub, &pending_total, 1, __ATOMIC_RELAXED);
	work_clear_pending(work);
}

/* ---- workers --------------------------------------------------------------------------------------------- */

static int worker_body(void *arg);

/* Let a worker look at the queue. Return: whether one must be started, after the raw lock is let go. */
static bool kick(struct workqueue_struct *wq)
{
	struct worker *w = wq->idle;

	if (wq->nr_running + wq->nr_starting >= RUNNING_MAX || wq->nr_pending <= wq->nr_starting ||
	    !pick(wq))
		return false;
	if (w) {
		wq->idle = w->next_idle;
		w->is_idle = false;
		wq->nr_starting++;
		psim_unpark(w->task);
		return false;
	}
	wq->nr_starting++;
	return true;
}

static void start_worker(struct workqueue_struct *wq)
{
	struct worker *w = psim_host_malloc(sizeof(*w));

	if (!w)
		psim_fatal("host", "no memory for a worker of %s", wq->name);
	w->wq = wq;
	w->task = NULL;
	psim_raw_lock(&psim_wq_raw);
	w->next = wq->workers;
	wq->workers = w;
	/* the task's first look at its worker is under the lock: it finds the pointer set */
	w->task = psim_task_new(PSIM_TASK_WORKER, wq->name, NULL, worker_body, w);
	psim_raw_unlock(&psim_wq_raw);
	if (!w->task && !psim_halted())
		psim_fatal("host", "no memory for a worker of %s", wq->name);
}

/* A work function must leave the context as it found it: say so, and let the worker go on. */
static void repair_context(work_func_t func)
{
	psim_report("law 4", "work function %ps returned in atomic context", func);
	while (current->__psim_sync.rcu_all)
		psim_rcu_leave();
	while (preempt_count() & PREEMPT_MASK)
		psim_preempt_on();
	while (psim_irqs_are_off())
		psim_irq_on();
}

/*
 * An item that ran here was queued elsewhere meanwhile, or may have been: now it can run there. Called
 * with the raw lock held, returns with it.
 */
static void kick_others(struct workqueue_struct *wq)
{
	struct workqueue_struct *q = queues;

	while (pending_total > wq->nr_pending && q) {
		if (q == wq || !kick(q)) {
			q = q->next;
			continue;
		}
		psim_raw_unlock(&psim_wq_raw);
		start_worker(q);
		psim_raw_lock(&psim_wq_raw);
		q = queues;
	}
}

static void run(struct worker *w, struct work_struct *work)
{
	struct workqueue_struct *wq = w->wq;
	struct __psim_task_sync *sync = &current->__psim_sync;
	struct worker **at;
	bool more;

	w->work = work;
	w->func = work->func;
	w->instance = work->__psim_instance;
	w->next_busy = psim_wq_busy;
	psim_wq_busy = w;
	take_off(work);
	wq->nr_active++;
	wq->nr_running++;
	sync->work = w;
	more = kick(wq);
	psim_raw_unlock(&psim_wq_raw);

	if (more)
		start_worker(wq);
	psim_trace(PSIM_EV_WORK, w->instance, 0, 0, 0);
	psim_edge_in(work);
	w->func(work);
	psim_edge_out(&wq->nr_active);
	psim_edge_out(work);
	psim_sync_callback_left("work function", w->func, 0);
	psim_trace(PSIM_EV_WORK_END, w->instance, 0, 0, 0);
	if (unlikely(psim_in_atomic() || psim_irqs_are_off()))
		repair_context(w->func);
	sync->nr_held = 0;

	psim_raw_lock(&psim_wq_raw);
	sync->work = NULL;
	wq->nr_running--;
	wq->nr_active--;
	for (at = &psim_wq_busy; *at != w; at = &(*at)->next_busy)
		;
	*at = w->next_busy;
	w->work = NULL;
	psim_wq_instance_over(wq, w->instance);
	kick_others(wq);
}

static int worker_body(void *arg)
{
	struct worker *w = arg;
	struct workqueue_struct *wq = w->wq;
	struct work_struct *work;

	current->flags |= PF_WQ_WORKER;
	psim_raw_lock(&psim_wq_raw);
	wq->nr_starting--;
	for (;;) {
		work = wq->nr_running < RUNNING_MAX ? pick(wq) : NULL;
		if (work) {
			run(w, work);
			continue;
		}
		if (w->ending)
			break;
		w->is_idle = true;
		w->next_idle = wq->idle;
		wq->idle = w;
		while (w->is_idle) {
			static const struct psim_waits waits = {.what = "work", .idle = true};

			psim_raw_unlock(&psim_wq_raw);
			psim_waits_begin(&waits);
			psim_park();
			psim_waits_end();
			psim_raw_lock(&psim_wq_raw);
		}
		if (!w->ending)
			wq->nr_starting--;
	}
	psim_raw_unlock(&psim_wq_raw);
	return 0;
}

void psim_worker_change(bool sleeps)
{
	struct worker *w = current->__psim_sync.work;
	struct workqueue_struct *wq = w->wq;
	bool start = false;

	psim_raw_lock(&psim_wq_raw);
	if (sleeps) {
		wq->nr_running--;
		start = kick(wq);
	} else {
		wq->nr_running++;
	}
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		start_worker(wq);
}

/* ---- queueing ---------------------------------------------------------------------------------------------- */

bool psim_wq_insert(struct workqueue_struct *wq, struct work_struct *work)
{
	if (unlikely(!wq->linked)) {
		wq->linked = true;
		wq->next = queues;
		queues = wq;
	}
	psim_edge_out(work);
	work->__psim_instance = ++psim_wq_instances;
	work->__psim_wq = wq;
	work->__psim_queued = true;
	psim_trace(PSIM_EV_WORK_QUEUE, work->__psim_instance, 0, 0, 0);
	list_add_tail(&work->entry, &wq->pending);
	wq->nr_pending++;
	__psim_fetch(add, &pending_total, 1, __ATOMIC_RELAXED);
	return kick(wq);
}

void psim_wq_start_worker(struct workqueue_struct *wq)
{
	start_worker(wq);
}

bool psim_wq_may_queue(struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker *self = current->__psim_sync.work;

	if (!work->func) {
		psim_report("law 4", "a work item that was never initialised is queued by %s",
			    work->__psim_site);
		return false;
	}
	/* a queue that is drained takes items from its own items alone */
	if (wq->draining && !(self && self->wq == wq)) {
		psim_report("law 4", "work %ps is queued by %s on %s, which is being drained",
			    work->func, work->__psim_site, wq->name);
		return false;
	}
	return true;
}

bool __psim_queue_work(struct workqueue_struct *wq, struct work_struct *work, const char *site)
{
	bool queued = false, start = false;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	if (!work_is_pending(work) && !work->__psim_disabled) {
		work->__psim_site = site;
		if (psim_wq_may_queue(wq, work)) {
			work_set_pending(work);
			start = psim_wq_insert(wq, work);
			queued = true;
		}
	}
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		start_worker(wq);
	return queued;
}

void psim_wq_unqueue(struct work_struct *work)
{
	psim_edge_in(work);
	take_off(work);
	psim_wq_instance_over(work->__psim_wq, work->__psim_instance);
}

/* ---- making and ending queues ----------------------------------------------------------------------------------- */

struct workqueue_struct *__psim_alloc_workqueue(const char *site, const char *fmt,
						unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	psim_sync_may_sleep("alloc_workqueue");
	if (psim_fails(PSIM_FAIL_SLAB, site))
		return NULL;
	wq = psim_host_malloc(sizeof(*wq));
	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->flags = flags;
	wq->max_active = max_active > 0 ? min(max_active, (int)WQ_MAX_ACTIVE) : WQ_DFL_ACTIVE;
	wq->site = site;
	INIT_LIST_HEAD(&wq->pending);
	psim_raw_lock(&psim_wq_raw);
	wq->linked = true;
	wq->next = queues;
	queues = wq;
	psim_raw_unlock(&psim_wq_raw);
	return wq;
}

/* End the workers, which are idle. */
static void end_workers(struct workqueue_struct *wq)
{
	struct worker *w, *next;

	psim_raw_lock(&psim_wq_raw);
	for (w = wq->workers; w; w = w->next) {
		w->ending = true;
		w->is_idle = false;
		psim_unpark(w->task);
	}
	wq->idle = NULL;
	psim_raw_unlock(&psim_wq_raw);
	for (w = wq->workers; w; w = next) {
		next = w->next;
		psim_task_join(w->task);
		psim_host_free(w);
	}
	wq->workers = NULL;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	struct workqueue_struct **at;

	if (!wq)
		return;
	drain_workqueue(wq);
	psim_raw_lock(&psim_wq_raw);
	wq->draining++;
	for (at = &queues; *at != wq; at = &(*at)->next)
		;
	*at = wq->next;
	psim_raw_unlock(&psim_wq_raw);
	end_workers(wq);
	psim_host_free(wq);
}

void workqueue_set_max_active(struct workqueue_struct *wq, int max_active)
{
	bool start;

	psim_raw_lock(&psim_wq_raw);
	if (!WARN_ON(wq->flags & __WQ_ORDERED))
		wq->max_active = clamp(max_active, 1, (int)WQ_MAX_ACTIVE);
	start = kick(wq);
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		start_worker(wq);
}

/* ---- the room's life ---------------------------------------------------------------------------------------------- */

void psim_workqueues_leftovers(void)
{
	struct workqueue_struct *wq;
	struct work_struct *work;
	struct worker *w;

	for (w = psim_wq_busy; w; w = w->next_busy)
		psim_report("law 3", "work %ps still runs on %s", w->func, w->wq->name);
	for (wq = queues; wq; wq = wq->next) {
		list_for_each_entry(work, &wq->pending, entry)
			psim_report("law 3", "work %ps, queued by %s, is still pending on %s",
				    work->func, work->__psim_site, wq->name);
		if (!wq->system)
			psim_report("law 3", "workqueue %s, made by %s, is not destroyed", wq->name,
				    wq->site);
	}
}

void psim_workqueues_stop(void)
{
	struct workqueue_struct *wq, *next;
	struct worker *w, *next_worker;

	for (wq = queues; wq; wq = next) {
		next = wq->next;
		if (!psim_halted() && !psim_wq_busy)
			end_workers(wq);
		for (w = wq->workers; w; w = next_worker) {
			next_worker = w->next;
			psim_host_free(w);
		}
		if (!wq->system)
			psim_host_free(wq);
	}
	queues = NULL;
}

void psim_work_check_freed(const void *addr, size_t size)
{
	const char *from = addr, *to = from + size;
	struct workqueue_struct *wq;
	struct work_struct *work;
	work_func_t func = NULL;

	if (likely(!__atomic_load_n(&pending_total, __ATOMIC_RELAXED)))
		return;
	psim_raw_lock(&psim_wq_raw);
	for (wq = queues; wq && !func; wq = wq->next)
		list_for_each_entry(work, &wq->pending, entry)
			if ((const char *)work >= from && (const char *)work < to)
				func = work->func;
	psim_raw_unlock(&psim_wq_raw);
	if (func)
		psim_report("law 4", "memory is freed with queued work %ps inside", func);
}
