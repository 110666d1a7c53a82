// SPDX-License-Identifier: MIT
/*
 * migrate_vma_setup(): which pages of a range take part (S1.a to S1.c).
 *
 * Collecting locks each page and puts a migration entry in its slot. Not modelled yet: large folios
 * (S1.37 to S1.44 stop), files, device-coherent memory beyond its refusal.
 */
#include <linux/errno.h>
#include <linux/hugetlb_inline.h>
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/string.h>
#include "mm/migrate_internal.h"

/* One call's collection: the arguments, the fault's folio, and whether the chunk needs a flush. */
struct collect {
	struct migrate_vma *args;
	struct folio *fault;
	bool flush;
};

psim_pte_t psim_migration_slot(psim_pte_t pte, bool write, bool exclusive)
{
	u64 flags = pte & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP);
	enum psim_pte_kind kind = PSIM_PTE_MIGRATION_READ;

	if (write)
		kind = PSIM_PTE_MIGRATION_WRITE;
	else if (exclusive)
		kind = PSIM_PTE_MIGRATION_READ_EXCLUSIVE;
	if (psim_pte_present(pte))
		flags |= pte & (PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY);
	return psim_pte_mk_migration(kind, psim_pte_pfn(pte), flags);
}

/* ---- one slot ----------------------------------------------------------------------------------------- */

static unsigned long collect_hole(struct collect *c)
{
	if (!vma_is_anonymous(c->args->vma))
		return 0;
	c->args->cpages++;
	return MIGRATE_PFN_MIGRATE;
}

/*
 * Empty the slot, taking AnonExclusive from the page. Return: false: the page may be pinned, so the
 * slot is as it was.
 */
static bool clear_slot(struct collect *c, unsigned long address, psim_pte_t *ptep, psim_pte_t *pte,
		       struct folio *folio, bool exclusive)
{
	struct vm_area_struct *vma = c->args->vma;

	if (!exclusive) {
		*pte = psim_pte_get_and_clear(vma->vm_mm, address, ptep);
		return true;
	}
	*pte = psim_pte_clear_flush(vma, address, ptep);
	if (!folio_try_share_anon_rmap_pte(folio, &folio->page))
		return true;
	psim_pte_set(vma->vm_mm, address, ptep, *pte);
	return false;
}

/* The page is wanted: lock it and put a migration entry in its slot (S1.29 to S1.36). */
static unsigned long collect_page(struct collect *c, unsigned long address, psim_pte_t *ptep,
				  psim_pte_t pte, struct folio *folio)
{
	struct vm_area_struct *vma = c->args->vma;
	struct page *page = &folio->page;
	bool write = psim_pte_write(pte), exclusive;
	unsigned long pfn = psim_pte_pfn(pte);

	psim_migrate_single(folio, "migrate_vma_setup");
	folio_get(folio);
	if (folio != c->fault && !folio_trylock(folio)) {
		folio_put(folio);
		return 0;
	}
	exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	if (!clear_slot(c, address, ptep, &pte, folio, exclusive)) {
		if (folio != c->fault)
			folio_unlock(folio);
		folio_put(folio);
		return 0;
	}
	if (psim_pte_present(pte)) {
		c->flush = true;
		if (psim_pte_dirty(pte))
			folio_mark_dirty(folio);
	}
	psim_pte_set(vma->vm_mm, address, ptep, psim_migration_slot(pte, write, exclusive));
	folio_remove_rmap_pte(folio, page, vma);
	/* the slot's reference; the collection's stays */
	folio_put(folio);
	c->args->cpages++;
	return migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE | (write ? MIGRATE_PFN_WRITE : 0);
}

static unsigned long collect_present(struct collect *c, unsigned long address, psim_pte_t *ptep,
				     psim_pte_t pte)
{
	struct folio *folio;

	if (is_zero_pfn(psim_pte_pfn(pte))) {
		if (!(c->args->flags & MIGRATE_VMA_SELECT_SYSTEM))
			return 0;
		/* as a hole, whoever maps it */
		c->args->cpages++;
		return MIGRATE_PFN_MIGRATE;
	}
	if (psim_pte_special(pte))
		return 0;
	folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));
	if (folio_is_device_coherent(folio)) {
		if (!(c->args->flags & MIGRATE_VMA_SELECT_DEVICE_COHERENT) ||
		    folio->pgmap->owner != c->args->pgmap_owner)
			return 0;
	} else if (!(c->args->flags & MIGRATE_VMA_SELECT_SYSTEM)) {
		return 0;
	}
	if (!folio->mapping)
		return 0;
	return collect_page(c, address, ptep, pte, folio);
}

static unsigned long collect_device(struct collect *c, unsigned long address, psim_pte_t *ptep,
				    psim_pte_t pte)
{
	struct folio *folio = page_folio(pfn_to_page(psim_pte_pfn(pte)));

	if (!(c->args->flags & MIGRATE_VMA_SELECT_DEVICE_PRIVATE) ||
	    folio->pgmap->owner != c->args->pgmap_owner)
		return 0;
	return collect_page(c, address, ptep, pte, folio);
}

static unsigned long collect_slot(struct collect *c, unsigned long address, psim_pte_t *ptep)
{
	psim_pte_t pte = psim_pte_get(c->args->vma->vm_mm, address, ptep);

	if (psim_pte_none(pte))
		return collect_hole(c);
	if (psim_pte_present(pte))
		return collect_present(c, address, ptep, pte);
	if (psim_pte_is_device_private(pte))
		return collect_device(c, address, ptep, pte);
	/* swap, markers, poison, exclusive access, other migrations: left alone (S1.23) */
	return 0;
}

/* ---- the range ------------------------------------------------------------------------------------------ */

static void append(struct migrate_vma *args, unsigned long address, unsigned long src)
{
	args->dst[args->npages] = 0;
	args->src[args->npages++] = src;
	psim_trace(PSIM_EV_MIGRATE_COLLECT, address, src, 0, 0);
}

static void collect_table(struct collect *c, unsigned long address, unsigned long end,
			  psim_pte_t *ptep)
{
	unsigned long start = address;

	c->flush = false;
	for (; address < end; address += PAGE_SIZE, ptep++)
		append(c->args, address, collect_slot(c, address, ptep));
	if (c->flush)
		psim_tlb_flush_range(c->args->vma->vm_mm, start, end);
}

static void collect_no_table(struct collect *c, unsigned long address, unsigned long end)
{
	if ((c->args->flags & MIGRATE_VMA_SELECT_COMPOUND) && IS_ALIGNED(address, PMD_SIZE) &&
	    IS_ALIGNED(end, PMD_SIZE))
		psim_stop_function("migrate_vma_setup",
				   "compound holes (S1.44) are not modelled yet");
	for (; address < end; address += PAGE_SIZE)
		append(c->args, address, collect_hole(c));
}

static void collect_range(struct migrate_vma *args)
{
	struct collect c = {.args = args, .fault = psim_fault_folio(args->fault_page)};
	unsigned long address, next;
	psim_pte_t *ptep;
	spinlock_t *ptl;

	for (address = args->start; address < args->end; address = next) {
		next = psim_pte_chunk(args->vma->vm_mm, address, args->end, &ptep, &ptl);
		if (!ptep) {
			collect_no_table(&c, address, next);
			continue;
		}
		collect_table(&c, address, next, ptep);
		psim_pte_unlock(ptep, ptl);
	}
}

static void collect(struct migrate_vma *args)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, args->vma->vm_mm, args->start,
				      args->end, args->pgmap_owner);
	mmu_notifier_invalidate_range_start(&range);
	collect_range(args);
	mmu_notifier_invalidate_range_end(&range);
	args->end = args->start + (args->npages << PAGE_SHIFT);
}

/* ---- arguments ------------------------------------------------------------------------------------------ */

static bool vma_fits(const struct vm_area_struct *vma)
{
	return vma && !is_vm_hugetlb_page(vma) && !(vma->vm_flags & VM_SPECIAL) && !vma_is_dax(vma);
}

static bool range_fits(const struct migrate_vma *args)
{
	const struct vm_area_struct *vma = args->vma;

	return args->start >= vma->vm_start && args->start < vma->vm_end &&
	       args->end > vma->vm_start && args->end <= vma->vm_end;
}

static bool fault_page_fits(struct page *page)
{
	return !page || (is_device_private_page(page) && PageLocked(page));
}

/* What a kernel would let pass and then write beyond the arrays: S1.4, S1.10. */
static void check_overrun(struct migrate_vma *args, unsigned long count)
{
	unsigned long entries = (args->end - args->start) >> PAGE_SHIFT;

	if (args->start > args->end)
		psim_fatal("S1.4",
			   "migrate_vma_setup(): reversed range [%#lx, %#lx): the kernel would "
			   "clear %#lx entries of src",
			   args->start, args->end, count);
	if (entries <= count)
		return;
	psim_report("S1.10",
		    "migrate_vma_setup(): unaligned range: %lu entries of [%#lx, %#lx) in arrays "
		    "for %lu",
		    entries, args->start, args->end, count);
	args->end = args->start + (count << PAGE_SHIFT);
}

int __psim_migrate_vma_setup(struct migrate_vma *args, const char *site)
{
	/* before the ends are rounded, and unsigned: S1.2 */
	unsigned long count = (args->end - args->start) >> PAGE_SHIFT;

	args->start &= PAGE_MASK;
	args->end &= PAGE_MASK;
	if (!vma_fits(args->vma) || !count || !range_fits(args) || !args->src || !args->dst ||
	    !fault_page_fits(args->fault_page))
		return -EINVAL;
	mmap_assert_locked(args->vma->vm_mm);
	check_overrun(args, count);

	memset(args->src, 0, count * sizeof(*args->src));
	args->cpages = 0;
	args->npages = 0;
	collect(args);
	if (args->cpages)
		args->cpages = psim_migrate_unmap(args->src, args->npages, args->fault_page);
	if (args->cpages)
		psim_migration_begin(args->src, args->npages, args, site);
	psim_trace(PSIM_EV_MIGRATE_SETUP, args->vma->vm_mm->__psim_id, args->start, args->end,
		   args->cpages);
	return 0;
}

int(migrate_vma_setup)(struct migrate_vma *args)
{
	return __psim_migrate_vma_setup(args, "migrate_vma_setup");
}
