// SPDX-License-Identifier: MIT
/* psim lab: experiments with migration policies; src/lab does the work. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lab/lab.h"
#include "lab_list.h"
#include "psim.h"
#include "show.h"

enum {
	OPT_JSON = 256,
	OPT_TIMEOUT
};

static int help(void)
{
	printf("usage: psim lab run FILE [--output DIR] [-j N] [--shard I/N] [--timeout S]\n"
	       "       psim lab report [DIR]\n"
	       "       psim lab merge --output DIR DIR ...\n"
	       "       psim lab convert lackey|csv|binary FROM TO\n"
	       "       psim lab list [--json]\n\n"
	       "Runs an experiment: workloads under policies on GPUs of several memory sizes; the pages\n"
	       "are moved by drm_pagemap, the time is virtual. docs/lab.md describes the file.\n\n"
	       "      --output DIR     results go there (default: lab-NAME, after the experiment's name)\n"
	       "  -j, --jobs N         processes (default: one a CPU)\n"
	       "      --shard I/N      every Nth run alone, from the Ith on, I from 0\n"
	       "      --timeout S      end a run that takes more than S seconds, and go on with the others\n"
	       "      --json           the list as JSON, with the cost model's values\n\n"
	       "A run whose result is there is not done again: after an interruption, run it again. The\n"
	       "report is one HTML file with tables and plots, DIR/report.html, and the plots as SVG and\n"
	       "PNG in DIR/plots; without DIR, of the newest results here. merge puts the results of\n"
	       "shards together, as psim merge does; convert writes a trace in the binary form.\n\n"
	       "exit codes: 0 done, 1 a law was broken or a run ended early, 2 bad usage or input\n\n"
	       "examples:\n"
	       "  psim lab run examples/lab/first.yaml\n"
	       "  psim lab report lab-first\n"
	       "  psim lab list\n");
	return EXIT_CLEAN;
}

static bool surveying;

/* One line for all of them: each for itself may be over before a second is. */
static void survey(const char *workload, unsigned int number, unsigned int total)
{
	char what[64];

	snprintf(what, sizeof(what), "going through %.24s, %u of %u", workload, number, total);
	if (!surveying)
		progress_begin(what, NULL, NULL);
	else
		progress_say(what);
	surveying = true;
}

static void over(void)
{
	progress_end();
	surveying = false;
}

static void begin(const volatile unsigned long long *done, const volatile unsigned long long *total)
{
	progress_begin("running", done, total);
}

static void end(unsigned int done, unsigned int total, unsigned int failed)
{
	printf("%u of %u runs done now", done - failed, total);
	if (failed)
		printf(", %u failed", failed);
	putchar('\n');
}

static int parse_shard(const char *text, struct lab_jobs *jobs)
{
	char extra;

	if (sscanf(text, "%u/%u%c", &jobs->shard, &jobs->shards, &extra) == 2 && jobs->shards &&
	    jobs->shard < jobs->shards)
		return 0;
	return usage_error("--shard '%s': I/N with I from 0 to N - 1 is allowed", text);
}

/* The folder of this kind that was written last, or NULL after a message. */
static const char *newest_folder(glob_t *found)
{
	const char *newest = NULL;
	struct stat stat_now;
	time_t when = 0;

	if (!glob("lab-*/results.json", 0, NULL, found)) {
		for (size_t i = 0; i < found->gl_pathc; i++) {
			if (stat(found->gl_pathv[i], &stat_now) || stat_now.st_mtime < when)
				continue;
			when = stat_now.st_mtime;
			newest = found->gl_pathv[i];
			found->gl_pathv[i][strlen(newest) - strlen("/results.json")] = 0;
		}
	}
	if (!newest)
		usage_error("psim lab report: no folder lab-NAME with results is here: name one");
	return newest;
}

static int report(const char *folder)
{
	glob_t found = {0};
	int code = EXIT_USAGE;

	if (!folder)
		folder = newest_folder(&found);
	if (folder)
		code = lab_report(folder);
	globfree(&found);
	return code;
}

static int lab_run_file(const char *path, const char *folder, struct lab_jobs *jobs)
{
	struct lab_experiment experiment;
	char error[LAB_ERROR], name[4096];
	int code;

	if (lab_experiment_load(&experiment, path, error, sizeof(error))) {
		lab_experiment_free(&experiment);
		return usage_error("%s", error);
	}
	if (jobs->shards > 1)
		snprintf(name, sizeof(name), "lab-%s.%u-%u", experiment.name, jobs->shard,
			 jobs->shards);
	else
		snprintf(name, sizeof(name), "lab-%s", experiment.name);
	jobs->folder = folder ? folder : name;
	jobs->experiment = &experiment;
	jobs->survey = survey;
	jobs->begin = begin;
	jobs->over = over;
	jobs->end = end;
	code = lab_jobs_run(jobs);
	if (code == EXIT_CLEAN)
		printf("%s/results.csv\n", jobs->folder);
	lab_experiment_free(&experiment);
	return code;
}

int command_lab(int argc, char **argv)
{
	static const struct option all[] = {{"output", required_argument, NULL, 'o'},
					    {"jobs", required_argument, NULL, 'j'},
					    {"shard", required_argument, NULL, 's'},
					    {"json", no_argument, NULL, OPT_JSON},
					    {"timeout", required_argument, NULL, OPT_TIMEOUT},
					    {"help", no_argument, NULL, 'h'},
					    {0}};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long long number = cpus > 0 && cpus < 256 ? cpus : 1, timeout = 0;
	struct lab_jobs jobs = {.shards = 1};
	const char *folder = NULL;
	bool json = false;
	int option;

	while ((option = next_option(argc, argv, all)) != -1) {
		if (option == 'h')
			return help();
		if (option == 'o')
			folder = optarg;
		else if (option == OPT_JSON)
			json = true;
		else if (option == 'j' && parse_number("-j", optarg, 1, 256, &number))
			return EXIT_USAGE;
		else if (option == OPT_TIMEOUT &&
			 parse_number("--timeout", optarg, 1, 1000000, &timeout))
			return EXIT_USAGE;
		else if (option == 's' && parse_shard(optarg, &jobs))
			return EXIT_USAGE;
		else if (option == '?')
			return EXIT_USAGE;
	}
	jobs.jobs = number;
	jobs.timeout = timeout;
	if (argc - optind == 1 && !strcmp(argv[optind], "list")) {
		(json ? lab_list_json : lab_list_text)();
		return EXIT_CLEAN;
	}
	if (json)
		return usage_error(
			"psim lab: --json is of 'list'; results are in DIR/results.json");
	if (argc - optind == 2 && !strcmp(argv[optind], "run"))
		return lab_run_file(argv[optind + 1], folder, &jobs);
	if (argc - optind >= 1 && argc - optind <= 2 && !strcmp(argv[optind], "report"))
		return report(argc - optind == 2 ? argv[optind + 1] : NULL);
	if (argc - optind == 4 && !strcmp(argv[optind], "convert"))
		return lab_convert(argv[optind + 1], argv[optind + 2], argv[optind + 3]);
	if (argc - optind >= 2 && !strcmp(argv[optind], "merge") && folder)
		return lab_merge(folder, argv + optind + 1, argc - optind - 1);
	return usage_error("psim lab: 'run FILE', 'report DIR', 'merge --output DIR DIR ...', "
			   "'convert KIND FROM TO' or 'list' is wanted: psim lab --help says more");
}
