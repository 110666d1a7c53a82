/* SPDX-License-Identifier: MIT */
/*
 * Who runs next: the interface of the deterministic engine's schedulers.
 *
 * A scheduler is a plug-in of about a hundred lines. It is asked whenever there is a choice: at the
 * scheduling points that psim_config.points names, when a task yields, and when one blocks or ends. It
 * sees the tasks that may run, in an order that is the same in every run, and answers with one of them.
 * That is enough for random, PCT, bounded depth-first search, delays and replay alike.
 */
#ifndef PSIM_SCHEDULER_H
#define PSIM_SCHEDULER_H

#include <linux/sched.h>
#include "sched/engine.h"

/**
 * struct psim_choice - what there is to choose
 * @current: the task that runs; it is not among psim_eligible()
 * @first: psim_eligible(): there is one, or nobody is asked
 * @can_go_on: the current task may be the answer: it neither blocked, ended nor yielded, and no interrupt has taken
 *	over its CPU. Choosing another one is a preemption.
 * @yielded: it has yielded, and comes back when all the others have run
 * @kind: of the point, or of the last one before it blocked
 */
struct psim_choice {
	struct task_struct *current;
	struct task_struct *first;
	bool can_go_on;
	bool yielded;
	enum psim_point kind;
};

/* The tasks that may run besides the current one; interrupts first, then in the order of waiting. */
struct task_struct *psim_eligible(void);
struct task_struct *psim_eligible_next(struct task_struct *task);
unsigned int psim_eligible_count(void);
/* Whether it runs interrupt handlers or timers. */
bool psim_task_is_interrupt(const struct task_struct *task);

/**
 * struct psim_scheduler - one way to choose
 * @name: as psim_config.scheduler gives it
 * @preempts: ask at points too, while the current task can go on; without it a point costs nothing
 * @start: a machine starts; its statics are restored, so this has only @seed to note; may be NULL
 * @pick: at least one task may run. Return: one of psim_eligible(), or @choice->current if it can go on
 * @ended: a task is gone, its structure is about to be reused; may be NULL
 */
struct psim_scheduler {
	const char *name;
	bool preempts;
	void (*start)(u64 seed);
	struct task_struct *(*pick)(const struct psim_choice *choice);
	void (*ended)(struct task_struct *task);
};

extern const struct psim_scheduler psim_run_until_block, psim_random, psim_steered;
/* Return: NULL if there is none of that name. */
const struct psim_scheduler *psim_scheduler_find(const char *name);
/* The names there are, for messages. */
const char *psim_scheduler_names(void);

#endif /* PSIM_SCHEDULER_H */
