/* SPDX-License-Identifier: MIT */
/* userfaultfd: which of a VMA's faults its program wants to hear of. */
#ifndef _LINUX_USERFAULTFD_K_H
#define _LINUX_USERFAULTFD_K_H

#include <linux/mm.h>

#define __VM_UFFD_FLAGS (VM_UFFD_MISSING | VM_UFFD_WP)

/* Faults on empty slots (S2.12). */
static inline bool userfaultfd_missing(struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_UFFD_MISSING;
}

/* Writes to slots that were protected so. */
static inline bool userfaultfd_wp(struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_UFFD_WP;
}

static inline bool userfaultfd_armed(struct vm_area_struct *vma)
{
	return vma->vm_flags & __VM_UFFD_FLAGS;
}

#endif /* _LINUX_USERFAULTFD_K_H */
