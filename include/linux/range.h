/* SPDX-License-Identifier: MIT */
/* A range of addresses; its end is inclusive (S5.2). */
#ifndef _LINUX_RANGE_H
#define _LINUX_RANGE_H

#include <linux/types.h>

struct range {
	u64 start;
	u64 end;
};

static inline u64 range_len(const struct range *range)
{
	return range->end - range->start + 1;
}

/* Whether @inner lies wholly in @outer. */
static inline bool range_contains(const struct range *outer, const struct range *inner)
{
	return outer->start <= inner->start && outer->end >= inner->end;
}

static inline bool range_overlaps(const struct range *a, const struct range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

#endif /* _LINUX_RANGE_H */
