/* SPDX-License-Identifier: MIT */
/*
 * What the faults of an allocation look like: one after another, or not; of what was here before, or not. An
 * allocation is what lies side by side in the program's pages; where its kernels end nobody says, so it is looked
 * at anew after some faults.
 */
#ifndef LAB_PATTERN_H
#define LAB_PATTERN_H

#include "part.h"

/**
 * struct pattern - of one allocation
 * @known: the others say something
 * @linear: pages by the faults' order are a line: R^2 is more than 0.8
 * @reused: what had left faulted again
 * @n, @again: faults since, and those of what had left
 * @first: the first one's page; what is summed up is from there on
 * @y, @xy, @yy: sums over these; x is the fault's number
 */
struct pattern {
	bool known, linear, reused;
	unsigned int n, again;
	unsigned long first;
	double y, xy, yy;
};

/**
 * struct patterns - of all
 * @window: faults after which an allocation is looked at
 * @allocation: of each 2 MiB: which
 * @has_left: of each 2 MiB: something of them did
 * @list: of each allocation
 * @nr_random, @nr_reused: allocations that are not linear; that are, and are used again
 */
struct patterns {
	unsigned int window;
	unsigned int *allocation;
	bool *has_left;
	struct pattern *list;
	unsigned int nr_random, nr_reused;
};

/* Return: 0, -1 without memory. */
int patterns_init(struct patterns *p, const struct psim_lab_world *world, unsigned int window);
void patterns_free(struct patterns *p);
const struct pattern *patterns_fault(struct patterns *p, const struct psim_lab_fault *fault);
void patterns_left(struct patterns *p, unsigned long first);

#endif /* LAB_PATTERN_H */
