/* SPDX-License-Identifier: MIT */
/* Folio locks and the page cache; of the latter only what anonymous memory touches is modelled. */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

/* What folio_lock_or_retry() does when the lock is not to be had at once. */
vm_fault_t __folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf);

/**
 * folio_lock_or_retry() - lock a folio in a fault
 * Return: 0: locked; VM_FAULT_RETRY: not, and the mmap lock was dropped unless the fault must not wait.
 */
static inline vm_fault_t folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf)
{
	might_sleep();
	return folio_trylock(folio) ? 0 : __folio_lock_or_retry(folio, vmf);
}

#endif /* _LINUX_PAGEMAP_H */
