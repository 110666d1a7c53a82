// SPDX-License-Identifier: MIT
/* KTAP: a line a case as it ends, a line a suite behind its last case. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"

static FILE *out;
static const char *const *cases;
static unsigned int nr_cases, at;
/* In the suite: number of the case; whether one failed, and whether one ran. */
static unsigned int number, suites;
static int bad, ran;

static size_t suite_length(const char *name)
{
	return strcspn(name, ".");
}

static int same_suite(const char *a, const char *b)
{
	size_t n = suite_length(a);

	return n == suite_length(b) && !strncmp(a, b, n);
}

static int starts_suite(unsigned int i)
{
	return !i || !same_suite(cases[i - 1], cases[i]);
}

int psim_ktap_begin(const char *const *names, unsigned int n)
{
	unsigned int plan = 0;

	out = fdopen(dup(STDOUT_FILENO), "w");
	if (!out)
		return -1;
	cases = names;
	nr_cases = n;
	for (unsigned int i = 0; i < n; i++)
		plan += starts_suite(i);
	fprintf(out, "KTAP version 1\n1..%u\n", plan);
	fflush(out);
	return 0;
}

static void begin_suite(void)
{
	unsigned int n = at;

	while (n < nr_cases && same_suite(cases[at], cases[n]))
		n++;
	fprintf(out, "    KTAP version 1\n    # Subtest: %.*s\n    1..%u\n",
		(int)suite_length(cases[at]), cases[at], n - at);
	number = 0;
	bad = ran = 0;
}

static void end_suite(const char *name)
{
	fprintf(out, "%sok %u %.*s%s\n", bad ? "not " : "", ++suites, (int)suite_length(name), name,
		!bad && !ran ? " # SKIP" : "");
}

void psim_ktap_case(enum ktap_result result, const char *why)
{
	const char *name = cases[at];

	if (starts_suite(at))
		begin_suite();
	if (result == KTAP_NOT_OK && why)
		fprintf(out, "    # %s: %s\n", name + suite_length(name) + 1, why);
	fprintf(out, "    %sok %u %s%s%s\n", result == KTAP_NOT_OK ? "not " : "", ++number,
		name + suite_length(name) + 1, result == KTAP_SKIP ? " # SKIP " : "",
		result == KTAP_SKIP && why ? why : "");
	bad |= result == KTAP_NOT_OK;
	ran |= result != KTAP_SKIP;
	at++;
	if (at == nr_cases || starts_suite(at))
		end_suite(name);
	fflush(out);
}
