/* SPDX-License-Identifier: MIT */
/*
 * Scenarios: named pieces of code that tests, psim run, psim explore, psim sweep and the user's own
 * program share; and what explores them: every order of the tasks, every failure.
 */
#ifndef PSIM_EXPLORE_H
#define PSIM_EXPLORE_H

struct psim_config;

#ifdef __cplusplus
extern "C" {
#endif

/* ---- scenarios ----------------------------------------------------------------------------------- */

/**
 * struct psim_option - a number that a scenario can be given
 * @name: lower case; also as "NAME=NUMBER" after the scenario's name, and in plans
 * @value: the default
 * @what: a few words: what it means
 */
struct psim_option {
	const char *name;
	unsigned long long value;
	const char *what;
};

/**
 * struct psim_scenario - one named scenario
 * @name: lower case, words joined by '-' in psim list (written with '_' in the macro)
 * @what: one line: what it shows
 * @body: runs in a task of a fresh machine; 0, or a negative errno when it did not show it
 * @options: the numbers it takes, ended by one without a name; NULL: none
 * @small: the instance that explore and sweep run when nothing else is said: "pages=1 preemptions=2";
 *	its own options, and explore's preemptions, delays, points; NULL: all defaults
 * @marked: its body calls psim_explore_begin() and psim_explore_end(): only the part between them is
 *	explored; what comes before and after has the default order
 * @broken: it fails on purpose: a lesson, or a tooth; psim list --names leaves it out
 * @next: the registry's link
 */
struct psim_scenario {
	const char *name;
	const char *what;
	int (*body)(void);
	const struct psim_option *options;
	const char *small;
	int marked;
	int broken;
	struct psim_scenario *next;
};

/* Put a scenario into the registry. */
void psim_scenario_register(struct psim_scenario *scenario);
/* The scenarios sorted by name; NULL ends. */
const struct psim_scenario *psim_scenario_first(void);
const struct psim_scenario *psim_scenario_find(const char *name);

/**
 * PSIM_SCENARIO() - define a scenario, in any linked file
 *
 * After the two texts come members of struct psim_scenario, if any:
 *
 *	static const struct psim_option ping_pong_options[] = {{"turns", 20, "how often"}, {0}};
 *
 *	PSIM_SCENARIO(ping_pong, "CPU and GPU take turns on one page", .options = ping_pong_options,
 *		      .small = "turns=1")
 *	{
 *		for (unsigned long i = 0; i < psim_option("turns"); i++)
 *			...
 *		return 0;
 *	}
 *
 * Scenarios of a static library register themselves if it is linked whole: -Wl,--whole-archive before it and
 * -Wl,--no-whole-archive behind it; in CMake $<LINK_LIBRARY:WHOLE_ARCHIVE,name>.
 */
#define PSIM_SCENARIO(name_, what_, ...)                                                         \
	static int psim_scenario_body_##name_(void);                                             \
	static struct psim_scenario psim_scenario_##name_ = {                                    \
		.name = #name_, .what = what_, .body = psim_scenario_body_##name_, __VA_ARGS__}; \
	__attribute__((constructor)) static void psim_scenario_add_##name_(void)                 \
	{                                                                                        \
		psim_scenario_register(&psim_scenario_##name_);                                  \
	}                                                                                        \
	static int psim_scenario_body_##name_(void)

/**
 * psim_option() - the value of one of the running scenario's options
 * Return: what was set, or the default; 0 with a message when the scenario has no such option.
 */
unsigned long long psim_option(const char *name);
/* Give an option another value, until psim_options_reset(). Return: 0; -2 (ENOENT): no such option. */
int psim_option_set(const struct psim_scenario *scenario, const char *name,
		    unsigned long long value);
unsigned long long psim_option_value(const struct psim_scenario *scenario, const char *name);
void psim_options_reset(const struct psim_scenario *scenario);

/**
 * psim_scenario_run() - run a scenario on a fresh machine
 * @config: NULL for all defaults
 * Return: 0; what its body returned; the number of reports when there were any.
 */
int psim_scenario_run(const struct psim_scenario *scenario, const struct psim_config *config);
/* Its body, on the machine that runs, for psim_run(): @scenario is a struct psim_scenario. */
int psim_scenario_body(void *scenario);

/*
 * Levels of scheduling points, for psim_config.points: all; locks, waits and callbacks; locks and waits.
 * What a search proves holds for its level.
 */
#define PSIM_POINTS_ALL	   0xfffu
#define PSIM_POINTS_COARSE 0x81fu
#define PSIM_POINTS_LOCKS  0x80fu

/* Fold a number into this run's end state: searches count and compare the different ones. */
void psim_explore_state(unsigned long long part);

/* A scheduling point of the scenario's own, for programs that have no kernel code in them. */
void psim_explore_point(void);
/*
 * All that the step since the last psim_explore_point() reads or writes and that others can reach: searches
 * leave out preemptions before steps that touch nothing others do. A step that is not described wholly makes
 * that unsound; a step with any other primitive in it is taken to touch everything.
 */
void psim_explore_touch(const void *p, unsigned long bytes);

/* The part that is explored, in a scenario that is @marked; nothing else happens here. */
void psim_explore_begin(void);
void psim_explore_end(void);

/**
 * psim_replay() - run a plan, as psim explore and psim sweep print them
 * @plan: "NAME seed=1 points=all plan=..."; link with psim_explore
 *
 * In a test: assert_int_equal(psim_replay("..."), 0) says that what the plan once broke holds.
 *
 * Return: 0, also when the scenario passed on the error that a call of the plan was given; the number of
 * reports; what the scenario returned; -EINVAL for a text that is no plan;
 * -ESTALE when nothing failed but the code no longer comes to a point of the plan: make it anew.
 */
int psim_replay(const char *plan);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_EXPLORE_H */
