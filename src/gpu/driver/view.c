// SPDX-License-Identifier: MIT
/*
 * Views: tables of what the CPU and GPUs reach of a range, filled by looking at it as any driver does, and
 * emptied by an interval notifier.
 */
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "view.h"

/* How often a range is looked at again because it changed meanwhile. */
#define MAX_LOOKS 16

/* ---- tables -------------------------------------------------------------------------------------------- */

static void drop_entry(struct simgpu_view_gpu *vg, unsigned long page)
{
	struct simgpu_mapping *mapping = xa_erase(&vg->entries, page);

	if (!mapping || xa_is_value(mapping))
		return;
	simgpu_unmap_page(vg->gpu, mapping);
	kfree(mapping);
}

/* The GPU reaches nothing of [first, first + n) any more. Under view->lock. */
static void drop(struct simgpu_view_gpu *vg, unsigned long first, unsigned long n)
{
	if (!xa_empty(&vg->entries)) {
		for (unsigned long i = first; i < first + n; i++) {
			if (vg->table[i])
				drop_entry(vg, i);
		}
	}
	if (n == 1)
		vg->table[first] = 0;
	else
		memset(vg->table + first, 0, n);
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct simgpu_view *view = container_of(notifier, struct simgpu_view, notifier);
	unsigned long start = max(range->start, view->start), first, n;
	unsigned long end = min(range->end, view->start + (view->npages << PAGE_SHIFT));

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&view->lock);
	else if (!mutex_trylock(&view->lock))
		return false;
	mmu_interval_set_seq(notifier, cur_seq);
	first = (start - view->start) >> PAGE_SHIFT;
	n = (PAGE_ALIGN(end) - view->start) / PAGE_SIZE - first;
	memset(view->cpu_table + first, 0, n);
	for (unsigned int i = 0; i < view->nr_gpus; i++)
		drop(&view->gpus[i], first, n);
	mutex_unlock(&view->lock);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

/* Map a page that is not in the GPU's memory. Under view->lock. Return: 0 or -errno. */
static int map_far(struct simgpu_view_gpu *vg, unsigned long page, struct page *found)
{
	struct simgpu_mapping *mapping;
	int err;

	if (xa_load(&vg->entries, page))
		return 0;
	/* The notifier takes the lock that is held, so no memory is waited for. */
	mapping = kzalloc(sizeof(*mapping), GFP_NOWAIT);
	if (!mapping)
		return -ENOMEM;
	err = simgpu_map_page(vg->gpu, mapping, found);
	if (!err) {
		err = xa_err(xa_store(&vg->entries, page, mapping, GFP_NOWAIT));
		if (err)
			simgpu_unmap_page(vg->gpu, mapping);
	}
	if (err)
		kfree(mapping);
	return err;
}

/* One page that hmm found. Under view->lock. Return: what the GPU can do, or -errno. */
static int reach(struct simgpu_view_gpu *vg, unsigned long page, unsigned long pfn)
{
	int what = PSIM_VIEW_READ | (pfn & HMM_PFN_WRITE ? PSIM_VIEW_WRITE : 0);
	struct page *found = hmm_pfn_to_page(pfn);

	if (is_device_private_page(found)) {
		if (simgpu_memory_of(found)->gpu == vg->gpu) {
			what |= PSIM_VIEW_NEAR;
			if (!vg->view->bytes)
				return what;
			/* Where its bytes are. */
			return xa_err(xa_store(&vg->entries, page,
					       xa_mk_value(simgpu_offset(found) >> PAGE_SHIFT),
					       GFP_NOWAIT))
				       ?: what;
		}
		what |= PSIM_VIEW_PEER;
	}
	return map_far(vg, page, found) ?: what;
}

u64 simgpu_view_pte(struct simgpu_view_gpu *vg, unsigned long page)
{
	struct simgpu_mapping *mapping = xa_load(&vg->entries, page);

	if (!mapping)
		return 0;
	if (xa_is_value(mapping))
		return (u64)xa_to_value(mapping) << PAGE_SHIFT | SIMGPU_PTE_VALID;
	return mapping->addr.addr | SIMGPU_PTE_VALID |
	       (mapping->dpagemap ? SIMGPU_PTE_PEER : SIMGPU_PTE_SYSTEM);
}

static int look_once(struct simgpu_view_gpu *vg, unsigned long first, unsigned int n,
		     unsigned long request)
{
	struct simgpu_view *view = vg->view;
	struct hmm_range range = {
		.notifier = &view->notifier,
		.start = view->start + (first << PAGE_SHIFT),
		.hmm_pfns = view->pfns,
		.default_flags = request,
		.dev_private_owner = vg->gpu->peer.owner,
	};
	int err, what = 0;

	range.end = range.start + ((unsigned long)n << PAGE_SHIFT);
	memset(view->pfns, 0, n * sizeof(*view->pfns));
	range.notifier_seq = mmu_interval_read_begin(range.notifier);
	mmap_read_lock(view->mm);
	err = hmm_range_fault(&range);
	mmap_read_unlock(view->mm);
	if (err)
		return err;
	mutex_lock(&view->lock);
	if (mmu_interval_read_retry(range.notifier, range.notifier_seq))
		what = -EBUSY;
	for (unsigned int i = 0; what >= 0 && i < n; i++) {
		what = view->pfns[i] & HMM_PFN_VALID ? reach(vg, first + i, view->pfns[i]) : 0;
		if (what > 0)
			vg->table[first + i] = what;
	}
	mutex_unlock(&view->lock);
	return min(what, 0);
}

int simgpu_view_look(struct simgpu_view_gpu *vg, unsigned long first, unsigned int n,
		     unsigned long request)
{
	int err = -EBUSY;

	for (int look = 0; look < MAX_LOOKS && err == -EBUSY; look++)
		err = look_once(vg, first, n, request);
	return err;
}

void simgpu_view_cpu_has(struct simgpu_view *view, unsigned long page, unsigned char what)
{
	mutex_lock(&view->lock);
	view->cpu_table[page] |= what;
	mutex_unlock(&view->lock);
}

/* ---- its life ----------------------------------------------------------------------------------------------- */

/* All of the GPU's memory, in the blocks it comes in. */
static int take_memory(struct simgpu_view_gpu *vg)
{
	struct simgpu_device *gpu = vg->gpu;
	int err = 0;

	spin_lock_irq(&gpu->memory_lock);
	if (gpu->view || gpu->buddy.free_bytes != gpu->memory_bytes)
		err = -EBUSY;
	for (int order = SIMGPU_MAX_ORDER; !err && order >= 0; order--) {
		if (!(gpu->memory_bytes >> PAGE_SHIFT & 1ull << order))
			continue;
		vg->blocks[vg->nr_blocks] = simgpu_buddy_alloc(&gpu->buddy, order);
		if (vg->blocks[vg->nr_blocks])
			vg->nr_blocks++;
		else
			err = -ENOMEM;
	}
	if (!err)
		WRITE_ONCE(gpu->view, vg->view);
	spin_unlock_irq(&gpu->memory_lock);
	return err;
}

static void detach(struct simgpu_view_gpu *vg)
{
	struct simgpu_device *gpu = vg->gpu;

	spin_lock_irq(&gpu->memory_lock);
	while (vg->nr_blocks)
		simgpu_buddy_free(&gpu->buddy, vg->blocks[--vg->nr_blocks]);
	if (gpu->view == vg->view)
		WRITE_ONCE(gpu->view, NULL);
	spin_unlock_irq(&gpu->memory_lock);
	simgpu_frames_fini(&vg->frames);
	xa_destroy(&vg->entries);
	drm_pagemap_put(vg->dpagemap);
}

static int attach(struct simgpu_view *view, struct simgpu_view_gpu *vg, struct simgpu_device *gpu,
		  unsigned char *table)
{
	struct drm_pagemap *dpagemap = simgpu_pagemap_get(gpu);
	int err;

	if (IS_ERR(dpagemap))
		return PTR_ERR(dpagemap);
	vg->view = view;
	vg->gpu = gpu;
	vg->dpagemap = dpagemap;
	vg->first_pfn = simgpu_first_pfn(dpagemap);
	vg->table = table;
	xa_init(&vg->entries);
	err = take_memory(vg);
	if (!err)
		err = simgpu_frames_init(&vg->frames, gpu->memory_bytes >> PAGE_SHIFT);
	if (err)
		detach(vg);
	return err;
}

static void view_free(struct simgpu_view *view)
{
	while (view->nr_gpus)
		detach(&view->gpus[--view->nr_gpus]);
	mmdrop(view->mm);
	kvfree(view->units);
	mutex_destroy(&view->lock);
	mutex_destroy(&view->busy);
	kvfree(view);
}

struct simgpu_view *simgpu_view_create(struct mm_struct *mm, unsigned long start,
				       unsigned long npages, struct simgpu_device *const *gpus,
				       unsigned int nr_gpus, unsigned char *const *tables,
				       bool bytes)
{
	struct simgpu_view *view = kvzalloc(struct_size(view, gpus, nr_gpus), GFP_KERNEL);
	int err = 0;

	if (!view)
		return ERR_PTR(-ENOMEM);
	mutex_init(&view->busy);
	mutex_init(&view->lock);
	spin_lock_init(&view->units_lock);
	mmgrab(mm);
	view->mm = mm;
	view->start = start;
	view->npages = npages;
	view->cpu_table = tables[0];
	view->bytes = bytes;
	view->empty = view->last_gone = SIMGPU_NO_UNIT;
	for (unsigned int i = 0; !err && i < nr_gpus; i++) {
		err = attach(view, &view->gpus[i], gpus[i], tables[1 + i]);
		view->nr_gpus += !err;
	}
	if (!err)
		err = mmu_interval_notifier_insert(&view->notifier, mm, start, npages << PAGE_SHIFT,
						   &notifier_ops);
	if (!err)
		return view;
	view_free(view);
	return ERR_PTR(err);
}

int simgpu_view_destroy(struct simgpu_view *view)
{
	int err;

	mutex_lock(&view->busy);
	err = simgpu_view_evict_all(view);
	mutex_unlock(&view->busy);
	if (err)
		return err;
	mmu_interval_notifier_remove(&view->notifier);
	mutex_lock(&view->lock);
	for (unsigned int i = 0; i < view->nr_gpus; i++) {
		struct simgpu_view_gpu *vg = &view->gpus[i];
		unsigned long page;
		void *mapping;

		xa_for_each(&vg->entries, page, mapping) drop_entry(vg, page);
	}
	mutex_unlock(&view->lock);
	view_free(view);
	return 0;
}
