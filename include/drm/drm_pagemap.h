/* SPDX-License-Identifier: MIT */
#ifndef _DRM_PAGEMAP_H_
#define _DRM_PAGEMAP_H_

#include <linux/dma-direction.h>
#include <linux/hmm.h>
#include <linux/types.h>

/*
 * The interface of the pagemap core: a drm device offers its memory to processes, and pages move
 * there and back. Three parties meet here: the *provider*, whose memory it is; *peers*, other
 * devices that may reach that memory; and whoever asks for a migration.
 *
 * "C3.2" and the like number the promises, so that a test can name the one it proves. Unless a
 * function says otherwise, errors are negative errno values.
 */

/* Pages in a block of order @order (C0.1). */
#define NR_PAGES(order) (1U << (order))

struct dma_fence;
struct drm_pagemap;
struct drm_pagemap_cache;
struct drm_pagemap_dev_hold;
struct drm_pagemap_zdd;
struct device;

/**
 * enum drm_interconnect_protocol - by which road a device reaches a page
 * @DRM_INTERCONNECT_SYSTEM: over the bus; the address comes from the DMA API
 * @DRM_INTERCONNECT_DRIVER: over a road of the driver's own; only that driver understands the address
 *
 * C0.1.
 */
enum drm_interconnect_protocol {
	DRM_INTERCONNECT_SYSTEM,
	DRM_INTERCONNECT_DRIVER,
	/* From here on: whatever roads a driver has besides. */
};

/**
 * struct drm_pagemap_addr - where a device finds a block of pages
 * @addr: address for the device; 0 says that there is nothing, so no mapping may ever yield it
 * @proto: what kind of address it is, an enum drm_interconnect_protocol or a driver's extension
 * @order: the block has 1 << @order pages
 * @dir: which way data may go, an enum dma_data_direction
 *
 * C0.2.
 */
struct drm_pagemap_addr {
	dma_addr_t addr;
	u64 proto : 54;
	u64 order : 8;
	u64 dir : 2;
};

/**
 * drm_pagemap_addr_encode() - put the four parts of a device address together
 * @addr: address for the device
 * @proto: the kind of address
 * @order: the block has 1 << @order pages, 0 to 255
 * @dir: which way data may go
 *
 * Any context. Return: the address (C0.2).
 */
static inline struct drm_pagemap_addr drm_pagemap_addr_encode(dma_addr_t addr,
							      enum drm_interconnect_protocol proto,
							      unsigned int order,
							      enum dma_data_direction dir)
{
	return (struct drm_pagemap_addr){
		.addr = addr,
		.proto = proto,
		.order = order,
		.dir = dir,
	};
}

/**
 * struct drm_pagemap_ops - what the provider supplies for a pagemap as a whole
 */
struct drm_pagemap_ops {
	/**
	 * @device_map: give @dev an address for a block of the provider's device memory
	 * @dpagemap: the provider's pagemap
	 * @dev: the device that will use the address
	 * @page: first page of the block
	 * @order: the block has 1 << @order pages
	 * @dir: DMA_TO_DEVICE when @dev reads the block, DMA_FROM_DEVICE when it writes
	 *
	 * Needed only where somebody else copies from or to this memory, or where the pagemap's own
	 * pages may be moved within it (C3.7, C3.9).
	 *
	 * Context: the migration core holds folio locks; other users hold locks of their own. May
	 * sleep, but not enter direct reclaim (C8.1).
	 *
	 * Return: the address; its protocol is kept until @device_unmap. Failure is an @addr for
	 * which dma_mapping_error() is true; 0 is not an address (C0.2, C8.2).
	 */
	struct drm_pagemap_addr (*device_map)(struct drm_pagemap *dpagemap, struct device *dev,
					      struct page *page, unsigned int order,
					      enum dma_data_direction dir);

	/**
	 * @device_unmap: take back what @device_map gave (optional)
	 * @dpagemap: the provider's pagemap
	 * @dev: the device it was given to
	 * @addr: exactly what @device_map returned
	 *
	 * Called once for each address given out (C3.12). Cannot fail.
	 *
	 * Context: as @device_map, and possibly inside a notifier callback (C8.1).
	 */
	void (*device_unmap)(struct drm_pagemap *dpagemap, struct device *dev,
			     const struct drm_pagemap_addr *addr);

	/**
	 * @populate_mm: bring a range of a process into this device memory, as far as it goes
	 * @dpagemap: the pagemap whose memory is wanted
	 * @start: first address, page aligned
	 * @end: first address behind the range
	 * @mm: the address space
	 * @timeslice_ms: milliseconds during which a CPU access does not bring pages back
	 *
	 * Best effort: 0 does not mean that every page is, or still is, there. The implementation
	 * keeps its device powered for as long as pages of it are in use, and sees to it that they
	 * leave before the memory does.
	 *
	 * Context: the mmap lock is held for reading and @mm has a user; may sleep (C6.1, C8.1).
	 *
	 * Return: 0; -ENODEV when the device is gone; else what went wrong.
	 */
	int (*populate_mm)(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
			   struct mm_struct *mm, unsigned long timeslice_ms);
	/**
	 * @destroy: nobody holds the pagemap any more: free it and what belongs to it (optional)
	 * @dpagemap: the pagemap
	 * @is_atomic_or_reclaim: true: must not sleep, must not allocate with reclaim
	 *
	 * Can come long after the provider was unbound, when everything device-managed has been
	 * undone already. From a last put the drm device and its module are still held while it
	 * runs (C1.5). Work that it defers must be finished before the driver's module goes.
	 * Without this callback the object is given to kfree() (C1.7).
	 *
	 * Context: true: possibly under a page-table spinlock, in a notifier callback, or in
	 * reclaim; false: device removal or a failed re-activation, may sleep (C8.1).
	 */
	void (*destroy)(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim);
};

/**
 * struct drm_pagemap - device memory that processes can use, as drm sees it
 * @ops: the provider's callbacks
 * @ref: references; the last put releases the object (C1.4)
 * @drm: the provider
 * @pagemap: the device memory
 * @dev_hold: the core's own: the references on provider and module (C0.4)
 * @cache: the cache it belongs to, or NULL
 * @shrink_link: place in the shrinker's list while inactive; used only with a cache
 */
struct drm_pagemap {
	const struct drm_pagemap_ops *ops;
	struct kref ref;
	struct drm_device *drm;
	struct dev_pagemap *pagemap;
	struct drm_pagemap_dev_hold *dev_hold;
	struct drm_pagemap_cache *cache;
	struct list_head shrink_link;
};

struct drm_pagemap_devmem;

/**
 * struct drm_pagemap_devmem_ops - what the provider supplies for an allocation of device memory
 *
 * All but @devmem_release are required (C3.3).
 */
struct drm_pagemap_devmem_ops {
	/**
	 * @devmem_release: the core lets go of its reference on the allocation (optional)
	 * @devmem_allocation: the allocation; the callback may free it
	 *
	 * Called exactly once for each reference given to a migration, after detached is complete
	 * and pre_migrate_fence is put and NULL (C2.2, C3.11). Cannot fail.
	 *
	 * Context: must not sleep: possibly under a page-table spinlock, or under the locks of
	 * whoever called a migration that failed (C8.1).
	 */
	void (*devmem_release)(struct drm_pagemap_devmem *devmem_allocation);

	/**
	 * @populate_devmem_pfn: name the page frames of the allocation
	 * @devmem_allocation: the allocation
	 * @npages: how many, at most size / PAGE_SIZE: the first ones, in order
	 * @pfn: array of @npages raw page frame numbers to fill
	 *
	 * Asked again it names the same frames in the same order. Whatever is in @pfn after a
	 * failure is not looked at (C3.13, C8.2).
	 *
	 * Context: may sleep. Towards the device: the mmap lock and the locks of all source folios
	 * are held; for an eviction: nothing of the mm (C8.1).
	 *
	 * Return: 0 with all of @pfn filled, or an error that the migration passes on.
	 */
	int (*populate_devmem_pfn)(struct drm_pagemap_devmem *devmem_allocation,
				   unsigned long npages, unsigned long *pfn);

	/**
	 * @copy_to_devmem: fill device pages
	 * @pages: the device pages to fill, all of this pagemap
	 * @pagemap_addr: where the copying device reads each page's bytes; a zero @addr says that
	 *	the page has no source and is to read as zeros (C3.5)
	 * @npages: entries of both arrays
	 * @pre_migrate_fence: wait for it, or queue behind it; may be NULL (C3.11)
	 *
	 * An address of order n stands for 1 << n pages; the entries it covers are zero (C3.10).
	 * The bytes are in place and visible when the callback returns 0 (C8.2).
	 *
	 * Context: may sleep; source and destination folio locks and the mmap lock are held (C8.1).
	 *
	 * Return: 0, or an error: nothing moves, and the migration returns it (C3.13).
	 */
	int (*copy_to_devmem)(struct page **pages, struct drm_pagemap_addr *pagemap_addr,
			      unsigned long npages, struct dma_fence *pre_migrate_fence);

	/**
	 * @copy_to_ram: read device pages out, to RAM or to a peer
	 * @pages: the device pages to read, all of one pagemap; NULL entries are to be skipped
	 * @pagemap_addr: where the copying device writes each page's bytes; a zero @addr: skip
	 * @npages: entries of both arrays
	 * @pre_migrate_fence: wait for it, or queue behind it; NULL but for a migration to a peer
	 *
	 * Orders, completion and errors as for @copy_to_devmem.
	 *
	 * Context: may sleep; source and destination folio locks are held, and the mmap lock except
	 * in an eviction (C8.1).
	 *
	 * Return: 0, or an error.
	 */
	int (*copy_to_ram)(struct page **pages, struct drm_pagemap_addr *pagemap_addr,
			   unsigned long npages, struct dma_fence *pre_migrate_fence);
};

#if IS_ENABLED(CONFIG_ZONE_DEVICE)

int drm_pagemap_init(struct drm_pagemap *dpagemap, struct dev_pagemap *pagemap,
		     struct drm_device *drm, const struct drm_pagemap_ops *ops);

struct drm_pagemap *drm_pagemap_create(struct drm_device *drm, struct dev_pagemap *pagemap,
				       const struct drm_pagemap_ops *ops);

struct drm_pagemap *drm_pagemap_page_to_dpagemap(struct page *page);

void drm_pagemap_put(struct drm_pagemap *dpagemap);

#else

static inline struct drm_pagemap *drm_pagemap_page_to_dpagemap(struct page *page)
{
	return NULL;
}

static inline void drm_pagemap_put(struct drm_pagemap *dpagemap)
{
}

#endif /* IS_ENABLED(CONFIG_ZONE_DEVICE) */

/**
 * drm_pagemap_get() - take one more reference
 * @dpagemap: a pagemap on which the caller has a reference, or NULL
 *
 * Any context. Return: @dpagemap (C1.3).
 */
static inline struct drm_pagemap *drm_pagemap_get(struct drm_pagemap *dpagemap)
{
	if (likely(dpagemap))
		kref_get(&dpagemap->ref);

	return dpagemap;
}

/**
 * drm_pagemap_get_unless_zero() - take a reference if anybody else still has one
 * @dpagemap: a pagemap whose memory the caller knows to be there, or NULL
 *
 * Any context. Return: @dpagemap with a new reference; NULL if it was NULL or released (C1.3).
 */
static inline struct drm_pagemap *__must_check
drm_pagemap_get_unless_zero(struct drm_pagemap *dpagemap)
{
	return (dpagemap && kref_get_unless_zero(&dpagemap->ref)) ? dpagemap : NULL;
}

/**
 * struct drm_pagemap_devmem - an allocation: one block of device memory for one range
 * @dev: the device that copies (C0.4, C3.8)
 * @mm: the address space it is for. No reference is taken: the driver keeps the structure alive
 *	(mmgrab()) for as long as the allocation can be evicted
 * @detached: completes, for all waiters, when no page of the allocation is in use any more (C2.2)
 * @ops: the provider's callbacks
 * @dpagemap: the pagemap that its pages belong to
 * @size: bytes
 * @timeslice_expiration: until this 64-bit jiffy a CPU fault moves nothing; 0: none (C3.15, C5.1)
 * @pre_migrate_fence: what the first copies wait for, owned by the allocation; NULL: nothing, or
 *	already put (C3.11)
 *
 * The provider counts references on it; the core owns one from drm_pagemap_migrate_to_devmem() to
 * devmem_release.
 */
struct drm_pagemap_devmem {
	struct device *dev;
	struct mm_struct *mm;
	struct completion detached;
	const struct drm_pagemap_devmem_ops *ops;
	struct drm_pagemap *dpagemap;
	size_t size;
	u64 timeslice_expiration;
	struct dma_fence *pre_migrate_fence;
};

/**
 * struct drm_pagemap_migrate_details - how a migration to device memory is to be done
 * @timeslice_ms: milliseconds during which a CPU access does not bring pages back; 0: none
 * @can_migrate_same_pagemap: pages of the range that lie in this very pagemap may be moved too: the
 *	copy function that @source_peer_migrates picks can do that (C3.7)
 * @source_peer_migrates: pages that come from a peer are copied by the peer's copy_to_ram, not by
 *	the destination's copy_to_devmem (C3.9)
 */
struct drm_pagemap_migrate_details {
	unsigned long timeslice_ms;
	u32 can_migrate_same_pagemap : 1;
	u32 source_peer_migrates : 1;
};

#if IS_ENABLED(CONFIG_ZONE_DEVICE)

int drm_pagemap_migrate_to_devmem(struct drm_pagemap_devmem *devmem_allocation,
				  struct mm_struct *mm, unsigned long start, unsigned long end,
				  const struct drm_pagemap_migrate_details *mdetails);

int drm_pagemap_evict_to_ram(struct drm_pagemap_devmem *devmem_allocation);

const struct dev_pagemap_ops *drm_pagemap_pagemap_ops_get(void);

void drm_pagemap_devmem_init(struct drm_pagemap_devmem *devmem_allocation, struct device *dev,
			     struct mm_struct *mm, const struct drm_pagemap_devmem_ops *ops,
			     struct drm_pagemap *dpagemap, size_t size,
			     struct dma_fence *pre_migrate_fence);

int drm_pagemap_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
			    struct mm_struct *mm, unsigned long timeslice_ms);

void drm_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim);

int drm_pagemap_reinit(struct drm_pagemap *dpagemap);

#endif /* IS_ENABLED(CONFIG_ZONE_DEVICE) */

#endif
