/* SPDX-License-Identifier: MIT */
/*
 * Kernel memory in pieces: kmalloc and its family, caches of one size, kvmalloc (S9.60).
 *
 * Each call is a macro that passes on who called; functions of the same names stand beside them for
 * code that takes an address. Context: any; with GFP_KERNEL and kin one that may sleep. NULL without
 * memory. An object of a power-of-two size is aligned to its size, any other to 16 bytes. Freed
 * objects are poisoned, and what is left when the machine stops is listed with the function that
 * took it.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/log2.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

/* What an allocation of 0 bytes gives: kfree() takes it, nothing may be read from it. */
#define ZERO_SIZE_PTR	    ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

#define ARCH_KMALLOC_MINALIGN  8
#define KMALLOC_MAX_SIZE       (4ul << 20)
#define KMALLOC_MAX_CACHE_SIZE (8ul << 10)

#define SLAB_HWCACHE_ALIGN   ((slab_flags_t)0x00002000u)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x00020000u)
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)0x00080000u) /* reused at once; memory kept */
#define SLAB_PANIC	     ((slab_flags_t)0x00040000u)
#define SLAB_ACCOUNT	     ((slab_flags_t)0x04000000u)
#define SLAB_NO_MERGE	     ((slab_flags_t)0x01000000u)

void *__psim_kmalloc(size_t size, gfp_t gfp, const char *site) __malloc __alloc_size(1);
void *__psim_kmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site) __malloc
	__alloc_size(1, 2);
void *__psim_krealloc(const void *p, size_t size, gfp_t gfp, const char *site) __must_check
	__alloc_size(2);
void *__psim_krealloc_array(void *p, size_t n, size_t size, gfp_t gfp,
			    const char *site) __must_check __alloc_size(2, 3);
void *__psim_kvmalloc(size_t size, gfp_t gfp, const char *site) __malloc __alloc_size(1);
void *__psim_kvmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site) __malloc
	__alloc_size(1, 2);
void __psim_kfree(const void *p, const char *site);
void __psim_kvfree(const void *p, const char *site);

void *kmalloc(size_t size, gfp_t gfp) __malloc;
void *kzalloc(size_t size, gfp_t gfp) __malloc;
void *kcalloc(size_t n, size_t size, gfp_t gfp) __malloc;
void *kmalloc_array(size_t n, size_t size, gfp_t gfp) __malloc;
void *krealloc(const void *p, size_t size, gfp_t gfp) __must_check;
void kfree(const void *p);
void *kvmalloc(size_t size, gfp_t gfp) __malloc;
void *kvzalloc(size_t size, gfp_t gfp) __malloc;
void *kvcalloc(size_t n, size_t size, gfp_t gfp) __malloc;
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp) __malloc;
void kvfree(const void *p);

/**
 * kmalloc() - @size bytes of kernel memory
 * @size: 0 gives ZERO_SIZE_PTR; more than KMALLOC_MAX_SIZE warns and fails
 * @gfp: __GFP_ZERO, and what may be done to find memory
 * Return: the memory, or NULL.
 */
#define kmalloc(size, gfp)	      __psim_kmalloc((size), (gfp), __func__)
#define kzalloc(size, gfp)	      __psim_kmalloc((size), (gfp) | __GFP_ZERO, __func__)
#define kmalloc_node(size, gfp, node) __psim_kmalloc((size), (gfp), __func__)
#define kzalloc_node(size, gfp, node) __psim_kmalloc((size), (gfp) | __GFP_ZERO, __func__)
/* @n elements of @size bytes each; NULL if the product overflows. */
#define kmalloc_array(n, size, gfp) __psim_kmalloc_array((n), (size), (gfp), __func__)
#define kcalloc(n, size, gfp)	    __psim_kmalloc_array((n), (size), (gfp) | __GFP_ZERO, __func__)
#define kcalloc_node(n, size, gfp, node) \
	__psim_kmalloc_array((n), (size), (gfp) | __GFP_ZERO, __func__)

/**
 * krealloc() - change the size of an object, keeping what it holds
 * @p: the object, or NULL
 * @size: 0 frees it and gives ZERO_SIZE_PTR
 * Return: the object, perhaps elsewhere; NULL without memory, and @p stays as it is.
 */
#define krealloc(p, size, gfp)		__psim_krealloc((p), (size), (gfp), __func__)
#define krealloc_array(p, n, size, gfp) __psim_krealloc_array((p), (n), (size), (gfp), __func__)

/* Give an object back; NULL and ZERO_SIZE_PTR are accepted. Any context. */
#define kfree(p) __psim_kfree((p), __func__)
/* The same, its bytes zeroed first. */
void kfree_sensitive(const void *p);

/**
 * kvmalloc() - as kmalloc(), for sizes for which there may be no contiguous memory
 * @size: more than INT_MAX warns and fails
 * Give it back with kvfree().
 */
#define kvmalloc(size, gfp)	       __psim_kvmalloc((size), (gfp), __func__)
#define kvzalloc(size, gfp)	       __psim_kvmalloc((size), (gfp) | __GFP_ZERO, __func__)
#define kvmalloc_node(size, gfp, node) __psim_kvmalloc((size), (gfp), __func__)
#define kvzalloc_node(size, gfp, node) __psim_kvmalloc((size), (gfp) | __GFP_ZERO, __func__)
#define kvmalloc_array(n, size, gfp)   __psim_kvmalloc_array((n), (size), (gfp), __func__)
#define kvcalloc(n, size, gfp)	       __psim_kvmalloc_array((n), (size), (gfp) | __GFP_ZERO, __func__)
#define kvfree(p)		       __psim_kvfree((p), __func__)

/* ---- by type: kzalloc_obj(*p), kzalloc_obj(struct foo, GFP_ATOMIC); GFP_KERNEL if none is given ---- */

#define __psim_gfp_1(gfp)			 (gfp)
#define __psim_gfp_0()				 GFP_KERNEL
#define __psim_gfp_pick(empty, given, name, ...) name
#define default_gfp(...)			 __psim_gfp_pick(, ##__VA_ARGS__, __psim_gfp_1, __psim_gfp_0)(__VA_ARGS__)

#define __psim_obj(alloc, type, gfp) ((typeof(type) *)alloc(sizeof(typeof(type)), gfp))
#define __psim_objs(alloc, type, n, gfp) \
	((typeof(type) *)alloc(size_mul(sizeof(typeof(type)), (n)), gfp))
#define __psim_flex(alloc, type, member, n, gfp) \
	((typeof(type) *)alloc(struct_size_t(typeof(type), member, (n)), gfp))

#define kmalloc_obj(type, ...)	   __psim_obj(kmalloc, type, default_gfp(__VA_ARGS__))
#define kmalloc_objs(type, n, ...) __psim_objs(kmalloc, type, n, default_gfp(__VA_ARGS__))
#define kmalloc_flex(type, member, n, ...) \
	__psim_flex(kmalloc, type, member, n, default_gfp(__VA_ARGS__))
#define kzalloc_obj(type, ...)	   __psim_obj(kzalloc, type, default_gfp(__VA_ARGS__))
#define kzalloc_objs(type, n, ...) __psim_objs(kzalloc, type, n, default_gfp(__VA_ARGS__))
#define kzalloc_flex(type, member, n, ...) \
	__psim_flex(kzalloc, type, member, n, default_gfp(__VA_ARGS__))
#define kvmalloc_obj(type, ...)	    __psim_obj(kvmalloc, type, default_gfp(__VA_ARGS__))
#define kvmalloc_objs(type, n, ...) __psim_objs(kvmalloc, type, n, default_gfp(__VA_ARGS__))
#define kvmalloc_flex(type, member, n, ...) \
	__psim_flex(kvmalloc, type, member, n, default_gfp(__VA_ARGS__))
#define kvzalloc_obj(type, ...)	    __psim_obj(kvzalloc, type, default_gfp(__VA_ARGS__))
#define kvzalloc_objs(type, n, ...) __psim_objs(kvzalloc, type, n, default_gfp(__VA_ARGS__))
#define kvzalloc_flex(type, member, n, ...) \
	__psim_flex(kvzalloc, type, member, n, default_gfp(__VA_ARGS__))

/* Bytes that may be used of an object: those that were asked for; 0 for NULL and ZERO_SIZE_PTR. */
size_t ksize(const void *p);
/* Bytes that an allocation of @size would really take. */
size_t kmalloc_size_roundup(size_t size);

/* ---- caches: objects of one size and, with a constructor, of one initial state -------------------- */

struct kmem_cache;

/* The extended form of kmem_cache_create(). */
struct kmem_cache_args {
	unsigned int align;
	unsigned int useroffset;
	unsigned int usersize;
	unsigned int freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *object);
};

struct kmem_cache *__psim_kmem_cache_create(const char *name, unsigned int size, unsigned int align,
					    slab_flags_t flags, void (*ctor)(void *object));
struct kmem_cache *__psim_kmem_cache_create_args(const char *name, unsigned int size,
						 struct kmem_cache_args *args, slab_flags_t flags);

/**
 * kmem_cache_create() - a cache of objects
 * @name: shown in reports; not copied
 * @size: of an object, in bytes
 *
 * Then either (align, flags, ctor), or (struct kmem_cache_args *, flags). @align: 0 or a power of two.
 * @ctor: called for each object before it is handed out, or NULL. May sleep. Return: NULL without
 * memory.
 */
#define __psim_kmem_cache_nth(a, b, c, name, ...) name
#define kmem_cache_create(name, size, ...)                           \
	__psim_kmem_cache_nth(__VA_ARGS__, __psim_kmem_cache_create, \
			      __psim_kmem_cache_create_args, )(name, size, __VA_ARGS__)
#define KMEM_CACHE(type, flags)                                                                 \
	__psim_kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), \
				 NULL)

/* Every object must be back. NULL is accepted. May sleep. */
void kmem_cache_destroy(struct kmem_cache *cache);
unsigned int kmem_cache_size(struct kmem_cache *cache);

void *__psim_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp, const char *site) __malloc;
#define kmem_cache_alloc(cache, gfp)  __psim_kmem_cache_alloc((cache), (gfp), __func__)
#define kmem_cache_zalloc(cache, gfp) __psim_kmem_cache_alloc((cache), (gfp) | __GFP_ZERO, __func__)
/* @lru: whose nodes the object will be on: not looked at, there is one node. */
#define kmem_cache_alloc_lru(cache, lru, gfp)	((void)(lru), kmem_cache_alloc((cache), (gfp)))
#define kmem_cache_alloc_node(cache, gfp, node) __psim_kmem_cache_alloc((cache), (gfp), __func__)
void kmem_cache_free(struct kmem_cache *cache, void *object);

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
DEFINE_FREE(kfree_sensitive, void *, if (_T) kfree_sensitive(_T))

#endif /* _LINUX_SLAB_H */
