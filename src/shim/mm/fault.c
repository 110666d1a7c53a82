// SPDX-License-Identifier: MIT
/*
 * Page faults: what a slot needs before the access can be repeated.
 *
 * Modelled: demand-zero (S6.41), device-private slots (S6.1 to S6.12), migration slots (S6.40); other
 * kinds of faults are in files of their own (fault.h). Not modelled: per-VMA locks (a kernel falls back
 * to the mmap lock, too), files, swap, userfaultfd, device-exclusive slots.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/userfaultfd_k.h>
#include "mm/fault.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

struct folio *psim_fault_alloc_page(struct psim_fault *f, gfp_t zero)
{
	struct folio *folio =
		vma_alloc_folio(GFP_HIGHUSER_MOVABLE | zero, 0, f->vmf.vma, f->vmf.address);

	if (folio)
		__folio_mark_uptodate(folio);
	return folio;
}

void psim_fault_map_new(struct psim_fault *f, struct folio *folio)
{
	struct vm_area_struct *vma = f->vmf.vma;
	psim_pte_t pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);

	pte |= PSIM_PTE_F_YOUNG;
	if (vma->vm_flags & VM_WRITE)
		pte |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	folio_add_new_anon_rmap(folio, vma, f->vmf.address, RMAP_EXCLUSIVE);
	folio_add_lru_vma(folio, vma);
	psim_pte_set(psim_fault_mm(f), f->vmf.address, f->ptep, pte);
}

static bool unstable(struct mm_struct *mm)
{
	return test_bit(MMF_UNSTABLE, &mm->flags);
}

vm_fault_t vmf_anon_prepare(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	int err;

	if (likely(smp_load_acquire(&vma->anon_vma)))
		return 0;
	if (!(vmf->flags & FAULT_FLAG_VMA_LOCK))
		return __anon_vma_prepare(vma) ? VM_FAULT_OOM : 0;
	if (!mmap_read_trylock(mm)) {
		vma_end_read(vma);
		return VM_FAULT_RETRY;
	}
	err = __anon_vma_prepare(vma);
	mmap_read_unlock(mm);
	return err ? VM_FAULT_OOM : 0;
}

/* ---- an empty slot (S6.41) ------------------------------------------------------------------------- */

static vm_fault_t map_zero_page(struct psim_fault *f)
{
	psim_pte_t pte = psim_pte_mk_present(my_zero_pfn(f->vmf.address), f->vmf.vma->vm_page_prot);
	vm_fault_t result = 0;

	if (!psim_fault_lock_same(f))
		return 0;
	if (unstable(psim_fault_mm(f)) || userfaultfd_missing(f->vmf.vma))
		result = VM_FAULT_SIGBUS;
	else
		psim_pte_set(psim_fault_mm(f), f->vmf.address, f->ptep,
			     pte | PSIM_PTE_F_SPECIAL | PSIM_PTE_F_YOUNG);
	psim_fault_unlock(f);
	return result;
}

static vm_fault_t fault_anonymous(struct psim_fault *f)
{
	struct folio *folio;
	vm_fault_t result = 0;

	if (psim_pte_alloc(psim_fault_mm(f), f->vmf.address))
		return VM_FAULT_OOM;
	if (!psim_fault_is_write(f))
		return map_zero_page(f);
	result = vmf_anon_prepare(&f->vmf);
	if (result)
		return result;
	folio = psim_fault_alloc_page(f, __GFP_ZERO);
	if (!folio)
		return VM_FAULT_OOM;
	if (!psim_fault_lock_same(f)) {
		folio_put(folio);
		return 0;
	}
	if (unstable(psim_fault_mm(f)) || userfaultfd_missing(f->vmf.vma)) {
		result = VM_FAULT_SIGBUS;
	} else {
		inc_mm_counter(psim_fault_mm(f), MM_ANONPAGES);
		psim_fault_map_new(f, folio);
		folio = NULL;
	}
	psim_fault_unlock(f);
	if (folio)
		folio_put(folio);
	return result;
}

/* ---- a present slot ---------------------------------------------------------------------------------- */

/* A slot that allows the access: somebody else was here, or the processor was late. */
static vm_fault_t fault_present(struct psim_fault *f)
{
	if ((psim_fault_is_write(f) || psim_fault_is_unshare(f)) && !psim_pte_write(f->old))
		return psim_fault_write_protected(f);
	if (!psim_fault_lock_same(f))
		return 0;
	psim_pte_set(psim_fault_mm(f), f->vmf.address, f->ptep,
		     f->old | PSIM_PTE_F_YOUNG | (psim_fault_is_write(f) ? PSIM_PTE_F_DIRTY : 0));
	psim_fault_unlock(f);
	return 0;
}

/* ---- slots of migration and of devices ----------------------------------------------------------------- */

/* Wait, without a reference, until the folio is unlocked (S6.5, S6.40). */
void psim_migration_wait(psim_pte_t pte, psim_pte_t *ptep, spinlock_t *ptl)
{
	psim_folio_wait_unlocked_ptl(psim_pte_pfn(pte), ptl);
}

static vm_fault_t fault_migration(struct psim_fault *f)
{
	if (psim_fault_lock_same(f))
		psim_migration_wait(f->old, f->ptep, f->vmf.ptl);
	return 0;
}

vm_fault_t psim_migrate_to_ram(struct vm_fault *vmf)
{
	struct dev_pagemap *pgmap = page_pgmap(vmf->page);
	unsigned long pfn = page_to_pfn(vmf->page);
	unsigned int mm = vmf->vma->vm_mm->__psim_id;
	vm_fault_t result;

	psim_point(PSIM_POINT_CALLBACK);
	psim_trace(PSIM_EV_TO_RAM, mm, vmf->address, pfn, 0);
	result = pgmap->ops->migrate_to_ram(vmf);
	psim_trace(PSIM_EV_TO_RAM_END, mm, vmf->address, pfn, result);
	psim_point(PSIM_POINT_CALLBACK);
	if (result & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)) {
		psim_report(
			"S6.9",
			"migrate_to_ram of page %#lx returned %#x: the mmap lock is not its own",
			pfn, result);
		result &= ~(VM_FAULT_RETRY | VM_FAULT_COMPLETED);
	}
	unlock_page(vmf->page);
	put_page(vmf->page);
	return result;
}

static vm_fault_t fault_device_private(struct psim_fault *f)
{
	/* drivers are called under the mmap lock (S6.2) */
	if (f->vmf.flags & FAULT_FLAG_VMA_LOCK) {
		vma_end_read(f->vmf.vma);
		return VM_FAULT_RETRY;
	}
	atomic_long_inc(&psim_fault_mm(f)->__psim_device_faults);
	if (!psim_fault_lock_same(f))
		return 0;
	f->vmf.page = pfn_to_page(psim_pte_pfn(f->old));
	if (!trylock_page(f->vmf.page)) {
		psim_migration_wait(f->old, f->ptep, f->vmf.ptl);
		return 0;
	}
	get_page(f->vmf.page);
	f->vmf.pte = (pte_t *)f->ptep; /* stale from here on, but not NULL (S6.6) */
	psim_fault_unlock(f);
	return psim_migrate_to_ram(&f->vmf);
}

static vm_fault_t fault_slot(struct psim_fault *f)
{
	if (psim_pte_none(f->old)) {
		if (vma_is_anonymous(f->vmf.vma))
			return fault_anonymous(f);
		return psim_fault_file(f);
	}
	if (psim_pte_present(f->old))
		return fault_present(f);
	if (psim_pte_is_migration(f->old))
		return fault_migration(f);
	if (psim_pte_is_device_private(f->old))
		return fault_device_private(f);
	if (psim_pte_is_device_exclusive(f->old))
		return psim_fault_exclusive(f);
	if (psim_pte_kind(f->old) == PSIM_PTE_HWPOISON)
		return VM_FAULT_HWPOISON;
	if (psim_pte_is_swap(f->old))
		return psim_fault_swap(f);
	if (psim_pte_kind(f->old) == PSIM_PTE_MARKER)
		return psim_fault_marker(f);
	psim_stop_function("handle_mm_fault", "a slot of this kind is not modelled yet");
}

vm_fault_t __folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf)
{
	bool killable = vmf->flags & FAULT_FLAG_KILLABLE;

	if (fault_flag_allow_retry_first(vmf->flags)) {
		if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
			return VM_FAULT_RETRY;
		psim_fault_release(vmf);
		if (killable)
			folio_wait_locked_killable(folio);
		else
			folio_wait_locked(folio);
		return VM_FAULT_RETRY;
	}
	if (killable && folio_lock_killable(folio)) {
		psim_fault_release(vmf);
		return VM_FAULT_RETRY;
	}
	if (!killable)
		folio_lock(folio);
	return 0;
}

/* ---- the face ---------------------------------------------------------------------------------------------- */

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	struct psim_fault f = {
		.vmf =
			{
				.vma = vma,
				.gfp_mask = GFP_HIGHUSER_MOVABLE,
				.pgoff = linear_page_index(vma, address & PAGE_MASK),
				.address = address & PAGE_MASK,
				.real_address = address,
				.flags = flags,
			},
	};
	unsigned int mm = vma->vm_mm->__psim_id;
	vm_fault_t result;

	psim_trace(PSIM_EV_FAULT, mm, address, psim_fault_is_write(&f), 0);
	assert_fault_locked(&f.vmf);
	if (address < vma->vm_start || address >= vma->vm_end)
		psim_report("handle_mm_fault", "mm %u: %#lx is not inside the VMA",
			    vma->vm_mm->__psim_id, address);
	result = psim_huge_fault(&f.vmf);
	if (result != VM_FAULT_FALLBACK)
		goto out;
	f.ptep = psim_pte_map(vma->vm_mm, f.vmf.address);
	if (f.ptep)
		f.old = psim_pte_get(vma->vm_mm, f.vmf.address, f.ptep);
	f.vmf.orig_pte = __pte(f.old);
	result = fault_slot(&f);
out:
	/* the VMA may be gone after VM_FAULT_RETRY */
	psim_trace(PSIM_EV_FAULT_END, mm, address, psim_fault_is_write(&f), result);
	return result;
}

int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags,
		     bool *unlocked)
{
	vm_flags_t need = fault_flags & FAULT_FLAG_WRITE ? VM_WRITE : VM_READ;
	struct vm_area_struct *vma = vma_lookup(mm, address);

	if (!vma || !(vma->vm_flags & need))
		return -EFAULT;
	return vm_fault_to_errno(
		handle_mm_fault(vma, address, fault_flags | FAULT_FLAG_REMOTE, NULL), 0);
}
