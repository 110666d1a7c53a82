// SPDX-License-Identifier: MIT
/* What leaves when memory is short: pages, 64 KiB or 2 MiB at a time, in some order. */
#include "units.h"

#define EVICT(ident, title, text, where, order_key, unit_pages, leaving, wanted)              \
	static void *create_##ident(const struct psim_lab_world *world, const double *values) \
	{                                                                                     \
		(void)values;                                                                 \
		return units_make(world, order_key, unit_pages, leaving);                     \
	}                                                                                     \
	UNITS(ident, title, text, where, .wants = wanted, .create = create_##ident,           \
	      .victim = units_victim)

EVICT(lrm, "lrm", "the 2 MiB to which nothing came for longest leave", "B40", MIGRATED, REGION,
      REGION, 0);
EVICT(fifo, "fifo", "the 2 MiB that came first leave", "B50", ARRIVED, REGION, REGION, 0);
EVICT(lru, "lru", "the 2 MiB that were used least recently leave", "B41", TOUCHED, REGION, REGION,
      PSIM_LAB_RECENCY);
EVICT(lru_page, "lru-page", "the page that was used least recently leaves", "B42", TOUCHED, 1, 1,
      PSIM_LAB_RECENCY);
EVICT(lru_block, "lru-block", "the 64 KiB of the page that was used least recently leave", "B44",
      TOUCHED, 1, BLOCK, PSIM_LAB_RECENCY);
EVICT(lfu, "lfu", "the 2 MiB that were used least often leave", "B46", COUNTED, REGION, REGION,
      PSIM_LAB_COUNTS);

/* ---- by faults -------------------------------------------------------------------------------------------------- */

static void *create_lrf(const struct psim_lab_world *world, const double *values)
{
	(void)values;
	return units_make(world, GIVEN, REGION, REGION);
}

static int when_lrf(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct units *u = state;

	(void)plan;
	u->stamp[fault->page / u->unit] = ++u->clock;
	return PSIM_LAB_ELSE;
}

UNITS(lrf, "lrf", "the 2 MiB in which nothing faulted for longest leave", "B51",
      .create = create_lrf, .when = when_lrf, .victim = units_victim);

/* ---- with the order's beginning reserved ----------------------------------------------------------------------- */

static const struct psim_lab_option reserve_options[] = {
	{"reserve", "share of the order's beginning that is passed over", 0.1, 0, 0.9},
	{0},
};

static void *create_reserved(const struct psim_lab_world *world, const double *values)
{
	struct units *u = units_make(world, TOUCHED, REGION, REGION);

	if (u)
		u->reserve = values[0];
	return u;
}

UNITS(lru_reserved, "lru-reserved",
      "the 2 MiB that were used least recently leave, but for the first of them", "B47",
      .options = reserve_options, .wants = PSIM_LAB_RECENCY, .create = create_reserved,
      .victim = units_victim);
