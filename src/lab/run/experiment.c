// SPDX-License-Identifier: MIT
/*
 * Experiment files: YAML, read by libfyaml, into struct lab_experiment. Whatever is wrong is told with the file,
 * line and column, and what is expected there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"

#define MAX_RUNS 10000000u

static const struct psim_lab_option machine_options[] = {
	{"gpus", "how many", 1, 1, LAB_MAX_GPUS},
	{"linked", "1: the GPUs reach each other's memory", 0, 0, 1},
	{"bytes", "1: the machine keeps bytes, and every read is verified", 0, 0, 1},
	{"checks", "1: with the instruments that look at every page and lock", 0, 0, 1},
	{"start-in-ram", "1: pages are in RAM at first; 0: a GPU's first touch clears them", 1, 0,
	 1},
	{"samples", "points of residency over time", 128, 1, LAB_MAX_SAMPLES / 2},
	{0},
};
#define NR_MACHINE (sizeof(machine_options) / sizeof(machine_options[0]) - 1)

/* ---- cost ---------------------------------------------------------------------------------------------------- */

static int read_cost_entry(struct reader *r, const char *key, struct fy_node *value)
{
	struct lab_cost *cost = &r->profile->cost;
	char names[LAB_ERROR / 2] = "";
	const char *text;
	int err;

	if (!strcmp(key, "about") || (!r->depth && !strcmp(key, "file")))
		return 0;
	if (!r->depth && !strcmp(key, "name"))
		return yaml_name(r, value, &r->profile->name);
	if (strcmp(key, "link"))
		return yaml_option(r, lab_cost_options, (double *)cost, key, value);
	text = yaml_text(r, value);
	err = text ? lab_cost_link(cost, text, names, sizeof(names)) : -EINVAL;
	return err && text ? yaml_fail(r, value, "a link, one of %s, expected", names) : err;
}

/* Until it is told another: the file's name, without folders and ".yaml". */
static int name_after(struct reader *r, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name), end = strlen(".yaml");

	if (n > end && !strcmp(name + n - end, ".yaml"))
		n -= end;
	free(r->profile->name);
	r->profile->name = strndup(name, n);
	return r->profile->name ? 0 : -ENOMEM;
}

/* A file is found beside the experiment's. */
static int read_cost_file(struct reader *r, struct fy_node *node)
{
	struct reader inner = {.e = r->e,
			       .error = r->error,
			       .length = r->length,
			       .profile = r->profile,
			       .depth = 1};
	const char *text = yaml_text(r, node);
	char *path = text ? yaml_beside(r, text) : NULL;
	int err;

	if (!path)
		return text ? -ENOMEM : -EINVAL;
	inner.path = path;
	err = name_after(r, text);
	if (!err)
		err = yaml_open(&inner);
	if (!err)
		err = fy_node_is_mapping(inner.root)
			      ? yaml_each(&inner, inner.root, read_cost_entry)
			      : yaml_fail(&inner, inner.root, "values expected");
	yaml_close(&inner);
	free(path);
	return err;
}

/* A file's name, or values, which may have a file's before them. */
static int read_cost(struct reader *r, struct fy_node *node)
{
	bool map = fy_node_is_mapping(node);
	struct fy_node *file = map ? yaml_find(node, "file") : node;
	int err;

	r->profile = YAML_GROW(r->e->costs, r->e->nr_costs);
	if (!r->profile)
		return -ENOMEM;
	lab_cost_defaults(&r->profile->cost);
	err = file ? read_cost_file(r, file) : 0;
	if (!err && map)
		err = yaml_each(r, node, read_cost_entry);
	if (!err && !r->profile->name)
		r->profile->name = strdup("own");
	for (unsigned int i = 0; !err && i + 1 < r->e->nr_costs; i++) {
		if (!strcmp(r->e->costs[i].name, r->profile->name))
			err = yaml_fail(r, node, "costs of different names expected: %s",
					r->profile->name);
	}
	return err;
}

/* ---- workloads ------------------------------------------------------------------------------------------------- */

static int read_workload_entry(struct reader *r, const char *key, struct fy_node *value)
{
	struct lab_workload *w = r->workload;
	const char *text;

	if (strcmp(key, "name") && strcmp(key, "kind") && strcmp(key, "file") &&
	    strcmp(key, "plugin"))
		return yaml_option(r, w->kind->options, w->values, key, value);
	if (!strcmp(key, "name"))
		return yaml_name(r, value, &w->name);
	text = yaml_text(r, value);
	if (!text)
		return -EINVAL;
	if (!strcmp(key, "file")) {
		free(w->file);
		w->file = yaml_beside(r, text);
	}
	return 0;
}

static int find_kind(struct reader *r, struct fy_node *node)
{
	struct fy_node *kind = yaml_find(node, "kind");
	struct fy_node *plugin = yaml_find(node, "plugin");
	const char *text = kind ? yaml_text(r, kind) : NULL;

	if (plugin) {
		text = yaml_text(r, plugin);
		r->workload->plugin = text ? yaml_beside(r, text) : NULL;
		r->workload->kind =
			text ? lab_plugin_load(r, plugin, r->workload->plugin, "psim_lab_workload")
			     : NULL;
		return r->workload->kind ? 0 : -EINVAL;
	}
	if (!text)
		return yaml_fail(r, node, "kind: one of %s expected", yaml_workloads());
	r->workload->kind = lab_workload_find(text);
	return r->workload->kind
		       ? 0
		       : yaml_fail(r, kind, "a workload, one of %s, expected", yaml_workloads());
}

static int read_workload(struct reader *r, struct fy_node *node)
{
	struct lab_workload *w = YAML_GROW(r->e->workloads, r->e->nr_workloads);
	int err;

	if (!w)
		return -ENOMEM;
	r->workload = w;
	if (!fy_node_is_mapping(node))
		return yaml_fail(r, node, "a workload with name, kind and settings expected");
	err = find_kind(r, node);
	if (err)
		return err;
	w->name = strdup(w->kind->name);
	yaml_defaults(w->kind->options, w->values);
	return yaml_each(r, node, read_workload_entry);
}

/* ---- policies ------------------------------------------------------------------------------------------------------ */

static int add_part(struct reader *r, const struct psim_lab_policy *policy, struct fy_node *node)
{
	struct lab_policy *p = r->policy;
	struct lab_part *part = &p->parts[p->nr_parts];

	if (p->nr_parts == LAB_MAX_PARTS)
		return yaml_fail(r, node, "at most %u parts expected", LAB_MAX_PARTS);
	part->policy = policy;
	yaml_defaults(policy->options, part->values);
	p->nr_parts++;
	return 0;
}

static int read_part(struct reader *r, struct fy_node *node)
{
	const char *text = yaml_text(r, node);
	const struct psim_lab_policy *policy = text ? lab_part_find(text) : NULL;

	if (!text)
		return -EINVAL;
	if (!policy)
		return yaml_fail(r, node, "a part, one of %s, expected", yaml_parts());
	return add_part(r, policy, node);
}

static int set_option(struct reader *r, const char *key, struct fy_node *value)
{
	bool known = false;
	int err = 0;

	for (unsigned int i = 0; !err && i < r->policy->nr_parts; i++) {
		struct lab_part *part = &r->policy->parts[i];

		if (yaml_option_find(part->policy->options, key) < 0)
			continue;
		known = true;
		err = yaml_option(r, part->policy->options, part->values, key, value);
	}
	return known ? err : yaml_fail(r, value, "%s: none of its parts has such a setting", key);
}

static int read_policy_entry(struct reader *r, const char *key, struct fy_node *value)
{
	if (!strcmp(key, "base") || !strcmp(key, "parts") || !strcmp(key, "plugin"))
		return 0;
	return strcmp(key, "name") ? set_option(r, key, value)
				   : yaml_name(r, value, &r->policy->name);
}

static int use_ready(struct reader *r, struct fy_node *node, const char *name)
{
	const struct lab_ready *ready = lab_ready_find(name);
	int err = 0;

	if (!ready)
		return yaml_fail(r, node, "a policy, one of %s, expected", yaml_ready());
	for (unsigned int i = 0; !err && i < LAB_MAX_PARTS && ready->parts[i]; i++)
		err = add_part(r, lab_part_find(ready->parts[i]), node);
	if (!err && !r->policy->name)
		r->policy->name = strdup(name);
	return err;
}

/* A plug-in's part comes first, then those that are named, then those of the base. */
static int read_policy_map(struct reader *r, struct fy_node *node)
{
	struct fy_node *plugin = yaml_find(node, "plugin");
	struct fy_node *parts = yaml_find(node, "parts");
	struct fy_node *base = yaml_find(node, "base");
	struct lab_policy *p = r->policy;
	int err = 0;

	if (plugin) {
		const char *text = yaml_text(r, plugin);
		const struct psim_lab_policy *policy;

		p->plugin = text ? yaml_beside(r, text) : NULL;
		policy =
			p->plugin ? lab_plugin_load(r, plugin, p->plugin, "psim_lab_policy") : NULL;
		if (!policy)
			return -EINVAL;
		err = add_part(r, policy, plugin);
		p->name = strdup(policy->name);
	}
	if (!err && parts)
		err = yaml_list(r, parts, read_part);
	if (!err && base)
		err = yaml_text(r, base) ? use_ready(r, base, yaml_text(r, base)) : -EINVAL;
	if (!err && !p->nr_parts)
		err = yaml_fail(r, node, "base, parts or plugin expected");
	return err ? err : yaml_each(r, node, read_policy_entry);
}

static int read_policy(struct reader *r, struct fy_node *node)
{
	const char *text;
	int err;

	r->policy = YAML_GROW(r->e->policies, r->e->nr_policies);
	if (!r->policy)
		return -ENOMEM;
	if (fy_node_is_mapping(node)) {
		err = read_policy_map(r, node);
		if (!err && !r->policy->name)
			err = yaml_fail(r, node, "name: expected");
		return err;
	}
	text = yaml_text(r, node);
	return text ? use_ready(r, node, text) : -EINVAL;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------------- */

/* Of an array of @n of which the last one was read now. */
#define IS_TWICE(array, n)                                                \
	({                                                                \
		bool twice_ = false;                                      \
		for (unsigned int i_ = 0; i_ + 1 < (n); i_++)             \
			twice_ = twice_ || (array)[i_] == (array)[(n)-1]; \
		twice_;                                                   \
	})

static int twice(struct reader *r, struct fy_node *node, const char *what)
{
	return yaml_fail(r, node, "%s: a different one each time expected: %s", what,
			 yaml_text(r, node));
}

static int read_ratio(struct reader *r, struct fy_node *node)
{
	double *ratio = YAML_GROW(r->e->ratios, r->e->nr_ratios);
	int err = ratio ? yaml_number(r, node, 0.01, 1000, ratio) : -ENOMEM;

	return !err && IS_TWICE(r->e->ratios, r->e->nr_ratios) ? twice(r, node, "oversubscription")
							       : err;
}

static int read_size(struct reader *r, struct fy_node *node)
{
	unsigned long long *size = YAML_GROW(r->e->sizes, r->e->nr_sizes);
	double number;
	int err = size ? yaml_number(r, node, 65536, 1ull << 40, &number) : -ENOMEM;

	if (err)
		return err;
	*size = number;
	if (number != (double)*size || *size % 65536)
		return yaml_fail(r, node, "'%s': a multiple of 64K expected", yaml_text(r, node));
	return IS_TWICE(r->e->sizes, r->e->nr_sizes) ? twice(r, node, "memory") : 0;
}

/* Whole numbers, to the digit; JSON has them up to 2^63 - 1. */
static int read_seed(struct reader *r, struct fy_node *node)
{
	unsigned long long *seed = YAML_GROW(r->e->seeds, r->e->nr_seeds);
	const char *text = yaml_text(r, node);
	char *end;

	if (!seed)
		return -ENOMEM;
	if (!text)
		return -EINVAL;
	errno = 0;
	*seed = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *seed > INT64_MAX)
		return yaml_fail(r, node, "'%.40s': a whole number from 0 to %lld expected", text,
				 (long long)INT64_MAX);
	return IS_TWICE(r->e->seeds, r->e->nr_seeds) ? twice(r, node, "seeds") : 0;
}

static int read_machine_entry(struct reader *r, const char *key, struct fy_node *value)
{
	return yaml_option(r, machine_options, r->machine, key, value);
}

static int read_top(struct reader *r, const char *key, struct fy_node *value)
{
	const char *text;

	if (!strcmp(key, "about"))
		return yaml_text(r, value) ? 0 : -EINVAL;
	if (!strcmp(key, "name")) {
		text = yaml_text(r, value);
		if (text && (*text == '.' || strchr(text, '/')))
			return yaml_fail(r, value,
					 "a name without '/' expected, and no '.' in front");
		return yaml_name(r, value, &r->e->name);
	}
	if (!strcmp(key, "machine"))
		return yaml_each(r, value, read_machine_entry);
	if (!strcmp(key, "cost"))
		return yaml_list(r, value, read_cost);
	if (!strcmp(key, "workloads"))
		return yaml_list(r, value, read_workload);
	if (!strcmp(key, "policies"))
		return yaml_list(r, value, read_policy);
	if (!strcmp(key, "oversubscription"))
		return yaml_list(r, value, read_ratio);
	if (!strcmp(key, "memory"))
		return yaml_list(r, value, read_size);
	if (!strcmp(key, "seeds"))
		return yaml_list(r, value, read_seed);
	return yaml_fail(
		r, value,
		"%s: one of name, about, machine, cost, workloads, policies, oversubscription, "
		"memory, seeds expected",
		key);
}

static int finish(struct reader *r)
{
	struct lab_experiment *e = r->e;
	unsigned long long *seed;

	e->nr_gpus = r->machine[0];
	e->linked = r->machine[1];
	e->bytes = r->machine[2];
	e->checks = r->machine[3];
	e->start_in_ram = r->machine[4];
	e->samples = r->machine[5];
	if (!e->name)
		return yaml_fail(r, r->root, "name: expected");
	if (!e->nr_workloads || !e->nr_policies)
		return yaml_fail(r, r->root, "workloads: and policies: expected");
	if (!e->nr_ratios == !e->nr_sizes)
		return yaml_fail(r, r->root, "either oversubscription: or memory: expected");
	for (unsigned int i = 0; i < e->nr_policies; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (!strcmp(e->policies[i].name, e->policies[j].name))
				return yaml_fail(r, r->root,
						 "policies of different names expected: %s",
						 e->policies[i].name);
		}
	}
	for (unsigned int i = 0; i < e->nr_workloads; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (!strcmp(e->workloads[i].name, e->workloads[j].name))
				return yaml_fail(r, r->root,
						 "workloads of different names expected: %s",
						 e->workloads[i].name);
		}
	}
	if (!e->nr_seeds) {
		seed = YAML_GROW(e->seeds, e->nr_seeds);
		if (!seed)
			return -ENOMEM;
		*seed = 1;
	}
	if (!e->nr_costs) {
		r->profile = YAML_GROW(e->costs, e->nr_costs);
		if (!r->profile)
			return -ENOMEM;
		lab_cost_defaults(&r->profile->cost);
		r->profile->name = strdup("default");
	}
	e->cost = e->costs[0].cost;
	e->cost_name = e->costs[0].name;
	if ((double)e->nr_workloads * e->nr_costs * e->nr_policies * (e->nr_ratios + e->nr_sizes) *
		    e->nr_seeds >
	    MAX_RUNS)
		return yaml_fail(r, r->root, "at most %u runs expected", MAX_RUNS);
	return 0;
}

int lab_experiment_load(struct lab_experiment *e, const char *path, char *error, size_t length)
{
	struct reader r = {.e = e, .path = path, .error = error, .length = length};
	int err;

	*e = (struct lab_experiment){0};
	error[0] = 0;
	yaml_defaults(machine_options, r.machine);
	err = yaml_open(&r);
	if (!err)
		err = yaml_each(&r, r.root, read_top);
	if (!err)
		err = finish(&r);
	yaml_close(&r);
	e->path = strdup(path);
	if (err && !error[0])
		snprintf(error, length, "%s: no memory", path);
	return err;
}

void lab_experiment_free(struct lab_experiment *e)
{
	for (unsigned int i = 0; i < e->nr_workloads; i++) {
		free(e->workloads[i].name);
		free(e->workloads[i].file);
		free(e->workloads[i].plugin);
	}
	for (unsigned int i = 0; i < e->nr_policies; i++) {
		free(e->policies[i].name);
		free(e->policies[i].plugin);
	}
	free(e->name);
	free(e->path);
	for (unsigned int i = 0; i < e->nr_costs; i++)
		free(e->costs[i].name);
	free(e->costs);
	free(e->workloads);
	free(e->policies);
	free(e->ratios);
	free(e->sizes);
	free(e->seeds);
	*e = (struct lab_experiment){0};
}

unsigned int lab_experiment_runs(const struct lab_experiment *e)
{
	return e->nr_workloads * e->nr_costs * e->nr_policies * (e->nr_ratios + e->nr_sizes) *
	       e->nr_seeds;
}
