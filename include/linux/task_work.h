/* SPDX-License-Identifier: MIT */
/*
 * Work that a task does itself when it goes back to user mode, or ends.
 *
 * User mode begins where a call of the user face (psim_munmap(), psim_ioctl(), ...) ends; a kernel thread
 * gets there at its end only. Not modelled: being interrupted for it (TWA_SIGNAL is as TWA_RESUME).
 */
#ifndef _LINUX_TASK_WORK_H
#define _LINUX_TASK_WORK_H

#include <linux/sched.h>
#include <linux/types.h>

typedef void (*task_work_func_t)(struct callback_head *);

static inline void init_task_work(struct callback_head *work, task_work_func_t func)
{
	work->func = func;
}

enum task_work_notify_mode {
	TWA_NONE,
	TWA_RESUME,
	TWA_SIGNAL,
	TWA_SIGNAL_NO_IPI,
};

/**
 * task_work_add() - let @task call work->func(work)
 * Works are called in the order they were added, in process context, and may sleep. Any context.
 * Return: 0; -ESRCH if the task ends and would not call it any more.
 */
int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode);
/* Take out the latest one with this function. Return: it, or NULL. Any context. */
struct callback_head *task_work_cancel_func(struct task_struct *task, task_work_func_t func);
/* Call what is there, also what is added meanwhile. The task itself; may sleep. */
void task_work_run(void);

#endif /* _LINUX_TASK_WORK_H */
