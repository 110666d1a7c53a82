// SPDX-License-Identifier: MIT
/*
 * The registry of scenarios. It lives on the host's side: a kernel-dialect file's statics are restored
 * at each start of a machine, and would lose what its constructors put there.
 */
#include <stdlib.h>
#include <string.h>

#include <psim/explore.h>

#include "sanitizer.h"

static struct psim_scenario *first;

/* Sorted by name, so that no order of constructors or objects on the command line shows. */
void psim_scenario_register(struct psim_scenario *scenario)
{
	struct psim_scenario **at = &first, *copy;
	char *name;

	__lsan_disable();
	copy = malloc(sizeof(*copy));
	name = strdup(scenario->name);
	__lsan_enable();
	if (!copy || !name)
		abort();
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	*copy = *scenario;
	copy->name = name;
	copy->next = *at;
	*at = copy;
}

const struct psim_scenario *psim_scenario_first(void)
{
	return first;
}

const struct psim_scenario *psim_scenario_find(const char *name)
{
	const struct psim_scenario *s = first;

	while (s && strcmp(s->name, name))
		s = s->next;
	return s;
}
