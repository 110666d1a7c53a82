/* SPDX-License-Identifier: MIT */
/* Page-aligned kernel memory of any size. Mapping pages of one's own (vmap) is not modelled. */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

void *__psim_vmalloc(size_t size, gfp_t gfp, const char *site) __malloc __alloc_size(1);
void *__psim_vmalloc_array(size_t n, size_t size, gfp_t gfp, const char *site) __malloc
	__alloc_size(1, 2);

void *vmalloc(size_t size) __malloc;
void *vzalloc(size_t size) __malloc;

/**
 * vmalloc() - @size bytes, rounded up to pages
 * @size: 0 warns and fails
 * May sleep. Return: NULL without memory.
 */
#define vmalloc(size)	       __psim_vmalloc((size), GFP_KERNEL, __func__)
#define vzalloc(size)	       __psim_vmalloc((size), GFP_KERNEL | __GFP_ZERO, __func__)
#define __vmalloc(size, gfp)   __psim_vmalloc((size), (gfp), __func__)
#define vmalloc_array(n, size) __psim_vmalloc_array((n), (size), GFP_KERNEL, __func__)
#define vcalloc(n, size)       __psim_vmalloc_array((n), (size), GFP_KERNEL | __GFP_ZERO, __func__)

/* NULL is accepted. May sleep, except in an interrupt. */
void vfree(const void *p);
bool is_vmalloc_addr(const void *p);

#endif /* _LINUX_VMALLOC_H */
