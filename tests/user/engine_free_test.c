// SPDX-License-Identifier: MIT
/* The free-running engine through the user face: tasks, few CPUs, time that jumps, runs that are halted. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <psim/audit.h>
#include <psim/machine.h>
#include <psim/task.h>

#include "knot.h"

static int flag;

static void start_free(unsigned int cpus)
{
	struct psim_config config = {
		.ram_bytes = 4 << 20, .cpus = cpus, .engine = PSIM_FREE_RUNNING, .quiet = 1};

	assert_int_equal(psim_start(&config), 0);
}

static int counts(void *arg)
{
	for (int i = 0; i < 100; i++) {
		__atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
		if (i % 10 == 0)
			psim_sleep(100);
		else
			psim_yield();
	}
	return 1;
}

static void free_running__tasks_run_and_time_jumps(void **state)
{
	struct psim_task *tasks[8];
	int count = 0;

	(void)state;
	for (unsigned int cpus = 0; cpus < 4; cpus++) {
		start_free(cpus);
		count = 0;
		for (int i = 0; i < 8; i++)
			tasks[i] = psim_spawn(NULL, "counts", counts, &count);
		for (int i = 0; i < 8; i++)
			assert_int_equal(psim_join(tasks[i]), 1);
		assert_int_equal(count, 800);
		psim_sleep(1000000000);
		assert_true(psim_now() >= 1000000000);
		assert_int_equal(psim_stop(), 0);
	}
}

static int sets_flag_atomically(void *arg)
{
	psim_sleep((uintptr_t)arg);
	__atomic_store_n(&flag, 1, __ATOMIC_RELEASE);
	return 0;
}

static int polls_flag_atomically(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&flag, __ATOMIC_ACQUIRE))
		psim_yield();
	return 0;
}

static void free_running__time_jumps_when_all_only_poll(void **state)
{
	struct psim_task *setter, *poller;

	(void)state;
	start_free(0);
	flag = 0;
	setter = psim_spawn(NULL, "setter", sets_flag_atomically, (void *)100000000000ul);
	poller = psim_spawn(NULL, "poller", polls_flag_atomically, NULL);
	assert_int_equal(psim_join(poller), 0);
	assert_int_equal(psim_join(setter), 0);
	assert_int_equal(psim_stop(), 0);
}

static void free_running__deadlock_is_reported(void **state)
{
	(void)state;
	start_free(0);
	psim_expect_report("second/3 waits for the end of first/2");
	assert_int_equal(psim_run("knot", two_that_join_each_other, NULL), -ECANCELED);
	assert_int_equal(psim_stop(), 0);
}

static int one_polls_for_ever(void *arg)
{
	struct psim_task *poller = psim_spawn(NULL, "poller", polls_flag_atomically, NULL);

	(void)arg;
	psim_sleep(1000);
	return psim_join(poller);
}

static void free_running__halted_run_returns(void **state)
{
	struct psim_config config = {.ram_bytes = 4 << 20,
				     .engine = PSIM_FREE_RUNNING,
				     .step_budget = 10000,
				     .quiet = 1};

	(void)state;
	flag = 0;
	assert_int_equal(psim_start(&config), 0);
	psim_expect_report("livelock");
	assert_int_equal(psim_run("main job", one_polls_for_ever, NULL), -ECANCELED);
	assert_int_equal(psim_stop(), 0);
	free_running__tasks_run_and_time_jumps(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_running__tasks_run_and_time_jumps),
		cmocka_unit_test(free_running__time_jumps_when_all_only_poll),
		cmocka_unit_test(free_running__deadlock_is_reported),
		cmocka_unit_test(free_running__halted_run_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
