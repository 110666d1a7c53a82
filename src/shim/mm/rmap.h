/* SPDX-License-Identifier: MIT */
/* Reverse mapping inside the shim: the walk, and what VMAs do to their anon_vmas. */
#ifndef PSIM_MM_RMAP_H
#define PSIM_MM_RMAP_H

#include <linux/memremap.h>
#include <linux/rmap.h>
#include "mm/pgtable.h"

/**
 * psim_rmap_walk() - every (VMA, address) at which a folio could be mapped
 * @folio: anonymous or of a file; its mapping and index are set; locked by the caller
 * @fn: called with the anon_vma lock held shared, no PTL; returns 0 to go on, anything else ends the walk
 * @arg: given to @fn
 *
 * Whether the slot at the address really maps the folio is for @fn to see, under the PTL. VMAs come in
 * ascending order of their first page offset. A folio whose VMAs are all gone yields none.
 *
 * Return: what the last @fn returned; 0 without any.
 */
int psim_rmap_walk(struct folio *folio,
		   int (*fn)(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			     void *arg),
		   void *arg);

/* The same with the anon_vma lock held by the caller, in either way; there is an anon_vma. */
int psim_rmap_walk_locked(struct folio *folio,
			  int (*fn)(struct folio *folio, struct vm_area_struct *vma,
				    unsigned long address, void *arg),
			  void *arg);

/* Where a folio that the walk found at some address of @vma ends, or the VMA before it. */
unsigned long psim_vma_address_end(const struct vm_area_struct *vma, const struct folio *folio);

/* A new folio's mapping, index and flags; its first mapping, a leaf: the parts of first mappings. */
void psim_rmap_set_anon(struct folio *folio, struct vm_area_struct *vma, unsigned long address);
void psim_rmap_first_leaf(struct folio *folio);

/* The address of page offset @pgoff in @vma, or -EFAULT (as unsigned long) if it is not in there. */
static inline unsigned long vma_address(const struct vm_area_struct *vma, pgoff_t pgoff,
					unsigned long nr_pages)
{
	pgoff_t last = vma->vm_pgoff + vma_pages(vma) - 1;

	if (pgoff > last || pgoff + nr_pages - 1 < vma->vm_pgoff)
		return -EFAULT;
	if (pgoff < vma->vm_pgoff)
		return vma->vm_start;
	return vma->vm_start + ((pgoff - vma->vm_pgoff) << PAGE_SHIFT);
}

/* The page offset of @address in @vma. */
static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

/*
 * folio_add_anon_rmap_pte(), folio_remove_rmap_pte() and folio_try_share_anon_rmap_pte() in line, for what is
 * done to each page of a migration.
 */
static __always_inline void psim_count_up(struct folio *folio, struct page *page)
{
	int before = atomic_fetch_add(1, &page->_mapcount);

	if (likely(!folio_test_large(folio)))
		return;
	if (before == -1)
		atomic_inc(&folio->_nr_pages_mapped);
	atomic_inc(&folio->_large_mapcount);
}

/* A report. */
void psim_rmap_misplaced(const struct page *page, unsigned long address);
void psim_rmap_too_often(const struct page *page);
/* Of a large folio: @left is what is left of the page's mapcount. */
void psim_remove_part(struct folio *folio, int left);

static __always_inline void psim_remove_rmap_pte(struct folio *folio, struct page *page)
{
	int left = atomic_add_return(-1, &page->_mapcount);

	if (unlikely(left < -1))
		psim_rmap_too_often(page);
	if (unlikely(folio_test_large(folio)))
		psim_remove_part(folio, left);
}

static __always_inline int psim_try_share_anon_rmap_pte(struct folio *folio, struct page *page)
{
	if (!folio_is_device_private(folio) && folio_maybe_dma_pinned(folio))
		return -EBUSY;
	ClearPageAnonExclusive(page);
	return 0;
}

#define PSIM_MAPPING_ANON 1ul

static __always_inline struct anon_vma *psim_anon_vma_of(const struct folio *folio)
{
	unsigned long mapping;

	psim_point_at(PSIM_POINT_ONCE, "folio_anon_vma");
	mapping = (unsigned long)__atomic_load_n(&folio->mapping, __ATOMIC_RELAXED);
	if ((mapping & 3) != PSIM_MAPPING_ANON)
		return NULL;
	return (struct anon_vma *)(mapping - PSIM_MAPPING_ANON);
}

static __always_inline void psim_add_anon_rmap_pte(struct folio *folio, struct page *page,
						   struct vm_area_struct *vma,
						   unsigned long address, rmap_t flags)
{
	if (unlikely(!psim_anon_vma_of(folio) ||
		     page_pgoff(folio, page) != linear_page_index(vma, address)))
		psim_rmap_misplaced(page, address);
	psim_count_up(folio, page);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(page);
}

/* @to is a part of @from: give it the same anon_vmas, and a place among the file's VMAs. Return: 0 or -ENOMEM. May sleep. */
int psim_anon_vma_clone(struct vm_area_struct *to, struct vm_area_struct *from);
/* @child is a fork's copy of @parent: the same anon_vmas, and one of its own below them. Likewise. */
int psim_anon_vma_fork(struct vm_area_struct *child, struct vm_area_struct *parent);
/* Take @vma out of all its anon_vmas, and from among its file's VMAs. May sleep. */
void psim_anon_vma_unlink(struct vm_area_struct *vma);
/* Around a change of @vma's bounds: its places in the trees follow. mmap lock write-held. */
void psim_anon_vma_resize_begin(struct vm_area_struct *vma);
void psim_anon_vma_resize_end(struct vm_area_struct *vma);

/* Report the anon_vmas that are left, and give back the memory of dead ones. */
void psim_anon_vma_leftovers(void);

#endif /* PSIM_MM_RMAP_H */
