// SPDX-License-Identifier: MIT
/*
 * Guard regions: addresses of a mapping that fault as if nothing were mapped there, without a VMA of their
 * own. A guard is a marker in the slot: zaps that keep the VMA leave it, fork copies it, mremap moves it.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>
#include "mm/mm_internal.h"

#define NEVER_GUARDED (VM_SPECIAL | VM_HUGETLB)

/* Return: 0; -EEXIST: something is in the way, which has to go first; -ENOMEM. */
static int fill_table(struct vm_area_struct *vma, unsigned long address, unsigned long end,
		      psim_pte_t *ptep)
{
	for (; address < end; address += PAGE_SIZE, ptep++) {
		psim_pte_t pte = psim_pte_peek(ptep);

		if (psim_pte_marker(pte) & PSIM_MARKER_GUARD)
			continue;
		if (!psim_pte_none(pte))
			return -EEXIST;
		psim_pte_set(vma->vm_mm, address, ptep, psim_pte_mk_marker(PSIM_MARKER_GUARD));
	}
	return 0;
}

static int fill(struct vm_area_struct *vma, unsigned long address, unsigned long end)
{
	struct psim_span span;
	unsigned long next;
	int err = 0;

	for (; address < end && !err; address = next) {
		next = psim_span(vma->vm_mm, address, end, &span);
		if (span.pmdp) {
			psim_pte_unlock(NULL, span.ptl);
			return -EEXIST;
		}
		if (span.ptep) {
			err = fill_table(vma, address, next, span.ptep);
			psim_pte_unlock(span.ptep, span.ptl);
		} else {
			err = psim_pte_alloc(vma->vm_mm, address) ? -ENOMEM : 0;
			next = address;
		}
		cond_resched();
	}
	return err;
}

int psim_guard_install(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	int err;

	if (vma->vm_flags & (NEVER_GUARDED | VM_LOCKED))
		return -EINVAL;
	if (vma_is_anonymous(vma) && anon_vma_prepare(vma))
		return -ENOMEM;
	/* fork copies the slots */
	WRITE_ONCE(vma->__psim_guards, true);
	while ((err = fill(vma, start, end)) == -EEXIST) {
		if (fatal_signal_pending(current))
			return -EINTR;
		psim_zap(vma, start, end, MMU_NOTIFY_CLEAR);
	}
	return err;
}

int psim_guard_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned long address = start, next;
	struct psim_span span;

	if (vma->vm_flags & NEVER_GUARDED)
		return -EINVAL;
	for (; address < end; address = next) {
		psim_pte_t *ptep;

		next = psim_span(vma->vm_mm, address, end, &span);
		if (span.pmdp)
			psim_pte_unlock(NULL, span.ptl);
		if (!span.ptep)
			continue;
		for (ptep = span.ptep; address < next; address += PAGE_SIZE, ptep++)
			if (psim_pte_marker(psim_pte_peek(ptep)) & PSIM_MARKER_GUARD)
				psim_pte_set(vma->vm_mm, address, ptep, 0);
		psim_pte_unlock(ptep, span.ptl);
	}
	return 0;
}
