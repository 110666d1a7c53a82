/* SPDX-License-Identifier: MIT */
/*
 * Between page frame numbers and their descriptors.
 *
 * The descriptors are one array over the whole span of physical addresses. They are made valid 64 at
 * a time, a granule, when pfn_to_page() first names one of them; a page reached by counting up from
 * another is made valid by the functions that begin a page's life.
 */
#ifndef _LINUX___PSIM_MEMMAP_H
#define _LINUX___PSIM_MEMMAP_H

#include <linux/compiler.h>
#include <linux/mm_types.h>
#include <asm/page.h>

#define __PSIM_GRANULE_SHIFT 6

extern struct page *__psim_memmap;
extern unsigned long *__psim_granules; /* a bit for each granule that is valid */
extern unsigned long __psim_max_pfn; /* first page frame beyond the span */

struct page *__psim_granule_prepare(unsigned long pfn);

static inline bool __psim_granule_valid(unsigned long pfn)
{
	unsigned long granule = pfn >> __PSIM_GRANULE_SHIFT;

	return pfn < __psim_max_pfn &&
	       (__atomic_load_n(&__psim_granules[granule / 64], __ATOMIC_ACQUIRE) >> granule % 64 &
		1);
}

/* The descriptor of a page frame; one that belongs to nothing is a report (S5.42). Any context. */
static inline struct page *pfn_to_page(unsigned long pfn)
{
	if (unlikely(!__psim_granule_valid(pfn)))
		return __psim_granule_prepare(pfn);
	return __psim_memmap + pfn;
}

/* The same of a page that somebody holds: its descriptor is valid. */
static inline struct page *__psim_live_page(unsigned long pfn)
{
	return likely(pfn < __psim_max_pfn) ? __psim_memmap + pfn : pfn_to_page(pfn);
}

/** page_to_pfn() - the page frame number of a descriptor */
static inline unsigned long page_to_pfn(const struct page *page)
{
	return page - __psim_memmap;
}

/* Whether the frame is RAM, or belongs to a registered pagemap (S5.7, S5.42). */
bool pfn_valid(unsigned long pfn);

/* For a page that may have been reached by counting. */
static inline void __psim_page_prepare(const struct page *page)
{
	if (unlikely(!__psim_granule_valid(page_to_pfn(page))))
		__psim_granule_prepare(page_to_pfn(page));
}

/** page_to_phys() - the physical address of a page */
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
/** phys_to_page() - the descriptor of a physical address */
#define phys_to_page(phys) pfn_to_page((unsigned long)((phys) >> PAGE_SHIFT))

#endif /* _LINUX___PSIM_MEMMAP_H */
