/* SPDX-License-Identifier: MIT */
/* Leaks are law 3's, which needs no hints: all of these are nothing, as without CONFIG_DEBUG_KMEMLEAK. */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

#include <linux/types.h>

static inline void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp)
{
}

static inline void kmemleak_free(const void *ptr)
{
}

static inline void kmemleak_update_trace(const void *ptr)
{
}

static inline void kmemleak_not_leak(const void *ptr)
{
}

static inline void kmemleak_ignore(const void *ptr)
{
}

static inline void kmemleak_no_scan(const void *ptr)
{
}

static inline void kmemleak_erase(void **ptr)
{
}

#endif /* _LINUX_KMEMLEAK_H */
