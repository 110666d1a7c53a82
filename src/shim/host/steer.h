/* SPDX-License-Identifier: MIT */
/*
 * The explorer's seat: whoever sits here decides, at every point where there is a choice, which task goes
 * on, and which fallible call fails. It lies in the host room because it outlives machines, and is read
 * by both dialects: plain numbers and names only.
 */
#ifndef PSIM_STEER_H
#define PSIM_STEER_H

#define PSIM_STEER_MOST 256

/**
 * struct psim_steer_point - a choice
 * @count: how many tasks may run, at least 2
 * @can_go_on: the running task is one of them; taking another one that is not the first is a preemption
 * @blocked: the running task blocked, ended or yielded after the point
 * @own: the point is the scenario's own: psim_explore_point()
 * @task: number of the running task
 * @tasks: their numbers; [0] is the default order's, the others follow in an order that is the same in
 *	every run
 */
struct psim_steer_point {
	unsigned int count;
	int can_go_on;
	int blocked;
	int own;
	unsigned int task;
	unsigned int tasks[PSIM_STEER_MOST];
};

/**
 * struct psim_steer - who steers; every member may be NULL
 * @choose: Return: an index into @tasks
 * @passed: every scheduling point of every task, asked or not, before @choose: kind and who called; makes
 *	every point slow
 * @fails: a fallible call: Return: 1: it fails
 * @touched: psim_explore_touch()
 * @event: every event, as the trace's line without its end, before it is written; only while a trace is
 * @marked: only what lies between psim_explore_begin() and _end() is steered
 */
struct psim_steer {
	unsigned int (*choose)(const struct psim_steer_point *point);
	void (*passed)(unsigned int task, unsigned int kind, const char *site);
	int (*fails)(unsigned int task, unsigned int kind, const char *site);
	void (*touched)(unsigned int task, unsigned long address, unsigned long bytes);
	void (*event)(unsigned int task, const char *line, unsigned int bytes);
	int marked;
};

/* NULL: nobody; set while no machine runs. The scheduler's name is then "steered". */
extern const struct psim_steer *psim_steer;
/* The scheduler's: the choice it asks about; here, where no start of a machine clears it. */
extern struct psim_steer_point psim_steer_point;
/* The part that is explored runs. */
extern int psim_steer_inside;
/* Nothing is written to standard error: reports are kept and counted, but not printed. */
extern int psim_host_muted;
/* What psim_explore_state() has gathered since somebody set it to 0. */
extern unsigned long long psim_host_state;
/* Name of a task by its number, or "?"; while the machine runs. */
const char *psim_steer_task_name(unsigned int number);
/* "lock", "once", ...: a kind of point. */
const char *psim_steer_kind_name(unsigned int kind);

#endif /* PSIM_STEER_H */
