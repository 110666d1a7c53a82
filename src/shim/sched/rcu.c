// SPDX-License-Identifier: MIT
/*
 * RCU. The deterministic engine counts readers on two sides: a grace period turns new readers to the
 * other side and is over when the old one is empty. The free-running engine leaves readers and grace
 * periods to liburcu; a task that runs on no CPU waits for them.
 *
 * Callbacks run in softirq context, in the order of call_rcu(). Spinlocks count as readers; sections
 * with only preemption or interrupts off do not: DEVIATION: a kernel's grace period waits for them too.
 */
#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "host/host.h"
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/rcu.h"
#include "sched/softirq.h"
#include "sched/task.h"
#include "sim/sim.h"

struct queue {
	struct rcu_head *first, **end;
};

static struct psim_raw rcu_raw;
/* Callbacks: for the next grace period, for the one that is going on, and ready to run. */
static struct queue collecting = {.end = &collecting.first}, awaiting = {.end = &awaiting.first},
		    ready = {.end = &ready.first};
/* A thread sanitizer sees no edges inside liburcu: readers and grace periods meet here. */
static bool draw_edges;
static unsigned int edge;

struct psim_rcu_readers psim_rcu_readers;
/* Free-running. */
static struct task_struct *waiter;
static bool waiter_idle, waiter_ending;
static bool callbacks_running;

static void queue_move(struct queue *to, struct queue *from)
{
	if (!from->first)
		return;
	*to->end = from->first;
	to->end = from->end;
	from->first = NULL;
	from->end = &from->first;
}

/* ---- readers ---------------------------------------------------------------------------------------- */

static void grace_period_start(void);

static void grace_period_over(void)
{
	psim_rcu_readers.grace = false;
	queue_move(&ready, &awaiting);
	psim_softirq_raise();
	grace_period_start();
}

static void grace_period_start(void)
{
	unsigned int old = psim_rcu_readers.side;

	if (psim_rcu_readers.grace || !collecting.first)
		return;
	queue_move(&awaiting, &collecting);
	psim_rcu_readers.grace = true;
	psim_rcu_readers.side = !old;
	if (!psim_rcu_readers.count[old])
		grace_period_over();
}

void psim_rcu_enter_free(void)
{
	struct __psim_task_sync *s = &current->__psim_sync;

	if (!s->rcu_registered) {
		s->rcu_registered = true;
		psim_host_rcu_register();
	}
	psim_host_rcu_read_lock();
	if (draw_edges)
		__atomic_load_n(&edge, __ATOMIC_ACQUIRE);
}

void psim_rcu_leave_slow(struct __psim_task_sync *s)
{
	struct psim_rcu_readers *r = &psim_rcu_readers;

	psim_edge_out(r);
	if (likely(!r->free_running)) {
		if (!--r->count[s->rcu_side] && r->grace && s->rcu_side != r->side)
			grace_period_over();
		return;
	}
	if (draw_edges)
		__atomic_fetch_add(&edge, 1, __ATOMIC_RELEASE);
	psim_host_rcu_read_unlock();
}

void psim_rcu_thread_exit(struct task_struct *task)
{
	if (task->__psim_sync.rcu_registered)
		psim_host_rcu_unregister();
	task->__psim_sync.rcu_registered = false;
}

void rcu_read_lock(void)
{
	psim_rcu_enter();
	current->__psim_sync.rcu_nesting++;
	psim_point(PSIM_POINT_RCU);
}

void rcu_read_unlock(void)
{
	struct __psim_task_sync *s = &current->__psim_sync;

	if (unlikely(!s->rcu_nesting)) {
		psim_report("law 4", "rcu_read_unlock() by a task that is no RCU reader");
		return;
	}
	s->rcu_nesting--;
	psim_rcu_leave();
	psim_point(PSIM_POINT_RCU);
}

void rcu_read_lock_bh(void)
{
	psim_bh_off();
	psim_rcu_enter();
}

void rcu_read_unlock_bh(void)
{
	psim_rcu_leave();
	psim_bh_on();
}

void rcu_read_lock_sched(void)
{
	psim_preempt_off();
	psim_rcu_enter();
}

void rcu_read_unlock_sched(void)
{
	psim_rcu_leave();
	psim_preempt_on();
}

int rcu_read_lock_held(void)
{
	return current->__psim_sync.rcu_nesting != 0;
}

int rcu_read_lock_bh_held(void)
{
	return psim_in_softirq() || rcu_read_lock_sched_held();
}

int rcu_read_lock_sched_held(void)
{
	return psim_in_atomic() || psim_irqs_are_off();
}

int rcu_read_lock_any_held(void)
{
	return rcu_read_lock_held() || rcu_read_lock_bh_held();
}

void __psim_rcu_suspicious(const char *what, const char *site)
{
	psim_report("law 4", "%s: %s", site, what);
}

/* ---- grace periods of the free-running engine ----------------------------------------------------------- */

static int wait_for_readers(void *arg)
{
	psim_raw_lock(&rcu_raw);
	for (;;) {
		if (!collecting.first) {
			if (waiter_ending)
				break;
			waiter_idle = true;
			psim_raw_unlock(&rcu_raw);
			psim_park();
			psim_raw_lock(&rcu_raw);
			continue;
		}
		waiter_idle = false;
		queue_move(&awaiting, &collecting);
		psim_raw_unlock(&rcu_raw);
		psim_free_host_wait(psim_host_rcu_synchronize);
		if (draw_edges)
			__atomic_fetch_add(&edge, 1, __ATOMIC_ACQ_REL);
		psim_raw_lock(&rcu_raw);
		queue_move(&ready, &awaiting);
		psim_softirq_raise();
	}
	psim_raw_unlock(&rcu_raw);
	return 0;
}

/* Called with the raw lock held. */
static void grace_period_request(void)
{
	if (!psim_rcu_readers.free_running) {
		grace_period_start();
	} else if (!waiter) {
		waiter_ending = false;
		waiter = psim_task_new(PSIM_TASK_DEVICE, "rcu", NULL, wait_for_readers, NULL);
	} else if (waiter_idle) {
		psim_unpark(waiter);
	}
}

static void end_waiter(void)
{
	struct task_struct *task;

	psim_raw_lock(&rcu_raw);
	task = waiter;
	waiter = NULL;
	waiter_ending = true;
	if (task)
		psim_unpark(task);
	psim_raw_unlock(&rcu_raw);
	if (task)
		psim_task_join(task);
}

/* ---- callbacks ----------------------------------------------------------------------------------------------- */

static void run_callback(struct rcu_head *head)
{
	rcu_callback_t func = head->func;
	unsigned long offset = (unsigned long)func;
	unsigned int held = current->__psim_sync.nr_held;

	psim_edge_in(&psim_rcu_readers);
	psim_edge_in(head);
	if (offset < 4096) {
		kvfree((char *)head - offset);
		return;
	}
	func(head);
	psim_sync_callback_left("RCU callback", func, held);
}

void psim_rcu_run(void)
{
	struct rcu_head *head;

	psim_raw_lock(&rcu_raw);
	/* one task at a time, so that they run in order */
	if (callbacks_running) {
		psim_raw_unlock(&rcu_raw);
		return;
	}
	callbacks_running = true;
	while ((head = ready.first)) {
		ready.first = head->next;
		if (!ready.first)
			ready.end = &ready.first;
		psim_raw_unlock(&rcu_raw);
		run_callback(head);
		psim_raw_lock(&rcu_raw);
	}
	callbacks_running = false;
	psim_raw_unlock(&rcu_raw);
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	bool served;

	psim_point(PSIM_POINT_RCU);
	psim_edge_out(head);
	head->func = func;
	head->next = NULL;
	psim_raw_lock(&rcu_raw);
	*collecting.end = head;
	collecting.end = &head->next;
	grace_period_request();
	served = !psim_rcu_readers.free_running || waiter;
	psim_raw_unlock(&rcu_raw);
	if (!served && !psim_halted())
		psim_fatal("host", "no thread for RCU's grace periods");
}

void __psim_kvfree_call_rcu(struct rcu_head *head, void *ptr)
{
	call_rcu(head, (rcu_callback_t)((char *)head - (char *)ptr));
}

void __psim_kvfree_rcu_mightsleep(void *ptr)
{
	if (!ptr)
		return;
	synchronize_rcu();
	kvfree(ptr);
}

struct waiting {
	struct rcu_head head;
	struct completion done;
};

static void wake_waiting(struct rcu_head *head)
{
	complete(&container_of(head, struct waiting, head)->done);
}

static void wait_for_callback(const char *what)
{
	struct waiting w;

	psim_sync_may_sleep(what);
	if (current->__psim_sync.rcu_all)
		psim_fatal("law 4", "%s inside a reader: it waits for itself", what);
	init_completion(&w.done);
	call_rcu(&w.head, wake_waiting);
	wait_for_completion(&w.done);
}

void synchronize_rcu(void)
{
	wait_for_callback(__func__);
}

void rcu_barrier(void)
{
	wait_for_callback(__func__);
}

/* ---- the room's life -------------------------------------------------------------------------------------------- */

void psim_rcu_start(void)
{
	psim_rcu_readers.free_running = !psim_engine_deterministic();
	draw_edges = psim_rcu_readers.free_running && psim_host_has_tsan();
}

void psim_rcu_drained(void)
{
	if (psim_rcu_readers.free_running)
		end_waiter();
}

static void report_queue(struct rcu_head *head)
{
	for (; head; head = head->next) {
		if ((unsigned long)head->func < 4096)
			psim_report("law 3",
				    "memory given to kfree_rcu() still waits for a reader");
		else
			psim_report("law 3", "RCU callback %ps still waits for a reader",
				    head->func);
	}
}

void psim_rcu_leftovers(void)
{
	report_queue(ready.first);
	report_queue(awaiting.first);
	report_queue(collecting.first);
}

void psim_rcu_stop(void)
{
	if (psim_rcu_readers.free_running && !psim_halted())
		end_waiter();
}
