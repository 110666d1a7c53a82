/* SPDX-License-Identifier: MIT */
/* Per-CPU variables at a machine's end. */
#ifndef PSIM_SCHED_PERCPU_H
#define PSIM_SCHED_PERCPU_H

void psim_percpu_leftovers(void);
void psim_percpu_stop(void);

#endif /* PSIM_SCHED_PERCPU_H */
