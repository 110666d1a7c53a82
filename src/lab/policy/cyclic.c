// SPDX-License-Identifier: MIT
/*
 * For what is gone through again and again: the regions that came first are protected, and what leaves is the first
 * of the others. How many these are is learnt.
 */
#include "chain.h"

enum {
	PROTECTED,
	TAIL
};

/**
 * struct cyclic - state
 * @tail: regions that are not protected
 * @newest: which came last: it is in use; it is watched once another comes
 */
struct cyclic {
	struct chain chain;
	unsigned int tail;
	unsigned int newest;
};

static void destroy(void *state)
{
	struct cyclic *c = state;

	chain_free(&c->chain);
	free(c);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct cyclic *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->tail = values[0];
	c->newest = CHAIN_NONE;
	if (!chain_init(&c->chain, world))
		return c;
	destroy(c);
	return NULL;
}

static void balance(struct cyclic *c)
{
	struct chain *chain = &c->chain;

	while (chain->lengths[TAIL] > c->tail) {
		unsigned int region = chain_first(chain, TAIL);

		chain_unlink(chain, region);
		chain_append(chain, PROTECTED, region);
	}
	while (chain->lengths[TAIL] < c->tail && chain->lengths[PROTECTED]) {
		unsigned int region = chain_last(chain, PROTECTED);

		chain_unlink(chain, region);
		chain_prepend(chain, TAIL, region);
	}
}

static void to_end(struct cyclic *c, unsigned int region)
{
	chain_unlink(&c->chain, region);
	chain_append(&c->chain, TAIL, region);
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct cyclic *c = state;
	unsigned int region = first / REGION;

	c->chain.pages += pages;
	c->chain.regions[region].there += pages;
	if (region != c->newest && c->newest != CHAIN_NONE && c->chain.regions[c->newest].there)
		chain_watch(&c->chain, c->newest);
	c->newest = region;
	c->chain.regions[region].watched = false;
	to_end(c, region);
	balance(c);
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct cyclic *c = state;
	unsigned int region = first / REGION;

	(void)why;
	c->chain.pages -= pages;
	c->chain.regions[region].there -= pages;
	if (c->chain.regions[region].there)
		return;
	chain_unlink(&c->chain, region);
	balance(c);
}

/* Who was used makes the tail longer and waits at its end; who leaves without makes it shorter. */
static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct cyclic *c = state;
	struct chain *chain = &c->chain;
	unsigned long before = chain->pages;
	unsigned int tries = 2 * (chain->lengths[PROTECTED] + chain->lengths[TAIL]);

	(void)pages;
	for (; tries && chain->pages == before; tries--) {
		unsigned int region = chain_first(chain, TAIL);

		if (chain_touched(chain, region)) {
			c->tail += c->tail < chain->lengths[PROTECTED] + chain->lengths[TAIL];
			chain_watch(chain, region);
			to_end(c, region);
		} else {
			chain_evict(plan, region);
			if (chain->pages != before)
				c->tail -= c->tail > 1;
			else /* it came with the fault in progress: the one before it */
				c->tail +=
					c->tail < chain->lengths[PROTECTED] + chain->lengths[TAIL];
		}
		balance(c);
	}
}

static const struct psim_lab_option options[] = {
	{"tail", "2 MiB that are not protected, to begin with", 1, 1, 1e6},
	{0},
};

PART(cyclic, "cyclic", "the 2 MiB that came first are protected; of the others the first leave",
     "B53", .options = options, .wants = PSIM_LAB_RECENCY, .create = create, .destroy = destroy,
     .victim = victim, .arrived = arrived, .left = left);
