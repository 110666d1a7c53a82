// SPDX-License-Identifier: MIT
/*
 * Strides in several ways for each stream; and between GPUs a page moves only if the one that wants it uses it more
 * often than the one that has it, by what a migration costs.
 */
#include "part.h"

#define STREAMS 256u
#define WAYS	4u
#define STRIDES 4u
#define RECENT	8u

/**
 * struct way - faults that lie near one another
 * @last: the last page that faulted, or came ahead of it
 * @uses: faults; 0: it is free
 * @strides: the most frequent distances between them, and how often each was
 */
struct way {
	unsigned long last;
	unsigned int uses;
	struct {
		long by;
		unsigned int times;
	} strides[STRIDES];
};

struct stream {
	struct way ways[WAYS];
	unsigned long recent[RECENT]; /* 1 + pages with whose faults something came ahead */
	unsigned int at;
};

/* Of 64 KiB that are with a linked GPU: accesses by all, and by this GPU, when it wanted them first. */
struct wanted {
	uint64_t all;
	uint64_t ours;
};

struct libra {
	const struct psim_lab_world *world;
	double accesses;
	struct stream *streams;
	struct wanted *wanted;
};

static void destroy(void *state)
{
	struct libra *l = state;

	free(l->streams);
	free(l->wanted);
	free(l);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct libra *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->world = world;
	l->accesses = values[0];
	l->streams = calloc(STREAMS, sizeof(*l->streams));
	l->wanted = calloc(world->nr_pages / BLOCK + 1, sizeof(*l->wanted));
	if (l->streams && l->wanted)
		return l;
	destroy(l);
	return NULL;
}

/* ---- between GPUs ---------------------------------------------------------------------------------------------- */

static uint64_t touches(const struct libra *l, unsigned long block)
{
	uint64_t all = 0;

	for (unsigned int i = 0; i < BLOCK; i++)
		all += l->world->touches(l->world, block * BLOCK + i);
	return all;
}

static int when(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct libra *l = state;
	unsigned long block = fault->page / BLOCK;
	struct wanted *w = &l->wanted[block];
	uint64_t all;
	double ours, owners;

	if (!part_is_with_peer(l->world, fault->page))
		return PSIM_LAB_ELSE;
	all = touches(l, block);
	if (!fault->mapped)
		*w = (struct wanted){all, fault->touches};
	ours = fault->touches - (double)w->ours;
	/* who asks again has been counted among ours, but has not touched it yet */
	owners = (double)(all - w->all) - ours + (fault->mapped != 0);
	if (ours + !fault->mapped - owners >= l->accesses)
		return PSIM_LAB_ELSE;
	plan->ask_after = l->accesses - ours + owners;
	return PSIM_LAB_REMOTE;
}

/* ---- strides ------------------------------------------------------------------------------------------------------ */

static unsigned long distance(unsigned long a, unsigned long b)
{
	return a > b ? a - b : b - a;
}

/* The way that is nearest and near; or the least used, begun anew. */
static struct way *way_of(struct stream *s, unsigned long page)
{
	struct way *near = NULL, *least = &s->ways[0];

	for (unsigned int i = 0; i < WAYS; i++) {
		struct way *one = &s->ways[i];

		if (one->uses < least->uses)
			least = one;
		if (one->uses && distance(one->last, page) < REGION &&
		    (!near || distance(one->last, page) < distance(near->last, page)))
			near = one;
	}
	if (!near)
		*least = (struct way){.last = page};
	return near ? near : least;
}

static void count(struct way *way, long by)
{
	unsigned int rarest = 0;

	for (unsigned int i = 0; i < STRIDES; i++) {
		if (way->strides[i].times && way->strides[i].by == by) {
			way->strides[i].times++;
			return;
		}
		if (way->strides[i].times < way->strides[rarest].times)
			rarest = i;
	}
	way->strides[rarest].by = by;
	way->strides[rarest].times = 1;
}

/* Of each stride a page for every quarter of the faults that had it. */
static void bring_ahead(const struct libra *l, struct way *way, unsigned long page,
			struct psim_lab_plan *plan)
{
	unsigned int sum = 0, most = 0;

	for (unsigned int i = 0; i < STRIDES; i++)
		sum += way->strides[i].times;
	for (unsigned int i = 0; sum && i < STRIDES; i++) {
		unsigned int times = way->strides[i].times, n = 4 * times / sum;

		for (unsigned int j = 1; j <= n; j++) {
			unsigned long other = page + j * way->strides[i].by;

			if (other >= l->world->nr_pages)
				break;
			plan->bring(plan, other, 1);
			/* the next fault comes behind what came ahead */
			if (times > most)
				way->last = other;
		}
		most = times > most ? times : most;
	}
}

static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct libra *l = state;
	struct stream *s = &l->streams[fault->stream % STREAMS];
	struct way *way;

	plan->bring(plan, fault->page, 1);
	for (unsigned int i = 0; i < RECENT; i++) {
		if (s->recent[i] == 1 + fault->page)
			return;
	}
	way = way_of(s, fault->page);
	if (way->uses++)
		count(way, fault->page - way->last);
	way->last = fault->page;
	if (way->uses == 1)
		return;
	s->recent[s->at++ % RECENT] = 1 + fault->page;
	bring_ahead(l, way, fault->page, plan);
}

static const struct psim_lab_option options[] = {
	{"accesses", "more than the owner's, until 64 KiB of a linked GPU come", 200, 1, 1e9},
	{0},
};

PART(libra, "libra", "a page, and what each stream's strides lead to; between GPUs if it pays",
     "B11", .options = options, .wants = PSIM_LAB_COUNTS, .create = create, .destroy = destroy,
     .when = when, .span = span);
