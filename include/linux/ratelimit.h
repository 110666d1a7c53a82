/* SPDX-License-Identifier: MIT */
/* Setting up rate limits, and warnings under one. */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/bug.h>
#include <linux/ratelimit_types.h>

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	*rs = (struct ratelimit_state)RATELIMIT_STATE_INIT(rs, interval, burst);
}

static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
}

static inline void ratelimit_set_flags(struct ratelimit_state *rs, unsigned long flags)
{
	rs->flags = flags;
}

#define WARN_ON_RATELIMIT(condition, state) WARN_ON((condition) && __ratelimit(state))
#define WARN_RATELIMIT(condition, format, ...)                                       \
	({                                                                           \
		static DEFINE_RATELIMIT_STATE(__psim_rs, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);              \
		int __psim_hit = !!(condition);                                      \
		if (unlikely(__psim_hit && __ratelimit(&__psim_rs)))                 \
			WARN(1, format, ##__VA_ARGS__);                              \
		__psim_hit;                                                          \
	})

#endif /* _LINUX_RATELIMIT_H */
