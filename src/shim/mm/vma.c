// SPDX-License-Identifier: MIT
/*
 * The VMAs of an address space: one VMA's life, the tree by start address, looking things up in it.
 *
 * The tree changes under the mmap lock, write-held, and __psim_vma_lock, for those who look with the
 * latter alone (vma_lock.c).
 */
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/pte.h"

static atomic_long_t vmas;

static inline struct vm_area_struct *vma_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct vm_area_struct, vm_rb) : NULL;
}

/* ---- one VMA --------------------------------------------------------------------------------------- */

/* What present slots of a VMA with these flags allow; a private one is written by way of a fault. */
pgprot_t vm_get_page_prot(vm_flags_t vm_flags)
{
	u64 prot = 0;

	if (vm_flags & VM_EXEC)
		prot |= PSIM_PTE_F_EXEC;
	if ((vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
		prot |= PSIM_PTE_F_WRITE;
	if (!(vm_flags & VM_ACCESS_FLAGS))
		prot |= PSIM_PTE_F_PROTNONE;
	return __pgprot(prot);
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	vm_flags_t flags = vma->vm_flags;

	/* who wants to be asked before a page is written gets no slots that can be written without */
	if (vma->vm_ops && vma->vm_ops->page_mkwrite)
		flags &= ~VM_SHARED;
	vma->vm_page_prot = vm_get_page_prot(flags);
}

struct vm_area_struct *psim_vma_alloc(struct mm_struct *mm, unsigned long start, unsigned long end,
				      vm_flags_t flags)
{
	struct vm_area_struct *vma = kzalloc(sizeof(*vma), GFP_KERNEL);

	if (!vma)
		return NULL;
	vma->vm_mm = mm;
	vma->vm_lock_seq = mm->mm_lock_seq - 1;
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = start >> PAGE_SHIFT;
	vma->vm_page_prot = vm_get_page_prot(flags);
	vm_flags_init(vma, flags);
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	atomic_long_inc(&vmas);
	return vma;
}

/* A copy of @vma for @mm, with no place in anything yet. Return: NULL without memory. */
struct vm_area_struct *psim_vma_dup(struct mm_struct *mm, const struct vm_area_struct *vma)
{
	struct vm_area_struct *dup = psim_vma_alloc(mm, vma->vm_start, vma->vm_end, vma->vm_flags);

	if (!dup)
		return NULL;
	dup->vm_pgoff = vma->vm_pgoff;
	dup->vm_page_prot = vma->vm_page_prot;
	dup->vm_ops = vma->vm_ops;
	dup->vm_file = vma->vm_file ? get_file(vma->vm_file) : NULL;
	dup->vm_private_data = vma->vm_private_data;
	dup->__psim_guards = READ_ONCE(vma->__psim_guards);
	return dup;
}

void psim_vma_free(struct vm_area_struct *vma)
{
	atomic_long_dec(&vmas);
	if (vma->vm_file)
		fput(vma->vm_file);
	kfree(vma);
}

unsigned long psim_vma_count(void)
{
	return atomic_long_read(&vmas);
}

/* ---- the tree ---------------------------------------------------------------------------------------- */

void psim_vma_link(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	struct rb_node **link = &mm->__psim_vmas.rb_node, *parent = NULL;

	vma_start_write(vma);
	spin_lock(&mm->__psim_vma_lock);
	while (*link) {
		parent = *link;
		link = vma->vm_start < vma_of(parent)->vm_start ? &parent->rb_left
								: &parent->rb_right;
	}
	rb_link_node(&vma->vm_rb, parent, link);
	rb_insert_color(&vma->vm_rb, &mm->__psim_vmas);
	spin_unlock(&mm->__psim_vma_lock);
	mm->map_count++;
}

void psim_vma_detach(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	vma_start_write(vma);
	spin_lock(&mm->__psim_vma_lock);
	rb_erase(&vma->vm_rb, &mm->__psim_vmas);
	WRITE_ONCE(mm->__psim_vma_cache, NULL);
	spin_unlock(&mm->__psim_vma_lock);
	mm->map_count--;
}

struct vm_area_struct *psim_vma_prev(struct vm_area_struct *vma)
{
	return vma_of(rb_prev(&vma->vm_rb));
}

struct vm_area_struct *psim_vma_next(struct vm_area_struct *vma)
{
	return vma_of(rb_next(&vma->vm_rb));
}

struct vm_area_struct *psim_vma_find(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *found;
	struct rb_node *node;

	/* faults come in runs: look where the last one was */
	found = __atomic_load_n(&mm->__psim_vma_cache, __ATOMIC_RELAXED);
	if (found && addr >= found->vm_start && addr < found->vm_end)
		return found;
	found = NULL;
	for (node = mm->__psim_vmas.rb_node; node;) {
		struct vm_area_struct *vma = vma_of(node);

		if (vma->vm_end <= addr) {
			node = node->rb_right;
			continue;
		}
		found = vma;
		if (vma->vm_start <= addr)
			break;
		node = node->rb_left;
	}
	if (found && found->vm_start <= addr)
		__atomic_store_n(&mm->__psim_vma_cache, found, __ATOMIC_RELAXED);
	return found;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	mmap_assert_locked(mm);
	return psim_vma_find(mm, addr);
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **pprev)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	*pprev = vma ? psim_vma_prev(vma) : vma_of(rb_last(&mm->__psim_vmas));
	return vma;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

struct vm_area_struct *vma_find(struct vma_iterator *vmi, unsigned long max)
{
	struct vm_area_struct *vma;

	if (vmi->index >= max)
		return NULL;
	vma = find_vma_intersection(vmi->mm, vmi->index, max);
	vmi->index = vma ? vma->vm_end : max;
	return vma;
}

/* ---- bounds ------------------------------------------------------------------------------------------ */

/* The tree's order stays. The VMA's places in the anon_vmas follow. A leaf across an end is split. */
void psim_vma_set_bounds(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	vma_start_write(vma);
	if (start > vma->vm_start)
		psim_split_pmd_at(vma, start);
	if (end < vma->vm_end)
		psim_split_pmd_at(vma, end);
	psim_anon_vma_resize_begin(vma);
	spin_lock(&mm->__psim_vma_lock);
	vma->vm_pgoff += (long)(start - vma->vm_start) >> PAGE_SHIFT;
	vma->vm_start = start;
	vma->vm_end = end;
	WRITE_ONCE(mm->__psim_vma_cache, NULL);
	spin_unlock(&mm->__psim_vma_lock);
	psim_anon_vma_resize_end(vma);
}
