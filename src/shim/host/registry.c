// SPDX-License-Identifier: MIT
/*
 * The registry of scenarios, and the values of their options. It lives on the host's side: a
 * kernel-dialect file's statics are restored at each start of a machine, and would lose what its
 * constructors put there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psim/explore.h>

#include "host.h"
#include "sanitizer.h"

/* A scenario and what its options are set to. */
struct entry {
	struct psim_scenario scenario;
	unsigned long long *values;
	unsigned int options;
};

static struct psim_scenario *first;
static const struct psim_scenario *running;

static struct entry *entry_of(const struct psim_scenario *scenario)
{
	return (struct entry *)scenario;
}

void psim_options_reset(const struct psim_scenario *scenario)
{
	struct entry *entry = entry_of(scenario);

	for (unsigned int i = 0; i < entry->options; i++)
		entry->values[i] = scenario->options[i].value;
}

static struct entry *new_entry(const struct psim_scenario *scenario)
{
	struct entry *entry;
	char *name;

	__lsan_disable();
	entry = calloc(1, sizeof(*entry));
	name = strdup(scenario->name);
	while (entry && scenario->options && scenario->options[entry->options].name)
		entry->options++;
	if (entry && entry->options)
		entry->values = calloc(entry->options, sizeof(*entry->values));
	__lsan_enable();
	if (!entry || !name || (entry->options && !entry->values))
		abort();
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	entry->scenario = *scenario;
	entry->scenario.name = name;
	psim_options_reset(&entry->scenario);
	return entry;
}

/* Sorted by name, so that no order of constructors or objects on the command line shows. */
void psim_scenario_register(struct psim_scenario *scenario)
{
	struct psim_scenario **at = &first, *copy = &new_entry(scenario)->scenario;

	while (*at && strcmp((*at)->name, copy->name) < 0)
		at = &(*at)->next;
	if (*at && !strcmp((*at)->name, copy->name)) {
		fprintf(stderr, "psim: two scenarios are called '%s'\n", copy->name);
		abort();
	}
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

/* ---- options ------------------------------------------------------------------------------------------ */

static unsigned long long *value_of(const struct psim_scenario *scenario, const char *name)
{
	struct entry *entry = entry_of(scenario);

	for (unsigned int i = 0; i < entry->options; i++) {
		if (!strcmp(scenario->options[i].name, name))
			return &entry->values[i];
	}
	return NULL;
}

int psim_option_set(const struct psim_scenario *scenario, const char *name,
		    unsigned long long value)
{
	unsigned long long *at = value_of(scenario, name);

	if (!at)
		return -ENOENT;
	*at = value;
	return 0;
}

unsigned long long psim_option_value(const struct psim_scenario *scenario, const char *name)
{
	unsigned long long *at = value_of(scenario, name);

	return at ? *at : 0;
}

void psim_host_scenario_runs(const struct psim_scenario *scenario)
{
	running = scenario;
}

unsigned long long psim_option(const char *name)
{
	unsigned long long *at = running ? value_of(running, name) : NULL;

	if (!at)
		fprintf(stderr, "psim: psim_option(\"%s\"): scenario %s has no such option\n", name,
			running ? running->name : "(none runs)");
	return at ? *at : 0;
}
