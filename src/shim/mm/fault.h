/* SPDX-License-Identifier: MIT */
/* A fault in progress, and what the files of the fault path share: fault.c, fault_cow.c and kin. */
#ifndef PSIM_MM_FAULT_H
#define PSIM_MM_FAULT_H

#include <linux/mm.h>
#include "mm/mm_internal.h"

/**
 * struct psim_fault - a fault in progress, with the slot in the shim's own type
 * @vmf: what a mapper or a driver gets to see of it
 * @ptep: the slot, while its lock is held
 * @old: the slot as it was first read
 */
struct psim_fault {
	struct vm_fault vmf;
	psim_pte_t *ptep;
	psim_pte_t old;
};

static inline bool psim_fault_is_write(const struct psim_fault *f)
{
	return f->vmf.flags & FAULT_FLAG_WRITE;
}

/* Sharing is to end, without a write: for a pin. */
static inline bool psim_fault_is_unshare(const struct psim_fault *f)
{
	return f->vmf.flags & FAULT_FLAG_UNSHARE;
}

static inline struct mm_struct *psim_fault_mm(const struct psim_fault *f)
{
	return f->vmf.vma->vm_mm;
}

/* Take the PTL. Return: false, without it, if the slot is not what it was. */
static inline bool psim_fault_lock_same(struct psim_fault *f)
{
	f->ptep = psim_pte_map_lock(psim_fault_mm(f), f->vmf.address, &f->vmf.ptl);
	if (!f->ptep)
		return false;
	if (psim_pte_get(psim_fault_mm(f), f->vmf.address, f->ptep) == f->old)
		return true;
	psim_pte_unlock(f->ptep, f->vmf.ptl);
	return false;
}

static inline void psim_fault_unlock(struct psim_fault *f)
{
	psim_pte_unlock(f->ptep, f->vmf.ptl);
}

/* The slot gets @pte. Context: PTL. */
static inline void psim_fault_set(struct psim_fault *f, psim_pte_t pte)
{
	psim_pte_set(psim_fault_mm(f), f->vmf.address, f->ptep, pte);
}

/* A fresh anonymous page for this fault, up to date, or NULL. @zero: __GFP_ZERO or 0. */
struct folio *psim_fault_alloc_page(struct psim_fault *f, gfp_t zero);
/* The slot gets the fresh page @folio, dirty and writable as the VMA allows. Context: PTL. */
void psim_fault_map_new(struct psim_fault *f, struct folio *folio);

/* The mmap lock or VMA lock of a fault is dropped, before VM_FAULT_RETRY. */
static inline void psim_fault_release(struct vm_fault *vmf)
{
	release_fault_lock(vmf);
}

/*
 * As anon_vma_prepare(). Under a VMA lock the neighbours can be looked at with the mmap lock alone, which
 * is not waited for. Return: 0, VM_FAULT_OOM, VM_FAULT_RETRY with the VMA lock dropped.
 */
vm_fault_t vmf_anon_prepare(struct vm_fault *vmf);

/* ---- kinds of faults ---------------------------------------------------------------------------------- */

/* A write to a present read-only slot, or an unsharing of it (fault_cow.c; S6.14, S6.42). */
vm_fault_t psim_fault_write_protected(struct psim_fault *f);
/* An empty slot of a VMA with a mapper (fault_file.c). */
vm_fault_t psim_fault_file(struct psim_fault *f);
/* A write to a shared page that is mapped read-only. Context: PTL, dropped. @folio: NULL: special. */
vm_fault_t psim_fault_write_shared(struct psim_fault *f, struct folio *folio);
/* A slot gets a file's page, whose reference it takes over. Context: PTL, folio lock. */
void psim_fault_map_file(struct psim_fault *f, struct folio *folio, unsigned long address,
			 psim_pte_t *ptep);
/* A swap slot (swap.c); a marker (marker.c). */
vm_fault_t psim_fault_swap(struct psim_fault *f);
vm_fault_t psim_fault_marker(struct psim_fault *f);
/* A device-exclusive slot (exclusive.c; S6.16). */
vm_fault_t psim_fault_exclusive(struct psim_fault *f);

#endif /* PSIM_MM_FAULT_H */
