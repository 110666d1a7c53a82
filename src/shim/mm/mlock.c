// SPDX-License-Identifier: MIT
/*
 * mlock and its kin: VMAs become VM_LOCKED, and what is in them is brought in (S6.57).
 *
 * Modelled: flags, their splits and joins, the limit of locked memory, population. Not modelled: that
 * locked folios are unevictable, since nothing here reclaims them but by migration, which may (S1.64).
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include "mm/mm_internal.h"

/* Kernel VMAs that no lock may change. */
static bool never_locked(const struct vm_area_struct *vma)
{
	return vma->vm_flags & (VM_SPECIAL | VM_HUGETLB);
}

/*
 * Give [start, end) of @vma exactly @flags of VM_LOCKED_MASK. Context: mmap lock write-held.
 * Return: the VMA that has it then, or an error pointer.
 */
static struct vm_area_struct *lock_part(struct vm_area_struct *vma, unsigned long start,
					unsigned long end, vm_flags_t flags)
{
	const vm_flags_t old = vma->vm_flags, new = (old & ~VM_LOCKED_MASK) | flags;
	long pages = (end - start) >> PAGE_SHIFT;

	if (new == old || never_locked(vma))
		return vma;
	vma = psim_vma_modify(vma, start, end, new);
	if (IS_ERR(vma))
		return vma;
	if (!(new &VM_LOCKED))
		pages = -pages;
	else if (old & VM_LOCKED)
		pages = 0;
	vma->vm_mm->locked_vm += pages;
	vma_start_write(vma);
	vm_flags_reset(vma, (vma->vm_flags & ~VM_LOCKED_MASK) | flags);
	return vma;
}

/* Context: mmap lock write-held. Return: 0, -ENOMEM at the first hole. */
static int lock_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		      vm_flags_t flags)
{
	struct vm_area_struct *vma;
	unsigned long next;

	if (end < start)
		return -EINVAL;
	for (; start < end; start = next) {
		vma = vma_lookup(mm, start);
		if (!vma)
			return -ENOMEM;
		next = min(vma->vm_end, end);
		vma = lock_part(vma, start, next, flags);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
	}
	return 0;
}

/* Pages of [start, end) that are locked already. */
static unsigned long locked_in(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	VMA_ITERATOR(vmi, mm, start);
	struct vm_area_struct *vma;
	unsigned long pages = 0;

	if (end < start)
		end = ~0ul;
	for_each_vma_range(vmi, vma, end)
	{
		if (vma->vm_flags & VM_LOCKED)
			pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	}
	return pages;
}

/* What a population's errno is for mlock. */
static int errno_of(int err)
{
	if (err == -EFAULT)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err;
}

int psim_do_mlock(struct mm_struct *mm, unsigned long start, unsigned long length, vm_flags_t flags)
{
	unsigned long pages;
	int err = -ENOMEM;

	if (!mm->__psim_memlock_limit)
		return -EPERM;
	length = PAGE_ALIGN(length + offset_in_page(start));
	start &= PAGE_MASK;
	pages = length >> PAGE_SHIFT;
	mmap_write_lock(mm);
	if (psim_may_lock(mm, pages) ||
	    psim_may_lock(mm, pages - locked_in(mm, start, start + length)))
		err = lock_range(mm, start, start + length, flags);
	mmap_write_unlock(mm);
	return err ?: errno_of(psim_populate(mm, start, length, false));
}

int psim_do_munlock(struct mm_struct *mm, unsigned long start, unsigned long length)
{
	int err;

	length = PAGE_ALIGN(length + offset_in_page(start));
	start &= PAGE_MASK;
	mmap_write_lock(mm);
	err = lock_range(mm, start, start + length, 0);
	mmap_write_unlock(mm);
	return err;
}

/* ---- all of an address space ------------------------------------------------------------------------- */

/* As far as it goes: a VMA that cannot be cut is left as it is. */
static void lock_all(struct mm_struct *mm, vm_flags_t flags)
{
	struct vm_area_struct *vma = find_vma(mm, 0);

	while (vma) {
		unsigned long end = vma->vm_end;

		lock_part(vma, vma->vm_start, end, flags);
		vma = find_vma(mm, end);
	}
}

int psim_do_mlockall(struct mm_struct *mm, int flags)
{
	vm_flags_t lock = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
	int err = 0;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!mm->__psim_memlock_limit)
		return -EPERM;
	mmap_write_lock(mm);
	if ((flags & MCL_CURRENT) && mm->total_vm > mm->__psim_memlock_limit >> PAGE_SHIFT) {
		err = -ENOMEM;
	} else {
		mm->def_flags = flags & MCL_FUTURE ? lock : 0;
		if (flags & MCL_CURRENT)
			lock_all(mm, lock);
	}
	mmap_write_unlock(mm);
	if (!err && (flags & MCL_CURRENT))
		psim_populate(mm, 0, mm->task_size, true);
	return err;
}

int psim_do_munlockall(struct mm_struct *mm)
{
	mmap_write_lock(mm);
	mm->def_flags = 0;
	lock_all(mm, 0);
	mmap_write_unlock(mm);
	return 0;
}
