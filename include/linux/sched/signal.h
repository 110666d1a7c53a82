/* SPDX-License-Identifier: MIT */
/* Signals as far as sleeps know them: one is pending, or one that kills is. Delivery is not modelled. */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/sched/task.h>

#define SIGINT	2
#define SIGKILL 9
#define SIGBUS	7
#define SIGSEGV 11
#define SIGTERM 15

#define __PSIM_SIGNAL_PENDING 1
#define __PSIM_SIGNAL_FATAL   2

/** signal_pending() - has the task a signal that it has not seen? */
static inline int signal_pending(struct task_struct *task)
{
	return (__atomic_load_n(&task->__psim_signals, __ATOMIC_RELAXED) & __PSIM_SIGNAL_PENDING) !=
	       0;
}

/** fatal_signal_pending() - has it one that kills? */
static inline int fatal_signal_pending(struct task_struct *task)
{
	return (__atomic_load_n(&task->__psim_signals, __ATOMIC_RELAXED) & __PSIM_SIGNAL_FATAL) !=
	       0;
}

/* Whether a sleep in @state ends, or does not begin, because of a signal. */
static inline int signal_pending_state(unsigned int state, struct task_struct *task)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(task))
		return 0;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(task);
}

/* Make a signal pending and wake the task if its sleep listens to it. Any context. Return: 0. */
int send_sig(int sig, struct task_struct *task, int priv);
/* A kernel thread asks for a signal. Here every task gets all of them: nothing to do. */
static inline void allow_signal(int sig)
{
}
/* Kernel threads forget what is pending. */
void flush_signals(struct task_struct *task);

#endif /* _LINUX_SCHED_SIGNAL_H */
