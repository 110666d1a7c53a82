// SPDX-License-Identifier: MIT
/*
 * Mutexes. Letting go frees the lock and wakes the first waiter; whoever runs first gets it. A waiter
 * that was woken in vain once is handed the lock the next time, so that nobody starves.
 */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	lock->__psim_word = 0;
	lock->__psim_owner = NULL;
	lock->__psim_first = lock->__psim_last = NULL;
	lock->magic = lock;
	lockdep_init_map(&lock->dep_map, name, key, 0);
}

static inline void check_magic(struct mutex *lock, const char *site)
{
	if (likely(lock->magic == lock))
		return;
	psim_report("law 4",
		    "%s uses a mutex that was never initialised, is destroyed, or is a copy", site);
	lock->magic = lock;
	if (!lock->dep_map.name)
		lock->dep_map.name = "(never initialised)";
}

void mutex_destroy(struct mutex *lock)
{
	check_magic(lock, __func__);
	if (mutex_is_locked(lock))
		psim_report("law 4", "mutex %s is destroyed while it is locked",
			    lock->dep_map.name);
	lock->magic = NULL;
	__psim_lockdep_forget(&lock->dep_map);
}

bool mutex_is_locked(struct mutex *lock)
{
	bool locked;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(psim_word(&lock->__psim_word));
	locked = lock->__psim_owner;
	psim_raw_unlock(psim_word(&lock->__psim_word));
	return locked;
}

/*
 * Called with the raw lock held, returns with it. A waiter looks at the lock whenever it is woken; a
 * signal counts only while the lock is not its own yet.
 */
static int mutex_wait(struct mutex *lock, unsigned int state, const char *site)
{
	struct __psim_waiter waiter = {.task = current};
	int err = 0;

	psim_waiters_push(lock, &waiter);
	psim_waits_begin(psim_waits_for_lock("mutex", &lock->dep_map, site));
	for (;;) {
		if (waiter.granted)
			break;
		if (!lock->__psim_owner) {
			lock->__psim_owner = current;
			break;
		}
		if (psim_interrupted(state)) {
			err = -EINTR;
			break;
		}
		psim_raw_unlock(psim_word(&lock->__psim_word));
		psim_sleep(state);
		psim_raw_lock(psim_word(&lock->__psim_word));
		if (!waiter.granted && lock->__psim_owner && lock->__psim_first == &waiter)
			waiter.passed = true;
	}
	psim_waits_end();
	if (waiter.granted)
		return 0;
	psim_waiters_remove(lock, &waiter);
	/* woken for the lock, but leaving because of the signal: the next one must not sleep on */
	if (err && !lock->__psim_owner && lock->__psim_first)
		psim_unpark(lock->__psim_first->task);
	return err;
}

int __psim_mutex_lock(struct mutex *lock, enum __psim_mutex_wait wait, unsigned int subclass,
		      const char *site)
{
	static const unsigned int states[] = {TASK_UNINTERRUPTIBLE, TASK_KILLABLE,
					      TASK_INTERRUPTIBLE};
	int err = 0;

	psim_point_at(PSIM_POINT_LOCK, site);
	psim_sync_may_sleep(site);
	check_magic(lock, site);
	psim_raw_lock(psim_word(&lock->__psim_word));
	if (likely(!lock->__psim_owner)) {
		lock->__psim_owner = current;
	} else if (unlikely(lock->__psim_owner == current)) {
		psim_raw_unlock(psim_word(&lock->__psim_word));
		psim_lock_recursion(&lock->dep_map, "mutex", site);
	} else {
		err = mutex_wait(lock, states[wait], site);
	}
	psim_raw_unlock(psim_word(&lock->__psim_word));
	if (!err)
		psim_held_push(&lock->dep_map, subclass, 0, false, site);
	return err;
}

int __psim_mutex_trylock(struct mutex *lock, const char *site)
{
	bool taken;

	psim_point_at(PSIM_POINT_LOCK, site);
	if (psim_in_hardirq() || psim_in_softirq())
		psim_report("law 4", "%s tries a mutex in an interrupt", site);
	check_magic(lock, site);
	psim_raw_lock(psim_word(&lock->__psim_word));
	taken = !lock->__psim_owner;
	if (taken)
		lock->__psim_owner = current;
	psim_raw_unlock(psim_word(&lock->__psim_word));
	if (taken)
		psim_held_push(&lock->dep_map, 0, 0, true, site);
	else
		psim_yielded();
	return taken;
}

void __psim_mutex_unlock(struct mutex *lock, const char *site)
{
	struct __psim_waiter *next;

	check_magic(lock, site);
	if (unlikely(current && current->__psim_preempt_count) &&
	    (psim_in_hardirq() || psim_in_softirq()))
		psim_report("law 4", "%s unlocks a mutex in an interrupt", site);
	if (unlikely(!psim_held_pop(&lock->dep_map, site)))
		return;
	psim_raw_lock(psim_word(&lock->__psim_word));
	next = lock->__psim_first;
	lock->__psim_owner = next && next->passed ? next->task : NULL;
	if (lock->__psim_owner)
		psim_waiters_grant(lock, next);
	else if (next)
		psim_unpark(next->task);
	psim_raw_unlock(psim_word(&lock->__psim_word));
	psim_point_at(PSIM_POINT_UNLOCK, site);
}
