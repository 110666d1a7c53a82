// SPDX-License-Identifier: MIT
/* Kernel threads: asleep until they are woken for the first time, and stopped by being asked. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "sched/task.h"

/**
 * struct kthread - what a kernel thread is beyond its task; host memory, freed when the task ends
 * @fn, @data: what it does
 * @started: it was woken for the first time
 * @stop: it is asked to end
 */
struct kthread {
	int (*fn)(void *data);
	void *data;
	bool started, stop;
};

static struct kthread *kthread_of(struct task_struct *task)
{
	return task->__psim_kthread;
}

static bool flag(const bool *f)
{
	return __atomic_load_n(f, __ATOMIC_ACQUIRE);
}

/* The first sleep. It ends by wake_up_process(), or by kthread_stop(). */
static int body(void *arg)
{
	struct kthread *k = arg;
	int result = -EINTR;

	schedule();
	if (!flag(&k->stop)) {
		__atomic_store_n(&k->started, true, __ATOMIC_RELAXED);
		result = k->fn(k->data);
	}
	return result;
}

struct task_struct *__psim_kthread_create(int (*threadfn)(void *data), void *data, const char *site,
					  const char *namefmt, ...)
{
	char name[TASK_COMM_LEN];
	struct task_struct *task;
	struct kthread *k;
	va_list args;

	psim_may_sleep("kthread_create()");
	psim_point(PSIM_POINT_ALLOC);
	if (psim_fails(PSIM_FAIL_TASK, site))
		return ERR_PTR(-ENOMEM);
	va_start(args, namefmt);
	vscnprintf(name, sizeof(name), namefmt, args);
	va_end(args);
	k = psim_kthread_record();
	if (!k)
		return ERR_PTR(-ENOMEM);
	k->fn = threadfn;
	k->data = data;
	task = psim_kthread_new(name, body, k);
	return task ?: ERR_PTR(-ENOMEM);
}
