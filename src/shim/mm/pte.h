/* SPDX-License-Identifier: MIT */
/*
 * What a page-table slot holds: one 64-bit word of a kind (S0.5), flags, and a page frame number.
 *
 * The encoding is ours. A slot that is 0 is empty. The same words stand in PMD slots, with LEAF set,
 * for a whole folio of 2 MiB; a PMD slot that names a table has the kind TABLE.
 */
#ifndef PSIM_MM_PTE_H
#define PSIM_MM_PTE_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/pgtable.h>

typedef u64 psim_pte_t;

/* The kinds; these numbers are printed in traces (event set_pte). */
enum psim_pte_kind {
	PSIM_PTE_NONE,
	PSIM_PTE_PRESENT,
	PSIM_PTE_SWAP,
	PSIM_PTE_MIGRATION_READ,
	PSIM_PTE_MIGRATION_READ_EXCLUSIVE,
	PSIM_PTE_MIGRATION_WRITE,
	PSIM_PTE_DEVICE_READ,
	PSIM_PTE_DEVICE_WRITE,
	PSIM_PTE_DEVICE_EXCLUSIVE,
	PSIM_PTE_HWPOISON,
	PSIM_PTE_MARKER,
	PSIM_PTE_TABLE,
};

#define PSIM_PTE_KIND		 0xfull
#define PSIM_PTE_F_WRITE	 (1ull << 4) /* present only: hardware-writable */
#define PSIM_PTE_F_YOUNG	 (1ull << 5) /* present and migration */
#define PSIM_PTE_F_DIRTY	 (1ull << 6) /* present and migration */
#define PSIM_PTE_F_SOFT_DIRTY	 (1ull << 7) /* any kind but none */
#define PSIM_PTE_F_UFFD_WP	 (1ull << 8) /* any kind but none */
#define PSIM_PTE_F_SPECIAL	 (1ull << 9) /* present: no rmap, no reference: the zero page */
#define PSIM_PTE_F_SWP_EXCLUSIVE (1ull << 9) /* swap: AnonExclusive is parked here */
#define PSIM_PTE_F_LEAF		 (1ull << 10) /* a PMD slot that maps 2 MiB */
#define PSIM_PTE_F_EXEC		 (1ull << 11) /* present only */
#define PSIM_PTE_F_PROTNONE	 (1ull << 63) /* present, but the processor may not use it (PROT_NONE) */
#define PSIM_PTE_FLAGS		 0xff0ull
#define PSIM_PTE_PFN_SHIFT	 12

static inline psim_pte_t psim_pte_make(enum psim_pte_kind kind, unsigned long pfn, u64 flags)
{
	return (u64)kind | flags | ((u64)pfn << PSIM_PTE_PFN_SHIFT);
}

static inline enum psim_pte_kind psim_pte_kind(psim_pte_t pte)
{
	return (enum psim_pte_kind)(pte & PSIM_PTE_KIND);
}

static inline unsigned long psim_pte_pfn(psim_pte_t pte)
{
	return (pte & ~PSIM_PTE_F_PROTNONE) >> PSIM_PTE_PFN_SHIFT;
}

static inline bool psim_pte_none(psim_pte_t pte)
{
	return pte == 0;
}

/* Whether a PMD slot maps 2 MiB itself. */
static inline bool psim_pmd_leaf(psim_pte_t pmd)
{
	return pmd & PSIM_PTE_F_LEAF;
}

/* Whether a PMD slot names a table. */
static inline bool psim_pmd_table(psim_pte_t pmd)
{
	return psim_pte_kind(pmd) == PSIM_PTE_TABLE;
}

/*
 * A leaf that is being changed, under its lock: whoever looks without the lock sees that something is
 * there, and waits for the lock.
 */
#define PSIM_PMD_CHANGING PSIM_PTE_F_LEAF

/* The page frame that a slot names for @address: a leaf names 512 of them. */
static inline unsigned long psim_pte_pfn_at(psim_pte_t pte, unsigned long address)
{
	return psim_pte_pfn(pte) + (psim_pmd_leaf(pte) ? (address & ~PMD_MASK) >> PAGE_SHIFT : 0);
}

/* How many pages a slot stands for. */
static inline unsigned long psim_pte_pages(psim_pte_t pte)
{
	return psim_pmd_leaf(pte) ? PTRS_PER_PTE : 1;
}

static inline bool psim_pte_present(psim_pte_t pte)
{
	return psim_pte_kind(pte) == PSIM_PTE_PRESENT;
}

static inline bool psim_pte_is_migration(psim_pte_t pte)
{
	enum psim_pte_kind kind = psim_pte_kind(pte);

	return kind >= PSIM_PTE_MIGRATION_READ && kind <= PSIM_PTE_MIGRATION_WRITE;
}

static inline bool psim_pte_is_device_private(psim_pte_t pte)
{
	enum psim_pte_kind kind = psim_pte_kind(pte);

	return kind == PSIM_PTE_DEVICE_READ || kind == PSIM_PTE_DEVICE_WRITE;
}

static inline bool psim_pte_is_device_exclusive(psim_pte_t pte)
{
	return psim_pte_kind(pte) == PSIM_PTE_DEVICE_EXCLUSIVE;
}

/* Whether the slot names a page frame. */
static inline bool psim_pte_has_pfn(psim_pte_t pte)
{
	return psim_pte_present(pte) || psim_pte_is_migration(pte) ||
	       psim_pte_is_device_private(pte) || psim_pte_is_device_exclusive(pte);
}

/* Whether the slot counts as a mapping of its page: one reference and one mapcount (S0.6, S0.7). */
static inline bool psim_pte_maps(psim_pte_t pte)
{
	if (psim_pte_present(pte))
		return !(pte & PSIM_PTE_F_SPECIAL);
	return psim_pte_is_device_private(pte) || psim_pte_is_device_exclusive(pte);
}

/* Present and hardware-writable, or an entry of the write kind. */
static inline bool psim_pte_write(psim_pte_t pte)
{
	enum psim_pte_kind kind = psim_pte_kind(pte);

	if (kind == PSIM_PTE_PRESENT)
		return pte & PSIM_PTE_F_WRITE;
	return kind == PSIM_PTE_MIGRATION_WRITE || kind == PSIM_PTE_DEVICE_WRITE;
}

static inline bool psim_pte_young(psim_pte_t pte)
{
	return pte & PSIM_PTE_F_YOUNG;
}

static inline bool psim_pte_dirty(psim_pte_t pte)
{
	return pte & PSIM_PTE_F_DIRTY;
}

static inline bool psim_pte_soft_dirty(psim_pte_t pte)
{
	return pte & PSIM_PTE_F_SOFT_DIRTY;
}

static inline bool psim_pte_uffd_wp(psim_pte_t pte)
{
	return pte & PSIM_PTE_F_UFFD_WP;
}

static inline bool psim_pte_special(psim_pte_t pte)
{
	return pte & PSIM_PTE_F_SPECIAL;
}

/**
 * psim_pte_mk_present() - a slot that maps @pfn by the VMA's protection, read-only, old and clean
 * @prot: vma->vm_page_prot
 * Add PSIM_PTE_F_WRITE, _YOUNG, _DIRTY, ... as wanted.
 */
static inline psim_pte_t psim_pte_mk_present(unsigned long pfn, pgprot_t prot)
{
	return psim_pte_make(PSIM_PTE_PRESENT, pfn,
			     pgprot_val(prot) & (PSIM_PTE_F_EXEC | PSIM_PTE_F_PROTNONE));
}

/* What a marker says. */
#define PSIM_MARKER_UFFD_WP 1u
#define PSIM_MARKER_POISON  2u
#define PSIM_MARKER_GUARD   4u

static inline psim_pte_t psim_pte_mk_marker(unsigned int marker)
{
	return psim_pte_make(PSIM_PTE_MARKER, marker, 0);
}

/* Of a marker; 0 of any other slot. */
static inline unsigned int psim_pte_marker(psim_pte_t pte)
{
	return psim_pte_kind(pte) == PSIM_PTE_MARKER ? psim_pte_pfn(pte) : 0;
}

static inline bool psim_pte_is_swap(psim_pte_t pte)
{
	return psim_pte_kind(pte) == PSIM_PTE_SWAP;
}

/* @flags: any of YOUNG, DIRTY, SOFT_DIRTY, UFFD_WP. */
static inline psim_pte_t psim_pte_mk_migration(enum psim_pte_kind kind, unsigned long pfn,
					       u64 flags)
{
	return psim_pte_make(kind, pfn, flags);
}

/* @flags: any of SOFT_DIRTY, UFFD_WP. */
static inline psim_pte_t psim_pte_mk_device_private(unsigned long pfn, bool write, u64 flags)
{
	return psim_pte_make(write ? PSIM_PTE_DEVICE_WRITE : PSIM_PTE_DEVICE_READ, pfn, flags);
}

#endif /* PSIM_MM_PTE_H */
