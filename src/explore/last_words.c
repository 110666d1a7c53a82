// SPDX-License-Identifier: MIT
/*
 * A sanitizer ends the process with what it finds, and the search with it. Where one is built in, every run
 * of a search goes by names, and the last thing the process says is the plan of the run that it was in.
 */
#include <stdio.h>

#include "../shim/host/sanitizer.h"
#include "explore.h"

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static const struct plan *runs; /* as far as it was taken */

static void say(void)
{
	char *line = runs ? psimx_plan_print(runs) : NULL;

	if (line)
		fprintf(stderr, "psim: it was in: psim replay '%s'\n", line);
}

int psimx_search_stage_run(const struct stage *stage, const struct psim_steer *steer,
			   struct outcome *outcome)
{
	struct plan took = {.stage = *stage};
	struct replay replay = {.choose = steer->choose, .fails = steer->fails, .took = &took};
	int err;

	if (!PSIM_HAS_ASAN || !__sanitizer_set_death_callback || steer->passed)
		return psimx_stage_run(stage, steer, outcome);
	runs = &took;
	__sanitizer_set_death_callback(say);
	err = psimx_replay_run(stage, &replay, outcome);
	runs = NULL;
	psimx_plan_free(&took);
	return err;
}
