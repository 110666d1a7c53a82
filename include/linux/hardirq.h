/* SPDX-License-Identifier: MIT */
/* Interrupt contexts: the questions are in linux/preempt.h, switching off in linux/irqflags.h. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

/* Wait until no handler of the line is running. Process context; sleeps. */
void synchronize_irq(unsigned int irq);

#endif /* _LINUX_HARDIRQ_H */
