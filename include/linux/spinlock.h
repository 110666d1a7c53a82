/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks. Holding one keeps the task on its CPU: nothing that sleeps may be called.
 *
 * Waiting tasks get the lock in the order in which they came. Taking a lock that this task holds, or
 * letting go of one that it does not hold, is a report (law 4).
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/typecheck.h>
#include <linux/spinlock_types.h>
#include <linux/lockdep.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <asm/barrier.h>

/* How a lock is taken and let go: what else is switched off meanwhile. */
#define __PSIM_SPIN_PLAIN 0
#define __PSIM_SPIN_BH	  1
#define __PSIM_SPIN_IRQ	  2

void __psim_spin_lock(struct raw_spinlock *lock, int how, unsigned int subclass, const char *site);
int __psim_spin_trylock(struct raw_spinlock *lock, int how, const char *site);
void __psim_spin_unlock(struct raw_spinlock *lock, int how, const char *site);
int __psim_spin_is_locked(struct raw_spinlock *lock);
int __psim_spin_is_contended(struct raw_spinlock *lock);
/* Interrupts as they were before they were switched off: the word that irqsave keeps. */
unsigned long __psim_irq_flags(void);

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key,
			  short inner);

/* ---- raw_spin_*: the same lock under its other name ----------------------------------------------- */

#define raw_spin_lock_init(lock)                                \
	do {                                                    \
		static struct lock_class_key __key;             \
		__raw_spin_lock_init((lock), #lock, &__key, 0); \
	} while (0)
#define raw_spin_lock(lock) __psim_spin_lock((lock), __PSIM_SPIN_PLAIN, 0, __func__)
#define raw_spin_lock_nested(lock, subclass) \
	__psim_spin_lock((lock), __PSIM_SPIN_PLAIN, (subclass), __func__)
#define raw_spin_lock_bh(lock)	__psim_spin_lock((lock), __PSIM_SPIN_BH, 0, __func__)
#define raw_spin_lock_irq(lock) __psim_spin_lock((lock), __PSIM_SPIN_IRQ, 0, __func__)
#define raw_spin_lock_irqsave(lock, flags)                              \
	do {                                                            \
		typecheck(unsigned long, flags);                        \
		flags = __psim_irq_flags();                             \
		__psim_spin_lock((lock), __PSIM_SPIN_IRQ, 0, __func__); \
	} while (0)
#define raw_spin_trylock(lock)	   __psim_spin_trylock((lock), __PSIM_SPIN_PLAIN, __func__)
#define raw_spin_trylock_bh(lock)  __psim_spin_trylock((lock), __PSIM_SPIN_BH, __func__)
#define raw_spin_trylock_irq(lock) __psim_spin_trylock((lock), __PSIM_SPIN_IRQ, __func__)
#define raw_spin_trylock_irqsave(lock, flags)                           \
	({                                                              \
		typecheck(unsigned long, flags);                        \
		flags = __psim_irq_flags();                             \
		__psim_spin_trylock((lock), __PSIM_SPIN_IRQ, __func__); \
	})
#define raw_spin_unlock(lock)	  __psim_spin_unlock((lock), __PSIM_SPIN_PLAIN, __func__)
#define raw_spin_unlock_bh(lock)  __psim_spin_unlock((lock), __PSIM_SPIN_BH, __func__)
#define raw_spin_unlock_irq(lock) __psim_spin_unlock((lock), __PSIM_SPIN_IRQ, __func__)
#define raw_spin_unlock_irqrestore(lock, flags)                        \
	do {                                                           \
		typecheck(unsigned long, flags);                       \
		(void)(flags);                                         \
		__psim_spin_unlock((lock), __PSIM_SPIN_IRQ, __func__); \
	} while (0)
#define raw_spin_is_locked(lock)    __psim_spin_is_locked(lock)
#define raw_spin_is_contended(lock) __psim_spin_is_contended(lock)

/* ---- spin_* ------------------------------------------------------------------------------------------ */

#define spin_lock_init(lock)                                            \
	do {                                                            \
		static struct lock_class_key __key;                     \
		__raw_spin_lock_init(&(lock)->rlock, #lock, &__key, 0); \
	} while (0)
#define spin_lock(lock)			 raw_spin_lock(&(lock)->rlock)
#define spin_lock_nested(lock, subclass) raw_spin_lock_nested(&(lock)->rlock, (subclass))
#define spin_lock_nest_lock(lock, nest)	 raw_spin_lock_nested(&(lock)->rlock, SINGLE_DEPTH_NESTING)
#define spin_lock_bh(lock)		 raw_spin_lock_bh(&(lock)->rlock)
#define spin_lock_irq(lock)		 raw_spin_lock_irq(&(lock)->rlock)
#define spin_lock_irqsave(lock, flags)	 raw_spin_lock_irqsave(&(lock)->rlock, flags)
#define spin_lock_irqsave_nested(lock, flags, subclass)                                  \
	do {                                                                             \
		typecheck(unsigned long, flags);                                         \
		flags = __psim_irq_flags();                                              \
		__psim_spin_lock(&(lock)->rlock, __PSIM_SPIN_IRQ, (subclass), __func__); \
	} while (0)
#define spin_trylock(lock)		    raw_spin_trylock(&(lock)->rlock)
#define spin_trylock_bh(lock)		    raw_spin_trylock_bh(&(lock)->rlock)
#define spin_trylock_irq(lock)		    raw_spin_trylock_irq(&(lock)->rlock)
#define spin_trylock_irqsave(lock, flags)   raw_spin_trylock_irqsave(&(lock)->rlock, flags)
#define spin_unlock(lock)		    raw_spin_unlock(&(lock)->rlock)
#define spin_unlock_bh(lock)		    raw_spin_unlock_bh(&(lock)->rlock)
#define spin_unlock_irq(lock)		    raw_spin_unlock_irq(&(lock)->rlock)
#define spin_unlock_irqrestore(lock, flags) raw_spin_unlock_irqrestore(&(lock)->rlock, flags)
#define spin_is_locked(lock)		    __psim_spin_is_locked(&(lock)->rlock)
#define spin_is_contended(lock)		    __psim_spin_is_contended(&(lock)->rlock)
#define assert_spin_locked(lock)	    BUG_ON(!spin_is_locked(lock))

#include <linux/rwlock.h>

DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock),
		    raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(_T->lock),
		    raw_spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t,
		    raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif /* _LINUX_SPINLOCK_H */
