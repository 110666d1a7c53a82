/* SPDX-License-Identifier: MIT */
/*
 * High-resolution timers: a function that runs at a moment of the monotonic clock, to the nanosecond.
 *
 * Not modelled: other clocks, one CPU's own timers.
 * DEVIATION: functions run in softirq context, those of hard timers with interrupts off.
 */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/version.h>

#define CLOCK_REALTIME	0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME	7

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_ABS_SOFT = HRTIMER_MODE_ABS | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_HARD = HRTIMER_MODE_ABS | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
};

/**
 * struct hrtimer - one timer
 * @function: may free the timer, or move its expiry on and return HRTIMER_RESTART; must not sleep
 * @is_soft: of a softirq
 * @__psim_expires: the moment
 * @__psim_timer: what it is made of
 */
struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	bool is_soft;
	ktime_t __psim_expires;
	struct timer_list __psim_timer;
};

/* @clock_id: CLOCK_MONOTONIC or CLOCK_BOOTTIME, which is the same here; others are a stop. */
void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
		   clockid_t clock_id, enum hrtimer_mode mode);
#define hrtimer_setup_on_stack(timer, function, clock_id, mode) \
	hrtimer_setup(timer, function, clock_id, mode)
void destroy_hrtimer_on_stack(struct hrtimer *timer);

#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 15, 0)
/* Without a function: it is set by hand. */
static inline void hrtimer_init(struct hrtimer *timer, clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_setup(timer, NULL, clock_id, mode);
}
#endif

/* Arm it, or move it; @range_ns: it may be so much later, and is not. Any context. */
void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns,
			    const enum hrtimer_mode mode);

static inline void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode)
{
	hrtimer_start_range_ns(timer, tim, 0, mode);
}

/* Return: 1: it was armed; 0: not; -1: its function runs. Any context. */
int hrtimer_try_to_cancel(struct hrtimer *timer);
/* And wait for the function. Return: 1 if it was armed. Not from the function. */
int hrtimer_cancel(struct hrtimer *timer);
/* Armed, or its function runs. */
bool hrtimer_active(const struct hrtimer *timer);
bool hrtimer_is_queued(struct hrtimer *timer);

/* Move the expiry behind @now in steps of @interval. Return: steps; 0: it is later already. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);

static inline u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, ktime_get(), interval);
}

static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer)
{
	return timer->__psim_expires;
}

static inline s64 hrtimer_get_expires_ns(const struct hrtimer *timer)
{
	return ktime_to_ns(timer->__psim_expires);
}

/* Of a timer that is not armed, or in its function. */
static inline void hrtimer_set_expires(struct hrtimer *timer, ktime_t time)
{
	timer->__psim_expires = time;
}

static inline void hrtimer_add_expires_ns(struct hrtimer *timer, u64 ns)
{
	timer->__psim_expires = ktime_add_ns(timer->__psim_expires, ns);
}

static inline void hrtimer_start_expires(struct hrtimer *timer, enum hrtimer_mode mode)
{
	hrtimer_start(timer, timer->__psim_expires, mode & ~HRTIMER_MODE_REL);
}

static inline void hrtimer_restart(struct hrtimer *timer)
{
	hrtimer_start_expires(timer, HRTIMER_MODE_ABS);
}

/* Negative: it is late. */
static inline ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	return ktime_sub(timer->__psim_expires, ktime_get());
}

#endif /* _LINUX_HRTIMER_H */
