// SPDX-License-Identifier: MIT
/*
 * The deterministic engine: one task runs at a time, each on its own fibre, and a scheduler decides at
 * every point who goes on. Time is a number that points, charged work and jumps move.
 *
 * Between two points nobody else runs, so nothing in here is locked.
 */
#include <linux/kernel.h>
#include <psim/audit.h>
#include "host/steer.h"
#include "sched/livelock.h"
#include "sched/runqueue.h"
#include "sched/scheduler.h"
#include "sched/task.h"
#include "sim/guard.h"

#define BACKTRACE_SKIP	 4 /* the engine's own */
#define BACKTRACE_FRAMES 12

struct __psim_clock __psim_clock;

static const struct psim_scheduler *scheduler;
static unsigned int asked_points;
/* The scheduler is asked although the current task can go on. */
static bool preempts;
/* Somebody counts the points: each takes the slow way. */
static bool counted;
/* The moment at which the step budget is used up; whatever moves time otherwise moves this along. */
static u64 budget_end;
/* It is near: the points are noted, to see what repeats. */
static bool end_is_near;
/* A task that has ended, until its stack is left. */
static struct psim_ctl *dead;
/* Who wants to know where the others wait: whoever is switched to tells, and switches back. */
static struct psim_ctl *asker;
/* One of these two. */
static bool called_upon;
/* Who waits in psim_settle(). */
static struct psim_ctl *settler;
static bool settle_timers;

/* ---- what is ahead ------------------------------------------------------------------------------------- */

static bool softirq_idle(void)
{
	return !psim_interrupts.softirq_wanted &&
	       (!psim_interrupts.softirq || psim_interrupts.softirq->state == PSIM_IDLE);
}

/* When to begin to note points; no earlier than in the second half of the budget. */
static u64 end_is_near_at(void)
{
	u64 points = PSIM_LIVELOCK_POINTS;

	if (psim_config.step_budget < 2 * points)
		points = psim_config.step_budget / 2;
	return budget_end - points * __psim_clock.step;
}

static void look_ahead(void)
{
	const struct psim_ctl *sleeper = psim_sleepers_first();
	u64 timer, event = end_is_near ? budget_end : end_is_near_at();

	if (sleeper && sleeper->deadline < event)
		event = sleeper->deadline;
	if (psim_next_timer && softirq_idle()) {
		timer = psim_next_timer();
		event = timer < event ? timer : event;
	}
	__psim_clock.event = event;
}

int psim_det_start(const struct psim_config *config)
{
	unsigned long long steps = config->step_budget;

	scheduler = psim_scheduler_find(config->scheduler);
	asked_points = config->points;
	preempts = scheduler->preempts;
	psim_runqueue_start(config->cpus != 0);
	psim_main.fiber = psim_fiber_main();
	__psim_clock.step = config->point_ns;
	budget_end =
		steps < (U64_MAX >> 1) / config->point_ns ? steps * config->point_ns : U64_MAX >> 1;
	look_ahead();
	__psim_clock.horizon = __psim_clock.event;
	if (scheduler->start)
		scheduler->start(config->seed);
	return 0;
}

static bool queued(const struct psim_ctl *interrupt)
{
	return interrupt && interrupt->state == PSIM_RUNNABLE;
}

static bool interrupt_comes(void)
{
	return psim_interrupts.irq_wanted || psim_interrupts.softirq_wanted ||
	       queued(psim_interrupts.irq) || queued(psim_interrupts.softirq);
}

/* Whether the next point must ask, whatever the time. */
static inline bool must_ask(void)
{
	return (preempts && !psim_runqueue_alone()) || unlikely(counted) ||
	       (unlikely(psim_interrupts.active) && interrupt_comes());
}

static inline void set_horizon(void)
{
	__psim_clock.horizon = must_ask() || unlikely(end_is_near) ? 0 : __psim_clock.event;
}

void psim_det_ask(bool at_points, bool count)
{
	preempts = at_points;
	counted = count;
	set_horizon();
}

/* ---- time brings ---------------------------------------------------------------------------------------- */

static void wake_sleeper(struct psim_ctl *ctl)
{
	psim_sleepers_remove(ctl);
	psim_runqueue_add(ctl);
}

static void budget_over(void)
{
	char text[400];

	psim_fatal("progress", "livelock: %llu scheduling points are used up (step_budget); %s",
		   psim_config.step_budget, psim_livelock_describe(text, sizeof(text)));
}

/* The time of the next event has come. */
static void tick(void)
{
	struct psim_ctl *sleeper;

	while ((sleeper = psim_sleepers_first()) && sleeper->deadline <= __psim_clock.now)
		wake_sleeper(sleeper);
	if (softirq_idle() && psim_timers_due(__psim_clock.now))
		psim_softirq_want();
	if (unlikely(__psim_clock.now >= budget_end))
		budget_over();
	end_is_near = __psim_clock.now >= end_is_near_at();
	look_ahead();
}

static inline void pass(unsigned int kind)
{
	__psim_clock.now += __psim_clock.step;
	__psim_clock.kind = kind;
	if (unlikely(__psim_clock.now >= __psim_clock.event))
		tick();
	if (unlikely(psim_interrupts.active))
		psim_interrupts_arrive();
}

/* Move on by @ns without steps. */
static void skip(u64 ns)
{
	__psim_clock.now += ns;
	budget_end += ns;
	look_ahead();
	if (__psim_clock.now >= __psim_clock.event)
		tick();
}

/* Only time can help: go to the next moment at which something happens. Return: false: there is none. */
static bool jump(void)
{
	const struct psim_ctl *sleeper = psim_sleepers_first();
	u64 next = sleeper ? sleeper->deadline : U64_MAX;
	u64 timer = psim_next_timer && softirq_idle() ? psim_next_timer() : U64_MAX;

	next = timer < next ? timer : next;
	if (next == U64_MAX)
		return false;
	psim_runqueue_progress();
	skip(next > __psim_clock.now ? next - __psim_clock.now : 0);
	return true;
}

static void wake_settler(void)
{
	struct psim_ctl *ctl = settler;

	settler = NULL;
	psim_runqueue_add(ctl);
}

/* Everybody who can run only polls. */
static void only_polling(void)
{
	if (settler && (!settle_timers || !jump())) {
		wake_settler();
	} else if (!settler) {
		jump();
	}
}

/* ---- switching -------------------------------------------------------------------------------------------- */

void psim_det_reap(void)
{
	struct psim_ctl *gone = dead;

	if (!gone)
		return;
	dead = NULL;
	called_upon = false;
	if (scheduler->ended)
		scheduler->ended(&gone->task);
	psim_ctl_put(gone);
}

/* A switch has come back: for good, or to tell where this task waits. */
static void answer(void)
{
	while (asker) {
		psim_host_backtrace(BACKTRACE_SKIP, BACKTRACE_FRAMES);
		psim_fiber_switch(asker->fiber, 0);
	}
	psim_det_reap();
}

static void switch_to(struct psim_ctl *next, bool last)
{
	psim_trace(PSIM_EV_SWITCH, current->pid, next->task.pid, 0, 0);
	__psim_current = &next->task;
	if (unlikely(psim_runqueue.shared_cpus) && next->cpu >= 0 && next->kind < PSIM_TASK_IRQ)
		psim_cpus[next->cpu].task = next;
	set_horizon();
	psim_fiber_switch(next->fiber, last);
	if (unlikely(called_upon))
		answer();
}

/* @first may run; so may others, or the current task. */
static inline struct psim_ctl *choose(struct psim_ctl *me, struct psim_ctl *first, bool can_go_on,
				      bool yielded)
{
	struct psim_choice choice;

	if (!can_go_on && psim_runqueue_only(first))
		return first;
	choice = (struct psim_choice){
		.current = &me->task,
		.first = &first->task,
		.can_go_on = can_go_on,
		.yielded = yielded,
		.kind = __psim_clock.kind,
	};
	return psim_ctl(scheduler->pick(&choice));
}

/* Time stands still from now on, and points do nothing. */
static void halted_clock(void)
{
	__psim_clock.horizon = __psim_clock.event = U64_MAX;
	__psim_clock.step = 0;
}

/* Every other task that waits prints where it does, on its own stack. */
static void print_waiting(struct psim_ctl *me)
{
	char line[64];
	int n;

	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		struct psim_ctl *ctl = container_of(at, struct psim_ctl, all);

		if (ctl == me || !psim_task_is_missed(ctl))
			continue;
		n = scnprintf(line, sizeof(line), "psim: %s/%d waits in\n", ctl->task.comm,
			      ctl->task.pid);
		psim_host_write(2, line, n);
		asker = me;
		called_upon = true;
		psim_fiber_switch(ctl->fiber, 0);
		asker = NULL;
		called_upon = dead;
	}
}

/* Nobody can run any more, and time brings nothing. Returns only in the main task. */
static void deadlock(struct psim_ctl *me)
{
	unsigned int before = psim_reports();
	char text[440];

	psim_report("progress", "deadlock: nobody can run: %s",
		    psim_describe_waiting(text, sizeof(text)));
	if (psim_reports() > before && !psim_host_muted)
		print_waiting(me);
	psim_mark_halted();
	psim_det_halt();
	if (me != &psim_main || !psim_main_joins)
		psim_host_exit(1);
	halted_clock();
}

/* Make time pass until somebody can run. Return: NULL: deadlock, and this is the main task. */
static struct psim_ctl *wait_for_anybody(struct psim_ctl *me)
{
	struct psim_ctl *first;

	for (;;) {
		if (unlikely(psim_interrupts.active))
			psim_interrupts_arrive();
		first = psim_runqueue_first();
		if (first)
			return first;
		if (psim_runqueue_yielders())
			continue;
		if (settler && !settle_timers) {
			wake_settler();
		} else if (!jump()) {
			if (!settler) {
				deadlock(me);
				return NULL;
			}
			wake_settler();
		}
	}
}

/* The current task is queued, parked or gone: run another one, or itself if it is chosen. */
static inline void run_other(struct psim_ctl *me, bool yielded, bool last)
{
	struct psim_ctl *next = psim_runqueue_first();

	if (unlikely(!next || psim_interrupts.active)) {
		next = wait_for_anybody(me);
		if (!next) {
			me->state = PSIM_ON;
			return;
		}
	}
	next = choose(me, next, false, yielded);
	psim_runqueue_take(next);
	if (next == me)
		set_horizon();
	else
		switch_to(next, last);
}

static bool is_on_cpu(const struct psim_ctl *me)
{
	return !psim_interrupts.above || psim_runqueue_cpu_free(me);
}

void __psim_point_watched(unsigned int kind, const char *site)
{
	__psim_point_inline(kind, site);
}

void __psim_point_slow(unsigned int kind, const char *site)
{
	struct psim_ctl *me, *next, *first;

	if (__psim_threads) {
		psim_free_point(kind);
		return;
	}
	if (unlikely(!__psim_clock.step))
		return;
	me = psim_me();
	if (unlikely(counted))
		psim_steer->passed(me->task.pid, kind, site);
	if (unlikely(end_is_near))
		psim_livelock_note(me->task.pid, kind, site);
	pass(kind);
	if (unlikely(!is_on_cpu(me))) {
		psim_runqueue_preempted(me);
		run_other(me, false, false);
		return;
	}
	if (unlikely(!(asked_points >> kind & 1) || !must_ask())) {
		set_horizon();
		return;
	}
	/* from here on the next point must ask, too: the horizon stays behind */
	first = psim_runqueue_first();
	next = likely(first) ? choose(me, first, true, false) : me;
	if (next == me) {
		__psim_clock.horizon = 0;
		return;
	}
	psim_runqueue_preempted(me);
	psim_runqueue_take(next);
	switch_to(next, false);
}

void psim_yielded(void)
{
	struct psim_ctl *me;

	if (unlikely(__psim_threads)) {
		psim_free_yielded();
		return;
	}
	if (unlikely(!__psim_clock.step))
		return;
	me = psim_me();
	if (unlikely(counted))
		psim_steer->passed(me->task.pid, PSIM_POINT_YIELD, NULL);
	if (unlikely(end_is_near))
		psim_livelock_note(me->task.pid, PSIM_POINT_YIELD, NULL);
	pass(PSIM_POINT_YIELD);
	if (psim_runqueue_alone()) {
		/* a single yield may be a wake-up that came before the sleep: time must not jump for it */
		if (psim_runqueue_round(me))
			only_polling();
		if (psim_runqueue_alone()) {
			set_horizon();
			return;
		}
	} else if (unlikely(psim_runqueue_round(me))) {
		only_polling();
	}
	psim_runqueue_yield(me);
	run_other(me, true, false);
}

/* ---- parking ------------------------------------------------------------------------------------------------ */

/* A parked task leaves its CPU to others, unless it spins. */
static void leave_cpu(struct psim_ctl *me)
{
	if (unlikely(psim_runqueue.shared_cpus) && me->cpu >= 0 && psim_cpus[me->cpu].task == me)
		psim_cpus[me->cpu].task = NULL;
}

/* The run was halted; only the main task is left, and nobody will wake it. */
static void park_halted(struct psim_ctl *me)
{
	static const char text[] =
		"psim: the run was halted: what the main task waits for never comes\n";

	if (me == &psim_main && psim_main_joins)
		return;
	psim_host_write(2, text, sizeof(text) - 1);
	psim_host_exit(1);
}

bool psim_det_park(u64 deadline, enum psim_task_state state, bool spinning)
{
	struct psim_ctl *me = psim_me();
	bool unparked;

	if (me->permit && state == PSIM_PARKED) {
		me->permit = false;
		return true;
	}
	if (unlikely(psim_halted())) {
		park_halted(me);
		return true;
	}
	if (deadline <= __psim_clock.now)
		return false;
	me->point = __psim_clock.kind;
	me->state = state;
	me->spinning = spinning;
	if (deadline != U64_MAX) {
		psim_sleepers_add(me, deadline);
		if (deadline < __psim_clock.event)
			__psim_clock.event = deadline;
	}
	if (!spinning)
		leave_cpu(me);
	psim_runqueue_gone();
	run_other(me, false, false);
	me->spinning = false;
	if (state != PSIM_PARKED)
		return true;
	unparked = me->permit;
	me->permit = false;
	return unparked;
}

void psim_det_unpark(struct psim_ctl *ctl)
{
	ctl->permit = true;
	if (ctl->state != PSIM_PARKED)
		return;
	psim_trace(PSIM_EV_WAKE, ctl->task.pid, 0, 0, 0);
	wake_sleeper(ctl);
	set_horizon();
}

void psim_det_delay(u64 ns)
{
	u64 end = __psim_clock.now + ns;

	if (!ns || !__psim_clock.step)
		return;
	/* nobody could use the time */
	if (psim_runqueue_alone() && end < __psim_clock.event && __psim_clock.horizon) {
		skip(ns);
		set_horizon();
		return;
	}
	psim_det_park(end, PSIM_DELAYED, true);
}

void psim_det_settle(bool timers)
{
	struct psim_ctl *me = psim_me();
	bool joins = psim_main_joins;

	if (settler)
		return;
	settler = me;
	settle_timers = timers;
	me->state = PSIM_SETTLING;
	leave_cpu(me);
	/* a halted run comes back here, as it comes back to a join */
	psim_main_joins = joins || me == &psim_main;
	psim_runqueue_gone();
	run_other(me, false, false);
	psim_main_joins = joins;
}

/* ---- birth and death ------------------------------------------------------------------------------------------ */

void psim_det_started(struct psim_ctl *ctl)
{
	psim_runqueue_add(ctl);
	set_horizon();
}

void psim_det_entry(void *unused)
{
	struct psim_ctl *me = psim_me();

	psim_det_reap();
	psim_task_ends(me, me->fn(me->arg));
}

void psim_det_exit(struct psim_ctl *me)
{
	me->ended = true;
	me->state = PSIM_ENDED;
	if (me->joiner)
		psim_det_unpark(me->joiner);
	leave_cpu(me);
	psim_runqueue_gone();
	dead = me;
	called_upon = true;
	run_other(me, false, true);
	psim_host_exit(1);
}

void psim_det_halt(void)
{
	if (current == &psim_main.task || !psim_main_joins)
		return;
	psim_main.state = PSIM_ON;
	psim_trace(PSIM_EV_SWITCH, current->pid, 0, 0, 0);
	__psim_current = &psim_main.task;
	halted_clock();
	psim_fiber_switch(psim_main.fiber, 1);
}

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

void psim_det_enqueue_interrupt(struct psim_ctl *ctl)
{
	psim_runqueue_add_first(ctl);
	__psim_clock.horizon = 0;
}

void psim_det_interrupt_idle(void)
{
	struct psim_ctl *me = psim_me();

	me->state = PSIM_IDLE;
	psim_runqueue_gone();
	look_ahead();
	run_other(me, false, false);
}
