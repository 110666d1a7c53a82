// SPDX-License-Identifier: MIT
/*
 * A large folio becomes folios of one page: out of every address space, taken apart, mapped again.
 *
 * Nobody but the caller may hold it: its count is frozen meanwhile. Parts that are not mapped again are
 * freed at once. Also the queue of folios that are worth splitting when memory is short, because parts
 * of them are not mapped any more. Not modelled: splitting to orders other than 0, folios of files.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include "mm/huge.h"
#include "mm/migrate_internal.h"
#include "mm/page.h"
#include "sim/sim.h"

/* What a part takes over of the head's flags. */
#define INHERITED                                                                               \
	(BIT(PG_locked) | BIT(PG_referenced) | BIT(PG_uptodate) | BIT(PG_dirty) | BIT(PG_lru) | \
	 BIT(PG_active) | BIT(PG_workingset) | BIT(PG_swapbacked) | BIT(PG_unevictable) |       \
	 BIT(PG_mlocked) | BIT(PG_young) | BIT(PG_idle) | BIT(PG_arch_1) | BIT(PG_reserved) |   \
	 PSIM_PG_OWNER_MASK)
/* What it keeps of its own. */
#define OWN                                                                                \
	(BIT(PG_anon_exclusive) | BIT(PG_hwpoison) | PSIM_PG_TOUCHED | PSIM_PG_SITE_MASK | \
	 ~0ul << ZONES_PGSHIFT)

static LIST_HEAD(queue);
static DEFINE_SPINLOCK(queue_lock);

/* ---- taking apart; frozen, interrupts off --------------------------------------------------------- */

static void make_part(struct folio *folio, unsigned long i)
{
	struct folio *part = (struct folio *)folio_page(folio, i);

	part->flags.f = (part->flags.f & OWN) | (folio->flags.f & INHERITED);
	clear_compound_head(&part->page);
	part->mapping = folio->mapping;
	part->index = folio->index + i;
	part->private = NULL;
}

/* S5.45: the driver gives a part what is its own. Without a callback it belongs to the same pagemap. */
static void tell_driver(struct dev_pagemap *pgmap, struct folio *folio, struct folio *part)
{
	if (pgmap->ops && pgmap->ops->folio_split) {
		pgmap->ops->folio_split(folio, part);
	} else if (part) {
		part->pgmap = pgmap;
		part->mapping = folio->mapping;
	}
}

static void announce(struct folio *folio, unsigned long nr)
{
	struct dev_pagemap *pgmap = folio_is_zone_device(folio) ? folio->pgmap : NULL;

	for (unsigned long i = 1; i < nr; i++) {
		struct folio *part = (struct folio *)folio_page(folio, i);

		if (pgmap)
			tell_driver(pgmap, folio, part);
		else if (folio_test_lru(part))
			psim_lru_add_part(part);
		folio_ref_unfreeze(part, 1);
	}
	if (pgmap)
		tell_driver(pgmap, folio, NULL);
	folio_ref_unfreeze(folio, 1);
}

/* The caller's is the only reference. Return: 0, or -EAGAIN with nothing done. */
static int take_apart(struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio), flags;

	local_irq_save(flags);
	if (!folio_ref_freeze(folio, 1)) {
		local_irq_restore(flags);
		return -EAGAIN;
	}
	psim_unqueue_deferred_split(folio);
	psim_trace(PSIM_EV_FOLIO_SPLIT, folio_pfn(folio), folio_order(folio), 0, 0);
	folio_reset_order(folio);
	for (unsigned long i = 1; i < nr; i++)
		make_part(folio, i);
	__ClearPageHead(&folio->page);
	announce(folio, nr);
	local_irq_restore(flags);
	return 0;
}

int psim_split_unmapped(struct folio *folio)
{
	return take_apart(folio);
}

/* ---- with its mappings -------------------------------------------------------------------------------- */

/* Map every part again where it was. Context: anon_vma lock held. */
static void remap_parts(struct folio *folio, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		psim_migrate_remap_part((struct folio *)folio_page(folio, i));
}

static int split_locked(struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio);
	int err;

	if (folio_ref_count(folio) != folio_mapcount(folio) + 1)
		return -EAGAIN;
	psim_unmap_to_split(folio);
	err = folio_mapped(folio) ? -EAGAIN : take_apart(folio);
	if (err)
		psim_migrate_remap_locked(folio, folio);
	else
		remap_parts(folio, nr);
	return err;
}

int __psim_split_folio(struct folio *folio, struct page *keep)
{
	struct anon_vma *anon_vma = folio_anon_vma(folio);
	unsigned long nr = folio_nr_pages(folio);
	int err;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	VM_BUG_ON_FOLIO(!folio_test_large(folio), folio);
	might_sleep();
	if (is_huge_zero_folio(folio) || folio_test_writeback(folio))
		return -EBUSY;
	if (!anon_vma)
		return folio_mapping(folio) ? -EBUSY : take_apart(folio);
	anon_vma_lock_write(anon_vma);
	err = split_locked(folio);
	anon_vma_unlock_write(anon_vma);
	if (err)
		return err;
	for (unsigned long i = 0; i < nr; i++) {
		struct folio *part = (struct folio *)folio_page(folio, i);

		if (&part->page == keep)
			continue;
		folio_unlock(part);
		folio_put(part);
	}
	return 0;
}

int split_folio(struct folio *folio)
{
	return __psim_split_folio(folio, &folio->page);
}

int split_huge_page(struct page *page)
{
	return __psim_split_folio(page_folio(page), page);
}

/* ---- the queue ------------------------------------------------------------------------------------------- */

void psim_deferred_split(struct folio *folio)
{
	unsigned long flags;

	if (folio_is_zone_device(folio) || folio_order(folio) < 2 || !folio_test_anon(folio) ||
	    !folio_test_large_rmappable(folio))
		return;
	spin_lock_irqsave(&queue_lock, flags);
	if (list_empty(&folio->_deferred_list)) {
		set_bit(PG_partially_mapped, &folio_page(folio, 1)->flags.f);
		list_add_tail(&folio->_deferred_list, &queue);
	}
	spin_unlock_irqrestore(&queue_lock, flags);
}

void psim_unqueue_deferred_split(struct folio *folio)
{
	unsigned long flags;

	if (folio_is_zone_device(folio) || folio_order(folio) < 2)
		return;
	if (list_empty_careful(&folio->_deferred_list))
		return;
	spin_lock_irqsave(&queue_lock, flags);
	clear_bit(PG_partially_mapped, &folio_page(folio, 1)->flags.f);
	list_del_init(&folio->_deferred_list);
	spin_unlock_irqrestore(&queue_lock, flags);
}

/* The first folio of the queue that is still in use, with a reference, off the queue; or NULL. */
static struct folio *pop(void)
{
	struct folio *folio, *next, *found = NULL;

	spin_lock_irq(&queue_lock);
	list_for_each_entry_safe(folio, next, &queue, _deferred_list) {
		if (folio_try_get(folio))
			found = folio;
		/* one that is being freed waits for the lock, to leave the queue */
		list_del_init(&folio->_deferred_list);
		if (found)
			break;
	}
	spin_unlock_irq(&queue_lock);
	return found;
}

bool psim_deferred_split_scan(void)
{
	struct folio *folio;
	bool any = false;

	while ((folio = pop())) {
		if (folio_trylock(folio)) {
			any |= !split_folio(folio);
			folio_unlock(folio);
		}
		folio_put(folio);
	}
	return any;
}
