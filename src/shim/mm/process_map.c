// SPDX-License-Identifier: MIT
/* The user face's system calls on mappings; what is not there yet says so. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <psim/process.h>
#include "mm/mm_internal.h"
#include "mm/process.h"
#include "mm/swapfile.h"
#include "sched/user_call.h"
#include "sim/sim.h"

/* Whether the address space of @process may be used now; returns from the caller if not. */
#define CHECK(process)                                             \
	do {                                                       \
		int __err = psim_process_check(__func__, process); \
                                                                   \
		if (__err)                                         \
			return __err;                              \
	} while (0)

long psim_mmap_at(struct psim_process *process, unsigned long address, size_t length, int prot,
		  int flags, struct psim_file *file, unsigned long offset)
{
	long result;

	CHECK(process);
	if (offset_in_page(offset))
		return -EINVAL;
	if (flags & MAP_ANONYMOUS)
		file = NULL;
	else if (!file)
		return -EBADF;
	if ((flags & MAP_ANONYMOUS) && (flags & MAP_HUGETLB))
		return -ENOMEM;
	psim_user_call_begin();
	result = psim_do_mmap(psim_process_mm(process), (struct file *)file, address, length,
			      (unsigned int)prot, (unsigned int)flags, offset >> PAGE_SHIFT);
	psim_user_call_end();
	return result;
}

int psim_mprotect(struct psim_process *process, unsigned long address, size_t length, int prot)
{
	CHECK(process);
	return psim_do_mprotect(psim_process_mm(process), address, length, (unsigned int)prot);
}

long psim_mremap(struct psim_process *process, unsigned long address, size_t old_length,
		 size_t new_length, int flags, unsigned long new_address)
{
	long result;

	CHECK(process);
	psim_user_call_begin();
	result = psim_do_mremap(psim_process_mm(process), address, old_length, new_length,
				(unsigned int)flags, new_address);
	psim_user_call_end();
	return result;
}

int psim_madvise(struct psim_process *process, unsigned long address, size_t length, int advice)
{
	CHECK(process);
	return psim_do_madvise(psim_process_mm(process), address, length, advice);
}

int psim_oom_reap(struct psim_process *process)
{
	CHECK(process);
	return psim_oom_reap_mm(psim_process_mm(process)) ? 0 : -EAGAIN;
}

/* ---- locked memory ----------------------------------------------------------------------------------- */

int psim_mlock(struct psim_process *process, unsigned long address, size_t length)
{
	CHECK(process);
	return psim_do_mlock(psim_process_mm(process), address, length, VM_LOCKED);
}

int psim_mlock2(struct psim_process *process, unsigned long address, size_t length, int flags)
{
	CHECK(process);
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return psim_do_mlock(psim_process_mm(process), address, length,
			     VM_LOCKED | (flags ? VM_LOCKONFAULT : 0));
}

int psim_munlock(struct psim_process *process, unsigned long address, size_t length)
{
	CHECK(process);
	return psim_do_munlock(psim_process_mm(process), address, length);
}

int psim_mlockall(struct psim_process *process, int flags)
{
	CHECK(process);
	return psim_do_mlockall(psim_process_mm(process), flags);
}

int psim_munlockall(struct psim_process *process)
{
	CHECK(process);
	return psim_do_munlockall(psim_process_mm(process));
}

int psim_set_memlock_limit(struct psim_process *process, unsigned long bytes)
{
	CHECK(process);
	psim_process_mm(process)->__psim_memlock_limit = bytes;
	return 0;
}

int psim_swap_out(struct psim_process *process, unsigned long address)
{
	CHECK(process);
	return psim_swap_page_out(psim_process_mm(process), address, false);
}

/* ---- looking --------------------------------------------------------------------------------------- */

static int flags_shown(const struct vm_area_struct *vma)
{
	static const struct {
		vm_flags_t vm;
		int shown;
	} flags[] = {
		{VM_MAYSHARE, PSIM_MAPPING_SHARED},	    {VM_LOCKED, PSIM_MAPPING_LOCKED},
		{VM_LOCKONFAULT, PSIM_MAPPING_LOCKONFAULT}, {VM_HUGEPAGE, PSIM_MAPPING_HUGEPAGE},
		{VM_NOHUGEPAGE, PSIM_MAPPING_NOHUGEPAGE},   {VM_DONTCOPY, PSIM_MAPPING_DONTFORK},
		{VM_WIPEONFORK, PSIM_MAPPING_WIPEONFORK},   {VM_DONTDUMP, PSIM_MAPPING_DONTDUMP},
		{VM_NORESERVE, PSIM_MAPPING_NORESERVE},	    {VM_ACCOUNT, PSIM_MAPPING_ACCOUNTED},
		{VM_SEQ_READ, PSIM_MAPPING_SEQUENTIAL},	    {VM_RAND_READ, PSIM_MAPPING_RANDOM},
	};
	int shown = vma->vm_file ? PSIM_MAPPING_FILE : 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (vma->vm_flags & flags[i].vm)
			shown |= flags[i].shown;
	}
	return shown;
}

static struct psim_mapping show(const struct vm_area_struct *vma)
{
	_Static_assert(VM_READ == PSIM_READ && VM_WRITE == PSIM_WRITE && VM_EXEC == PSIM_EXEC,
		       "protections are the kernel's");
	return (struct psim_mapping){
		.start = vma->vm_start,
		.end = vma->vm_end,
		.offset = vma->vm_file ? vma->vm_pgoff << PAGE_SHIFT : 0,
		.prot = vma->vm_flags & VM_ACCESS_FLAGS,
		.flags = flags_shown(vma),
	};
}

long psim_mappings(struct psim_process *process, struct psim_mapping *list, size_t max)
{
	int err = psim_process_check(__func__, process);
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	size_t n = 0;

	if (err)
		return err;
	if (max && !list)
		return psim_misuse(-EINVAL, "psim_mappings: a list of %zu places is needed", max);
	mm = psim_process_mm(process);
	mmap_read_lock(mm);
	{
		VMA_ITERATOR(vmi, mm, 0);

		for_each_vma(vmi, vma)
		{
			if (n < max)
				list[n] = show(vma);
			n++;
		}
	}
	mmap_read_unlock(mm);
	return n;
}
