/* SPDX-License-Identifier: MIT */
/* The size of a cache line; its alignment stands in linux/compiler_types.h. */
#ifndef _LINUX_CACHE_H
#define _LINUX_CACHE_H

#include <linux/align.h>
#include <linux/compiler_types.h>

#define L1_CACHE_SHIFT	6
#define L1_CACHE_BYTES	(1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES

#define L1_CACHE_ALIGN(x)  ALIGN(x, L1_CACHE_BYTES)
#define SMP_CACHE_ALIGN(x) ALIGN(x, SMP_CACHE_BYTES)

static inline int cache_line_size(void)
{
	return L1_CACHE_BYTES;
}

#endif /* _LINUX_CACHE_H */
