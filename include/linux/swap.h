/* SPDX-License-Identifier: MIT */
/* The LRU lists and the swap cache. Swap areas are the machine's own: nothing swaps by itself. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/__psim_lru.h>

/* The address space of all folios in the swap cache. */
struct address_space *swap_address_space(swp_entry_t entry);

/**
 * folio_free_swap() - take a folio out of the swap cache, if no page table names its slot
 * Context: folio lock. Return: whether it was in there and is not any more.
 */
bool folio_free_swap(struct folio *folio);

#endif /* _LINUX_SWAP_H */
