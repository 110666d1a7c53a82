// SPDX-License-Identifier: MIT
/*
 * Exploration: bounded search finds what its bound reaches and nothing less, the order of processes does
 * not show, plans replay, and shrunk plans are minimal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <psim/psim.h>

#include "../../src/explore/explore.h"

/* ---- small programs over plain points --------------------------------------------------------------------- */

/* A step that others may come before: everything between two yields is one. */
static int shared, turns[3];

static void point(void)
{
	/* a lock's two points, without a kernel: time asked for is a scheduling point */
	psim_explore_point();
}

/* Read, let others come between, write: an update may get lost. */
static int adds(void *arg)
{
	int seen;

	(void)arg;
	point();
	seen = shared;
	point();
	shared = seen + 1;
	point();
	return 0;
}

static int pair_of(int (*body)(void *arg))
{
	struct psim_task *a, *b;

	psim_explore_begin();
	a = psim_spawn(NULL, "a", body, &turns[0]);
	b = psim_spawn(NULL, "b", body, &turns[1]);
	psim_join(a);
	psim_join(b);
	psim_explore_end();
	return 0;
}

PSIM_SCENARIO(test_lost_update, "two tasks add one each, without a lock", .marked = 1, .broken = 1)
{
	shared = 0;
	pair_of(adds);
	psim_explore_state(shared);
	return shared == 2 ? 0 : -5;
}

/* Fails only after two preemptions: b comes inside of a, and a inside of b. */
static int takes_turns(void *arg)
{
	int *mine = arg, *other = mine == &turns[0] ? &turns[1] : &turns[0];

	for (int i = 0; i < 3; i++) {
		point();
		if (*other == *mine + 1 - (mine == &turns[0]))
			shared += mine == &turns[0] ? 1 : 100;
		++*mine;
	}
	return 0;
}

PSIM_SCENARIO(test_turns, "two tasks that count how they are mixed", .marked = 1)
{
	shared = turns[0] = turns[1] = 0;
	pair_of(takes_turns);
	psim_explore_state(shared);
	return 0;
}

static struct search search_of(const char *name, unsigned int preemptions, unsigned int delays)
{
	return (struct search){
		.stage = {.scenario = psim_scenario_find(name),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = 10000},
		.preemptions = preemptions,
		.delays = delays,
		.schedules = ~0ull,
		.shards = 1,
	};
}

static void run(const struct search *search, struct result *result)
{
	psimx_result_init(result);
	assert_int_equal(psimx_search_jobs(search, 1, result), 0);
}

/* ---- what a bound reaches ------------------------------------------------------------------------------------ */

static void search__no_preemption_finds_no_lost_update(void **state)
{
	struct search s = search_of("test-lost-update", 0, UNBOUNDED);
	struct result r;

	(void)state;
	run(&s, &r);
	assert_true(r.complete);
	assert_int_equal(r.nr_failures, 0);
	/* a or b first; nothing else is free */
	assert_int_equal(r.nr_states, 1);
	psimx_result_free(&r);
}

static void search__one_preemption_finds_it_and_the_plan_replays(void **state)
{
	struct search s = search_of("test-lost-update", 1, UNBOUNDED);
	struct result r;

	(void)state;
	run(&s, &r);
	psimx_search_name_failures(&s, &r);
	assert_true(r.complete);
	assert_int_equal(r.nr_failures, 1);
	assert_int_equal(r.nr_states, 2);
	assert_non_null(r.failures[0].plan);
	assert_int_equal(psim_replay(r.failures[0].plan), -5);
	psimx_result_free(&r);
}

/*
 * All schedules of two tasks of m and n steps are (m + n)! / (m! n!); with at most k preemptions there are
 * fewer, and each bound's are among the next one's.
 */
static void search__unbounded_counts_every_interleaving(void **state)
{
	struct search s = search_of("test-turns", UNBOUNDED, UNBOUNDED);
	unsigned long long last = 0;
	struct result r, all;

	(void)state;
	run(&s, &all);
	assert_true(all.complete);
	for (unsigned int bound = 0; bound < 12; bound++) {
		s.preemptions = bound;
		run(&s, &r);
		assert_true(r.complete);
		assert_true(r.schedules >= last && r.schedules <= all.schedules);
		assert_true(r.nr_states <= all.nr_states);
		last = r.schedules;
		psimx_result_free(&r);
	}
	assert_int_equal(last, all.schedules);
	psimx_result_free(&all);
}

static void search__delays_bound_the_free_choices_too(void **state)
{
	struct search s = search_of("test-turns", UNBOUNDED, 0);
	struct result r;

	(void)state;
	run(&s, &r);
	assert_true(r.complete);
	assert_int_equal(r.schedules, 1);
	psimx_result_free(&r);
}

/* ---- one or many processes, one or many parts ------------------------------------------------------------------- */

static char *as_text(const struct result *r)
{
	json_t *json = psimx_result_to_json(r, false);
	char *text;

	/* how it was split is not part of what was found */
	json_object_del(json, "shards");
	json_object_del(json, "parts");
	text = json_dumps(json, JSON_SORT_KEYS);
	json_decref(json);
	return text;
}

static void search__parts_are_the_whole(void **state)
{
	struct search s = search_of("test-lost-update", 2, UNBOUNDED);
	struct result one, parts[3], joined;
	char *a, *b, error[256];

	(void)state;
	run(&s, &one);
	for (int i = 0; i < 3; i++)
		psimx_result_init(&parts[i]);
	assert_int_equal(psimx_search_jobs(&s, 3, parts), 0);
	psimx_result_init(&joined);
	joined.complete = true;
	joined.shards = parts[0].shards;
	for (int i = 0; i < 3; i++)
		assert_int_equal(psimx_result_merge(&joined, &parts[i], error, sizeof(error)), 0);
	assert_true(psimx_result_is_whole(&joined));
	a = as_text(&one);
	b = as_text(&joined);
	assert_string_equal(a, b);
	free(a);
	free(b);
	for (int i = 0; i < 3; i++)
		psimx_result_free(&parts[i]);
	psimx_result_free(&one);
	psimx_result_free(&joined);
}

static void merge__the_same_part_twice_is_refused(void **state)
{
	struct search s = search_of("test-turns", 1, UNBOUNDED);
	struct result parts[2], joined;
	char error[256];

	(void)state;
	psimx_result_init(&parts[0]);
	psimx_result_init(&parts[1]);
	assert_int_equal(psimx_search_jobs(&s, 2, parts), 0);
	psimx_result_init(&joined);
	joined.shards = 2;
	joined.complete = true;
	assert_int_equal(psimx_result_merge(&joined, &parts[0], error, sizeof(error)), 0);
	assert_false(psimx_result_is_whole(&joined));
	assert_int_equal(psimx_result_merge(&joined, &parts[0], error, sizeof(error)), -1);
	assert_non_null(strstr(error, "there already"));
	psimx_result_free(&parts[0]);
	psimx_result_free(&parts[1]);
	psimx_result_free(&joined);
}

/* Stop after every number of schedules, and go on: the sum is the same. */
static void search__stopped_and_resumed_is_the_whole(void **state)
{
	struct search s = search_of("test-lost-update", 2, UNBOUNDED);
	struct result one, r;
	char *a, *b;

	(void)state;
	run(&s, &one);
	a = as_text(&one);
	for (unsigned long long at = 1; at < one.schedules; at += 3) {
		psimx_result_init(&r);
		for (s.schedules = at; !r.complete; s.schedules += at)
			assert_int_equal(psimx_search_jobs(&s, 1, &r), 0);
		b = as_text(&r);
		assert_string_equal(a, b);
		free(b);
		psimx_result_free(&r);
	}
	free(a);
	psimx_result_free(&one);
}

/* ---- draws --------------------------------------------------------------------------------------------------------- */

static void draws__find_it_and_shrink_to_one_departure(void **state)
{
	static const enum strategy strategies[] = {STRATEGY_RANDOM, STRATEGY_PCT};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct search s = search_of("test-lost-update", UNBOUNDED, UNBOUNDED);
		struct result r;

		s.strategy = strategies[i];
		s.schedules = 200;
		s.depth = 3;
		run(&s, &r);
		assert_int_equal(r.schedules, 200);
		assert_int_equal(r.nr_failures, 1);
		assert_true(r.failed < 200);
		psimx_search_name_failures(&s, &r);
		/* one departure: no comma */
		assert_null(strchr(r.failures[0].plan, ','));
		assert_int_equal(psim_replay(r.failures[0].plan), -5);
		psimx_result_free(&r);
	}
}

/* ---- plans ----------------------------------------------------------------------------------------------------------- */

static void bad_plan(const char *text, const char *part)
{
	struct plan plan;
	char error[512];

	assert_int_equal(psimx_plan_parse(text, &plan, error, sizeof(error)), -1);
	if (!strstr(error, part))
		fail_msg("'%s' says '%s', not '%s'", text, error, part);
}

static void plan__damage_is_named_with_its_position(void **state)
{
	(void)state;
	bad_plan("", "position 1: ");
	bad_plan("nothing plan=-", "there is no scenario 'nothing'");
	bad_plan("test-turns", "plan=... is missing");
	bad_plan("test-turns speed=3 plan=-", "position 12: test-turns has no setting 'speed'");
	bad_plan("test-turns seed=x plan=-", "position 12: 'x' is not a number");
	bad_plan("test-turns points=some plan=-", "level of points called 'some'");
	bad_plan("test-turns plan=", "a task is missing");
	bad_plan("test-turns plan=a/2", "one of \"@+\" is missing");
	bad_plan("test-turns plan=a/2@f:lock>b/3", "position ");
	bad_plan("test-turns plan=a/2@f:lock#0>b/3", "the ordinal is from 1");
	bad_plan("test-turns plan=a/2@f:lock#1", "one of \">\" is missing");
	bad_plan("test-turns plan=a/2@f:lock#1>b/3,", "a task is missing");
	bad_plan("test-turns plan=!a/2@f:lock#1", "no kind of failure called 'lock'");
	bad_plan("test-turns plan=a%zz@f:lock#1>b/3", "two hexadecimal digits");
}

static void plan__text_comes_back_as_it_was(void **state)
{
	static const char text[] = "test-turns seed=7 points=coarse "
				   "plan=kworker%2fa/2@f:lock#1>b/3,a/2+start>b/3,"
				   "a/2+g:wait#4.2>b/3,!a/2@copy%20engine:copy#1";
	struct plan plan;
	char error[512], *line;

	(void)state;
	assert_int_equal(psimx_plan_parse(text, &plan, error, sizeof(error)), 0);
	assert_int_equal(plan.nr_departures, 3);
	assert_int_equal(plan.nr_faults, 1);
	line = psimx_plan_print(&plan);
	psimx_plan_free(&plan);
	assert_int_equal(psimx_plan_parse(line, &plan, error, sizeof(error)), 0);
	assert_string_equal(plan.departures[0].task, "kworker/a/2");
	assert_string_equal(plan.faults[0].site, "copy engine");
	assert_int_equal(plan.departures[2].blocked, 2);
	assert_int_equal(plan.departures[2].ordinal, 4);
	psimx_plan_free(&plan);
	free(line);
}

static void plan__a_point_that_is_not_there_is_named(void **state)
{
	struct plan plan;
	struct replay replay = {.plan = &plan};
	struct outcome outcome;
	char error[512];

	(void)state;
	assert_int_equal(psimx_plan_parse("test-turns plan=a/2@nobody:lock#1>b/3", &plan, error,
					  sizeof(error)),
			 0);
	assert_int_equal(psimx_replay_run(&plan.stage, &replay, &outcome), 0);
	assert_non_null(strstr(replay.misfit, "a/2@nobody:lock#1>b/3"));
	psimx_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search__no_preemption_finds_no_lost_update),
		cmocka_unit_test(search__one_preemption_finds_it_and_the_plan_replays),
		cmocka_unit_test(search__unbounded_counts_every_interleaving),
		cmocka_unit_test(search__delays_bound_the_free_choices_too),
		cmocka_unit_test(search__parts_are_the_whole),
		cmocka_unit_test(merge__the_same_part_twice_is_refused),
		cmocka_unit_test(search__stopped_and_resumed_is_the_whole),
		cmocka_unit_test(draws__find_it_and_shrink_to_one_departure),
		cmocka_unit_test(plan__damage_is_named_with_its_position),
		cmocka_unit_test(plan__text_comes_back_as_it_was),
		cmocka_unit_test(plan__a_point_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
