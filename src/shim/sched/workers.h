/* SPDX-License-Identifier: MIT */
/*
 * Concurrency management of the work queues: a worker that sleeps inside a work function does not count
 * as running, so that another one can be started for what is queued.
 */
#ifndef PSIM_WORKERS_H
#define PSIM_WORKERS_H

#include <linux/sched.h>

void psim_worker_change(bool sleeps);

/* The current task is about to sleep, has woken up. Nothing, unless it runs a work function. */
static inline void psim_worker_sleeps(void)
{
	if (unlikely(current->__psim_sync.work))
		psim_worker_change(true);
}

static inline void psim_worker_runs(void)
{
	if (unlikely(current->__psim_sync.work))
		psim_worker_change(false);
}

#endif /* PSIM_WORKERS_H */
