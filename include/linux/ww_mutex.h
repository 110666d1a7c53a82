/* SPDX-License-Identifier: MIT */
/*
 * Mutexes that a task takes several of, in any order: a context's stamp says who came first, and who came
 * later has to give back what it holds (-EDEADLK) when both would wait for each other.
 *
 * Wait-die: the later one gives up when it would wait for an earlier one. Wound-wait: the earlier one tells
 * the later holder, who gives up when it next waits.
 */
#ifndef __LINUX_WW_MUTEX_H
#define __LINUX_WW_MUTEX_H

#include <linux/atomic.h>
#include <linux/mutex.h>

/**
 * struct ww_class - locks that are taken together
 * @stamp: the next context's
 * @acquire_key, @mutex_key, @acquire_name, @mutex_name: for the lock checker
 * @is_wait_die: wait-die, else wound-wait
 */
struct ww_class {
	atomic_long_t stamp;
	struct lock_class_key acquire_key, mutex_key;
	const char *acquire_name, *mutex_name;
	unsigned int is_wait_die;
};

/**
 * struct ww_acquire_ctx - one task's taking of several locks
 * @task: who; @stamp: when, in the order of the class; @ww_class: the class
 * @acquired: locks held with it
 * @wounded: an earlier one waits for a lock that this one holds; @is_wait_die: the class's
 * @done_acquire: no more locks will be taken
 * @contending_lock: the lock at which it had to give up
 */
struct ww_acquire_ctx {
	struct task_struct *task;
	unsigned long stamp;
	unsigned int acquired;
	unsigned short wounded;
	unsigned short is_wait_die;
	unsigned int done_acquire;
	struct ww_class *ww_class;
	struct ww_mutex *contending_lock;
};

/* @base: the lock; @ctx: of its holder, NULL: none; @ww_class: the class */
struct ww_mutex {
	struct mutex base;
	struct ww_acquire_ctx *ctx;
	struct ww_class *ww_class;
};

#define __WW_CLASS_INITIALIZER(name, wait_die)                                  \
	{                                                                       \
		.acquire_name = #name "_acquire", .mutex_name = #name "_mutex", \
		.is_wait_die = (wait_die),                                      \
	}
#define DEFINE_WD_CLASS(name) struct ww_class name = __WW_CLASS_INITIALIZER(name, 1)
#define DEFINE_WW_CLASS(name) struct ww_class name = __WW_CLASS_INITIALIZER(name, 0)

static inline void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class)
{
	__mutex_init(&lock->base, ww_class->mutex_name, &ww_class->mutex_key);
	lock->ctx = NULL;
	lock->ww_class = ww_class;
}

/* Take a stamp: the later, the lower the rank. Ends with ww_acquire_fini(), when no lock is held any more. */
void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class);
/* From here on ww_mutex_lock() with it is a mistake. Optional. */
void ww_acquire_done(struct ww_acquire_ctx *ctx);
void ww_acquire_fini(struct ww_acquire_ctx *ctx);

int __psim_ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
			 enum __psim_mutex_wait wait, bool slow, const char *site);
int __psim_ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, const char *site);
void __psim_ww_mutex_unlock(struct ww_mutex *lock, const char *site);

/**
 * ww_mutex_lock() - take it
 * @ctx: NULL: this lock alone
 * Process context; sleeps. Return: 0; -EALREADY: @ctx holds it; -EDEADLK: let go of every lock of @ctx, then
 * ww_mutex_lock_slow() this one first. The interruptible one: -EINTR too.
 */
#define ww_mutex_lock(lock, ctx) \
	__psim_ww_mutex_lock((lock), (ctx), __PSIM_MUTEX_ANY, false, __func__)
#define ww_mutex_lock_interruptible(lock, ctx) \
	__psim_ww_mutex_lock((lock), (ctx), __PSIM_MUTEX_INTERRUPTIBLE, false, __func__)
/* After -EDEADLK, with no lock of @ctx held: wait for it however long it takes. */
#define ww_mutex_lock_slow(lock, ctx) \
	((void)__psim_ww_mutex_lock((lock), (ctx), __PSIM_MUTEX_ANY, true, __func__))
#define ww_mutex_lock_slow_interruptible(lock, ctx) \
	__psim_ww_mutex_lock((lock), (ctx), __PSIM_MUTEX_INTERRUPTIBLE, true, __func__)
/* Return: 1 if it is taken now. */
#define ww_mutex_trylock(lock, ctx) __psim_ww_mutex_trylock((lock), (ctx), __func__)
#define ww_mutex_unlock(lock)	    __psim_ww_mutex_unlock((lock), __func__)

static inline bool ww_mutex_is_locked(struct ww_mutex *lock)
{
	return mutex_is_locked(&lock->base);
}

static inline void ww_mutex_destroy(struct ww_mutex *lock)
{
	mutex_destroy(&lock->base);
}

#endif /* __LINUX_WW_MUTEX_H */
