// SPDX-License-Identifier: MIT
/*
 * Interrupts: lines with one handler each, and the two tasks that run hard and soft interrupts.
 *
 * The deterministic engine puts such a task on an open CPU at a scheduling point; the CPU's own task
 * does not run until it is done. In the free-running engine it is a thread that takes a CPU's lock.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include "host/host.h"
#include "host/race.h"
#include "sched/lockdep.h"
#include "sched/task.h"

#define NR_LINES 64

/**
 * struct line - one interrupt line
 * @handler, @arg: what runs, once attached
 * @name: who attached it
 * @pending, @running: raised and not handled yet; being handled
 * @off: how often it was disabled
 */
struct line {
	void (*handler)(unsigned int irq, void *arg);
	void *arg;
	const char *name;
	bool pending, running;
	unsigned int off;
};

struct psim_interrupts psim_interrupts;

/* Guarded by @raw; so is the making of the two tasks. */
static __psim_scratch struct line lines[NR_LINES]; /* as many as: */
static unsigned int nr_lines = 1; /* line 0 stays free: to a driver it means "none" */
static struct psim_raw raw;

static bool there_is(unsigned int irq)
{
	return irq && irq < __atomic_load_n(&nr_lines, __ATOMIC_RELAXED);
}

static int hard_body(void *unused);
static int soft_body(void *unused);

/* ---- the two tasks -------------------------------------------------------------------------------------- */

/* Under @raw. */
static struct psim_ctl *make(struct psim_ctl **slot, bool hard)
{
	struct psim_ctl *ctl = *slot;

	if (ctl)
		return ctl;
	ctl = psim_ctl_new(hard ? PSIM_TASK_IRQ : PSIM_TASK_SOFTIRQ, hard ? "irq" : "softirq", NULL,
			   hard ? hard_body : soft_body, NULL);
	if (!ctl || (__psim_threads && psim_free_started(ctl)))
		psim_fatal("host", "no memory for the task that runs interrupts");
	*slot = ctl;
	return ctl;
}

static bool arrive(struct psim_ctl **slot, bool hard)
{
	int cpu = psim_cpu_open(hard);
	struct psim_ctl *ctl;

	if (cpu < 0)
		return false;
	ctl = make(slot, hard);
	ctl->cpu = cpu;
	if (hard)
		psim_cpus[cpu].hard = ctl;
	else
		psim_cpus[cpu].soft = ctl;
	psim_interrupts.above++;
	psim_det_enqueue_interrupt(ctl);
	return true;
}

void psim_interrupts_arrive(void)
{
	struct psim_interrupts *i = &psim_interrupts;

	if (i->irq_wanted && arrive(&i->irq, true))
		i->irq_wanted = false;
	if (i->softirq_wanted && arrive(&i->softirq, false))
		i->softirq_wanted = false;
}

/* Called with @raw held. */
static void want(struct psim_ctl **slot, bool *wanted, bool hard)
{
	if (__psim_threads) {
		psim_free_unpark(make(slot, hard));
	} else if (!*slot || (*slot)->state == PSIM_IDLE) {
		*wanted = true;
		__psim_clock.horizon = 0;
	}
}

void psim_softirq_want(void)
{
	psim_raw_lock(&raw);
	want(&psim_interrupts.softirq, &psim_interrupts.softirq_wanted, false);
	psim_raw_unlock(&raw);
}

void psim_hardirq_want(void)
{
	if (psim_halted())
		return;
	psim_raw_lock(&raw);
	want(&psim_interrupts.irq, &psim_interrupts.irq_wanted, true);
	psim_raw_unlock(&raw);
}

/* The interrupt is over: give the CPU back, and wait for the next one. */
static void leave(struct psim_ctl *me, bool hard)
{
	struct psim_cpu *cpu;

	if (__psim_threads) {
		psim_free_cpu_resume(me);
		psim_free_park(U64_MAX, PSIM_IDLE, false);
		return;
	}
	cpu = &psim_cpus[me->cpu];
	if (hard)
		cpu->hard = NULL;
	else
		cpu->soft = NULL;
	me->cpu = -1;
	psim_interrupts.above--;
	psim_det_interrupt_idle();
}

/* ---- soft -------------------------------------------------------------------------------------------------- */

static int soft_body(void *unused)
{
	struct psim_ctl *me = psim_me();

	for (;;) {
		if (__psim_threads)
			psim_free_cpu_interrupt(me, false);
		me->task.__psim_preempt_count += SOFTIRQ_OFFSET;
		psim_cpu_closed(me->cpu, false);
		while (psim_timers_due(psim_time()))
			psim_run_timers();
		psim_cpu_opens(me->cpu, false);
		me->task.__psim_preempt_count -= SOFTIRQ_OFFSET;
		leave(me, false);
	}
	return 0;
}

/* ---- hard ---------------------------------------------------------------------------------------------------- */

/* The lowest line that has something to do, now running; NULL: none. */
static struct line *next_line(void)
{
	struct line *line = NULL;

	psim_raw_lock(&raw);
	for (unsigned int i = 1; i < nr_lines && !line; i++) {
		if (!lines[i].pending || !lines[i].handler || lines[i].off)
			continue;
		line = &lines[i];
		line->pending = false;
		line->running = true;
	}
	psim_raw_unlock(&raw);
	return line;
}

static void run_line(struct line *line)
{
	void (*handler)(unsigned int irq, void *arg) = line->handler;
	unsigned int irq = line - lines;

	psim_trace(PSIM_EV_IRQ, irq, 0, 0, 0);
	psim_edge_in(line);
	handler(irq, line->arg);
	psim_edge_out(line);
	psim_sync_callback_left("interrupt handler", handler, 0);
	psim_trace(PSIM_EV_IRQ_END, irq, 0, 0, 0);
	psim_raw_lock(&raw);
	line->running = false;
	psim_raw_unlock(&raw);
}

static int hard_body(void *unused)
{
	struct psim_ctl *me = psim_me();
	struct line *line;

	for (;;) {
		if (__psim_threads)
			psim_free_cpu_interrupt(me, true);
		me->task.__psim_preempt_count += HARDIRQ_OFFSET;
		me->task.__psim_irqs_off++;
		psim_cpu_closed(me->cpu, true);
		do {
			while ((line = next_line()))
				run_line(line);
		} while (psim_irq_work_run_one());
		psim_cpu_opens(me->cpu, true);
		me->task.__psim_irqs_off--;
		me->task.__psim_preempt_count -= HARDIRQ_OFFSET;
		leave(me, true);
	}
	return 0;
}

/* ---- lines ---------------------------------------------------------------------------------------------------- */

/* Under @raw. */
static void deliver(struct line *line)
{
	if (line->pending && line->handler && !line->off)
		want(&psim_interrupts.irq, &psim_interrupts.irq_wanted, true);
}

void psim_irq_raise(unsigned int irq)
{
	psim_trace(PSIM_EV_IRQ_RAISE, irq, 0, 0, 0);
	if (!there_is(irq) || psim_halted())
		return;
	psim_edge_out(&lines[irq]);
	psim_raw_lock(&raw);
	if (lines[irq].handler) {
		lines[irq].pending = true;
		deliver(&lines[irq]);
	}
	psim_raw_unlock(&raw);
}

int psim_irq_attach(unsigned int irq, const char *name,
		    void (*handler)(unsigned int irq, void *arg), void *arg)
{
	int err = 0;

	if (!there_is(irq) || !handler)
		return -EINVAL;
	psim_raw_lock(&raw);
	if (lines[irq].handler) {
		err = -EBUSY;
	} else {
		lines[irq].name = name;
		psim_edge_out(&lines[irq]);
		lines[irq].arg = arg;
		lines[irq].pending = false;
		lines[irq].handler = handler;
	}
	psim_raw_unlock(&raw);
	return err;
}

static bool line_runs(unsigned int irq)
{
	bool runs;

	psim_raw_lock(&raw);
	runs = lines[irq].running;
	psim_raw_unlock(&raw);
	return runs;
}

void psim_irq_detach(unsigned int irq)
{
	if (!there_is(irq))
		return;
	psim_raw_lock(&raw);
	lines[irq].handler = NULL;
	lines[irq].pending = false;
	lines[irq].name = NULL;
	psim_raw_unlock(&raw);
	synchronize_irq(irq);
}

int psim_irq_alloc(void)
{
	int irq = -ENOSPC;

	psim_raw_lock(&raw);
	if (nr_lines < NR_LINES) {
		lines[nr_lines] = (struct line){0};
		irq = nr_lines;
		__atomic_store_n(&nr_lines, irq + 1, __ATOMIC_RELAXED);
	}
	psim_raw_unlock(&raw);
	return irq;
}

/* ---- the kernel's face -------------------------------------------------------------------------------------------- */

static __psim_scratch struct {
	irq_handler_t handler;
	void *dev;
} requested[NR_LINES];

static void call_requested(unsigned int irq, void *unused)
{
	if (requested[irq].handler(irq, requested[irq].dev) == IRQ_WAKE_THREAD)
		psim_stop_function("request_threaded_irq", "threaded handlers are not modelled");
}

int __psim_request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
		       const char *name, void *dev, const char *site)
{
	int err;

	psim_may_sleep("request_irq()");
	if (!handler || !there_is(irq) || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	psim_raw_lock(&raw);
	err = lines[irq].handler ? -EBUSY : 0;
	if (!err) {
		requested[irq].handler = handler;
		requested[irq].dev = dev;
	}
	psim_raw_unlock(&raw);
	return err ?: psim_irq_attach(irq, name, call_requested, NULL);
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev)
{
	if (thread_fn)
		psim_stop_function(__func__, "threaded handlers are not modelled");
	return __psim_request_irq(irq, handler, flags, name, dev, __func__);
}

const void *free_irq(unsigned int irq, void *dev)
{
	const char *name;

	psim_may_sleep("free_irq()");
	if (!there_is(irq) || !lines[irq].handler || requested[irq].dev != dev) {
		psim_report("WARN", "free_irq: line %u has no such handler", irq);
		return NULL;
	}
	name = lines[irq].name;
	psim_irq_detach(irq);
	return name;
}

void synchronize_irq(unsigned int irq)
{
	if (!there_is(irq))
		return;
	while (line_runs(irq) && !psim_halted())
		psim_yielded();
	psim_edge_in(&lines[irq]);
}

void disable_irq_nosync(unsigned int irq)
{
	if (!there_is(irq))
		return;
	psim_raw_lock(&raw);
	lines[irq].off++;
	psim_raw_unlock(&raw);
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	bool was_on;

	if (irq >= NR_LINES)
		return;
	psim_raw_lock(&raw);
	was_on = !there_is(irq) || !lines[irq].off;
	if (!was_on && !--lines[irq].off)
		deliver(&lines[irq]);
	psim_raw_unlock(&raw);
	if (was_on)
		psim_report("WARN", "enable_irq: line %u is not disabled", irq);
}
