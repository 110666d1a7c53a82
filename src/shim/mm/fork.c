// SPDX-License-Identifier: MIT
/*
 * fork: a copy of an address space, private pages shared until one side writes (S6.b, S6.43).
 *
 * VMAs are copied with their anon_vmas; slots are copied where faults could not bring them back. Present
 * and device-private pages get one more mapping and are exclusive to nobody; a pinned page is copied for
 * the child; a leaf of 2 MiB is copied as one. Not modelled: the rest of what fork copies of a process.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include "mm/filemap.h"
#include "mm/fork.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/swapfile.h"
#include "sim/sim.h"

/* Verdicts on one slot, beside 0 and errnos. */
#define NEEDS_PAGE 1 /* a fresh page for the child is to be had first */

/**
 * struct copy - the copying of one VMA's slots
 * @spare: a page for the child in place of a pinned one, or NULL
 * @cow: private and writable in principle: slots that can be written are written by nobody from now on
 */
struct copy {
	struct vm_area_struct *src, *dst;
	struct folio *spare;
	bool cow;
};

/* What a copied slot keeps of userfaultfd's marks: all of them if the child is registered, too. */
static psim_pte_t child_marks(const struct copy *c, psim_pte_t pte)
{
	return c->dst->vm_flags & VM_UFFD_WP ? pte : pte & ~PSIM_PTE_F_UFFD_WP;
}

/* ---- present slots (S6.43) ------------------------------------------------------------------------------ */

/* The child's own copy of a page that the parent has pinned. Return: 0, NEEDS_PAGE. */
static int copy_pinned(struct copy *c, unsigned long address, psim_pte_t *dst, psim_pte_t pte)
{
	struct folio *folio = c->spare;
	psim_pte_t new;

	if (!folio)
		return NEEDS_PAGE;
	c->spare = NULL;
	copy_highpage(&folio->page, pfn_to_page(psim_pte_pfn(pte)));
	__folio_mark_uptodate(folio);
	folio_add_new_anon_rmap(folio, c->dst, address, RMAP_EXCLUSIVE);
	folio_add_lru_vma(folio, c->dst);
	inc_mm_counter(c->dst->vm_mm, MM_ANONPAGES);
	new = psim_pte_mk_present(folio_pfn(folio), c->dst->vm_page_prot) | PSIM_PTE_F_DIRTY |
	      PSIM_PTE_F_SOFT_DIRTY | (pte & PSIM_PTE_F_UFFD_WP);
	if (c->dst->vm_flags & VM_WRITE)
		new |= PSIM_PTE_F_WRITE;
	psim_pte_set(c->dst->vm_mm, address, dst, child_marks(c, new));
	return 0;
}

static int copy_present(struct copy *c, unsigned long address, psim_pte_t *dst, psim_pte_t *src,
			psim_pte_t pte)
{
	if (!psim_pte_special(pte)) {
		struct page *page = pfn_to_page(psim_pte_pfn(pte));
		struct folio *folio = page_folio(page);

		folio_get(folio);
		if (!folio_test_anon(folio)) {
			folio_dup_file_rmap_pte(folio, page, c->dst);
		} else if (folio_try_dup_anon_rmap_pte(folio, page, c->dst, c->src)) {
			folio_put(folio);
			return copy_pinned(c, address, dst, pte);
		}
		inc_mm_counter(c->dst->vm_mm, mm_counter(folio));
	}
	if (c->cow && psim_pte_write(pte)) {
		/* the processor may have dirtied it since */
		do {
			pte = psim_pte_get(c->src->vm_mm, address, src);
		} while (!psim_pte_try_set(c->src->vm_mm, address, src, pte,
					   pte & ~PSIM_PTE_F_WRITE));
		pte &= ~PSIM_PTE_F_WRITE;
	}
	if (c->src->vm_flags & VM_SHARED)
		pte &= ~PSIM_PTE_F_DIRTY;
	pte &= ~PSIM_PTE_F_YOUNG;
	psim_pte_set(c->dst->vm_mm, address, dst, child_marks(c, pte));
	return 0;
}

/* ---- slots that are not present -------------------------------------------------------------------------- */

/* Return: @pte as it is afterwards in both. */
static psim_pte_t copy_device(struct copy *c, unsigned long address, psim_pte_t *src,
			      psim_pte_t pte)
{
	struct page *page = pfn_to_page(psim_pte_pfn(pte));
	struct folio *folio = page_folio(page);

	folio_get(folio);
	inc_mm_counter(c->dst->vm_mm, mm_counter(folio));
	/* no pin can be in the way (S6.20) */
	folio_try_dup_anon_rmap_pte(folio, page, c->dst, c->src);
	if (psim_pte_write(pte) && c->cow) {
		pte = psim_pte_mk_device_private(psim_pte_pfn(pte), false,
						 pte & PSIM_PTE_F_UFFD_WP);
		psim_pte_set(c->src->vm_mm, address, src, pte);
	}
	return pte;
}

/* No reference, no mapping: only the count of resident pages (S6.27). */
static psim_pte_t copy_migration(struct copy *c, unsigned long address, psim_pte_t *src,
				 psim_pte_t pte)
{
	inc_mm_counter(c->dst->vm_mm, mm_counter(pfn_folio(psim_pte_pfn(pte))));
	if (psim_pte_kind(pte) != PSIM_PTE_MIGRATION_READ && c->cow) {
		pte = psim_pte_mk_migration(PSIM_PTE_MIGRATION_READ, psim_pte_pfn(pte),
					    pte & PSIM_PTE_FLAGS);
		psim_pte_set(c->src->vm_mm, address, src, pte);
	}
	return pte;
}

/* One more entry of the same slot; the page will be exclusive to neither. */
static psim_pte_t copy_swap(struct copy *c, unsigned long address, psim_pte_t *src, psim_pte_t pte)
{
	psim_swap_dup(psim_swap_slot(pte));
	inc_mm_counter(c->dst->vm_mm, MM_SWAPENTS);
	if (pte & PSIM_PTE_F_SWP_EXCLUSIVE) {
		pte &= ~PSIM_PTE_F_SWP_EXCLUSIVE;
		psim_pte_set(c->src->vm_mm, address, src, pte);
	}
	return pte;
}

/* It becomes an ordinary mapping again first. Return: 0, NEEDS_PAGE, -EBUSY: the page is locked (S6.16). */
static int copy_exclusive(struct copy *c, unsigned long address, psim_pte_t *dst, psim_pte_t *src,
			  psim_pte_t pte)
{
	struct folio *folio = pfn_folio(psim_pte_pfn(pte));

	if (!folio_trylock(folio))
		return -EBUSY;
	psim_exclusive_restore(c->src, address, src, pte);
	folio_unlock(folio);
	return copy_present(c, address, dst, src, psim_pte_get(c->src->vm_mm, address, src));
}

/* Return: 0, NEEDS_PAGE, -EBUSY. */
static int copy_slot(struct copy *c, unsigned long address, psim_pte_t *dst, psim_pte_t *src)
{
	psim_pte_t pte = psim_pte_get(c->src->vm_mm, address, src);

	if (psim_pte_present(pte))
		return copy_present(c, address, dst, src, pte);
	if (psim_pte_is_device_private(pte))
		pte = copy_device(c, address, src, pte);
	else if (psim_pte_is_migration(pte))
		pte = copy_migration(c, address, src, pte);
	else if (psim_pte_is_device_exclusive(pte))
		return copy_exclusive(c, address, dst, src, pte);
	else if (psim_pte_is_swap(pte))
		pte = copy_swap(c, address, src, pte);
	else if (psim_pte_kind(pte) == PSIM_PTE_MARKER)
		pte = psim_marker_for_child(pte, c->dst);
	if (psim_pte_none(pte))
		return 0;
	psim_pte_set(c->dst->vm_mm, address, dst, child_marks(c, pte));
	return 0;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

/* [*@address, end) of one table, as far as it goes. Both PTLs. */
static int copy_slots(struct copy *c, unsigned long *address, unsigned long end, psim_pte_t *dst,
		      psim_pte_t *src)
{
	int verdict = 0;

	for (; *address < end; *address += PAGE_SIZE, src++, dst++) {
		if (psim_pte_none(psim_pte_peek(src)))
			continue;
		verdict = copy_slot(c, *address, dst, src);
		if (verdict)
			break;
	}
	return verdict;
}

static int get_spare(struct copy *c, unsigned long address)
{
	c->spare = vma_alloc_folio(GFP_HIGHUSER_MOVABLE, 0, c->dst, address);
	return c->spare ? 0 : -ENOMEM;
}

/* One table's part. Return: 0 or -ENOMEM. */
static int copy_table(struct copy *c, unsigned long address, unsigned long end)
{
	spinlock_t *dst_ptl, *src_ptl;
	psim_pte_t *dst, *src;
	int verdict;

	do {
		dst = psim_pte_alloc_map_lock(c->dst->vm_mm, address, &dst_ptl);
		if (!dst)
			return -ENOMEM;
		src = psim_pte_map(c->src->vm_mm, address);
		src_ptl = psim_pte_lockptr(src);
		spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING);
		verdict = copy_slots(c, &address, end, dst, src);
		psim_pte_unlock(src, src_ptl);
		psim_pte_unlock(dst, dst_ptl);
		cond_resched();
		if (verdict == NEEDS_PAGE)
			verdict = get_spare(c, address);
		if (verdict)
			return -ENOMEM;
	} while (address < end);
	return 0;
}

static int copy_tables(struct copy *c)
{
	unsigned long address, next, end = c->src->vm_end;
	psim_pte_t *ptep;
	int err = 0;

	for (address = c->src->vm_start; address < end && !err; address = next) {
		next = pmd_addr_end(address, end);
		err = psim_whole_leaf(address, next) ? psim_copy_leaf(c->dst, c->src, address) : 1;
		if (err <= 0)
			continue;
		err = 0;
		next = psim_pte_span(c->src->vm_mm, address, end, &ptep);
		if (ptep)
			err = copy_table(c, address, next);
	}
	if (c->spare)
		folio_put(c->spare);
	return err;
}

/* Whether faults could not bring back what the slots hold. */
static bool needs_copy(const struct vm_area_struct *src, const struct vm_area_struct *dst)
{
	return (dst->vm_flags & VM_UFFD_WP) || (src->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) ||
	       src->anon_vma || READ_ONCE(src->__psim_guards);
}

static int copy_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct copy c = {.src = src, .dst = dst, .cow = is_cow_mapping(src->vm_flags)};
	struct mmu_notifier_range range;
	int err;

	if (!needs_copy(src, dst))
		return 0;
	if (!c.cow)
		return copy_tables(&c);
	mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_PAGE, 0, src->vm_mm, src->vm_start,
				src->vm_end);
	mmu_notifier_invalidate_range_start(&range);
	err = copy_tables(&c);
	mmu_notifier_invalidate_range_end(&range);
	return err;
}

/* ---- the address space ---------------------------------------------------------------------------------------- */

/* Context: both mmap locks write-held. Return: 0 or -ENOMEM. */
static int copy_vma(struct mm_struct *mm, struct vm_area_struct *src)
{
	struct vm_area_struct *dst = psim_vma_dup(mm, src);
	int err;

	if (!dst)
		return -ENOMEM;
	err = src->vm_flags & VM_WIPEONFORK ? 0 : psim_anon_vma_fork(dst, src);
	if (err) {
		psim_vma_free(dst);
		return err;
	}
	vm_flags_clear(dst, VM_LOCKED | VM_LOCKONFAULT);
	psim_vma_link(dst);
	psim_i_mmap_link(dst);
	mm->total_vm += vma_pages(dst);
	if (!(src->vm_flags & VM_WIPEONFORK))
		err = copy_range(dst, src);
	if (dst->vm_ops && dst->vm_ops->open)
		dst->vm_ops->open(dst);
	return err;
}

static int copy_vmas(struct mm_struct *mm, struct mm_struct *old)
{
	VMA_ITERATOR(vmi, old, 0);
	struct vm_area_struct *vma;
	int err = 0;

	for_each_vma(vmi, vma)
	{
		/* no fault under its lock while its slots lose write access */
		vma_start_write(vma);
		if (vma->vm_flags & VM_DONTCOPY)
			continue;
		err = copy_vma(mm, vma);
		if (err)
			break;
	}
	return err;
}

struct mm_struct *__psim_fork_mm(struct mm_struct *old, const char *site)
{
	struct mm_struct *mm = __psim_mm_alloc(site);
	int err;

	if (!mm)
		return NULL;
	mm->task_size = old->task_size;
	mm->mmap_base = old->mmap_base;
	mmap_write_lock(old);
	mmap_write_lock_nested(mm, SINGLE_DEPTH_NESTING);
	/* what was write-protected is flushed at the end, all of it at once */
	inc_tlb_flush_pending(old);
	err = copy_vmas(mm, old);
	mmap_write_unlock(mm);
	psim_tlb_flush_mm(old);
	dec_tlb_flush_pending(old);
	mmap_write_unlock(old);
	if (!err)
		return mm;
	mmput(mm);
	return NULL;
}
