// SPDX-License-Identifier: MIT
/*
 * Reverse mapping: counting who maps a page, and finding the slots that can.
 *
 * An anonymous folio's mapping word points to an anon_vma, tagged with bit 0 (S0.14); its index is the
 * page offset. Not modelled: pages of files beyond their counts, KSM. Leaves of 2 MiB: huge_rmap.c.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include "mm/filemap.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/rmap_walk.h"
#include "sim/sim.h"

#define MAPPING_ANON PSIM_MAPPING_ANON

/* ---- counting ----------------------------------------------------------------------------------- */

struct anon_vma *folio_anon_vma(const struct folio *folio)
{
	return psim_anon_vma_of(folio);
}

static void set_anon(struct folio *folio, struct anon_vma *anon_vma, struct vm_area_struct *vma,
		     unsigned long address)
{
	WRITE_ONCE(folio->mapping, (void *)((unsigned long)anon_vma + MAPPING_ANON));
	folio->index = linear_page_index(vma, address);
}

void psim_rmap_set_anon(struct folio *folio, struct vm_area_struct *vma, unsigned long address)
{
	if (!vma->anon_vma || address < vma->vm_start || address >= vma->vm_end)
		psim_report("S2.13", "page %#lx: gets its first mapping outside of its VMA",
			    folio_pfn(folio));
	__folio_set_swapbacked(folio);
	set_anon(folio, vma->anon_vma, vma, address);
}

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			     rmap_t flags)
{
	psim_rmap_set_anon(folio, vma, address);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(&folio->page);
	else /* parents and siblings may map it, too: it came from a swap slot that they share */
		set_anon(folio, vma->anon_vma->root, vma, address);
	if (folio_test_large(folio))
		psim_rmap_first_leaf(folio);
	else
		atomic_set(&folio->_mapcount, 0);
}

void psim_rmap_misplaced(const struct page *page, unsigned long address)
{
	psim_report("S3.10", "page %#lx: mapped at %#lx, where it does not belong",
		    page_to_pfn(page), address);
}

void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long address, rmap_t flags)
{
	psim_add_anon_rmap_pte(folio, page, vma, address, flags);
}

void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	psim_count_up(folio, page);
}

void folio_dup_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *dst_vma)
{
	psim_count_up(folio, page);
}

int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	if (PageAnonExclusive(page)) {
		if (!folio_is_device_private(folio) && folio_needs_cow_for_dma(src_vma, folio))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	psim_count_up(folio, page);
	return 0;
}

void psim_rmap_too_often(const struct page *page)
{
	psim_report("law 2", "page %#lx: unmapped more often than mapped", page_to_pfn(page));
}

void psim_remove_part(struct folio *folio, int left)
{
	atomic_dec(&folio->_large_mapcount);
	if (left == -1 && atomic_add_return(-1, &folio->_nr_pages_mapped) &&
	    !folio_entire_mapcount(folio))
		psim_deferred_split(folio);
}

void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	psim_remove_rmap_pte(folio, page);
}

void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma)
{
	/* the index is right already: the folio only leaves a common ancestor for its own anon_vma */
	WRITE_ONCE(folio->mapping, (void *)((unsigned long)vma->anon_vma + MAPPING_ANON));
}

int folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page)
{
	return psim_try_share_anon_rmap_pte(folio, page);
}

/* ---- walking ----------------------------------------------------------------------------------------- */

int psim_rmap_walk_locked(struct folio *folio,
			  int (*fn)(struct folio *folio, struct vm_area_struct *vma,
				    unsigned long address, void *arg),
			  void *arg)
{
	return psim_rmap_walk_locked_by(folio, fn, arg);
}

int psim_rmap_walk(struct folio *folio,
		   int (*fn)(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			     void *arg),
		   void *arg)
{
	return psim_rmap_walk_by(folio, fn, arg);
}

unsigned long psim_vma_address_end(const struct vm_area_struct *vma, const struct folio *folio)
{
	pgoff_t end = folio->index + folio_nr_pages(folio);

	if (end >= vma->vm_pgoff + vma_pages(vma))
		return vma->vm_end;
	return vma->vm_start + ((end - vma->vm_pgoff) << PAGE_SHIFT);
}
