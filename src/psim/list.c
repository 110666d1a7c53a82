// SPDX-License-Identifier: MIT
/* psim list: the scenarios, with what they show, or their names alone. */
#include <stdio.h>
#include <psim/explore.h>

#include "psim.h"

static int help(void)
{
	printf("usage: psim list [--names]\n\n"
	       "The scenarios, what they show, and their settings; sorted by name.\n\n"
	       "  --names   one name a line, nothing else, and none that is broken on purpose\n\n"
	       "example: psim list --names | xargs -n 1 psim run\n");
	return EXIT_CLEAN;
}

static void describe(const struct psim_scenario *s)
{
	printf("%-22s %s%s\n", s->name, s->what, s->broken ? " (broken on purpose)" : "");
	for (const struct psim_option *o = s->options; o && o->name; o++)
		printf("%24s%s=%llu: %s\n", "", o->name, o->value, o->what);
	if (s->small)
		printf("%24ssmall instance: %s\n", "", s->small);
}

int command_list(int argc, char **argv)
{
	static const struct option options[] = {
		{"names", no_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'}, {0}};
	int names = 0, option;

	while ((option = next_option(argc, argv, options)) != -1) {
		switch (option) {
		case 'n':
			names = 1;
			break;
		case 'h':
			return help();
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error("list takes no argument, not '%s'", argv[optind]);
	for (const struct psim_scenario *s = psim_scenario_first(); s; s = s->next) {
		if (!names)
			describe(s);
		else if (!s->broken)
			printf("%s\n", s->name);
	}
	return EXIT_CLEAN;
}
