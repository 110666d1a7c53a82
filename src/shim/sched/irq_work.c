// SPDX-License-Identifier: MIT
/*
 * irq_work: a queue of functions that the task of the hard interrupts empties. One queue for all CPUs, in
 * the order of queueing.
 */
#include <linux/export.h>
#include <linux/irq_work.h>
#include "sched/lockdep.h"
#include "sched/task.h"

static struct psim_raw raw;
static struct irq_work *first, **last = &first;
static struct irq_work *running;

bool irq_work_queue(struct irq_work *work)
{
	bool queued;

	psim_raw_lock(&raw);
	queued = !work->__psim_pending;
	if (queued) {
		work->__psim_pending = true;
		work->__psim_next = NULL;
		*last = work;
		last = &work->__psim_next;
	}
	/* the function comes after everybody who asked for it, in time or not */
	psim_edge_out(work);
	psim_raw_unlock(&raw);
	if (queued)
		psim_hardirq_want();
	return queued;
}
EXPORT_SYMBOL(irq_work_queue);

bool psim_irq_work_run_one(void)
{
	void (*func)(struct irq_work * work) = NULL;
	struct irq_work *work;

	psim_raw_lock(&raw);
	work = first;
	if (work) {
		first = work->__psim_next;
		if (!first)
			last = &first;
		/* from here on it can be queued again */
		work->__psim_pending = false;
		func = work->func;
	}
	running = work;
	psim_raw_unlock(&raw);
	if (!work)
		return false;
	psim_edge_in(work);
	func(work);
	psim_edge_out(work);
	psim_sync_callback_left("irq_work", func, 0);
	psim_raw_lock(&raw);
	running = NULL;
	psim_raw_unlock(&raw);
	return true;
}

bool irq_work_is_pending(struct irq_work *work)
{
	bool pending;

	psim_raw_lock(&raw);
	pending = work->__psim_pending;
	psim_raw_unlock(&raw);
	return pending;
}
EXPORT_SYMBOL(irq_work_is_pending);

bool irq_work_is_busy(struct irq_work *work)
{
	bool busy;

	psim_raw_lock(&raw);
	busy = work->__psim_pending || running == work;
	psim_raw_unlock(&raw);
	return busy;
}
EXPORT_SYMBOL(irq_work_is_busy);

void irq_work_sync(struct irq_work *work)
{
	while (irq_work_is_busy(work) && !psim_halted())
		psim_yielded();
	psim_edge_in(work);
}
EXPORT_SYMBOL(irq_work_sync);
