/* SPDX-License-Identifier: MIT */
/* A limit on how often something may happen, in virtual time. */
#ifndef _LINUX_RATELIMIT_TYPES_H
#define _LINUX_RATELIMIT_TYPES_H

#include <linux/types.h>

/* In jiffies (CONFIG_HZ of them a second), and times in one interval. */
#define DEFAULT_RATELIMIT_INTERVAL (5 * CONFIG_HZ)
#define DEFAULT_RATELIMIT_BURST	   10
#define RATELIMIT_MSG_ON_RELEASE   1ul

/**
 * struct ratelimit_state - one limit
 * @interval: jiffies; 0: no limit
 * @burst: times in one interval
 * @flags: RATELIMIT_MSG_ON_RELEASE: say nothing about what was suppressed meanwhile
 */
struct ratelimit_state {
	int interval;
	int burst;
	unsigned long flags;
	int __psim_done;
	int __psim_missed;
	bool __psim_begun;
	u64 __psim_begin;
	unsigned int __psim_lock;
};

#define RATELIMIT_STATE_INIT_FLAGS(name, interval_, burst_, flags_)           \
	{                                                                     \
		.interval = (interval_), .burst = (burst_), .flags = (flags_) \
	}
#define RATELIMIT_STATE_INIT(name, interval, burst) \
	RATELIMIT_STATE_INIT_FLAGS(name, interval, burst, 0)
#define DEFINE_RATELIMIT_STATE(name, interval, burst) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval, burst)

int ___ratelimit(struct ratelimit_state *rs, const char *func);
/* Return: 1: go ahead; 0: not now. Says on the console how often the answer was 0. Any context. */
#define __ratelimit(state) ___ratelimit(state, __func__)

#endif /* _LINUX_RATELIMIT_TYPES_H */
