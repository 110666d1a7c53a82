/* SPDX-License-Identifier: MIT */
/* The sim room's own lock: real in the free-running engine, nothing in the deterministic one. */
#ifndef PSIM_SIM_GUARD_H
#define PSIM_SIM_GUARD_H

#include "host/host.h"
#include "sim/sim.h"

static inline void psim_sim_lock(struct psim_monitor *monitor)
{
	if (psim_config.engine == PSIM_FREE_RUNNING)
		psim_monitor_lock(monitor);
}

static inline void psim_sim_unlock(struct psim_monitor *monitor)
{
	if (psim_config.engine == PSIM_FREE_RUNNING)
		psim_monitor_unlock(monitor);
}

/* What the files of this room ask of each other. */
void psim_expectations_check(void);
void psim_trace_end(void);
void psim_mark_halted(void);
void psim_trap_start(void);

#endif /* PSIM_SIM_GUARD_H */
