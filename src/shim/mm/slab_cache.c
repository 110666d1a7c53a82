// SPDX-License-Identifier: MIT
/*
 * Caches of objects of one size. A constructor runs each time an object is handed out: a kernel runs it
 * when the memory is new, and objects come back constructed, which looks the same to its users.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mm/slab.h"
#include "sched/engine.h"
#include "sim/sim.h"

struct kmem_cache {
	const char *name;
	unsigned int size;
	unsigned int align;
	slab_flags_t flags;
	void (*ctor)(void *object);
	unsigned long live;
};

#define MAX_ALIGN 4096u

static struct kmem_cache *create(const char *name, unsigned int size, unsigned int align,
				 slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache;

	if (flags & SLAB_TYPESAFE_BY_RCU)
		psim_stop_function("kmem_cache_create", "SLAB_TYPESAFE_BY_RCU is not modelled");
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

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	might_sleep();
	WARN(cache->live, "cache %s is destroyed while %lu objects of it are in use", cache->name,
	     cache->live);
	kfree(cache);
}

int kmem_cache_shrink(struct kmem_cache *cache)
{
	return 0;
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
	object = psim_slab_alloc(cache->size, cache->align, gfp & __GFP_ZERO, 0, cache, site);
	if (!object)
		return NULL;
	__psim_fetch(add, &cache->live, 1, __ATOMIC_RELAXED);
	if (cache->ctor)
		cache->ctor(object);
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
	psim_cache_left(known);
	psim_slab_free(object, "kmem_cache_free", cache->name);
}
