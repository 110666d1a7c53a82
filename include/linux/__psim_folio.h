/* SPDX-License-Identifier: MIT */
/*
 * Pages and folios as linux/mm.h and linux/pagemap.h show them: sizes, references, mappings, locks.
 *
 * Folios of any order can be taken, referenced, locked and freed; those of 2 MiB can be mapped and split,
 * too: huge_mm.h.
 */
#ifndef _LINUX___PSIM_FOLIO_H
#define _LINUX___PSIM_FOLIO_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/spinlock.h>
#include <linux/__psim_memmap.h>

/* ---- sizes ---------------------------------------------------------------------------------------- */

/** folio_large_order() - the order of a folio that is known to be large */
static inline unsigned int folio_large_order(const struct folio *folio)
{
	return folio->_flags_1 & 0xff;
}

/* The folio has 1 << order pages. */
static inline unsigned int folio_order(const struct folio *folio)
{
	return folio_test_large(folio) ? folio_large_order(folio) : 0;
}

/** folio_nr_pages() - how many pages a folio has */
static inline long folio_nr_pages(const struct folio *folio)
{
	return 1l << folio_order(folio);
}

/** folio_size() - its length in bytes */
static inline size_t folio_size(const struct folio *folio)
{
	return PAGE_SIZE << folio_order(folio);
}

/** folio_shift() - its length as a power of two */
static inline unsigned int folio_shift(const struct folio *folio)
{
	return PAGE_SHIFT + folio_order(folio);
}

/** compound_order() - the order of a block, given its head page */
static inline unsigned int compound_order(const struct page *page)
{
	return folio_order((const struct folio *)page);
}

/** compound_nr() - how many pages that block has */
static inline unsigned long compound_nr(const struct page *page)
{
	return 1ul << compound_order(page);
}

/* Bytes of the block whose head @page is (S9.69). */
static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

/** page_shift() - its length as a power of two of bytes */
static inline unsigned int page_shift(const struct page *page)
{
	return PAGE_SHIFT + compound_order(page);
}

/** folio_pfn() - the page frame number of a folio's head */
static inline unsigned long folio_pfn(const struct folio *folio)
{
	return page_to_pfn(&folio->page);
}

/** pfn_folio() - the folio that a page frame belongs to */
static inline struct folio *pfn_folio(unsigned long pfn)
{
	return page_folio(pfn_to_page(pfn));
}

/* Which page of the folio @page is. */
static inline unsigned long folio_page_idx(const struct folio *folio, const struct page *page)
{
	return page - &folio->page;
}

/** folio_set_order() - write the order into a head whose pages nobody else has */
static inline void folio_set_order(struct folio *folio, unsigned int order)
{
	folio->_flags_1 = (folio->_flags_1 & ~0xfful) | order;
	folio->_nr_pages = 1u << order;
}

/* The order is 0 from now on, though the head flag may still be set. */
static inline void folio_reset_order(struct folio *folio)
{
	folio->_flags_1 &= ~0xfful;
	folio->_nr_pages = 0;
}

/* Make one folio of 1 << @order pages: links, counts, order. Nobody else has the pages. */
void prep_compound_page(struct page *page, unsigned int order);

/* ---- zero page -------------------------------------------------------------------------------------- */

#define __PSIM_ZERO_PFN 1ul
/** ZERO_PAGE() - the page of zeros that reads of untouched anonymous memory map */
#define ZERO_PAGE(vaddr) ((void)(vaddr), pfn_to_page(__PSIM_ZERO_PFN))

/** is_zero_pfn() - is it the page of zeros? */
static inline bool is_zero_pfn(unsigned long pfn)
{
	return pfn == __PSIM_ZERO_PFN;
}

/** is_zero_page() - is it the page of zeros? */
static inline bool is_zero_page(const struct page *page)
{
	return is_zero_pfn(page_to_pfn(page));
}

/** is_zero_folio() - is it the page of zeros? */
static inline bool is_zero_folio(const struct folio *folio)
{
	return is_zero_page(&folio->page);
}

/** my_zero_pfn() - the page frame number of the page of zeros, for any address */
static inline unsigned long my_zero_pfn(unsigned long addr)
{
	return __PSIM_ZERO_PFN;
}

/* ---- references ---------------------------------------------------------------------------------------- */

/* Whether the count is 0, or so large that it must have gone wrong. */
#define folio_ref_zero_or_close_to_overflow(folio) \
	((unsigned int)folio_ref_count(folio) + 127u <= 127u)

/* The last reference is gone: a system page is freed, a device page goes back to its driver (S5.30). */
void __folio_put(struct folio *folio);

/* Hold a folio that the caller knows to be held. Any context. */
static inline void folio_get(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_zero_or_close_to_overflow(folio), folio);
	folio_ref_inc(folio);
}

/** put_page_testzero() - drop a reference; whether it was the last, and the caller frees */
static inline int put_page_testzero(struct page *page)
{
	VM_BUG_ON_PAGE(page_ref_count(page) == 0, page);
	return page_ref_dec_and_test(page);
}

/** folio_put_testzero() - drop a reference; whether it was the last, and the caller frees */
static inline int folio_put_testzero(struct folio *folio)
{
	return put_page_testzero(&folio->page);
}

/* Let go of it; the last one frees it (S9.69). Any context, never sleeps. */
static inline void folio_put(struct folio *folio)
{
	if (folio_put_testzero(folio))
		__folio_put(folio);
}

/** folio_put_refs() - drop several references; the last one frees (S9.69) */
static inline void folio_put_refs(struct folio *folio, int refs)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) < refs, folio);
	if (folio_ref_sub_and_test(folio, refs))
		__folio_put(folio);
}

/* The same on the folio of any page of it (S9.69). */
static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

/** try_get_page() - a reference on a page's folio, which has some; false with a report if not */
static inline bool __must_check try_get_page(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (WARN_ON_ONCE(folio_ref_count(folio) <= 0))
		return false;
	folio_ref_inc(folio);
	return true;
}

/** get_page_unless_zero() - a reference, unless the page has none; whether it was taken */
static inline bool get_page_unless_zero(struct page *page)
{
	return page_ref_add_unless_zero(page, 1);
}

/** put_page() - let go of a page's folio; the last one frees it (S9.69) */
static inline void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

#define GUP_PIN_COUNTING_BIAS (1u << 10)

/* S0.8: a hint: other holders can make it true, too. */
static inline bool folio_maybe_dma_pinned(struct folio *folio)
{
	if (folio_test_large(folio))
		return atomic_read(&folio->_pincount) > 0;
	return (unsigned int)folio_ref_count(folio) >= GUP_PIN_COUNTING_BIAS;
}

/* ---- mappings -------------------------------------------------------------------------------------------- */

/** page_mapcount_reset() - no slot maps the page */
static inline void page_mapcount_reset(struct page *page)
{
	atomic_set(&page->_mapcount, -1);
}

/* Slots that map the folio, or any page of it. */
static inline int folio_large_mapcount(const struct folio *folio)
{
	return atomic_read(&folio->_large_mapcount) + 1;
}

/** folio_entire_mapcount() - how many PMD slots map all of a large folio */
static inline int folio_entire_mapcount(const struct folio *folio)
{
	return atomic_read(&folio->_entire_mapcount) + 1;
}

/** folio_mapcount() - how many slots map the folio or pages of it (S0.7) */
static inline int folio_mapcount(const struct folio *folio)
{
	if (unlikely(folio_test_large(folio)))
		return folio_large_mapcount(folio);
	return atomic_read(&folio->_mapcount) + 1;
}

/** folio_mapped() - does any slot map it? */
static inline bool folio_mapped(const struct folio *folio)
{
	return folio_mapcount(folio) >= 1;
}

/** page_mapped() - does any slot map the page's folio? */
static inline bool page_mapped(const struct page *page)
{
	return folio_mapped(page_folio(page));
}

/* Slots that map this one page. */
static inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

/* More slots than one, in whatever address spaces; a hint only. */
static inline bool folio_maybe_mapped_shared(struct folio *folio)
{
	return folio_mapcount(folio) > 1;
}

/* The file's address space; NULL of an anonymous folio (S0.14). Swap cache is not modelled. */
struct address_space *folio_mapping(const struct folio *folio);

/** page_pgoff() - the page's offset in the file or the anonymous mapping, in pages */
static inline pgoff_t page_pgoff(const struct folio *folio, const struct page *page)
{
	return folio->index + folio_page_idx(folio, page);
}

/** folio_has_private() - has the owner put something into its private word? */
static inline bool folio_has_private(const struct folio *folio)
{
	return folio_test_private(folio) || folio_test_private_2(folio);
}

/** folio_get_private() - the owner's word */
static inline void *folio_get_private(const struct folio *folio)
{
	return folio->private;
}

/* Mark it dirty. Return: whether it was clean. For anonymous folios: there is no file to tell. */
bool folio_mark_dirty(struct folio *folio);
bool set_page_dirty(struct page *page);
void folio_mark_accessed(struct folio *folio);

/* ---- the lock ---------------------------------------------------------------------------------------------- */

bool __psim_folio_trylock(struct folio *folio);

/* Return: whether the caller has the lock now. Never waits. Any context. */
static inline bool folio_trylock(struct folio *folio)
{
	return likely(__psim_folio_trylock(folio));
}

/** trylock_page() - the lock of the page's folio, if nobody has it; never waits */
static inline bool trylock_page(struct page *page)
{
	return folio_trylock(page_folio(page));
}

/* Wait for the lock and take it. The caller holds a reference. May sleep. */
void folio_lock(struct folio *folio);

/** lock_page() - wait for the lock of the page's folio; may sleep */
static inline void lock_page(struct page *page)
{
	folio_lock(page_folio(page));
}

/* Return: 0, or -EINTR without the lock when a fatal signal came. May sleep. */
int folio_lock_killable(struct folio *folio);

/** lock_page_killable() - as lock_page(); -EINTR without the lock when a fatal signal came */
static inline int lock_page_killable(struct page *page)
{
	return folio_lock_killable(page_folio(page));
}

/* Let go, and wake who waits (S9.69). Unlocking what is not locked is a report. Any context. */
void folio_unlock(struct folio *folio);

/** unlock_page() - let go of the lock of the page's folio */
static inline void unlock_page(struct page *page)
{
	folio_unlock(page_folio(page));
}

/* Wait until it was unlocked once; it may be locked again. The caller holds a reference. May sleep. */
void folio_wait_locked(struct folio *folio);
int folio_wait_locked_killable(struct folio *folio);

/** wait_on_page_locked() - wait until the page's folio was unlocked once; may sleep */
static inline void wait_on_page_locked(struct page *page)
{
	folio_wait_locked(page_folio(page));
}

/* Nothing is written back here, so nothing is to be waited for. */
static inline void folio_wait_writeback(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_test_writeback(folio), folio);
}

/**
 * folio_wait_stable() - wait until its bytes may be changed: at once, as nothing is written back
 */
static inline void folio_wait_stable(struct folio *folio)
{
	folio_wait_writeback(folio);
}

/* ---- bytes --------------------------------------------------------------------------------------------------- */

/**
 * page_address() - the kernel address of a page's bytes
 * Return: it, as long as the page is held; NULL in a machine without bytes. A device-private page has
 * none: a report, and NULL.
 */
void *page_address(const struct page *page);
#define lowmem_page_address(page) page_address(page)

/** folio_address() - the kernel address of a folio's bytes; NULL in a machine without bytes */
static inline void *folio_address(const struct folio *folio)
{
	return page_address(&folio->page);
}

/** PageHighMem() - 0: all RAM is in the direct map */
#define PageHighMem(page) ((void)(page), 0)

/* ---- device pages --------------------------------------------------------------------------------------------- */

/* The driver's word of a device folio; only the head's means anything (S0.11). */
static inline void *folio_zone_device_data(const struct folio *folio)
{
	VM_WARN_ON_ONCE_FOLIO(!folio_is_zone_device(folio), folio);
	return folio->page.zone_device_data;
}

/**
 * folio_set_zone_device_data() - the driver's word of a device folio; set it on the head (S0.11)
 */
static inline void folio_set_zone_device_data(struct folio *folio, void *data)
{
	VM_WARN_ON_ONCE_FOLIO(!folio_is_zone_device(folio), folio);
	folio->page.zone_device_data = data;
}

#endif /* _LINUX___PSIM_FOLIO_H */
