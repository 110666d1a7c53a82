// SPDX-License-Identifier: MIT
/*
 * Every scenario shows what it says, run until tasks block and in other orders; with "--engine free" on
 * threads of the host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <psim/psim.h>

#define SEEDS 5

static void run_all(const struct psim_config *config)
{
	unsigned int n = 0;

	for (const struct psim_scenario *s = psim_scenario_first(); s; s = s->next, n++) {
		int err = s->broken ? 0 : psim_scenario_run(s, config);

		if (err)
			print_error("scenario %s, scheduler %s, seed %llu: %d\n", s->name,
				    config->scheduler, config->seed, err);
		assert_int_equal(err, 0);
	}
	assert_true(n >= 10);
}

static void scenarios__one_after_another(void **state)
{
	struct psim_config config = {.scheduler = "run-until-block", .seed = 1};

	(void)state;
	run_all(&config);
}

static void scenarios__in_random_order(void **state)
{
	struct psim_config config = {.scheduler = "random"};

	(void)state;
	for (config.seed = 1; config.seed <= SEEDS; config.seed++)
		run_all(&config);
}

/* One run, its events in a file without a name. */
static FILE *traced(const struct psim_scenario *scenario, const struct psim_config *config)
{
	FILE *file = tmpfile();
	char path[32];

	assert_non_null(file);
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(file));
	assert_int_equal(psim_start(config), 0);
	assert_int_equal(psim_trace_to(path), 0);
	assert_int_equal(psim_run(scenario->name, psim_scenario_body, (void *)scenario), 0);
	assert_int_equal(psim_stop(), 0);
	rewind(file);
	return file;
}

static void scenarios__run_twice_leave_the_same_trace(void **state)
{
	struct psim_config config = {.scheduler = "random", .seed = 7};

	(void)state;
	for (const struct psim_scenario *s = psim_scenario_first(); s; s = s->next) {
		unsigned long lines = 0;
		char a[512], b[512];
		FILE *one, *two;

		if (s->broken)
			continue;
		one = traced(s, &config);
		two = traced(s, &config);
		for (; fgets(a, sizeof(a), one); lines++) {
			assert_non_null(fgets(b, sizeof(b), two));
			assert_string_equal(a, b);
		}
		assert_null(fgets(b, sizeof(b), two));
		assert_true(lines > 20);
		fclose(one);
		fclose(two);
	}
}

static void scenarios__on_threads(void **state)
{
	struct psim_config config = {.engine = PSIM_FREE_RUNNING, .seed = 1};

	(void)state;
	run_all(&config);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest on_threads[] = {
		cmocka_unit_test(scenarios__on_threads),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenarios__one_after_another),
		cmocka_unit_test(scenarios__in_random_order),
		cmocka_unit_test(scenarios__run_twice_leave_the_same_trace),
	};

	if (argc == 3 && !strcmp(argv[1], "--engine") && !strcmp(argv[2], "free"))
		return cmocka_run_group_tests(on_threads, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
