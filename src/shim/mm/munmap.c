// SPDX-License-Identifier: MIT
/*
 * Unmapping: munmap of any part, and the end of an address space.
 *
 * Order: VMAs leave the tree, notifiers' start, slots cleared, notifiers' end, tables taken out, flush,
 * references dropped, tables freed (S6.32, S6.33).
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* ---- unmapping ------------------------------------------------------------------------------------------ */

/* Unmap the slots and free the tables of VMAs that are out of the tree already, in order of address. */
static void unmap_detached(struct mm_struct *mm, struct list_head *vmas, unsigned long start,
			   unsigned long end, unsigned long floor, unsigned long ceiling)
{
	struct psim_tables_gone gone = {};
	struct mmu_notifier_range range;
	struct psim_gather gather;
	struct vm_area_struct *vma;

	psim_gather_begin(&gather, mm);
	gather.drop_markers = true;
	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, mm, start, end);
	mmu_notifier_invalidate_range_start(&range);
	list_for_each_entry(vma, vmas, __psim_detached)
		psim_zap_range(&gather, vma, vma->vm_start, vma->vm_end);
	mmu_notifier_invalidate_range_end(&range);
	list_for_each_entry(vma, vmas, __psim_detached)
		psim_anon_vma_unlink(vma);
	psim_tables_unlink(mm, start, end, floor, ceiling, &gone);
	if (gone.count) {
		/* a CPU may be walking them: the flush waits for it */
		gather.start = min(gather.start, start);
		gather.end = max(gather.end, min(end, mm->task_size));
	}
	psim_gather_finish(&gather);
	psim_tables_free(mm, &gone);
}

static void free_detached(struct mm_struct *mm, struct list_head *vmas)
{
	struct vm_area_struct *vma, *next;

	list_for_each_entry_safe(vma, next, vmas, __psim_detached) {
		list_del(&vma->__psim_detached);
		if (vma->vm_ops && vma->vm_ops->close)
			vma->vm_ops->close(vma);
		psim_vma_free(vma);
	}
}

/* Cut at both ends, so that whole VMAs are to go. Return: 0, -ENOMEM. */
static int cut(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *first = find_vma(mm, start), *last;
	int err;

	if (first->vm_start < start) {
		if (first->vm_end > end && mm->map_count >= DEFAULT_MAX_MAP_COUNT)
			return -ENOMEM;
		err = psim_vma_split(first, start);
		if (err)
			return err;
	}
	last = find_vma(mm, end - 1);
	if (last && last->vm_start < end && last->vm_end > end)
		return psim_vma_split(last, end);
	return 0;
}

int psim_unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long end, bool downgrade,
		      bool *downgraded)
{
	struct vm_area_struct *vma, *next, *prev;
	unsigned long floor, ceiling;
	LIST_HEAD(vmas);
	int err;

	*downgraded = false;
	if (!find_vma_intersection(mm, start, end))
		return 0;
	err = cut(mm, start, end);
	if (err)
		return err;
	vma = find_vma_intersection(mm, start, end);
	prev = psim_vma_prev(vma);
	floor = prev ? prev->vm_end : 0;
	for (; vma && vma->vm_start < end; vma = next) {
		next = psim_vma_next(vma);
		psim_vma_detach(vma);
		list_add_tail(&vma->__psim_detached, &vmas);
		psim_vma_account(vma, -(long)vma_pages(vma));
	}
	ceiling = vma ? vma->vm_start : ~0ul;
	psim_trace(PSIM_EV_MUNMAP, mm->__psim_id, start, end, 0);
	if (downgrade) {
		mmap_write_downgrade(mm);
		*downgraded = true;
	}
	unmap_detached(mm, &vmas, start, end, floor, ceiling);
	free_detached(mm, &vmas);
	return 0;
}

static int unmap(struct mm_struct *mm, unsigned long start, unsigned long length, bool downgrade)
{
	bool downgraded;
	int err;

	if (offset_in_page(start) || start > mm->task_size || length > mm->task_size - start)
		return -EINVAL;
	length = PAGE_ALIGN(length);
	if (!length)
		return -EINVAL;
	mmap_write_lock(mm);
	err = psim_unmap_locked(mm, start, start + length, downgrade, &downgraded);
	if (downgraded)
		mmap_read_unlock(mm);
	else
		mmap_write_unlock(mm);
	return err;
}

int psim_do_munmap(struct mm_struct *mm, unsigned long start, unsigned long length)
{
	return unmap(mm, start, length, true);
}

int vm_munmap(unsigned long start, size_t len)
{
	return unmap(current->mm, start, len, false);
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t len, struct list_head *uf)
{
	bool downgraded;

	mmap_assert_write_locked(mm);
	if (offset_in_page(start) || start > mm->task_size || len > mm->task_size - start ||
	    !PAGE_ALIGN(len))
		return -EINVAL;
	return psim_unmap_locked(mm, start, start + PAGE_ALIGN(len), false, &downgraded);
}

/* ---- the end ----------------------------------------------------------------------------------------------- */

void psim_exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;
	LIST_HEAD(vmas);

	/* only those who hold no more than the structure can still come by */
	mmap_write_lock(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	for (vma = find_vma(mm, 0); vma; vma = next) {
		next = psim_vma_next(vma);
		psim_vma_detach(vma);
		list_add_tail(&vma->__psim_detached, &vmas);
	}
	mm->total_vm = 0;
	mm->locked_vm = 0;
	mmap_write_downgrade(mm);
	if (!list_empty(&vmas))
		unmap_detached(mm, &vmas, 0, ULONG_MAX, 0, ULONG_MAX);
	free_detached(mm, &vmas);
	mmap_read_unlock(mm);
}
