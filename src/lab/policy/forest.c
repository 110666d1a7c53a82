// SPDX-License-Identifier: MIT
/* Trees whose size goes by what an allocation's faults look like. */
#include "pattern.h"
#include "span.h"

struct forest {
	const struct psim_lab_world *world;
	struct patterns patterns;
};

static void destroy(void *state)
{
	struct forest *f = state;

	patterns_free(&f->patterns);
	free(f);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct forest *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->world = world;
	if (!patterns_init(&f->patterns, world, values[0]))
		return f;
	destroy(f);
	return NULL;
}

static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct forest *f = state;
	const struct pattern *pattern = patterns_fault(&f->patterns, fault);
	unsigned int tree = REGION, leaf = BLOCK; /* random and used again; not known yet */

	if (pattern->known && pattern->linear) {
		tree = pattern->reused ? REGION / 4 : 2 * REGION;
		leaf = pattern->reused ? BLOCK : 4 * BLOCK;
	} else if (pattern->known && !pattern->reused) {
		tree = REGION / 4;
		leaf = BLOCK / 4;
	}
	span_bring_leaves(f->world, fault, plan, tree, leaf);
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct forest *f = state;

	(void)pages, (void)why;
	patterns_left(&f->patterns, first);
}

static const struct psim_lab_option options[] = {
	{"faults", "of an allocation, after which it is looked at", 64, 3, 1e6},
	{0},
};

PART(forest, "forest", "a simulator's tree, of a size that goes by what the faults look like",
     "B15", .options = options, .create = create, .destroy = destroy, .span = span, .left = left);
