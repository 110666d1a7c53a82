// SPDX-License-Identifier: MIT
/* Whose memory a page comes to among several GPUs, and whether it stays with another one. */
#include "part.h"

struct place {
	const struct psim_lab_world *world;
	double value;
};

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct place *p = malloc(sizeof(*p));

	if (p)
		*p = (struct place){world, values[0]};
	return p;
}

#define PLACE(ident, title, text, where)                                              \
	PART(ident, title, text, where, .options = ident##_options, .create = create, \
	     .destroy = free, .when = when_##ident)

/* ---- in turns ------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option interleave_options[] = {
	{"pages", "that lie side by side go to one GPU", REGION, 1, 1e9},
	{0},
};

static int when_interleave(void *state, const struct psim_lab_fault *fault,
			   struct psim_lab_plan *plan)
{
	struct place *p = state;

	if (p->world->linked)
		plan->gpu = fault->page / (unsigned long)p->value % p->world->nr_gpus;
	return PSIM_LAB_ELSE;
}

PLACE(interleave, "interleave", "2 MiB go to one GPU, the next to the next", "assumption");

/* ---- where it is preferred ------------------------------------------------------------------------------------ */

static const struct psim_lab_option preferred_options[] = {
	{"gpu", "number of the GPU; -1: RAM", 0, -1, 63},
	{0},
};

static int when_preferred(void *state, const struct psim_lab_fault *fault,
			  struct psim_lab_plan *plan)
{
	struct place *p = state;

	(void)fault;
	if (p->value < 0)
		return PSIM_LAB_REMOTE;
	if (p->world->linked)
		plan->gpu = p->value;
	return PSIM_LAB_ELSE;
}

PLACE(preferred, "preferred", "everything goes to one GPU, if it is reached there, or stays in RAM",
      "B23");

/* ---- with whom it is ------------------------------------------------------------------------------------------- */

static const struct psim_lab_option owner_stays_options[] = {
	{"accesses", "to 64 KiB of a linked GPU, until they come", 200, 1, 1e9},
	{0},
};

static int when_owner_stays(void *state, const struct psim_lab_fault *fault,
			    struct psim_lab_plan *plan)
{
	struct place *p = state;

	return part_is_with_peer(p->world, fault->page) ? part_with(fault, plan, p->value)
							: PSIM_LAB_ELSE;
}

PLACE(owner_stays, "owner-stays", "what is with a linked GPU comes after so many accesses", "A33");

/* ---- page by page ---------------------------------------------------------------------------------------------- */

#define FAULTS 4u

enum scheme {
	TOUCH,
	COUNT,
	SHARE
};

struct grit_page {
	unsigned char faults; /* up to FAULTS */
	unsigned char scheme;
	bool written;
};

struct grit {
	const struct psim_lab_world *world;
	double accesses;
	struct grit_page *pages;
};

static void destroy_grit(void *state)
{
	struct grit *g = state;

	free(g->pages);
	free(g);
}

static void *create_grit(const struct psim_lab_world *world, const double *values)
{
	struct grit *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->world = world;
	g->accesses = values[0];
	g->pages = calloc(world->nr_pages, sizeof(*g->pages));
	if (g->pages)
		return g;
	destroy_grit(g);
	return NULL;
}

/* A page has a scheme; of 8, then 64, then 512 around it, all have it if most do. */
static void choose(struct grit *g, unsigned long number, enum scheme scheme)
{
	if (g->pages[number].scheme == scheme)
		return;
	g->pages[number].scheme = scheme;
	for (unsigned int n = 8; n <= REGION; n *= 8) {
		struct grit_page *group = &g->pages[number / n * n];
		unsigned int same = 0;

		for (unsigned int i = 0; i < n; i++)
			same += group[i].scheme == scheme;
		if (same <= n / 2)
			break;
		for (unsigned int i = 0; i < n; i++)
			group[i].scheme = scheme;
	}
}

static int when_grit(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct grit *g = state;
	struct grit_page *page = &g->pages[fault->page];

	page->written |= fault->write != 0;
	page->faults += !fault->mapped && page->faults < FAULTS;
	if (page->faults == FAULTS || page->scheme != TOUCH)
		choose(g, fault->page, page->written ? COUNT : SHARE);
	if (page->scheme == COUNT)
		return part_with(fault, plan, g->accesses);
	if (page->scheme == TOUCH)
		return PSIM_LAB_ELSE;
	plan->read_only = 1;
	return PSIM_LAB_REMOTE;
}

static const struct psim_lab_option grit_options[] = {
	{"accesses", "to 64 KiB from afar until they come, if they are written", 256, 1, 1e9},
	{0},
};

PART(grit, "grit", "a page comes, or after so many accesses, or is read from afar, by its faults",
     "B27", .options = grit_options, .create = create_grit, .destroy = destroy_grit,
     .when = when_grit);
