// SPDX-License-Identifier: MIT
/*
 * Schedules that are drawn: random walks, and PCT (Burckhardt and others, 2010): tasks get random
 * priorities, the highest that can run does, and at depth - 1 random choices the running one falls to the
 * lowest. Schedule number i of a seed is the same in whichever process it is drawn.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../shim/host/host.h"
#include "explore.h"

#define MOST_DEPTH 64

static struct {
	const struct search *search;
	uint64_t random;
	unsigned int at;
	struct step *steps;
	unsigned int n, room;
	unsigned int kinds;
	/* PCT: */
	uint32_t *priorities; /* by task number; 0: not yet drawn */
	unsigned int nr_priorities;
	uint32_t lowest;
	unsigned int falls[MOST_DEPTH];
	unsigned int length; /* choices of the longest schedule so far that counts: the first */
} draw;

/* The upper half of a linear congruential generator: one multiplication a draw. */
static inline uint32_t next_random(void)
{
	draw.random = draw.random * 6364136223846793005ull + 1442695040888963407ull;
	return draw.random >> 32;
}

static inline unsigned int below(unsigned int n)
{
	return (uint64_t)next_random() * n >> 32;
}

/* Neighbouring numbers give unlike schedules: splitmix64. */
static uint64_t mixed(uint64_t z)
{
	z = (z + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static __attribute__((noinline)) void more_room(void)
{
	draw.room = draw.room ? 2 * draw.room : 256;
	draw.steps = realloc(draw.steps, draw.room * sizeof(*draw.steps));
	if (!draw.steps)
		abort();
}

/* Only departures stay; written always, as a branch on what was drawn is guessed wrong half the time. */
static inline void note(unsigned int at, unsigned int option)
{
	if (draw.n == draw.room)
		more_room();
	draw.steps[draw.n] = (struct step){at, option};
	draw.n += !!option;
}

/* ---- PCT ----------------------------------------------------------------------------------------------------- */

static uint32_t *priority(unsigned int task)
{
	if (task >= draw.nr_priorities) {
		unsigned int n = 2 * task + 16;

		draw.priorities = realloc(draw.priorities, n * sizeof(*draw.priorities));
		if (!draw.priorities)
			abort();
		memset(draw.priorities + draw.nr_priorities, 0,
		       (n - draw.nr_priorities) * sizeof(*draw.priorities));
		draw.nr_priorities = n;
	}
	return &draw.priorities[task];
}

static unsigned int choose_pct(const struct psim_steer_point *point)
{
	unsigned int best = 0;

	for (unsigned int i = 0; point->can_go_on && i + 1 < draw.search->depth; i++) {
		if (draw.falls[i] == draw.at)
			*priority(point->task) = draw.lowest--;
	}
	for (unsigned int i = 0; i < point->count; i++) {
		uint32_t *p = priority(point->tasks[i]);

		if (!*p)
			*p = 1u << 31 | next_random();
		if (*p > *priority(point->tasks[best]))
			best = i;
	}
	return best;
}

static void start_pct(void)
{
	if (draw.nr_priorities)
		memset(draw.priorities, 0, draw.nr_priorities * sizeof(*draw.priorities));
	draw.lowest = MOST_DEPTH;
	for (unsigned int i = 0; i + 1 < draw.search->depth; i++)
		draw.falls[i] = below(draw.length + 1);
}

/* ---- one run -------------------------------------------------------------------------------------------------- */

static unsigned int choose_highest(const struct psim_steer_point *point)
{
	unsigned int option = choose_pct(point);

	note(draw.at++, option);
	return option;
}

static unsigned int choose_random(const struct psim_steer_point *point)
{
	unsigned int option = below(point->count);

	note(draw.at++, option);
	return option;
}

static int fails(unsigned int task, unsigned int kind, const char *site)
{
	unsigned int failing = !below(draw.search->probability);

	(void)task;
	(void)site;
	note(draw.at++, failing);
	if (failing)
		draw.kinds |= 1u << kind;
	return failing;
}

static void draw_start(unsigned long long number)
{
	draw.random = mixed(mixed(draw.search->stage.seed) + number);
	draw.at = draw.n = 0;
	draw.kinds = 0;
	if (draw.search->strategy == STRATEGY_PCT)
		start_pct();
}

/* How many choices the default schedule has. */
static unsigned int asked_by_default(const struct psim_steer_point *point)
{
	(void)point;
	draw.at++;
	return 0;
}

static int measure(const struct search *s)
{
	struct psim_steer steer = {.choose = asked_by_default, .marked = s->stage.scenario->marked};
	struct outcome outcome;

	draw.at = 0;
	if (s->strategy != STRATEGY_PCT)
		return 0;
	if (psimx_search_stage_run(&s->stage, &steer, &outcome))
		return -EIO;
	draw.length = draw.at;
	return 0;
}

static int draw_all(const struct search *s, struct result *result)
{
	struct psim_steer steer = {
		.choose = s->strategy == STRATEGY_SWEEP	   ? NULL
			  : s->strategy == STRATEGY_RANDOM ? choose_random
							   : choose_highest,
		.fails = s->probability ? fails : NULL,
		.marked = s->stage.scenario->marked,
	};
	double start = psimx_wall_seconds(), shown = start;
	unsigned long long i;
	double now = start;
	struct outcome outcome;
	int err = measure(s);

	for (i = s->shard + result->schedules * s->shards; !err && i < s->schedules;
	     i += s->shards) {
		if (result->schedules % 16 == 0)
			now = psimx_wall_seconds();
		if ((s->stop && *s->stop) || (s->seconds && now - start > s->seconds))
			break;
		draw_start(i);
		err = psimx_search_stage_run(&s->stage, &steer, &outcome);
		if (err)
			break;
		result->schedules++;
		result->asked += draw.at;
		psimx_result_state(result,
				   outcome.state ^ (uint64_t)(unsigned int)outcome.result << 32);
		if (s->probability ? !psimx_sweep_accepts(&outcome, draw.kinds)
				   : outcome_failed(&outcome))
			psimx_result_failure(result, &outcome, draw.steps, draw.n, i);
		if (now - shown > 0.2) {
			struct progress progress = {result->schedules, result->failed,
						    (s->schedules - i) / s->shards};

			shown = now;
			if (s->shared)
				*s->shared = progress;
			if (s->progress)
				s->progress(&progress);
		}
	}
	result->complete = !err && i >= s->schedules;
	result->left = i < s->schedules ? (s->schedules - i + s->shards - 1) / s->shards : 0;
	result->seconds += psimx_wall_seconds() - start;
	return err;
}

unsigned int psimx_draw_choose(const struct psim_steer_point *point)
{
	return choose_random(point);
}

void psimx_draw_begin(const struct search *search, unsigned long long number)
{
	memset(&draw, 0, sizeof(draw));
	draw.search = search;
	draw_start(number);
}

void psimx_draw_end(void)
{
	free(draw.steps);
	draw.steps = NULL;
}

int psimx_draw_run(const struct search *search, struct result *result)
{
	int err;

	memset(&draw, 0, sizeof(draw));
	draw.search = search;
	psim_host_trap_again();
	err = draw_all(search, result);
	free(draw.steps);
	free(draw.priorities);
	return err;
}
