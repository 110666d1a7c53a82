/* SPDX-License-Identifier: MIT */
/* CPUs that come and go: here they come with their tasks, and nobody is told. */
#ifndef _LINUX_CPUHOTPLUG_H
#define _LINUX_CPUHOTPLUG_H

#include <linux/types.h>

/* Steps of a CPU's way up and down: those that kernel code names for itself, and the dynamic ones. */
enum cpuhp_state {
	CPUHP_INVALID = -1,
	CPUHP_OFFLINE = 0,
	CPUHP_RADIX_DEAD,
	CPUHP_BP_PREPARE_DYN,
	CPUHP_AP_ONLINE_DYN,
	CPUHP_ONLINE,
};

/*
 * Inert: no CPU ever leaves, so that @teardown is never called; @startup is not called for those that are
 * there. Return: 0.
 */
int cpuhp_setup_state_nocalls(enum cpuhp_state state, const char *name,
			      int (*startup)(unsigned int cpu), int (*teardown)(unsigned int cpu));
void cpuhp_remove_state_nocalls(enum cpuhp_state state);

#endif /* _LINUX_CPUHOTPLUG_H */
