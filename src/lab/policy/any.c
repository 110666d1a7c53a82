// SPDX-License-Identifier: MIT
/* Any page leaves; and room that is made before it is needed. */
#include "../random.h"
#include "part.h"

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

PART(random_evict, "random-evict", "any page leaves, with the piece it came in", "B43",
     .create = create_any, .destroy = destroy_any, .victim = victim_any, .arrived = arrived_any,
     .left = left_any);

/* ---- before memory is full -------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option ahead_options[] = {
	{"free", "share of the memory that is kept free", 0.05, 0, 0.9},
	{0},
};

struct ahead {
	const struct psim_lab_world *world;
	double share; /* of the memory; or pages */
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

PART(evict_ahead, "evict-ahead", "room is made before memory is full", "B48",
     .options = ahead_options, .create = create_ahead, .destroy = free, .batch = batch_ahead);

/* ---- one unit with each batch ---------------------------------------------------------------------------------- */

static const struct psim_lab_option unit_options[] = {
	{"pages", "that are free when a batch begins", REGION, 1, 1e9},
	{0},
};

static void batch_unit(void *state, struct psim_lab_plan *plan)
{
	struct ahead *a = state;

	if (a->share < a->world->memory_pages)
		plan->room(plan, a->share);
}

PART(evict_unit, "evict-unit", "2 MiB leave when a batch begins, if none are free", "B55",
     .options = unit_options, .create = create_ahead, .destroy = free, .batch = batch_unit);
