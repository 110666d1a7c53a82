/* SPDX-License-Identifier: MIT */
/*
 * Who may run, in the deterministic engine: what deterministic.c asks of its run queue.
 *
 * Tasks that yielded wait behind the others: one that yields opens an epoch, in which everybody who
 * could run then is in "fresh", and it comes back when "fresh" is empty. Those who run meanwhile, and
 * those who are new, are in "ran". Later yielders wait for the next epoch. All of it is O(1); only while
 * an interrupt has a CPU, or tasks share CPUs, are queues searched for a task whose CPU is free.
 */
#ifndef PSIM_RUNQUEUE_H
#define PSIM_RUNQUEUE_H

#include "sched/queue.h"

/**
 * struct psim_runqueue - all tasks that may run, but the one that does
 * @fresh, @ran: those who may run next
 * @yielders, @late: those who wait for the end of this epoch, of the next
 * @epoch: somebody waits in @yielders
 * @shared_cpus: there are fewer CPUs than tasks
 * @runnable: how many there are, the running one counted
 * @round, @round_yields, @full_rounds: when everybody has yielded twice in a row and nothing else
 *	happened, only time can help
 */
struct psim_runqueue {
	struct list_head fresh, ran, yielders, late;
	bool epoch, shared_cpus;
	unsigned int runnable;
	unsigned int round_yields, full_rounds;
	u64 round;
};
extern struct psim_runqueue psim_runqueue;

/* The main task runs. */
void psim_runqueue_start(bool shared_cpus);
/* A task can run from now on; an interrupt's goes to the head. */
void psim_runqueue_add(struct psim_ctl *ctl);
void psim_runqueue_add_first(struct psim_ctl *ctl);
/* Its CPU is its own: nobody above it, nobody on it who does not let go. */
bool psim_runqueue_cpu_free(const struct psim_ctl *ctl);
/* The first task from @at on whose CPU is free, in the queue @at is in and the ones behind it. */
struct psim_ctl *psim_runqueue_search(struct list_head *at);
/* Let those come back who yielded, though others wait for their CPUs. Return: whether there were any. */
bool psim_runqueue_yielders(void);
void psim_runqueue_end_epoch(void);

/* Something happened: polling may have an end. */
static inline void psim_runqueue_progress(void)
{
	psim_runqueue.round++;
	psim_runqueue.round_yields = 0;
	psim_runqueue.full_rounds = 0;
}

/* The running task cannot go on: it waits, or has ended. */
static inline void psim_runqueue_gone(void)
{
	psim_runqueue.runnable--;
	psim_runqueue_progress();
}

/* Only one task can run. */
static inline bool psim_runqueue_alone(void)
{
	return psim_runqueue.runnable == 1;
}

/* Whether a task's place in the queue says nothing about its CPU. */
static inline bool psim_runqueue_filtered(void)
{
	return psim_runqueue.shared_cpus || psim_interrupts.above;
}

/* The first task that may run now, or NULL. */
static inline struct psim_ctl *psim_runqueue_first(void)
{
	struct psim_runqueue *q = &psim_runqueue;

	if (likely(!psim_runqueue_filtered() && !psim_queue_empty(&q->fresh)))
		return psim_queue_at(q->fresh.next);
	return psim_runqueue_search(q->fresh.next);
}

/* Whether @first is the only one. */
static inline bool psim_runqueue_only(const struct psim_ctl *first)
{
	struct psim_runqueue *q = &psim_runqueue;

	return !psim_runqueue_filtered() && first->links.next == &q->fresh &&
	       psim_queue_empty(&q->ran);
}

/* The running task still can run, but another one does. */
static inline void psim_runqueue_preempted(struct psim_ctl *ctl)
{
	struct psim_runqueue *q = &psim_runqueue;

	ctl->state = PSIM_RUNNABLE;
	psim_queue_push(q->epoch ? &q->ran : &q->fresh, ctl);
}

/* The running task lets the others run first. */
static inline void psim_runqueue_yield(struct psim_ctl *ctl)
{
	struct psim_runqueue *q = &psim_runqueue;

	ctl->state = PSIM_RUNNABLE;
	psim_queue_push(q->epoch ? &q->late : &q->yielders, ctl);
	q->epoch = true;
}

/* It runs now. */
static inline void psim_runqueue_take(struct psim_ctl *ctl)
{
	struct psim_runqueue *q = &psim_runqueue;

	psim_queue_remove(ctl);
	ctl->state = PSIM_ON;
	if (q->epoch && psim_queue_empty(&q->fresh))
		psim_runqueue_end_epoch();
}

/* The running task yields: true if everybody has, twice in a row, and nothing else happened. */
static inline bool psim_runqueue_round(struct psim_ctl *ctl)
{
	struct psim_runqueue *q = &psim_runqueue;

	if (ctl->round == q->round)
		return false;
	ctl->round = q->round;
	if (++q->round_yields < q->runnable)
		return false;
	q->round++;
	q->round_yields = 0;
	if (++q->full_rounds < 2)
		return false;
	q->full_rounds = 0;
	return true;
}

#endif /* PSIM_RUNQUEUE_H */
