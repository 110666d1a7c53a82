// SPDX-License-Identifier: MIT
/*
 * The VMAs that map a file: from a page of the file to the slots that can map it, and unmapping a part
 * of a file from all of them.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include "mm/filemap.h"
#include "mm/mm_internal.h"

static inline struct vm_area_struct *vma_of(struct interval_tree_node *node)
{
	return container_of(node, struct vm_area_struct, __psim_shared);
}

static void place(struct vm_area_struct *vma)
{
	vma->__psim_shared.start = vma->vm_pgoff;
	vma->__psim_shared.last = vma->vm_pgoff + vma_pages(vma) - 1;
	interval_tree_insert(&vma->__psim_shared, &vma->vm_file->f_mapping->i_mmap);
}

void psim_i_mmap_link(struct vm_area_struct *vma)
{
	if (!vma->vm_file || !vma->vm_file->f_mapping || vma->__psim_linked)
		return;
	i_mmap_lock_write(vma->vm_file->f_mapping);
	place(vma);
	vma->__psim_linked = true;
	i_mmap_unlock_write(vma->vm_file->f_mapping);
}

void psim_i_mmap_unlink(struct vm_area_struct *vma)
{
	if (!vma->__psim_linked)
		return;
	psim_i_mmap_resize_begin(vma);
	i_mmap_unlock_write(vma->vm_file->f_mapping);
	vma->__psim_linked = false;
}

void psim_i_mmap_resize_begin(struct vm_area_struct *vma)
{
	if (!vma->__psim_linked)
		return;
	i_mmap_lock_write(vma->vm_file->f_mapping);
	interval_tree_remove(&vma->__psim_shared, &vma->vm_file->f_mapping->i_mmap);
}

void psim_i_mmap_resize_end(struct vm_area_struct *vma)
{
	if (!vma->__psim_linked)
		return;
	place(vma);
	i_mmap_unlock_write(vma->vm_file->f_mapping);
}

bool psim_i_mmap_holds(const struct vm_area_struct *vma)
{
	const struct interval_tree_node *own = &vma->__psim_shared, *node;
	struct rb_root_cached *root = &vma->vm_file->f_mapping->i_mmap;

	if (!vma->__psim_linked || own->start != vma->vm_pgoff ||
	    own->last != vma->vm_pgoff + vma_pages(vma) - 1)
		return false;
	for (node = interval_tree_iter_first(root, own->start, own->start); node && node != own;
	     node = interval_tree_iter_next((struct interval_tree_node *)node, own->start,
					    own->start))
		;
	return node;
}

int psim_i_mmap_walk(struct folio *folio,
		     int (*fn)(struct folio *folio, struct vm_area_struct *vma,
			       unsigned long address, void *arg),
		     void *arg)
{
	struct address_space *mapping = folio_mapping(folio);
	pgoff_t first = folio->index, last = first + folio_nr_pages(folio) - 1;
	struct interval_tree_node *node;
	int result = 0;

	if (!mapping)
		return 0;
	i_mmap_lock_read(mapping);
	for (node = interval_tree_iter_first(&mapping->i_mmap, first, last); node && !result;
	     node = interval_tree_iter_next(node, first, last))
		result = fn(folio, vma_of(node),
			    vma_address(vma_of(node), first, folio_nr_pages(folio)), arg);
	i_mmap_unlock_read(mapping);
	return result;
}

/* ---- unmapping a part of the file ---------------------------------------------------------------------- */

static void unmap_part(struct vm_area_struct *vma, pgoff_t first, pgoff_t last, bool even_cows)
{
	pgoff_t from = max(first, vma->vm_pgoff);
	pgoff_t to = min(last, vma->vm_pgoff + vma_pages(vma) - 1);
	unsigned long start = vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT);
	unsigned long end = vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT);
	struct mmu_notifier_range range;
	struct psim_gather gather;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, start, end);
	psim_gather_begin(&gather, vma->vm_mm);
	gather.keep_anon = !even_cows;
	mmu_notifier_invalidate_range_start(&range);
	psim_zap_range(&gather, vma, start, end);
	mmu_notifier_invalidate_range_end(&range);
	psim_gather_finish(&gather);
}

void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	pgoff_t last = nr && start + nr - 1 >= start ? start + nr - 1 : ULONG_MAX;
	struct interval_tree_node *node;

	i_mmap_lock_read(mapping);
	for (node = interval_tree_iter_first(&mapping->i_mmap, start, last); node;
	     node = interval_tree_iter_next(node, start, last))
		unmap_part(vma_of(node), start, last, even_cows);
	i_mmap_unlock_read(mapping);
}

void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin,
			 loff_t const holelen, int even_cows)
{
	pgoff_t start = (pgoff_t)holebegin >> PAGE_SHIFT;
	pgoff_t nr = ((pgoff_t)holelen + PAGE_SIZE - 1) >> PAGE_SHIFT;

	unmap_mapping_pages(mapping, start, nr, even_cows);
}
