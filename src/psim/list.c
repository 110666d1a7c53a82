// SPDX-License-Identifier: MIT
/* psim list: the scenarios, with what they show, or their names alone. */
#include <stdio.h>
#include <psim/explore.h>

#include "psim.h"
#include "show.h"

enum form {
	AS_TEXT = 256,
	AS_NAMES,
	AS_JSON,
	OPT_BROKEN
};

static int help(void)
{
	printf("usage: psim list [NAME ...] [OPTIONS]\n\n"
	       "The scenarios, what they show, and their settings; sorted by name. With names: these\n"
	       "alone.\n\n"
	       "  --names   one name a line, nothing else, and none that is broken on purpose\n"
	       "  --broken  and those too\n"
	       "  --json    all of it as JSON\n\n"
	       "exit codes: 0 shown, 2 bad usage\n\n"
	       "examples:\n"
	       "  psim list eviction\n"
	       "  psim list --names | xargs -n 1 psim run\n"
	       "  psim list --json | jq -r '.[] | select(.broken) | .name'\n");
	return EXIT_CLEAN;
}

static void describe(const struct psim_scenario *s)
{
	printf("%s%-22s%s %s", paint(stdout, PAINT_STRONG), s->name, paint(stdout, PAINT_OFF),
	       s->what);
	if (s->broken)
		printf("%s (broken on purpose)%s", paint(stdout, PAINT_DOUBTFUL),
		       paint(stdout, PAINT_OFF));
	putchar('\n');
	for (const struct psim_option *o = s->options; o && o->name; o++)
		printf("%24s%s=%llu: %s\n", "", o->name, o->value, o->what);
	if (s->small)
		printf("%24ssmall instance: %s\n", "", s->small);
}

static json_t *as_json(const struct psim_scenario *s)
{
	json_t *settings = json_array();

	for (const struct psim_option *o = s->options; o && o->name; o++)
		json_array_append_new(settings, json_pack("{ss sI ss}", "name", o->name, "value",
							  (json_int_t)o->value, "what", o->what));
	return json_pack("{ss ss sb so ss*}", "name", s->name, "what", s->what, "broken", s->broken,
			 "settings", settings, "small", s->small);
}

/* Is it among the names that were given? Without any: all are. */
static int wanted(const struct psim_scenario *s, int argc, char **argv)
{
	for (int i = optind; i < argc; i++) {
		if (psim_scenario_find(argv[i]) == s)
			return 1;
	}
	return optind == argc;
}

static void list(enum form form, int broken, int argc, char **argv)
{
	json_t *all = form == AS_JSON ? json_array() : NULL;

	for (const struct psim_scenario *s = psim_scenario_first(); s; s = s->next) {
		if (!wanted(s, argc, argv))
			continue;
		if (form == AS_JSON)
			json_array_append_new(all, as_json(s));
		else if (form == AS_TEXT)
			describe(s);
		else if (broken || !s->broken)
			printf("%s\n", s->name);
	}
	if (all)
		print_json(all);
}

int command_list(int argc, char **argv)
{
	static const struct option options[] = {{"names", no_argument, NULL, AS_NAMES},
						{"broken", no_argument, NULL, OPT_BROKEN},
						{"json", no_argument, NULL, AS_JSON},
						{"help", no_argument, NULL, 'h'},
						{0}};
	enum form form = AS_TEXT;
	int option, broken = 0;

	while ((option = next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return help();
		if (option == '?')
			return EXIT_USAGE;
		if (option == OPT_BROKEN)
			broken = 1;
		else
			form = option;
	}
	for (int i = optind; i < argc; i++) {
		if (!find_scenario(argv[i]))
			return EXIT_USAGE;
	}
	list(form, broken, argc, argv);
	return EXIT_CLEAN;
}
