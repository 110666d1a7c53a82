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
