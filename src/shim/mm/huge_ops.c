// SPDX-License-Identifier: MIT
/*
 * What zap, mprotect, mremap and fork do to a whole leaf of 2 MiB (S6.71 to S6.76). Of a part of one,
 * they split it first.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* ---- zap (S6.31, S6.73) -------------------------------------------------------------------------------- */

static void zap_mapping(struct vm_area_struct *vma, psim_pte_t pmd, struct folio *folio)
{
	if (psim_pte_present(pmd) && psim_pte_dirty(pmd) && !folio_test_anon(folio))
		folio_mark_dirty(folio);
	add_mm_counter(vma->vm_mm, mm_counter(folio), -HPAGE_PMD_NR);
	folio_remove_rmap_pmd(folio, &folio->page, vma);
}

static void zap_migration(struct vm_area_struct *vma, unsigned long address, struct folio *folio)
{
	add_mm_counter(vma->vm_mm, mm_counter(folio), -HPAGE_PMD_NR);
	if (folio_is_device_private(folio))
		psim_report("S6.31",
			    "mm %u: the 2 MiB migration entry at %#lx of device folio %#lx is "
			    "zapped: the kernel would drop a mapping and a reference it never had",
			    vma->vm_mm->__psim_id, address, folio_pfn(folio));
}

bool psim_zap_leaf(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long address,
		   psim_pte_t *pmdp)
{
	psim_pte_t pmd = psim_pte_get_and_clear(vma->vm_mm, address, pmdp);
	struct folio *folio;
	bool full = false;

	psim_table_release(vma->vm_mm, psim_table_withdraw(pmdp));
	if (psim_pte_present(pmd)) {
		psim_gather_slot(gather, address);
		psim_gather_slot(gather, address + PMD_SIZE - PAGE_SIZE);
	}
	if (psim_leaf_is_zero(pmd))
		return false;
	folio = psim_leaf_folio(pmd);
	if (psim_pte_is_migration(pmd)) {
		zap_migration(vma, address, folio);
		return false;
	}
	zap_mapping(vma, pmd, folio);
	if (psim_pte_present(pmd))
		full = psim_gather_page(gather, &folio->page);
	else
		folio_put(folio);
	return full;
}

/* ---- mprotect (S6.72) ------------------------------------------------------------------------------------ */

/* A write kind becomes the next weaker one; what else is lost differs from single slots. */
psim_pte_t psim_leaf_protected(psim_pte_t pmd)
{
	struct folio *folio = psim_leaf_folio(pmd);
	u64 kept = PSIM_PTE_F_LEAF;

	if (psim_pte_kind(pmd) == PSIM_PTE_DEVICE_WRITE)
		return psim_pte_mk_device_private(psim_pte_pfn(pmd), false, kept);
	if (psim_pte_kind(pmd) != PSIM_PTE_MIGRATION_WRITE)
		return pmd;
	kept |= pmd & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY);
	return psim_pte_mk_migration(folio_test_anon(folio) ? PSIM_PTE_MIGRATION_READ_EXCLUSIVE
							    : PSIM_PTE_MIGRATION_READ,
				     psim_pte_pfn(pmd), kept);
}

/* ---- MADV_FREE (S6.77) ----------------------------------------------------------------------------------- */

/* Split the folio for a part of it. Context: PMD lock, dropped. Return: whether that was possible. */
static bool split_for_part(struct folio *folio, spinlock_t *ptl)
{
	int err;

	if (!folio_trylock(folio)) {
		spin_unlock(ptl);
		return false;
	}
	folio_get(folio);
	spin_unlock(ptl);
	err = split_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
	return !err;
}

unsigned long psim_free_leaf_lazily(struct vm_area_struct *vma, unsigned long address,
				    unsigned long end, const struct psim_span *span)
{
	psim_pte_t pmd = psim_pte_get(vma->vm_mm, address, span->pmdp);
	struct folio *folio;

	if (!psim_pte_present(pmd) || psim_leaf_is_zero(pmd))
		goto out;
	folio = psim_leaf_folio(pmd);
	if (folio_maybe_mapped_shared(folio))
		goto out;
	if (!psim_whole_leaf(address, end))
		return split_for_part(folio, span->ptl) ? address : end;
	if (psim_pte_young(pmd) || psim_pte_dirty(pmd)) {
		pmd = psim_pte_xchg(vma->vm_mm, address, span->pmdp, PSIM_PMD_CHANGING);
		psim_pte_set(vma->vm_mm, address, span->pmdp,
			     pmd & ~(PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY));
	}
out:
	psim_pte_unlock(span->pmdp, span->ptl);
	return end;
}

/* ---- mremap (S6.76) ----------------------------------------------------------------------------------------- */

/* Lock both PMD slots, in the order of their tables. */
static void lock_two(spinlock_t *a, spinlock_t *b)
{
	spin_lock(min(a, b));
	if (a != b)
		spin_lock_nested(max(a, b), SINGLE_DEPTH_NESTING);
}

static void unlock_two(spinlock_t *a, spinlock_t *b)
{
	if (a != b)
		spin_unlock(b);
	spin_unlock(a);
}

/* The leaf as it looks at its new place: a device-private entry's soft-dirty stays as it was. */
static psim_pte_t moved(psim_pte_t pmd)
{
	if (psim_pte_present(pmd) || psim_pte_is_migration(pmd))
		pmd |= PSIM_PTE_F_SOFT_DIRTY;
	return pmd;
}

bool psim_move_leaf(struct mm_struct *mm, unsigned long old, unsigned long new)
{
	psim_pte_t *from = psim_pmd_walk(mm, old), *to, pmd = 0;
	spinlock_t *from_lock, *to_lock;

	if (!from || !psim_pmd_leaf(psim_pte_peek(from)))
		return false;
	to = psim_pmd_alloc(mm, new);
	if (!to)
		return false;
	from_lock = psim_pte_lockptr(from);
	to_lock = psim_pte_lockptr(to);
	lock_two(from_lock, to_lock);
	if (psim_pmd_leaf(psim_pte_peek(from)) && psim_pte_none(psim_pte_peek(to))) {
		pmd = psim_pte_get_and_clear(mm, old, from);
		psim_table_deposit(to, psim_table_withdraw(from));
		psim_pte_set(mm, new, to, moved(pmd));
		if (psim_pte_present(pmd))
			psim_tlb_flush_range(mm, old, old + PMD_SIZE);
	}
	unlock_two(from_lock, to_lock);
	return pmd;
}

/* ---- fork (S6.71) --------------------------------------------------------------------------------------------- */

/* The parent's leaf becomes read-only, or its entry one of the read kind. Return: the child's leaf. */
static psim_pte_t share(struct vm_area_struct *src_vma, unsigned long address, psim_pte_t *pmdp,
			psim_pte_t pmd)
{
	psim_pte_t shared = pmd;
	u64 flags = pmd & PSIM_PTE_FLAGS;

	if (psim_pte_is_device_private(pmd))
		shared = psim_pte_mk_device_private(psim_pte_pfn(pmd), false, flags);
	else if (psim_pte_is_migration(pmd))
		shared = psim_pte_mk_migration(PSIM_PTE_MIGRATION_READ, psim_pte_pfn(pmd), flags);
	else
		shared = psim_pte_xchg(src_vma->vm_mm, address, pmdp, PSIM_PMD_CHANGING) &
			 ~PSIM_PTE_F_WRITE;
	psim_pte_set(src_vma->vm_mm, address, pmdp, shared);
	return shared;
}

static psim_pte_t childs(struct vm_area_struct *dst_vma, psim_pte_t pmd)
{
	if (!(dst_vma->vm_flags & VM_UFFD_WP))
		pmd &= ~PSIM_PTE_F_UFFD_WP;
	return psim_pte_present(pmd) ? pmd & ~PSIM_PTE_F_YOUNG : pmd;
}

/* Return: false: it may be pinned. Context: both PMD locks. */
static bool copy_locked(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma,
			unsigned long address, psim_pte_t *to, psim_pte_t *from, u32 table)
{
	psim_pte_t pmd = psim_pte_get(src_vma->vm_mm, address, from);

	if (psim_leaf_is_zero(pmd)) {
		psim_table_deposit(to, table);
		psim_pte_set(dst_vma->vm_mm, address, to, childs(dst_vma, pmd));
		return true;
	}
	if (psim_pte_maps(pmd)) {
		struct folio *folio = psim_leaf_folio(pmd);

		if (folio_try_dup_anon_rmap_pmd(folio, &folio->page, dst_vma, src_vma))
			return false;
		folio_get(folio);
	}
	psim_table_deposit(to, table);
	add_mm_counter(dst_vma->vm_mm, MM_ANONPAGES, HPAGE_PMD_NR);
	pmd = share(src_vma, address, from, pmd);
	psim_pte_set(dst_vma->vm_mm, address, to, childs(dst_vma, pmd));
	return true;
}

int psim_copy_leaf(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma,
		   unsigned long address)
{
	psim_pte_t *from = psim_pmd_walk(src_vma->vm_mm, address), *to;
	spinlock_t *from_lock, *to_lock;
	bool leaf, copied = false;
	u32 table;

	if (!from || !psim_pmd_leaf(psim_pte_peek(from)))
		return 1;
	to = psim_pmd_alloc(dst_vma->vm_mm, address);
	if (!to || (psim_leaf_is_zero(psim_pte_peek(from)) && !psim_huge_zero_get(dst_vma->vm_mm)))
		return -ENOMEM;
	table = psim_table_prepare(dst_vma->vm_mm);
	if (!table)
		return -ENOMEM;
	from_lock = psim_pte_lockptr(from);
	to_lock = psim_pte_lockptr(to);
	lock_two(from_lock, to_lock);
	leaf = psim_pmd_leaf(psim_pte_peek(from));
	if (leaf)
		copied = copy_locked(dst_vma, src_vma, address, to, from, table);
	unlock_two(from_lock, to_lock);
	if (copied)
		return 0;
	psim_table_release(dst_vma->vm_mm, table);
	if (leaf)
		psim_split_pmd(src_vma, address);
	return 1;
}
