// SPDX-License-Identifier: MIT
/* CPU hotplug: inert, because no CPU goes away. */
#include <linux/cpu.h>
#include <linux/export.h>
#include "sim/sim.h"

int cpuhp_setup_state_nocalls(enum cpuhp_state state, const char *name,
			      int (*startup)(unsigned int cpu), int (*teardown)(unsigned int cpu))
{
	psim_inert(__func__);
	return 0;
}
EXPORT_SYMBOL(cpuhp_setup_state_nocalls);

void cpuhp_remove_state_nocalls(enum cpuhp_state state)
{
	psim_inert(__func__);
}
EXPORT_SYMBOL(cpuhp_remove_state_nocalls);

void cpus_read_lock(void)
{
	psim_inert(__func__);
}
EXPORT_SYMBOL(cpus_read_lock);

void cpus_read_unlock(void)
{
	psim_inert(__func__);
}
EXPORT_SYMBOL(cpus_read_unlock);
