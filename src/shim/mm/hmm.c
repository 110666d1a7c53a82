// SPDX-License-Identifier: MIT
/*
 * hmm_range_fault(): what a range maps, bringing in what is asked for (S7).
 *
 * Slots are read under their lock. A leaf of 2 MiB answers for each of its pages, with order 9. Not
 * modelled yet: files.
 */
#include <linux/errno.h>
#include <linux/hmm.h>
#include <linux/jiffies.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mmu_notifier.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* What a page still needs to be as asked. */
#define NEED_FAULT (1u << 0)
#define NEED_WRITE (1u << 1)

/* A slot's verdict beyond the errnos: it needs the faults of @need. */
#define SLOT_NEEDS_FAULT 1

/**
 * struct walk - one walk over the range
 * @range: the question
 * @vma: the VMA that the walk is in
 * @last: the first address whose entry is not filled
 * @need: what the slot that ended the walk needs
 */
struct walk {
	struct hmm_range *range;
	struct vm_area_struct *vma;
	unsigned long last;
	unsigned int need;
};

static unsigned long *entry_of(const struct walk *w, unsigned long address)
{
	return &w->range->hmm_pfns[(address - w->range->start) >> PAGE_SHIFT];
}

static void answer(unsigned long *entry, unsigned long value)
{
	*entry = (*entry & HMM_PFN_INOUT_FLAGS) | value;
}

/* @found: HMM_PFN_VALID and HMM_PFN_WRITE as the slot is (S7.5, S7.6). */
static unsigned int needs(const struct walk *w, unsigned long entry, unsigned long found)
{
	const struct hmm_range *range = w->range;
	unsigned long asked = (entry & range->pfn_flags_mask) | range->default_flags;

	if (!(asked & HMM_PFN_REQ_FAULT))
		return 0;
	if ((asked & HMM_PFN_REQ_WRITE) && !(found & HMM_PFN_WRITE))
		return NEED_FAULT | NEED_WRITE;
	return found & HMM_PFN_VALID ? 0 : NEED_FAULT;
}

/* ---- spans without slots ------------------------------------------------------------------------------- */

/* What any of [start, end) needs if nothing is there: one fault serves them all. */
static unsigned int any_need(struct walk *w, unsigned long start, unsigned long end)
{
	w->need = 0;
	for (unsigned long address = start; address < end; address += PAGE_SIZE)
		w->need |= needs(w, *entry_of(w, address), 0);
	return w->need;
}

static void fill(struct walk *w, unsigned long start, unsigned long end, unsigned long value)
{
	for (unsigned long address = start; address < end; address += PAGE_SIZE)
		answer(entry_of(w, address), value);
	w->last = end;
}

/* Nothing can be had here (S7.20, S7.21). */
static int walk_forbidden(struct walk *w, unsigned long start, unsigned long end)
{
	if (any_need(w, start, end))
		return -EFAULT;
	fill(w, start, end, HMM_PFN_ERROR);
	return 0;
}

/*
 * Bring in every page from the one that needs it to the end of the chunk, as that one asks (S7.31);
 * of a span without a table every page, as the one asks that asks for most.
 * Return: -EBUSY: walk again from there.
 */
static int fault_in(struct walk *w, unsigned long address, unsigned long end)
{
	unsigned int flags = FAULT_FLAG_REMOTE;

	w->last = address;
	if (w->need & NEED_WRITE) {
		if (!(w->vma->vm_flags & VM_WRITE))
			return -EPERM;
		flags |= FAULT_FLAG_WRITE;
	}
	for (; address < end; address += PAGE_SIZE) {
		if (handle_mm_fault(w->vma, address, flags, NULL) & VM_FAULT_ERROR)
			return -EFAULT;
	}
	return -EBUSY;
}

static int walk_hole(struct walk *w, unsigned long start, unsigned long end)
{
	if (any_need(w, start, end))
		return fault_in(w, start, end);
	fill(w, start, end, 0);
	return 0;
}

/* ---- slots --------------------------------------------------------------------------------------------- */

static int slot_present(struct walk *w, psim_pte_t pte, unsigned long *entry)
{
	unsigned long found = HMM_PFN_VALID | (psim_pte_write(pte) ? HMM_PFN_WRITE : 0);

	w->need = needs(w, *entry, found);
	if (w->need)
		return SLOT_NEEDS_FAULT;
	if (psim_pte_special(pte) && !is_zero_pfn(psim_pte_pfn(pte))) {
		if (needs(w, *entry, 0))
			return -EFAULT;
		answer(entry, HMM_PFN_ERROR);
		return 0;
	}
	answer(entry, psim_pte_pfn(pte) | found);
	return 0;
}

/* Whether the slot is the asker's own device page: then what was asked for does not matter (S7.14). */
static bool slot_is_own_device(const struct walk *w, psim_pte_t pte)
{
	return psim_pte_is_device_private(pte) &&
	       page_pgmap(pfn_to_page(psim_pte_pfn(pte)))->owner == w->range->dev_private_owner;
}

static bool slot_own_device(struct walk *w, psim_pte_t pte, unsigned long *entry)
{
	if (!slot_is_own_device(w, pte))
		return false;
	answer(entry,
	       psim_pte_pfn(pte) | HMM_PFN_VALID | (psim_pte_write(pte) ? HMM_PFN_WRITE : 0));
	return true;
}

static bool faultable(psim_pte_t pte)
{
	switch (psim_pte_kind(pte)) {
	case PSIM_PTE_NONE:
	case PSIM_PTE_SWAP:
	case PSIM_PTE_DEVICE_READ:
	case PSIM_PTE_DEVICE_WRITE:
	case PSIM_PTE_DEVICE_EXCLUSIVE:
		return true;
	case PSIM_PTE_MARKER:
		/* of the markers, write protection alone is no error (S7.12) */
		return psim_pte_marker(pte) == PSIM_MARKER_UFFD_WP;
	default:
		return false;
	}
}

static int slot_absent(struct walk *w, psim_pte_t pte, unsigned long *entry)
{
	if (slot_own_device(w, pte, entry))
		return 0;
	w->need = needs(w, *entry, 0);
	if (!w->need) {
		answer(entry, 0);
		return 0;
	}
	return faultable(pte) || psim_pte_is_migration(pte) ? SLOT_NEEDS_FAULT : -EFAULT;
}

/* The slots of one table. Takes over the PTL. */
static int walk_table(struct walk *w, unsigned long start, unsigned long end, psim_pte_t *ptep,
		      spinlock_t *ptl)
{
	unsigned long address;
	psim_pte_t pte = 0;
	int verdict = 0;

	for (address = start; address < end; address += PAGE_SIZE, ptep++) {
		pte = psim_pte_get(w->vma->vm_mm, address, ptep);
		verdict = psim_pte_present(pte) ? slot_present(w, pte, entry_of(w, address))
						: slot_absent(w, pte, entry_of(w, address));
		if (verdict)
			break;
	}
	w->last = address;
	if (verdict == SLOT_NEEDS_FAULT && psim_pte_is_migration(pte)) {
		psim_migration_wait(pte, ptep, ptl);
		return -EBUSY;
	}
	psim_pte_unlock(ptep, ptl);
	return verdict == SLOT_NEEDS_FAULT ? fault_in(w, address, end) : verdict;
}

/* ---- leaves of 2 MiB --------------------------------------------------------------------------------- */

#define LEAF_ORDER ((unsigned long)HPAGE_PMD_ORDER << HMM_PFN_ORDER_SHIFT)

/* The first page of [start, end) that needs more than @found. */
static unsigned long first_need_of(struct walk *w, unsigned long start, unsigned long end,
				   unsigned long found)
{
	for (unsigned long address = start; address < end; address += PAGE_SIZE) {
		w->need = needs(w, *entry_of(w, address), found);
		if (w->need)
			return address;
	}
	return end;
}

/* Consecutive page frames from @value's on. */
static void fill_leaf(struct walk *w, unsigned long start, unsigned long end, unsigned long value)
{
	for (unsigned long address = start; address < end; address += PAGE_SIZE)
		answer(entry_of(w, address), value++);
	w->last = end;
}

/* S7.13, S7.14, S7.19. Takes over the PMD lock. */
static int walk_leaf(struct walk *w, unsigned long start, unsigned long end, psim_pte_t *pmdp,
		     spinlock_t *ptl)
{
	psim_pte_t pmd = psim_pte_get(w->vma->vm_mm, start, pmdp);
	unsigned long found = 0, value, address;

	if (psim_pte_present(pmd) || slot_is_own_device(w, pmd))
		found = HMM_PFN_VALID | (psim_pte_write(pmd) ? HMM_PFN_WRITE : 0);
	/* what was asked for of an own device folio does not matter */
	address = psim_pte_present(pmd) || !found ? first_need_of(w, start, end, found) : end;
	if (address < end && psim_pte_is_migration(pmd)) {
		w->last = start;
		psim_migration_wait(pmd, pmdp, ptl);
		return -EBUSY;
	}
	if (found && address == end) {
		/* of a device folio filling begins at its head, wherever the range does */
		value = psim_pte_present(pmd) ? psim_pte_pfn_at(pmd, start) : psim_pte_pfn(pmd);
		fill_leaf(w, start, end, value | found | LEAF_ORDER);
	} else if (address == end) {
		fill(w, start, end, psim_pte_is_migration(pmd) ? 0 : HMM_PFN_ERROR);
	}
	psim_pte_unlock(pmdp, ptl);
	if (address == end)
		return 0;
	/* nothing was filled: all of it is brought in */
	return fault_in(w, start, end);
}

/* ---- the range --------------------------------------------------------------------------------------------- */

static int walk_vma(struct walk *w, unsigned long start, unsigned long end)
{
	unsigned long address, next;
	struct psim_span span;
	int err = 0;

	if ((w->vma->vm_flags & (VM_IO | VM_PFNMAP)) || !(w->vma->vm_flags & VM_READ))
		return walk_forbidden(w, start, end);
	for (address = start; address < end && !err; address = next) {
		next = psim_span(w->vma->vm_mm, address, end, &span);
		if (span.pmdp)
			err = walk_leaf(w, address, next, span.pmdp, span.ptl);
		else if (span.ptep)
			err = walk_table(w, address, next, span.ptep, span.ptl);
		else
			err = walk_hole(w, address, next);
	}
	return err;
}

/* From w->last to the end of the range. */
static int walk_range(struct walk *w)
{
	struct mm_struct *mm = w->range->notifier->mm;
	unsigned long address = w->last, end = w->range->end, next;
	int err = 0;

	for (; address < end && !err; address = next) {
		w->vma = find_vma(mm, address);
		if (!w->vma || w->vma->vm_start > address) {
			next = w->vma ? min(end, w->vma->vm_start) : end;
			w->vma = NULL;
			err = walk_forbidden(w, address, next);
		} else {
			next = min(end, w->vma->vm_end);
			err = walk_vma(w, address, next);
		}
	}
	return err;
}

static int range_fault(struct hmm_range *range)
{
	struct walk w = {.range = range, .last = range->start};
	int err;

	mmap_assert_locked(range->notifier->mm);
	do {
		/* before each walk, and not after the last: that is the caller's (S7.33) */
		if (mmu_interval_check_retry(range->notifier, range->notifier_seq))
			return -EBUSY;
		if (w.last >= range->end)
			return range->start < range->end ? 0 : -EINVAL;
		err = walk_range(&w);
	} while (err == -EBUSY);
	return err;
}

int hmm_range_fault(struct hmm_range *range)
{
	unsigned int mm = range->notifier->mm->__psim_id;
	int err;

	psim_trace(PSIM_EV_HMM_FAULT, mm, range->start, range->end, 0);
	err = range_fault(range);
	psim_trace(PSIM_EV_HMM_FAULT_END, mm, range->start, range->end, -err);
	return err;
}

int hmm_range_fault_unlocked_timeout(struct hmm_range *range, unsigned long timeout)
{
	struct mm_struct *mm = range->notifier->mm;
	unsigned long deadline = jiffies + timeout;
	int err;

	do {
		range->notifier_seq = mmu_interval_read_begin(range->notifier);
		if (mmap_read_lock_killable(mm))
			return -EINTR;
		err = test_bit(MMF_UNSTABLE, &mm->flags) ? -EFAULT : hmm_range_fault(range);
		mmap_read_unlock(mm);
	} while (err == -EBUSY && (!timeout || time_before(jiffies, deadline)));
	return err;
}
