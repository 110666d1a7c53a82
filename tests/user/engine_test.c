// SPDX-License-Identifier: MIT
/*
 * Tasks and virtual time through the user face in the deterministic engine: its schedulers, halted runs,
 * and that a run is a function of its configuration.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <psim/audit.h>
#include <psim/explore.h>
#include <psim/fault.h>
#include <psim/machine.h>
#include <psim/task.h>
#include <psim/trace.h>

#include "knot.h"

#define NAMES 6

static char order[4096];
static size_t order_used;

static void note(char c)
{
	if (order_used < sizeof(order) - 1)
		order[order_used++] = c;
	order[order_used] = 0;
}

static void clear_order(void)
{
	order_used = 0;
	order[0] = 0;
}

static void start(const char *scheduler, unsigned long long seed)
{
	struct psim_config config = {
		.ram_bytes = 4 << 20, .scheduler = scheduler, .seed = seed, .quiet = 1};

	assert_int_equal(psim_start(&config), 0);
	clear_order();
}

/* ---- tasks --------------------------------------------------------------------------------------- */

static int seven(void *arg)
{
	*(int *)arg += 1;
	return 7;
}

static void psim_run__returns_what_the_body_returned(void **state)
{
	int calls = 0;

	(void)state;
	start(NULL, 0);
	assert_int_equal(psim_run("body", seven, &calls), 7);
	assert_int_equal(calls, 1);
	assert_int_equal(psim_stop(), 0);
}

static void psim_join__returns_what_the_body_returned(void **state)
{
	struct psim_task *task;
	int calls = 0;

	(void)state;
	start(NULL, 0);
	task = psim_spawn(NULL, "body", seven, &calls);
	assert_non_null(task);
	/* it runs at a scheduling point, not inside psim_spawn() */
	assert_int_equal(calls, 0);
	assert_int_equal(psim_join(task), 7);
	assert_int_equal(calls, 1);
	assert_int_equal(psim_stop(), 0);
}

static int letters(void *arg)
{
	for (int i = 0; i < 3; i++) {
		note(*(const char *)arg);
		psim_yield();
	}
	return 0;
}

static void psim_yield__lets_the_others_run_first(void **state)
{
	struct psim_task *tasks[3];
	const char *names = "abc";

	(void)state;
	start(NULL, 0);
	for (int i = 0; i < 3; i++)
		tasks[i] = psim_spawn(NULL, "letters", letters, (void *)&names[i]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(psim_join(tasks[i]), 0);
	assert_string_equal(order, "abcabcabc");
	assert_int_equal(psim_stop(), 0);
}

/* Who has yielded does not run again before every other task that could run has run: any scheduler. */
static void psim_yield__lets_the_others_run_first_under_every_seed(void **state)
{
	struct psim_task *tasks[3];
	const char *names = "abc";

	(void)state;
	for (unsigned long long seed = 1; seed < 200; seed++) {
		start("random", seed);
		for (int i = 0; i < 3; i++)
			tasks[i] = psim_spawn(NULL, "letters", letters, (void *)&names[i]);
		for (int i = 0; i < 3; i++)
			psim_join(tasks[i]);
		assert_int_equal(strlen(order), 9);
		/* the first time round all of them are runnable */
		assert_non_null(memchr(order, 'a', 3));
		assert_non_null(memchr(order, 'b', 3));
		assert_non_null(memchr(order, 'c', 3));
		assert_int_equal(psim_stop(), 0);
	}
}

static int many_tasks_body(void *arg)
{
	(*(int *)arg)++;
	psim_yield();
	return 0;
}

static void psim_spawn__hundreds_of_tasks(void **state)
{
	struct psim_task *tasks[300];
	int count = 0;

	(void)state;
	start(NULL, 0);
	for (int i = 0; i < 300; i++) {
		tasks[i] = psim_spawn(NULL, "one of many", many_tasks_body, &count);
		assert_non_null(tasks[i]);
	}
	for (int i = 0; i < 300; i++)
		psim_join(tasks[i]);
	assert_int_equal(count, 300);
	assert_int_equal(psim_stop(), 0);
}

static double sum_of(int n)
{
	volatile double x = 0;

	for (int i = 1; i <= n; i++)
		x += 1.0 / i;
	return x;
}

static int floating(void *arg)
{
	double *result = arg;

	*result = 0;
	for (int i = 1; i <= 100; i++) {
		*result += 1.0 / i;
		psim_yield();
	}
	return 0;
}

static void psim_spawn__floating_point_survives_switches(void **state)
{
	struct psim_task *a, *b;
	double x, y;

	(void)state;
	start(NULL, 0);
	a = psim_spawn(NULL, "a", floating, &x);
	b = psim_spawn(NULL, "b", floating, &y);
	psim_join(a);
	psim_join(b);
	assert_true(x == sum_of(100) && y == x);
	assert_int_equal(psim_stop(), 0);
}

static int deep(void *arg)
{
	volatile char frame[1000];
	int n = *(int *)arg;

	frame[0] = n;
	if (!n)
		return frame[0];
	n--;
	psim_yield();
	return deep(&n) + frame[0] * 0;
}

static void psim_spawn__stack_holds_a_hundred_frames(void **state)
{
	int n = 100;

	(void)state;
	start(NULL, 0);
	assert_int_equal(psim_run("deep", deep, &n), 0);
	assert_int_equal(psim_stop(), 0);
}

/* ---- virtual time ----------------------------------------------------------------------------------- */

static int sleeper(void *arg)
{
	psim_sleep((uintptr_t)arg);
	note('0' + (uintptr_t)arg / 1000);
	return 0;
}

static void psim_sleep__wakes_in_the_order_of_deadlines(void **state)
{
	static const unsigned int ns[NAMES] = {5000, 1000, 3000, 2000, 6000, 4000};
	struct psim_task *tasks[NAMES];
	unsigned long long before;

	(void)state;
	start(NULL, 0);
	before = psim_now();
	for (int i = 0; i < NAMES; i++)
		tasks[i] = psim_spawn(NULL, "sleeper", sleeper, (void *)(uintptr_t)ns[i]);
	for (int i = 0; i < NAMES; i++)
		psim_join(tasks[i]);
	assert_string_equal(order, "123456");
	assert_in_range(psim_now() - before, 6000, 7000);
	assert_int_equal(psim_stop(), 0);
}

static void psim_sleep__equal_deadlines_wake_in_order(void **state)
{
	unsigned long long end;

	(void)state;
	start(NULL, 0);
	end = psim_now() + 1000000;
	psim_sleep(end - psim_now());
	/* nobody else is there: time jumps, and not further than asked */
	assert_in_range(psim_now(), end, end + 100);
	assert_int_equal(psim_stop(), 0);
}

static int flag;

static int sets_flag_later(void *arg)
{
	psim_sleep((uintptr_t)arg);
	flag = 1;
	return 0;
}

static int polls_flag(void *arg)
{
	int n = 0;

	(void)arg;
	while (!flag) {
		psim_yield();
		n++;
	}
	return n;
}

/* When everybody only polls, time jumps to the next moment at which something happens. */
static void psim_yield__time_jumps_when_all_only_poll(void **state)
{
	struct psim_task *setter, *pollers[2];

	(void)state;
	start(NULL, 0);
	flag = 0;
	setter = psim_spawn(NULL, "setter", sets_flag_later, (void *)1000000000ul);
	pollers[0] = psim_spawn(NULL, "poller", polls_flag, NULL);
	pollers[1] = psim_spawn(NULL, "poller", polls_flag, NULL);
	assert_in_range(psim_join(pollers[0]), 1, 20);
	assert_in_range(psim_join(pollers[1]), 1, 20);
	psim_join(setter);
	assert_in_range(psim_now(), 1000000000, 1000010000);
	assert_int_equal(psim_stop(), 0);
}

static void psim_yield__lets_time_pass(void **state)
{
	unsigned long long before;

	(void)state;
	start(NULL, 0);
	before = psim_now();
	psim_yield();
	assert_true(psim_now() > before);
	assert_int_equal(psim_stop(), 0);
}

/* ---- one configuration, one run ------------------------------------------------------------------------ */

static int mixture(void *arg)
{
	for (uintptr_t i = 0; i < 20; i++) {
		note(*(const char *)arg);
		if (i % 3 == 2)
			psim_sleep(i * 10);
		else
			psim_yield();
	}
	return 0;
}

/* Run the mixture; return its trace, to be freed. */
static char *traced(const char *scheduler, unsigned long long seed)
{
	char path[] = "/tmp/psim-engine-XXXXXX";
	const char *names = "abcd";
	struct psim_task *tasks[4];
	char *text = calloc(1, 1 << 20);
	FILE *file;

	close(mkstemp(path));
	start(scheduler, seed);
	assert_int_equal(psim_trace_to(path), 0);
	for (int i = 0; i < 4; i++)
		tasks[i] = psim_spawn(NULL, "mixture", mixture, (void *)&names[i]);
	for (int i = 0; i < 4; i++)
		psim_join(tasks[i]);
	assert_int_equal(psim_stop(), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 100);
	fclose(file);
	unlink(path);
	return text;
}

static void trace__same_seed_same_bytes(void **state)
{
	static const char *const schedulers[] = {"run-until-block", "random"};
	char *one, *two, first[sizeof(order)];

	(void)state;
	for (int i = 0; i < 2; i++) {
		one = traced(schedulers[i], 42);
		memcpy(first, order, sizeof(order));
		two = traced(schedulers[i], 42);
		assert_string_equal(one, two);
		assert_string_equal(first, order);
		free(one);
		free(two);
	}
}

static void random__seeds_differ(void **state)
{
	char first[sizeof(order)];
	int different = 0;

	(void)state;
	free(traced("random", 1));
	memcpy(first, order, sizeof(order));
	for (unsigned long long seed = 2; seed < 12; seed++) {
		free(traced("random", seed));
		different += strcmp(first, order) != 0;
	}
	assert_true(different >= 9);
}

/* ---- runs that go wrong ---------------------------------------------------------------------------------- */

static void deadlock__is_reported_and_returns_to_the_main_stack(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		start(NULL, 0);
		psim_expect_report("deadlock");
		assert_int_equal(psim_run("knot", two_that_join_each_other, NULL), -ECANCELED);
		/* nothing runs any more in this machine */
		assert_int_equal(psim_run("late", seven, &i), -ECANCELED);
		assert_int_equal(psim_stop(), 0);
	}
	psim_run__returns_what_the_body_returned(NULL);
}

static void deadlock__names_who_waits(void **state)
{
	(void)state;
	start(NULL, 0);
	psim_expect_report("knot/1 waits for the end of first/2; first/2 waits for the end of "
			   "second/3; second/3 waits for the end of first/2");
	assert_int_equal(psim_run("knot", two_that_join_each_other, NULL), -ECANCELED);
	assert_int_equal(psim_stop(), 0);
}

static int polls_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		psim_yield();
	return 0;
}

static void step_budget__livelock_is_reported(void **state)
{
	struct psim_config config = {.ram_bytes = 4 << 20, .step_budget = 10000, .quiet = 1};

	(void)state;
	assert_int_equal(psim_start(&config), 0);
	psim_expect_report(
		"livelock: 10000 scheduling points are used up (step_budget); the last repeats: spin/1 yields");
	assert_int_equal(psim_run("spin", polls_for_ever, NULL), -ECANCELED);
	assert_int_equal(psim_stop(), 0);
}

static int waits_for_flag(void *arg)
{
	while (!__atomic_load_n((int *)arg, __ATOMIC_RELAXED)) {
		psim_explore_point();
		psim_yield();
	}
	return 0;
}

static int two_poll_for_ever(void *arg)
{
	struct psim_task *other = psim_spawn(NULL, "other", waits_for_flag, arg);

	waits_for_flag(arg);
	return psim_join(other);
}

/* Who does what again and again, from the same beginning whenever it was cut off. */
static void step_budget__what_repeats_is_told(void **state)
{
	static int never;

	(void)state;
	for (unsigned int cut = 0; cut < 4; cut++) {
		struct psim_config config = {
			.ram_bytes = 4 << 20, .step_budget = 10000 + cut, .quiet = 1};

		assert_int_equal(psim_start(&config), 0);
		psim_expect_report(
			"every 4 of them repeat: spin/1 in psim_explore_point, spin/1 yields, "
			"other/2 in psim_explore_point, other/2 yields");
		assert_int_equal(psim_run("spin", two_poll_for_ever, &never), -ECANCELED);
		assert_int_equal(psim_stop(), 0);
	}
}

/* Sleeping is no step: waiting out a long time is no livelock. */
static void step_budget__time_that_is_slept_does_not_count(void **state)
{
	struct psim_config config = {.ram_bytes = 4 << 20, .step_budget = 10000, .quiet = 1};

	(void)state;
	assert_int_equal(psim_start(&config), 0);
	for (int i = 0; i < 100; i++)
		psim_sleep(1000000000);
	assert_int_equal(psim_stop(), 0);
}

static void law3__a_task_that_nobody_joined_is_named(void **state)
{
	int calls = 0;

	(void)state;
	start(NULL, 0);
	psim_spawn(NULL, "orphan", seven, &calls);
	psim_yield();
	psim_expect_report("orphan/1");
	assert_int_equal(psim_stop(), 0);
}

static void psim_spawn__injected_failure(void **state)
{
	int calls = 0;

	(void)state;
	start(NULL, 0);
	psim_fail_nth(PSIM_FAIL_TASK, 1);
	assert_null(psim_spawn(NULL, "task", seven, &calls));
	assert_int_equal(psim_stop(), 0);
}

static void misuse__says_so(void **state)
{
	struct psim_config config = {.scheduler = "fair", .quiet = 1};
	int calls = 0;

	(void)state;
	assert_int_equal(psim_start(&config), -EINVAL);
	assert_null(psim_spawn(NULL, "task", seven, &calls));
	assert_int_equal(psim_join(NULL), -ESRCH);
	start(NULL, 0);
	assert_int_equal(psim_join(NULL), -EINVAL);
	assert_null(psim_spawn(NULL, NULL, seven, NULL));
	assert_int_equal(psim_stop(), 0);
}

/* ---- few CPUs -------------------------------------------------------------------------------------------- */

static void cpus__tasks_share_one(void **state)
{
	struct psim_config config = {
		.ram_bytes = 4 << 20, .cpus = 1, .scheduler = "random", .quiet = 1};
	const char *names = "abcd";
	struct psim_task *tasks[4];

	(void)state;
	for (config.seed = 1; config.seed < 20; config.seed++) {
		assert_int_equal(psim_start(&config), 0);
		clear_order();
		for (int i = 0; i < 4; i++)
			tasks[i] = psim_spawn(NULL, "mixture", mixture, (void *)&names[i]);
		for (int i = 0; i < 4; i++)
			psim_join(tasks[i]);
		assert_int_equal(strlen(order), 80);
		assert_int_equal(psim_stop(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psim_run__returns_what_the_body_returned),
		cmocka_unit_test(psim_join__returns_what_the_body_returned),
		cmocka_unit_test(psim_yield__lets_the_others_run_first),
		cmocka_unit_test(psim_yield__lets_the_others_run_first_under_every_seed),
		cmocka_unit_test(psim_spawn__hundreds_of_tasks),
		cmocka_unit_test(psim_spawn__floating_point_survives_switches),
		cmocka_unit_test(psim_spawn__stack_holds_a_hundred_frames),
		cmocka_unit_test(psim_sleep__wakes_in_the_order_of_deadlines),
		cmocka_unit_test(psim_sleep__equal_deadlines_wake_in_order),
		cmocka_unit_test(psim_yield__time_jumps_when_all_only_poll),
		cmocka_unit_test(psim_yield__lets_time_pass),
		cmocka_unit_test(trace__same_seed_same_bytes),
		cmocka_unit_test(random__seeds_differ),
		cmocka_unit_test(deadlock__is_reported_and_returns_to_the_main_stack),
		cmocka_unit_test(deadlock__names_who_waits),
		cmocka_unit_test(step_budget__livelock_is_reported),
		cmocka_unit_test(step_budget__what_repeats_is_told),
		cmocka_unit_test(step_budget__time_that_is_slept_does_not_count),
		cmocka_unit_test(law3__a_task_that_nobody_joined_is_named),
		cmocka_unit_test(psim_spawn__injected_failure),
		cmocka_unit_test(misuse__says_so),
		cmocka_unit_test(cpus__tasks_share_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
