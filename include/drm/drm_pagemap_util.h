/* SPDX-License-Identifier: MIT */
#ifndef _DRM_PAGEMAP_UTIL_H_
#define _DRM_PAGEMAP_UTIL_H_

#include <linux/list.h>
#include <linux/mutex.h>

/*
 * What drivers put around their pagemaps: a cache, so that a pagemap which nobody uses can be had again
 * without making it anew; a shrinker, which takes such pagemaps when memory is short; and owners, which
 * say whose device memory a migration may take pages from.
 *
 * "C7.3" and the like number the promises. Unless a function says otherwise, errors are negative errno
 * values.
 */

struct drm_device;
struct drm_pagemap;
struct drm_pagemap_cache;
struct drm_pagemap_owner;
struct drm_pagemap_shrinker;

/**
 * struct drm_pagemap_owner_list - devices that may be able to reach each other's memory
 * @lock: guards @peers, and every member's owner
 * @peers: the members; those of one group are neighbours, the group that was founded first comes first
 */
struct drm_pagemap_owner_list {
	struct mutex lock;
	struct list_head peers;
};

/**
 * DRM_PAGEMAP_OWNER_LIST_DEFINE() - define and initialise an owner list
 * @_name: name of the variable
 */
#define DRM_PAGEMAP_OWNER_LIST_DEFINE(_name)             \
	struct drm_pagemap_owner_list _name = {          \
		.lock = __MUTEX_INITIALIZER(_name.lock), \
		.peers = LIST_HEAD_INIT(_name.peers),    \
	}

/**
 * struct drm_pagemap_peer - one device's membership; zeroed before it is first used
 * @list: the list it is a member of, or NULL
 * @link: place in that list
 * @owner: what its group has in common: the value for dev_pagemap.owner; NULL: no member
 * @private: the driver's: by this it knows the device
 */
struct drm_pagemap_peer {
	struct drm_pagemap_owner_list *list;
	struct list_head link;
	struct drm_pagemap_owner *owner;
	void *private;
};

struct drm_pagemap_shrinker *drm_pagemap_shrinker_create_devm(struct drm_device *drm);

struct drm_pagemap_cache *drm_pagemap_cache_create_devm(struct drm_pagemap_shrinker *shrinker);

int drm_pagemap_cache_lock_lookup(struct drm_pagemap_cache *cache);

void drm_pagemap_cache_unlock_lookup(struct drm_pagemap_cache *cache);

struct drm_pagemap *drm_pagemap_get_from_cache(struct drm_pagemap_cache *cache);

void drm_pagemap_cache_set_pagemap(struct drm_pagemap_cache *cache, struct drm_pagemap *dpagemap);

struct drm_pagemap *drm_pagemap_get_from_cache_if_active(struct drm_pagemap_cache *cache);

void drm_pagemap_shrinker_add(struct drm_pagemap *dpagemap);

#ifdef CONFIG_PROVE_LOCKING

void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap);

#else

static inline void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap)
{
}

#endif

int drm_pagemap_acquire_owner(struct drm_pagemap_peer *peer,
			      struct drm_pagemap_owner_list *owner_list,
			      bool (*has_interconnect)(struct drm_pagemap_peer *peer1,
						       struct drm_pagemap_peer *peer2));

void drm_pagemap_release_owner(struct drm_pagemap_peer *peer);

#endif
