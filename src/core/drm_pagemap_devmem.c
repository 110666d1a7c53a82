// SPDX-License-Identifier: MIT
/*
 * Allocations of device memory, and the record (zdd) that stands behind each of their pages: it keeps
 * the allocation and the pagemap for as long as a page is in use.
 */
#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/kref.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_pagemap_internal.h>

/* ---- an allocation --------------------------------------------------------------------------- */

/**
 * drm_pagemap_devmem_init() - fill in an allocation's every field
 * @devmem_allocation: the allocation
 * @dev: the device that copies
 * @mm: the address space it is for; no reference is taken
 * @ops: the provider's callbacks
 * @dpagemap: the pagemap its pages belong to; no reference is taken
 * @size: bytes
 * @pre_migrate_fence: what the first copies have to wait for, or NULL; the reference passes to the
 *	allocation
 *
 * Any context (C2.1).
 */
void drm_pagemap_devmem_init(struct drm_pagemap_devmem *devmem_allocation, struct device *dev,
			     struct mm_struct *mm, const struct drm_pagemap_devmem_ops *ops,
			     struct drm_pagemap *dpagemap, size_t size,
			     struct dma_fence *pre_migrate_fence)
{
	devmem_allocation->dev = dev;
	devmem_allocation->mm = mm;
	init_completion(&devmem_allocation->detached);
	devmem_allocation->ops = ops;
	devmem_allocation->dpagemap = dpagemap;
	devmem_allocation->size = size;
	devmem_allocation->timeslice_expiration = 0;
	devmem_allocation->pre_migrate_fence = pre_migrate_fence;
}
EXPORT_SYMBOL_GPL(drm_pagemap_devmem_init);

void drm_pagemap_devmem_put_fence(struct drm_pagemap_devmem *devmem)
{
	struct dma_fence *fence = devmem->pre_migrate_fence;

	devmem->pre_migrate_fence = NULL;
	dma_fence_put(fence);
}

void drm_pagemap_devmem_let_go(struct drm_pagemap_devmem *devmem)
{
	void (*release)(struct drm_pagemap_devmem *) = devmem->ops->devmem_release;

	drm_pagemap_devmem_put_fence(devmem);
	complete_all(&devmem->detached);
	if (release)
		release(devmem);
}

/* ---- the record behind a device page --------------------------------------------------------- */

struct drm_pagemap_zdd *drm_pagemap_zdd_create(struct drm_pagemap_devmem *devmem)
{
	struct drm_pagemap_zdd *zdd = kzalloc(sizeof(*zdd), GFP_KERNEL);

	if (zdd) {
		kref_init(&zdd->ref);
		zdd->dpagemap = drm_pagemap_get(devmem->dpagemap);
		zdd->devmem = devmem;
	}
	return zdd;
}

static void zdd_release(struct kref *ref)
{
	struct drm_pagemap_zdd *zdd = container_of(ref, struct drm_pagemap_zdd, ref);

	drm_pagemap_devmem_let_go(zdd->devmem);
	drm_pagemap_put(zdd->dpagemap);
	kfree(zdd);
}

void drm_pagemap_zdd_put(struct drm_pagemap_zdd *zdd)
{
	kref_put(&zdd->ref, zdd_release);
}

/**
 * drm_pagemap_page_to_dpagemap() - the pagemap that a device page belongs to
 * @page: any page of a device folio that is in use and was filled by this core
 *
 * Any context. Return: the pagemap; it stays for as long as the page is in use (C1.9).
 */
struct drm_pagemap *drm_pagemap_page_to_dpagemap(struct page *page)
{
	return drm_pagemap_page_zdd(page)->dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_page_to_dpagemap);

/* Possibly under a page-table spinlock (C5.5). */
static void drm_pagemap_folio_free(struct folio *folio)
{
	drm_pagemap_zdd_put(folio->page.zone_device_data);
}

/* @part is NULL when all parts are made. Interrupts are off (C3.10). */
static void drm_pagemap_folio_split(struct folio *whole, struct folio *part)
{
	if (!part)
		return;
	part->pgmap = whole->pgmap;
	part->page.zone_device_data = drm_pagemap_zdd_get(whole->page.zone_device_data);
}

static const struct dev_pagemap_ops drm_pagemap_pagemap_ops = {
	.folio_free = drm_pagemap_folio_free,
	.migrate_to_ram = drm_pagemap_migrate_to_ram,
	.folio_split = drm_pagemap_folio_split,
};

/**
 * drm_pagemap_pagemap_ops_get() - the callbacks that a provider registers its memory with
 *
 * Any context. Return: always the same object (C0.5).
 */
const struct dev_pagemap_ops *drm_pagemap_pagemap_ops_get(void)
{
	return &drm_pagemap_pagemap_ops;
}
EXPORT_SYMBOL_GPL(drm_pagemap_pagemap_ops_get);
