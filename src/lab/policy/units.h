/* SPDX-License-Identifier: MIT */
/*
 * Units of memory (pages, 64 KiB, 2 MiB) in some order. What is in memory is counted unit by unit; the order is
 * looked at only when somebody has to leave.
 */
#ifndef LAB_UNITS_H
#define LAB_UNITS_H

#include "order.h"
#include "part.h"

enum units_key {
	ARRIVED, /* when the unit's first page came */
	MIGRATED, /* when one of its pages came last */
	TOUCHED, /* when it was touched last */
	COUNTED, /* how often the 2 MiB were touched, whether they were written, when they came */
	GIVEN /* what the part writes to @stamp, ascending */
};

/**
 * struct units - what is in memory, in order
 * @key: the order
 * @unit: pages of what is put in order
 * @leaves: pages that leave with it
 * @reserve: share of the order's beginning that is passed over
 * @there: pages of each unit that are in memory
 * @queued: whether a unit is in the order
 * @stamp: of each unit
 * @clock: of stamps
 * @pages: in memory
 * @live: units that have pages in memory
 */
struct units {
	const struct psim_lab_world *world;
	enum units_key key;
	unsigned int unit;
	unsigned int leaves;
	double reserve;
	struct order order;
	unsigned short *there;
	unsigned char *queued;
	uint64_t *stamp;
	uint64_t clock;
	unsigned long pages;
	size_t live;
};

/* Return: NULL without memory. */
struct units *units_make(const struct psim_lab_world *world, enum units_key key, unsigned int unit,
			 unsigned int leaves);
/* The first in the order leaves it. Return: 0, -ENOENT. */
int units_take(struct units *u, uint64_t *thing);
/* Put it into the order if it is not. What finds no memory stays until nothing else is left. */
void units_queue(struct units *u, uint64_t thing);

/* As in struct psim_lab_policy. */
void units_destroy(void *state);
void units_victim(void *state, unsigned long pages, struct psim_lab_plan *plan);
void units_arrived(void *state, unsigned long first, unsigned int pages);
void units_left(void *state, unsigned long first, unsigned int pages, int why);

/* A part whose state is a struct units. */
#define UNITS(ident, title, text, where, ...)                                               \
	PART(ident, title, text, where, .destroy = units_destroy, .arrived = units_arrived, \
	     .left = units_left, __VA_ARGS__)

#endif /* LAB_UNITS_H */
