/* SPDX-License-Identifier: MIT */
/*
 * The running task. In an interrupt this is the task that runs the handlers, not the interrupted one:
 * DEVIATION: a kernel shows the interrupted task there.
 */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

struct task_struct;

/* The host's thread knows it: one word, also in the deterministic engine, which has one thread. */
extern __thread struct task_struct *__psim_current;
#define current __psim_current

static inline struct task_struct *get_current(void)
{
	return __psim_current;
}

#endif /* _ASM_CURRENT_H */
