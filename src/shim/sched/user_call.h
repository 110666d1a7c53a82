/* SPDX-License-Identifier: MIT */
/* The border between user mode and the kernel: where a task does the work that waits for it. */
#ifndef PSIM_SCHED_USER_CALL_H
#define PSIM_SCHED_USER_CALL_H

#include <linux/sched.h>
#include <linux/task_work.h>
#include <asm/current.h>

/* Around a system call, or what stands for one; they nest. */
static inline void psim_user_call_begin(void)
{
	current->__psim_user_calls++;
}

static inline void psim_user_call_end(void)
{
	if (!--current->__psim_user_calls && current->__psim_task_works)
		task_work_run();
}

#endif /* PSIM_SCHED_USER_CALL_H */
