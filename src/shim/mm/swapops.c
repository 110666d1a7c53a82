// SPDX-License-Identifier: MIT
/* swp_entry_t: here simply the word of a slot that is not present. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/swapops.h>
#include "mm/pte.h"

bool pte_present(pte_t pte)
{
	return psim_pte_present(pte.pte);
}

bool pte_none(pte_t pte)
{
	return psim_pte_none(pte.pte);
}

bool pte_write(pte_t pte)
{
	return psim_pte_present(pte.pte) && psim_pte_write(pte.pte);
}

bool pte_dirty(pte_t pte)
{
	return psim_pte_present(pte.pte) && psim_pte_dirty(pte.pte);
}

bool pte_young(pte_t pte)
{
	return psim_pte_present(pte.pte) && psim_pte_young(pte.pte);
}

unsigned long pte_pfn(pte_t pte)
{
	return psim_pte_pfn(pte.pte);
}

swp_entry_t pte_to_swp_entry(pte_t pte)
{
	return (swp_entry_t){pte.pte & ~PSIM_PTE_FLAGS};
}

pte_t swp_entry_to_pte(swp_entry_t entry)
{
	return __pte(entry.val);
}

bool non_swap_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) > PSIM_PTE_SWAP;
}

bool is_migration_entry(swp_entry_t entry)
{
	return psim_pte_is_migration(entry.val);
}

bool is_readable_migration_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_MIGRATION_READ;
}

bool is_readable_exclusive_migration_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_MIGRATION_READ_EXCLUSIVE;
}

bool is_writable_migration_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_MIGRATION_WRITE;
}

bool is_device_private_entry(swp_entry_t entry)
{
	return psim_pte_is_device_private(entry.val);
}

bool is_writable_device_private_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_DEVICE_WRITE;
}

bool is_device_exclusive_entry(swp_entry_t entry)
{
	return psim_pte_is_device_exclusive(entry.val);
}

bool is_hwpoison_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_HWPOISON;
}

swp_entry_t make_hwpoison_entry(struct page *page)
{
	return (swp_entry_t){psim_pte_make(PSIM_PTE_HWPOISON, page_to_pfn(page), 0)};
}

_Static_assert(PTE_MARKER_UFFD_WP == PSIM_MARKER_UFFD_WP &&
		       PTE_MARKER_POISONED == PSIM_MARKER_POISON &&
		       PTE_MARKER_GUARD == PSIM_MARKER_GUARD,
	       "markers are the kernel's");

bool is_pte_marker_entry(swp_entry_t entry)
{
	return psim_pte_kind(entry.val) == PSIM_PTE_MARKER;
}

pte_marker pte_marker_get(swp_entry_t entry)
{
	return psim_pte_marker(entry.val);
}

pte_t make_pte_marker(pte_marker marker)
{
	return __pte(psim_pte_mk_marker(marker));
}

swp_entry_t make_device_exclusive_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_make(PSIM_PTE_DEVICE_EXCLUSIVE, pfn, 0)};
}

swp_entry_t make_readable_migration_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_mk_migration(PSIM_PTE_MIGRATION_READ, pfn, 0)};
}

swp_entry_t make_readable_exclusive_migration_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_mk_migration(PSIM_PTE_MIGRATION_READ_EXCLUSIVE, pfn, 0)};
}

swp_entry_t make_writable_migration_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_mk_migration(PSIM_PTE_MIGRATION_WRITE, pfn, 0)};
}

swp_entry_t make_readable_device_private_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_mk_device_private(pfn, false, 0)};
}

swp_entry_t make_writable_device_private_entry(pgoff_t pfn)
{
	return (swp_entry_t){psim_pte_mk_device_private(pfn, true, 0)};
}

unsigned long swp_offset_pfn(swp_entry_t entry)
{
	return psim_pte_pfn(entry.val);
}

struct page *pfn_swap_entry_to_page(swp_entry_t entry)
{
	return pfn_to_page(psim_pte_pfn(entry.val));
}

struct folio *pfn_swap_entry_folio(swp_entry_t entry)
{
	return page_folio(pfn_swap_entry_to_page(entry));
}
