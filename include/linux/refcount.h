/* SPDX-License-Identifier: MIT */
/*
 * Reference counts that saturate (S9.1 to S9.4): 1 to INT_MAX are live, 0 is dead, and what goes
 * wrong is warned of once a kind and pins the count at REFCOUNT_SATURATED: the object leaks.
 *
 * Each operation looks at the value before it, so that tasks that race all judge what was there.
 */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/refcount_types.h>

struct mutex;
struct spinlock;

#define REFCOUNT_INIT(n)       \
	{                      \
		.refs = {(n) } \
	}
#define REFCOUNT_MAX	   INT_MAX
#define REFCOUNT_SATURATED (INT_MIN / 2)

enum refcount_saturation_type {
	REFCOUNT_ADD_NOT_ZERO_OVF,
	REFCOUNT_ADD_OVF,
	REFCOUNT_ADD_UAF,
	REFCOUNT_SUB_UAF,
	REFCOUNT_DEC_LEAK,
};

void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t);
void __psim_refcount_saturate(refcount_t *r, enum refcount_saturation_type t, const char *site);

static inline void refcount_set(refcount_t *r, int n)
{
	__psim_point_atomic();
	__atomic_store_n(&r->refs.counter, n, __ATOMIC_RELAXED);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	__psim_point_atomic();
	return __atomic_load_n(&r->refs.counter, __ATOMIC_RELAXED);
}

static inline void __psim_refcount_add(int i, refcount_t *r, const char *site)
{
	int old;

	__psim_point_atomic();
	old = __psim_fetch(add, &r->refs.counter, i, __ATOMIC_RELAXED);
	if (unlikely(!old))
		__psim_refcount_saturate(r, REFCOUNT_ADD_UAF, site);
	else if (unlikely(old < 0 || (int)((unsigned int)old + i) < 0))
		__psim_refcount_saturate(r, REFCOUNT_ADD_OVF, site);
}

static inline bool __must_check __psim_refcount_add_not_zero(int i, refcount_t *r, int *oldp,
							     const char *site)
{
	int old;

	__psim_point_atomic();
	old = __atomic_load_n(&r->refs.counter, __ATOMIC_RELAXED);
	while (old && !__psim_compare_exchange(&r->refs.counter, &old, (int)((unsigned int)old + i),
					       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	if (oldp)
		*oldp = old;
	if (unlikely(old < 0 || (int)((unsigned int)old + i) < 0))
		__psim_refcount_saturate(r, REFCOUNT_ADD_NOT_ZERO_OVF, site);
	return old;
}

static inline bool __must_check __psim_refcount_sub_and_test(int i, refcount_t *r, int *oldp,
							     const char *site)
{
	int old;

	__psim_point_atomic();
	old = __psim_fetch(sub, &r->refs.counter, i, __ATOMIC_RELEASE);
	if (oldp)
		*oldp = old;
	if (old > 0 && old == i) {
		(void)__atomic_load_n(&r->refs.counter, __ATOMIC_ACQUIRE);
		return true;
	}
	if (unlikely(old <= 0 || old - i < 0))
		__psim_refcount_saturate(r, REFCOUNT_SUB_UAF, site);
	return false;
}

static inline void __psim_refcount_dec(refcount_t *r, const char *site)
{
	__psim_point_atomic();
	if (unlikely(__psim_fetch(sub, &r->refs.counter, 1, __ATOMIC_RELEASE) <= 1))
		__psim_refcount_saturate(r, REFCOUNT_DEC_LEAK, site);
}

/* Take @i references; the caller holds one. */
static inline void refcount_add(int i, refcount_t *r)
{
	__psim_refcount_add(i, r, __func__);
}

static inline void refcount_inc(refcount_t *r)
{
	__psim_refcount_add(1, r, __func__);
}

/* Take references unless the object is dead. Return: whether they were taken. */
static inline bool __must_check refcount_add_not_zero(int i, refcount_t *r)
{
	return __psim_refcount_add_not_zero(i, r, NULL, __func__);
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return __psim_refcount_add_not_zero(1, r, NULL, __func__);
}

/* Drop references. Return: true to the one who dropped the last: the object is his alone now. */
static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	return __psim_refcount_sub_and_test(i, r, NULL, __func__);
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return __psim_refcount_sub_and_test(1, r, NULL, __func__);
}

/* Drop a reference that cannot be the last. */
static inline void refcount_dec(refcount_t *r)
{
	__psim_refcount_dec(r, __func__);
}

/* In reports, the caller is named. */
#define refcount_add(i, r)		    __psim_refcount_add(i, r, __func__)
#define refcount_inc(r)			    __psim_refcount_add(1, r, __func__)
#define refcount_add_not_zero(i, r)	    __psim_refcount_add_not_zero(i, r, NULL, __func__)
#define refcount_inc_not_zero(r)	    __psim_refcount_add_not_zero(1, r, NULL, __func__)
#define refcount_sub_and_test(i, r)	    __psim_refcount_sub_and_test(i, r, NULL, __func__)
#define refcount_dec_and_test(r)	    __psim_refcount_sub_and_test(1, r, NULL, __func__)
#define refcount_dec(r)			    __psim_refcount_dec(r, __func__)
#define __refcount_add_not_zero(i, r, oldp) __psim_refcount_add_not_zero(i, r, oldp, __func__)
#define __refcount_inc_not_zero(r, oldp)    __psim_refcount_add_not_zero(1, r, oldp, __func__)
#define __refcount_sub_and_test(i, r, oldp) __psim_refcount_sub_and_test(i, r, oldp, __func__)
#define __refcount_dec_and_test(r, oldp)    __psim_refcount_sub_and_test(1, r, oldp, __func__)

/* 1 becomes 0, anything else stays. Return: whether it did. */
bool __must_check refcount_dec_if_one(refcount_t *r);
/* Drop a reference unless it is the last. Return: false if it is. */
bool __must_check refcount_dec_not_one(refcount_t *r);
/* Drop a reference; the last only with @lock held. Return: true, with @lock held, if it was. */
bool __must_check refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);
bool __must_check refcount_dec_and_lock(refcount_t *r, struct spinlock *lock);

#endif /* _LINUX_REFCOUNT_H */
