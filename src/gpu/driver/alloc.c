// SPDX-License-Identifier: MIT
/*
 * Allocations of device memory: made for one migration each, released by drm_pagemap when their last
 * page is gone, evicted least recently used first when memory is short.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "simgpu.h"

/* May be called under a page-table lock (C8.1). */
static void release(struct kref *ref)
{
	struct simgpu_alloc *alloc = container_of(ref, struct simgpu_alloc, ref);
	struct simgpu_device *gpu = alloc->gpu;
	unsigned long flags;

	spin_lock_irqsave(&gpu->memory_lock, flags);
	simgpu_buddy_free(&gpu->buddy, alloc->block);
	spin_unlock_irqrestore(&gpu->memory_lock, flags);
	/* Its device stays for as long as the pagemap does. */
	drm_pagemap_put(alloc->devmem.dpagemap);
	mmdrop(alloc->devmem.mm);
	kfree(alloc);
}

void simgpu_alloc_get(struct simgpu_alloc *alloc)
{
	kref_get(&alloc->ref);
}

void simgpu_alloc_put(struct simgpu_alloc *alloc)
{
	kref_put(&alloc->ref, release);
}

static void devmem_release(struct drm_pagemap_devmem *devmem)
{
	struct simgpu_alloc *alloc = container_of(devmem, struct simgpu_alloc, devmem);
	struct simgpu_device *gpu = alloc->gpu;
	unsigned long flags;

	spin_lock_irqsave(&gpu->memory_lock, flags);
	alloc->gone = true;
	if (!list_empty(&alloc->lru)) {
		list_del_init(&alloc->lru);
		interval_tree_remove(&alloc->pages, &gpu->allocs);
		WRITE_ONCE(gpu->nr_allocs, gpu->nr_allocs - 1);
	}
	spin_unlock_irqrestore(&gpu->memory_lock, flags);
	simgpu_alloc_put(alloc);
}

/* Raw page frame numbers; the block is one piece, so they are consecutive. */
static int populate_pfn(struct drm_pagemap_devmem *devmem, unsigned long npages, unsigned long *pfn)
{
	struct simgpu_alloc *alloc = container_of(devmem, struct simgpu_alloc, devmem);

	for (unsigned long i = 0; i < npages; i++)
		pfn[i] = alloc->first_pfn + i;
	return 0;
}

static const struct drm_pagemap_devmem_ops devmem_ops = {
	.devmem_release = devmem_release,
	.populate_devmem_pfn = populate_pfn,
	.copy_to_devmem = simgpu_copy_to_devmem,
	.copy_to_ram = simgpu_copy_to_ram,
};

static struct simgpu_block *try_block(struct simgpu_device *gpu, unsigned int order)
{
	struct simgpu_block *block;

	spin_lock_irq(&gpu->memory_lock);
	block = simgpu_buddy_alloc(&gpu->buddy, order);
	spin_unlock_irq(&gpu->memory_lock);
	return block;
}

/* Evicts one after another; gives up when each that is left was tried in vain. */
static struct simgpu_block *get_block(struct simgpu_device *gpu, unsigned int order)
{
	struct simgpu_block *block;
	unsigned long in_vain = 0;

	while (!(block = try_block(gpu, order))) {
		int err = simgpu_evict_one(gpu);

		if (err == -ENOENT || (err && in_vain++ >= READ_ONCE(gpu->nr_allocs)))
			return NULL;
	}
	return block;
}

/*
 * Fresh memory is cleared while the migration gets its pages together; the copies wait for that, in the
 * same ring. Without a fence the copy itself clears what has no source.
 */
static struct dma_fence *start_clear(struct simgpu_alloc *alloc, size_t bytes)
{
	struct simgpu_desc desc = {
		.opcode = SIMGPU_OP_CLEAR, .address = alloc->block->offset, .bytes = bytes};
	struct dma_fence *fence = NULL;

	if (SIMGPU_FENCES && alloc->gpu->clear)
		fence = simgpu_ring_submit(&alloc->gpu->copy, &desc, 1);
	return IS_ERR(fence) ? NULL : fence;
}

struct simgpu_alloc *simgpu_alloc_create(struct drm_pagemap *dpagemap, struct mm_struct *mm,
					 size_t bytes)
{
	struct simgpu_device *gpu = simgpu_of(dpagemap);
	struct simgpu_alloc *alloc = kzalloc(sizeof(*alloc), GFP_KERNEL);

	if (!alloc)
		return ERR_PTR(-ENOMEM);
	alloc->block = get_block(gpu, order_base_2(DIV_ROUND_UP(bytes, PAGE_SIZE)));
	if (!alloc->block) {
		kfree(alloc);
		return ERR_PTR(-ENOMEM);
	}
	alloc->gpu = gpu;
	kref_init(&alloc->ref);
	INIT_LIST_HEAD(&alloc->lru);
	alloc->pages.start = alloc->block->offset >> PAGE_SHIFT;
	alloc->pages.last = alloc->pages.start + (bytes >> PAGE_SHIFT) - 1;
	alloc->first_pfn = simgpu_first_pfn(dpagemap) + alloc->pages.start;
	/* A child that got pages by fork may keep the allocation for longer than its mm lives. */
	mmgrab(mm);
	/* Kept until the last reference on the allocation, as an eviction looks at its pages. */
	drm_pagemap_devmem_init(&alloc->devmem, gpu->drm.dev, mm, &devmem_ops,
				drm_pagemap_get(dpagemap), bytes, start_clear(alloc, bytes));
	return alloc;
}

void simgpu_alloc_filled(struct simgpu_alloc *alloc)
{
	struct simgpu_device *gpu = alloc->gpu;

	spin_lock_irq(&gpu->memory_lock);
	if (!alloc->gone) {
		list_add_tail(&alloc->lru, &gpu->lru);
		interval_tree_insert(&alloc->pages, &gpu->allocs);
		WRITE_ONCE(gpu->nr_allocs, gpu->nr_allocs + 1);
	}
	spin_unlock_irq(&gpu->memory_lock);
}

void simgpu_alloc_touch(struct simgpu_device *gpu, u64 offset)
{
	struct interval_tree_node *node;

	spin_lock_irq(&gpu->memory_lock);
	node = interval_tree_iter_first(&gpu->allocs, offset >> PAGE_SHIFT, offset >> PAGE_SHIFT);
	if (node)
		list_move_tail(&container_of(node, struct simgpu_alloc, pages)->lru, &gpu->lru);
	spin_unlock_irq(&gpu->memory_lock);
}

int simgpu_evict_one(struct simgpu_device *gpu)
{
	struct simgpu_alloc *alloc;
	int err;

	spin_lock_irq(&gpu->memory_lock);
	alloc = list_first_entry_or_null(&gpu->lru, struct simgpu_alloc, lru);
	if (alloc) {
		/* on the list, so devmem_release has not been called and drm_pagemap's reference is there */
		simgpu_alloc_get(alloc);
		list_move_tail(&alloc->lru, &gpu->lru);
	}
	spin_unlock_irq(&gpu->memory_lock);
	if (!alloc)
		return -ENOENT;
	err = drm_pagemap_evict_to_ram(&alloc->devmem);
	if (!err)
		atomic_long_inc(&gpu->nr_evictions);
	simgpu_alloc_put(alloc);
	return err;
}

int simgpu_evict(struct simgpu_device *gpu, u64 bytes)
{
	unsigned long in_vain = 0;

	for (;;) {
		int err;

		if (READ_ONCE(gpu->buddy.free_bytes) >= bytes)
			return 0;
		err = simgpu_evict_one(gpu);
		if (err == -ENOENT)
			return bytes == ~0ull ? 0 : -ENOMEM;
		if (err && in_vain++ >= READ_ONCE(gpu->nr_allocs))
			return err;
		/* empty, but not yet released by whoever emptied it: that task has to run */
		cond_resched();
	}
}
