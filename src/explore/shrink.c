// SPDX-License-Identifier: MIT
/*
 * Shrinking: parts of a plan are left out, large ones first, as long as the run fails in the same way. A
 * departure that loses its place is simply not taken; what was taken is the new plan.
 */
#include <string.h>

#include "explore.h"

#define MOST_RUNS 2000

/* @plan without @n parts from @from on; faults follow departures. */
static void without(const struct plan *plan, unsigned int from, unsigned int n, struct plan *rest)
{
	memset(rest, 0, sizeof(*rest));
	rest->stage = plan->stage;
	for (unsigned int i = 0; i < plan->nr_departures + plan->nr_faults; i++) {
		if (i >= from && i < from + n)
			continue;
		if (i < plan->nr_departures)
			psimx_plan_add_departure(rest, &plan->departures[i]);
		else
			psimx_plan_add_fault(rest, &plan->faults[i - plan->nr_departures]);
	}
}

/* Return: whether it was shorter and failed likewise; then it is the plan. */
static bool try_without(struct plan *plan, unsigned int from, unsigned int n,
			const struct outcome *wanted)
{
	struct plan rest, took = {.stage = plan->stage};
	struct replay replay = {.plan = &rest, .took = &took};
	struct outcome outcome;
	bool good;

	without(plan, from, n, &rest);
	good = !psimx_replay_run(&plan->stage, &replay, &outcome) &&
	       psimx_outcome_same(wanted, &outcome) &&
	       took.nr_departures + took.nr_faults < plan->nr_departures + plan->nr_faults;
	psimx_plan_free(&rest);
	if (!good) {
		psimx_plan_free(&took);
		return false;
	}
	psimx_plan_free(plan);
	*plan = took;
	return true;
}

void psimx_plan_shrink(struct plan *plan, const struct outcome *outcome)
{
	unsigned int parts = plan->nr_departures + plan->nr_faults, runs = 0;

	for (unsigned int n = parts; n; n /= 2) {
		for (unsigned int from = 0; from < parts && runs < MOST_RUNS; runs++) {
			if (!try_without(plan, from, n, outcome))
				from += n;
			parts = plan->nr_departures + plan->nr_faults;
		}
	}
}
