// SPDX-License-Identifier: MIT
/*
 * main() of the conformance tests: each case of each registered suite becomes one cmocka test that
 * starts a machine, runs the case in a task, stops the machine, and only then passes or fails.
 *
 * The registry is here, in host memory: kernel-dialect statics are restored at each start. Silent
 * when green, unless CMOCKA_MESSAGE_OUTPUT chooses one of cmocka's formats.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <psim/psim.h>

#include "ktap.h"
#include "kunit_bridge.h"

#define MAX_SUITES  256
#define MAX_CASES   8192
#define MAX_MODULES 4
#define CRASH_STACK (64 * 1024)

static struct kunit_suite *suites[MAX_SUITES];
static unsigned int nr_suites;

static struct {
	const char *program;
	const char *filter;
	const char *after;
	const char *engine;
	const char *scheduler;
	const char *results;
	const char *modules[MAX_MODULES];
	unsigned int nr_modules;
	unsigned long long seed;
	int list;
	int verbose;
	int loud;
	int ktap;
} options;

void __psim_kunit_register(struct kunit_suite **more, unsigned long n)
{
	if (nr_suites + n > MAX_SUITES)
		abort();
	memcpy(suites + nr_suites, more, n * sizeof(*more));
	nr_suites += n;
}

/* No order of constructors may show. */
static int by_name(const void *a, const void *b)
{
	return strcmp(psim_kunit_suite_name(*(struct kunit_suite *const *)a),
		      psim_kunit_suite_name(*(struct kunit_suite *const *)b));
}

/* ---- a case that crashes takes the process down, but says how to see it again ---- */

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define NR_CRASH (sizeof(crash_signals) / sizeof(crash_signals[0]))
static struct sigaction before_cmocka[NR_CRASH];
static char rerun[1024];

static void on_crash(int signal)
{
	static const char said[] = "CRASHED\n    rerun: ";
	ssize_t ignored = write(STDERR_FILENO, said, sizeof(said) - 1);

	ignored += write(STDERR_FILENO, rerun, strlen(rerun));
	(void)ignored;
	for (size_t i = 0; i < NR_CRASH; i++) {
		if (crash_signals[i] == signal)
			sigaction(signal, &before_cmocka[i], NULL);
	}
}

static void keep_signals(void)
{
	static char stack[CRASH_STACK];
	stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)}, now;

	for (size_t i = 0; i < NR_CRASH; i++)
		sigaction(crash_signals[i], NULL, &before_cmocka[i]);
	if (!sigaltstack(NULL, &now) && (now.ss_flags & SS_DISABLE))
		sigaltstack(&own, NULL);
}

/* cmocka's handlers leave the task's stack by longjmp: take them out again. */
static void take_signals(void)
{
	struct sigaction own = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

	for (size_t i = 0; i < NR_CRASH; i++)
		sigaction(crash_signals[i], &own, NULL);
}

/* ---- one case ---- */

static struct psim_config config_of(const struct __psim_kunit_run *run)
{
	const struct psim_config *wanted = psim_kunit_case_config(run->suite, run->index);
	struct psim_config config = {0};

	if (wanted)
		config = *wanted;
	if (options.engine)
		config.engine =
			strcmp(options.engine, "free") ? PSIM_DETERMINISTIC : PSIM_FREE_RUNNING;
	if (options.scheduler)
		config.scheduler = options.scheduler;
	if (options.seed)
		config.seed = options.seed;
	return config;
}

static void write_rerun(const char *name)
{
	size_t n = snprintf(rerun, sizeof(rerun), "%s%s --filter %s",
			    strchr(options.program, '/') ? "" : "./", options.program, name);

	if (options.engine)
		n += snprintf(rerun + n, sizeof(rerun) - n, " --engine %s", options.engine);
	if (options.scheduler)
		n += snprintf(rerun + n, sizeof(rerun) - n, " --scheduler %s", options.scheduler);
	if (options.seed)
		n += snprintf(rerun + n, sizeof(rerun) - n, " --seed %llu", options.seed);
	snprintf(rerun + n, sizeof(rerun) - n, "\n");
}

static void say_red(const struct __psim_kunit_run *run, const char *why)
{
	fprintf(stderr, "RED %s: %s\n", run->name, why);
	if (run->notes_used && !run->verbose)
		fprintf(stderr, "    it said:\n%.*s", (int)sizeof(run->notes), run->notes);
	fprintf(stderr, "    rerun: %s", rerun);
}

/* Per-case results for programs: lines of suite.case, a tab, and pass, fail or skip. */
static FILE *results;

static void write_result(const char *name, const char *result)
{
	if (!results)
		return;
	fprintf(results, "%s\t%s\n", name, result);
	fflush(results); /* a crash takes nothing of it away */
}

/* The modules that the case needs, and the case. They are unloaded when the machine stops. */
static int load_and_run(void *arg)
{
	for (unsigned int i = 0; i < options.nr_modules; i++) {
		if (psim_module_load(options.modules[i]))
			((struct __psim_kunit_run *)arg)->failures++;
	}
	return psim_kunit_body(arg);
}

/* Everything that needs the machine. Return: why it is red; NULL if it is not. */
static const char *run_machine(struct __psim_kunit_run *run)
{
	struct psim_config config = config_of(run);
	static char why[1024];
	int err, reports;

	err = psim_start(&config);
	if (err) {
		snprintf(why, sizeof(why), "the machine did not start: error %d", err);
		return why;
	}
	err = psim_run("kunit", load_and_run, run);
	run->ended = err != 0;
	if (err)
		psim_audit();
	reports = psim_stop();
	if (run->failures)
		snprintf(why, sizeof(why), "%u failed%s", run->failures,
			 run->ended ? "; its task ended there, so nothing was cleaned up" : "");
	else if (reports)
		snprintf(why, sizeof(why), "%d report%s", reports, reports == 1 ? "" : "s");
	else if (run->halts && !err)
		snprintf(why, sizeof(why), "the run was to be halted, and was not");
	else if (err && !run->skipped && !run->halts)
		snprintf(why, sizeof(why), "the run was halted: error %d", err);
	else
		return NULL;
	return why;
}

static void run_case(void **state)
{
	struct __psim_kunit_run *run = *state;
	const char *why;

	write_rerun(run->name);
	take_signals();
	why = run_machine(run);
	if (options.ktap)
		psim_ktap_case(why	      ? KTAP_NOT_OK
			       : run->skipped ? KTAP_SKIP
					      : KTAP_OK,
			       why ? why : run->comment);
	write_result(run->name, why ? "fail" : run->skipped ? "skip" : "pass");
	if (why) {
		say_red(run, why);
		if (options.loud)
			print_error("%s: %s: %s\n", run->name, why, run->first);
		fail();
	}
	if (run->skipped) {
		fprintf(stderr, "SKIPPED %s: %s\n", run->name, run->comment);
		skip();
	}
}

/* ---- the program ---- */

static unsigned int collect(struct CMUnitTest *tests)
{
	int behind = !options.after;
	unsigned int n = 0;

	qsort(suites, nr_suites, sizeof(suites[0]), by_name);
	for (unsigned int s = 0; s < nr_suites; s++) {
		const char *suite = psim_kunit_suite_name(suites[s]), *name;

		for (unsigned int i = 0; (name = psim_kunit_case_name(suites[s], i)); i++) {
			struct __psim_kunit_run *run;
			char *full;

			if (asprintf(&full, "%s.%s", suite, name) < 0 || n == MAX_CASES)
				abort();
			if (!behind || (options.filter && fnmatch(options.filter, full, 0))) {
				behind = behind || !strcmp(full, options.after);
				free(full);
				continue;
			}
			run = calloc(1, sizeof(*run));
			if (!run)
				abort();
			run->suite = suites[s];
			run->index = i;
			run->name = full;
			run->verbose = options.verbose;
			tests[n++] = (struct CMUnitTest){
				.name = full, .test_func = run_case, .initial_state = run};
		}
	}
	return n;
}

static void release(struct CMUnitTest *tests, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		free((char *)tests[i].name);
		free(tests[i].initial_state);
	}
	free(tests);
}

/* cmocka's TAP lines all go to standard output: away with them; ours stand on standard error. */
static int run_silently(const struct CMUnitTest *tests, unsigned int n)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), kept = dup(STDOUT_FILENO), failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	failed = _cmocka_run_group_tests(options.program, tests, n, NULL, NULL);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(null);
	return failed;
}

static int usage(const char *what, const char *value)
{
	if (what)
		fprintf(stderr, "%s: %s '%s'\n", options.program, what, value);
	fprintf(what ? stderr : stdout,
		"usage: %s [--list] [--filter GLOB] [--after CASE] [--verbose] [--ktap]\n"
		"       [--engine deterministic|free] [--scheduler NAME] [--seed N]\n"
		"       [--results FILE] [--load MODULE]...\n"
		"GLOB is matched with suite.case, and may be given without --filter.\n",
		options.program);
	return what ? 2 : 0;
}

/* Return: -1 to go on, or the exit code. */
static int parse(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
		char *end;

		if (!strcmp(arg, "--help") || !strcmp(arg, "-h"))
			return usage(NULL, NULL);
		if (!strcmp(arg, "--list")) {
			options.list = 1;
			continue;
		}
		if (!strcmp(arg, "--ktap")) {
			options.ktap = 1;
			continue;
		}
		if (!strcmp(arg, "--verbose")) {
			options.verbose = 1;
			continue;
		}
		if (arg[0] != '-') {
			options.filter = arg;
			continue;
		}
		if (!value)
			return usage("unknown option, or one without its value:", arg);
		i++;
		if (!strcmp(arg, "--filter")) {
			options.filter = value;
		} else if (!strcmp(arg, "--after")) {
			options.after = value;
		} else if (!strcmp(arg, "--engine")) {
			if (strcmp(value, "deterministic") && strcmp(value, "free"))
				return usage("no such engine:", value);
			options.engine = value;
		} else if (!strcmp(arg, "--scheduler")) {
			options.scheduler = value;
		} else if (!strcmp(arg, "--load")) {
			if (options.nr_modules == MAX_MODULES)
				return usage("too many modules:", value);
			options.modules[options.nr_modules++] = value;
		} else if (!strcmp(arg, "--results")) {
			options.results = value;
		} else if (!strcmp(arg, "--seed")) {
			options.seed = strtoull(value, &end, 0);
			if (*end || !options.seed)
				return usage("a seed is a number above 0, not", value);
		} else {
			return usage("unknown option", arg);
		}
	}
	return -1;
}

static int begin_ktap(const struct CMUnitTest *tests, unsigned int n)
{
	const char **names = calloc(n, sizeof(*names));

	for (unsigned int i = 0; names && i < n; i++)
		names[i] = tests[i].name;
	return names ? psim_ktap_begin(names, n) : -1;
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests;
	unsigned int n;
	int code;

	options.program = argv[0];
	code = parse(argc, argv);
	if (code >= 0)
		return code;
	tests = calloc(MAX_CASES, sizeof(*tests));
	if (!tests)
		return 2;
	options.loud = getenv("CMOCKA_MESSAGE_OUTPUT") != NULL;
	keep_signals();
	if (options.results && !(results = fopen(options.results, "w")))
		return usage("cannot write", options.results);
	n = collect(tests);
	if (!n) {
		code = usage("no case matches", options.filter ? options.filter : "*");
	} else if (options.list) {
		for (unsigned int i = 0; i < n; i++)
			puts(tests[i].name);
		code = 0;
	} else if (options.ktap && begin_ktap(tests, n)) {
		code = 2;
	} else if (options.loud) {
		code = !!_cmocka_run_group_tests(options.program, tests, n, NULL, NULL);
	} else {
		code = !!run_silently(tests, n);
	}
	release(tests, n);
	if (results)
		fclose(results);
	return code;
}
