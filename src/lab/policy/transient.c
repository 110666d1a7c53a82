// SPDX-License-Identifier: MIT
/*
 * What was evicted and is wanted again is used from afar for a while, if there is more in demand than fits and few
 * want it. Streams are who wants it.
 */
#include "units.h"

#define RING   16u
#define SHARED 3u
#define WEIGHT 100000u /* ns of a fault's age for each stream */

struct transient_region {
	uint64_t afar; /* until when, in ns */
	uint64_t again; /* until when it is one that was evicted and came back */
	unsigned short streams[RING]; /* of the last faults */
	unsigned char at, n;
	bool evicted;
};

/* Regions in the order in which something of them ends; each is in it once. */
struct ends {
	unsigned int *regions;
	size_t head, n;
};

struct transient {
	struct units *units;
	struct transient_region *regions;
	size_t nr_regions;
	struct ends afar, again;
	uint64_t afar_ns, again_ns;
	unsigned int ask;
};

static void destroy(void *state)
{
	struct transient *t = state;

	if (t->units)
		units_destroy(t->units);
	free(t->regions);
	free(t->afar.regions);
	free(t->again.regions);
	free(t);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct transient *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->afar_ns = values[0] * 1e6;
	t->again_ns = values[1] * 1e6;
	t->ask = values[2];
	t->nr_regions = (world->nr_pages + REGION - 1) / REGION;
	t->units = units_make(world, GIVEN, REGION, REGION);
	t->regions = calloc(t->nr_regions, sizeof(*t->regions));
	t->afar.regions = calloc(t->nr_regions, sizeof(*t->afar.regions));
	t->again.regions = calloc(t->nr_regions, sizeof(*t->again.regions));
	if (t->units && t->regions && t->afar.regions && t->again.regions)
		return t;
	destroy(t);
	return NULL;
}

static void push(struct transient *t, struct ends *ends, unsigned int region)
{
	ends->regions[(ends->head + ends->n++) % t->nr_regions] = region;
}

static void expire(struct transient *t, uint64_t now)
{
	for (; t->afar.n && t->regions[t->afar.regions[t->afar.head]].afar <= now; t->afar.n--) {
		t->regions[t->afar.regions[t->afar.head]].afar = 0;
		t->afar.head = (t->afar.head + 1) % t->nr_regions;
	}
	for (; t->again.n && t->regions[t->again.regions[t->again.head]].again <= now;
	     t->again.n--) {
		t->regions[t->again.regions[t->again.head]].again = 0;
		t->again.head = (t->again.head + 1) % t->nr_regions;
	}
}

/* Distinct streams among the last faults, with this one. */
static unsigned int sharing(struct transient_region *r, unsigned int stream)
{
	unsigned int distinct = 0;

	r->streams[r->at] = stream;
	r->at = (r->at + 1) % RING;
	r->n += r->n < RING;
	for (unsigned int i = 0; i < r->n; i++) {
		unsigned int j = 0;

		while (j < i && r->streams[j] != r->streams[i])
			j++;
		distinct += j == i;
	}
	return distinct;
}

static bool is_too_much(const struct transient *t)
{
	const struct psim_lab_world *world = t->units->world;
	unsigned long resident = world->memory_pages - world->free_pages(world);

	return resident + (t->afar.n + t->again.n) * REGION > world->memory_pages;
}

static int when(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct transient *t = state;
	unsigned int region = fault->page / REGION;
	struct transient_region *r = &t->regions[region];
	unsigned int shared = sharing(r, fault->stream);

	expire(t, fault->now);
	t->units->stamp[region] = fault->now + shared * WEIGHT;
	if (r->evicted && !r->again) {
		r->again = fault->now + t->again_ns;
		push(t, &t->again, region);
	}
	if (shared >= SHARED)
		return PSIM_LAB_ELSE;
	if (!r->afar && r->evicted && is_too_much(t)) {
		r->afar = fault->now + t->afar_ns;
		push(t, &t->afar, region);
	}
	r->evicted = false;
	if (!r->afar)
		return PSIM_LAB_ELSE;
	plan->ask_after = t->ask;
	return PSIM_LAB_REMOTE;
}

static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page / REGION * REGION, REGION);
}

static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	units_victim(((struct transient *)state)->units, pages, plan);
}

/* One region is free when a batch begins. */
static void batch(void *state, struct psim_lab_plan *plan)
{
	const struct psim_lab_world *world = ((struct transient *)state)->units->world;

	if (world->memory_pages >= 2 * REGION)
		plan->room(plan, REGION);
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct transient *t = state;

	t->regions[first / REGION].evicted = false;
	units_arrived(t->units, first, pages);
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct transient *t = state;

	t->regions[first / REGION].evicted |= why == PSIM_LAB_EVICTED;
	units_left(t->units, first, pages, why);
}

static const struct psim_lab_option options[] = {
	{"afar", "milliseconds that what comes back is used from afar", 100, 0.001, 1e6},
	{"again", "milliseconds that it counts as in demand", 500, 0.001, 1e6},
	{"ask", "accesses from afar after which the time is looked at", 16, 1, 1e6},
	{0},
};

PART(transient, "transient",
     "2 MiB; what comes back too soon is used from afar unless many want it", "B25",
     .options = options, .create = create, .destroy = destroy, .when = when, .span = span,
     .victim = victim, .batch = batch, .arrived = arrived, .left = left);
