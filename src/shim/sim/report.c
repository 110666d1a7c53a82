// SPDX-License-Identifier: MIT
/*
 * Reports: a law or a rule that was broken, with the task, the CPU and the virtual time; expectations
 * of reports; functions that are not modelled; misuse of the user face.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <psim/audit.h>

#include "host/host.h"
#include "host/steer.h"
#include "sim/guard.h"

#define LINE_BYTES	 512
#define MAX_EXPECTED	 16
#define MAX_INERT	 64
#define BACKTRACE_FRAMES 12
#define STDERR		 2

static struct psim_monitor guard;
static unsigned int reports;
static __psim_scratch char last_report[LINE_BYTES]; /* when there are any */
static __psim_scratch char expected[MAX_EXPECTED][96]; /* as many as: */
static int nr_expected;

static __psim_scratch struct {
	const char *name;
	unsigned long calls;
} inert[MAX_INERT]; /* as many as: */
static unsigned int nr_inert;

void (*psim_context_get)(struct psim_context *context);
void (*psim_halt_run)(void);

/* Return: whether an expectation took the report. */
static bool take_expected(const char *line)
{
	for (int i = 0; i < nr_expected; i++) {
		if (expected[i][0] && strstr(line, expected[i])) {
			expected[i][0] = 0;
			return true;
		}
	}
	return false;
}

static void where(char *text, size_t bytes)
{
	struct psim_context context = {.cpu = -1, .name = "main"};

	psim_context_now(&context);
	scnprintf(text, bytes, "task %s/%u, cpu %d, at %llu ns", context.name, context.task,
		  context.cpu, context.time);
}

static __printf(2, 0) void report(const char *rule, const char *fmt, va_list args)
{
	char line[LINE_BYTES], place[96];
	bool wanted;
	int n;

	n = scnprintf(line, sizeof(line), "%s: ", rule);
	vscnprintf(line + n, sizeof(line) - n, fmt, args);
	where(place, sizeof(place));

	psim_sim_lock(&guard);
	wanted = take_expected(line);
	if (!wanted) {
		reports++;
		strscpy(last_report, line, sizeof(last_report));
	}
	psim_sim_unlock(&guard);
	psim_trace(PSIM_EV_REPORT, reports, psim_trace_string(line), 0, 0);
	if (wanted || psim_host_muted)
		return;
	psim_host_write(STDERR, "psim: report: ", 14);
	psim_host_write(STDERR, line, strlen(line));
	n = scnprintf(line, sizeof(line), " [%s]\n", place);
	psim_host_write(STDERR, line, n);
	psim_host_backtrace(2, BACKTRACE_FRAMES);
}

void psim_report(const char *rule, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(rule, fmt, args);
	va_end(args);
}

void psim_fatal(const char *rule, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(rule, fmt, args);
	va_end(args);
	psim_mark_halted();
	if (psim_halt_run)
		psim_halt_run();
	psim_host_exit(1);
}

void psim_stop_function(const char *function, const char *why)
{
	psim_fatal("not modelled", "%s: %s", function, why);
}

void psim_inert(const char *function)
{
	unsigned int i = 0;

	psim_sim_lock(&guard);
	while (i < nr_inert && strcmp(inert[i].name, function))
		i++;
	if (i == nr_inert && i < MAX_INERT) {
		inert[i].name = function;
		inert[i].calls = 0;
		nr_inert++;
	}
	if (i < MAX_INERT)
		inert[i].calls++;
	psim_sim_unlock(&guard);
}

unsigned long psim_inert_calls(const char *function)
{
	unsigned long calls = 0;

	psim_sim_lock(&guard);
	for (unsigned int i = 0; i < nr_inert; i++) {
		if (!strcmp(inert[i].name, function))
			calls = inert[i].calls;
	}
	psim_sim_unlock(&guard);
	return calls;
}

int psim_misuse(int err, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list args;
	int n;

	if (psim_config.quiet)
		return err;
	n = scnprintf(line, sizeof(line), "psim: ");
	va_start(args, fmt);
	n += vscnprintf(line + n, sizeof(line) - n - 1, fmt, args);
	va_end(args);
	line[n++] = '\n';
	psim_host_write(STDERR, line, n);
	return err;
}

int psim_expect_report(const char *part)
{
	int i = 0;

	if (!psim_running())
		return psim_misuse(
			-ESRCH,
			"psim_expect_report: no machine is running: call psim_start() first");
	psim_sim_lock(&guard);
	while (i < nr_expected && expected[i][0])
		i++;
	if (i < MAX_EXPECTED) {
		strscpy(expected[i], part, sizeof(expected[i]));
		if (i == nr_expected)
			__atomic_store_n(&nr_expected, i + 1, __ATOMIC_RELAXED);
	}
	psim_sim_unlock(&guard);
	return i < MAX_EXPECTED
		       ? 0
		       : psim_misuse(-ENOSPC, "psim_expect_report: %d expectations wait already",
				     MAX_EXPECTED);
}

/*
 * At a machine's end: what was expected and has not come. All are taken back first: the report that one
 * did not come names it, and would pass for another that expects the same.
 */
void psim_expectations_check(void)
{
	char parts[MAX_EXPECTED][sizeof(expected[0])];
	int nr;

	if (!__atomic_load_n(&nr_expected, __ATOMIC_RELAXED))
		return;
	psim_sim_lock(&guard); /* a task that was let go may just have met one */
	nr = nr_expected;
	memcpy(parts, expected, nr * sizeof(parts[0]));
	nr_expected = 0;
	psim_sim_unlock(&guard);
	for (int i = 0; i < nr; i++) {
		if (parts[i][0])
			psim_report("expectation", "no report came that contains \"%s\"", parts[i]);
	}
}

unsigned int psim_reports(void)
{
	return reports;
}

const char *psim_last_report(void)
{
	return reports ? last_report : "";
}
