/* SPDX-License-Identifier: MIT */
/*
 * Work that has to run in hard interrupt context, soon: what a context that holds locks uses in order to
 * get out of them. Lazy items and items of another CPU are not modelled.
 */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <linux/types.h>

/**
 * struct irq_work - one item; not touched any more once @func was called, so @func may free it
 * @func: runs in hard interrupt context
 * @__psim_next, @__psim_pending: in the queue
 */
struct irq_work {
	void (*func)(struct irq_work *work);
	struct irq_work *__psim_next;
	bool __psim_pending;
};

#define IRQ_WORK_INIT(function)     \
	{                           \
		.func = (function), \
	}
#define DEFINE_IRQ_WORK(name, function) struct irq_work name = IRQ_WORK_INIT(function)

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *work))
{
	*work = (struct irq_work)IRQ_WORK_INIT(func);
}

/* Have it run once. Any context. Return: false if it is queued already. */
bool irq_work_queue(struct irq_work *work);
/* Wait until it is neither queued nor running. Interrupts on. */
void irq_work_sync(struct irq_work *work);
bool irq_work_is_pending(struct irq_work *work);
bool irq_work_is_busy(struct irq_work *work);

#endif /* _LINUX_IRQ_WORK_H */
