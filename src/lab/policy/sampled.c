// SPDX-License-Identifier: MIT
/*
 * The least recently used by sampling: regions are in the order in which something of them came last. The first of
 * them are watched; one that was used goes to the end instead of leaving.
 */
#include "chain.h"

#define MAX_SAMPLES 1024u

/**
 * struct sampled - state
 * @samples: regions from the beginning that are watched
 * @nr_watched: how many are
 * @frontier: the first that is not, or CHAIN_NONE
 * @evicted: of each region, in which round it left
 * @round: of evictions; each has @window
 * @nr_evicted: in this round
 * @nr_back: came again in this round, and left in it or in the one before
 */
struct sampled {
	struct chain chain;
	unsigned int samples, window;
	unsigned int nr_watched, frontier;
	unsigned int *evicted;
	unsigned int round, nr_evicted, nr_back;
};

static void destroy(void *state)
{
	struct sampled *s = state;

	chain_free(&s->chain);
	free(s->evicted);
	free(s);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct sampled *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->samples = values[0];
	s->window = values[1];
	s->frontier = CHAIN_NONE;
	s->round = 1;
	if (!chain_init(&s->chain, world))
		s->evicted = calloc(s->chain.nr_regions, sizeof(*s->evicted));
	if (s->evicted)
		return s;
	destroy(s);
	return NULL;
}

static void watch_more(struct sampled *s)
{
	for (; s->nr_watched < s->samples && s->frontier != CHAIN_NONE; s->nr_watched++) {
		chain_watch(&s->chain, s->frontier);
		s->frontier = chain_next(&s->chain, s->frontier);
	}
}

static void take_out(struct sampled *s, unsigned int region)
{
	struct chain_region *r = &s->chain.regions[region];

	if (s->frontier == region)
		s->frontier = chain_next(&s->chain, region);
	s->nr_watched -= r->watched;
	r->watched = false;
	chain_unlink(&s->chain, region);
}

static void to_end(struct sampled *s, unsigned int region)
{
	if (s->chain.regions[region].list)
		take_out(s, region);
	chain_append(&s->chain, 0, region);
	if (s->frontier == CHAIN_NONE)
		s->frontier = region;
	watch_more(s);
}

/* More than half came again: watch twice as many; more than 0.8 did not: half. */
static void next_round(struct sampled *s)
{
	if (s->nr_back > 0.5 * s->window && s->samples < MAX_SAMPLES)
		s->samples *= 2;
	else if (s->window - s->nr_back > 0.8 * s->window && s->samples > 1)
		s->samples /= 2;
	s->nr_evicted = s->nr_back = 0;
	s->round++;
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct sampled *s = state;
	unsigned int region = first / REGION;

	if (s->evicted[region] && s->evicted[region] + 1 >= s->round)
		s->nr_back++;
	s->evicted[region] = 0;
	s->chain.regions[region].there += pages;
	s->chain.pages += pages;
	to_end(s, region);
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct sampled *s = state;
	unsigned int region = first / REGION;

	s->chain.pages -= pages;
	s->chain.regions[region].there -= pages;
	if (s->chain.regions[region].there)
		return;
	take_out(s, region);
	watch_more(s);
	if (why != PSIM_LAB_EVICTED)
		return;
	if (s->nr_evicted == s->window)
		next_round(s);
	s->nr_evicted++;
	s->evicted[region] = s->round;
}

static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct sampled *s = state;
	unsigned long before = s->chain.pages;

	(void)pages;
	/* once round: who was used is watched anew, and so are those of the fault in progress */
	for (unsigned int tries = 2 * s->chain.lengths[0]; tries && s->chain.pages == before;
	     tries--) {
		unsigned int region = chain_first(&s->chain, 0);

		if (chain_touched(&s->chain, region)) {
			to_end(s, region);
			continue;
		}
		chain_evict(plan, region);
		if (s->chain.regions[region].there)
			to_end(s, region);
	}
}

static const struct psim_lab_option options[] = {
	{"samples", "2 MiB that are watched, to begin with", 100, 1, MAX_SAMPLES},
	{"window", "evictions after which there are more or fewer", 16, 1, 1e6},
	{0},
};

PART(lru_sampled, "lru-sampled", "what was not used while it was watched leaves", "B52",
     .options = options, .wants = PSIM_LAB_RECENCY, .create = create, .destroy = destroy,
     .victim = victim, .arrived = arrived, .left = left);
