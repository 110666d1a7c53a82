/* SPDX-License-Identifier: MIT */
/* What the parts of policies share. */
#ifndef LAB_PART_H
#define LAB_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <psim/lab.h>

#define REGION PSIM_LAB_REGION_PAGES
#define BLOCK  PSIM_LAB_BLOCK_PAGES
#define BLOCKS (REGION / BLOCK)

#define PART(ident, title, text, where, ...)                                          \
	const struct psim_lab_policy lab_part_##ident = {.version = PSIM_LAB_VERSION, \
							 .name = title,               \
							 .about = text,               \
							 .source = where,             \
							 __VA_ARGS__}

static inline bool part_wanted(const struct psim_lab_world *world, unsigned long page)
{
	return world->exists(world, page) && !world->resident(world, page);
}

/* Less than 2 MiB are free. */
static inline bool part_is_full(const struct psim_lab_world *world)
{
	return world->free_pages(world) < REGION;
}

static inline bool part_is_with_peer(const struct psim_lab_world *world, unsigned long page)
{
	int owner = world->owner(world, page);

	return world->linked && owner >= 0 && (unsigned int)owner != world->gpu;
}

/*
 * It comes with the access from afar that has this number among those of the 64 KiB around. Who asks again has
 * been counted; who faults for the first time has not.
 */
static inline int part_with(const struct psim_lab_fault *fault, struct psim_lab_plan *plan,
			    double threshold)
{
	unsigned long number = fault->touches + !fault->mapped;
	unsigned long wanted = threshold < 4e9 ? (unsigned long)threshold : 4000000000ul;

	if (number >= wanted)
		return PSIM_LAB_ELSE;
	plan->ask_after = wanted - fault->touches;
	return PSIM_LAB_REMOTE;
}

/* As part_with() for reads; a write brings it at once. */
static inline int part_with_read(const struct psim_lab_fault *fault, struct psim_lab_plan *plan,
				 double threshold)
{
	if (fault->write)
		return PSIM_LAB_ELSE;
	plan->read_only = 1;
	return part_with(fault, plan, threshold);
}

#endif /* LAB_PART_H */
