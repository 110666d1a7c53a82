/* SPDX-License-Identifier: MIT */
/*
 * What the core's own files share: the record behind a device page, a migration in progress, and how a
 * part of one is copied. For src/core alone; drivers include <drm/drm_pagemap.h>.
 */
#ifndef _DRM_PAGEMAP_INTERNAL_H_
#define _DRM_PAGEMAP_INTERNAL_H_

#include <linux/dma-direction.h>
#include <linux/gfp_types.h>
#include <linux/huge_mm.h>
#include <linux/kref.h>
#include <linux/math.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/types.h>

#include <drm/drm_pagemap.h>

/* ---- an allocation and the record behind its pages (drm_pagemap_devmem.c) --------------------- */

/**
 * struct drm_pagemap_zdd - what page->zone_device_data points to
 * @ref: one for each device folio in use, and one for the migration that fills them
 * @dpagemap: the pagemap, referenced
 * @devmem: the allocation, with the one reference that the core owns
 */
struct drm_pagemap_zdd {
	struct kref ref;
	struct drm_pagemap *dpagemap;
	struct drm_pagemap_devmem *devmem;
};

struct drm_pagemap_zdd *drm_pagemap_zdd_create(struct drm_pagemap_devmem *devmem);
/* Any context: the last one lets go of the allocation and of the pagemap. */
void drm_pagemap_zdd_put(struct drm_pagemap_zdd *zdd);

static inline struct drm_pagemap_zdd *drm_pagemap_zdd_get(struct drm_pagemap_zdd *zdd)
{
	kref_get(&zdd->ref);
	return zdd;
}

/* The head's, whichever page of a folio is asked: the tails' words hold other things. */
static inline struct drm_pagemap_zdd *drm_pagemap_page_zdd(struct page *page)
{
	return page_folio(page)->page.zone_device_data;
}

/* Put the fence, if it is still there: the copies are done, or there will be none (C3.11). */
void drm_pagemap_devmem_put_fence(struct drm_pagemap_devmem *devmem);
/* Give the core's reference back. Nothing of @devmem is touched afterwards. Any context. */
void drm_pagemap_devmem_let_go(struct drm_pagemap_devmem *devmem);

/* ---- a migration in progress (drm_pagemap_move.c) --------------------------------------------- */

#define DRM_PAGEMAP_MOVE_BYTES_PER_PAGE \
	(sizeof(struct drm_pagemap_addr) + sizeof(struct page *) + 2 * sizeof(unsigned long))

/**
 * struct drm_pagemap_move - a migration in progress
 * @npages: pages of the range; each has one entry in each of the arrays
 * @addr: where the copying device reaches the page on the far side, while a copy is under way
 * @pages: the device pages that a copy callback is given
 * @src: encoded pfns: what was collected
 * @dst: encoded pfns: where it goes; 0: it stays
 * @one: the arrays of a single page, which so needs no memory
 */
struct drm_pagemap_move {
	unsigned long npages;
	struct drm_pagemap_addr *addr;
	struct page **pages;
	unsigned long *src;
	unsigned long *dst;
	u64 one[DIV_ROUND_UP(DRM_PAGEMAP_MOVE_BYTES_PER_PAGE, sizeof(u64))];
};

/*
 * In @src and @dst a folio of 2 MiB, or a hole of that size, is a compound entry: it is followed by zeros,
 * and stands for the pages of all of them (C3.10).
 */
static inline unsigned long drm_pagemap_entry_pages(unsigned long mpfn)
{
	return mpfn & MIGRATE_PFN_COMPOUND ? HPAGE_PMD_NR : 1;
}

/* @gfp beside GFP_KERNEL: __GFP_NOWARN if the caller knows what to do without. 0 or -ENOMEM. */
int drm_pagemap_move_init(struct drm_pagemap_move *move, unsigned long npages, gfp_t gfp);
void drm_pagemap_move_fini(struct drm_pagemap_move *move);
/* Every destination made so far is given back, and every page stays where it is. */
void drm_pagemap_move_cancel(struct drm_pagemap_move *move);

/**
 * struct drm_pagemap_copy - how a run of a migration is copied
 * @callback: the driver's function
 * @dev: its device, for which the far side is mapped
 * @dir: DMA_TO_DEVICE: it reads the far side; DMA_FROM_DEVICE: it writes it
 * @near: encoded pfns of the pages in its own memory
 * @far: encoded pfns of the pages on the far side
 * @provider: whose memory the near side is, where others' pages may stay between its own (C8.3)
 * @fence: what it has to wait for, or NULL
 */
struct drm_pagemap_copy {
	int (*callback)(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			struct dma_fence *fence);
	struct device *dev;
	enum dma_data_direction dir;
	const unsigned long *near;
	const unsigned long *far;
	const struct drm_pagemap *provider;
	struct dma_fence *fence;
};

/*
 * Copy the pages [@first, @last) by one call. Nothing is left mapped, whatever the outcome, so that
 * no device can touch a page that a CPU may see next (C3.12).
 */
int drm_pagemap_copy_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
			 unsigned long first, unsigned long last);

/* ---- back to RAM (drm_pagemap_ram.c) ------------------------------------------------------------ */

/* The migrate_to_ram callback of device memory (C5). */
vm_fault_t drm_pagemap_migrate_to_ram(struct vm_fault *vmf);

#endif
