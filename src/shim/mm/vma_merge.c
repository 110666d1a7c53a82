// SPDX-License-Identifier: MIT
/*
 * Cutting VMAs and joining like neighbours.
 *
 * Joining is part of what kernel code and /proc/PID/maps see: two mappings that touch and are alike are
 * one VMA. Alike: the same flags (soft-dirty aside), file, page offsets that go on, and anon_vmas that
 * are the same, or of which one is missing and the other's VMA is nobody's fork child. Where VMAs
 * change hands between neighbours, who grows does so first: a walk over the anon_vma may then meet a
 * page twice, but never misses one.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include "mm/mm_internal.h"

/* ---- cutting ------------------------------------------------------------------------------------------- */

int psim_vma_split(struct vm_area_struct *vma, unsigned long address)
{
	struct vm_area_struct *upper;
	int err;

	mmap_assert_write_locked(vma->vm_mm);
	vma_start_write(vma);
	if (vma->vm_ops && vma->vm_ops->may_split) {
		err = vma->vm_ops->may_split(vma, address);
		if (err)
			return err;
	}
	upper = psim_vma_dup(vma->vm_mm, vma);
	if (!upper)
		return -ENOMEM;
	upper->vm_start = address;
	upper->vm_pgoff += (address - vma->vm_start) >> PAGE_SHIFT;
	err = psim_anon_vma_clone(upper, vma);
	if (err) {
		psim_vma_free(upper);
		return err;
	}
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	psim_vma_set_bounds(vma, vma->vm_start, address);
	psim_vma_link(upper);
	return 0;
}

/* As psim_vma_split(), within the limit on the number of VMAs. */
static int split_counted(struct vm_area_struct *vma, unsigned long address)
{
	if (vma->vm_mm->map_count >= DEFAULT_MAX_MAP_COUNT)
		return -ENOMEM;
	return psim_vma_split(vma, address);
}

/* ---- who may be joined ------------------------------------------------------------------------------------ */

/* Whether pages of a parent may be in reach of @vma. */
static bool of_fork(const struct vm_area_struct *vma)
{
	return vma && vma->anon_vma && !list_is_singular(&vma->anon_vma_chain);
}

static bool anon_fits(const struct psim_vma_new *new, const struct vm_area_struct *vma)
{
	struct anon_vma *anon_vma = new->from ? new->from->anon_vma : NULL;

	if (!vma->anon_vma && anon_vma)
		return !of_fork(new->from);
	if (vma->anon_vma && !anon_vma)
		return !of_fork(vma);
	return vma->anon_vma == anon_vma;
}

static bool alike(const struct psim_vma_new *new, const struct vm_area_struct *vma)
{
	return !((vma->vm_flags ^ new->flags) & ~VM_SOFTDIRTY) && vma->vm_file == new->file &&
	       vma->vm_ops == new->ops &&anon_fits(new, vma);
}

static bool fits_after(const struct psim_vma_new *new, const struct vm_area_struct *prev)
{
	return prev && prev->vm_end == new->start &&
	       prev->vm_pgoff + vma_pages(prev) == new->pgoff &&alike(new, prev);
}

static bool fits_before(const struct psim_vma_new *new, const struct vm_area_struct *next)
{
	return next && next->vm_start == new->end &&
	       next->vm_pgoff == new->pgoff + ((new->end - new->start) >> PAGE_SHIFT) &&
	       alike(new, next);
}

/* Whether one VMA may hold what both hold. */
static bool both_fit(const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
	return !prev->anon_vma || !next->anon_vma || prev->anon_vma == next->anon_vma;
}

/* A mapper that wants to hear of a VMA's end would hear of one that has none. */
static bool removable(const struct vm_area_struct *vma)
{
	return !vma->vm_ops || !vma->vm_ops->close;
}

/* ---- joining ----------------------------------------------------------------------------------------------- */

/* @to is to hold the anonymous pages and guards of @from (which may be NULL), too. Return: 0 or -ENOMEM. */
static int adopt(struct vm_area_struct *to, struct vm_area_struct *from)
{
	if (from && READ_ONCE(from->__psim_guards))
		WRITE_ONCE(to->__psim_guards, true);
	if (!from || !from->anon_vma || to->anon_vma)
		return 0;
	return psim_anon_vma_clone(to, from);
}

/* @vma's pages have another VMA now. */
static void remove(struct vm_area_struct *vma)
{
	psim_anon_vma_unlink(vma);
	psim_vma_detach(vma);
	psim_vma_free(vma);
}

struct vm_area_struct *psim_vma_merge_new(struct mm_struct *mm, const struct psim_vma_new *new)
{
	struct vm_area_struct *prev, *next = find_vma_prev(mm, new->start, &prev);
	bool left, right;

	if (new->flags & VM_SPECIAL)
		return NULL;
	left = fits_after(new, prev);
	right = fits_before(new, next) && (!left || (both_fit(prev, next) && removable(next)));
	if (!left && !right)
		return NULL;
	if (adopt(left ? prev : next, new->from) || (left && right && adopt(prev, next)))
		return NULL;
	if (!left) {
		psim_vma_set_bounds(next, new->start, next->vm_end);
		return next;
	}
	psim_vma_set_bounds(prev, prev->vm_start, right ? next->vm_end : new->end);
	if (right)
		remove(next);
	return prev;
}

/* What a part of @vma would be with other flags. */
static struct psim_vma_new part_of(struct vm_area_struct *vma, unsigned long start,
				   unsigned long end, vm_flags_t flags)
{
	return (struct psim_vma_new){
		.start = start,
		.end = end,
		.pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT),
		.flags = flags,
		.file = vma->vm_file,
		.ops = vma->vm_ops,
		.from = vma,
	};
}

/*
 * [start, end) of @vma, with @flags, goes to its neighbours, if they are alike.
 * Return: the VMA that has it then, NULL if none wants it, or an error pointer.
 */
static struct vm_area_struct *give_away(struct vm_area_struct *vma, unsigned long start,
					unsigned long end, vm_flags_t flags)
{
	struct psim_vma_new part = part_of(vma, start, end, flags);
	struct vm_area_struct *prev = psim_vma_prev(vma), *next = psim_vma_next(vma);
	bool whole = start == vma->vm_start && end == vma->vm_end;
	bool left = start == vma->vm_start && fits_after(&part, prev);
	bool right = end == vma->vm_end && fits_before(&part, next) &&
		     (!left || (both_fit(prev, next) && removable(next)));

	if ((flags & VM_SPECIAL) || (whole && !removable(vma)) || (!left && !right))
		return NULL;
	vma_start_write(vma);
	if (left) {
		if ((right && adopt(prev, next)) || adopt(prev, vma))
			return ERR_PTR(-ENOMEM);
		psim_vma_set_bounds(prev, prev->vm_start, right ? next->vm_end : end);
		if (right)
			remove(next);
	} else {
		if (adopt(next, vma))
			return ERR_PTR(-ENOMEM);
		psim_vma_set_bounds(next, start, next->vm_end);
	}
	if (whole)
		remove(vma);
	else if (left)
		psim_vma_set_bounds(vma, end, vma->vm_end);
	else
		psim_vma_set_bounds(vma, vma->vm_start, start);
	return left ? prev : next;
}

struct vm_area_struct *psim_vma_modify(struct vm_area_struct *vma, unsigned long start,
				       unsigned long end, vm_flags_t flags)
{
	struct vm_area_struct *merged = give_away(vma, start, end, flags);
	int err = 0;

	if (merged)
		return merged;
	if (vma->vm_start < start) {
		err = split_counted(vma, start);
		if (!err)
			vma = psim_vma_next(vma);
	}
	if (!err && vma->vm_end > end)
		err = split_counted(vma, end);
	return err ? ERR_PTR(err) : vma;
}
