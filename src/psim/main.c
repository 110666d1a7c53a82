// SPDX-License-Identifier: MIT
/* psim: picks the command. Each command parses its own options. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "psim.h"
#include "show.h"

static const struct {
	const char *name;
	const char *what;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"list", "the scenarios there are", command_list},
	{"run", "run one scenario, or the tour", command_run},
	{"explain", "run a scenario and tell it as a story", command_explain},
	{"explore", "run a scenario in every order of its tasks", command_explore},
	{"sweep", "run a scenario with every call failing that can", command_sweep},
	{"replay", "run a scenario once more, exactly as a plan says", command_replay},
	{"merge", "join the saved parts of an exploration", command_merge},
	{"lab", "try migration policies on workloads", command_lab},
	{"new", "make a start of your own: a driver, a scenario", command_new},
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	printf("usage: psim COMMAND [OPTIONS]\n\n"
	       "Runs the kernel's GPU shared-virtual-memory core as an ordinary process.\n\n"
	       "commands:\n");
	for (unsigned int i = 0; i < NR_COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\nexamples:\n"
	       "  psim run tour                      a text goes to the GPU and comes back\n"
	       "  psim run tour --file /bin/bash     the same with any file\n"
	       "  psim list                          what else there is\n"
	       "  psim explain there-and-back        what happens, step by step, and why\n"
	       "  psim explore there-and-back        every order of its tasks\n"
	       "  psim run --help                    options of a command\n"
	       "  man psim                           all of it\n\n"
	       "exit codes: 0 clean, 1 a law broken or a check failed, 2 bad usage or input,\n"
	       "            3 budget used up without an answer\n");
	return EXIT_CLEAN;
}

static int unknown(const char *name)
{
	struct nearest nearest = {.word = name};
	char allowed[256] = "";

	for (unsigned int i = 0; i < NR_COMMANDS; i++) {
		size_t n = strlen(allowed);

		nearest_offer(&nearest, commands[i].name);
		snprintf(allowed + n, sizeof(allowed) - n, "%s%s", n ? ", " : "", commands[i].name);
	}
	if (nearest.best)
		return usage_error("unknown command '%s': did you mean '%s'?", name, nearest.best);
	return usage_error("unknown command '%s': allowed are %s", name, allowed);
}

static int call(int argc, char **argv)
{
	static char asked[] = "--help";

	if (argc < 2)
		return usage_error("a command is missing: psim --help shows them");
	if (!strcmp(argv[1], "help") && argc > 2) {
		argv[1] = argv[2];
		argv[2] = asked;
		argc = 3;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help();
	if (!strcmp(argv[1], "--version")) {
		printf("psim %s\n", PSIM_VERSION);
		return EXIT_CLEAN;
	}
	for (unsigned int i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	}
	return unknown(argv[1]);
}

/* What could not be written was not said: a full disk, a closed pipe. */
int main(int argc, char **argv)
{
	int code = call(argc, argv);

	if (ferror(stdout) | fflush(stdout))
		return usage_error("standard output: %s", strerror(errno));
	return code;
}
