/* SPDX-License-Identifier: MIT */
/*
 * The explorer's inside: one run of a scenario under somebody's choices, the search over all of them,
 * plans, and results. A host-dialect library over the explorer's seat (src/shim/host/steer.h).
 */
#ifndef PSIM_EXPLORE_INSIDE_H
#define PSIM_EXPLORE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <psim/psim.h>

#include "../shim/host/steer.h"

/* Scheduling points until a schedule counts as livelocked. */
#define EXPLORE_STEPS 10000000

/* ---- one run (run.c) ----------------------------------------------------------------------------- */

/**
 * struct outcome - what came of one run
 * @result: what the scenario returned; -ECANCELED: halted
 * @reports: how many
 * @report: the last one's line
 * @state: hash of what the scenario noted with psim_explore_state()
 * @points: virtual ns it took
 */
struct outcome {
	int result;
	int reports;
	char report[256];
	uint64_t state;
	uint64_t virtual_ns;
};

/**
 * struct stage - a machine for exploration: the level of points, the seed, the step budget, ...
 * @scenario: what runs on it
 * @without: instruments that are off
 * @trace: a file to write the events to, or NULL
 * @started, @arg: called when the machine has started, before anything runs; or NULL. Returns 0 or a
 *	negative errno: then nothing runs
 */
struct stage {
	const struct psim_scenario *scenario;
	unsigned int points;
	unsigned long long seed;
	unsigned long long steps;
	unsigned int without;
	bool print_reports;
	const char *trace;
	int (*started)(void *arg);
	void *arg;
};

/* Run the scenario once, steered by @steer. Return: 0, or a negative errno: the machine did not start. */
int psimx_stage_run(const struct stage *stage, const struct psim_steer *steer,
		    struct outcome *outcome);
/* The same for a search; if a sanitizer ends the process there, the plan is told (last_words.c). */
int psimx_search_stage_run(const struct stage *stage, const struct psim_steer *steer,
			   struct outcome *outcome);
static inline bool outcome_failed(const struct outcome *outcome)
{
	return outcome->result || outcome->reports;
}

/* The same but for numbers. */
bool psimx_texts_same(const char *a, const char *b);
/* Both failed in the same way: the same report, or the same error. */
bool psimx_outcome_same(const struct outcome *a, const struct outcome *b);

/* "all", "coarse", "locks"; -1 if there is no such level. */
int psimx_points_parse(const char *name, unsigned int *mask);
const char *psimx_points_name(unsigned int mask);

/* ---- plans (plan.c) ------------------------------------------------------------------------------ */

/**
 * struct departure - where a schedule leaves the default order
 * @task: "name/number" of the running task
 * @site, @kind, @ordinal: the point: who called which primitive, and how many times that task had passed
 *	it; @ordinal 0: it had passed none
 * @blocked: 0: at the point; n: when it blocked, yielded or ended for the n-th time after it
 * @to: who went on instead
 */
struct departure {
	char task[32];
	char site[64];
	char kind[16];
	unsigned int ordinal;
	unsigned int blocked;
	char to[32];
};

/* A fallible call that fails: the @ordinal-th of its kind that @task made from @site. */
struct fault {
	char task[32];
	char site[64];
	char kind[16];
	unsigned int ordinal;
};

/**
 * struct plan - a schedule and a set of faults, by name
 * @drawn: instead: schedule number @drawn - 1 of psim explore --random; 0: none
 * Read from and written as "NAME key=value ... plan=...".
 */
struct plan {
	struct stage stage;
	struct departure *departures;
	struct fault *faults;
	unsigned int nr_departures, nr_faults;
	unsigned long long drawn;
};

/* Return: 0, or -1 with what is wrong, and at which position, in @error. Sets the scenario's options. */
int psimx_plan_parse(const char *text, struct plan *plan, char *error, size_t bytes);
/* Return: a line to be freed. */
char *psimx_plan_print(const struct plan *plan);
void psimx_plan_free(struct plan *plan);
void psimx_plan_add_departure(struct plan *plan, const struct departure *departure);
void psimx_plan_add_fault(struct plan *plan, const struct fault *fault);
/* "cpu/3@folio_lock:lock#2>gpu/4" */
void psimx_departure_print(const struct departure *departure, char *text, size_t bytes);
void psimx_fault_print(const struct fault *fault, char *text, size_t bytes);

/* ---- by name (replay.c) ---------------------------------------------------------------------------- */

/**
 * struct replay - one run by names
 * @plan: what to follow; NULL: nothing
 * @choose, @fails: what to follow otherwise; may be NULL: the default order, no fault
 * @took: out: the plan that was followed, by name; may be NULL; its stage is the caller's
 * @events: keep them (events.c)
 * @kinds: out: mask of the kinds of calls that failed
 * @misfit: out: what of @plan did not come to pass, or ""
 */
struct replay {
	const struct plan *plan;
	unsigned int (*choose)(const struct psim_steer_point *point);
	int (*fails)(unsigned int task, unsigned int kind, const char *site);
	struct plan *took;
	bool events;
	unsigned int kinds;
	char misfit[512];
};
int psimx_replay_run(const struct stage *stage, struct replay *replay, struct outcome *outcome);

/* ---- events (events.c) ----------------------------------------------------------------------------- */

/* Before and after a run with replay's @events. @stop_at: raise SIGTRAP before that event; 0: none. */
void psimx_events_begin(unsigned long long stop_at);
/* Return: how many there were. */
unsigned long long psimx_events_end(void);
void psimx_events_happened(unsigned int task, const char *line, unsigned int bytes);
void psim_stopped_before_event(unsigned long long number, const char *line);
/* Return: the last events of the tasks that had the latest, a column each; to be freed; NULL: none. */
char *psimx_events_side_by_side(void);

/* Fewest departures and faults with which the same still fails. */
void psimx_plan_shrink(struct plan *plan, const struct outcome *outcome);

/* ---- results (result.c) ----------------------------------------------------------------------------- */

#define MOST_FAILURES 16
#define MOST_STATES   65536

/* One choice that was not the default: the @at-th that was asked, answered @option. */
struct step {
	uint32_t at;
	uint32_t option;
};

/**
 * struct failure - one way to fail
 * @text: the report's line, or what the scenario returned
 * @count: in how many schedules
 * @steps: the first schedule that showed it, in an order that does not depend on who searched
 * @seed: of a drawn schedule
 * @plan: the line that replays it
 * @events: the last events of each task, side by side
 */
struct failure {
	char text[256];
	int result;
	unsigned long long count;
	struct step *steps;
	unsigned int nr_steps;
	unsigned long long seed;
	char *plan, *events;
};

/**
 * struct result - what an exploration, or a part of one, brought
 * @scenario, @settings, @points, @strategy, @bound: what was explored, as text
 * @schedules, @pruned, @asked: runs, subtrees left out, choices
 * @left: about how many schedules were not run; 0 when complete
 * @complete: all within the bound
 * @shards, @parts: into how many parts the space was split; which of them these are, one bit each
 * @position: the last schedule run, from which to go on
 */
struct result {
	char scenario[64], settings[192], points[16], strategy[32], bound[96];
	unsigned long long schedules, pruned, asked, left;
	bool complete;
	unsigned int shards;
	unsigned char parts[128];
	double seconds;
	struct failure failures[MOST_FAILURES];
	unsigned int nr_failures;
	unsigned long long failed;
	uint64_t *states;
	unsigned int nr_states, states_room;
	struct step *position;
	unsigned int nr_position;
};

void psimx_result_init(struct result *result);
void psimx_result_free(struct result *result);
/* Everything that was found, but not what was searched. */
void psimx_result_forget(struct result *result);
void psimx_result_state(struct result *result, uint64_t state);
/* Note a failure: @steps is copied. */
void psimx_result_failure(struct result *result, const struct outcome *outcome,
			  const struct step *steps, unsigned int nr_steps, unsigned long long seed);
json_t *psimx_result_to_json(const struct result *result, bool whole);
/* Return: 0, or -1 with what is wrong in @error. */
int psimx_result_from_json(struct result *result, const json_t *json, char *error, size_t bytes);
/* Add @part to @whole. Return: 0, or -1: they do not belong together. */
int psimx_result_merge(struct result *whole, const struct result *part, char *error, size_t bytes);
/* Every part is there, and complete. */
bool psimx_result_is_whole(const struct result *result);
int psimx_result_junit(const struct result *result, const char *path);

/* ---- the search (search.c), and draws (draw.c) ---------------------------------------------------------- */

enum strategy {
	STRATEGY_DFS,
	STRATEGY_RANDOM,
	STRATEGY_PCT,
	STRATEGY_SWEEP
};

#define UNBOUNDED ~0u

struct progress {
	unsigned long long schedules, failed, left;
};

/**
 * struct search - what to do
 * @preemptions, @delays, @faults: bounds; UNBOUNDED
 * @schedules: how many at most (depth-first: the budget; draws: how many)
 * @seconds: how long at most; 0: no limit
 * @depth: of PCT
 * @probability: of draws: one in so many fallible calls fails; 0: none
 * @reduce: leave out what a sound reduction may (reduce.c); only a whole depth-first search under a bound of
 *	preemptions alone, at all points; elsewhere it changes nothing
 * @shard, @shards: this part of so many
 * @stop: set by a signal handler: finish the schedule and return
 * @shared: where others see how far it is; may be NULL
 * @progress: called a few times a second; may be NULL
 */
struct search {
	struct stage stage;
	enum strategy strategy;
	unsigned int preemptions, delays, faults;
	unsigned long long schedules;
	double seconds;
	unsigned int depth;
	unsigned int probability;
	bool reduce;
	unsigned int shard, shards;
	volatile int *stop;
	volatile struct progress *shared;
	void (*progress)(const struct progress *progress);
};

/* @result may hold an interrupted search of the same kind, and its position: it goes on from there. */
int psimx_search_run(const struct search *search, struct result *result);
int psimx_draw_run(const struct search *search, struct result *result);
/* One random schedule, for replay's @choose. */
void psimx_draw_begin(const struct search *search, unsigned long long number);
unsigned int psimx_draw_choose(const struct psim_steer_point *point);
void psimx_draw_end(void);
/* Either, in @jobs processes; @results has one result for each, which may hold a position. */
int psimx_search_jobs(const struct search *search, unsigned int jobs, struct result *results);
/* Is this how a run may end in which calls of these kinds (a mask) failed? */
bool psimx_sweep_accepts(const struct outcome *outcome, unsigned int kinds);
/* Turn each failure's steps into the plan that replays it, shrunk. */
void psimx_search_name_failures(const struct search *search, struct result *result);
/* Repeat @steps; for replay's @choose and @fails. */
void psimx_steps_follow(const struct step *steps, unsigned int nr_steps);
unsigned int psimx_steps_choose(const struct psim_steer_point *point);
int psimx_steps_fails(unsigned int task, unsigned int kind, const char *site);

double psimx_wall_seconds(void);

#endif /* PSIM_EXPLORE_INSIDE_H */
