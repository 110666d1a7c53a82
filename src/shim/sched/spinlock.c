// SPDX-License-Identifier: MIT
/*
 * Spinlocks, under both their names. A task that finds the lock taken queues up and keeps its CPU; the
 * lock is handed on in the order of arrival, as a queued spinlock does.
 */
#include <linux/spinlock.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/rcu.h"
#include "sched/spinlock.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

static inline void context_enter(int how)
{
	if (unlikely(how)) {
		if (how == __PSIM_SPIN_IRQ)
			psim_irq_off();
		else
			psim_bh_off();
	}
	current->__psim_preempt_count++;
	psim_rcu_enter();
}

static inline void context_leave(int how)
{
	psim_rcu_leave();
	if (likely(current->__psim_preempt_count & PREEMPT_MASK))
		current->__psim_preempt_count--;
	else
		psim_preempt_on();
	if (unlikely(how)) {
		if (how == __PSIM_SPIN_IRQ)
			psim_irq_on();
		else
			psim_bh_on();
	}
}

void psim_spin_context_enter(int how)
{
	context_enter(how);
}

void psim_spin_context_leave(int how)
{
	context_leave(how);
}

unsigned long __psim_irq_flags(void)
{
	return psim_irqs_are_off();
}

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key,
			  short inner)
{
	lock->__psim_word = 0;
	lock->__psim_flags = 0;
	lock->__psim_owner = NULL;
	lock->__psim_first = lock->__psim_last = NULL;
	lockdep_init_map(&lock->dep_map, name, key, 0);
}

/* The lock is taken: wait for the turn. Called with the raw lock held, returns without. */
static __attribute__((__noinline__)) void spin_wait(struct raw_spinlock *lock,
						    struct task_struct *me, const char *site)
{
	struct __psim_waiter waiter = {.task = me};
	bool granted;

	psim_waiters_push(lock, &waiter);
	psim_waits_begin(psim_waits_for_lock("spinlock", &lock->dep_map, site));
	do {
		psim_raw_unlock(psim_word(&lock->__psim_word));
		psim_park_spinning();
		psim_raw_lock(psim_word(&lock->__psim_word));
		granted = waiter.granted;
	} while (!granted);
	psim_waits_end();
	psim_raw_unlock(psim_word(&lock->__psim_word));
}

static inline void spin_take(struct raw_spinlock *lock, int how, unsigned int subclass,
			     const char *site)
{
	struct task_struct *me = current;

	psim_lock_check_init(&lock->dep_map, "spinlock", site);
	context_enter(how);
	psim_raw_lock(psim_word(&lock->__psim_word));
	if (likely(!lock->__psim_owner)) {
		lock->__psim_owner = me;
		psim_raw_unlock(psim_word(&lock->__psim_word));
	} else if (unlikely(lock->__psim_owner == me)) {
		psim_raw_unlock(psim_word(&lock->__psim_word));
		psim_lock_recursion(&lock->dep_map, "spinlock", site);
	} else {
		spin_wait(lock, me, site);
	}
	psim_held_push(&lock->dep_map, subclass, 0, false, site);
}

static inline void spin_give(struct raw_spinlock *lock, int how, const char *site)
{
	struct __psim_waiter *next;

	if (unlikely(!psim_held_pop(&lock->dep_map, site)))
		return;
	psim_raw_lock(psim_word(&lock->__psim_word));
	next = lock->__psim_first;
	lock->__psim_owner = next ? next->task : NULL;
	if (next)
		psim_waiters_grant(lock, next);
	psim_raw_unlock(psim_word(&lock->__psim_word));
	context_leave(how);
}

void __psim_spin_lock(struct raw_spinlock *lock, int how, unsigned int subclass, const char *site)
{
	psim_point_at(PSIM_POINT_LOCK, site);
	spin_take(lock, how, subclass, site);
}

void __psim_spin_unlock(struct raw_spinlock *lock, int how, const char *site)
{
	spin_give(lock, how, site);
	psim_point_at(PSIM_POINT_UNLOCK, site);
}

int __psim_spin_trylock(struct raw_spinlock *lock, int how, const char *site)
{
	bool taken;

	psim_point_at(PSIM_POINT_LOCK, site);
	psim_lock_check_init(&lock->dep_map, "spinlock", site);
	context_enter(how);
	psim_raw_lock(psim_word(&lock->__psim_word));
	taken = !lock->__psim_owner;
	if (taken)
		lock->__psim_owner = current;
	psim_raw_unlock(psim_word(&lock->__psim_word));
	if (taken) {
		psim_held_push(&lock->dep_map, 0, 0, true, site);
		return 1;
	}
	context_leave(how);
	psim_yielded();
	return 0;
}

int __psim_spin_is_locked(struct raw_spinlock *lock)
{
	bool locked;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(psim_word(&lock->__psim_word));
	locked = lock->__psim_owner;
	psim_raw_unlock(psim_word(&lock->__psim_word));
	return locked;
}

int __psim_spin_is_contended(struct raw_spinlock *lock)
{
	bool contended;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(psim_word(&lock->__psim_word));
	contended = lock->__psim_first;
	psim_raw_unlock(psim_word(&lock->__psim_word));
	return contended;
}

void psim_spin_lock_quiet(spinlock_t *lock, const char *site)
{
	spin_take(&lock->rlock, __PSIM_SPIN_IRQ, 0, site);
}

void psim_spin_unlock_quiet(spinlock_t *lock, const char *site)
{
	spin_give(&lock->rlock, __PSIM_SPIN_IRQ, site);
}
