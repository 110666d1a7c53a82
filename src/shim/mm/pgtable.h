/* SPDX-License-Identifier: MIT */
/*
 * Page tables: four levels of 512-slot tables from an arena, a lock for each table of the two lowest
 * levels. A slot of the second lowest, a PMD slot, names a table or is a leaf of 2 MiB.
 *
 * A table is there only where something was mapped; munmap gives back those that lie outside of every
 * VMA. Who walks by address holds the mmap lock, or the anon_vma lock of a VMA that covers the address:
 * either keeps the tables from going away.
 */
#ifndef PSIM_MM_PGTABLE_H
#define PSIM_MM_PGTABLE_H

#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>
#include "mm/pte.h"
#include "mm/tlb.h"
#include "sched/engine.h"
#include "sim/sim.h"

/**
 * psim_pte_map_lock() - the slot of @address, its PTL taken
 * @ptlp: gets the lock; give both to psim_pte_unlock()
 * Return: the slot, or NULL (nothing locked) if there is no table, also because a leaf is in its place.
 */
psim_pte_t *psim_pte_map_lock(struct mm_struct *mm, unsigned long address, spinlock_t **ptlp);

/* The same, making the tables where there are none. May sleep. Return: NULL without memory. */
psim_pte_t *psim_pte_alloc_map_lock(struct mm_struct *mm, unsigned long address, spinlock_t **ptlp);

/* Make the tables of @address, unless a leaf is there. May sleep. Return: 0 or -ENOMEM. */
int psim_pte_alloc(struct mm_struct *mm, unsigned long address);

static inline void psim_pte_unlock(psim_pte_t *ptep, spinlock_t *ptl)
{
	spin_unlock(ptl);
}

/* The slot of @address without its lock, or NULL: for looking only, with psim_pte_get(). */
psim_pte_t *psim_pte_map(struct mm_struct *mm, unsigned long address);
/* The lock of a slot's table. */
spinlock_t *psim_pte_lockptr(const psim_pte_t *ptep);

/* A slot is read without a scheduling point: where nobody else can care. */
static inline psim_pte_t psim_pte_peek(const psim_pte_t *ptep)
{
	return __atomic_load_n(ptep, __ATOMIC_ACQUIRE);
}

/* A slot is read: a scheduling point. With the PTL held it stays what it is. */
static __always_inline psim_pte_t psim_pte_get(struct mm_struct *mm, unsigned long address,
					       const psim_pte_t *ptep)
{
	psim_point(PSIM_POINT_SLOT);
	return psim_pte_peek(ptep);
}

/* The event of a slot that changes; one of 2 MiB has another name than the first of 512. */
static __always_inline void psim_pte_trace(struct mm_struct *mm, unsigned long address,
					   psim_pte_t pte)
{
	psim_trace(psim_pmd_leaf(pte) ? PSIM_EV_SLOT_HUGE : PSIM_EV_SLOT, mm->__psim_id,
		   address & PAGE_MASK, psim_pte_kind(pte), psim_pte_pfn(pte));
}

/* A slot is written: a scheduling point, and an event. Context: PTL. Flushing is the caller's. */
static __always_inline void psim_pte_set(struct mm_struct *mm, unsigned long address,
					 psim_pte_t *ptep, psim_pte_t pte)
{
	psim_point(PSIM_POINT_SLOT);
	psim_pte_trace(mm, address, pte);
	__psim_store(ptep, pte);
}

/* Exchanged as one step, so that no young or dirty of the processor is lost. Return: the old slot. */
static __always_inline psim_pte_t psim_pte_xchg(struct mm_struct *mm, unsigned long address,
						psim_pte_t *ptep, psim_pte_t pte)
{
	psim_point(PSIM_POINT_SLOT);
	psim_pte_trace(mm, address, pte);
	return __psim_exchange(ptep, pte, __ATOMIC_SEQ_CST);
}

static inline psim_pte_t psim_pte_get_and_clear(struct mm_struct *mm, unsigned long address,
						psim_pte_t *ptep)
{
	return psim_pte_xchg(mm, address, ptep, 0);
}

/* Clear, and flush @address everywhere (S1.30). Context: PTL. Return: the old slot. */
static inline psim_pte_t psim_pte_clear_flush(struct vm_area_struct *vma, unsigned long address,
					      psim_pte_t *ptep)
{
	psim_pte_t old = psim_pte_get_and_clear(vma->vm_mm, address, ptep);

	if (psim_pte_present(old))
		psim_tlb_flush_page(vma->vm_mm, address);
	return old;
}

/* Set, if the slot still holds @old. Context: PTL, against a processor that sets young or dirty. */
bool psim_pte_try_set(struct mm_struct *mm, unsigned long address, psim_pte_t *ptep, psim_pte_t old,
		      psim_pte_t pte);

/* As psim_span(), without the lock and without leaves: gets the slot of @address, or NULL. */
unsigned long psim_pte_span(struct mm_struct *mm, unsigned long address, unsigned long end,
			    psim_pte_t **ptepp);

/* The first address of [address, end) whose 1 GiB has tables, or @end. */
unsigned long psim_tables_from(struct mm_struct *mm, unsigned long address, unsigned long end);

/*
 * The table of the 2 MiB at @from becomes that of those at @to, if there is none yet; both aligned.
 * Flushing is the caller's. Context: mmap lock write-held, rmap locks of both places. Return: whether.
 */
bool psim_table_move(struct mm_struct *mm, unsigned long from, unsigned long to);

/* ---- leaves of 2 MiB -------------------------------------------------------------------------- */

/**
 * struct psim_span - a piece of a walk: slots of one table, or (a part of) one leaf, or nothing
 * @ptep: the slot of the piece's first address, or NULL
 * @pmdp: the PMD slot that holds a leaf, or NULL
 * @ptl: the lock of either, taken: psim_pte_unlock() takes any of them
 */
struct psim_span {
	psim_pte_t *ptep;
	psim_pte_t *pmdp;
	spinlock_t *ptl;
};

/**
 * psim_span() - the next piece of [address, end) that lies in one table, or in one leaf
 * @span: gets the slot of @address or its leaf, with the lock taken; neither: nothing is there or locked
 *
 *	for (; address < end; address = next) {
 *		next = psim_span(mm, address, end, &span);
 *		if (!span.ptep)
 *			continue;
 *		for (; address < next; address += PAGE_SIZE, span.ptep++)
 *			...
 *		psim_pte_unlock(span.ptep, span.ptl);
 *	}
 *
 * Return: where the piece ends.
 */
unsigned long psim_span(struct mm_struct *mm, unsigned long address, unsigned long end,
			struct psim_span *span);

/* The PMD slot of @address without its lock, or NULL if there is no table that it could be in. */
psim_pte_t *psim_pmd_walk(struct mm_struct *mm, unsigned long address);
/* The same, making the tables above. May sleep. Return: NULL without memory. */
psim_pte_t *psim_pmd_alloc(struct mm_struct *mm, unsigned long address);

/* Empty a leaf's slot for a moment, and flush all of it. Context: PMD lock. Return: what it held. */
psim_pte_t psim_pmd_invalidate(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp);

/*
 * Tables of the lowest level by number, for leaves to have one in reserve: nobody can be refused the
 * memory when a leaf has to be split. Prepared ones are released, or deposited with the leaf's slot and
 * later withdrawn, newest first; a withdrawn one is populated or released. Context of the middle three:
 * PMD lock.
 */
u32 psim_table_prepare(struct mm_struct *mm); /* may sleep; 0: no memory */
void psim_table_deposit(psim_pte_t *pmdp, u32 table);
u32 psim_table_withdraw(psim_pte_t *pmdp);
/* @table takes the place of what is in the PMD slot. */
void psim_table_populate(struct mm_struct *mm, unsigned long address, psim_pte_t *pmdp, u32 table);
void psim_table_release(struct mm_struct *mm, u32 table);
/* Its 512 slots. */
psim_pte_t *psim_table_slots(u32 table);

/* ---- for the mm room itself ------------------------------------------------------------------- */

/* The slot of @address for the processor's walk: no lock, no scheduling point. */
psim_pte_t *psim_pte_walk(struct mm_struct *mm, unsigned long address);

/* The top table. */
int psim_pgd_alloc(struct mm_struct *mm);
void psim_pgd_free(struct mm_struct *mm);

struct psim_tables_gone;

/**
 * psim_tables_unlink() - take out the tables that lie wholly inside [floor, ceiling)
 * @gone: collects them for psim_tables_free()
 * All slots in there are empty; no VMA is left in there; mmap lock write-held.
 */
void psim_tables_unlink(struct mm_struct *mm, unsigned long start, unsigned long end,
			unsigned long floor, unsigned long ceiling, struct psim_tables_gone *gone);
/* After the flush: give them back. */
void psim_tables_free(struct mm_struct *mm, struct psim_tables_gone *gone);

struct psim_tables_gone {
	u32 first;
	u32 count;
};

/* Call @fn for every slot or leaf that is not empty, ascending; no locks taken: for the audit. */
void psim_tables_visit(struct mm_struct *mm,
		       void (*fn)(struct mm_struct *mm, unsigned long address, psim_pte_t pte,
				  void *arg),
		       void *arg);

/* Start and stop of the machine. */
int psim_tables_start(unsigned long ram_pages);
void psim_tables_stop(void);
/* Tables in use. */
unsigned long psim_tables_count(void);

#endif /* PSIM_MM_PGTABLE_H */
