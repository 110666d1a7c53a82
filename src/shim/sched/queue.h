/* SPDX-License-Identifier: MIT */
/*
 * Queues of tasks for the engine's own use. Not linux/list.h: that one has scheduling points inside.
 */
#ifndef PSIM_SCHED_QUEUE_H
#define PSIM_SCHED_QUEUE_H

#include "sched/task.h"

static inline void psim_queue_init(struct list_head *queue)
{
	queue->next = queue->prev = queue;
}

static inline bool psim_queue_empty(const struct list_head *queue)
{
	return queue->next == queue;
}

static inline void psim_queue_between(struct psim_ctl *ctl, struct list_head *a,
				      struct list_head *b)
{
	ctl->links.prev = a;
	ctl->links.next = b;
	a->next = &ctl->links;
	b->prev = &ctl->links;
}

static inline void psim_queue_push(struct list_head *queue, struct psim_ctl *ctl)
{
	psim_queue_between(ctl, queue->prev, queue);
}

static inline void psim_queue_push_front(struct list_head *queue, struct psim_ctl *ctl)
{
	psim_queue_between(ctl, queue, queue->next);
}

static inline void psim_queue_remove(struct psim_ctl *ctl)
{
	ctl->links.prev->next = ctl->links.next;
	ctl->links.next->prev = ctl->links.prev;
}

/* Everything in @from goes behind what is in @to. */
static inline void psim_queue_append(struct list_head *to, struct list_head *from)
{
	if (psim_queue_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	psim_queue_init(from);
}

static inline struct psim_ctl *psim_queue_at(struct list_head *links)
{
	return container_of(links, struct psim_ctl, links);
}

#endif /* PSIM_SCHED_QUEUE_H */
