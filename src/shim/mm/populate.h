/* SPDX-License-Identifier: MIT */
/* MADV_POPULATE_READ and MADV_POPULATE_WRITE, and what else madvise leaves to others. */
#ifndef PSIM_MM_POPULATE_H
#define PSIM_MM_POPULATE_H

#include <linux/mm_types.h>

/* Takes the mmap lock. Return: 0, -ENOMEM at a hole, -EINVAL, -EFAULT, -EHWPOISON. */
int psim_madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write);

#endif /* PSIM_MM_POPULATE_H */
