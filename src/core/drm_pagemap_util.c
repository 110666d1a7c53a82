// SPDX-License-Identifier: MIT
/*
 * Around the pagemap object: caches that keep one for the next user after its last put, shrinkers that
 * take it from there when memory is short, and owners.
 *
 * A pagemap in a cache is active while it is referenced, inactive while it is on its shrinker's list,
 * and for a moment in between neither: on its way to the list, or back from it. One lock guards all
 * these links, of all caches. It is held for a few pointers at a time, and being nobody's member it does
 * not go away with a device while a last put, anywhere, waits for it. C7.5 and the like number the
 * promises of drm_pagemap_util.h.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_pagemap_util.h>

/**
 * struct drm_pagemap_shrinker - the inactive pagemaps of one device
 * @drm: the device, which owns this
 * @shrinker: asked when memory is short
 * @inactive: pagemaps, the one that was released first in front
 * @nr_inactive: how many
 */
struct drm_pagemap_shrinker {
	struct drm_device *drm;
	struct shrinker *shrinker;
	struct list_head inactive;
	unsigned long nr_inactive;
};

/**
 * struct drm_pagemap_cache - the place of one pagemap
 * @lookup: makes looking up or else creating one step
 * @shrinker: where the pagemap goes while it is inactive
 * @dpagemap: the pagemap, without a reference; NULL: none
 * @settled: woken when @dpagemap is inactive, or gone
 */
struct drm_pagemap_cache {
	struct mutex lookup;
	struct drm_pagemap_shrinker *shrinker;
	struct drm_pagemap *dpagemap;
	wait_queue_head_t settled;
};

/*
 * Guards every cache's @dpagemap, every pagemap's @cache and @shrink_link, and the shrinkers' lists.
 * Taken by last puts, so in any context. A cache that a pagemap names under it exists.
 */
static DEFINE_SPINLOCK(cache_lock);

/* ---- links, under cache_lock ------------------------------------------------------------------- */

static bool is_inactive(const struct drm_pagemap *dpagemap)
{
	return !list_empty(&dpagemap->shrink_link);
}

static void make_inactive(struct drm_pagemap *dpagemap)
{
	struct drm_pagemap_shrinker *shrinker = dpagemap->cache->shrinker;

	list_add_tail(&dpagemap->shrink_link, &shrinker->inactive);
	WRITE_ONCE(shrinker->nr_inactive, shrinker->nr_inactive + 1);
	wake_up_all(&dpagemap->cache->settled);
}

static void take_off_list(struct drm_pagemap *dpagemap)
{
	list_del_init(&dpagemap->shrink_link);
	WRITE_ONCE(dpagemap->cache->shrinker->nr_inactive,
		   dpagemap->cache->shrinker->nr_inactive - 1);
}

/* The cache is empty from now on, and whoever has the pagemap, or takes it with this, keeps it. */
static void leave_cache(struct drm_pagemap *dpagemap)
{
	struct drm_pagemap_cache *cache = dpagemap->cache;

	if (!cache)
		return;
	if (is_inactive(dpagemap))
		take_off_list(dpagemap);
	cache->dpagemap = NULL;
	dpagemap->cache = NULL;
	wake_up_all(&cache->settled);
}

/* ---- shrinkers ------------------------------------------------------------------------------------ */

static unsigned long count_inactive(struct shrinker *shrink, struct shrink_control *sc)
{
	struct drm_pagemap_shrinker *shrinker = shrink->private_data;

	return READ_ONCE(shrinker->nr_inactive) ?: SHRINK_EMPTY;
}

/* The one that has been inactive the longest, which belongs to the caller then; NULL: there is none. */
static struct drm_pagemap *take_oldest(struct drm_pagemap_shrinker *shrinker)
{
	struct drm_pagemap *dpagemap;
	unsigned long flags;

	spin_lock_irqsave(&cache_lock, flags);
	dpagemap = list_first_entry_or_null(&shrinker->inactive, struct drm_pagemap, shrink_link);
	if (dpagemap)
		leave_cache(dpagemap);
	spin_unlock_irqrestore(&cache_lock, flags);
	return dpagemap;
}

static unsigned long scan_inactive(struct shrinker *shrink, struct shrink_control *sc)
{
	struct drm_pagemap_shrinker *shrinker = shrink->private_data;
	unsigned long freed = 0;

	while (freed < sc->nr_to_scan) {
		struct drm_pagemap *dpagemap = take_oldest(shrinker);

		if (!dpagemap)
			break;
		drm_pagemap_destroy(dpagemap, true);
		freed++;
	}
	sc->nr_scanned = freed;
	return freed ?: SHRINK_STOP;
}

/* The caches are gone already, and their pagemaps with them. */
static void shrinker_remove(void *arg)
{
	struct drm_pagemap_shrinker *shrinker = arg;

	shrinker_free(shrinker->shrinker);
	WARN_ON(!list_empty(&shrinker->inactive));
	kfree(shrinker);
}

/**
 * drm_pagemap_shrinker_create_devm() - make a shrinker for a device's pagemaps
 * @drm: the device; the shrinker goes when its driver is unbound
 *
 * Context: may sleep.
 * Return: the shrinker, or an error pointer: -ENOMEM (C7.1).
 */
struct drm_pagemap_shrinker *drm_pagemap_shrinker_create_devm(struct drm_device *drm)
{
	struct drm_pagemap_shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);
	int err;

	if (!shrinker)
		return ERR_PTR(-ENOMEM);
	shrinker->shrinker = shrinker_alloc(0, "drm-pagemap:%s", drm->unique);
	if (!shrinker->shrinker) {
		kfree(shrinker);
		return ERR_PTR(-ENOMEM);
	}
	shrinker->drm = drm;
	INIT_LIST_HEAD(&shrinker->inactive);
	shrinker->shrinker->count_objects = count_inactive;
	shrinker->shrinker->scan_objects = scan_inactive;
	shrinker->shrinker->private_data = shrinker;
	shrinker_register(shrinker->shrinker);

	err = devm_add_action_or_reset(drm->dev, shrinker_remove, shrinker);
	return err ? ERR_PTR(err) : shrinker;
}
EXPORT_SYMBOL_GPL(drm_pagemap_shrinker_create_devm);

/**
 * drm_pagemap_shrinker_add() - a pagemap has been released: keep it for its cache, or destroy it
 * @dpagemap: a pagemap without references, which is not the caller's any more on return
 *
 * It is kept, inactive, if it has a cache and its device is still there. Lookups that wait for the
 * outcome wake (C1.4, C7.3, C7.7).
 *
 * Context: any.
 */
void drm_pagemap_shrinker_add(struct drm_pagemap *dpagemap)
{
	bool kept = false;
	unsigned long flags;
	int idx;

	spin_lock_irqsave(&cache_lock, flags);
	if (dpagemap->cache && drm_dev_enter(dpagemap->drm, &idx)) {
		make_inactive(dpagemap);
		kept = true;
		drm_dev_exit(idx);
	} else {
		leave_cache(dpagemap);
	}
	spin_unlock_irqrestore(&cache_lock, flags);

	if (!kept)
		drm_pagemap_destroy(dpagemap, true);
}
EXPORT_SYMBOL_GPL(drm_pagemap_shrinker_add);

#ifdef CONFIG_PROVE_LOCKING

/**
 * drm_pagemap_shrinker_might_lock() - tell the lock checker what a last put takes
 * @dpagemap: a pagemap
 *
 * Context: any (C7.7).
 */
void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap)
{
	might_lock(&cache_lock);
}
EXPORT_SYMBOL_GPL(drm_pagemap_shrinker_might_lock);

#endif

/* ---- caches ----------------------------------------------------------------------------------------- */

/*
 * The device goes. An inactive pagemap goes with it; an active one is only let go of, as is one that is
 * being released or made active just now (C7.6).
 */
static void cache_remove(void *arg)
{
	struct drm_pagemap_cache *cache = arg;
	struct drm_pagemap *dpagemap;
	bool inactive = false;

	spin_lock_irq(&cache_lock);
	dpagemap = cache->dpagemap;
	if (dpagemap) {
		inactive = is_inactive(dpagemap);
		leave_cache(dpagemap);
	}
	spin_unlock_irq(&cache_lock);

	if (inactive)
		drm_pagemap_destroy(dpagemap, false);
	mutex_destroy(&cache->lookup);
	kfree(cache);
}

/**
 * drm_pagemap_cache_create_devm() - make a cache for one pagemap
 * @shrinker: what its pagemap goes to while it is inactive
 *
 * The cache goes when the shrinker's device is unbound, before the shrinker. Whoever uses it sees to it
 * that it is there, by drm_dev_enter() or in a way of its own.
 *
 * Context: may sleep.
 * Return: the cache, empty, or an error pointer: -ENOMEM (C7.1).
 */
struct drm_pagemap_cache *drm_pagemap_cache_create_devm(struct drm_pagemap_shrinker *shrinker)
{
	struct drm_pagemap_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);
	int err;

	if (!cache)
		return ERR_PTR(-ENOMEM);
	mutex_init(&cache->lookup);
	init_waitqueue_head(&cache->settled);
	cache->shrinker = shrinker;

	err = devm_add_action_or_reset(shrinker->drm->dev, cache_remove, cache);
	return err ? ERR_PTR(err) : cache;
}
EXPORT_SYMBOL_GPL(drm_pagemap_cache_create_devm);

/**
 * drm_pagemap_cache_lock_lookup() - begin to look up, and perhaps to create, a cache's pagemap
 * @cache: the cache
 *
 * Context: may sleep.
 * Return: 0; -EINTR after a signal (C7.2).
 */
int drm_pagemap_cache_lock_lookup(struct drm_pagemap_cache *cache)
{
	return mutex_lock_interruptible(&cache->lookup);
}
EXPORT_SYMBOL_GPL(drm_pagemap_cache_lock_lookup);

/**
 * drm_pagemap_cache_unlock_lookup() - end what drm_pagemap_cache_lock_lookup() began
 * @cache: the cache
 */
void drm_pagemap_cache_unlock_lookup(struct drm_pagemap_cache *cache)
{
	mutex_unlock(&cache->lookup);
}
EXPORT_SYMBOL_GPL(drm_pagemap_cache_unlock_lookup);

enum cache_state {
	CACHE_EMPTY,
	CACHE_ACTIVE,
	CACHE_INACTIVE,
	CACHE_RELEASING,
};

/*
 * What is in the cache now. If it is active @found has a reference; if it is inactive @found has been taken
 * off the list, and stays in the cache.
 */
static enum cache_state cache_take(struct drm_pagemap_cache *cache, struct drm_pagemap **found)
{
	enum cache_state state = CACHE_RELEASING;
	struct drm_pagemap *dpagemap;

	spin_lock_irq(&cache_lock);
	dpagemap = cache->dpagemap;
	if (!dpagemap) {
		state = CACHE_EMPTY;
	} else if (drm_pagemap_get_unless_zero(dpagemap)) {
		state = CACHE_ACTIVE;
	} else if (is_inactive(dpagemap)) {
		take_off_list(dpagemap);
		state = CACHE_INACTIVE;
	}
	spin_unlock_irq(&cache_lock);

	*found = dpagemap;
	return state;
}

/* @dpagemap has no reference and is on no list: nobody else can have it. */
static struct drm_pagemap *reactivate(struct drm_pagemap *dpagemap)
{
	int err = drm_pagemap_reinit(dpagemap);

	if (!err)
		return dpagemap;
	spin_lock_irq(&cache_lock);
	leave_cache(dpagemap);
	spin_unlock_irq(&cache_lock);
	drm_pagemap_destroy(dpagemap, false);
	return ERR_PTR(err);
}

/**
 * drm_pagemap_get_from_cache() - look a cache's pagemap up
 * @cache: the cache, for which the caller has drm_pagemap_cache_lock_lookup()
 *
 * An inactive pagemap becomes active again. One whose last reference was just put is waited for.
 *
 * Context: may sleep.
 * Return: the pagemap with a reference; NULL: the cache is empty, and the caller may create a pagemap and
 * give it to drm_pagemap_cache_set_pagemap(). Error pointers: -EINTR after a signal; -ENOMEM or -ENODEV
 * if the pagemap could not be made active again: it is destroyed, and the cache empty (C7.3).
 */
struct drm_pagemap *drm_pagemap_get_from_cache(struct drm_pagemap_cache *cache)
{
	enum cache_state state = CACHE_RELEASING;
	struct drm_pagemap *dpagemap = NULL;
	int err;

	lockdep_assert_held(&cache->lookup);
	err = wait_event_interruptible(cache->settled,
				       (state = cache_take(cache, &dpagemap)) != CACHE_RELEASING);
	if (err)
		return ERR_PTR(-EINTR);
	return state == CACHE_INACTIVE ? reactivate(dpagemap) : dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_get_from_cache);

/**
 * drm_pagemap_cache_set_pagemap() - put a new pagemap into an empty cache
 * @cache: the cache, for which the caller has drm_pagemap_cache_lock_lookup() since it was found empty
 * @dpagemap: the pagemap, on which the caller has a reference
 *
 * Warns, and changes nothing, if there is a pagemap in it. Context: may sleep (C7.3).
 */
void drm_pagemap_cache_set_pagemap(struct drm_pagemap_cache *cache, struct drm_pagemap *dpagemap)
{
	lockdep_assert_held(&cache->lookup);
	spin_lock_irq(&cache_lock);
	if (!WARN_ON(cache->dpagemap || dpagemap->cache)) {
		dpagemap->cache = cache;
		cache->dpagemap = dpagemap;
	}
	spin_unlock_irq(&cache_lock);
}
EXPORT_SYMBOL_GPL(drm_pagemap_cache_set_pagemap);

/**
 * drm_pagemap_get_from_cache_if_active() - a cache's pagemap, if anybody uses it
 * @cache: the cache
 *
 * Context: any; waits for nobody.
 * Return: the pagemap with a reference, or NULL (C7.4).
 */
struct drm_pagemap *drm_pagemap_get_from_cache_if_active(struct drm_pagemap_cache *cache)
{
	struct drm_pagemap *dpagemap;
	unsigned long flags;

	spin_lock_irqsave(&cache_lock, flags);
	dpagemap = drm_pagemap_get_unless_zero(cache->dpagemap);
	spin_unlock_irqrestore(&cache_lock, flags);
	return dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_get_from_cache_if_active);

/* ---- owners ------------------------------------------------------------------------------------------ */

/**
 * struct drm_pagemap_owner - what the members of a group have in common
 * @members: how many they are, one reference each
 */
struct drm_pagemap_owner {
	struct kref members;
};

static void owner_release(struct kref *members)
{
	kfree(container_of(members, struct drm_pagemap_owner, members));
}

static bool same_group(const struct drm_pagemap_owner_list *list,
		       const struct drm_pagemap_peer *member, const struct list_head *next)
{
	return next != &list->peers &&
	       list_entry(next, struct drm_pagemap_peer, link)->owner == member->owner;
}

/*
 * The last member of the first group all of whose members @peer has an interconnect with, or NULL. As
 * members of a group are neighbours, one walk over the list asks group after group.
 */
static struct drm_pagemap_peer *
find_group(struct drm_pagemap_owner_list *list, struct drm_pagemap_peer *peer,
	   bool (*has_interconnect)(struct drm_pagemap_peer *peer1, struct drm_pagemap_peer *peer2))
{
	struct drm_pagemap_peer *member;
	bool all = true;

	list_for_each_entry(member, &list->peers, link) {
		all = all && has_interconnect(peer, member);
		if (same_group(list, member, member->link.next))
			continue;
		if (all)
			return member;
		all = true;
	}
	return NULL;
}

/**
 * drm_pagemap_acquire_owner() - find the group of devices that a device's memory belongs to
 * @peer: the device's membership, zeroed but for @private
 * @owner_list: the devices there are
 * @has_interconnect: whether two devices reach each other's memory; called under the list's mutex
 *
 * The device joins the first group in which it has an interconnect with every member, or founds a new
 * one. Its owner is in @peer->owner then (C7.8).
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, and nothing has changed; -EINVAL with a warning for a peer that is a member.
 */
int drm_pagemap_acquire_owner(struct drm_pagemap_peer *peer,
			      struct drm_pagemap_owner_list *owner_list,
			      bool (*has_interconnect)(struct drm_pagemap_peer *peer1,
						       struct drm_pagemap_peer *peer2))
{
	struct drm_pagemap_owner *owner;
	struct drm_pagemap_peer *last;
	int err = 0;

	if (WARN_ON(peer->owner))
		return -EINVAL;

	mutex_lock(&owner_list->lock);
	last = find_group(owner_list, peer, has_interconnect);
	if (last) {
		owner = last->owner;
		kref_get(&owner->members);
		list_add(&peer->link, &last->link);
	} else {
		owner = kzalloc(sizeof(*owner), GFP_KERNEL);
		if (!owner) {
			err = -ENOMEM;
			goto unlock;
		}
		kref_init(&owner->members);
		list_add_tail(&peer->link, &owner_list->peers);
	}
	peer->owner = owner;
	peer->list = owner_list;
unlock:
	mutex_unlock(&owner_list->lock);
	return err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_acquire_owner);

/**
 * drm_pagemap_release_owner() - leave the group
 * @peer: the device's membership; ignored if it is none, or none any more
 *
 * The last member takes the owner with it: by then no memory is registered with it.
 *
 * Context: may sleep (C7.8).
 */
void drm_pagemap_release_owner(struct drm_pagemap_peer *peer)
{
	struct drm_pagemap_owner_list *list = peer->list;
	struct drm_pagemap_owner *owner = peer->owner;

	if (!list)
		return;
	mutex_lock(&list->lock);
	list_del(&peer->link);
	peer->list = NULL;
	peer->owner = NULL;
	mutex_unlock(&list->lock);
	kref_put(&owner->members, owner_release);
}
EXPORT_SYMBOL_GPL(drm_pagemap_release_owner);
