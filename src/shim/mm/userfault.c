// SPDX-License-Identifier: MIT
/*
 * userfaultfd: registration of VMAs, write protection of slots, and pages brought in by the program.
 *
 * As with UFFD_FEATURE_SIGBUS: who faults gets SIGBUS instead of waiting for the program. Not modelled:
 * the file with its events, minor faults, memory other than private anonymous, protection of pages that
 * are not there yet.
 */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/userfaultfd_k.h>
#include <psim/userfault.h>
#include "mm/fault.h"
#include "mm/mm_internal.h"
#include "mm/process.h"
#include "sim/sim.h"

static bool bad_range(unsigned long start, size_t length)
{
	return !length || ((start | length) & ~PAGE_MASK) || start + length < start ||
	       start + length > TASK_SIZE;
}

/* ---- registration --------------------------------------------------------------------------------------- */

/* Return: 0, or -EINVAL if nothing is mapped in the range, or what cannot be registered. */
static int may_register(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma || vma->vm_start >= end)
		return -EINVAL;
	for (; vma && vma->vm_start < end; vma = find_vma(mm, vma->vm_end)) {
		if (!vma_is_anonymous(vma) || (vma->vm_flags & VM_SPECIAL))
			return -EINVAL;
	}
	return 0;
}

/* Every VMA of the range gets these modes; slots are let go of where write protection ends. */
static int set_modes(struct mm_struct *mm, unsigned long start, unsigned long end, vm_flags_t modes)
{
	struct vm_area_struct *vma;
	unsigned long from, to;

	for (from = start; from < end; from = to) {
		vm_flags_t old, flags;

		vma = find_vma(mm, from);
		if (!vma || vma->vm_start >= end)
			break;
		from = max(from, vma->vm_start);
		to = min(end, vma->vm_end);
		old = vma->vm_flags;
		flags = (old & ~__VM_UFFD_FLAGS) | modes;
		if (flags == old)
			continue;
		vma = psim_vma_modify(vma, from, to, flags);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		vma_start_write(vma);
		vm_flags_reset(vma, flags);
		if ((old & ~flags) & VM_UFFD_WP)
			psim_change_protection(vma, from, to, PSIM_UNPROTECT_UFFD);
	}
	return 0;
}

static int change_modes(const char *what, struct psim_process *process, unsigned long start,
			size_t length, vm_flags_t modes)
{
	int err = psim_process_check(what, process);
	struct mm_struct *mm;

	if (err)
		return err;
	mm = psim_process_mm(process);
	if (bad_range(start, length))
		return -EINVAL;
	mmap_write_lock(mm);
	err = may_register(mm, start, start + length);
	if (!err)
		err = set_modes(mm, start, start + length, modes);
	mmap_write_unlock(mm);
	return err;
}

int psim_userfault_register(struct psim_process *process, unsigned long address, size_t length,
			    int modes)
{
	vm_flags_t flags = (modes & PSIM_USERFAULT_MISSING ? VM_UFFD_MISSING : 0) |
			   (modes & PSIM_USERFAULT_WP ? VM_UFFD_WP : 0);

	if (!flags || (modes & ~(PSIM_USERFAULT_MISSING | PSIM_USERFAULT_WP)))
		return -EINVAL;
	return change_modes(__func__, process, address, length, flags);
}

int psim_userfault_unregister(struct psim_process *process, unsigned long address, size_t length)
{
	return change_modes(__func__, process, address, length, 0);
}

/* ---- write protection --------------------------------------------------------------------------------------- */

static int protect_all(struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum psim_protection how)
{
	struct vm_area_struct *vma;
	unsigned long at;

	for (at = start; at < end; at = vma->vm_end) {
		vma = vma_lookup(mm, at);
		if (!vma || !userfaultfd_wp(vma))
			return -ENOENT;
	}
	for (at = start; at < end; at = vma->vm_end) {
		vma = vma_lookup(mm, at);
		vma_start_write(vma);
		psim_change_protection(vma, at, min(end, vma->vm_end), how);
	}
	return 0;
}

int psim_userfault_writeprotect(struct psim_process *process, unsigned long address, size_t length,
				int protect)
{
	int err = psim_process_check(__func__, process);
	struct mm_struct *mm;

	if (err)
		return err;
	mm = psim_process_mm(process);
	if (bad_range(address, length))
		return -EINVAL;
	mmap_write_lock(mm);
	err = protect_all(mm, address, address + length,
			  protect ? PSIM_PROTECT_UFFD : PSIM_UNPROTECT_UFFD);
	mmap_write_unlock(mm);
	return err;
}

/* ---- bringing a page in --------------------------------------------------------------------------------------- */

static int copy_in(struct mm_struct *mm, unsigned long address, const void *bytes)
{
	struct psim_fault f = {
		.vmf =
			{
				.vma = vma_lookup(mm, address),
				.address = address,
				.gfp_mask = GFP_HIGHUSER_MOVABLE,
			},
	};
	struct folio *folio;

	if (!f.vmf.vma || !userfaultfd_armed(f.vmf.vma))
		return -ENOENT;
	f.vmf.flags = f.vmf.vma->vm_flags & VM_WRITE ? FAULT_FLAG_WRITE : 0;
	if (__anon_vma_prepare(f.vmf.vma) || psim_pte_alloc(mm, address))
		return -ENOMEM;
	folio = psim_fault_alloc_page(&f, 0);
	if (!folio)
		return -ENOMEM;
	memcpy_to_page(&folio->page, 0, bytes, PAGE_SIZE);
	if (!psim_fault_lock_same(&f)) {
		folio_put(folio);
		return -EEXIST;
	}
	inc_mm_counter(mm, MM_ANONPAGES);
	psim_fault_map_new(&f, folio);
	psim_fault_unlock(&f);
	return 0;
}

int psim_userfault_copy(struct psim_process *process, unsigned long address, const void *bytes)
{
	int err = psim_process_check(__func__, process);
	struct mm_struct *mm;

	if (err)
		return err;
	mm = psim_process_mm(process);
	if (bad_range(address, PAGE_SIZE))
		return -EINVAL;
	mmap_read_lock(mm);
	err = copy_in(mm, address, bytes);
	mmap_read_unlock(mm);
	return err;
}
