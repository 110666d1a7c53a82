// SPDX-License-Identifier: MIT
/*
 * Pages from device memory back to RAM: by eviction, wherever they are mapped, and by a CPU's access,
 * which is what the kernel calls migrate_to_ram for.
 */
#include <linux/align.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include <drm/drm_pagemap_internal.h>

/* How often an eviction looks for pages that are still in use (C4.2). */
#define EVICT_ATTEMPTS 3

/**
 * struct drm_pagemap_pull - how pages come back to RAM
 * @zdd: only pages of this record move; NULL: all that were collected
 * @vma: the mapping, for the placement of the new pages; NULL if it is not known, and then a large folio
 *	can move as a whole only (C4.4)
 * @start: address of the first entry in @vma
 * @whole: the page of a fault that maps a whole large folio; NULL: none
 * @missed: a large folio stays because there was none in RAM
 */
struct drm_pagemap_pull {
	const struct drm_pagemap_zdd *zdd;
	struct vm_area_struct *vma;
	unsigned long start;
	struct page *whole;
	bool missed;
};

/* A locked folio as the destination of the entry at @i. 0 or -ENOMEM. */
static int pull_begin(struct drm_pagemap_move *move, const struct drm_pagemap_pull *pull,
		      unsigned long i, unsigned int order, gfp_t gfp)
{
	struct folio *folio;

	/* Of a large one it is known what to do without. */
	if (order)
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
	if (pull->vma)
		folio = vma_alloc_folio(gfp, order, pull->vma, pull->start + (i << PAGE_SHIFT));
	else
		folio = folio_alloc(gfp, order);
	if (!folio)
		return -ENOMEM;
	folio_lock(folio);
	move->dst[i] =
		migrate_pfn(page_to_pfn(folio_page(folio, 0))) | (order ? MIGRATE_PFN_COMPOUND : 0);
	return 0;
}

/* Destinations for the entry at @i, which has @n pages. */
static int pull_begin_entry(struct drm_pagemap_move *move, struct drm_pagemap_pull *pull,
			    unsigned long i, unsigned long n, gfp_t gfp)
{
	unsigned long j;
	int err = 0;

	if (n > 1) {
		if (!pull_begin(move, pull, i, HPAGE_PMD_ORDER, gfp))
			return 0;
		if (!pull->vma) {
			pull->missed = true;
			return 0;
		}
		/*
		 * The fault's own references keep this folio from being split now. What one page in its
		 * place does is that single slots map it, and the access comes again by one of those
		 * (S2.60); then it is split as it is collected.
		 */
		if (migrate_pfn_to_page(move->src[i]) == pull->whole)
			n = 1;
	}
	for (j = i; j < i + n && !err; j++)
		err = pull_begin(move, pull, j, 0, gfp);
	return err;
}

static int pull_populate(struct drm_pagemap_move *move, struct drm_pagemap_pull *pull,
			 unsigned long first, unsigned long last, gfp_t gfp)
{
	unsigned long i, n;
	int err = 0;

	for (i = first; i < last && !err; i += n) {
		struct page *page = migrate_pfn_to_page(move->src[i]);

		n = drm_pagemap_entry_pages(move->src[i]);
		if (!page || !(move->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		if (pull->zdd && drm_pagemap_page_zdd(page) != pull->zdd)
			continue;
		err = pull_begin_entry(move, pull, i, n, gfp);
	}
	return err;
}

/* Fill RAM with the pages [@first, @last) of @devmem. The caller cancels the move after an error. */
static int pull_fill(struct drm_pagemap_move *move, const struct drm_pagemap_devmem *devmem,
		     struct drm_pagemap_pull *pull, unsigned long first, unsigned long last,
		     gfp_t gfp)
{
	const struct drm_pagemap_copy copy = {
		.callback = devmem->ops->copy_to_ram,
		.dev = devmem->dev,
		.dir = DMA_FROM_DEVICE,
		.near = move->src,
		.far = move->dst,
		.provider = devmem->dpagemap,
	};
	int err;

	err = pull_populate(move, pull, first, last, gfp);
	if (!err)
		err = drm_pagemap_copy_run(move, &copy, first, last);
	return err;
}

/* ---- eviction -------------------------------------------------------------------------------- */

static int evict_once(struct drm_pagemap_devmem *devmem, struct drm_pagemap_move *move)
{
	struct drm_pagemap_pull all = {};
	int err;

	memset(move->addr, 0, move->npages * DRM_PAGEMAP_MOVE_BYTES_PER_PAGE);
	err = devmem->ops->populate_devmem_pfn(devmem, move->npages, move->src);
	if (!err)
		err = migrate_device_pfns(move->src, move->npages);
	if (err)
		return err;

	err = pull_fill(move, devmem, &all, 0, move->npages, GFP_HIGHUSER_MOVABLE);
	if (err)
		drm_pagemap_move_cancel(move);
	migrate_device_pages(move->src, move->dst, move->npages);
	migrate_device_finalize(move->src, move->dst, move->npages);
	return err ?: all.missed ? -ENOMEM : 0;
}

static int evict(struct drm_pagemap_devmem *devmem)
{
	struct drm_pagemap_move move = {};
	unsigned int attempt;
	int err;

	err = drm_pagemap_move_init(&move, devmem->size >> PAGE_SHIFT, 0);
	if (err)
		return err;
	for (attempt = 0; attempt < EVICT_ATTEMPTS; attempt++) {
		err = evict_once(devmem, &move);
		if (completion_done(&devmem->detached))
			break;
		/* Whoever has the remaining pages gets the chance to finish. */
		cond_resched();
	}
	drm_pagemap_move_fini(&move);
	return err ?: -EBUSY;
}

/**
 * drm_pagemap_evict_to_ram() - move all pages of an allocation to system memory
 * @devmem_allocation: the allocation; the caller has a reference of its own on it
 *
 * Wherever the pages are mapped, in whatever process. The mappings themselves stay.
 *
 * Context: may sleep; takes no mmap lock, and never tears an address space down (C4.1, C4.3).
 *
 * Return: 0: no page of it is in use any more, by whosever doing. -EBUSY: some still are. -EFAULT: some
 * still are, and the allocation's mm has no users. -ENOMEM, or a callback's error, if that was in
 * the way (C4.2).
 */
int drm_pagemap_evict_to_ram(struct drm_pagemap_devmem *devmem_allocation)
{
	int err = -EFAULT;

	if (completion_done(&devmem_allocation->detached))
		return 0;
	if (mmget_not_zero(devmem_allocation->mm)) {
		err = evict(devmem_allocation);
		mmput_async(devmem_allocation->mm);
	}
	return completion_done(&devmem_allocation->detached) ? 0 : err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_evict_to_ram);

/* The aligned block of the allocation's size around the fault, as far as the VMA goes (C5.2). */
static void fault_window(const struct vm_fault *vmf, size_t size, struct migrate_vma *args)
{
	unsigned long block = roundup_pow_of_two(max_t(unsigned long, size, PAGE_SIZE));
	unsigned long start = vmf->address & ~(block - 1);

	args->start = max(start, vmf->vma->vm_start);
	/* Counted from the end of the VMA, since the block may end where addresses do. */
	args->end = vmf->vma->vm_end - start > block ? start + block : vmf->vma->vm_end;
}

/* Bring back what can be had of the window, and failing that the faulting entry, at @at, alone. */
static int fault_fill(const struct vm_fault *vmf, struct drm_pagemap_move *move,
		      struct drm_pagemap_pull *pull, unsigned long at)
{
	const struct drm_pagemap_devmem *devmem = pull->zdd->devmem;
	unsigned long n = drm_pagemap_entry_pages(move->src[at]);
	int err;

	/* Changed, or taken by somebody else: the access shall look again. */
	if (migrate_pfn_to_page(move->src[at]) != vmf->page)
		return 0;
	if (move->npages > n) {
		err = pull_fill(move, devmem, pull, 0, move->npages,
				GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
		if (!err)
			return 0;
		drm_pagemap_move_cancel(move);
	}
	return pull_fill(move, devmem, pull, at, at + n, GFP_HIGHUSER_MOVABLE);
}

/*
 * A CPU wants a device page. The page is locked and referenced, so its record and the allocation stay.
 * 0 says: try the access again, whether or not anything has moved (C5).
 */
vm_fault_t drm_pagemap_migrate_to_ram(struct vm_fault *vmf)
{
	struct drm_pagemap_pull pull = {.zdd = drm_pagemap_page_zdd(vmf->page), .vma = vmf->vma};
	const struct drm_pagemap_devmem *devmem = pull.zdd->devmem;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.pgmap_owner = page_pgmap(vmf->page)->owner,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE | MIGRATE_VMA_SELECT_COMPOUND,
		.fault_page = vmf->page,
	};
	/* One slot that maps a whole large folio, or one of a page. */
	bool huge = folio_order(page_folio(vmf->page)) && !vmf->pte;
	unsigned long size = huge ? HPAGE_PMD_SIZE : PAGE_SIZE;
	unsigned long address = ALIGN_DOWN(vmf->address, size);
	struct drm_pagemap_move move = {};
	int err;

	if (time_before64(get_jiffies_64(), devmem->timeslice_expiration))
		return 0;
	if (huge)
		pull.whole = vmf->page;

	fault_window(vmf, devmem->size, &args);
	if (drm_pagemap_move_init(&move, (args.end - args.start) >> PAGE_SHIFT, __GFP_NOWARN)) {
		args.start = address;
		args.end = address + size;
		if (drm_pagemap_move_init(&move, size >> PAGE_SHIFT, 0))
			return VM_FAULT_SIGBUS;
	}
	args.src = move.src;
	args.dst = move.dst;
	pull.start = args.start;

	err = migrate_vma_setup(&args);
	if (!err && args.cpages) {
		err = fault_fill(vmf, &move, &pull, (address - pull.start) >> PAGE_SHIFT);
		if (err)
			drm_pagemap_move_cancel(&move);
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
	}
	drm_pagemap_move_fini(&move);
	return err ? VM_FAULT_SIGBUS : 0;
}
