// SPDX-License-Identifier: MIT
/*
 * Migration by page frame number: how a driver empties its memory, whoever maps it (S4).
 *
 * No address space, no mmap lock: slots are found through rmap alone. Not modelled yet: large folios
 * (S4.4 stops).
 */
#include <linux/highmem.h>
#include <linux/memremap.h>
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
	psim_migrate_single(folio, "migrate_device_range");
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return 0;
	}
	return migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE;
}

static void unmap(unsigned long *src_pfns, unsigned long npages, const char *site)
{
	unsigned long cpages = psim_migrate_unmap(src_pfns, npages, NULL);

	if (cpages)
		psim_migration_begin(src_pfns, npages, NULL, site);
	psim_trace(PSIM_EV_MIGRATE_DEVICE, npages, cpages, 0, 0);
}

int __psim_migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages,
				const char *site)
{
	for (unsigned long i = 0; i < npages; i++)
		src_pfns[i] = lock_pfn(start + i);
	unmap(src_pfns, npages, site);
	return 0;
}

int __psim_migrate_device_pfns(unsigned long *src_pfns, unsigned long npages, const char *site)
{
	for (unsigned long i = 0; i < npages; i++)
		src_pfns[i] = lock_pfn(src_pfns[i]);
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
