// SPDX-License-Identifier: MIT
/*
 * Sleeping and waking as kernel code does it: the state is set, the condition looked at, the CPU let go.
 * A state and its change by somebody else meet under the task's own raw lock. Signals, as far as sleeps
 * know them.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include "host/race.h"
#include "sched/task.h"
#include "sched/workers.h"

static struct psim_raw *raw_of(struct task_struct *task)
{
	return (struct psim_raw *)&task->__psim_wait;
}

void __psim_set_state(unsigned int state, bool ordered)
{
	struct task_struct *me = current;

	if (ordered)
		psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(raw_of(me));
	__atomic_store_n(&me->__state, state, __ATOMIC_RELAXED);
	psim_raw_unlock(raw_of(me));
	if (ordered)
		__psim_smp_mb();
}

static unsigned int state_now(void)
{
	unsigned int state;

	psim_raw_lock(raw_of(current));
	state = __atomic_load_n(&current->__state, __ATOMIC_RELAXED);
	if (state == TASK_RUNNING)
		psim_edge_in(&current->__state);
	psim_raw_unlock(raw_of(current));
	return state;
}

/* Sleep until the state is TASK_RUNNING, or virtual time @deadline. */
static void sleep_until(u64 deadline)
{
	unsigned int state;

	psim_point(PSIM_POINT_WAIT);
	psim_may_sleep("schedule()");
	state = state_now();
	if (state == TASK_RUNNING) {
		psim_yielded();
		return;
	}
	psim_worker_sleeps();
	while ((state = state_now()) != TASK_RUNNING && !signal_pending_state(state, current)) {
		if (deadline == U64_MAX)
			psim_park();
		else if (!psim_park_until(deadline))
			break;
	}
	__psim_set_state(TASK_RUNNING, false);
	psim_worker_runs();
}

void schedule(void)
{
	sleep_until(U64_MAX);
}

void io_schedule(void)
{
	schedule();
}

void yield(void)
{
	__psim_set_state(TASK_RUNNING, false);
	schedule();
}

int __psim_cond_resched(const char *site)
{
	psim_may_sleep("cond_resched()");
	psim_yielded();
	return 1;
}

bool __psim_need_resched(void)
{
	psim_point(PSIM_POINT_ONCE);
	return false;
}

/* ---- with a limit -------------------------------------------------------------------------------------- */

signed long schedule_timeout(signed long timeout)
{
	u64 tick = psim_time() / TICK_NSEC, now;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout < 0) {
		psim_report("WARN", "schedule_timeout: %ld jiffies", timeout);
		__psim_set_state(TASK_RUNNING, false);
		return 0;
	}
	sleep_until((tick + timeout + (timeout > 0)) * TICK_NSEC);
	now = psim_time() / TICK_NSEC;
	return (s64)(tick + timeout - now) > 0 ? tick + timeout - now : 0;
}

signed long schedule_timeout_interruptible(signed long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

signed long schedule_timeout_killable(signed long timeout)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}

signed long schedule_timeout_uninterruptible(signed long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

signed long schedule_timeout_idle(signed long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}

/* ---- waking ---------------------------------------------------------------------------------------------- */

int wake_up_state(struct task_struct *task, unsigned int state)
{
	bool woken;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(raw_of(task));
	woken = __atomic_load_n(&task->__state, __ATOMIC_RELAXED) & state;
	if (woken) {
		psim_edge_out(&task->__state);
		__atomic_store_n(&task->__state, TASK_RUNNING, __ATOMIC_RELAXED);
		/* under the lock: the task cannot end before this is over */
		psim_unpark(task);
	}
	psim_raw_unlock(raw_of(task));
	return woken;
}

int wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, TASK_NORMAL);
}

/* ---- signals --------------------------------------------------------------------------------------------- */

int send_sig(int sig, struct task_struct *task, int priv)
{
	unsigned int bits = __PSIM_SIGNAL_PENDING | (sig == SIGKILL ? __PSIM_SIGNAL_FATAL : 0);

	psim_point(PSIM_POINT_WAKE);
	__psim_fetch(or, &task->__psim_signals, bits, __ATOMIC_RELEASE);
	psim_raw_lock(raw_of(task));
	/* it stays asleep in name: it looks for signals itself */
	if (signal_pending_state(__atomic_load_n(&task->__state, __ATOMIC_RELAXED), task))
		psim_unpark(task);
	psim_raw_unlock(raw_of(task));
	return 0;
}

void flush_signals(struct task_struct *task)
{
	__atomic_store_n(&task->__psim_signals, 0, __ATOMIC_RELAXED);
}
