// SPDX-License-Identifier: MIT
/*
 * Page faults: what a slot needs before the access can be repeated.
 *
 * Modelled: demand-zero (S6.41), writes to read-only slots (S6.14, S6.42), device-private slots (S6.1 to
 * S6.12), migration slots (S6.40). Not modelled: per-VMA locks (a kernel falls back to the mmap lock,
 * too), files, swap, userfaultfd, huge mappings, device-exclusive slots.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

/* A fault in progress, with the slot in the shim's own type. */
struct fault {
	struct vm_fault vmf;
	psim_pte_t *ptep;
	psim_pte_t old;
};

static bool is_write(const struct fault *f)
{
	return f->vmf.flags & FAULT_FLAG_WRITE;
}

static struct mm_struct *mm_of(const struct fault *f)
{
	return f->vmf.vma->vm_mm;
}

/* Take the PTL. Return: false, without it, if the slot is not what it was. */
static bool lock_same(struct fault *f)
{
	f->ptep = psim_pte_map_lock(mm_of(f), f->vmf.address, &f->vmf.ptl);
	if (!f->ptep)
		return false;
	if (psim_pte_get(mm_of(f), f->vmf.address, f->ptep) == f->old)
		return true;
	psim_pte_unlock(f->ptep, f->vmf.ptl);
	return false;
}

static void unlock(struct fault *f)
{
	psim_pte_unlock(f->ptep, f->vmf.ptl);
}

/* A fresh page of this VMA, or NULL. */
static struct folio *fault_alloc_page(struct fault *f, gfp_t zero)
{
	struct folio *folio =
		vma_alloc_folio(GFP_HIGHUSER_MOVABLE | zero, 0, f->vmf.vma, f->vmf.address);

	if (folio)
		__folio_mark_uptodate(folio);
	return folio;
}

/* The slot gets the page, dirty and writable as the VMA allows. Context: PTL. */
static void map_new(struct fault *f, struct folio *folio)
{
	struct vm_area_struct *vma = f->vmf.vma;
	psim_pte_t pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);

	pte |= PSIM_PTE_F_YOUNG;
	if (vma->vm_flags & VM_WRITE)
		pte |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	folio_add_new_anon_rmap(folio, vma, f->vmf.address, RMAP_EXCLUSIVE);
	folio_add_lru_vma(folio, vma);
	psim_pte_set(mm_of(f), f->vmf.address, f->ptep, pte);
}

static bool unstable(struct mm_struct *mm)
{
	return test_bit(MMF_UNSTABLE, &mm->flags);
}

/* ---- an empty slot (S6.41) ------------------------------------------------------------------------- */

static vm_fault_t map_zero_page(struct fault *f)
{
	psim_pte_t pte = psim_pte_mk_present(my_zero_pfn(f->vmf.address), f->vmf.vma->vm_page_prot);
	vm_fault_t result = 0;

	if (!lock_same(f))
		return 0;
	if (unstable(mm_of(f)))
		result = VM_FAULT_SIGBUS;
	else
		psim_pte_set(mm_of(f), f->vmf.address, f->ptep,
			     pte | PSIM_PTE_F_SPECIAL | PSIM_PTE_F_YOUNG);
	unlock(f);
	return result;
}

static vm_fault_t fault_anonymous(struct fault *f)
{
	struct folio *folio;
	vm_fault_t result = 0;

	if (psim_pte_alloc(mm_of(f), f->vmf.address))
		return VM_FAULT_OOM;
	if (!is_write(f))
		return map_zero_page(f);
	if (anon_vma_prepare(f->vmf.vma))
		return VM_FAULT_OOM;
	folio = fault_alloc_page(f, __GFP_ZERO);
	if (!folio)
		return VM_FAULT_OOM;
	if (!lock_same(f)) {
		folio_put(folio);
		return 0;
	}
	if (unstable(mm_of(f))) {
		result = VM_FAULT_SIGBUS;
	} else {
		inc_mm_counter(mm_of(f), MM_ANONPAGES);
		map_new(f, folio);
		folio = NULL;
	}
	unlock(f);
	if (folio)
		folio_put(folio);
	return result;
}

/* ---- a write to a read-only slot (S6.14, S6.42) ------------------------------------------------------- */

/* Make the slot writable in place. Context: PTL, dropped. */
static vm_fault_t reuse(struct fault *f)
{
	psim_pte_set(mm_of(f), f->vmf.address, f->ptep,
		     f->old | PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY |
			     PSIM_PTE_F_YOUNG);
	unlock(f);
	return 0;
}

/* Whether nobody but this slot (and a lagging LRU batch) refers to the folio. Context: PTL. */
static bool sole_user(struct fault *f, struct folio *folio)
{
	bool sole;

	/* the slot, the swap cache, and one LRU batch at most */
	if (folio_test_ksm(folio) || folio_ref_count(folio) > 3)
		return false;
	if (!folio_test_lru(folio))
		lru_add_drain();
	if (folio_ref_count(folio) > 1 + folio_test_swapcache(folio))
		return false;
	if (!folio_trylock(folio))
		return false;
	sole = folio_ref_count(folio) == 1;
	if (sole) {
		folio_move_anon_rmap(folio, f->vmf.vma);
		SetPageAnonExclusive(&folio->page);
	}
	folio_unlock(folio);
	return sole;
}

/* Put @copy where @old (NULL: the zero page) was, unless the slot changed. Return: whether it did not. */
static bool replace(struct fault *f, struct folio *copy, struct folio *old)
{
	struct mm_struct *mm = mm_of(f);

	if (!lock_same(f))
		return false;
	if (!old || !folio_test_anon(old)) {
		if (old)
			dec_mm_counter(mm, mm_counter(old));
		inc_mm_counter(mm, MM_ANONPAGES);
	}
	psim_pte_clear_flush(f->vmf.vma, f->vmf.address, f->ptep);
	map_new(f, copy);
	if (old)
		folio_remove_rmap_pte(old, &old->page, f->vmf.vma);
	unlock(f);
	return true;
}

/* @old: referenced by the caller; NULL: the zero page. */
static vm_fault_t copy_on_write(struct fault *f, struct folio *old)
{
	struct mmu_notifier_range range;
	struct folio *copy;
	bool replaced;

	if (anon_vma_prepare(f->vmf.vma))
		return VM_FAULT_OOM;
	copy = fault_alloc_page(f, old ? 0 : __GFP_ZERO);
	if (!copy)
		return VM_FAULT_OOM;
	if (old)
		copy_highpage(&copy->page, &old->page);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm_of(f), f->vmf.address,
				f->vmf.address + PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	replaced = replace(f, copy, old);
	mmu_notifier_invalidate_range_end(&range);
	if (!replaced)
		folio_put(copy);
	else if (old)
		folio_put(old); /* the slot's reference */
	return 0;
}

static vm_fault_t fault_write_protected(struct fault *f)
{
	struct folio *old = NULL;
	vm_fault_t result;

	if (!lock_same(f))
		return 0;
	if (!psim_pte_special(f->old)) {
		struct page *page = pfn_to_page(psim_pte_pfn(f->old));

		old = page_folio(page);
		if (folio_test_anon(old) && (PageAnonExclusive(page) || sole_user(f, old)))
			return reuse(f);
		folio_get(old);
	}
	unlock(f);
	result = copy_on_write(f, old);
	if (old)
		folio_put(old);
	return result;
}

/* A slot that allows the access: somebody else was here, or the processor was late. */
static vm_fault_t fault_present(struct fault *f)
{
	if (is_write(f) && !psim_pte_write(f->old))
		return fault_write_protected(f);
	if (!lock_same(f))
		return 0;
	psim_pte_set(mm_of(f), f->vmf.address, f->ptep,
		     f->old | PSIM_PTE_F_YOUNG | (is_write(f) ? PSIM_PTE_F_DIRTY : 0));
	unlock(f);
	return 0;
}

/* ---- slots of migration and of devices ----------------------------------------------------------------- */

/* Wait, without a reference, until the folio is unlocked (S6.5, S6.40). */
void psim_migration_wait(psim_pte_t pte, psim_pte_t *ptep, spinlock_t *ptl)
{
	psim_folio_wait_unlocked_ptl(psim_pte_pfn(pte), ptl);
}

static vm_fault_t fault_migration(struct fault *f)
{
	if (lock_same(f))
		psim_migration_wait(f->old, f->ptep, f->vmf.ptl);
	return 0;
}

static vm_fault_t fault_device_private(struct fault *f)
{
	struct dev_pagemap *pgmap;
	vm_fault_t result;

	atomic_long_inc(&mm_of(f)->__psim_device_faults);
	if (!lock_same(f))
		return 0;
	f->vmf.page = pfn_to_page(psim_pte_pfn(f->old));
	if (!trylock_page(f->vmf.page)) {
		psim_migration_wait(f->old, f->ptep, f->vmf.ptl);
		return 0;
	}
	get_page(f->vmf.page);
	f->vmf.pte = (pte_t *)f->ptep; /* stale from here on, but not NULL (S6.6) */
	unlock(f);
	pgmap = page_pgmap(f->vmf.page);
	psim_point(PSIM_POINT_CALLBACK);
	result = pgmap->ops->migrate_to_ram(&f->vmf);
	psim_point(PSIM_POINT_CALLBACK);
	if (result & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)) {
		psim_report(
			"S6.9",
			"migrate_to_ram of page %#lx returned %#x: the mmap lock is not its own",
			psim_pte_pfn(f->old), result);
		result &= ~(VM_FAULT_RETRY | VM_FAULT_COMPLETED);
	}
	unlock_page(f->vmf.page);
	put_page(f->vmf.page);
	return result;
}

static vm_fault_t fault_slot(struct fault *f)
{
	if (psim_pte_none(f->old)) {
		if (vma_is_anonymous(f->vmf.vma))
			return fault_anonymous(f);
		if (!f->vmf.vma->vm_ops->fault)
			return VM_FAULT_SIGBUS;
		psim_stop_function("handle_mm_fault",
				   "faults of mapped files are not modelled yet");
	}
	if (psim_pte_present(f->old))
		return fault_present(f);
	if (psim_pte_is_migration(f->old))
		return fault_migration(f);
	if (psim_pte_is_device_private(f->old))
		return fault_device_private(f);
	if (psim_pte_kind(f->old) == PSIM_PTE_HWPOISON)
		return VM_FAULT_HWPOISON;
	psim_stop_function("handle_mm_fault", "a slot of this kind is not modelled yet");
}

/* ---- the face ---------------------------------------------------------------------------------------------- */

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	struct fault f = {
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
	vm_fault_t result;

	mmap_assert_locked(vma->vm_mm);
	if (address < vma->vm_start || address >= vma->vm_end)
		psim_report("handle_mm_fault", "mm %u: %#lx is not inside the VMA",
			    vma->vm_mm->__psim_id, address);
	f.ptep = psim_pte_map(vma->vm_mm, f.vmf.address);
	if (f.ptep)
		f.old = psim_pte_get(vma->vm_mm, f.vmf.address, f.ptep);
	f.vmf.orig_pte = __pte(f.old);
	result = fault_slot(&f);
	psim_trace(PSIM_EV_FAULT, vma->vm_mm->__psim_id, address, is_write(&f), result);
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
