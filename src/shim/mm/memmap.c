// SPDX-License-Identifier: MIT
/*
 * The memory map: one array of descriptors over the whole span of physical addresses, made valid a
 * granule of 64 at a time, on first use, so that a start does nothing for memory that is not touched.
 *
 * Physical addresses: RAM from 0 without holes; device regions below the limit of the direct map.
 * Not modelled: holes, nodes, hot-plugged RAM.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "host/host.h"
#include "host/race.h"
#include "mm/page.h"
#include "sched/engine.h"

#define SITE_BITS  12
#define SITES	   (1u << SITE_BITS)
#define SITE_BYTES (2 * SITES * sizeof(struct site))

/* One descriptor's words 0 and 6; the others are 0 from the start. */
#define WORD6_FREE 0x00000000ffffffffull /* mapcount -1, refcount 0 */
#define WORD6_HELD 0x00000001ffffffffull

struct site {
	const char *name;
	unsigned int number;
};

struct page *__psim_memmap;
unsigned long *__psim_granules;
unsigned long __psim_max_pfn;
char *__psim_ram;
unsigned long psim_ram_pages;

static struct psim_raw lock;
static u32 *touched; /* granules that are valid, in the order in which they became so */
static unsigned long nr_touched, most_touched;

/*
 * In an arena, and kept from machine to machine: [0, SITES) is a hash table of names, [SITES, 2 SITES)
 * has the name of each number. Number 0 is "?".
 */
static struct site *sites;
static struct psim_raw site_lock;

/* ---- words of descriptors, poisoned or not ------------------------------------------------------ */

__no_sanitize_address u64 psim_page_word_unwatched(unsigned long pfn, unsigned int word)
{
	return __atomic_load_n((const u64 *)(__psim_memmap + pfn) + word, __ATOMIC_RELAXED);
}

__no_sanitize_address void psim_page_set_word_unwatched(unsigned long pfn, unsigned int word,
							u64 value)
{
	__atomic_store_n((u64 *)(__psim_memmap + pfn) + word, value, __ATOMIC_RELAXED);
}

/* ---- granules --------------------------------------------------------------------------------------- */

/* The word with the zone comes last: who sees a zone sees the others. */
static __no_sanitize_address void describe(unsigned long pfn, enum zone_type zone, u64 flags,
					   u64 word1, u64 word6)
{
	u64 *words = (u64 *)(__psim_memmap + pfn);

	__atomic_store_n(&words[1], word1, __ATOMIC_RELAXED);
	__atomic_store_n(&words[6], word6, __ATOMIC_RELAXED);
	__atomic_store_n(&words[0], (u64)zone << ZONES_PGSHIFT | flags, __ATOMIC_RELEASE);
}

static void describe_ram(unsigned long first)
{
	for (unsigned long pfn = first; pfn < first + PSIM_GRANULE_PAGES; pfn++) {
		bool reserved = pfn < PSIM_RESERVED_PAGES;

		describe(pfn, ZONE_NORMAL, reserved ? BIT(PG_reserved) : 0, 0,
			 reserved ? WORD6_HELD : WORD6_FREE);
	}
	if (first < PSIM_RESERVED_PAGES)
		first += PSIM_RESERVED_PAGES;
	psim_host_poison(__psim_memmap + first,
			 (PSIM_GRANULE_PAGES - first % PSIM_GRANULE_PAGES) * sizeof(struct page));
}

/* S5.5 */
static void describe_device(unsigned long first, struct dev_pagemap *pgmap)
{
	for (unsigned long pfn = first; pfn < first + PSIM_GRANULE_PAGES; pfn++)
		describe(pfn, ZONE_DEVICE, BIT(PG_reserved), (u64)(unsigned long)pgmap, WORD6_FREE);
}

/* The descriptors of @pfn's granule become valid, unless the frame belongs to nothing: a report. */
struct page *__psim_granule_prepare(unsigned long pfn)
{
	unsigned long granule = pfn >> __PSIM_GRANULE_SHIFT, bit = 1ul << granule % 64;
	struct dev_pagemap *pgmap = NULL;

	if (pfn >= __psim_max_pfn || (!psim_pfn_is_ram(pfn) && !(pgmap = psim_pagemap_of(pfn)))) {
		psim_report("S5.42", "page %#lx is neither RAM nor in a pagemap", pfn);
		return __psim_memmap + min(pfn, __psim_max_pfn - 1);
	}
	psim_raw_lock(&lock);
	if (!(__psim_granules[granule / 64] & bit)) {
		if (pgmap)
			describe_device(granule << __PSIM_GRANULE_SHIFT, pgmap);
		else
			describe_ram(granule << __PSIM_GRANULE_SHIFT);
		touched[nr_touched++] = granule;
		most_touched = max(most_touched, nr_touched);
		__psim_fetch(or, &__psim_granules[granule / 64], bit, __ATOMIC_RELEASE);
	}
	psim_raw_unlock(&lock);
	return __psim_memmap + pfn;
}

static void forget_granule(unsigned long granule)
{
	struct page *page = __psim_memmap + (granule << __PSIM_GRANULE_SHIFT);

	psim_host_unpoison(page, PSIM_GRANULE_PAGES * sizeof(*page));
	psim_host_clear(page, PSIM_GRANULE_PAGES * sizeof(*page));
	__psim_fetch(and, &__psim_granules[granule / 64], ~(1ul << granule % 64), __ATOMIC_RELAXED);
}

void psim_granules_forget(unsigned long pfn, unsigned long pages)
{
	unsigned long first = pfn >> __PSIM_GRANULE_SHIFT, kept = 0;
	unsigned long end = (pfn + pages) >> __PSIM_GRANULE_SHIFT;

	psim_raw_lock(&lock);
	for (unsigned long i = 0; i < nr_touched; i++) {
		if (touched[i] >= first && touched[i] < end)
			forget_granule(touched[i]);
		else
			touched[kept++] = touched[i];
	}
	nr_touched = kept;
	psim_raw_unlock(&lock);
}

void psim_granules_visit(void (*fn)(unsigned long pfn, void *arg), void *arg)
{
	for (unsigned long i = 0; i < nr_touched; i++)
		fn((unsigned long)touched[i] << __PSIM_GRANULE_SHIFT, arg);
}

bool pfn_valid(unsigned long pfn)
{
	return psim_pfn_is_ram(pfn) || psim_pagemap_of(pfn);
}

/* ---- sites ------------------------------------------------------------------------------------------------ */

/* Names are compared by address: one function's name is one array. Which number it gets is not seen. */
unsigned int psim_site_number(const char *site)
{
	u64 hash = ((u64)(unsigned long)site * 0x9e3779b97f4a7c15ull) >> (64 - SITE_BITS);
	unsigned int number = 0;

	psim_raw_lock(&site_lock);
	for (unsigned int i = 0; i < SITES; i++, hash = (hash + 1) % SITES) {
		if (sites[hash].name == site) {
			number = sites[hash].number;
			break;
		}
		if (!sites[hash].name) {
			if (sites[SITES].number < SITES - 1) {
				number = ++sites[SITES].number;
				sites[hash] = (struct site){site, number};
				sites[SITES + number].name = site;
			}
			break;
		}
	}
	psim_raw_unlock(&site_lock);
	return number;
}

const char *psim_site_name(unsigned int number)
{
	return number && number < SITES ? sites[SITES + number].name : "?";
}

/* ---- start and stop -------------------------------------------------------------------------------------------- */

/* First byte beyond the direct map: room for RAM, and for device memory several times its size. */
static unsigned long long limit_of(unsigned long long ram)
{
	unsigned long long limit = SZ_1G * 64ull;

	while (limit < 4 * ram + SZ_1G * 64ull)
		limit *= 2;
	return limit;
}

int psim_memmap_start(const struct psim_config *config)
{
	unsigned long pages = limit_of(config->ram_bytes) >> PAGE_SHIFT;
	unsigned long granules = pages >> __PSIM_GRANULE_SHIFT;
	char *side;

	__psim_memmap = psim_host_arena(PSIM_ARENA_MEMMAP, pages * sizeof(struct page));
	side = psim_host_arena(PSIM_ARENA_SIDE,
			       SITE_BYTES + granules / 8 + granules * sizeof(*touched));
	if (!config->no_bytes)
		__psim_ram = psim_host_arena(PSIM_ARENA_RAM, config->ram_bytes);
	if (!__psim_memmap || !side || (!config->no_bytes && !__psim_ram))
		return psim_misuse(-ENOMEM,
				   "ram_bytes %llu: the host has not enough address space for it",
				   config->ram_bytes);
	if (psim_race && __psim_ram)
		psim_race->ignored(__psim_ram, config->ram_bytes);
	sites = (struct site *)side;
	__psim_granules = (unsigned long *)(side + SITE_BYTES);
	touched = (u32 *)(side + SITE_BYTES + granules / 8);
	__psim_max_pfn = pages;
	psim_ram_pages = config->ram_bytes >> PAGE_SHIFT;
	return psim_resource_start(config->ram_bytes, (unsigned long long)pages << PAGE_SHIFT);
}

/* Bytes that were handed out and must read zero in the next machine. */
struct clearing {
	unsigned long start, end; /* the run that is being gathered */
	unsigned long lowest, highest; /* all of them */
	bool at_once;
};

/* So many granules that giving the whole range back to the host is cheaper than clearing each. */
#define MANY_GRANULES 64

static void clear_run(struct clearing *all)
{
	void *bytes = psim_page_bytes(all->start);
	unsigned long n = (all->end - all->start) << PAGE_SHIFT;

	if (!n)
		return;
	psim_host_unpoison(bytes, n);
	if (!all->at_once)
		psim_host_clear(bytes, n);
	all->lowest = min(all->lowest, all->start);
	all->highest = max(all->highest, all->end);
	all->start = all->end = 0;
}

static void clear_touched(unsigned long first, void *arg)
{
	struct clearing *all = arg;

	if (!psim_pfn_is_ram(first))
		return;
	for (unsigned long pfn = first; pfn < first + PSIM_GRANULE_PAGES; pfn++) {
		if (!(psim_page_word(pfn, 0) & PSIM_PG_TOUCHED))
			continue;
		if (all->end != pfn) {
			clear_run(all);
			all->start = pfn;
		}
		all->end = pfn + 1;
	}
}

static void clear_bytes(void)
{
	struct clearing all = {.lowest = ~0ul, .at_once = nr_touched > MANY_GRANULES};

	psim_granules_visit(clear_touched, &all);
	clear_run(&all);
	if (all.at_once && all.lowest < all.highest)
		psim_host_clear(psim_page_bytes(all.lowest), (all.highest - all.lowest)
								     << PAGE_SHIFT);
}

/* O(what was touched): bytes first, because the descriptors tell which. */
void psim_memmap_stop(void)
{
	if (!touched)
		return;
	if (__psim_ram)
		clear_bytes();
	for (unsigned long i = 0; i < nr_touched; i++)
		forget_granule(touched[i]);
	psim_host_clear(touched, most_touched * sizeof(*touched));
	nr_touched = most_touched = 0;
}
