// SPDX-License-Identifier: MIT
/* psim replay 'PLAN': one run, as a line of text says; with its trace, or up to an event under gdb. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../explore/explore.h"
#include "psim.h"
#include "show.h"
#include "traces.h"

enum {
	OPT_TRACE = 256,
	OPT_HTML,
	OPT_STEPS,
	OPT_STOP_AT,
	OPT_JSON
};

static int help(void)
{
	printf("usage: psim replay 'NAME SETTING=NUMBER ... seed=N points=LEVEL plan=...' [OPTIONS]\n\n"
	       "Runs a scenario once, in the order and with the failures of a plan that psim explore or\n"
	       "psim sweep has printed. plan=- is the default order; plan=drawn:N is a random one, whose\n"
	       "plan --json tells.\n\n"
	       "  --trace FILE        write every event as a line of text\n"
	       "  --html FILE         write a page for a browser, to watch the run\n"
	       "  --steps N           scheduling points until the run counts as livelocked\n"
	       "  --stop-at N         stop before event N, the trace's line N: under gdb, at\n"
	       "                      psim_stopped_before_event(); one back is N - 1, from the start\n"
	       "  --json              what came of it, as JSON\n\n"
	       "exit codes: 0 nothing is broken (an error that a failing call was given is passed on),\n"
	       "            1 the plan still breaks it, 2 the plan is damaged or does not fit the code\n"
	       "            any more\n\n"
	       "examples:\n"
	       "  psim replay 'there-and-back seed=1 points=all plan=-'\n"
	       "  psim replay 'fault-vs-evict seed=1 points=locks plan=drawn:3' --html out.html\n"
	       "  gdb -ex run --args psim replay 'there-and-back plan=-' --stop-at 100\n");
	return EXIT_CLEAN;
}

static int show(const struct plan *plan, const struct replay *replay, const struct outcome *outcome,
		int json)
{
	bool good = psimx_sweep_accepts(outcome, replay->kinds);
	char *line = psimx_plan_print(plan);

	if (json) {
		print_json(json_pack("{sssisissss}", "scenario", plan->stage.scenario->name,
				     "result", outcome->result, "reports", outcome->reports,
				     "report", outcome->report, "plan", line));
	} else if (outcome->reports) {
		printf("%s: %sFAILED%s: %s\n", plan->stage.scenario->name, paint(stdout, PAINT_BAD),
		       paint(stdout, PAINT_OFF), outcome->report);
	} else {
		printf("%s: returned %d%s\n", plan->stage.scenario->name, outcome->result,
		       !good		 ? ""
		       : outcome->result ? ", the error that was given: nothing is broken"
					 : ", nothing is broken");
	}
	free(line);
	if (!good && !json) {
		char *events = psimx_events_side_by_side();

		fputs(events ? events : "", stdout);
		free(events);
	}
	return good ? EXIT_CLEAN : EXIT_BROKEN;
}

static int start_files(void *files)
{
	return traces_start(files) ? -EINVAL : 0;
}

int command_replay(int argc, char **argv)
{
	static const struct option all[] = {{"trace", required_argument, NULL, OPT_TRACE},
					    {"html", required_argument, NULL, OPT_HTML},
					    {"steps", required_argument, NULL, OPT_STEPS},
					    {"stop-at", required_argument, NULL, OPT_STOP_AT},
					    {"json", no_argument, NULL, OPT_JSON},
					    {"help", no_argument, NULL, 'h'},
					    {0}};
	struct plan plan, took = {0};
	struct replay replay = {.plan = &plan, .took = &took, .events = true};
	struct search search = {.strategy = STRATEGY_RANDOM};
	struct outcome outcome;
	char error[512];
	unsigned long long steps = EXPLORE_STEPS, stop_at = 0, events;
	const char *trace = NULL;
	struct traces files = {0};
	int option, json = 0, err;

	switch (take_name(argc, argv, all)) {
	case NAME_HELP:
		return help();
	case NAME_MISSING:
		return usage_error("replay needs a plan, as psim explore prints it, in quotes");
	case NAME_WRONG:
		return EXIT_USAGE;
	case NAME_TAKEN:
		break;
	}
	while ((option = next_option(argc - 1, argv + 1, all)) != -1) {
		if (option == OPT_TRACE)
			trace = optarg;
		else if (option == OPT_HTML)
			files.html = optarg;
		else if (option == OPT_JSON)
			json = 1;
		else if (option == OPT_STOP_AT
				 ? parse_number("--stop-at", optarg, 1, ~0ull, &stop_at)
				 : option != OPT_STEPS ||
					   parse_number("--steps", optarg, 1, 1ull << 40, &steps))
			return EXIT_USAGE;
	}
	if (optind < argc - 1)
		return usage_error("replay takes one plan, in quotes, not '%s' too",
				   argv[optind + 1]);
	/* the page's events are more than the default ones, which --stop-at counts */
	if (files.html && stop_at)
		return usage_error("--html or --stop-at, not both");
	if (traces_check(&files))
		return EXIT_USAGE;
	if (psimx_plan_parse(argv[1], &plan, error, sizeof(error)))
		return usage_error("%s", error);
	plan.stage.print_reports = true;
	plan.stage.steps = steps;
	plan.stage.trace = trace;
	if (files.html) {
		plan.stage.started = start_files;
		plan.stage.arg = &files;
	}
	search.stage = plan.stage;
	if (plan.drawn) {
		replay.plan = NULL;
		replay.choose = psimx_draw_choose;
		psimx_draw_begin(&search, plan.drawn - 1);
	}
	took.stage = plan.stage;
	psimx_events_begin(stop_at);
	if (!stop_at) /* a debugger wants the terminal for itself */
		progress_begin(plan.stage.scenario->name, NULL, NULL);
	err = psimx_replay_run(&plan.stage, &replay, &outcome) ? EXIT_USAGE : 0;
	progress_end();
	if (traces_write())
		err = EXIT_USAGE;
	if (plan.drawn)
		psimx_draw_end();
	if (!err && replay.misfit[0])
		err = usage_error("%s", replay.misfit);
	if (!err)
		err = show(&took, &replay, &outcome, json);
	events = psimx_events_end();
	if (!err && stop_at > events)
		err = usage_error("--stop-at '%llu': there are %llu events", stop_at, events);
	psimx_plan_free(&plan);
	psimx_plan_free(&took);
	return err;
}
