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
#define POLLS	     64
#define QUIET_POINTS 32

static u64 now;
static u64 steps;
/* Tasks that are not parked, and how many of them only poll. */
static int running;
static int polling;
/* Of those that are not parked: waiting inside the host for readers of RCU to leave. */
static int in_host;
/* Every task but the main one has to end. */
static bool ending;
static struct psim_ctl *settler;
static bool settle_timers;
/* Tasks that have ended; their threads are joined later. */
static struct list_head ended;
/* One at a time decides what happens when nobody runs. */
static struct psim_raw idle_raw;

static void wake(struct psim_ctl *ctl, bool permit, bool its_moment);

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
	psim_rcu_thread_exit(&me->task);
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
		wake(ctl, false, true);
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
	psim_free_cpus_wake();
}

static void deadlock(void)
{
	char text[440];

	psim_engine_lock();
	psim_describe_waiting(text, sizeof(text));
	psim_engine_unlock();
	psim_report("progress", "deadlock: nobody can run: %s", text);
	psim_mark_halted();
	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	wake_everybody();
}

/* Only time can help, or whoever waits for the others to be done. Return: false: nothing does. */
static bool go_on(void)
{
	u64 moment = next_moment();
	/* who is in the host is not done */
	bool waits = __atomic_load_n(&settler, __ATOMIC_RELAXED) &&
		     !__atomic_load_n(&in_host, __ATOMIC_SEQ_CST);

	if (waits && (moment == U64_MAX || !settle_timers))
		wake_settler();
	else if (moment != U64_MAX)
		advance_to(moment);
	else
		return false;
	return true;
}

/*
 * Called by the task that was the last to park. A grace period that goes on in the host may be waiting
 * for a reader whose moment has to come; or it ends by itself, so it is no deadlock.
 */
static void nobody_runs(void)
{
	bool done = false;
	int waits;

	while (!done && !is_ending()) {
		psim_raw_lock(&idle_raw);
		waits = __atomic_load_n(&in_host, __ATOMIC_SEQ_CST);
		done = __atomic_load_n(&running, __ATOMIC_SEQ_CST) > waits;
		if (!done && !is_ending() && !go_on()) {
			done = waits;
			if (!done)
				deadlock();
		}
		psim_raw_unlock(&idle_raw);
	}
}

/* Whether everybody who runs only polls, or waits in the host. */
static bool all_poll(void)
{
	return __atomic_load_n(&polling, __ATOMIC_SEQ_CST) +
		       __atomic_load_n(&in_host, __ATOMIC_SEQ_CST) >=
	       __atomic_load_n(&running, __ATOMIC_SEQ_CST);
}

static void only_polling(struct psim_ctl *me)
{
	flush(me);
	psim_raw_lock(&idle_raw);
	if (all_poll())
		go_on();
	psim_raw_unlock(&idle_raw);
}

void psim_free_runs(int change)
{
	int runs = __atomic_add_fetch(&running, change, __ATOMIC_SEQ_CST);

	if (runs <= __atomic_load_n(&in_host, __ATOMIC_SEQ_CST))
		nobody_runs();
}

void psim_free_host_wait(void (*wait)(void))
{
	__atomic_fetch_add(&in_host, 1, __ATOMIC_SEQ_CST);
	psim_free_runs(0);
	wait();
	__atomic_fetch_sub(&in_host, 1, __ATOMIC_SEQ_CST);
}

/* ---- parking ------------------------------------------------------------------------------------------------- */

/* An unpark does not end these: their moment does. */
static bool is_deaf(enum psim_task_state state)
{
	return state == PSIM_DELAYED || state == PSIM_SETTLING;
}

static void wake(struct psim_ctl *ctl, bool permit, bool its_moment)
{
	psim_monitor_lock(&ctl->monitor);
	if (permit)
		ctl->permit = true;
	if (ctl->state != PSIM_ON && (its_moment || !is_deaf(ctl->state))) {
		ctl->state = PSIM_ON;
		__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
		psim_monitor_wake_all(&ctl->monitor);
	}
	psim_monitor_unlock(&ctl->monitor);
}

void psim_free_unpark(struct psim_ctl *ctl)
{
	wake(ctl, true, false);
}

/* In the main task, which is woken for nothing: only a join can end. */
static void main_halted(void)
{
	static const char text[] =
		"psim: the run was halted: what the main task waits for never comes\n";

	if (psim_main_joins)
		return;
	psim_host_write(2, text, sizeof(text) - 1);
	psim_host_exit(1);
}

static bool take_permit(struct psim_ctl *me)
{
	bool permit;

	psim_monitor_lock(&me->monitor);
	permit = me->permit;
	me->permit = false;
	psim_monitor_unlock(&me->monitor);
	return permit;
}

/* Return: false: an unpark came meanwhile, and the task goes on. */
static bool go_to_sleep(struct psim_ctl *me, u64 deadline, enum psim_task_state state)
{
	bool sleeps;

	psim_engine_lock();
	psim_monitor_lock(&me->monitor);
	sleeps = !me->permit || is_deaf(state);
	if (sleeps) {
		me->state = state;
		if (deadline != U64_MAX)
			psim_sleepers_add(me, deadline);
		if (state == PSIM_SETTLING)
			settler = me;
	}
	psim_monitor_unlock(&me->monitor);
	psim_engine_unlock();
	return sleeps;
}

static void sleep_until_woken(struct psim_ctl *me, bool timed)
{
	psim_monitor_lock(&me->monitor);
	while (me->state != PSIM_ON && !is_ending())
		psim_monitor_wait(&me->monitor);
	if (me->state != PSIM_ON) {
		me->state = PSIM_ON;
		__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	}
	psim_monitor_unlock(&me->monitor);
	if (!timed)
		return;
	psim_engine_lock();
	psim_sleepers_remove(me);
	psim_engine_unlock();
}

bool psim_free_park(u64 deadline, enum psim_task_state state, bool spinning)
{
	struct psim_ctl *me = psim_me();

	check_ending(me);
	stop_polling(me);
	flush(me);
	if (!is_deaf(state) && take_permit(me))
		return true;
	if (me == &psim_main && psim_halted()) {
		main_halted();
		return true;
	}
	if (deadline <= psim_free_time())
		return false;
	if (spinning)
		psim_free_cpu_delay(me);
	else
		psim_free_cpu_leave(me);
	if (go_to_sleep(me, deadline, state)) {
		psim_free_runs(-1);
		sleep_until_woken(me, deadline != U64_MAX);
	}
	check_ending(me);
	if (is_ending())
		main_halted();
	if (spinning)
		psim_free_cpu_delayed(me);
	else
		psim_free_cpu_enter(me);
	return is_deaf(state) || take_permit(me);
}

void psim_free_delay(u64 ns)
{
	if (ns && current)
		psim_free_park(psim_free_time() + ns, PSIM_DELAYED, true);
}

void psim_free_settle(bool timers)
{
	bool joins = psim_main_joins;

	settle_timers = timers;
	psim_main_joins = joins || psim_me() == &psim_main;
	psim_free_park(U64_MAX, PSIM_SETTLING, false);
	psim_main_joins = joins;
}

void psim_free_yielded(void)
{
	struct psim_ctl *me = current ? psim_me() : NULL;

	if (!me)
		return;
	psim_free_point(PSIM_POINT_YIELD);
	me->quiet_points = 0;
	if (++me->polls >= POLLS && !me->idle) {
		me->idle = true;
		__atomic_fetch_add(&polling, 1, __ATOMIC_SEQ_CST);
	}
	if (me->idle && all_poll())
		only_polling(me);
	psim_free_cpu_yield(me);
	psim_thread_yield();
}

/* ---- birth and death ------------------------------------------------------------------------------------------- */

static void entry(void *arg)
{
	struct psim_ctl *me = arg;

	__psim_current = &me->task;
	psim_free_cpu_enter(me);
	check_ending(me);
	psim_task_ends(me, me->fn(me->arg));
}

int psim_free_started(struct psim_ctl *ctl)
{
	int err = 0;

	ctl->state = PSIM_ON;
	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	/* locked: it may end, and be reaped, before its thread is noted here */
	psim_engine_lock();
	ctl->thread = is_ending() ? NULL : psim_thread_new(entry, ctl);
	if (!ctl->thread)
		err = -1;
	psim_engine_unlock();
	if (err)
		__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
	return err;
}

void psim_free_exit(struct psim_ctl *me)
{
	struct psim_ctl *joiner;

	stop_polling(me);
	flush(me);
	psim_free_cpu_leave(me);
	__atomic_store_n(&me->ended, true, __ATOMIC_SEQ_CST);
	joiner = __atomic_load_n(&me->joiner, __ATOMIC_SEQ_CST);
	/* the joiner waits for this thread, so it is still there */
	if (joiner)
		wake(joiner, true, false);
	psim_engine_lock();
	psim_queue_push(&ended, me);
	psim_engine_unlock();
	psim_free_runs(-1);
	__psim_current = NULL;
	psim_thread_exit();
}

/* Drop the tasks that have ended. Called by one that has not. */
void psim_free_reap(void)
{
	struct psim_ctl *ctl;

	do {
		ctl = NULL;
		psim_engine_lock();
		if (!psim_queue_empty(&ended)) {
			ctl = psim_queue_at(ended.next);
			psim_queue_remove(ctl);
		}
		psim_engine_unlock();
		if (ctl)
			psim_ctl_put(ctl);
	} while (ctl);
}

bool psim_free_ending(void)
{
	return is_ending();
}

void psim_free_halt(void)
{
	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	wake_everybody();
	if (current && psim_me() != &psim_main)
		end_here(psim_me());
}

static struct psim_thread *any_thread(void)
{
	struct psim_thread *thread = NULL;

	psim_engine_lock();
	for (struct list_head *at = psim_tasks.next; at != &psim_tasks && !thread; at = at->next)
		thread = __atomic_exchange_n(&container_of(at, struct psim_ctl, all)->thread, NULL,
					     __ATOMIC_SEQ_CST);
	psim_engine_unlock();
	return thread;
}

void psim_free_end_all(void)
{
	struct psim_thread *thread;

	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	wake_everybody();
	while ((thread = any_thread()))
		psim_thread_join(thread);
}
