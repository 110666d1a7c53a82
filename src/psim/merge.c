// SPDX-License-Identifier: MIT
/* psim merge: the saved parts of an exploration, or the shards of an experiment, joined. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lab/lab.h"
#include "found.h"
#include "psim.h"

enum {
	OPT_JSON = 256,
	OPT_JUNIT,
	OPT_OUTPUT
};

static struct result whole;

static int merge_file(const char *path, bool first)
{
	json_t *file, *parts = open_saved(path, &file), *part;
	char error[256];
	size_t i;
	int err = 0;

	if (!parts)
		return EXIT_USAGE;
	json_array_foreach(parts, i, part)
	{
		struct result r;

		err = psimx_result_from_json(&r, part, error, sizeof(error));
		if (!err && first && !i) {
			whole = r;
			continue;
		}
		if (!err)
			err = psimx_result_merge(&whole, &r, error, sizeof(error));
		psimx_result_free(&r);
		if (err)
			break;
	}
	json_decref(file);
	return err ? usage_error("'%s': %s", path, error) : 0;
}

static int help_merge(void)
{
	printf("usage: psim merge FILE... [OPTIONS]\n"
	       "       psim merge --output DIR DIR...\n\n"
	       "Joins what psim explore --shard I/N --save FILE has saved, or the folders of results\n"
	       "that psim lab run --shard I/N has made: each run once, in a new folder.\n\n"
	       "  --json        what was found, as JSON\n"
	       "  --junit FILE  and as JUnit's XML, for CI\n"
	       "  --output DIR  the new folder, of laboratory results\n\n"
	       "exit codes: 0 nothing found and every part completed, 1 found, 2 bad usage or input,\n"
	       "            3 not completed\n\n"
	       "examples:\n"
	       "  parallel psim explore ping-pong --shard {}/4 --save {}.json ::: 0 1 2 3\n"
	       "  psim merge 0.json 1.json 2.json 3.json\n"
	       "  psim merge --output all lab-first.0-2 lab-first.1-2\n");
	return EXIT_CLEAN;
}

/* The plans were not made by the processes that saved; make them here. */
static int name_merged(void)
{
	const struct psim_scenario *scenario = psim_scenario_find(whole.scenario);
	struct search search = {.stage = {.seed = 1, .steps = EXPLORE_STEPS}, .shards = 1};
	char text[256], *save_at, *setting;

	if (!scenario)
		return usage_error("there is no scenario '%s' in this program", whole.scenario);
	/* a drawn schedule is its seed's; the process that drew it has named it */
	if (strcmp(whole.strategy, "depth-first") && strcmp(whole.strategy, "sweep"))
		return 0;
	search.stage.scenario = scenario;
	psimx_points_parse(whole.points, &search.stage.points);
	search.faults = strstr(whole.bound, "fault") != NULL;
	search.strategy = strcmp(whole.strategy, "sweep") ? STRATEGY_DFS : STRATEGY_SWEEP;
	snprintf(text, sizeof(text), "%s", whole.settings);
	for (setting = strtok_r(text, " ", &save_at); setting;
	     setting = strtok_r(NULL, " ", &save_at)) {
		if (parse_setting(scenario, setting))
			return EXIT_USAGE;
	}
	psimx_search_name_failures(&search, &whole);
	return 0;
}

/* Is it a folder with results of psim lab run? */
static bool is_lab(const char *path)
{
	char runs[4096];

	snprintf(runs, sizeof(runs), "%s/runs.jsonl", path);
	return !access(runs, F_OK);
}

static int merge_lab(const char *output, char **paths, int n, bool plain)
{
	for (int i = 0; i < n; i++) {
		if (!is_lab(paths[i]))
			return usage_error("'%s': a folder with results of psim lab run expected",
					   paths[i]);
	}
	if (!plain)
		return usage_error(
			"--json and --junit are of explorations: results of psim lab run "
			"are in DIR/results.json");
	if (!output)
		return usage_error("merging results of psim lab run needs --output DIR");
	return lab_merge(output, paths, n);
}

static int merge_explored(char **paths, int n, int json, const char *junit)
{
	int err = 0;

	for (int i = 0; !err && i < n; i++)
		err = merge_file(paths[i], i == 0);
	if (!err)
		err = name_merged();
	if (!err)
		err = show_result(&whole, json, junit);
	psimx_result_free(&whole);
	return err;
}

int command_merge(int argc, char **argv)
{
	static const struct option all[] = {{"json", no_argument, NULL, OPT_JSON},
					    {"junit", required_argument, NULL, OPT_JUNIT},
					    {"output", required_argument, NULL, OPT_OUTPUT},
					    {"help", no_argument, NULL, 'h'},
					    {0}};
	const char *junit = NULL, *output = NULL;
	int option, json = 0;

	while ((option = next_option(argc, argv, all)) != -1) {
		if (option == 'h')
			return help_merge();
		if (option == '?')
			return EXIT_USAGE;
		if (option == OPT_JSON)
			json = 1;
		else if (option == OPT_OUTPUT)
			output = optarg;
		else
			junit = optarg;
	}
	argv += optind;
	argc -= optind;
	if (!argc)
		return usage_error(
			"merge needs the files that --save wrote, or folders of results of "
			"psim lab run");
	if (output || is_lab(argv[0]))
		return merge_lab(output, argv, argc, !json && !junit);
	return merge_explored(argv, argc, json, junit);
}
