// SPDX-License-Identifier: MIT
/* What the user face answers when it is called at the wrong time or with the wrong things. */
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
#include <psim/hw.h>
#include <psim/psim.h>

static const struct psim_config quiet = {.quiet = 1};

/* Reads what @call writes to standard error. */
static void listen_to(void (*call)(void), char *said, size_t size)
{
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	call();
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	n = read(ends[0], said, size - 1);
	close(ends[0]);
	said[n > 0 ? n : 0] = 0;
}

static void call_without_machine(void)
{
	psim_yield();
	psim_sleep(1);
	assert_int_equal(psim_now(), 0);
	assert_int_equal(psim_join(NULL), -ESRCH);
	assert_int_equal(psim_run("none", NULL, NULL), -ESRCH);
	assert_int_equal(psim_audit(), -ESRCH);
	assert_int_equal(psim_expect_report("x"), -ESRCH);
	assert_int_equal(psim_trace_to("x"), -ESRCH);
	assert_int_equal(psim_module_load("x"), -ESRCH);
	assert_int_equal(psim_module_unload("x"), -ESRCH);
}

/* Each says what to do. */
static void calls__without_a_machine(void **state)
{
	static const char *const names[] = {
		"psim_yield:",	     "psim_sleep:",	    "psim_now:",	   "psim_join:",
		"psim_run:",	     "psim_audit:",	    "psim_expect_report:", "psim_trace_to:",
		"psim_module_load:", "psim_module_unload:",
	};
	char said[4096];

	(void)state;
	assert_int_equal(psim_start(&(struct psim_config){0}), 0); /* as loud as it may be */
	assert_int_equal(psim_stop(), 0);
	listen_to(call_without_machine, said, sizeof(said));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(said, names[i]));
}

static int join_itself(void *arg)
{
	struct psim_task **me = arg;

	return psim_join(*me);
}

static void psim_join__itself(void **state)
{
	struct psim_task *task;

	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	task = psim_spawn(NULL, "self", join_itself, &task);
	assert_non_null(task);
	assert_int_equal(psim_join(task), -EDEADLK);
	assert_null(psim_spawn(NULL, NULL, join_itself, NULL));
	assert_null(psim_spawn(NULL, "none", NULL, NULL));
	assert_int_equal(psim_stop(), 0);
}

static void psim_hw_plug__each_thing_that_may_lack(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct psim_hw hw = {.name = i == 0 ? NULL : "a",
				     .compatible = i == 1 ? NULL : "b"};

		assert_int_equal(psim_start(&quiet), 0);
		assert_int_equal(psim_hw_plug(&hw), -EINVAL);
		assert_int_equal(psim_stop(), 0);
	}
}

static void psim_expect_report__too_many(void **state)
{
	int err = 0, n = 0;

	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	while (n < 1000 && !err) {
		err = psim_expect_report("never comes");
		n += !err;
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(psim_stop(), n);
}

static void psim_trace_to__again_and_off(void **state)
{
	char path[] = "/tmp/psim-trace-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_to(path), 0);
	assert_int_equal(psim_trace_to(path), 0);
	assert_int_equal(psim_trace_to(NULL), 0);
	assert_int_equal(psim_stop(), 0);
	unlink(path);
}

static void ask_outside(void)
{
	assert_int_equal(psim_option("nothing runs"), 0);
}

static void psim_option__that_is_not_there(void **state)
{
	char said[512];

	(void)state;
	listen_to(ask_outside, said, sizeof(said));
	assert_non_null(strstr(said, "psim_option(\"nothing runs\"): scenario (none runs) has no"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls__without_a_machine),
		cmocka_unit_test(psim_join__itself),
		cmocka_unit_test(psim_hw_plug__each_thing_that_may_lack),
		cmocka_unit_test(psim_expect_report__too_many),
		cmocka_unit_test(psim_trace_to__again_and_off),
		cmocka_unit_test(psim_option__that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
