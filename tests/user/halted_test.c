// SPDX-License-Identifier: MIT
/*
 * What a run that nothing can help says before it ends: what its last points were when no period shows, and
 * where everybody waits, on standard error.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <psim/audit.h>
#include <psim/explore.h>
#include <psim/machine.h>
#include <psim/task.h>

#include "knot.h"

static void run_until_the_budget(int (*body)(void *arg), void *arg, const char *told)
{
	struct psim_config config = {.ram_bytes = 4 << 20, .step_budget = 10000, .quiet = 1};

	assert_int_equal(psim_start(&config), 0);
	psim_expect_report(told);
	assert_int_equal(psim_run("odd", body, arg), -ECANCELED);
	assert_int_equal(psim_stop(), 0);
}

/* Three yields for each point, in no order that comes back. */
static int without_a_period(void *arg)
{
	uint32_t random = 1;

	(void)arg;
	for (;;) {
		random = random * 1664525 + 1013904223;
		if (random >> 30)
			psim_yield();
		else
			psim_explore_point();
	}
	return 0;
}

static void step_budget__no_period(void **state)
{
	(void)state;
	run_until_the_budget(without_a_period, NULL, "most are: odd/1 yields (");
}

static int with_yields(void *arg)
{
	for (;;) {
		psim_explore_point();
		for (uintptr_t i = 0; i < (uintptr_t)arg; i++)
			psim_yield();
	}
	return 0;
}

static void step_budget__a_place_more_than_once(void **state)
{
	(void)state;
	run_until_the_budget(with_yields, (void *)2,
			     "every 3 of them repeat: odd/1 in psim_explore_point, odd/1 yields (2 "
			     "times)");
}

static int only_yields(void *arg)
{
	(void)arg;
	for (;;)
		psim_yield();
	return 0;
}

static void step_budget__one_point(void **state)
{
	(void)state;
	run_until_the_budget(only_yields, NULL, "the last repeats: odd/1 yields");
}

/* ---- in a process of its own, for what it writes ----------------------------------------------------------- */

/* Return: its exit code. */
static int run_apart(int (*body)(void), char *text, size_t bytes)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		exit(body());
	}
	close(ends[1]);
	while (used < bytes - 1 && (got = read(ends[0], text + used, bytes - 1 - used)) > 0)
		used += got;
	text[used] = 0;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int knot(void)
{
	struct psim_config config = {.ram_bytes = 4 << 20};

	if (psim_start(&config) || psim_run("knot", two_that_join_each_other, NULL) != -ECANCELED)
		return 99;
	return psim_stop();
}

/* Whoever finds out shows where it is, and then each of the others does, by its own stack. */
static void deadlock__shows_where_everybody_waits(void **state)
{
	static const char *const who[] = {"deadlock: nobody can run: ", "psim: knot/1 waits in\n",
					  "psim: first/2 waits in\n"};
	static char text[64 << 10];
	const char *at = text;

	(void)state;
	assert_int_equal(run_apart(knot, text, sizeof(text)), 1);
	for (unsigned int i = 0; i < 3; i++) {
		at = strstr(at, who[i]);
		assert_non_null(at);
		at = strstr(at, "  psim_join+");
		assert_non_null(at);
	}
	assert_null(strstr(text, "second/3 waits in\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(step_budget__no_period),
		cmocka_unit_test(step_budget__a_place_more_than_once),
		cmocka_unit_test(step_budget__one_point),
		cmocka_unit_test(deadlock__shows_where_everybody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
