// SPDX-License-Identifier: MIT
/* Whether a page comes at all, or is used where it is; and for how long it stays. */
#include "part.h"

struct when {
	const struct psim_lab_world *world;
	double values[2];
	bool full; /* memory was full once */
};

static struct when *make(const struct psim_lab_world *world, const double *values, unsigned int n)
{
	struct when *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->world = world;
	for (unsigned int i = 0; i < n; i++)
		w->values[i] = values[i];
	return w;
}

static void *create_one(const struct psim_lab_world *world, const double *values)
{
	return make(world, values, 1);
}

static void *create_two(const struct psim_lab_world *world, const double *values)
{
	return make(world, values, 2);
}

static bool was_full(struct when *w)
{
	w->full |= part_is_full(w->world);
	return w->full;
}

static int when_never(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state, (void)fault, (void)plan;
	return PSIM_LAB_REMOTE;
}

PART(never, "never", "everything is used where it is", "assumption", .when = when_never);

/* ---- after so many reads ------------------------------------------------------------------------------------ */

static const struct psim_lab_option delayed_options[] = {
	{"reads", "from afar, until 64 KiB come", 8, 1, 1e6},
	{0},
};

static int when_delayed(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	return part_with_read(fault, plan, ((struct when *)state)->values[0]);
}

PART(delayed, "delayed", "what is written comes; what is read, after so many reads", "B20",
     .options = delayed_options, .create = create_one, .destroy = free, .when = when_delayed);

static int when_delayed_full(void *state, const struct psim_lab_fault *fault,
			     struct psim_lab_plan *plan)
{
	struct when *w = state;

	return was_full(w) ? part_with_read(fault, plan, w->values[0]) : PSIM_LAB_ELSE;
}

PART(delayed_full, "delayed-full", "as delayed, once memory was full", "B20",
     .options = delayed_options, .create = create_one, .destroy = free, .when = when_delayed_full);

/* ---- after more reads the more memory is in demand --------------------------------------------------------------- */

static const struct psim_lab_option adaptive_options[] = {
	{"reads", "from afar, until 64 KiB come", 8, 1, 1e6},
	{"penalty", "times so many for each time that they left, once memory was full", 8, 1, 1e6},
	{0},
};

static int when_adaptive(void *state, const struct psim_lab_fault *fault,
			 struct psim_lab_plan *plan)
{
	struct when *w = state;
	double used = w->world->memory_pages - w->world->free_pages(w->world);
	double threshold = 1 + w->values[0] * used / w->world->memory_pages;

	if (was_full(w))
		threshold = w->values[0] * w->values[1] * (fault->trips + 1);
	return part_with_read(fault, plan, threshold);
}

PART(adaptive, "adaptive",
     "as delayed, after the more reads the fuller memory is and the more often it left", "B21",
     .options = adaptive_options, .create = create_two, .destroy = free, .when = when_adaptive);

/* ---- by the hardware's counters ------------------------------------------------------------------------------------- */

static const struct psim_lab_option counter_options[] = {
	{"accesses", "from afar, until 64 KiB come", 256, 1, 65535},
	{0},
};

static int when_counters(void *state, const struct psim_lab_fault *fault,
			 struct psim_lab_plan *plan)
{
	return part_with(fault, plan, ((struct when *)state)->values[0]);
}

PART(counters, "counters", "64 KiB come after so many accesses from afar, of either kind", "B22",
     .options = counter_options, .create = create_one, .destroy = free, .when = when_counters);

/* ---- what comes stays a while ------------------------------------------------------------------------------------------ */

#define ATTEMPTS 3u /* the slice of the last one is four times as long */

struct slice {
	uint64_t until; /* ns */
	unsigned char attempt; /* from 1 */
};

struct stay {
	const struct psim_lab_world *world;
	double ms;
	struct slice *slices; /* of the pages that faulted */
};

static void destroy_stay(void *state)
{
	struct stay *s = state;

	free(s->slices);
	free(s);
}

static void *create_stay(const struct psim_lab_world *world, const double *values)
{
	struct stay *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->world = world;
	s->ms = values[0];
	s->slices = calloc(world->nr_pages, sizeof(*s->slices));
	if (s->slices)
		return s;
	destroy_stay(s);
	return NULL;
}

static const struct psim_lab_option stay_options[] = {
	{"ms", "milliseconds that no CPU takes it back", 5, 0, 1e6},
	{0},
};

static int when_stay(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct stay *s = state;
	struct slice *slice = &s->slices[fault->page];
	/* it was taken away before who faulted could use it: the same fault again */
	bool again = fault->now < slice->until && !s->world->used(s->world, fault->page);

	if (!again)
		slice->attempt = 1;
	else if (slice->attempt < ATTEMPTS)
		slice->attempt++;
	plan->timeslice_ms = (unsigned long)s->ms << (slice->attempt - 1);
	slice->until = fault->now + plan->timeslice_ms * 1000000ull;
	return PSIM_LAB_ELSE;
}

PART(stay, "stay", "what comes stays for a time slice, longer at each retry of a fault", "B10",
     .options = stay_options, .create = create_stay, .destroy = destroy_stay, .when = when_stay);
