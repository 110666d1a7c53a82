// SPDX-License-Identifier: MIT
/*
 * Wild pointers in simulated code: a report with the task's name, the end of the run, and the next machine
 * works; also under the explorer, whose plan replays it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <psim/psim.h>

#include "../../src/explore/explore.h"
#include "../../src/shim/host/sanitizer.h"

/* Left to the processor to find. */
#define CARELESS __attribute__((noinline, no_sanitize("undefined")))

struct thing {
	char before[40];
	int member;
};

static struct thing *volatile nothing;
static int (*volatile no_function)(void *arg);
static volatile int zero;

static CARELESS int reads_null(void *arg)
{
	(void)arg;
	return nothing->member;
}

static CARELESS int writes_null(void *arg)
{
	(void)arg;
	nothing->member = 1;
	return 0;
}

static CARELESS int reads_poison(void *arg)
{
	struct thing *volatile poison = (struct thing *)0xdead000000000100ul;

	(void)arg;
	return poison->member;
}

static CARELESS int reads_nothing(void *arg)
{
	struct thing *volatile far = (struct thing *)0x10000000000ul;

	(void)arg;
	return far->member;
}

static CARELESS int calls_null(void *arg)
{
	return no_function(arg) + 1;
}

static CARELESS int divides(void *arg)
{
	(void)arg;
	return 7 / zero;
}

static CARELESS int traps(void *arg)
{
	(void)arg;
	__builtin_trap();
}

static CARELESS int recurses(void *arg)
{
	volatile char frame[512] = {1};

	return zero ? 0 : recurses(arg) + frame[zero];
}

static int in_a_task_of_its_own(void *arg)
{
	struct psim_task *task = psim_spawn(NULL, "careless", *(int (**)(void *))arg, NULL);

	return psim_join(task);
}

static void ends(int (*body)(void *arg), const char *says, enum psim_engine engine)
{
	struct psim_config config = {.ram_bytes = 4 << 20, .engine = engine};

	for (int i = 0; i < 3; i++) {
		assert_int_equal(psim_start(&config), 0);
		psim_expect_report(says);
		assert_int_equal(psim_run("main", in_a_task_of_its_own, &body), -ECANCELED);
		assert_int_equal(psim_stop(), 0);
	}
}

static void wild_pointer__is_reported(void **state)
{
	(void)state;
	ends(reads_null, "memory: wild pointer: read of NULL, byte 40 in reads_null",
	     PSIM_DETERMINISTIC);
	ends(writes_null, "memory: wild pointer: write to NULL, byte 40 in writes_null",
	     PSIM_DETERMINISTIC);
	ends(reads_nothing, "wild pointer: read of an address where nothing is in reads_nothing",
	     PSIM_DETERMINISTIC);
}

static void wild_pointer__no_address(void **state)
{
	(void)state;
	ends(reads_poison, "what is no address (poison, or overwritten) in reads_poison",
	     PSIM_DETERMINISTIC);
}

static void wild_pointer__call(void **state)
{
	(void)state;
	ends(calls_null, "wild pointer: call of NULL, byte 0 in calls_null", PSIM_DETERMINISTIC);
}

static void wild_pointer__free_running(void **state)
{
	(void)state;
	ends(reads_null, "memory: wild pointer: read of NULL, byte 40 in reads_null",
	     PSIM_FREE_RUNNING);
}

static void division__by_zero(void **state)
{
	(void)state;
	ends(divides, "memory: a division by 0 in divides", PSIM_DETERMINISTIC);
}

static void instruction__that_there_is_not(void **state)
{
	(void)state;
	ends(traps, "memory: an instruction that there is not in traps", PSIM_DETERMINISTIC);
}

static void stack__used_up(void **state)
{
	(void)state;
	ends(recurses, "memory: the stack is used up in ", PSIM_DETERMINISTIC);
}

/* What no machine runs dies as ever. */
static void wild_pointer__without_a_machine(void **state)
{
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	assert_int_equal(psim_stop(), 0);
	child = fork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		psim_start(NULL);
		psim_stop();
		close(STDERR_FILENO);
		_exit(reads_null(NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	/* a sanitizer exits on its own */
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV : WEXITSTATUS(status) != 0);
}

/* ---- under the explorer -------------------------------------------------------------------------------- */

static struct thing here, *volatile shared;

static CARELESS int uses(void *arg)
{
	(void)arg;
	if (!shared)
		return 0;
	psim_explore_point();
	return shared->member;
}

static int takes_away(void *arg)
{
	(void)arg;
	psim_explore_point();
	shared = NULL;
	return 0;
}

PSIM_SCENARIO(trap_race, "a pointer is looked at, taken away, and used", .marked = 1)
{
	struct psim_task *a, *b;

	shared = &here;
	psim_explore_begin();
	a = psim_spawn(NULL, "uses", uses, NULL);
	b = psim_spawn(NULL, "takes", takes_away, NULL);
	psim_join(a);
	psim_join(b);
	psim_explore_end();
	return 0;
}

static struct search whole_search(const char *scenario)
{
	return (struct search){
		.stage = {.scenario = psim_scenario_find(scenario),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = EXPLORE_STEPS},
		.preemptions = 1,
		.delays = UNBOUNDED,
		.schedules = ~0ull,
		.shards = 1,
	};
}

static void explore__goes_on_and_names_the_plan(void **state)
{
	struct search search = whole_search("trap-race");
	struct result result;

	(void)state;
	psimx_result_init(&result);
	assert_int_equal(psimx_search_run(&search, &result), 0);
	assert_true(result.complete);
	assert_true(result.schedules > 3);
	assert_int_equal(result.nr_failures, 1);
	assert_non_null(strstr(result.failures[0].text,
			       "memory: wild pointer: read of NULL, byte 40 in uses"));
	psimx_search_name_failures(&search, &result);
	assert_non_null(strstr(result.failures[0].plan, "plan=uses/"));
	/* and the plan does it again */
	psim_host_muted = 1;
	assert_int_equal(psim_replay(result.failures[0].plan), 1);
	psimx_result_free(&result);
}

/* ---- a sanitizer ends the process ---------------------------------------------------------------------- */

static char *block;

static int frees(void *arg)
{
	(void)arg;
	psim_explore_point();
	free(block);
	return 0;
}

static int reads_block(void *arg)
{
	(void)arg;
	psim_explore_point();
	return *(volatile char *)block;
}

PSIM_SCENARIO(freed_race, "memory is freed, and read", .marked = 1)
{
	struct psim_task *a, *b;

	block = calloc(1, 1);
	psim_explore_begin();
	a = psim_spawn(NULL, "reads", reads_block, NULL);
	b = psim_spawn(NULL, "frees", frees, NULL);
	psim_join(a);
	psim_join(b);
	psim_explore_end();
	return 0;
}

static void explore__sanitizer_ends_it(void **state)
{
	char said[65536];
	size_t n = 0;
	ssize_t more;
	int ends[2];

	(void)state;
	if (!PSIM_HAS_ASAN)
		return;
	assert_int_equal(pipe(ends), 0);
	if (!fork()) {
		struct search search = whole_search("freed-race");
		struct result result;

		dup2(ends[1], STDERR_FILENO);
		psimx_result_init(&result);
		psimx_search_run(&search, &result);
		_exit(0);
	}
	close(ends[1]);
	while (n < sizeof(said) - 1 && (more = read(ends[0], said + n, sizeof(said) - 1 - n)) > 0)
		n += more;
	said[n] = 0;
	wait(NULL);
	assert_non_null(strstr(said, "heap-use-after-free"));
	assert_non_null(
		strstr(said, "psim: it was in: psim replay 'freed-race seed=1 points=all plan="));
}

int main(void)
{
	/* there the signals are the sanitizer's */
	if (PSIM_HAS_TSAN)
		return 0;

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wild_pointer__is_reported),
		cmocka_unit_test(wild_pointer__no_address),
		cmocka_unit_test(wild_pointer__call),
		cmocka_unit_test(wild_pointer__free_running),
		cmocka_unit_test(division__by_zero),
		cmocka_unit_test(instruction__that_there_is_not),
		cmocka_unit_test(stack__used_up),
		cmocka_unit_test(wild_pointer__without_a_machine),
		cmocka_unit_test(explore__goes_on_and_names_the_plan),
		cmocka_unit_test(explore__sanitizer_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
