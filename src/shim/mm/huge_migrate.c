// SPDX-License-Identifier: MIT
/*
 * The middle step of a migration for 2 MiB: a hole is filled by one leaf, a compound source is taken
 * apart for a destination of single pages (S2.c).
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/mm_internal.h"

/* ---- a hole of 2 MiB (S2.53) ----------------------------------------------------------------------- */

/* Whether the leaf may be put there. Context: PMD lock. */
static bool still_a_hole(struct vm_area_struct *vma, psim_pte_t pmd)
{
	if (test_bit(MMF_UNSTABLE, &vma->vm_mm->flags) || (vma->vm_flags & VM_UFFD_MISSING))
		return false;
	return psim_pte_none(pmd) || psim_leaf_is_zero(pmd);
}

/* Context: PMD lock. @table: for the reserve, 0 once used; the huge zero folio's leaf has one already. */
static void fill(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
		 struct folio *folio, u32 *table)
{
	u32 reserve = *table;

	if (psim_pte_none(psim_pte_peek(pmdp))) {
		*table = 0;
	} else {
		psim_pmd_invalidate(vma, address, pmdp);
		reserve = psim_table_withdraw(pmdp);
	}
	folio_get(folio);
	psim_map_new_leaf(vma, address, pmdp, folio,
			  psim_migrate_new_slot(vma, folio) | PSIM_PTE_F_LEAF, reserve);
}

/* Return: 0; -EINVAL: it can never be; -EAGAIN: not now. */
static int insert_leaf(struct vm_area_struct *vma, unsigned long address, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	psim_pte_t *pmdp;
	spinlock_t *ptl;
	u32 table;
	bool ok;

	if (!vma_is_anonymous(vma) || !IS_ALIGNED(address, PMD_SIZE) ||
	    address + PMD_SIZE > vma->vm_end || anon_vma_prepare(vma))
		return -EINVAL;
	pmdp = psim_pmd_alloc(mm, address);
	if (!pmdp || !psim_migrate_can_insert(folio))
		return -EAGAIN;
	table = psim_table_prepare(mm);
	if (!table)
		return -EAGAIN;
	/* the driver's bytes come before the leaf that shows them */
	folio_mark_uptodate(folio);
	ptl = psim_pte_lockptr(pmdp);
	spin_lock(ptl);
	ok = still_a_hole(vma, psim_pte_get(mm, address, pmdp));
	if (ok)
		fill(vma, address, pmdp, folio, &table);
	spin_unlock(ptl);
	psim_table_release(mm, table);
	return ok ? 0 : -EAGAIN;
}

void psim_migrate_insert_huge(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			      unsigned long *src)
{
	struct folio *folio = psim_migrate_folio(dst);
	int err = -EINVAL;

	if (folio_order(folio) != HPAGE_PMD_ORDER)
		psim_report("S2.53",
			    "a hole's destination, page %#lx, is COMPOUND, and of order %u",
			    folio_pfn(folio), folio_order(folio));
	else
		err = insert_leaf(vma, address, folio);
	if (err)
		*src &= ~MIGRATE_PFN_MIGRATE;
}

/* ---- a source for single pages (S2.50) ----------------------------------------------------------------- */

int psim_migrate_split(struct vm_area_struct *vma, unsigned long address, unsigned long *src)
{
	struct folio *folio = psim_migrate_folio(*src);
	unsigned long nr = folio_nr_pages(folio), pfn = folio_pfn(folio);
	unsigned long flags = *src & (MIGRATE_PFN_MIGRATE | MIGRATE_PFN_WRITE);
	psim_pte_t *pmdp = psim_pmd_walk(vma->vm_mm, address);
	int err;

	/* a kernel drops no reference here when the leaf is gone; it leaks (S2.50) */
	if (!pmdp || !psim_pmd_leaf(psim_pte_peek(pmdp))) {
		psim_report(
			"S2.50",
			"migrate_vma_pages(): folio %#lx is to be split, but its 2 MiB entry at "
			"%#lx is gone: the kernel would leak a reference",
			pfn, address);
		return -EAGAIN;
	}
	psim_split_pmd(vma, address);
	err = psim_split_unmapped(folio);
	if (err)
		return err;
	for (unsigned long i = 0; i < nr; i++)
		src[i] = migrate_pfn(pfn + i) | flags;
	psim_migration_split(src, nr);
	return 0;
}
