/* SPDX-License-Identifier: MIT */
/* The types of spinlocks and of reader-writer spinlocks, and their static initialisers. */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>
#include <linux/lockdep_types.h>

struct task_struct;

/*
 * __psim_word guards the members; the owner is set while locked; tasks that spin are queued in the
 * order in which they came (a queued spinlock is fair).
 */
#define __PSIM_SPINLOCK_MEMBERS                           \
	unsigned int __psim_word;                         \
	unsigned int __psim_flags;                        \
	struct task_struct *__psim_owner;                 \
	struct __psim_waiter *__psim_first, *__psim_last; \
	struct lockdep_map dep_map

typedef struct raw_spinlock {
	__PSIM_SPINLOCK_MEMBERS;
} raw_spinlock_t;

typedef struct spinlock {
	union {
		struct raw_spinlock rlock;
		struct {
			__PSIM_SPINLOCK_MEMBERS;
		};
	};
} spinlock_t;

#define __RAW_SPIN_LOCK_INITIALIZER(lockname)   \
	{                                       \
		.dep_map = {.name = #lockname } \
	}
#define __RAW_SPIN_LOCK_UNLOCKED(lockname) (raw_spinlock_t) __RAW_SPIN_LOCK_INITIALIZER(lockname)
#define DEFINE_RAW_SPINLOCK(x)		   raw_spinlock_t x = __RAW_SPIN_LOCK_INITIALIZER(x)

#define __SPIN_LOCK_INITIALIZER(lockname)                              \
	{                                                              \
		{                                                      \
			.rlock = __RAW_SPIN_LOCK_INITIALIZER(lockname) \
		}                                                      \
	}
#define __SPIN_LOCK_UNLOCKED(lockname) (spinlock_t) __SPIN_LOCK_INITIALIZER(lockname)
#define DEFINE_SPINLOCK(x)	       spinlock_t x = __SPIN_LOCK_INITIALIZER(x)

#include <linux/rwlock_types.h>

#endif /* _LINUX_SPINLOCK_TYPES_H */
