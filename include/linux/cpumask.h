/* SPDX-License-Identifier: MIT */
/* CPUs that exist: all of 0 .. nr_cpu_ids - 1. Masks of them and hotplug are not modelled. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/threads.h>
#include <linux/types.h>

/* With a CPU for every task the number grows with them. */
unsigned int __psim_nr_cpu_ids(void);
#define nr_cpu_ids	    __psim_nr_cpu_ids()
#define num_online_cpus()   nr_cpu_ids
#define num_possible_cpus() nr_cpu_ids
#define num_present_cpus()  nr_cpu_ids
#define cpu_online(cpu)	    ((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_possible(cpu)   ((unsigned int)(cpu) < nr_cpu_ids)

#define __psim_for_each_cpu(cpu)   for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu)   __psim_for_each_cpu(cpu)
#define for_each_possible_cpu(cpu) __psim_for_each_cpu(cpu)
#define for_each_present_cpu(cpu)  __psim_for_each_cpu(cpu)

#endif /* _LINUX_CPUMASK_H */
