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

/*
 * The next entry from @i on of which either array says something, or @npages: a compound entry has
 * hundreds behind it that say nothing.
 */
static inline unsigned long psim_migrate_next(const unsigned long *src, const unsigned long *dst,
					      unsigned long i, unsigned long npages)
{
	if (likely(i < npages && (src[i] | dst[i])))
		return i;
	while (i + 16 <= npages) {
		unsigned long any = 0;

		for (unsigned int j = 0; j < 16; j++)
			any |= src[i + j] | dst[i + j];
		if (any)
			break;
		i += 16;
	}
	while (i < npages && !(src[i] | dst[i]))
		i++;
	return i;
}

/**
 * psim_migration_slot() - the migration entry that takes the place of @pte, a slot or a leaf
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

/* The same, the anon_vma lock held by the caller. */
void psim_migrate_remap_locked(struct folio *src, struct folio *dst);
/* The same for a part of a folio that was split: one full of zeros may become the zero page (S1.40). */
void psim_migrate_remap_part(struct folio *part);

/*
 * Out of all address spaces, leaves and slots becoming migration entries (S1.53, S1.54). What may be
 * pinned stays mapped. The second is for a folio that is to be split: leaves become slots; the anon_vma
 * lock is held by the caller.
 */
void psim_unmap_everywhere(struct folio *folio);
void psim_unmap_to_split(struct folio *folio);

/* The leaf, which maps @folio, becomes a migration entry. Return: false: it may be pinned. Context: PMD lock. */
bool psim_leaf_to_migration(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			    psim_pte_t *pmdp);

/* The common parts of migrate_vma_*() and migrate_device_*(); @migrate is NULL for the latter. */
void psim_migrate_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
			struct migrate_vma *migrate);
void psim_migrate_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
			   struct page *fault_page);

/* Fill one hole (S2.a): *@src becomes MIGRATE, or loses it. */
void psim_migrate_insert(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			 unsigned long *src);
/* A hole of 2 MiB with a folio as large (S2.53). @src: 512 entries. */
void psim_migrate_insert_huge(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			      unsigned long *src);
/* Whether a new mapping of @folio is possible at all; the slot of a new mapping (S2.11, S2.14). */
bool psim_migrate_can_insert(const struct folio *folio);
psim_pte_t psim_migrate_new_slot(struct vm_area_struct *vma, struct folio *folio);
/*
 * S2.50: an unmapped large source whose destination is single pages: its leaf becomes slots, it becomes
 * folios of one page. Return: 0: src[0..511] are entries of their own; otherwise it stays what it was.
 */
int psim_migrate_split(struct vm_area_struct *vma, unsigned long address, unsigned long *src);

/* ---- migrations in flight (migrate_check.c) -------------------------------------------------------- */

/* Setup left pages or holes in @src: from now on it holds them, until finalize. */
void psim_migration_begin(unsigned long *src, unsigned long npages,
			  const struct migrate_vma *migrate, const char *site);
/* Before the move; before finalize: report entries that are not what they have to be (S2.5, S3.17). */
void psim_migration_check_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
				const char *function);
void psim_migration_check_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
				   const char *function);
/* The compound entry @src became @nr entries of their own. */
void psim_migration_split(unsigned long *src, unsigned long nr);
/* Finalize is done: @src holds nothing any more. */
void psim_migration_end(unsigned long *src, unsigned long npages);

#endif /* PSIM_MM_MIGRATE_INTERNAL_H */
