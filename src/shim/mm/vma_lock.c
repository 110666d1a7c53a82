// SPDX-License-Identifier: MIT
/*
 * The locks of VMAs: a fault holds one VMA's for reading, in place of the mmap lock.
 *
 * A VMA is write-locked while its vm_lock_seq is its mm's mm_lock_seq; the end of the mmap lock's write
 * hold takes the next number, and so lets all of them go at once. Readers never wait: they are refused.
 * One spinlock an address space guards the readers' counts and, for those who look without the mmap
 * lock, the tree. DEVIATION: a kernel looks under RCU instead; what can be seen is the same.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* Writers that wait for readers, of any address space: few at a time. */
static DECLARE_WAIT_QUEUE_HEAD(writers);

static bool write_locked(const struct vm_area_struct *vma)
{
	return vma->vm_lock_seq == vma->vm_mm->mm_lock_seq;
}

/* Context: __psim_vma_lock. */
static bool try_read(struct vm_area_struct *vma)
{
	if (write_locked(vma) || vma->__psim_writer)
		return false;
	vma->__psim_readers++;
	return true;
}

struct vm_area_struct *vma_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	bool locked;

	spin_lock(&mm->__psim_vma_lock);
	locked = try_read(vma);
	spin_unlock(&mm->__psim_vma_lock);
	return locked ? vma : NULL;
}

struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long address)
{
	struct vm_area_struct *vma;

	spin_lock(&mm->__psim_vma_lock);
	vma = psim_vma_find(mm, address);
	if (vma && (vma->vm_start > address || !try_read(vma)))
		vma = NULL;
	spin_unlock(&mm->__psim_vma_lock);
	return vma;
}

void vma_end_read(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	bool wake = false;

	spin_lock(&mm->__psim_vma_lock);
	if (!vma->__psim_readers)
		psim_report("vma_end_read", "mm %u: the VMA at %#lx is not read-locked",
			    mm->__psim_id, vma->vm_start);
	else
		wake = --vma->__psim_readers == 0 && vma->__psim_writer;
	spin_unlock(&mm->__psim_vma_lock);
	if (wake)
		wake_up_all(&writers);
}

static bool readers_gone(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	bool gone;

	spin_lock(&mm->__psim_vma_lock);
	gone = !vma->__psim_readers;
	if (gone) {
		vma->__psim_writer = false;
		vma->vm_lock_seq = mm->mm_lock_seq;
	}
	spin_unlock(&mm->__psim_vma_lock);
	return gone;
}

void vma_start_write(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	mmap_assert_write_locked(mm);
	/* both change only under the write hold that we have */
	if (write_locked(vma))
		return;
	spin_lock(&mm->__psim_vma_lock);
	vma->__psim_writer = true;
	spin_unlock(&mm->__psim_vma_lock);
	wait_event(writers, readers_gone(vma));
}

void vma_end_write_all(struct mm_struct *mm)
{
	mmap_assert_write_locked(mm);
	spin_lock(&mm->__psim_vma_lock);
	mm->mm_lock_seq++;
	spin_unlock(&mm->__psim_vma_lock);
}

void vma_assert_write_locked(struct vm_area_struct *vma)
{
	mmap_assert_write_locked(vma->vm_mm);
	if (!write_locked(vma))
		psim_report("vma_assert_write_locked", "mm %u: the VMA at %#lx is not write-locked",
			    vma->vm_mm->__psim_id, vma->vm_start);
}

void vma_assert_locked(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	bool locked;

	spin_lock(&mm->__psim_vma_lock);
	locked = vma->__psim_readers || write_locked(vma);
	spin_unlock(&mm->__psim_vma_lock);
	if (!locked)
		psim_report("vma_assert_locked", "mm %u: the VMA at %#lx is not locked",
			    mm->__psim_id, vma->vm_start);
}
