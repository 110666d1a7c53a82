// SPDX-License-Identifier: MIT
/* Lists of 2 MiB, and watches on them. */
#include "chain.h"

int chain_init(struct chain *c, const struct psim_lab_world *world)
{
	c->world = world;
	c->nr_regions = (world->nr_pages + REGION - 1) / REGION;
	random_seed(&c->random, world->seed + world->gpu);
	c->regions = calloc(c->nr_regions + CHAIN_LISTS, sizeof(*c->regions));
	if (!c->regions)
		return -1;
	for (unsigned int i = c->nr_regions; i < c->nr_regions + CHAIN_LISTS; i++)
		c->regions[i].next = c->regions[i].prev = i;
	return 0;
}

void chain_free(struct chain *c)
{
	free(c->regions);
}

void chain_unlink(struct chain *c, unsigned int region)
{
	struct chain_region *r = &c->regions[region];

	if (!r->list)
		return;
	c->regions[r->next].prev = r->prev;
	c->regions[r->prev].next = r->next;
	c->lengths[r->list - 1]--;
	r->list = 0;
}

/* Behind another of the list. */
static void insert(struct chain *c, unsigned int list, unsigned int region, unsigned int behind)
{
	struct chain_region *r = &c->regions[region], *p = &c->regions[behind];

	r->prev = behind;
	r->next = p->next;
	c->regions[p->next].prev = region;
	p->next = region;
	r->list = 1 + list;
	c->lengths[list]++;
}

void chain_append(struct chain *c, unsigned int list, unsigned int region)
{
	insert(c, list, region, c->regions[c->nr_regions + list].prev);
}

void chain_prepend(struct chain *c, unsigned int list, unsigned int region)
{
	insert(c, list, region, c->nr_regions + list);
}

static unsigned int real(const struct chain *c, unsigned int region)
{
	return region < c->nr_regions ? region : CHAIN_NONE;
}

unsigned int chain_first(const struct chain *c, unsigned int list)
{
	return real(c, c->regions[c->nr_regions + list].next);
}

unsigned int chain_last(const struct chain *c, unsigned int list)
{
	return real(c, c->regions[c->nr_regions + list].prev);
}

unsigned int chain_next(const struct chain *c, unsigned int region)
{
	return real(c, c->regions[region].next);
}

/* ---- watches ------------------------------------------------------------------------------------------------- */

/* When the 64 KiB were touched last; 0: nothing of them is there. */
static uint64_t touched(const struct chain *c, unsigned int region, unsigned int block)
{
	unsigned long first = (unsigned long)region * REGION + block * BLOCK;
	uint64_t last = 0;

	for (unsigned long page = first; page < first + BLOCK; page++) {
		uint64_t one = 0;

		if (c->world->resident(c->world, page))
			one = c->world->last_touch(c->world, page);
		last = one > last ? one : last;
	}
	return last;
}

void chain_watch(struct chain *c, unsigned int region)
{
	struct chain_region *r = &c->regions[region];
	unsigned int block = random_below(&c->random, BLOCKS);

	/* from the one that is drawn on, the first that something is of */
	r->watched = true;
	for (unsigned int i = 0; i < BLOCKS; i++) {
		r->block = (block + i) % BLOCKS;
		r->seen = touched(c, region, r->block);
		if (r->seen)
			return;
	}
}

bool chain_touched(const struct chain *c, unsigned int region)
{
	const struct chain_region *r = &c->regions[region];

	return r->watched && touched(c, region, r->block) > r->seen;
}

void chain_evict(struct psim_lab_plan *plan, unsigned int region)
{
	plan->evict(plan, (unsigned long)region * REGION, REGION);
}
