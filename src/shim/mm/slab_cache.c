// SPDX-License-Identifier: MIT
/*
 * Caches of objects of one size. A constructor runs each time an object is handed out: a kernel runs it
 * when the memory is new, and objects come back constructed, which looks the same to its users.
 *
 * A cache with SLAB_TYPESAFE_BY_RCU keeps what is freed to it, contents and all, and hands the latest one
 * out again at once, unconstructed: readers under RCU may look at an object that is another one by now.
 * Its memory goes back when the cache is destroyed, after a grace period.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mm/slab.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sim/sim.h"

struct kmem_cache {
	const char *name;
	unsigned int size;
	unsigned int align;
	slab_flags_t flags;
	void (*ctor)(void *object);
	unsigned long live;
	/* SLAB_TYPESAFE_BY_RCU: what was freed, the latest first */
	struct psim_raw raw;
	struct kept *kept;
};

/* Behind each object of such a cache: the next free one; whether it is free. */
struct kept {
	struct kept *next;
	bool free;
};

#define MAX_ALIGN 4096u

static struct kmem_cache *create(const char *name, unsigned int size, unsigned int align,
				 slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache;

	if (WARN_ON(!name || !size || align > MAX_ALIGN || (align & (align - 1))))
		return NULL;
	cache = __psim_kmalloc(sizeof(*cache), GFP_KERNEL, name);
	if (!cache)
		return NULL;
	*cache = (struct kmem_cache){.name = name, .size = size, .flags = flags, .ctor = ctor};
	cache->align = flags & SLAB_HWCACHE_ALIGN ? max(align, 64u) : align;
	return cache;
}

struct kmem_cache *__psim_kmem_cache_create(const char *name, unsigned int size, unsigned int align,
					    slab_flags_t flags, void (*ctor)(void *object))
{
	return create(name, size, align, flags, ctor);
}

struct kmem_cache *__psim_kmem_cache_create_args(const char *name, unsigned int size,
						 struct kmem_cache_args *args, slab_flags_t flags)
{
	return create(name, size, args ? args->align : 0, flags, args ? args->ctor : NULL);
}

/* ---- SLAB_TYPESAFE_BY_RCU --------------------------------------------------------------------------------- */

static size_t kept_offset(const struct kmem_cache *cache)
{
	return ALIGN(cache->size, __alignof__(struct kept));
}

static struct kept *kept_of(const struct kmem_cache *cache, void *object)
{
	return object + kept_offset(cache);
}

/* The object that was freed last, or NULL. */
static void *take_kept(struct kmem_cache *cache)
{
	struct kept *kept;

	psim_raw_lock(&cache->raw);
	kept = cache->kept;
	if (kept) {
		cache->kept = kept->next;
		kept->free = false;
	}
	psim_raw_unlock(&cache->raw);
	return kept ? (void *)kept - kept_offset(cache) : NULL;
}

/* Return: false: it is free already. */
static bool keep(struct kmem_cache *cache, void *object)
{
	struct kept *kept = kept_of(cache, object);
	bool was_free;

	psim_raw_lock(&cache->raw);
	was_free = kept->free;
	if (!was_free) {
		kept->free = true;
		kept->next = cache->kept;
		cache->kept = kept;
	}
	psim_raw_unlock(&cache->raw);
	return !was_free;
}

static void *alloc_typesafe(struct kmem_cache *cache, gfp_t gfp, const char *site)
{
	void *object = take_kept(cache);

	if (object) {
		psim_slab_find(object)->site = site;
		if (gfp & __GFP_ZERO)
			memset(object, 0, cache->size);
		return object;
	}
	object = psim_slab_alloc(kept_offset(cache) + sizeof(struct kept), cache->align,
				 gfp & __GFP_ZERO, 0, cache, site);
	if (!object)
		return NULL;
	kept_of(cache, object)->free = false;
	if (cache->ctor)
		cache->ctor(object);
	return object;
}

static void free_typesafe(struct kmem_cache *cache, void *object, const struct psim_object *known)
{
	if (!known || known->cache != cache)
		return; /* reported */
	psim_lock_check_freed(object, cache->size);
	if (keep(cache, object))
		__psim_fetch(sub, &cache->live, 1, __ATOMIC_RELAXED);
	else
		psim_report("slab", "an object taken in %s is freed to cache %s a second time",
			    known->site, cache->name);
}

static void give_kept_back(struct kmem_cache *cache)
{
	void *object;

	if (!cache->kept)
		return;
	synchronize_rcu();
	while ((object = take_kept(cache)))
		psim_slab_free(object, "kmem_cache_destroy", cache->name);
}

/* ---- the face ------------------------------------------------------------------------------------------------ */

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	might_sleep();
	WARN(cache->live, "cache %s is destroyed while %lu objects of it are in use", cache->name,
	     cache->live);
	give_kept_back(cache);
	kfree(cache);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return cache->size;
}

void *__psim_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp, const char *site)
{
	void *object;

	if (psim_slab_refuses(gfp, site))
		return NULL;
	if (cache->flags & SLAB_TYPESAFE_BY_RCU) {
		object = alloc_typesafe(cache, gfp, site);
	} else {
		object = psim_slab_alloc(cache->size, cache->align, gfp & __GFP_ZERO, 0, cache,
					 site);
		if (object && cache->ctor)
			cache->ctor(object);
	}
	if (object)
		__psim_fetch(add, &cache->live, 1, __ATOMIC_RELAXED);
	return object;
}

void psim_cache_left(const struct psim_object *object)
{
	if (object && (object->state & PSIM_OBJECT_LIVE) && object->cache)
		__psim_fetch(sub, &object->cache->live, 1, __ATOMIC_RELAXED);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct psim_object *known;

	if (!object)
		return;
	known = psim_slab_find(object);
	if (known && (known->state & PSIM_OBJECT_LIVE) && known->cache != cache)
		psim_report("slab",
			    "an object taken in %s is freed to cache %s, which it is not from",
			    known->site, cache->name);
	if (cache->flags & SLAB_TYPESAFE_BY_RCU) {
		free_typesafe(cache, object, known);
		return;
	}
	psim_cache_left(known);
	psim_slab_free(object, "kmem_cache_free", cache->name);
}
