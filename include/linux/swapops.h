/* SPDX-License-Identifier: MIT */
/*
 * Entries that stand in slots without a present page: swp_entry_t is a slot's kind and its page.
 *
 * Modelled: migration and device-private kinds. Swap entries proper come with swap.
 */
#ifndef _LINUX_SWAPOPS_H
#define _LINUX_SWAPOPS_H

#include <linux/mm_types.h>
#include <linux/pgtable.h>

swp_entry_t pte_to_swp_entry(pte_t pte);
pte_t swp_entry_to_pte(swp_entry_t entry);

bool non_swap_entry(swp_entry_t entry);
bool is_migration_entry(swp_entry_t entry);
bool is_readable_migration_entry(swp_entry_t entry);
bool is_readable_exclusive_migration_entry(swp_entry_t entry);
bool is_writable_migration_entry(swp_entry_t entry);
bool is_device_private_entry(swp_entry_t entry);
bool is_writable_device_private_entry(swp_entry_t entry);

bool is_device_exclusive_entry(swp_entry_t entry);
bool is_hwpoison_entry(swp_entry_t entry);
swp_entry_t make_hwpoison_entry(struct page *page);

/* Markers: slots without a page that say something of their address. */
typedef unsigned long pte_marker;
#define PTE_MARKER_UFFD_WP  0x1ul
#define PTE_MARKER_POISONED 0x2ul
#define PTE_MARKER_GUARD    0x4ul

bool is_pte_marker_entry(swp_entry_t entry);
pte_marker pte_marker_get(swp_entry_t entry);
pte_t make_pte_marker(pte_marker marker);

swp_entry_t make_device_exclusive_entry(pgoff_t pfn);
swp_entry_t make_readable_migration_entry(pgoff_t pfn);
swp_entry_t make_readable_exclusive_migration_entry(pgoff_t pfn);
swp_entry_t make_writable_migration_entry(pgoff_t pfn);
swp_entry_t make_readable_device_private_entry(pgoff_t pfn);
swp_entry_t make_writable_device_private_entry(pgoff_t pfn);

/* The page of an entry that carries one. */
unsigned long swp_offset_pfn(swp_entry_t entry);
struct page *pfn_swap_entry_to_page(swp_entry_t entry);
struct folio *pfn_swap_entry_folio(swp_entry_t entry);

#endif /* _LINUX_SWAPOPS_H */
