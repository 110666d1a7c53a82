// SPDX-License-Identifier: MIT
/* Commands over an address space: filled in, submitted, waited for. */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/string.h>
#include <drm/drm_drv.h>

#include "simgpu.h"

static int run(struct simgpu_device *gpu, struct mm_struct *mm, struct simgpu_desc *desc,
	       u8 *result)
{
	struct simgpu_vm *vm = simgpu_vm_get(gpu, mm);
	int err;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	desc->context = vm->context;
	desc->root = vm->root;
	WRITE_ONCE(vm->fault_error, 0);
	err = simgpu_fence_finish(simgpu_ring_submit(&gpu->cmd, desc, 1), result);
	/* the hardware only knows that a fault was not resolved */
	if (err == -EFAULT)
		err = READ_ONCE(vm->fault_error) ?: err;
	simgpu_vm_put(vm);
	return err;
}

/* With the pattern in a page that the device can read. */
static int run_with_pattern(struct simgpu_device *gpu, struct mm_struct *mm,
			    struct simgpu_desc *desc, const void *pattern, u8 *result)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	memcpy_to_page(page, 0, pattern, desc->pattern_bytes);
	desc->pattern = dma_map_page(gpu->drm.dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	err = dma_mapping_error(gpu->drm.dev, desc->pattern);
	if (!err) {
		err = run(gpu, mm, desc, result);
		dma_unmap_page(gpu->drm.dev, desc->pattern, PAGE_SIZE, DMA_TO_DEVICE);
	}
	__free_page(page);
	return err;
}

int simgpu_command(struct simgpu_device *gpu, struct mm_struct *mm, struct simgpu_desc *desc,
		   const void *pattern, u8 *result)
{
	int err, idx;

	if (!drm_dev_enter(&gpu->drm, &idx))
		return -ENODEV;
	if (pattern)
		err = run_with_pattern(gpu, mm, desc, pattern, result);
	else
		err = run(gpu, mm, desc, result);
	drm_dev_exit(idx);
	return err;
}
