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

/** pte_to_swp_entry() - what a slot holds that is not present, as an entry */
swp_entry_t pte_to_swp_entry(pte_t pte);
/** swp_entry_to_pte() - a slot that holds the entry */
pte_t swp_entry_to_pte(swp_entry_t entry);

/** non_swap_entry() - is it anything but a place in a swap area? */
bool non_swap_entry(swp_entry_t entry);
/** is_migration_entry() - is the page being migrated (S0.5)? */
bool is_migration_entry(swp_entry_t entry);
/** is_readable_migration_entry() - is it the read kind of that? */
bool is_readable_migration_entry(swp_entry_t entry);
/** is_readable_exclusive_migration_entry() - is it the read-exclusive kind of that (S1.33)? */
bool is_readable_exclusive_migration_entry(swp_entry_t entry);
/** is_writable_migration_entry() - is it the write kind of that (S1.33)? */
bool is_writable_migration_entry(swp_entry_t entry);
/** is_device_private_entry() - is the page on a device that CPUs cannot reach (S0.5)? */
bool is_device_private_entry(swp_entry_t entry);
/** is_writable_device_private_entry() - is it the write kind of that (S3.13)? */
bool is_writable_device_private_entry(swp_entry_t entry);

/** is_device_exclusive_entry() - has a device the page for itself? */
bool is_device_exclusive_entry(swp_entry_t entry);
/** is_hwpoison_entry() - is the page broken? */
bool is_hwpoison_entry(swp_entry_t entry);
/** make_hwpoison_entry() - an entry that says that the page is broken */
swp_entry_t make_hwpoison_entry(struct page *page);

/* Markers: slots without a page that say something of their address. */
typedef unsigned long pte_marker;
#define PTE_MARKER_UFFD_WP  0x1ul
#define PTE_MARKER_POISONED 0x2ul
#define PTE_MARKER_GUARD    0x4ul

/** is_pte_marker_entry() - is it a marker, without a page? */
bool is_pte_marker_entry(swp_entry_t entry);
/** pte_marker_get() - what a marker says: PTE_MARKER_* */
pte_marker pte_marker_get(swp_entry_t entry);
/** make_pte_marker() - a slot with a marker */
pte_t make_pte_marker(pte_marker marker);

/** make_device_exclusive_entry() - an entry: a device has the page for itself */
swp_entry_t make_device_exclusive_entry(pgoff_t pfn);
/**
 * make_readable_migration_entry() - an entry of the read kind: the page is being migrated (S1.33)
 */
swp_entry_t make_readable_migration_entry(pgoff_t pfn);
/** make_readable_exclusive_migration_entry() - an entry of the read-exclusive kind (S1.33) */
swp_entry_t make_readable_exclusive_migration_entry(pgoff_t pfn);
/** make_writable_migration_entry() - an entry of the write kind (S1.33) */
swp_entry_t make_writable_migration_entry(pgoff_t pfn);
/**
 * make_readable_device_private_entry() - an entry of the read kind: the page is on a device (S3.13)
 */
swp_entry_t make_readable_device_private_entry(pgoff_t pfn);
/** make_writable_device_private_entry() - an entry of the write kind (S3.13) */
swp_entry_t make_writable_device_private_entry(pgoff_t pfn);

/* The page of an entry that carries one. */
unsigned long swp_offset_pfn(swp_entry_t entry);
struct page *pfn_swap_entry_to_page(swp_entry_t entry);
struct folio *pfn_swap_entry_folio(swp_entry_t entry);

#endif /* _LINUX_SWAPOPS_H */
