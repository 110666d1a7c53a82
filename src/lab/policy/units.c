// SPDX-License-Identifier: MIT
/* Units of memory in some order, of which the first leave. */
#include "units.h"

static uint64_t sum_of(struct units *u, uint64_t thing,
		       unsigned long long (*of)(const struct psim_lab_world *, unsigned long),
		       bool max)
{
	uint64_t result = 0;

	for (unsigned int i = 0; i < u->unit; i++) {
		uint64_t one = of(u->world, thing * u->unit + i);

		result = max ? (one > result ? one : result) : result + one;
	}
	return result;
}

static uint64_t key_now(void *arg, uint64_t thing)
{
	struct units *u = arg;
	uint64_t key;

	if (!u->there[thing]) {
		u->queued[thing] = 0;
		return ~0ull;
	}
	switch (u->key) {
	case TOUCHED:
		key = sum_of(u, thing, u->world->last_touch, true);
		break;
	case COUNTED:
		key = sum_of(u, thing, u->world->touches, false);
		break;
	default:
		key = u->stamp[thing];
	}
	return key;
}

void units_queue(struct units *u, uint64_t thing)
{
	if (!u->queued[thing] && !order_add(&u->order, thing, key_now(u, thing)))
		u->queued[thing] = 1;
}

int units_take(struct units *u, uint64_t *thing)
{
	int err = order_take(&u->order, key_now, u, thing);

	if (!err)
		u->queued[*thing] = 0;
	return err;
}

void units_destroy(void *state)
{
	struct units *u = state;

	order_free(&u->order);
	free(u->there);
	free(u->queued);
	free(u->stamp);
	free(u);
}

struct units *units_make(const struct psim_lab_world *world, enum units_key key, unsigned int unit,
			 unsigned int leaves)
{
	struct units *u = calloc(1, sizeof(*u));
	size_t units = (world->nr_pages + unit - 1) / unit;

	if (!u)
		return NULL;
	u->world = world;
	u->key = key;
	u->unit = unit;
	u->leaves = leaves;
	u->there = calloc(units, sizeof(*u->there));
	u->stamp = calloc(units, sizeof(*u->stamp));
	u->queued = calloc(units, 1);
	if (u->there && u->stamp && u->queued)
		return u;
	units_destroy(u);
	return NULL;
}

void units_arrived(void *state, unsigned long first, unsigned int pages)
{
	struct units *u = state;

	u->pages += pages;
	u->clock++;
	for (unsigned long page = first; page < first + pages; page++) {
		unsigned long thing = page / u->unit;

		if (u->key != GIVEN && (!u->there[thing] || u->key == MIGRATED))
			u->stamp[thing] = u->clock;
		u->live += !u->there[thing]++;
		units_queue(u, thing);
	}
}

void units_left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct units *u = state;

	(void)why;
	u->pages -= pages;
	for (unsigned long page = first; page < first + pages; page++)
		u->live -= !--u->there[page / u->unit];
}

/* It leaves; what stays of it goes back into the order. */
static void send_away(struct units *u, uint64_t thing, struct psim_lab_plan *plan)
{
	unsigned long page = thing * u->unit;

	plan->evict(plan, page / u->leaves * u->leaves, u->leaves);
	if (u->there[thing])
		units_queue(u, thing);
}

void units_victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct units *u = state;
	unsigned long before = u->pages, kept = 0;
	size_t skip = u->reserve * u->live, tries = u->order.n;
	uint64_t *keep = skip ? malloc(skip * sizeof(*keep)) : NULL, thing;

	(void)pages;
	for (; keep && kept < skip; kept++) {
		if (units_take(u, &keep[kept]))
			break;
	}
	/* one that came with the fault in progress cannot leave */
	while (tries-- && u->pages == before && !units_take(u, &thing))
		send_away(u, thing, plan);
	while (kept--)
		units_queue(u, keep[kept]);
	free(keep);
}
