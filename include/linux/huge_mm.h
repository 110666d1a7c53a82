/* SPDX-License-Identifier: MIT */
/*
 * Folios that a PMD slot maps: their size (S0.15), and splitting them.
 *
 * Modelled: anonymous folios of 2 MiB. Not modelled: other orders, files, khugepaged.
 */
#ifndef _LINUX_HUGE_MM_H
#define _LINUX_HUGE_MM_H

#include <linux/mm_types.h>
#include <linux/__psim_folio.h>

#define HPAGE_PMD_SHIFT PMD_SHIFT
#define HPAGE_PMD_SIZE	(1ul << HPAGE_PMD_SHIFT)
#define HPAGE_PMD_MASK	(~(HPAGE_PMD_SIZE - 1))
#define HPAGE_PMD_ORDER (HPAGE_PMD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_NR	(1 << HPAGE_PMD_ORDER)

/* Large enough for a leaf. */
static inline bool folio_test_pmd_mappable(const struct folio *folio)
{
	return folio_order(folio) >= HPAGE_PMD_ORDER;
}

extern struct folio *huge_zero_folio;

static inline bool is_huge_zero_folio(const struct folio *folio)
{
	return unlikely(READ_ONCE(huge_zero_folio) == folio);
}

/**
 * split_folio() - make folios of one page of a large anonymous folio
 * @folio: locked, with one reference of the caller's beside those of its mappings
 *
 * Afterwards lock and reference are on its first page; pages that nobody maps are freed. Sends
 * MMU_NOTIFY_CLEAR in each VMA that maps it (S1.12). May sleep.
 * Return: 0; -EAGAIN if anybody else holds it; -EBUSY if it cannot be split.
 */
int split_folio(struct folio *folio);

/* The same for the folio of @page, where lock and reference end up. */
int split_huge_page(struct page *page);
int __psim_split_folio(struct folio *folio, struct page *keep);

#endif /* _LINUX_HUGE_MM_H */
