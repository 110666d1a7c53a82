// SPDX-License-Identifier: MIT
/* User memory for KUnit cases: an address space for the calling task, mappings that the case's end undoes. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "mm/fork.h"
#include "mm/mm_internal.h"
#include "mm/swapfile.h"

struct mapping {
	unsigned long address;
	size_t length;
};

int kunit_attach_mm(void)
{
	struct mm_struct *mm;

	if (current->mm)
		return 0;
	mm = mm_alloc();
	if (!mm)
		return -ENOMEM;
	set_bit(PSIM_MMF_KUNIT, &mm->flags);
	current->mm = mm;
	return 0;
}

static void unmap(void *ctx)
{
	struct mapping *mapping = ctx;

	if (current->mm)
		vm_munmap(mapping->address, mapping->length);
	kfree(mapping);
}

unsigned long kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long addr,
			    unsigned long len, unsigned long prot, unsigned long flag,
			    unsigned long offset)
{
	struct mapping *mapping = kmalloc(sizeof(*mapping), GFP_KERNEL);
	unsigned long address;

	if (!mapping)
		return 0;
	address = vm_mmap(file, addr, len, prot, flag, offset);
	if (IS_ERR_VALUE(address)) {
		kfree(mapping);
		return 0;
	}
	mapping->address = address;
	mapping->length = len;
	if (kunit_add_action_or_reset(test, unmap, mapping))
		return 0;
	return address;
}

static void let_go(void *mm)
{
	mmput(mm);
}

struct mm_struct *kunit_fork_mm(struct kunit *test)
{
	struct mm_struct *mm = psim_fork_mm(current->mm);

	if (!mm || kunit_add_action_or_reset(test, let_go, mm))
		return NULL;
	return mm;
}

int kunit_mlock(unsigned long start, unsigned long length)
{
	return psim_do_mlock(current->mm, start, length, VM_LOCKED);
}

bool kunit_oom_reap_mm(struct mm_struct *mm)
{
	return psim_oom_reap_mm(mm);
}

int kunit_mprotect(unsigned long addr, unsigned long len, unsigned long prot)
{
	return psim_do_mprotect(current->mm, addr, len, prot);
}

long kunit_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		  unsigned long flags, unsigned long new_addr)
{
	return psim_do_mremap(current->mm, addr, old_len, new_len, flags, new_addr);
}

int kunit_swap_out(unsigned long address, bool keep_cached)
{
	return psim_swap_page_out(current->mm, address, keep_cached);
}

int kunit_set_slot(unsigned long address, unsigned long entry)
{
	struct mm_struct *mm = current->mm;
	psim_pte_t *ptep;
	spinlock_t *ptl;
	int err = -ENOMEM;

	mmap_read_lock(mm);
	ptep = psim_pte_alloc_map_lock(mm, address, &ptl);
	if (ptep) {
		err = psim_pte_none(psim_pte_get(mm, address, ptep)) ? 0 : -EBUSY;
		if (!err)
			psim_pte_set(mm, address, ptep, entry);
		psim_pte_unlock(ptep, ptl);
	}
	mmap_read_unlock(mm);
	return err;
}

unsigned long kunit_take_slot(unsigned long address)
{
	struct mm_struct *mm = current->mm;
	unsigned long old = 0;
	psim_pte_t *ptep;
	spinlock_t *ptl;

	mmap_read_lock(mm);
	ptep = psim_pte_map_lock(mm, address, &ptl);
	if (ptep) {
		old = psim_pte_get_and_clear(mm, address, ptep);
		psim_pte_unlock(ptep, ptl);
	}
	mmap_read_unlock(mm);
	return old;
}
