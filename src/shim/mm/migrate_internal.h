/* SPDX-License-Identifier: MIT */
/*
 * What the files of the migration share: its inner steps, and the records of migrations in flight.
 *
 * A record is the object that holds a migration's references, for law 2 and the checks of S2.5.
 */
#ifndef PSIM_MM_MIGRATE_INTERNAL_H
#define PSIM_MM_MIGRATE_INTERNAL_H

#include <linux/migrate.h>
#include <linux/mm.h>
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* ---- inner steps ----------------------------------------------------------------------------------- */

/* The folio of an entry with a page; of a fault page, or NULL. */
static inline struct folio *psim_migrate_folio(unsigned long mpfn)
{
	struct page *page = migrate_pfn_to_page(mpfn);

	return page ? page_folio(page) : NULL;
}

static inline struct folio *psim_fault_folio(struct page *fault_page)
{
	return fault_page ? page_folio(fault_page) : NULL;
}

/* Single pages only, for now: where large folios will enter. */
static inline void psim_migrate_single(const struct folio *folio, const char *function)
{
	if (unlikely(folio_test_large(folio)))
		psim_stop_function(function, "large folios are not modelled yet");
}

/**
 * psim_migration_slot() - the migration entry that takes the place of @pte
 * @pte: present, device-private or device-exclusive
 * @write: the kind is write; else read-exclusive if @exclusive, else read (S1.33)
 */
psim_pte_t psim_migration_slot(psim_pte_t pte, bool write, bool exclusive);

/**
 * psim_migrate_unmap() - take each page with MIGRATE off the LRU and out of all address spaces (S1.d)
 * @src: entries; what cannot be had is restored and becomes 0
 * @fault_page: locked and referenced by a fault, or NULL
 * Return: entries that still have MIGRATE (S1.60).
 */
unsigned long psim_migrate_unmap(unsigned long *src, unsigned long npages, struct page *fault_page);

/* Turn every migration slot of @src into a mapping of @dst, which may be @src itself (S3.a). Both locked. */
void psim_migrate_remap(struct folio *src, struct folio *dst);

/* The common parts of migrate_vma_*() and migrate_device_*(); @migrate is NULL for the latter. */
void psim_migrate_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
			struct migrate_vma *migrate);
void psim_migrate_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
			   struct page *fault_page);

/* Fill one hole (S2.a): *@src becomes MIGRATE, or loses it. */
void psim_migrate_insert(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			 unsigned long *src);

/* ---- migrations in flight (migrate_check.c) -------------------------------------------------------- */

/* Setup left pages or holes in @src: from now on it holds them, until finalize. */
void psim_migration_begin(unsigned long *src, unsigned long npages,
			  const struct migrate_vma *migrate, const char *site);
/* Before the move; before finalize: report entries that are not what they have to be (S2.5, S3.17). */
void psim_migration_check_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
				const char *function);
void psim_migration_check_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
				   const char *function);
/* Finalize is done: @src holds nothing any more. */
void psim_migration_end(unsigned long *src, unsigned long npages);

#endif /* PSIM_MM_MIGRATE_INTERNAL_H */
