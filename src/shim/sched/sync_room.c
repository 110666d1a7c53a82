// SPDX-License-Identifier: MIT
/* How locks, waits, timers, RCU and work queues take part in a machine's life. */
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/percpu.h"
#include "sched/softirq.h"
#include "sim/sim.h"

static int sync_start(const struct psim_config *config)
{
	psim_timers_start();
	psim_rcu_start();
	psim_held_start(config);
	return psim_lock_order_start(config);
}

/* What is ready runs; a timer that is not due stays, and is a leftover. */
static void sync_drain(void)
{
	int rounds = 0;

	do
		psim_settle(false);
	while (psim_next_timer() <= psim_time() && rounds++ < 100);
	psim_rcu_drained();
	/* the host's thread that waited for readers ends a little later than its task */
	psim_settle(false);
}

static void sync_leftovers(void)
{
	psim_workqueues_leftovers();
	psim_timers_leftovers();
	psim_rcu_leftovers();
	psim_percpu_leftovers();
}

static void sync_stop(void)
{
	psim_workqueues_stop();
	psim_rcu_stop();
	psim_lock_order_stop();
	psim_percpu_stop();
}

const struct psim_room psim_room_sync = {
	.name = "sync",
	.start = sync_start,
	.drain = sync_drain,
	.leftovers = sync_leftovers,
	.stop = sync_stop,
};
