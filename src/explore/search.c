// SPDX-License-Identifier: MIT
/*
 * Depth-first search over the choices of a scenario: which task goes on, and which fallible call fails.
 *
 * Nothing of a run is kept but the choices it was asked for. Each schedule starts from a fresh machine,
 * repeats the choices up to the deepest one that has an answer left within the bound, takes that answer,
 * and goes on in the default order. The space is split by the first departure from the default order:
 * departure r belongs to shard r modulo their number; the default schedule itself to shard 0.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shim/host/host.h"
#include "reduce.h"

/**
 * struct node - a choice on the current path
 * @count, @chosen: how many answers, and which was given
 * @preempts: another answer than 0 is a preemption
 * @fault: whether a fallible call fails
 * @preemptions, @delays, @faults: used up before it
 * @kind: of the fallible call
 * @rank: first departures before it, while the path up to it is the default one
 */
struct node {
	uint16_t count, chosen;
	uint8_t preempts, fault;
	uint16_t preemptions, delays, faults;
	uint16_t kind;
	uint32_t rank;
};

static struct {
	const struct search *search;
	struct node *nodes;
	unsigned int n, at, forced, room;
	unsigned int before; /* what the answer that was taken last replaced */
	unsigned int kinds; /* of the calls that failed in this run */
	unsigned long long root_ranks;
	bool diverged, reduce;
	unsigned long long pruned;
} walk;

/* ---- one run ----------------------------------------------------------------------------------------------- */

static struct node *push(unsigned int count, bool preempts, bool fault)
{
	struct node *node;

	if (walk.n == walk.room) {
		walk.room = walk.room ? 2 * walk.room : 4096;
		walk.nodes = realloc(walk.nodes, walk.room * sizeof(*walk.nodes));
		if (!walk.nodes)
			abort();
	}
	node = &walk.nodes[walk.n];
	*node = (struct node){.count = count, .preempts = preempts, .fault = fault};
	if (walk.n++) {
		const struct node *before = node - 1;
		bool departs = before->chosen;

		node->preemptions = before->preemptions + (departs && before->preempts);
		node->delays = before->delays + (departs && !before->fault);
		node->faults = before->faults + (departs && before->fault);
	}
	return node;
}

/* Whether another answer than the default one is within the bound. */
static bool affordable(const struct node *node)
{
	const struct search *s = walk.search;

	if (node->fault)
		return node->faults < s->faults;
	return (!node->preempts || node->preemptions < s->preemptions) && node->delays < s->delays;
}

static unsigned int answer(unsigned int count, bool preempts, bool fault, unsigned int kind)
{
	unsigned int at = walk.at++;

	if (at < walk.forced) {
		const struct node *node = &walk.nodes[at];

		if (node->count == count && node->fault == fault)
			return node->chosen;
		walk.diverged = true;
		return 0;
	}
	push(count, preempts, fault)->kind = kind;
	return 0;
}

static unsigned int choose(const struct psim_steer_point *point)
{
	if (walk.reduce)
		psimx_reduce_asked(walk.at, point);
	return answer(point->count, point->can_go_on, false, 0);
}

static int fails(unsigned int task, unsigned int kind, const char *site)
{
	unsigned int failing = answer(2, false, true, kind);

	(void)task;
	(void)site;
	if (failing)
		walk.kinds |= 1u << kind;
	return failing;
}

static int run_once(struct outcome *outcome)
{
	const struct search *s = walk.search;
	struct psim_steer steer = {
		.choose = s->strategy == STRATEGY_SWEEP ? NULL : choose,
		.fails = s->faults ? fails : NULL,
		.marked = s->stage.scenario->marked,
	};
	int err;

	if (walk.reduce) {
		steer.passed = psimx_reduce_passed;
		steer.fails = psimx_reduce_fails;
		steer.touched = psimx_reduce_touched;
		psimx_reduce_run();
	}
	walk.at = 0;
	walk.n = walk.forced;
	walk.kinds = 0;
	err = psimx_search_stage_run(&s->stage, &steer, outcome);
	if (err)
		return err;
	if (walk.diverged || walk.at < walk.forced) {
		fprintf(stderr,
			"psim: %s is not deterministic: choice %u of a schedule did not come back\n",
			s->stage.scenario->name, walk.at);
		return -EPROTO;
	}
	return 0;
}

/* ---- the next one --------------------------------------------------------------------------------------------- */

/* Number the first departures, after the default schedule. */
static void rank_root(void)
{
	uint32_t rank = 0;

	for (unsigned int i = 0; i < walk.n; i++) {
		walk.nodes[i].rank = rank;
		rank += affordable(&walk.nodes[i]) ? walk.nodes[i].count - 1 : 0;
	}
	walk.root_ranks = rank;
}

/* The first node that departs from the default order; walk.n: none. */
static unsigned int first_departure(void)
{
	unsigned int i = 0;

	while (i < walk.n && !walk.nodes[i].chosen)
		i++;
	return i;
}

static bool is_ours(const struct node *node, unsigned int option)
{
	return (node->rank + option - 1) % walk.search->shards == walk.search->shard;
}

/* Set up the next schedule. Return: false: there is none. */
static bool advance(unsigned int first)
{
	for (unsigned int i = walk.n; i-- > 0;) {
		struct node *node = &walk.nodes[i];

		if (!affordable(node))
			continue;
		if (walk.reduce && !node->chosen && node->preempts && psimx_reduce_local(i)) {
			walk.pruned += node->count - 1;
			continue;
		}
		for (unsigned int option = node->chosen + 1; option < node->count; option++) {
			if (i <= first && !is_ours(node, option))
				continue;
			walk.before = node->chosen;
			node->chosen = option;
			walk.forced = i + 1;
			return true;
		}
	}
	return false;
}

/* About how many schedules are left: first departures further ahead have the larger subtrees. */
static unsigned long long estimate(unsigned long long schedules, unsigned int first)
{
	const struct search *s = walk.search;
	unsigned int depth = s->faults;
	double part = 1, done;

	if (first >= walk.n || !walk.root_ranks)
		return 0;
	if (s->strategy != STRATEGY_SWEEP)
		depth += s->preemptions < s->delays ? s->preemptions : s->delays;
	done = 1 - (double)walk.nodes[first].rank / walk.root_ranks;
	for (unsigned int i = 0; i < depth && i < 8; i++)
		part *= done;
	return part > 0 ? schedules * (1 / part - 1) : 0;
}

/* ---- results ------------------------------------------------------------------------------------------------- */

static unsigned int departures(struct step **steps)
{
	unsigned int n = 0;

	*steps = calloc(walk.n + 1, sizeof(**steps));
	if (!*steps)
		abort();
	for (unsigned int i = 0; i < walk.n; i++) {
		if (walk.nodes[i].chosen)
			(*steps)[n++] = (struct step){i, walk.nodes[i].chosen};
	}
	return n;
}

static void keep_position(struct result *result)
{
	free(result->position);
	result->nr_position = departures(&result->position);
}

static void count_run(struct result *result, const struct outcome *outcome)
{
	struct step *steps;
	unsigned int n;
	bool failed = walk.search->faults ? !psimx_sweep_accepts(outcome, walk.kinds)
					  : outcome_failed(outcome);

	result->schedules++;
	result->asked += walk.at;
	psimx_result_state(result, outcome->state ^ (uint64_t)(unsigned int)outcome->result << 32);
	if (!failed)
		return;
	n = departures(&steps);
	psimx_result_failure(result, outcome, steps, n, walk.search->stage.seed);
	free(steps);
}

/* Take up the path that an earlier search left: the same choices, up to its last departure. */
static int resume(const struct result *result)
{
	struct outcome outcome;
	int err;

	for (unsigned int i = 0; i < result->nr_position; i++) {
		struct step step = result->position[i];

		if (step.at >= walk.n || step.option >= walk.nodes[step.at].count)
			return -ESTALE;
		walk.nodes[step.at].chosen = step.option;
		walk.forced = step.at + 1;
		err = run_once(&outcome);
		if (err)
			return err;
	}
	return 0;
}

static bool out_of_budget(const struct search *s, const struct result *result, double start,
			  double *shown)
{
	double now = psimx_wall_seconds();

	if (s->stop && *s->stop)
		return true;
	if (result->schedules >= s->schedules || (s->seconds && now - start > s->seconds))
		return true;
	if (now - *shown > 0.2) {
		struct progress progress = {result->schedules, result->failed,
					    estimate(result->schedules, first_departure())};

		*shown = now;
		if (s->shared)
			*s->shared = progress;
		if (s->progress)
			s->progress(&progress);
	}
	return false;
}

/* More is shared than was known when schedules were left out: from the start. */
static int start_over(struct result *result, struct outcome *outcome)
{
	int err = 0;

	while (!err && walk.pruned && psimx_reduce_learned()) {
		psimx_result_forget(result);
		walk.forced = 0;
		walk.pruned = 0;
		err = run_once(outcome);
	}
	if (!err && !result->schedules)
		count_run(result, outcome);
	return err;
}

static int search_all(struct result *result)
{
	const struct search *s = walk.search;
	double start = psimx_wall_seconds(), shown = start;
	struct outcome outcome;
	bool going_on = result->schedules || result->nr_position;
	int err;

	err = run_once(&outcome);
	if (err)
		return err;
	rank_root();
	if (!going_on && s->shard == 0)
		count_run(result, &outcome);
	err = resume(result);
	while (!err) {
		unsigned int first = first_departure();

		if (!advance(first)) {
			result->complete = true;
			result->left = 0;
			break;
		}
		if (out_of_budget(s, result, start, &shown)) {
			/* the answer just taken is the next run's, not the last one's */
			walk.nodes[walk.forced - 1].chosen = walk.before;
			keep_position(result);
			result->left = estimate(result->schedules, first);
			break;
		}
		err = run_once(&outcome);
		if (!err)
			count_run(result, &outcome);
		if (!err && walk.reduce)
			err = start_over(result, &outcome);
	}
	result->pruned += walk.pruned;
	result->seconds += psimx_wall_seconds() - start;
	return err;
}

int psimx_search_run(const struct search *search, struct result *result)
{
	int err;

	memset(&walk, 0, sizeof(walk));
	walk.search = search;
	walk.reduce = search->reduce && search->shards == 1 && !search->faults &&
		      search->delays == UNBOUNDED && search->stage.points == PSIM_POINTS_ALL &&
		      search->strategy == STRATEGY_DFS && !result->schedules;
	psimx_reduce_open();
	psim_host_trap_again();
	err = search_all(result);
	psimx_reduce_close();
	free(walk.nodes);
	return err;
}

/* ---- the same again ---------------------------------------------------------------------------------------- */

static struct {
	const struct step *steps;
	unsigned int n, next, at;
} follow;

void psimx_steps_follow(const struct step *steps, unsigned int nr_steps)
{
	follow.steps = steps;
	follow.n = nr_steps;
	follow.next = follow.at = 0;
}

static unsigned int step_here(unsigned int count)
{
	unsigned int at = follow.at++;

	if (follow.next == follow.n || follow.steps[follow.next].at != at)
		return 0;
	at = follow.steps[follow.next++].option;
	return at < count ? at : 0;
}

unsigned int psimx_steps_choose(const struct psim_steer_point *point)
{
	return step_here(point->count);
}

int psimx_steps_fails(unsigned int task, unsigned int kind, const char *site)
{
	(void)task;
	(void)kind;
	(void)site;
	return step_here(2);
}

/* The last events of each task, of one more run. */
static char *events_of(const struct plan *plan)
{
	struct replay replay = {.plan = plan, .events = true};
	struct outcome outcome;
	char *text = NULL;

	psimx_events_begin(0);
	if (!psimx_replay_run(&plan->stage, &replay, &outcome))
		text = psimx_events_side_by_side();
	psimx_events_end();
	return text;
}

void psimx_search_name_failures(const struct search *search, struct result *result)
{
	bool sweep = search->strategy == STRATEGY_SWEEP;

	for (unsigned int i = 0; i < result->nr_failures; i++) {
		struct failure *f = &result->failures[i];
		struct plan plan = {.stage = search->stage};
		struct replay replay = {
			.choose = sweep ? NULL : psimx_steps_choose,
			.fails = search->faults || search->probability ? psimx_steps_fails : NULL,
			.took = &plan,
		};
		struct outcome outcome;

		if (f->plan)
			continue;
		psimx_steps_follow(f->steps, f->nr_steps);
		if (psimx_replay_run(&search->stage, &replay, &outcome))
			continue;
		psimx_plan_shrink(&plan, &outcome);
		f->plan = psimx_plan_print(&plan);
		f->events = events_of(&plan);
		psimx_plan_free(&plan);
	}
}
