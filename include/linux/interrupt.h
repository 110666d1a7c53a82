/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and their handlers. One handler a line; threaded handlers and tasklets are not
 * modelled.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/bottom_half.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct device;

#define IRQF_TRIGGER_NONE    0x00000000
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008
#define IRQF_SHARED	     0x00000080
#define IRQF_NOBALANCING     0x00000800
#define IRQF_ONESHOT	     0x00002000
#define IRQF_NO_THREAD	     0x00010000

/* Runs in hard interrupt context, with interrupts off. */
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

/**
 * request_irq() - attach @handler to line @irq
 * @flags: IRQF_*; sharing a line is not modelled: the second one fails as without IRQF_SHARED
 * @name: who it is, for traces
 * @dev: handed to the handler, and to free_irq()
 *
 * An interrupt that came while nobody was attached is lost. Process context; sleeps.
 *
 * Return: 0; -EINVAL: no such line, or no handler; -EBUSY: taken; -ENOMEM.
 */
#define request_irq(irq, handler, flags, name, dev) \
	__psim_request_irq((irq), (handler), (flags), (name), (dev), __func__)
int __must_check __psim_request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
				    const char *name, void *dev, const char *site);
int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler,
				      irq_handler_t thread_fn, unsigned long flags,
				      const char *name, void *dev);
/* Detach it and wait until it is not running. Process context; sleeps. Return: its name, or NULL. */
const void *free_irq(unsigned int irq, void *dev);
/* Off: an interrupt of the line waits. They nest. disable_irq() also waits for the running handler. */
void disable_irq_nosync(unsigned int irq);
void disable_irq(unsigned int irq);
void enable_irq(unsigned int irq);

struct device;
/**
 * devm_request_irq() - request_irq() that is undone when the driver is unbound
 * @owner: the device
 * The other parameters, the context and the errors are request_irq()'s.
 */
int __must_check devm_request_irq(struct device *owner, unsigned int irq, irq_handler_t handler,
				  unsigned long flags, const char *name, void *dev);

/**
 * devm_free_irq() - give back what devm_request_irq() gave, before the driver is unbound
 * @owner: the device
 * @irq: the line
 * @dev: as it was handed to devm_request_irq()
 *
 * A line that @owner does not hold so is a warning. Waits for a handler that runs. Process context.
 */
void devm_free_irq(struct device *owner, unsigned int irq, void *dev);

#endif /* _LINUX_INTERRUPT_H */
