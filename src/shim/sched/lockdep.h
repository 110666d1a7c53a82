/* SPDX-License-Identifier: MIT */
/*
 * The lock checker, as the shim's own rooms use it: the held-locks list of each task, and the checks
 * when a task ends or memory is freed.
 */
#ifndef PSIM_LOCKDEP_H
#define PSIM_LOCKDEP_H

#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/types.h>
#include "host/race.h"

struct psim_config;

/* A machine starts: are the lists below kept? */
void psim_held_start(const struct psim_config *config);

/* No lists are kept (PSIM_HELD_LOCKS); the same from a machine's start to its end. */
extern bool psim_held_off;

void psim_held_push_slow(struct lockdep_map *map, unsigned int subclass, int read, bool trylock,
			 const char *site);
bool psim_held_pop_slow(struct lockdep_map *map, const char *site);
struct __psim_held *psim_held_search(const struct lockdep_map *map);

/* The locks that the current task holds grew by one. */
static inline void psim_held_push(struct lockdep_map *map, unsigned int subclass, int read,
				  bool trylock, const char *site)
{
	if (!psim_held_off || psim_race)
		psim_held_push_slow(map, subclass, read, trylock, site);
}

/* They shrank by one. Return: false, after a report, if the task does not hold it. */
static inline bool psim_held_pop(struct lockdep_map *map, const char *site)
{
	return (psim_held_off && !psim_race) || psim_held_pop_slow(map, site);
}

/* The current task's entry of @map, or NULL. */
static inline struct __psim_held *psim_held_find(const struct lockdep_map *map)
{
	return current->__psim_sync.nr_held ? psim_held_search(map) : NULL;
}

/* Its number in traces. */
unsigned int psim_lock_nr(const struct lockdep_map *map);

void psim_lock_never_initialised(struct lockdep_map *map, const char *kind, const char *site);
/* A lock is used: was it ever initialised? */
static inline void psim_lock_check_init(struct lockdep_map *map, const char *kind, const char *site)
{
	if (unlikely(!map->name))
		psim_lock_never_initialised(map, kind, site);
}

/* The current task takes a lock that it has: a report that ends the run. */
void psim_lock_recursion(struct lockdep_map *map, const char *kind, const char *site) __noreturn;

/**
 * psim_lock_check_freed() - memory is about to be freed
 * @addr: its first byte
 * @size: its length
 *
 * Reports a lock of the current task, a pending timer or a queued work item inside of it. For the slab
 * and page allocators; any context.
 */
void psim_lock_check_freed(const void *addr, size_t size);

/* A lock was put on the current task's list: is that an order that can deadlock? */
void psim_lock_order(const struct __psim_task_sync *s);
/* A map is initialised at a nesting level: that is its class wherever its taker names no level. */
void psim_lock_order_level(struct lockdep_map *map, unsigned int subclass);
int psim_lock_order_start(const struct psim_config *config);
void psim_lock_order_stop(void);

/* The current task ends, or has come back from a callback: it must hold nothing. */
void psim_sync_task_exit(struct task_struct *task);
/* As that, for the end of a work item, timer or other callback, which @what and @function name. */
void psim_sync_callback_left(const char *what, void *function, unsigned int held_before);

void psim_sync_must_not_sleep(const char *what);
/* Sleeping primitives: report if this context may not sleep; also inside RCU readers. */
static inline void psim_sync_may_sleep(const char *what)
{
	const struct task_struct *me = current;

	if (unlikely(!me || me->__psim_preempt_count || me->__psim_irqs_off ||
		     me->__psim_sync.rcu_nesting || me->__psim_sync.non_block > 0))
		psim_sync_must_not_sleep(what);
}

/* For psim_lock_check_freed(): what of theirs lies in the range? */
void psim_timers_check_freed(const void *addr, size_t size);
void psim_work_check_freed(const void *addr, size_t size);

#endif /* PSIM_LOCKDEP_H */
