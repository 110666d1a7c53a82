// SPDX-License-Identifier: MIT
/*
 * The GPU's memory as device-private pages: registered when somebody wants it, kept in drm_pagemap's cache
 * while nobody does, unregistered when the kernel is short of memory; and the roads by which GPUs reach
 * each other's memory.
 *
 * What is registered belongs to the device's driver binding and may go before the pagemap that names it,
 * so the two are separate objects.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/range.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>

#include "simgpu.h"

/**
 * struct simgpu_pagemap - the pagemap object of a GPU
 * @base: what drm_pagemap knows
 * @memory: what it registered; gone with the driver binding
 * @destroy: unregisters it where that may sleep
 */
struct simgpu_pagemap {
	struct drm_pagemap base;
	struct simgpu_memory *memory;
	struct work_struct destroy;
};

static DRM_PAGEMAP_OWNER_LIST_DEFINE(owners);
/* Destroys pagemaps; empty before the module goes. */
static struct workqueue_struct *destroy_queue;

static struct simgpu_pagemap *to_simgpu_pagemap(struct drm_pagemap *dpagemap)
{
	return container_of(dpagemap, struct simgpu_pagemap, base);
}

unsigned long simgpu_first_pfn(struct drm_pagemap *dpagemap)
{
	return to_simgpu_pagemap(dpagemap)->memory->first_pfn;
}

/* ---- registering ----------------------------------------------------------------------------------- */

static struct simgpu_memory *memory_register(struct simgpu_device *gpu)
{
	struct device *dev = gpu->drm.dev;
	struct simgpu_memory *memory = devm_kzalloc(dev, sizeof(*memory), GFP_KERNEL);
	struct resource *res;
	void *mapped;

	if (!memory)
		return ERR_PTR(-ENOMEM);
	res = devm_request_free_mem_region(dev, &iomem_resource, gpu->memory_bytes);
	if (IS_ERR(res)) {
		devm_kfree(dev, memory);
		return ERR_CAST(res);
	}
	memory->gpu = gpu;
	memory->first_pfn = res->start >> PAGE_SHIFT;
	memory->pagemap.type = MEMORY_DEVICE_PRIVATE;
	memory->pagemap.range.start = res->start;
	memory->pagemap.range.end = res->end;
	memory->pagemap.nr_range = 1;
	memory->pagemap.ops = drm_pagemap_pagemap_ops_get();
	memory->pagemap.owner = gpu->peer.owner;
	mapped = devm_memremap_pages(dev, &memory->pagemap);
	if (IS_ERR(mapped)) {
		devm_release_mem_region(dev, res->start, resource_size(res));
		devm_kfree(dev, memory);
		return ERR_CAST(mapped);
	}
	return memory;
}

/* Inside a section of drm_dev_enter(): what is device-managed is still there. */
static void memory_unregister(struct simgpu_memory *memory)
{
	struct device *dev = memory->gpu->drm.dev;
	struct range range = memory->pagemap.range;

	devm_memunmap_pages(dev, &memory->pagemap);
	devm_release_mem_region(dev, range.start, range_len(&range));
	devm_kfree(dev, memory);
}

/* ---- the pagemap object ------------------------------------------------------------------------------ */

/* Nobody uses the pages. Unless the driver binding has taken the memory with it already, do that now. */
static void pagemap_free(struct simgpu_pagemap *pagemap)
{
	int idx;

	if (drm_dev_enter(simgpu_drm(&pagemap->base), &idx)) {
		memory_unregister(pagemap->memory);
		drm_dev_exit(idx);
	}
	kfree(pagemap);
}

static void destroy_work(struct work_struct *work)
{
	struct simgpu_pagemap *pagemap = container_of(work, struct simgpu_pagemap, destroy);
	struct drm_device *drm = simgpu_drm(&pagemap->base);

	pagemap_free(pagemap);
	drm_dev_put(drm);
}

void simgpu_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	struct simgpu_pagemap *pagemap = to_simgpu_pagemap(dpagemap);

	if (!is_atomic_or_reclaim) {
		pagemap_free(pagemap);
		return;
	}
	drm_dev_get(simgpu_drm(dpagemap));
	queue_work(destroy_queue, &pagemap->destroy);
}

/* ---- roads ------------------------------------------------------------------------------------------------ */

static u64 link_speed(struct simgpu_device *gpu, unsigned int serial)
{
	unsigned int reg = SIMGPU_LINKS + serial * 8;

	return reg < SIMGPU_TABLES ? simgpu_read(gpu, reg) : 0;
}

static bool has_interconnect(struct drm_pagemap_peer *peer1, struct drm_pagemap_peer *peer2)
{
	struct simgpu_device *gpu = peer1->private, *other = peer2->private;

	return link_speed(gpu, other->serial) != 0;
}

/* Our own device is told the offset; a linked one a link address. Neither is ever 0. */
static struct drm_pagemap_addr device_map(struct drm_pagemap *dpagemap, struct device *dev,
					  struct page *page, unsigned int order,
					  enum dma_data_direction dir)
{
	struct simgpu_device *gpu = simgpu_of(dpagemap), *user = simgpu_by_device(dev);
	u64 addr = SIMGPU_LINK_ADDRESS(gpu->serial, simgpu_offset(page));
	unsigned int road = SIMGPU_ROAD_LINK;

	if (user == gpu)
		road = SIMGPU_ROAD_LOCAL;
	else if (!user || !link_speed(user, gpu->serial))
		return drm_pagemap_addr_encode(DMA_MAPPING_ERROR, 0, order, dir);
	atomic_inc(&gpu->mappings);
	return drm_pagemap_addr_encode(addr, road, order, dir);
}

static void device_unmap(struct drm_pagemap *dpagemap, struct device *dev, simgpu_unmap_addr addr)
{
	WARN_ON(atomic_dec_return(&simgpu_of(dpagemap)->mappings) < 0);
}

static const struct drm_pagemap_ops pagemap_ops = {.device_map = device_map,
						   .device_unmap = device_unmap,
						   .populate_mm = simgpu_populate_mm,
						   SIMGPU_DESTROY(simgpu_pagemap_destroy)};

/* ---- looking it up ------------------------------------------------------------------------------------------ */

static struct drm_pagemap *pagemap_create(struct simgpu_device *gpu)
{
	struct simgpu_pagemap *pagemap = kzalloc(sizeof(*pagemap), GFP_KERNEL);
	int err;

	if (!pagemap)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&pagemap->destroy, destroy_work);
	pagemap->memory = memory_register(gpu);
	err = PTR_ERR_OR_ZERO(pagemap->memory);
	if (!err) {
		err = drm_pagemap_init(&pagemap->base, &pagemap->memory->pagemap, &gpu->drm,
				       &pagemap_ops);
		if (err)
			memory_unregister(pagemap->memory);
	}
	if (err) {
		kfree(pagemap);
		return ERR_PTR(err);
	}
	return &pagemap->base;
}

struct drm_pagemap *simgpu_pagemap_get(struct simgpu_device *gpu)
{
	struct drm_pagemap *dpagemap;
	int err, idx;

	if (!drm_dev_enter(&gpu->drm, &idx))
		return ERR_PTR(-ENODEV);
	err = drm_pagemap_cache_lock_lookup(gpu->cache);
	if (err) {
		dpagemap = ERR_PTR(err);
		goto out;
	}
	dpagemap = drm_pagemap_get_from_cache(gpu->cache);
	if (!dpagemap) {
		dpagemap = pagemap_create(gpu);
		if (!IS_ERR(dpagemap))
			drm_pagemap_cache_set_pagemap(gpu->cache, dpagemap);
	}
	drm_pagemap_cache_unlock_lookup(gpu->cache);
out:
	drm_dev_exit(idx);
	return dpagemap;
}

struct drm_pagemap *simgpu_pagemap_if_active(struct simgpu_device *gpu)
{
	struct drm_pagemap *dpagemap = NULL;
	int idx;

	if (drm_dev_enter(&gpu->drm, &idx)) {
		dpagemap = drm_pagemap_get_from_cache_if_active(gpu->cache);
		drm_dev_exit(idx);
	}
	return dpagemap;
}

/* ---- the device's part ----------------------------------------------------------------------------------------- */

static void release_owner(void *gpu)
{
	drm_pagemap_release_owner(&((struct simgpu_device *)gpu)->peer);
}

int simgpu_pagemap_init(struct simgpu_device *gpu)
{
	struct device *dev = gpu->drm.dev;
	struct drm_pagemap_shrinker *shrinker;
	struct drm_pagemap *dpagemap;
	int err;

	gpu->peer.private = gpu;
	err = drm_pagemap_acquire_owner(&gpu->peer, &owners, has_interconnect);
	if (!err)
		err = devm_add_action_or_reset(dev, release_owner, gpu);
	if (err)
		return err;
	shrinker = drm_pagemap_shrinker_create_devm(&gpu->drm);
	if (IS_ERR(shrinker))
		return PTR_ERR(shrinker);
	gpu->cache = drm_pagemap_cache_create_devm(shrinker);
	if (IS_ERR(gpu->cache))
		return PTR_ERR(gpu->cache);
	/* There and then left to the cache: a device whose memory cannot be registered is of no use. */
	dpagemap = simgpu_pagemap_get(gpu);
	if (IS_ERR(dpagemap))
		return PTR_ERR(dpagemap);
	drm_pagemap_put(dpagemap);
	return 0;
}

int simgpu_pagemap_module_init(void)
{
	destroy_queue = alloc_workqueue("simgpu-destroy", 0, 0);
	return destroy_queue ? 0 : -ENOMEM;
}

void simgpu_pagemap_module_exit(void)
{
	destroy_workqueue(destroy_queue);
}
