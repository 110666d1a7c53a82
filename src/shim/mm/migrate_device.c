// SPDX-License-Identifier: MIT
/*
 * Migration by page frame number: how a driver empties its memory, whoever maps it (S4).
 *
 * No address space, no mmap lock: slots are found through rmap alone.
 */
#include <linux/highmem.h>
#include <linux/memremap.h>
#include <linux/string.h>
#include "mm/migrate_internal.h"
#include "mm/page.h"

/* The entry of one page frame: 0 if the page is free or its lock is not to be had at once (S4.3). */
static unsigned long lock_pfn(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct folio *folio;

	/* first by the word: the descriptor of a free page of RAM is poisoned */
	if (!psim_page_raw_refs(pfn) || !get_page_unless_zero(page))
		return 0;
	folio = page_folio(page);
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return 0;
	}
	return migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE;
}

/* Pages of the folio of @pfn, free or not: what its first tail's word says (S5.37). */
static unsigned long pages_of(unsigned long pfn)
{
	unsigned long head = psim_head_pfn(pfn);

	if (!(psim_page_word(head, 0) & BIT(PG_head)))
		return 1;
	return 1ul << (psim_page_word(head + 1, 0) & 0xff);
}

/*
 * Entry @i of a folio of several pages stands for all of them; whether its lock was to be had does not
 * matter, nor which of its pages was asked for (S4.4). Return: how many entries that makes.
 */
static unsigned long compound(unsigned long *src, unsigned long i, unsigned long npages,
			      unsigned long pfn)
{
	unsigned long nr = pages_of(pfn);

	if (nr == 1)
		return 1;
	src[i] |= MIGRATE_PFN_COMPOUND;
	if (i + nr > npages) {
		psim_report(
			"S4.4",
			"migrate_device: page %#lx is of a folio of %lu pages: the kernel would "
			"clear %lu entries beyond the array",
			pfn, nr, i + nr - npages);
		nr = npages - i;
	}
	memset(&src[i + 1], 0, (nr - 1) * sizeof(*src));
	return nr;
}

static void unmap(unsigned long *src_pfns, unsigned long npages, const char *site)
{
	unsigned long cpages = psim_migrate_unmap(src_pfns, npages, NULL);

	if (cpages)
		psim_migration_begin(src_pfns, npages, NULL, site);
	psim_trace(PSIM_EV_MIGRATE_DEVICE_END, npages, cpages, 0, 0);
}

int __psim_migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages,
				const char *site)
{
	unsigned long i, nr;

	psim_trace(PSIM_EV_MIGRATE_DEVICE, npages, 0, 0, 0);
	for (i = 0; i < npages; i += nr) {
		src_pfns[i] = lock_pfn(start + i);
		nr = compound(src_pfns, i, npages, start + i);
	}
	unmap(src_pfns, npages, site);
	return 0;
}

int __psim_migrate_device_pfns(unsigned long *src_pfns, unsigned long npages, const char *site)
{
	unsigned long i, nr, pfn;

	psim_trace(PSIM_EV_MIGRATE_DEVICE, npages, 0, 0, 0);
	for (i = 0; i < npages; i += nr) {
		pfn = src_pfns[i];
		src_pfns[i] = lock_pfn(pfn);
		nr = compound(src_pfns, i, npages, pfn);
	}
	unmap(src_pfns, npages, site);
	return 0;
}

int(migrate_device_range)(unsigned long *src_pfns, unsigned long start, unsigned long npages)
{
	return __psim_migrate_device_range(src_pfns, start, npages, "migrate_device_range");
}

int(migrate_device_pfns)(unsigned long *src_pfns, unsigned long npages)
{
	return __psim_migrate_device_pfns(src_pfns, npages, "migrate_device_pfns");
}

int migrate_device_coherent_folio(struct folio *folio)
{
	unsigned long src = migrate_pfn(folio_pfn(folio)) | MIGRATE_PFN_MIGRATE, dst = 0;
	struct folio *to;
	bool moved;

	folio_lock(folio);
	unmap(&src, 1, __func__);
	if (!(src & MIGRATE_PFN_MIGRATE))
		return -EBUSY;
	to = folio_alloc(GFP_USER | __GFP_NOWARN, 0);
	if (to) {
		folio_lock(to);
		dst = migrate_pfn(folio_pfn(to));
	}
	migrate_device_pages(&src, &dst, 1);
	moved = src & MIGRATE_PFN_MIGRATE;
	if (moved)
		folio_copy(to, folio);
	migrate_device_finalize(&src, &dst, 1);
	return moved ? 0 : -EBUSY;
}
