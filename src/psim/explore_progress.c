// SPDX-License-Identifier: MIT
/* How far a search is: a bar on a terminal, lines in a log. */
#include <stdio.h>

#include "explore_progress.h"
#include "show.h"

static struct {
	struct search *search;
	unsigned long long before; /* schedules that a resumed search had */
	double started;
	struct pace pace;
	bool shown;
} meter;

/* Draws are as many as was asked for; how many schedules a search has is known at its end, so its time is not. */
static const char *time_left(double now, unsigned long long done, unsigned long long left)
{
	const struct search *s = meter.search;
	bool drawn =
		s->strategy == STRATEGY_RANDOM || s->strategy == STRATEGY_PCT || s->probability;
	double seconds = drawn ? pace_left(&meter.pace, now, done, done + left) : -1;

	if (s->seconds && (seconds < 0 || seconds > s->seconds - now))
		seconds = s->seconds > now ? s->seconds - now : 0;
	return pace_text(seconds);
}

/* Several processes have told nothing yet when the first of them tells. */
static unsigned long long done_now(const struct progress *p)
{
	return p->schedules > meter.before ? p->schedules - meter.before : 0;
}

static void bar(const struct progress *p)
{
	double seconds = psimx_wall_seconds() - meter.started, total = p->schedules + p->left;
	unsigned long long done = done_now(p);
	const char *left = time_left(seconds, done, p->left);
	char schedules[48];

	meter.shown = true;
	snprintf(schedules, sizeof(schedules), "about %llu left", p->left);
	fprintf(stderr, "\r%s %llu schedules, %s, %.0f/s, %llu failed \033[K",
		progress_bar(total > 0 ? p->schedules / total : 0), p->schedules,
		*left ? left : schedules, seconds > 0 ? done / seconds : 0.0, p->failed);
}

/* A line every ten seconds, for logs. */
static void line(const struct progress *p)
{
	static double last;
	double now = psimx_wall_seconds();

	if (now - (last ? last : meter.started) < 10)
		return;
	last = now;
	fprintf(stderr, "psim: %llu schedules, about %llu left, %.0f/s, %llu failed\n",
		p->schedules, p->left, done_now(p) / (now - meter.started), p->failed);
}

void explore_progress_begin(struct search *search, unsigned long long before)
{
	meter.search = search;
	meter.before = before;
	meter.started = psimx_wall_seconds();
	search->progress = on_terminal(stderr) ? bar : line;
}

void explore_progress_end(void)
{
	if (meter.shown)
		fputs("\r\033[K", stderr);
}
