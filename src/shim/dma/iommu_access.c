// SPDX-License-Identifier: MIT
/*
 * A device's access to memory, checked: it must hit a mapping of this device, in its direction, inside
 * its bounds, and a RAM page that somebody still holds.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include "dma/iommu.h"
#include "drm/device.h"
#include "mm/page.h"

const char *psim_dma_dir_name(unsigned int dir)
{
	static const char *const names[] = {"bidirectional", "to the device", "from the device"};

	return dir < ARRAY_SIZE(names) ? names[dir] : "none";
}

/* The references of the folio that a frame is part of, poisoned or not. */
static int references(unsigned long pfn)
{
	u64 head = psim_page_word(pfn, 1);

	return psim_page_raw_refs(head & 1 ? page_to_pfn((struct page *)(head - 1)) : pfn);
}

static __attribute__((__cold__)) int refuse(u32 device, u64 bus, u64 length, bool write,
					    const char *why, const char *detail)
{
	psim_report("DMA", "%s: %s of %llu bytes at bus address %#llx: %s%s",
		    psim_device_name(device), write ? "write" : "read", length, bus, why, detail);
	return -EFAULT;
}

/* Anywhere in a mapping; or why not. */
static __attribute__((__noinline__)) int access_within(u32 device, u64 bus, u64 length, bool write,
						       struct psim_mapping *m, u64 *offset)
{
	u64 start;

	if (!psim_iommu_find(bus, m, &start))
		return refuse(device, bus, length, write,
			      m->site ? "not mapped any more since " : "not mapped", m->site ?: "");
	*offset = bus - start;
	if (m->kind == PSIM_IOVA_RESERVED)
		return refuse(device, bus, length, write, "reserved, but nothing is linked there",
			      "");
	if (m->device != device)
		return refuse(device, bus, length, write, "mapped for ",
			      psim_device_name(m->device));
	if (m->dir != DMA_BIDIRECTIONAL && m->dir != (write ? DMA_FROM_DEVICE : DMA_TO_DEVICE))
		return refuse(device, bus, length, write, "wrong direction: mapped ",
			      psim_dma_dir_name(m->dir));
	if (length > m->size - *offset)
		return refuse(device, bus, length, write, "beyond the end of what was mapped by ",
			      m->site);
	if (m->kind == PSIM_IOVA_RESOURCE)
		return refuse(device, bus, length, write, "no memory is there, mapped by ",
			      m->site);
	if (!m->host && !references(m->phys >> PAGE_SHIFT))
		return refuse(device, bus, length, write, "its page is free, still mapped by ",
			      m->site);
	return 0;
}

int psim_iommu_access(u32 device, u64 bus, u64 length, bool write, struct psim_mapping *m,
		      u64 *offset)
{
	if (likely(psim_iommu_reach(device, bus, length, write, m)) &&
	    (m->host || likely(references(m->phys >> PAGE_SHIFT)))) {
		*offset = 0;
		return 0;
	}
	return access_within(device, bus, length, write, m, offset);
}
