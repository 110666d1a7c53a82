/* SPDX-License-Identifier: MIT */
/* ktime_t: a signed count of nanoseconds. */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/time64.h>

#define KTIME_MAX     ((s64) ~((u64)1 << 63))
#define KTIME_MIN     (-KTIME_MAX - 1)
#define KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)

static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	return secs >= KTIME_SEC_MAX ? KTIME_MAX : secs * NSEC_PER_SEC + (s64)nsecs;
}
#define ktime_sub(lhs, rhs)	((lhs) - (rhs))
#define ktime_add(lhs, rhs)	((lhs) + (rhs))
#define ktime_add_ns(kt, nsval) ((kt) + (nsval))
#define ktime_sub_ns(kt, nsval) ((kt) - (nsval))
#define ktime_add_us(kt, usec)	ktime_add_ns(kt, (s64)(usec)*NSEC_PER_USEC)
#define ktime_add_ms(kt, msec)	ktime_add_ns(kt, (s64)(msec)*NSEC_PER_MSEC)
#define ktime_to_ns(kt)		(kt)
#define ns_to_ktime(ns)		((ktime_t)(ns))
#define us_to_ktime(us)		((ktime_t)(us)*NSEC_PER_USEC)
#define ms_to_ktime(ms)		((ktime_t)(ms)*NSEC_PER_MSEC)
#define ktime_to_timespec64(kt) ns_to_timespec64(kt)

static inline s64 ktime_to_us(const ktime_t kt)
{
	return kt / NSEC_PER_USEC;
}
static inline s64 ktime_to_ms(const ktime_t kt)
{
	return kt / NSEC_PER_MSEC;
}
static inline s64 ktime_us_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_us(later - earlier);
}
static inline s64 ktime_ms_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_ms(later - earlier);
}
static inline int ktime_compare(const ktime_t a, const ktime_t b)
{
	return a < b ? -1 : a > b;
}
static inline bool ktime_after(const ktime_t a, const ktime_t b)
{
	return a > b;
}
static inline bool ktime_before(const ktime_t a, const ktime_t b)
{
	return a < b;
}

#include <linux/timekeeping.h>

#endif /* _LINUX_KTIME_H */
