// SPDX-License-Identifier: MIT
/*
 * Completions (S9.10 to S9.14). A woken waiter takes what is done when it runs; if somebody else was
 * faster it queues up again, at the end.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "host/race.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

void __psim_init_completion(struct completion *x, const char *name)
{
	x->done = 0;
	x->__psim_word = 0;
	x->__psim_first = x->__psim_last = NULL;
	x->__psim_name = name;
}

static void check_init(struct completion *x, const char *site)
{
	if (likely(x->__psim_name))
		return;
	psim_report("law 4", "%s uses a completion that was never initialised", site);
	x->__psim_name = "(never initialised)";
}

void reinit_completion(struct completion *x)
{
	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(psim_word(&x->__psim_word));
	x->done = 0;
	psim_raw_unlock(psim_word(&x->__psim_word));
}

void complete(struct completion *x)
{
	psim_point(PSIM_POINT_WAKE);
	check_init(x, __func__);
	psim_edge_out(x);
	psim_raw_lock(psim_word(&x->__psim_word));
	if (x->done != UINT_MAX)
		x->done++;
	if (x->__psim_first)
		psim_waiters_grant(x, x->__psim_first);
	psim_raw_unlock(psim_word(&x->__psim_word));
}

void complete_all(struct completion *x)
{
	psim_point(PSIM_POINT_WAKE);
	check_init(x, __func__);
	psim_edge_out(x);
	psim_raw_lock(psim_word(&x->__psim_word));
	x->done = UINT_MAX;
	while (x->__psim_first)
		psim_waiters_grant(x, x->__psim_first);
	psim_raw_unlock(psim_word(&x->__psim_word));
}

/* Called with the raw lock held: take one of what is done. */
static bool take(struct completion *x)
{
	if (!x->done)
		return false;
	psim_edge_in(x);
	if (x->done != UINT_MAX)
		x->done--;
	return true;
}

/* Return: jiffies left, at least 1; 0: the time was over; -ERESTARTSYS. */
static long wait(struct completion *x, unsigned long timeout, unsigned int state, const char *site)
{
	struct __psim_waiter waiter = {.task = current, .granted = true};
	struct psim_patience patience = psim_patience(timeout);
	static const struct psim_waits waits = {.what = "a completion"};
	long result = 0;

	psim_point(PSIM_POINT_WAIT);
	psim_sync_may_sleep(site);
	check_init(x, site);
	psim_raw_lock(psim_word(&x->__psim_word));
	while (!take(x)) {
		if (psim_interrupted(state)) {
			result = -ERESTARTSYS;
			goto out;
		}
		if (psim_patience_over(&patience))
			goto out;
		if (waiter.granted) {
			waiter.granted = false;
			psim_waiters_push(x, &waiter);
		}
		psim_raw_unlock(psim_word(&x->__psim_word));
		psim_waits_begin(&waits);
		psim_sleep_until(state, &patience);
		psim_waits_end();
		psim_raw_lock(psim_word(&x->__psim_word));
	}
	result = psim_patience_left(&patience);
out:
	if (!waiter.granted)
		psim_waiters_remove(x, &waiter);
	psim_raw_unlock(psim_word(&x->__psim_word));
	/* who polls with no timeout makes no progress */
	if (!result && !timeout)
		psim_yielded();
	return result;
}

void wait_for_completion(struct completion *x)
{
	wait(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE, __func__);
}

void wait_for_completion_io(struct completion *x)
{
	wait(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE, __func__);
}

static int without_timeout(long result)
{
	return result == -ERESTARTSYS ? -ERESTARTSYS : 0;
}

int wait_for_completion_interruptible(struct completion *x)
{
	return without_timeout(wait(x, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE, __func__));
}

int wait_for_completion_killable(struct completion *x)
{
	return without_timeout(wait(x, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE, __func__));
}

int wait_for_completion_state(struct completion *x, unsigned int state)
{
	return without_timeout(wait(x, MAX_SCHEDULE_TIMEOUT, state, __func__));
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return wait(x, timeout, TASK_UNINTERRUPTIBLE, __func__);
}

unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	return wait(x, timeout, TASK_UNINTERRUPTIBLE, __func__);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait(x, timeout, TASK_INTERRUPTIBLE, __func__);
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait(x, timeout, TASK_KILLABLE, __func__);
}

bool try_wait_for_completion(struct completion *x)
{
	bool taken;

	psim_point(PSIM_POINT_WAIT);
	check_init(x, __func__);
	psim_raw_lock(psim_word(&x->__psim_word));
	taken = take(x);
	psim_raw_unlock(psim_word(&x->__psim_word));
	if (!taken)
		psim_yielded();
	return taken;
}

bool completion_done(struct completion *x)
{
	bool done;

	psim_point(PSIM_POINT_ONCE);
	check_init(x, __func__);
	psim_raw_lock(psim_word(&x->__psim_word));
	done = x->done;
	psim_raw_unlock(psim_word(&x->__psim_word));
	return done;
}
