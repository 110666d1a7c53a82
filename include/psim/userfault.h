/* SPDX-License-Identifier: MIT */
/*
 * userfaultfd of a simulated process, as with UFFD_FEATURE_SIGBUS: a fault that its program has to
 * resolve is not waited for, but fails the access with -EIO (SIGBUS).
 */
#ifndef PSIM_USERFAULT_H
#define PSIM_USERFAULT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psim_process;

/* As UFFDIO_REGISTER_MODE_*. */
#define PSIM_USERFAULT_MISSING 1
#define PSIM_USERFAULT_WP      2

/**
 * psim_userfault_register() - hear of faults in [address, address + length)
 * @address, @length: page-aligned; @length not 0
 * @modes: PSIM_USERFAULT_MISSING, PSIM_USERFAULT_WP, or both; they replace those of before
 *
 * Only private anonymous memory: files and shared memory are refused.
 *
 * Return: 0; -EINVAL: bad modes or range, nothing mapped there, or other memory; -ENOMEM.
 */
int psim_userfault_register(struct psim_process *process, unsigned long address, size_t length,
			    int modes);

/* No more; write protection of slots ends. Return: 0, -EINVAL, -ENOMEM. */
int psim_userfault_unregister(struct psim_process *process, unsigned long address, size_t length);

/**
 * psim_userfault_writeprotect() - UFFDIO_WRITEPROTECT: the pages of the range that are there
 * @protect: 1: the next write to each fails; 0: writes go on
 * Return: 0; -EINVAL: bad range; -ENOENT: not all of it is registered with PSIM_USERFAULT_WP.
 */
int psim_userfault_writeprotect(struct psim_process *process, unsigned long address, size_t length,
				int protect);

/**
 * psim_userfault_copy() - UFFDIO_COPY of one page: resolve a missing fault
 * @bytes: PSIM_PAGE_SIZE of them
 * Return: 0; -EINVAL: not page-aligned; -ENOENT: not registered; -EEXIST: there is a page; -ENOMEM.
 */
int psim_userfault_copy(struct psim_process *process, unsigned long address, const void *bytes);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_USERFAULT_H */
