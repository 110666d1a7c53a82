// SPDX-License-Identifier: MIT
/* Stable names for what lies at a host address: descriptors of pages, slab objects. For reports. */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "mm/page.h"
#include "mm/slab.h"
#include "sim/sim.h"

int psim_mm_object_name(unsigned long address, char *text, size_t bytes)
{
	unsigned long map = (unsigned long)__psim_memmap, offset = address - map;
	const struct psim_object *object;
	const void *first;

	if (address >= map && offset / sizeof(struct page) < __psim_max_pfn) {
		scnprintf(text, bytes, "page %#lx, byte %lu of its descriptor",
			  offset / sizeof(struct page), offset % sizeof(struct page));
		return 1;
	}
	object = psim_slab_around((void *)address, &first);
	if (!object)
		return 0;
	scnprintf(text, bytes, "byte %lu of the %u taken in %s", address - (unsigned long)first,
		  object->size, object->site);
	return 1;
}
