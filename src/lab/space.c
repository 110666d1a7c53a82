// SPDX-License-Identifier: MIT
/*
 * A program's addresses, as numbers that begin at 0: regions of 2 MiB that it touches are put side by side in
 * the order of their addresses, with one region between those that are no neighbours. So what lies within 2 MiB,
 * or goes on in the next 2 MiB, does so here, and tables are as large as the program is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

static size_t hash(uint64_t number)
{
	return number * 0x9e3779b97f4a7c15ull >> 32;
}

static void link_region(struct lab_space *space, size_t index)
{
	size_t at = hash(space->regions[index].number) & space->mask;

	while (space->table[at])
		at = (at + 1) & space->mask;
	space->table[at] = index + 1;
}

static int rehash(struct lab_space *space, size_t slots)
{
	uint32_t *table = calloc(slots, sizeof(*table));

	if (!table)
		return -ENOMEM;
	free(space->table);
	space->table = table;
	space->mask = slots - 1;
	for (size_t i = 0; i < space->nr_regions; i++)
		link_region(space, i);
	return 0;
}

static struct lab_region *lookup(struct lab_space *space, uint64_t number)
{
	if (!space->table)
		return NULL;
	for (size_t at = hash(number) & space->mask; space->table[at];
	     at = (at + 1) & space->mask) {
		struct lab_region *region = &space->regions[space->table[at] - 1];

		if (region->number == number)
			return region;
	}
	return NULL;
}

static struct lab_region *add_region(struct lab_space *space, uint64_t number)
{
	if (space->nr_regions == space->room) {
		size_t room = space->room ? 2 * space->room : 64;
		struct lab_region *regions = realloc(space->regions, room * sizeof(*regions));

		if (!regions)
			return NULL;
		space->regions = regions;
		space->room = room;
		if (rehash(space, 4 * room))
			return NULL;
	}
	space->regions[space->nr_regions] = (struct lab_region){.number = number};
	link_region(space, space->nr_regions);
	return &space->regions[space->nr_regions++];
}

int lab_space_add(struct lab_space *space, uint64_t address, uint64_t bytes)
{
	uint64_t last = (address + (bytes ? bytes - 1 : 0)) >> 12;

	for (uint64_t page = address >> 12; page <= last; page++) {
		/* while it grows, the cache holds the region's index */
		uint64_t number = page >> 9;
		unsigned int slot = number % LAB_CACHE;
		struct lab_region *region;

		if (space->cache[slot].number == number + 1) {
			region = &space->regions[space->cache[slot].first];
		} else {
			region = lookup(space, number);
			region = region ? region : add_region(space, number);
			if (!region)
				return -ENOMEM;
			space->cache[slot].number = number + 1;
			space->cache[slot].first = region - space->regions;
		}
		region->pages[page >> 6 & 7] |= 1ull << (page & 63);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct lab_region *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

int lab_space_seal(struct lab_space *space)
{
	unsigned long next = 0;

	memset(space->cache, 0, sizeof(space->cache));
	space->touched = 0;
	if (space->nr_regions)
		qsort(space->regions, space->nr_regions, sizeof(*space->regions), by_number);
	for (size_t i = 0; i < space->nr_regions; i++) {
		struct lab_region *region = &space->regions[i];

		if (i && region->number != region[-1].number + 1)
			next += PSIM_LAB_REGION_PAGES;
		region->first = next;
		next += PSIM_LAB_REGION_PAGES;
		for (int word = 0; word < 8; word++)
			space->touched += __builtin_popcountll(region->pages[word]);
	}
	space->nr_pages = next;
	return space->nr_regions ? rehash(space, space->mask + 1) : 0;
}

unsigned long lab_space_find(struct lab_space *space, uint64_t page_number)
{
	uint64_t number = page_number >> 9;
	struct lab_region *region = lookup(space, number);
	unsigned int slot = number % LAB_CACHE;

	if (!region)
		return LAB_NOWHERE;
	space->cache[slot].number = number + 1;
	space->cache[slot].first = region->first;
	return region->first + (page_number & 511);
}

void lab_space_free(struct lab_space *space)
{
	free(space->regions);
	free(space->table);
	*space = (struct lab_space){0};
}
