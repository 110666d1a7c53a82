/* SPDX-License-Identifier: MIT */
/*
 * Preemption and the contexts. A task with preemption off keeps its CPU: no other task of that CPU
 * runs until it is on again. The count has the kernel's layout: 8 bits for preemption, 8 for softirqs
 * (an odd number: serving one; 2 for each time they were switched off), 4 for hard interrupts.
 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define PREEMPT_BITS	       8
#define SOFTIRQ_BITS	       8
#define HARDIRQ_BITS	       4
#define NMI_BITS	       4
#define PREEMPT_SHIFT	       0
#define SOFTIRQ_SHIFT	       (PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT	       (SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define NMI_SHIFT	       (HARDIRQ_SHIFT + HARDIRQ_BITS)
#define PREEMPT_MASK	       0x000000ff
#define SOFTIRQ_MASK	       0x0000ff00
#define HARDIRQ_MASK	       0x000f0000
#define NMI_MASK	       0x00f00000
#define PREEMPT_OFFSET	       (1u << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET	       (1u << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET	       (1u << HARDIRQ_SHIFT)
#define NMI_OFFSET	       (1u << NMI_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)

unsigned int __psim_preempt_count(void);
#define preempt_count()	     __psim_preempt_count()
#define hardirq_count()	     (preempt_count() & HARDIRQ_MASK)
#define softirq_count()	     (preempt_count() & SOFTIRQ_MASK)
#define nmi_count()	     (preempt_count() & NMI_MASK)
#define irq_count()	     (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_hardirq()	     hardirq_count()
#define in_irq()	     hardirq_count()
#define in_serving_softirq() (softirq_count() & SOFTIRQ_OFFSET)
/* Also true in a task that has softirqs off. */
#define in_softirq()   softirq_count()
#define in_nmi()       nmi_count()
#define in_interrupt() irq_count()
#define in_task()      (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic()    (preempt_count() != 0)
bool __psim_preemptible(void);
#define preemptible() __psim_preemptible()

/* They nest. The last preempt_enable() is a place where another task of the CPU may take over. */
void __psim_preempt_disable(void);
void __psim_preempt_enable(void);
void __psim_preempt_enable_no_resched(void);
#define preempt_disable()	    __psim_preempt_disable()
#define preempt_enable()	    __psim_preempt_enable()
#define preempt_enable_no_resched() __psim_preempt_enable_no_resched()
#define preempt_disable_notrace()   preempt_disable()
#define preempt_enable_notrace()    preempt_enable()

/* A task that may move to another CPU otherwise; tasks stay where they are here, so only a count. */
#define migrate_disable() preempt_disable()
#define migrate_enable()  preempt_enable()

DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())

#endif /* _LINUX_PREEMPT_H */
