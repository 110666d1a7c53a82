// SPDX-License-Identifier: MIT
/*
 * mprotect: VMAs get another protection, and their slots follow (S6.50 to S6.55, S6.86).
 *
 * Present slots take the VMA's protection; one whose page nobody else maps is writable again at once.
 * Write-kind device-private slots become read-kind, whatever the protection; write migration slots of
 * anonymous folios become read-exclusive. Not modelled: NUMA scans, huge leaves, protection keys.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

/* ---- slots ------------------------------------------------------------------------------------------- */

/* Whether a write to the page could not but be let through: no fault is needed for it. */
static bool can_write(const struct vm_area_struct *vma, psim_pte_t pte)
{
	struct page *page;

	if (!(vma->vm_flags & VM_WRITE) || psim_pte_uffd_wp(pte) || psim_pte_special(pte))
		return false;
	if (!(vma->vm_flags & VM_SOFTDIRTY) && !psim_pte_soft_dirty(pte))
		return false;
	if (vma->vm_flags & VM_SHARED)
		return false; /* by the VMA's protection, or by a fault that asks the file */
	page = pfn_to_page(psim_pte_pfn(pte));
	return folio_test_anon(page_folio(page)) && PageAnonExclusive(page);
}

static psim_pte_t protect_present(const struct vm_area_struct *vma, psim_pte_t pte)
{
	const u64 of_vma = PSIM_PTE_F_WRITE | PSIM_PTE_F_EXEC | PSIM_PTE_F_PROTNONE;

	pte = (pte & ~of_vma) | (pgprot_val(vma->vm_page_prot) & of_vma);
	if (psim_pte_special(pte) || psim_pte_uffd_wp(pte))
		pte &= ~PSIM_PTE_F_WRITE;
	return can_write(vma, pte) ? pte | PSIM_PTE_F_WRITE : pte;
}

/* Return: what the slot becomes, which is not present. */
static psim_pte_t protect_absent(psim_pte_t pte)
{
	unsigned long pfn = psim_pte_pfn(pte);

	if (psim_pte_kind(pte) == PSIM_PTE_DEVICE_WRITE)
		return psim_pte_mk_device_private(pfn, false, pte & PSIM_PTE_F_UFFD_WP);
	if (psim_pte_kind(pte) == PSIM_PTE_MIGRATION_WRITE)
		return psim_pte_mk_migration(
			folio_test_anon(pfn_folio(pfn)) ? PSIM_PTE_MIGRATION_READ_EXCLUSIVE
							: PSIM_PTE_MIGRATION_READ,
			pfn, pte & (PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY));
	return pte;
}

/* What userfaultfd's write protection makes of a slot. */
static psim_pte_t mark_slot(psim_pte_t pte, enum psim_protection how)
{
	return how == PSIM_PROTECT_UFFD ? pte | PSIM_PTE_F_UFFD_WP : pte & ~PSIM_PTE_F_UFFD_WP;
}

/* A slot or a leaf. Context: PTL. Return: whether CPUs may have a translation that allows too much or too little. */
static bool protect_slot(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
			 enum psim_protection how)
{
	psim_pte_t old = psim_pte_peek(ptep), new;

	if (psim_pte_none(old))
		return false;
	if (psim_pte_present(old)) {
		/* the processor may make it young or dirty until it is taken out */
		old = psim_pte_xchg(vma->vm_mm, address, ptep, old & PSIM_PMD_CHANGING);
		if (how != PSIM_PROTECT_VMA)
			old = mark_slot(old, how);
		psim_pte_set(vma->vm_mm, address, ptep, protect_present(vma, old));
		return true;
	}
	if (psim_pte_kind(old) == PSIM_PTE_MARKER)
		return false;
	new = psim_pmd_leaf(old) ? psim_leaf_protected(old) : protect_absent(old);
	if (how != PSIM_PROTECT_VMA)
		new = mark_slot(new, how);
	if (new != old)
		psim_pte_set(vma->vm_mm, address, ptep, new);
	return false;
}

/* ---- ranges -------------------------------------------------------------------------------------------- */

/* What CPUs have to forget. */
struct span {
	unsigned long start, end;
};

/* All of one, or it is split first. Takes over its lock. Return: where to go on. */
static unsigned long protect_leaf(struct vm_area_struct *vma, unsigned long address,
				  unsigned long end, const struct psim_span *leaf,
				  struct span *flush, enum psim_protection how)
{
	bool whole = psim_whole_leaf(address, end);

	if (whole && protect_slot(vma, address, leaf->pmdp, how)) {
		flush->start = min(flush->start, address);
		flush->end = end;
	}
	psim_pte_unlock(leaf->pmdp, leaf->ptl);
	if (whole)
		return end;
	psim_split_pmd(vma, address);
	return address;
}

static void protect_tables(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   struct span *flush, enum psim_protection how)
{
	unsigned long address, next;
	struct psim_span span;

	for (address = start; address < end; address = next) {
		next = psim_span(vma->vm_mm, address, end, &span);
		if (span.pmdp) {
			next = protect_leaf(vma, address, next, &span, flush, how);
			continue;
		}
		if (!span.ptep)
			continue;
		for (; address < next; address += PAGE_SIZE, span.ptep++) {
			if (!protect_slot(vma, address, span.ptep, how))
				continue;
			flush->start = min(flush->start, address);
			flush->end = address + PAGE_SIZE;
		}
		psim_pte_unlock(span.ptep, span.ptl);
		cond_resched();
	}
}

/* One pair of notifications for each upper table that holds anything, from its first part on (S6.52). */
void psim_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    enum psim_protection how)
{
	struct mm_struct *mm = vma->vm_mm;
	struct span flush = {.start = ~0ul};
	struct mmu_notifier_range range;
	unsigned long address, next;

	inc_tlb_flush_pending(mm);
	for (address = start; address < end; address = next) {
		next = min((address | (PGDIR_SIZE - 1)) + 1, end);
		address = psim_tables_from(mm, address, next);
		if (address >= next)
			continue;
		mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_VMA, 0, mm, address, next);
		mmu_notifier_invalidate_range_start(&range);
		protect_tables(vma, address, next, &flush, how);
		mmu_notifier_invalidate_range_end(&range);
	}
	if (flush.start < flush.end)
		psim_tlb_flush_range(mm, flush.start, flush.end);
	dec_tlb_flush_pending(mm);
}

/* ---- VMAs ------------------------------------------------------------------------------------------------ */

/* What is promised changes with the protection. Return: 0 or -ENOMEM. */
static int account(const struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   vm_flags_t *flags)
{
	const vm_flags_t old = vma->vm_flags;

	if (*flags & VM_WRITE) {
		if (old & (VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED | VM_NORESERVE))
			return 0;
		if (!psim_may_commit((end - start) >> PAGE_SHIFT))
			return -ENOMEM;
		*flags |= VM_ACCOUNT;
	} else if ((old & VM_ACCOUNT) && vma_is_anonymous(vma) && !vma->anon_vma) {
		*flags &= ~VM_ACCOUNT;
	}
	return 0;
}

/*
 * Give [start, end) of *@vmap these flags; *@vmap becomes the VMA that has it then.
 * Context: mmap lock write-held. Return: 0, -ENOMEM.
 */
static int protect_part(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
			vm_flags_t flags, bool *populate)
{
	struct vm_area_struct *vma = *vmap;
	const vm_flags_t old = vma->vm_flags;
	int err;

	if (flags == old)
		return 0;
	err = account(vma, start, end, &flags);
	if (err)
		return err;
	vma = psim_vma_modify(vma, start, end, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	vma_start_write(vma);
	vm_flags_reset(vma, flags | (old & VM_SOFTDIRTY));
	vma_set_page_prot(vma);
	psim_change_protection(vma, start, end, PSIM_PROTECT_VMA);
	*populate = (flags & VM_WRITE) && (old & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED;
	*vmap = vma;
	return 0;
}

/* Return: 0, -EACCES: the mapping can never allow that. */
static int may_protect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       vm_flags_t flags)
{
	if (flags & ~(flags >> 4) & VM_ACCESS_FLAGS)
		return -EACCES;
	if (vma->vm_ops && vma->vm_ops->mprotect)
		return vma->vm_ops->mprotect(vma, start, end, flags);
	return 0;
}

static int protect_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			 unsigned long prot)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long address, part_end;
	bool populate;
	int err;

	for (address = start; address < end; address = part_end) {
		vm_flags_t flags;

		if (!vma || vma->vm_start > address)
			return -ENOMEM;
		populate = false;
		part_end = min(vma->vm_end, end);
		flags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | psim_prot_flags(prot);
		err = may_protect(vma, address, part_end, flags);
		if (!err)
			err = protect_part(&vma, address, part_end, flags, &populate);
		if (err)
			return err;
		if (populate)
			psim_populate_vma(vma, address, part_end);
		vma = find_vma(mm, part_end);
	}
	return 0;
}

/* ---- the system call ----------------------------------------------------------------------------------------- */

/* PROT_GROWSDOWN reaches down to the beginning of a stack. Return: 0 or -errno. */
static int grow_start(struct mm_struct *mm, unsigned long *start, unsigned long end,
		      unsigned long grows)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, *start, end);

	if (!vma)
		return -ENOMEM;
	if (!(grows & PROT_GROWSDOWN)) {
		if (vma->vm_start > *start)
			return -ENOMEM;
		return grows ? -EINVAL : 0;
	}
	*start = vma->vm_start;
	return vma->vm_flags & VM_GROWSDOWN ? 0 : -EINVAL;
}

int psim_do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long length,
		     unsigned long prot)
{
	const unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	unsigned long end;
	int err;

	prot &= ~grows;
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || offset_in_page(start))
		return -EINVAL;
	if (!length)
		return 0;
	end = start + PAGE_ALIGN(length);
	if (end <= start)
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return -EINVAL;
	mmap_write_lock(mm);
	err = grow_start(mm, &start, end, grows);
	if (!err)
		err = protect_range(mm, start, end, prot);
	mmap_write_unlock(mm);
	return err;
}
