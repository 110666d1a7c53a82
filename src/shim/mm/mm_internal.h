/* SPDX-License-Identifier: MIT */
/* What the files of the mm room share, and what migration and the model's tasks need of it. */
#ifndef PSIM_MM_INTERNAL_H
#define PSIM_MM_INTERNAL_H

#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/mmu_notifier.h>
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
/* As find_vma(), without a look at who holds which lock. */
struct vm_area_struct *psim_vma_find(struct mm_struct *mm, unsigned long addr);
/* Move @vma's bounds, where there is room. Context: mmap lock write-held. */
void psim_vma_set_bounds(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* VMAs there are, in all address spaces. */
unsigned long psim_vma_count(void);
pgprot_t vm_get_page_prot(vm_flags_t vm_flags);

/* ---- cutting and joining (vma_merge.c). Context: mmap lock write-held ------------------------------ */

/**
 * struct psim_vma_new - a mapping that is to be, or a part of one that is to be another
 * @from: the VMA that its anonymous pages come from, or NULL
 */
struct psim_vma_new {
	unsigned long start, end;
	pgoff_t pgoff;
	vm_flags_t flags;
	struct file *file;
	const struct vm_operations_struct *ops;
	struct vm_area_struct *from;
};

/* Cut @vma in two at @address; @vma keeps the lower part. Return: 0, -ENOMEM with nothing changed. */
int psim_vma_split(struct vm_area_struct *vma, unsigned long address);
/*
 * A new mapping, where nothing is mapped, as a part of its neighbours, as far as they are alike.
 * Return: the VMA that contains it, or NULL if it needs one of its own.
 */
struct vm_area_struct *psim_vma_merge_new(struct mm_struct *mm, const struct psim_vma_new *new);
/*
 * [start, end) of @vma is to have @flags: join it with its neighbours, or else cut it out.
 * Return: the VMA that contains it, whose flags are still to be set; or an error pointer: -ENOMEM.
 */
struct vm_area_struct *psim_vma_modify(struct vm_area_struct *vma, unsigned long start,
				       unsigned long end, vm_flags_t flags);

/* ---- mappings (mmap.c, mmap_place.c, munmap.c, zap.c) ---------------------------------------------- */

/* As mmap(): @prot and @flags of <linux/mman.h>. Takes the mmap lock. Return: address or -errno. */
long psim_do_mmap(struct mm_struct *mm, struct file *file, unsigned long address,
		  unsigned long length, unsigned long prot, unsigned long flags, pgoff_t pgoff);
/* Where a mapping with these MAP_* goes. Context: mmap lock write-held. Return: address or -errno. */
long psim_get_unmapped_area(struct mm_struct *mm, struct file *file, unsigned long address,
			    unsigned long length, unsigned long flags);
/* A wish as it is looked at: whole pages, and not below what anybody may map. */
unsigned long psim_hint(unsigned long address);
/* PROT_* as VM_*. */
vm_flags_t psim_prot_flags(unsigned long prot);

/* The VMA has @pages more, by its flags. */
void psim_vma_account(struct vm_area_struct *vma, long pages);
/* Whether the limit of locked memory lets @pages more be locked. */
bool psim_may_lock(const struct mm_struct *mm, unsigned long pages);
/* Whether so many pages may be promised at once; and whether memory of this kind is promised at all. */
bool psim_may_commit(unsigned long pages);
bool psim_accountable(vm_flags_t flags);

/* Unmap what is in [start, end). Context: mmap lock write-held; read-held afterwards if *@downgraded. */
int psim_unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long end, bool downgrade,
		      bool *downgraded);
/* As munmap(): the zap runs with the mmap lock downgraded to read. */
int psim_do_munmap(struct mm_struct *mm, unsigned long start, unsigned long length);
/* Everything goes: the last user is gone. */
void psim_exit_mmap(struct mm_struct *mm);

/* Take away the pages of [start, end) of one VMA, under notifications of @event. */
void psim_zap(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	      enum mmu_notifier_event event);
/* Clear the slots of [start, end) of one VMA into @gather (S6.30, S6.31). */
void psim_zap_range(struct psim_gather *gather, struct vm_area_struct *vma, unsigned long start,
		    unsigned long end);

/* ---- changing mappings (mprotect.c, mremap.c, madvise.c, mlock.c). Each takes the mmap lock ------------ */

/* The system calls of these names: any numbers; addresses or 0, or -errno. */
int psim_do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long length,
		     unsigned long prot);
long psim_do_mremap(struct mm_struct *mm, unsigned long address, unsigned long old_length,
		    unsigned long new_length, unsigned long flags, unsigned long new_address);
int psim_do_madvise(struct mm_struct *mm, unsigned long start, unsigned long length, int advice);
int psim_do_mlock(struct mm_struct *mm, unsigned long start, unsigned long length,
		  vm_flags_t flags);
int psim_do_munlock(struct mm_struct *mm, unsigned long start, unsigned long length);
int psim_do_mlockall(struct mm_struct *mm, int flags);
int psim_do_munlockall(struct mm_struct *mm);

/*
 * Bring in what is mapped in [start, +length), for writing where it is private and writable; not VMAs
 * that are locked on fault. Return: 0 or -errno; @go_on: 0, past VMAs that cannot be brought in.
 */
int psim_populate(struct mm_struct *mm, unsigned long start, unsigned long length, bool go_on);
/* The same inside of one VMA. Context: mmap lock held. Return: 0 or -errno. */
int psim_populate_vma(struct vm_area_struct *vma, unsigned long start, unsigned long end);

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

/*
 * Call the driver for vmf->page, which is locked and referenced; then unlock and put it (S6.4, S6.11).
 * Context: mmap lock held, no PTL. Return: the driver's answer.
 */
vm_fault_t psim_migrate_to_ram(struct vm_fault *vmf);

/* A migration slot's wait (S6.40), without a reference. Context: PTL held, dropped. */
void psim_migration_wait(psim_pte_t pte, psim_pte_t *ptep, spinlock_t *ptl);

/* ---- markers (marker.c) ------------------------------------------------------------------------------------ */

/* What a fork's child gets of a marker; 0: nothing. */
psim_pte_t psim_marker_for_child(psim_pte_t pte, const struct vm_area_struct *child);

/* ---- guard regions (guard.c) -------------------------------------------------------------------------------- */

/*
 * Guards in [start, end), whatever is there goes; and away with them, whatever else is there stays.
 * Context: mmap lock held. Return: 0, -EINVAL for mappings that have none, -ENOMEM, -EINTR.
 */
int psim_guard_install(struct vm_area_struct *vma, unsigned long start, unsigned long end);
int psim_guard_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/* ---- device-exclusive slots (exclusive.c) --------------------------------------------------------------- */

/* An ordinary mapping takes the place of the device-exclusive entry @pte. Context: PTL, folio lock. */
void psim_exclusive_restore(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
			    psim_pte_t pte);

/* ---- the OOM reaper (oom.c) ------------------------------------------------------------------------------ */

/* Take all private memory of @mm and leave it unstable. May sleep. Return: false: a part was refused. */
bool psim_oom_reap_mm(struct mm_struct *mm);

/* ---- audit (mm_audit.c) --------------------------------------------------------------------------------- */

void psim_mm_audit_start(void);
void psim_mm_audit(void);
void psim_mm_leftovers(void);
/* VMAs are in order, apart, counted, and where their anon_vmas look for them (vma_audit.c). */
void psim_vma_audit(struct mm_struct *mm);

/* Why slots change (mprotect.c): the VMA's protection did, or userfaultfd protects or lets go of them. */
enum psim_protection {
	PSIM_PROTECT_VMA,
	PSIM_PROTECT_UFFD,
	PSIM_UNPROTECT_UFFD
};

/* Slots of [start, end) follow, and notifiers hear of it (S6.50, S6.52). Context: mmap lock. */
void psim_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    enum psim_protection how);

#endif /* PSIM_MM_INTERNAL_H */
