// SPDX-License-Identifier: MIT
/*
 * The bytes of device-coherent memory: a device's, but within reach of the CPU.
 *
 * Each registered range has host memory of its own. In a machine without bytes there are none.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include "host/host.h"
#include "mm/page.h"
#include "sched/engine.h"

/* One pagemap's bytes. */
struct region {
	struct region *next;
	const struct dev_pagemap *pgmap;
	unsigned long first, pages;
	char *bytes;
};

bool psim_coherent_any;
static struct region *regions;
static struct psim_raw lock;

void *psim_coherent_bytes(unsigned long pfn)
{
	struct region *region = __atomic_load_n(&regions, __ATOMIC_ACQUIRE);

	/* a page in use keeps its region; the list grows at its head */
	for (; region; region = region->next) {
		if (pfn - region->first < region->pages)
			return region->bytes + ((pfn - region->first) << PAGE_SHIFT);
	}
	return NULL;
}

bool psim_coherent_holds(const void *address)
{
	struct region *region = __atomic_load_n(&regions, __ATOMIC_ACQUIRE);

	for (; region; region = region->next) {
		if ((unsigned long)((const char *)address - region->bytes) < region->pages
										     << PAGE_SHIFT)
			return true;
	}
	return false;
}

void *psim_coherent_add(const struct dev_pagemap *pgmap, const struct range *range)
{
	struct region *region = psim_host_malloc(sizeof(*region));

	if (!region)
		return NULL;
	region->pgmap = pgmap;
	region->first = range->start >> PAGE_SHIFT;
	region->pages = range_len(range) >> PAGE_SHIFT;
	region->bytes = psim_host_reserve(region->pages << PAGE_SHIFT);
	if (!region->bytes) {
		psim_host_free(region);
		return NULL;
	}
	psim_raw_lock(&lock);
	region->next = regions;
	__atomic_store_n(&regions, region, __ATOMIC_RELEASE);
	__atomic_store_n(&psim_coherent_any, true, __ATOMIC_RELAXED);
	psim_raw_unlock(&lock);
	return region->bytes;
}

static void give_back(struct region *region)
{
	psim_host_release(region->bytes, region->pages << PAGE_SHIFT);
	psim_host_free(region);
}

void psim_coherent_remove(const struct dev_pagemap *pgmap)
{
	struct region **at, *region;

	do {
		psim_raw_lock(&lock);
		for (at = &regions; (region = *at) && region->pgmap != pgmap; at = &region->next)
			;
		if (region)
			__atomic_store_n(at, region->next, __ATOMIC_RELEASE);
		psim_raw_unlock(&lock);
		if (region)
			give_back(region);
	} while (region);
}

void psim_coherent_stop(void)
{
	struct region *region;

	while ((region = regions)) {
		regions = region->next;
		give_back(region);
	}
}
