// SPDX-License-Identifier: MIT
/*
 * A run by names: every point of every task gets its name (function, primitive, ordinal), departures are
 * taken where a plan has one, and what was taken is written down as a plan.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shim/host/host.h"
#include "explore.h"

/* ---- counting -------------------------------------------------------------------------------------------- */

/* How often a task has been at a point, or made a fallible call. */
struct count {
	unsigned int task, kind, n;
	bool fallible;
	const char *site;
};

/* Where a task was last. */
struct last {
	const char *site;
	unsigned int kind, ordinal, blocked;
};

static struct {
	struct replay *replay;
	struct count *counts;
	unsigned int nr_counts, room;
	struct last *last;
	unsigned int nr_last;
	unsigned char *used; /* departures, then faults, that came to pass */
} now;

static uint32_t hash(const char *site, unsigned int task, unsigned int kind, bool fallible)
{
	uint32_t h = 2166136261u ^ task * 31 ^ kind * 7919 ^ fallible;

	for (; *site; site++)
		h = (h ^ (unsigned char)*site) * 16777619u;
	return h ^ h >> 15;
}

static struct count *slot(const char *site, unsigned int task, unsigned int kind, bool fallible)
{
	uint32_t at = hash(site, task, kind, fallible);

	for (;; at++) {
		struct count *c = &now.counts[at & (now.room - 1)];

		if (!c->n || (c->task == task && c->kind == kind && c->fallible == fallible &&
			      !strcmp(c->site, site)))
			return c;
	}
}

static void make_room(void)
{
	struct count *old = now.counts;
	unsigned int room = now.room;

	if (2 * (now.nr_counts + 1) < room)
		return;
	now.room = room ? 2 * room : 1024;
	now.counts = calloc(now.room, sizeof(*now.counts));
	if (!now.counts)
		abort();
	for (unsigned int i = 0; i < room; i++) {
		if (old[i].n)
			*slot(old[i].site, old[i].task, old[i].kind, old[i].fallible) = old[i];
	}
	free(old);
}

static unsigned int count(const char *site, unsigned int task, unsigned int kind, bool fallible)
{
	struct count *c;

	make_room();
	c = slot(site, task, kind, fallible);
	if (!c->n) {
		/* the names of points are literals; one of a fallible call may go with its object */
		site = fallible ? strdup(site) : site;
		if (!site)
			abort();
		*c = (struct count){.task = task, .kind = kind, .fallible = fallible, .site = site};
		now.nr_counts++;
	}
	return ++c->n;
}

static struct last *last_of(unsigned int task)
{
	if (task >= now.nr_last) {
		unsigned int n = 2 * task + 16;

		now.last = realloc(now.last, n * sizeof(*now.last));
		if (!now.last)
			abort();
		memset(now.last + now.nr_last, 0, (n - now.nr_last) * sizeof(*now.last));
		now.nr_last = n;
	}
	return &now.last[task];
}

static void name_task(unsigned int task, char *text, size_t bytes)
{
	snprintf(text, bytes, "%s/%u", psim_steer_task_name(task), task);
}

static void passed(unsigned int task, unsigned int kind, const char *site)
{
	struct last *last = last_of(task);

	last->site = site ? site : "-";
	last->kind = kind;
	last->ordinal = count(last->site, task, kind, false);
	last->blocked = 0;
}

/* ---- following --------------------------------------------------------------------------------------------- */

static void misfit(const char *what, const char *point)
{
	char *text = now.replay->misfit;

	if (!text[0])
		snprintf(text, sizeof(now.replay->misfit), "the plan does not fit: %.200s: %.250s",
			 point, what);
}

static bool same_place(const struct departure *a, const struct departure *b)
{
	return a->ordinal == b->ordinal && a->blocked == b->blocked && !strcmp(a->kind, b->kind) &&
	       !strcmp(a->site, b->site) && !strcmp(a->task, b->task);
}

/* The option that is task @name, or -1. */
static int option_of(const struct psim_steer_point *point, const char *name, char *others,
		     size_t bytes)
{
	size_t n = 0;
	char task[48];

	others[0] = 0;
	for (unsigned int i = 0; i < point->count; i++) {
		name_task(point->tasks[i], task, sizeof(task));
		if (!strcmp(task, name))
			return i;
		if (n < bytes)
			n += snprintf(others + n, bytes - n, "%s%s", i ? ", " : "", task);
	}
	return -1;
}

/* What the plan says at @here; 0: nothing. */
static unsigned int planned(const struct psim_steer_point *point, const struct departure *here)
{
	const struct plan *plan = now.replay->plan;
	char others[200], what[300], text[256];

	for (unsigned int i = 0; plan && i < plan->nr_departures; i++) {
		int option;

		if (now.used[i] || !same_place(&plan->departures[i], here))
			continue;
		now.used[i] = 1;
		option = option_of(point, plan->departures[i].to, others, sizeof(others));
		if (option >= 0)
			return option;
		psimx_departure_print(&plan->departures[i], text, sizeof(text));
		snprintf(what, sizeof(what), "%s cannot run there; those who can: %s",
			 plan->departures[i].to, others);
		misfit(what, text);
	}
	return 0;
}

static unsigned int choose(const struct psim_steer_point *point)
{
	struct last *last = last_of(point->task);
	struct departure here = {0};
	unsigned int option;

	if (point->blocked)
		last->blocked++;
	name_task(point->task, here.task, sizeof(here.task));
	here.ordinal = last->ordinal;
	here.blocked = point->blocked ? last->blocked : 0;
	if (last->ordinal) {
		snprintf(here.site, sizeof(here.site), "%s", last->site);
		snprintf(here.kind, sizeof(here.kind), "%s", psim_steer_kind_name(last->kind));
	}
	option = now.replay->choose ? now.replay->choose(point) : planned(point, &here);
	if (option && now.replay->took) {
		name_task(point->tasks[option], here.to, sizeof(here.to));
		psimx_plan_add_departure(now.replay->took, &here);
	}
	return option;
}

static int fails(unsigned int task, unsigned int kind, const char *site)
{
	const struct plan *plan = now.replay->plan;
	struct fault here = {0};
	int failing = 0;

	here.ordinal = count(site, task, kind, true);
	name_task(task, here.task, sizeof(here.task));
	snprintf(here.site, sizeof(here.site), "%s", site);
	snprintf(here.kind, sizeof(here.kind), "%s", psim_fail_name(kind));
	if (now.replay->fails)
		failing = now.replay->fails(task, kind, site);
	for (unsigned int i = 0; plan && !failing && i < plan->nr_faults; i++) {
		const struct fault *f = &plan->faults[i];

		if (f->ordinal != here.ordinal || strcmp(f->kind, here.kind) ||
		    strcmp(f->site, here.site) || strcmp(f->task, here.task))
			continue;
		now.used[plan->nr_departures + i] = 1;
		failing = 1;
	}
	if (failing)
		now.replay->kinds |= 1u << kind;
	if (failing && now.replay->took)
		psimx_plan_add_fault(now.replay->took, &here);
	return failing;
}

static void check_all_used(const struct plan *plan)
{
	char text[256];

	for (unsigned int i = 0; i < plan->nr_departures + plan->nr_faults; i++) {
		if (now.used[i])
			continue;
		if (i < plan->nr_departures)
			psimx_departure_print(&plan->departures[i], text, sizeof(text));
		else
			psimx_fault_print(&plan->faults[i - plan->nr_departures], text,
					  sizeof(text));
		misfit("the run never came to this point", text);
		return;
	}
}

int psimx_replay_run(const struct stage *stage, struct replay *replay, struct outcome *outcome)
{
	struct psim_steer steer = {
		.choose = choose,
		.passed = passed,
		.fails = fails,
		.event = replay->events ? psimx_events_happened : NULL,
		.marked = stage->scenario->marked,
	};
	const struct plan *plan = replay->plan;
	int err;

	memset(&now, 0, sizeof(now));
	now.replay = replay;
	psim_host_trap_again();
	replay->misfit[0] = 0;
	replay->kinds = 0;
	if (plan) {
		now.used = calloc(plan->nr_departures + plan->nr_faults + 1, 1);
		if (!now.used)
			return -ENOMEM;
	}
	err = psimx_stage_run(stage, &steer, outcome);
	if (!err && plan)
		check_all_used(plan);
	for (unsigned int i = 0; i < now.room; i++) {
		if (now.counts[i].fallible)
			free((char *)now.counts[i].site);
	}
	free(now.counts);
	free(now.last);
	free(now.used);
	return err;
}

/* ---- the user face -------------------------------------------------------------------------------------------- */

int psim_replay(const char *text)
{
	struct plan plan;
	struct replay replay = {.plan = &plan};
	struct outcome outcome;
	char error[512];
	int err;

	if (psimx_plan_parse(text, &plan, error, sizeof(error))) {
		fprintf(stderr, "psim: %s\n", error);
		return -EINVAL;
	}
	plan.stage.print_reports = true;
	err = psimx_replay_run(&plan.stage, &replay, &outcome);
	psimx_plan_free(&plan);
	psim_options_reset(plan.stage.scenario);
	if (err)
		return err;
	if (psimx_sweep_accepts(&outcome, replay.kinds))
		outcome.result = 0;
	if (replay.misfit[0] && !outcome_failed(&outcome)) {
		fprintf(stderr, "psim: %s\n", replay.misfit);
		return -ESTALE;
	}
	return outcome.reports ? outcome.reports : outcome.result;
}
