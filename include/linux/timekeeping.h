/* SPDX-License-Identifier: MIT */
/*
 * Clocks. All of them show virtual time: the monotonic ones count from the machine's start, the real
 * one from a fixed date, so that a run does not depend on the day.
 */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

/* Monotonic virtual time in ns. Any context. */
ktime_t ktime_get(void);
/* Nanoseconds since 1970 on the machine's calendar, which starts on 2026-01-01. */
ktime_t ktime_get_real(void);

#define ktime_get_raw()	     ktime_get()
#define ktime_get_boottime() ktime_get()
#define ktime_get_coarse()   ktime_get()
static inline u64 ktime_get_ns(void)
{
	return ktime_get();
}
static inline u64 ktime_get_raw_ns(void)
{
	return ktime_get();
}
static inline u64 ktime_get_boottime_ns(void)
{
	return ktime_get();
}
static inline u64 ktime_get_real_ns(void)
{
	return ktime_get_real();
}
static inline u64 ktime_get_mono_fast_ns(void)
{
	return ktime_get();
}
static inline time64_t ktime_get_seconds(void)
{
	return ktime_get() / NSEC_PER_SEC;
}
static inline time64_t ktime_get_real_seconds(void)
{
	return ktime_get_real() / NSEC_PER_SEC;
}
static inline void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get());
}
static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get_real());
}

#endif /* _LINUX_TIMEKEEPING_H */
