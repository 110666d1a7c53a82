// SPDX-License-Identifier: MIT
/*
 * Pages of a process to device memory: drm_pagemap_migrate_to_devmem().
 *
 * All of a range is collected or nothing moves. Then the allocation's pages are made ready, filled run
 * by run by whoever copies, and take the sources' places. C3.2 and the like number the promises of
 * drm_pagemap.h.
 */
#include <linux/align.h>
#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/hugetlb_inline.h>
#include <linux/jiffies.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/string.h>

#include <drm/drm_device.h>

#include <drm/drm_pagemap_internal.h>

/* Until when the pages of a migration that ends now shall stay (C3.15). */
static u64 timeslice_end(unsigned long ms)
{
	u64 ticks;

	if (!ms)
		return 0;
	/* msecs_to_jiffies() takes 32 bits. */
	ticks = (u64)(ms / MSEC_PER_SEC) * HZ + msecs_to_jiffies(ms % MSEC_PER_SEC);
	return get_jiffies_64() + min_t(u64, ticks, MAX_JIFFY_OFFSET);
}

/* After the kernel has moved what it could: has a page with a destination been left behind? */
static bool move_lost_any(const struct drm_pagemap_move *move)
{
	unsigned long i;

	for (i = 0; i < move->npages; i++)
		if (move->dst[i] && !(move->src[i] & MIGRATE_PFN_MIGRATE))
			return true;
	return false;
}

/* What can be known to be wrong before anything moves (C3.3). On 0 @vma holds the range. */
static int push_check(const struct drm_pagemap_devmem *devmem, struct mm_struct *mm,
		      unsigned long start, unsigned long end, struct vm_area_struct **vma)
{
	const struct drm_pagemap_devmem_ops *ops = devmem->ops;

	if (!ops->populate_devmem_pfn || !ops->copy_to_devmem || !ops->copy_to_ram)
		return -EOPNOTSUPP;
	if (start >= end || !PAGE_ALIGNED(start | end) || end - start > devmem->size)
		return -EINVAL;
	*vma = vma_lookup(mm, start);
	if (!*vma)
		return -ENOENT;
	if (end > (*vma)->vm_end || ((*vma)->vm_flags & VM_SPECIAL) || is_vm_hugetlb_page(*vma) ||
	    vma_is_dax(*vma))
		return -EINVAL;
	return vma_is_anonymous(*vma) ? 0 : -EBUSY;
}

/* How many pages were collected, holes included; and how many of them lie in @pagemap already. */
static unsigned long push_count(const struct drm_pagemap_move *move,
				const struct dev_pagemap *pagemap, unsigned long *own)
{
	unsigned long i, n, all = 0;

	*own = 0;
	for (i = 0; i < move->npages; i += n) {
		struct page *page = migrate_pfn_to_page(move->src[i]);

		n = drm_pagemap_entry_pages(move->src[i]);
		if (!(move->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		all += n;
		if (page && is_zone_device_page(page) && page_pgmap(page) == pagemap)
			*own += n;
	}
	return all;
}

/*
 * Where tables are missing above the last level a hole of several times 2 MiB is one compound entry, and
 * what follows its first 2 MiB looks as if it could not be taken (S1.44).
 */
static bool push_hole_is_cut(const struct drm_pagemap_move *move)
{
	unsigned long i;

	for (i = 0; i + HPAGE_PMD_NR < move->npages; i++)
		if (move->src[i] == (MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND) &&
		    !move->src[i + HPAGE_PMD_NR])
			return true;
	return false;
}

/* Whether the pages that the driver named for a compound entry can be a folio of that size. */
static bool push_is_block(const unsigned long *pfn)
{
	unsigned long i;

	for (i = 1; i < HPAGE_PMD_NR; i++)
		if (pfn[i] != pfn[0] + i)
			return false;
	return IS_ALIGNED(pfn[0], HPAGE_PMD_NR);
}

/* Begin the life of a folio, as a destination; @dst holds its raw page frame number. */
static void push_begin(unsigned long *dst, unsigned int order, struct drm_pagemap_zdd *zdd)
{
	struct page *page = pfn_to_page(*dst);

	/* Not page_pgmap(): until this call the page may still look like a folio's tail. */
	zone_device_page_init(page, zdd->dpagemap->pagemap, order);
	page->zone_device_data = drm_pagemap_zdd_get(zdd);
	*dst = migrate_pfn(*dst) | (order ? MIGRATE_PFN_COMPOUND : 0);
}

/* Destinations for the entry at @i. Return: how many pages it has. */
static unsigned long push_begin_entry(struct drm_pagemap_move *move, unsigned long i,
				      struct drm_pagemap_zdd *zdd)
{
	unsigned long n = drm_pagemap_entry_pages(move->src[i]), j;

	if (n > 1 && push_is_block(&move->dst[i])) {
		push_begin(&move->dst[i], HPAGE_PMD_ORDER, zdd);
		memset(&move->dst[i + 1], 0, (n - 1) * sizeof(*move->dst));
		return n;
	}
	for (j = i; j < i + n; j++) {
		push_begin(&move->dst[j], 0, zdd);
		/* A large hole becomes many; a large folio is split by migrate_vma_pages() (S2.50). */
		if (n > 1 && !(move->src[i] & MIGRATE_PFN_VALID) && j > i)
			move->src[j] = MIGRATE_PFN_MIGRATE;
	}
	if (!(move->src[i] & MIGRATE_PFN_VALID))
		move->src[i] &= ~MIGRATE_PFN_COMPOUND;
	return n;
}

/* Get the allocation's pages ready. On an error there are no destinations. */
static int push_populate(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd)
{
	struct drm_pagemap_devmem *devmem = zdd->devmem;
	unsigned long i;
	int err;

	err = devmem->ops->populate_devmem_pfn(devmem, move->npages, move->dst);
	if (err) {
		/* Whatever the driver left there are no pages. */
		memset(move->dst, 0, move->npages * sizeof(*move->dst));
		return err;
	}
	for (i = 0; i < move->npages;)
		i += push_begin_entry(move, i, zdd);
	return 0;
}

/* Whose memory the page is in: NULL for whatever is reached over the bus, and for a hole. */
static struct drm_pagemap_zdd *push_source(const struct drm_pagemap_move *move, unsigned long i)
{
	struct page *page = migrate_pfn_to_page(move->src[i]);

	return page && is_device_private_page(page) ? drm_pagemap_page_zdd(page) : NULL;
}

static bool push_same_source(const struct drm_pagemap_zdd *a, const struct drm_pagemap_zdd *b)
{
	if (!a || !b)
		return a == b;
	return a->dpagemap == b->dpagemap && a->devmem->ops == b->devmem->ops;
}

/*
 * The end of the longest run from @first on that one call can copy: one source, and one copier. With
 * @by_peer pages of device memory are copied by their provider; a hole always needs the destination,
 * and goes with any source that it copies from (C3.9).
 */
static unsigned long push_run(const struct drm_pagemap_move *move, unsigned long first,
			      bool by_peer, struct drm_pagemap_zdd **source)
{
	bool hole = false, known = false;
	unsigned long i;

	*source = NULL;
	for (i = first; i < move->npages; i += drm_pagemap_entry_pages(move->src[i])) {
		struct drm_pagemap_zdd *zdd = push_source(move, i);

		if (!migrate_pfn_to_page(move->src[i])) {
			if (by_peer && *source)
				break;
			hole = true;
			continue;
		}
		if (known ? !push_same_source(*source, zdd) : hole && by_peer && zdd)
			break;
		*source = zdd;
		known = true;
	}
	return i;
}

static int push_copy(struct drm_pagemap_move *move, struct drm_pagemap_devmem *devmem, bool by_peer)
{
	unsigned long first, last;
	int err = 0;

	for (first = 0; first < move->npages && !err; first = last) {
		struct drm_pagemap_copy copy = {
			.callback = devmem->ops->copy_to_devmem,
			.dev = devmem->dev,
			.dir = DMA_TO_DEVICE,
			.near = move->dst,
			.far = move->src,
			.fence = devmem->pre_migrate_fence,
		};
		struct drm_pagemap_zdd *source;

		last = push_run(move, first, by_peer, &source);
		if (by_peer && source) {
			copy.callback = source->devmem->ops->copy_to_ram;
			copy.dev = source->dpagemap->drm->dev;
			copy.dir = DMA_FROM_DEVICE;
			copy.near = move->src;
			copy.far = move->dst;
			copy.provider = source->dpagemap;
		}
		err = drm_pagemap_copy_run(move, &copy, first, last);
	}
	return err;
}

/* Everything is collected, and not all of it is there already: fill the allocation. */
static int push_fill(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd,
		     const struct drm_pagemap_migrate_details *mdetails)
{
	int err;

	err = push_populate(move, zdd);
	if (!err)
		err = push_copy(move, zdd->devmem, mdetails->source_peer_migrates);
	return err;
}

/* Collect the range: with compound entries where that leaves nothing out. */
static int push_collect(struct migrate_vma *args, const struct drm_pagemap_move *move)
{
	int err = migrate_vma_setup(args);

	if (!err && push_hole_is_cut(move)) {
		migrate_vma_finalize(args);
		args->flags &= ~MIGRATE_VMA_SELECT_COMPOUND;
		err = migrate_vma_setup(args);
	}
	return err;
}

/* Move what was collected, or put all of it back. */
static int push_collected(struct migrate_vma *args, struct drm_pagemap_move *move,
			  struct drm_pagemap_zdd *zdd,
			  const struct drm_pagemap_migrate_details *mdetails)
{
	struct drm_pagemap_devmem *devmem = zdd->devmem;
	unsigned long all, own;
	int err = 0;

	all = push_count(move, zdd->dpagemap->pagemap, &own);
	if (all != move->npages)
		err = -EBUSY;
	else if (own && own < move->npages && !mdetails->can_migrate_same_pagemap)
		err = -EBUSY;
	else if (own < move->npages)
		err = push_fill(move, zdd, mdetails);

	/* The last copy is done, or there will be none. */
	drm_pagemap_devmem_put_fence(devmem);
	if (err)
		drm_pagemap_move_cancel(move);
	else
		devmem->timeslice_expiration = timeslice_end(mdetails->timeslice_ms);

	migrate_vma_pages(args);
	if (!err && move_lost_any(move))
		err = -EBUSY;
	/* From here on a CPU can fault, and the allocation may go with its last page. */
	migrate_vma_finalize(args);
	return err;
}

static int push(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd,
		struct vm_area_struct *vma, unsigned long start,
		const struct drm_pagemap_migrate_details *mdetails)
{
	struct migrate_vma args = {
		.vma = vma,
		.start = start,
		.end = start + (move->npages << PAGE_SHIFT),
		.src = move->src,
		.dst = move->dst,
		.pgmap_owner = zdd->dpagemap->pagemap->owner,
		.flags = MIGRATE_VMA_SELECT_SYSTEM | MIGRATE_VMA_SELECT_DEVICE_COHERENT |
			 MIGRATE_VMA_SELECT_DEVICE_PRIVATE | MIGRATE_VMA_SELECT_COMPOUND,
	};

	return push_collect(&args, move) ?: push_collected(&args, move, zdd, mdetails);
}

/**
 * drm_pagemap_migrate_to_devmem() - move a range of a process into an allocation
 * @devmem_allocation: the allocation; one reference on it is consumed, whatever is returned (C3.2)
 * @mm: its address space
 * @start: first address, page aligned
 * @end: first address behind the range, page aligned; the range is not larger than the allocation
 * @mdetails: how
 *
 * All of the range moves or, unless pages are raced away at the very end, nothing (C3.4, C3.14).
 *
 * Context: the mmap lock of @mm is held, for reading or writing; may sleep.
 *
 * Return: 0: the range is in this pagemap's memory; the allocation may be gone already. -EBUSY: some
 * page could not be taken; evict, and try again. -EOPNOTSUPP: a callback is missing. -EINVAL: empty,
 * reversed, unaligned or too large a range, or one that leaves its VMA, or a VMA that cannot migrate.
 * -ENOENT: no VMA at @start. -ENOMEM. -EFAULT: a page could not be mapped for the copying device.
 * Else the error of a callback.
 */
int drm_pagemap_migrate_to_devmem(struct drm_pagemap_devmem *devmem_allocation,
				  struct mm_struct *mm, unsigned long start, unsigned long end,
				  const struct drm_pagemap_migrate_details *mdetails)
{
	struct drm_pagemap_zdd *zdd = NULL;
	struct drm_pagemap_move move = {};
	struct vm_area_struct *vma;
	int err;

	mmap_assert_locked(mm);

	err = push_check(devmem_allocation, mm, start, end, &vma);
	if (!err) {
		zdd = drm_pagemap_zdd_create(devmem_allocation);
		err = zdd ? drm_pagemap_move_init(&move, (end - start) >> PAGE_SHIFT, 0) : -ENOMEM;
	}
	if (!err) {
		err = push(&move, zdd, vma, start, mdetails);
		drm_pagemap_move_fini(&move);
	}

	/* The allocation's reference: with the zdd if there is one, else still on its own. */
	if (zdd)
		drm_pagemap_zdd_put(zdd);
	else
		drm_pagemap_devmem_let_go(devmem_allocation);
	return err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_migrate_to_devmem);
