// SPDX-License-Identifier: MIT
/*
 * Timers: pending ones in a tree by moment and order of arming. The engine asks for the next moment and
 * runs psim_run_timers() in a softirq task when it has come.
 *
 * A timer runs on the first tick after its expiry, however far away that is; a kernel's far ones come
 * later still.
 */
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/softirq.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

/* A timer whose function runs now, on the stack of the task that runs it. */
struct running {
	struct running *next;
	struct timer_list *timer;
};

static struct psim_raw timers_raw;
static struct rb_root_cached timers = RB_ROOT_CACHED;
static u64 timers_order;
static struct running *timers_running;
static struct {
	struct __psim_waiter *__psim_first, *__psim_last;
} timers_waiting;
/* The next moment, for the engine to read without the lock; 0: RCU callbacks are ready. */
static u64 timers_next = U64_MAX;
static bool rcu_ready;

static u64 next_timer(void)
{
	if (__atomic_load_n(&rcu_ready, __ATOMIC_RELAXED))
		return 0;
	return __atomic_load_n(&timers_next, __ATOMIC_RELAXED);
}

void psim_softirq_raise(void)
{
	__atomic_store_n(&rcu_ready, true, __ATOMIC_RELEASE);
	psim_timers_changed();
}

/* ---- the tree: under the raw lock --------------------------------------------------------------------- */

static struct timer_list *first_timer(void)
{
	struct rb_node *node = rb_first_cached(&timers);

	return node ? rb_entry(node, struct timer_list, __psim_node) : NULL;
}

static void note_next(void)
{
	struct timer_list *first = first_timer();
	u64 next = first ? first->__psim_due : U64_MAX, before = timers_next;

	__atomic_store_n(&timers_next, next, __ATOMIC_RELAXED);
	if (next < before)
		psim_timers_changed();
}

/* @due: in virtual nanoseconds. */
static void arm_ns(struct timer_list *timer, u64 due)
{
	struct rb_node **link = &timers.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	timer->__psim_due = due;
	timer->__psim_order = ++timers_order;
	timer->__psim_pending = true;
	while (*link) {
		parent = *link;
		if (timer->__psim_due <
		    rb_entry(parent, struct timer_list, __psim_node)->__psim_due) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&timer->__psim_node, parent, link);
	rb_insert_color_cached(&timer->__psim_node, &timers, leftmost);
	note_next();
}

static void arm(struct timer_list *timer, unsigned long expires)
{
	timer->expires = expires;
	arm_ns(timer, psim_jiffies_deadline(expires));
}

static bool disarm(struct timer_list *timer)
{
	if (!timer->__psim_pending)
		return false;
	rb_erase_cached(&timer->__psim_node, &timers);
	timer->__psim_pending = false;
	note_next();
	return true;
}

static bool is_running(const struct timer_list *timer)
{
	struct running *r;

	for (r = timers_running; r; r = r->next)
		if (r->timer == timer)
			return true;
	return false;
}

/* ---- running ---------------------------------------------------------------------------------------------- */

static void run_one(struct timer_list *timer)
{
	struct running me = {.next = timers_running, .timer = timer}, **r;
	void (*function)(struct timer_list *) = timer->function;
	unsigned int held = current->__psim_sync.nr_held;
	u64 order = timer->__psim_order;

	disarm(timer);
	timers_running = &me;
	psim_raw_unlock(&timers_raw);
	psim_trace(PSIM_EV_TIMER, order, 0, 0, 0);
	psim_edge_in(timer);
	if (function)
		function(timer);
	/* the function may have freed the timer: an edge needs its address alone */
	psim_edge_out(timer);
	psim_sync_callback_left("timer function", function, held);
	psim_trace(PSIM_EV_TIMER_END, order, 0, 0, 0);
	psim_raw_lock(&timers_raw);
	for (r = &timers_running; *r != &me; r = &(*r)->next)
		;
	*r = me.next;
	psim_waiters_kick(timers_waiting.__psim_first);
}

static void run_timers(void)
{
	struct timer_list *timer;

	psim_raw_lock(&timers_raw);
	while ((timer = first_timer()) && timer->__psim_due <= psim_time())
		run_one(timer);
	psim_raw_unlock(&timers_raw);
	if (__psim_exchange(&rcu_ready, false, __ATOMIC_RELAXED))
		psim_rcu_run();
}

void psim_timer_arm(struct timer_list *timer, unsigned long expires)
{
	psim_edge_out(timer);
	psim_raw_lock(&timers_raw);
	disarm(timer);
	arm(timer, expires);
	psim_raw_unlock(&timers_raw);
}

void psim_timer_arm_ns(struct timer_list *timer, u64 due)
{
	psim_edge_out(timer);
	psim_raw_lock(&timers_raw);
	disarm(timer);
	arm_ns(timer, due);
	psim_raw_unlock(&timers_raw);
}

bool psim_timer_runs(const struct timer_list *timer)
{
	bool runs;

	psim_raw_lock(&timers_raw);
	runs = is_running(timer);
	psim_raw_unlock(&timers_raw);
	return runs;
}

bool psim_timer_disarm(struct timer_list *timer)
{
	bool pending;

	psim_raw_lock(&timers_raw);
	pending = disarm(timer);
	psim_raw_unlock(&timers_raw);
	return pending;
}

void psim_timers_start(void)
{
	psim_next_timer = next_timer;
	psim_run_timers = run_timers;
}

void psim_timers_leftovers(void)
{
	struct rb_node *node;

	for (node = rb_first_cached(&timers); node; node = rb_next(node)) {
		struct timer_list *timer = rb_entry(node, struct timer_list, __psim_node);

		if (timer->function == delayed_work_timer_fn)
			psim_report("law 3", "delayed work %ps, queued by %s, is still pending",
				    timer_container_of((struct delayed_work *)NULL, timer, timer)
					    ->work.func,
				    timer_container_of((struct delayed_work *)NULL, timer, timer)
					    ->work.__psim_site);
		else
			psim_report("law 3", "timer %ps is still pending", timer->function);
	}
}

void psim_timers_check_freed(const void *addr, size_t size)
{
	struct rb_node *node;
	void *function = NULL;

	if (likely(__atomic_load_n(&timers_next, __ATOMIC_RELAXED) == U64_MAX))
		return;
	psim_raw_lock(&timers_raw);
	for (node = rb_first_cached(&timers); node && !function; node = rb_next(node)) {
		struct timer_list *timer = rb_entry(node, struct timer_list, __psim_node);

		if ((const char *)timer >= (const char *)addr &&
		    (const char *)timer < (const char *)addr + size)
			function = timer->function;
	}
	psim_raw_unlock(&timers_raw);
	if (function)
		psim_report("law 4", "memory is freed with pending timer %ps inside", function);
}

/* ---- the face ------------------------------------------------------------------------------------------------ */

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags, const char *name, struct lock_class_key *key)
{
	timer->function = func;
	timer->flags = flags;
	timer->expires = 0;
	timer->__psim_pending = false;
	timer->__psim_order = 0;
}

void timer_destroy_on_stack(struct timer_list *timer)
{
	WARN_ON(timer_pending(timer));
}

int timer_pending(const struct timer_list *timer)
{
	bool pending;

	psim_point(PSIM_POINT_ONCE);
	psim_raw_lock(&timers_raw);
	pending = timer->__psim_pending;
	psim_raw_unlock(&timers_raw);
	return pending;
}

enum how {
	ALWAYS,
	IF_PENDING,
	IF_EARLIER
};

static int change(struct timer_list *timer, unsigned long expires, enum how how)
{
	bool pending;

	psim_point(PSIM_POINT_WAKE);
	psim_edge_out(timer);
	psim_raw_lock(&timers_raw);
	pending = timer->__psim_pending;
	/* shut down: no function, nothing happens */
	if (timer->function && (how != IF_PENDING || pending) &&
	    !(how == IF_EARLIER && pending && time_before_eq(timer->expires, expires))) {
		disarm(timer);
		arm(timer, expires);
	}
	psim_raw_unlock(&timers_raw);
	return pending;
}

void add_timer(struct timer_list *timer)
{
	if (WARN_ON_ONCE(timer_pending(timer)))
		return;
	change(timer, timer->expires, ALWAYS);
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return change(timer, expires, ALWAYS);
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return change(timer, expires, IF_PENDING);
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return change(timer, expires, IF_EARLIER);
}

static int delete (struct timer_list *timer, bool shutdown)
{
	bool pending;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&timers_raw);
	pending = disarm(timer);
	if (shutdown)
		timer->function = NULL;
	psim_raw_unlock(&timers_raw);
	return pending;
}

int timer_delete(struct timer_list *timer)
{
	return delete (timer, false);
}

int timer_shutdown(struct timer_list *timer)
{
	return delete (timer, true);
}

int timer_delete_sync_try(struct timer_list *timer)
{
	int pending = -1;

	psim_point(PSIM_POINT_WAKE);
	psim_raw_lock(&timers_raw);
	if (!is_running(timer))
		pending = disarm(timer);
	psim_raw_unlock(&timers_raw);
	if (pending < 0)
		psim_yielded();
	else
		psim_edge_in(timer);
	return pending;
}

/* Spins: this may be called with preemption off, though not in an interrupt. */
static int delete_sync(struct timer_list *timer, bool shutdown, const char *site)
{
	struct __psim_waiter waiter = {.task = current};
	bool pending;

	psim_point(PSIM_POINT_WAKE);
	if ((psim_in_hardirq() || psim_in_softirq()) && !(timer->flags & TIMER_IRQSAFE))
		psim_report("law 4", "%s waits for timer %ps in an interrupt", site,
			    timer->function);
	psim_raw_lock(&timers_raw);
	pending = disarm(timer);
	if (shutdown)
		timer->function = NULL;
	psim_waiters_push(&timers_waiting, &waiter);
	while (is_running(timer)) {
		static const struct psim_waits waits = {.what = "a timer that runs"};

		psim_raw_unlock(&timers_raw);
		psim_waits_begin(&waits);
		psim_park_spinning();
		psim_waits_end();
		psim_raw_lock(&timers_raw);
		pending |= disarm(timer);
	}
	psim_waiters_remove(&timers_waiting, &waiter);
	psim_raw_unlock(&timers_raw);
	psim_edge_in(timer);
	return pending;
}

int timer_delete_sync(struct timer_list *timer)
{
	return delete_sync(timer, false, __func__);
}

int timer_shutdown_sync(struct timer_list *timer)
{
	return delete_sync(timer, true, __func__);
}
