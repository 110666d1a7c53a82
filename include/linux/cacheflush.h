/* SPDX-License-Identifier: MIT */
/* The CPU's caches are coherent, as on x86-64: there is nothing to flush, and a kernel does nothing here either. */
#ifndef _LINUX_CACHEFLUSH_H
#define _LINUX_CACHEFLUSH_H

#include <linux/types.h>

struct folio;
struct page;

static inline void flush_dcache_page(struct page *page)
{
}

static inline void flush_dcache_folio(struct folio *folio)
{
}

static inline void flush_icache_range(unsigned long start, unsigned long end)
{
}

static inline void flush_kernel_vmap_range(void *vaddr, int size)
{
}

static inline void invalidate_kernel_vmap_range(void *vaddr, int size)
{
}

#endif /* _LINUX_CACHEFLUSH_H */
