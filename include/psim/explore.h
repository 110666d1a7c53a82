/* SPDX-License-Identifier: MIT */
/* Scenarios: named pieces of code that tests, psim run and the user's own program share. */
#ifndef PSIM_EXPLORE_H
#define PSIM_EXPLORE_H

struct psim_config;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct psim_scenario - one named scenario
 * @name: lower case, words joined by '-' in psim list (written with '_' in the macro)
 * @what: one line: what it shows
 * @body: runs in a task of a fresh machine; 0, or a negative errno when it did not show it
 * @next: the registry's link
 */
struct psim_scenario {
	const char *name;
	const char *what;
	int (*body)(void);
	struct psim_scenario *next;
};

/* Put a scenario into the registry; a name that is taken already is a report at the next start. */
void psim_scenario_register(struct psim_scenario *scenario);
/* The scenarios sorted by name; NULL ends. */
const struct psim_scenario *psim_scenario_first(void);
const struct psim_scenario *psim_scenario_find(const char *name);

/**
 * PSIM_SCENARIO() - define a scenario, in any linked file
 *
 *	PSIM_SCENARIO(ping_pong, "CPU and GPU take turns on one page")
 *	{
 *		...
 *		return 0;
 *	}
 */
#define PSIM_SCENARIO(name_, what_)                                                          \
	static int psim_scenario_body_##name_(void);                                         \
	static struct psim_scenario psim_scenario_##name_ = {#name_, what_,                  \
							     psim_scenario_body_##name_, 0}; \
	__attribute__((constructor)) static void psim_scenario_add_##name_(void)             \
	{                                                                                    \
		psim_scenario_register(&psim_scenario_##name_);                              \
	}                                                                                    \
	static int psim_scenario_body_##name_(void)

/**
 * psim_scenario_run() - run a scenario on a fresh machine
 * @config: NULL for all defaults
 * Return: 0; what its body returned; the number of reports when there were any.
 */
int psim_scenario_run(const struct psim_scenario *scenario, const struct psim_config *config);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_EXPLORE_H */
