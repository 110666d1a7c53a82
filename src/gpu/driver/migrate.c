// SPDX-License-Identifier: MIT
/*
 * Moving memory to the device: VMA by VMA, chunk by chunk, each chunk into an allocation of its own. A
 * chunk that will not go as a whole goes in halves, so that one busy page does not hold back the rest.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <drm/drm_drv.h>

#include "simgpu.h"

static int migrate_once(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
			unsigned long end, unsigned long timeslice_ms)
{
	struct drm_pagemap_migrate_details details = {.timeslice_ms = timeslice_ms};
	struct simgpu_alloc *alloc = simgpu_alloc_create(gpu, mm, end - start);
	int err;

	if (IS_ERR(alloc))
		return PTR_ERR(alloc);
	/* The call consumes a reference; ours keeps the allocation until it is on the list. */
	simgpu_alloc_get(alloc);
	err = drm_pagemap_migrate_to_devmem(&alloc->devmem, mm, start, end, &details);
	simgpu_alloc_filled(alloc);
	simgpu_alloc_put(alloc);
	return err;
}

static int migrate_piece(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
			 unsigned long end, unsigned long timeslice_ms)
{
	int err = migrate_once(gpu, mm, start, end, timeslice_ms);
	unsigned long middle;

	if (err != -EBUSY || end - start == PAGE_SIZE)
		return err;
	middle = start + ALIGN_DOWN((end - start) / 2, PAGE_SIZE);
	err = migrate_piece(gpu, mm, start, middle, timeslice_ms);
	if (!err || err == -EBUSY) {
		int upper = migrate_piece(gpu, mm, middle, end, timeslice_ms);

		if (!err)
			err = upper;
	}
	return err;
}

/* Naturally aligned chunks of [start, end), which lies in one VMA. */
static int migrate_vma_part(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
			    unsigned long end, unsigned long timeslice_ms)
{
	int err = 0;

	while (!err && start < end) {
		unsigned long next = min(ALIGN(start + 1, gpu->chunk_bytes), end);

		err = migrate_piece(gpu, mm, start, next, timeslice_ms);
		start = next;
	}
	return err;
}

static int populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms)
{
	struct simgpu_device *gpu = container_of(dpagemap->drm, struct simgpu_device, drm);
	struct vm_area_struct *vma;
	int err = -EFAULT, idx;

	if (!drm_dev_enter(&gpu->drm, &idx))
		return -ENODEV;
	while (start < end && (vma = find_vma_intersection(mm, start, end))) {
		unsigned long from = max(start, vma->vm_start), to = min(end, vma->vm_end);

		err = migrate_vma_part(gpu, mm, from, to, timeslice_ms);
		if (err)
			break;
		start = to;
	}
	drm_dev_exit(idx);
	return err;
}

/* Another device's access to our memory goes by our own protocol: an offset in device memory. */
static struct drm_pagemap_addr device_map(struct drm_pagemap *dpagemap, struct device *dev,
					  struct page *page, unsigned int order,
					  enum dma_data_direction dir)
{
	struct simgpu_device *gpu = container_of(dpagemap->drm, struct simgpu_device, drm);
	u64 offset = (u64)(page_to_pfn(page) - gpu->first_pfn) << PAGE_SHIFT;

	return drm_pagemap_addr_encode(offset, DRM_INTERCONNECT_DRIVER, order, dir);
}

const struct drm_pagemap_ops simgpu_pagemap_ops = {
	.device_map = device_map,
	.populate_mm = populate_mm,
};

int simgpu_migrate(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
		   unsigned long end)
{
	return drm_pagemap_populate_mm(gpu->dpagemap, start, end, mm, gpu->timeslice_ms);
}
