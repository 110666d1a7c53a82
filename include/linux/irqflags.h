/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of the running CPU, off and on.
 *
 * DEVIATION: every "off" is counted and needs its "on"; in a kernel the first "on" ends them all.
 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/cleanup.h>
#include <linux/typecheck.h>
#include <linux/types.h>
#include <asm/processor.h>

/* Whether interrupts are off, as a word for local_irq_restore(). */
unsigned long __psim_irq_flags(void);
void __psim_irq_disable(void);
void __psim_irq_enable(void);

#define local_irq_disable() __psim_irq_disable()
#define local_irq_enable()  __psim_irq_enable()
#define local_save_flags(flags)                  \
	do {                                     \
		typecheck(unsigned long, flags); \
		flags = __psim_irq_flags();      \
	} while (0)
#define local_irq_save(flags)            \
	do {                             \
		local_save_flags(flags); \
		__psim_irq_disable();    \
	} while (0)
#define local_irq_restore(flags)                 \
	do {                                     \
		typecheck(unsigned long, flags); \
		(void)(flags);                   \
		__psim_irq_enable();             \
	} while (0)
#define irqs_disabled()		   (__psim_irq_flags() != 0)
#define irqs_disabled_flags(flags) ((flags) != 0)
/* On again, and wait for the next one. */
#define safe_halt()                         \
	do {                                \
		if (irqs_disabled())        \
			local_irq_enable(); \
		cpu_relax();                \
	} while (0)

DEFINE_LOCK_GUARD_0(irq, local_irq_disable(), local_irq_enable())
DEFINE_LOCK_GUARD_0(irqsave, local_irq_save(_T->flags), local_irq_restore(_T->flags),
		    unsigned long flags)

#endif /* _LINUX_IRQFLAGS_H */
