// SPDX-License-Identifier: MIT
/*
 * What repeats when the step budget is used up: the last points before its end are kept, and their period
 * is looked for. Where there is none, which points are the most frequent is told instead.
 *
 * Names of tasks and functions only, and a period begins at the same place whenever it was cut off, so that
 * one livelock has one text.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "host/steer.h"
#include "sched/livelock.h"
#include "sched/task.h"

#define MOST_SHOWN 8

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

static bool repeats(unsigned int period)
{
	for (unsigned int i = 0; i < 2 * period; i++) {
		if (compare(back(i), back(i + period)))
			return false;
	}
	return true;
}

/* Return: 0: none that came three times. */
static unsigned int find_period(unsigned int have)
{
	for (unsigned int period = 1; 3 * period <= have; period++) {
		if (repeats(period))
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

static int say_period(char *text, size_t bytes, unsigned int period)
{
	unsigned int first = beginning(period), shown = 0, times;
	int at = 0;

	if (period > 1)
		at = scnprintf(text, bytes, "every %u of them repeat: ", period);
	else
		at = scnprintf(text, bytes, "the last repeats: ");

	for (unsigned int i = 0; i < period; i += times) {
		const struct passed *p = back(first - i);

		for (times = 1; i + times < period && same_place(p, back(first - i - times));)
			times++;
		if (shown++ == MOST_SHOWN)
			return at + scnprintf(text + at, bytes - at, ", ...");
		at += scnprintf(text + at, bytes - at, "%s", shown > 1 ? ", " : "");
		at = say_passed(text, at, bytes, p, times);
	}
	return at;
}

/* How often this place was passed; 0 if somebody later, who was asked before, stands for it. */
static unsigned int frequency(unsigned int i, unsigned int have)
{
	unsigned int times = 0;

	for (unsigned int j = 0; j < have; j++) {
		if (!same_place(back(i), back(j)))
			continue;
		if (j < i)
			return 0;
		times++;
	}
	return times;
}

static int say_most_frequent(char *text, size_t bytes, unsigned int have)
{
	unsigned int below = have + 1, at_place = 0;
	int at = scnprintf(text, bytes, "of the last %u, most are: ", have);

	for (unsigned int shown = 0; shown < MOST_SHOWN / 2; shown++) {
		unsigned int best = 0, place = 0;

		for (unsigned int i = 0; i < have; i++) {
			unsigned int times = frequency(i, have);

			if (times > best && (times < below || (times == below && i > at_place))) {
				best = times;
				place = i;
			}
		}
		if (!best)
			break;
		at += scnprintf(text + at, bytes - at, "%s", shown ? ", " : "");
		at = say_passed(text, at, bytes, back(place), best);
		below = best;
		at_place = place;
	}
	return at;
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
