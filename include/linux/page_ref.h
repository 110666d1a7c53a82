/* SPDX-License-Identifier: MIT */
/* The reference count of a page, and the ways to change it that move nothing else. */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <linux/atomic.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>

/* What happened to a count, for traces: events page_ref_set and so on. */
enum __psim_page_ref {
	__PSIM_REF_SET,
	__PSIM_REF_MOD,
	__PSIM_REF_TEST,
	__PSIM_REF_RETURN,
	__PSIM_REF_UNLESS,
	__PSIM_REF_FREEZE,
	__PSIM_REF_UNFREEZE
};

/* By what happened: somebody wants to know. */
extern unsigned short __psim_page_ref_wanted[];
void __psim_page_ref_happened(const struct page *page, enum __psim_page_ref what, int value,
			      int ret);

static inline void __psim_page_ref_tell(const struct page *page, enum __psim_page_ref what,
					int value, int ret)
{
	if (unlikely(__atomic_load_n(&__psim_page_ref_wanted[what], __ATOMIC_RELAXED)))
		__psim_page_ref_happened(page, what, value, ret);
}

/** page_ref_count() - the reference count of this very descriptor */
static inline int page_ref_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

/** folio_ref_count() - the reference count of a folio (S0.6) */
static inline int folio_ref_count(const struct folio *folio)
{
	return page_ref_count(&folio->page);
}

/* References on the folio that the page is part of. */
static inline int page_count(const struct page *page)
{
	return folio_ref_count(page_folio(page));
}

/** set_page_count() - set the count; nobody else has the page */
static inline void set_page_count(struct page *page, int v)
{
	atomic_set(&page->_refcount, v);
	__psim_page_ref_tell(page, __PSIM_REF_SET, v, 0);
}

/** folio_set_count() - set the count; nobody else has the folio */
static inline void folio_set_count(struct folio *folio, int v)
{
	set_page_count(&folio->page, v);
}

/* One reference, as a folio has that was just made. */
static inline void folio_init_count(struct folio *folio)
{
	folio_set_count(folio, 1);
}

/** init_page_count() - one reference, as a page has that was just taken */
static inline void init_page_count(struct page *page)
{
	set_page_count(page, 1);
}

/** page_ref_add() - add to the count of a page that is held */
static inline void page_ref_add(struct page *page, int nr)
{
	atomic_add(nr, &page->_refcount);
	__psim_page_ref_tell(page, __PSIM_REF_MOD, nr, 0);
}

/** folio_ref_add() - add to the count of a folio that is held */
static inline void folio_ref_add(struct folio *folio, int nr)
{
	page_ref_add(&folio->page, nr);
}

/** page_ref_sub() - subtract; the caller keeps it above 0 */
static inline void page_ref_sub(struct page *page, int nr)
{
	atomic_sub(nr, &page->_refcount);
	__psim_page_ref_tell(page, __PSIM_REF_MOD, -nr, 0);
}

/** folio_ref_sub() - subtract; the caller keeps it above 0 */
static inline void folio_ref_sub(struct folio *folio, int nr)
{
	page_ref_sub(&folio->page, nr);
}

/** page_ref_inc() - one more, of a page that is held */
static inline void page_ref_inc(struct page *page)
{
	atomic_inc(&page->_refcount);
	__psim_page_ref_tell(page, __PSIM_REF_MOD, 1, 0);
}

/** folio_ref_inc() - one more, of a folio that is held */
static inline void folio_ref_inc(struct folio *folio)
{
	page_ref_inc(&folio->page);
}

/** page_ref_dec() - one less; the caller keeps it above 0 */
static inline void page_ref_dec(struct page *page)
{
	atomic_dec(&page->_refcount);
	__psim_page_ref_tell(page, __PSIM_REF_MOD, -1, 0);
}

/** folio_ref_dec() - one less; the caller keeps it above 0 */
static inline void folio_ref_dec(struct folio *folio)
{
	page_ref_dec(&folio->page);
}

/** page_ref_sub_and_test() - subtract; whether it is 0 now */
static inline int page_ref_sub_and_test(struct page *page, int nr)
{
	int ret = atomic_sub_and_test(nr, &page->_refcount);

	__psim_page_ref_tell(page, __PSIM_REF_TEST, -nr, ret);
	return ret;
}

/** folio_ref_sub_and_test() - subtract; whether it is 0 now */
static inline int folio_ref_sub_and_test(struct folio *folio, int nr)
{
	return page_ref_sub_and_test(&folio->page, nr);
}

/** folio_ref_sub_return() - subtract; the new count */
static inline int folio_ref_sub_return(struct folio *folio, int nr)
{
	int ret = atomic_sub_return(nr, &folio->_refcount);

	__psim_page_ref_tell(&folio->page, __PSIM_REF_RETURN, -nr, ret);
	return ret;
}

/** page_ref_dec_and_test() - one less; whether it is 0 now */
static inline int page_ref_dec_and_test(struct page *page)
{
	int ret = atomic_dec_and_test(&page->_refcount);

	__psim_page_ref_tell(page, __PSIM_REF_TEST, -1, ret);
	return ret;
}

/** folio_ref_dec_and_test() - one less; whether it is 0 now */
static inline int folio_ref_dec_and_test(struct folio *folio)
{
	return page_ref_dec_and_test(&folio->page);
}

/** page_ref_inc_return() - one more; the new count */
static inline int page_ref_inc_return(struct page *page)
{
	int ret = atomic_inc_return(&page->_refcount);

	__psim_page_ref_tell(page, __PSIM_REF_RETURN, 1, ret);
	return ret;
}

/** page_ref_add_unless_zero() - add, unless the count is 0; whether it was added */
static inline bool page_ref_add_unless_zero(struct page *page, int nr)
{
	bool ret = atomic_add_unless(&page->_refcount, nr, 0);

	__psim_page_ref_tell(page, __PSIM_REF_UNLESS, nr, ret);
	return ret;
}

/** folio_ref_add_unless_zero() - add, unless the count is 0; whether it was added */
static inline bool folio_ref_add_unless_zero(struct folio *folio, int nr)
{
	return page_ref_add_unless_zero(&folio->page, nr);
}

/* Return: whether it is held now; false: its count was 0. */
static inline bool folio_try_get(struct folio *folio)
{
	return folio_ref_add_unless_zero(folio, 1);
}

/** folio_ref_try_add() - add, unless the count is 0; whether it was added */
static inline bool folio_ref_try_add(struct folio *folio, int count)
{
	return folio_ref_add_unless_zero(folio, count);
}

/* If the count is exactly @count it becomes 0: nobody can take a reference. Return: whether it did. */
static inline int page_ref_freeze(struct page *page, int count)
{
	int ret = atomic_cmpxchg(&page->_refcount, count, 0) == count;

	__psim_page_ref_tell(page, __PSIM_REF_FREEZE, count, ret);
	return ret;
}

/** folio_ref_freeze() - from exactly @count to 0, as page_ref_freeze(); whether it did */
static inline int folio_ref_freeze(struct folio *folio, int count)
{
	return page_ref_freeze(&folio->page, count);
}

/** page_ref_unfreeze() - the end of a freeze: the count is @count, and not 0 */
static inline void page_ref_unfreeze(struct page *page, int count)
{
	VM_BUG_ON_PAGE(page_count(page) != 0, page);
	VM_BUG_ON(count == 0);
	atomic_set_release(&page->_refcount, count);
	__psim_page_ref_tell(page, __PSIM_REF_UNFREEZE, count, 0);
}

/** folio_ref_unfreeze() - the end of a freeze: the count is @count, and not 0 */
static inline void folio_ref_unfreeze(struct folio *folio, int count)
{
	page_ref_unfreeze(&folio->page, count);
}

#endif /* _LINUX_PAGE_REF_H */
