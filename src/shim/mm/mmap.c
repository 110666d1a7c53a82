// SPDX-License-Identifier: MIT
/*
 * Mapping and unmapping: mmap, munmap, and the end of an address space.
 *
 * Order of an unmapping: VMAs leave the tree, notifiers' start, slots cleared, notifiers' end, tables
 * taken out, flush, references dropped, tables freed (S6.32, S6.33). Not modelled: files, shared memory,
 * growing stacks, limits other than the number of VMAs.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* ---- mapping ----------------------------------------------------------------------------------------- */

/* The highest hole of @length bytes below mmap_base. Return: its start, or -ENOMEM. */
static long find_hole(struct mm_struct *mm, unsigned long length)
{
	unsigned long end = mm->mmap_base;
	struct rb_node *node;

	for (node = rb_last(&mm->__psim_vmas); node; node = rb_prev(node)) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (vma->vm_start >= end)
			continue;
		if (vma->vm_end <= end && end - vma->vm_end >= length)
			return end - length;
		end = vma->vm_start;
	}
	/* the first pages of an address space are never handed out */
	return end >= length + SZ_64K ? (long)(end - length) : -ENOMEM;
}

static vm_flags_t flags_of(unsigned long prot)
{
	vm_flags_t flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	if (prot & PROT_READ)
		flags |= VM_READ;
	if (prot & PROT_WRITE)
		flags |= VM_WRITE;
	if (prot & PROT_EXEC)
		flags |= VM_EXEC;
	return flags;
}

static int unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			bool downgrade, bool *downgraded);

/* Where a mapping goes. Context: mmap lock write-held. Return: the address or -errno. */
static long place(struct mm_struct *mm, unsigned long address, unsigned long length,
		  unsigned long flags)
{
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);

	if (fixed && offset_in_page(address))
		return -EINVAL;
	if (fixed && (length > mm->task_size || address > mm->task_size - length))
		return -ENOMEM;
	if (!fixed) {
		address = PAGE_ALIGN(address);
		if (address && length <= mm->task_size && address <= mm->task_size - length &&
		    !find_vma_intersection(mm, address, address + length))
			return address;
		return find_hole(mm, length);
	}
	if ((flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, address, address + length))
		return -EEXIST;
	return address;
}

static long map_locked(struct mm_struct *mm, unsigned long address, unsigned long length,
		       unsigned long prot, unsigned long flags)
{
	vm_flags_t vm_flags = flags_of(prot);
	struct vm_area_struct *vma;
	bool unused;
	int err;

	address = place(mm, address, length, flags);
	if (IS_ERR_VALUE(address))
		return address;
	if (flags & MAP_NORESERVE)
		vm_flags |= VM_NORESERVE;
	if (find_vma_intersection(mm, address, address + length)) {
		err = unmap_locked(mm, address, address + length, false, &unused);
		if (err)
			return err;
	}
	if (!psim_vma_merge(mm, address, address + length, vm_flags)) {
		if (mm->map_count > DEFAULT_MAX_MAP_COUNT)
			return -ENOMEM;
		vma = psim_vma_alloc(mm, address, address + length, vm_flags);
		if (!vma)
			return -ENOMEM;
		psim_vma_link(vma);
	}
	mm->total_vm += length >> PAGE_SHIFT;
	psim_trace(PSIM_EV_MMAP, mm->__psim_id, address, address + length, vm_flags);
	return address;
}

long psim_do_mmap(struct mm_struct *mm, unsigned long address, unsigned long length,
		  unsigned long prot, unsigned long flags)
{
	long result;

	if (!length)
		return -EINVAL;
	length = PAGE_ALIGN(length);
	if (!length || length > mm->task_size)
		return -ENOMEM;
	if ((flags & MAP_TYPE) == MAP_SHARED)
		psim_stop_function("mmap", "shared mappings are not modelled yet");
	if ((flags & MAP_TYPE) != MAP_PRIVATE)
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS))
		return -EBADF;
	if (flags & MAP_POPULATE)
		psim_stop_function("mmap", "MAP_POPULATE is not modelled yet");
	mmap_write_lock(mm);
	result = map_locked(mm, address, length, prot, flags);
	mmap_write_unlock(mm);
	return result;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flag, unsigned long offset)
{
	if (offset + PAGE_ALIGN(len) < offset || offset_in_page(offset))
		return -EINVAL;
	if (file)
		psim_stop_function(__func__, "mappings of files are not modelled yet");
	return psim_do_mmap(current->mm, addr, len, prot, flag | MAP_ANONYMOUS);
}

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

/* Context: mmap lock write-held; @downgrade: only read-held afterwards if *@downgraded. */
static int unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			bool downgrade, bool *downgraded)
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
		mm->total_vm -= vma_pages(vma);
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
	err = unmap_locked(mm, start, start + length, downgrade, &downgraded);
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
	return unmap_locked(mm, start, start + PAGE_ALIGN(len), false, &downgraded);
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
	mmap_write_downgrade(mm);
	if (!list_empty(&vmas))
		unmap_detached(mm, &vmas, 0, ULONG_MAX, 0, ULONG_MAX);
	free_detached(mm, &vmas);
	mmap_read_unlock(mm);
}
