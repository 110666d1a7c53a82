/* SPDX-License-Identifier: MIT */
/*
 * A task's inside, and what the engine's files ask of each other. Nobody outside of them includes this.
 *
 * The deterministic engine lets one task run at a time, so nothing here is locked there. The
 * free-running engine says at each member what guards it.
 */
#ifndef PSIM_SCHED_TASK_H
#define PSIM_SCHED_TASK_H

#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include "host/host.h"
#include "host/race.h"
#include "sched/engine.h"
#include "sim/sim.h"

/**
 * enum psim_task_state - where a task is
 * @PSIM_IDLE: an interrupt's task that has nothing to do
 * @PSIM_RUNNABLE: in the run queue
 * @PSIM_ON: it runs
 * @PSIM_PARKED: until it is unparked, or its deadline
 * @PSIM_DELAYED: until its deadline only
 * @PSIM_SETTLING: the main task, until nobody else can run
 * @PSIM_ENDED: its function has returned
 */
enum psim_task_state {
	PSIM_IDLE,
	PSIM_RUNNABLE,
	PSIM_ON,
	PSIM_PARKED,
	PSIM_DELAYED,
	PSIM_SETTLING,
	PSIM_ENDED
};

/**
 * struct psim_ctl - the engine's record of one task
 * @links: place in a run queue; also in the list of those to reap
 * @all: place among all tasks
 * @child, @sibling, @before: place among the sleepers, a pairing heap
 * @deadline: virtual ns at which it wakes; U64_MAX: it does not
 * @order: breaks ties between deadlines
 * @kind: what it stands for
 * @state: see there
 * @point: kind of the point at which it stopped
 * @asleep: among the sleepers (free-running: the engine's lock)
 * @permit: an unpark that was not consumed (free-running: @monitor)
 * @spinning: parked, but on its CPU
 * @cpu: its CPU; -1: none
 * @refs: references; one is the running task's own, one the handle's
 * @round: last round of yields in which it yielded
 * @fiber, @thread: what carries it
 * @fn, @arg: what it does
 * @joiner: who waits for its end
 * @waits: what it waits for, while it does and the primitive said so (waits.h)
 * @queue: name of the wait queue that it is in
 * @ended: it has ended: nothing but the result counts any more
 * @kthread_fn: what a kernel thread does, once it is woken
 * @kthread_stop: it is asked to end
 * @monitor: free-running: it waits here
 * @local_ns, @local_points, @polls: free-running: time not yet added, points and polls in a row
 * @idle: free-running: it counts as only polling
 * @task: the kernel's face of it; last, because of its own last member
 */
struct psim_ctl {
	struct list_head links;
	struct list_head all;
	struct psim_ctl *child, *sibling, *before;
	u64 deadline;
	u64 order;
	enum psim_task_kind kind;
	enum psim_task_state state;
	enum psim_point point;
	bool asleep, permit, spinning, idle;
	bool ended;
	int cpu;
	unsigned int refs;
	u64 round;
	struct psim_fiber *fiber;
	struct psim_thread *thread;
	int (*fn)(void *arg);
	void *arg;
	struct psim_ctl *joiner;
	const struct psim_waits *waits;
	const char *queue;
	int (*kthread_fn)(void *data);
	bool kthread_stop;
	struct psim_monitor monitor;
	u64 local_ns;
	unsigned int local_points, polls, quiet_points;
	struct task_struct task;
};

/* Bytes of a new task that are cleared: the list of held locks need not be. */
#define PSIM_CTL_CLEARED offsetof(struct psim_ctl, task.__psim_sync.held)
_Static_assert(sizeof(struct psim_ctl) <= PSIM_FIBER_BLOCK, "a task fits above its stack");

static inline struct psim_ctl *psim_ctl(struct task_struct *task)
{
	return container_of(task, struct psim_ctl, task);
}

static inline struct psim_ctl *psim_me(void)
{
	return psim_ctl(current);
}

/* ---- the engine's state (room.c) ----------------------------------------------------------------- */

extern struct psim_ctl psim_main; /* the main task */
extern bool psim_main_joins; /* it waits in psim_task_join() */
extern struct list_head psim_tasks; /* all tasks, in order of birth */
/* The engine's lock: the lists, the sleepers, CPU numbers. Nothing in the deterministic engine. */
void psim_engine_lock(void);
void psim_engine_unlock(void);
/* "a/1 in f waits for mutex m, held by b/2 since g; ...". Return: @text. */
const char *psim_describe_waiting(char *text, size_t bytes);
/* It waits, and not for something to do: a deadlock concerns it. */
bool psim_task_is_missed(struct psim_ctl *ctl);

/* ---- tasks (task.c) --------------------------------------------------------------------------------- */

struct psim_ctl *psim_ctl_new(enum psim_task_kind kind, const char *name, struct mm_struct *mm,
			      int (*fn)(void *arg), void *arg);
/* Let it run. Return: 0, or -ENOMEM, and it is gone. */
int psim_ctl_start(struct psim_ctl *ctl);
void psim_ctl_put(struct psim_ctl *ctl);
/* Wait until it has ended, or the run is halted; the caller has a reference. */
void psim_task_wait_end(struct psim_ctl *ctl);
/* Give it up wherever it is: the machine stops. */
void psim_ctl_abandon(struct psim_ctl *ctl);
/* The current task's function has returned, up to the moment where its stack is left. */
void psim_task_ends(struct psim_ctl *me, int result) __noreturn;

/* The sync room's part of a free-running thread's end: RCU forgets it. */
void psim_rcu_thread_exit(struct task_struct *task);

/* ---- sleepers and time (clock.c) ------------------------------------------------------------------ */

/* All under the engine's lock. */
void psim_sleepers_add(struct psim_ctl *ctl, u64 deadline);
void psim_sleepers_remove(struct psim_ctl *ctl);
struct psim_ctl *psim_sleepers_first(void);
/* The next moment at which something happens by itself; U64_MAX: none. */
u64 psim_next_deadline(void);
/* Is a timer, or an RCU callback, due? */
bool psim_timers_due(u64 now);

/* ---- CPUs (cpu.c) ---------------------------------------------------------------------------------- */

/**
 * struct psim_cpu - one CPU
 * @task: with a CPU for every task, its task; else the task that is on it, running or preempted
 * @soft, @hard: the interrupt tasks that have taken it over
 * @waiting: free-running: the tasks that want it
 * @paused: free-running: its task waits for interrupts to be over; 1: soft ones too, 2: only hard ones
 * @delays: free-running: its task waits for time to pass, and lets interrupts in meanwhile; as @paused
 */
struct psim_cpu {
	struct psim_ctl *task, *soft, *hard;
	struct list_head waiting;
	unsigned int paused, delays;
};

extern struct psim_cpu *psim_cpus;
int psim_cpus_start(unsigned int cpus);
void psim_cpus_stop(void);
/* A CPU for a new task. Return: its number, -1: there is none left. Under the engine's lock. */
int psim_cpu_take(struct psim_ctl *ctl);
void psim_cpu_give(struct psim_ctl *ctl);
/* A CPU that an interrupt can take over now, the lowest. Return: -1: they are all closed. */
int psim_cpu_open(bool hard);
/*
 * Edges between the sections of one CPU that exclude each other: those with interrupts, or soft interrupts
 * alone, off, and the handlers that ran there.
 */
static inline void psim_cpu_closed(int cpu, bool hard)
{
	if (unlikely(psim_race) && cpu >= 0) {
		psim_race->acquire(&psim_cpus[cpu].soft);
		if (hard)
			psim_race->acquire(&psim_cpus[cpu].hard);
	}
}
static inline void psim_cpu_opens(int cpu, bool hard)
{
	if (unlikely(psim_race) && cpu >= 0) {
		psim_race->release(&psim_cpus[cpu].soft);
		if (hard)
			psim_race->release(&psim_cpus[cpu].hard);
	}
}
static inline bool psim_ctl_preemptible(const struct psim_ctl *ctl)
{
	return !ctl->task.__psim_preempt_count && !ctl->task.__psim_irqs_off;
}

/* ---- interrupts (irq.c) ------------------------------------------------------------------------------ */

/**
 * struct psim_interrupts - the two interrupt tasks
 * @irq, @softirq: made at the first need
 * @irq_wanted: a line is raised and enabled, and @irq does not run yet
 * @softirq_wanted: a timer is due, and @softirq does not run yet
 * @above: how many of them have a CPU
 * @active: all three at once: 0 when no interrupt is on its way or running
 */
struct psim_interrupts {
	struct psim_ctl *irq, *softirq;
	union {
		struct {
			bool irq_wanted, softirq_wanted;
			u16 above;
		};
		u32 active;
	};
};
extern struct psim_interrupts psim_interrupts;
void psim_softirq_want(void);
void psim_hardirq_want(void);
/* In hard interrupt context: run the oldest irq_work. Return: false: there is none. */
bool psim_irq_work_run_one(void);
/* Deterministic: put the interrupt tasks that are wanted on CPUs, if any is open. */
void psim_interrupts_arrive(void);

/* ---- the deterministic engine (deterministic.c) ------------------------------------------------------- */

int psim_det_start(const struct psim_config *config);
/* The scheduler is asked at points while the current task can go on; every point takes the slow way. */
void psim_det_ask(bool at_points, bool count);
void psim_det_started(struct psim_ctl *ctl); /* a new task can run */
void psim_det_enqueue_interrupt(struct psim_ctl *ctl);
void psim_det_interrupt_idle(void); /* the interrupt's task has nothing more to do */
bool psim_det_park(u64 deadline, enum psim_task_state state, bool spinning);
void psim_det_unpark(struct psim_ctl *ctl);
void psim_det_delay(u64 ns);
void psim_det_settle(bool timers);
void psim_det_exit(struct psim_ctl *me) __noreturn;
void psim_det_halt(void);
void psim_det_entry(void *ctl);
void psim_det_reap(void);

/* ---- the free-running engine (free.c) ------------------------------------------------------------------- */

int psim_free_start(const struct psim_config *config);
int psim_free_started(struct psim_ctl *ctl);
void psim_free_point(enum psim_point kind);
u64 psim_free_time(void);
bool psim_free_park(u64 deadline, enum psim_task_state state, bool spinning);
void psim_free_unpark(struct psim_ctl *ctl);
void psim_free_delay(u64 ns);
void psim_free_yielded(void);
void psim_free_settle(bool timers);
void psim_free_exit(struct psim_ctl *me) __noreturn;
void psim_free_halt(void);
/* Tell every other task to end, and wait until it has. */
void psim_free_end_all(void);
void psim_free_reap(void);
/* Whether that has begun: memory of tasks is left to the stop. */
bool psim_free_ending(void);
/* @change tasks more run than before. */
void psim_free_runs(int change);
/* Call @wait(), which blocks the host's thread until readers of RCU have left. */
void psim_free_host_wait(void (*wait)(void));
/* CPUs as host locks (free_cpu.c); nothing with a CPU for every task. */
int psim_free_cpus_start(unsigned int cpus);
void psim_free_cpus_stop(void);
void psim_free_cpus_wake(void);
void psim_free_cpu_enter(struct psim_ctl *me);
void psim_free_cpu_leave(struct psim_ctl *me);
/* Let an interrupt, or another task of the CPU, have it. */
void psim_free_cpu_point(struct psim_ctl *me);
void psim_free_cpu_yield(struct psim_ctl *me);
/* Around a wait for time that keeps the CPU: interrupts may have it meanwhile, and end before it does. */
void psim_free_cpu_delay(struct psim_ctl *me);
void psim_free_cpu_delayed(struct psim_ctl *me);
/* Whether the timers that are due have to wait for a CPU. */
bool psim_free_softirq_waits(void);
/* For the interrupts' tasks: get a CPU, give it back. */
void psim_free_cpu_interrupt(struct psim_ctl *me, bool hard);
void psim_free_cpu_resume(struct psim_ctl *me);

#endif /* PSIM_SCHED_TASK_H */
