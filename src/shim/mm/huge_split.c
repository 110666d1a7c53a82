// SPDX-License-Identifier: MIT
/*
 * A leaf of 2 MiB becomes a table of 512 slots; the folio behind it stays as large as it is.
 *
 * The slots are the leaf's own word with consecutive page frames. The table was deposited when the leaf
 * was made. Not modelled: leaves of files.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* 512 slots with the page frames from @first's on. Nobody sees the table yet. */
static void fill_slots(u32 table, psim_pte_t first, unsigned long step)
{
	psim_pte_t *slots = psim_table_slots(table);

	for (unsigned long i = 0; i < PTRS_PER_PTE; i++)
		__atomic_store_n(&slots[i], first + i * step, __ATOMIC_RELAXED);
}

static psim_pte_t zero_slot(psim_pte_t pmd)
{
	return psim_pte_make(PSIM_PTE_PRESENT, __PSIM_ZERO_PFN,
			     pmd & (PSIM_PTE_F_SPECIAL | PSIM_PTE_F_YOUNG | PSIM_PTE_F_EXEC |
				    PSIM_PTE_F_PROTNONE | PSIM_PTE_F_SOFT_DIRTY |
				    PSIM_PTE_F_UFFD_WP));
}

/* The leaf's one mapping becomes one a page (S6.59). */
static void spread_mapping(struct folio *folio, struct vm_area_struct *vma, unsigned long address)
{
	bool exclusive = PageAnonExclusive(&folio->page);

	folio_ref_add(folio, HPAGE_PMD_NR - 1);
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		folio_add_anon_rmap_pte(folio, folio_page(folio, i), vma, address + i * PAGE_SIZE,
					exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	folio_remove_rmap_pmd(folio, &folio->page, vma);
}

/* A leaf that maps a folio. Return: its first slot. */
static psim_pte_t split_mapping(struct vm_area_struct *vma, unsigned long address, psim_pte_t pmd,
				bool freeze)
{
	struct folio *folio = psim_leaf_folio(pmd);
	psim_pte_t slot = pmd & ~PSIM_PTE_F_LEAF;
	bool exclusive = PageAnonExclusive(&folio->page);

	if (psim_pte_present(pmd) && psim_pte_dirty(pmd))
		folio_set_dirty(folio);
	if (freeze && exclusive && folio_try_share_anon_rmap_pmd(folio, &folio->page))
		freeze = false;
	if (!freeze) {
		spread_mapping(folio, vma, address);
		return slot;
	}
	folio_remove_rmap_pmd(folio, &folio->page, vma);
	folio_put(folio);
	return psim_migration_slot(slot, psim_pte_write(slot), exclusive);
}

void psim_split_pmd_locked(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
			   bool freeze)
{
	const psim_pte_t next_frame = 1ull << PSIM_PTE_PFN_SHIFT;
	psim_pte_t pmd = psim_pmd_invalidate(vma, address, pmdp);
	u32 table = psim_table_withdraw(pmdp);

	address &= PMD_MASK;
	if (psim_leaf_is_zero(pmd))
		fill_slots(table, zero_slot(pmd), 0);
	else if (psim_pte_maps(pmd))
		fill_slots(table, split_mapping(vma, address, pmd, freeze), next_frame);
	else
		fill_slots(table, pmd & ~PSIM_PTE_F_LEAF, next_frame);
	psim_table_populate(vma->vm_mm, address, pmdp, table);
}

void psim_split_pmd(struct vm_area_struct *vma, unsigned long address)
{
	psim_pte_t *pmdp = psim_pmd_walk(vma->vm_mm, address);
	struct mmu_notifier_range range;
	spinlock_t *ptl;

	address &= PMD_MASK;
	if (!pmdp || !psim_pmd_leaf(psim_pte_peek(pmdp)))
		return;
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, address,
				address + PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	ptl = psim_pte_lockptr(pmdp);
	spin_lock(ptl);
	if (psim_pmd_leaf(psim_pte_peek(pmdp)))
		psim_split_pmd_locked(vma, address, pmdp, false);
	spin_unlock(ptl);
	mmu_notifier_invalidate_range_end(&range);
}

void psim_split_pmd_at(struct vm_area_struct *vma, unsigned long address)
{
	if (address & ~PMD_MASK)
		psim_split_pmd(vma, address);
}
