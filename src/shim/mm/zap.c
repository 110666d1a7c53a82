// SPDX-License-Identifier: MIT
/*
 * Clearing slots for good: the middle part of munmap and exit (S6.30, S6.31, S6.33).
 *
 * References of device-private pages are dropped at once, under the PTL; those of ordinary pages once the
 * flush is done.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/swapfile.h"
#include "sim/sim.h"

/* Return: true if @gather is full. */
static bool zap_present(struct psim_gather *gather, struct vm_area_struct *vma,
			unsigned long address, psim_pte_t pte)
{
	struct page *page;
	struct folio *folio;

	psim_gather_slot(gather, address);
	if (psim_pte_special(pte))
		return false;
	page = pfn_to_page(psim_pte_pfn(pte));
	folio = page_folio(page);
	if (psim_pte_dirty(pte) && !folio_test_anon(folio))
		folio_mark_dirty(folio);
	dec_mm_counter(vma->vm_mm, mm_counter(folio));
	folio_remove_rmap_pte(folio, page, vma);
	return psim_gather_page(gather, page);
}

static void zap_device(struct vm_area_struct *vma, psim_pte_t pte)
{
	struct page *page = pfn_to_page(psim_pte_pfn(pte));
	struct folio *folio = page_folio(page);

	dec_mm_counter(vma->vm_mm, mm_counter(folio));
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
}

/* The slot of the swap area goes with its last entry; what caches it, too, if nobody maps that. */
static void zap_swap(struct vm_area_struct *vma, unsigned long slot)
{
	struct folio *folio = psim_swap_cached(slot);

	dec_mm_counter(vma->vm_mm, MM_SWAPENTS);
	psim_swap_put(slot);
	if (folio) {
		psim_swap_cache_tidy(folio);
		folio_put(folio);
	}
}

static bool zap_slot(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long address,
		     psim_pte_t pte)
{
	if (psim_pte_present(pte))
		return zap_present(gather, vma, address, pte);
	if (psim_pte_is_device_private(pte) || psim_pte_is_device_exclusive(pte))
		zap_device(vma, pte);
	else if (psim_pte_is_migration(pte))
		dec_mm_counter(vma->vm_mm, mm_counter(page_folio(pfn_to_page(psim_pte_pfn(pte)))));
	else if (psim_pte_is_swap(pte))
		zap_swap(vma, psim_swap_slot(pte));
	return false;
}

/* Whether a slot is not this zap's business: guards; and for a file's what is anonymous, or no page. */
static bool stays(const struct psim_gather *gather, const struct vm_area_struct *vma,
		  psim_pte_t pte)
{
	unsigned int marker = psim_pte_marker(pte);

	if (marker && !gather->drop_markers)
		return (marker & PSIM_MARKER_GUARD) ||
		       ((marker & PSIM_MARKER_UFFD_WP) && !vma_is_anonymous(vma)) ||
		       gather->keep_anon;
	if (!gather->keep_anon)
		return false;
	return !psim_pte_has_pfn(pte) || psim_pte_special(pte) ||
	       folio_test_anon(pfn_folio(psim_pte_pfn(pte)));
}

/* One table's slots from @address to @end; @full: the gather is. Return: where it stopped. */
static unsigned long zap_table(struct psim_gather *gather, struct vm_area_struct *vma,
			       unsigned long address, unsigned long end, psim_pte_t *ptep,
			       bool *full)
{
	struct mm_struct *mm = vma->vm_mm;

	for (; address < end && !*full; address += PAGE_SIZE, ptep++) {
		/* empty slots need no look under the glass: nobody fills them while the PTL is held */
		psim_pte_t pte = psim_pte_peek(ptep);

		if (psim_pte_none(pte) || stays(gather, vma, pte))
			continue;
		*full = zap_slot(gather, vma, address, psim_pte_get_and_clear(mm, address, ptep));
	}
	return address;
}

/* A leaf that the range covers in part is split first. Takes over its lock. Return: where it stopped. */
static unsigned long zap_leaf(struct psim_gather *gather, struct vm_area_struct *vma,
			      unsigned long address, unsigned long end,
			      const struct psim_span *span)
{
	bool full;

	if (!psim_whole_leaf(address, end)) {
		psim_pte_unlock(NULL, span->ptl);
		psim_split_pmd(vma, address);
		return address;
	}
	full = psim_zap_leaf(gather, vma, address, span->pmdp);
	psim_pte_unlock(NULL, span->ptl);
	if (full)
		psim_gather_flush(gather);
	return end;
}

void psim_zap_range(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long start,
		    unsigned long end)
{
	unsigned long address = start, next;
	struct psim_span span;
	bool full;

	while (address < end) {
		full = false;
		next = psim_span(vma->vm_mm, address, end, &span);
		if (span.pmdp) {
			next = zap_leaf(gather, vma, address, next, &span);
		} else if (span.ptep) {
			next = zap_table(gather, vma, address, next, span.ptep, &full);
			psim_pte_unlock(span.ptep, span.ptl);
			if (full)
				psim_gather_flush(gather);
		}
		address = next;
		cond_resched();
	}
}
