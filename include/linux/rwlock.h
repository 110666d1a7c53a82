/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spinlocks. Readers share; a waiting writer keeps new readers out, but not a reader
 * that interrupts (S0.12 keeps us from needing more).
 */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/spinlock.h>

void __psim_read_lock(rwlock_t *lock, int how, const char *site);
int __psim_read_trylock(rwlock_t *lock, int how, const char *site);
void __psim_read_unlock(rwlock_t *lock, int how, const char *site);
void __psim_write_lock(rwlock_t *lock, int how, const char *site);
int __psim_write_trylock(rwlock_t *lock, int how, const char *site);
void __psim_write_unlock(rwlock_t *lock, int how, const char *site);
void __rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key);

#define rwlock_init(lock)                             \
	do {                                          \
		static struct lock_class_key __key;   \
		__rwlock_init((lock), #lock, &__key); \
	} while (0)
#define read_lock(lock)	    __psim_read_lock((lock), __PSIM_SPIN_PLAIN, __func__)
#define read_lock_bh(lock)  __psim_read_lock((lock), __PSIM_SPIN_BH, __func__)
#define read_lock_irq(lock) __psim_read_lock((lock), __PSIM_SPIN_IRQ, __func__)
#define read_lock_irqsave(lock, flags)                               \
	do {                                                         \
		typecheck(unsigned long, flags);                     \
		flags = __psim_irq_flags();                          \
		__psim_read_lock((lock), __PSIM_SPIN_IRQ, __func__); \
	} while (0)
#define read_trylock(lock)    __psim_read_trylock((lock), __PSIM_SPIN_PLAIN, __func__)
#define read_unlock(lock)     __psim_read_unlock((lock), __PSIM_SPIN_PLAIN, __func__)
#define read_unlock_bh(lock)  __psim_read_unlock((lock), __PSIM_SPIN_BH, __func__)
#define read_unlock_irq(lock) __psim_read_unlock((lock), __PSIM_SPIN_IRQ, __func__)
#define read_unlock_irqrestore(lock, flags)                            \
	do {                                                           \
		typecheck(unsigned long, flags);                       \
		(void)(flags);                                         \
		__psim_read_unlock((lock), __PSIM_SPIN_IRQ, __func__); \
	} while (0)
#define write_lock(lock)     __psim_write_lock((lock), __PSIM_SPIN_PLAIN, __func__)
#define write_lock_bh(lock)  __psim_write_lock((lock), __PSIM_SPIN_BH, __func__)
#define write_lock_irq(lock) __psim_write_lock((lock), __PSIM_SPIN_IRQ, __func__)
#define write_lock_irqsave(lock, flags)                               \
	do {                                                          \
		typecheck(unsigned long, flags);                      \
		flags = __psim_irq_flags();                           \
		__psim_write_lock((lock), __PSIM_SPIN_IRQ, __func__); \
	} while (0)
#define write_trylock(lock)    __psim_write_trylock((lock), __PSIM_SPIN_PLAIN, __func__)
#define write_unlock(lock)     __psim_write_unlock((lock), __PSIM_SPIN_PLAIN, __func__)
#define write_unlock_bh(lock)  __psim_write_unlock((lock), __PSIM_SPIN_BH, __func__)
#define write_unlock_irq(lock) __psim_write_unlock((lock), __PSIM_SPIN_IRQ, __func__)
#define write_unlock_irqrestore(lock, flags)                            \
	do {                                                            \
		typecheck(unsigned long, flags);                        \
		(void)(flags);                                          \
		__psim_write_unlock((lock), __PSIM_SPIN_IRQ, __func__); \
	} while (0)

#endif /* _LINUX_RWLOCK_H */
