// SPDX-License-Identifier: MIT
/* The deterministic engine's run queue: its slower half, and what schedulers see of it. */
#include "sched/runqueue.h"
#include "sched/scheduler.h"

struct psim_runqueue psim_runqueue;

void psim_runqueue_start(bool shared_cpus)
{
	struct psim_runqueue *q = &psim_runqueue;

	psim_queue_init(&q->fresh);
	psim_queue_init(&q->ran);
	psim_queue_init(&q->yielders);
	psim_queue_init(&q->late);
	q->shared_cpus = shared_cpus;
	q->runnable = 1;
	q->round = 1;
}

/* ---- CPUs ----------------------------------------------------------------------------------------------- */

bool psim_runqueue_cpu_free(const struct psim_ctl *ctl)
{
	const struct psim_cpu *cpu;

	if (ctl->cpu < 0)
		return true;
	cpu = &psim_cpus[ctl->cpu];
	if (cpu->hard)
		return ctl == cpu->hard;
	if (cpu->soft)
		return ctl == cpu->soft;
	return !cpu->task || cpu->task == ctl || psim_ctl_preemptible(cpu->task);
}

struct psim_ctl *psim_runqueue_search(struct list_head *at)
{
	for (;;) {
		if (at == &psim_runqueue.fresh)
			at = psim_runqueue.ran.next;
		if (at == &psim_runqueue.ran)
			return NULL;
		if (!psim_runqueue_filtered() || psim_runqueue_cpu_free(psim_queue_at(at)))
			return psim_queue_at(at);
		at = at->next;
	}
}

struct task_struct *psim_eligible(void)
{
	struct psim_ctl *ctl = psim_runqueue_first();

	return ctl ? &ctl->task : NULL;
}

struct task_struct *psim_eligible_next(struct task_struct *task)
{
	struct psim_ctl *ctl = psim_runqueue_search(psim_ctl(task)->links.next);

	return ctl ? &ctl->task : NULL;
}

unsigned int psim_eligible_count(void)
{
	struct psim_ctl *ctl;
	unsigned int n = 0;

	for (ctl = psim_runqueue_first(); ctl; ctl = psim_runqueue_search(ctl->links.next))
		n++;
	return n;
}

/* ---- coming and going -------------------------------------------------------------------------------------- */

void psim_runqueue_add(struct psim_ctl *ctl)
{
	psim_runqueue.runnable++;
	psim_runqueue_progress();
	psim_runqueue_preempted(ctl);
}

void psim_runqueue_add_first(struct psim_ctl *ctl)
{
	psim_runqueue.runnable++;
	psim_runqueue_progress();
	ctl->state = PSIM_RUNNABLE;
	psim_queue_push_front(&psim_runqueue.fresh, ctl);
}

/* Those who waited go before those who have run since. */
void psim_runqueue_end_epoch(void)
{
	struct psim_runqueue *q = &psim_runqueue;

	psim_queue_append(&q->fresh, &q->yielders);
	psim_queue_append(&q->fresh, &q->ran);
	psim_queue_append(&q->yielders, &q->late);
	q->epoch = !psim_queue_empty(&q->yielders);
}

bool psim_runqueue_yielders(void)
{
	if (psim_queue_empty(&psim_runqueue.yielders))
		return false;
	psim_runqueue_end_epoch();
	return true;
}
