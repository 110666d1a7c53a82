// SPDX-License-Identifier: MIT
/* psim lab list: the laboratory's workloads, policies and parts, for people and as JSON. */
#include <stdio.h>

#include "../lab/lab.h"
#include "lab_list.h"
#include "show.h"

static void print_options(const struct psim_lab_option *o)
{
	for (; o && o->name; o++)
		printf("%24s%s: %g: %s\n", "", o->name, o->value, o->about);
}

void lab_list_text(void)
{
	printf("workloads:\n");
	for (unsigned int i = 0; lab_workloads[i]; i++) {
		printf("  %-20s  %s\n", lab_workloads[i]->name, lab_workloads[i]->about);
		print_options(lab_workloads[i]->options);
	}
	printf("\npolicies, made of parts:\n");
	for (unsigned int i = 0; lab_ready[i].name; i++) {
		printf("  %-20s  %s\n%24s", lab_ready[i].name, lab_ready[i].about, "");
		for (unsigned int j = 0; j < LAB_MAX_PARTS && lab_ready[i].parts[j]; j++)
			printf("%s%s", j ? ", " : "", lab_ready[i].parts[j]);
		printf(" [%s]\n", lab_ready[i].source);
	}
	printf("\nparts:\n");
	for (unsigned int i = 0; lab_parts[i]; i++) {
		printf("  %-20s  %s [%s]\n", lab_parts[i]->name, lab_parts[i]->about,
		       lab_parts[i]->source);
		print_options(lab_parts[i]->options);
	}
}

static json_t *settings_json(const struct psim_lab_option *o)
{
	json_t *settings = json_array();

	for (; o && o->name; o++)
		json_array_append_new(settings, json_pack("{ss sf sf sf ss}", "name", o->name,
							  "value", o->value, "min", o->min, "max",
							  o->max, "what", o->about));
	return settings;
}

static json_t *ready_json(const struct lab_ready *ready)
{
	json_t *parts = json_array();

	for (unsigned int i = 0; i < LAB_MAX_PARTS && ready->parts[i]; i++)
		json_array_append_new(parts, json_string(ready->parts[i]));
	return json_pack("{ss ss ss so}", "name", ready->name, "what", ready->about, "source",
			 ready->source, "parts", parts);
}

void lab_list_json(void)
{
	json_t *workloads = json_array(), *policies = json_array(), *parts = json_array();

	for (unsigned int i = 0; lab_workloads[i]; i++)
		json_array_append_new(workloads,
				      json_pack("{ss ss so}", "name", lab_workloads[i]->name,
						"what", lab_workloads[i]->about, "settings",
						settings_json(lab_workloads[i]->options)));
	for (unsigned int i = 0; lab_ready[i].name; i++)
		json_array_append_new(policies, ready_json(&lab_ready[i]));
	for (unsigned int i = 0; lab_parts[i]; i++)
		json_array_append_new(parts,
				      json_pack("{ss ss ss so}", "name", lab_parts[i]->name, "what",
						lab_parts[i]->about, "source", lab_parts[i]->source,
						"settings", settings_json(lab_parts[i]->options)));
	print_json(json_pack("{so so so so}", "workloads", workloads, "policies", policies, "parts",
			     parts, "costs", settings_json(lab_cost_options)));
}
