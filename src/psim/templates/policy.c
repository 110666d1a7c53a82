// SPDX-License-Identifier: MIT
/*
 * @DASHED@: a policy for psim lab. What it leaves out, the parts behind it in @NAME@.yaml answer.
 *
 * Pages are numbered so that 512 that begin at a multiple of 512 are an aligned 2 MiB of the program.
 */
#include <stdlib.h>

#include <psim/lab.h>

/* Of one GPU. */
struct @NAME@ {
	const struct psim_lab_world *world;
	unsigned int pages; /* that come with a fault */
};

static const struct psim_lab_option options[] = {
	{"pages", "that come with a fault: a power of two", 8, 1, 512},
	{0},
};

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct @NAME@ *p = malloc(sizeof(*p));

	if (p)
		*p = (struct @NAME@){.world = world, .pages = values[0]};
	return p;
}

/* What comes: the aligned pages around the fault. What is there already, or is none of the program's, stays out. */
static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct @NAME@ *p = state;

	plan->bring(plan, fault->page / p->pages * p->pages, p->pages);
}

const struct psim_lab_policy psim_lab_policy = {
	.version = PSIM_LAB_VERSION,
	.name = "@DASHED@",
	.about = "a few pages around the fault",
	.source = "assumption",
	.options = options,
	.create = create,
	.destroy = free,
	.span = span,
};
