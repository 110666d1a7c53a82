// SPDX-License-Identifier: MIT
/*
 * A migration in progress: its arrays, and the one way in which a run of its pages is mapped for the
 * copying device, copied by a driver, and unmapped again.
 */
#include <linux/dma-mapping.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "drm_pagemap_internal.h"

int drm_pagemap_move_init(struct drm_pagemap_move *move, unsigned long npages, gfp_t gfp)
{
	void *memory = move->one;

	if (npages > 1)
		memory = kvcalloc(npages, DRM_PAGEMAP_MOVE_BYTES_PER_PAGE, GFP_KERNEL | gfp);
	else
		memset(move->one, 0, sizeof(move->one));
	if (!memory)
		return -ENOMEM;

	move->npages = npages;
	move->addr = memory;
	move->pages = (struct page **)(move->addr + npages);
	move->src = (unsigned long *)(move->pages + npages);
	move->dst = move->src + npages;
	return 0;
}

void drm_pagemap_move_fini(struct drm_pagemap_move *move)
{
	if (move->npages > 1)
		kvfree(move->addr);
}

void drm_pagemap_move_cancel(struct drm_pagemap_move *move)
{
	unsigned long i;

	for (i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(move->dst[i]);

		move->dst[i] = 0;
		if (!page)
			continue;
		unlock_page(page);
		put_page(page);
	}
}

/* ---- copying --------------------------------------------------------------------------------- */

/* Device-private memory is reached by its provider's leave, everything else over the bus (C3.8). */
static int copy_map(const struct drm_pagemap_copy *copy, struct page *page,
		    struct drm_pagemap_addr *where)
{
	struct drm_pagemap_addr addr;
	struct drm_pagemap *provider;

	if (is_device_private_page(page)) {
		provider = drm_pagemap_page_to_dpagemap(page);
		if (!provider->ops->device_map)
			return -EFAULT;
		addr = provider->ops->device_map(provider, copy->dev, page, 0, copy->dir);
	} else {
		addr = drm_pagemap_addr_encode(
			dma_map_page(copy->dev, page, 0, PAGE_SIZE, copy->dir),
			DRM_INTERCONNECT_SYSTEM, 0, copy->dir);
	}
	if (dma_mapping_error(copy->dev, addr.addr) || WARN_ON_ONCE(!addr.addr))
		return -EFAULT;
	*where = addr;
	return 0;
}

static void copy_unmap(const struct drm_pagemap_copy *copy, struct page *page,
		       const struct drm_pagemap_addr *addr)
{
	struct drm_pagemap *provider;

	if (!is_device_private_page(page)) {
		dma_unmap_page(copy->dev, addr->addr, PAGE_SIZE, copy->dir);
		return;
	}
	provider = drm_pagemap_page_to_dpagemap(page);
	if (provider->ops->device_unmap)
		provider->ops->device_unmap(provider, copy->dev, addr);
}

int drm_pagemap_copy_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
			 unsigned long first, unsigned long last)
{
	/* Device memory without any source still wants clearing (C3.5); RAM wants nothing then. */
	bool wanted = copy->dir == DMA_TO_DEVICE;
	unsigned long i;
	int err = 0;

	for (i = first; i < last && !err; i++) {
		struct page *far = migrate_pfn_to_page(copy->far[i]);

		move->pages[i] = migrate_pfn_to_page(copy->near[i]);
		if (far) {
			err = copy_map(copy, far, &move->addr[i]);
			wanted = true;
		}
	}
	if (!err && wanted)
		err = copy->callback(&move->pages[first], &move->addr[first], last - first,
				     copy->fence);

	for (i = first; i < last; i++) {
		struct page *far = migrate_pfn_to_page(copy->far[i]);

		if (far && move->addr[i].addr)
			copy_unmap(copy, far, &move->addr[i]);
		move->addr[i] = (struct drm_pagemap_addr){};
	}
	return err;
}
