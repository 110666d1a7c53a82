// SPDX-License-Identifier: MIT
/*
 * What fits the faults: if any allocation's are at random, reads from afar before a page comes and eviction by trees;
 * if what is gone through is used again, eviction by trees; else the least recently used leaves.
 */
#include "pattern.h"

extern const struct psim_lab_policy lab_part_lru, lab_part_tree_evict;

struct smart {
	const struct psim_lab_world *world;
	struct patterns patterns;
	double reads;
	void *lru, *tree;
	bool full; /* memory was full once */
};

static void destroy(void *state)
{
	struct smart *s = state;

	patterns_free(&s->patterns);
	if (s->lru)
		lab_part_lru.destroy(s->lru);
	if (s->tree)
		lab_part_tree_evict.destroy(s->tree);
	free(s);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct smart *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->world = world;
	s->reads = values[1];
	s->lru = lab_part_lru.create(world, values);
	s->tree = lab_part_tree_evict.create(world, values);
	if (!patterns_init(&s->patterns, world, values[0]) && s->lru && s->tree)
		return s;
	destroy(s);
	return NULL;
}

static int when(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct smart *s = state;

	patterns_fault(&s->patterns, fault);
	s->full |= part_is_full(s->world);
	if (!s->full || !s->patterns.nr_random)
		return PSIM_LAB_ELSE;
	return part_with_read(fault, plan, s->reads);
}

static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct smart *s = state;

	if (s->patterns.nr_random || s->patterns.nr_reused)
		lab_part_tree_evict.victim(s->tree, pages, plan);
	else
		lab_part_lru.victim(s->lru, pages, plan);
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct smart *s = state;

	lab_part_lru.arrived(s->lru, first, pages);
	lab_part_tree_evict.arrived(s->tree, first, pages);
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct smart *s = state;

	patterns_left(&s->patterns, first);
	lab_part_lru.left(s->lru, first, pages, why);
	lab_part_tree_evict.left(s->tree, first, pages, why);
}

static const struct psim_lab_option options[] = {
	{"faults", "of an allocation, after which it is looked at", 64, 3, 1e6},
	{"reads", "from afar, until 64 KiB come", 8, 1, 1e6},
	{0},
};

PART(smart, "smart", "delayed-full and tree-evict, tree-evict alone, or lru, as the faults look",
     "B29", .options = options, .wants = PSIM_LAB_RECENCY, .create = create, .destroy = destroy,
     .when = when, .victim = victim, .arrived = arrived, .left = left);
