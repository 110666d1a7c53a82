/* SPDX-License-Identifier: MIT */
/*
 * What differs between the interfaces of drm_pagemap.h that kernel trees have, for the driver. The build asks
 * the compiler which form a tree has (cmake/PsimUpstream.cmake); with our own core nothing here does anything.
 *
 * Where nobody counts references on a pagemap, it is there for as long as the driver is bound.
 */
#ifndef SIMGPU_ADAPT_H
#define SIMGPU_ADAPT_H

#include <drm/drm_pagemap.h>

struct dma_fence;

/* device_unmap is told the address itself, or where it lies. */
#ifdef __PSIM_CORE_UNMAPS_BY_VALUE
typedef struct drm_pagemap_addr simgpu_unmap_addr;
#define SIMGPU_UNMAP_ADDR(addr) (*(addr))
#else
typedef const struct drm_pagemap_addr *simgpu_unmap_addr;
#define SIMGPU_UNMAP_ADDR(addr) (addr)
#endif

/* Copies are told a fence to wait for, or there is none: then memory is cleared by the copy. */
#ifdef __PSIM_CORE_WITHOUT_FENCE
#define SIMGPU_FENCES 0
#define SIMGPU_FENCE_PARAMETER
#define SIMGPU_FENCE NULL
#define SIMGPU_FENCE_ARGUMENT
#define drm_pagemap_devmem_init(devmem, dev, mm, ops, dpagemap, size, fence) \
	((void)(fence), (drm_pagemap_devmem_init)(devmem, dev, mm, ops, dpagemap, size))
#else
#define SIMGPU_FENCES	       1
#define SIMGPU_FENCE_PARAMETER , struct dma_fence *pre_migrate_fence
#define SIMGPU_FENCE	       pre_migrate_fence
#define SIMGPU_FENCE_ARGUMENT  , pre_migrate_fence
#endif

/* How a migration is to be done: details, or the timeslice and whose memory may come along. */
#ifdef __PSIM_CORE_WITHOUT_DETAILS
struct drm_pagemap_migrate_details {
	unsigned long timeslice_ms;
	bool can_migrate_same_pagemap, source_peer_migrates;
};
unsigned long simgpu_first_pfn(struct drm_pagemap *dpagemap);
#define drm_pagemap_migrate_to_devmem(devmem, mm, start, end, details) \
	(drm_pagemap_migrate_to_devmem)(                               \
		devmem, mm, start, end, (details)->timeslice_ms,       \
		page_pgmap(pfn_to_page(simgpu_first_pfn((devmem)->dpagemap)))->owner)
#endif

#ifdef __PSIM_CORE_WITHOUT_DESTROY
#define SIMGPU_DESTROY(fn)
#else
#define SIMGPU_DESTROY(fn) .destroy = fn,
#endif

#ifdef __PSIM_CORE_WITHOUT_OBJECT
#include "adapt_object.h"
#else
#include <drm/drm_drv.h>
#include <drm/drm_pagemap_util.h>

static inline struct drm_device *simgpu_drm(struct drm_pagemap *dpagemap)
{
	return dpagemap->drm;
}
#endif

#endif /* SIMGPU_ADAPT_H */
