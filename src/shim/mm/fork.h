/* SPDX-License-Identifier: MIT */
/* fork, and what other kinds of slots add to it. */
#ifndef PSIM_MM_FORK_H
#define PSIM_MM_FORK_H

#include <linux/mm_types.h>

/**
 * psim_fork_mm() - a copy of @old, as fork makes it (S6.20 to S6.27, S6.43)
 * Takes both mmap locks. May sleep. Return: an address space with one user; NULL without memory.
 */
#define psim_fork_mm(old) __psim_fork_mm((old), __func__)
struct mm_struct *__psim_fork_mm(struct mm_struct *old, const char *site);

#endif /* PSIM_MM_FORK_H */
