// SPDX-License-Identifier: MIT
/*
 * The last step of a migration: slots are mappings again, and locks and references go (S3).
 *
 * The slots are found through the rmap of the destination. Not modelled yet: large folios.
 */
#include <linux/memremap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include "mm/migrate_internal.h"
#include "mm/page.h"

/* ---- migration slots become mappings (S3.a) -------------------------------------------------------- */

static psim_pte_t mapping_of(struct folio *folio, struct vm_area_struct *vma, psim_pte_t entry)
{
	u64 kept = entry & PSIM_PTE_F_SOFT_DIRTY;
	bool write = psim_pte_write(entry);

	if (folio_is_device_private(folio))
		return psim_pte_mk_device_private(folio_pfn(folio), write,
						  kept | (entry & PSIM_PTE_F_UFFD_WP));
	kept |= entry & PSIM_PTE_F_YOUNG;
	if (psim_pte_dirty(entry) && folio_test_dirty(folio))
		kept |= PSIM_PTE_F_DIRTY;
	kept |= write ? PSIM_PTE_F_WRITE : entry & PSIM_PTE_F_UFFD_WP;
	return psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot) | kept;
}

static void remap_slot(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
		       psim_pte_t *ptep, psim_pte_t entry)
{
	bool exclusive = folio_test_anon(folio) && psim_pte_kind(entry) != PSIM_PTE_MIGRATION_READ;

	folio_get(folio);
	folio_add_anon_rmap_pte(folio, &folio->page, vma, address,
				exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	psim_pte_set(vma->vm_mm, address, ptep, mapping_of(folio, vma, entry));
}

static int remap_in(struct folio *dst, struct vm_area_struct *vma, unsigned long address, void *arg)
{
	struct folio *src = arg;
	psim_pte_t *ptep, entry;
	spinlock_t *ptl;

	ptep = psim_pte_map_lock(vma->vm_mm, address, &ptl);
	if (!ptep)
		return 0;
	entry = psim_pte_get(vma->vm_mm, address, ptep);
	if (psim_pte_is_migration(entry) && psim_pte_pfn(entry) == folio_pfn(src))
		remap_slot(dst, vma, address, ptep, entry);
	psim_pte_unlock(ptep, ptl);
	return 0;
}

void psim_migrate_remap(struct folio *src, struct folio *dst)
{
	psim_migrate_single(src, "migrate_vma_finalize");
	psim_migrate_single(dst, "migrate_vma_finalize");
	psim_rmap_walk(dst, remap_in, src);
}

void migration_entry_wait_on_locked(swp_entry_t entry, spinlock_t *ptl)
{
	psim_folio_wait_unlocked_ptl(swp_offset_pfn(entry), ptl);
}

/* ---- one entry ------------------------------------------------------------------------------------------- */

static void let_go(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

/* Whether the pair was moved: a destination without a mapping never was, which was reported (S3.17). */
static bool moved(unsigned long src, const struct folio *dst)
{
	return (src & MIGRATE_PFN_VALID) && (src & MIGRATE_PFN_MIGRATE) && dst->mapping;
}

/* @dst is where the mappings go: the source itself if it could not be moved. */
static void finish_page(struct folio *src, struct folio *dst, struct folio *fault)
{
	if (!folio_is_zone_device(dst))
		folio_add_lru(dst);
	psim_migrate_remap(src, dst);
	if (src != fault)
		folio_unlock(src);
	folio_put(src);
	if (dst != src)
		let_go(dst);
}

void psim_migrate_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
			   struct page *fault_page)
{
	struct folio *fault = psim_fault_folio(fault_page);
	unsigned long i;

	for (i = 0; i < npages; i++) {
		struct folio *from = psim_migrate_folio(src[i]), *to = psim_migrate_folio(dst[i]);

		WARN_ON_ONCE(to && to == fault);
		if (to && !moved(src[i], to)) {
			let_go(to);
			to = NULL;
		}
		if (from)
			finish_page(from, to ?: from, fault);
		if (src[i] | dst[i])
			psim_trace(PSIM_EV_MIGRATE_FINALIZE, src[i], dst[i], 0, 0);
	}
}

void migrate_vma_finalize(struct migrate_vma *migrate)
{
	psim_migration_check_finalize(migrate->src, migrate->dst, migrate->npages, __func__);
	psim_migrate_finalize(migrate->src, migrate->dst, migrate->npages, migrate->fault_page);
	psim_migration_end(migrate->src, migrate->npages);
}

void migrate_device_finalize(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	psim_migration_check_finalize(src_pfns, dst_pfns, npages, __func__);
	psim_migrate_finalize(src_pfns, dst_pfns, npages, NULL);
	psim_migration_end(src_pfns, npages);
}
