/* SPDX-License-Identifier: MIT */
/* What the shim's rooms need of the user face's processes. */
#ifndef PSIM_MM_PROCESS_H
#define PSIM_MM_PROCESS_H

#include <linux/types.h>

struct mm_struct;
struct psim_process;

/* The process's address space; no reference is taken: the process holds it until its exit. */
struct mm_struct *psim_process_mm(struct psim_process *process);

/* Whether the user face's function @what can be used with @process at all. Return: 0 or -errno. */
int psim_process_check(const char *what, const struct psim_process *process);

void psim_process_leftovers(void);

#endif /* PSIM_MM_PROCESS_H */
