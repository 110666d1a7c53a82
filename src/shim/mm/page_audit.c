// SPDX-License-Identifier: MIT
/*
 * Laws 2 and 3 for pages: rooms explain the references and mappings that they find in a walk of the
 * machine; what a page counts is compared with that. And the room's part in a machine's life.
 *
 * A page that is not anonymous may have references of whoever took it; an anonymous one has just those
 * that are explained, unless it is locked or somebody declares to hold it.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/swap.h>

#include "host/host.h"
#include "mm/page.h"
#include "mm/swapfile.h"

#define FEW_BITS	4
#define FIRST_BITS	8
#define LEFTOVERS_SHOWN 16

struct entry {
	unsigned long pfn;
	int refs, maps, slots, claims;
	int by_leaf, by_slot;
	bool seen, on_list, wrong_list;
	bool all;
	const char *why;
};

/* Entries in the order in which they came, found through a hash table of indices plus 1. */
static struct {
	struct entry *entries;
	u32 *index;
	unsigned int nr, bits;
} ledger;

/* Room for few, so that most machines' ends allocate nothing. */
static __psim_scratch struct {
	struct entry entries[1 << (FEW_BITS - 1)];
	u32 index[1 << FEW_BITS];
} few;

static struct psim_explainer *explainers;
static unsigned long ram_found; /* pages of RAM with references, tails with their heads */

/* ---- the ledger ----------------------------------------------------------------------------------- */

static u32 *slot_of(unsigned long pfn)
{
	unsigned int mask = (1u << ledger.bits) - 1, at = hash_64(pfn, ledger.bits);

	while (ledger.index[at] && ledger.entries[ledger.index[at] - 1].pfn != pfn)
		at = (at + 1) & mask;
	return &ledger.index[at];
}

static void close_ledger(void)
{
	if (ledger.bits > FEW_BITS) {
		psim_host_free(ledger.entries);
		psim_host_free(ledger.index);
	}
	ledger.entries = NULL;
	ledger.index = NULL;
}

static void open_ledger(unsigned int bits)
{
	ledger.bits = bits;
	ledger.nr = 0;
	if (bits == FEW_BITS) {
		memset(few.index, 0, sizeof(few.index));
		ledger.entries = few.entries;
		ledger.index = few.index;
		return;
	}
	ledger.entries = psim_host_malloc(sizeof(*ledger.entries) << (bits - 1));
	ledger.index = psim_host_malloc(sizeof(*ledger.index) << bits);
	if (!ledger.entries || !ledger.index)
		psim_fatal("host", "no memory for an audit of %lu pages",
			   psim_pages_in_use() + psim_device_pages_in_use());
}

static void grow_ledger(void)
{
	unsigned int nr = ledger.nr, bits = ledger.bits;
	struct entry *old = ledger.entries;
	u32 *index = ledger.index;

	open_ledger(max(bits + 1, FIRST_BITS));
	for (ledger.nr = 0; ledger.nr < nr; ledger.nr++) {
		ledger.entries[ledger.nr] = old[ledger.nr];
		*slot_of(old[ledger.nr].pfn) = ledger.nr + 1;
	}
	if (bits > FEW_BITS) {
		psim_host_free(old);
		psim_host_free(index);
	}
}

static struct entry *entry_of(unsigned long pfn)
{
	u32 *slot = slot_of(pfn);

	if (*slot)
		return &ledger.entries[*slot - 1];
	if (ledger.nr == 1u << (ledger.bits - 1)) {
		grow_ledger();
		slot = slot_of(pfn);
	}
	ledger.entries[ledger.nr] = (struct entry){.pfn = pfn};
	*slot = ++ledger.nr;
	return &ledger.entries[ledger.nr - 1];
}

void psim_audit_explain(unsigned long pfn, int refs, int maps, const char *why)
{
	struct entry *entry = entry_of(pfn);

	entry->refs += refs;
	entry->maps += maps;
	entry->why = why;
}

void psim_audit_explain_all(unsigned long pfn, int refs, int maps, const char *why)
{
	psim_audit_explain(pfn, refs, maps, why);
	entry_of(pfn)->all = true;
}

void psim_audit_slot(unsigned long pfn, bool claims)
{
	struct entry *entry = entry_of(pfn);

	entry->slots++;
	entry->claims += claims;
}

void psim_audit_part(unsigned long pfn, int leaves, int slots)
{
	struct entry *entry = entry_of(pfn);

	entry->by_leaf += leaves;
	entry->by_slot += slots;
}

void psim_audit_register(struct psim_explainer *explainer)
{
	explainer->next = explainers;
	explainers = explainer;
}

static void explain_batch(unsigned long pfn)
{
	psim_audit_explain(pfn, 1, 0, "an LRU batch");
}

static void explain_list(unsigned long pfn, bool right)
{
	struct entry *entry = entry_of(pfn);

	entry->on_list = true;
	entry->wrong_list = !right;
}

/* ---- law 2 ------------------------------------------------------------------------------------------- */

static const char *site_of(unsigned long pfn)
{
	return psim_site_name((psim_page_word(pfn, 0) & PSIM_PG_SITE_MASK) >> PSIM_PG_SITE_SHIFT);
}

static bool is_free(unsigned long pfn)
{
	return psim_page_raw_refs(pfn) == 0;
}

static bool is_tail(unsigned long pfn)
{
	return psim_page_word(pfn, 1) & 1;
}

/* S0.9: one process may map it, so one slot; a migration entry that says so keeps the flag for it. */
static void check_exclusive(unsigned long pfn, const struct entry *entry, u64 flags)
{
	bool exclusive = flags & BIT(PG_anon_exclusive);

	if (exclusive && entry->slots > 1)
		psim_report("S0.9", "page %#lx, taken in %s: exclusive, but %d slots have it", pfn,
			    site_of(pfn), entry->slots);
	if (entry->claims && entry->slots > 1)
		psim_report("S0.9",
			    "page %#lx, taken in %s: a migration entry claims it, but %d slots "
			    "have it",
			    pfn, site_of(pfn), entry->slots);
	if (entry->claims && exclusive)
		psim_report("S0.9",
			    "page %#lx, taken in %s: exclusive, although a migration entry has "
			    "that flag",
			    pfn, site_of(pfn));
}

static void check_lru(unsigned long pfn, const struct entry *entry, u64 flags)
{
	bool flagged = flags & BIT(PG_lru);

	if (flagged && !psim_pfn_is_ram(pfn))
		psim_report("S5.43", "device page %#lx has the LRU's flag", pfn);
	else if (flagged != entry->on_list)
		psim_report("law 2", "page %#lx, taken in %s: %s", pfn, site_of(pfn),
			    flagged ? "has the LRU's flag, but is on no list"
				    : "is on an LRU list without the flag");
	else if (entry->wrong_list)
		psim_report("law 2", "page %#lx, taken in %s: is not on the LRU list of its flags",
			    pfn, site_of(pfn));
}

static struct entry *find_entry(unsigned long pfn)
{
	static struct entry nothing;
	u32 *slot = slot_of(pfn);

	return *slot ? &ledger.entries[*slot - 1] : &nothing;
}

/* Each page of a large folio, and the counts of the whole. */
static void compare_parts(unsigned long pfn)
{
	const struct folio *folio = (const struct folio *)(__psim_memmap + pfn);
	bool anon = psim_page_word(pfn, 3) & FOLIO_MAPPING_ANON;
	int leaves = find_entry(pfn)->by_leaf;
	unsigned long mapped = 0;

	for (unsigned long i = 0; i < (unsigned long)folio_nr_pages(folio); i++) {
		struct entry *entry = find_entry(pfn + i);
		int maps = psim_page_raw_maps(pfn + i);

		if (maps != entry->by_slot)
			psim_report("law 2",
				    "page %#lx of folio %#lx: mapcount %d, but %d slots map it",
				    pfn + i, pfn, maps, entry->by_slot);
		if (anon && i)
			check_exclusive(pfn + i, entry, psim_page_word(pfn + i, 0));
		mapped += maps > 0;
		entry->seen = true;
	}
	if (folio_entire_mapcount(folio) != leaves)
		psim_report("law 2", "folio %#lx: entire mapcount %d, but %d leaves map it", pfn,
			    folio_entire_mapcount(folio), leaves);
	if ((unsigned long)atomic_read(&folio->_nr_pages_mapped) != mapped)
		psim_report("law 2", "folio %#lx: counts %d mapped pages, and has %lu", pfn,
			    atomic_read(&folio->_nr_pages_mapped), mapped);
}

/* Slots and leaves that map the folio whose head @pfn is. */
static int mapcount_of(unsigned long pfn, u64 flags)
{
	if (flags & BIT(PG_head))
		return folio_large_mapcount((const struct folio *)(__psim_memmap + pfn));
	return psim_page_raw_maps(pfn);
}

static void compare(unsigned long pfn)
{
	struct entry *entry = find_entry(pfn);
	u64 flags = psim_page_word(pfn, 0);
	bool anon = psim_page_word(pfn, 3) & FOLIO_MAPPING_ANON;
	int refs = psim_page_raw_refs(pfn), maps = mapcount_of(pfn, flags);

	if (maps != entry->maps)
		psim_report("law 2", "page %#lx, taken in %s: mapcount %d, but %d slots map it",
			    pfn, site_of(pfn), maps, entry->maps);
	if (refs < entry->refs ||
	    ((anon || entry->all) && refs != entry->refs && !(flags & BIT(PG_locked))))
		psim_report(
			"law 2",
			"page %#lx, taken in %s: refcount %d, but %d references are accounted for%s%s",
			pfn, site_of(pfn), refs, entry->refs, entry->why ? ", the last by " : "",
			entry->why ?: "");
	if (anon)
		check_exclusive(pfn, entry, flags);
	check_lru(pfn, entry, flags);
	if (folio_test_swapcache(pfn_folio(pfn)) && !psim_swap_cache_holds(pfn_folio(pfn)))
		psim_report("law 2", "page %#lx, taken in %s: says that it is in the swap cache",
			    pfn, site_of(pfn));
	if (psim_pfn_is_ram(pfn))
		ram_found += folio_nr_pages(pfn_folio(pfn));
	else
		psim_memremap_audit_folio(pfn, folio_nr_pages(pfn_folio(pfn)));
	entry->seen = true;
	if (flags & BIT(PG_head))
		compare_parts(pfn);
}

/* A free page is nobody's: what it still says would be the next user's. */
static void compare_free(unsigned long pfn)
{
	u64 flags = psim_page_word(pfn, 0);
	int maps = psim_page_raw_maps(pfn);

	if (is_tail(pfn))
		return;
	if (maps)
		psim_report("law 2", "page %#lx is free, but its mapcount is %d", pfn, maps);
	if (flags & (BIT(PG_lru) | BIT(PG_locked)))
		psim_report("law 2", "page %#lx is free, but %s", pfn,
			    flags & BIT(PG_lru) ? "has the LRU's flag" : "locked");
}

static void compare_granule(unsigned long first, void *arg)
{
	for (unsigned long pfn = first; pfn < first + PSIM_GRANULE_PAGES; pfn++) {
		if (pfn < PSIM_RESERVED_PAGES)
			continue;
		if (is_free(pfn))
			compare_free(pfn);
		else
			compare(pfn);
	}
}

void psim_page_audit(void)
{
	if (!explainers)
		return;
	open_ledger(psim_pages_in_use() + psim_device_pages_in_use() > ARRAY_SIZE(few.entries)
			    ? FIRST_BITS
			    : FEW_BITS);
	psim_lru_visit_batches(explain_batch);
	psim_lru_visit_lists(explain_list);
	psim_memremap_audit_begin();
	for (struct psim_explainer *e = explainers; e; e = e->next)
		e->explain();
	ram_found = 0;
	psim_granules_visit(compare_granule, NULL);
	if (ram_found != psim_pages_in_use())
		psim_report("law 2", "%lu pages are taken, but %lu have references",
			    psim_pages_in_use(), ram_found);
	for (unsigned int i = 0; i < ledger.nr; i++) {
		struct entry *entry = &ledger.entries[i];

		if (entry->seen || entry->pfn < PSIM_RESERVED_PAGES)
			continue;
		if (entry->refs || entry->maps)
			psim_report("law 2", "page %#lx is free, but %s holds it", entry->pfn,
				    entry->why);
		if (entry->on_list)
			psim_report("law 2", "page %#lx is free, but on an LRU list", entry->pfn);
	}
	psim_memremap_audit_end();
	close_ledger();
}

/* ---- law 3 -------------------------------------------------------------------------------------------- */

static void leftover_granule(unsigned long first, void *arg)
{
	unsigned long *left = arg;

	for (unsigned long pfn = first; pfn < first + PSIM_GRANULE_PAGES; pfn++) {
		if (pfn < PSIM_RESERVED_PAGES || is_free(pfn) || is_tail(pfn))
			continue;
		if (++*left <= LEFTOVERS_SHOWN)
			psim_report("law 3",
				    "%s %#lx is left, taken in %s: refcount %d mapcount %d%s",
				    psim_pfn_is_ram(pfn) ? "page" : "device page", pfn,
				    site_of(pfn), psim_page_raw_refs(pfn), psim_page_raw_maps(pfn),
				    psim_page_word(pfn, 0) & BIT(PG_locked) ? ", locked" : "");
	}
}

void psim_page_leftovers(void)
{
	unsigned long left = 0;

	if (psim_pages_in_use() || psim_device_pages_in_use())
		psim_granules_visit(leftover_granule, &left);
	if (left > LEFTOVERS_SHOWN)
		psim_report("law 3", "%lu more pages are left", left - LEFTOVERS_SHOWN);
	psim_memremap_leftovers();
}

/* ---- the room -------------------------------------------------------------------------------------------- */

static int start(const struct psim_config *config)
{
	int err = psim_memmap_start(config);

	psim_object_name = psim_mm_object_name;

	if (err)
		return err;
	psim_lru_start();
	return psim_page_alloc_start(config);
}

static void stop(void)
{
	psim_lru_stop();
	psim_coherent_stop();
	psim_memmap_stop();
}

const struct psim_room psim_room_pages = {
	.name = "pages",
	.start = start,
	.drain = psim_lru_drain,
	.audit = psim_page_audit,
	.leftovers = psim_page_leftovers,
	.stop = stop,
};
