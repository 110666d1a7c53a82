/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: sleep until the lock is free. Only the owner lets go; taking one twice is a deadlock and a
 * report (law 4). A waiter that was passed over once gets the lock handed to it next.
 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/types.h>
#include <linux/lockdep.h>
#include <linux/cleanup.h>
#include <linux/spinlock_types.h>
#include <linux/list.h>
#include <linux/__psim_might.h>

struct task_struct;

/**
 * struct mutex - a sleeping lock
 * @dep_map: name and class
 * @__psim_word: guards the members
 * @__psim_owner: the task that holds it
 * @__psim_first, @__psim_last: tasks that wait, in order
 * @magic: the lock's own address while it is initialised: a copied or destroyed mutex is found
 */
struct mutex {
	unsigned int __psim_word;
	struct task_struct *__psim_owner;
	struct __psim_waiter *__psim_first, *__psim_last;
	void *magic;
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(lockname)                                 \
	{                                                             \
		.magic = &(lockname), .dep_map = {.name = #lockname } \
	}
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
#define mutex_init(lock)                             \
	do {                                         \
		static struct lock_class_key __key;  \
		__mutex_init((lock), #lock, &__key); \
	} while (0)
#define mutex_init_with_key(lock, key) __mutex_init((lock), #lock, (key))

/* The lock must be free; using it afterwards is a report until it is initialised again. */
void mutex_destroy(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);

enum __psim_mutex_wait {
	__PSIM_MUTEX_ANY,
	__PSIM_MUTEX_KILLABLE,
	__PSIM_MUTEX_INTERRUPTIBLE
};
int __psim_mutex_lock(struct mutex *lock, enum __psim_mutex_wait wait, unsigned int subclass,
		      const char *site);
int __psim_mutex_trylock(struct mutex *lock, const char *site);
void __psim_mutex_unlock(struct mutex *lock, const char *site);

/* Process context; sleeps. */
#define mutex_lock(lock) ((void)__psim_mutex_lock((lock), __PSIM_MUTEX_ANY, 0, __func__))
/* Return: 0, or -EINTR when a signal is pending before the lock was free (S9.70). */
#define mutex_lock_interruptible(lock) \
	__psim_mutex_lock((lock), __PSIM_MUTEX_INTERRUPTIBLE, 0, __func__)
/* Return: 0, or -EINTR when a fatal signal is pending before the lock was free. */
#define mutex_lock_killable(lock) __psim_mutex_lock((lock), __PSIM_MUTEX_KILLABLE, 0, __func__)
#define mutex_lock_io(lock)	  mutex_lock(lock)
#define mutex_lock_nested(lock, subclass) \
	((void)__psim_mutex_lock((lock), __PSIM_MUTEX_ANY, (subclass), __func__))
#define mutex_lock_interruptible_nested(lock, subclass) \
	__psim_mutex_lock((lock), __PSIM_MUTEX_INTERRUPTIBLE, (subclass), __func__)
#define mutex_lock_killable_nested(lock, subclass) \
	__psim_mutex_lock((lock), __PSIM_MUTEX_KILLABLE, (subclass), __func__)
#define mutex_lock_nest_lock(lock, nest) mutex_lock_nested(lock, SINGLE_DEPTH_NESTING)
/* Return: 1 if this task has it now, 0 if it was taken. Not from interrupts. */
#define mutex_trylock(lock) __psim_mutex_trylock((lock), __func__)
#define mutex_unlock(lock)  __psim_mutex_unlock((lock), __func__)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)
DEFINE_GUARD_COND(mutex, _kill, mutex_lock_killable(_T) == 0)

#endif /* _LINUX_MUTEX_H */
