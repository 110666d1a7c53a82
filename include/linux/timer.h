/* SPDX-License-Identifier: MIT */
/*
 * Timers: a function that runs in softirq context once jiffies have passed a moment. Never early; here
 * on the first tick after it, in the order of their moments.
 */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/rbtree.h>
#include <linux/stddef.h>
#include <linux/container_of.h>

struct lock_class_key;

/**
 * struct timer_list - one timer
 * @expires: in jiffies
 * @function: runs in softirq context; may free or re-arm the timer
 * @flags: TIMER_*
 * @__psim_pending: it is armed
 * @__psim_node: place among the pending ones
 * @__psim_due: virtual time (ns) at which it runs
 * @__psim_order: number of the arming, for traces
 */
struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	bool __psim_pending;
	struct rb_node __psim_node;
	u64 __psim_due;
	u64 __psim_order;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED	 0x00100000
#define TIMER_IRQSAFE	 0x00200000

#define __TIMER_INITIALIZER(function_, flags_)             \
	{                                                  \
		.function = (function_), .flags = (flags_) \
	}
/** DEFINE_TIMER() - a timer in static storage that does not run */
#define DEFINE_TIMER(name, function_) struct timer_list name = __TIMER_INITIALIZER(function_, 0)

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags, const char *name, struct lock_class_key *key);
/** timer_setup() - make a timer ready: what it calls, and TIMER_* flags */
#define timer_setup(timer, callback, flags) \
	timer_init_key((timer), (callback), (flags), #timer, NULL)
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)
void timer_destroy_on_stack(struct timer_list *timer);
#define destroy_timer_on_stack(timer) timer_destroy_on_stack(timer)
/** timer_container_of() - the struct that a timer lies in */
#define timer_container_of(var, callback_timer, field) \
	container_of(callback_timer, typeof(*var), field)
/** from_timer() - the same: its older name */
#define from_timer(var, callback_timer, field) timer_container_of(var, callback_timer, field)

/** timer_pending() - does it run? */
int timer_pending(const struct timer_list *timer);
/* Not pending, or it is a bug. */
void add_timer(struct timer_list *timer);
/* Return, these: 1 if the timer was pending, 0 if not. */
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
int timer_delete(struct timer_list *timer);
/* Also waits until the function is not running. Not from the timer's own function, nor an interrupt. */
int timer_delete_sync(struct timer_list *timer);
int timer_delete_sync_try(struct timer_list *timer);
/* From now on arming does nothing, until it is set up again. */
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
#define try_to_del_timer_sync(timer) timer_delete_sync_try(timer)
#define del_timer(timer)	     timer_delete(timer)
#define del_timer_sync(timer)	     timer_delete_sync(timer)

#endif /* _LINUX_TIMER_H */
