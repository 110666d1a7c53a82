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

#include <drm/drm_pagemap_internal.h>

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

/**
 * struct entry_walk - one of the arrays, page by page
 * @pfns: encoded pfns
 * @head: index of the compound entry that was met last
 * @end: the first index that it does not cover
 */
struct entry_walk {
	const unsigned long *pfns;
	unsigned long head;
	unsigned long end;
};

/* Whether a compound entry begins at @i. Each index is asked for, in ascending order. */
static inline bool walk_to(struct entry_walk *walk, unsigned long i)
{
	bool compound = walk->pfns[i] & MIGRATE_PFN_COMPOUND;

	if (compound) {
		walk->head = i;
		walk->end = i + HPAGE_PMD_NR;
	}
	return compound;
}

/* The page at @i, to which the walk has come; NULL: there is none. */
static inline struct page *walk_page(const struct entry_walk *walk, unsigned long i)
{
	struct page *page;

	if (i >= walk->end)
		return migrate_pfn_to_page(walk->pfns[i]);
	page = migrate_pfn_to_page(walk->pfns[walk->head]);
	return page ? page + (i - walk->head) : NULL;
}

/* Device-private memory is reached by its provider's leave, everything else over the bus (C3.8). */
static int copy_map(const struct drm_pagemap_copy *copy, struct page *page, unsigned int order,
		    struct drm_pagemap_addr *where)
{
	struct drm_pagemap_addr addr;
	struct drm_pagemap *provider;

	if (is_device_private_page(page)) {
		provider = drm_pagemap_page_to_dpagemap(page);
		if (!provider->ops->device_map)
			return -EFAULT;
		addr = provider->ops->device_map(provider, copy->dev, page, order, copy->dir);
	} else {
		addr = drm_pagemap_addr_encode(
			dma_map_page(copy->dev, page, 0, PAGE_SIZE << order, copy->dir),
			DRM_INTERCONNECT_SYSTEM, order, copy->dir);
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
		dma_unmap_page(copy->dev, addr->addr, PAGE_SIZE << addr->order, copy->dir);
		return;
	}
	provider = drm_pagemap_page_to_dpagemap(page);
	if (provider->ops->device_unmap)
		provider->ops->device_unmap(provider, copy->dev, addr);
}

/*
 * The page on the near side at @i, if the driver is to know it. One that stays is between those that move: it
 * was collected, so it is locked, and it may be another device's, which has no place in this call (C8.3).
 */
static struct page *copy_shown(const struct drm_pagemap_copy *copy, const struct entry_walk *near,
			       unsigned long i, bool moves)
{
	unsigned long mpfn = near->pfns[i < near->end ? near->head : i];
	struct page *page = walk_page(near, i);

	if (!page || moves || copy->dir == DMA_TO_DEVICE)
		return page;
	if (!(mpfn & MIGRATE_PFN_MIGRATE) || drm_pagemap_page_to_dpagemap(page) != copy->provider)
		return NULL;
	return page;
}

/*
 * Map the far side of [@first, @last), and say which pages are on the near side. What is one folio on both
 * sides is one block; else each page is one.
 * Return: whether there is anything to do for the driver, or an error with some of it mapped.
 */
static int copy_map_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
			unsigned long first, unsigned long last)
{
	struct entry_walk near = {.pfns = copy->near}, far = {.pfns = copy->far};
	/* Device memory without any source still wants clearing (C3.5); RAM wants nothing then. */
	int wanted = copy->dir == DMA_TO_DEVICE;
	unsigned long i, covered = first;
	int err = 0;

	for (i = first; i < last && !err; i++) {
		bool here = walk_to(&near, i), there = walk_to(&far, i), both = here && there;
		struct page *page = walk_page(&far, i);

		move->pages[i] = copy_shown(copy, &near, i, page);
		if (!page || i < covered)
			continue;
		err = copy_map(copy, page, both ? HPAGE_PMD_ORDER : 0, &move->addr[i]);
		covered = both ? i + HPAGE_PMD_NR : i + 1;
		wanted = 1;
	}
	return err ?: wanted;
}

static void copy_unmap_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
			   unsigned long first, unsigned long last)
{
	struct entry_walk far = {.pfns = copy->far};
	unsigned long i;

	for (i = first; i < last; i++) {
		walk_to(&far, i);
		if (move->addr[i].addr)
			copy_unmap(copy, walk_page(&far, i), &move->addr[i]);
		move->addr[i] = (struct drm_pagemap_addr){};
	}
}

int drm_pagemap_copy_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
			 unsigned long first, unsigned long last)
{
	int err = copy_map_run(move, copy, first, last);

	if (err > 0)
		err = copy->callback(&move->pages[first], &move->addr[first], last - first,
				     copy->fence);
	copy_unmap_run(move, copy, first, last);
	return err;
}
