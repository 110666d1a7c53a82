// SPDX-License-Identifier: MIT
/*
 * The VMAs' part of law 2: their order and their counts, and that each is to be found in every anon_vma
 * that its pages may belong to.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "mm/filemap.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

static bool in_tree(const struct anon_vma_chain *avc)
{
	struct rb_root_cached *root = &avc->anon_vma->rb_root;
	struct interval_tree_node *node;

	for (node = interval_tree_iter_first(root, avc->rb.start, avc->rb.last); node;
	     node = interval_tree_iter_next(node, avc->rb.start, avc->rb.last)) {
		if (node == &avc->rb)
			return true;
	}
	return false;
}

static void check_chain(const struct vm_area_struct *vma)
{
	const struct anon_vma_chain *avc;
	bool own = !vma->anon_vma;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		own |= avc->anon_vma == vma->anon_vma;
		if (avc->vma != vma || avc->rb.start != vma->vm_pgoff ||
		    avc->rb.last != vma->vm_pgoff + vma_pages(vma) - 1 || !in_tree(avc))
			psim_report("law 2", "mm %u: an anon_vma looks for the VMA %#lx elsewhere",
				    vma->vm_mm->__psim_id, vma->vm_start);
	}
	if (!own)
		psim_report("law 2", "mm %u: the VMA %#lx is not in its own anon_vma",
			    vma->vm_mm->__psim_id, vma->vm_start);
}

void psim_vma_audit(struct mm_struct *mm)
{
	unsigned long above = 0, pages = 0, locked = 0;
	struct rb_node *node;
	int count = 0;

	for (node = rb_first(&mm->__psim_vmas); node; node = rb_next(node)) {
		const struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (vma->vm_mm != mm || vma->vm_start < above || vma->vm_end <= vma->vm_start ||
		    offset_in_page(vma->vm_start | vma->vm_end))
			psim_report("law 2", "mm %u: the VMA [%#lx, %#lx) is not in its place",
				    mm->__psim_id, vma->vm_start, vma->vm_end);
		check_chain(vma);
		if (vma->vm_file && vma->vm_file->f_mapping && !psim_i_mmap_holds(vma))
			psim_report("law 2", "mm %u: the file of the VMA %#lx does not know it",
				    mm->__psim_id, vma->vm_start);
		if (vma->vm_flags & VM_LOCKED)
			locked += vma_pages(vma);
		above = vma->vm_end;
		pages += vma_pages(vma);
		count++;
	}
	if (count != mm->map_count)
		psim_report("law 2", "mm %u: counts %d VMAs, but there are %d", mm->__psim_id,
			    mm->map_count, count);
	if (locked != mm->locked_vm)
		psim_report("law 2", "mm %u: counts %lu locked pages, but its VMAs have %lu",
			    mm->__psim_id, mm->locked_vm, locked);
	if (pages != mm->total_vm)
		psim_report("law 2", "mm %u: counts %lu pages in its VMAs, but there are %lu",
			    mm->__psim_id, mm->total_vm, pages);
}
