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
#include "sched/runqueue.h"
#include "sched/scheduler.h"
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
	if (!psim_steer || __psim_threads)
		return;
	psim_steer_inside = 1;
	steering = psim_steer->choose;
	psim_det_ask(steering, psim_steer->passed);
}

void psim_explore_end(void)
{
	if (!psim_steer || !psim_steer->marked || __psim_threads)
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
	if (psim_steer && psim_steer->touched && !__psim_threads && bytes)
		psim_steer->touched(current->pid, (unsigned long)p, bytes);
}

static bool is_interrupt(struct task_struct *task)
{
	return psim_ctl(task)->kind >= PSIM_TASK_IRQ;
}

static inline struct task_struct *default_order(const struct psim_choice *choice)
{
	struct task_struct *first = choice->first;

	if (!choice->can_go_on)
		return first;
	if (unlikely(is_interrupt(first)) && first != passed_over)
		return first;
	return choice->current;
}

/* What there is to choose, in the order of struct psim_steer_point. Return: how many there are now. */
static inline unsigned int offer(struct task_struct **tasks, unsigned int n,
				 struct task_struct *task)
{
	tasks[n] = task;
	psim_steer_point.tasks[n] = task->pid;
	return n + 1;
}

static inline unsigned int offer_queue(struct task_struct **tasks, unsigned int n,
				       const struct list_head *queue)
{
	for (struct list_head *at = queue->next; at != queue; at = at->next)
		n = offer(tasks, n, &psim_queue_at(at)->task);
	return n;
}

/* Nobody's CPU is another's: the queues hold just those who may run, the first of them in front. */
static inline unsigned int gather(const struct psim_choice *choice, struct task_struct **tasks)
{
	unsigned int n = choice->can_go_on ? offer(tasks, 0, choice->current) : 0;

	return offer_queue(tasks, offer_queue(tasks, n, &psim_runqueue.fresh), &psim_runqueue.ran);
}

static unsigned int gather_filtered(const struct psim_choice *choice, struct task_struct **tasks,
				    struct task_struct *standard)
{
	unsigned int n = offer(tasks, 0, standard);

	if (choice->can_go_on && choice->current != standard)
		n = offer(tasks, n, choice->current);
	for (struct task_struct *t = psim_eligible(); t; t = psim_eligible_next(t)) {
		if (t != standard)
			n = offer(tasks, n, t);
	}
	return n;
}

static inline struct task_struct *steer(const struct psim_choice *choice,
					struct task_struct *standard)
{
	struct task_struct *tasks[PSIM_STEER_MOST];
	struct psim_steer_point *point = &psim_steer_point;

	if (unlikely(psim_runqueue.runnable > PSIM_STEER_MOST))
		psim_fatal("explore", "more than %d tasks may run at once", PSIM_STEER_MOST);
	if (likely(!psim_runqueue_filtered() && !is_interrupt(standard)))
		point->count = gather(choice, tasks);
	else
		point->count = gather_filtered(choice, tasks, standard);
	point->can_go_on = choice->can_go_on;
	point->blocked = !choice->can_go_on;
	point->own = own_point;
	point->task = choice->current->pid;
	return likely(point->count > 1) ? tasks[psim_steer->choose(point)] : standard;
}

static noinline void note_passed_over(struct task_struct *first, struct task_struct *chosen)
{
	if (is_interrupt(first) && chosen != first)
		passed_over = first;
	else if (chosen == passed_over)
		passed_over = NULL;
}

static struct task_struct *pick(const struct psim_choice *choice)
{
	struct task_struct *chosen = default_order(choice);

	if (steering)
		chosen = steer(choice, chosen);
	own_point = false;
	/* asked in this order, as what was chosen is what no predictor of branches knows */
	if (unlikely(passed_over || is_interrupt(choice->first)))
		note_passed_over(choice->first, chosen);
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
