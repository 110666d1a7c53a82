// SPDX-License-Identifier: MIT
/*
 * Faults at 2 MiB: fresh folios and the huge zero folio (S6.61), writes to read-only leaves, leaves that
 * hold device-private and migration entries (S6.7, S6.78).
 *
 * Not modelled: large folios of other orders, NUMA hints, files.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <psim/machine.h>
#include "mm/huge.h"
#include "mm/fault.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

static bool always;

void psim_huge_start(const struct psim_config *config)
{
	always = config->huge_pages;
}

bool psim_thp_allowed(const struct vm_area_struct *vma, unsigned long address)
{
	address &= PMD_MASK;
	if (address < vma->vm_start || address + PMD_SIZE > vma->vm_end ||
	    (vma->vm_flags & (VM_NOHUGEPAGE | VM_SPECIAL | VM_UFFD_MISSING)))
		return false;
	return vma_is_anonymous(vma) && (always || (vma->vm_flags & VM_HUGEPAGE));
}

/* A fault in progress at @address, a multiple of 2 MiB; @old: the leaf as first read. */
struct fault {
	struct vm_fault *vmf;
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	unsigned long address;
	psim_pte_t *pmdp;
	psim_pte_t old;
	spinlock_t *ptl;
};

static bool is_write(const struct fault *f)
{
	return f->vmf->flags & FAULT_FLAG_WRITE;
}

/* Take the PMD lock. Return: false, without it, if the slot is not what it was. */
static bool lock_same(struct fault *f)
{
	f->ptl = psim_pte_lockptr(f->pmdp);
	spin_lock(f->ptl);
	if (psim_pte_get(f->mm, f->address, f->pmdp) == f->old)
		return true;
	spin_unlock(f->ptl);
	return false;
}

/* ---- the huge zero folio ----------------------------------------------------------------------------- */

#define MMF_HUGE_ZERO_FOLIO 23

struct folio *huge_zero_folio;
static unsigned int zero_users; /* address spaces that hold it */
static DEFINE_SPINLOCK(zero_lock);

/* Return: whether @mm holds it now; @fresh is taken if there is none yet. */
static bool zero_join(struct mm_struct *mm, struct folio **fresh)
{
	bool joined;

	spin_lock(&zero_lock);
	if (!huge_zero_folio && *fresh) {
		WRITE_ONCE(huge_zero_folio, *fresh);
		*fresh = NULL;
	}
	joined = huge_zero_folio;
	if (joined && !test_and_set_bit(MMF_HUGE_ZERO_FOLIO, &mm->flags))
		zero_users++;
	spin_unlock(&zero_lock);
	return joined;
}

struct folio *psim_huge_zero_get(struct mm_struct *mm)
{
	struct folio *fresh = NULL;

	if (test_bit(MMF_HUGE_ZERO_FOLIO, &mm->flags) || zero_join(mm, &fresh))
		return huge_zero_folio;
	fresh = folio_alloc(GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_NOWARN, HPAGE_PMD_ORDER);
	if (!fresh)
		return NULL;
	zero_join(mm, &fresh);
	if (fresh)
		folio_put(fresh);
	return huge_zero_folio;
}

void psim_huge_zero_mm_gone(struct mm_struct *mm)
{
	struct folio *folio = NULL;

	if (!test_and_clear_bit(MMF_HUGE_ZERO_FOLIO, &mm->flags))
		return;
	spin_lock(&zero_lock);
	if (!--zero_users) {
		folio = huge_zero_folio;
		WRITE_ONCE(huge_zero_folio, NULL);
	}
	spin_unlock(&zero_lock);
	if (folio)
		folio_put(folio);
}

/* ---- an empty slot (S6.61) ---------------------------------------------------------------------------- */

/* A cleared folio, or NULL. */
static struct folio *fault_alloc_huge(struct fault *f)
{
	struct folio *folio = vma_alloc_folio(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN | __GFP_ZERO,
					      HPAGE_PMD_ORDER, f->vma, f->address);

	if (folio)
		__folio_mark_uptodate(folio);
	return folio;
}

void psim_map_new_leaf(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp,
		       struct folio *folio, psim_pte_t pmd, u32 table)
{
	folio_add_new_anon_rmap(folio, vma, address, RMAP_EXCLUSIVE);
	if (!folio_is_zone_device(folio))
		folio_add_lru_vma(folio, vma);
	psim_table_deposit(pmdp, table);
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, HPAGE_PMD_NR);
	psim_pte_set(vma->vm_mm, address, pmdp, pmd);
}

static void map_written(struct fault *f, struct folio *folio, u32 table)
{
	psim_pte_t pmd = psim_pmd_mk_present(folio_pfn(folio), f->vma->vm_page_prot);

	pmd |= PSIM_PTE_F_YOUNG;
	if (f->vma->vm_flags & VM_WRITE)
		pmd |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	psim_map_new_leaf(f->vma, f->address, f->pmdp, folio, pmd, table);
}

static void map_zero(struct fault *f, struct folio *zero, u32 table)
{
	psim_table_deposit(f->pmdp, table);
	psim_pte_set(f->mm, f->address, f->pmdp,
		     psim_pmd_mk_present(folio_pfn(zero), f->vma->vm_page_prot) |
			     PSIM_PTE_F_SPECIAL | PSIM_PTE_F_YOUNG);
}

/* @folio: for a write; the zero folio for a read. Return: the fault's result; *@folio NULL if it was used. */
static vm_fault_t map_fresh(struct fault *f, struct folio **folio)
{
	vm_fault_t result = 0;
	u32 table = psim_table_prepare(f->mm);

	if (!table)
		return VM_FAULT_OOM;
	f->old = 0;
	if (lock_same(f)) {
		if (test_bit(MMF_UNSTABLE, &f->mm->flags)) {
			result = VM_FAULT_SIGBUS;
		} else {
			if (is_write(f))
				map_written(f, *folio, table);
			else
				map_zero(f, *folio, table);
			*folio = NULL;
			table = 0;
		}
		spin_unlock(f->ptl);
	}
	psim_table_release(f->mm, table);
	return result;
}

static vm_fault_t fault_anonymous(struct fault *f)
{
	struct folio *folio;
	vm_fault_t result;

	if (!psim_thp_allowed(f->vma, f->address))
		return VM_FAULT_FALLBACK;
	f->pmdp = psim_pmd_alloc(f->mm, f->address);
	if (!f->pmdp)
		return VM_FAULT_OOM;
	result = vmf_anon_prepare(f->vmf);
	if (result)
		return result;
	if (!is_write(f)) {
		folio = psim_huge_zero_get(f->mm);
		return folio ? map_fresh(f, &folio) : VM_FAULT_FALLBACK;
	}
	folio = fault_alloc_huge(f);
	if (!folio)
		return VM_FAULT_FALLBACK;
	result = map_fresh(f, &folio);
	if (folio)
		folio_put(folio);
	return result;
}

/* ---- a write to a read-only leaf -------------------------------------------------------------------------- */

static vm_fault_t split_and_go_on(struct fault *f)
{
	psim_split_pmd(f->vma, f->address);
	return VM_FAULT_FALLBACK;
}

static vm_fault_t write_zero(struct fault *f)
{
	struct mmu_notifier_range range;
	struct folio *folio;
	vm_fault_t result;

	result = vmf_anon_prepare(f->vmf);
	if (result)
		return result;
	folio = psim_thp_allowed(f->vma, f->address) ? fault_alloc_huge(f) : NULL;
	if (!folio)
		return split_and_go_on(f);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, f->mm, f->address,
				f->address + PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	if (lock_same(f)) {
		psim_pmd_invalidate(f->vma, f->address, f->pmdp);
		map_written(f, folio, psim_table_withdraw(f->pmdp));
		folio = NULL;
		spin_unlock(f->ptl);
	}
	mmu_notifier_invalidate_range_end(&range);
	if (folio)
		folio_put(folio);
	return 0;
}

/* Make the leaf writable, or only leave it (unsharing). Context: PMD lock, dropped. */
static vm_fault_t reuse(struct fault *f)
{
	psim_pte_t pmd = f->old | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_YOUNG;

	if (f->vma->vm_flags & VM_WRITE)
		pmd |= PSIM_PTE_F_WRITE;
	if (is_write(f))
		psim_pte_set(f->mm, f->address, f->pmdp, pmd);
	spin_unlock(f->ptl);
	return 0;
}

/* Whether this leaf's is the only reference. Context: folio lock and PMD lock. */
static bool sole_user(struct fault *f, struct folio *folio)
{
	if (!folio_test_lru(folio))
		lru_add_drain();
	if (folio_ref_count(folio) != 1 + folio_test_swapcache(folio))
		return false;
	folio_move_anon_rmap(folio, f->vma);
	SetPageAnonExclusive(&folio->page);
	return true;
}

static vm_fault_t fault_write_protected(struct fault *f)
{
	struct folio *folio;
	bool sole;

	if (psim_leaf_is_zero(f->old))
		return write_zero(f);
	if (!lock_same(f))
		return 0;
	folio = psim_leaf_folio(f->old);
	if (PageAnonExclusive(&folio->page))
		return reuse(f);
	if (!folio_trylock(folio)) {
		folio_get(folio);
		spin_unlock(f->ptl);
		folio_lock(folio);
		if (!lock_same(f)) {
			folio_unlock(folio);
			folio_put(folio);
			return 0;
		}
		folio_put(folio);
	}
	sole = sole_user(f, folio);
	folio_unlock(folio);
	if (sole)
		return reuse(f);
	spin_unlock(f->ptl);
	/* one page is copied, not 512 */
	return split_and_go_on(f);
}

static vm_fault_t fault_present(struct fault *f)
{
	if ((f->vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) && !psim_pte_write(f->old))
		return fault_write_protected(f);
	if (!lock_same(f))
		return 0;
	psim_pte_set(f->mm, f->address, f->pmdp,
		     f->old | PSIM_PTE_F_YOUNG | (is_write(f) ? PSIM_PTE_F_DIRTY : 0));
	spin_unlock(f->ptl);
	return 0;
}

/* ---- leaves of migration and of devices --------------------------------------------------------------------- */

/* S6.7. A lock that cannot be had is not waited for. */
static vm_fault_t fault_device_private(struct fault *f)
{
	struct page *page = pfn_to_page(psim_pte_pfn(f->old));
	struct vm_fault *vmf = f->vmf;

	if (vmf->flags & FAULT_FLAG_VMA_LOCK) {
		vma_end_read(f->vma);
		return VM_FAULT_RETRY;
	}
	atomic_long_inc(&f->mm->__psim_device_faults);
	if (!lock_same(f))
		return 0;
	if (!trylock_page(page)) {
		spin_unlock(f->ptl);
		return 0;
	}
	get_page(page);
	spin_unlock(f->ptl);
	vmf->page = page;
	vmf->pte = NULL; /* how drivers tell (S6.6) */
	return psim_migrate_to_ram(vmf);
}

static vm_fault_t fault_leaf(struct fault *f)
{
	if (psim_pte_present(f->old))
		return fault_present(f);
	if (psim_pte_is_device_private(f->old))
		return fault_device_private(f);
	if (!lock_same(f))
		return 0;
	if (psim_pte_is_migration(f->old)) {
		psim_migration_wait(f->old, f->pmdp, f->ptl);
		return 0;
	}
	spin_unlock(f->ptl);
	return 0;
}

vm_fault_t psim_huge_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct fault f = {
		.vmf = vmf,
		.vma = vma,
		.mm = vma->vm_mm,
		.address = vmf->address & PMD_MASK,
		.pmdp = psim_pmd_walk(vma->vm_mm, vmf->address),
	};

	if (f.pmdp)
		f.old = psim_pte_peek(f.pmdp);
	if (psim_pmd_table(f.old))
		return VM_FAULT_FALLBACK;
	vmf->pmd = (pmd_t *)f.pmdp;
	vmf->orig_pmd = __pmd(f.old);
	return psim_pte_none(f.old) ? fault_anonymous(&f) : fault_leaf(&f);
}
