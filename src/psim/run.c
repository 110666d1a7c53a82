// SPDX-License-Identifier: MIT
/* psim run NAME: one scenario on a machine of its own. The tour has a few options more. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "psim.h"
#include "show.h"
#include "tour.h"
#include "traces.h"

#define MIN_RAM	    (2ull << 20)
#define MAX_RAM	    (4ull << 40)
#define DEFAULT_RAM (1ull << 30)

/* Options after the name; getopt's values. */
enum {
	OPT_FILE = 256,
	OPT_DEVICE_MEMORY,
	OPT_TRACE,
	OPT_PERFETTO,
	OPT_HTML,
	OPT_FILTER,
	OPT_EVENTS,
	OPT_JSON,
	OPT_SEED,
	OPT_SCHEDULER,
	OPT_ENGINE,
	OPT_RAM,
	OPT_RACES,
	OPT_NO_RACES
};

static struct {
	const char *file;
	struct traces traces;
	unsigned long long device_memory;
	int json;
	struct psim_config config;
} run = {.config.ram_bytes = DEFAULT_RAM};

static struct tour tour;

static int help(void)
{
	printf("usage: psim run NAME [SETTING=NUMBER ...] [OPTIONS]\n\n"
	       "Runs a scenario on a fresh machine and audits it; psim list shows the scenarios and\n"
	       "their settings.\n\n"
	       "  --seed N             for everything drawn at random (default 1)\n"
	       "  --scheduler NAME     run-until-block (default) or random\n"
	       "  --engine NAME        deterministic (default) or free\n"
	       "  --ram SIZE           simulated RAM (default 1G)\n"
	       "  --races, --no-races  look for data races (in a build with the detector, always), or not\n"
	       "  --trace FILE         write every event as a line of text\n"
	       "  --perfetto FILE      write them as JSON, for ui.perfetto.dev\n"
	       "  --html FILE          write a page for a browser, to watch the run\n"
	       "  --filter EXPR        only these events: names, groups, patterns, -NAME, FIELD=VALUE,\n"
	       "                       with commas between them; all: every event there is\n"
	       "  --events N           keep the newest N for --perfetto and --html (default 1048576)\n"
	       "  --json               figures as JSON\n\n"
	       "the tour alone:\n"
	       "  --file FILE          the bytes to move (default: a text of 1 MiB)\n"
	       "  --device-memory SIZE GPU memory of round 1 (default: enough for the file);\n"
	       "                       round 2 always has a quarter of the file\n\n"
	       "exit codes: 0 clean, 1 a law broken or a check failed, 2 bad usage or input\n\n"
	       "examples:\n"
	       "  psim run eviction --scheduler random --seed 7\n"
	       "  psim run tour --file /bin/bash --trace tour.txt\n"
	       "  psim run eviction --html eviction.html\n"
	       "  psim run fault-vs-evict --perfetto out.json --filter 'fault,migrate,task=first'\n"
	       "  psim run tour --device-memory 256K --json\n");
	return EXIT_CLEAN;
}

static const struct psim_option tour_options[] = {
	{"bytes", 0, "of the built-in text; 0: all of it"}, {0}};

PSIM_SCENARIO(tour, "a file goes to the GPU and comes back, twice, and every digest agrees",
	      .options = tour_options, .small = "bytes=9000 delays=1 points=locks")
{
	unsigned long long bytes = psim_option("bytes");

	if (!tour.bytes || !run.file)
		tour.bytes = tour_text(&tour.length);
	if (bytes && bytes < tour.length)
		tour.length = bytes;
	return tour_run(&tour);
}

static int one_option(int option)
{
	unsigned long long n;

	switch (option) {
	case OPT_FILE:
		run.file = optarg;
		return 0;
	case OPT_TRACE:
		run.traces.text = optarg;
		return 0;
	case OPT_PERFETTO:
		run.traces.perfetto = optarg;
		return 0;
	case OPT_HTML:
		run.traces.html = optarg;
		return 0;
	case OPT_FILTER:
		run.traces.filter = optarg;
		return 0;
	case OPT_EVENTS:
		return parse_number("--events", optarg, 1, 1ull << 28, &run.traces.events);
	case OPT_JSON:
		run.json = 1;
		return 0;
	case OPT_DEVICE_MEMORY:
		return parse_size("--device-memory", optarg, TOUR_MIN_DEVICE_MEMORY, 1ull << 40,
				  &run.device_memory);
	case OPT_RAM:
		return parse_size("--ram", optarg, MIN_RAM, MAX_RAM, &run.config.ram_bytes);
	case OPT_SEED:
		if (parse_number("--seed", optarg, 1, ~0ull, &n))
			return EXIT_USAGE;
		run.config.seed = n;
		return 0;
	case OPT_SCHEDULER:
		if (strcmp(optarg, "run-until-block") && strcmp(optarg, "random"))
			return usage_error(
				"--scheduler '%s': run-until-block and random are allowed", optarg);
		run.config.scheduler = optarg;
		return 0;
	case OPT_ENGINE:
		if (strcmp(optarg, "deterministic") && strcmp(optarg, "free"))
			return usage_error("--engine '%s': deterministic and free are allowed",
					   optarg);
		run.config.engine = optarg[0] == 'f' ? PSIM_FREE_RUNNING : PSIM_DETERMINISTIC;
		return 0;
	case OPT_RACES:
	case OPT_NO_RACES:
		return want_races(option == OPT_RACES);
	default:
		return EXIT_USAGE;
	}
}

/* Map the file and leave its bytes in the tour. */
static int open_file(const char *path)
{
	unsigned long long most = run.config.ram_bytes - TOUR_SPARE_RAM;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (run.config.ram_bytes <= TOUR_SPARE_RAM)
		most = 0;
	if (fd < 0)
		return usage_error("--file '%s': %s; a readable file is needed", path,
				   strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		err = usage_error("--file '%s': not a regular file", path);
	else if (!st.st_size)
		err = usage_error("--file '%s': it is empty; 1 byte to %s are allowed", path,
				  human_size(most));
	else if ((unsigned long long)st.st_size > most)
		err = usage_error(
			"--file '%s': %s do not fit; with --ram %s, 1 byte to %s are allowed", path,
			human_size(st.st_size), human_size(run.config.ram_bytes), human_size(most));
	if (!err) {
		void *p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (p == MAP_FAILED)
			err = usage_error("--file '%s': %s", path, strerror(errno));
		tour.bytes = p;
		tour.length = st.st_size;
	}
	close(fd);
	return err;
}

static unsigned long long wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int start_machine(void)
{
	if (traces_check(&run.traces) || psim_start(&run.config))
		return EXIT_USAGE;
	if (!traces_start(&run.traces))
		return 0;
	psim_stop();
	return EXIT_USAGE;
}

static int run_tour(const struct psim_scenario *scenario)
{
	unsigned long long start = wall_clock(), took;
	int result, reports;

	tour.device_memory = run.device_memory;
	if (run.file && open_file(run.file))
		return EXIT_USAGE;
	if (start_machine())
		return EXIT_USAGE;
	progress_begin("the tour", &tour.done, &tour.work);
	result = psim_run("tour", psim_scenario_body, (void *)scenario);
	reports = psim_stop();
	took = wall_clock() - start;
	progress_end();
	if (traces_write())
		return EXIT_USAGE;
	tour_print(&tour, run.file ? run.file : "the built-in text", took, reports, run.json);
	return result || reports ? EXIT_BROKEN : EXIT_CLEAN;
}

static int run_scenario(const struct psim_scenario *scenario)
{
	int result, reports, bad;

	if (start_machine())
		return EXIT_USAGE;
	progress_begin(scenario->name, NULL, NULL);
	result = psim_run(scenario->name, psim_scenario_body, (void *)scenario);
	reports = psim_stop();
	progress_end();
	if (traces_write())
		return EXIT_USAGE;
	bad = result || reports;
	if (run.json)
		print_json(json_pack("{ss si si}", "scenario", scenario->name, "result", result,
				     "reports", reports));
	else
		printf("%s: %s%s%s\n", scenario->name, paint(stdout, bad ? PAINT_BAD : PAINT_GOOD),
		       bad ? "FAILED" : "ok", paint(stdout, PAINT_OFF));
	return bad ? EXIT_BROKEN : EXIT_CLEAN;
}

int command_run(int argc, char **argv)
{
	static const struct option all[] = {
		{"help", no_argument, NULL, 'h'},
		{"seed", required_argument, NULL, OPT_SEED},
		{"scheduler", required_argument, NULL, OPT_SCHEDULER},
		{"engine", required_argument, NULL, OPT_ENGINE},
		{"ram", required_argument, NULL, OPT_RAM},
		{"trace", required_argument, NULL, OPT_TRACE},
		{"perfetto", required_argument, NULL, OPT_PERFETTO},
		{"html", required_argument, NULL, OPT_HTML},
		{"filter", required_argument, NULL, OPT_FILTER},
		{"events", required_argument, NULL, OPT_EVENTS},
		{"json", no_argument, NULL, OPT_JSON},
		{"file", required_argument, NULL, OPT_FILE},
		{"device-memory", required_argument, NULL, OPT_DEVICE_MEMORY},
		{"races", no_argument, NULL, OPT_RACES},
		{"no-races", no_argument, NULL, OPT_NO_RACES},
		{0}};
	const struct psim_scenario *scenario;
	int option, is_tour;

	switch (take_name(argc, argv, all)) {
	case NAME_HELP:
		return help();
	case NAME_MISSING:
		return usage_error("run needs a scenario's name: psim list shows them");
	case NAME_WRONG:
		return EXIT_USAGE;
	case NAME_TAKEN:
		break;
	}
	scenario = find_scenario(argv[1]);
	if (!scenario)
		return EXIT_USAGE;
	is_tour = !strcmp(argv[1], "tour");
	argc--;
	argv++;
	while ((option = next_option_or_setting(argc, argv, all, scenario)) != -1) {
		if (!is_tour && (option == OPT_FILE || option == OPT_DEVICE_MEMORY))
			return usage_error("--file and --device-memory are the tour's, not %s's",
					   scenario->name);
		if (one_option(option))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return usage_error("run takes one scenario, not '%s' too", argv[optind]);
	return is_tour ? run_tour(scenario) : run_scenario(scenario);
}
