/* SPDX-License-Identifier: MIT */
/*
 * Tasks: struct task_struct, current, task states, sleeping and waking.
 *
 * Every task is a fibre (deterministic engine) or a host thread (free-running engine). Priorities,
 * scheduling classes, CPU affinity and thread groups of more than one thread are not modelled.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/mm_types.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <linux/__psim_task_sync.h>
#include <asm/current.h>
#include <asm/processor.h>

#define TASK_COMM_LEN 16

/* What a task waits for: its __state. */
#define TASK_RUNNING	     0x00000000
#define TASK_INTERRUPTIBLE   0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define __TASK_STOPPED	     0x00000004
#define __TASK_TRACED	     0x00000008
#define EXIT_DEAD	     0x00000010
#define EXIT_ZOMBIE	     0x00000020
#define TASK_PARKED	     0x00000040
#define TASK_DEAD	     0x00000080
#define TASK_WAKEKILL	     0x00000100
#define TASK_WAKING	     0x00000200
#define TASK_NOLOAD	     0x00000400
#define TASK_NEW	     0x00000800
#define TASK_ANY	     0x00010000
#define TASK_FREEZABLE	     0x00002000
#define TASK_KILLABLE	     (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE	     (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL	     (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_IDLE		 0x00000002
#define PF_EXITING	 0x00000004
#define PF_WQ_WORKER	 0x00000020
#define PF_SIGNALED	 0x00000400
#define PF_MEMALLOC	 0x00000800
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000
#define PF_KSWAPD	 0x00020000
#define PF_KTHREAD	 0x00200000

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/**
 * struct task_struct - a task, or one of the two that run interrupts
 * @__state: TASK_*: what it waits for
 * @flags: PF_*
 * @mm: the user address space it has, or has borrowed; NULL: none
 * @active_mm: what its CPU's translations belong to
 * @pid: its number within the machine; the main task has 0
 * @tgid: the same: every task is its own thread group
 * @exit_state: EXIT_ZOMBIE once it has ended
 * @exit_code: what its function returned
 * @group_leader: itself
 * @comm: its name
 * @__psim_preempt_count: as preempt_count() gives it
 * @__psim_irqs_off: how often interrupts were switched off
 * @__psim_signals: bit 0: a signal is pending; bit 1: one that kills
 * @__psim_wait: guards @__state against wake-ups in the free-running engine
 * @__psim_kthread: the kthread it is, or NULL
 * @__psim_task_works: what it is to do before it goes back to user mode
 * @__psim_user_calls: how deep it is in calls of the user face
 * @__psim_sync: what the lock checker and RCU keep; last, because only its head is cleared
 */
struct task_struct {
	unsigned int __state;
	unsigned int flags;
	struct mm_struct *mm;
	struct mm_struct *active_mm;
	pid_t pid;
	pid_t tgid;
	int exit_state;
	int exit_code;
	struct task_struct *group_leader;
	char comm[TASK_COMM_LEN];
	unsigned int __psim_preempt_count;
	unsigned int __psim_irqs_off;
	unsigned int __psim_signals;
	unsigned int __psim_wait;
	void *__psim_kthread;
	struct callback_head *__psim_task_works;
	unsigned int __psim_user_calls;
	struct __psim_task_sync __psim_sync;
};

/** get_current_state() - what the running task waits for */
#define get_current_state() READ_ONCE(current->__state)
/** task_is_running() - does it wait for nothing? */
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)
/* The order "state first, then look at the condition" is what makes a wake-up between them count. */
#define __set_current_state(value) __psim_set_state((value), false)
#define set_current_state(value)   __psim_set_state((value), true)
void __psim_set_state(unsigned int state, bool ordered);

/** task_pid_nr() - the task's number; the main task has 0 */
static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

/** task_tgid_nr() - the number of its group: its own */
static inline pid_t task_tgid_nr(struct task_struct *task)
{
	return task->tgid;
}

/** task_pid_vnr() - the same number: there is one namespace */
#define task_pid_vnr(task) task_pid_nr(task)
/** task_tgid_vnr() - the same number: there is one namespace */
#define task_tgid_vnr(task) task_tgid_nr(task)
/** same_thread_group() - are they one task? Each is a group of its own */
#define same_thread_group(a, b) ((a) == (b))
/** thread_group_leader() - true: each is the leader of its group */
#define thread_group_leader(task) ((task) == (task)->group_leader)

/** task_cpu() - the CPU that the task has */
static inline unsigned int task_cpu(const struct task_struct *task)
{
	unsigned int __psim_task_cpu(const struct task_struct *of);

	return __psim_task_cpu(task);
}

char *__get_task_comm(char *to, size_t len, struct task_struct *task);
/* Copy the task's name to the array @to. Return: @to. */
#define get_task_comm(to, task) __get_task_comm((to), sizeof(to), (task))
void __set_task_comm(struct task_struct *task, const char *from, bool exec);
#define set_task_comm(task, from) __set_task_comm((task), (from), false)

/**
 * schedule() - let the CPU go
 *
 * In TASK_RUNNING the others run before this task runs again. In another state the task sleeps until
 * wake_up_process() has put it back to TASK_RUNNING; with a pending signal that the state listens to it
 * does not sleep. Process context; must not be atomic.
 */
void schedule(void);
void io_schedule(void);
void yield(void);
/* As yield(); that @task is the one who runs next is only a wish. Return: 0: it was not granted. */
static inline int yield_to(struct task_struct *task, bool preempt)
{
	yield();
	return 0;
}

/**
 * schedule_timeout() - schedule(), at the longest for @timeout jiffies
 * @timeout: MAX_SCHEDULE_TIMEOUT: for ever; negative: a report, and no sleep
 *
 * Set the state first: in TASK_RUNNING it comes back at once with the others having run.
 *
 * Return: jiffies that were left; 0: the time was over.
 */
signed long schedule_timeout(signed long timeout);
/* The same with the state set. */
signed long schedule_timeout_interruptible(signed long timeout);
signed long schedule_timeout_killable(signed long timeout);
signed long schedule_timeout_uninterruptible(signed long timeout);
signed long schedule_timeout_idle(signed long timeout);
long io_schedule_timeout(long timeout);

/**
 * wake_up_process() - wake a task that sleeps in TASK_NORMAL
 * Any context. What was written before is seen by the woken task. Return: 1 if it slept, 0 if not.
 */
int wake_up_process(struct task_struct *task);
/* The same for the states in @state. */
int wake_up_state(struct task_struct *task, unsigned int state);

/* The task made no progress: others run, time passes. Return: 1. May sleep (law 4). */
#define cond_resched() __psim_cond_resched(__func__)
int __psim_cond_resched(const char *site);
#define need_resched() __psim_need_resched()
bool __psim_need_resched(void);

/* A lock that the callers hold is dropped meanwhile if somebody waits for it. */
#define cond_resched_lock(lock)    \
	({                         \
		spin_unlock(lock); \
		cond_resched();    \
		spin_lock(lock);   \
		1;                 \
	})

#endif /* _LINUX_SCHED_H */
