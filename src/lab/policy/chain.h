/* SPDX-License-Identifier: MIT */
/*
 * The 2 MiB of which something is in memory, in lists; and watches: of a region one random 64 KiB is looked at, to
 * see whether the region is used. A watch costs nothing here; it tells uses from when it was set on.
 */
#ifndef LAB_CHAIN_H
#define LAB_CHAIN_H

#include "../random.h"
#include "part.h"

#define CHAIN_LISTS 2u
#define CHAIN_NONE  (~0u)

/**
 * struct chain_region - one region of 2 MiB
 * @next, @prev: in its list; regions from nr_regions on are the lists' own
 * @list: 1 + which, or 0
 * @there: pages in memory
 * @seen: when what is watched had been touched last
 * @block: which 64 KiB are watched
 * @watched: whether they are
 */
struct chain_region {
	unsigned int next, prev;
	unsigned char list;
	unsigned char block;
	bool watched;
	unsigned short there;
	uint64_t seen;
};

struct chain {
	const struct psim_lab_world *world;
	struct random random;
	struct chain_region *regions;
	unsigned int nr_regions;
	unsigned int lengths[CHAIN_LISTS];
	unsigned long pages; /* in memory */
};

/* Return: 0, -1 without memory. */
int chain_init(struct chain *c, const struct psim_lab_world *world);
void chain_free(struct chain *c);
void chain_unlink(struct chain *c, unsigned int region);
void chain_append(struct chain *c, unsigned int list, unsigned int region);
void chain_prepend(struct chain *c, unsigned int list, unsigned int region);
/* Return: CHAIN_NONE of an empty list. */
unsigned int chain_first(const struct chain *c, unsigned int list);
unsigned int chain_last(const struct chain *c, unsigned int list);
unsigned int chain_next(const struct chain *c, unsigned int region);

void chain_watch(struct chain *c, unsigned int region);
/* Whether what is watched of it was touched since. */
bool chain_touched(const struct chain *c, unsigned int region);
void chain_evict(struct psim_lab_plan *plan, unsigned int region);

#endif /* LAB_CHAIN_H */
