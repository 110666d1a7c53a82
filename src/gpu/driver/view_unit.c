// SPDX-License-Identifier: MIT
/*
 * A view's allocations: one for each piece that a fault brings, back to RAM when it is told, gone when its
 * last page is.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "view.h"

/* ---- the table of units ------------------------------------------------------------------------------ */

/* Twice as many slots; the new ones are empty. Only the caller of the view changes the table's place. */
static int grow(struct simgpu_view *view)
{
	unsigned int n = view->nr_units ? 2 * view->nr_units : 256;
	unsigned long *units = kvcalloc(n, sizeof(*units), GFP_KERNEL), *old = view->units;

	if (!units)
		return -ENOMEM;
	for (unsigned int i = view->nr_units; i < n; i++)
		units[i] = (unsigned long)(i + 1 < n ? i + 1 : view->empty) << 1 | 1;
	spin_lock_irq(&view->units_lock);
	if (old)
		memcpy(units, old, view->nr_units * sizeof(*units));
	view->empty = view->nr_units;
	view->units = units;
	view->nr_units = n;
	spin_unlock_irq(&view->units_lock);
	kvfree(old);
	return 0;
}

static struct simgpu_unit *unit_of(struct simgpu_view *view, unsigned int number)
{
	unsigned long slot = number < view->nr_units ? view->units[number] : 1;

	return slot & 1 ? NULL : (struct simgpu_unit *)slot;
}

static struct simgpu_unit *unit_create(struct simgpu_view_gpu *vg, unsigned int n)
{
	struct simgpu_view *view = vg->view;
	struct simgpu_unit *unit;

	if (view->empty == SIMGPU_NO_UNIT && grow(view))
		return ERR_PTR(-ENOMEM);
	if (READ_ONCE(vg->frames.nr_free) < n)
		return ERR_PTR(-ENOSPC);
	unit = kmalloc(struct_size(unit, frames, n), GFP_KERNEL);
	if (!unit)
		return ERR_PTR(-ENOMEM);
	unit->vg = vg;
	unit->gone = false;
	unit->npages = n;
	spin_lock_irq(&view->units_lock);
	simgpu_frames_take(&vg->frames, n, unit->frames);
	unit->number = view->empty;
	view->empty = view->units[unit->number] >> 1;
	view->units[unit->number] = (unsigned long)unit;
	spin_unlock_irq(&view->units_lock);
	return unit;
}

unsigned int simgpu_view_reap(struct simgpu_view *view, unsigned int *list, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && READ_ONCE(view->last_gone) != SIMGPU_NO_UNIT) {
		struct simgpu_unit *unit;

		spin_lock_irq(&view->units_lock);
		unit = unit_of(view, view->last_gone);
		view->last_gone = unit->next_gone;
		view->units[unit->number] = (unsigned long)view->empty << 1 | 1;
		view->empty = unit->number;
		spin_unlock_irq(&view->units_lock);
		list[n++] = unit->number;
		kfree(unit);
	}
	return n;
}

/* ---- what drm_pagemap asks of an allocation ------------------------------------------------------------ */

/* May be called under a page-table lock (C8.1). The table keeps the unit until its end was told. */
static void devmem_release(struct drm_pagemap_devmem *devmem)
{
	struct simgpu_unit *unit = container_of(devmem, struct simgpu_unit, devmem);
	struct simgpu_view *view = unit->vg->view;
	unsigned long flags;

	spin_lock_irqsave(&view->units_lock, flags);
	simgpu_frames_give(&unit->vg->frames, unit->npages, unit->frames);
	unit->gone = true;
	unit->next_gone = view->last_gone;
	WRITE_ONCE(view->last_gone, unit->number);
	spin_unlock_irqrestore(&view->units_lock, flags);
}

static int populate_pfn(struct drm_pagemap_devmem *devmem, unsigned long npages, unsigned long *pfn)
{
	struct simgpu_unit *unit = container_of(devmem, struct simgpu_unit, devmem);

	for (unsigned long i = 0; i < npages; i++)
		pfn[i] = unit->vg->first_pfn + unit->frames[i];
	return 0;
}

static struct simgpu_view *view_of(struct page **pages, const struct drm_pagemap_addr *addr,
				   unsigned long npages, bool in)
{
	struct simgpu_device *gpu = simgpu_device_of(pages, addr, npages, in);

	return gpu ? READ_ONCE(gpu->view) : NULL;
}

static void count(struct simgpu_view *view, struct page **pages,
		  const struct drm_pagemap_addr *addr, unsigned long npages, bool in)
{
	struct psim_view_moved *moved = &view->moved;

	for (unsigned long i = 0; i < npages;) {
		unsigned long n = addr[i].addr ? NR_PAGES(addr[i].order) : 1;

		if (pages[i] && !addr[i].addr)
			moved->cleared += in;
		else if (pages[i] && (unsigned int)addr[i].proto == SIMGPU_ROAD_LOCAL)
			moved->within += n;
		else if (pages[i] && (unsigned int)addr[i].proto == SIMGPU_ROAD_LINK)
			moved->peer += n;
		else if (pages[i])
			*(in ? &moved->in : &moved->out) += n;
		i += n;
	}
}

static int copy_in(struct page **pages, struct drm_pagemap_addr *addr,
		   unsigned long npages SIMGPU_FENCE_PARAMETER)
{
	struct simgpu_view *view = view_of(pages, addr, npages, true);

	if (!view)
		return 0;
	count(view, pages, addr, npages, true);
	return view->bytes ? simgpu_copy_to_devmem(pages, addr, npages SIMGPU_FENCE_ARGUMENT) : 0;
}

static int copy_out(struct page **pages, struct drm_pagemap_addr *addr,
		    unsigned long npages SIMGPU_FENCE_PARAMETER)
{
	struct simgpu_view *view = view_of(pages, addr, npages, false);

	if (!view)
		return 0;
	count(view, pages, addr, npages, false);
	return view->bytes ? simgpu_copy_to_ram(pages, addr, npages SIMGPU_FENCE_ARGUMENT) : 0;
}

static const struct drm_pagemap_devmem_ops devmem_ops = {
	.devmem_release = devmem_release,
	.populate_devmem_pfn = populate_pfn,
	.copy_to_devmem = copy_in,
	.copy_to_ram = copy_out,
};

/* ---- to the device and back ------------------------------------------------------------------------------ */

/*
 * The call consumes the core's reference, so what did not move is gone by then; its number comes back with the
 * others that are gone.
 */
static int migrate(struct simgpu_unit *unit, unsigned long start, unsigned long end,
		   unsigned long timeslice_ms)
{
	struct drm_pagemap_migrate_details details = {
		.timeslice_ms = timeslice_ms,
		.can_migrate_same_pagemap = true,
		.source_peer_migrates = unit->vg->gpu->peer_copies,
	};
	struct mm_struct *mm = unit->vg->view->mm;
	int err;

	drm_pagemap_devmem_init(&unit->devmem, unit->vg->gpu->drm.dev, mm, &devmem_ops,
				unit->vg->dpagemap, end - start, NULL);
	mmap_read_lock(mm);
	err = drm_pagemap_migrate_to_devmem(&unit->devmem, mm, start, end, &details);
	mmap_read_unlock(mm);
	return err;
}

long simgpu_view_bring(struct simgpu_view_gpu *vg, unsigned long first, unsigned int n,
		       unsigned long timeslice_ms)
{
	struct simgpu_view *view = vg->view;
	unsigned long start = view->start + (first << PAGE_SHIFT);
	struct simgpu_unit *unit = unit_create(vg, n);
	unsigned int number;
	int err;

	if (IS_ERR(unit))
		return PTR_ERR(unit);
	number = unit->number;
	err = migrate(unit, start, start + ((unsigned long)n << PAGE_SHIFT), timeslice_ms);
	if (!err)
		err = simgpu_view_look(vg, first, n, 0);
	return err ?: (long)number;
}

int simgpu_view_evict(struct simgpu_view *view, unsigned int number)
{
	struct simgpu_unit *unit = unit_of(view, number);
	int err;

	if (!unit || READ_ONCE(unit->gone))
		return -ENOENT;
	err = drm_pagemap_evict_to_ram(&unit->devmem);
	if (!err)
		atomic_long_inc(&unit->vg->gpu->nr_evictions);
	return err;
}

int simgpu_view_evict_all(struct simgpu_view *view)
{
	unsigned int list[16];
	int err = 0;

	for (unsigned int i = 0; i < view->nr_units; i++) {
		int one = simgpu_view_evict(view, i);

		if (one && one != -ENOENT)
			err = -EBUSY;
	}
	while (simgpu_view_reap(view, list, ARRAY_SIZE(list)))
		;
	return err;
}
