// SPDX-License-Identifier: MIT
/* How much comes with a fault. */
#include <stdbool.h>
#include <stdlib.h>

#include <psim/lab.h>

#include "../random.h"

#define REGION PSIM_LAB_REGION_PAGES
#define BLOCK  PSIM_LAB_BLOCK_PAGES
#define BLOCKS (REGION / BLOCK)

struct span {
	const struct psim_lab_world *world;
	double values[4];
	struct random random;
	bool full; /* memory was full once */
	unsigned long last_page; /* stride: of the fault before */
	long stride;
	unsigned int trust;
	unsigned long came, wasted; /* feedback: sampled regions */
};

static struct span *make(const struct psim_lab_world *world, const double *values,
			 unsigned int nr_values)
{
	struct span *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->world = world;
	for (unsigned int i = 0; i < nr_values; i++)
		s->values[i] = values[i];
	random_seed(&s->random, world->seed + world->gpu);
	return s;
}

static void *create_plain(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return make(world, NULL, 0);
}

static void *create_one(const struct psim_lab_world *world, const double *values)
{
	return make(world, values, 1);
}

static bool wanted(const struct psim_lab_world *world, unsigned long page)
{
	return world->exists(world, page) && !world->resident(world, page);
}

#define PART(ident, title, text, where, ...)                                          \
	const struct psim_lab_policy lab_part_##ident = {.version = PSIM_LAB_VERSION, \
							 .name = title,               \
							 .about = text,               \
							 .source = where,             \
							 .destroy = free,             \
							 .span = span_##ident,        \
							 __VA_ARGS__}

/* ---- a fixed amount ----------------------------------------------------------------------------------------- */

static void span_page(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page, 1);
}
PART(page, "page", "the page alone", "B01", .create = create_plain);

static void span_block(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page / BLOCK * BLOCK, BLOCK);
}
PART(block, "block", "the 64 KiB around it", "B04", .create = create_plain);

static void span_region(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state;
	plan->bring(plan, fault->page / REGION * REGION, REGION);
}
PART(region, "region", "the 2 MiB around it", "B07", .create = create_plain);

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
PART(random_page, "random-page", "the page, and any of the 2 MiB around it", "B02",
     .create = create_plain);

static void span_random_block(void *state, const struct psim_lab_fault *fault,
			      struct psim_lab_plan *plan)
{
	struct span *s = state;
	unsigned long region = fault->page / REGION * REGION;

	plan->bring(plan, fault->page, 1);
	plan->bring(plan, region + random_below(&s->random, BLOCKS) * BLOCK, BLOCK);
}
PART(random_block, "random-block", "the page, and any 64 KiB of the 2 MiB around it", "assumption",
     .create = create_plain);

/* ---- trees ---------------------------------------------------------------------------------------------------------- */

/*
 * Each address gap and each faulted page ends a piece, so a fault on the first page of 64 KiB makes one of a page
 * and one of the rest.
 */
static void bring_cut(struct psim_lab_plan *plan, const struct psim_lab_fault *fault,
		      unsigned long first, unsigned long end)
{
	unsigned long page = fault->page;

	if (page < first || page >= end) {
		plan->bring(plan, first, end - first);
		return;
	}
	plan->bring(plan, first, page + 1 - first);
	if (page + 1 < end)
		plan->bring(plan, page + 1, end - page - 1);
}

static void bring_marked(struct psim_lab_plan *plan, const struct psim_lab_fault *fault,
			 const bool *blocks)
{
	unsigned long region = fault->page / REGION * REGION;

	for (unsigned int i = 0, end; i < BLOCKS; i = end + 1) {
		for (end = i; end < BLOCKS && blocks[end]; end++)
			;
		if (end > i)
			bring_cut(plan, fault, region + i * BLOCK, region + end * BLOCK);
	}
}

/*
 * The simulators' tree: leaves of 64 KiB, valid if anything of them is there; a node with more than half of its
 * size valid, but not all, is filled.
 */
static unsigned int grow(bool *blocks, unsigned int first, unsigned int n)
{
	unsigned int valid;

	if (n == 1)
		return blocks[first];
	valid = grow(blocks, first, n / 2) + grow(blocks, first + n / 2, n / 2);
	if (valid <= n / 2 || valid == n)
		return valid;
	for (unsigned int i = first; i < first + n; i++)
		blocks[i] = true;
	return n;
}

static void span_tree_simulator(void *state, const struct psim_lab_fault *fault,
				struct psim_lab_plan *plan)
{
	struct span *s = state;
	unsigned long region = fault->page / REGION * REGION;
	bool blocks[BLOCKS] = {false};

	for (unsigned int i = 0; i < BLOCKS; i++) {
		for (unsigned int j = 0; j < BLOCK && !blocks[i]; j++)
			blocks[i] = s->world->resident(s->world, region + i * BLOCK + j);
	}
	blocks[(fault->page - region) / BLOCK] = true;
	grow(blocks, 0, BLOCKS);
	bring_marked(plan, fault, blocks);
}
PART(tree_simulator, "tree-simulator", "64 KiB, and what a tree over 2 MiB adds from half on",
     "B05", .create = create_plain);

/*
 * The driver's tree, over pages: the page grows to its 64 KiB, then the largest part of the 2 MiB around it of
 * which more than the threshold is there comes whole.
 */
static void tree(const struct span *s, const struct psim_lab_fault *fault,
		 struct psim_lab_plan *plan, unsigned int threshold)
{
	unsigned long region = fault->page / REGION * REGION, first, n, best = BLOCK;
	unsigned int there[REGION + 1];

	there[0] = 0;
	for (unsigned int i = 0; i < REGION; i++)
		there[i + 1] = there[i] + (s->world->resident(s->world, region + i) ||
					   (region + i) / BLOCK == fault->page / BLOCK);
	for (n = BLOCK; n <= REGION; n *= 2) {
		first = (fault->page - region) / n * n;
		if ((there[first + n] - there[first]) * 100ul > n * threshold)
			best = n;
	}
	first = fault->page / best * best;
	bring_cut(plan, fault, first, first + best);
}

static const struct psim_lab_option tree_options[] = {
	{"threshold", "share in percent from which a part comes whole", 51, 1, 100},
	{0},
};

static void span_tree(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct span *s = state;

	tree(s, fault, plan, s->values[0]);
}
PART(tree, "tree", "64 KiB, and the largest part of 2 MiB that is there by half", "B06",
     .create = create_one, .options = tree_options);

/* ---- a tree that learns ------------------------------------------------------------------------------------------------ */

static const struct psim_lab_option feedback_options[] = {
	{"samples", "regions after which the threshold is set anew", 16, 1, 1e6},
	{0},
};

static void span_feedback(void *state, const struct psim_lab_fault *fault,
			  struct psim_lab_plan *plan)
{
	struct span *s = state;

	tree(s, fault, plan, s->full ? 1 : 51);
}

/* Of what leaves: was it used? More than 0.8 of the samples: everything comes. */
static void left_feedback(void *state, unsigned long first, unsigned int pages, int why)
{
	struct span *s = state;

	if (why != PSIM_LAB_EVICTED)
		return;
	s->came++;
	for (unsigned int i = 0; i < pages; i++) {
		if (!s->world->used(s->world, first + i)) {
			s->wasted++;
			break;
		}
	}
	if (s->came < s->values[0])
		return;
	s->full = s->came - s->wasted > 0.8 * s->came;
	s->came = s->wasted = 0;
}
PART(feedback, "feedback", "as tree; everything while what leaves was used", "B13",
     .create = create_one, .options = feedback_options, .left = left_feedback);

/* ---- known drivers' chunks ----------------------------------------------------------------------------------------------- */

/* The first of 2 MiB, 64 KiB and 4 KiB around it that is all the program's, and has nothing here yet. */
static void span_chunks(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	static const unsigned int chunks[] = {REGION, BLOCK, 1};
	struct span *s = state;

	for (unsigned int i = 0; i < 3; i++) {
		unsigned long first = fault->page / chunks[i] * chunks[i];
		unsigned int fits = 0;

		while (fits < chunks[i] && wanted(s->world, first + fits))
			fits++;
		if (fits == chunks[i]) {
			plan->bring(plan, first, chunks[i]);
			return;
		}
	}
}
PART(chunks, "chunks", "the largest of 2 MiB, 64 KiB, 4 KiB that fits", "B08",
     .create = create_plain);

/* ---- what comes next ------------------------------------------------------------------------------------------------------ */

static const struct psim_lab_option next_options[] = {
	{"ahead", "blocks of 64 KiB that come besides", 1, 1, 1024},
	{0},
};

static void span_next(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct span *s = state;
	unsigned long block = fault->page / BLOCK * BLOCK;

	plan->bring(plan, block, BLOCK);
	plan->bring(plan, block + BLOCK, s->values[0] * BLOCK);
}
PART(next, "next", "the 64 KiB around it, and those that follow", "assumption",
     .create = create_one, .options = next_options);

static void span_stride(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct span *s = state;
	long stride = fault->page - s->last_page;

	plan->bring(plan, fault->page, 1);
	s->trust = stride == s->stride ? s->trust + 1 : 0;
	s->stride = stride;
	s->last_page = fault->page;
	if (s->trust < 2 || !stride)
		return;
	for (unsigned int i = 1; i <= s->values[0]; i++) {
		unsigned long page = fault->page + i * stride;

		if (page < s->world->nr_pages) {
			plan->bring(plan, page, 1);
			/* the next fault comes behind what came ahead */
			s->last_page = page;
		}
	}
}

static const struct psim_lab_option stride_options[] = {
	{"ahead", "pages that come besides", 4, 1, 1024},
	{0},
};
PART(stride, "stride", "the page, and those that the stride of the faults leads to", "assumption",
     .create = create_one, .options = stride_options);

/* ---- nothing ahead once memory is full --------------------------------------------------------------------------------------- */

static void span_until_full(void *state, const struct psim_lab_fault *fault,
			    struct psim_lab_plan *plan)
{
	struct span *s = state;

	s->full |= s->world->free_pages(s->world) < REGION;
	if (s->full)
		plan->bring(plan, fault->page, 1);
}
PART(until_full, "until-full",
     "the page alone once memory was full; before, what the next part says", "B16",
     .create = create_plain);
