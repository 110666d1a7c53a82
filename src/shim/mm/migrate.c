// SPDX-License-Identifier: MIT
/*
 * migrate_vma_setup(): which pages of a range take part (S1.a to S1.c).
 *
 * Collecting locks each page and puts a migration entry in its slot. A leaf of 2 MiB is taken as one, or
 * its folio is split. Not modelled yet: files, device-coherent memory beyond its refusal.
 */
#include <linux/errno.h>
#include <linux/hugetlb_inline.h>
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/string.h>
#include <psim/machine.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "sim/sim.h"

/* A kernel without CONFIG_ARCH_ENABLE_THP_MIGRATION does not. */
static bool takes_whole(const struct migrate_vma *args)
{
	return (args->flags & MIGRATE_VMA_SELECT_COMPOUND) && !psim_config.no_device_folios;
}

/**
 * struct collect - one call's collection
 * @args: the arguments
 * @fault: the fault's folio, or NULL
 * @flush: whether the chunk needs a flush
 * @to_split: a large folio that the chunk stopped at, or NULL
 */
struct collect {
	struct migrate_vma *args;
	struct folio *fault;
	bool flush;
	struct folio *to_split;
};

psim_pte_t psim_migration_slot(psim_pte_t pte, bool write, bool exclusive)
{
	u64 flags = pte & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_UFFD_WP | PSIM_PTE_F_LEAF);
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
	if (!psim_try_share_anon_rmap_pte(folio, &folio->page))
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

	if (folio_test_large(folio)) {
		c->to_split = folio;
		return 0;
	}
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
	psim_remove_rmap_pte(folio, page);
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
	folio = page_folio(__psim_live_page(psim_pte_pfn(pte)));
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
	struct folio *folio = page_folio(__psim_live_page(psim_pte_pfn(pte)));

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

/* ---- entries --------------------------------------------------------------------------------------------- */

static void append(struct migrate_vma *args, unsigned long address, unsigned long src)
{
	args->dst[args->npages] = 0;
	args->src[args->npages++] = src;
	psim_trace(PSIM_EV_MIGRATE_COLLECT, address, src, 0, 0);
}

/* Nothing of [address, end) takes part. */
static void append_nothing(struct migrate_vma *args, unsigned long address, unsigned long end)
{
	unsigned long n = (end - address) >> PAGE_SHIFT;

	/* src was cleared before */
	memset(&args->dst[args->npages], 0, n * sizeof(*args->dst));
	args->npages += n;
}

/* One entry for all of [address, end). */
static void append_compound(struct migrate_vma *args, unsigned long address, unsigned long end,
			    unsigned long src)
{
	args->cpages++;
	append(args, address, src | MIGRATE_PFN_COMPOUND);
	append_nothing(args, address + PAGE_SIZE, end);
}

/* Return: where it stopped: at @end, or at a slot of a folio that is to be split. */
static unsigned long collect_table(struct collect *c, unsigned long address, unsigned long end,
				   psim_pte_t *ptep)
{
	unsigned long start = address;

	c->flush = false;
	c->to_split = NULL;
	for (; address < end; address += PAGE_SIZE, ptep++) {
		unsigned long src = collect_slot(c, address, ptep);

		if (c->to_split)
			break;
		append(c->args, address, src);
	}
	if (c->flush)
		psim_tlb_flush_range(c->args->vma->vm_mm, start, address);
	return address;
}

static void collect_no_table(struct collect *c, unsigned long address, unsigned long end)
{
	struct migrate_vma *args = c->args;

	/* one entry, however many 2 MiB the hole has (S1.44) */
	if (takes_whole(args) && vma_is_anonymous(args->vma) && IS_ALIGNED(address, PMD_SIZE) &&
	    IS_ALIGNED(end, PMD_SIZE)) {
		append_compound(args, address, end, MIGRATE_PFN_MIGRATE);
		return;
	}
	for (; address < end; address += PAGE_SIZE)
		append(args, address, collect_hole(c));
}

/* ---- large folios ------------------------------------------------------------------------------------------ */

/*
 * The folio, mapped by slots, becomes single pages (S1.37). The lock is waited for; the fault's folio
 * has it already, and keeps it, with the fault's reference, on the page that faulted (S1.38).
 */
static int split_mapped_by_slots(struct collect *c, struct folio *folio)
{
	struct page *fault_page = c->args->fault_page;
	int err;

	if (folio == c->fault) {
		err = __psim_split_folio(folio, fault_page);
		c->fault = page_folio(fault_page);
		return err;
	}
	folio_get(folio);
	folio_lock(folio);
	err = folio_test_large(folio) ? split_folio(folio) : 0;
	folio_unlock(folio);
	folio_put(folio);
	return err;
}

/* Whether the leaf's folio is asked for (S1.39, S1.42). */
static bool leaf_selected(const struct collect *c, psim_pte_t pmd)
{
	const struct migrate_vma *args = c->args;

	if (psim_pte_present(pmd))
		return args->flags & MIGRATE_VMA_SELECT_SYSTEM;
	return psim_pte_is_device_private(pmd) &&
	       (args->flags & MIGRATE_VMA_SELECT_DEVICE_PRIVATE) &&
	       psim_leaf_folio(pmd)->pgmap->owner == args->pgmap_owner;
}

/* As one entry (S1.41). Return: false: it may be pinned. Context: PMD lock. */
static bool collect_whole_leaf(struct collect *c, unsigned long address, unsigned long end,
			       psim_pte_t *pmdp, struct folio *folio)
{
	unsigned long write = psim_pte_write(*pmdp) ? MIGRATE_PFN_WRITE : 0;

	if (!psim_leaf_to_migration(folio, c->args->vma, address, pmdp))
		return false;
	append_compound(c->args, address, end,
			migrate_pfn(folio_pfn(folio)) | MIGRATE_PFN_MIGRATE | write);
	return true;
}

/*
 * A leaf that covers [address, end). Takes over its lock. Return: where to go on: at @end, or at
 * @address again if the folio was split.
 */
static unsigned long collect_leaf(struct collect *c, unsigned long address, unsigned long end,
				  const struct psim_span *span)
{
	psim_pte_t pmd = psim_pte_get(c->args->vma->vm_mm, address, span->pmdp);
	struct folio *folio;
	int err;

	if (!leaf_selected(c, pmd))
		goto nothing;
	if (psim_leaf_is_zero(pmd)) {
		psim_pte_unlock(NULL, span->ptl);
		collect_no_table(c, address, end);
		return end;
	}
	folio = psim_leaf_folio(pmd);
	folio_get(folio);
	if (folio != c->fault && !folio_trylock(folio)) {
		folio_put(folio);
		goto nothing;
	}
	if (takes_whole(c->args) && psim_whole_leaf(address, end) &&
	    collect_whole_leaf(c, address, end, span->pmdp, folio)) {
		psim_pte_unlock(NULL, span->ptl);
		return end;
	}
	psim_pte_unlock(NULL, span->ptl);
	/* fails for the fault's folio: this reference is one too many (S1.40) */
	err = split_folio(folio);
	if (folio != c->fault)
		folio_unlock(folio);
	folio_put(folio);
	if (!err)
		return address;
	append_nothing(c->args, address, end);
	return end;
nothing:
	psim_pte_unlock(NULL, span->ptl);
	append_nothing(c->args, address, end);
	return end;
}

/* ---- the range ------------------------------------------------------------------------------------------ */

/* [address, end) within one table. Takes over its lock. Return: where to go on. */
static unsigned long collect_slots(struct collect *c, unsigned long address, unsigned long end,
				   const struct psim_span *span)
{
	address = collect_table(c, address, end, span->ptep);
	psim_pte_unlock(span->ptep, span->ptl);
	if (address == end || !split_mapped_by_slots(c, c->to_split))
		return address;
	append_nothing(c->args, address, end);
	return end;
}

static void collect_range(struct migrate_vma *args)
{
	struct collect c = {.args = args, .fault = psim_fault_folio(args->fault_page)};
	unsigned long address, next;
	struct psim_span span;

	for (address = args->start; address < args->end; address = next) {
		next = psim_span(args->vma->vm_mm, address, args->end, &span);
		if (span.pmdp)
			next = collect_leaf(&c, address, next, &span);
		else if (span.ptep)
			next = collect_slots(&c, address, next, &span);
		else
			collect_no_table(&c, address, next);
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

	psim_trace(PSIM_EV_MIGRATE_SETUP, args->vma->vm_mm->__psim_id, args->start, args->end, 0);
	memset(args->src, 0, count * sizeof(*args->src));
	args->cpages = 0;
	args->npages = 0;
	collect(args);
	if (args->cpages)
		args->cpages = psim_migrate_unmap(args->src, args->npages, args->fault_page);
	if (args->cpages)
		psim_migration_begin(args->src, args->npages, args, site);
	psim_trace(PSIM_EV_MIGRATE_SETUP_END, args->vma->vm_mm->__psim_id, args->start, args->end,
		   args->cpages);
	return 0;
}

int(migrate_vma_setup)(struct migrate_vma *args)
{
	return __psim_migrate_vma_setup(args, "migrate_vma_setup");
}
