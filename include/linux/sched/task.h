/* SPDX-License-Identifier: MIT */
/* References on tasks. */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/sched.h>
#include <linux/cleanup.h>

/* The structure stays, also when the task has ended. Any context. Return: @task. */
struct task_struct *get_task_struct(struct task_struct *task);
void put_task_struct(struct task_struct *task);

DEFINE_FREE(put_task, struct task_struct *, if (_T) put_task_struct(_T))

#endif /* _LINUX_SCHED_TASK_H */
