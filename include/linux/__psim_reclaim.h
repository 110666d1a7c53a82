/* SPDX-License-Identifier: MIT */
/*
 * The pseudo lock that stands for "inside memory reclaim": allocations that may reclaim take it for a
 * moment, so that what reclaim itself takes is ordered against what its callers hold.
 */
#ifndef _LINUX___PSIM_RECLAIM_H
#define _LINUX___PSIM_RECLAIM_H

#include <linux/types.h>

/* Enter and leave code that runs as reclaim would, for the lock checker's eyes. They do not nest. */
void fs_reclaim_acquire(gfp_t gfp_mask);
void fs_reclaim_release(gfp_t gfp_mask);
/* An allocation with @gfp_mask may happen here: the context and the held locks must allow it. */
void __psim_might_alloc(gfp_t gfp_mask, const char *site);
#define might_alloc(gfp_mask) __psim_might_alloc((gfp_mask), __func__)

#endif /* _LINUX___PSIM_RECLAIM_H */
