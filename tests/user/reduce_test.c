// SPDX-License-Identifier: MIT
/*
 * The reduction leaves out schedules, and no end state: over generated programs, and every bound up to 3,
 * the reduced and the plain search reach exactly the same end states.
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

#define PROGRAMS   1000
#define MOST_TASKS 3
#define MOST_STEPS 5
#define VARIABLES  5
#define MOST_BOUND 3

/* reg = reg * 3 + a; b = reg + constant; where "odd": only if reg is odd, else on c instead of b. */
struct op {
	unsigned char a, b, c, constant, how;
};

static struct {
	int tasks, steps[MOST_TASKS];
	struct op ops[MOST_TASKS][MOST_STEPS];
} program;

static struct {
	uint64_t value; /* one granule each */
} variables[VARIABLES];

static uint64_t registers[MOST_TASKS];

/* ---- running one ----------------------------------------------------------------------------------------------- */

static uint64_t *touch(int variable)
{
	psim_explore_touch(&variables[variable], sizeof(variables[variable]));
	return &variables[variable].value;
}

static void step(int task, const struct op *op)
{
	uint64_t *reg = &registers[task];

	switch (op->how) {
	case 0: /* read only */
		*reg = *reg * 3 + *touch(op->a);
		break;
	case 1: /* write only */
		*touch(op->b) = *reg + op->constant;
		break;
	case 2: /* what it touches depends on what it has seen */
	case 5:
	case 6:
		*reg += *touch(*reg % 3 ? op->b : op->c) += *reg + op->constant;
		break;
	case 3: /* nothing that others can reach */
		*reg = *reg * 5 + op->constant;
		break;
	default:
		*reg = *reg * 3 + *touch(op->a);
		*touch(op->b) = *reg + op->constant;
	}
}

static int body(void *arg)
{
	int task = (int)(intptr_t)arg;

	for (int i = 0; i < program.steps[task]; i++) {
		psim_explore_point();
		step(task, &program.ops[task][i]);
	}
	psim_explore_point();
	return 0;
}

PSIM_SCENARIO(test_program, "a generated program", .marked = 1)
{
	struct psim_task *tasks[MOST_TASKS];

	memset(variables, 0, sizeof(variables));
	memset(registers, 0, sizeof(registers));
	psim_explore_begin();
	for (int i = 0; i < program.tasks; i++)
		tasks[i] = psim_spawn(NULL, "task", body, (void *)(intptr_t)i);
	for (int i = 0; i < program.tasks; i++)
		psim_join(tasks[i]);
	psim_explore_end();
	for (int i = 0; i < VARIABLES; i++)
		psim_explore_state(variables[i].value);
	for (int i = 0; i < MOST_TASKS; i++)
		psim_explore_state(registers[i]);
	return 0;
}

/* ---- making one ------------------------------------------------------------------------------------------------- */

static uint64_t random_state;

static unsigned int below(unsigned int n)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (uint64_t)(uint32_t)(z ^ (z >> 31)) * n >> 32;
}

/* Some variables are one task's own, as far as nobody else's branch gets there. */
static unsigned char pick(int task)
{
	return below(4) ? (unsigned char)task : (unsigned char)below(VARIABLES);
}

static void generate(unsigned int seed)
{
	random_state = seed;
	program.tasks = 2 + !below(12);
	for (int t = 0; t < program.tasks; t++) {
		program.steps[t] = program.tasks == 2 ? 2 + !below(4) : 1 + !below(6);
		for (int i = 0; i < program.steps[t]; i++) {
			program.ops[t][i] =
				(struct op){pick(t), pick(t), pick(t), 1 + below(200), below(7)};
		}
	}
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static void search(unsigned int bound, bool reduce, struct result *result)
{
	struct search s = {
		.stage = {.scenario = psim_scenario_find("test-program"),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = 10000},
		.preemptions = bound,
		.delays = UNBOUNDED,
		.schedules = ~0ull,
		.shards = 1,
		.reduce = reduce,
	};

	psimx_result_init(result);
	assert_int_equal(psimx_search_jobs(&s, 1, result), 0);
	assert_true(result->complete);
	assert_int_equal(result->failed, 0);
}

static void reduced_and_plain__the_same_end_states(void **state)
{
	unsigned long long plain_runs = 0, reduced_runs = 0;
	unsigned int several = 0, smaller = 0;

	(void)state;
	for (unsigned int seed = 1; seed <= PROGRAMS; seed++) {
		generate(seed);
		for (unsigned int bound = 0; bound <= MOST_BOUND; bound++) {
			struct result plain, reduced;

			search(bound, false, &plain);
			search(bound, true, &reduced);
			if (plain.nr_states != reduced.nr_states ||
			    memcmp(plain.states, reduced.states,
				   plain.nr_states * sizeof(plain.states[0])))
				fail_msg("program %u, bound %u: %u end states, reduced %u", seed,
					 bound, plain.nr_states, reduced.nr_states);
			assert_true(reduced.schedules <= plain.schedules);
			assert_true(reduced.schedules == plain.schedules || reduced.pruned);
			plain_runs += plain.schedules;
			reduced_runs += reduced.schedules;
			several += plain.nr_states > 1;
			smaller += reduced.schedules < plain.schedules;
			psimx_result_free(&plain);
			psimx_result_free(&reduced);
		}
	}
	/* the programs are worth the comparison, and so is the reduction */
	assert_true(several > PROGRAMS / 4);
	assert_true(smaller > PROGRAMS);
	assert_true(reduced_runs < plain_runs / 2);
}

/* A primitive of the kernel's face touches what nobody has told: nothing may be left out. */
static int takes_turns(void *arg)
{
	psim_explore_point();
	psim_explore_touch(arg, 8);
	psim_yield();
	psim_explore_point();
	return 0;
}

PSIM_SCENARIO(test_unknown_step, "a step with a primitive in it", .marked = 1)
{
	static uint64_t own[2];
	struct psim_task *a, *b;

	psim_explore_begin();
	a = psim_spawn(NULL, "a", takes_turns, &own[0]);
	b = psim_spawn(NULL, "b", takes_turns, &own[1]);
	psim_join(a);
	psim_join(b);
	psim_explore_end();
	return 0;
}

static void unknown_steps__nothing_is_left_out(void **state)
{
	struct search s = {
		.stage = {.scenario = psim_scenario_find("test-unknown-step"),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = 10000},
		.preemptions = 2,
		.delays = UNBOUNDED,
		.schedules = ~0ull,
		.shards = 1,
	};
	struct result plain, reduced;

	(void)state;
	psimx_result_init(&plain);
	psimx_result_init(&reduced);
	assert_int_equal(psimx_search_jobs(&s, 1, &plain), 0);
	s.reduce = true;
	assert_int_equal(psimx_search_jobs(&s, 1, &reduced), 0);
	assert_int_equal(plain.schedules, reduced.schedules);
	assert_int_equal(reduced.pruned, 0);
	psimx_result_free(&plain);
	psimx_result_free(&reduced);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reduced_and_plain__the_same_end_states),
		cmocka_unit_test(unknown_steps__nothing_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
