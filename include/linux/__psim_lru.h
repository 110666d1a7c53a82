/* SPDX-License-Identifier: MIT */
/*
 * The LRU lists, through the per-CPU batch of folios that are to be added (S0.6, S6.41).
 *
 * A folio in a batch has one more reference; on a list it has none. Not modelled: ageing, reclaim.
 */
#ifndef _LINUX___PSIM_LRU_H
#define _LINUX___PSIM_LRU_H

#include <linux/mm_types.h>
#include <linux/__psim_folio.h>

struct vm_area_struct;

/* Queue a folio for the lists. Any context but an interrupt. */
void folio_add_lru(struct folio *folio);
void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma);

/* Add what this CPU's batch holds (S1.50). */
void lru_add_drain(void);
/* Add what any CPU's batch holds (S1.51). May sleep. */
void lru_add_drain_all(void);

/* Take it off its list, with a reference. The caller holds one. Return: false if it is on none. */
bool folio_isolate_lru(struct folio *folio);
/* Undo that: through the batch; drops the reference. */
void folio_putback_lru(struct folio *folio);

#endif /* _LINUX___PSIM_LRU_H */
