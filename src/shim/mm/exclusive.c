// SPDX-License-Identifier: MIT
/*
 * Device-exclusive slots: a page that a device works on with atomic operations while CPUs stay away.
 *
 * The slot keeps its reference and its mapping; the next CPU access, get_user_pages() or fork makes it
 * an ordinary one again (S6.16, S6.g). Not modelled: huge pages.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include "mm/fault.h"
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/page.h"

/* ---- making ---------------------------------------------------------------------------------------------- */

static struct page *get_writable(struct mm_struct *mm, unsigned long address)
{
	struct page *page;
	long got = get_user_pages_remote(mm, address, 1, FOLL_WRITE | FOLL_SPLIT_PMD, &page, NULL);

	if (got != 1)
		return ERR_PTR(got < 0 ? got : -EBUSY);
	return page;
}

/* Context: PTL. */
static void replace(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
		    struct folio *folio)
{
	psim_pte_t old = psim_pte_clear_flush(vma, address, ptep);

	if (psim_pte_dirty(old))
		folio_mark_dirty(folio);
	psim_pte_set(vma->vm_mm, address, ptep,
		     psim_pte_make(PSIM_PTE_DEVICE_EXCLUSIVE, psim_pte_pfn(old),
				   old & PSIM_PTE_F_SOFT_DIRTY));
}

/* Return: false: the slot does not map the page writable any more. */
static bool replace_if_same(struct vm_area_struct *vma, unsigned long address, struct page *page)
{
	psim_pte_t *ptep, pte;
	spinlock_t *ptl;
	bool same;

	psim_split_pmd(vma, address);
	ptep = psim_pte_map_lock(vma->vm_mm, address, &ptl);
	if (!ptep)
		return false;
	pte = psim_pte_get(vma->vm_mm, address, ptep);
	same = psim_pte_present(pte) && psim_pte_write(pte) &&
	       psim_pte_pfn(pte) == page_to_pfn(page);
	if (same)
		replace(vma, address, ptep, page_folio(page));
	psim_pte_unlock(ptep, ptl);
	return same;
}

static bool try_to_take(struct vm_area_struct *vma, unsigned long address, struct page *page,
			void *owner)
{
	struct mmu_notifier_range range;
	bool taken;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_EXCLUSIVE, 0, vma->vm_mm, address,
				      address + PAGE_SIZE, owner);
	mmu_notifier_invalidate_range_start(&range);
	taken = replace_if_same(vma, address, page);
	mmu_notifier_invalidate_range_end(&range);
	return taken;
}

struct page *make_device_exclusive(struct mm_struct *mm, unsigned long addr, void *owner,
				   struct folio **foliop)
{
	struct folio *folio;
	struct page *page;
	int err;

	mmap_assert_locked(mm);
	addr = PAGE_ALIGN_DOWN(addr);
	for (;;) {
		page = get_writable(mm, addr);
		if (IS_ERR(page))
			return page;
		folio = page_folio(page);
		err = folio_test_anon(folio) ? folio_lock_killable(folio) : -EOPNOTSUPP;
		if (err) {
			folio_put(folio);
			return ERR_PTR(err);
		}
		if (try_to_take(vma_lookup(mm, addr), addr, page, owner))
			break;
		folio_unlock(folio);
		folio_put(folio);
		cond_resched();
	}
	*foliop = folio;
	return page;
}

/* As linux/rmap.h declares it for trees that have it. */
int make_device_exclusive_range(struct mm_struct *mm, unsigned long start, unsigned long end,
				struct page **pages, void *owner);

/* DEVIATION: waits for a locked page, which kernels leave out. */
int make_device_exclusive_range(struct mm_struct *mm, unsigned long start, unsigned long end,
				struct page **pages, void *owner)
{
	unsigned long addr;
	int n = 0;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		struct folio *folio;
		struct page *page = make_device_exclusive(mm, addr, owner, &folio);
		bool reached =
			!IS_ERR(page) || page == ERR_PTR(-EOPNOTSUPP) || page == ERR_PTR(-EINTR);

		if (!reached)
			return n ?: PTR_ERR(page);
		pages[n++] = IS_ERR(page) ? NULL : page;
	}
	return n;
}

/* ---- undoing ------------------------------------------------------------------------------------------------ */

/* Whether the slot may be written again without a fault of its own. */
static bool may_write(const struct vm_area_struct *vma, psim_pte_t pte, const struct page *page)
{
	if (!(vma->vm_flags & VM_WRITE) || psim_pte_uffd_wp(pte))
		return false;
	if (!(vma->vm_flags & VM_SOFTDIRTY) && !psim_pte_soft_dirty(pte))
		return false;
	return PageAnonExclusive(page);
}

void psim_exclusive_restore(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
			    psim_pte_t pte)
{
	struct page *page = pfn_to_page(psim_pte_pfn(pte));
	psim_pte_t new = psim_pte_mk_present(psim_pte_pfn(pte), vma->vm_page_prot);

	new |= pte &(PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP);
	if (may_write(vma, pte, page)) {
		new |= PSIM_PTE_F_WRITE;
		if (folio_test_dirty(page_folio(page)))
			new |= PSIM_PTE_F_DIRTY;
	}
	psim_pte_set(vma->vm_mm, address, ptep, new);
}

vm_fault_t psim_fault_exclusive(struct psim_fault *f)
{
	unsigned long pfn = psim_pte_pfn(f->old);
	struct mmu_notifier_range range;
	struct folio *folio;
	vm_fault_t result;

	/* nothing holds the page for us: it may be free by now */
	if (!psim_page_raw_refs(pfn) || !get_page_unless_zero(pfn_to_page(pfn)))
		return 0;
	folio = pfn_folio(pfn);
	result = folio_lock_or_retry(folio, &f->vmf);
	if (result) {
		folio_put(folio);
		return result;
	}
	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_CLEAR, 0, psim_fault_mm(f), f->vmf.address,
				      f->vmf.address + PAGE_SIZE, NULL);
	mmu_notifier_invalidate_range_start(&range);
	if (psim_fault_lock_same(f)) {
		psim_exclusive_restore(f->vmf.vma, f->vmf.address, f->ptep, f->old);
		psim_fault_unlock(f);
	}
	mmu_notifier_invalidate_range_end(&range);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}
