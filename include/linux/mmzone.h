/* SPDX-License-Identifier: MIT */
/* Zones: RAM is ZONE_NORMAL; the pages of a registered pagemap are ZONE_DEVICE (S5.7). */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/mm_types.h>
#include <linux/mmdebug.h>
#include <linux/page-flags.h>

#define MAX_PAGE_ORDER		10
#define NR_PAGE_ORDERS		(MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES	(1 << MAX_PAGE_ORDER)
#define PAGE_ALLOC_COSTLY_ORDER 3

#define SECTION_SIZE_BITS 27
#define PA_SECTION_SHIFT  SECTION_SIZE_BITS
#define PAGES_PER_SECTION (1ul << (SECTION_SIZE_BITS - PAGE_SHIFT))

enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	ZONE_DEVICE,
	__MAX_NR_ZONES
};

#define ZONES_PGSHIFT 61
#define ZONES_MASK    7ul

static inline enum zone_type page_zonenum(const struct page *page)
{
	unsigned long flags = __atomic_load_n(&page->flags.f, __ATOMIC_ACQUIRE);

	/* a descriptor that is valid names a zone, and no zone of ours has number 0 */
	if (unlikely(!(flags >> ZONES_PGSHIFT))) {
		__psim_page_prepare(page);
		flags = __atomic_load_n(&page->flags.f, __ATOMIC_ACQUIRE);
	}
	return flags >> ZONES_PGSHIFT & ZONES_MASK;
}

static inline enum zone_type folio_zonenum(const struct folio *folio)
{
	return page_zonenum(&folio->page);
}

/* True for every page of a registered range, free or not (S5.7). */
static inline bool is_zone_device_page(const struct page *page)
{
	return page_zonenum(page) == ZONE_DEVICE;
}

static inline bool folio_is_zone_device(const struct folio *folio)
{
	return is_zone_device_page(&folio->page);
}

/* The pagemap of a ZONE_DEVICE page; any other page warns and gives garbage (S5.7). */
static inline struct dev_pagemap *page_pgmap(const struct page *page)
{
	VM_WARN_ON_ONCE_PAGE(!is_zone_device_page(page), page);
	return page_folio(page)->pgmap;
}

/* One node. */
static inline int page_to_nid(const struct page *page)
{
	return 0;
}

static inline int folio_nid(const struct folio *folio)
{
	return 0;
}

#endif /* _LINUX_MMZONE_H */
