/* SPDX-License-Identifier: MIT */
/*
 * What differs between the interfaces of drm_pagemap.h that kernel trees have, for the driver. The build asks
 * the compiler which form a tree has (cmake/PsimUpstream.cmake); with our own core nothing here does anything.
 */
#ifndef SIMGPU_ADAPT_H
#define SIMGPU_ADAPT_H

#include <drm/drm_pagemap.h>

/* device_unmap is told the address itself, or where it lies. */
#ifdef __PSIM_CORE_UNMAPS_BY_VALUE
typedef struct drm_pagemap_addr simgpu_unmap_addr;
#define SIMGPU_UNMAP_ADDR(addr) (*(addr))
#else
typedef const struct drm_pagemap_addr *simgpu_unmap_addr;
#define SIMGPU_UNMAP_ADDR(addr) (addr)
#endif

#endif /* SIMGPU_ADAPT_H */
