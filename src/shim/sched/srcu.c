// SPDX-License-Identifier: MIT
/*
 * SRCU: readers are counted on one of two sides of their domain; a grace period turns new readers to
 * the other side and sleeps until the old one is empty. Grace periods of one domain take turns.
 */
#include <linux/sched.h>
#include <linux/srcu.h>
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key)
{
	ssp->__psim_word = 0;
	ssp->__psim_side = 0;
	ssp->__psim_readers[0] = ssp->__psim_readers[1] = 0;
	ssp->__psim_grace = false;
	ssp->__psim_first = ssp->__psim_last = NULL;
	lockdep_init_map(&ssp->dep_map, name, key, 0);
	return 0;
}

void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	bool busy;

	psim_raw_lock(psim_word(&ssp->__psim_word));
	busy = ssp->__psim_readers[0] || ssp->__psim_readers[1] || ssp->__psim_grace;
	psim_raw_unlock(psim_word(&ssp->__psim_word));
	if (busy)
		psim_report("law 4", "SRCU domain %s is cleaned up while it is used",
			    ssp->dep_map.name);
	else
		__psim_lockdep_forget(&ssp->dep_map);
}

int __psim_srcu_read_lock(struct srcu_struct *ssp, const char *site)
{
	int idx;

	psim_point(PSIM_POINT_RCU);
	psim_lock_check_init(&ssp->dep_map, "srcu_struct", site);
	psim_raw_lock(psim_word(&ssp->__psim_word));
	idx = ssp->__psim_side;
	ssp->__psim_readers[idx]++;
	psim_raw_unlock(psim_word(&ssp->__psim_word));
	__psim_lock_map_acquire(&ssp->dep_map, 0, 0, 2, site);
	return idx;
}

void __psim_srcu_read_unlock(struct srcu_struct *ssp, int idx, const char *site)
{
	bool entered;

	psim_edge_out(ssp);
	psim_raw_lock(psim_word(&ssp->__psim_word));
	entered = (unsigned int)idx <= 1 && ssp->__psim_readers[idx];
	if (entered && !--ssp->__psim_readers[idx] && ssp->__psim_grace)
		psim_waiters_kick(ssp->__psim_first);
	psim_raw_unlock(psim_word(&ssp->__psim_word));
	if (!entered) {
		psim_report("law 4", "%s leaves SRCU domain %s on a side without readers", site,
			    ssp->dep_map.name);
		return;
	}
	__psim_lock_map_release(&ssp->dep_map, site);
	psim_point(PSIM_POINT_RCU);
}

/* Called with the raw lock held, returns with it. */
static void sleep_once(struct srcu_struct *ssp)
{
	struct psim_waits waits = {.what = "readers of SRCU domain", .name = ssp->dep_map.name};

	psim_raw_unlock(psim_word(&ssp->__psim_word));
	psim_waits_begin(&waits);
	psim_sleep(TASK_UNINTERRUPTIBLE);
	psim_waits_end();
	psim_raw_lock(psim_word(&ssp->__psim_word));
}

void synchronize_srcu(struct srcu_struct *ssp)
{
	struct __psim_waiter waiter = {.task = current};
	unsigned int old;

	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(__func__);
	psim_lock_check_init(&ssp->dep_map, "srcu_struct", __func__);
	if (lock_is_held(&ssp->dep_map) == LOCK_STATE_HELD)
		psim_fatal("law 4", "synchronize_srcu(%s) inside a reader: it waits for itself",
			   ssp->dep_map.name);
	psim_raw_lock(psim_word(&ssp->__psim_word));
	psim_waiters_push(ssp, &waiter);
	while (ssp->__psim_grace)
		sleep_once(ssp);
	ssp->__psim_grace = true;
	old = ssp->__psim_side;
	ssp->__psim_side = !old;
	while (ssp->__psim_readers[old])
		sleep_once(ssp);
	ssp->__psim_grace = false;
	psim_edge_in(ssp);
	psim_waiters_remove(ssp, &waiter);
	psim_waiters_kick(ssp->__psim_first);
	psim_raw_unlock(psim_word(&ssp->__psim_word));
}
