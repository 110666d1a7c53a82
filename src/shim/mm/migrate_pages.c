// SPDX-License-Identifier: MIT
/*
 * The middle step of a migration: a source's identity moves to its destination, holes are filled (S2).
 *
 * No bytes are copied here. Not modelled yet: compound entries, files, swap cache.
 */
#include <linux/bug.h>
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/migrate_internal.h"

/* ---- holes (S2.a) --------------------------------------------------------------------------------------- */

/* Ordinary, device-private or device-coherent. */
static bool can_be_mapped(const struct folio *folio)
{
	return !folio_is_zone_device(folio) || folio_is_device_private(folio) ||
	       folio_is_device_coherent(folio);
}

static psim_pte_t new_slot(struct vm_area_struct *vma, struct folio *folio)
{
	bool write = vma->vm_flags & VM_WRITE;
	psim_pte_t pte;

	if (folio_is_device_private(folio))
		return psim_pte_mk_device_private(folio_pfn(folio), write, 0);
	pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);
	if (write)
		pte |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	return pte;
}

/* Whether the slot may still be filled. Context: PTL. */
static bool still_a_hole(struct vm_area_struct *vma, psim_pte_t pte)
{
	if (test_bit(MMF_UNSTABLE, &vma->vm_mm->flags) || (vma->vm_flags & VM_UFFD_MISSING))
		return false;
	return psim_pte_none(pte) || (psim_pte_present(pte) && is_zero_pfn(psim_pte_pfn(pte)));
}

/* Context: PTL. */
static void fill(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
		 psim_pte_t old, struct folio *folio)
{
	inc_mm_counter(vma->vm_mm, MM_ANONPAGES);
	folio_add_new_anon_rmap(folio, vma, address, RMAP_EXCLUSIVE);
	if (!folio_is_zone_device(folio))
		folio_add_lru_vma(folio, vma);
	folio_get(folio);
	if (!psim_pte_none(old))
		psim_pte_clear_flush(vma, address, ptep);
	psim_pte_set(vma->vm_mm, address, ptep, new_slot(vma, folio));
}

static bool insert(struct vm_area_struct *vma, unsigned long address, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	psim_pte_t *ptep, old;
	spinlock_t *ptl;
	bool ok;

	psim_migrate_single(folio, "migrate_vma_pages");
	if (!vma_is_anonymous(vma) || psim_pte_alloc(mm, address) || anon_vma_prepare(vma) ||
	    !can_be_mapped(folio))
		return false;
	/* the driver's bytes come before the slot that shows them */
	folio_mark_uptodate(folio);
	ptep = psim_pte_map_lock(mm, address, &ptl);
	if (!ptep)
		return false;
	old = psim_pte_get(mm, address, ptep);
	ok = still_a_hole(vma, old);
	if (ok)
		fill(vma, address, ptep, old, folio);
	psim_pte_unlock(ptep, ptl);
	return ok;
}

void psim_migrate_insert(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			 unsigned long *src)
{
	if (insert(vma, address, psim_migrate_folio(dst)))
		*src = MIGRATE_PFN_MIGRATE;
	else
		*src &= ~MIGRATE_PFN_MIGRATE;
}

/* ---- pages (S2.b) ------------------------------------------------------------------------------------------ */

static bool may_go_to(struct folio *src, struct folio *dst)
{
	if (folio_is_device_private(dst) || folio_is_device_coherent(dst))
		return !folio_mapping(src);
	return !folio_is_zone_device(dst);
}

/*
 * The exact count: the migration's reference, and the fault's if this is its page. Whoever else holds
 * the page might still read or write it (S2.33).
 */
static bool nobody_else(struct folio *folio, bool is_fault_folio)
{
	int expected = folio_mapcount(folio) + folio_test_private(folio) + 1 + is_fault_folio;

	return folio_ref_count(folio) == expected;
}

static void copy_flags(struct folio *dst, struct folio *src)
{
	if (folio_test_referenced(src))
		folio_set_referenced(dst);
	if (folio_test_uptodate(src))
		folio_mark_uptodate(dst);
	if (folio_test_clear_active(src))
		folio_set_active(dst);
	else if (folio_test_clear_unevictable(src))
		folio_set_unevictable(dst);
	if (folio_test_workingset(src))
		folio_set_workingset(dst);
	if (folio_test_checked(src))
		folio_set_checked(dst);
	if (folio_test_dirty(src))
		folio_set_dirty(dst);
	if (folio_test_young(src))
		folio_set_young(dst);
	if (folio_test_idle(src))
		folio_set_idle(dst);
	folio_clear_private(src);
	src->private = NULL;
}

/* Return: whether @dst is now what @src was. */
static bool move(struct folio *src, struct folio *dst, struct folio *fault)
{
	psim_migrate_single(src, "migrate_vma_pages");
	psim_migrate_single(dst, "migrate_vma_pages");
	BUG_ON(folio_test_writeback(src));
	if (!may_go_to(src, dst))
		return false;
	if (folio_mapping(src))
		psim_stop_function("migrate_vma_pages", "pages of files are not modelled yet");
	if (!nobody_else(src, src == fault))
		return false;
	dst->index = src->index;
	WRITE_ONCE(dst->mapping, src->mapping);
	if (folio_test_swapbacked(src))
		folio_set_swapbacked(dst);
	copy_flags(dst, src);
	return true;
}

/* ---- all entries ---------------------------------------------------------------------------------------- */

/* The notifier's range opens at the first hole that is filled, and stays open to the end (S2.10). */
static void tell_once(struct mmu_notifier_range *range, bool *told, struct migrate_vma *migrate,
		      unsigned long address)
{
	if (*told)
		return;
	*told = true;
	mmu_notifier_range_init_owner(range, MMU_NOTIFY_MIGRATE, 0, migrate->vma->vm_mm, address,
				      migrate->end, migrate->pgmap_owner);
	mmu_notifier_invalidate_range_start(range);
}

void psim_migrate_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
			struct migrate_vma *migrate)
{
	struct folio *fault = migrate ? psim_fault_folio(migrate->fault_page) : NULL;
	struct mmu_notifier_range range;
	unsigned long i, address;
	bool told = false;

	for (i = 0; i < npages; i++) {
		struct folio *from = psim_migrate_folio(src[i]), *to = psim_migrate_folio(dst[i]);

		if (!to) {
			src[i] &= ~MIGRATE_PFN_MIGRATE;
			continue;
		}
		if (from) {
			if (!move(from, to, fault))
				src[i] &= ~MIGRATE_PFN_MIGRATE;
		} else if (src[i] & MIGRATE_PFN_MIGRATE) {
			/* without a VMA nobody could say where the hole is */
			BUG_ON(!migrate);
			address = migrate->start + (i << PAGE_SHIFT);
			tell_once(&range, &told, migrate, address);
			psim_migrate_insert(migrate->vma, address, dst[i], &src[i]);
		} else {
			continue;
		}
		psim_trace(PSIM_EV_MIGRATE_PAGES, src[i], dst[i], !!(src[i] & MIGRATE_PFN_MIGRATE),
			   0);
	}
	if (told)
		mmu_notifier_invalidate_range_end(&range);
}

void migrate_vma_pages(struct migrate_vma *migrate)
{
	psim_migration_check_pages(migrate->src, migrate->dst, migrate->npages, __func__);
	psim_migrate_pages(migrate->src, migrate->dst, migrate->npages, migrate);
}

void migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	psim_migration_check_pages(src_pfns, dst_pfns, npages, __func__);
	psim_migrate_pages(src_pfns, dst_pfns, npages, NULL);
}
