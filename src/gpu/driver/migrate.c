// SPDX-License-Identifier: MIT
/*
 * Moving memory to the device: VMA by VMA, chunk by chunk, each chunk into an allocation of its own. A
 * chunk that will not go as a whole goes in halves, so that one busy page does not hold back the rest.
 * What lies in the memory of a GPU that is not linked has to go by way of RAM.
 */
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>

#include "simgpu.h"

/* How often a migration is begun again after others' pages were fetched to RAM. */
#define MAX_FETCHES 3
/* How often one window is looked at again because it changed meanwhile. */
#define MAX_LOOKS 16

static int migrate_once(struct drm_pagemap *dpagemap, struct mm_struct *mm, unsigned long start,
			unsigned long end, unsigned long timeslice_ms)
{
	struct simgpu_device *gpu = simgpu_of(dpagemap);
	struct drm_pagemap_migrate_details details = {
		.timeslice_ms = timeslice_ms,
		/* Pieces of a chunk that are here already move together with the rest of it. */
		.can_migrate_same_pagemap = true,
		.source_peer_migrates = gpu->peer_copies,
	};
	struct simgpu_alloc *alloc = simgpu_alloc_create(dpagemap, mm, end - start);
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

static int migrate_piece(struct drm_pagemap *dpagemap, struct mm_struct *mm, unsigned long start,
			 unsigned long end, unsigned long timeslice_ms)
{
	int err = migrate_once(dpagemap, mm, start, end, timeslice_ms);
	unsigned long middle;

	if (err != -EBUSY || end - start == PAGE_SIZE)
		return err;
	middle = start + ALIGN_DOWN((end - start) / 2, PAGE_SIZE);
	err = migrate_piece(dpagemap, mm, start, middle, timeslice_ms);
	if (!err || err == -EBUSY) {
		int upper = migrate_piece(dpagemap, mm, middle, end, timeslice_ms);

		if (!err)
			err = upper;
	}
	return err;
}

/* Naturally aligned chunks of [start, end), which lies in one VMA. */
static int migrate_vma_part(struct drm_pagemap *dpagemap, struct mm_struct *mm, unsigned long start,
			    unsigned long end, unsigned long timeslice_ms)
{
	struct simgpu_device *gpu = simgpu_of(dpagemap);
	int err = 0;

	while (!err && start < end) {
		unsigned long next = min(ALIGN(start + 1, gpu->chunk_bytes), end);

		err = migrate_piece(dpagemap, mm, start, next, timeslice_ms);
		start = next;
	}
	return err;
}

int simgpu_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms)
{
	struct vm_area_struct *vma;
	int err = -EFAULT, idx;

	if (!drm_dev_enter(simgpu_drm(dpagemap), &idx))
		return -ENODEV;
	while (start < end && (vma = find_vma_intersection(mm, start, end))) {
		unsigned long from = max(start, vma->vm_start), to = min(end, vma->vm_end);

		err = migrate_vma_part(dpagemap, mm, from, to, timeslice_ms);
		if (err)
			break;
		start = to;
	}
	drm_dev_exit(idx);
	return err;
}

/* ---- fetching strangers' pages to RAM ---------------------------------------------------------------- */

static bool only_count(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(notifier, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops only_count_ops = {
	.invalidate = only_count,
};

/* Touch [start, end) as a CPU would, but for what the device may take as it is. Best effort. */
static void touch(struct mm_struct *mm, struct hmm_range *range)
{
	int err = -EBUSY;

	for (int look = 0; look < MAX_LOOKS && err == -EBUSY; look++) {
		range->notifier_seq = mmu_interval_read_begin(range->notifier);
		mmap_read_lock(mm);
		err = hmm_range_fault(range);
		mmap_read_unlock(mm);
	}
}

/* The first address of [start, end) with a mapping; @end if there is none. */
static unsigned long next_mapped(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, start, end);
	start = vma ? max(start, vma->vm_start) : end;
	mmap_read_unlock(mm);
	return start;
}

/* Nothing is mapped for the device here: the notifier is there because hmm asks for one. */
static void fetch(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
		  unsigned long end)
{
	struct mmu_interval_notifier notifier;
	struct hmm_range range = {
		.notifier = &notifier,
		.default_flags = HMM_PFN_REQ_FAULT,
		.dev_private_owner = gpu->peer.owner,
	};
	unsigned long next;

	range.hmm_pfns = kvcalloc(SIMGPU_WINDOW_PAGES, sizeof(*range.hmm_pfns), GFP_KERNEL);
	if (!range.hmm_pfns)
		return;
	if (!mmu_interval_notifier_insert(&notifier, mm, start, end - start, &only_count_ops)) {
		for (start = next_mapped(mm, start, end); start < end;
		     start = next_mapped(mm, next, end)) {
			next = min(ALIGN(start + 1, SIMGPU_WINDOW_BYTES), end);
			range.start = start;
			range.end = next;
			touch(mm, &range);
		}
		mmu_interval_notifier_remove(&notifier);
	}
	kvfree(range.hmm_pfns);
}

int simgpu_migrate(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
		   unsigned long end)
{
	struct drm_pagemap *dpagemap = simgpu_pagemap_get(gpu);
	int err;

	if (IS_ERR(dpagemap))
		return PTR_ERR(dpagemap);
	err = drm_pagemap_populate_mm(dpagemap, start, end, mm, gpu->timeslice_ms);
	for (int i = 0; i < MAX_FETCHES && err == -EBUSY; i++) {
		fetch(gpu, mm, start, end);
		err = drm_pagemap_populate_mm(dpagemap, start, end, mm, gpu->timeslice_ms);
	}
	drm_pagemap_put(dpagemap);
	return err;
}
