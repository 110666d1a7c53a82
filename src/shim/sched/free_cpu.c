// SPDX-License-Identifier: MIT
/*
 * CPUs in the free-running engine, when the machine has fewer of them than tasks: a CPU belongs to the
 * task that runs on it, until that parks, or lets somebody else have it at a scheduling point.
 *
 * Whoever gives a CPU away hands it to the next one, and counts that one as running: else nobody would
 * seem to run for a moment, and virtual time would jump.
 */
#include "sched/queue.h"
#include "sched/task.h"

/* Points between two looks whether another task wants the CPU. */
#define SLICE 64

static bool shared;
static unsigned int count;
static struct psim_monitor lock;
/* The interrupt tasks, while they want a CPU. */
static struct psim_ctl *hard_waits, *soft_waits;
/* How many want any; read without the lock at every point. */
static unsigned int wanted;

int psim_free_cpus_start(unsigned int cpus)
{
	shared = cpus != 0;
	count = cpus;
	for (unsigned int i = 0; i < cpus; i++)
		psim_queue_init(&psim_cpus[i].waiting);
	return 0;
}

void psim_free_cpus_stop(void)
{
	if (shared)
		psim_monitor_destroy(&lock);
}

void psim_free_cpus_wake(void)
{
	if (!shared)
		return;
	psim_monitor_lock(&lock);
	psim_monitor_wake_all(&lock);
	psim_monitor_unlock(&lock);
}

/* ---- handing on: under the lock ------------------------------------------------------------------------ */

static void want(int change)
{
	__atomic_fetch_add(&wanted, change, __ATOMIC_RELAXED);
}

static void give_interrupt(struct psim_cpu *cpu, struct psim_ctl **waits, struct psim_ctl **slot)
{
	*slot = *waits;
	*waits = NULL;
	(*slot)->cpu = cpu - psim_cpus;
	want(-1);
	psim_free_runs(1);
}

static void give_task(struct psim_cpu *cpu)
{
	cpu->task = psim_queue_at(cpu->waiting.next);
	psim_queue_remove(cpu->task);
	want(-1);
	psim_free_runs(1);
}

/* Which interrupts it lets in now: 0: none, 1: all, 2: only hard ones. */
static unsigned int lets_in(const struct psim_cpu *cpu)
{
	return !cpu->task ? 1 : cpu->paused ?: cpu->delays;
}

/* The CPU has changed hands, or somebody wants it: who has it now? */
static void dispatch(struct psim_cpu *cpu)
{
	if (cpu->hard || cpu->soft)
		return;
	if (hard_waits && lets_in(cpu)) {
		give_interrupt(cpu, &hard_waits, &cpu->hard);
	} else if (soft_waits && lets_in(cpu) == 1) {
		give_interrupt(cpu, &soft_waits, &cpu->soft);
	} else if (cpu->paused) {
		cpu->paused = 0;
		psim_free_runs(1);
	} else if (!cpu->task && !psim_queue_empty(&cpu->waiting)) {
		give_task(cpu);
	}
	psim_monitor_wake_all(&lock);
}

static bool is_on_shared_cpu(const struct psim_ctl *me)
{
	return shared && me->cpu >= 0 && me->kind < PSIM_TASK_IRQ;
}

/* ---- tasks -------------------------------------------------------------------------------------------------- */

void psim_free_cpu_enter(struct psim_ctl *me)
{
	struct psim_cpu *cpu;

	if (!is_on_shared_cpu(me))
		return;
	cpu = &psim_cpus[me->cpu];
	psim_monitor_lock(&lock);
	if (!cpu->task && !cpu->hard && !cpu->soft) {
		cpu->task = me;
	} else if (cpu->task != me) {
		psim_queue_push(&cpu->waiting, me);
		want(1);
		psim_monitor_unlock(&lock);
		psim_free_runs(-1);
		psim_monitor_lock(&lock);
	}
	while (cpu->task != me && !psim_free_ending())
		psim_monitor_wait(&lock);
	psim_monitor_unlock(&lock);
}

void psim_free_cpu_leave(struct psim_ctl *me)
{
	struct psim_cpu *cpu;

	if (!shared || me->cpu < 0)
		return;
	cpu = &psim_cpus[me->cpu];
	psim_monitor_lock(&lock);
	if (cpu->task == me) {
		cpu->task = NULL;
		cpu->paused = cpu->delays = 0;
		dispatch(cpu);
	}
	psim_monitor_unlock(&lock);
}

/* Which interrupts may come now: as in struct psim_cpu. */
static unsigned int open_for(const struct psim_ctl *me)
{
	if (me->task.__psim_irqs_off)
		return 0;
	return me->task.__psim_preempt_count & SOFTIRQ_MASK ? 2 : 1;
}

/* Under the lock. An interrupt is on the CPU, and was counted; now the task is not, until it is over. */
static void wait_for_interrupts(struct psim_cpu *cpu)
{
	psim_monitor_unlock(&lock);
	psim_free_runs(-1);
	psim_monitor_lock(&lock);
	while (cpu->paused && !psim_free_ending())
		psim_monitor_wait(&lock);
}

/* Under the lock. */
static void pause_for_interrupts(struct psim_ctl *me, struct psim_cpu *cpu)
{
	unsigned int open = open_for(me);

	if (!open || !(hard_waits || (soft_waits && open == 1)))
		return;
	cpu->paused = open;
	dispatch(cpu);
	wait_for_interrupts(cpu);
}

void psim_free_cpu_delay(struct psim_ctl *me)
{
	if (!is_on_shared_cpu(me))
		return;
	psim_monitor_lock(&lock);
	psim_cpus[me->cpu].delays = open_for(me);
	dispatch(&psim_cpus[me->cpu]);
	psim_monitor_unlock(&lock);
}

void psim_free_cpu_delayed(struct psim_ctl *me)
{
	struct psim_cpu *cpu;

	if (!is_on_shared_cpu(me))
		return;
	cpu = &psim_cpus[me->cpu];
	psim_monitor_lock(&lock);
	if (cpu->hard || cpu->soft) {
		cpu->paused = cpu->delays;
		wait_for_interrupts(cpu);
	}
	cpu->delays = 0;
	psim_monitor_unlock(&lock);
}

bool psim_free_softirq_waits(void)
{
	bool waits;

	if (!shared)
		return false;
	psim_monitor_lock(&lock);
	waits = soft_waits;
	psim_monitor_unlock(&lock);
	return waits;
}

static void point(struct psim_ctl *me, bool yields)
{
	struct psim_cpu *cpu;
	bool other;

	if (!is_on_shared_cpu(me) || !__atomic_load_n(&wanted, __ATOMIC_RELAXED))
		return;
	cpu = &psim_cpus[me->cpu];
	psim_monitor_lock(&lock);
	pause_for_interrupts(me, cpu);
	other = yields && psim_ctl_preemptible(me) && !psim_queue_empty(&cpu->waiting);
	psim_monitor_unlock(&lock);
	if (!other)
		return;
	psim_free_cpu_leave(me);
	psim_free_cpu_enter(me);
}

void psim_free_cpu_point(struct psim_ctl *me)
{
	point(me, me->local_points % SLICE == SLICE - 1);
}

void psim_free_cpu_yield(struct psim_ctl *me)
{
	point(me, true);
}

/* ---- interrupts ------------------------------------------------------------------------------------------------ */

void psim_free_cpu_interrupt(struct psim_ctl *me, bool hard)
{
	if (!shared)
		return;
	psim_monitor_lock(&lock);
	if (hard)
		hard_waits = me;
	else
		soft_waits = me;
	want(1);
	for (unsigned int i = 0; i < count && me->cpu < 0; i++) {
		if (lets_in(&psim_cpus[i]))
			dispatch(&psim_cpus[i]);
	}
	psim_monitor_unlock(&lock);
	psim_free_runs(-1);
	psim_monitor_lock(&lock);
	while (me->cpu < 0 && !psim_free_ending())
		psim_monitor_wait(&lock);
	psim_monitor_unlock(&lock);
}

void psim_free_cpu_resume(struct psim_ctl *me)
{
	struct psim_cpu *cpu;

	if (!shared || me->cpu < 0)
		return;
	psim_monitor_lock(&lock);
	cpu = &psim_cpus[me->cpu];
	me->cpu = -1;
	if (cpu->hard == me)
		cpu->hard = NULL;
	else
		cpu->soft = NULL;
	dispatch(cpu);
	psim_monitor_unlock(&lock);
}
