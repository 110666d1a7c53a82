// SPDX-License-Identifier: MIT
/*
 * psim explore and sweep: what to search, and what was found. The search itself is src/explore.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explore_progress.h"
#include "found.h"
#include "psim.h"
#include "show.h"

#define MOST_JOBS 64

enum {
	OPT_PREEMPTIONS = 256,
	OPT_DELAYS,
	OPT_FAULTS,
	OPT_REDUCE,
	OPT_POINTS,
	OPT_RANDOM,
	OPT_PCT,
	OPT_DEPTH,
	OPT_SEED,
	OPT_BUDGET,
	OPT_SECONDS,
	OPT_STEPS,
	OPT_SHARD,
	OPT_JSON,
	OPT_JUNIT,
	OPT_SAVE,
	OPT_RESUME,
	OPT_SINGLES,
	OPT_PROBABILITY,
	OPT_RUNS,
	OPT_RACES,
	OPT_NO_RACES
};

static struct {
	struct search search;
	unsigned long long jobs;
	int json;
	const char *junit, *save, *resume;
	struct result results[MOST_JOBS];
	struct result whole;
	char line[1024];
} job;

static volatile int stop_asked;

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

/* ---- what was asked for -------------------------------------------------------------------------------------- */

static void say_bound(char *text, size_t bytes)
{
	const struct search *s = &job.search;
	size_t n = 0;

	text[0] = 0;
	if (s->strategy == STRATEGY_RANDOM || s->strategy == STRATEGY_PCT || s->probability)
		n = snprintf(text, bytes, "%llu runs from seed %llu", s->schedules, s->stage.seed);
	if (s->strategy == STRATEGY_PCT)
		n += snprintf(text + n, bytes - n, ", depth %u", s->depth);
	if (s->probability) {
		snprintf(text + n, bytes - n, ", 1 call in %u fails", s->probability);
		return;
	}
	if (s->strategy == STRATEGY_SWEEP) {
		snprintf(text, bytes, s->faults == 1 ? "1 fault" : "%u faults", s->faults);
		return;
	}
	if (s->strategy != STRATEGY_DFS)
		return;
	if (s->preemptions != UNBOUNDED)
		n += snprintf(text + n, bytes - n, "%u preemption%s", s->preemptions,
			      s->preemptions == 1 ? "" : "s");
	if (s->delays != UNBOUNDED)
		n += snprintf(text + n, bytes - n, "%s%u delay%s", n ? ", " : "", s->delays,
			      s->delays == 1 ? "" : "s");
	if (s->faults)
		snprintf(text + n, bytes - n, "%s%u fault%s", n ? ", " : "", s->faults,
			 s->faults == 1 ? "" : "s");
}

static void describe(struct result *r)
{
	static const char *const strategies[] = {"depth-first", "random", "pct", "sweep"};
	const struct psim_scenario *s = job.search.stage.scenario;
	size_t n = 0;

	psimx_result_init(r);
	snprintf(r->scenario, sizeof(r->scenario), "%s", s->name);
	for (const struct psim_option *o = s->options; o && o->name; o++)
		n += snprintf(r->settings + n,
			      n < sizeof(r->settings) ? sizeof(r->settings) - n : 0, "%s%s=%llu",
			      n ? " " : "", o->name, psim_option_value(s, o->name));
	snprintf(r->points, sizeof(r->points), "%s", psimx_points_name(job.search.stage.points));
	snprintf(r->strategy, sizeof(r->strategy), "%s", strategies[job.search.strategy]);
	say_bound(r->bound, sizeof(r->bound));
}

/* "pages=1 preemptions=2 points=coarse": the scenario's small instance. */
static int take_small(const struct psim_scenario *scenario)
{
	struct search *s = &job.search;
	char text[256], *save, *word;

	snprintf(text, sizeof(text), "%s", scenario->small ? scenario->small : "");
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		if (!value)
			return usage_error("%s: its small instance is damaged at '%s'",
					   scenario->name, word);
		*value++ = 0;
		if (!strcmp(word, "preemptions"))
			s->preemptions = atoi(value);
		else if (!strcmp(word, "delays"))
			s->delays = atoi(value);
		else if (!strcmp(word, "points") && !psimx_points_parse(value, &s->stage.points))
			;
		else if (psim_option_set(scenario, word, strtoull(value, NULL, 10)))
			return usage_error("%s: its small instance is damaged at '%s'",
					   scenario->name, word);
	}
	if (s->preemptions == UNBOUNDED && s->delays == UNBOUNDED)
		s->preemptions = 1;
	return 0;
}

static int take_shard(const char *text)
{
	struct search *s = &job.search;
	int used = 0;

	if (sscanf(text, "%u/%u%n", &s->shard, &s->shards, &used) != 2 || text[used] ||
	    !s->shards || s->shard >= s->shards || s->shards > 1024)
		return usage_error("--shard '%s': I/N is allowed, I from 0 to N - 1, N to 1024",
				   text);
	return 0;
}

static int take_number(const char *option, unsigned long long min, unsigned long long max,
		       unsigned long long *to)
{
	return parse_number(option, optarg, min, max, to);
}

static int take_small_number(const char *option, unsigned int min, unsigned int max,
			     unsigned int *to)
{
	unsigned long long n;

	if (parse_number(option, optarg, min, max, &n))
		return EXIT_USAGE;
	*to = n;
	return 0;
}

static bool bound_given;

static int take_bound(const char *option, unsigned int *bound, unsigned int *other)
{
	if (take_small_number(option, 0, 1000, bound))
		return EXIT_USAGE;
	if (!bound_given)
		*other = UNBOUNDED;
	bound_given = true;
	return 0;
}

static int take_option(int option)
{
	struct search *s = &job.search;
	unsigned long long n;

	switch (option) {
	case OPT_PREEMPTIONS:
		return take_bound("--preemptions", &s->preemptions, &s->delays);
	case OPT_DELAYS:
		return take_bound("--delays", &s->delays, &s->preemptions);
	case OPT_FAULTS:
		return take_small_number("--faults", 0, 16, &s->faults);
	case OPT_REDUCE:
		s->reduce = true;
		return 0;
	case OPT_POINTS:
		return psimx_points_parse(optarg, &s->stage.points)
			       ? usage_error("--points '%s': all, coarse and locks are allowed",
					     optarg)
			       : 0;
	case OPT_RANDOM:
	case OPT_PCT:
		s->strategy = option == OPT_PCT ? STRATEGY_PCT : STRATEGY_RANDOM;
		return take_number(option == OPT_PCT ? "--pct" : "--random", 1, 1ull << 40,
				   &s->schedules);
	case OPT_DEPTH:
		return take_small_number("--depth", 1, 64, &s->depth);
	case OPT_SEED:
		return take_number("--seed", 1, ~0ull, &s->stage.seed);
	case OPT_BUDGET:
		return take_number("--budget", 1, ~0ull, &s->schedules);
	case OPT_SECONDS:
		if (take_number("--seconds", 1, 1000000, &n))
			return EXIT_USAGE;
		s->seconds = n;
		return 0;
	case OPT_STEPS:
		return take_number("--steps", 1, 1ull << 40, &s->stage.steps);
	case 'j':
		return take_number("-j", 1, MOST_JOBS, &job.jobs);
	case OPT_SHARD:
		return take_shard(optarg);
	case OPT_JSON:
		job.json = 1;
		return 0;
	case OPT_JUNIT:
		job.junit = optarg;
		return 0;
	case OPT_SAVE:
		job.save = optarg;
		return 0;
	case OPT_RESUME:
		job.resume = optarg;
		return 0;
	case OPT_SINGLES:
		s->faults = 1;
		return 0;
	case OPT_PROBABILITY:
		return take_small_number("--probability", 2, 1u << 30, &s->probability);
	case OPT_RUNS:
		return take_number("--runs", 1, 1ull << 40, &s->schedules);
	case OPT_RACES:
	case OPT_NO_RACES:
		return want_races(option == OPT_RACES);
	default:
		return EXIT_USAGE;
	}
}

/* ---- saved results ----------------------------------------------------------------------------------------------- */

static int resume(void)
{
	json_t *file, *parts = open_saved(job.resume, &file);
	struct result wanted = job.results[0];
	char error[512];
	size_t n;

	if (!parts)
		return EXIT_USAGE;
	n = json_array_size(parts);
	if (n > MOST_JOBS) {
		json_decref(file);
		return usage_error("'%s': %zu parts: %d are allowed", job.resume, n, MOST_JOBS);
	}
	job.jobs = n;
	for (size_t i = 0; i < n; i++) {
		struct result *r = &job.results[i];
		int wrong =
			psimx_result_from_json(r, json_array_get(parts, i), error, sizeof(error));

		if (!wrong &&
		    (strcmp(r->scenario, wanted.scenario) || strcmp(r->settings, wanted.settings) ||
		     strcmp(r->bound, wanted.bound) || strcmp(r->points, wanted.points) ||
		     strcmp(r->strategy, wanted.strategy) || r->shards != job.search.shards * n)) {
			snprintf(error, sizeof(error), "it is of %s %s, %s, points %s, %u parts",
				 r->scenario, r->settings, r->bound, r->points, r->shards);
			wrong = 1;
		}
		if (wrong) {
			json_decref(file);
			return usage_error("'%s': %s", job.resume, error);
		}
	}
	json_decref(file);
	return 0;
}

/* ---- the search -------------------------------------------------------------------------------------------------------- */

static int join(void)
{
	char error[256];

	job.whole.complete = true;
	job.whole.shards = job.results[0].shards;
	for (unsigned int i = 0; i < job.jobs; i++) {
		if (psimx_result_merge(&job.whole, &job.results[i], error, sizeof(error)))
			return usage_error("part %u: %s", i, error);
	}
	return 0;
}

/* How to go on after an end that was not the end. */
static void say_how_to_go_on(char **argv, int argc)
{
	char path[96];

	if (job.save) {
		snprintf(path, sizeof(path), "%s", job.save);
	} else {
		snprintf(path, sizeof(path), "%s.explore.json", job.whole.scenario);
		if (save_parts(path, job.results, job.jobs))
			return;
	}
	fprintf(stderr, "psim: to go on: psim");
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--resume")) {
			i++;
			continue;
		}
		fprintf(stderr, " %s", argv[i]);
	}
	fprintf(stderr, " --resume %s\n", path);
}

static int run_search(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	unsigned long long before = 0;
	int err;

	for (unsigned int i = 0; i < job.jobs; i++)
		describe(&job.results[i]);
	describe(&job.whole);
	if (job.resume && resume())
		return EXIT_USAGE;
	for (unsigned int i = 0; i < job.jobs; i++)
		before += job.results[i].schedules;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	job.search.stop = &stop_asked;
	explore_progress_begin(&job.search, before);
	err = psimx_search_jobs(&job.search, job.jobs, job.results);
	explore_progress_end();
	if (err)
		return err == -ESTALE ? usage_error("'%s': the code has changed: its position is "
						    "not there any more",
						    job.resume)
				      : EXIT_BROKEN;
	if (join() || (job.save && save_parts(job.save, job.results, job.jobs)))
		return EXIT_USAGE;
	psimx_search_name_failures(&job.search, &job.whole);
	err = show_result(&job.whole, job.json, job.junit);
	if (!job.whole.complete && (stop_asked || job.save))
		say_how_to_go_on(argv, argc);
	return err;
}

static void release(void)
{
	for (unsigned int i = 0; i < MOST_JOBS; i++)
		psimx_result_free(&job.results[i]);
	psimx_result_free(&job.whole);
}

static void defaults(const struct psim_scenario *scenario)
{
	job.search = (struct search){
		.stage = {.scenario = scenario,
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = EXPLORE_STEPS},
		.preemptions = UNBOUNDED,
		.delays = UNBOUNDED,
		.schedules = ~0ull,
		.depth = 3,
		.shards = 1,
	};
	job.jobs = 1;
}

static int parse(int argc, char **argv, const struct option *options)
{
	const struct psim_scenario *scenario = job.search.stage.scenario;
	int option;

	while ((option = next_option_or_setting(argc, argv, options, scenario)) != -1) {
		if (take_option(option))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return usage_error("%s takes one scenario, not '%s' too", argv[0], argv[optind]);
	return 0;
}

/**
 * struct command - psim explore or sweep
 * @name: what it is called
 * @help: prints its help
 * @options: what it takes
 * @begin: before the options are read
 * @end: after that. Return: 0 or EXIT_USAGE
 */
struct command {
	const char *name;
	int (*help)(void);
	const struct option *options;
	void (*begin)(struct search *search);
	int (*end)(struct search *search);
};

static int run_command(const struct command *command, int argc, char **argv)
{
	const struct psim_scenario *scenario;
	int err;

	switch (take_name(argc, argv, command->options)) {
	case NAME_HELP:
		return command->help();
	case NAME_MISSING:
		return usage_error("%s needs a scenario's name: psim list shows them",
				   command->name);
	case NAME_WRONG:
		return EXIT_USAGE;
	case NAME_TAKEN:
		break;
	}
	scenario = find_scenario(argv[1]);
	if (!scenario)
		return EXIT_USAGE;
	defaults(scenario);
	if (take_small(scenario))
		return EXIT_USAGE;
	if (command->begin)
		command->begin(&job.search);
	err = parse(argc - 1, argv + 1, command->options);
	if (!err && command->end)
		err = command->end(&job.search);
	if (!err)
		err = run_search(argc, argv);
	release();
	return err;
}

/* ---- the commands ---------------------------------------------------------------------------------------------------- */

#define COMMON_HELP                                                                                  \
	"  --points LEVEL      all, coarse (locks, waits, callbacks) or locks\n"                     \
	"  --seed N            for everything drawn at random (default 1)\n"                         \
	"  --budget N          at most so many\n"                                                    \
	"  --seconds N         at most so long\n"                                                    \
	"  --steps N           scheduling points until a run counts as livelocked\n"                 \
	"  --races, --no-races look for data races (in a build with the detector, always), or not\n" \
	"  -j, --jobs N        in N processes\n"                                                     \
	"  --shard I/N         only part I of N (psim merge joins the parts)\n"                      \
	"  --save FILE         for psim merge, and for --resume\n"                                   \
	"  --resume FILE       go on where it stopped; the other options as before\n"                \
	"  --json              what was found, as JSON\n"                                            \
	"  --junit FILE        and as JUnit's XML, for CI\n\n"                                       \
	"exit codes: 0 nothing found and the bound completed, 1 found, 2 bad usage, 3 not completed\n"

/* clang-format off */
#define COMMON_OPTIONS                                     \
	{"points", required_argument, NULL, OPT_POINTS},   \
	{"seed", required_argument, NULL, OPT_SEED},       \
	{"budget", required_argument, NULL, OPT_BUDGET},   \
	{"seconds", required_argument, NULL, OPT_SECONDS}, \
	{"steps", required_argument, NULL, OPT_STEPS},     \
	{"jobs", required_argument, NULL, 'j'},            \
	{"races", no_argument, NULL, OPT_RACES},           \
	{"no-races", no_argument, NULL, OPT_NO_RACES},     \
	{"shard", required_argument, NULL, OPT_SHARD},     \
	{"json", no_argument, NULL, OPT_JSON},             \
	{"junit", required_argument, NULL, OPT_JUNIT},     \
	{"save", required_argument, NULL, OPT_SAVE},       \
	{"resume", required_argument, NULL, OPT_RESUME},   \
	{"help", no_argument, NULL, 'h'},                  \
	{0}
/* clang-format on */

static int help_explore(void)
{
	printf("usage: psim explore NAME [SETTING=NUMBER ...] [OPTIONS]\n\n"
	       "Runs a scenario in every order of its tasks, within a bound; without options, its\n"
	       "small instance.\n\n"
	       "  --preemptions N     bound: so many switches where the running task could go on\n"
	       "  --delays N          bound: so many departures from the default order\n"
	       "  --faults N          and with up to so many failing calls\n"
	       "  --reduce            leave out preemptions before steps that are known to touch nothing\n"
	       "                      shared (with --preemptions alone, --points all, one process)\n"
	       "  --random N          instead: N schedules drawn at random\n"
	       "  --pct N             instead: N schedules drawn by PCT\n"
	       "  --depth D           of PCT: so many changes of priority, and one (default 3)\n" COMMON_HELP
	       "\nexamples:\n"
	       "  psim explore fault-vs-evict\n"
	       "  psim explore fault-vs-evict --preemptions 2 -j 8\n");
	return EXIT_CLEAN;
}

int command_explore(int argc, char **argv)
{
	static const struct option options[] = {
		{"preemptions", required_argument, NULL, OPT_PREEMPTIONS},
		{"delays", required_argument, NULL, OPT_DELAYS},
		{"faults", required_argument, NULL, OPT_FAULTS},
		{"reduce", no_argument, NULL, OPT_REDUCE},
		{"random", required_argument, NULL, OPT_RANDOM},
		{"pct", required_argument, NULL, OPT_PCT},
		{"depth", required_argument, NULL, OPT_DEPTH},
		COMMON_OPTIONS};
	static const struct command command = {
		.name = "explore", .help = help_explore, .options = options};

	return run_command(&command, argc, argv);
}

static int help_sweep(void)
{
	printf("usage: psim sweep NAME [SETTING=NUMBER ...] [OPTIONS]\n\n"
	       "Runs a scenario once for every fallible call, with that one failing, and for every two;\n"
	       "each run has to keep all laws, and to succeed or to return the error that was given.\n\n"
	       "  --singles           no pairs\n"
	       "  --faults N          up to N at once (default 2)\n"
	       "  --probability N     instead: one call in N fails, drawn\n"
	       "  --runs R            so many runs of that (default 1000)\n" COMMON_HELP
	       "\nexamples:\n"
	       "  psim sweep there-and-back\n"
	       "  psim sweep eviction --probability 50 --runs 10000\n");
	return EXIT_CLEAN;
}

static void begin_sweep(struct search *search)
{
	search->strategy = STRATEGY_SWEEP;
	search->preemptions = search->delays = 0;
	search->faults = 2;
}

static int end_sweep(struct search *search)
{
	if (!search->faults)
		return usage_error("--faults '0': a number from 1 to 16 is allowed");
	if (search->probability && search->schedules == ~0ull)
		search->schedules = 1000;
	return 0;
}

int command_sweep(int argc, char **argv)
{
	static const struct option options[] = {
		{"singles", no_argument, NULL, OPT_SINGLES},
		{"faults", required_argument, NULL, OPT_FAULTS},
		{"probability", required_argument, NULL, OPT_PROBABILITY},
		{"runs", required_argument, NULL, OPT_RUNS},
		COMMON_OPTIONS};
	static const struct command command = {.name = "sweep",
					       .help = help_sweep,
					       .options = options,
					       .begin = begin_sweep,
					       .end = end_sweep};

	return run_command(&command, argc, argv);
}
