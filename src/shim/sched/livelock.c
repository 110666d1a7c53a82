// SPDX-License-Identifier: MIT
/*
 * What repeats when the step budget is used up: the last points before its end are kept, and their period
 * is looked for. Where there is none, which points are the most frequent is told instead.
 *
 * Names of tasks and functions only, and a period begins at the same place whenever it was cut off, so that
 * one livelock has one text.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "host/steer.h"
#include "sched/livelock.h"
#include "sched/task.h"

#define MOST_SHOWN  8
#define MOST_PLACES 128
/* A period that is longer is told by these alone. */
#define SHORT	32
#define TELLING (1u << PSIM_POINT_WAIT | 1u << PSIM_POINT_CALLBACK | 1u << PSIM_POINT_YIELD)

struct passed {
	unsigned int task;
	unsigned int kind;
	const char *site;
};

static struct passed *kept; /* PSIM_LIVELOCK_POINTS, a ring */
static unsigned int n;

void psim_livelock_note(unsigned int task, unsigned int kind, const char *site)
{
	if (!kept)
		kept = psim_host_malloc(PSIM_LIVELOCK_POINTS * sizeof(*kept));
	if (kept)
		kept[n++ % PSIM_LIVELOCK_POINTS] = (struct passed){task, kind, site ?: ""};
}

void psim_livelock_stop(void)
{
	psim_host_free(kept);
	kept = NULL;
}

/* ---- the period ------------------------------------------------------------------------------------------ */

/* @i steps back. */
static const struct passed *back(unsigned int i)
{
	return &kept[(n - 1 - i) % PSIM_LIVELOCK_POINTS];
}

static int compare(const struct passed *a, const struct passed *b)
{
	if (a->task != b->task)
		return a->task < b->task ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->site == b->site ? 0 : strcmp(a->site, b->site);
}

/* The later half of what is kept is nothing but repetitions, and three of them at least. */
static bool repeats(unsigned int period, unsigned int have)
{
	unsigned int until = max(2 * period, have / 2);

	for (unsigned int i = 0; i < until; i++) {
		if (compare(back(i), back(i + period)))
			return false;
	}
	return true;
}

/* Return: 0: there is none. */
static unsigned int find_period(unsigned int have)
{
	for (unsigned int period = 1; 3 * period <= have; period++) {
		if (repeats(period, have))
			return period;
	}
	return 0;
}

/* Compare two beginnings of the period: how far back each is. */
static int compare_beginnings(unsigned int a, unsigned int b, unsigned int period)
{
	int order = 0;

	for (unsigned int i = 0; !order && i < period; i++)
		order = compare(back(a - i), back(b - i));
	return order;
}

/* Where it begins, whenever it was cut off: how far back, at least a whole period. */
static unsigned int beginning(unsigned int period)
{
	unsigned int best = 2 * period - 1;

	for (unsigned int i = period; i < 2 * period - 1; i++) {
		if (compare_beginnings(i, best, period) < 0)
			best = i;
	}
	return best;
}

/* ---- what is said ------------------------------------------------------------------------------------------ */

static int say_passed(char *text, int at, size_t bytes, const struct passed *p, unsigned int times)
{
	at += scnprintf(text + at, bytes - at, "%s/%u", psim_steer_task_name(p->task), p->task);
	if (p->site[0])
		at += scnprintf(text + at, bytes - at, " in %s", p->site);
	else
		at += scnprintf(text + at, bytes - at, " yields");
	if (times > 1)
		at += scnprintf(text + at, bytes - at, " (%u times)", times);
	return at;
}

static bool same_place(const struct passed *a, const struct passed *b)
{
	return a->task == b->task && (a->site == b->site || !strcmp(a->site, b->site));
}

/* Which kinds of points to tell of a period that begins @first steps back. */
static unsigned int telling_kinds(unsigned int first, unsigned int period)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < period; i++)
		kinds |= 1u << back(first - i)->kind;
	return period > SHORT && (kinds & TELLING) ? TELLING : ~0u;
}

/* A place, and how often it was passed. */
struct place {
	const struct passed *at;
	unsigned int times;
};

/* The first MOST_PLACES different ones of @count points, from @first steps back on. Return: how many. */
static unsigned int find_places(struct place *places, unsigned int first, unsigned int count,
				unsigned int kinds)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++) {
		const struct passed *p = back(first - i);
		unsigned int j = 0;

		if (!(1u << p->kind & kinds))
			continue;
		while (j < found && !same_place(places[j].at, p))
			j++;
		if (j < found)
			places[j].times++;
		else if (found < MOST_PLACES)
			places[found++] = (struct place){p, 1};
	}
	return found;
}

static void say_period(char *text, size_t bytes, unsigned int period)
{
	unsigned int first = beginning(period), count;
	struct place places[MOST_PLACES];
	int at = 0;

	if (period > 1)
		at = scnprintf(text, bytes, "every %u of them repeat: ", period);
	else
		at = scnprintf(text, bytes, "the last repeats: ");
	count = find_places(places, first, period, telling_kinds(first, period));
	for (unsigned int i = 0; i < count && i < MOST_SHOWN; i++) {
		at += scnprintf(text + at, bytes - at, "%s", i ? ", " : "");
		at = say_passed(text, at, bytes, places[i].at, places[i].times);
	}
	if (count > MOST_SHOWN)
		scnprintf(text + at, bytes - at, ", ...");
}

static void say_most_frequent(char *text, size_t bytes, unsigned int have)
{
	struct place places[MOST_PLACES];
	unsigned int count = find_places(places, have - 1, have, ~0u);
	int at = scnprintf(text, bytes, "of the last %u, most are: ", have);

	for (unsigned int shown = 0; shown < MOST_SHOWN / 2; shown++) {
		unsigned int best = 0;

		for (unsigned int i = 1; i < count; i++) {
			if (places[i].times > places[best].times)
				best = i;
		}
		if (!places[best].times)
			break;
		at += scnprintf(text + at, bytes - at, "%s", shown ? ", " : "");
		at = say_passed(text, at, bytes, places[best].at, places[best].times);
		places[best].times = 0;
	}
}

const char *psim_livelock_describe(char *text, size_t bytes)
{
	unsigned int have = n < PSIM_LIVELOCK_POINTS ? n : PSIM_LIVELOCK_POINTS, period;

	text[0] = 0;
	if (!kept || !have)
		return text;
	period = find_period(have);
	if (period)
		say_period(text, bytes, period);
	else
		say_most_frequent(text, bytes, have);
	return text;
}
