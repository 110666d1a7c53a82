// SPDX-License-Identifier: MIT
/*
 * CPUs and contexts. By default every task has a CPU to itself, the lowest that is free; else tasks are
 * dealt out over the CPUs there are, and stay. Preemption, softirqs and interrupts are counts of the
 * task that switched them off.
 */
#include <linux/bottom_half.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "sched/task.h"

struct psim_cpu *psim_cpus;

static struct psim_cpu first_cpus[8];
static unsigned int allocated;
/* CPUs that exist; with one for every task, as many as there ever were at a time. */
static unsigned int nr_cpus;
static bool one_for_each;
/* No CPU below this one is free. */
static unsigned int lowest_free;
static unsigned int next_dealt;

/* ---- dealing them out --------------------------------------------------------------------------------- */

/* The table grows by doubling. Return: whether CPU @cpu is in it. */
static bool grow(unsigned int cpu)
{
	unsigned int n = allocated;
	struct psim_cpu *table;

	if (cpu >= NR_CPUS)
		return false;
	if (cpu < allocated)
		return true;
	while (n <= cpu)
		n *= 2;
	table = psim_host_malloc(n * sizeof(*table));
	if (!table)
		return false;
	memcpy(table, psim_cpus, allocated * sizeof(*table));
	if (psim_cpus != first_cpus)
		psim_host_free(psim_cpus);
	psim_cpus = table;
	allocated = n;
	return true;
}

int psim_cpus_start(unsigned int cpus)
{
	psim_cpus = first_cpus;
	allocated = sizeof(first_cpus) / sizeof(first_cpus[0]);
	one_for_each = !cpus;
	nr_cpus = cpus;
	return cpus && !grow(cpus - 1) ? -ENOMEM : 0;
}

void psim_cpus_stop(void)
{
	if (psim_cpus != first_cpus)
		psim_host_free(psim_cpus);
	psim_cpus = first_cpus;
}

int psim_cpu_take(struct psim_ctl *ctl)
{
	unsigned int cpu;

	if (!one_for_each) {
		cpu = next_dealt;
		next_dealt = cpu + 1 < nr_cpus ? cpu + 1 : 0;
		if (ctl == &psim_main)
			psim_cpus[cpu].task = ctl;
		return cpu;
	}
	cpu = lowest_free;
	while (cpu < nr_cpus && psim_cpus[cpu].task)
		cpu++;
	if (!grow(cpu))
		return -1;
	lowest_free = cpu + 1;
	if (cpu >= nr_cpus)
		__atomic_store_n(&nr_cpus, cpu + 1, __ATOMIC_RELAXED);
	psim_cpus[cpu].task = ctl;
	return cpu;
}

void psim_cpu_give(struct psim_ctl *ctl)
{
	struct psim_cpu *cpu = &psim_cpus[ctl->cpu];

	/* free-running tasks have left a shared one themselves */
	if ((one_for_each || !__psim_threads) && cpu->task == ctl)
		cpu->task = NULL;
	if (one_for_each && (unsigned int)ctl->cpu < lowest_free)
		lowest_free = ctl->cpu;
}

int psim_cpu_open(bool hard)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		const struct psim_cpu *cpu = &psim_cpus[i];
		const struct psim_ctl *on = cpu->soft ?: cpu->task;

		if (cpu->hard || (cpu->soft && !hard))
			continue;
		if (!on || on->ended)
			return i;
		if (on->task.__psim_irqs_off)
			continue;
		if (hard || !(on->task.__psim_preempt_count & SOFTIRQ_MASK))
			return i;
	}
	return -1;
}

/* ---- questions -------------------------------------------------------------------------------------------- */

int psim_cpu(void)
{
	return current ? psim_me()->cpu : 0;
}

unsigned int psim_nr_cpus(void)
{
	unsigned int n = __atomic_load_n(&nr_cpus, __ATOMIC_RELAXED);

	return n ?: 1;
}

unsigned int __psim_nr_cpu_ids(void)
{
	return psim_nr_cpus();
}

unsigned int __psim_task_cpu(const struct task_struct *task)
{
	int cpu = psim_ctl((struct task_struct *)task)->cpu;

	return cpu < 0 ? 0 : cpu;
}

unsigned int __psim_smp_processor_id(bool check, const char *site)
{
	int cpu = psim_cpu();

	if (check && cpu >= 0 && __psim_preemptible())
		psim_report("law 4", "%s asks for its CPU with preemption on", site);
	return cpu < 0 ? 0 : cpu;
}

unsigned int __psim_preempt_count(void)
{
	return current ? current->__psim_preempt_count : 0;
}

bool __psim_preemptible(void)
{
	return !current || psim_ctl_preemptible(psim_me());
}

bool psim_in_atomic(void)
{
	return __psim_preempt_count() != 0;
}

bool psim_in_hardirq(void)
{
	return __psim_preempt_count() & HARDIRQ_MASK;
}

bool psim_in_softirq(void)
{
	return __psim_preempt_count() & SOFTIRQ_OFFSET;
}

bool psim_irqs_are_off(void)
{
	return current && current->__psim_irqs_off;
}

void psim_may_sleep(const char *what)
{
	unsigned int count = __psim_preempt_count();

	if (likely(!count && !psim_irqs_are_off()))
		return;
	psim_report("law 4", "%s may sleep, but %s", what,
		    count & HARDIRQ_MASK     ? "this is a hard interrupt"
		    : count & SOFTIRQ_OFFSET ? "this is a soft interrupt"
		    : count & PREEMPT_MASK   ? "preemption is off"
		    : count		     ? "softirqs are off"
					     : "interrupts are off");
}

/* ---- off and on -------------------------------------------------------------------------------------------------- */

/* An interrupt may have waited for this. */
static void opened(bool hard)
{
	psim_cpu_opens(psim_me()->cpu, hard);
	if (!__psim_threads && (psim_interrupts.irq_wanted || psim_interrupts.softirq_wanted))
		__psim_clock.horizon = 0;
}

static void unbalanced(const char *what)
{
	psim_report("law 4", "%s are switched on, but were not off", what);
}

void psim_preempt_off(void)
{
	current->__psim_preempt_count++;
}

void psim_preempt_on(void)
{
	if (unlikely(!(current->__psim_preempt_count & PREEMPT_MASK)))
		psim_report("law 4", "preemption is switched on, but was not off");
	else
		current->__psim_preempt_count--;
}

void psim_irq_off(void)
{
	if (!current->__psim_irqs_off++)
		psim_cpu_closed(psim_me()->cpu, true);
}

void psim_irq_on(void)
{
	if (unlikely(!current->__psim_irqs_off))
		unbalanced("interrupts");
	else if (!--current->__psim_irqs_off)
		opened(true);
}

void psim_bh_off(void)
{
	current->__psim_preempt_count += SOFTIRQ_DISABLE_OFFSET;
	psim_cpu_closed(psim_me()->cpu, false);
}

void psim_bh_on(void)
{
	if (unlikely((current->__psim_preempt_count & SOFTIRQ_MASK) < SOFTIRQ_DISABLE_OFFSET)) {
		unbalanced("softirqs");
		return;
	}
	current->__psim_preempt_count -= SOFTIRQ_DISABLE_OFFSET;
	opened(false);
}

void __psim_preempt_disable(void)
{
	psim_preempt_off();
}

void __psim_preempt_enable(void)
{
	psim_preempt_on();
	psim_point(PSIM_POINT_UNLOCK);
}

void __psim_preempt_enable_no_resched(void)
{
	psim_preempt_on();
}

void __psim_irq_disable(void)
{
	psim_irq_off();
}

void __psim_irq_enable(void)
{
	psim_irq_on();
	psim_point(PSIM_POINT_UNLOCK);
}

void local_bh_disable(void)
{
	psim_bh_off();
}

void local_bh_enable(void)
{
	if (psim_in_hardirq() || psim_irqs_are_off())
		psim_report("law 4", "local_bh_enable() with interrupts off");
	psim_bh_on();
	psim_point(PSIM_POINT_UNLOCK);
}

void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	psim_stop_function(__func__, "calls on other CPUs are not modelled");
}

int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	psim_stop_function(__func__, "calls on other CPUs are not modelled");
}
