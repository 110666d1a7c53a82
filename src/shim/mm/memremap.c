// SPDX-License-Identifier: MIT
/*
 * Pagemaps: registering device memory, the life of its pages, teardown (S5).
 *
 * A pagemap counts its owner and every page that is in use; teardown waits until both are gone. Not
 * modelled: file-system DAX, generic and peer-to-peer memory, altmaps.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/__psim_might.h>

#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

/* What stands in the driver's word of tails, which means nothing there (S5.22). */
#define TAIL_DATA ((void *)(POISON_POINTER_DELTA + 0x5d0))

static struct psim_raw lock;
static struct dev_pagemap *pagemaps;
static unsigned long in_use;

/* ---- references on a pagemap ------------------------------------------------------------------- */

static void ref_get(struct dev_pagemap *pgmap, long nr)
{
	WARN_ON_ONCE(atomic_long_fetch_add(nr, &pgmap->ref.count) <= 0);
}

static void ref_put(struct dev_pagemap *pgmap, long nr)
{
	long left = atomic_long_sub_return(nr, &pgmap->ref.count);

	WARN_ON_ONCE(left < 0);
	if (!left)
		complete(&pgmap->done);
}

/* ---- which pagemap ------------------------------------------------------------------------------- */

bool pgmap_pfn_valid(struct dev_pagemap *pgmap, unsigned long pfn)
{
	for (int i = 0; i < pgmap->nr_range; i++) {
		struct range *range = &pgmap->ranges[i];

		if (pfn >= range->start >> PAGE_SHIFT && pfn <= range->end >> PAGE_SHIFT)
			return true;
	}
	return false;
}

static struct dev_pagemap *find(unsigned long pfn)
{
	struct dev_pagemap *pgmap = pagemaps;

	while (pgmap && !pgmap_pfn_valid(pgmap, pfn))
		pgmap = pgmap->ref.next;
	return pgmap;
}

struct dev_pagemap *psim_pagemap_of(unsigned long pfn)
{
	struct dev_pagemap *pgmap;

	psim_raw_lock(&lock);
	pgmap = find(pfn);
	psim_raw_unlock(&lock);
	return pgmap;
}

struct dev_pagemap *get_dev_pagemap(unsigned long pfn)
{
	struct dev_pagemap *pgmap;

	psim_point(PSIM_POINT_RCU);
	psim_raw_lock(&lock);
	pgmap = find(pfn);
	if (pgmap && __atomic_load_n(&pgmap->ref.dead, __ATOMIC_RELAXED))
		pgmap = NULL;
	if (pgmap)
		__psim_fetch(add, &pgmap->ref.count.counter, 1, __ATOMIC_RELAXED);
	psim_raw_unlock(&lock);
	return pgmap;
}

void put_dev_pagemap(struct dev_pagemap *pgmap)
{
	if (pgmap)
		ref_put(pgmap, 1);
}

/* ---- registration ---------------------------------------------------------------------------------- */

/* S5.3. Return: 0 or -EINVAL. */
static int check_pagemap(const struct dev_pagemap *pgmap)
{
	if (WARN_ONCE(pgmap->nr_range <= 0, "a pagemap without ranges"))
		return -EINVAL;
	switch (pgmap->type) {
	case MEMORY_DEVICE_PRIVATE:
		if (WARN_ONCE(!pgmap->ops || !pgmap->ops->migrate_to_ram,
			      "a device-private pagemap without migrate_to_ram"))
			return -EINVAL;
		break;
	case MEMORY_DEVICE_COHERENT:
		break;
	case MEMORY_DEVICE_FS_DAX:
	case MEMORY_DEVICE_GENERIC:
	case MEMORY_DEVICE_PCI_P2PDMA:
		psim_stop_function("memremap_pages", "this type of device memory is not modelled");
	default:
		WARN_ONCE(1, "a pagemap of type %d", pgmap->type);
		return -EINVAL;
	}
	if (WARN_ONCE(!pgmap->ops || !pgmap->ops->folio_free, "a pagemap without folio_free") ||
	    WARN_ONCE(!pgmap->owner, "a pagemap without an owner"))
		return -EINVAL;
	if (pgmap->flags || pgmap->vmemmap_shift)
		psim_stop_function("memremap_pages",
				   "altmaps and compound vmemmaps are not modelled");
	return 0;
}

/* Return: 0, -EINVAL, -ENXIO. */
static int check_range(const struct range *range)
{
	if (WARN_ONCE(!IS_ALIGNED(range->start, SZ_2M) || !IS_ALIGNED(range->end + 1, SZ_2M) ||
			      range->end <= range->start,
		      "a pagemap's range %#llx-%#llx is not in whole 2 MiB", range->start,
		      range->end))
		return -EINVAL;
	if (range->start >> PAGE_SHIFT < psim_ram_pages) {
		pr_debug("memremap: %#llx-%#llx is RAM\n", range->start, range->end);
		return -ENXIO;
	}
	if (range->end >> PAGE_SHIFT >= __psim_max_pfn) {
		pr_debug("memremap: %#llx-%#llx is beyond the direct map\n", range->start,
			 range->end);
		return -EINVAL;
	}
	return 0;
}

static bool is_taken(const struct range *range)
{
	for (struct dev_pagemap *other = pagemaps; other; other = other->ref.next) {
		for (int i = 0; i < other->nr_range; i++) {
			if (range_overlaps(range, &other->ranges[i]))
				return true;
		}
	}
	return false;
}

/* Return: 0 or -ENOMEM (S5.4). */
static int link_pagemap(struct dev_pagemap *pgmap)
{
	bool taken = false;

	psim_raw_lock(&lock);
	for (int i = 0; i < pgmap->nr_range; i++)
		taken |= is_taken(&pgmap->ranges[i]);
	if (!taken) {
		pgmap->ref.next = pagemaps;
		pagemaps = pgmap;
	}
	psim_raw_unlock(&lock);
	return taken ? -ENOMEM : 0;
}

static bool unlink_pagemap(struct dev_pagemap *pgmap)
{
	struct dev_pagemap **at = &pagemaps;

	while (*at && *at != pgmap)
		at = &(*at)->ref.next;
	if (!*at)
		return false;
	*at = pgmap->ref.next;
	return true;
}

/* The CPU reaches this memory. Return: where it begins, or an error pointer. */
static void *map_coherent(struct dev_pagemap *pgmap)
{
	void *bytes = NULL;

	for (int i = pgmap->nr_range - 1; i >= 0; i--) {
		bytes = psim_coherent_add(pgmap, &pgmap->ranges[i]);
		if (bytes)
			continue;
		psim_coherent_remove(pgmap);
		psim_raw_lock(&lock);
		unlink_pagemap(pgmap);
		psim_raw_unlock(&lock);
		return ERR_PTR(-ENOMEM);
	}
	return bytes;
}

static void trace_ranges(const struct dev_pagemap *pgmap, enum psim_event event)
{
	for (int i = 0; i < pgmap->nr_range; i++)
		psim_trace(event, pgmap->ranges[i].start >> PAGE_SHIFT,
			   (pgmap->ranges[i].end + 1) >> PAGE_SHIFT, pgmap->type, 0);
}

void *__psim_memremap_pages(struct dev_pagemap *pgmap, int nid, const char *site)
{
	int err = check_pagemap(pgmap);

	might_sleep();
	for (int i = 0; i < pgmap->nr_range && !err; i++)
		err = check_range(&pgmap->ranges[i]);
	if (err)
		return ERR_PTR(err);
	init_completion(&pgmap->done);
	atomic_long_set(&pgmap->ref.count, 1);
	pgmap->ref.dead = 0;
	pgmap->ref.site = site;
	err = link_pagemap(pgmap);
	if (err)
		return ERR_PTR(err);
	trace_ranges(pgmap, PSIM_EV_MEMREMAP);
	if (pgmap->type == MEMORY_DEVICE_COHERENT && __psim_ram)
		return map_coherent(pgmap);
	/* device-private memory has no kernel address: nobody may follow this */
	return (void *)(POISON_POINTER_DELTA + 0x800);
}

/* ---- teardown ---------------------------------------------------------------------------------------- */

static bool is_registered(const struct dev_pagemap *pgmap)
{
	const struct dev_pagemap *at;

	psim_raw_lock(&lock);
	for (at = pagemaps; at && at != pgmap; at = at->ref.next)
		;
	psim_raw_unlock(&lock);
	return at;
}

void memunmap_pages(struct dev_pagemap *pgmap)
{
	might_sleep();
	if (WARN_ON_ONCE(!is_registered(pgmap)))
		return;
	WRITE_ONCE(pgmap->ref.dead, 1);
	ref_put(pgmap, 1);
	wait_for_completion(&pgmap->done);
	psim_raw_lock(&lock);
	unlink_pagemap(pgmap);
	psim_raw_unlock(&lock);
	psim_coherent_remove(pgmap);
	trace_ranges(pgmap, PSIM_EV_MEMUNMAP);
	for (int i = 0; i < pgmap->nr_range; i++) {
		struct range *range = &pgmap->ranges[i];

		psim_granules_forget(range->start >> PAGE_SHIFT, range_len(range) >> PAGE_SHIFT);
	}
}

static void devm_teardown(void *pgmap)
{
	memunmap_pages(pgmap);
}

void *__psim_devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap, const char *site)
{
	void *mapped = __psim_memremap_pages(pgmap, dev_to_node(dev), site);
	int err;

	if (IS_ERR(mapped))
		return mapped;
	err = devm_add_action_or_reset(dev, devm_teardown, pgmap);
	return err ? ERR_PTR(err) : mapped;
}

void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	devm_release_action(dev, devm_teardown, pgmap);
}

/* ---- the life of a page ---------------------------------------------------------------------------------- */

/* S5.20, of one page; @link: the pagemap, or, of a tail, what leads to its head. */
static inline void reset_page(struct page *page, unsigned long link, struct address_space *mapping,
			      unsigned long site)
{
	unsigned long flags = __atomic_load_n(&page->flags.f, __ATOMIC_RELAXED);
	int page_refs = __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED);

	VM_WARN_ON_ONCE_PAGE(flags >> ZONES_PGSHIFT != ZONE_DEVICE, page);
	VM_WARN_ON_ONCE_PAGE(page_refs, page);
	flags &= ~(0xfful | PSIM_PG_SITE_MASK | PSIM_PG_OWNER_MASK);
	__atomic_store_n(&page->flags.f, flags | site << PSIM_PG_SITE_SHIFT, __ATOMIC_RELAXED);
	__atomic_store_n(&page->mapping, mapping, __ATOMIC_RELAXED);
	/* who walks by pfn may look at this word before the count says that the page is in use */
	__atomic_store_n(&page->compound_head, link, __ATOMIC_RELAXED);
	page->share = 0;
}

/* The tails of a large folio, in one go: what S5.20 and S5.21 do to each in two. */
static void reset_tails(struct page *head, unsigned long nr, unsigned long site)
{
	for (unsigned long i = 1; i < nr; i++) {
		reset_page(head + i, (unsigned long)head + 1, TAIL_MAPPING, site);
		head[i].private = 0;
		head[i].zone_device_data = TAIL_DATA;
	}
}

void __psim_zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order,
				  const char *site)
{
	unsigned int number = psim_site_number(site);
	unsigned long pfn = page_to_pfn(page), nr = 1ul << order;

	if (!pgmap)
		pgmap = psim_pagemap_of(pfn);
	if (!pgmap || !pgmap_pfn_valid(pgmap, pfn) ||
	    (nr > 1 && !pgmap_pfn_valid(pgmap, pfn + nr - 1)))
		psim_fatal("S5.20", "page %#lx order %u, in %s, is not in the pagemap given", pfn,
			   order, site);
	for (unsigned long i = 0; i < nr; i += PSIM_GRANULE_PAGES)
		__psim_page_prepare(page + i);
	reset_page(page, (unsigned long)pgmap, NULL, number);
	reset_tails(page, nr, number);
	if (psim_page_raw_maps(pfn))
		psim_report("S5.23", "device page %#lx begins a life in %s while %d slots map it",
			    pfn, site, psim_page_raw_maps(pfn));
	ref_get(pgmap, nr);
	__psim_fetch(add, &in_use, nr, __ATOMIC_RELAXED);
	set_page_count(page, 1);
	/* it was unlocked just now, so nobody has it; this may run where nothing may sleep (S5.35) */
	VM_WARN_ON_ONCE_PAGE(!trylock_page(page), page);
	psim_trace(PSIM_EV_DEVPAGE_INIT, pfn, order, 0, 0);
	if (order)
		psim_prep_head((struct folio *)page, order);
}

void __psim_zone_device_folio_init(struct folio *folio, struct dev_pagemap *pgmap,
				   unsigned int order, const char *site)
{
	__psim_zone_device_page_init(&folio->page, pgmap, order, site);
	if (order)
		folio_set_large_rmappable(folio);
}

/* A lock or a mapping that stays behind would be the next user's. */
static void check_free(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);

	if (folio_mapcount(folio))
		psim_report("bad page state", "device page %#lx is freed while %d slots map it",
			    pfn, folio_mapcount(folio));
	if (folio_test_locked(folio))
		psim_report("bad page state", "device page %#lx is freed locked, by task %llu", pfn,
			    (psim_page_word(pfn, 0) & PSIM_PG_OWNER_MASK) >> PSIM_PG_OWNER_SHIFT);
}

/* S5.30, S5.31 */
void psim_device_folio_free(struct folio *folio)
{
	struct dev_pagemap *pgmap = folio->pgmap;
	long nr = folio_nr_pages(folio);

	if (WARN_ON_ONCE(!pgmap))
		return;
	check_free(folio);
	if (folio_test_anon(folio)) {
		for (long i = 0; i < nr; i++) {
			if (__psim_flag(folio_page(folio, i), PG_anon_exclusive))
				ClearPageAnonExclusive(folio_page(folio, i));
		}
	}
	__atomic_store_n(&folio->mapping, NULL, __ATOMIC_RELAXED);
	psim_trace(PSIM_EV_DEVPAGE_FREE, folio_pfn(folio), folio_order(folio), 0, 0);
	__psim_fetch(sub, &in_use, nr, __ATOMIC_RELAXED);
	psim_point(PSIM_POINT_CALLBACK);
	non_block_start();
	pgmap->ops->folio_free(folio);
	non_block_end();
	psim_point(PSIM_POINT_CALLBACK);
	if (!folio_ref_count(folio) && !PageTail(&folio->page) && folio->pgmap != pgmap)
		psim_report("S5.33", "device page %#lx: folio_free wrote over its pagemap",
			    folio_pfn(folio));
	ref_put(pgmap, nr);
}

/* ---- law 2: a pagemap counts its owner and every page in use (S5.6) ------------------------------------------- */

void psim_memremap_audit_begin(void)
{
	for (struct dev_pagemap *pgmap = pagemaps; pgmap; pgmap = pgmap->ref.next)
		pgmap->ref.__psim_in_use = 0;
}

void psim_memremap_audit_folio(unsigned long pfn, unsigned long nr)
{
	struct dev_pagemap *pgmap = find(pfn);

	if (!pgmap) {
		psim_report("law 2", "device page %#lx is in use without a pagemap", pfn);
		return;
	}
	pgmap->ref.__psim_in_use += nr;
	if ((struct dev_pagemap *)psim_page_word(pfn, 1) != pgmap)
		psim_report("S0.10", "device page %#lx: something was written over its pagemap",
			    pfn);
}

/* Look-ups hold more than what is counted here; they are told at the end if they stay. */
void psim_memremap_audit_end(void)
{
	for (struct dev_pagemap *pgmap = pagemaps; pgmap; pgmap = pgmap->ref.next) {
		long counted = atomic_long_read(&pgmap->ref.count);
		long found = pgmap->ref.__psim_in_use + !pgmap->ref.dead;

		if (counted < found)
			psim_report("law 2",
				    "the pagemap of %#llx-%#llx, registered in %s: %ld references, "
				    "but it needs %ld",
				    pgmap->range.start, pgmap->range.end, pgmap->ref.site, counted,
				    found);
	}
}

/* ---- law 3 --------------------------------------------------------------------------------------------------- */

unsigned long psim_device_pages_in_use(void)
{
	return in_use;
}

void psim_memremap_leftovers(void)
{
	for (struct dev_pagemap *pgmap = pagemaps; pgmap; pgmap = pgmap->ref.next)
		psim_report(
			"law 3",
			"a pagemap of %#llx-%#llx, registered in %s, is left, with %ld references",
			pgmap->range.start, pgmap->range.end, pgmap->ref.site,
			(long)pgmap->ref.count.counter);
}
