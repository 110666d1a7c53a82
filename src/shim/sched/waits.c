// SPDX-License-Identifier: MIT
/*
 * Who waits for whom, in words: what each primitive said about its waiters, and who has it by the lists
 * of held locks. For the reports of deadlocks, in both engines.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include "sched/lockdep.h"
#include "sched/task.h"
#include "sched/waits.h"
#include "sim/sim.h"

/* Who only waits for something to do is no news, nor is a device's engine. */
static void trace(const struct psim_waits *w, enum psim_event lock, enum psim_event other)
{
	if (!w || w->idle || psim_me()->kind == PSIM_TASK_DEVICE)
		return;
	if (w->map)
		psim_trace(lock, psim_trace_string(w->map->name), psim_lock_nr(w->map),
			   psim_trace_string(w->what), 0);
	else
		psim_trace(other, psim_trace_string(w->what), psim_trace_string(w->name),
			   w->task ? (u64)w->task->pid : w->number, 0);
}

void psim_waits_begin(const struct psim_waits *waits)
{
	psim_me()->waits = waits;
	trace(waits, PSIM_EV_CONTENTION, PSIM_EV_WAIT);
}

void psim_waits_end(void)
{
	trace(psim_me()->waits, PSIM_EV_CONTENTION_END, PSIM_EV_WAIT_END);
	psim_me()->waits = NULL;
}

void psim_waits_queued(const char *name)
{
	psim_me()->queue = name;
}

/* ---- who has it ---------------------------------------------------------------------------------------- */

static struct psim_ctl *task_at(struct list_head *at)
{
	return container_of(at, struct psim_ctl, all);
}

static const struct __psim_held *held_by(const struct psim_ctl *ctl, const struct lockdep_map *map)
{
	const struct __psim_task_sync *s = &ctl->task.__psim_sync;

	for (unsigned int i = s->nr_held; i--;) {
		if (s->held[i].map == map)
			return &s->held[i];
	}
	return NULL;
}

/* All that hold the lock: one, or several readers. */
static int say_holders(char *text, int n, size_t bytes, const struct lockdep_map *map)
{
	const char *word = ", held by";

	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		const struct psim_ctl *ctl = task_at(at);
		const struct __psim_held *held = held_by(ctl, map);

		if (!held)
			continue;
		n += scnprintf(text + n, bytes - n, "%s %s/%d since %s", word, ctl->task.comm,
			       ctl->task.pid, held->site);
		word = " and";
	}
	return n;
}

static int say_task(char *text, int n, size_t bytes, unsigned int pid)
{
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		const struct psim_ctl *ctl = task_at(at);

		if (ctl->task.pid == (int)pid)
			return n + scnprintf(text + n, bytes - n, ", held by %s/%d", ctl->task.comm,
					     ctl->task.pid);
	}
	return n;
}

/* ---- what is said ------------------------------------------------------------------------------------------ */

static const char *const point_names[PSIM_POINT_COUNT] = {
	[PSIM_POINT_LOCK] = "a lock",	   [PSIM_POINT_UNLOCK] = "an unlock",
	[PSIM_POINT_WAIT] = "a wait",	   [PSIM_POINT_WAKE] = "a wake-up",
	[PSIM_POINT_CALLBACK] = "a call",  [PSIM_POINT_ATOMIC] = "an atomic",
	[PSIM_POINT_ONCE] = "a look",	   [PSIM_POINT_RCU] = "an RCU reader",
	[PSIM_POINT_SLOT] = "a slot",	   [PSIM_POINT_ALLOC] = "an allocation",
	[PSIM_POINT_ACCESS] = "an access", [PSIM_POINT_YIELD] = "a yield",
};

static int say_what(char *text, int n, size_t bytes, const struct psim_waits *w)
{
	const char *name = w->map ? w->map->name : w->name;

	if (w->task)
		return n + scnprintf(text + n, bytes - n, " waits for the end of %s/%d",
				     w->task->comm, w->task->pid);
	if (w->site)
		n += scnprintf(text + n, bytes - n, " in %s", w->site);
	n += scnprintf(text + n, bytes - n, " waits for %s", w->what);
	if (name)
		n += scnprintf(text + n, bytes - n, " %s", name);
	if (w->map)
		n = say_holders(text, n, bytes, w->map);
	if (w->holder) {
		n += scnprintf(text + n, bytes - n, " %#llx", w->number);
		n = say_task(text, n, bytes, w->holder(w->object));
	}
	return n;
}

static int say_one(char *text, int n, size_t bytes, const struct psim_ctl *ctl)
{
	n += scnprintf(text + n, bytes - n, "%s%s/%d", n ? "; " : "", ctl->task.comm,
		       ctl->task.pid);
	if (ctl->waits)
		return say_what(text, n, bytes, ctl->waits);
	if (ctl->queue)
		return n + scnprintf(text + n, bytes - n, " waits in queue %s", ctl->queue);
	return n + scnprintf(text + n, bytes - n, " after %s", point_names[ctl->point]);
}

bool psim_task_is_missed(struct psim_ctl *ctl)
{
	bool missed;

	if (__psim_threads)
		psim_monitor_lock(&ctl->monitor);
	missed = !ctl->ended && ctl->state != PSIM_IDLE && !(ctl->waits && ctl->waits->idle) &&
		 (ctl != &psim_main || (ctl->waits && !ctl->waits->task));
	if (__psim_threads)
		psim_monitor_unlock(&ctl->monitor);
	return missed;
}

/* Those first of which is known for whom they wait: the line may be too short for all. */
static bool knows_whom(const struct psim_ctl *ctl)
{
	return ctl->waits && (ctl->waits->map || ctl->waits->holder || ctl->waits->task);
}

const char *psim_describe_waiting(char *text, size_t bytes)
{
	int n = 0;

	text[0] = 0;
	for (int first = 1; first >= 0; first--) {
		for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
			struct psim_ctl *ctl = task_at(at);

			if (psim_task_is_missed(ctl) && knows_whom(ctl) == first)
				n = say_one(text, n, bytes, ctl);
		}
	}
	return text;
}
