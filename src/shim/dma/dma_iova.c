// SPDX-License-Identifier: MIT
/*
 * One range of bus addresses for many pieces (S9.71 to S9.75): reserved at once, linked piece by piece,
 * taken down in one call.
 */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/mm.h>
#include "dma/iommu.h"

bool __psim_dma_iova_try_alloc(struct device *dev, struct dma_iova_state *state, size_t size,
			       const char *site)
{
	struct psim_mapping m = {
		.size = PAGE_ALIGN(size) + PAGE_SIZE, /* the range's own page */
		.kind = PSIM_IOVA_RESERVED,
		.device = dev->__psim_id,
		.site = site,
	};
	u64 range;

	*state = (struct dma_iova_state){0};
	if (WARN_ON_ONCE(!size) || !dev->dma_mask || !*dev->dma_mask ||
	    psim_fails(PSIM_FAIL_DMA_MAP, site))
		return false;
	range = psim_iommu_map(&m, *dev->dma_mask);
	if (range == PSIM_IOVA_NONE)
		return false;
	state->addr = range + PAGE_SIZE;
	state->__size = PAGE_ALIGN(size);
	return true;
}
EXPORT_SYMBOL(__psim_dma_iova_try_alloc);

int __psim_dma_iova_link(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
			 size_t offset, size_t size, enum dma_data_direction dir,
			 unsigned long attrs, const char *site)
{
	struct psim_mapping m = {
		.phys = phys,
		.size = size,
		.kind = PSIM_IOVA_LINKED,
		.dir = dir,
		.device = dev->__psim_id,
		.site = site,
	};
	int err;

	if (WARN_ON_ONCE(!dma_use_iova(state)))
		return -EINVAL;
	if (!valid_dma_direction(dir))
		psim_fatal("S9.73", "%s: %s() links with direction %d", dev_name(dev), site, dir);
	if (psim_fails(PSIM_FAIL_DMA_MAP, site))
		return -ENOMEM;
	err = psim_iommu_link(state->addr - PAGE_SIZE, offset, &m);
	if (!err)
		psim_trace(PSIM_EV_DMA_MAP, m.device, state->addr + offset, phys >> PAGE_SHIFT,
			   dir);
	return err;
}
EXPORT_SYMBOL(__psim_dma_iova_link);

int dma_iova_sync(struct device *dev, struct dma_iova_state *state, size_t offset, size_t size)
{
	if (!dma_use_iova(state) || offset + size > state->__size)
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL(dma_iova_sync);

static void destroy(struct device *dev, struct dma_iova_state *state, size_t mapped,
		    enum dma_data_direction dir, const char *site)
{
	u64 linked;

	if (!psim_iommu_unlink_all(state->addr - PAGE_SIZE, &linked, site)) {
		psim_report("S9.75", "%s: %s() takes down a range at %#llx that does not exist",
			    dev_name(dev), site, state->addr);
		return;
	}
	if (linked != mapped)
		psim_report("S9.75",
			    "%s: %s() takes down %zu linked bytes at %#llx; %llu are linked",
			    dev_name(dev), site, mapped, state->addr, linked);
	psim_trace(PSIM_EV_DMA_UNMAP, dev->__psim_id, state->addr, mapped, dir);
}

void __psim_dma_iova_destroy(struct device *dev, struct dma_iova_state *state, size_t mapped_len,
			     enum dma_data_direction dir, unsigned long attrs, const char *site)
{
	destroy(dev, state, mapped_len, dir, site);
}
EXPORT_SYMBOL(__psim_dma_iova_destroy);

void dma_iova_free(struct device *dev, struct dma_iova_state *state)
{
	destroy(dev, state, 0, DMA_BIDIRECTIONAL, __func__);
}
EXPORT_SYMBOL(dma_iova_free);
