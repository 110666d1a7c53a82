// SPDX-License-Identifier: MIT
/*
 * The engine in a machine's life: its start and stop, the main task, what is left at the end, where a
 * report comes from, and the calls of engine.h that go to one engine or the other.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "host/race.h"
#include "host/host.h"
#include "sched/livelock.h"
#include "sched/scheduler.h"
#include "sched/task.h"

__thread struct task_struct *__psim_current;

bool __psim_threads;
bool psim_raw_counts;
bool psim_main_joins;
__psim_scratch struct psim_ctl psim_main;
struct list_head psim_tasks = LIST_HEAD_INIT(psim_tasks);

static struct psim_monitor engine_lock;

void psim_engine_lock(void)
{
	if (__psim_threads)
		psim_monitor_lock(&engine_lock);
}

void psim_engine_unlock(void)
{
	if (__psim_threads)
		psim_monitor_unlock(&engine_lock);
}

/* ---- the calls of engine.h --------------------------------------------------------------------------- */

bool psim_engine_deterministic(void)
{
	return !__psim_threads;
}

/* The running task comes after whoever unparked it. */
static void unparked_edge(void)
{
	psim_edge_in(&psim_me()->permit);
}

void psim_park(void)
{
	if (__psim_threads)
		psim_free_park(U64_MAX, PSIM_PARKED, false);
	else
		psim_det_park(U64_MAX, PSIM_PARKED, false);
	unparked_edge();
}

bool psim_park_until(u64 deadline)
{
	bool unparked = __psim_threads ? psim_free_park(deadline, PSIM_PARKED, false)
				       : psim_det_park(deadline, PSIM_PARKED, false);

	if (unparked)
		unparked_edge();
	return unparked;
}

void psim_park_spinning(void)
{
	if (__psim_threads)
		psim_free_park(U64_MAX, PSIM_PARKED, true);
	else
		psim_det_park(U64_MAX, PSIM_PARKED, true);
	unparked_edge();
}

void psim_unpark(struct task_struct *task)
{
	psim_edge_out(&psim_ctl(task)->permit);
	if (__psim_threads)
		psim_free_unpark(psim_ctl(task));
	else
		psim_det_unpark(psim_ctl(task));
}

void cpu_relax(void)
{
	psim_yielded();
}

void psim_settle(bool timers)
{
	if (psim_halted())
		return;
	if (__psim_threads)
		psim_free_settle(timers);
	else
		psim_det_settle(timers);
}

/* ---- raw locks ------------------------------------------------------------------------------------------ */

void psim_raw_lock_slow(struct psim_raw *raw)
{
	if (!__psim_threads) {
		psim_race->inside(1);
		return;
	}
	while (__atomic_exchange_n(&raw->word, 1, __ATOMIC_ACQUIRE)) {
		for (int i = 0; i < 64 && __atomic_load_n(&raw->word, __ATOMIC_RELAXED); i++)
			barrier();
		if (__atomic_load_n(&raw->word, __ATOMIC_RELAXED))
			psim_thread_yield();
	}
}

void psim_raw_unlock_slow(struct psim_raw *raw)
{
	if (!__psim_threads) {
		psim_race->inside(-1);
		return;
	}
	__atomic_store_n(&raw->word, 0, __ATOMIC_RELEASE);
}

/* ---- start and stop ----------------------------------------------------------------------------------------- */

static void context_get(struct psim_context *context)
{
	struct psim_ctl *me = current ? psim_me() : &psim_main;

	context->time = psim_time();
	context->task = me->task.pid;
	context->cpu = me->cpu;
	context->name = me->task.comm;
}

static void halt_run(void)
{
	if (__psim_threads)
		psim_free_halt();
	else
		psim_det_halt();
}

static int main_start(void)
{
	memset(&psim_main, 0, PSIM_CTL_CLEARED);
	psim_main.kind = PSIM_TASK_MAIN;
	psim_main.state = PSIM_ON;
	psim_main.refs = 1;
	psim_main.deadline = U64_MAX;
	psim_main.task.group_leader = &psim_main.task;
	memcpy(psim_main.task.comm, "main", 5);
	psim_main.cpu = psim_cpu_take(&psim_main);
	psim_main.all.next = psim_main.all.prev = &psim_tasks;
	psim_tasks.next = psim_tasks.prev = &psim_main.all;
	__psim_current = &psim_main.task;
	return psim_main.cpu < 0 ? -ENOMEM : 0;
}

static void race_start(void)
{
	psim_race = !__psim_threads && psim_race_wanted ? psim_race_linked : NULL;
	psim_raw_counts = __psim_threads || psim_race;
	if (!psim_race)
		return;
	psim_race->start(&psim_main.task);
	psim_race->ignored(&__psim_clock, sizeof(__psim_clock));
}

static void race_stop(void)
{
	/* nothing is written where there is none: threads that are ending read these */
	if (!psim_race)
		return;
	psim_race->stop();
	psim_race = NULL;
	psim_raw_counts = __psim_threads;
}

const void *psim_race_current(void)
{
	return __psim_current;
}

static int start(const struct psim_config *config)
{
	int err;

	if (!psim_scheduler_find(config->scheduler))
		return psim_misuse(-EINVAL, "scheduler \"%s\": there are %s", config->scheduler,
				   psim_scheduler_names());
	__psim_threads = config->engine == PSIM_FREE_RUNNING;
	err = psim_cpus_start(config->cpus);
	if (!err)
		err = main_start();
	if (!err)
		err = __psim_threads ? psim_free_start(config) : psim_det_start(config);
	if (err) {
		psim_cpus_stop();
		return err;
	}
	psim_context_get = context_get;
	psim_halt_run = halt_run;
	race_start();
	return 0;
}

static void leftovers(void)
{
	psim_det_reap();
	if (__psim_threads)
		psim_free_reap();
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		struct psim_ctl *ctl = container_of(at, struct psim_ctl, all);

		if (ctl == &psim_main || ctl == psim_interrupts.irq ||
		    ctl == psim_interrupts.softirq)
			continue;
		/* idle workers belong to the work queues, which look after their own */
		if (ctl->kind == PSIM_TASK_WORKER && !ctl->ended)
			continue;
		if (ctl->ended)
			psim_report("law 3",
				    "task %s/%d has ended, and nobody joined it or dropped it",
				    ctl->task.comm, ctl->task.pid);
		else
			psim_report("law 3", "task %s/%d is left", ctl->task.comm, ctl->task.pid);
	}
}

static void stop(void)
{
	struct list_head *at, *next;

	__psim_clock.horizon = 0;
	__psim_clock.step = 0;
	race_stop();
	if (__psim_threads)
		psim_free_end_all();
	psim_det_reap();
	psim_livelock_stop();
	for (at = psim_tasks.next; at != &psim_tasks; at = next) {
		next = at->next;
		if (at != &psim_main.all)
			psim_ctl_abandon(container_of(at, struct psim_ctl, all));
	}
	if (__psim_threads)
		psim_free_cpus_stop();
	psim_cpus_stop();
	psim_context_get = NULL;
	psim_halt_run = NULL;
	__psim_current = NULL;
}

extern const struct psim_room psim_room_engine;

const struct psim_room psim_room_engine = {
	.name = "engine",
	.start = start,
	.leftovers = leftovers,
	.stop = stop,
};

/* ---- psim_run() ------------------------------------------------------------------------------------------------ */

int psim_engine_run(const char *name, int (*body)(void *arg), void *arg)
{
	struct task_struct *task = psim_task_new(PSIM_TASK_KTHREAD, name, NULL, body, arg);

	return task ? psim_task_join(task) : -ENOMEM;
}
