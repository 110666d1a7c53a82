// SPDX-License-Identifier: MIT
/* psim explain NAME: runs a scenario and tells what happened as a story. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../explore/explore.h"
#include "explain.h"
#include "psim.h"
#include "show.h"

enum {
	OPT_SEED = 256,
	OPT_SCHEDULER,
	OPT_STEP,
	OPT_QUIZ,
	OPT_JSON
};

static struct {
	struct psim_config config;
	int step, quiz, json;
} asked;

static int help(void)
{
	printf("usage: psim explain NAME [SETTING=NUMBER ...] [OPTIONS]\n"
	       "       psim explain 'PLAN' [OPTIONS]\n\n"
	       "Runs a scenario, or a plan of psim explore, and tells what happened in plain words: page\n"
	       "tables before and after, what pages count and who holds them, the locks that are held, and\n"
	       "the rule behind each step. docs/fidelity.md says which test proves a rule.\n\n"
	       "  --step            wait for a key after each chapter\n"
	       "  --quiz            ask what comes next before it is told, and count\n"
	       "  --seed N          for everything drawn at random, the quiz too (default 1)\n"
	       "  --scheduler NAME  run-until-block (default) or random\n"
	       "  --json            the chapters as JSON\n\n"
	       "exit codes: 0 clean, 1 a law broken or a check failed, 2 bad usage or input\n\n"
	       "examples:\n"
	       "  psim explain there-and-back\n"
	       "  psim explain fault-vs-evict pages=1 --scheduler random --seed 3\n"
	       "  psim explain eviction times=2 --quiz\n"
	       "  psim explain 'lesson-lost-update plan=a/2@access_page:access#2>b/3'\n");
	return EXIT_CLEAN;
}

static int one_option(int option)
{
	switch (option) {
	case OPT_SEED:
		return parse_number("--seed", optarg, 1, ~0ull, &asked.config.seed);
	case OPT_SCHEDULER:
		if (strcmp(optarg, "run-until-block") && strcmp(optarg, "random"))
			return usage_error(
				"--scheduler '%s': run-until-block and random are allowed", optarg);
		asked.config.scheduler = optarg;
		return 0;
	case OPT_STEP:
		asked.step = 1;
		return 0;
	case OPT_QUIZ:
		asked.quiz = 1;
		return 0;
	case OPT_JSON:
		asked.json = 1;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

struct end {
	int result, reports;
};

static void tell(const struct psim_scenario *scenario, const struct story *story,
		 const struct end *end)
{
	number seed = asked.config.seed ? asked.config.seed : 1;
	struct teller teller = {.step = asked.step};

	printf("%s%s%s: %s\n", paint(stdout, PAINT_STRONG), scenario->name,
	       paint(stdout, PAINT_OFF), scenario->what);
	teller.quiz = asked.quiz ? quiz_make(story, seed) : NULL;
	show_story(story, &teller);
	if (teller.quiz)
		quiz_end(teller.quiz);
	if (teller.quit)
		return;
	printf("\nThe end: %zu chapters. ", story->n);
	if (end->reports)
		printf("%sThe machine reported %d broken rule%s.%s\n", paint(stdout, PAINT_BAD),
		       end->reports, end->reports == 1 ? "" : "s", paint(stdout, PAINT_OFF));
	else if (end->result)
		printf("%sThe scenario did not show what it should: %d.%s\n",
		       paint(stdout, PAINT_BAD), end->result, paint(stdout, PAINT_OFF));
	else
		printf("Every law was kept, and nothing is left.\n");
}

static int finish(const struct psim_scenario *scenario, struct tape *tape, const struct end *end)
{
	struct story story = {0};

	story_make(&story, tape);
	if (asked.json)
		print_json(json_pack("{ss ss si si so}", "scenario", scenario->name, "what",
				     scenario->what, "result", end->result, "reports", end->reports,
				     "chapters", story_json(&story)));
	else
		tell(scenario, &story, end);
	story_free(&story);
	tape_free(tape);
	return end->result || end->reports ? EXIT_BROKEN : EXIT_CLEAN;
}

static int explain(const struct psim_scenario *scenario)
{
	struct tape tape = {0};
	struct end end;

	if (psim_start(&asked.config))
		return EXIT_USAGE;
	if (tape_start(&tape)) {
		psim_stop();
		return EXIT_USAGE;
	}
	progress_begin(scenario->name, NULL, NULL);
	end.result = psim_run(scenario->name, psim_scenario_body, (void *)scenario);
	end.reports = psim_stop();
	progress_end();
	return finish(scenario, &tape, &end);
}

static int start_of_plan(void *tape)
{
	return tape_start(tape);
}

static int explain_plan(const char *text)
{
	struct plan plan;
	struct replay replay = {.plan = &plan};
	struct outcome outcome = {0};
	struct tape tape = {0};
	char error[512];
	int err;

	if (psimx_plan_parse(text, &plan, error, sizeof(error)))
		return usage_error("%s", error);
	if (plan.drawn) {
		psimx_plan_free(&plan);
		return usage_error(
			"a drawn plan is only a number: psim replay --json tells what it "
			"stands for");
	}
	plan.stage.print_reports = true;
	plan.stage.steps = EXPLORE_STEPS;
	plan.stage.started = start_of_plan;
	plan.stage.arg = &tape;
	err = psimx_replay_run(&plan.stage, &replay, &outcome) ? EXIT_USAGE : 0;
	if (!err && replay.misfit[0])
		err = usage_error("%s", replay.misfit);
	psimx_plan_free(&plan);
	if (err) {
		tape_free(&tape);
		return err;
	}
	return finish(plan.stage.scenario, &tape, &(struct end){outcome.result, outcome.reports});
}

/* A plan has a blank and says plan=; a name has neither. */
static int is_plan(const char *text)
{
	return strchr(text, ' ') && strstr(text, "plan=");
}

int command_explain(int argc, char **argv)
{
	static const struct option all[] = {{"help", no_argument, NULL, 'h'},
					    {"seed", required_argument, NULL, OPT_SEED},
					    {"scheduler", required_argument, NULL, OPT_SCHEDULER},
					    {"step", no_argument, NULL, OPT_STEP},
					    {"quiz", no_argument, NULL, OPT_QUIZ},
					    {"json", no_argument, NULL, OPT_JSON},
					    {0}};
	const struct psim_scenario *scenario;
	const char *plan;
	int option;

	switch (take_name(argc, argv, all)) {
	case NAME_HELP:
		return help();
	case NAME_MISSING:
		return usage_error(
			"explain needs a scenario's name or a plan: psim list shows them");
	case NAME_WRONG:
		return EXIT_USAGE;
	case NAME_TAKEN:
		break;
	}
	plan = is_plan(argv[1]) ? argv[1] : NULL;
	scenario = plan ? NULL : find_scenario(argv[1]);
	if (!plan && !scenario)
		return EXIT_USAGE;
	argc--;
	argv++;
	while ((option = plan ? next_option(argc, argv, all)
			      : next_option_or_setting(argc, argv, all, scenario)) != -1) {
		if (one_option(option))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return usage_error("explain takes one scenario or plan, not '%s' too",
				   argv[optind]);
	if (asked.json && (asked.step || asked.quiz))
		return usage_error("--json is for programs: --%s is not allowed with it",
				   asked.step ? "step" : "quiz");
	if (plan && asked.config.scheduler)
		return usage_error("--scheduler: the plan says who runs when");
	return plan ? explain_plan(plan) : explain(scenario);
}
