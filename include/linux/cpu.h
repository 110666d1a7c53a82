/* SPDX-License-Identifier: MIT */
/* CPUs as the kernel counts them; none goes away, so there is nothing to hold. */
#ifndef _LINUX_CPU_H
#define _LINUX_CPU_H

#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/smp.h>

/* Inert. */
void cpus_read_lock(void);
void cpus_read_unlock(void);

#endif /* _LINUX_CPU_H */
