/* SPDX-License-Identifier: MIT */
/*
 * Scheduling points, as atomics, READ_ONCE and the like contain them: virtual time passes, and another
 * task may run. In line, because there are tens of them in each step of a migration.
 */
#ifndef _LINUX___PSIM_POINT_H
#define _LINUX___PSIM_POINT_H

#include <linux/compiler_types.h>

/* The kinds that the face itself contains, of those that the shim's enum psim_point names. */
enum {
	__PSIM_POINT_ATOMIC = 5,
	__PSIM_POINT_ONCE = 6,
	__PSIM_POINT_RCU = 7
};

/**
 * struct __psim_clock - what a scheduling point touches when nothing happens at it
 * @now: virtual ns; not used by the free-running engine, which keeps its time elsewhere
 * @horizon: from this time on a point has something to do: a scheduler to ask, a deadline, a timer, an
 *	interrupt, the end of the step budget; 0: always (and before the start, and free-running)
 * @event: the earliest moment of those that time brings by itself
 * @step: ns that pass at a point
 * @kind: kind of the last point, for the report of a deadlock
 */
struct __psim_clock {
	unsigned long long now;
	unsigned long long horizon;
	unsigned long long event;
	unsigned long long step;
	unsigned int kind;
};
extern struct __psim_clock __psim_clock;
void __psim_point_slow(unsigned int kind, const char *site) __attribute__((__cold__));

static inline __attribute__((__always_inline__)) void __psim_point_inline(unsigned int kind,
									  const char *site)
{
	unsigned long long next = __psim_clock.now + __psim_clock.step;

	if (__builtin_expect(next < __psim_clock.horizon, 1)) {
		__psim_clock.now = next;
		__psim_clock.kind = kind;
	} else {
		__psim_point_slow(kind, site);
	}
}

/* Code whose accesses are watched (ThreadSanitizer, PSIM_RACES) leaves the clock to code that is not. */
void __psim_point_watched(unsigned int kind, const char *site);
#ifdef __SANITIZE_THREAD__
#define __psim_point(kind, site) __psim_point_watched(kind, site)
#else
#define __psim_point(kind, site) __psim_point_inline(kind, site)
#endif

#endif /* _LINUX___PSIM_POINT_H */
