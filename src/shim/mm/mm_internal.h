/* SPDX-License-Identifier: MIT */
/* What the files of the mm room share, and what migration and the model's tasks need of it. */
#ifndef PSIM_MM_INTERNAL_H
#define PSIM_MM_INTERNAL_H

#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/rmap.h>
#include "mm/pgtable.h"
#include "mm/rmap.h"
#include "mm/tlb.h"

/* ---- address spaces (mm.c) ------------------------------------------------------------------ */

/* Every mm_struct that is not freed, in order of birth; guarded by psim_mm_list_lock. */
extern struct list_head psim_mm_list;
extern spinlock_t psim_mm_list_lock;

/* Bit of mm_struct.flags: kunit_attach_mm() made it; ends with the machine. */
#define PSIM_MMF_KUNIT 63

/* ---- VMAs (vma.c) ------------------------------------------------------------------------------ */

struct vm_area_struct *psim_vma_alloc(struct mm_struct *mm, unsigned long start, unsigned long end,
				      vm_flags_t flags);
struct vm_area_struct *psim_vma_dup(struct mm_struct *mm, const struct vm_area_struct *vma);
void psim_vma_free(struct vm_area_struct *vma);
void psim_vma_link(struct vm_area_struct *vma);
void psim_vma_detach(struct vm_area_struct *vma);
struct vm_area_struct *psim_vma_prev(struct vm_area_struct *vma);
struct vm_area_struct *psim_vma_next(struct vm_area_struct *vma);
/* Cut @vma in two at @address. Return: 0, -ENOMEM with nothing changed. */
int psim_vma_split(struct vm_area_struct *vma, unsigned long address);
/*
 * A new anonymous mapping [start, end) as a part of its neighbours, as far as they are alike.
 * Return: the VMA that contains it, or NULL if it needs one of its own.
 */
struct vm_area_struct *psim_vma_merge(struct mm_struct *mm, unsigned long start, unsigned long end,
				      vm_flags_t flags);
/* VMAs there are, in all address spaces. */
unsigned long psim_vma_count(void);
pgprot_t vm_get_page_prot(vm_flags_t vm_flags);

/* ---- mappings (mmap.c, zap.c) -------------------------------------------------------------------- */

/* As mmap(): @prot and @flags of <linux/mman.h>. Takes the mmap lock. Return: address or -errno. */
long psim_do_mmap(struct mm_struct *mm, unsigned long address, unsigned long length,
		  unsigned long prot, unsigned long flags);
/* As munmap(): the zap runs with the mmap lock downgraded to read. */
int psim_do_munmap(struct mm_struct *mm, unsigned long start, unsigned long length);
/* Everything goes: the last user is gone. */
void psim_exit_mmap(struct mm_struct *mm);

/* Clear the slots of [start, end) of one VMA into @gather (S6.30, S6.31). */
void psim_zap_range(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long start,
		    unsigned long end);

/* ---- faults (fault.c) -------------------------------------------------------------------------------- */

/**
 * psim_access_loop() - user accesses of a task, faulting until they are done
 * @write: from @buffer to memory
 * Return: bytes moved; @err gets 0, -EFAULT (SIGSEGV), -EIO (SIGBUS), -ENOMEM.
 */
unsigned long psim_access_loop(struct mm_struct *mm, unsigned long address, void *buffer,
			       unsigned long length, bool write, int *err);

/* How the user face and uaccess reach memory: psim_access_loop(), or what stands in its place. */
extern unsigned long (*psim_user_access)(struct mm_struct *mm, unsigned long address, void *buffer,
					 unsigned long length, bool write, int *err);

/* A migration slot's wait (S6.40), without a reference. Context: PTL held, dropped. */
void psim_migration_wait(psim_pte_t pte, psim_pte_t *ptep, spinlock_t *ptl);

/* ---- audit (mm_audit.c) --------------------------------------------------------------------------------- */

void psim_mm_audit_start(void);
void psim_mm_audit(void);
void psim_mm_leftovers(void);
/* VMAs are in order, apart, counted, and where their anon_vmas look for them (vma_audit.c). */
void psim_vma_audit(struct mm_struct *mm);

#endif /* PSIM_MM_INTERNAL_H */
