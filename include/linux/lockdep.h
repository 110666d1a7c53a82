/* SPDX-License-Identifier: MIT */
/*
 * The lock checker's face: who holds what, asserted against the held-locks list of the task, and
 * annotations for what is no lock but behaves like one. A broken assertion is a report (law 4).
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/compiler.h>
#include <linux/lockdep_types.h>
#include <linux/bug.h>

#define LOCK_STATE_UNKNOWN  -1
#define LOCK_STATE_NOT_HELD 0
#define LOCK_STATE_HELD	    1

#define SINGLE_DEPTH_NESTING 1

struct task_struct;

/**
 * lock_is_held_type() - does the current task hold this lock?
 * @lock: the lock's map
 * @read: 1: held for reading; 0: held exclusively; -1: either
 *
 * Any context. Return: LOCK_STATE_HELD or LOCK_STATE_NOT_HELD.
 */
int lock_is_held_type(const struct lockdep_map *lock, int read);

static inline int lock_is_held(const struct lockdep_map *lock)
{
	return lock_is_held_type(lock, -1);
}

#define lockdep_is_held(lock)		 lock_is_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, read) lock_is_held_type(&(lock)->dep_map, (read))

void __psim_lockdep_complain(const struct lockdep_map *lock, const char *what, const char *site);

/* Any condition that has to do with locks. */
#define lockdep_assert(condition)      ((void)WARN_ON(!(condition)))
#define lockdep_assert_once(condition) ((void)WARN_ON_ONCE(!(condition)))

#define __psim_lockdep_expect(lock, read, held, what)                                 \
	do {                                                                          \
		if (unlikely(lock_is_held_type(&(lock)->dep_map, (read)) == !(held))) \
			__psim_lockdep_complain(&(lock)->dep_map, (what), __func__);  \
	} while (0)
#define lockdep_assert_held(lock) __psim_lockdep_expect(lock, -1, LOCK_STATE_HELD, "is not held")
#define lockdep_assert_held_write(lock) \
	__psim_lockdep_expect(lock, 0, LOCK_STATE_HELD, "is not held for writing")
#define lockdep_assert_held_read(lock) \
	__psim_lockdep_expect(lock, 1, LOCK_STATE_HELD, "is not held for reading")
#define lockdep_assert_not_held(lock) \
	__psim_lockdep_expect(lock, -1, LOCK_STATE_NOT_HELD, "is held")
#define lockdep_assert_held_once(lock)	lockdep_assert_held(lock)
#define lockdep_assert_none_held_once() __psim_lockdep_none_held(__func__)
void __psim_lockdep_none_held(const char *site);

/* Contexts. */
void __psim_lockdep_context(int which, const char *site);
#define lockdep_assert_preemption_disabled() __psim_lockdep_context(0, __func__)
#define lockdep_assert_irqs_disabled()	     __psim_lockdep_context(1, __func__)
#define lockdep_assert_irqs_enabled()	     __psim_lockdep_context(2, __func__)
#define lockdep_assert_in_softirq()	     __psim_lockdep_context(3, __func__)

/**
 * lockdep_init_map() - give a map its name and class
 * @lock: the map
 * @name: shown in reports; not copied
 * @key: the class
 * @subclass: 0 to MAX_LOCKDEP_SUBCLASSES - 1
 */
void lockdep_init_map(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
		      int subclass);
#define lockdep_set_class(lock, key) lockdep_set_class_and_name(lock, key, #key)
#define lockdep_set_class_and_name(lock, key, name) \
	lockdep_init_map(&(lock)->dep_map, (name), (key), 0)
#define lockdep_set_subclass(lock, sub) \
	lockdep_init_map(&(lock)->dep_map, #lock, (lock)->dep_map.key, (sub))
#define lockdep_match_class(lock, which) ((lock)->dep_map.key == (which))

/* Keys in memory that is freed again; the checker keeps no table of keys, so both only count. */
void lockdep_register_key(struct lock_class_key *key);
void lockdep_unregister_key(struct lock_class_key *key);

/* From here on the lock counts as never initialised. */
void __psim_lockdep_forget(struct lockdep_map *lock);

/* ---- annotations: put a map on the held-locks list, or take it off --------------------------- */

void __psim_lock_map_acquire(struct lockdep_map *lock, unsigned int subclass, int trylock, int read,
			     const char *site);
void __psim_lock_map_release(struct lockdep_map *lock, const char *site);

#define lock_acquire(lock, subclass, trylock, read, check, nest_lock, ip) \
	__psim_lock_map_acquire((lock), (subclass), (trylock), (read), __func__)
#define lock_release(lock, ip) __psim_lock_map_release((lock), __func__)

#define lock_map_acquire(map)	      __psim_lock_map_acquire((map), 0, 0, 0, __func__)
#define lock_map_acquire_try(map)     __psim_lock_map_acquire((map), 0, 1, 0, __func__)
#define lock_map_acquire_read(map)    __psim_lock_map_acquire((map), 0, 0, 2, __func__)
#define lock_map_acquire_tryread(map) __psim_lock_map_acquire((map), 0, 1, 2, __func__)
#define lock_map_release(map)	      __psim_lock_map_release((map), __func__)

#define mutex_acquire(map, subclass, trylock, ip) \
	__psim_lock_map_acquire((map), (subclass), (trylock), 0, __func__)
#define mutex_acquire_nest(map, subclass, trylock, nest, ip) \
	__psim_lock_map_acquire((map), (subclass), (trylock), 0, __func__)
#define mutex_release(map, ip) __psim_lock_map_release((map), __func__)
#define rwsem_acquire(map, subclass, trylock, ip) \
	__psim_lock_map_acquire((map), (subclass), (trylock), 0, __func__)
#define rwsem_acquire_read(map, subclass, trylock, ip) \
	__psim_lock_map_acquire((map), (subclass), (trylock), 1, __func__)
#define rwsem_release(map, ip) __psim_lock_map_release((map), __func__)

/* This path may take the lock: the order it would be taken in is noted now. */
void __psim_might_lock(struct lockdep_map *lock, unsigned int subclass, int read, const char *site);
#define might_lock(lock)      __psim_might_lock(&(lock)->dep_map, 0, 0, __func__)
#define might_lock_read(lock) __psim_might_lock(&(lock)->dep_map, 0, 1, __func__)
#define might_lock_nested(lock, subclass) \
	__psim_might_lock(&(lock)->dep_map, (subclass), 0, __func__)

#define STATIC_LOCKDEP_MAP_INIT(name_, key_)           \
	{                                              \
		.name = (name_), .key = (void *)(key_) \
	}

/* How many locks a task holds. */
#define lockdep_depth(task) __psim_lockdep_depth(task)
int __psim_lockdep_depth(const struct task_struct *task);

#endif /* _LINUX_LOCKDEP_H */
