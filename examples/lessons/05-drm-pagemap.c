// SPDX-License-Identifier: MIT
/* Lesson 5: the same journey by drm_pagemap: the driver names pages and copies, all else is done for it. */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <drm/drm_pagemap.h>

#include "lesson.h"

static struct device_with_memory *device;

static int populate(struct drm_pagemap_devmem *devmem, unsigned long npages, unsigned long *pfn)
{
	say("drm_pagemap asks: which %lu pages?\n", npages);
	for (unsigned long i = 0; i < npages; i++)
		pfn[i] = device->first_pfn + i;
	return 0;
}

static int copy_to_device(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			  struct dma_fence *fence)
{
	int err = 0;

	for (unsigned long i = 0; i < npages && !err; i++) {
		say("page %lu: %s\n", i, addr[i].addr ? "copy it" : "there is nothing to copy");
		if (addr[i].addr)
			err = device_reads_bus(device, pages[i], addr[i].addr);
	}
	return err;
}

static int copy_to_ram(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
		       struct dma_fence *fence)
{
	return -EIO; /* nobody brings these pages back */
}

static void release(struct drm_pagemap_devmem *devmem)
{
	say("drm_pagemap says: the last of your pages is free\n");
}

static const struct drm_pagemap_devmem_ops ops = {.populate_devmem_pfn = populate,
						  .copy_to_devmem = copy_to_device,
						  .copy_to_ram = copy_to_ram,
						  .devmem_release = release};
static const struct drm_pagemap_ops no_ops;

int lesson(void)
{
	unsigned long length = DEVICE_PAGES * PAGE_SIZE,
		      start = vm_mmap(NULL, 0, length, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, 0);
	const struct drm_pagemap_migrate_details details = {0};
	struct drm_pagemap_devmem devmem;
	struct drm_pagemap *dpagemap;
	int err;

	device = device_plug(drm_pagemap_pagemap_ops_get()); /* the driver has none of its own */
	dpagemap = drm_pagemap_create(&device->drm, &device->pagemap, &no_ops);
	put_user('x', (char __user *)start);
	put_user('y', (char __user *)start + PAGE_SIZE);
	drm_pagemap_devmem_init(&devmem, device->drm.dev, current->mm, &ops, dpagemap, length,
				NULL);
	mmap_read_lock(current->mm);
	err = drm_pagemap_migrate_to_devmem(&devmem, current->mm, start, start + length, &details);
	mmap_read_unlock(current->mm);
	say("migrated: %d\n", err);
	vm_munmap(start, length);
	drm_pagemap_put(dpagemap);
	device_unplug(device);
	return err;
}
