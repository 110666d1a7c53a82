/* SPDX-License-Identifier: MIT */
/*
 * Page flags, head and tail pages, and from a page to its folio.
 *
 * The low eight flags are those that zone_device_page_init() clears (S5.20). Flags of a large folio
 * are its head's. Setting and clearing is atomic unless a name begins with two underscores. The bits
 * between the flags and the zone belong to the machine.
 */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/bitops.h>
#include <linux/mm_types.h>
#include <linux/mmdebug.h>
#include <linux/poison.h>
#include <linux/__psim_memmap.h>

enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_head,
	PG_waiters,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_dropbehind,
	PG_mlocked,
	PG_hwpoison,
	PG_young,
	PG_idle,
	__NR_PAGEFLAGS,

	PG_readahead = PG_reclaim,
	PG_swapcache = PG_owner_priv_1,
	PG_checked = PG_owner_priv_1,
	PG_anon_exclusive = PG_owner_2,
	PG_mappedtodisk = PG_owner_2,
	/* of the first tail of a large folio */
	PG_has_hwpoisoned = PG_active,
	PG_large_rmappable = PG_workingset,
	PG_partially_mapped = PG_reclaim,
};

/* What an address space pointer of a folio may carry in its low bits. */
#define FOLIO_MAPPING_ANON     0x1ul
#define FOLIO_MAPPING_ANON_KSM 0x2ul
#define FOLIO_MAPPING_KSM      (FOLIO_MAPPING_ANON | FOLIO_MAPPING_ANON_KSM)
#define FOLIO_MAPPING_FLAGS    (FOLIO_MAPPING_ANON | FOLIO_MAPPING_ANON_KSM)

/* What stands in the mapping of a tail page. */
#define TAIL_MAPPING ((struct address_space *)(POISON_POINTER_DELTA + 0x400))

/* ---- head and tail ------------------------------------------------------------------------------ */

static __always_inline unsigned long __psim_head(const struct page *page)
{
	unsigned long head = __atomic_load_n(&page->compound_head, __ATOMIC_RELAXED);

	return unlikely(head & 1) ? head - 1 : (unsigned long)page;
}

/** compound_head() - the head of the folio that a page is part of; itself, of a single page */
#define compound_head(page) ((typeof(page))__psim_head(page))

/**
 * page_folio() - the folio that a page is part of
 * @p: any page that is in use: a free device page's link may be stale (S5.27)
 * Only a reference, or a lock that keeps the page in use, makes the answer last.
 */
#define page_folio(p) \
	(_Generic((p),                                                                             \
		const struct page *: (const struct folio *)__psim_head(p),                         \
		struct page *: (struct folio *)__psim_head(p)))

/* The @n-th page of a folio; @n is not checked. */
#define folio_page(folio, n) (&(folio)->page + (n))

static inline bool __psim_flag(const struct page *page, int bit)
{
	return __atomic_load_n(&page->flags.f, __ATOMIC_RELAXED) >> bit & 1;
}

/** PageTail() - is it a page of a large folio, but not the head? */
static inline int PageTail(const struct page *page)
{
	return __atomic_load_n(&page->compound_head, __ATOMIC_RELAXED) & 1;
}

/** PageHead() - is it the head of a large folio? */
static inline int PageHead(const struct page *page)
{
	return __psim_flag(page, PG_head) && !PageTail(page);
}

/** PageCompound() - is it part of a large folio? */
static inline int PageCompound(const struct page *page)
{
	return __psim_flag(page, PG_head) || PageTail(page);
}

/** folio_test_head() - is the folio's head flag set? It may still be while the folio is split */
static inline bool folio_test_head(const struct folio *folio)
{
	return test_bit(PG_head, &folio->flags.f);
}

/* For the changes that are not atomic: whoever walks by pfn may read the word meanwhile, and sees all or nothing. */
static __always_inline void __psim_flag_set_plain(struct page *page, int bit)
{
	__atomic_store_n(&page->flags.f,
			 __atomic_load_n(&page->flags.f, __ATOMIC_RELAXED) | BIT(bit),
			 __ATOMIC_RELAXED);
}

static __always_inline void __psim_flag_clear_plain(struct page *page, int bit)
{
	__atomic_store_n(&page->flags.f,
			 __atomic_load_n(&page->flags.f, __ATOMIC_RELAXED) & ~BIT(bit),
			 __ATOMIC_RELAXED);
}

/* Whether the folio has more than one page. */
static inline bool folio_test_large(const struct folio *folio)
{
	return __psim_flag(&folio->page, PG_head);
}

/** __SetPageHead() - from now on the head of a large folio; not atomic */
static inline void __SetPageHead(struct page *page)
{
	__psim_flag_set_plain(page, PG_head);
}

/** __ClearPageHead() - not any more; not atomic */
static inline void __ClearPageHead(struct page *page)
{
	__psim_flag_clear_plain(page, PG_head);
}

/** set_compound_head() - a tail's link to its head */
static inline void set_compound_head(struct page *page, struct page *head)
{
	__atomic_store_n(&page->compound_head, (unsigned long)head + 1, __ATOMIC_RELAXED);
}

/** clear_compound_head() - the page is a tail no more */
static inline void clear_compound_head(struct page *page)
{
	__atomic_store_n(&page->compound_head, 0, __ATOMIC_RELAXED);
}

/* ---- one flag each ----------------------------------------------------------------------------------- */

#define __PSIM_FOLIO_TEST(lower, bit)                                             \
	static __always_inline bool folio_test_##lower(const struct folio *folio) \
	{                                                                         \
		return test_bit(bit, &folio->flags.f);                            \
	}
#define __PSIM_FOLIO_SET(lower, bit)                                       \
	static __always_inline void folio_set_##lower(struct folio *folio) \
	{                                                                  \
		set_bit(bit, &folio->flags.f);                             \
	}
#define __PSIM_FOLIO_CLEAR(lower, bit)                                       \
	static __always_inline void folio_clear_##lower(struct folio *folio) \
	{                                                                    \
		clear_bit(bit, &folio->flags.f);                             \
	}
#define __PSIM_FOLIO_PLAIN(lower, bit)                                         \
	static __always_inline void __folio_set_##lower(struct folio *folio)   \
	{                                                                      \
		__psim_flag_set_plain(&folio->page, bit);                      \
	}                                                                      \
	static __always_inline void __folio_clear_##lower(struct folio *folio) \
	{                                                                      \
		__psim_flag_clear_plain(&folio->page, bit);                    \
	}
#define __PSIM_FOLIO_EXCHANGE(lower, bit)                                         \
	static __always_inline bool folio_test_set_##lower(struct folio *folio)   \
	{                                                                         \
		return test_and_set_bit(bit, &folio->flags.f);                    \
	}                                                                         \
	static __always_inline bool folio_test_clear_##lower(struct folio *folio) \
	{                                                                         \
		return test_and_clear_bit(bit, &folio->flags.f);                  \
	}
#define __PSIM_PAGE_FLAG(upper, bit)                                    \
	static __always_inline int Page##upper(const struct page *page) \
	{                                                               \
		return test_bit(bit, &compound_head(page)->flags.f);    \
	}                                                               \
	static __always_inline void SetPage##upper(struct page *page)   \
	{                                                               \
		set_bit(bit, &compound_head(page)->flags.f);            \
	}                                                               \
	static __always_inline void ClearPage##upper(struct page *page) \
	{                                                               \
		clear_bit(bit, &compound_head(page)->flags.f);          \
	}

#define __PSIM_FLAG(upper, lower, bit)    \
	__PSIM_FOLIO_TEST(lower, bit)     \
	__PSIM_FOLIO_SET(lower, bit)      \
	__PSIM_FOLIO_CLEAR(lower, bit)    \
	__PSIM_FOLIO_PLAIN(lower, bit)    \
	__PSIM_FOLIO_EXCHANGE(lower, bit) \
	__PSIM_PAGE_FLAG(upper, bit)

/* Locking and uptodate are more than a flag: see folio_lock() and folio_mark_uptodate(). */
__PSIM_FOLIO_TEST(locked, PG_locked)
__PSIM_FOLIO_PLAIN(locked, PG_locked)
__PSIM_FOLIO_TEST(uptodate, PG_uptodate)
__PSIM_FOLIO_CLEAR(uptodate, PG_uptodate)
__PSIM_FOLIO_TEST(waiters, PG_waiters)
__PSIM_FOLIO_TEST(writeback, PG_writeback)
__PSIM_FLAG(Referenced, referenced, PG_referenced)
__PSIM_FLAG(Dirty, dirty, PG_dirty)
__PSIM_FLAG(LRU, lru, PG_lru)
__PSIM_FLAG(Active, active, PG_active)
__PSIM_FLAG(Workingset, workingset, PG_workingset)
__PSIM_FLAG(SwapCache, swapcache, PG_swapcache)
__PSIM_FLAG(Checked, checked, PG_checked)
__PSIM_FLAG(Reserved, reserved, PG_reserved)
__PSIM_FLAG(Private, private, PG_private)
__PSIM_FLAG(Private2, private_2, PG_private_2)
__PSIM_FLAG(Reclaim, reclaim, PG_reclaim)
__PSIM_FLAG(SwapBacked, swapbacked, PG_swapbacked)
__PSIM_FLAG(Unevictable, unevictable, PG_unevictable)
__PSIM_FLAG(Mlocked, mlocked, PG_mlocked)
__PSIM_FLAG(Young, young, PG_young)
__PSIM_FLAG(Idle, idle, PG_idle)

static inline int PageLocked(const struct page *page)
{
	return folio_test_locked(page_folio(page));
}

/** PageUptodate() - do the folio's bytes mean something? */
static inline int PageUptodate(const struct page *page)
{
	return folio_test_uptodate(page_folio(page));
}

/* The contents are good: what was written to them before is seen by who finds the flag set. */
static inline void folio_mark_uptodate(struct folio *folio)
{
	smp_wmb();
	set_bit(PG_uptodate, &folio->flags.f);
}

/** __folio_mark_uptodate() - they do, of a folio that nobody else has */
static inline void __folio_mark_uptodate(struct folio *folio)
{
	smp_wmb();
	__psim_flag_set_plain(&folio->page, PG_uptodate);
}

/** SetPageUptodate() - they do */
static inline void SetPageUptodate(struct page *page)
{
	folio_mark_uptodate(page_folio(page));
}

/* Of a large folio: it may be mapped in parts, and be split. */
static inline bool folio_test_large_rmappable(const struct folio *folio)
{
	return folio_test_large(folio) && __psim_flag(folio_page(folio, 1), PG_large_rmappable);
}

/** folio_set_large_rmappable() - a large folio that slots may map, and that can be split */
static inline void folio_set_large_rmappable(struct folio *folio)
{
	set_bit(PG_large_rmappable, &folio_page(folio, 1)->flags.f);
}

/* ---- anonymous memory ------------------------------------------------------------------------------------ */

/** folio_test_anon() - is it anonymous: does its mapping word name an anon_vma? */
static __always_inline bool folio_test_anon(const struct folio *folio)
{
	return (unsigned long)__atomic_load_n(&folio->mapping, __ATOMIC_RELAXED) &
	       FOLIO_MAPPING_ANON;
}

/** folio_test_ksm() - false: there is no KSM */
static __always_inline bool folio_test_ksm(const struct folio *folio)
{
	return ((unsigned long)__atomic_load_n(&folio->mapping, __ATOMIC_RELAXED) &
		FOLIO_MAPPING_FLAGS) == FOLIO_MAPPING_KSM;
}

/** PageAnon() - is the page's folio anonymous? */
static __always_inline bool PageAnon(const struct page *page)
{
	return folio_test_anon(page_folio(page));
}

/* Whether one process alone may map this anonymous page (S0.9). A flag of the single page. */
static __always_inline int PageAnonExclusive(const struct page *page)
{
	return test_bit(PG_anon_exclusive, &page->flags.f);
}

/** SetPageAnonExclusive() - exactly one process may map the page (S0.9) */
static __always_inline void SetPageAnonExclusive(struct page *page)
{
	VM_WARN_ON_ONCE_PAGE(!PageAnon(page), page);
	set_bit(PG_anon_exclusive, &page->flags.f);
}

/** ClearPageAnonExclusive() - several processes may map the page (S0.9) */
static __always_inline void ClearPageAnonExclusive(struct page *page)
{
	VM_WARN_ON_ONCE_PAGE(!PageAnon(page), page);
	clear_bit(PG_anon_exclusive, &page->flags.f);
}

/* Hardware memory errors are not modelled: no page is poisoned. */
static inline int PageHWPoison(const struct page *page)
{
	return test_bit(PG_hwpoison, &page->flags.f);
}

/** folio_test_hwpoison() - is a page of it broken? */
static inline bool folio_test_hwpoison(const struct folio *folio)
{
	return test_bit(PG_hwpoison, &folio->flags.f);
}

#endif /* _LINUX_PAGE_FLAGS_H */
