/* SPDX-License-Identifier: MIT */
/*
 * Leaves of 2 MiB: a PMD slot that maps a whole order-9 folio, or holds its migration or device-private
 * entry (S6.70). What faults, zaps, forks, changes of protection, moves and migrations do to one.
 *
 * Each leaf has a page table in reserve (psim_table_deposit()), so a split never fails. Walkers get
 * leaves from psim_span().
 */
#ifndef PSIM_MM_HUGE_H
#define PSIM_MM_HUGE_H

#include <linux/huge_mm.h>
#include <linux/mm.h>
#include "mm/pgtable.h"
#include "mm/tlb.h"

struct psim_config;

/* A leaf that maps @pfn, read-only, old and clean: psim_pte_mk_present() for 2 MiB. */
static inline psim_pte_t psim_pmd_mk_present(unsigned long pfn, pgprot_t prot)
{
	return psim_pte_mk_present(pfn, prot) | PSIM_PTE_F_LEAF;
}

/* Whether [address, end) is exactly one leaf's span. */
static inline bool psim_whole_leaf(unsigned long address, unsigned long end)
{
	return !(address & ~PMD_MASK) && end - address == PMD_SIZE;
}

/* A present leaf of the huge zero folio: no rmap, no reference, no rss. */
static inline bool psim_leaf_is_zero(psim_pte_t pmd)
{
	return psim_pte_present(pmd) && psim_pte_special(pmd);
}

/* The folio of a leaf that names one. */
static inline struct folio *psim_leaf_folio(psim_pte_t pmd)
{
	return page_folio(pfn_to_page(psim_pte_pfn(pmd)));
}

/* ---- faults (huge_fault.c) ------------------------------------------------------------------------ */

/* Whether faults of @vma may map the 2 MiB around @address: it lies inside, and the VMA wants it. */
bool psim_thp_allowed(const struct vm_area_struct *vma, unsigned long address);

/**
 * psim_huge_fault() - the part of a fault that concerns the PMD slot
 * Return: VM_FAULT_FALLBACK: a table is there, or is to be: go on with 4 KiB; otherwise the fault's result.
 */
vm_fault_t psim_huge_fault(struct vm_fault *vmf);

/* A new order-9 folio gets its first mapping, a leaf; @table is deposited. Context: PMD lock. */
void psim_map_new_leaf(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
		       struct folio *folio, psim_pte_t pmd, u32 table);

/* The huge zero folio, held for @mm until its end, or NULL. May sleep. */
struct folio *psim_huge_zero_get(struct mm_struct *mm);
void psim_huge_zero_mm_gone(struct mm_struct *mm);

void psim_huge_start(const struct psim_config *config);

/* ---- splitting (huge_split.c, folio_split.c) ------------------------------------------------------ */

/**
 * psim_split_pmd() - a leaf at @address becomes a table of 512 slots (S6.59, S6.75)
 * Sends CLEAR over the 2 MiB if there is a leaf. Context: mmap lock; may sleep.
 */
void psim_split_pmd(struct vm_area_struct *vma, unsigned long address);

/* The same where @vma is about to end or begin at @address: nothing if no leaf spans it (S6.74). */
void psim_split_pmd_at(struct vm_area_struct *vma, unsigned long address);

/*
 * The leaf in @pmdp becomes a table. @freeze: of migration entries, mappings and references gone, if the
 * folio is not pinned. Context: PMD lock.
 */
void psim_split_pmd_locked(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
			   bool freeze);

/* Split a folio without any mapping left, locked, with one reference; all parts stay locked (S2.50). */
int psim_split_unmapped(struct folio *folio);

/* Parts of the folio are mapped no more: split it when memory is short. */
void psim_deferred_split(struct folio *folio);
/* It is freed, moved or split: forget it. */
void psim_unqueue_deferred_split(struct folio *folio);
/* Split what is queued. May sleep. Return: whether anything was. */
bool psim_deferred_split_scan(void);

/* ---- operations on a whole leaf (huge_zap.c, huge_ops.c); Context: its lock ------------------------- */

/* Clear it into @gather (S6.31, S6.73). Return: true: the gather is full. */
bool psim_zap_leaf(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long address,
		   psim_pte_t *pmdp);

/* What a leaf that is not present becomes by a change of protection (S6.72). */
psim_pte_t psim_leaf_protected(psim_pte_t pmd);

/*
 * MADV_FREE of [address, end) of the leaf in @span: young and dirty go, or its folio is split. Entries
 * stay as they are (S6.77). Takes over the lock. Return: where to go on.
 */
unsigned long psim_free_leaf_lazily(struct vm_area_struct *vma, unsigned long address,
				    unsigned long end, const struct psim_span *span);

/**
 * psim_move_leaf() - mremap of a whole leaf from @old to @new, both aligned (S6.76)
 * Takes the PMD locks, flushes the old span. Context: mmap lock write-held, rmap locks of both places.
 * Return: false: there was no leaf, or the new slot is not empty, or has no table to be in.
 */
bool psim_move_leaf(struct mm_struct *mm, unsigned long old, unsigned long new);

/**
 * psim_copy_leaf() - fork copies the leaf at @address, if there is one (S6.71)
 * Takes the locks; no lock held. Return: 0: done; 1: there is no leaf (any more, or it may be pinned and
 * was split): copy its slots; -ENOMEM.
 */
int psim_copy_leaf(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma,
		   unsigned long address);

/**
 * psim_collapse() - make one 2 MiB folio of what the aligned span at @address maps
 * Context: mmap lock write-held; @vma spans it and may have such folios. May sleep. Return: 0: a leaf
 * maps it; -EINVAL, -EAGAIN: some page is busy or of a kind that cannot move, -ENOMEM.
 */
int psim_collapse(struct vm_area_struct *vma, unsigned long address);

#endif /* PSIM_MM_HUGE_H */
