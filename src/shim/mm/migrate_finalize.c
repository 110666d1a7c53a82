// SPDX-License-Identifier: MIT
/*
 * The last step of a migration: slots are mappings again, and locks and references go (S3).
 *
 * The slots and leaves are found through the rmap of the destination.
 */
#include <linux/memremap.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/page.h"
#include "mm/rmap_walk.h"

/* ---- migration slots become mappings (S3.a) -------------------------------------------------------- */

/* @entry, of a slot or a leaf, becomes a mapping of @pfn in @folio. */
static __always_inline psim_pte_t mapping_of(struct folio *folio, unsigned long pfn,
					     struct vm_area_struct *vma, psim_pte_t entry)
{
	u64 kept = entry & (PSIM_PTE_F_SOFT_DIRTY | PSIM_PTE_F_LEAF);
	bool write = psim_pte_write(entry), leaf = psim_pmd_leaf(entry);

	if (folio_is_device_private(folio))
		return psim_pte_mk_device_private(pfn, write, kept | (entry & PSIM_PTE_F_UFFD_WP));
	kept |= entry & PSIM_PTE_F_YOUNG;
	if (psim_pte_dirty(entry) && folio_test_dirty(folio))
		kept |= PSIM_PTE_F_DIRTY;
	if (write)
		kept |= PSIM_PTE_F_WRITE;
	if (!write || leaf)
		kept |= entry & PSIM_PTE_F_UFFD_WP;
	return psim_pte_mk_present(pfn, vma->vm_page_prot) | kept;
}

/* What a walk turns back: migration entries of @src become mappings of @dst. */
struct remap {
	struct folio *src;
	struct folio *dst;
	bool use_zero_page;
};

static inline bool is_entry_of(psim_pte_t entry, const struct folio *src)
{
	return psim_pte_is_migration(entry) &&
	       psim_pte_pfn(entry) - folio_pfn(src) < folio_nr_pages(src);
}

static bool full_of_zeros(unsigned long pfn)
{
	const u64 *words = psim_page_bytes(pfn);

	if (!words)
		return false;
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++) {
		if (words[i])
			return false;
	}
	return true;
}

/* S1.40: a part that was never written needs no memory. Context: PTL. Return: whether that was done. */
static bool map_zero_page(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			  psim_pte_t *ptep)
{
	if ((vma->vm_flags & VM_LOCKED) || folio_test_mlocked(folio) ||
	    !full_of_zeros(folio_pfn(folio)))
		return false;
	dec_mm_counter(vma->vm_mm, mm_counter(folio));
	psim_pte_set(vma->vm_mm, address, ptep,
		     psim_pte_mk_present(__PSIM_ZERO_PFN, vma->vm_page_prot) | PSIM_PTE_F_SPECIAL);
	return true;
}

static __always_inline void remap_slot(const struct remap *r, struct vm_area_struct *vma,
				       unsigned long address, psim_pte_t *ptep, psim_pte_t entry)
{
	struct folio *folio = r->dst;
	struct page *page = folio_page(folio, psim_pte_pfn(entry) - folio_pfn(r->src));
	bool exclusive = folio_test_anon(folio) && psim_pte_kind(entry) != PSIM_PTE_MIGRATION_READ;

	if (r->use_zero_page && map_zero_page(folio, vma, address, ptep))
		return;
	folio_get(folio);
	if (folio_test_anon(folio))
		psim_add_anon_rmap_pte(folio, page, vma, address,
				       exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	else
		folio_add_file_rmap_pte(folio, page, vma);
	psim_pte_set(vma->vm_mm, address, ptep, mapping_of(folio, page_to_pfn(page), vma, entry));
}

static void remap_leaf(const struct remap *r, struct vm_area_struct *vma, unsigned long address,
		       psim_pte_t *pmdp)
{
	psim_pte_t entry = psim_pte_get(vma->vm_mm, address, pmdp);
	struct folio *folio = r->dst;
	bool exclusive = folio_test_anon(folio) && psim_pte_kind(entry) != PSIM_PTE_MIGRATION_READ;

	if (!is_entry_of(entry, r->src))
		return;
	if (!folio_test_pmd_mappable(folio))
		psim_fatal("S3.10", "a migration entry of 2 MiB at %#lx, for a folio of order %u",
			   address, folio_order(folio));
	folio_get(folio);
	folio_add_anon_rmap_pmd(folio, &folio->page, vma, address,
				exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	psim_pte_set(vma->vm_mm, address, pmdp, mapping_of(folio, folio_pfn(folio), vma, entry));
}

static inline void remap_slots(const struct remap *r, struct vm_area_struct *vma,
			       unsigned long address, unsigned long end, psim_pte_t *ptep)
{
	for (; address < end; address += PAGE_SIZE, ptep++) {
		psim_pte_t entry = psim_pte_get(vma->vm_mm, address, ptep);

		if (is_entry_of(entry, r->src))
			remap_slot(r, vma, address, ptep, entry);
	}
}

/* A folio of a page, at a slot. Return: false: there is no table. */
static __always_inline bool remap_single(const struct remap *r, struct vm_area_struct *vma,
					 unsigned long address)
{
	spinlock_t *ptl;
	psim_pte_t *ptep = psim_pte_map_lock(vma->vm_mm, address, &ptl), entry;

	if (unlikely(!ptep))
		return false;
	entry = psim_pte_get(vma->vm_mm, address, ptep);
	if (likely(is_entry_of(entry, r->src)))
		remap_slot(r, vma, address, ptep, entry);
	psim_pte_unlock(ptep, ptl);
	return true;
}

static __attribute__((__noinline__)) void
remap_range(const struct remap *r, struct vm_area_struct *vma, unsigned long address)
{
	unsigned long end = psim_vma_address_end(vma, r->dst), next;
	struct psim_span span;

	for (; address < end; address = next) {
		next = psim_span(vma->vm_mm, address, end, &span);
		if (span.pmdp)
			remap_leaf(r, vma, address, span.pmdp);
		else if (span.ptep)
			remap_slots(r, vma, address, next, span.ptep);
		if (span.pmdp || span.ptep)
			psim_pte_unlock(span.ptep, span.ptl);
	}
}

static __always_inline int remap_in(struct folio *dst, struct vm_area_struct *vma,
				    unsigned long address, void *arg)
{
	const struct remap *r = arg;

	if (likely(!folio_test_large(dst) && !folio_test_large(r->src)) &&
	    likely(address - vma->vm_start < vma->vm_end - vma->vm_start) &&
	    likely(remap_single(r, vma, address)))
		return 0;
	remap_range(r, vma, address);
	return 0;
}

void psim_migrate_remap(struct folio *src, struct folio *dst)
{
	struct remap remap = {.src = src, .dst = dst};

	psim_rmap_walk_by(dst, remap_in, &remap);
}

void psim_migrate_remap_locked(struct folio *src, struct folio *dst)
{
	struct remap remap = {.src = src, .dst = dst};

	psim_rmap_walk_locked(dst, remap_in, &remap);
}

void psim_migrate_remap_part(struct folio *part)
{
	struct remap remap = {
		.src = part, .dst = part, .use_zero_page = !folio_is_zone_device(part)};

	psim_rmap_walk_locked(part, remap_in, &remap);
}

/* ---- one entry ------------------------------------------------------------------------------------------- */

static void let_go(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

/* Whether the pair was moved: a destination without a mapping never was, which was reported (S3.17). */
static bool moved(unsigned long src, const struct folio *dst)
{
	return (src & MIGRATE_PFN_VALID) && (src & MIGRATE_PFN_MIGRATE) && dst->mapping;
}

/* @dst is where the mappings go: the source itself if it could not be moved. */
static void finish_page(struct folio *src, struct folio *dst, struct folio *fault)
{
	if (!folio_is_zone_device(dst))
		folio_add_lru(dst);
	psim_migrate_remap(src, dst);
	if (src != fault)
		folio_unlock(src);
	folio_put(src);
	if (dst != src)
		let_go(dst);
}

void psim_migrate_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
			   struct page *fault_page)
{
	struct folio *fault = psim_fault_folio(fault_page);
	unsigned long i;

	psim_trace(PSIM_EV_MIGRATE_FINISH, npages, 0, 0, 0);
	for (i = 0; (i = psim_migrate_next(src, dst, i, npages)) < npages; i++) {
		struct folio *from = psim_migrate_folio(src[i]), *to = psim_migrate_folio(dst[i]);

		WARN_ON_ONCE(to && to == fault);
		if (to && !moved(src[i], to)) {
			let_go(to);
			to = NULL;
		}
		if (from)
			finish_page(from, to ?: from, fault);
		if (src[i] | dst[i])
			psim_trace(PSIM_EV_MIGRATE_FINALIZE, src[i], dst[i], 0, 0);
	}
	psim_trace(PSIM_EV_MIGRATE_FINISH_END, npages, 0, 0, 0);
}

void migrate_vma_finalize(struct migrate_vma *migrate)
{
	psim_migration_check_finalize(migrate->src, migrate->dst, migrate->npages, __func__);
	psim_migrate_finalize(migrate->src, migrate->dst, migrate->npages, migrate->fault_page);
	psim_migration_end(migrate->src, migrate->npages);
}

void migrate_device_finalize(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	psim_migration_check_finalize(src_pfns, dst_pfns, npages, __func__);
	psim_migrate_finalize(src_pfns, dst_pfns, npages, NULL);
	psim_migration_end(src_pfns, npages);
}
