// SPDX-License-Identifier: MIT
/*
 * mremap: mappings grow, shrink and move (S6.56).
 *
 * A move makes the new VMA (or joins it to its neighbours), moves the slots under notifications over the
 * old span, and unmaps the emptied VMA. Pages keep their index, for the page offset moves along. A range
 * of several VMAs may be moved as it is, holes and all. Not modelled: huge leaves.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include "mm/filemap.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

/**
 * struct remap - one mremap on its way
 * @vma: what is mapped at @address
 * @populate: [start, +length) to bring in afterwards, for a locked mapping that grew
 */
struct remap {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long address, old_length, new_length, flags, new_address;
	struct {
		unsigned long start, length;
	} populate;
};

static bool wants_new_place(const struct remap *r)
{
	return r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}

/* ---- what is asked for ---------------------------------------------------------------------------------- */

static bool overlaps(const struct remap *r)
{
	return r->address < r->new_address + r->new_length &&
	       r->new_address < r->address + r->old_length;
}

/* Return: 0 or -errno, by the numbers alone. */
static int check_numbers(const struct remap *r)
{
	const unsigned long limit = r->mm->task_size;

	if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (offset_in_page(r->address) || !r->new_length || r->new_length > limit)
		return -EINVAL;
	if (!wants_new_place(r))
		return 0;
	if (r->new_address > limit - r->new_length || offset_in_page(r->new_address))
		return -EINVAL;
	if (!(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && r->old_length != r->new_length)
		return -EINVAL;
	if (overlaps(r))
		return -EINVAL;
	return r->mm->map_count + 2 >= DEFAULT_MAX_MAP_COUNT - 3 ? -ENOMEM : 0;
}

/* Return: 0 or -errno, by what is mapped there. */
static int check_vma(const struct remap *r)
{
	const struct vm_area_struct *vma = r->vma;
	unsigned long grown = r->new_length - r->old_length;
	pgoff_t pgoff;

	if (!vma)
		return -EFAULT;
	if (!r->old_length && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return -EINVAL;
	if (r->new_length <= r->old_length && !wants_new_place(r))
		return 0;
	/* what is cut off may be anything */
	if (min(r->old_length, r->new_length) > vma->vm_end - r->address)
		return -EFAULT;
	if (r->new_length <= r->old_length)
		return 0;
	pgoff = vma->vm_pgoff + ((r->address - vma->vm_start) >> PAGE_SHIFT);
	if (pgoff + (r->new_length >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return -EFAULT;
	if ((vma->vm_flags & VM_LOCKED) && !psim_may_lock(r->mm, grown >> PAGE_SHIFT))
		return -EAGAIN;
	return 0;
}

/* Whether what the mapping will need more of may be promised. */
static bool may_commit(const struct remap *r)
{
	unsigned long more =
		r->flags & MREMAP_DONTUNMAP ? r->new_length : r->new_length - r->old_length;

	return !(r->vma->vm_flags & VM_ACCOUNT) || psim_may_commit(more >> PAGE_SHIFT);
}

/* ---- moving slots --------------------------------------------------------------------------------------- */

/* Context: both PTLs. */
static bool move_slot(struct vm_area_struct *vma, unsigned long old_address, psim_pte_t *old,
		      unsigned long new_address, psim_pte_t *new)
{
	psim_pte_t pte;

	if (psim_pte_none(psim_pte_peek(old)))
		return false;
	pte = psim_pte_get_and_clear(vma->vm_mm, old_address, old);
	psim_pte_set(vma->vm_mm, new_address, new, pte | PSIM_PTE_F_SOFT_DIRTY);
	return psim_pte_present(pte);
}

/* What lies in one table on either side. Return: 0 or -ENOMEM. */
static int move_slots(struct vm_area_struct *vma, unsigned long from, unsigned long end,
		      unsigned long to)
{
	spinlock_t *old_ptl, *new_ptl;
	psim_pte_t *old, *new;
	unsigned long start = from;
	bool flush = false;

	if (psim_pte_alloc(vma->vm_mm, to))
		return -ENOMEM;
	old = psim_pte_map_lock(vma->vm_mm, from, &old_ptl);
	new = psim_pte_map(vma->vm_mm, to);
	new_ptl = psim_pte_lockptr(new);
	if (new_ptl != old_ptl)
		spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING);
	for (; from < end; from += PAGE_SIZE, to += PAGE_SIZE, old++, new ++)
		flush |= move_slot(vma, from, old, to, new);
	/* before the lock goes: nobody may use the old place once the new one can be changed */
	if (flush)
		psim_tlb_flush_range(vma->vm_mm, start, end);
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	psim_pte_unlock(old, old_ptl);
	return 0;
}

/*
 * A whole table, if the new place has none: it changes hands as it is.
 * Return: whether it did.
 */
static bool move_table(struct vm_area_struct *vma, unsigned long from, unsigned long end,
		       unsigned long to)
{
	if (((from | to) & ~PMD_MASK) || end - from < PMD_SIZE)
		return false;
	if (!psim_table_move(vma->vm_mm, from, to))
		return false;
	psim_tlb_flush_range(vma->vm_mm, from, from + PMD_SIZE);
	return true;
}

/* Walks over the folios' VMAs are kept out: they might look in the new place first, then in the old. */
static void rmap_lock(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		anon_vma_lock_write(vma->anon_vma);
}

static void rmap_unlock(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		anon_vma_unlock_write(vma->anon_vma);
}

/* The next piece that lies in one table on either side. */
static unsigned long piece_end(unsigned long from, unsigned long end, unsigned long to)
{
	unsigned long next = min((from | (PMD_SIZE - 1)) + 1, end);

	return min(next, from + ((to | (PMD_SIZE - 1)) + 1 - to));
}

/* A leaf moves as one where that fits, or becomes slots. Return: whether it moved. */
static bool move_leaf(struct vm_area_struct *vma, unsigned long from, unsigned long end,
		      unsigned long to)
{
	bool moved = false;

	if (psim_whole_leaf(from, end) && !(to & ~PMD_MASK)) {
		rmap_lock(vma);
		moved = psim_move_leaf(vma->vm_mm, from, to);
		rmap_unlock(vma);
	}
	if (!moved)
		psim_split_pmd(vma, from);
	return moved;
}

/* Return: bytes whose slots were moved; less than @length without memory. */
static unsigned long move_tables(struct vm_area_struct *vma, unsigned long from,
				 unsigned long length, unsigned long to)
{
	const unsigned long start = from, end = from + length;
	struct mmu_notifier_range range;
	unsigned long next;
	int err = 0;

	if (!length)
		return 0;
	inc_tlb_flush_pending(vma->vm_mm);
	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, vma->vm_mm, from, end);
	mmu_notifier_invalidate_range_start(&range);
	for (; from < end; to += next - from, from = next) {
		cond_resched();
		next = piece_end(from, end, to);
		if (move_leaf(vma, from, next, to) || !psim_pte_map(vma->vm_mm, from))
			continue;
		rmap_lock(vma);
		if (!move_table(vma, from, next, to))
			err = move_slots(vma, from, next, to);
		rmap_unlock(vma);
		if (err)
			break;
	}
	mmu_notifier_invalidate_range_end(&range);
	dec_tlb_flush_pending(vma->vm_mm);
	return from - start;
}

/* ---- moving a mapping ------------------------------------------------------------------------------------- */

/*
 * A VMA for the new place, as far as possible a part of its neighbours; one of these may be the old VMA,
 * and then it may be gone: r->vma is what covers the old place. Return: NULL without memory.
 */
static struct vm_area_struct *make_new_vma(struct remap *r)
{
	struct vm_area_struct *vma = r->vma, *copy;
	struct psim_vma_new new = {
		.start = r->new_address,
		.end = r->new_address + r->new_length,
		.pgoff = vma->vm_pgoff + ((r->address - vma->vm_start) >> PAGE_SHIFT),
		.flags = vma->vm_flags,
		.file = vma->vm_file,
		.ops = vma->vm_ops,
		.from = vma,
	};

	/* nothing was ever mapped: the page offset may as well be that of the new place */
	if (vma_is_anonymous(vma) && !vma->anon_vma)
		new.pgoff = new.start >> PAGE_SHIFT;
	copy = psim_vma_merge_new(r->mm, &new);
	if (copy) {
		if (r->address >= copy->vm_start && r->address < copy->vm_end)
			r->vma = copy;
		return copy;
	}
	copy = psim_vma_dup(r->mm, vma);
	if (!copy)
		return NULL;
	copy->vm_start = new.start;
	copy->vm_end = new.end;
	copy->vm_pgoff = new.pgoff;
	if (psim_anon_vma_clone(copy, vma)) {
		psim_vma_free(copy);
		return NULL;
	}
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	psim_vma_link(copy);
	return copy;
}

/* The old place after the move. @whole: it is all of the VMA. */
static void leave_old_place(struct remap *r, bool whole)
{
	if (!(r->flags & MREMAP_DONTUNMAP)) {
		/* its VMA may be cut by this, which may fail: then the rest stays, empty */
		do_munmap(r->mm, r->address, r->old_length, NULL);
		return;
	}
	if (r->vma->vm_flags & VM_LOCKED)
		r->mm->locked_vm -= vma_pages(r->vma);
	vm_flags_clear(r->vma, VM_LOCKED_MASK);
	if (whole) {
		psim_anon_vma_unlink(r->vma);
		psim_i_mmap_link(r->vma); /* it stays a mapping of its file */
	}
}

/* Return: the new address or -errno. */
static long move(struct remap *r)
{
	struct vm_area_struct *vma = r->vma, *new;
	unsigned long moved;
	bool whole;
	int err = 0;

	if (r->mm->map_count >= DEFAULT_MAX_MAP_COUNT - 3)
		return -ENOMEM;
	if (vma->vm_ops && vma->vm_ops->may_split) {
		if (vma->vm_start != r->address)
			err = vma->vm_ops->may_split(vma, r->address);
		if (!err && vma->vm_end != r->address + r->old_length)
			err = vma->vm_ops->may_split(vma, r->address + r->old_length);
		if (err)
			return err;
	}
	if (!may_commit(r))
		return -ENOMEM;
	vma_start_write(vma);
	new = make_new_vma(r);
	if (!new)
		return -ENOMEM;
	vma = r->vma;
	psim_vma_account(new, r->new_length >> PAGE_SHIFT);
	/* the new VMA may be the old one, grown at its end */
	whole = new != vma && vma->vm_start == r->address &&
		vma->vm_end == r->address + r->old_length;
	moved = move_tables(vma, r->address, r->old_length, r->new_address);
	if (moved < r->old_length)
		err = -ENOMEM;
	else if (new->vm_ops &&new->vm_ops->mremap)
		err = new->vm_ops->mremap(new);
	if (err) {
		/* back, where there are tables; and the new place goes */
		move_tables(new, r->new_address, moved, r->address);
		do_munmap(r->mm, r->new_address, r->new_length, NULL);
		return err;
	}
	if (vma->vm_flags & VM_LOCKED) {
		r->populate.start = r->new_address + r->old_length;
		r->populate.length = r->new_length - r->old_length;
	}
	leave_old_place(r, whole);
	return r->new_address;
}

/* ---- in place ------------------------------------------------------------------------------------------------- */

static int unmap_tail(struct remap *r)
{
	return do_munmap(r->mm, r->address + r->new_length, r->old_length - r->new_length, NULL);
}

/* Whether there is room right behind the VMA. */
static bool can_expand(const struct remap *r)
{
	const struct vm_area_struct *vma = r->vma;
	unsigned long end = vma->vm_end + (r->new_length - r->old_length);

	if (r->address + r->old_length != vma->vm_end || end < vma->vm_end)
		return false;
	if (end > r->mm->task_size)
		return false;
	return !find_vma_intersection(r->mm, vma->vm_end, end);
}

static long expand(struct remap *r)
{
	struct vm_area_struct *vma = r->vma;
	unsigned long grown = r->new_length - r->old_length;
	const struct psim_vma_new new = {
		.start = vma->vm_end,
		.end = vma->vm_end + grown,
		.pgoff = vma->vm_pgoff + vma_pages(vma),
		.flags = vma->vm_flags,
		.file = vma->vm_file,
		.ops = vma->vm_ops,
		.from = vma,
	};

	if (!may_commit(r))
		return -ENOMEM;
	vma = psim_vma_merge_new(r->mm, &new);
	if (!vma)
		return -ENOMEM;
	psim_vma_account(vma, grown >> PAGE_SHIFT);
	if (vma->vm_flags & VM_LOCKED) {
		r->populate.start = new.start;
		r->populate.length = grown;
	}
	return r->address;
}

/* ---- the three ways ---------------------------------------------------------------------------------------------- */

/* Choose the new place, or look at the one that was given. Return: 0 or -errno. */
static int set_new_place(struct remap *r)
{
	unsigned long flags = r->flags & MREMAP_FIXED ? MAP_FIXED : 0;
	long found;

	if (r->vma->vm_flags & VM_MAYSHARE)
		flags |= MAP_SHARED;
	found = psim_get_unmapped_area(r->mm, r->vma->vm_file, r->new_address, r->new_length,
				       flags);
	if (IS_ERR_VALUE(found))
		return found;
	r->new_address = found;
	return 0;
}

static long remap_to(struct remap *r)
{
	int err = 0;

	if (r->flags & MREMAP_FIXED)
		err = do_munmap(r->mm, r->new_address, r->new_length, NULL);
	if (!err && r->new_length < r->old_length) {
		err = unmap_tail(r);
		r->old_length = r->new_length;
	}
	/* the unmapping may have cut the VMA */
	r->vma = vma_lookup(r->mm, r->address);
	if (!err)
		err = r->vma ? set_new_place(r) : -EFAULT;
	return err ?: move(r);
}

static long remap_at(struct remap *r)
{
	int err;

	if (r->new_length < r->old_length)
		return unmap_tail(r) ?: (long)r->address;
	if (r->new_length == r->old_length)
		return r->address;
	if (can_expand(r))
		return expand(r);
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	r->new_address = 0;
	err = set_new_place(r);
	return err ?: move(r);
}

/* Whatever is mapped in the range moves as it is; the first page has to be mapped. */
static long remap_many(struct remap *r)
{
	const unsigned long start = r->address, end = start + r->old_length;
	const unsigned long target = r->new_address;
	unsigned long address, next;
	struct vm_area_struct *vma;
	long result = -EFAULT;

	for (address = start; address < end; address = next) {
		vma = find_vma_intersection(r->mm, address, end);
		if (!vma)
			break;
		if (address == start && vma->vm_start > start)
			return -EFAULT;
		address = max(address, vma->vm_start);
		next = min(vma->vm_end, end);
		r->vma = vma;
		r->address = address;
		r->old_length = r->new_length = next - address;
		r->new_address = target + (address - start);
		result = check_vma(r);
		if (!result)
			result = remap_to(r);
		if (IS_ERR_VALUE(result))
			return result;
	}
	return IS_ERR_VALUE(result) ? result : (long)target;
}

long psim_do_mremap(struct mm_struct *mm, unsigned long address, unsigned long old_length,
		    unsigned long new_length, unsigned long flags, unsigned long new_address)
{
	struct remap r = {
		.mm = mm,
		.address = address,
		.old_length = PAGE_ALIGN(old_length),
		.new_length = PAGE_ALIGN(new_length),
		.flags = flags,
		.new_address = new_address,
	};
	long result;

	result = check_numbers(&r);
	if (result)
		return result;
	mmap_write_lock(mm);
	if ((flags & MREMAP_FIXED) && r.old_length && r.old_length == r.new_length) {
		result = remap_many(&r);
	} else {
		r.vma = vma_lookup(mm, address);
		result = check_vma(&r);
		if (!result)
			result = wants_new_place(&r) ? remap_to(&r) : remap_at(&r);
	}
	mmap_write_unlock(mm);
	if (!IS_ERR_VALUE(result) && r.populate.length)
		psim_populate(mm, r.populate.start, r.populate.length, true);
	return result;
}
