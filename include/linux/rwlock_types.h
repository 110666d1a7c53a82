/* SPDX-License-Identifier: MIT */
/* The reader-writer spinlock. */
#ifndef _LINUX_RWLOCK_TYPES_H
#define _LINUX_RWLOCK_TYPES_H

#include <linux/types.h>
#include <linux/lockdep_types.h>

struct task_struct;

typedef struct {
	unsigned int __psim_word;
	unsigned int __psim_readers;
	struct task_struct *__psim_owner;
	struct __psim_waiter *__psim_first, *__psim_last;
	struct lockdep_map dep_map;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(lockname)            \
	(rwlock_t)                              \
	{                                       \
		.dep_map = {.name = #lockname } \
	}
#define DEFINE_RWLOCK(x) rwlock_t x = {.dep_map = {.name = #x}}

#endif /* _LINUX_RWLOCK_TYPES_H */
