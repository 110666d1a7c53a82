// SPDX-License-Identifier: MIT
/* Kernel threads: asleep until they are woken for the first time, and stopped by being asked. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "host/race.h"
#include "sched/task.h"

/* The first sleep ends by wake_up_process(), or by kthread_stop(); its state was set at birth. */
static int body(void *data)
{
	struct psim_ctl *me = psim_me();

	/* woken before it ran for the first time: no sleep, and no yield either, which would let time jump */
	if (__atomic_load_n(&me->task.__state, __ATOMIC_RELAXED) != TASK_RUNNING)
		schedule();
	psim_edge_in(&me->task.__state);
	if (__atomic_load_n(&me->kthread_stop, __ATOMIC_ACQUIRE))
		return -EINTR;
	return me->kthread_fn(data);
}

struct task_struct *__psim_kthread_create(int (*threadfn)(void *data), void *data, const char *site,
					  const char *namefmt, ...)
{
	char name[TASK_COMM_LEN];
	struct psim_ctl *ctl;
	va_list args;

	psim_may_sleep("kthread_create()");
	psim_point(PSIM_POINT_ALLOC);
	if (psim_fails(PSIM_FAIL_TASK, site))
		return ERR_PTR(-ENOMEM);
	va_start(args, namefmt);
	vscnprintf(name, sizeof(name), namefmt, args);
	va_end(args);
	ctl = psim_ctl_new(PSIM_TASK_KTHREAD, name, NULL, body, data);
	if (!ctl)
		return ERR_PTR(-ENOMEM);
	ctl->kthread_fn = threadfn;
	ctl->task.__state = TASK_UNINTERRUPTIBLE;
	if (psim_ctl_start(ctl))
		return ERR_PTR(-ENOMEM);
	/* nobody joins it; it cannot end before it is woken */
	psim_ctl_put(ctl);
	return &ctl->task;
}

static bool is_kthread(const struct task_struct *task)
{
	return psim_ctl((struct task_struct *)task)->kthread_fn;
}

int kthread_stop(struct task_struct *k)
{
	struct psim_ctl *ctl = psim_ctl(k);
	int result;

	psim_may_sleep("kthread_stop()");
	if (!is_kthread(k)) {
		psim_report("WARN", "kthread_stop: task %s/%d is no kthread", k->comm, k->pid);
		return -EINVAL;
	}
	get_task_struct(k);
	__atomic_store_n(&ctl->kthread_stop, true, __ATOMIC_RELEASE);
	wake_up_process(k);
	psim_task_wait_end(ctl);
	result = k->exit_code;
	put_task_struct(k);
	return result;
}

int kthread_stop_put(struct task_struct *k)
{
	int result = kthread_stop(k);

	put_task_struct(k);
	return result;
}

bool kthread_should_stop(void)
{
	psim_yielded();
	return __atomic_load_n(&psim_me()->kthread_stop, __ATOMIC_ACQUIRE);
}

void kthread_exit(long result)
{
	psim_task_ends(psim_me(), result);
}

void *kthread_data(struct task_struct *k)
{
	return is_kthread(k) ? psim_ctl(k)->arg : NULL;
}

/* ---- borrowed address spaces ----------------------------------------------------------------------------- */

void kthread_use_mm(struct mm_struct *mm)
{
	if (!(current->flags & PF_KTHREAD) || current->mm)
		psim_report("WARN", "kthread_use_mm: task %s/%d %s", current->comm, current->pid,
			    current->mm ? "has an address space" : "is no kernel thread");
	current->mm = current->active_mm = mm;
}

void kthread_unuse_mm(struct mm_struct *mm)
{
	if (!(current->flags & PF_KTHREAD) || current->mm != mm)
		psim_report("WARN", "kthread_unuse_mm: task %s/%d does not use this address space",
			    current->comm, current->pid);
	current->mm = NULL;
}

/* ---- not modelled ------------------------------------------------------------------------------------------ */

void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	psim_stop_function(__func__, "affinity is not modelled");
}

int kthread_park(struct task_struct *k)
{
	psim_stop_function(__func__, "parking of kernel threads is not modelled");
}

void kthread_unpark(struct task_struct *k)
{
	psim_stop_function(__func__, "parking of kernel threads is not modelled");
}

bool kthread_should_park(void)
{
	psim_stop_function(__func__, "parking of kernel threads is not modelled");
}

void kthread_parkme(void)
{
	psim_stop_function(__func__, "parking of kernel threads is not modelled");
}
