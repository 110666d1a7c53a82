// SPDX-License-Identifier: MIT
/* Running one scenario on a machine of its own. The registry is the host room's. */
#include <linux/kernel.h>
#include <psim/explore.h>

#include "host/host.h"
#include "sim/sim.h"

int psim_scenario_body(void *scenario)
{
	psim_host_scenario_runs(scenario);
	return ((const struct psim_scenario *)scenario)->body();
}

int psim_scenario_run(const struct psim_scenario *scenario, const struct psim_config *config)
{
	int result, reports;

	result = psim_start(config);
	if (result)
		return result;
	result = psim_run(scenario->name, psim_scenario_body, (void *)scenario);
	reports = psim_stop();
	return result ? result : reports;
}
