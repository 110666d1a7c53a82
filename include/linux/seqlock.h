/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters and locks: readers take nothing, and start again when a writer was there. Writers
 * of a bare counter exclude each other by a lock of their own and do not lose the CPU meanwhile.
 */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/barrier.h>

typedef struct seqcount {
	unsigned int sequence;
	struct lockdep_map dep_map;
} seqcount_t;

/* Counters that know the lock of their writers; the counter comes first in each. */
typedef struct {
	seqcount_t seqcount;
	spinlock_t *lock;
} seqcount_spinlock_t;
typedef struct {
	seqcount_t seqcount;
	raw_spinlock_t *lock;
} seqcount_raw_spinlock_t;
typedef struct {
	seqcount_t seqcount;
	struct mutex *lock;
} seqcount_mutex_t;

#define SEQCNT_ZERO(name_)                                  \
	{                                                   \
		.sequence = 0, .dep_map = {.name = #name_ } \
	}
#define SEQCNT_SPINLOCK_ZERO(name, lock_)                               \
	{                                                               \
		.seqcount = SEQCNT_ZERO(name.seqcount), .lock = (lock_) \
	}
#define SEQCNT_MUTEX_ZERO(name, lock_)                                  \
	{                                                               \
		.seqcount = SEQCNT_ZERO(name.seqcount), .lock = (lock_) \
	}

void __seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key);
#define seqcount_init(s)                            \
	do {                                        \
		static struct lock_class_key __key; \
		__seqcount_init((s), #s, &__key);   \
	} while (0)
#define __psim_seqcount_lock_init(s, lock_)    \
	do {                                   \
		seqcount_init(&(s)->seqcount); \
		(s)->lock = (lock_);           \
	} while (0)
#define seqcount_spinlock_init(s, lock_)     __psim_seqcount_lock_init(s, lock_)
#define seqcount_raw_spinlock_init(s, lock_) __psim_seqcount_lock_init(s, lock_)
#define seqcount_mutex_init(s, lock_)	     __psim_seqcount_lock_init(s, lock_)

#define __psim_seq(s) ((seqcount_t *)(void *)(s))

unsigned int __psim_seq_begin(const seqcount_t *s);
int __psim_seq_retry(const seqcount_t *s, unsigned int start);
void __psim_seq_write_begin(seqcount_t *s);
void __psim_seq_write_end(seqcount_t *s);
unsigned int __psim_seq_raw(const seqcount_t *s);

/* Return: the count to give to read_seqcount_retry(); waits until no writer is inside. */
#define read_seqcount_begin(s)	   __psim_seq_begin(__psim_seq(s))
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
/* Does not wait: odd while a writer is inside, or with the odd bit cleared, so that the retry fails. */
#define raw_read_seqcount(s)  __psim_seq_raw(__psim_seq(s))
#define raw_seqcount_begin(s) (__psim_seq_raw(__psim_seq(s)) & ~1u)
/* Return: whether a writer was there since. */
#define read_seqcount_retry(s, start)	__psim_seq_retry(__psim_seq(s), (start))
#define __read_seqcount_retry(s, start) read_seqcount_retry(s, start)
#define write_seqcount_begin(s)                        \
	do {                                           \
		preempt_disable();                     \
		__psim_seq_write_begin(__psim_seq(s)); \
	} while (0)
#define write_seqcount_end(s)                        \
	do {                                         \
		__psim_seq_write_end(__psim_seq(s)); \
		preempt_enable();                    \
	} while (0)
#define raw_write_seqcount_begin(s) write_seqcount_begin(s)
#define raw_write_seqcount_end(s)   write_seqcount_end(s)
/* Make readers that are inside start again. */
#define write_seqcount_invalidate(s)                   \
	do {                                           \
		__psim_seq_write_begin(__psim_seq(s)); \
		__psim_seq_write_end(__psim_seq(s));   \
	} while (0)

/* ---- seqlock_t: a counter with a spinlock for its writers --------------------------------------------- */

typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name)                                      \
	{                                                             \
		.seqcount = SEQCNT_SPINLOCK_ZERO(name, &(name).lock), \
		.lock = __SPIN_LOCK_INITIALIZER(name.lock)            \
	}
#define DEFINE_SEQLOCK(sl) seqlock_t sl = __SEQLOCK_UNLOCKED(sl)
#define seqlock_init(sl)                                              \
	do {                                                          \
		spin_lock_init(&(sl)->lock);                          \
		seqcount_spinlock_init(&(sl)->seqcount, &(sl)->lock); \
	} while (0)
#define read_seqbegin(sl)	 read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start) read_seqcount_retry(&(sl)->seqcount, (start))
#define write_seqlock(sl)                                            \
	do {                                                         \
		spin_lock(&(sl)->lock);                              \
		__psim_seq_write_begin(__psim_seq(&(sl)->seqcount)); \
	} while (0)
#define write_sequnlock(sl)                                        \
	do {                                                       \
		__psim_seq_write_end(__psim_seq(&(sl)->seqcount)); \
		spin_unlock(&(sl)->lock);                          \
	} while (0)
#define write_seqlock_irqsave(sl, flags)                             \
	do {                                                         \
		spin_lock_irqsave(&(sl)->lock, flags);               \
		__psim_seq_write_begin(__psim_seq(&(sl)->seqcount)); \
	} while (0)
#define write_sequnlock_irqrestore(sl, flags)                      \
	do {                                                       \
		__psim_seq_write_end(__psim_seq(&(sl)->seqcount)); \
		spin_unlock_irqrestore(&(sl)->lock, flags);        \
	} while (0)
#define read_seqlock_excl(sl)	spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)

#endif /* _LINUX_SEQLOCK_H */
