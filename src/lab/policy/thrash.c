// SPDX-License-Identifier: MIT
/*
 * Pages that go to and fro are found, kept for a while, and in the end used from afar. Only what others fetch counts:
 * what is evicted for want of room and comes again is not seen.
 */
#include "part.h"

#define MAX_FORGETS 4u

struct thrash_page {
	uint64_t came; /* when, in ns; with the time that it was kept */
	uint64_t pinned; /* until when */
	unsigned short events, naps;
	unsigned char round; /* of the region, when this was written */
	bool fetched; /* since it came */
};

struct thrash_region {
	uint64_t last; /* fault */
	unsigned char round; /* grows when it forgets */
};

struct thrash {
	struct thrash_page *pages;
	struct thrash_region *regions;
	uint64_t lapse; /* ns */
	unsigned int events, naps, pin, forget, again;
	uint64_t now; /* of the fault in progress */
	uint64_t kept; /* so long what comes with it is */
};

static void destroy(void *state)
{
	struct thrash *t = state;

	free(t->pages);
	free(t->regions);
	free(t);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct thrash *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->lapse = values[0] * 1000;
	t->events = values[1];
	t->naps = values[2];
	t->pin = values[3];
	t->forget = values[4];
	t->again = values[5];
	t->pages = calloc(world->nr_pages, sizeof(*t->pages));
	t->regions = calloc((world->nr_pages + REGION - 1) / REGION, sizeof(*t->regions));
	if (t->pages && t->regions)
		return t;
	destroy(t);
	return NULL;
}

/* What is known of a page, if its region has not forgotten it. */
static struct thrash_page *look(struct thrash *t, unsigned long number)
{
	struct thrash_page *page = &t->pages[number];
	unsigned char round = t->regions[number / REGION].round;

	if (page->round != round)
		*page = (struct thrash_page){.round = round};
	return page;
}

/* It was fetched soon after it came, or after it could be. */
static bool is_event(const struct thrash *t, const struct thrash_page *page)
{
	return page->fetched && (t->now < page->came || t->now - page->came <= t->lapse);
}

static int from_afar(const struct thrash *t, struct psim_lab_plan *plan)
{
	plan->ask_after = t->again;
	return PSIM_LAB_REMOTE;
}

static int when(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct thrash *t = state;
	struct thrash_region *region = &t->regions[fault->page / REGION];
	struct thrash_page *page;

	t->now = fault->now;
	t->kept = 0;
	if (region->last && t->now - region->last > (uint64_t)t->forget * t->lapse &&
	    region->round < MAX_FORGETS)
		region->round++;
	region->last = t->now;
	page = look(t, fault->page);
	if (page->pinned > t->now)
		return from_afar(t, plan);
	if (page->pinned) {
		*page = (struct thrash_page){.round = page->round};
		return PSIM_LAB_ELSE;
	}
	if (page->events + (unsigned int)is_event(t, page) < t->events)
		return PSIM_LAB_ELSE;
	if (page->naps++ < t->naps) {
		plan->timeslice_ms = (t->lapse + 999999) / 1000000;
		t->kept = plan->timeslice_ms * 1000000;
		return PSIM_LAB_ELSE;
	}
	page->pinned = t->now + t->pin * t->lapse;
	return from_afar(t, plan);
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct thrash *t = state;

	for (unsigned long number = first; number < first + pages; number++) {
		struct thrash_page *page = look(t, number);

		if (is_event(t, page))
			page->events += page->events < 0xffff;
		page->fetched = false;
		page->came = t->now + t->kept;
	}
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct thrash *t = state;

	for (unsigned long number = first; number < first + pages; number++)
		look(t, number)->fetched = why == PSIM_LAB_FETCHED;
}

static const struct psim_lab_option options[] = {
	{"lapse", "microseconds within which a page that comes again counts", 500, 1, 1e6},
	{"events", "so many make a page a thrashing one", 3, 1, 1000},
	{"naps", "times that it comes and is kept for a lapse", 10, 0, 60000},
	{"pin", "lapses that it is used from afar after that", 300, 1, 1e6},
	{"forget", "lapses without a fault after which 2 MiB forget", 2000, 1, 1e6},
	{"again", "accesses from afar after which the time is looked at", 16, 1, 1e6},
	{0},
};

PART(thrash, "thrash", "what goes to and fro is kept for a while, then used from afar", "B30",
     .options = options, .create = create, .destroy = destroy, .when = when, .arrived = arrived,
     .left = left);
