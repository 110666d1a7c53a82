/* SPDX-License-Identifier: MIT */
/* What a CPU offers to code that spins. */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

/* The task polls and makes no progress: the others run before it runs again, or time jumps. */
void cpu_relax(void);
#define cpu_relax_yield() cpu_relax()

#endif /* _ASM_PROCESSOR_H */
