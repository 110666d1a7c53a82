/* SPDX-License-Identifier: MIT */
/*
 * For adapt.h: the counted pagemap object, its cache and its owners, where a tree has none of them. The cache
 * keeps the one pagemap until the driver is unbound; every GPU is an owner of its own, so none is linked.
 */
#ifndef SIMGPU_ADAPT_OBJECT_H
#define SIMGPU_ADAPT_OBJECT_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>

struct dev_pagemap;
struct drm_pagemap_shrinker;

struct drm_pagemap_owner_list {
	struct mutex lock;
};

#define DRM_PAGEMAP_OWNER_LIST_DEFINE(name) \
	struct drm_pagemap_owner_list name = {.lock = __MUTEX_INITIALIZER(name.lock)}

struct drm_pagemap_peer {
	void *owner;
	void *private;
};

struct drm_pagemap_cache {
	struct mutex lookup;
	struct drm_pagemap *dpagemap;
};

/* pagemap.c: what the core would call for a pagemap that nobody holds */
void simgpu_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim);

/* The driver's data is its struct, which begins with the drm device. */
static inline struct drm_device *simgpu_drm(struct drm_pagemap *dpagemap)
{
	return dev_get_drvdata(dpagemap->dev);
}

static inline int drm_pagemap_init(struct drm_pagemap *dpagemap, struct dev_pagemap *pagemap,
				   struct drm_device *drm, const struct drm_pagemap_ops *ops)
{
	dpagemap->ops = ops;
	dpagemap->dev = drm->dev;
	return 0;
}

static inline struct drm_pagemap *drm_pagemap_get(struct drm_pagemap *dpagemap)
{
	return dpagemap;
}

static inline void drm_pagemap_put(struct drm_pagemap *dpagemap)
{
}

static inline int
drm_pagemap_acquire_owner(struct drm_pagemap_peer *peer, struct drm_pagemap_owner_list *list,
			  bool (*linked)(struct drm_pagemap_peer *, struct drm_pagemap_peer *))
{
	(void)list, (void)linked;
	peer->owner = peer;
	return 0;
}

static inline void drm_pagemap_release_owner(struct drm_pagemap_peer *peer)
{
}

static inline struct drm_pagemap_shrinker *drm_pagemap_shrinker_create_devm(struct drm_device *drm)
{
	return (struct drm_pagemap_shrinker *)drm;
}

static inline void simgpu_cache_release(void *data)
{
	struct drm_pagemap_cache *cache = data;

	if (cache->dpagemap)
		simgpu_pagemap_destroy(cache->dpagemap, false);
	mutex_destroy(&cache->lookup);
	kfree(cache);
}

static inline struct drm_pagemap_cache *
drm_pagemap_cache_create_devm(struct drm_pagemap_shrinker *shrinker)
{
	struct drm_pagemap_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);
	int err;

	if (!cache)
		return ERR_PTR(-ENOMEM);
	mutex_init(&cache->lookup);
	err = devm_add_action_or_reset(((struct drm_device *)shrinker)->dev, simgpu_cache_release,
				       cache);
	return err ? ERR_PTR(err) : cache;
}

static inline int drm_pagemap_cache_lock_lookup(struct drm_pagemap_cache *cache)
{
	return mutex_lock_interruptible(&cache->lookup);
}

static inline void drm_pagemap_cache_unlock_lookup(struct drm_pagemap_cache *cache)
{
	mutex_unlock(&cache->lookup);
}

static inline struct drm_pagemap *drm_pagemap_get_from_cache(struct drm_pagemap_cache *cache)
{
	return cache->dpagemap;
}

static inline struct drm_pagemap *
drm_pagemap_get_from_cache_if_active(struct drm_pagemap_cache *cache)
{
	return cache->dpagemap;
}

static inline void drm_pagemap_cache_set_pagemap(struct drm_pagemap_cache *cache,
						 struct drm_pagemap *dpagemap)
{
	cache->dpagemap = dpagemap;
}

#endif /* SIMGPU_ADAPT_OBJECT_H */
