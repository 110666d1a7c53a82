// SPDX-License-Identifier: MIT
/*
 * Starts a machine, loads a module of the program, unloads it, stops. What the module says goes to standard
 * output; exit code 0 if its init function returned what was expected and no law was broken.
 * usage: load_module MODULE RETURNED [REPORT], REPORT: part of what the test itself does wrong, if anything
 */
#include <stdio.h>
#include <stdlib.h>
#include <psim/psim.h>

static const char *name;

static int body(void *arg)
{
	int result = psim_module_load(name);

	(void)arg;
	if (!result)
		psim_module_unload(name);
	return result;
}

int main(int argc, char **argv)
{
	int wanted, result, reports;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: %s MODULE RETURNED [REPORT]\n", argv[0]);
		return 2;
	}
	name = argv[1];
	wanted = atoi(argv[2]);
	if (psim_start(NULL))
		return 2;
	if (argc == 4)
		psim_expect_report(argv[3]);
	result = psim_run("module", body, NULL);
	reports = psim_stop();
	if (result != wanted)
		printf("%s: its init function returned %d, not %d\n", name, result, wanted);
	return result != wanted || reports != 0;
}
