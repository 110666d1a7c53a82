// SPDX-License-Identifier: MIT
/* How much comes with a fault: a fixed amount, something at random, the largest chunk that fits. */
#include "span.h"

static struct span *make(const struct psim_lab_world *world)
{
	struct span *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->world = world;
	random_seed(&s->random, world->seed + world->gpu);
	return s;
}

void *span_create_plain(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return make(world);
}

void *span_create_one(const struct psim_lab_world *world, const double *values)
{
	struct span *s = make(world);

	if (s)
		s->values[0] = values[0];
	return s;
}

/* ---- a fixed amount ----------------------------------------------------------------------------------------- */

static void span_page(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page, 1);
}
SPAN(page, "page", "the page alone", "B01", .create = span_create_plain);

static void span_block(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page / BLOCK * BLOCK, BLOCK);
}
SPAN(block, "block", "the 64 KiB around it", "B04", .create = span_create_plain);

static void span_region(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page / REGION * REGION, REGION);
}
SPAN(region, "region", "the 2 MiB around it", "B07", .create = span_create_plain);

/* ---- something at random -------------------------------------------------------------------------------------- */

static void span_random_page(void *state, const struct psim_lab_fault *fault,
			     struct psim_lab_plan *plan)
{
	struct span *s = state;
	unsigned long other = fault->page / REGION * REGION + random_below(&s->random, REGION);

	plan->bring(plan, fault->page, 1);
	if (other != fault->page)
		plan->bring(plan, other, 1);
}
SPAN(random_page, "random-page", "the page, and any of the 2 MiB around it", "B02",
     .create = span_create_plain);

static void span_random_block(void *state, const struct psim_lab_fault *fault,
			      struct psim_lab_plan *plan)
{
	struct span *s = state;
	unsigned long region = fault->page / REGION * REGION;

	plan->bring(plan, fault->page, 1);
	plan->bring(plan, region + random_below(&s->random, BLOCKS) * BLOCK, BLOCK);
}
SPAN(random_block, "random-block", "the page, and any 64 KiB of the 2 MiB around it", "assumption",
     .create = span_create_plain);

/* ---- known drivers' chunks ----------------------------------------------------------------------------------------------- */

/* The first of 2 MiB, 64 KiB and 4 KiB around it that is all the program's, and has nothing here yet. */
static void span_chunks(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	static const unsigned int chunks[] = {REGION, BLOCK, 1};
	struct span *s = state;

	for (unsigned int i = 0; i < 3; i++) {
		unsigned long first = fault->page / chunks[i] * chunks[i];
		unsigned int fits = 0;

		while (fits < chunks[i] && part_wanted(s->world, first + fits))
			fits++;
		if (fits == chunks[i]) {
			plan->bring(plan, first, chunks[i]);
			return;
		}
	}
}
SPAN(chunks, "chunks", "the largest of 2 MiB, 64 KiB, 4 KiB that fits", "B08",
     .create = span_create_plain);

/* ---- nothing ahead once memory is full --------------------------------------------------------------------------------------- */

static void span_until_full(void *state, const struct psim_lab_fault *fault,
			    struct psim_lab_plan *plan)
{
	struct span *s = state;

	s->full |= part_is_full(s->world);
	if (s->full)
		plan->bring(plan, fault->page, 1);
}
SPAN(until_full, "until-full",
     "the page alone once memory was full; before, what the next part says", "B16",
     .create = span_create_plain);
