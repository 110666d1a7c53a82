/* SPDX-License-Identifier: MIT */
/*
 * Mapping memory for a device. Every device sits behind an IOMMU: a bus address is the device's own,
 * never 0, never a physical address, and not given out again soon, so that stale use shows.
 *
 * Checked: size, direction and device at unmapping, double unmapping, mappings that are left, and
 * every access of a device. Not modelled: scatter lists, bounce buffers, non-coherent caches.
 */
#ifndef _LINUX_DMA_MAPPING_H
#define _LINUX_DMA_MAPPING_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/types.h>
#include <asm/barrier.h>

struct page;

#define DMA_ATTR_WEAK_ORDERING	   (1ul << 1)
#define DMA_ATTR_WRITE_COMBINE	   (1ul << 2)
#define DMA_ATTR_NO_KERNEL_MAPPING (1ul << 4)
#define DMA_ATTR_SKIP_CPU_SYNC	   (1ul << 5)
#define DMA_ATTR_FORCE_CONTIGUOUS  (1ul << 6)
#define DMA_ATTR_NO_WARN	   (1ul << 8)
#define DMA_ATTR_PRIVILEGED	   (1ul << 9)
#define DMA_ATTR_MMIO		   (1ul << 10)

#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
/** DMA_BIT_MASK() - the mask of all bus addresses of so many bits */
#define DMA_BIT_MASK(n) ((n) >= 64 ? ~0ull : (1ull << ((n)&63)) - 1)

/* ---- masks --------------------------------------------------------------------------------------- */

/* The highest bus address that the device can emit, plus one, minus one. Return: 0, -EIO. */
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);

/** dma_set_mask_and_coherent() - the highest bus address of both kinds of mappings; 0 or -EIO */
static inline int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int err = dma_set_mask(dev, mask);

	return err ? err : dma_set_coherent_mask(dev, mask);
}

/* For a device whose bus gave it no place for a mask. */
static inline int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	dev->dma_mask = &dev->coherent_dma_mask;
	return dma_set_mask_and_coherent(dev, mask);
}

/** dma_get_mask() - the highest bus address that the device can emit */
static inline u64 dma_get_mask(struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

/* ---- streaming mappings ---------------------------------------------------------------------------- */

dma_addr_t __psim_dma_map_page(struct device *dev, struct page *page, size_t offset, size_t size,
			       enum dma_data_direction dir, unsigned long attrs, const char *site);
dma_addr_t __psim_dma_map_single(struct device *dev, void *ptr, size_t size,
				 enum dma_data_direction dir, unsigned long attrs,
				 const char *site);
dma_addr_t __psim_dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
				   enum dma_data_direction dir, unsigned long attrs,
				   const char *site);
void __psim_dma_unmap(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		      int kind, const char *site);
int __psim_dma_sync(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		    const char *site);

/* How it was mapped, and must be unmapped. */
#define __PSIM_DMA_PAGE	    1
#define __PSIM_DMA_SINGLE   2
#define __PSIM_DMA_RESOURCE 3
#define __PSIM_DMA_COHERENT 4

/**
 * dma_map_page_attrs() - let the device reach @size bytes from @offset of @page on
 * @page: RAM; of @size bytes, so maybe followed by more pages of its folio
 * @dir: DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_BIDIRECTIONAL; anything else is fatal
 * @attrs: DMA_ATTR_*
 *
 * Any context. Return: the bus address, to be unmapped once with the same device, size and direction;
 * or DMA_MAPPING_ERROR: no address space left below the mask, a device without a mask, a page that is
 * not RAM (S9.61).
 */
#define dma_map_page_attrs(dev, page, offset, size, dir, attrs) \
	__psim_dma_map_page(dev, page, offset, size, dir, attrs, __func__)
#define dma_map_page(dev, page, offset, size, dir) \
	__psim_dma_map_page(dev, page, offset, size, dir, 0, __func__)
/* The same device, size and direction as at mapping (S9.62). Any context. */
#define dma_unmap_page_attrs(dev, addr, size, dir, attrs) \
	__psim_dma_unmap(dev, addr, size, dir, __PSIM_DMA_PAGE, __func__)
#define dma_unmap_page(dev, addr, size, dir) \
	__psim_dma_unmap(dev, addr, size, dir, __PSIM_DMA_PAGE, __func__)

/* The same for memory from kmalloc(). */
#define dma_map_single_attrs(dev, ptr, size, dir, attrs) \
	__psim_dma_map_single(dev, ptr, size, dir, attrs, __func__)
#define dma_map_single(dev, ptr, size, dir) __psim_dma_map_single(dev, ptr, size, dir, 0, __func__)
#define dma_unmap_single_attrs(dev, addr, size, dir, attrs) \
	__psim_dma_unmap(dev, addr, size, dir, __PSIM_DMA_SINGLE, __func__)
#define dma_unmap_single(dev, addr, size, dir) \
	__psim_dma_unmap(dev, addr, size, dir, __PSIM_DMA_SINGLE, __func__)

/* The same for a physical range that is no memory, such as a window of another device (S9.77). */
#define dma_map_resource(dev, phys, size, dir, attrs) \
	__psim_dma_map_resource(dev, phys, size, dir, attrs, __func__)
#define dma_unmap_resource(dev, addr, size, dir, attrs) \
	__psim_dma_unmap(dev, addr, size, dir, __PSIM_DMA_RESOURCE, __func__)

/* Return: 0, or -ENOMEM if @addr says that mapping failed. */
static inline int dma_mapping_error(struct device *dev, dma_addr_t addr)
{
	return unlikely(addr == DMA_MAPPING_ERROR) ? -ENOMEM : 0;
}

/*
 * Hand a mapped piece to the CPU and back to the device. Memory is coherent here, so only the mapping
 * and the direction are checked.
 */
#define dma_sync_single_for_cpu(dev, addr, size, dir) \
	((void)__psim_dma_sync(dev, addr, size, dir, __func__))
#define dma_sync_single_for_device(dev, addr, size, dir) \
	((void)__psim_dma_sync(dev, addr, size, dir, __func__))
#define dma_sync_single_range_for_cpu(dev, addr, offset, size, dir) \
	((void)__psim_dma_sync(dev, (addr) + (offset), size, dir, __func__))
#define dma_sync_single_range_for_device(dev, addr, offset, size, dir) \
	((void)__psim_dma_sync(dev, (addr) + (offset), size, dir, __func__))

/** dma_need_sync() - does the driver have to sync mappings of this address? */
static inline bool dma_need_sync(struct device *dev, dma_addr_t addr)
{
	return false;
}

/* ---- coherent memory --------------------------------------------------------------------------------- */

/**
 * dma_alloc_coherent() - zeroed memory that CPU and device both use
 * @size: bytes
 * @handle: gets the bus address, page-aligned
 * Return: its address for the CPU, or NULL.
 */
void *__psim_dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
				const char *site);
void __psim_dma_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle,
			      const char *site);
#define dma_alloc_coherent(dev, size, handle, gfp) \
	__psim_dma_alloc_coherent(dev, size, handle, gfp, __func__)
/** dma_free_coherent() - give back what dma_alloc_coherent() gave */
#define dma_free_coherent(dev, size, cpu, handle) \
	__psim_dma_free_coherent(dev, size, cpu, handle, __func__)
/* Until the driver is unbound. */
void *__psim_dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
				 const char *site);
/** dmam_free_coherent() - the same before the driver leaves the device */
void dmam_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle);
#define dmam_alloc_coherent(dev, size, handle, gfp) \
	__psim_dmam_alloc_coherent(dev, size, handle, gfp, __func__)

/* ---- one range of bus addresses for many pieces --------------------------------------------------------- */

/**
 * struct dma_iova_state - a range of bus addresses; zeroed by its owner (S9.71)
 * @addr: first bus address
 * @__size: bytes; 0: not in use
 */
struct dma_iova_state {
	dma_addr_t addr;
	u64 __size;
};

/** dma_use_iova() - did dma_iova_try_alloc() get a range? */
static inline bool dma_use_iova(struct dma_iova_state *state)
{
	return state->__size != 0;
}

/* Reserve @size bytes. Return: false, with the state unused: map page by page (S9.72). */
bool __psim_dma_iova_try_alloc(struct device *dev, struct dma_iova_state *state, size_t size,
			       const char *site);
#define dma_iova_try_alloc(dev, state, phys, size) \
	((void)(phys), __psim_dma_iova_try_alloc(dev, state, size, __func__))
/* Map [phys, phys + size) at state->addr + offset (S9.73). Return: 0 or a negative errno. */
int __psim_dma_iova_link(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
			 size_t offset, size_t size, enum dma_data_direction dir,
			 unsigned long attrs, const char *site);
#define dma_iova_link(dev, state, phys, offset, size, dir, attrs) \
	__psim_dma_iova_link(dev, state, phys, offset, size, dir, attrs, __func__)
/* After the last link, before the device uses the range (S9.74). Return: 0 or a negative errno. */
int dma_iova_sync(struct device *dev, struct dma_iova_state *state, size_t offset, size_t size);
/* Unlink everything and free the range (S9.75). */
void __psim_dma_iova_destroy(struct device *dev, struct dma_iova_state *state, size_t mapped_len,
			     enum dma_data_direction dir, unsigned long attrs, const char *site);
#define dma_iova_destroy(dev, state, mapped_len, dir, attrs) \
	__psim_dma_iova_destroy(dev, state, mapped_len, dir, attrs, __func__)
/* Free a range that nothing was linked into. */
void dma_iova_free(struct device *dev, struct dma_iova_state *state);

#endif /* _LINUX_DMA_MAPPING_H */
