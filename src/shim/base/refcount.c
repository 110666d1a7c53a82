// SPDX-License-Identifier: MIT
/*
 * The rare half of reference counts: saturation with a warning of each kind once (S9.1 to S9.4),
 * and the drops that need the last reference to be dropped under a lock.
 */
#include <linux/array_size.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "sim/sim.h"

static const char *const complaints[] = {
	[REFCOUNT_ADD_NOT_ZERO_OVF] = "the count overflows or is saturated; the object leaks",
	[REFCOUNT_ADD_OVF] = "the count overflows or is saturated; the object leaks",
	[REFCOUNT_ADD_UAF] = "a reference was taken on a count of 0: use after free",
	[REFCOUNT_SUB_UAF] = "the count falls below 0: use after free",
	[REFCOUNT_DEC_LEAK] = "the count falls to 0 where nobody would free the object: it leaks",
};

static bool warned[ARRAY_SIZE(complaints)];

void __psim_refcount_saturate(refcount_t *r, enum refcount_saturation_type t, const char *site)
{
	__atomic_store_n(&r->refs.counter, REFCOUNT_SATURATED, __ATOMIC_RELAXED);
	if (!__psim_exchange(&warned[t], true, __ATOMIC_RELAXED))
		psim_report("WARN", "refcount in %s(): %s", site, complaints[t]);
}

void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t)
{
	__psim_refcount_saturate(r, t, __func__);
}

bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	__psim_point_atomic();
	return __psim_compare_exchange(&r->refs.counter, &one, 0, __ATOMIC_RELEASE,
				       __ATOMIC_RELAXED);
}

bool refcount_dec_not_one(refcount_t *r)
{
	int old;

	__psim_point_atomic();
	old = __atomic_load_n(&r->refs.counter, __ATOMIC_RELAXED);
	do {
		if (old == REFCOUNT_SATURATED)
			return true;
		if (old == 1)
			return false;
		if (WARN_ONCE(old == 0, "refcount: the count falls below 0: use after free"))
			return true;
	} while (!__psim_compare_exchange(&r->refs.counter, &old, old - 1, __ATOMIC_RELEASE,
					  __ATOMIC_RELAXED));
	return true;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}
