// SPDX-License-Identifier: MIT
/*
 * Address spaces as the GPU sees them: a page table each, kept right by interval notifiers over the
 * 2 MiB windows that the GPU has touched.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "simgpu.h"

int simgpu_map_page(struct simgpu_device *gpu, struct simgpu_mapping *mapping, struct page *page)
{
	struct device *dev = gpu->drm.dev;
	struct drm_pagemap *dpagemap = NULL;
	struct drm_pagemap_addr addr;

	if (is_device_private_page(page)) {
		dpagemap = drm_pagemap_page_to_dpagemap(page);
		addr = dpagemap->ops->device_map(dpagemap, dev, page, 0, DMA_BIDIRECTIONAL);
	} else {
		addr = drm_pagemap_addr_encode(
			dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL),
			DRM_INTERCONNECT_SYSTEM, 0, DMA_BIDIRECTIONAL);
	}
	if (dma_mapping_error(dev, addr.addr))
		return -EFAULT;
	mapping->addr = addr;
	mapping->dpagemap = dpagemap;
	return 0;
}

/* The page is still in use, and with it its pagemap: whoever takes it from there comes by here first. */
void simgpu_unmap_page(struct simgpu_device *gpu, struct simgpu_mapping *mapping)
{
	struct drm_pagemap *dpagemap = mapping->dpagemap;

	if (dpagemap)
		dpagemap->ops->device_unmap(dpagemap, gpu->drm.dev,
					    SIMGPU_UNMAP_ADDR(&mapping->addr));
	else if (mapping->addr.addr)
		dma_unmap_page(gpu->drm.dev, mapping->addr.addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	*mapping = (struct simgpu_mapping){};
}

/* Drop what the GPU has of [start, end) of the window. Under vm->lock. */
static void unmap(struct simgpu_window *window, unsigned long start, unsigned long end)
{
	struct simgpu_vm *vm = window->vm;
	struct simgpu_device *gpu = vm->gpu;
	bool any = false;

	for (unsigned long at = start; at < end; at += PAGE_SIZE) {
		if (!simgpu_pt_get(gpu, vm->root, at))
			continue;
		simgpu_pt_set(gpu, vm->root, at, 0);
		any = true;
	}
	if (any) {
		simgpu_write(gpu, SIMGPU_TLB_CONTEXT, vm->context);
		simgpu_write(gpu, SIMGPU_TLB_START, start);
		simgpu_write(gpu, SIMGPU_TLB_END, end);
	}
	/* Only now is no access on its way. */
	for (unsigned long at = start; at < end; at += PAGE_SIZE)
		simgpu_unmap_page(gpu, &window->mapped[(at - window->span.start) >> PAGE_SHIFT]);
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct simgpu_window *window = container_of(notifier, struct simgpu_window, notifier);
	struct simgpu_vm *vm = window->vm;
	unsigned long start = max(range->start, window->span.start);
	unsigned long end = min(range->end, window->span.last + 1);

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&vm->lock);
	else if (!mutex_trylock(&vm->lock))
		return false;
	mmu_interval_set_seq(notifier, cur_seq);
	unmap(window, ALIGN_DOWN(start, PAGE_SIZE), ALIGN(end, PAGE_SIZE));
	mutex_unlock(&vm->lock);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

static struct simgpu_vm *vm_create(struct simgpu_device *gpu, struct mm_struct *mm)
{
	struct simgpu_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	struct drm_pagemap *dpagemap;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	dpagemap = simgpu_pagemap_get(gpu);
	if (IS_ERR(dpagemap)) {
		kfree(vm);
		return ERR_CAST(dpagemap);
	}
	vm->gpu = gpu;
	mutex_init(&vm->lock);
	vm->windows = RB_ROOT_CACHED;
	if (simgpu_pt_create(gpu, &vm->root)) {
		drm_pagemap_put(dpagemap);
		kfree(vm);
		return ERR_PTR(-ENOMEM);
	}
	mmgrab(mm);
	vm->mm = mm;
	vm->dpagemap = dpagemap;
	vm->context = ++gpu->next_context;
	list_add_tail(&vm->link, &gpu->vms);
	return vm;
}

/* Under vms_lock: move the VMs whose address space is gone to @dead. No command means no fault either. */
static void take_dead(struct simgpu_device *gpu, struct list_head *dead)
{
	struct simgpu_vm *vm, *next;

	list_for_each_entry_safe(vm, next, &gpu->vms, link) {
		if (!vm->commands && !atomic_read(&vm->mm->mm_users))
			list_move_tail(&vm->link, dead);
	}
}

struct simgpu_vm *simgpu_vm_get(struct simgpu_device *gpu, struct mm_struct *mm)
{
	struct simgpu_vm *vm, *old, *next;
	LIST_HEAD(dead);

	mutex_lock(&gpu->vms_lock);
	list_for_each_entry(vm, &gpu->vms, link) {
		if (vm->mm == mm)
			goto out;
	}
	take_dead(gpu, &dead);
	vm = vm_create(gpu, mm);
out:
	if (!IS_ERR(vm))
		vm->commands++;
	mutex_unlock(&gpu->vms_lock);
	list_for_each_entry_safe(old, next, &dead, link)
		simgpu_vm_destroy(old);
	return vm;
}

void simgpu_vm_put(struct simgpu_vm *vm)
{
	mutex_lock(&vm->gpu->vms_lock);
	vm->commands--;
	mutex_unlock(&vm->gpu->vms_lock);
}

struct simgpu_vm *simgpu_vm_by_context(struct simgpu_device *gpu, u32 context)
{
	struct simgpu_vm *vm, *found = NULL;

	mutex_lock(&gpu->vms_lock);
	list_for_each_entry(vm, &gpu->vms, link) {
		if (vm->context == context)
			found = vm;
	}
	mutex_unlock(&gpu->vms_lock);
	return found;
}

void simgpu_vm_destroy(struct simgpu_vm *vm)
{
	struct interval_tree_node *node;

	while ((node = interval_tree_iter_first(&vm->windows, 0, ULONG_MAX))) {
		struct simgpu_window *window = container_of(node, struct simgpu_window, span);

		mmu_interval_notifier_remove(&window->notifier);
		mutex_lock(&vm->lock);
		unmap(window, window->span.start, window->span.last + 1);
		mutex_unlock(&vm->lock);
		interval_tree_remove(node, &vm->windows);
		kvfree(window);
	}
	mutex_lock(&vm->gpu->vms_lock);
	list_del(&vm->link);
	mutex_unlock(&vm->gpu->vms_lock);
	mutex_lock(&vm->lock);
	simgpu_pt_destroy(vm->gpu, vm->root);
	mutex_unlock(&vm->lock);
	mmdrop(vm->mm);
	drm_pagemap_put(vm->dpagemap);
	kfree(vm);
}

struct simgpu_window *simgpu_window_get(struct simgpu_vm *vm, unsigned long address)
{
	struct interval_tree_node *node = interval_tree_iter_first(&vm->windows, address, address);
	unsigned long start = ALIGN_DOWN(address, SIMGPU_WINDOW_BYTES);
	struct simgpu_window *window;
	int err;

	if (node)
		return container_of(node, struct simgpu_window, span);
	window = kvzalloc(sizeof(*window), GFP_KERNEL);
	if (!window)
		return ERR_PTR(-ENOMEM);
	window->vm = vm;
	window->span.start = start;
	window->span.last = start + SIMGPU_WINDOW_BYTES - 1;
	err = mmu_interval_notifier_insert(&window->notifier, vm->mm, start, SIMGPU_WINDOW_BYTES,
					   &notifier_ops);
	if (err) {
		kvfree(window);
		return ERR_PTR(err);
	}
	interval_tree_insert(&window->span, &vm->windows);
	return window;
}
