/* SPDX-License-Identifier: MIT */
/*
 * Jiffies: virtual time in ticks of 1/HZ s. They start five minutes before 2^32, so that code which
 * compares them wrongly is found (S9.64). Reading them over and over makes no progress: the others run.
 */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#define HZ		 1000
#define USER_HZ		 100
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define INITIAL_JIFFIES	 ((unsigned long)(unsigned int)(-300 * HZ))
#define TICK_NSEC	 (NSEC_PER_SEC / HZ)

unsigned long __psim_jiffies(void);
#define jiffies	   __psim_jiffies()
#define jiffies_64 get_jiffies_64()
static inline u64 get_jiffies_64(void)
{
	return __psim_jiffies();
}

/* Comparisons that stand the overflow; strict unless they end in _eq. */
#define time_after(a, b) \
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) \
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b)	     time_after_eq(b, a)
#define time_in_range(a, b, c)	     (time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c)  (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b)	     (typecheck(u64, a) && typecheck(u64, b) && ((s64)((b) - (a)) < 0))
#define time_before64(a, b)	     time_after64(b, a)
#define time_after_eq64(a, b)	     (typecheck(u64, a) && typecheck(u64, b) && ((s64)((a) - (b)) >= 0))
#define time_before_eq64(a, b)	     time_after_eq64(b, a)
#define time_in_range64(a, b, c)     (time_after_eq64(a, b) && time_before_eq64(a, c))
#define time_is_before_jiffies(a)    time_after(jiffies, a)
#define time_is_before_jiffies64(a)  time_after64(get_jiffies_64(), a)
#define time_is_after_jiffies(a)     time_before(jiffies, a)
#define time_is_after_jiffies64(a)   time_before64(get_jiffies_64(), a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a)  time_before_eq(jiffies, a)

/* Rounded up; values with the top bit set mean "for ever" (S9.63). HZ is 1000: one for one. */
static inline unsigned long msecs_to_jiffies(const unsigned int m)
{
	return (int)m < 0 ? (unsigned long)MAX_JIFFY_OFFSET : m;
}
static inline unsigned long secs_to_jiffies(const unsigned int s)
{
	return (unsigned long)s * HZ;
}
static inline unsigned long usecs_to_jiffies(const unsigned int u)
{
	return u / 1000 + (u % 1000 != 0);
}
static inline u64 nsecs_to_jiffies64(u64 n)
{
	return div_u64(n, TICK_NSEC);
}
static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return nsecs_to_jiffies64(n);
}
static inline unsigned int jiffies_to_msecs(const unsigned long j)
{
	return j;
}
static inline unsigned int jiffies_to_usecs(const unsigned long j)
{
	return j * 1000;
}
static inline u64 jiffies_to_nsecs(const unsigned long j)
{
	return (u64)j * TICK_NSEC;
}
static inline u64 jiffies64_to_nsecs(u64 j)
{
	return j * TICK_NSEC;
}
static inline u64 jiffies64_to_msecs(u64 j)
{
	return j;
}
#define jiffies_delta_to_msecs(delta) jiffies_to_msecs(max(0L, (long)(delta)))

/* Whole seconds save power on a real machine; here a tick is as good as another. */
static inline unsigned long round_jiffies_relative(unsigned long j)
{
	return j;
}
static inline unsigned long round_jiffies_up_relative(unsigned long j)
{
	return j;
}

#endif /* _LINUX_JIFFIES_H */
