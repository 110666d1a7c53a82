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
	if (!any)
		return;
	simgpu_write(gpu, SIMGPU_TLB_CONTEXT, vm->context);
	simgpu_write(gpu, SIMGPU_TLB_START, start);
	simgpu_write(gpu, SIMGPU_TLB_END, end);
	/* Only now is no access on its way. */
	for (unsigned long at = start; at < end; at += PAGE_SIZE) {
		dma_addr_t *bus = &window->bus[(at - window->span.start) >> PAGE_SHIFT];

		if (*bus)
			dma_unmap_page(gpu->drm.dev, *bus, PAGE_SIZE, DMA_BIDIRECTIONAL);
		*bus = 0;
	}
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

	if (!vm)
		return ERR_PTR(-ENOMEM);
	vm->gpu = gpu;
	mutex_init(&vm->lock);
	vm->windows = RB_ROOT_CACHED;
	if (simgpu_pt_create(gpu, &vm->root)) {
		kfree(vm);
		return ERR_PTR(-ENOMEM);
	}
	mmgrab(mm);
	vm->mm = mm;
	vm->context = ++gpu->next_context;
	list_add_tail(&vm->link, &gpu->vms);
	return vm;
}

struct simgpu_vm *simgpu_vm_get(struct simgpu_device *gpu, struct mm_struct *mm)
{
	struct simgpu_vm *vm;

	mutex_lock(&gpu->vms_lock);
	list_for_each_entry(vm, &gpu->vms, link) {
		if (vm->mm == mm)
			goto out;
	}
	vm = vm_create(gpu, mm);
out:
	mutex_unlock(&gpu->vms_lock);
	return vm;
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
		kfree(window);
	}
	mutex_lock(&vm->gpu->vms_lock);
	list_del(&vm->link);
	mutex_unlock(&vm->gpu->vms_lock);
	mutex_lock(&vm->lock);
	simgpu_pt_destroy(vm->gpu, vm->root);
	mutex_unlock(&vm->lock);
	mmdrop(vm->mm);
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
	window = kzalloc(sizeof(*window), GFP_KERNEL);
	if (!window)
		return ERR_PTR(-ENOMEM);
	window->vm = vm;
	window->span.start = start;
	window->span.last = start + SIMGPU_WINDOW_BYTES - 1;
	err = mmu_interval_notifier_insert(&window->notifier, vm->mm, start, SIMGPU_WINDOW_BYTES,
					   &notifier_ops);
	if (err) {
		kfree(window);
		return ERR_PTR(err);
	}
	interval_tree_insert(&window->span, &vm->windows);
	return window;
}
