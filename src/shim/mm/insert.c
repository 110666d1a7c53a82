// SPDX-License-Identifier: MIT
/* Mapping a driver's own pages into a VMA (S9.54). */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include "mm/mm_internal.h"

static int insert_locked(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	struct folio *folio = page_folio(page);
	psim_pte_t *ptep, pte;
	spinlock_t *ptl;
	int err = 0;

	ptep = psim_pte_alloc_map_lock(vma->vm_mm, addr, &ptl);
	if (!ptep)
		return -ENOMEM;
	if (!psim_pte_none(psim_pte_get(vma->vm_mm, addr, ptep))) {
		err = -EBUSY;
	} else {
		pte = psim_pte_mk_present(page_to_pfn(page), vma->vm_page_prot) | PSIM_PTE_F_YOUNG;
		if (pgprot_val(vma->vm_page_prot) & PSIM_PTE_F_WRITE)
			pte |= PSIM_PTE_F_WRITE;
		folio_get(folio);
		inc_mm_counter(vma->vm_mm, mm_counter(folio));
		folio_add_file_rmap_pte(folio, page, vma);
		psim_pte_set(vma->vm_mm, addr, ptep, pte);
	}
	psim_pte_unlock(ptep, ptl);
	return err;
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (addr < vma->vm_start || addr >= vma->vm_end)
		return -EFAULT;
	if (!page_count(page) || folio_test_anon(page_folio(page)))
		return -EINVAL;
	if (!(vma->vm_flags & VM_MIXEDMAP)) {
		mmap_assert_write_locked(vma->vm_mm);
		vm_flags_set(vma, VM_MIXEDMAP);
	}
	return insert_locked(vma, addr & PAGE_MASK, page);
}
