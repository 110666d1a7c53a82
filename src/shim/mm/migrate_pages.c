// SPDX-License-Identifier: MIT
/*
 * The middle step of a migration: a source's identity moves to its destination, holes are filled (S2).
 *
 * No bytes are copied here. Entries for 2 MiB: huge_migrate.c. Not modelled yet: files, swap cache.
 */
#include <linux/bug.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/filemap.h"
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/page.h"
#include "mm/swapfile.h"

/* ---- holes (S2.a) --------------------------------------------------------------------------------------- */

bool psim_migrate_can_insert(const struct folio *folio)
{
	return !folio_is_zone_device(folio) || folio_is_device_private(folio) ||
	       folio_is_device_coherent(folio);
}

psim_pte_t psim_migrate_new_slot(struct vm_area_struct *vma, struct folio *folio)
{
	bool write = vma->vm_flags & VM_WRITE;
	psim_pte_t pte;

	if (folio_is_device_private(folio))
		return psim_pte_mk_device_private(folio_pfn(folio), write, 0);
	pte = psim_pte_mk_present(folio_pfn(folio), vma->vm_page_prot);
	if (write)
		pte |= PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY;
	return pte;
}

/* Whether the slot may still be filled. Context: PTL. */
static bool still_a_hole(struct vm_area_struct *vma, psim_pte_t pte)
{
	if (test_bit(MMF_UNSTABLE, &vma->vm_mm->flags) || (vma->vm_flags & VM_UFFD_MISSING))
		return false;
	return psim_pte_none(pte) || (psim_pte_present(pte) && is_zero_pfn(psim_pte_pfn(pte)));
}

/* Context: PTL. */
static void fill(struct vm_area_struct *vma, unsigned long address, psim_pte_t *ptep,
		 psim_pte_t old, struct folio *folio)
{
	inc_mm_counter(vma->vm_mm, MM_ANONPAGES);
	folio_add_new_anon_rmap(folio, vma, address, RMAP_EXCLUSIVE);
	if (!folio_is_zone_device(folio))
		folio_add_lru_vma(folio, vma);
	folio_get(folio);
	if (!psim_pte_none(old))
		psim_pte_clear_flush(vma, address, ptep);
	psim_pte_set(vma->vm_mm, address, ptep, psim_migrate_new_slot(vma, folio));
}

/* A huge zero folio is no obstacle: it becomes 512 zero pages (S2.11). */
static void split_zero_leaf(struct vm_area_struct *vma, unsigned long address)
{
	psim_pte_t *pmdp = psim_pmd_walk(vma->vm_mm, address);

	if (pmdp && psim_leaf_is_zero(psim_pte_peek(pmdp)))
		psim_split_pmd(vma, address);
}

static bool insert(struct vm_area_struct *vma, unsigned long address, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	psim_pte_t *ptep, old;
	spinlock_t *ptl;
	bool ok;

	if (!vma_is_anonymous(vma) || psim_pte_alloc(mm, address) || anon_vma_prepare(vma) ||
	    !psim_migrate_can_insert(folio))
		return false;
	/* the driver's bytes come before the slot that shows them */
	folio_mark_uptodate(folio);
	split_zero_leaf(vma, address);
	ptep = psim_pte_map_lock(mm, address, &ptl);
	if (!ptep)
		return false;
	old = psim_pte_get(mm, address, ptep);
	ok = still_a_hole(vma, old);
	if (ok)
		fill(vma, address, ptep, old, folio);
	psim_pte_unlock(ptep, ptl);
	return ok;
}

/* What the pieces of a compound entry need, and a kernel does not check (S2.50, S2.52). */
static bool is_single(unsigned long dst, unsigned long address)
{
	struct folio *folio = psim_migrate_folio(dst);

	if (folio && !folio_test_large(folio))
		return true;
	psim_report("S2.52",
		    "migrate_vma_pages(): %#lx: a single page is needed as its destination",
		    address);
	return false;
}

void psim_migrate_insert(struct vm_area_struct *vma, unsigned long address, unsigned long dst,
			 unsigned long *src)
{
	if (is_single(dst, address) && insert(vma, address, psim_migrate_folio(dst)))
		*src = MIGRATE_PFN_MIGRATE;
	else
		*src &= ~MIGRATE_PFN_MIGRATE;
}

/* ---- pages (S2.b) ------------------------------------------------------------------------------------------ */

static bool may_go_to(struct folio *src, struct folio *dst)
{
	if (folio_is_device_private(dst) || folio_is_device_coherent(dst)) {
		if (folio_test_swapcache(src))
			folio_free_swap(src);
		return !psim_folio_mapping(src);
	}
	return !folio_is_zone_device(dst);
}

static inline int references(struct folio *folio, bool is_fault_folio)
{
	int cache = psim_folio_mapping(folio) ? 1 + folio_test_private(folio) : 0;

	return folio_mapcount(folio) + cache + 1 + is_fault_folio;
}

/*
 * The exact count: the migration's reference, and the fault's if this is its page. Whoever else holds
 * the page might still read or write it (S2.33).
 */
static bool nobody_else(struct folio *folio, bool is_fault_folio)
{
	return folio_ref_count(folio) == references(folio, is_fault_folio);
}

/* What @src has become of @dst too; active and unevictable move, and active is enough (S2.35). */
static void copy_flags(struct folio *dst, struct folio *src)
{
	unsigned long flags = READ_ONCE(src->flags.f), gone = flags & BIT(PG_active);
	unsigned long kept =
		flags & (BIT(PG_referenced) | BIT(PG_uptodate) | BIT(PG_workingset) |
			 BIT(PG_checked) | BIT(PG_dirty) | BIT(PG_young) | BIT(PG_idle));

	if (!gone)
		gone = flags & BIT(PG_unevictable);
	gone |= flags & BIT(PG_private);
	if (gone)
		set_mask_bits(&src->flags.f, gone, 0);
	set_mask_bits(&dst->flags.f, 0, kept | (gone & ~BIT(PG_private)));
	src->private = NULL;
}

static bool replace_in_cache(struct folio *src, struct folio *dst, int references)
{
	if (!folio_test_swapcache(src))
		return psim_filemap_replace(src, dst, references);
	if (!psim_swap_cache_replace(src, dst, references))
		return false;
	dst->index = src->index;
	WRITE_ONCE(dst->mapping, src->mapping);
	return true;
}

/* Return: whether @dst is now what @src was. */
static inline bool move(struct folio *src, struct folio *dst, struct folio *fault)
{
	BUG_ON(folio_test_writeback(src));
	if (!may_go_to(src, dst))
		return false;
	if (folio_test_swapbacked(src))
		__folio_set_swapbacked(dst);
	if (psim_folio_mapping(src)) {
		/* in a cache: the count is looked at where nobody can find the page meanwhile */
		if (!replace_in_cache(src, dst, references(src, src == fault))) {
			__folio_clear_swapbacked(dst);
			return false;
		}
	} else if (nobody_else(src, src == fault)) {
		if (folio_test_large(src))
			psim_unqueue_deferred_split(src);
		dst->index = src->index;
		WRITE_ONCE(dst->mapping, src->mapping);
	} else {
		__folio_clear_swapbacked(dst);
		return false;
	}
	copy_flags(dst, src);
	return true;
}

/* ---- all entries ---------------------------------------------------------------------------------------- */

/* The notifier's range opens at the first hole that is filled, and stays open to the end (S2.10). */
static void tell_once(struct mmu_notifier_range *range, bool *told, struct migrate_vma *migrate,
		      unsigned long address)
{
	if (*told)
		return;
	*told = true;
	mmu_notifier_range_init_owner(range, MMU_NOTIFY_MIGRATE, 0, migrate->vma->vm_mm, address,
				      migrate->end, migrate->pgmap_owner);
	mmu_notifier_invalidate_range_start(range);
}

/* One pass over the entries. */
struct moving {
	unsigned long *src;
	unsigned long *dst;
	struct migrate_vma *migrate;
	struct folio *fault;
	struct mmu_notifier_range range;
	bool told;
};

static bool is_compound(unsigned long mpfn)
{
	return mpfn & MIGRATE_PFN_COMPOUND;
}

/* A hole with a destination. Return: how many entries that took care of. */
static unsigned long fill_hole(struct moving *m, unsigned long i, unsigned long npages)
{
	unsigned long address, nr = 1;

	if (!(m->src[i] & MIGRATE_PFN_MIGRATE))
		return 1;
	/* without a VMA nobody could say where the hole is */
	BUG_ON(!m->migrate);
	address = m->migrate->start + (i << PAGE_SHIFT);
	tell_once(&m->range, &m->told, m->migrate, address);
	if (is_compound(m->dst[i])) {
		psim_migrate_insert_huge(m->migrate->vma, address, m->dst[i], &m->src[i]);
		return 1;
	}
	if (is_compound(m->src[i])) {
		/* in pieces (S2.52) */
		m->src[i] &= ~MIGRATE_PFN_COMPOUND;
		nr = min((unsigned long)HPAGE_PMD_NR, npages - i);
	}
	for (unsigned long j = i; j < i + nr; j++, address += PAGE_SIZE)
		psim_migrate_insert(m->migrate->vma, address, m->dst[j], &m->src[j]);
	return nr;
}

static void move_one(struct moving *m, unsigned long i, struct folio *from)
{
	struct folio *to = psim_migrate_folio(m->dst[i]);

	if (!to || !move(from, to, m->fault))
		m->src[i] &= ~MIGRATE_PFN_MIGRATE;
}

/* A page with a destination. Return: how many entries that took care of. */
static unsigned long move_entry(struct moving *m, unsigned long i)
{
	struct folio *from = psim_migrate_folio(m->src[i]);
	unsigned long nr = folio_nr_pages(from);

	if (!(m->src[i] & MIGRATE_PFN_MIGRATE) ||
	    is_compound(m->src[i]) == is_compound(m->dst[i])) {
		move_one(m, i, from);
		return 1;
	}
	if (is_compound(m->dst[i])) {
		/* it stays: a kernel would go on with the transfer all the same (S2.54) */
		m->src[i] &= ~MIGRATE_PFN_MIGRATE;
		return 1;
	}
	if (!m->migrate) {
		m->src[i] &= ~(MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND);
		return 1;
	}
	if (psim_migrate_split(m->migrate->vma, m->migrate->start + (i << PAGE_SHIFT),
			       &m->src[i])) {
		m->src[i] &= ~(MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND);
		return nr;
	}
	/* the fault's folio never gets here (S2.50) */
	for (unsigned long j = i; j < i + nr; j++) {
		is_single(m->dst[j], m->migrate->start + (j << PAGE_SHIFT));
		move_one(m, j, psim_migrate_folio(m->src[j]));
	}
	return nr;
}

void psim_migrate_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
			struct migrate_vma *migrate)
{
	struct moving m = {
		.src = src,
		.dst = dst,
		.migrate = migrate,
		.fault = migrate ? psim_fault_folio(migrate->fault_page) : NULL,
	};
	unsigned long i, nr, done = 0;

	psim_trace(PSIM_EV_MIGRATE_MOVE, npages, 0, 0, 0);
	for (i = 0; (i = psim_migrate_next(src, dst, i, npages)) < npages; i += nr) {
		nr = 1;
		if (!(dst[i] & MIGRATE_PFN_VALID)) {
			src[i] &= ~MIGRATE_PFN_MIGRATE;
			continue;
		}
		if (src[i] & MIGRATE_PFN_VALID)
			nr = move_entry(&m, i);
		else if (src[i] & MIGRATE_PFN_MIGRATE)
			nr = fill_hole(&m, i, npages);
		else
			continue;
		if (src[i] & MIGRATE_PFN_MIGRATE)
			done += nr;
		psim_trace(PSIM_EV_MIGRATE_PAGES, src[i], dst[i], !!(src[i] & MIGRATE_PFN_MIGRATE),
			   0);
	}
	if (m.told)
		mmu_notifier_invalidate_range_end(&m.range);
	psim_trace(PSIM_EV_MIGRATE_MOVE_END, npages, done, 0, 0);
}

void migrate_vma_pages(struct migrate_vma *migrate)
{
	psim_migration_check_pages(migrate->src, migrate->dst, migrate->npages, __func__);
	psim_migrate_pages(migrate->src, migrate->dst, migrate->npages, migrate);
}

void migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	psim_migration_check_pages(src_pfns, dst_pfns, npages, __func__);
	psim_migrate_pages(src_pfns, dst_pfns, npages, NULL);
}
