/* SPDX-License-Identifier: MIT */
/* What lessons in kernel code share: where they begin, how they speak, and a device to try things on. */
#ifndef LESSON_H
#define LESSON_H

#include <linux/memremap.h>
#include <drm/drm_device.h>

/* The lesson: runs as a task of a process, as a system call does. Return: 0, or what went wrong. */
int lesson(void);

/* printf(): what the reader sees. */
void say(const char *format, ...) __printf(1, 2);

/* ---- device.c: a device with a memory of its own, which no CPU can reach ---- */

#define DEVICE_PAGES 4

/**
 * struct device_with_memory - it, as its driver knows it
 * @drm: the DRM device around it; @drm.dev is what the DMA API wants to know
 * @pagemap: its memory, as pages
 * @first_pfn: the number of the first of them
 */
struct device_with_memory {
	struct drm_device drm;
	struct dev_pagemap pagemap;
	unsigned long first_pfn;
};

/* Plug it in, and register its memory with the driver's functions for its pages. NULL: no memory. */
struct device_with_memory *device_plug(const struct dev_pagemap_ops *ops);
/* Unplug it; by now nobody may use its memory. */
void device_unplug(struct device_with_memory *device);

static inline struct page *device_page(struct device_with_memory *device, unsigned int i)
{
	return pfn_to_page(device->first_pfn + i);
}

/* Its copy engine: between a page of its memory and a bus address. Return: 0, -EFAULT. */
int device_reads_bus(struct device_with_memory *device, struct page *into, dma_addr_t from);
int device_writes_bus(struct device_with_memory *device, dma_addr_t into, struct page *from);

#endif /* LESSON_H */
