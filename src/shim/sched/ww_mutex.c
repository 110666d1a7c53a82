// SPDX-License-Identifier: MIT
/*
 * Wait/wound mutexes over the plain ones: they share the lock's word, owner and queue. Waiters with a
 * context stand in the order of their stamps; whenever the lock gets a new holder, every waiter looks again
 * at who holds it and who is before it.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ww_mutex.h>
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

/* In __psim_waiter.kind: it is part of a struct ww_waiter. */
#define WITH_CONTEXT 0x77u

struct ww_waiter {
	struct __psim_waiter base;
	struct ww_acquire_ctx *ctx;
};

static struct ww_acquire_ctx *context_of(struct __psim_waiter *waiter)
{
	return waiter->kind == WITH_CONTEXT ? container_of(waiter, struct ww_waiter, base)->ctx
					    : NULL;
}

static bool before(const struct ww_acquire_ctx *a, const struct ww_acquire_ctx *b)
{
	return (long)(a->stamp - b->stamp) < 0;
}

/* The holder of another lock may be told from any task. */
static bool is_wounded(struct ww_acquire_ctx *ctx)
{
	return __atomic_load_n(&ctx->wounded, __ATOMIC_RELAXED);
}

/* ---- the queue; all of it under the lock's raw lock ---------------------------------------------------- */

/* Behind everyone who has a right to be first; waiters without a context keep their places. */
static void stand_in_line(struct mutex *lock, struct ww_waiter *me)
{
	struct __psim_waiter **link = &lock->__psim_first;

	if (!me->ctx) {
		psim_waiters_push(lock, &me->base);
		return;
	}
	while (*link && !(context_of(*link) && before(me->ctx, context_of(*link))))
		link = &(*link)->next;
	if (!*link) {
		psim_waiters_push(lock, &me->base);
		return;
	}
	me->base.next = *link;
	*link = &me->base;
}

/* An earlier one waits, and holds something: the later holder has to give up. */
static void wound_holder(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	struct ww_acquire_ctx *holder = lock->ctx;

	if (!holder || !ctx->acquired || !before(ctx, holder) || is_wounded(holder))
		return;
	__atomic_store_n(&holder->wounded, 1, __ATOMIC_RELAXED);
	/* it may wait for another lock */
	psim_unpark(lock->base.__psim_owner);
}

/* Whether waiting on could be part of a deadlock. Who holds nothing cannot be. */
static bool must_give_up(struct ww_mutex *lock, struct ww_waiter *me)
{
	struct ww_acquire_ctx *ctx = me->ctx;

	if (!ctx || !ctx->acquired)
		return false;
	if (!ctx->is_wait_die) {
		wound_holder(lock, ctx);
		return is_wounded(ctx);
	}
	if (lock->ctx && before(lock->ctx, ctx))
		return true;
	for (struct __psim_waiter *w = lock->base.__psim_first; w && w != &me->base; w = w->next)
		if (context_of(w))
			return true;
	return false;
}

/* Called with the raw lock held, returns with it. */
static int wait_for(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, unsigned int state,
		    const char *site)
{
	struct ww_waiter me = {.base = {.task = current, .kind = WITH_CONTEXT}, .ctx = ctx};
	struct mutex *base = &lock->base;
	int err = 0;

	stand_in_line(base, &me);
	psim_waits_begin(psim_waits_for_lock("ww_mutex", &base->dep_map, site));
	for (;;) {
		if (me.base.granted)
			break;
		if (!base->__psim_owner) {
			base->__psim_owner = current;
			break;
		}
		if (psim_interrupted(state))
			err = -EINTR;
		else if (must_give_up(lock, &me))
			err = -EDEADLK;
		if (err)
			break;
		psim_raw_unlock(psim_word(&base->__psim_word));
		psim_sleep(state);
		psim_raw_lock(psim_word(&base->__psim_word));
		if (!me.base.granted && base->__psim_owner && base->__psim_first == &me.base)
			me.base.passed = true;
	}
	psim_waits_end();
	if (me.base.granted)
		return 0;
	psim_waiters_remove(base, &me.base);
	if (err && !base->__psim_owner && base->__psim_first)
		psim_unpark(base->__psim_first->task);
	return err;
}

/* The lock has a holder with a context: who waits compares itself with it. */
static void taken_with(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	if (!ctx)
		return;
	lock->ctx = ctx;
	ctx->acquired++;
	psim_waiters_kick(lock->base.__psim_first);
}

/* ---- the face ---------------------------------------------------------------------------------------------- */

void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class)
{
	*ctx = (struct ww_acquire_ctx){
		.task = current,
		.stamp = atomic_long_inc_return(&ww_class->stamp),
		.is_wait_die = ww_class->is_wait_die,
		.ww_class = ww_class,
	};
}
EXPORT_SYMBOL(ww_acquire_init);

void ww_acquire_done(struct ww_acquire_ctx *ctx)
{
	WARN(ctx->done_acquire, "ww_acquire_done() a second time");
	ctx->done_acquire = 1;
}
EXPORT_SYMBOL(ww_acquire_done);

void ww_acquire_fini(struct ww_acquire_ctx *ctx)
{
	WARN(ctx->acquired, "ww_acquire_fini() with %u locks held", ctx->acquired);
}
EXPORT_SYMBOL(ww_acquire_fini);

static void check_use(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, bool slow)
{
	if (!ctx)
		return;
	WARN(ctx->ww_class != lock->ww_class, "a lock of another class than the context's");
	WARN(ctx->done_acquire, "ww_mutex_lock() after ww_acquire_done()");
	WARN(ctx->task != current, "a context of another task");
	WARN(slow && ctx->acquired, "ww_mutex_lock_slow() with %u locks held", ctx->acquired);
	WARN(!slow && ctx->contending_lock && ctx->contending_lock != lock && !ctx->acquired,
	     "after -EDEADLK another lock is taken first");
}

int __psim_ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
			 enum __psim_mutex_wait wait, bool slow, const char *site)
{
	struct mutex *base = &lock->base;
	int err = 0;

	psim_point_at(PSIM_POINT_LOCK, site);
	psim_sync_may_sleep(site);
	check_use(lock, ctx, slow);
	psim_raw_lock(psim_word(&base->__psim_word));
	if (ctx && lock->ctx == ctx) {
		psim_raw_unlock(psim_word(&base->__psim_word));
		return -EALREADY;
	}
	/* it has given back everything, so whoever wounded it has what it wanted */
	if (ctx && !ctx->acquired)
		__atomic_store_n(&ctx->wounded, 0, __ATOMIC_RELAXED);
	if (!base->__psim_owner) {
		base->__psim_owner = current;
	} else if (base->__psim_owner == current) {
		psim_raw_unlock(psim_word(&base->__psim_word));
		psim_lock_recursion(&base->dep_map, "ww_mutex", site);
	} else {
		err = wait_for(lock, ctx,
			       wait == __PSIM_MUTEX_ANY ? TASK_UNINTERRUPTIBLE : TASK_INTERRUPTIBLE,
			       site);
	}
	if (!err)
		taken_with(lock, ctx);
	psim_raw_unlock(psim_word(&base->__psim_word));
	if (!err)
		psim_held_push(&base->dep_map, 0, 0, ctx, site);
	if (ctx && (!err || err == -EDEADLK))
		ctx->contending_lock = err ? lock : NULL;
	return err;
}

int __psim_ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, const char *site)
{
	if (ctx && !ctx->acquired)
		__atomic_store_n(&ctx->wounded, 0, __ATOMIC_RELAXED);
	if (!__psim_mutex_trylock(&lock->base, site))
		return 0;
	psim_raw_lock(psim_word(&lock->base.__psim_word));
	taken_with(lock, ctx);
	psim_raw_unlock(psim_word(&lock->base.__psim_word));
	return 1;
}

void __psim_ww_mutex_unlock(struct ww_mutex *lock, const char *site)
{
	psim_raw_lock(psim_word(&lock->base.__psim_word));
	if (lock->ctx && lock->base.__psim_owner == current) {
		WARN_ON(!lock->ctx->acquired);
		lock->ctx->acquired--;
		lock->ctx = NULL;
	}
	psim_raw_unlock(psim_word(&lock->base.__psim_word));
	__psim_mutex_unlock(&lock->base, site);
}
