/* SPDX-License-Identifier: MIT */
/* The slab allocator inside the shim: objects with an owner, for caches and vmalloc. */
#ifndef PSIM_MM_SLAB_H
#define PSIM_MM_SLAB_H

#include <linux/slab.h>
#include <linux/types.h>

/**
 * struct psim_object - what is known of one object, or of the place of one
 * @site: the function that took it
 * @cache: in use: the cache it is from, or NULL
 * @freed_in: free: the function that freed it
 * @size: bytes asked for, at the last time it was taken
 * @next: free: number of the next free one plus 1
 * @high: most bytes ever asked for here
 * @state: PSIM_OBJECT_*
 */
struct psim_object {
	const char *site;
	union {
		struct kmem_cache *cache;
		const char *freed_in;
	};
	u32 size;
	u32 next;
	u32 high;
	u32 state;
};

#define PSIM_OBJECT_LIVE    1u
#define PSIM_OBJECT_FREE    2u
#define PSIM_OBJECT_VMALLOC 4u

/**
 * psim_slab_alloc() - take an object: no checks of arguments and context, no injected failure
 * @size: bytes, not 0
 * @align: 0, or a power of two up to 32 KiB
 * Return: NULL without memory.
 */
void *psim_slab_alloc(size_t size, size_t align, bool zero, u32 state, struct kmem_cache *cache,
		      const char *site);
/* Give it back, after all checks. @what names the function for reports. */
void psim_slab_free(const void *p, const char *what, const char *site);
/* The object that begins at @p, or NULL. */
struct psim_object *psim_slab_find(const void *p);
/* The object in use whose bytes @p is one of, and where it begins; or NULL. */
struct psim_object *psim_slab_around(const void *p, const void **first);
/* @object, or NULL, is about to be freed: its cache, if it has one, counts it no more. */
void psim_cache_left(const struct psim_object *object);
/* Shall this call fail? Also checks that the context allows it. */
bool psim_slab_refuses(gfp_t gfp, const char *site);

#endif /* PSIM_MM_SLAB_H */
