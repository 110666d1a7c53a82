// SPDX-License-Identifier: MIT
/*
 * Virtual time: who sleeps until when, what comes next, work that takes time, and the kernel's delays.
 *
 * Sleepers are in a pairing heap that runs through the tasks themselves: nothing is allocated, and equal
 * deadlines wake in the order in which the tasks went to sleep.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include "sched/task.h"

u64 (*psim_next_timer)(void);
void (*psim_run_timers)(void);

static struct psim_ctl *sleepers;
static u64 sleeps;

/* ---- sleepers --------------------------------------------------------------------------------------- */

static bool earlier(const struct psim_ctl *a, const struct psim_ctl *b)
{
	return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

/* Two heaps become one; their roots have no siblings. */
static struct psim_ctl *meld(struct psim_ctl *a, struct psim_ctl *b)
{
	struct psim_ctl *low;

	if (!a || !b)
		return a ?: b;
	if (earlier(b, a)) {
		low = b;
		b = a;
		a = low;
	}
	b->before = a;
	b->sibling = a->child;
	if (b->sibling)
		b->sibling->before = b;
	a->child = b;
	return a;
}

/* The children of a root that is gone: in pairs from the left, then together from the right. */
static struct psim_ctl *meld_children(struct psim_ctl *child)
{
	struct psim_ctl *pairs = NULL, *heap = NULL, *a, *b, *next;

	for (; child; child = next) {
		a = child;
		b = a->sibling;
		next = b ? b->sibling : NULL;
		a->sibling = a->before = NULL;
		if (b)
			b->sibling = b->before = NULL;
		a = meld(a, b);
		a->sibling = pairs;
		pairs = a;
	}
	for (; pairs; pairs = next) {
		next = pairs->sibling;
		pairs->sibling = NULL;
		heap = meld(heap, pairs);
	}
	return heap;
}

void psim_sleepers_add(struct psim_ctl *ctl, u64 deadline)
{
	ctl->deadline = deadline;
	ctl->order = ++sleeps;
	ctl->child = ctl->sibling = ctl->before = NULL;
	ctl->asleep = true;
	sleepers = meld(sleepers, ctl);
}

void psim_sleepers_remove(struct psim_ctl *ctl)
{
	struct psim_ctl *rest;

	if (!ctl->asleep)
		return;
	ctl->asleep = false;
	rest = meld_children(ctl->child);
	if (ctl == sleepers) {
		sleepers = rest;
		return;
	}
	if (ctl->before->child == ctl)
		ctl->before->child = ctl->sibling;
	else
		ctl->before->sibling = ctl->sibling;
	if (ctl->sibling)
		ctl->sibling->before = ctl->before;
	sleepers = meld(sleepers, rest);
}

struct psim_ctl *psim_sleepers_first(void)
{
	return sleepers;
}

u64 psim_next_deadline(void)
{
	u64 timer = U64_MAX;

	/* timers that are due, and cannot run, are no moment to come */
	if (psim_next_timer && !psim_free_softirq_waits())
		timer = psim_next_timer();
	return sleepers && sleepers->deadline < timer ? sleepers->deadline : timer;
}

bool psim_timers_due(u64 now)
{
	return psim_next_timer && psim_next_timer() <= now;
}

/* ---- time -------------------------------------------------------------------------------------------- */

u64 psim_time(void)
{
	return __psim_threads ? psim_free_time() : __psim_clock.now;
}

void psim_timers_changed(void)
{
	if (!__psim_threads)
		__psim_clock.horizon = __psim_clock.event = 0;
}

void psim_time_charge(u64 ns)
{
	if (__psim_threads)
		psim_free_delay(ns);
	else
		psim_det_delay(ns);
}

/* ---- delays -------------------------------------------------------------------------------------------- */

void ndelay(unsigned long nsecs)
{
	psim_time_charge(nsecs);
}

void udelay(unsigned long usecs)
{
	psim_time_charge((u64)usecs * 1000);
}

void mdelay(unsigned long msecs)
{
	psim_time_charge((u64)msecs * 1000000);
}

void msleep(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs);

	while (timeout)
		timeout = schedule_timeout_uninterruptible(timeout);
}

unsigned long msleep_interruptible(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs);

	while (timeout && !signal_pending(current))
		timeout = schedule_timeout_interruptible(timeout);
	return jiffies_to_msecs(timeout);
}

void usleep_range_state(unsigned long min, unsigned long max, unsigned int state)
{
	u64 end = psim_time() + (u64)min * 1000;

	psim_may_sleep("usleep_range");
	if (min > max)
		psim_report("WARN", "usleep_range: from %lu to %lu microseconds", min, max);
	while (psim_time() < end) {
		__set_current_state(state);
		psim_park_until(end);
	}
	__set_current_state(TASK_RUNNING);
}

void usleep_range(unsigned long min, unsigned long max)
{
	usleep_range_state(min, max, TASK_UNINTERRUPTIBLE);
}

void fsleep(unsigned long usecs)
{
	if (usecs <= 10)
		udelay(usecs);
	else
		usleep_range(usecs, usecs + (usecs >> 2));
}

void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}
