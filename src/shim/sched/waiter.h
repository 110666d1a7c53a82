/* SPDX-License-Identifier: MIT */
/*
 * Queues of tasks that wait for a primitive, as the locks, completions and SRCU keep them: a first and
 * a last pointer in the primitive, the links on the waiters' stacks.
 *
 * All of it happens under the primitive's raw lock. A waiter is unparked before that lock is let go, so
 * that it cannot end before the unpark is over.
 */
#ifndef PSIM_WAITER_H
#define PSIM_WAITER_H

#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "sched/engine.h"

/**
 * struct __psim_waiter - one task that waits
 * @next: link of the queue
 * @task: the task
 * @kind: the primitive's own: reader, writer, ...
 * @granted: it has what it waits for, and is off the queue
 * @passed: it was woken once and found nothing: it is served next
 */
struct __psim_waiter {
	struct __psim_waiter *next;
	struct task_struct *task;
	unsigned int kind;
	bool granted, passed;
};

/* The raw lock in a face structure's first word. */
static inline struct psim_raw *psim_word(unsigned int *word)
{
	return (struct psim_raw *)word;
}

#define psim_waiters_push(p, w)                                                                    \
	do {                                                                                       \
		(w)->next = NULL;                                                                  \
		if ((p)->__psim_last)                                                              \
			(p)->__psim_last->next = (w);                                              \
		else                                                                               \
			(p)->__psim_first = (w);                                                   \
		(p)->__psim_last = (w);                                                            \
	} while (0)

#define psim_waiters_remove(p, w)                                                                  \
	psim_waiters_unlink(&(p)->__psim_first, &(p)->__psim_last, (w))

static inline void psim_waiters_unlink(struct __psim_waiter **first, struct __psim_waiter **last,
				       struct __psim_waiter *w)
{
	struct __psim_waiter *before = NULL, *at = *first;

	while (at && at != w) {
		before = at;
		at = at->next;
	}
	if (!at)
		return;
	if (before)
		before->next = w->next;
	else
		*first = w->next;
	if (*last == w)
		*last = before;
}

/* Give the first waiter, or any, what it waits for. */
#define psim_waiters_grant(p, w)                                                                   \
	do {                                                                                       \
		psim_waiters_remove(p, w);                                                         \
		(w)->granted = true;                                                               \
		psim_unpark((w)->task);                                                            \
	} while (0)

/* Wake all: they look for themselves. */
static inline void psim_waiters_kick(struct __psim_waiter *first)
{
	for (; first; first = first->next)
		psim_unpark(first->task);
}

/* Whether a signal is pending that a sleep in @state listens to. */
static inline bool psim_interrupted(unsigned int state)
{
	return state != TASK_UNINTERRUPTIBLE && signal_pending_state(state, current);
}

#endif /* PSIM_WAITER_H */
