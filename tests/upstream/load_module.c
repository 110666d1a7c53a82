// SPDX-License-Identifier: MIT
/*
 * Starts a machine, loads a module of the program, unloads it, stops. What the module says goes to standard
 * output; exit code 0 if its init function returned what was expected and no law was broken.
 * usage: load_module MODULE RETURNED [REPORT]
 * REPORT: part of the report of what the test itself does wrong, if anything; +N: exactly N reports of any kind
 */
#include <stdio.h>
#include <stdlib.h>
#include <psim/psim.h>

/* Of a program with a library of its own: what starts it at boot, and lets go of it. */
__attribute__((weak)) void start_library(void);
__attribute__((weak)) void stop_library(void);

static const char *name;

static int body(void *arg)
{
	int result;

	(void)arg;
	if (start_library)
		start_library();
	result = psim_module_load(name);
	if (!result)
		psim_module_unload(name);
	if (stop_library)
		stop_library();
	return result;
}

int main(int argc, char **argv)
{
	int wanted, result, reports, wanted_reports = 0;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: %s MODULE RETURNED [REPORT]\n", argv[0]);
		return 2;
	}
	name = argv[1];
	wanted = atoi(argv[2]);
	if (psim_start(NULL))
		return 2;
	if (argc == 4 && argv[3][0] == '+')
		wanted_reports = atoi(argv[3]);
	else if (argc == 4)
		psim_expect_report(argv[3]);
	result = psim_run("module", body, NULL);
	reports = psim_stop();
	if (result != wanted)
		printf("%s: its init function returned %d, not %d\n", name, result, wanted);
	if (reports != wanted_reports)
		printf("%s: %d reports, not %d\n", name, reports, wanted_reports);
	return result != wanted || reports != wanted_reports;
}
