// SPDX-License-Identifier: MIT
/*
 * Reader-writer spinlocks: fair, first come first served, but for a reader in an interrupt, which goes
 * in past writers that wait.
 */
#include <linux/spinlock.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/spinlock.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

enum {
	READER,
	WRITER
};

void __rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key)
{
	lock->__psim_word = 0;
	lock->__psim_readers = 0;
	lock->__psim_owner = NULL;
	lock->__psim_first = lock->__psim_last = NULL;
	lockdep_init_map(&lock->dep_map, name, key, 0);
}

static bool may_enter(rwlock_t *lock, unsigned int kind)
{
	if (kind == WRITER)
		return !lock->__psim_owner && !lock->__psim_readers;
	if (lock->__psim_owner)
		return false;
	return !lock->__psim_first || psim_in_hardirq() || psim_in_softirq();
}

static void enter(rwlock_t *lock, unsigned int kind, struct task_struct *task)
{
	if (kind == WRITER)
		lock->__psim_owner = task;
	else
		lock->__psim_readers++;
}

/* The raw lock is held, before and after. */
static void wait_turn(rwlock_t *lock, unsigned int kind, const char *site)
{
	struct __psim_waiter waiter = {.task = current, .kind = kind};

	psim_waiters_push(lock, &waiter);
	psim_waits_begin(psim_waits_for_lock("rwlock", &lock->dep_map, site));
	do {
		psim_raw_unlock(psim_word(&lock->__psim_word));
		psim_park_spinning();
		psim_raw_lock(psim_word(&lock->__psim_word));
	} while (!waiter.granted);
	psim_waits_end();
}

static void take(rwlock_t *lock, unsigned int kind, int how, const char *site)
{
	psim_point_at(PSIM_POINT_LOCK, site);
	psim_lock_check_init(&lock->dep_map, "rwlock", site);
	psim_spin_context_enter(how);
	if (unlikely(lock_is_held_type(&lock->dep_map, kind == WRITER ? -1 : 0) == LOCK_STATE_HELD))
		psim_lock_recursion(&lock->dep_map, "rwlock", site);
	psim_raw_lock(psim_word(&lock->__psim_word));
	if (may_enter(lock, kind))
		enter(lock, kind, current);
	else
		wait_turn(lock, kind, site);
	psim_raw_unlock(psim_word(&lock->__psim_word));
	psim_held_push(&lock->dep_map, 0, kind == READER, false, site);
}

static int try_take(rwlock_t *lock, unsigned int kind, int how, const char *site)
{
	bool taken;

	psim_point_at(PSIM_POINT_LOCK, site);
	psim_lock_check_init(&lock->dep_map, "rwlock", site);
	psim_spin_context_enter(how);
	psim_raw_lock(psim_word(&lock->__psim_word));
	taken = may_enter(lock, kind);
	if (taken)
		enter(lock, kind, current);
	psim_raw_unlock(psim_word(&lock->__psim_word));
	if (taken) {
		psim_held_push(&lock->dep_map, 0, kind == READER, true, site);
		return 1;
	}
	psim_spin_context_leave(how);
	psim_yielded();
	return 0;
}

/* Let in whoever is next: one writer, or the readers up to the next writer. */
static void hand_on(rwlock_t *lock)
{
	struct __psim_waiter *next;

	while ((next = lock->__psim_first)) {
		if (next->kind == WRITER && (lock->__psim_readers || lock->__psim_owner))
			break;
		if (next->kind == READER && lock->__psim_owner)
			break;
		enter(lock, next->kind, next->task);
		psim_waiters_grant(lock, next);
	}
}

static void give(rwlock_t *lock, unsigned int kind, int how, const char *site)
{
	if (unlikely(!psim_held_pop(&lock->dep_map, site)))
		return;
	psim_raw_lock(psim_word(&lock->__psim_word));
	if (kind == WRITER)
		lock->__psim_owner = NULL;
	else
		lock->__psim_readers--;
	hand_on(lock);
	psim_raw_unlock(psim_word(&lock->__psim_word));
	psim_spin_context_leave(how);
	psim_point_at(PSIM_POINT_UNLOCK, site);
}

void __psim_read_lock(rwlock_t *lock, int how, const char *site)
{
	take(lock, READER, how, site);
}

int __psim_read_trylock(rwlock_t *lock, int how, const char *site)
{
	return try_take(lock, READER, how, site);
}

void __psim_read_unlock(rwlock_t *lock, int how, const char *site)
{
	give(lock, READER, how, site);
}

void __psim_write_lock(rwlock_t *lock, int how, const char *site)
{
	take(lock, WRITER, how, site);
}

int __psim_write_trylock(rwlock_t *lock, int how, const char *site)
{
	return try_take(lock, WRITER, how, site);
}

void __psim_write_unlock(rwlock_t *lock, int how, const char *site)
{
	give(lock, WRITER, how, site);
}
