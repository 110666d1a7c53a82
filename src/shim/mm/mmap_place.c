// SPDX-License-Identifier: MIT
/*
 * Where a mapping goes: fixed addresses, wishes, and the search for a hole, from the top down.
 *
 * As x86-64 with four levels does it; whole multiples of 2 MiB of anonymous memory are aligned. Not
 * modelled: randomisation, and what files want of their own.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include "mm/mm_internal.h"

#define MMAP_MIN_ADDR SZ_64K /* below it only the privileged map */
#define STACK_GUARD   (256 << PAGE_SHIFT)

/* Where others may end below @vma: stacks keep a distance. */
static unsigned long start_with_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD ? vma->vm_start - STACK_GUARD : 0;
}

/* The highest hole of @length bytes in [low, high). Return: its start, or -ENOMEM. */
static long hole_from_top(struct mm_struct *mm, unsigned long length, unsigned long low,
			  unsigned long high)
{
	unsigned long end = high;
	struct rb_node *node;

	for (node = rb_last(&mm->__psim_vmas); node; node = rb_prev(node)) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (vma->vm_end <= low)
			break;
		if (vma->vm_end <= end && end - vma->vm_end >= length)
			return end - length;
		end = min(end, start_with_gap(vma));
	}
	return end >= length && end - length >= low ? (long)(end - length) : -ENOMEM;
}

/* The lowest one. */
static long hole_from_bottom(struct mm_struct *mm, unsigned long length, unsigned long low,
			     unsigned long high)
{
	struct vm_area_struct *vma = find_vma(mm, low);

	for (; vma && vma->vm_start < high; vma = psim_vma_next(vma)) {
		if (start_with_gap(vma) >= low && start_with_gap(vma) - low >= length)
			return low;
		low = max(low, vma->vm_end);
	}
	return high >= length && high - length >= low ? (long)low : -ENOMEM;
}

/* Whether [address, +length) is free, stacks' distance included. */
static bool is_free(struct mm_struct *mm, unsigned long address, unsigned long length)
{
	struct vm_area_struct *vma;

	if (address < MMAP_MIN_ADDR || mm->task_size - length < address)
		return false;
	vma = find_vma(mm, address);
	return !vma || address + length <= start_with_gap(vma);
}

static long find_hole(struct mm_struct *mm, unsigned long address, unsigned long length,
		      unsigned long flags)
{
	if (flags & MAP_32BIT) {
		if (length > SZ_2G)
			return -ENOMEM;
		if (address && address <= SZ_2G - length && is_free(mm, address, length))
			return address;
		return hole_from_bottom(mm, length, SZ_1G, SZ_2G);
	}
	if (address && is_free(mm, address, length))
		return address;
	return hole_from_top(mm, length, flags & MAP_ABOVE4G ? SZ_4G : MMAP_MIN_ADDR,
			     mm->mmap_base);
}

/* Whole 2 MiB where the caller does not care. Return: 0 if there is no such place. */
static unsigned long find_aligned_hole(struct mm_struct *mm, unsigned long length,
				       unsigned long flags)
{
	long found = find_hole(mm, 0, length + PMD_SIZE, flags);

	if (found < 0)
		return 0;
	/* one that is aligned already moves up, too, for all that was asked for is there */
	return IS_ALIGNED((unsigned long)found, PMD_SIZE) ? found + PMD_SIZE
							  : ALIGN((unsigned long)found, PMD_SIZE);
}

long psim_get_unmapped_area(struct mm_struct *mm, struct file *file, unsigned long address,
			    unsigned long length, unsigned long flags)
{
	unsigned long found = 0;

	if (length > mm->task_size)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		/* a quirk that a kernel shows: an address that reads as an errno is taken for one */
		if (IS_ERR_VALUE(address))
			return address;
		if (address > mm->task_size - length)
			return -ENOMEM;
		if (offset_in_page(address))
			return -EINVAL;
		return address < MMAP_MIN_ADDR ? -EPERM : (long)address;
	}
	if (!file && !address && !(flags & MAP_SHARED) && IS_ALIGNED(length, PMD_SIZE))
		found = find_aligned_hole(mm, length, flags);
	return found ?: (unsigned long)find_hole(mm, address & PAGE_MASK, length, flags);
}

unsigned long psim_hint(unsigned long address)
{
	address &= PAGE_MASK;
	return address && address < MMAP_MIN_ADDR ? MMAP_MIN_ADDR : address;
}
