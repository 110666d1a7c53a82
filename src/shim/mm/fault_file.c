// SPDX-License-Identifier: MIT
/*
 * Faults of VMAs with a mapper: files, shared memory, a driver's pages.
 *
 * A read maps the mapper's page, and what its cache has around it; a write to a private mapping maps a
 * copy; a write to a shared one the page itself, which is dirty then. Not modelled: huge pages.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/fault.h"
#include "mm/mm_internal.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define AROUND 16 /* pages that one read fault looks at */

/* ---- mapping what the mapper gave -------------------------------------------------------------------- */

void psim_fault_map_file(struct psim_fault *f, struct folio *folio, unsigned long address,
			 psim_pte_t *ptep)
{
	struct vm_area_struct *vma = f->vmf.vma;
	psim_pte_t pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);

	pte |= PSIM_PTE_F_YOUNG | (pgprot_val(vma->vm_page_prot) & PSIM_PTE_F_WRITE);
	if (psim_fault_is_write(f) && (vma->vm_flags & VM_WRITE))
		pte |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	folio_add_file_rmap_pte(folio, &folio->page, vma);
	inc_mm_counter(vma->vm_mm, mm_counter(folio));
	psim_pte_set(vma->vm_mm, address, ptep, pte);
}

/* Map @folio, the mapper's or a private copy, whose reference the slot takes over. */
static vm_fault_t finish(struct psim_fault *f, struct folio *folio, bool copy)
{
	vm_fault_t result = 0;

	if (!(f->vmf.vma->vm_flags & VM_SHARED) && test_bit(MMF_UNSTABLE, &psim_fault_mm(f)->flags))
		return VM_FAULT_SIGBUS;
	if (!psim_fault_lock_same(f))
		return VM_FAULT_NOPAGE;
	if (copy) {
		inc_mm_counter(psim_fault_mm(f), MM_ANONPAGES);
		psim_fault_map_new(f, folio);
	} else {
		psim_fault_map_file(f, folio, f->vmf.address, f->ptep);
	}
	psim_fault_unlock(f);
	return result;
}

/* Under the VMA's lock alone only those are asked who know of it: the page cache. */
static bool may_ask(const struct psim_fault *f)
{
	return f->vmf.vma->vm_ops->map_pages || !(f->vmf.flags & FAULT_FLAG_VMA_LOCK);
}

/* Ask the mapper. Return: 0: f->vmf.page is locked and referenced; otherwise what the fault returns. */
static vm_fault_t ask(struct psim_fault *f)
{
	vm_fault_t result;

	if (!may_ask(f)) {
		psim_fault_release(&f->vmf);
		return VM_FAULT_RETRY;
	}
	psim_point(PSIM_POINT_CALLBACK);
	result = f->vmf.vma->vm_ops->fault(&f->vmf);
	psim_point(PSIM_POINT_CALLBACK);
	if (result & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY | VM_FAULT_DONE_COW))
		return result;
	if (!(result & VM_FAULT_LOCKED))
		lock_page(f->vmf.page);
	return 0;
}

static void let_go(struct page *page)
{
	unlock_page(page);
	put_page(page);
}

/* ---- the three kinds ------------------------------------------------------------------------------------ */

/* The pages around the fault that are in the cache: an aligned window, inside the VMA and the table. */
static vm_fault_t map_around(struct psim_fault *f)
{
	struct vm_area_struct *vma = f->vmf.vma;
	unsigned long slot = (f->vmf.address >> PAGE_SHIFT) % PTRS_PER_PTE;
	unsigned long before = f->vmf.pgoff - vma->vm_pgoff;
	unsigned long first = max(ALIGN_DOWN(slot, AROUND), slot - min(slot, before));
	unsigned long end = min(first + AROUND, (unsigned long)PTRS_PER_PTE);

	end = min(end, slot + vma_pages(vma) - before);
	return vma->vm_ops->map_pages(&f->vmf, f->vmf.pgoff + first - slot,
				      f->vmf.pgoff + end - 1 - slot);
}

static vm_fault_t read_fault(struct psim_fault *f)
{
	vm_fault_t result = 0;

	if (f->vmf.vma->vm_ops->map_pages)
		result = map_around(f);
	if (!result)
		result = ask(f);
	if (result)
		return result;
	result = finish(f, page_folio(f->vmf.page), false);
	unlock_page(f->vmf.page);
	if (result)
		put_page(f->vmf.page);
	return result;
}

static vm_fault_t cow_fault(struct psim_fault *f)
{
	struct folio *copy;
	vm_fault_t result;

	result = vmf_anon_prepare(&f->vmf);
	if (result)
		return result;
	copy = psim_fault_alloc_page(f, 0);
	if (!copy)
		return VM_FAULT_OOM;
	f->vmf.cow_page = &copy->page;
	result = ask(f);
	if (result & VM_FAULT_DONE_COW)
		psim_stop_function("handle_mm_fault", "VM_FAULT_DONE_COW is not modelled");
	if (!result) {
		copy_highpage(&copy->page, f->vmf.page);
		result = finish(f, copy, true);
		let_go(f->vmf.page);
	}
	if (result)
		folio_put(copy);
	return result;
}

/* The mapper of a locked page is told of the first write. Return: 0: locked still; or the fault's result. */
static vm_fault_t make_writable(struct psim_fault *f, struct folio *folio)
{
	enum fault_flag flags = f->vmf.flags;
	vm_fault_t result;

	folio_unlock(folio);
	f->vmf.flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
	result = f->vmf.vma->vm_ops->page_mkwrite(&f->vmf);
	f->vmf.flags = flags;
	if (result & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return result;
	if (result & VM_FAULT_LOCKED)
		return 0;
	folio_lock(folio);
	if (folio->mapping)
		return 0;
	folio_unlock(folio);
	return VM_FAULT_NOPAGE; /* truncated: try again */
}

static vm_fault_t shared_fault(struct psim_fault *f)
{
	vm_fault_t result = ask(f);
	struct folio *folio;

	if (result)
		return result;
	folio = page_folio(f->vmf.page);
	if (f->vmf.vma->vm_ops->page_mkwrite) {
		result = make_writable(f, folio);
		if (result) {
			folio_put(folio);
			return result;
		}
	}
	result = finish(f, folio, false);
	if (!result)
		folio_mark_dirty(folio);
	folio_unlock(folio);
	if (result)
		folio_put(folio);
	return result;
}

vm_fault_t psim_fault_file(struct psim_fault *f)
{
	vm_fault_t result;

	if (!f->vmf.vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	if (psim_pte_alloc(psim_fault_mm(f), f->vmf.address))
		return VM_FAULT_OOM;
	if (!psim_fault_is_write(f))
		result = read_fault(f);
	else if (!(f->vmf.vma->vm_flags & VM_SHARED))
		result = cow_fault(f);
	else
		result = shared_fault(f);
	return result;
}

/* ---- a write to a shared page that is mapped read-only ---------------------------------------------------- */

static void mark_written(struct psim_fault *f)
{
	psim_fault_set(f, f->old | PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY |
				  PSIM_PTE_F_YOUNG);
}

/* Context: PTL, dropped. @folio: what is mapped; NULL: a special mapping. */
vm_fault_t psim_fault_write_shared(struct psim_fault *f, struct folio *folio)
{
	const struct vm_operations_struct *ops = f->vmf.vma->vm_ops;
	vm_fault_t result = 0;

	if (!folio) {
		mark_written(f);
		psim_fault_unlock(f);
		return 0;
	}
	folio_get(folio);
	f->vmf.page = &folio->page;
	if (!ops || !ops->page_mkwrite) {
		mark_written(f);
		psim_fault_unlock(f);
		folio_lock(folio);
	} else if (!may_ask(f)) {
		psim_fault_unlock(f);
		psim_fault_release(&f->vmf);
		result = VM_FAULT_RETRY;
	} else {
		psim_fault_unlock(f);
		folio_lock(folio);
		result = make_writable(f, folio);
		if (!result && !psim_fault_lock_same(f)) {
			folio_unlock(folio);
			result = VM_FAULT_NOPAGE;
		} else if (!result) {
			mark_written(f);
			psim_fault_unlock(f);
		}
	}
	if (!result) {
		folio_mark_dirty(folio);
		folio_unlock(folio);
	}
	folio_put(folio);
	return result;
}
