// SPDX-License-Identifier: MIT
/*
 * Pages to swap and back: what swapping out puts in slots, and the fault that brings a page in.
 *
 * A page on its way in goes through the swap cache, and stays there while other entries name its slot. Large
 * folios are not swapped.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/fault.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/swapfile.h"

/* ---- out ---------------------------------------------------------------------------------------------- */

/* Return: false: the page may be pinned here; the slot is as it was. Context: PTL. */
static bool replace_slot(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			 psim_pte_t *ptep, unsigned long slot)
{
	struct page *page = &folio->page;
	bool exclusive = PageAnonExclusive(page);
	psim_pte_t pte = psim_pte_clear_flush(vma, address, ptep);

	if (exclusive && folio_try_share_anon_rmap_pte(folio, page)) {
		psim_pte_set(vma->vm_mm, address, ptep, pte);
		return false;
	}
	if (psim_pte_dirty(pte))
		folio_mark_dirty(folio);
	psim_swap_dup(slot);
	dec_mm_counter(vma->vm_mm, MM_ANONPAGES);
	inc_mm_counter(vma->vm_mm, MM_SWAPENTS);
	psim_pte_set(vma->vm_mm, address, ptep,
		     psim_pte_make(PSIM_PTE_SWAP, slot,
				   (pte & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP)) |
					   (exclusive ? PSIM_PTE_F_SWP_EXCLUSIVE : 0)));
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
	return true;
}

static int unmap_from(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
		      void *arg)
{
	unsigned long slot = *(unsigned long *)arg;
	struct mmu_notifier_range range;
	psim_pte_t *ptep, pte;
	spinlock_t *ptl;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, address,
				address + PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	ptep = psim_pte_map_lock(vma->vm_mm, address, &ptl);
	if (ptep) {
		pte = psim_pte_get(vma->vm_mm, address, ptep);
		if (psim_pte_present(pte) && psim_pte_pfn(pte) == folio_pfn(folio))
			replace_slot(folio, vma, address, ptep, slot);
		psim_pte_unlock(ptep, ptl);
	}
	mmu_notifier_invalidate_range_end(&range);
	return 0;
}

/* Context: folio lock and a reference. */
static int write_out(struct folio *folio, bool keep)
{
	unsigned long slot = 0;

	if (!folio_test_swapcache(folio)) {
		slot = psim_swap_alloc();
		if (!slot)
			return -ENOMEM;
		psim_swap_cache_add(folio, slot);
	} else {
		slot = folio->swap.val >> PSIM_PTE_PFN_SHIFT;
	}
	psim_rmap_walk(folio, unmap_from, &slot);
	if (folio_mapped(folio)) {
		folio_free_swap(folio);
		return -EBUSY;
	}
	psim_swap_write(slot, folio);
	folio_clear_dirty(folio);
	/* ours, and the cache's */
	if (!keep && folio_ref_count(folio) == 2)
		psim_swap_cache_remove(folio);
	return 0;
}

static struct folio *get_anon(struct mm_struct *mm, unsigned long address)
{
	struct folio *folio = NULL;
	psim_pte_t *ptep, pte;
	spinlock_t *ptl;

	ptep = psim_pte_map_lock(mm, address, &ptl);
	if (!ptep)
		return NULL;
	pte = psim_pte_get(mm, address, ptep);
	if (psim_pte_present(pte) && !psim_pte_special(pte) &&
	    folio_test_anon(pfn_folio(psim_pte_pfn(pte))))
		folio = pfn_folio(psim_pte_pfn(pte));
	if (folio)
		folio_get(folio);
	psim_pte_unlock(ptep, ptl);
	return folio;
}

/* DEVIATION: huge pages and large folios are not swapped; a kernel swaps them whole or splits them. */
static bool is_leaf(struct mm_struct *mm, unsigned long address)
{
	psim_pte_t *pmdp = psim_pmd_walk(mm, address);

	return pmdp && psim_pmd_leaf(psim_pte_peek(pmdp)) &&
	       !psim_leaf_is_zero(psim_pte_peek(pmdp));
}

int psim_swap_page_out(struct mm_struct *mm, unsigned long address, bool keep)
{
	struct folio *folio;
	int err = -ENOENT;

	lru_add_drain();
	mmap_read_lock(mm);
	folio = vma_lookup(mm, address) ? get_anon(mm, address & PAGE_MASK) : NULL;
	if (!folio && is_leaf(mm, address)) {
		err = -EBUSY;
	} else if (folio && (folio_is_zone_device(folio) || folio_test_large(folio))) {
		err = -EBUSY;
	} else if (folio) {
		folio_lock(folio);
		err = write_out(folio, keep);
		folio_unlock(folio);
	}
	if (folio)
		folio_put(folio);
	mmap_read_unlock(mm);
	return err;
}

/* ---- in ------------------------------------------------------------------------------------------------- */

/* The folio of the slot, in the cache, locked, with a reference. Return: 0, VM_FAULT_*. */
static vm_fault_t read_in(struct psim_fault *f, unsigned long slot, struct folio **foliop)
{
	struct folio *folio = psim_swap_cached(slot);
	vm_fault_t result = 0;

	while (!folio) {
		struct folio *fresh = psim_fault_alloc_page(f, 0);

		if (!fresh)
			return VM_FAULT_OOM;
		folio_lock(fresh);
		__folio_set_swapbacked(fresh);
		/* the entry that we came by keeps the slot only as long as the PTL says so */
		if (!psim_fault_lock_same(f)) {
			folio_unlock(fresh);
			folio_put(fresh);
			return VM_FAULT_NOPAGE;
		}
		result = psim_swap_cache_add(fresh, slot) ? VM_FAULT_NOPAGE : 0;
		psim_fault_unlock(f);
		if (!result) {
			psim_swap_read(slot, fresh);
			folio_add_lru(fresh);
			*foliop = fresh;
			return 0;
		}
		folio_unlock(fresh);
		folio_put(fresh);
		folio = psim_swap_cached(slot);
	}
	result = folio_lock_or_retry(folio, &f->vmf);
	if (result)
		folio_put(folio);
	*foliop = folio;
	return result;
}

/* Context: PTL, folio lock. */
static void map_in(struct psim_fault *f, struct folio *folio, unsigned long slot)
{
	struct vm_area_struct *vma = f->vmf.vma;
	psim_pte_t pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);
	bool exclusive = f->old & PSIM_PTE_F_SWP_EXCLUSIVE;

	pte |= PSIM_PTE_F_YOUNG | (f->old & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP));
	psim_swap_put(slot);
	if (psim_fault_is_write(f) && folio_ref_count(folio) == 2)
		folio_free_swap(folio);
	exclusive |= folio_ref_count(folio) == 1;
	if (exclusive && (vma->vm_flags & VM_WRITE) && !psim_pte_uffd_wp(pte)) {
		pte |= PSIM_PTE_F_WRITE;
		if (psim_fault_is_write(f))
			pte |= PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	}
	inc_mm_counter(vma->vm_mm, MM_ANONPAGES);
	dec_mm_counter(vma->vm_mm, MM_SWAPENTS);
	if (folio_test_anon(folio))
		folio_add_anon_rmap_pte(folio, &folio->page, vma, f->vmf.address,
					exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	else
		folio_add_new_anon_rmap(folio, vma, f->vmf.address,
					exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	folio_get(folio);
	psim_fault_set(f, pte);
	f->old = pte;
}

vm_fault_t psim_fault_swap(struct psim_fault *f)
{
	unsigned long slot = psim_swap_slot(f->old);
	struct folio *folio;
	vm_fault_t result;

	/* the slot cannot go while its entry is there: look before touching it */
	result = vmf_anon_prepare(&f->vmf);
	if (result)
		return result;
	if (!psim_fault_lock_same(f))
		return 0;
	psim_fault_unlock(f);
	result = read_in(f, slot, &folio);
	if (result)
		return result & VM_FAULT_NOPAGE ? 0 : result;
	if (!folio_test_swapcache(folio) || folio->swap.val >> PSIM_PTE_PFN_SHIFT != slot ||
	    !psim_fault_lock_same(f)) {
		folio_unlock(folio);
		folio_put(folio);
		return 0;
	}
	map_in(f, folio, slot);
	psim_fault_unlock(f);
	folio_unlock(folio);
	folio_put(folio);
	if (psim_fault_is_write(f) && !psim_pte_write(f->old))
		return psim_fault_write_protected(f);
	return VM_FAULT_MAJOR;
}
