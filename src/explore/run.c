// SPDX-License-Identifier: MIT
/* One run of a scenario on a fresh machine, with somebody in the explorer's seat. */
#include <string.h>
#include <time.h>

#include "explore.h"

static const struct {
	const char *name;
	unsigned int mask;
} levels[] = {
	{"all", PSIM_POINTS_ALL},
	{"coarse", PSIM_POINTS_COARSE},
	{"locks", PSIM_POINTS_LOCKS},
};

int psimx_points_parse(const char *name, unsigned int *mask)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!strcmp(levels[i].name, name)) {
			*mask = levels[i].mask;
			return 0;
		}
	}
	return -1;
}

const char *psimx_points_name(unsigned int mask)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].mask == mask)
			return levels[i].name;
	}
	return "?";
}

double psimx_wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int psimx_stage_run(const struct stage *stage, const struct psim_steer *steer,
		    struct outcome *outcome)
{
	struct psim_config config = {
		.scheduler = "steered",
		.seed = stage->seed,
		.points = stage->points,
		.step_budget = stage->steps,
		.without = stage->without,
	};
	int err;

	psim_host_state = 0;
	psim_steer = steer;
	psim_host_muted = !stage->print_reports;
	err = psim_start(&config);
	if (!err && (stage->trace || steer->event)) {
		/* events are made while there is a trace */
		err = psim_trace_to(stage->trace ? stage->trace : "/dev/null");
		if (err)
			psim_stop();
	}
	if (!err && stage->started) {
		err = stage->started(stage->arg);
		if (err)
			psim_stop();
	}
	if (!err) {
		outcome->result = psim_run(stage->scenario->name, psim_scenario_body,
					   (void *)stage->scenario);
		outcome->virtual_ns = psim_now();
		outcome->reports = psim_stop();
		if (outcome->reports)
			strncpy(outcome->report, psim_last_report(), sizeof(outcome->report) - 1);
		else
			outcome->report[0] = 0;
		outcome->report[sizeof(outcome->report) - 1] = 0;
		outcome->state = psim_host_state;
	}
	psim_host_muted = 0;
	psim_steer = NULL;
	return err;
}

bool psimx_texts_same(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a >= '0' && *a <= '9')
			a++;
		while (*b >= '0' && *b <= '9')
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

bool psimx_outcome_same(const struct outcome *a, const struct outcome *b)
{
	if (!a->reports != !b->reports)
		return false;
	return a->reports ? psimx_texts_same(a->report, b->report) : a->result == b->result;
}
