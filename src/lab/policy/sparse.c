// SPDX-License-Identifier: MIT
/* What leaves by how much of it is in memory: what is sparse, or the largest. */
#include "units.h"

/* ---- by trees ------------------------------------------------------------------------------------------------------ */

/* Resident pages below a node of @blocks leaves; what is sparse is emptied on the way up. */
static unsigned int prune(struct units *u, unsigned long block, unsigned int blocks,
			  struct psim_lab_plan *plan)
{
	unsigned int valid = 0, pages = blocks * BLOCK;
	unsigned long first = block * BLOCK;

	if (blocks > 1) {
		valid = prune(u, block, blocks / 2, plan) +
			prune(u, block + blocks / 2, blocks / 2, plan);
	} else {
		for (unsigned int i = 0; i < BLOCK; i++)
			valid += u->world->resident(u->world, first + i);
	}
	if (blocks == 1 || !valid || valid >= pages / 2)
		return valid;
	plan->evict(plan, first, pages);
	return 0;
}

/* The least recently used 64 KiB of the least recently used 2 MiB leave, then what is sparse around them. */
static void victim_tree(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct units *u = state;
	unsigned long before = u->pages;
	size_t tries = u->order.n;
	uint64_t region;

	(void)pages;
	while (tries-- && u->pages == before && !units_take(u, &region)) {
		uint64_t least = ~0ull;
		unsigned long leaf = 0;

		for (unsigned int i = 0; i < BLOCKS; i++) {
			unsigned long first = region * REGION + i * BLOCK;
			uint64_t touched = 0;
			bool there = false;

			for (unsigned int j = 0; j < BLOCK; j++) {
				uint64_t one = u->world->last_touch(u->world, first + j);

				there |= u->world->resident(u->world, first + j);
				touched = one > touched ? one : touched;
			}
			if (there && touched < least) {
				least = touched;
				leaf = first;
			}
		}
		plan->evict(plan, leaf, BLOCK);
		prune(u, region * BLOCKS, BLOCKS, plan);
		if (u->there[region])
			units_queue(u, region);
	}
}

static void *create_tree(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return units_make(world, TOUCHED, REGION, REGION);
}

UNITS(tree_evict, "tree-evict",
      "the 64 KiB used least recently leave, and what is sparse around them", "B45",
      .wants = PSIM_LAB_RECENCY, .create = create_tree, .victim = victim_tree);

/* ---- the largest ---------------------------------------------------------------------------------------------------- */

static void victim_largest(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct units *u = state;
	unsigned long best = 0, units = u->world->nr_pages / u->unit;

	(void)pages;
	for (unsigned long i = 1; i < units; i++) {
		if (u->there[i] > u->there[best] ||
		    (u->there[i] == u->there[best] && u->stamp[i] < u->stamp[best]))
			best = i;
	}
	plan->evict(plan, best * u->unit, u->unit);
}

UNITS(largest, "largest", "the 2 MiB with the most pages in memory leave", "assumption",
      .create = create_tree, .victim = victim_largest);
