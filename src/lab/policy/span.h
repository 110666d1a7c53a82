/* SPDX-License-Identifier: MIT */
/* Parts that say how much comes with a fault. */
#ifndef LAB_SPAN_H
#define LAB_SPAN_H

#include "../random.h"
#include "part.h"

/**
 * struct span - state of one of these parts
 * @values: its settings
 * @random: what it draws from
 * @full: memory was full once; of feedback: everything comes
 * @came, @wasted: of feedback: samples, and those that were not used
 */
struct span {
	const struct psim_lab_world *world;
	double values[4];
	struct random random;
	bool full;
	unsigned long came, wasted;
};

/* psim_lab_policy.create of a part without, and with one setting. */
void *span_create_plain(const struct psim_lab_world *world, const double *values);
void *span_create_one(const struct psim_lab_world *world, const double *values);

/* Bring what the drivers' tree over 2 MiB says, with this threshold in percent. */
void span_bring_tree(const struct psim_lab_world *world, const struct psim_lab_fault *fault,
		     struct psim_lab_plan *plan, unsigned int threshold);

/*
 * Bring what the simulators' tree says: the leaf around the fault, and what @tree pages around it add from half on.
 * At most 32 leaves make a tree.
 */
void span_bring_leaves(const struct psim_lab_world *world, const struct psim_lab_fault *fault,
		       struct psim_lab_plan *plan, unsigned int tree, unsigned int leaf);

#define SPAN(ident, title, text, where, ...) \
	PART(ident, title, text, where, .destroy = free, .span = span_##ident, __VA_ARGS__)

#endif /* LAB_SPAN_H */
