// SPDX-License-Identifier: MIT
/*
 * User accesses: what the processor and the kernel's fault entry do together for one load or store.
 *
 * Try by the TLB and the tables; on a miss fault under the mmap lock; again, until it is done or cannot
 * be. A fault that resolved nothing lets the others run before the next try.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "mm/mm_internal.h"
#include "sched/engine.h"
#include "sim/sim.h"

static bool may_access(const struct vm_area_struct *vma, bool write)
{
	/* as x86: whatever can be written or executed can be read */
	return vma->vm_flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC);
}

static int errno_of(vm_fault_t fault)
{
	if (fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (fault & VM_FAULT_SIGSEGV)
		return -EFAULT;
	return fault & VM_FAULT_ERROR ? -EIO : 0;
}

/* Whoever is killed while it waits does not try again. */
static bool killed(vm_fault_t fault)
{
	return (fault & VM_FAULT_RETRY) && fatal_signal_pending(current);
}

/*
 * The fault under the VMA's lock alone. Return: whether that did; *@err gets 0: try the access again, or
 * the errno.
 */
static bool fault_by_vma_lock(struct mm_struct *mm, unsigned long address, unsigned int flags,
			      int *err)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, address);
	vm_fault_t fault;

	if (!vma)
		return false;
	if (!may_access(vma, flags & FAULT_FLAG_WRITE)) {
		vma_end_read(vma);
		*err = -EFAULT;
		return true;
	}
	fault = handle_mm_fault(vma, address, flags | FAULT_FLAG_VMA_LOCK, NULL);
	if (!(fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		vma_end_read(vma);
	*err = killed(fault) ? -EINTR : errno_of(fault);
	return *err || !(fault & VM_FAULT_RETRY);
}

/* The kernel's entry for a fault of a user access. Return: 0: try again; otherwise the errno. */
static int user_fault(struct mm_struct *mm, unsigned long address, bool write)
{
	unsigned int flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER;
	struct vm_area_struct *vma;
	vm_fault_t fault;
	int err;

	if (write)
		flags |= FAULT_FLAG_WRITE;
	might_sleep();
	atomic_long_inc(&mm->__psim_faults);
	if (fault_by_vma_lock(mm, address, flags, &err))
		return err;
	do {
		mmap_read_lock(mm);
		vma = vma_lookup(mm, address);
		if (!vma || !may_access(vma, write)) {
			mmap_read_unlock(mm);
			return -EFAULT;
		}
		fault = handle_mm_fault(vma, address, flags, NULL);
		if (fault & VM_FAULT_COMPLETED)
			return 0;
		if (killed(fault))
			return -EINTR;
		flags |= FAULT_FLAG_TRIED;
	} while (fault & VM_FAULT_RETRY);
	mmap_read_unlock(mm);
	return errno_of(fault);
}

/* One access inside one page, faulting as long as it takes. */
static int access_page(struct mm_struct *mm, unsigned long address, void *buffer,
		       unsigned int length, bool write)
{
	unsigned int tries = 0;
	int err;

	for (;;) {
		psim_point(PSIM_POINT_ACCESS);
		if (likely(psim_tlb_access(mm, address, buffer, length, write) == PSIM_TLB_DONE))
			return 0;
		if (tries++)
			psim_yielded();
		err = user_fault(mm, address, write);
		if (err)
			return err;
	}
}

unsigned long psim_access_loop(struct mm_struct *mm, unsigned long address, void *buffer,
			       unsigned long length, bool write, int *err)
{
	unsigned long done = 0;

	*err = 0;
	while (done < length) {
		unsigned long here = address + done;
		unsigned int n = min(length - done, PAGE_SIZE - offset_in_page(here));

		if (unlikely(here >= mm->task_size || here < address))
			*err = -EFAULT;
		else
			*err = access_page(mm, here, (char *)buffer + done, n, write);
		if (unlikely(*err))
			break;
		done += n;
	}
	return done;
}

unsigned long (*psim_user_access)(struct mm_struct *mm, unsigned long address, void *buffer,
				  unsigned long length, bool write, int *err) = psim_access_loop;
