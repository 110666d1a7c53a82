// SPDX-License-Identifier: MIT
/* task_work: a list for each task, emptied by the task itself; see sched/user_call.h for where. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/task_work.h>
#include "sched/engine.h"

/* What a list is once its task has looked at it for the last time. */
static struct callback_head closed;
static struct psim_raw lock;

int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode)
{
	struct callback_head **at;
	int err = 0;

	work->next = NULL;
	psim_raw_lock(&lock);
	if (task->__psim_task_works == &closed) {
		err = -ESRCH;
	} else {
		for (at = &task->__psim_task_works; *at; at = &(*at)->next)
			;
		*at = work;
	}
	psim_raw_unlock(&lock);
	return err;
}
EXPORT_SYMBOL(task_work_add);

struct callback_head *task_work_cancel_func(struct task_struct *task, task_work_func_t func)
{
	struct callback_head **at, **latest = NULL, *work = NULL;

	psim_raw_lock(&lock);
	for (at = &task->__psim_task_works; *at && *at != &closed; at = &(*at)->next) {
		if ((*at)->func == func)
			latest = at;
	}
	if (latest) {
		work = *latest;
		*latest = work->next;
	}
	psim_raw_unlock(&lock);
	return work;
}
EXPORT_SYMBOL(task_work_cancel_func);

void task_work_run(void)
{
	struct callback_head *work, *next;

	do {
		psim_raw_lock(&lock);
		work = current->__psim_task_works;
		if (work == &closed)
			work = NULL;
		else if (!work && (current->flags & PF_EXITING))
			current->__psim_task_works = &closed;
		else
			current->__psim_task_works = NULL;
		psim_raw_unlock(&lock);
		for (struct callback_head *at = work; at; at = next) {
			next = at->next;
			at->func(at);
		}
	} while (work);
}
