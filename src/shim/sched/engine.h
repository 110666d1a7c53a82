/* SPDX-License-Identifier: MIT */
/*
 * The small interface that both engines offer, and that every lock, wait and timer is written on.
 *
 * Deterministic: one task runs at a time, each on its own fibre; psim_point() may switch.
 * Free-running: one host thread per task; psim_point() only lets virtual time pass.
 *
 * A primitive is written once: change its state under its psim_raw lock (nothing in the deterministic
 * engine, where nobody else runs between two scheduling points), queue the task, let go, park.
 */
#ifndef PSIM_ENGINE_H
#define PSIM_ENGINE_H

#include <linux/__psim_rmw.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct task_struct;
struct mm_struct;

/**
 * enum psim_task_kind - what a task stands for
 * @PSIM_TASK_MAIN: the host's main stack (one)
 * @PSIM_TASK_USER: a thread of a simulated process; has an mm
 * @PSIM_TASK_KTHREAD: a kernel thread
 * @PSIM_TASK_WORKER: a work-queue worker
 * @PSIM_TASK_DEVICE: an engine of a device: runs on no CPU, in no kernel context
 * @PSIM_TASK_IRQ: runs interrupt handlers; occupies a CPU whose interrupts are on, above its task
 * @PSIM_TASK_SOFTIRQ: runs timers and RCU callbacks, above the tasks of its CPU, below interrupts
 */
enum psim_task_kind {
	PSIM_TASK_MAIN,
	PSIM_TASK_USER,
	PSIM_TASK_KTHREAD,
	PSIM_TASK_WORKER,
	PSIM_TASK_DEVICE,
	PSIM_TASK_IRQ,
	PSIM_TASK_SOFTIRQ
};

/**
 * psim_task_new() - make a task and let it run
 * @kind: see above
 * @name: shown in traces as name/number; copied
 * @mm: the address space of a user thread (no reference is taken here), or NULL
 * @fn: what it does; its return value goes to psim_task_join()
 * @arg: given to @fn
 *
 * Return: the task with a reference that psim_task_join() consumes, or NULL without memory. Started
 * tasks run at some later scheduling point, never inside this call.
 */
struct task_struct *psim_task_new(enum psim_task_kind kind, const char *name, struct mm_struct *mm,
				  int (*fn)(void *arg), void *arg);
/* Wait for the task's end and drop it. Return: what its function returned; -ECANCELED if halted. */
int psim_task_join(struct task_struct *task);

/* ---- scheduling points -------------------------------------------------------------------------- */

/**
 * enum psim_point - kinds of scheduling points
 * A level of detail is a mask of them (1 << kind); PSIM_POINTS_COARSE is locks, waits and callbacks.
 */
enum psim_point {
	PSIM_POINT_LOCK,
	PSIM_POINT_UNLOCK,
	PSIM_POINT_WAIT,
	PSIM_POINT_WAKE,
	PSIM_POINT_CALLBACK,
	PSIM_POINT_ATOMIC,
	PSIM_POINT_ONCE,
	PSIM_POINT_RCU,
	PSIM_POINT_SLOT,
	PSIM_POINT_ALLOC,
	PSIM_POINT_ACCESS,
	PSIM_POINT_YIELD,
	PSIM_POINT_COUNT
};
_Static_assert((int)PSIM_POINT_ATOMIC == (int)__PSIM_POINT_ATOMIC &&
		       (int)PSIM_POINT_ONCE == (int)__PSIM_POINT_ONCE &&
		       (int)PSIM_POINT_RCU == (int)__PSIM_POINT_RCU,
	       "the face's numbers of the kinds");

/* A scheduling point called by @site: virtual time passes, and another task may run. No raw lock held. */
static __always_inline void psim_point_at(enum psim_point kind, const char *site)
{
	__psim_point(kind, site);
}
/* The same, in a primitive that does not know its caller: plans name the primitive. */
#define psim_point(kind) psim_point_at(kind, __func__)
/* As psim_point(), by a task that made no progress: the others run before it runs again. */
void psim_yielded(void);

/* ---- parking --------------------------------------------------------------------------------------- */

/*
 * Each task owns one permit. psim_unpark() grants it (and wakes the task), psim_park() consumes it,
 * sleeping until it is there. So an unpark before the park is not lost. Callers re-check in a loop.
 */
void psim_park(void);
/* Return: false if virtual time reached @deadline (ns) first. */
bool psim_park_until(u64 deadline);
void psim_unpark(struct task_struct *task);
/* A task that waits spinning (a contended spinlock) keeps its CPU while parked. */
void psim_park_spinning(void);

/* ---- raw locks --------------------------------------------------------------------------------------- */

/*
 * Guards the inside of a primitive. Nothing in the deterministic engine, but what it guards is then no
 * matter for the detector of data races, if there is one. Never held across a point.
 */
struct psim_raw {
	unsigned int word;
};
extern bool
	psim_raw_counts; /* raw locks do something: __psim_threads, or data races are looked for */
void psim_raw_lock_slow(struct psim_raw *raw);
void psim_raw_unlock_slow(struct psim_raw *raw);

static inline void psim_raw_lock(struct psim_raw *raw)
{
	if (unlikely(psim_raw_counts))
		psim_raw_lock_slow(raw);
}

static inline void psim_raw_unlock(struct psim_raw *raw)
{
	if (unlikely(psim_raw_counts))
		psim_raw_unlock_slow(raw);
}

/* ---- time ----------------------------------------------------------------------------------------------- */

u64 psim_time(void); /* virtual ns since the machine's start */
void psim_time_charge(
	u64 ns); /* the running task's work took this long; others may run meanwhile */
/* The next moment at which softirq has a timer to run, or U64_MAX; registered by the timer code. */
extern u64 (*psim_next_timer)(void);
/* Called by the engine, in a PSIM_TASK_SOFTIRQ task, when time has reached psim_next_timer(). */
extern void (*psim_run_timers)(void);
/* psim_next_timer() may be earlier now than it was: called by the timer code. Any context. */
void psim_timers_changed(void);

/* ---- CPUs and contexts ------------------------------------------------------------------------------------ */

int psim_cpu(void); /* the running task's CPU, -1 for a device's engine */
unsigned int psim_nr_cpus(void); /* CPUs that exist now: ids 0 .. n-1 */
/* While off, no other task of this CPU runs, and no interrupt (irq) or softirq (bh) comes. They nest. */
void psim_preempt_off(void);
void psim_preempt_on(void);
void psim_irq_off(void);
void psim_irq_on(void);
void psim_bh_off(void);
void psim_bh_on(void);
bool psim_in_atomic(void); /* preemption off, or any interrupt context */
bool psim_in_hardirq(void);
bool psim_in_softirq(void);
bool psim_irqs_are_off(void);
/* Report if the current context must not sleep; @what names the primitive. */
void psim_may_sleep(const char *what);

/* ---- interrupts --------------------------------------------------------------------------------------------- */

/* A device raises line @irq: the handler registered for it runs soon in hard interrupt context. */
void psim_irq_raise(unsigned int irq);
/* Return: 0, -EBUSY if taken, -EINVAL if there is no such line. */
int psim_irq_attach(unsigned int irq, const char *name,
		    void (*handler)(unsigned int irq, void *arg), void *arg);
void psim_irq_detach(unsigned int irq);
/* A line nobody uses yet, for a new device. Return: its number, or -ENOSPC. */
int psim_irq_alloc(void);

/* ---- running the whole machine ------------------------------------------------------------------------------- */

bool psim_engine_deterministic(void);
/* The task part of psim_run(): @body in a fresh task. Return: its value; -ECANCELED if halted; -ENOMEM. */
int psim_engine_run(const char *name, int (*body)(void *arg), void *arg);
/* Whether a task of @mm, the caller not counted, has not ended: its address space must stay. */
bool psim_mm_has_tasks(const struct mm_struct *mm);
/* Run other tasks until none is runnable; with @timers also let time jump to timers, while there are any. */
void psim_settle(bool timers);

#endif /* PSIM_ENGINE_H */
