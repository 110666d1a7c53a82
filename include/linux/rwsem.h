/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphores: readers share, writers are alone; both may sleep.
 *
 * Nobody starves: once a writer waits, a new reader queues behind it, also when the new reader's task
 * reads already: that deadlocks, as in a kernel, and is reported (S9.52).
 */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/types.h>
#include <linux/lockdep.h>
#include <linux/cleanup.h>
#include <linux/spinlock_types.h>
#include <linux/list.h>
#include <linux/err.h>
#include <linux/__psim_might.h>

struct task_struct;

/**
 * struct rw_semaphore - a sleeping reader-writer lock
 * @dep_map: name and class
 * @__psim_word: guards the members
 * @__psim_readers: how many read
 * @__psim_owner: the writer
 * @__psim_first, @__psim_last: tasks that wait, in order
 * @magic: the lock's own address while it is initialised
 */
struct rw_semaphore {
	unsigned int __psim_word;
	unsigned int __psim_readers;
	struct task_struct *__psim_owner;
	struct __psim_waiter *__psim_first, *__psim_last;
	void *magic;
	struct lockdep_map dep_map;
};

#define __RWSEM_INITIALIZER(name_)                              \
	{                                                       \
		.magic = &(name_), .dep_map = {.name = #name_ } \
	}
/** DECLARE_RWSEM() - a semaphore that nobody holds */
#define DECLARE_RWSEM(name_) struct rw_semaphore name_ = __RWSEM_INITIALIZER(name_)

/** __init_rwsem() - what init_rwsem() is made of */
void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
/** init_rwsem() - make it ready; the place is its class */
#define init_rwsem(sem)                             \
	do {                                        \
		static struct lock_class_key __key; \
		__init_rwsem((sem), #sem, &__key);  \
	} while (0)

/** rwsem_is_locked() - does anybody hold it? */
int rwsem_is_locked(struct rw_semaphore *sem);
/** rwsem_is_contended() - does anybody wait for it? */
int rwsem_is_contended(struct rw_semaphore *sem);

enum __psim_rwsem_wait {
	__PSIM_RWSEM_ANY,
	__PSIM_RWSEM_KILLABLE,
	__PSIM_RWSEM_INTERRUPTIBLE
};
int __psim_down_read(struct rw_semaphore *sem, enum __psim_rwsem_wait wait, unsigned int subclass,
		     const char *site);
int __psim_down_write(struct rw_semaphore *sem, enum __psim_rwsem_wait wait, unsigned int subclass,
		      const char *site);
int __psim_down_read_trylock(struct rw_semaphore *sem, const char *site);
int __psim_down_write_trylock(struct rw_semaphore *sem, const char *site);
void __psim_up_read(struct rw_semaphore *sem, bool other_task, const char *site);
void __psim_up_write(struct rw_semaphore *sem, const char *site);
void __psim_downgrade_write(struct rw_semaphore *sem, const char *site);

/** down_read() - share it with other readers; waits behind writers that wait; may sleep */
#define down_read(sem) ((void)__psim_down_read((sem), __PSIM_RWSEM_ANY, 0, __func__))
#define down_read_nested(sem, subclass) \
	((void)__psim_down_read((sem), __PSIM_RWSEM_ANY, (subclass), __func__))
/* Return, these: 0, or -EINTR. */
#define down_read_killable(sem) __psim_down_read((sem), __PSIM_RWSEM_KILLABLE, 0, __func__)
#define down_read_killable_nested(sem, subclass) \
	__psim_down_read((sem), __PSIM_RWSEM_KILLABLE, (subclass), __func__)
#define down_read_interruptible(sem) \
	__psim_down_read((sem), __PSIM_RWSEM_INTERRUPTIBLE, 0, __func__)
/* Return: 1 if this task has it now, 0 if not. */
#define down_read_trylock(sem) __psim_down_read_trylock((sem), __func__)
#define down_write(sem)	       ((void)__psim_down_write((sem), __PSIM_RWSEM_ANY, 0, __func__))
#define down_write_nested(sem, subclass) \
	((void)__psim_down_write((sem), __PSIM_RWSEM_ANY, (subclass), __func__))
#define down_write_killable(sem) __psim_down_write((sem), __PSIM_RWSEM_KILLABLE, 0, __func__)
#define down_write_killable_nested(sem, subclass) \
	__psim_down_write((sem), __PSIM_RWSEM_KILLABLE, (subclass), __func__)
#define down_write_nest_lock(sem, nest) down_write_nested(sem, SINGLE_DEPTH_NESTING)
#define down_write_trylock(sem)		__psim_down_write_trylock((sem), __func__)
#define up_read(sem)			__psim_up_read((sem), false, __func__)
#define up_write(sem)			__psim_up_write((sem), __func__)
/* The writer goes on as a reader; readers that wait come in with it. */
#define downgrade_write(sem) __psim_downgrade_write((sem), __func__)
/* A read hold that another task lets go. */
#define down_read_non_owner(sem) __psim_down_read_non_owner((sem), __func__)
#define up_read_non_owner(sem)	 __psim_up_read((sem), true, __func__)
void __psim_down_read_non_owner(struct rw_semaphore *sem, const char *site);

/** rwsem_assert_held() - a report unless the running task holds it */
#define rwsem_assert_held(sem) lockdep_assert_held(sem)
/** rwsem_assert_held_write() - a report unless the running task holds it for writing */
#define rwsem_assert_held_write(sem) lockdep_assert_held_write(sem)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD_COND(rwsem_read, _intr, down_read_interruptible(_T) == 0)
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))
DEFINE_GUARD_COND(rwsem_write, _kill, down_write_killable(_T) == 0)

#endif /* _LINUX_RWSEM_H */
