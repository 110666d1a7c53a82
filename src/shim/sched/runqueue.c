// SPDX-License-Identifier: MIT
/*
 * Who may run, in the deterministic engine.
 *
 * Tasks that yielded wait behind the others: one that yields opens an epoch, in which everybody who
 * could run then is in "fresh", and it comes back when "fresh" is empty. Those who run meanwhile, and
 * those who are new, are in "ran". Later yielders wait for the next epoch. All of it is O(1); only while
 * an interrupt has a CPU, or tasks share CPUs, are queues searched for a task whose CPU is free.
 */
#include "sched/queue.h"
#include "sched/runqueue.h"
#include "sched/scheduler.h"

static struct list_head fresh, ran, yielders, late;
static bool epoch;
static bool shared_cpus;

/* Rounds: when everybody who can run has yielded, and nothing else happened, only time can help. */
static unsigned int runnable;
static u64 round = 1;
static unsigned int round_yields;
static unsigned int full_rounds;

void psim_runqueue_start(bool cpus_are_shared)
{
	psim_queue_init(&fresh);
	psim_queue_init(&ran);
	psim_queue_init(&yielders);
	psim_queue_init(&late);
	shared_cpus = cpus_are_shared;
	runnable = 1;
}

/* ---- CPUs ----------------------------------------------------------------------------------------------- */

/* Whether its CPU is its own: nobody above it, nobody on it who does not let go. */
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

static inline bool filtered(void)
{
	return shared_cpus || psim_interrupts.above;
}

/* The first task from @at on that may run, in the queue @at is in and the ones behind it. */
static struct psim_ctl *search(struct list_head *at)
{
	for (;;) {
		if (at == &fresh)
			at = ran.next;
		if (at == &ran)
			return NULL;
		if (!filtered() || psim_runqueue_cpu_free(psim_queue_at(at)))
			return psim_queue_at(at);
		at = at->next;
	}
}

struct psim_ctl *psim_runqueue_first(void)
{
	return search(fresh.next);
}

struct task_struct *psim_eligible(void)
{
	struct psim_ctl *ctl = search(fresh.next);

	return ctl ? &ctl->task : NULL;
}

struct task_struct *psim_eligible_next(struct task_struct *task)
{
	struct psim_ctl *ctl = search(psim_ctl(task)->links.next);

	return ctl ? &ctl->task : NULL;
}

unsigned int psim_eligible_count(void)
{
	unsigned int n = 0;

	for (struct psim_ctl *ctl = search(fresh.next); ctl; ctl = search(ctl->links.next))
		n++;
	return n;
}

/* ---- coming and going -------------------------------------------------------------------------------------- */

void psim_runqueue_progress(void)
{
	round++;
	round_yields = 0;
	full_rounds = 0;
}

void psim_runqueue_add(struct psim_ctl *ctl)
{
	runnable++;
	psim_runqueue_progress();
	ctl->state = PSIM_RUNNABLE;
	psim_queue_push(epoch ? &ran : &fresh, ctl);
}

void psim_runqueue_add_first(struct psim_ctl *ctl)
{
	runnable++;
	psim_runqueue_progress();
	ctl->state = PSIM_RUNNABLE;
	psim_queue_push_front(&fresh, ctl);
}

void psim_runqueue_preempted(struct psim_ctl *ctl)
{
	ctl->state = PSIM_RUNNABLE;
	psim_queue_push(epoch ? &ran : &fresh, ctl);
}

void psim_runqueue_gone(void)
{
	runnable--;
	psim_runqueue_progress();
}

static void end_epoch(void)
{
	/* those who waited go before those who have run since */
	psim_queue_append(&fresh, &yielders);
	psim_queue_append(&fresh, &ran);
	psim_queue_append(&yielders, &late);
	epoch = !psim_queue_empty(&yielders);
}

void psim_runqueue_take(struct psim_ctl *ctl)
{
	psim_queue_remove(ctl);
	if (epoch && psim_queue_empty(&fresh))
		end_epoch();
	ctl->state = PSIM_ON;
}

/* ---- yielding -------------------------------------------------------------------------------------------------- */

bool psim_runqueue_alone(void)
{
	return runnable == 1;
}

void psim_runqueue_yield(struct psim_ctl *ctl)
{
	ctl->state = PSIM_RUNNABLE;
	psim_queue_push(epoch ? &late : &yielders, ctl);
	epoch = true;
}

bool psim_runqueue_yielders(void)
{
	if (psim_queue_empty(&yielders))
		return false;
	end_epoch();
	return true;
}

bool psim_runqueue_round(struct psim_ctl *ctl)
{
	if (ctl->round == round)
		return false;
	ctl->round = round;
	if (++round_yields < runnable)
		return false;
	round++;
	round_yields = 0;
	if (++full_rounds < 2)
		return false;
	full_rounds = 0;
	return true;
}
