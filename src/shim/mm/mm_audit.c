// SPDX-License-Identifier: MIT
/*
 * The mm room's part of the laws: what page tables hold explains references and mapcounts of pages, rss
 * and VMAs agree with it, writable means exclusive (S0.9), TLBs agree with the tables; and nothing of an
 * address space is left at the end.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "mm/swapfile.h"
#include "sim/sim.h"

/* Pages of one address space, by counter, as its tables show them. */
struct tally {
	long pages[NR_MM_COUNTERS];
};

/* Whether a slot that allows writing is that of a page which only this process maps. */
static void check_exclusive(struct mm_struct *mm, unsigned long address, psim_pte_t pte)
{
	struct page *page;

	if (!psim_pte_maps(pte) || !psim_pte_write(pte))
		return;
	page = pfn_to_page(psim_pte_pfn(pte));
	if (folio_test_anon(page_folio(page)) && !PageAnonExclusive(page))
		psim_report("S0.9", "mm %u: %#lx is writable, but page %#lx is not exclusive to it",
			    mm->__psim_id, address, psim_pte_pfn(pte));
}

static struct vm_area_struct *vma_at(struct mm_struct *mm, unsigned long address)
{
	struct rb_node *node = mm->__psim_vmas.rb_node;

	while (node) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (address < vma->vm_start) {
			node = node->rb_left;
		} else if (address >= vma->vm_end) {
			node = node->rb_right;
		} else {
			return vma;
		}
	}
	return NULL;
}

/* The kind of a slot and the page it names belong together (S0.5). */
static void check_kind(struct mm_struct *mm, unsigned long address, psim_pte_t pte)
{
	unsigned long pfn = psim_pte_pfn(pte);
	struct folio *folio = page_folio(pfn_to_page(pfn));
	bool device = folio_is_device_private(folio);

	if (psim_pte_is_migration(pte)) {
		if (!folio_test_locked(folio))
			psim_report(
				"law 2",
				"mm %u: %#lx has a migration entry of page %#lx, which is not locked",
				mm->__psim_id, address, pfn);
	} else if (psim_pte_is_device_private(pte) != device) {
		psim_report("law 2", "mm %u: %#lx has %s slot of page %#lx, which is %s",
			    mm->__psim_id, address, device ? "an ordinary" : "a device-private",
			    pfn, device ? "device-private" : "not");
	}
}

/* A page of the page cache is mapped where its file's mapping has its index. */
static void check_file_page(struct vm_area_struct *vma, unsigned long address, struct page *page)
{
	struct address_space *mapping = page_folio(page)->mapping;

	if (!mapping)
		return;
	if (!vma->vm_file || vma->vm_file->f_mapping != mapping ||
	    linear_page_index(vma, address) != page_folio(page)->index)
		psim_report("law 2",
			    "mm %u: page %#lx of a file is at %#lx, where it does not belong",
			    vma->vm_mm->__psim_id, page_to_pfn(page), address);
}

/* Whoever looks for an anonymous page's slots finds this one: through its anon_vma, at its index. */
static void check_reachable(struct vm_area_struct *vma, unsigned long address, psim_pte_t pte)
{
	struct page *page = pfn_to_page(psim_pte_pfn(pte));
	struct folio *folio = page_folio(page);
	struct anon_vma *anon_vma = folio_anon_vma(folio);
	struct anon_vma_chain *avc;

	if (!anon_vma) {
		check_file_page(vma, address, page);
		return;
	}
	if (linear_page_index(vma, address) != folio->index + folio_page_idx(folio, page))
		psim_report("law 2", "mm %u: page %#lx has the index %#lx, but is at %#lx",
			    vma->vm_mm->__psim_id, psim_pte_pfn(pte), folio->index, address);
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		if (avc->anon_vma == anon_vma)
			return;
	}
	psim_report("law 2", "mm %u: %#lx has page %#lx, whose anon_vma does not know this VMA",
		    vma->vm_mm->__psim_id, address, psim_pte_pfn(pte));
}

static void check_vma(struct mm_struct *mm, unsigned long address, psim_pte_t pte)
{
	struct vm_area_struct *vma = vma_at(mm, address);

	if (!vma) {
		psim_report("law 2", "mm %u: %#lx has a slot outside of every VMA: %#llx",
			    mm->__psim_id, address, pte);
		return;
	}
	if (psim_pte_present(pte) && psim_pte_write(pte) && !(vma->vm_flags & VM_WRITE))
		psim_report("law 1", "mm %u: %#lx is writable in a read-only VMA", mm->__psim_id,
			    address);
	if (psim_pte_maps(pte) || psim_pte_is_migration(pte))
		check_reachable(vma, address, pte);
}

/* The zero page has a valid descriptor only since somebody asked for it, as is done here. */
static bool is_of_free_page(psim_pte_t pte)
{
	unsigned long pfn;

	if (!psim_pte_has_pfn(pte))
		return false;
	pfn = page_to_pfn(pfn_to_page(psim_pte_pfn(pte)));
	return !psim_page_raw_refs(psim_head_pfn(pfn));
}

static void audit_slot(struct mm_struct *mm, unsigned long address, psim_pte_t pte, void *arg)
{
	struct tally *tally = arg;

	if (is_of_free_page(pte)) {
		psim_report("law 2", "mm %u: %#lx has a slot of page %#lx, which is free",
			    mm->__psim_id, address, psim_pte_pfn(pte));
		return;
	}
	check_vma(mm, address, pte);
	check_exclusive(mm, address, pte);
	if (psim_pte_is_swap(pte)) {
		psim_swap_audit_entry(psim_swap_slot(pte));
		tally->pages[MM_SWAPENTS]++;
	}
	if (!psim_pte_maps(pte) && !psim_pte_is_migration(pte))
		return;
	check_kind(mm, address, pte);
	tally->pages[mm_counter(pfn_folio(psim_pte_pfn(pte)))] += psim_pte_pages(pte);
}

static void audit_mm(struct mm_struct *mm)
{
	static const char *const names[] = {"file", "anonymous", "swapped", "shared"};
	struct tally tally = {};
	unsigned int i;

	psim_tables_visit(mm, audit_slot, &tally);
	for (i = 0; i < NR_MM_COUNTERS; i++) {
		long counted = atomic_long_read(&mm->rss_stat[i]);

		if (counted != tally.pages[i])
			psim_report("law 2", "mm %u: counts %ld %s pages, its tables have %ld",
				    mm->__psim_id, counted, names[i], tally.pages[i]);
	}
}

static void explain_slot(struct mm_struct *mm, unsigned long address, psim_pte_t pte, void *arg)
{
	unsigned long pfn = psim_pte_pfn(pte);
	bool leaf = psim_pmd_leaf(pte);

	if (psim_pte_maps(pte)) {
		psim_audit_explain(psim_head_pfn(pfn), 1, 1, leaf ? "leaf" : "slot");
		psim_audit_part(pfn, leaf, !leaf);
	}
	if (psim_pte_maps(pte) || psim_pte_is_migration(pte))
		psim_audit_slot(pfn, psim_pte_is_migration(pte) &&
					     psim_pte_kind(pte) != PSIM_PTE_MIGRATION_READ);
}

static void explain(void)
{
	struct mm_struct *mm;

	list_for_each_entry(mm, &psim_mm_list, mmlist)
		psim_tables_visit(mm, explain_slot, NULL);
}

void psim_mm_audit_start(void)
{
	static struct psim_explainer explainer = {.explain = explain};

	psim_audit_register(&explainer);
}

void psim_mm_audit(void)
{
	struct mm_struct *mm;

	list_for_each_entry(mm, &psim_mm_list, mmlist) {
		psim_vma_audit(mm);
		audit_mm(mm);
	}
	psim_swap_audit_end();
	psim_tlb_audit();
}

void psim_mm_leftovers(void)
{
	struct mm_struct *mm;

	list_for_each_entry(mm, &psim_mm_list, mmlist)
		psim_report(
			"law 3",
			"mm %u: an address space is left: %d users, %d holders, %d VMAs; made by %s",
			mm->__psim_id, atomic_read(&mm->mm_users), atomic_read(&mm->mm_count),
			mm->map_count, mm->__psim_site);
	if (psim_vma_count() && list_empty(&psim_mm_list))
		psim_report("law 3", "%lu VMAs are left", psim_vma_count());
	if (psim_tables_count() && list_empty(&psim_mm_list))
		psim_report("law 3", "%lu page tables are left", psim_tables_count());
}
