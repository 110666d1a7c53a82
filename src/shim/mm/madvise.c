// SPDX-License-Identifier: MIT
/*
 * madvise: flags of VMAs, pages given back, pages brought in.
 *
 * Not modelled: KSM and memory failure, whose advice is refused as by a kernel built without; reading
 * ahead and reclaim, whose advice is heard and changes nothing that user space could see.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/filemap.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/populate.h"
#include "sim/sim.h"

/* ---- advice that is a flag ------------------------------------------------------------------------------ */

/* Advice that changes flags: how, and on which VMAs it is -EINVAL. */
struct flag_advice {
	int advice;
	vm_flags_t set, clear, refused;
};

static const struct flag_advice flag_advice[] = {
	{MADV_NORMAL, 0, VM_SEQ_READ | VM_RAND_READ, 0},
	{MADV_RANDOM, VM_RAND_READ, VM_SEQ_READ, 0},
	{MADV_SEQUENTIAL, VM_SEQ_READ, VM_RAND_READ, 0},
	{MADV_DONTFORK, VM_DONTCOPY, 0, 0},
	{MADV_DOFORK, 0, VM_DONTCOPY, VM_SPECIAL},
	{MADV_WIPEONFORK, VM_WIPEONFORK, 0, VM_SHARED},
	{MADV_KEEPONFORK, 0, VM_WIPEONFORK, 0},
	{MADV_DONTDUMP, VM_DONTDUMP, 0, 0},
	{MADV_DODUMP, 0, VM_DONTDUMP, VM_SPECIAL},
	{MADV_HUGEPAGE, VM_HUGEPAGE, VM_NOHUGEPAGE, 0},
	{MADV_NOHUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE, 0},
};

static const struct flag_advice *flag_advice_of(int advice)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_advice); i++) {
		if (flag_advice[i].advice == advice)
			return &flag_advice[i];
	}
	return NULL;
}

/* Context: mmap lock write-held. */
static int advise_flags(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			const struct flag_advice *a)
{
	vm_flags_t flags = (vma->vm_flags & ~a->clear) | a->set;

	if ((vma->vm_flags & a->refused) || (a->advice == MADV_WIPEONFORK && vma->vm_file))
		return -EINVAL;
	if (flags == vma->vm_flags)
		return 0;
	vma = psim_vma_modify(vma, start, end, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma) == -ENOMEM ? -EAGAIN : PTR_ERR(vma);
	vma_start_write(vma);
	vm_flags_reset(vma, flags);
	return 0;
}

/* ---- advice that pages are not needed ----------------------------------------------------------------------- */

void psim_zap(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	      enum mmu_notifier_event event)
{
	struct mmu_notifier_range range;
	struct psim_gather gather;

	psim_gather_begin(&gather, vma->vm_mm);
	mmu_notifier_range_init(&range, event, 0, vma->vm_mm, start, end);
	mmu_notifier_invalidate_range_start(&range);
	psim_zap_range(&gather, vma, start, end);
	mmu_notifier_invalidate_range_end(&range);
	psim_gather_finish(&gather);
}

static int dont_need(struct vm_area_struct *vma, unsigned long start, unsigned long end, int advice)
{
	vm_flags_t refused = VM_PFNMAP | (advice == MADV_DONTNEED_LOCKED ? 0 : VM_LOCKED);

	if (vma->vm_flags & refused)
		return -EINVAL;
	psim_zap(vma, start, end, MMU_NOTIFY_CLEAR);
	return 0;
}

/*
 * A page that is nobody else's need not be kept: its bytes may go. DEVIATION: pages of a large folio are kept;
 * a kernel splits one that is given up in part. Context: PTL.
 */
static bool free_page_lazily(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
			     psim_pte_t pte)
{
	struct folio *folio;

	if (!psim_pte_present(pte) || psim_pte_special(pte))
		return false;
	folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));
	if (!folio_test_anon(folio) || folio_test_large(folio) ||
	    atomic_read(&folio->_mapcount) != 0)
		return false;
	if (!psim_pte_young(pte) && !psim_pte_dirty(pte))
		return false;
	pte = psim_pte_get_and_clear(vma->vm_mm, address, ptep);
	psim_pte_set(vma->vm_mm, address, ptep, pte & ~(PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY));
	return true;
}

/*
 * Device-private and migration slots stay (S6.35). DEVIATION: nothing reclaims the pages, so their bytes
 * never go: a kernel may keep them as long as it likes.
 */
static int free_lazily(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	struct mmu_notifier_range range;
	unsigned long address, next;
	struct psim_span span;

	if (!vma_is_anonymous(vma) || (vma->vm_flags & (VM_LOCKED | VM_PFNMAP)))
		return -EINVAL;
	inc_tlb_flush_pending(mm);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, start, end);
	mmu_notifier_invalidate_range_start(&range);
	for (address = start; address < end; address = next) {
		next = psim_span(mm, address, end, &span);
		if (span.pmdp)
			next = psim_free_leaf_lazily(vma, address, next, &span);
		if (!span.ptep)
			continue;
		for (; address < next; address += PAGE_SIZE, span.ptep++)
			free_page_lazily(vma, address, span.ptep, psim_pte_peek(span.ptep));
		psim_pte_unlock(span.ptep, span.ptl);
	}
	mmu_notifier_invalidate_range_end(&range);
	psim_tlb_flush_range(mm, start, end);
	dec_tlb_flush_pending(mm);
	return 0;
}

/* ---- one VMA's part --------------------------------------------------------------------------------------------- */

/* Whether all of an aligned 2 MiB lies in the VMA. */
static bool has_room_for_huge(const struct vm_area_struct *vma)
{
	unsigned long start = ALIGN(vma->vm_start, PMD_SIZE);

	return start >= vma->vm_start && start < vma->vm_end && vma->vm_end - start >= PMD_SIZE;
}

static int collapse(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	int err;

	if (!has_room_for_huge(vma) || (vma->vm_flags & (VM_SPECIAL | VM_NOHUGEPAGE)))
		return -EINVAL;
	for (start = ALIGN(start, PMD_SIZE); start + PMD_SIZE <= end; start += PMD_SIZE) {
		err = psim_collapse(vma, start);
		if (err)
			return err;
	}
	return 0;
}

/* The file's pages go, and its bytes. Context: mmap lock read-held; dropped in between, so look @vma up again. */
static int punch(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	pgoff_t first = vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);
	struct mm_struct *mm = vma->vm_mm;
	struct file *file = vma->vm_file;
	int err;

	if ((vma->vm_flags & VM_LOCKED) || !file || !file->f_mapping)
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED) || !(vma->vm_flags & VM_MAYWRITE))
		return -EACCES;
	get_file(file);
	mmap_read_unlock(mm);
	err = psim_file_punch(file, first, first + ((end - start) >> PAGE_SHIFT) - 1);
	fput(file);
	mmap_read_lock(mm);
	return err;
}

/* Context: mmap lock held, for writing if @advice needs_write(). Return: 0 or -errno. */
static int advise_part(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int advice)
{
	const struct flag_advice *flags = flag_advice_of(advice);

	if (flags)
		return advise_flags(vma, start, end, flags);
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		return dont_need(vma, start, end, advice);
	case MADV_FREE:
		return free_lazily(vma, start, end);
	case MADV_COLD:
	case MADV_PAGEOUT:
		return vma->vm_flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB) ? -EINVAL : 0;
	case MADV_REMOVE:
		return punch(vma, start, end);
	case MADV_GUARD_INSTALL:
		return psim_guard_install(vma, start, end);
	case MADV_GUARD_REMOVE:
		return psim_guard_remove(vma, start, end);
	case MADV_COLLAPSE:
		return collapse(vma, start, end);
	default: /* MADV_WILLNEED: nothing is anywhere that it could be read from */
		return 0;
	}
}

static bool is_known(int advice)
{
	switch (advice) {
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_COLLAPSE:
	case MADV_GUARD_INSTALL:
	case MADV_GUARD_REMOVE:
		return true;
	default:
		return flag_advice_of(advice);
	}
}

/* ---- the system call -------------------------------------------------------------------------------------------- */

/* Holes are remembered, and what lies beyond them is advised all the same. */
static int advise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	struct vm_area_struct *vma;
	unsigned long next;
	int hole = 0, err;

	for (; start < end; start = next) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (vma->vm_start > start) {
			hole = -ENOMEM;
			start = vma->vm_start;
		}
		next = min(vma->vm_end, end);
		err = advise_part(vma, start, next, advice);
		if (err)
			return err;
	}
	return hole;
}

int psim_do_madvise(struct mm_struct *mm, unsigned long start, unsigned long length, int advice)
{
	unsigned long end = start + PAGE_ALIGN(length);
	int err;

	if (!is_known(advice) || offset_in_page(start) || (length && !PAGE_ALIGN(length)) ||
	    end < start)
		return -EINVAL;
	if (start == end)
		return 0;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return psim_madvise_populate(mm, start, end, advice == MADV_POPULATE_WRITE);
	if (flag_advice_of(advice) || advice == MADV_COLLAPSE) {
		mmap_write_lock(mm);
		err = advise_range(mm, start, end, advice);
		mmap_write_unlock(mm);
	} else {
		mmap_read_lock(mm);
		err = advise_range(mm, start, end, advice);
		mmap_read_unlock(mm);
	}
	return err;
}

int do_madvise(struct mm_struct *mm, unsigned long start, size_t len_in, int behavior)
{
	return psim_do_madvise(mm, start, len_in, behavior);
}
