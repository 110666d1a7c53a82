// SPDX-License-Identifier: MIT
/*
 * The DMA API over the IOMMU's table (S9.61, S9.62, S9.77), with the checks that a kernel's DMA
 * debugging makes at unmapping. Memory is coherent, so nothing is copied or flushed.
 */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "dma/iommu.h"
#include "mm/page.h"

int dma_set_mask(struct device *dev, u64 mask)
{
	/* A device without a place for it, or that cannot even emit 24 bits, cannot do DMA. */
	if (!dev->dma_mask || mask < DMA_BIT_MASK(24))
		return -EIO;
	*dev->dma_mask = mask;
	return 0;
}
EXPORT_SYMBOL(dma_set_mask);

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	if (mask < DMA_BIT_MASK(24))
		return -EIO;
	dev->coherent_dma_mask = mask;
	return 0;
}
EXPORT_SYMBOL(dma_set_coherent_mask);

/* ---- mapping -------------------------------------------------------------------------------------------- */

static dma_addr_t map(struct device *dev, struct psim_mapping *m, const char *site)
{
	u64 bus;

	if (!valid_dma_direction(m->dir))
		psim_fatal("S9.61", "%s: %s() maps with direction %d", dev_name(dev), site, m->dir);
	if (WARN_ONCE(!dev->dma_mask, "%s: %s() maps for a device without a DMA mask",
		      dev_name(dev), site))
		return DMA_MAPPING_ERROR;
	if (psim_fails(PSIM_FAIL_DMA_MAP, site))
		return DMA_MAPPING_ERROR;
	m->device = dev->__psim_id;
	m->site = site;
	bus = psim_iommu_map(m, *dev->dma_mask);
	if (bus == PSIM_IOVA_NONE)
		return DMA_MAPPING_ERROR;
	psim_trace(PSIM_EV_DMA_MAP, m->device, bus, m->phys >> PAGE_SHIFT, m->dir);
	return bus;
}

dma_addr_t __psim_dma_map_page(struct device *dev, struct page *page, size_t offset, size_t size,
			       enum dma_data_direction dir, unsigned long attrs, const char *site)
{
	struct psim_mapping m = {
		.phys = page_to_phys(page) + offset,
		.size = size,
		.kind = PSIM_IOVA_PAGE,
		.dir = dir,
	};

	/* No CPU bytes behind it: only its own device can reach a device page. */
	if (is_zone_device_page(page))
		return DMA_MAPPING_ERROR;
	return map(dev, &m, site);
}
EXPORT_SYMBOL(__psim_dma_map_page);

dma_addr_t __psim_dma_map_single(struct device *dev, void *ptr, size_t size,
				 enum dma_data_direction dir, unsigned long attrs, const char *site)
{
	struct psim_mapping m = {.size = size, .kind = PSIM_IOVA_SINGLE, .dir = dir};

	if (virt_addr_valid(ptr))
		m.phys = virt_to_phys(ptr);
	else
		m.host = ptr;
	return map(dev, &m, site);
}
EXPORT_SYMBOL(__psim_dma_map_single);

dma_addr_t __psim_dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
				   enum dma_data_direction dir, unsigned long attrs,
				   const char *site)
{
	struct psim_mapping m = {
		.phys = phys, .size = size, .kind = PSIM_IOVA_RESOURCE, .dir = dir};

	if (pfn_valid(phys >> PAGE_SHIFT))
		return DMA_MAPPING_ERROR;
	return map(dev, &m, site);
}
EXPORT_SYMBOL(__psim_dma_map_resource);

/* ---- unmapping --------------------------------------------------------------------------------------------- */

static const char *const kinds[] = {
	[PSIM_IOVA_PAGE] = "a page",	       [PSIM_IOVA_SINGLE] = "kernel memory",
	[PSIM_IOVA_RESOURCE] = "a resource",   [PSIM_IOVA_COHERENT] = "coherent memory",
	[PSIM_IOVA_LINKED] = "a linked piece", [PSIM_IOVA_RESERVED] = "a reserved range",
};

/* What S9.62 asks for. Return: whether the mapping may go all the same. */
static bool check_unmap(struct device *dev, dma_addr_t addr, size_t size, unsigned int dir,
			const struct psim_mapping *m, u64 start, const char *site)
{
	if (m->device != dev->__psim_id || start != addr) {
		psim_report("S9.62", "%s: %s() unmaps %#llx, which %s mapped by %s()",
			    dev_name(dev), site, addr,
			    start != addr ? "lies within what was" : "another device", m->site);
		return false;
	}
	if (m->size != size)
		psim_report("S9.62",
			    "%s: %s() unmaps %#llx with %zu bytes, mapped with %llu by %s()",
			    dev_name(dev), site, addr, size, m->size, m->site);
	if (m->dir != dir)
		psim_report("S9.62",
			    "%s: %s() unmaps %#llx with direction \"%s\", mapped \"%s\" by %s()",
			    dev_name(dev), site, addr, psim_dma_dir_name(dir),
			    psim_dma_dir_name(m->dir), m->site);
	return true;
}

static __attribute__((__noinline__)) void unmap_checked(struct device *dev, dma_addr_t addr,
							size_t size, enum dma_data_direction dir,
							int kind, const char *site)
{
	struct psim_mapping m;
	u64 start;

	if (!valid_dma_direction(dir))
		psim_fatal("S9.61", "%s: %s() unmaps with direction %d", dev_name(dev), site, dir);
	if (!psim_iommu_find(addr, &m, &start)) {
		psim_report("S9.62", "%s: %s() unmaps %#llx, which %s%s%s", dev_name(dev), site,
			    addr, m.site ? "was unmapped by " : "is not mapped", m.site ?: "",
			    m.site ? "() already" : "");
		return;
	}
	if (!check_unmap(dev, addr, size, dir, &m, start, site))
		return;
	if (m.kind != kind) {
		psim_report("S9.62", "%s: %s() unmaps %#llx as %s, mapped as %s by %s()",
			    dev_name(dev), site, addr, kinds[kind], kinds[m.kind], m.site);
		return;
	}
	psim_trace(PSIM_EV_DMA_UNMAP, m.device, addr, size, dir);
	psim_iommu_unmap(addr, NULL, site);
}

void __psim_dma_unmap(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		      int kind, const char *site)
{
	const struct psim_mapping as = {
		.device = dev->__psim_id, .kind = kind, .dir = dir, .size = size};

	/* what unmaps as it mapped, as nearly all do, is looked up once */
	if (psim_traces(PSIM_EV_DMA_UNMAP) || !psim_iommu_unmap(addr, &as, site))
		unmap_checked(dev, addr, size, dir, kind, site);
}
EXPORT_SYMBOL(__psim_dma_unmap);

int __psim_dma_sync(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		    const char *site)
{
	const char *why = NULL;
	struct psim_mapping m;
	u64 start;

	if (!psim_iommu_find(addr, &m, &start))
		why = "is not mapped";
	else if (m.device != dev->__psim_id)
		why = "is mapped for another device";
	else if (addr + size > start + m.size)
		why = "ends before that";
	else if (m.dir != DMA_BIDIRECTIONAL && m.dir != dir)
		why = "has another direction";
	if (!why)
		return 0;
	psim_report("S9.62", "%s: %s() syncs %zu bytes at %#llx: the mapping %s", dev_name(dev),
		    site, size, addr, why);
	return -EINVAL;
}
EXPORT_SYMBOL(__psim_dma_sync);

/* ---- coherent memory -------------------------------------------------------------------------------------------- */

/* From the slab room: neighbouring addresses for the CPU, and bytes also in a machine without. */
void *__psim_dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
				const char *site)
{
	struct psim_mapping m = {.size = PAGE_ALIGN(size), .kind = PSIM_IOVA_COHERENT};

	if (!size || !dev->coherent_dma_mask)
		return NULL;
	m.host = __psim_kvmalloc(m.size, (gfp & ~__GFP_COMP) | __GFP_ZERO, site);
	if (!m.host)
		return NULL;
	m.device = dev->__psim_id;
	m.site = site;
	m.dir = DMA_BIDIRECTIONAL;
	*handle = psim_iommu_map(&m, dev->coherent_dma_mask);
	if (*handle == PSIM_IOVA_NONE) {
		kvfree(m.host);
		return NULL;
	}
	psim_trace(PSIM_EV_DMA_MAP, m.device, *handle, 0, m.dir);
	return m.host;
}
EXPORT_SYMBOL(__psim_dma_alloc_coherent);

void __psim_dma_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle,
			      const char *site)
{
	if (!cpu)
		return;
	__psim_dma_unmap(dev, handle, PAGE_ALIGN(size), DMA_BIDIRECTIONAL, PSIM_IOVA_COHERENT,
			 site);
	kvfree(cpu);
}
EXPORT_SYMBOL(__psim_dma_free_coherent);

struct coherent {
	size_t size;
	void *cpu;
	dma_addr_t handle;
};

static void release_coherent(struct device *dev, void *res)
{
	struct coherent *c = res;

	__psim_dma_free_coherent(dev, c->size, c->cpu, c->handle, "devres");
}

static int match_coherent(struct device *dev, void *res, void *cpu)
{
	return ((struct coherent *)res)->cpu == cpu;
}

void *__psim_dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
				 const char *site)
{
	struct coherent *c = __psim_devres_alloc(release_coherent, sizeof(*c), gfp, site);

	if (!c)
		return NULL;
	c->size = size;
	c->cpu = __psim_dma_alloc_coherent(dev, size, handle, gfp, site);
	if (!c->cpu) {
		devres_free(c);
		return NULL;
	}
	c->handle = *handle;
	devres_add(dev, c);
	return c->cpu;
}
EXPORT_SYMBOL(__psim_dmam_alloc_coherent);

void dmam_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle)
{
	WARN_ON(devres_release(dev, release_coherent, match_coherent, cpu));
}
EXPORT_SYMBOL(dmam_free_coherent);
