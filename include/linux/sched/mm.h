/* SPDX-License-Identifier: MIT */
/* References to address spaces (S9.50, S9.51). */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/atomic.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/__psim_reclaim.h>

void __psim_mm_free(struct mm_struct *mm);

/**
 * mm_alloc() - an empty address space with one user
 * Return: with mm_users and mm_count 1, or NULL without memory. May sleep.
 */
struct mm_struct *__psim_mm_alloc(const char *site);
struct mm_struct *mm_alloc(void);
#define mm_alloc() __psim_mm_alloc(__func__)

/* Hold the structure, not the mappings. Any context. */
static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

/* Let go of the structure; the last one frees it. Any context. */
static inline void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		__psim_mm_free(mm);
}

/* Hold the mappings of an address space that the caller knows to be alive. */
static inline void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

/* Return: false if the address space is being torn down, or is gone; nothing is held then. */
static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

/**
 * mmput() - let go of the mappings
 *
 * The last user tears the address space down before this returns: notifiers get RELEASE, everything
 * is unmapped. May sleep, on every call as far as the lock checker is concerned.
 */
void mmput(struct mm_struct *mm);
/* The same, the teardown from a work item. Any context. */
void mmput_async(struct mm_struct *mm);

/* The address space of a task with a user reference, or NULL. */
struct mm_struct *get_task_mm(struct task_struct *task);

#endif /* _LINUX_SCHED_MM_H */
