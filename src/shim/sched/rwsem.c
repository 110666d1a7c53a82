// SPDX-License-Identifier: MIT
/*
 * Reader-writer semaphores. Readers enter while nobody waits; a writer that is let go of last wakes the
 * first in the queue: a writer competes with newcomers once and is handed the lock the next time, a
 * reader takes all waiting readers in with it.
 */
#include <linux/errno.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "host/race.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

enum {
	READER,
	WRITER
};

static const unsigned int states[] = {TASK_UNINTERRUPTIBLE, TASK_KILLABLE, TASK_INTERRUPTIBLE};

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sem->__psim_word = 0;
	sem->__psim_readers = 0;
	sem->__psim_owner = NULL;
	sem->__psim_first = sem->__psim_last = NULL;
	sem->magic = sem;
	lockdep_init_map(&sem->dep_map, name, key, 0);
}

static inline void check_magic(struct rw_semaphore *sem, const char *site)
{
	if (likely(sem->magic == sem))
		return;
	psim_report("law 4", "%s uses a rw_semaphore that was never initialised, or is a copy",
		    site);
	sem->magic = sem;
	if (!sem->dep_map.name)
		sem->dep_map.name = "(never initialised)";
}

static bool is_free(struct rw_semaphore *sem)
{
	return !sem->__psim_owner && !sem->__psim_readers;
}

/* A newcomer may enter: a reader when nobody waits; a writer unless the first was passed over. */
static bool may_enter(struct rw_semaphore *sem, unsigned int kind)
{
	if (kind == READER)
		return !sem->__psim_owner && !sem->__psim_first;
	return is_free(sem) && !(sem->__psim_first && sem->__psim_first->passed);
}

static void enter(struct rw_semaphore *sem, unsigned int kind, struct task_struct *task)
{
	if (kind == READER)
		sem->__psim_readers++;
	else
		sem->__psim_owner = task;
}

/* All waiting readers go in, also those behind a writer. */
static void admit_readers(struct rw_semaphore *sem)
{
	struct __psim_waiter *w, *next;

	for (w = sem->__psim_first; w; w = next) {
		next = w->next;
		if (w->kind != READER)
			continue;
		sem->__psim_readers++;
		psim_waiters_grant(sem, w);
	}
}

/* The lock was let go of, or the first waiter gave up: who is next? */
static __attribute__((__noinline__)) void hand_on_to(struct rw_semaphore *sem)
{
	struct __psim_waiter *first = sem->__psim_first;

	if (sem->__psim_owner)
		return;
	if (first->kind == READER) {
		admit_readers(sem);
	} else if (!sem->__psim_readers) {
		if (first->passed) {
			sem->__psim_owner = first->task;
			psim_waiters_grant(sem, first);
		} else {
			psim_unpark(first->task);
		}
	}
}

static inline void hand_on(struct rw_semaphore *sem)
{
	if (unlikely(sem->__psim_first))
		hand_on_to(sem);
}

/* Called with the raw lock held, returns with it. */
static __attribute__((__noinline__)) int sem_wait(struct rw_semaphore *sem, unsigned int kind,
						  unsigned int state, const char *site)
{
	struct __psim_waiter waiter = {.task = current, .kind = kind};

	psim_waiters_push(sem, &waiter);
	psim_waits_begin(psim_waits_for_lock("rw_semaphore", &sem->dep_map, site));
	for (;;) {
		if (!waiter.granted && kind == WRITER && sem->__psim_first == &waiter &&
		    is_free(sem)) {
			sem->__psim_owner = current;
			psim_waiters_remove(sem, &waiter);
			waiter.granted = true;
		}
		if (waiter.granted)
			break;
		if (psim_interrupted(state))
			break;
		psim_raw_unlock(psim_word(&sem->__psim_word));
		psim_sleep(state);
		psim_raw_lock(psim_word(&sem->__psim_word));
		if (!waiter.granted && sem->__psim_owner && sem->__psim_first == &waiter)
			waiter.passed = true;
	}
	psim_waits_end();
	if (waiter.granted)
		return 0;
	psim_waiters_remove(sem, &waiter);
	hand_on(sem);
	return -EINTR;
}

/* The task has the lock already. Reading twice is not a deadlock until a writer comes between. */
static inline void check_again(struct rw_semaphore *sem, unsigned int kind, const char *site)
{
	struct __psim_held *held = psim_held_find(&sem->dep_map);

	if (likely(!held))
		return;
	if (kind == WRITER || !held->read)
		psim_lock_recursion(&sem->dep_map, "rw_semaphore", site);
	psim_report("law 4", "%s reads %s again, read since %s: a deadlock once a writer waits",
		    site, sem->dep_map.name, held->site);
}

static inline int down(struct rw_semaphore *sem, unsigned int kind, enum __psim_rwsem_wait wait,
		       unsigned int subclass, const char *site)
{
	int err = 0;

	psim_point_at(PSIM_POINT_LOCK, site);
	psim_sync_may_sleep(site);
	check_magic(sem, site);
	check_again(sem, kind, site);
	psim_raw_lock(psim_word(&sem->__psim_word));
	if (likely(may_enter(sem, kind)))
		enter(sem, kind, current);
	else
		err = sem_wait(sem, kind, states[wait], site);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	if (!err)
		psim_held_push(&sem->dep_map, subclass, kind == READER, false, site);
	return err;
}

static int down_try(struct rw_semaphore *sem, unsigned int kind, const char *site)
{
	bool taken;

	psim_point_at(PSIM_POINT_LOCK, site);
	check_magic(sem, site);
	psim_raw_lock(psim_word(&sem->__psim_word));
	taken = may_enter(sem, kind);
	if (taken)
		enter(sem, kind, current);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	if (taken)
		psim_held_push(&sem->dep_map, 0, kind == READER, true, site);
	else
		psim_yielded();
	return taken;
}

int __psim_down_read(struct rw_semaphore *sem, enum __psim_rwsem_wait wait, unsigned int subclass,
		     const char *site)
{
	return down(sem, READER, wait, subclass, site);
}

int __psim_down_write(struct rw_semaphore *sem, enum __psim_rwsem_wait wait, unsigned int subclass,
		      const char *site)
{
	return down(sem, WRITER, wait, subclass, site);
}

int __psim_down_read_trylock(struct rw_semaphore *sem, const char *site)
{
	return down_try(sem, READER, site);
}

int __psim_down_write_trylock(struct rw_semaphore *sem, const char *site)
{
	return down_try(sem, WRITER, site);
}

void __psim_down_read_non_owner(struct rw_semaphore *sem, const char *site)
{
	down(sem, READER, __PSIM_RWSEM_ANY, 0, site);
	psim_held_pop(&sem->dep_map, site);
}

void __psim_up_read(struct rw_semaphore *sem, bool other_task, const char *site)
{
	check_magic(sem, site);
	if (other_task)
		psim_edge_out((char *)&sem->dep_map + 1);
	else if (unlikely(!psim_held_pop(&sem->dep_map, site)))
		return;
	psim_raw_lock(psim_word(&sem->__psim_word));
	if (!--sem->__psim_readers)
		hand_on(sem);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	psim_point_at(PSIM_POINT_UNLOCK, site);
}

void __psim_up_write(struct rw_semaphore *sem, const char *site)
{
	check_magic(sem, site);
	if (unlikely(!psim_held_pop(&sem->dep_map, site)))
		return;
	psim_raw_lock(psim_word(&sem->__psim_word));
	sem->__psim_owner = NULL;
	hand_on(sem);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	psim_point_at(PSIM_POINT_UNLOCK, site);
}

void __psim_downgrade_write(struct rw_semaphore *sem, const char *site)
{
	struct __psim_held *held;

	check_magic(sem, site);
	held = psim_held_find(&sem->dep_map);
	if (sem->__psim_owner != current) {
		psim_report("law 4", "%s downgrades %s, which it does not hold for writing", site,
			    sem->dep_map.name);
		return;
	}
	if (held)
		held->read = 1;
	/* readers come in beside this one, and after what it wrote */
	psim_edge_out(&sem->dep_map);
	psim_raw_lock(psim_word(&sem->__psim_word));
	sem->__psim_owner = NULL;
	sem->__psim_readers++;
	if (sem->__psim_first && sem->__psim_first->kind == READER)
		admit_readers(sem);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	psim_point_at(PSIM_POINT_UNLOCK, site);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	bool locked;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(psim_word(&sem->__psim_word));
	locked = !is_free(sem);
	psim_raw_unlock(psim_word(&sem->__psim_word));
	return locked;
}

int rwsem_is_contended(struct rw_semaphore *sem)
{
	bool contended;

	psim_raw_lock(psim_word(&sem->__psim_word));
	contended = sem->__psim_first;
	psim_raw_unlock(psim_word(&sem->__psim_word));
	return contended;
}
