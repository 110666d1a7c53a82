// SPDX-License-Identifier: MIT
/* What comes because faults lead there: the next, and strides. */
#include "span.h"

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
SPAN(next, "next", "the 64 KiB around it, and those that follow", "assumption",
     .create = span_create_one, .options = next_options);

/* ---- strides, one for each stream ------------------------------------------------------------------------------- */

#define STREAMS 256u

/**
 * struct stride - what the faults of one stream do
 * @page: of the fault before, or the last that came ahead of it
 * @stride: between faults
 * @trust: how often the stride was the same again
 */
struct stride {
	unsigned int stream; /* plus 1 */
	unsigned int trust;
	unsigned long page;
	long stride;
};

struct strides {
	const struct psim_lab_world *world;
	unsigned int ahead;
	struct stride table[STREAMS];
};

static void *create_strides(const struct psim_lab_world *world, const double *values)
{
	struct strides *s = calloc(1, sizeof(*s));

	if (s) {
		s->world = world;
		s->ahead = values[0];
	}
	return s;
}

static void span_stride(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct strides *s = state;
	struct stride *one = &s->table[fault->stream % STREAMS];
	long stride = fault->page - one->page;

	plan->bring(plan, fault->page, 1);
	if (one->stream != fault->stream + 1) {
		*one = (struct stride){.stream = fault->stream + 1, .page = fault->page};
		return;
	}
	one->trust = stride == one->stride ? one->trust + 1 : 0;
	one->stride = stride;
	one->page = fault->page;
	if (one->trust < 2 || !stride)
		return;
	for (unsigned int i = 1; i <= s->ahead; i++) {
		unsigned long page = fault->page + i * stride;

		if (page < s->world->nr_pages) {
			plan->bring(plan, page, 1);
			/* the next fault comes behind what came ahead */
			one->page = page;
		}
	}
}

static const struct psim_lab_option stride_options[] = {
	{"ahead", "pages that come besides", 4, 1, 1024},
	{0},
};
SPAN(stride, "stride", "the page, and those that the stride of the stream's faults leads to",
     "assumption", .create = create_strides, .options = stride_options);

/* ---- the next region, with a trigger ------------------------------------------------------------------------------ */

#define NEXT_TRIES 8u

/**
 * struct next - state
 * @trigger: of each 2 MiB: 1 + which 64 KiB were left behind when the rest came ahead, or 0
 * @fetched: of each: that it came ahead, and nothing of it has left
 * @last: where the fault before was; 1 + its 2 MiB
 */
struct next {
	const struct psim_lab_world *world;
	struct random random;
	unsigned long nr_regions;
	unsigned char *trigger;
	bool *fetched;
	unsigned long last;
};

static void destroy_next(void *state)
{
	struct next *n = state;

	free(n->trigger);
	free(n->fetched);
	free(n);
}

static void *create_next(const struct psim_lab_world *world, const double *values)
{
	struct next *n = calloc(1, sizeof(*n));

	(void)values;
	if (!n)
		return NULL;
	n->world = world;
	random_seed(&n->random, world->seed + world->gpu);
	n->nr_regions = (world->nr_pages + REGION - 1) / REGION;
	n->trigger = calloc(n->nr_regions, sizeof(*n->trigger));
	n->fetched = calloc(n->nr_regions, sizeof(*n->fetched));
	if (n->trigger && n->fetched)
		return n;
	destroy_next(n);
	return NULL;
}

/* The first behind @region that has not come yet comes, but for 64 KiB of it. */
static void bring_next(struct next *n, unsigned long region, struct psim_lab_plan *plan)
{
	unsigned long next = region + 1, first;
	unsigned int block;

	while (next < n->nr_regions && next <= region + NEXT_TRIES && n->fetched[next])
		next++;
	if (next == n->nr_regions || next > region + NEXT_TRIES)
		return;
	block = random_below(&n->random, BLOCKS);
	first = next * REGION;
	plan->bring(plan, first, block * BLOCK);
	plan->bring(plan, first + (block + 1) * BLOCK, (BLOCKS - 1 - block) * BLOCK);
	n->trigger[next] = 1 + block;
	n->fetched[next] = true;
}

static void span_next_region(void *state, const struct psim_lab_fault *fault,
			     struct psim_lab_plan *plan)
{
	struct next *n = state;
	unsigned long region = fault->page / REGION, last = n->last;
	bool triggered = n->trigger[region] == 1 + fault->page % REGION / BLOCK;

	n->last = 1 + region;
	span_bring_tree(n->world, fault, plan, 51);
	if (triggered) {
		n->trigger[region] = 0;
		bring_next(n, region, plan);
	} else if (last && (last == 1 + region || last == region) && region + 1 < n->nr_regions &&
		   !n->fetched[region + 1]) {
		bring_next(n, region, plan);
	}
}

static void left_next(void *state, unsigned long first, unsigned int pages, int why)
{
	struct next *n = state;

	(void)pages, (void)why;
	n->trigger[first / REGION] = 0;
	n->fetched[first / REGION] = false;
}

PART(next_region, "next-region",
     "as tree; and ahead of neighbouring faults the next 2 MiB, but for 64 KiB that trigger more",
     "B12", .create = create_next, .destroy = destroy_next, .span = span_next_region,
     .left = left_next);
