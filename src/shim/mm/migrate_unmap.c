// SPDX-License-Identifier: MIT
/*
 * The unmap phase of a migration: pages leave the LRU and every address space, or the migration (S1.d).
 *
 * The collected slot is a migration entry already; other mappings are found through rmap, and each VMA
 * on the way is told by MMU_NOTIFY_CLEAR. Leaves of 2 MiB stay leaves. Not modelled yet: files.
 */
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/page.h"

/* ---- out of all address spaces (S1.53, S1.54) ------------------------------------------------------- */

/* Return: false: the page may be pinned here; the slot is as it was. */
static bool replace_slot(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			 unsigned long address, psim_pte_t *ptep)
{
	bool exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	psim_pte_t pte = psim_pte_clear_flush(vma, address, ptep);

	if (psim_pte_present(pte) && psim_pte_dirty(pte))
		folio_mark_dirty(folio);
	if (exclusive && folio_try_share_anon_rmap_pte(folio, page)) {
		psim_pte_set(vma->vm_mm, address, ptep, pte);
		return false;
	}
	psim_pte_set(vma->vm_mm, address, ptep,
		     psim_migration_slot(pte, psim_pte_write(pte), exclusive));
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
	return true;
}

bool psim_leaf_to_migration(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			    psim_pte_t *pmdp)
{
	struct page *page = &folio->page;
	bool exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	psim_pte_t pmd = psim_pmd_invalidate(vma, address, pmdp);

	address &= PMD_MASK;
	if (exclusive && folio_try_share_anon_rmap_pmd(folio, page)) {
		psim_pte_set(vma->vm_mm, address, pmdp, pmd);
		return false;
	}
	if (psim_pte_present(pmd) && psim_pte_dirty(pmd))
		folio_mark_dirty(folio);
	psim_pte_set(vma->vm_mm, address, pmdp,
		     psim_migration_slot(pmd, psim_pte_write(pmd), exclusive));
	folio_remove_rmap_pmd(folio, page, vma);
	folio_put(folio);
	return true;
}

/* Whether the slot maps a page of the folio. */
static bool maps_folio(psim_pte_t pte, const struct folio *folio)
{
	return psim_pte_maps(pte) && psim_pte_pfn(pte) - folio_pfn(folio) < folio_nr_pages(folio);
}

/* The slots of one table. Return: whether nothing is pinned. */
static bool unmap_slots(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			unsigned long end, psim_pte_t *ptep)
{
	bool ok = true;

	for (; address < end && ok; address += PAGE_SIZE, ptep++) {
		psim_pte_t pte = psim_pte_get(vma->vm_mm, address, ptep);

		if (maps_folio(pte, folio))
			ok = replace_slot(folio, pfn_to_page(psim_pte_pfn(pte)), vma, address,
					  ptep);
	}
	return ok;
}

/* A leaf. Return: whether it is done with: not pinned, and no slots are left to look at. */
static bool unmap_leaf(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
		       psim_pte_t *pmdp, bool split, bool *again)
{
	*again = false;
	if (!maps_folio(psim_pte_get(vma->vm_mm, address, pmdp), folio))
		return true;
	if (!split)
		return psim_leaf_to_migration(folio, vma, address, pmdp);
	psim_split_pmd_locked(vma, address, pmdp, true);
	/* slots that are mapped still may be pinned */
	*again = true;
	return true;
}

static bool unmap_range(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			unsigned long end, bool split)
{
	bool ok = true, again;
	struct psim_span span;
	unsigned long next;

	for (; address < end && ok; address = again ? address : next) {
		next = psim_span(vma->vm_mm, address, end, &span);
		again = false;
		if (span.pmdp)
			ok = unmap_leaf(folio, vma, address, span.pmdp, split, &again);
		else if (span.ptep)
			ok = unmap_slots(folio, vma, address, next, span.ptep);
		if (span.pmdp || span.ptep)
			psim_pte_unlock(span.ptep, span.ptl);
	}
	return ok;
}

/* @arg: whether leaves become slots. */
static int unmap_from(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
		      void *arg)
{
	unsigned long end = psim_vma_address_end(vma, folio);
	struct mmu_notifier_range range;
	bool ok;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, address, end);
	mmu_notifier_invalidate_range_start(&range);
	ok = unmap_range(folio, vma, address, end, *(bool *)arg);
	mmu_notifier_invalidate_range_end(&range);
	return !ok || !folio_mapped(folio);
}

void psim_unmap_everywhere(struct folio *folio)
{
	bool split = false;

	psim_rmap_walk(folio, unmap_from, &split);
}

void psim_unmap_to_split(struct folio *folio)
{
	bool split = true;

	if (folio_mapped(folio))
		psim_rmap_walk_locked(folio, unmap_from, &split);
}

/* ---- admission (S1.51 to S1.57) ------------------------------------------------------------------------ */

/* A folio that is in a batch on its way to the LRU gets there by one drain of all, once a call. */
static bool isolate(struct folio *folio, bool *may_drain)
{
	if (!folio_test_lru(folio) && *may_drain) {
		lru_add_drain_all();
		*may_drain = false;
	}
	if (!folio_isolate_lru(folio))
		return false;
	/* the isolation's reference stands in for the collection's */
	folio_put(folio);
	return true;
}

/*
 * Whether anybody else may hold the page. The one that ZONE_DEVICE pages get in addition is history:
 * with one stranger such a page passes here, and fails when it is to be moved (S1.57).
 */
static bool nobody_else(struct folio *folio, struct page *fault_page)
{
	int extra = 1;

	if (fault_page && folio == page_folio(fault_page))
		extra++;
	if (folio_is_zone_device(folio))
		extra++;
	if (psim_folio_mapping(folio))
		extra += 1 + folio_test_private(folio);
	return folio_ref_count(folio) - extra <= folio_mapcount(folio);
}

static bool unmap_folio(struct folio *folio, struct page *fault_page, bool *may_drain)
{
	if (!folio_is_zone_device(folio) && !isolate(folio, may_drain))
		return false;
	if (folio_mapped(folio))
		psim_unmap_everywhere(folio);
	if (!folio_mapped(folio) && nobody_else(folio, fault_page))
		return true;
	if (!folio_is_zone_device(folio)) {
		/* its reference becomes the collection's again */
		folio_get(folio);
		folio_putback_lru(folio);
	}
	return false;
}

/* What cannot take part is mapped again, unlocked and let go (S1.59). */
static void restore(unsigned long *src, struct page *fault_page)
{
	struct folio *folio = psim_migrate_folio(*src);

	psim_migrate_remap(folio, folio);
	*src = 0;
	if (folio != psim_fault_folio(fault_page))
		folio_unlock(folio);
	folio_put(folio);
}

unsigned long psim_migrate_unmap(unsigned long *src, unsigned long npages, struct page *fault_page)
{
	unsigned long i, unmapped = 0, refused = 0;
	bool may_drain = true;

	lru_add_drain();
	for (i = 0; (i = psim_migrate_next(src, src, i, npages)) < npages; i++) {
		struct folio *folio = psim_migrate_folio(src[i]);

		if (!folio || unmap_folio(folio, fault_page, &may_drain)) {
			unmapped += !!(src[i] & MIGRATE_PFN_MIGRATE);
			if (folio && folio_test_large(folio))
				src[i] |= MIGRATE_PFN_COMPOUND;
			continue;
		}
		src[i] &= ~MIGRATE_PFN_MIGRATE;
		refused++;
	}
	for (i = 0; i < npages && refused; i++) {
		if (!(src[i] & MIGRATE_PFN_VALID) || (src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		restore(&src[i], fault_page);
		refused--;
	}
	return unmapped;
}
