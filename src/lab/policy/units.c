// SPDX-License-Identifier: MIT
/* Units of memory in some order, of which the first leave. */
#include "units.h"

static uint64_t last_touch(struct units *u, uint64_t thing)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < u->unit; i++) {
		uint64_t one = u->world->last_touch(u->world, thing * u->unit + i);

		last = one > last ? one : last;
	}
	return last;
}

/* How often it was touched; of those as often, what nobody wrote goes first, then what came first. */
static struct order_key count_of(struct units *u, uint64_t thing)
{
	int written;
	uint64_t times = u->world->region_touches(u->world, thing * u->unit, &written);

	return (struct order_key){2 * times + written, u->stamp[thing]};
}

static struct order_key key_now(void *arg, uint64_t thing)
{
	struct units *u = arg;

	if (!u->there[thing]) {
		u->queued[thing] = 0;
		return (struct order_key){ORDER_GONE, 0};
	}
	switch (u->key) {
	case TOUCHED:
		return (struct order_key){last_touch(u, thing), 0};
	case COUNTED:
		return count_of(u, thing);
	default:
		return (struct order_key){u->stamp[thing], 0};
	}
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
