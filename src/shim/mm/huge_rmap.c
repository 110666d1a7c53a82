// SPDX-License-Identifier: MIT
/*
 * Counting who maps a large folio as a whole: one entire mapcount a leaf, next to the counts of its
 * pages, and one large mapcount for all slots of any size (S0.7).
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

void psim_rmap_first_leaf(struct folio *folio)
{
	atomic_set(&folio->_entire_mapcount, 0);
	atomic_set(&folio->_large_mapcount, 0);
}

static void count_leaf(struct folio *folio)
{
	atomic_inc(&folio->_entire_mapcount);
	atomic_inc(&folio->_large_mapcount);
}

void folio_add_anon_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long address, rmap_t flags)
{
	if (!folio_anon_vma(folio) || folio->index != linear_page_index(vma, address))
		psim_report("S3.10", "folio %#lx: mapped at %#lx, where it does not belong",
			    folio_pfn(folio), address);
	count_leaf(folio);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(page);
}

void folio_remove_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	int left = atomic_add_return(-1, &folio->_entire_mapcount), pages;

	if (left < -1)
		psim_report("law 2", "folio %#lx: unmapped more often than mapped",
			    folio_pfn(folio));
	atomic_dec(&folio->_large_mapcount);
	pages = atomic_read(&folio->_nr_pages_mapped);
	if (left == -1 && pages && pages < folio_nr_pages(folio))
		psim_deferred_split(folio);
}

int folio_try_share_anon_rmap_pmd(struct folio *folio, struct page *page)
{
	if (!folio_is_device_private(folio) && folio_maybe_dma_pinned(folio))
		return -EBUSY;
	ClearPageAnonExclusive(page);
	return 0;
}

int folio_try_dup_anon_rmap_pmd(struct folio *folio, struct page *page,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	if (PageAnonExclusive(page)) {
		if (!folio_is_device_private(folio) && folio_needs_cow_for_dma(src_vma, folio))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	count_leaf(folio);
	return 0;
}
