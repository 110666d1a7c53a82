/* SPDX-License-Identifier: MIT */
/*
 * The lock of an address space's mappings (S9.52): a sleeping reader-writer lock, outermost of S0.12; and
 * the locks of its VMAs.
 *
 * A fault needs the lock of one VMA only. Who changes a VMA holds the mmap lock for writing and has
 * write-locked the VMA; all of its VMAs are let go by the end of that hold.
 */
#ifndef _LINUX_MMAP_LOCK_H
#define _LINUX_MMAP_LOCK_H

#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/rwsem.h>

/* Macros, so that reports name the function that took the lock. */
#define mmap_init_lock(mm)		     init_rwsem(&(mm)->mmap_lock)
#define mmap_write_lock(mm)		     down_write(&(mm)->mmap_lock)
#define mmap_write_lock_nested(mm, subclass) down_write_nested(&(mm)->mmap_lock, (subclass))
#define mmap_write_lock_killable(mm)	     down_write_killable(&(mm)->mmap_lock)
#define mmap_write_trylock(mm)		     (down_write_trylock(&(mm)->mmap_lock) != 0)
#define mmap_write_unlock(mm)                       \
	({                                          \
		struct mm_struct *__psim_mm = (mm); \
		vma_end_write_all(__psim_mm);       \
		up_write(&__psim_mm->mmap_lock);    \
	})
#define mmap_write_downgrade(mm)                        \
	({                                              \
		struct mm_struct *__psim_mm = (mm);     \
		vma_end_write_all(__psim_mm);           \
		downgrade_write(&__psim_mm->mmap_lock); \
	})
#define mmap_read_lock(mm)	    down_read(&(mm)->mmap_lock)
#define mmap_read_lock_killable(mm) down_read_killable(&(mm)->mmap_lock)
#define mmap_read_trylock(mm)	    (down_read_trylock(&(mm)->mmap_lock) != 0)
#define mmap_read_unlock(mm)	    up_read(&(mm)->mmap_lock)

/* A read or a write hold satisfies it. */
static inline void mmap_assert_locked(const struct mm_struct *mm)
{
	lockdep_assert_held(&mm->mmap_lock);
}

/** mmap_assert_write_locked() - a report unless the mm's lock is held for writing */
static inline void mmap_assert_write_locked(const struct mm_struct *mm)
{
	lockdep_assert_held_write(&mm->mmap_lock);
}

/** mmap_lock_is_contended() - does anybody wait for the mm's lock? */
static inline int mmap_lock_is_contended(struct mm_struct *mm)
{
	return rwsem_is_contended(&mm->mmap_lock);
}

/* ---- per-VMA locks -------------------------------------------------------------------------------- */

/**
 * vma_start_read() - read-lock a VMA, without waiting
 * Context: the VMA cannot go away: mmap lock held. Return: @vma, or NULL: take the mmap lock instead.
 */
struct vm_area_struct *vma_start_read(struct mm_struct *mm, struct vm_area_struct *vma);

/**
 * lock_vma_under_rcu() - find the VMA that contains @address and read-lock it, with no other lock
 * Return: the VMA, or NULL: there is none, or it is being changed: take the mmap lock instead.
 */
struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long address);

/** vma_end_read() - the end of a read hold of one VMA */
void vma_end_read(struct vm_area_struct *vma);

/**
 * vma_start_write() - wait for the readers of a VMA, and keep new ones out
 * Context: mmap lock write-held; holds until that is released or downgraded. May sleep.
 */
void vma_start_write(struct vm_area_struct *vma);

/* Every VMA that was write-locked is no more. Context: mmap lock write-held. */
void vma_end_write_all(struct mm_struct *mm);

/* Report unless the VMA is write-locked; unless it is read- or write-locked, by whomever. */
void vma_assert_write_locked(struct vm_area_struct *vma);
void vma_assert_locked(struct vm_area_struct *vma);

#endif /* _LINUX_MMAP_LOCK_H */
