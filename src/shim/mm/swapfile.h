/* SPDX-License-Identifier: MIT */
/* Swap inside the mm room: slots with the bytes of pages, and the swap cache in front of them. */
#ifndef PSIM_MM_SWAPFILE_H
#define PSIM_MM_SWAPFILE_H

#include <linux/mm_types.h>
#include "mm/pte.h"

/* A slot's number is the page frame number of its entries; 0 is none. */
static inline unsigned long psim_swap_slot(psim_pte_t pte)
{
	return psim_pte_pfn(pte);
}

/* One more entry names the slot; one less: unused, its bytes are gone. */
void psim_swap_dup(unsigned long slot);
void psim_swap_put(unsigned long slot);

/* The folio that caches the slot, with a reference, or NULL. */
struct folio *psim_swap_cached(unsigned long slot);
/* Put a locked folio in the cache of a slot: one more reference. Return: 0, -EEXIST. */
int psim_swap_cache_add(struct folio *folio, unsigned long slot);
/* Take it out; the reference is dropped. Context: folio lock. */
void psim_swap_cache_remove(struct folio *folio);
/* @new takes @old's place in the cache, if @old has just @expected references. Both locked. */
bool psim_swap_cache_replace(struct folio *old, struct folio *new, int expected);

/* A slot's bytes. */
void psim_swap_read(unsigned long slot, struct folio *folio);
void psim_swap_write(unsigned long slot, struct folio *folio);
/* A new slot that nothing names yet; 0 without memory. */
unsigned long psim_swap_alloc(void);

/* A page that no slot maps any more may leave the cache (as the end of an unmapping does). */
void psim_swap_cache_tidy(struct folio *folio);

/**
 * psim_swap_page_out() - write one anonymous page of @mm to swap and unmap it everywhere
 * @keep: leave it in the swap cache
 * Context: takes the mmap lock. Return: 0; -ENOENT: no such page; -EBUSY: somebody else holds it,
 * or it is part of a large folio; -ENOMEM.
 */
int psim_swap_page_out(struct mm_struct *mm, unsigned long address, bool keep);

/* The audit found an entry; it found all there are: compare. */
void psim_swap_audit_entry(unsigned long slot);
/* For the audit: whether the swap cache has the folio, which says so. */
bool psim_swap_cache_holds(const struct folio *folio);
void psim_swap_audit_end(void);

void psim_swap_start(void);
void psim_swap_leftovers(void);
void psim_swap_stop(void);

#endif /* PSIM_MM_SWAPFILE_H */
