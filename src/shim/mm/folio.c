// SPDX-License-Identifier: MIT
/*
 * Folios: the end of their references, compound pages, pages by kernel address.
 *
 * Not modelled: swap cache, dirty accounting. Splitting: folio_split.c.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/swap.h>

#include "mm/huge.h"
#include "mm/page.h"
#include "sched/lockdep.h"

unsigned long __psim_pfn_of(const void *page_or_folio)
{
	return page_to_pfn(page_or_folio);
}

static const char *site_of(unsigned long pfn)
{
	return psim_site_name((psim_page_word(pfn, 0) & PSIM_PG_SITE_MASK) >> PSIM_PG_SITE_SHIFT);
}

void __psim_page_bug(const char *site, const char *condition, const void *page_or_folio)
{
	unsigned long pfn = page_to_pfn(page_or_folio);

	psim_fatal("BUG", "%s(): %s, of page %#lx, taken in %s: refcount %d mapcount %d", site,
		   condition, pfn, site_of(pfn), psim_page_raw_refs(pfn), psim_page_raw_maps(pfn));
}

void dump_page(const struct page *page, const char *reason)
{
	unsigned long pfn = page_to_pfn(page);
	u64 flags = psim_page_word(pfn, 0);

	pr_warn("page %#lx: refcount %d mapcount %d flags %#llx zone %d, taken in %s: %s\n", pfn,
		psim_page_raw_refs(pfn), psim_page_raw_maps(pfn),
		flags & ((1ull << __NR_PAGEFLAGS) - 1), (int)(flags >> ZONES_PGSHIFT), site_of(pfn),
		reason);
}

/* ---- compound pages ---------------------------------------------------------------------------------- */

void prep_compound_page(struct page *page, unsigned int order)
{
	for (unsigned long i = 1; i < 1ul << order; i++) {
		struct page *tail = page + i;

		tail->mapping = TAIL_MAPPING;
		set_page_private(tail, 0);
		set_compound_head(tail, page);
	}
	psim_prep_head((struct folio *)page, order);
}

void psim_prep_head(struct folio *folio, unsigned int order)
{
	__SetPageHead(&folio->page);
	folio_set_order(folio, order);
	atomic_set(&folio->_large_mapcount, -1);
	atomic_set(&folio->_nr_pages_mapped, 0);
	atomic_set(&folio->_entire_mapcount, -1);
	atomic_set(&folio->_pincount, 0);
	if (order > 1)
		INIT_LIST_HEAD(&folio->_deferred_list);
}

/* ---- the last reference --------------------------------------------------------------------------------- */

void __folio_put(struct folio *folio)
{
	if (unlikely(folio_is_zone_device(folio))) {
		psim_device_folio_free(folio);
		return;
	}
	if (folio_test_lru(folio))
		psim_lru_remove(folio);
	if (folio_test_large(folio) && folio_test_large_rmappable(folio))
		psim_unqueue_deferred_split(folio);
	psim_pages_free(folio_pfn(folio), folio_order(folio));
}

/* ---- address spaces ---------------------------------------------------------------------------------------- */

struct address_space *folio_mapping(const struct folio *folio)
{
	return psim_folio_mapping(folio);
}

bool folio_mark_dirty(struct folio *folio)
{
	struct address_space *mapping = psim_folio_mapping(folio);

	if (mapping && mapping->a_ops && mapping->a_ops->dirty_folio)
		return mapping->a_ops->dirty_folio(mapping, folio);
	return !folio_test_set_dirty(folio);
}

bool set_page_dirty(struct page *page)
{
	return folio_mark_dirty(page_folio(page));
}

/* Ageing is not modelled; what can be seen of it is the flag. */
void folio_mark_accessed(struct folio *folio)
{
	if (!folio_test_referenced(folio))
		folio_set_referenced(folio);
}

/* ---- pages by kernel address ---------------------------------------------------------------------------------- */

unsigned long __psim_get_free_pages(gfp_t gfp, unsigned int order, const char *site)
{
	struct page *page;

	if (!__psim_ram)
		psim_stop_function("__get_free_pages",
				   "this machine has no bytes (psim_config.no_bytes)");
	VM_WARN_ON_ONCE(gfp & __GFP_HIGHMEM);
	page = __psim_alloc_pages(gfp & ~__GFP_HIGHMEM, order, site);
	return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	VM_BUG_ON(!virt_addr_valid(addr) || offset_in_page(addr));
	psim_lock_check_freed((void *)addr, PAGE_SIZE << order);
	__free_pages(virt_to_page(addr), order);
}

void *__psim_alloc_pages_exact(size_t size, gfp_t gfp, const char *site)
{
	unsigned long pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned int order = 0;
	unsigned long addr, pfn;

	if (WARN_ON_ONCE(gfp & (__GFP_COMP | __GFP_HIGHMEM)))
		gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
	while (1ul << order < pages)
		order++;
	addr = __psim_get_free_pages(gfp, order, site);
	if (!addr)
		return NULL;
	pfn = virt_to_pfn((void *)addr);
	for (unsigned long i = 1; i < 1ul << order; i++) {
		if (i < pages)
			init_page_count(pfn_to_page(pfn + i));
		else
			psim_pages_free(pfn + i, 0);
	}
	return (void *)addr;
}

void free_pages_exact(void *virt, size_t size)
{
	for (size_t offset = 0; offset < size; offset += PAGE_SIZE)
		free_page((unsigned long)virt + offset);
}

/* ---- the functions behind the macros ---------------------------------------------------------------------------- */

struct page *(alloc_pages)(gfp_t gfp, unsigned int order)
{
	return __psim_alloc_pages(gfp, order, "alloc_pages");
}

struct page *(alloc_page)(gfp_t gfp)
{
	return __psim_alloc_pages(gfp, 0, "alloc_page");
}

struct folio *(folio_alloc)(gfp_t gfp, unsigned int order)
{
	return __psim_folio_alloc(gfp, order, "folio_alloc");
}

struct folio *(vma_alloc_folio)(gfp_t gfp, int order, struct vm_area_struct *vma,
				unsigned long addr)
{
	return __psim_folio_alloc(gfp, order, "vma_alloc_folio");
}

unsigned long(__get_free_pages)(gfp_t gfp, unsigned int order)
{
	return __psim_get_free_pages(gfp, order, "__get_free_pages");
}

unsigned long(get_zeroed_page)(gfp_t gfp)
{
	return __psim_get_free_pages(gfp | __GFP_ZERO, 0, "get_zeroed_page");
}
