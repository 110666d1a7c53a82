/* SPDX-License-Identifier: MIT */
/* RCU's readers, as spinlocks enter and leave them with each lock: the deterministic engine's part in line. */
#ifndef PSIM_RCU_H
#define PSIM_RCU_H

#include <linux/sched.h>
#include "host/race.h"

/**
 * struct psim_rcu_readers - who reads, in the deterministic engine
 * @side: the side that new readers enter
 * @count: tasks on each side
 * @grace: a grace period waits for the readers of the other side
 * @free_running: the engine is the other one, whose readers are liburcu's
 */
struct psim_rcu_readers {
	unsigned int side;
	unsigned int count[2];
	bool grace;
	bool free_running;
};
extern struct psim_rcu_readers psim_rcu_readers;

void psim_rcu_enter_free(void);
void psim_rcu_leave_slow(struct __psim_task_sync *s);

/* Spinlocks hold off grace periods too. */
static inline void psim_rcu_enter(void)
{
	struct __psim_task_sync *s = &current->__psim_sync;

	if (s->rcu_all++)
		return;
	if (unlikely(psim_rcu_readers.free_running)) {
		psim_rcu_enter_free();
		return;
	}
	s->rcu_side = psim_rcu_readers.side;
	psim_rcu_readers.count[s->rcu_side]++;
}

static inline void psim_rcu_leave(void)
{
	struct __psim_task_sync *s = &current->__psim_sync;

	if (--s->rcu_all)
		return;
	if (unlikely(psim_rcu_readers.grace || psim_rcu_readers.free_running || psim_race))
		psim_rcu_leave_slow(s);
	else
		psim_rcu_readers.count[s->rcu_side]--;
}

#endif /* PSIM_RCU_H */
