// SPDX-License-Identifier: MIT
/*
 * Faults that the page cache answers: bring a page in, or map what is there already around the fault.
 *
 * A page that was never written is zeros, as in a hole of a file. Not modelled: reading from a disk.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include "mm/fault.h"
#include "mm/filemap.h"

static pgoff_t pages_of(const struct address_space *mapping)
{
	return DIV_ROUND_UP((pgoff_t)i_size_read(mapping->host), PAGE_SIZE);
}

static struct folio *get_or_make(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;

	down_read(&mapping->invalidate_lock);
	folio = __filemap_get_folio(mapping, index, FGP_LOCK | FGP_CREAT,
				    GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
	if (!IS_ERR(folio))
		folio_mark_uptodate(folio);
	up_read(&mapping->invalidate_lock);
	return folio;
}

vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	struct folio *folio;
	vm_fault_t result = 0;

	if (vmf->pgoff >= pages_of(mapping))
		return VM_FAULT_SIGBUS;
	folio = filemap_get_folio(mapping, vmf->pgoff);
	if (IS_ERR(folio)) {
		folio = get_or_make(mapping, vmf->pgoff);
		if (IS_ERR(folio))
			return vmf_error(PTR_ERR(folio));
	} else {
		result = folio_lock_or_retry(folio, vmf);
		if (result) {
			folio_put(folio);
			return result;
		}
		if (folio->mapping != mapping) {
			/* truncated; the access is repeated and finds out */
			folio_unlock(folio);
			folio_put(folio);
			return VM_FAULT_NOPAGE;
		}
	}
	if (vmf->pgoff >= pages_of(mapping)) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = &folio->page;
	return VM_FAULT_LOCKED;
}

/* Map one page that is in the cache, if its slot is empty. Takes over the reference. Context: PTL. */
static bool map_cached(struct psim_fault *f, struct folio *folio, unsigned long address)
{
	psim_pte_t *ptep = f->ptep + ((long)(address - f->vmf.address) >> PAGE_SHIFT);
	bool mapped = false;

	if (!folio_test_uptodate(folio) || !folio_trylock(folio)) {
		folio_put(folio);
		return false;
	}
	if (folio->mapping == f->vmf.vma->vm_file->f_mapping &&
	    folio->index < pages_of(folio->mapping) && psim_pte_none(psim_pte_peek(ptep))) {
		psim_fault_map_file(f, folio, address, ptep);
		mapped = true;
	}
	folio_unlock(folio);
	if (!mapped)
		folio_put(folio);
	return mapped;
}

vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff)
{
	struct psim_fault *f = container_of(vmf, struct psim_fault, vmf);
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	vm_fault_t result = 0;
	struct folio *folio;
	pgoff_t index;

	f->ptep = psim_pte_map_lock(psim_fault_mm(f), vmf->address, &vmf->ptl);
	if (!f->ptep)
		return 0;
	for (index = start_pgoff; index <= end_pgoff; index++) {
		unsigned long address;

		folio = psim_filemap_next(mapping, &index, end_pgoff);
		if (!folio)
			break;
		address = vmf->address + ((index - vmf->pgoff) << PAGE_SHIFT);
		if (map_cached(f, folio, address) && address == vmf->address)
			result = VM_FAULT_NOPAGE;
	}
	psim_fault_unlock(f);
	return result;
}
