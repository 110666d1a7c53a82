// SPDX-License-Identifier: MIT
/*
 * The steered scheduler: hands every choice to whoever sits in the explorer's seat (host/steer.h), as
 * numbers. Depth-first search, PCT, random walks and replay sit there.
 *
 * The default order, which is answer 0, is run-until-block's; but an interrupt that was passed over once
 * waits like any other task until the running one blocks.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <psim/explore.h>
#include "host/steer.h"
#include "sched/scheduler.h"
#include "sched/task.h"
#include "sim/sim.h"

/* Choices are handed on. */
static bool steering;
static struct task_struct *passed_over;
/* The point that is asked about is the scenario's own. */
static bool own_point;

static void start(u64 seed)
{
	psim_steer_inside = !psim_steer->marked;
	steering = psim_steer->choose && psim_steer_inside;
	psim_det_ask(steering, psim_steer->passed);
}

void psim_explore_begin(void)
{
	if (!psim_steer || psim_free)
		return;
	psim_steer_inside = 1;
	steering = psim_steer->choose;
	psim_det_ask(steering, psim_steer->passed);
}

void psim_explore_end(void)
{
	if (!psim_steer || !psim_steer->marked || psim_free)
		return;
	psim_steer_inside = 0;
	steering = false;
	psim_det_ask(false, psim_steer->passed);
}

void psim_explore_point(void)
{
	own_point = true;
	psim_point(PSIM_POINT_ONCE);
	own_point = false;
}

void psim_explore_touch(const void *p, unsigned long bytes)
{
	if (psim_steer && psim_steer->touched && !psim_free && bytes)
		psim_steer->touched(current->pid, (unsigned long)p, bytes);
}

static struct task_struct *default_order(const struct psim_choice *choice,
					 struct task_struct *first)
{
	if (!choice->can_go_on)
		return first;
	if (first && psim_task_is_interrupt(first) && first != passed_over)
		return first;
	return choice->current;
}

/* The tasks in the order of struct psim_steer_point. Return: how many. */
static unsigned int gather(const struct psim_choice *choice, struct task_struct *standard,
			   struct task_struct **tasks)
{
	unsigned int n = 0;

	tasks[n++] = standard;
	if (choice->can_go_on && choice->current != standard)
		tasks[n++] = choice->current;
	for (struct task_struct *t = psim_eligible(); t; t = psim_eligible_next(t)) {
		if (t == standard)
			continue;
		if (n == PSIM_STEER_MOST)
			psim_fatal("explore", "more than %d tasks may run at once",
				   PSIM_STEER_MOST);
		tasks[n++] = t;
	}
	return n;
}

static struct task_struct *pick(const struct psim_choice *choice)
{
	struct task_struct *tasks[PSIM_STEER_MOST], *first = psim_eligible(), *chosen;
	struct task_struct *standard = default_order(choice, first);
	struct psim_steer_point point;

	chosen = standard;
	if (steering) {
		point.count = gather(choice, standard, tasks);
		point.can_go_on = choice->can_go_on;
		point.blocked = !choice->can_go_on;
		point.own = own_point;
		point.task = choice->current->pid;
		for (unsigned int i = 0; i < point.count; i++)
			point.tasks[i] = tasks[i]->pid;
		if (point.count > 1)
			chosen = tasks[psim_steer->choose(&point)];
	}
	own_point = false;
	if (first && psim_task_is_interrupt(first) && chosen != first)
		passed_over = first;
	else if (chosen == passed_over)
		passed_over = NULL;
	return chosen;
}

static void ended(struct task_struct *task)
{
	if (task == passed_over)
		passed_over = NULL;
}

const struct psim_scheduler psim_steered = {
	.name = "steered",
	.start = start,
	.pick = pick,
	.ended = ended,
};

const char *psim_steer_task_name(unsigned int number)
{
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		struct psim_ctl *ctl = container_of(at, struct psim_ctl, all);

		if (ctl->task.pid == (pid_t)number)
			return ctl->task.comm;
	}
	return "?";
}

const char *psim_steer_kind_name(unsigned int kind)
{
	static const char *const names[PSIM_POINT_COUNT] = {
		[PSIM_POINT_LOCK] = "lock",	    [PSIM_POINT_UNLOCK] = "unlock",
		[PSIM_POINT_WAIT] = "wait",	    [PSIM_POINT_WAKE] = "wake",
		[PSIM_POINT_CALLBACK] = "callback", [PSIM_POINT_ATOMIC] = "atomic",
		[PSIM_POINT_ONCE] = "once",	    [PSIM_POINT_RCU] = "rcu",
		[PSIM_POINT_SLOT] = "slot",	    [PSIM_POINT_ALLOC] = "alloc",
		[PSIM_POINT_ACCESS] = "access",	    [PSIM_POINT_YIELD] = "yield",
	};

	return kind < PSIM_POINT_COUNT ? names[kind] : "?";
}
