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

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "sched/engine.h"
#include "sched/softirq.h"
#include "sched/workers.h"

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

#define psim_waiters_push(p, w)	  psim_waiters_link(&(p)->__psim_first, &(p)->__psim_last, (w))
#define psim_waiters_remove(p, w) psim_waiters_unlink(&(p)->__psim_first, &(p)->__psim_last, (w))

static inline void psim_waiters_link(struct __psim_waiter **first, struct __psim_waiter **last,
				     struct __psim_waiter *w)
{
	/* gcc warns of a pointer into the stack that it sees stored; it is removed before the return */
	OPTIMIZER_HIDE_VAR(w);
	w->next = NULL;
	if (*last)
		(*last)->next = w;
	else
		*first = w;
	*last = w;
}

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
#define psim_waiters_grant(p, w)                      \
	do {                                          \
		struct __psim_waiter *granted_ = (w); \
                                                      \
		psim_waiters_remove(p, granted_);     \
		granted_->granted = true;             \
		psim_unpark(granted_->task);          \
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

/* ---- sleeping: the raw lock is not held -------------------------------------------------------------- */

/* How long a task waits: until a virtual moment (ns), or U64_MAX: for ever. */
struct psim_patience {
	u64 deadline;
	unsigned long expires;
};

/* @timeout: jiffies; MAX_SCHEDULE_TIMEOUT and more: for ever. */
static inline struct psim_patience psim_patience(unsigned long timeout)
{
	struct psim_patience p = {.deadline = U64_MAX};

	if (timeout < MAX_SCHEDULE_TIMEOUT) {
		p.expires = psim_jiffies_now() + timeout;
		p.deadline = timeout ? psim_jiffies_deadline(p.expires) : 0;
	}
	return p;
}

static inline bool psim_patience_over(const struct psim_patience *p)
{
	return p->deadline != U64_MAX && psim_time() >= p->deadline;
}

/* Jiffies left, at least 1. */
static inline long psim_patience_left(const struct psim_patience *p)
{
	long left = p->expires - psim_jiffies_now();

	if (p->deadline == U64_MAX)
		return MAX_SCHEDULE_TIMEOUT;
	return left > 0 ? left : 1;
}

/*
 * Sleep until unparked, until a signal that @state listens to, or until @patience is over; or a little
 * shorter: callers look again. The state is set before the last look for signals, so that whoever sends
 * one afterwards knows to wake the task.
 */
static inline void psim_sleep_until(unsigned int state, const struct psim_patience *patience)
{
	psim_worker_sleeps();
	__set_current_state(state);
	if (!psim_interrupted(state)) {
		if (patience->deadline == U64_MAX)
			psim_park();
		else
			psim_park_until(patience->deadline);
	}
	__set_current_state(TASK_RUNNING);
	psim_worker_runs();
}

static inline void psim_sleep(unsigned int state)
{
	static const struct psim_patience for_ever = {.deadline = U64_MAX};

	psim_sleep_until(state, &for_ever);
}

#endif /* PSIM_WAITER_H */
