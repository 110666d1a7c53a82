/* SPDX-License-Identifier: MIT */
/*
 * References that are cheap to take until somebody kills the count: an initial one, given up by killing, and
 * a release function when the last is gone.
 *
 * Here the count is always one number: nothing can be seen of per-CPU counting but its speed.
 */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct percpu_ref;
typedef void(percpu_ref_func_t)(struct percpu_ref *ref);

enum {
	PERCPU_REF_INIT_ATOMIC = 1 << 0,
	PERCPU_REF_INIT_DEAD = 1 << 1,
	PERCPU_REF_ALLOW_REINIT = 1 << 2,
};

struct percpu_ref {
	atomic_long_t __psim_count;
	bool __psim_dead;
	bool __psim_again; /* it may live again */
	percpu_ref_func_t *__psim_release;
	percpu_ref_func_t *__psim_confirm;
	struct rcu_head __psim_rcu;
};

/**
 * percpu_ref_init() - begin with one reference
 * @release: the last reference is gone; in the context of who let it go
 * @flags: PERCPU_REF_INIT_DEAD: none, and killed; PERCPU_REF_ALLOW_REINIT: it may live again, which it may with any flag
 * Return: 0, -ENOMEM.
 */
int __must_check __psim_percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
					unsigned int flags, const char *site);
#define percpu_ref_init(ref, release, flags, gfp) \
	((void)(gfp), __psim_percpu_ref_init((ref), (release), (flags), __func__))
/* No more use of it; it may be any count. */
void percpu_ref_exit(struct percpu_ref *ref);

/**
 * percpu_ref_kill() - give the initial reference up; percpu_ref_tryget_live() fails from now on
 * Once; another time is a bug. Any context.
 */
void percpu_ref_kill(struct percpu_ref *ref);
/* The same; @confirm is called when everybody is sure to see it. It may be called at once. */
void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm);
/* Back to life after all references are gone. */
void percpu_ref_reinit(struct percpu_ref *ref);
/* Back to life in any case, with the initial reference. */
void percpu_ref_resurrect(struct percpu_ref *ref);
void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref);
void percpu_ref_switch_to_percpu(struct percpu_ref *ref);

/** percpu_ref_put_many() - let go of several; the last one after the kill calls the release */
void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr);

/** percpu_ref_put() - let go of one; the last one after the kill calls the release */
static inline void percpu_ref_put(struct percpu_ref *ref)
{
	percpu_ref_put_many(ref, 1);
}

/* By who holds one. */
static inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	atomic_long_add(nr, &ref->__psim_count);
}

/** percpu_ref_get() - one more, of what is held */
static inline void percpu_ref_get(struct percpu_ref *ref)
{
	percpu_ref_get_many(ref, 1);
}

/* Return: false if there are none any more. */
static inline bool percpu_ref_tryget(struct percpu_ref *ref)
{
	return atomic_long_inc_not_zero(&ref->__psim_count);
}

/** percpu_ref_is_dying() - has percpu_ref_kill() been called? */
static inline bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return READ_ONCE(ref->__psim_dead);
}

/* Return: false also if it was killed. */
static inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return !percpu_ref_is_dying(ref) && percpu_ref_tryget(ref);
}

/** percpu_ref_is_zero() - is nothing held any more? */
static inline bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return !atomic_long_read(&ref->__psim_count);
}

#endif /* _LINUX_PERCPU_REFCOUNT_H */
