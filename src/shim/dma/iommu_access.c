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

static __attribute__((__cold__)) int refuse(u32 device, u64 bus, u64 length, bool write,
					    const char *why, const char *detail)
{
	psim_report("DMA", "%s: %s of %llu bytes at bus address %#llx: %s%s",
		    psim_device_name(device), write ? "write" : "read", length, bus, why, detail);
	return -EFAULT;
}

int psim_iommu_access_within(u32 device, u64 bus, u64 length, bool write, struct psim_mapping *m,
			     u64 *offset)
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
	if (!m->host && !psim_iommu_references(m->phys >> PAGE_SHIFT))
		return refuse(device, bus, length, write, "its page is free, still mapped by ",
			      m->site);
	return 0;
}
