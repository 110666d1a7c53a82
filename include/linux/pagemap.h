/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the pages of a file by page offset; and folio locks, which linux/mm.h brings.
 *
 * A page in the cache has one reference for it (S0.6), and mapping and index say where it belongs.
 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

typedef unsigned int fgf_t;
#define FGP_ACCESSED ((fgf_t)0x01)
#define FGP_LOCK     ((fgf_t)0x02)
#define FGP_CREAT    ((fgf_t)0x04)

/**
 * filemap_add_folio() - put a folio into the page cache
 * @folio: locked, with no mapping; gets another reference, and goes to the LRU
 * @index: page offset
 * Return: 0, -EEXIST, -ENOMEM. May sleep.
 */
int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp);
/* Take it out and drop the cache's reference. Context: folio lock. */
void filemap_remove_folio(struct folio *folio);

/**
 * __filemap_get_folio() - the folio at @index, with a reference
 * @fgp_flags: FGP_LOCK: locked; FGP_CREAT: a new one, locked, not up to date, where there is none
 * Return: it, or an error pointer: -ENOENT, -ENOMEM. May sleep with a flag.
 */
struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, fgf_t fgp_flags,
				  gfp_t gfp);

static inline struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index)
{
	return __filemap_get_folio(mapping, index, 0, 0);
}

static inline struct folio *filemap_lock_folio(struct address_space *mapping, pgoff_t index)
{
	return __filemap_get_folio(mapping, index, FGP_LOCK, 0);
}

/* vm_operations_struct.fault of files; vmf->page is locked on return. May sleep. */
vm_fault_t filemap_fault(struct vm_fault *vmf);
/* vm_operations_struct.map_pages: map what is in the cache around the fault. Return: VM_FAULT_NOPAGE if
 * the fault's own page was. */
vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);

/* address_space_operations.dirty_folio of files that are never written back. */
bool noop_dirty_folio(struct address_space *mapping, struct folio *folio);

/* Pages from byte @lstart on leave the cache; part of a page is zeroed. Slots are the caller's. */
void truncate_inode_pages(struct address_space *mapping, loff_t lstart);
/* The file's size is @newsize now: slots and pages beyond it go, copies of private mappings, too. */
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_setsize(struct inode *inode, loff_t newsize);

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
