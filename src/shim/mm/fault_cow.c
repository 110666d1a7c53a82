// SPDX-License-Identifier: MIT
/*
 * Writes to read-only slots: the page is used in place, or copied (S6.14, S6.42, S6.43).
 *
 * A pin asks for the same without a write (unsharing): the page becomes exclusive, the slot stays
 * read-only. 2 MiB: huge_fault.c. Not modelled: KSM.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/userfaultfd_k.h>
#include "mm/fault.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "mm/swapfile.h"

/* ---- the page is used in place ---------------------------------------------------------------------- */

/* Make the slot writable, or only leave it (unsharing). Context: PTL, dropped. */
static vm_fault_t reuse(struct psim_fault *f)
{
	psim_pte_t pte = f->old | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_YOUNG;

	if (!psim_fault_is_unshare(f)) {
		if (f->vmf.vma->vm_flags & VM_WRITE)
			pte |= PSIM_PTE_F_WRITE;
		psim_fault_set(f, pte);
	}
	psim_fault_unlock(f);
	return 0;
}

/*
 * Whether nobody but this slot (and a lagging LRU batch) refers to the folio. DEVIATION: of a large folio that
 * slots map this is never so: its page is copied, where a kernel that counts the mappings of each process may
 * reuse it. Context: PTL.
 */
static bool sole_user(struct psim_fault *f, struct folio *folio)
{
	bool sole;

	/* the slot, the swap cache, and one LRU batch at most */
	if (folio_test_ksm(folio) || folio_test_large(folio) || folio_ref_count(folio) > 3)
		return false;
	if (!folio_test_lru(folio))
		lru_add_drain();
	if (folio_ref_count(folio) > 1 + folio_test_swapcache(folio))
		return false;
	if (!folio_trylock(folio))
		return false;
	if (folio_test_swapcache(folio))
		folio_free_swap(folio);
	sole = folio_ref_count(folio) == 1;
	if (sole) {
		folio_move_anon_rmap(folio, f->vmf.vma);
		SetPageAnonExclusive(&folio->page);
	}
	folio_unlock(folio);
	return sole;
}

/* ---- the page is copied (S6.42) ------------------------------------------------------------------------ */

/* What the copy's slot says after an unsharing: as the old one, but for the page. */
static psim_pte_t unshared_slot(struct psim_fault *f, struct folio *copy)
{
	return psim_pte_mk_present(folio_pfn(copy), f->vmf.vma->vm_page_prot) | PSIM_PTE_F_YOUNG |
	       (f->old & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP));
}

/* Put @copy where @old (NULL: the zero page) was, unless the slot changed. Return: whether it did not. */
static bool replace(struct psim_fault *f, struct folio *copy, struct folio *old)
{
	struct page *page = pfn_to_page(psim_pte_pfn(f->old));
	struct mm_struct *mm = psim_fault_mm(f);

	if (!psim_fault_lock_same(f))
		return false;
	if (!old || !folio_test_anon(old)) {
		if (old)
			dec_mm_counter(mm, mm_counter(old));
		inc_mm_counter(mm, MM_ANONPAGES);
	}
	psim_pte_clear_flush(f->vmf.vma, f->vmf.address, f->ptep);
	psim_fault_map_new(f, copy);
	if (psim_fault_is_unshare(f))
		psim_fault_set(f, unshared_slot(f, copy));
	if (old)
		folio_remove_rmap_pte(old, page, f->vmf.vma);
	psim_fault_unlock(f);
	return true;
}

/* @old: referenced by the caller; NULL: the zero page. */
static vm_fault_t copy_on_write(struct psim_fault *f, struct folio *old)
{
	struct mmu_notifier_range range;
	struct folio *copy;
	vm_fault_t result;
	bool replaced;

	result = vmf_anon_prepare(&f->vmf);
	if (result)
		return result;
	copy = psim_fault_alloc_page(f, old ? 0 : __GFP_ZERO);
	if (!copy)
		return VM_FAULT_OOM;
	if (old)
		copy_highpage(&copy->page, pfn_to_page(psim_pte_pfn(f->old)));
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, psim_fault_mm(f), f->vmf.address,
				f->vmf.address + PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	replaced = replace(f, copy, old);
	mmu_notifier_invalidate_range_end(&range);
	if (!replaced)
		folio_put(copy);
	else if (old) {
		psim_swap_cache_tidy(old);
		folio_put(old); /* the slot's reference */
	}
	return 0;
}

/* ---- the decision --------------------------------------------------------------------------------------- */

vm_fault_t psim_fault_write_protected(struct psim_fault *f)
{
	struct folio *old = NULL;
	vm_fault_t result;

	if (!psim_fault_lock_same(f))
		return 0;
	if (psim_pte_uffd_wp(f->old) && userfaultfd_wp(f->vmf.vma) && !psim_fault_is_unshare(f)) {
		psim_fault_unlock(f);
		return VM_FAULT_SIGBUS;
	}
	if (f->vmf.vma->vm_flags & (VM_SHARED | VM_MAYSHARE))
		return psim_fault_write_shared(
			f, psim_pte_special(f->old) ? NULL : pfn_folio(psim_pte_pfn(f->old)));
	if (!psim_pte_special(f->old)) {
		struct page *page = pfn_to_page(psim_pte_pfn(f->old));

		old = page_folio(page);
		if (folio_test_anon(old) && (PageAnonExclusive(page) || sole_user(f, old)))
			return reuse(f);
		folio_get(old);
	}
	psim_fault_unlock(f);
	result = copy_on_write(f, old);
	if (old)
		folio_put(old);
	return result;
}
