/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads: created asleep, started by wake_up_process(), stopped by kthread_stop(). Parking,
 * affinity and kthread workers are not modelled.
 */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

struct mm_struct;

/**
 * kthread_create_on_node() - a kernel thread that sleeps until it is woken for the first time
 * @threadfn: what it does; its result goes to kthread_stop()
 * @node: ignored: there is one
 * @namefmt: format of its name
 *
 * Process context; sleeps. Return: the task, or ERR_PTR(-ENOMEM).
 */
#define kthread_create_on_node(threadfn, data, node, namefmt, ...) \
	__psim_kthread_create((threadfn), (data), __func__, namefmt, ##__VA_ARGS__)
#define kthread_create(threadfn, data, namefmt, ...) \
	__psim_kthread_create((threadfn), (data), __func__, namefmt, ##__VA_ARGS__)
struct task_struct *__psim_kthread_create(int (*threadfn)(void *data), void *data, const char *site,
					  const char *namefmt, ...) __printf(4, 5);
/* Create it and wake it. */
#define kthread_run(threadfn, data, namefmt, ...)                                                 \
	({                                                                                        \
		struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__); \
		if (!IS_ERR(__k))                                                                 \
			wake_up_process(__k);                                                     \
		__k;                                                                              \
	})

/**
 * kthread_stop() - ask the thread to end, wake it, and wait until it has
 * The task must still be there: it has not returned by itself, or the caller holds a reference.
 * Process context; sleeps. Return: what its function returned; -EINTR if it was never woken.
 */
int kthread_stop(struct task_struct *k);
/* The same, and a reference of the caller's is dropped. */
int kthread_stop_put(struct task_struct *k);
/* For the thread itself. Asking over and over is no progress: the others run. */
bool kthread_should_stop(void);
/* Ends the thread with @result. */
void kthread_exit(long result) __noreturn;
void *kthread_data(struct task_struct *k);

/* Borrow a user address space, of which the caller has a reference; only for kernel threads. */
void kthread_use_mm(struct mm_struct *mm);
void kthread_unuse_mm(struct mm_struct *mm);

/* Not modelled. */
void kthread_bind(struct task_struct *k, unsigned int cpu);
int kthread_park(struct task_struct *k);
void kthread_unpark(struct task_struct *k);
bool kthread_should_park(void);
void kthread_parkme(void);

#endif /* _LINUX_KTHREAD_H */
