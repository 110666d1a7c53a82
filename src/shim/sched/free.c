// SPDX-License-Identifier: MIT
/*
 * The free-running engine: one host thread per task. A task parks on its own monitor; when the last one
 * that runs parks, virtual time jumps, or there is a deadlock.
 *
 * Locks, outermost first: a task's or a primitive's raw lock; the engine's lock; a task's monitor. An
 * unpark takes the monitor only, so it may happen under any raw lock.
 */
#include <linux/kernel.h>
#include "sched/queue.h"
#include "sched/task.h"
#include "sim/guard.h"

/* Points between two updates of the common time. */
#define BATCH 64
/* So many yields in a row, with so few other points between them, and a task counts as only polling. */
#define POLLS 64
#define QUIET_POINTS 32

static u64 now;
static u64 steps;
/* Tasks that are not parked, and how many of them only poll. */
static int running;
static int polling;
/* Every task but the main one has to end. */
static bool ending;
static struct psim_ctl *settler;
static bool settle_timers;
static struct list_head ended;

static void wake(struct psim_ctl *ctl, bool permit, bool timed_out);

int psim_free_start(const struct psim_config *config)
{
	running = 1;
	psim_queue_init(&ended);
	return psim_free_cpus_start(config->cpus);
}

/* ---- ending ------------------------------------------------------------------------------------------------ */

static bool is_ending(void)
{
	return __atomic_load_n(&ending, __ATOMIC_RELAXED);
}

/* The machine has no more use for this task. */
static void end_here(struct psim_ctl *me)
{
	psim_free_cpu_leave(me);
	__psim_current = NULL;
	psim_thread_exit();
}

static void check_ending(struct psim_ctl *me)
{
	if (unlikely(is_ending()) && me != &psim_main)
		end_here(me);
}

/* ---- time -------------------------------------------------------------------------------------------------- */

u64 psim_free_time(void)
{
	return __atomic_load_n(&now, __ATOMIC_RELAXED) + (current ? psim_me()->local_ns : 0);
}

static void expire(void)
{
	u64 time = __atomic_load_n(&now, __ATOMIC_RELAXED);
	struct psim_ctl *ctl;

	psim_engine_lock();
	while ((ctl = psim_sleepers_first()) && ctl->deadline <= time) {
		psim_sleepers_remove(ctl);
		wake(ctl, false, true);
	}
	psim_engine_unlock();
	if (psim_timers_due(time) && !is_ending())
		psim_softirq_want();
}

/* Add this task's time to everybody's. */
static void flush(struct psim_ctl *me)
{
	u64 taken;

	if (!me->local_ns)
		return;
	__atomic_fetch_add(&now, me->local_ns, __ATOMIC_RELAXED);
	taken = __atomic_add_fetch(&steps, me->local_points, __ATOMIC_RELAXED);
	me->local_ns = me->local_points = 0;
	expire();
	if (unlikely(taken > psim_config.step_budget) && !psim_halted())
		psim_fatal("progress", "livelock: %llu scheduling points are used up (step_budget)",
			   psim_config.step_budget);
}

static void stop_polling(struct psim_ctl *me)
{
	me->polls = me->quiet_points = 0;
	if (!me->idle)
		return;
	me->idle = false;
	__atomic_fetch_sub(&polling, 1, __ATOMIC_SEQ_CST);
}

void psim_free_point(enum psim_point kind)
{
	struct psim_ctl *me = current ? psim_me() : NULL;

	if (!me)
		return;
	check_ending(me);
	__atomic_store_n(&me->point, kind, __ATOMIC_RELAXED);
	me->local_ns += psim_config.point_ns;
	if (++me->local_points >= BATCH)
		flush(me);
	if (me->polls && ++me->quiet_points > QUIET_POINTS)
		stop_polling(me);
	psim_free_cpu_point(me);
}

/* ---- nobody runs --------------------------------------------------------------------------------------------- */

static void advance_to(u64 moment)
{
	u64 time = __atomic_load_n(&now, __ATOMIC_RELAXED);

	while (time < moment && !__atomic_compare_exchange_n(&now, &time, moment, false,
							     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	expire();
}

static u64 next_moment(void)
{
	u64 moment;

	psim_engine_lock();
	moment = psim_next_deadline();
	psim_engine_unlock();
	return moment;
}

static void wake_settler(void)
{
	struct psim_ctl *ctl;

	psim_engine_lock();
	ctl = settler;
	settler = NULL;
	psim_engine_unlock();
	if (ctl)
		wake(ctl, true, false);
}

/* Wake whoever is parked, for good. */
static void wake_everybody(void)
{
	psim_engine_lock();
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks; at = at->next) {
		struct psim_ctl *ctl = container_of(at, struct psim_ctl, all);

		psim_monitor_lock(&ctl->monitor);
		psim_monitor_wake_all(&ctl->monitor);
		psim_monitor_unlock(&ctl->monitor);
	}
	psim_engine_unlock();
}

static void deadlock(void)
{
	char text[320];

	psim_engine_lock();
	psim_describe_waiting(text, sizeof(text));
	psim_engine_unlock();
	psim_report("progress", "deadlock: nobody can run: %s", text);
	psim_mark_halted();
	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	wake_everybody();
}

/* Called by the task that was the last to park. */
static void nobody_runs(void)
{
	while (!__atomic_load_n(&running, __ATOMIC_SEQ_CST) && !is_ending()) {
		u64 moment = next_moment();
		bool waits = __atomic_load_n(&settler, __ATOMIC_RELAXED);

		if (waits && (moment == U64_MAX || !settle_timers))
			wake_settler();
		else if (moment != U64_MAX)
			advance_to(moment);
		else
			deadlock();
	}
}

/* ---- parking ------------------------------------------------------------------------------------------------- */

static void wake(struct psim_ctl *ctl, bool permit, bool timed_out)
{
	psim_monitor_lock(&ctl->monitor);
	if (permit)
		ctl->permit = true;
	if (ctl->state != PSIM_ON && !(ctl->state == PSIM_DELAYED && !timed_out)) {
		ctl->state = PSIM_ON;
		ctl->timed_out = timed_out;
		__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
		psim_monitor_wake_all(&ctl->monitor);
	}
	psim_monitor_unlock(&ctl->monitor);
}

/* Woken, or the end: off the list of sleepers, and the permit is used up. Return: whether it was there. */
static bool awake(struct psim_ctl *me, bool had_deadline)
{
	bool unparked;

	if (had_deadline) {
		psim_engine_lock();
		psim_sleepers_remove(me);
		psim_engine_unlock();
	}
	psim_monitor_lock(&me->monitor);
	unparked = me->permit;
	me->permit = false;
	psim_monitor_unlock(&me->monitor);
	return unparked;
}

/* In the main task, which is woken for nothing: only a join can end. */
static void main_halted(void)
{
	static const char text[] = "psim: the run was halted: what the main task waits for never comes\n";

	if (psim_main_joins)
		return;
	psim_host_write(2, text, sizeof(text) - 1);
	psim_host_exit(1);
}

static void wait_here(struct psim_ctl *me)
{
	psim_monitor_lock(&me->monitor);
	while (me->state != PSIM_ON && !is_ending())
		psim_monitor_wait(&me->monitor);
	if (me->state != PSIM_ON) {
		me->state = PSIM_ON;
		__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	}
	psim_monitor_unlock(&me->monitor);
}

bool psim_free_park(u64 deadline, enum psim_task_state state, bool spinning)
{
	struct psim_ctl *me = psim_me();
	bool timed = deadline != U64_MAX, unparked;

	check_ending(me);
	stop_polling(me);
	flush(me);
	psim_monitor_lock(&me->monitor);
	if (me->permit && state != PSIM_DELAYED && state != PSIM_SETTLING) {
		me->permit = false;
		psim_monitor_unlock(&me->monitor);
		return true;
	}
	psim_monitor_unlock(&me->monitor);
	if (psim_halted() && me == &psim_main) {
		main_halted();
		return true;
	}
	if (deadline <= psim_free_time())
		return false;
	if (!spinning)
		psim_free_cpu_leave(me);

	psim_engine_lock();
	psim_monitor_lock(&me->monitor);
	/* an unpark may have come meanwhile; an end is seen by wait_here() */
	if (!me->permit || state == PSIM_DELAYED || state == PSIM_SETTLING) {
		me->state = state;
		if (timed)
			psim_sleepers_add(me, deadline);
		if (state == PSIM_SETTLING)
			settler = me;
	}
	psim_monitor_unlock(&me->monitor);
	psim_engine_unlock();
	if (state != PSIM_SETTLING || true)
		;
	unparked = false;
	return unparked;
}
