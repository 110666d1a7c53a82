// SPDX-License-Identifier: MIT
/* Jiffies, clocks, and the scheduling points of atomics, polls and RCU: the face over virtual time. */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include "host/race.h"
#include "sched/engine.h"
#include "sched/softirq.h"

/* 2026-01-01 00:00:00 UTC: some day, the same in every run. */
#define CALENDAR_START (1767225600ll * NSEC_PER_SEC)

unsigned long psim_jiffies_now(void)
{
	return INITIAL_JIFFIES + psim_time() / TICK_NSEC;
}

unsigned long __psim_jiffies(void)
{
	psim_point(PSIM_POINT_ONCE);
	return psim_jiffies_now();
}

u64 psim_jiffies_deadline(unsigned long j)
{
	long ticks = j - INITIAL_JIFFIES;

	/* the tick after @j: a moment in the past is over at the next tick from now */
	if (ticks < (long)(psim_time() / TICK_NSEC))
		ticks = psim_time() / TICK_NSEC;
	return (u64)(ticks + 1) * TICK_NSEC;
}

ktime_t ktime_get(void)
{
	psim_point(PSIM_POINT_ONCE);
	return psim_time();
}

ktime_t ktime_get_real(void)
{
	return CALENDAR_START + ktime_get();
}

void __psim_poll(void)
{
	psim_yielded();
}

void __psim_smp_mb_threads(void)
{
#ifdef __SANITIZE_THREAD__
	/* ThreadSanitizer knows no fences; an atomic that everybody changes orders at least as much */
	static unsigned int everybody;

	__atomic_fetch_add(&everybody, 1, __ATOMIC_SEQ_CST);
#else
	__sync_synchronize();
#endif
	if (unlikely(psim_race))
		psim_race->fence();
}
