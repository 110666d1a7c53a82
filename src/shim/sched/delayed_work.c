// SPDX-License-Identifier: MIT
/*
 * Work items: making them, delaying them, cancelling and disabling them (S9.42, S9.43).
 *
 * A delayed item is pending from the moment it is delayed; its timer puts it on the queue.
 */
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/softirq.h"
#include "sched/workqueue.h"
#include "sim/sim.h"

void __psim_init_work(struct work_struct *work, work_func_t func)
{
	*work = (struct work_struct)__WORK_INITIALIZER(*work, func);
}

void __psim_init_delayed_work(struct delayed_work *dwork, work_func_t func)
{
	__psim_init_work(&dwork->work, func);
	timer_setup(&dwork->timer, delayed_work_timer_fn, TIMER_IRQSAFE);
	dwork->wq = NULL;
	dwork->cpu = 0;
}

void destroy_work_on_stack(struct work_struct *work)
{
	WARN_ON(work_is_pending(work));
}

void destroy_delayed_work_on_stack(struct delayed_work *dwork)
{
	destroy_work_on_stack(&dwork->work);
}

/* ---- delaying ------------------------------------------------------------------------------------------- */

void delayed_work_timer_fn(struct timer_list *timer)
{
	struct delayed_work *dwork = timer_container_of(dwork, timer, timer);
	struct workqueue_struct *wq = NULL;

	/* whoever cancels it now waits until it is on the queue */
	psim_raw_lock(&psim_wq_raw);
	if (psim_wq_insert(dwork->wq, &dwork->work))
		wq = dwork->wq;
	psim_raw_unlock(&psim_wq_raw);
	if (wq)
		psim_wq_start_worker(wq);
}

/* Called with the raw lock held. Return: whether a worker must be started. */
static bool delay(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long ticks)
{
	work_set_pending(&dwork->work);
	dwork->wq = wq;
	dwork->work.__psim_wq = wq;
	if (!ticks)
		return psim_wq_insert(wq, &dwork->work);
	psim_timer_arm(&dwork->timer, psim_jiffies_now() + ticks);
	return false;
}

/*
 * Called with the raw lock held. Return: whether the item was pending; it is not any more. When its
 * timer has just expired, the timer's function comes first.
 */
static bool take_back(struct work_struct *work, struct delayed_work *dwork)
{
	while (work_is_pending(work)) {
		if (work->__psim_queued) {
			psim_wq_unqueue(work);
			return true;
		}
		if (!dwork)
			return false;
		if (psim_timer_disarm(&dwork->timer)) {
			work_clear_pending(work);
			return true;
		}
		psim_raw_unlock(&psim_wq_raw);
		psim_yielded();
		psim_raw_lock(&psim_wq_raw);
	}
	return false;
}

bool __psim_queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			       unsigned long ticks, const char *site)
{
	struct work_struct *work = &dwork->work;
	bool queued = false, start = false;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	if (!work_is_pending(work) && !work->__psim_disabled) {
		work->__psim_site = site;
		if (psim_wq_may_queue(wq, work)) {
			start = delay(wq, dwork, ticks);
			queued = true;
		}
	}
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		psim_wq_start_worker(wq);
	return queued;
}

bool __psim_mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			     unsigned long ticks, const char *site)
{
	struct work_struct *work = &dwork->work;
	bool was = false, start = false;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	if (!work->__psim_disabled) {
		work->__psim_site = site;
		was = take_back(work, dwork);
		if (psim_wq_may_queue(wq, work))
			start = delay(wq, dwork, ticks);
	}
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		psim_wq_start_worker(wq);
	return was;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	struct workqueue_struct *start = NULL;

	psim_raw_lock(&psim_wq_raw);
	/* do not wait for the timer */
	if (psim_timer_disarm(&dwork->timer) && psim_wq_insert(dwork->wq, &dwork->work))
		start = dwork->wq;
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		psim_wq_start_worker(start);
	return flush_work(&dwork->work);
}

/* ---- cancelling and disabling ------------------------------------------------------------------------------ */

static bool cancel(struct work_struct *work, struct delayed_work *dwork, bool disable)
{
	bool was;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	if (disable)
		work->__psim_disabled++;
	was = take_back(work, dwork);
	psim_raw_unlock(&psim_wq_raw);
	return was;
}

/* Nobody can queue it while we wait; afterwards only if @disable is false. */
static bool cancel_sync(struct work_struct *work, struct delayed_work *dwork, bool disable,
			const char *site)
{
	bool was;

	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(site);
	psim_raw_lock(&psim_wq_raw);
	work->__psim_disabled++;
	was = take_back(work, dwork);
	psim_wq_wait_running(work, site);
	if (!disable)
		work->__psim_disabled--;
	psim_raw_unlock(&psim_wq_raw);
	return was;
}

static bool enable(struct work_struct *work)
{
	bool enabled;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	if (!WARN_ON_ONCE(!work->__psim_disabled))
		work->__psim_disabled--;
	enabled = !work->__psim_disabled;
	psim_raw_unlock(&psim_wq_raw);
	return enabled;
}

bool cancel_work(struct work_struct *work)
{
	return cancel(work, NULL, false);
}

bool cancel_work_sync(struct work_struct *work)
{
	return cancel_sync(work, NULL, false, __func__);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel(&dwork->work, dwork, false);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_sync(&dwork->work, dwork, false, __func__);
}

bool disable_work(struct work_struct *work)
{
	return cancel(work, NULL, true);
}

bool disable_work_sync(struct work_struct *work)
{
	return cancel_sync(work, NULL, true, __func__);
}

bool disable_delayed_work(struct delayed_work *dwork)
{
	return cancel(&dwork->work, dwork, true);
}

bool disable_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_sync(&dwork->work, dwork, true, __func__);
}

bool enable_work(struct work_struct *work)
{
	return enable(work);
}

bool enable_delayed_work(struct delayed_work *dwork)
{
	return enable(&dwork->work);
}

/* ---- after a grace period ------------------------------------------------------------------------------------- */

static void rcu_work_ready(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);
	struct workqueue_struct *wq = rwork->wq;
	bool start = false;

	psim_raw_lock(&psim_wq_raw);
	if (work_is_pending(&rwork->work))
		start = psim_wq_insert(wq, &rwork->work);
	psim_raw_unlock(&psim_wq_raw);
	if (start)
		psim_wq_start_worker(wq);
}

bool __psim_queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork, const char *site)
{
	struct work_struct *work = &rwork->work;
	bool queued;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&psim_wq_raw);
	work->__psim_site = site;
	queued = !work_is_pending(work) && !work->__psim_disabled && psim_wq_may_queue(wq, work);
	if (queued) {
		work_set_pending(work);
		rwork->wq = wq;
	}
	psim_raw_unlock(&psim_wq_raw);
	if (queued)
		call_rcu(&rwork->rcu, rcu_work_ready);
	return queued;
}

bool flush_rcu_work(struct rcu_work *rwork)
{
	if (!work_is_pending(&rwork->work))
		return flush_work(&rwork->work);
	rcu_barrier();
	flush_work(&rwork->work);
	return true;
}
