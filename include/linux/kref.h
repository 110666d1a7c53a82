/* SPDX-License-Identifier: MIT */
/* A reference count with a release function (S9.5). Reports name the function that took or put. */
#ifndef _LINUX_KREF_H
#define _LINUX_KREF_H

#include <linux/refcount.h>
#include <linux/types.h>

struct kref {
	refcount_t refcount;
};

#define KREF_INIT(n)                          \
	{                                     \
		.refcount = REFCOUNT_INIT(n), \
	}

/* One reference: the caller's. */
static inline void kref_init(struct kref *kref)
{
	refcount_set(&kref->refcount, 1);
}

/** kref_read() - how many references there are */
static inline unsigned int kref_read(const struct kref *kref)
{
	return refcount_read(&kref->refcount);
}

static inline void __psim_kref_get(struct kref *kref, const char *site)
{
	__psim_refcount_add(1, &kref->refcount, site);
}

static inline int __psim_kref_put(struct kref *kref, void (*release)(struct kref *kref),
				  const char *site)
{
	if (!__psim_refcount_sub_and_test(1, &kref->refcount, NULL, site))
		return 0;
	release(kref);
	return 1;
}

/* Take a reference; the caller holds one, or knows that one is held. */
static inline void kref_get(struct kref *kref)
{
	__psim_kref_get(kref, __func__);
}

/**
 * kref_put() - drop a reference
 * @kref: the count
 * @release: called, here and now, if it was the last
 * Return: 1 if it was the last, and the object is gone; else 0, which says nothing about now.
 */
static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	return __psim_kref_put(kref, release, __func__);
}

/* Take a reference unless there is none any more. Return: whether it was taken. */
static inline int __must_check kref_get_unless_zero(struct kref *kref)
{
	return __psim_refcount_add_not_zero(1, &kref->refcount, NULL, __func__);
}

/*
 * As kref_put(); the last one is dropped, and @release called, with @lock held, which it lets go.
 */
static inline int kref_put_mutex(struct kref *kref, void (*release)(struct kref *kref),
				 struct mutex *lock)
{
	if (!refcount_dec_and_mutex_lock(&kref->refcount, lock))
		return 0;
	release(kref);
	return 1;
}

/**
 * kref_put_lock() - let go; the last one is released with the lock held, which the release lets go
 */
static inline int kref_put_lock(struct kref *kref, void (*release)(struct kref *kref),
				struct spinlock *lock)
{
	if (!refcount_dec_and_lock(&kref->refcount, lock))
		return 0;
	release(kref);
	return 1;
}

#define kref_get(kref)		__psim_kref_get(kref, __func__)
#define kref_put(kref, release) __psim_kref_put(kref, release, __func__)
#define kref_get_unless_zero(kref) \
	((int)__psim_refcount_add_not_zero(1, &(kref)->refcount, NULL, __func__))

#endif /* _LINUX_KREF_H */
