// SPDX-License-Identifier: MIT
/*
 * A device with four pages of memory. The first half of the file is the hardware, which knows bus addresses
 * only; the second is what a driver does when it finds it. Lesson 10 takes such a thing apart.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>
#include <drm/drm_drv.h>
#include <psim/hw.h>

#include "lesson.h"

/* ---- the hardware ---- */

static char memory[DEVICE_PAGES]
		  [PAGE_SIZE]; /* no CPU ever sees it: only what is written here does */

static unsigned long long read_register(void *device, unsigned long offset, unsigned int size)
{
	return 0;
}

static void write_register(void *device, unsigned long offset, unsigned int size,
			   unsigned long long value)
{
}

static struct psim_hw hw = {
	.name = "lesson0",
	.compatible = "lesson",
	.mmio_bytes = PAGE_SIZE,
	.read = read_register,
	.write = write_register,
};

static char *bytes_of(struct device_with_memory *device, struct page *page)
{
	return memory[page_to_pfn(page) - device->first_pfn];
}

int device_reads_bus(struct device_with_memory *device, struct page *into, dma_addr_t from)
{
	return psim_hw_dma(&hw, from, bytes_of(device, into), PAGE_SIZE, false);
}

int device_writes_bus(struct device_with_memory *device, dma_addr_t into, struct page *from)
{
	return psim_hw_dma(&hw, into, bytes_of(device, from), PAGE_SIZE, true);
}

/* ---- its driver ---- */

static const struct drm_driver drm_driver = {.name = "lesson"};
static const struct dev_pagemap_ops *pagemap_ops;
static struct device_with_memory *bound;

static int probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct device_with_memory *device =
		devm_drm_dev_alloc(dev, &drm_driver, struct device_with_memory, drm);
	struct resource *range;

	if (IS_ERR(device))
		return PTR_ERR(device);
	/* numbers that no other page has, and descriptors (struct page) for them */
	range = devm_request_free_mem_region(dev, &iomem_resource, DEVICE_PAGES * PAGE_SIZE);
	if (IS_ERR(range))
		return PTR_ERR(range);
	device->first_pfn = range->start >> PAGE_SHIFT;
	device->pagemap.type = MEMORY_DEVICE_PRIVATE;
	device->pagemap.range.start = range->start;
	device->pagemap.range.end = range->end;
	device->pagemap.nr_range = 1;
	device->pagemap.ops = pagemap_ops;
	device->pagemap.owner = device;
	bound = device;
	dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	return PTR_ERR_OR_ZERO(devm_memremap_pages(dev, &device->pagemap));
}

static void remove(struct platform_device *pdev)
{
	bound = NULL;
}

static struct platform_driver driver = {
	.probe = probe,
	.remove = remove,
	.driver = {.name = "lesson"},
};

struct device_with_memory *device_plug(const struct dev_pagemap_ops *ops)
{
	pagemap_ops = ops;
	if (platform_driver_register(&driver) || psim_hw_plug(&hw))
		return NULL;
	return bound;
}

void device_unplug(struct device_with_memory *device)
{
	psim_hw_unplug(&hw);
	platform_driver_unregister(&driver);
}
