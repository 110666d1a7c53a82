// SPDX-License-Identifier: MIT
/*
 * What leaves when memory is short: pages, 64 KiB or 2 MiB at a time, in some order. What is in memory is counted
 * unit by unit; the order is looked at only when somebody has to leave.
 */
#include <stdbool.h>
#include <stdlib.h>

#include <psim/lab.h>

#include "../random.h"
#include "order.h"

enum key {
	ARRIVED, /* when the unit's first page came */
	MIGRATED, /* when one of its pages came last */
	TOUCHED, /* when it was touched last */
	COUNTED /* how often it was touched */
};

/**
 * struct evict - state of one of these policies
 * @key: the order
 * @unit: pages of what is put in order
 * @leaves: pages that leave with it
 * @reserve: share of the order's beginning that is passed over
 * @there: pages of each unit that are in memory
 * @queued: whether a unit is in the order
 * @stamp: of each unit
 * @clock: of stamps
 * @pages: in memory
 */
struct evict {
	const struct psim_lab_world *world;
	enum key key;
	unsigned int unit;
	unsigned int leaves;
	double reserve;
	struct order order;
	unsigned short *there;
	unsigned char *queued;
	uint64_t *stamp;
	uint64_t clock;
	unsigned long pages;
};

static uint64_t sum_of(struct evict *v, uint64_t thing,
		       unsigned long long (*of)(const struct psim_lab_world *, unsigned long),
		       bool max)
{
	uint64_t result = 0;

	for (unsigned int i = 0; i < v->unit; i++) {
		uint64_t one = of(v->world, thing * v->unit + i);

		result = max ? (one > result ? one : result) : result + one;
	}
	return result;
}

static uint64_t key_now(void *arg, uint64_t thing)
{
	struct evict *v = arg;
	uint64_t key;

	if (!v->there[thing]) {
		v->queued[thing] = 0;
		return ~0ull;
	}
	switch (v->key) {
	case TOUCHED:
		key = sum_of(v, thing, v->world->last_touch, true);
		break;
	case COUNTED:
		key = sum_of(v, thing, v->world->touches, false);
		break;
	default:
		key = v->stamp[thing];
	}
	return key;
}

/* What cannot be put in order stays until nothing else is left. */
static void enqueue(struct evict *v, uint64_t thing)
{
	if (!v->queued[thing] && !order_add(&v->order, thing, key_now(v, thing)))
		v->queued[thing] = 1;
}

static int take(struct evict *v, uint64_t *thing)
{
	int err = order_take(&v->order, key_now, v, thing);

	if (!err)
		v->queued[*thing] = 0;
	return err;
}

static void destroy(void *state)
{
	struct evict *v = state;

	order_free(&v->order);
	free(v->there);
	free(v->queued);
	free(v->stamp);
	free(v);
}

static struct evict *make(const struct psim_lab_world *world, enum key key, unsigned int unit,
			  unsigned int leaves)
{
	struct evict *v = calloc(1, sizeof(*v));
	size_t units = (world->nr_pages + unit - 1) / unit;

	if (!v)
		return NULL;
	v->world = world;
	v->key = key;
	v->unit = unit;
	v->leaves = leaves;
	v->there = calloc(units, sizeof(*v->there));
	v->stamp = calloc(units, sizeof(*v->stamp));
	v->queued = calloc(units, 1);
	if (v->there && v->stamp && v->queued)
		return v;
	destroy(v);
	return NULL;
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct evict *v = state;

	v->pages += pages;
	v->clock++;
	for (unsigned long page = first; page < first + pages; page++) {
		unsigned long thing = page / v->unit;

		if (!v->there[thing] || v->key == MIGRATED)
			v->stamp[thing] = v->clock;
		v->there[thing]++;
		enqueue(v, thing);
	}
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct evict *v = state;

	(void)why;
	v->pages -= pages;
	for (unsigned long page = first; page < first + pages; page++)
		v->there[page / v->unit]--;
}

/* It leaves; what stays of it goes back into the order. */
static void send_away(struct evict *v, uint64_t thing, struct psim_lab_plan *plan)
{
	unsigned long page = thing * v->unit;

	plan->evict(plan, page / v->leaves * v->leaves, v->leaves);
	if (v->there[thing])
		enqueue(v, thing);
}

static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct evict *v = state;
	unsigned long before = v->pages, kept = 0;
	size_t skip = v->reserve * v->order.n, tries = v->order.n;
	uint64_t *keep = skip ? malloc(skip * sizeof(*keep)) : NULL, thing;

	(void)pages;
	for (; keep && kept < skip; kept++) {
		if (take(v, &keep[kept]))
			break;
	}
	/* one that came with the fault in progress cannot leave */
	while (tries-- && v->pages == before && !take(v, &thing))
		send_away(v, thing, plan);
	while (kept--)
		enqueue(v, keep[kept]);
	free(keep);
}

#define EVICT(ident, title, text, where, order_key, unit_pages, leaving, wanted)              \
	static void *create_##ident(const struct psim_lab_world *world, const double *values) \
	{                                                                                     \
		(void)values;                                                                 \
		return make(world, order_key, unit_pages, leaving);                           \
	}                                                                                     \
	const struct psim_lab_policy lab_part_##ident = {.version = PSIM_LAB_VERSION,         \
							 .name = title,                       \
							 .about = text,                       \
							 .source = where,                     \
							 .wants = wanted,                     \
							 .create = create_##ident,            \
							 .destroy = destroy,                  \
							 .victim = victim,                    \
							 .arrived = arrived,                  \
							 .left = left}

EVICT(lrm, "lrm", "the 2 MiB to which nothing came for longest leave", "B40", MIGRATED,
      PSIM_LAB_REGION_PAGES, PSIM_LAB_REGION_PAGES, 0);
EVICT(fifo, "fifo", "the 2 MiB that came first leave", "B50", ARRIVED, PSIM_LAB_REGION_PAGES,
      PSIM_LAB_REGION_PAGES, 0);
EVICT(lru, "lru", "the 2 MiB that were used least recently leave", "B41", TOUCHED,
      PSIM_LAB_REGION_PAGES, PSIM_LAB_REGION_PAGES, PSIM_LAB_RECENCY);
EVICT(lru_page, "lru-page", "the page that was used least recently leaves", "B42", TOUCHED, 1, 1,
      PSIM_LAB_RECENCY);
EVICT(lru_block, "lru-block", "the 64 KiB of the page that was used least recently leave", "B44",
      TOUCHED, 1, PSIM_LAB_BLOCK_PAGES, PSIM_LAB_RECENCY);
EVICT(lfu, "lfu", "the 2 MiB that were used least often leave", "B46", COUNTED,
      PSIM_LAB_REGION_PAGES, PSIM_LAB_REGION_PAGES, PSIM_LAB_COUNTS);

/* ---- with the order's beginning reserved ----------------------------------------------------------------------- */

static const struct psim_lab_option reserve_options[] = {
	{"reserve", "share of the order's beginning that is passed over", 0.1, 0, 0.9},
	{0},
};

static void *create_reserved(const struct psim_lab_world *world, const double *values)
{
	struct evict *v = make(world, TOUCHED, PSIM_LAB_REGION_PAGES, PSIM_LAB_REGION_PAGES);

	if (v)
		v->reserve = values[0];
	return v;
}

const struct psim_lab_policy lab_part_lru_reserved = {
	.version = PSIM_LAB_VERSION,
	.name = "lru-reserved",
	.about = "the 2 MiB that were used least recently leave, but for the first of them",
	.source = "B47",
	.options = reserve_options,
	.wants = PSIM_LAB_RECENCY,
	.create = create_reserved,
	.destroy = destroy,
	.victim = victim,
	.arrived = arrived,
	.left = left,
};

/* ---- by trees ------------------------------------------------------------------------------------------------------ */

/* Resident pages below a node of @blocks leaves; what is sparse is emptied on the way up. */
static unsigned int prune(struct evict *v, unsigned long block, unsigned int blocks,
			  struct psim_lab_plan *plan)
{
	unsigned int valid = 0, pages = blocks * PSIM_LAB_BLOCK_PAGES;
	unsigned long first = block * PSIM_LAB_BLOCK_PAGES;

	if (blocks > 1) {
		valid = prune(v, block, blocks / 2, plan) +
			prune(v, block + blocks / 2, blocks / 2, plan);
	} else {
		for (unsigned int i = 0; i < PSIM_LAB_BLOCK_PAGES; i++)
			valid += v->world->resident(v->world, first + i);
	}
	if (blocks == 1 || !valid || valid >= pages / 2)
		return valid;
	plan->evict(plan, first, pages);
	return 0;
}

/* The least recently used 64 KiB of the least recently used 2 MiB leave, then what is sparse around them. */
static void victim_tree(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	const unsigned int blocks = PSIM_LAB_REGION_PAGES / PSIM_LAB_BLOCK_PAGES;
	struct evict *v = state;
	unsigned long before = v->pages;
	size_t tries = v->order.n;
	uint64_t region;

	(void)pages;
	while (tries-- && v->pages == before && !take(v, &region)) {
		uint64_t least = ~0ull;
		unsigned long leaf = 0;

		for (unsigned int i = 0; i < blocks; i++) {
			unsigned long first =
				region * PSIM_LAB_REGION_PAGES + i * PSIM_LAB_BLOCK_PAGES;
			uint64_t touched = 0;
			bool there = false;

			for (unsigned int j = 0; j < PSIM_LAB_BLOCK_PAGES; j++) {
				uint64_t one = v->world->last_touch(v->world, first + j);

				there |= v->world->resident(v->world, first + j);
				touched = one > touched ? one : touched;
			}
			if (there && touched < least) {
				least = touched;
				leaf = first;
			}
		}
		plan->evict(plan, leaf, PSIM_LAB_BLOCK_PAGES);
		prune(v, region * blocks, blocks, plan);
		if (v->there[region])
			enqueue(v, region);
	}
}

static void *create_tree(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return make(world, TOUCHED, PSIM_LAB_REGION_PAGES, PSIM_LAB_REGION_PAGES);
}

const struct psim_lab_policy lab_part_tree_evict = {
	.version = PSIM_LAB_VERSION,
	.name = "tree-evict",
	.about = "the 64 KiB used least recently leave, and what is sparse around them",
	.source = "B45",
	.wants = PSIM_LAB_RECENCY,
	.create = create_tree,
	.destroy = destroy,
	.victim = victim_tree,
	.arrived = arrived,
	.left = left,
};

/* ---- the largest ---------------------------------------------------------------------------------------------------- */

static void victim_largest(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct evict *v = state;
	unsigned long best = 0, units = v->world->nr_pages / v->unit;

	(void)pages;
	for (unsigned long i = 1; i < units; i++) {
		if (v->there[i] > v->there[best] ||
		    (v->there[i] == v->there[best] && v->stamp[i] < v->stamp[best]))
			best = i;
	}
	plan->evict(plan, best * v->unit, v->unit);
}

const struct psim_lab_policy lab_part_largest = {
	.version = PSIM_LAB_VERSION,
	.name = "largest",
	.about = "the 2 MiB with the most pages in memory leave",
	.source = "assumption",
	.create = create_tree,
	.destroy = destroy,
	.victim = victim_largest,
	.arrived = arrived,
	.left = left,
};

/* ---- any ---------------------------------------------------------------------------------------------------------------- */

struct any {
	struct random random;
	uint32_t *list; /* pages in memory */
	uint32_t *place; /* of each page in it, plus 1 */
	size_t n;
};

static void destroy_any(void *state)
{
	struct any *a = state;

	free(a->list);
	free(a->place);
	free(a);
}

static void *create_any(const struct psim_lab_world *world, const double *values)
{
	struct any *a = calloc(1, sizeof(*a));

	(void)values;
	if (!a)
		return NULL;
	random_seed(&a->random, world->seed);
	a->list = calloc(world->memory_pages, sizeof(*a->list));
	a->place = calloc(world->nr_pages, sizeof(*a->place));
	if (a->list && a->place)
		return a;
	destroy_any(a);
	return NULL;
}

static void arrived_any(void *state, unsigned long first, unsigned int pages)
{
	struct any *a = state;

	for (unsigned long page = first; page < first + pages; page++) {
		a->list[a->n++] = page;
		a->place[page] = a->n;
	}
}

static void left_any(void *state, unsigned long first, unsigned int pages, int why)
{
	struct any *a = state;

	(void)why;
	for (unsigned long page = first; page < first + pages; page++) {
		uint32_t last = a->list[--a->n];

		a->list[a->place[page] - 1] = last;
		a->place[last] = a->place[page];
		a->place[page] = 0;
	}
}

static void victim_any(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct any *a = state;
	size_t before = a->n;

	(void)pages;
	/* the fault's own cannot leave: draw again */
	for (int i = 0; i < 64 && a->n && a->n == before; i++)
		plan->evict(plan, a->list[random_below(&a->random, a->n)], 1);
}

const struct psim_lab_policy lab_part_random_evict = {
	.version = PSIM_LAB_VERSION,
	.name = "random-evict",
	.about = "any page leaves, with the piece it came in",
	.source = "B43",
	.create = create_any,
	.destroy = destroy_any,
	.victim = victim_any,
	.arrived = arrived_any,
	.left = left_any,
};

/* ---- before memory is full -------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option ahead_options[] = {
	{"free", "share of the memory that is kept free", 0.05, 0, 0.9},
	{0},
};

struct ahead {
	const struct psim_lab_world *world;
	double share;
};

static void *create_ahead(const struct psim_lab_world *world, const double *values)
{
	struct ahead *a = malloc(sizeof(*a));

	if (a)
		*a = (struct ahead){world, values[0]};
	return a;
}

static void batch_ahead(void *state, struct psim_lab_plan *plan)
{
	struct ahead *a = state;

	plan->room(plan, a->share * a->world->memory_pages);
}

const struct psim_lab_policy lab_part_evict_ahead = {
	.version = PSIM_LAB_VERSION,
	.name = "evict-ahead",
	.about = "room is made before memory is full",
	.source = "B48",
	.options = ahead_options,
	.create = create_ahead,
	.destroy = free,
	.batch = batch_ahead,
};
