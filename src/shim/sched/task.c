// SPDX-License-Identifier: MIT
/*
 * The life of a task: made, joined or dropped, ended, gone. A task's record lies above its stack and is
 * reused with it; in the free-running engine it is host memory.
 */
#include <linux/errno.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include "host/race.h"
#include "sched/lockdep.h"
#include "sched/scheduler.h"
#include "sched/task.h"
#include "sched/waits.h"

static pid_t last_pid;

/* ---- birth -------------------------------------------------------------------------------------------- */

static void copy_name(char to[TASK_COMM_LEN], const char *from)
{
	int i = 0;

	for (; i < TASK_COMM_LEN - 1 && from[i]; i++)
		to[i] = from[i];
	to[i] = 0;
}

static struct psim_ctl *ctl_alloc(void)
{
	struct psim_fiber *fiber;
	struct psim_ctl *ctl;

	if (__psim_threads)
		return psim_host_malloc(sizeof(*ctl));
	fiber = psim_fiber_new(psim_det_entry, NULL);
	if (!fiber)
		return NULL;
	ctl = psim_fiber_block(fiber);
	memset(ctl, 0, PSIM_CTL_CLEARED);
	ctl->fiber = fiber;
	return ctl;
}

static void ctl_free(struct psim_ctl *ctl)
{
	if (__psim_threads) {
		psim_monitor_destroy(&ctl->monitor);
		psim_host_free(ctl);
	} else {
		if (psim_race)
			psim_race->gone(&ctl->task, (char *)ctl - psim_fiber_stack_bytes(),
					psim_fiber_stack_bytes() + PSIM_FIBER_BLOCK);
		psim_fiber_free(ctl->fiber);
	}
}

static unsigned int flags_of(enum psim_task_kind kind)
{
	switch (kind) {
	case PSIM_TASK_MAIN:
	case PSIM_TASK_USER:
		return 0;
	case PSIM_TASK_WORKER:
		return PF_KTHREAD | PF_WQ_WORKER;
	default:
		return PF_KTHREAD;
	}
}

/* Whether tasks of this kind belong to a CPU from birth to end. */
static bool has_cpu(enum psim_task_kind kind)
{
	return kind != PSIM_TASK_DEVICE && kind != PSIM_TASK_IRQ && kind != PSIM_TASK_SOFTIRQ;
}

static void enlist(struct psim_ctl *ctl)
{
	struct list_head *last = psim_tasks.prev;

	ctl->all.prev = last;
	ctl->all.next = &psim_tasks;
	last->next = &ctl->all;
	psim_tasks.prev = &ctl->all;
}

struct psim_ctl *psim_ctl_new(enum psim_task_kind kind, const char *name, struct mm_struct *mm,
			      int (*fn)(void *arg), void *arg)
{
	struct psim_ctl *ctl = ctl_alloc();

	if (!ctl)
		return NULL;
	ctl->kind = kind;
	ctl->refs = 2;
	ctl->deadline = U64_MAX;
	ctl->fn = fn;
	ctl->arg = arg;
	ctl->cpu = -1;
	ctl->task.group_leader = &ctl->task;
	ctl->task.flags = flags_of(kind);
	ctl->task.mm = ctl->task.active_mm = mm;
	copy_name(ctl->task.comm, name);

	psim_engine_lock();
	if (has_cpu(kind))
		ctl->cpu = psim_cpu_take(ctl);
	if (has_cpu(kind) && ctl->cpu < 0) {
		psim_engine_unlock();
		ctl_free(ctl);
		return NULL;
	}
	ctl->task.pid = ctl->task.tgid = ++last_pid;
	enlist(ctl);
	psim_engine_unlock();
	psim_trace(PSIM_EV_TASK_NEW, ctl->task.pid, psim_trace_string(ctl->task.comm), kind, 0);
	/* whatever happened to run when an interrupt's task was made did not cause it */
	if (psim_race)
		psim_race->born(&ctl->task, ctl->task.pid, ctl->task.comm, kind < PSIM_TASK_IRQ);
	return ctl;
}

int psim_ctl_start(struct psim_ctl *ctl)
{
	if (!__psim_threads) {
		psim_det_started(ctl);
		return 0;
	}
	psim_free_reap();
	if (!psim_free_started(ctl))
		return 0;
	psim_ctl_abandon(ctl);
	return -ENOMEM;
}

struct task_struct *psim_task_new(enum psim_task_kind kind, const char *name, struct mm_struct *mm,
				  int (*fn)(void *arg), void *arg)
{
	struct psim_ctl *ctl;

	if (psim_halted())
		return NULL;
	ctl = psim_ctl_new(kind, name, mm, fn, arg);
	return ctl && !psim_ctl_start(ctl) ? &ctl->task : NULL;
}

/* ---- death ----------------------------------------------------------------------------------------------- */

static void delist(struct psim_ctl *ctl)
{
	psim_engine_lock();
	ctl->all.prev->next = ctl->all.next;
	ctl->all.next->prev = ctl->all.prev;
	if (ctl->cpu >= 0 && has_cpu(ctl->kind))
		psim_cpu_give(ctl);
	psim_engine_unlock();
}

void psim_ctl_put(struct psim_ctl *ctl)
{
	if (__atomic_sub_fetch(&ctl->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (__psim_threads && psim_free_ending())
		return;
	if (__psim_threads && ctl->thread)
		psim_thread_join(ctl->thread);
	delist(ctl);
	ctl_free(ctl);
}

void psim_ctl_abandon(struct psim_ctl *ctl)
{
	delist(ctl);
	ctl_free(ctl);
}

void psim_task_ends(struct psim_ctl *me, int result)
{
	me->task.flags |= PF_EXITING;
	task_work_run();
	psim_sync_task_exit(&me->task);
	if (me->task.__psim_preempt_count || me->task.__psim_irqs_off)
		psim_report("law 4", "the task ends with preemption or interrupts off");
	if (__psim_threads)
		psim_rcu_thread_exit(&me->task);
	psim_trace(PSIM_EV_TASK_EXIT, me->task.pid, 0, 0, 0);
	psim_edge_out(&me->ended);
	me->task.exit_code = result;
	__atomic_store_n(&me->task.exit_state, EXIT_ZOMBIE, __ATOMIC_RELAXED);
	if (__psim_threads)
		psim_free_exit(me);
	psim_det_exit(me);
}

/* ---- joining ---------------------------------------------------------------------------------------------- */

static bool has_ended(const struct psim_ctl *ctl)
{
	return __atomic_load_n(&ctl->ended, __ATOMIC_SEQ_CST);
}

/* Announce who waits. The ending task looks after it has said that it ended: one of the two sees. */
void psim_task_wait_end(struct psim_ctl *ctl)
{
	struct psim_waits waits = {.what = "a task", .task = &ctl->task};

	__atomic_store_n(&ctl->joiner, psim_me(), __ATOMIC_SEQ_CST);
	psim_waits_begin(&waits);
	while (!has_ended(ctl) && !psim_halted())
		psim_park();
	psim_waits_end();
	psim_edge_in(&ctl->ended);
}

/* The run was halted: what comes next, an audit say, is to have the machine for itself. */
static int join_halted(struct psim_ctl *me)
{
	if (__psim_threads && me == &psim_main)
		psim_free_end_all();
	return -ECANCELED;
}

int psim_task_join(struct task_struct *task)
{
	struct psim_ctl *ctl = psim_ctl(task), *me = psim_me();
	int result;

	if (psim_halted())
		return join_halted(me);
	/* first of all: a run that is halted at the point comes back here */
	if (me == &psim_main)
		psim_main_joins = true;
	psim_point(PSIM_POINT_WAIT);
	psim_may_sleep("joining a task");
	psim_task_wait_end(ctl);
	if (me == &psim_main)
		psim_main_joins = false;
	if (psim_halted())
		return join_halted(me);
	result = task->exit_code;
	psim_ctl_put(ctl);
	return result;
}

struct task_struct *get_task_struct(struct task_struct *task)
{
	__atomic_fetch_add(&psim_ctl(task)->refs, 1, __ATOMIC_RELAXED);
	return task;
}

void put_task_struct(struct task_struct *task)
{
	psim_ctl_put(psim_ctl(task));
}

/* ---- questions about tasks ----------------------------------------------------------------------------------- */

bool psim_mm_has_tasks(const struct mm_struct *mm)
{
	bool found = false;

	psim_engine_lock();
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks && !found; at = at->next) {
		struct psim_ctl *ctl = container_of(at, struct psim_ctl, all);

		found = ctl->task.mm == mm && !has_ended(ctl) && &ctl->task != current;
	}
	psim_engine_unlock();
	return found;
}

bool psim_task_is_interrupt(const struct task_struct *task)
{
	return psim_ctl((struct task_struct *)task)->kind >= PSIM_TASK_IRQ;
}

char *__get_task_comm(char *to, size_t len, struct task_struct *task)
{
	size_t i = 0;

	for (; i + 1 < len && i < TASK_COMM_LEN && task->comm[i]; i++)
		to[i] = task->comm[i];
	if (len)
		to[i] = 0;
	return to;
}

void __set_task_comm(struct task_struct *task, const char *from, bool exec)
{
	copy_name(task->comm, from);
}
