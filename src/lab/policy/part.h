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

#endif /* LAB_PART_H */
