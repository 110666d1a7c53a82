// SPDX-License-Identifier: MIT
/* hrtimers: timers that are armed with a moment instead of a tick. */
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/timekeeping.h>
#include "sched/engine.h"
#include "sched/softirq.h"
#include "sim/sim.h"

static void hrtimer_run(struct timer_list *base)
{
	struct hrtimer *timer = container_of(base, struct hrtimer, __psim_timer);
	bool hard = !timer->is_soft;
	enum hrtimer_restart restart;

	if (hard)
		psim_irq_off();
	restart = timer->function(timer);
	if (hard)
		psim_irq_on();
	/* one that is not restarted may be free by now; one that was started again stays as it is */
	if (restart == HRTIMER_RESTART && !timer_pending(base))
		psim_timer_arm_ns(base, timer->__psim_expires);
}

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
		   clockid_t clock_id, enum hrtimer_mode mode)
{
	if (clock_id != CLOCK_MONOTONIC && clock_id != CLOCK_BOOTTIME)
		psim_stop_function(__func__, "clocks other than CLOCK_MONOTONIC are not modelled");
	*timer = (struct hrtimer){.function = function, .is_soft = mode & HRTIMER_MODE_SOFT};
	timer_setup(&timer->__psim_timer, hrtimer_run, 0);
}
EXPORT_SYMBOL(hrtimer_setup);

void destroy_hrtimer_on_stack(struct hrtimer *timer)
{
	timer_destroy_on_stack(&timer->__psim_timer);
}
EXPORT_SYMBOL(destroy_hrtimer_on_stack);

void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns,
			    const enum hrtimer_mode mode)
{
	if (WARN_ON_ONCE(!timer->function))
		return;
	psim_point(PSIM_POINT_WAKE);
	timer->__psim_expires = mode & HRTIMER_MODE_REL ? ktime_add(ktime_get(), tim) : tim;
	psim_timer_arm_ns(&timer->__psim_timer, timer->__psim_expires);
}
EXPORT_SYMBOL(hrtimer_start_range_ns);

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	return try_to_del_timer_sync(&timer->__psim_timer);
}
EXPORT_SYMBOL(hrtimer_try_to_cancel);

int hrtimer_cancel(struct hrtimer *timer)
{
	return timer_delete_sync(&timer->__psim_timer);
}
EXPORT_SYMBOL(hrtimer_cancel);

bool hrtimer_is_queued(struct hrtimer *timer)
{
	return timer_pending(&timer->__psim_timer);
}
EXPORT_SYMBOL(hrtimer_is_queued);

bool hrtimer_active(const struct hrtimer *timer)
{
	return timer_pending(&timer->__psim_timer) || psim_timer_runs(&timer->__psim_timer);
}
EXPORT_SYMBOL(hrtimer_active);

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	s64 behind = ktime_to_ns(ktime_sub(now, timer->__psim_expires));
	u64 steps;

	if (behind < 0)
		return 0;
	if (WARN_ON(hrtimer_is_queued(timer)))
		return 0;
	interval = interval > 0 ? interval : 1;
	steps = behind / interval + 1;
	hrtimer_add_expires_ns(timer, steps * interval);
	return steps;
}
EXPORT_SYMBOL(hrtimer_forward);
