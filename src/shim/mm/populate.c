// SPDX-License-Identifier: MIT
/*
 * Bringing pages in before they are touched: MAP_POPULATE, mlock, MADV_POPULATE_READ and _WRITE.
 *
 * Slots that allow the access already are left alone; the others fault, device-private ones too
 * (S6.15, S6.57).
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/populate.h"

/* Whether an access would go through without a fault. */
static bool there(struct mm_struct *mm, unsigned long address, bool write)
{
	psim_pte_t *slot, pte;
	struct psim_span span;

	psim_span(mm, address, address + 1, &span);
	slot = span.ptep ?: span.pmdp;
	if (!slot)
		return false;
	pte = psim_pte_get(mm, address, slot);
	psim_pte_unlock(slot, span.ptl);
	return psim_pte_present(pte) && (!write || psim_pte_write(pte));
}

/* Context: mmap lock held, and kept. Return: 0, -ENOMEM, -EFAULT, -EHWPOISON. */
static int bring_in(struct vm_area_struct *vma, unsigned long address, bool write)
{
	unsigned int flags = write ? FAULT_FLAG_WRITE : 0;

	/* a fault that resolved nothing is repeated, as an access would be */
	while (!there(vma->vm_mm, address, write)) {
		int err = vm_fault_to_errno(handle_mm_fault(vma, address, flags, NULL), 0);

		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int bring_in_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  bool write)
{
	unsigned long address;
	int err = 0;

	for (address = start; address < end && !err; address += PAGE_SIZE)
		err = bring_in(vma, address, write);
	return err;
}

/* ---- all of a VMA's kind ------------------------------------------------------------------------------ */

int psim_populate_vma(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;

	if (vma->vm_flags & VM_LOCKONFAULT)
		return 0;
	if (!vma_is_accessible(vma))
		return -EFAULT;
	return bring_in_range(vma, start, end, write);
}

int psim_populate(struct mm_struct *mm, unsigned long start, unsigned long length, bool go_on)
{
	unsigned long end = start + length, next;
	struct vm_area_struct *vma;
	int err = 0;

	/* the lock is dropped between VMAs: long populations let others in */
	for (; start < end && !err; start = next) {
		mmap_read_lock(mm);
		vma = find_vma_intersection(mm, start, end);
		next = vma ? min(vma->vm_end, end) : end;
		if (vma && !(vma->vm_flags & (VM_IO | VM_PFNMAP)))
			err = psim_populate_vma(vma, max(start, vma->vm_start), next);
		mmap_read_unlock(mm);
		if (go_on)
			err = 0;
	}
	return err;
}

/* ---- as madvise asks for it --------------------------------------------------------------------------- */

static bool allows(const struct vm_area_struct *vma, bool write)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return false;
	return vma->vm_flags & (write ? VM_WRITE : VM_READ);
}

int psim_madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	struct vm_area_struct *vma;
	int err = 0;

	mmap_read_lock(mm);
	while (start < end && !err) {
		unsigned long next;

		vma = vma_lookup(mm, start);
		if (!vma)
			err = -ENOMEM;
		else if (!allows(vma, write))
			err = -EINVAL;
		if (err)
			break;
		next = min(vma->vm_end, end);
		err = bring_in_range(vma, start, next, write);
		start = next;
	}
	mmap_read_unlock(mm);
	return err;
}
