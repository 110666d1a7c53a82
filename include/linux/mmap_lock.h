/* SPDX-License-Identifier: MIT */
/* The lock of an address space's mappings (S9.52): a sleeping reader-writer lock, outermost of S0.12. */
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
#define mmap_write_unlock(mm)		     up_write(&(mm)->mmap_lock)
#define mmap_write_downgrade(mm)	     downgrade_write(&(mm)->mmap_lock)
#define mmap_read_lock(mm)		     down_read(&(mm)->mmap_lock)
#define mmap_read_lock_killable(mm)	     down_read_killable(&(mm)->mmap_lock)
#define mmap_read_trylock(mm)		     (down_read_trylock(&(mm)->mmap_lock) != 0)
#define mmap_read_unlock(mm)		     up_read(&(mm)->mmap_lock)

/* A read or a write hold satisfies it. */
static inline void mmap_assert_locked(const struct mm_struct *mm)
{
	lockdep_assert_held(&mm->mmap_lock);
}

static inline void mmap_assert_write_locked(const struct mm_struct *mm)
{
	lockdep_assert_held_write(&mm->mmap_lock);
}

static inline int mmap_lock_is_contended(struct mm_struct *mm)
{
	return rwsem_is_contended(&mm->mmap_lock);
}

#endif /* _LINUX_MMAP_LOCK_H */
