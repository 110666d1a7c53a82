// SPDX-License-Identifier: MIT
/*
 * MADV_COLLAPSE: what an aligned span of 2 MiB maps, page by page, becomes one folio under a leaf.
 *
 * The pages are locked and taken off the LRU, the table is taken out of the slot above it, bytes are
 * copied, and the table stays in reserve with the leaf. Anonymous pages, holes and zero pages can be
 * collapsed; device-private ones are brought back first. Not modelled: the daemon that does this
 * unasked, pages of files. DEVIATION: pages of folios that are large already are refused.
 */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"

/* ---- what is there ---------------------------------------------------------------------------------- */

/* A page can take part if nobody but slots refers to it. On success it is locked, and off the LRU. Context: PTL. */
static bool take_page(psim_pte_t pte)
{
	struct folio *folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));

	if (folio_test_large(folio) || !folio_test_anon(folio) ||
	    folio_ref_count(folio) != folio_mapcount(folio))
		return false;
	if (!folio_trylock(folio))
		return false;
	if (folio_isolate_lru(folio))
		return true;
	folio_unlock(folio);
	return false;
}

static void give_back(psim_pte_t pte)
{
	struct folio *folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));

	folio_unlock(folio);
	folio_putback_lru(folio);
}

static bool is_nothing(psim_pte_t pte)
{
	return psim_pte_none(pte) || (psim_pte_present(pte) && is_zero_pfn(psim_pte_pfn(pte)));
}

/* Take the first @n slots' pages back into use. */
static void undo(const psim_pte_t *slots, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		if (!is_nothing(slots[i]))
			give_back(slots[i]);
	}
}

/* All 512, or none. Context: PTL. Return: 0, -EAGAIN, -EINVAL. */
static int take_pages(const psim_pte_t *slots)
{
	unsigned long i;

	for (i = 0; i < HPAGE_PMD_NR; i++) {
		if (is_nothing(slots[i]))
			continue;
		if (!psim_pte_present(slots[i]) || psim_pte_special(slots[i]) ||
		    !take_page(slots[i])) {
			undo(slots, i);
			return psim_pte_present(slots[i]) ? -EAGAIN : -EINVAL;
		}
	}
	return 0;
}

/* Device pages come back to RAM first, as by an access. */
static void bring_back(struct vm_area_struct *vma, unsigned long address)
{
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++, address += PAGE_SIZE) {
		psim_pte_t *ptep = psim_pte_map(vma->vm_mm, address);

		if (ptep && psim_pte_is_device_private(psim_pte_peek(ptep)))
			handle_mm_fault(vma, address, 0, NULL);
	}
}

/* ---- the change ---------------------------------------------------------------------------------------- */

/* Copy the pages, drop them, and empty their slots: nobody can reach the table any more. */
static long move_pages(struct vm_area_struct *vma, psim_pte_t *slots, struct folio *huge)
{
	long pages = 0;

	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		psim_pte_t pte = slots[i];
		struct folio *folio;

		__atomic_store_n(&slots[i], 0, __ATOMIC_RELAXED);
		if (is_nothing(pte))
			continue;
		folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));
		copy_highpage(folio_page(huge, i), &folio->page);
		folio_remove_rmap_pte(folio, &folio->page, vma);
		folio_put(folio);
		give_back(pte);
		pages++;
	}
	return pages;
}

static void map_leaf(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
		     struct folio *huge, psim_pte_t table, long pages)
{
	psim_pte_t pmd = psim_pmd_mk_present(folio_pfn(huge), vma->vm_page_prot) |
			 PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;

	spinlock_t *ptl = psim_pte_lockptr(pmdp);

	if (vma->vm_flags & VM_WRITE)
		pmd |= PSIM_PTE_F_WRITE;
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, -pages);
	spin_lock(ptl);
	psim_map_new_leaf(vma, address, pmdp, huge, pmd, psim_pte_pfn(table));
	spin_unlock(ptl);
}

/*
 * The table is out of reach before its pages are looked at: no processor can change them any more.
 * Context: mmap, VMA and anon_vma locks write-held.
 */
static int collapse_locked(struct vm_area_struct *vma, unsigned long address, struct folio *huge)
{
	psim_pte_t *pmdp = psim_pmd_walk(vma->vm_mm, address), table = 0, *slots;
	spinlock_t *ptl;
	int err;

	if (pmdp)
		table = psim_pte_peek(pmdp);
	if (!psim_pmd_table(table))
		return -EINVAL;
	slots = psim_table_slots(psim_pte_pfn(table));
	ptl = psim_pte_lockptr(pmdp);
	spin_lock(ptl);
	psim_pte_set(vma->vm_mm, address, pmdp, PSIM_PMD_CHANGING);
	psim_tlb_flush_range(vma->vm_mm, address, address + PMD_SIZE);
	spin_unlock(ptl);

	spin_lock(psim_pte_lockptr(slots));
	err = take_pages(slots);
	spin_unlock(psim_pte_lockptr(slots));
	if (err) {
		spin_lock(ptl);
		psim_pte_set(vma->vm_mm, address, pmdp, table);
		spin_unlock(ptl);
		return err;
	}
	map_leaf(vma, address, pmdp, huge, table, move_pages(vma, slots, huge));
	return 0;
}

static bool is_leaf(struct vm_area_struct *vma, unsigned long address)
{
	psim_pte_t *pmdp = psim_pmd_walk(vma->vm_mm, address);

	return pmdp && psim_pmd_leaf(psim_pte_peek(pmdp)) &&
	       psim_pte_present(psim_pte_peek(pmdp)) && !psim_leaf_is_zero(psim_pte_peek(pmdp));
}

int psim_collapse(struct vm_area_struct *vma, unsigned long address)
{
	struct mmu_notifier_range range;
	struct folio *huge;
	int err;

	mmap_assert_write_locked(vma->vm_mm);
	if (is_leaf(vma, address))
		return 0;
	if (!vma_is_anonymous(vma) || !vma->anon_vma)
		return -EINVAL;
	huge = vma_alloc_folio(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN | __GFP_ZERO, HPAGE_PMD_ORDER,
			       vma, address);
	if (!huge)
		return -ENOMEM;
	__folio_mark_uptodate(huge);
	bring_back(vma, address);
	vma_start_write(vma);
	lru_add_drain_all();
	anon_vma_lock_write(vma->anon_vma);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, address,
				address + PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	err = collapse_locked(vma, address, huge);
	mmu_notifier_invalidate_range_end(&range);
	anon_vma_unlock_write(vma->anon_vma);
	if (err)
		folio_put(huge);
	return err;
}
