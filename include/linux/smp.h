/* SPDX-License-Identifier: MIT */
/* Which CPU this is, and calls on other CPUs (not modelled). */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* The running task's CPU; a device's engine, which has none, gets 0. */
unsigned int __psim_smp_processor_id(bool check, const char *site);
#define raw_smp_processor_id() __psim_smp_processor_id(false, __func__)
/* The same; a report (law 4) where the task could be moved meanwhile: machine with fewer CPUs. */
#define smp_processor_id() __psim_smp_processor_id(true, __func__)

#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		smp_processor_id(); \
	})
#define put_cpu() preempt_enable()

typedef void (*smp_call_func_t)(void *info);
void on_each_cpu(smp_call_func_t func, void *info, int wait);
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

#endif /* _LINUX_SMP_H */
