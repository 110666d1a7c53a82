// SPDX-License-Identifier: MIT
/*
 * A swap area of any size in host memory, and the swap cache: which folio has the bytes of which slot.
 *
 * A slot lives while entries in page tables name it or a folio caches it. Enough for code that meets
 * swapped pages; not modelled: devices, clusters, readahead, reclaim by itself.
 */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include <linux/swap.h>
#include "host/host.h"
#include "mm/page.h"
#include "mm/swapfile.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define FIRST_SLOTS 64

/**
 * struct slot - a place for one page
 * @used: it is taken
 * @entries: page-table slots that name it
 * @seen: so many the audit found
 * @folio: what caches it, or NULL
 */
struct slot {
	bool used;
	unsigned int entries, seen;
	struct folio *folio;
	char *bytes;
};

static struct slot *slots;
static unsigned long nr_slots;
static struct psim_raw lock;
static struct address_space swap_space;

/* ---- slots ------------------------------------------------------------------------------------------ */

/* Under the lock. Return: false without memory. */
static bool grow(void)
{
	unsigned long more = nr_slots ? 2 * nr_slots : FIRST_SLOTS;
	struct slot *bigger = psim_host_malloc(more * sizeof(*bigger));

	if (!bigger)
		return false;
	if (slots)
		memcpy(bigger, slots, nr_slots * sizeof(*slots));
	psim_host_free(slots);
	slots = bigger;
	nr_slots = more;
	return true;
}

unsigned long psim_swap_alloc(void)
{
	unsigned long slot;

	psim_raw_lock(&lock);
	for (slot = 1; slot < nr_slots && slots[slot].used; slot++)
		;
	if (slot >= nr_slots && !grow()) {
		psim_raw_unlock(&lock);
		return 0;
	}
	if (!slot)
		slot = 1;
	slots[slot] = (struct slot){.used = true, .bytes = psim_host_malloc(PAGE_SIZE)};
	if (!slots[slot].bytes) {
		slots[slot].used = false;
		slot = 0;
	}
	psim_raw_unlock(&lock);
	return slot;
}

/* Under the lock: nothing names it or caches it. */
static void free_if_unused(struct slot *slot)
{
	if (slot->entries || slot->folio)
		return;
	psim_host_free(slot->bytes);
	*slot = (struct slot){};
}

void psim_swap_dup(unsigned long slot)
{
	psim_raw_lock(&lock);
	slots[slot].entries++;
	psim_raw_unlock(&lock);
}

void psim_swap_put(unsigned long slot)
{
	bool bad;

	psim_raw_lock(&lock);
	bad = slot >= nr_slots || !slots[slot].entries;
	if (!bad) {
		slots[slot].entries--;
		free_if_unused(&slots[slot]);
	}
	psim_raw_unlock(&lock);
	if (bad)
		psim_report("law 2", "swap slot %lu: given back more often than taken", slot);
}

void psim_swap_read(unsigned long slot, struct folio *folio)
{
	memcpy_to_page(&folio->page, 0, slots[slot].bytes, PAGE_SIZE);
}

void psim_swap_write(unsigned long slot, struct folio *folio)
{
	memcpy_from_page(slots[slot].bytes, &folio->page, 0, PAGE_SIZE);
}

/* ---- the cache ----------------------------------------------------------------------------------------- */

static unsigned long slot_of(const struct folio *folio)
{
	return folio->swap.val >> PSIM_PTE_PFN_SHIFT;
}

struct folio *psim_swap_cached(unsigned long slot)
{
	struct folio *folio;

	psim_raw_lock(&lock);
	folio = slots[slot].folio;
	if (folio)
		folio_ref_inc(folio);
	psim_raw_unlock(&lock);
	return folio;
}

int psim_swap_cache_add(struct folio *folio, unsigned long slot)
{
	int err = 0;

	psim_raw_lock(&lock);
	if (slots[slot].folio) {
		err = -EEXIST;
	} else {
		folio_ref_inc(folio);
		slots[slot].folio = folio;
		folio->swap.val = psim_pte_make(PSIM_PTE_SWAP, slot, 0);
		folio_set_swapcache(folio);
	}
	psim_raw_unlock(&lock);
	return err;
}

void psim_swap_cache_remove(struct folio *folio)
{
	struct slot *slot;

	psim_raw_lock(&lock);
	slot = &slots[slot_of(folio)];
	slot->folio = NULL;
	folio->swap.val = 0;
	folio_clear_swapcache(folio);
	free_if_unused(slot);
	psim_raw_unlock(&lock);
	folio_put(folio);
}

bool psim_swap_cache_replace(struct folio *old, struct folio *new, int expected)
{
	bool sole;

	psim_raw_lock(&lock);
	sole = folio_ref_count(old) == expected;
	if (sole) {
		folio_ref_inc(new);
		new->swap = old->swap;
		folio_set_swapcache(new);
		slots[slot_of(old)].folio = new;
		old->swap.val = 0;
		folio_clear_swapcache(old);
		folio_ref_sub(old, 1);
	}
	psim_raw_unlock(&lock);
	return sole;
}

bool folio_free_swap(struct folio *folio)
{
	bool used;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	if (!folio_test_swapcache(folio) || folio_test_writeback(folio))
		return false;
	psim_raw_lock(&lock);
	used = slots[slot_of(folio)].entries;
	psim_raw_unlock(&lock);
	if (used)
		return false;
	psim_swap_cache_remove(folio);
	folio_set_dirty(folio);
	return true;
}

void psim_swap_cache_tidy(struct folio *folio)
{
	if (!folio_test_swapcache(folio) || folio_mapped(folio) || !folio_trylock(folio))
		return;
	folio_free_swap(folio);
	folio_unlock(folio);
}

struct address_space *swap_address_space(swp_entry_t entry)
{
	return &swap_space;
}

/* ---- audit and leftovers ------------------------------------------------------------------------------- */

static void explain(void)
{
	for (unsigned long i = 1; i < nr_slots; i++) {
		const struct folio *folio = slots[i].folio;

		if (!folio)
			continue;
		psim_audit_explain(folio_pfn(folio), 1, 0, "the swap cache");
		if (!folio_test_swapcache(folio) || slot_of(folio) != i)
			psim_report("law 2",
				    "page %#lx is cached for swap slot %lu, and does not know",
				    folio_pfn(folio), i);
	}
}

void psim_swap_audit_entry(unsigned long slot)
{
	if (slot && slot < nr_slots && slots[slot].used)
		slots[slot].seen++;
	else
		psim_report("law 2", "swap slot %lu is named by a page table, but not in use",
			    slot);
}

bool psim_swap_cache_holds(const struct folio *folio)
{
	unsigned long slot = slot_of(folio);

	return slot < nr_slots && slots[slot].folio == folio;
}

void psim_swap_audit_end(void)
{
	for (unsigned long i = 1; i < nr_slots; i++) {
		if (slots[i].seen != slots[i].entries)
			psim_report("law 2", "swap slot %lu: counts %u entries, but there are %u",
				    i, slots[i].entries, slots[i].seen);
		slots[i].seen = 0;
	}
}

void psim_swap_start(void)
{
	static struct psim_explainer explainer = {.explain = explain};

	psim_audit_register(&explainer);
}

void psim_swap_leftovers(void)
{
	for (unsigned long i = 1; i < nr_slots; i++) {
		if (slots[i].used)
			psim_report("law 3", "swap slot %lu is left, with %u entries%s", i,
				    slots[i].entries, slots[i].folio ? " and cached" : "");
	}
}

void psim_swap_stop(void)
{
	for (unsigned long i = 1; i < nr_slots; i++)
		psim_host_free(slots[i].bytes);
	psim_host_free(slots);
	slots = NULL;
	nr_slots = 0;
}
