// SPDX-License-Identifier: MIT
/*
 * The OOM reaper: takes the memory of a process that is being killed, before the process gets round to it
 * (S8.45). The only ordinary source of invalidations that must not block, and of the unstable state.
 *
 * Not modelled: choosing a victim and killing it; whoever calls this has done so.
 */
#include <linux/hugetlb_inline.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include "mm/mm_internal.h"

#define ROUNDS 10

static bool may_be_reaped(const struct vm_area_struct *vma)
{
	if (is_vm_hugetlb_page(vma) || (vma->vm_flags & VM_PFNMAP))
		return false;
	return vma_is_anonymous(vma) || !(vma->vm_flags & VM_SHARED);
}

/* Return: false: a notifier would have had to block. */
static bool reap_vma(struct vm_area_struct *vma)
{
	struct mmu_notifier_range range;
	struct psim_gather gather;

	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, vma->vm_mm, vma->vm_start,
				vma->vm_end);
	psim_gather_begin(&gather, vma->vm_mm);
	if (mmu_notifier_invalidate_range_start_nonblock(&range)) {
		psim_gather_finish(&gather);
		return false;
	}
	psim_zap_range(&gather, vma, range.start, range.end);
	mmu_notifier_invalidate_range_end(&range);
	psim_gather_finish(&gather);
	return true;
}

/* Context: mmap lock. Return: whether nothing was left out. */
static bool reap_round(struct mm_struct *mm)
{
	struct rb_node *node;
	bool all = true;

	for (node = rb_last(&mm->__psim_vmas); node; node = rb_prev(node)) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (may_be_reaped(vma) && !reap_vma(vma))
			all = false;
	}
	return all;
}

bool psim_oom_reap_mm(struct mm_struct *mm)
{
	unsigned int round;
	bool done = false;

	set_bit(MMF_UNSTABLE, &mm->flags);
	for (round = 0; round < ROUNDS && !done; round++) {
		if (round)
			schedule_timeout_idle(HZ / 10);
		if (!mmap_read_trylock(mm))
			continue;
		done = reap_round(mm);
		mmap_read_unlock(mm);
	}
	set_bit(MMF_OOM_SKIP, &mm->flags);
	return done;
}
