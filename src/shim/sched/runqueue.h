/* SPDX-License-Identifier: MIT */
/* The deterministic engine's run queue: what deterministic.c asks of runqueue.c. */
#ifndef PSIM_RUNQUEUE_H
#define PSIM_RUNQUEUE_H

#include "sched/task.h"

/* The main task runs. */
void psim_runqueue_start(bool cpus_are_shared);
/* A task can run from now on; an interrupt's goes to the head. */
void psim_runqueue_add(struct psim_ctl *ctl);
void psim_runqueue_add_first(struct psim_ctl *ctl);
/* The running task still can run, but another one does. */
void psim_runqueue_preempted(struct psim_ctl *ctl);
/* The running task cannot go on: it waits, or has ended. */
void psim_runqueue_gone(void);
/* The running task lets the others run first. */
void psim_runqueue_yield(struct psim_ctl *ctl);
/* The first task that may run now, or NULL. */
struct psim_ctl *psim_runqueue_first(void);
/* It runs now. */
void psim_runqueue_take(struct psim_ctl *ctl);
/* Let those come back who yielded, though others wait for their CPUs. Return: whether there were any. */
bool psim_runqueue_yielders(void);
/* Only one task can run. */
bool psim_runqueue_alone(void);
/* The running task yields: true if everybody has, twice in a row, and nothing else happened. */
bool psim_runqueue_round(struct psim_ctl *ctl);
/* Something happened: polling may have an end. */
void psim_runqueue_progress(void);
bool psim_runqueue_cpu_free(const struct psim_ctl *ctl);

#endif /* PSIM_RUNQUEUE_H */
