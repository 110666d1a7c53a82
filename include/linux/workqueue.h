/* SPDX-License-Identifier: MIT */
/*
 * Work queues: functions that run later, in a worker task (S9.40 to S9.43).
 *
 * One item never runs concurrently with itself. A queue runs up to max_active items at once; ordered
 * queues run one, in the order of queueing. Workers are started when there is work for them.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>

struct workqueue_struct;
struct work_struct;

typedef void (*work_func_t)(struct work_struct *work);

#define WORK_STRUCT_PENDING_BIT 0

/**
 * struct work_struct - one item
 * @data: bit WORK_STRUCT_PENDING_BIT: queued, or its timer runs
 * @entry: link in the queue
 * @func: the function
 * @__psim_instance: number of the last queueing
 * @__psim_disabled: how often it is disabled
 * @__psim_wq: the queue it was last put on
 * @__psim_site: the function that queued it last
 */
struct work_struct {
	atomic_long_t data;
	struct list_head entry;
	work_func_t func;
	u64 __psim_instance;
	unsigned int __psim_disabled;
	bool __psim_queued;
	struct workqueue_struct *__psim_wq;
	const char *__psim_site;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

/* An item that is queued after an RCU grace period. */
struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

enum {
	WQ_BH = 1 << 0,
	WQ_UNBOUND = 1 << 1,
	WQ_FREEZABLE = 1 << 2,
	WQ_MEM_RECLAIM = 1 << 3,
	WQ_HIGHPRI = 1 << 4,
	WQ_CPU_INTENSIVE = 1 << 5,
	WQ_SYSFS = 1 << 6,
	WQ_POWER_EFFICIENT = 1 << 7,
	WQ_PERCPU = 1 << 8,
	__WQ_ORDERED = 1 << 17,
	WQ_MAX_ACTIVE = 2048,
	WQ_DFL_ACTIVE = 1024,
	WORK_CPU_UNBOUND = 1 << 20,
	WORK_BUSY_PENDING = 1 << 0,
	WORK_BUSY_RUNNING = 1 << 1,
};

extern struct workqueue_struct *mm_percpu_wq;
extern struct workqueue_struct *mm_percpu_wq;
extern struct workqueue_struct *system_wq, *system_percpu_wq, *system_highpri_wq, *system_long_wq;
extern struct workqueue_struct *system_unbound_wq, *system_dfl_wq, *system_freezable_wq;
extern struct workqueue_struct *system_power_efficient_wq;

/* ---- making items ------------------------------------------------------------------------------------ */

void delayed_work_timer_fn(struct timer_list *timer);

#define __WORK_INITIALIZER(n, f)                               \
	{                                                      \
		.entry = {&(n).entry, &(n).entry}, .func = (f) \
	}
#define __DELAYED_WORK_INITIALIZER(n, f, tflags)                              \
	{                                                                     \
		.work = __WORK_INITIALIZER((n).work, (f)),                    \
		.timer = __TIMER_INITIALIZER(delayed_work_timer_fn, (tflags)) \
	}
/** DECLARE_WORK() - a work item in static storage, not queued */
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
/** DECLARE_DELAYED_WORK() - a delayed one */
#define DECLARE_DELAYED_WORK(n, f)    struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f) DECLARE_DELAYED_WORK(n, f)

void __psim_init_work(struct work_struct *work, work_func_t func);
void __psim_init_delayed_work(struct delayed_work *dwork, work_func_t func);
/** INIT_WORK() - make a work item ready: what it calls */
#define INIT_WORK(work, func)	      __psim_init_work((work), (func))
#define INIT_WORK_ONSTACK(work, func) INIT_WORK(work, func)
/** INIT_DELAYED_WORK() - make a delayed one ready */
#define INIT_DELAYED_WORK(dwork, func)	       __psim_init_delayed_work((dwork), (func))
#define INIT_DELAYED_WORK_ONSTACK(dwork, func) INIT_DELAYED_WORK(dwork, func)
#define INIT_DEFERRABLE_WORK(dwork, func)      INIT_DELAYED_WORK(dwork, func)
/** INIT_RCU_WORK() - make one ready that is queued behind a grace period */
#define INIT_RCU_WORK(rwork, func) INIT_WORK(&(rwork)->work, func)
/* The item goes away: it must be idle. */
void destroy_work_on_stack(struct work_struct *work);
void destroy_delayed_work_on_stack(struct delayed_work *dwork);

/** work_pending() - is it queued, and has not begun? */
#define work_pending(work) ((atomic_long_read(&(work)->data) & (1 << WORK_STRUCT_PENDING_BIT)) != 0)
/** delayed_work_pending() - is it queued, or does its timer run? */
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)
/** to_delayed_work() - the delayed work that an item is part of */
static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}
/** to_rcu_work() - the rcu_work that an item is part of */
static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

/* ---- queueing ---------------------------------------------------------------------------------------- */

bool __psim_queue_work(struct workqueue_struct *wq, struct work_struct *work, const char *site);
bool __psim_queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			       unsigned long delay, const char *site);
bool __psim_mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			     unsigned long delay, const char *site);
bool __psim_queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork, const char *site);

/* Any context. Return: false if it was pending already or is disabled (S9.40). Delays in jiffies. */
#define queue_work(wq, work)	     __psim_queue_work((wq), (work), __func__)
#define queue_work_on(cpu, wq, work) ((void)(cpu), __psim_queue_work((wq), (work), __func__))
#define queue_delayed_work(wq, dwork, delay) \
	__psim_queue_delayed_work((wq), (dwork), (delay), __func__)
#define queue_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), __psim_queue_delayed_work((wq), (dwork), (delay), __func__))
/* Return: whether it was pending; its delay starts anew in any case. */
#define mod_delayed_work(wq, dwork, delay) __psim_mod_delayed_work((wq), (dwork), (delay), __func__)
#define mod_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), __psim_mod_delayed_work((wq), (dwork), (delay), __func__))
#define queue_rcu_work(wq, rwork)   __psim_queue_rcu_work((wq), (rwork), __func__)
#define schedule_work(work)	    __psim_queue_work(system_wq, (work), __func__)
#define schedule_work_on(cpu, work) ((void)(cpu), __psim_queue_work(system_wq, (work), __func__))
#define schedule_delayed_work(dwork, delay) \
	__psim_queue_delayed_work(system_wq, (dwork), (delay), __func__)
#define schedule_delayed_work_on(cpu, dwork, delay) \
	((void)(cpu), __psim_queue_delayed_work(system_wq, (dwork), (delay), __func__))

/* ---- waiting and cancelling: process context, those in _sync and flush sleep ---------------------------- */

/* Return: whether it waited (S9.41). */
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool flush_rcu_work(struct rcu_work *rwork);
/* Return, these: whether it was pending. */
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
bool disable_work(struct work_struct *work);
bool disable_work_sync(struct work_struct *work);
bool disable_delayed_work(struct delayed_work *dwork);
bool disable_delayed_work_sync(struct delayed_work *dwork);
/* Return, these: whether it can be queued now. */
bool enable_work(struct work_struct *work);
bool enable_delayed_work(struct delayed_work *dwork);
/* Return: WORK_BUSY_* bits; a hint. */
unsigned int work_busy(struct work_struct *work);
/* The item whose function the current task runs, or NULL. */
struct work_struct *current_work(void);

/* ---- queues --------------------------------------------------------------------------------------------- */

struct workqueue_struct *__psim_alloc_workqueue(const char *site, const char *fmt,
						unsigned int flags, int max_active, ...)
	__printf(2, 5);
/* Process context. Return: the queue, or NULL without memory. max_active 0: WQ_DFL_ACTIVE. */
#define alloc_workqueue(fmt, flags, max_active, args...) \
	__psim_alloc_workqueue(__func__, (fmt), (flags), (max_active), ##args)
#define alloc_ordered_workqueue(fmt, flags, args...) \
	__psim_alloc_workqueue(__func__, (fmt), WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_workqueue(name)		    alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, (name))
/* Runs what is queued, then frees it. Delayed items must not be pending. */
void destroy_workqueue(struct workqueue_struct *wq);
void workqueue_set_max_active(struct workqueue_struct *wq, int max_active);
/* Until all that was queued before is finished. */
#define flush_workqueue(wq) __flush_workqueue(wq)
void __flush_workqueue(struct workqueue_struct *wq);
/* Until the queue is empty, whatever its items queue meanwhile. */
void drain_workqueue(struct workqueue_struct *wq);
#define flush_scheduled_work() __flush_workqueue(system_wq)

#endif /* _LINUX_WORKQUEUE_H */
