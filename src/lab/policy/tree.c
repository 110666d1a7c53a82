// SPDX-License-Identifier: MIT
/* Trees: what is there by more than a share comes whole. */
#include "span.h"

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

/*
 * The simulators' tree: leaves, valid if anything of them is there; a node with more than half of its
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

void span_bring_leaves(const struct psim_lab_world *world, const struct psim_lab_fault *fault,
		       struct psim_lab_plan *plan, unsigned int tree, unsigned int leaf)
{
	unsigned long root = fault->page / tree * tree;
	unsigned int n = tree / leaf;
	bool leaves[BLOCKS] = {false};

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < leaf && !leaves[i]; j++)
			leaves[i] = world->resident(world, root + i * leaf + j);
	}
	leaves[(fault->page - root) / leaf] = true;
	grow(leaves, 0, n);
	for (unsigned int i = 0, end; i < n; i = end + 1) {
		for (end = i; end < n && leaves[end]; end++)
			;
		if (end > i)
			bring_cut(plan, fault, root + i * leaf, root + end * leaf);
	}
}

static void span_tree_simulator(void *state, const struct psim_lab_fault *fault,
				struct psim_lab_plan *plan)
{
	span_bring_leaves(((struct span *)state)->world, fault, plan, REGION, BLOCK);
}
SPAN(tree_simulator, "tree-simulator", "64 KiB, and what a tree over 2 MiB adds from half on",
     "B05", .create = span_create_plain);

/*
 * The driver's tree, over pages: the page grows to its 64 KiB, then the largest part of the 2 MiB around it of
 * which more than the threshold is there comes whole.
 */
void span_bring_tree(const struct psim_lab_world *world, const struct psim_lab_fault *fault,
		     struct psim_lab_plan *plan, unsigned int threshold)
{
	unsigned long region = fault->page / REGION * REGION, first, n, best = BLOCK;
	unsigned int there[REGION + 1];

	there[0] = 0;
	for (unsigned int i = 0; i < REGION; i++)
		there[i + 1] = there[i] + (world->resident(world, region + i) ||
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

	span_bring_tree(s->world, fault, plan, s->values[0]);
}
SPAN(tree, "tree", "64 KiB, and the largest part of 2 MiB that is there by half", "B06",
     .create = span_create_one, .options = tree_options);

/* ---- a tree that learns ------------------------------------------------------------------------------------------------ */

static const struct psim_lab_option feedback_options[] = {
	{"samples", "regions after which the threshold is set anew", 16, 1, 1e6},
	{0},
};

static void span_feedback(void *state, const struct psim_lab_fault *fault,
			  struct psim_lab_plan *plan)
{
	struct span *s = state;

	span_bring_tree(s->world, fault, plan, s->full ? 1 : 51);
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
SPAN(feedback, "feedback", "as tree; everything while what leaves was used", "B13",
     .create = span_create_one, .options = feedback_options, .left = left_feedback);
