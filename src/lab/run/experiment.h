/* SPDX-License-Identifier: MIT */
/* Reading YAML with messages that say where: what experiment.c uses of yaml.c and plugin.c. */
#ifndef LAB_EXPERIMENT_H
#define LAB_EXPERIMENT_H

#include <libfyaml.h>

#include "../lab.h"

/**
 * struct reader - a file that is being read
 * @e: where it goes
 * @path: the file
 * @depth: 1: it was named by another
 * @document, @root: what is in it
 * @diag: what libfyaml had to say
 * @error, @length: where a message goes
 * @workload, @policy, @profile: the one that is being read
 * @machine: settings of the machine
 */
struct reader {
	struct lab_experiment *e;
	const char *path;
	int depth;
	struct fy_document *document;
	struct fy_node *root;
	struct fy_diag *diag;
	char *error;
	size_t length;
	struct lab_workload *workload;
	struct lab_policy *policy;
	struct lab_profile *profile;
	double machine[LAB_MAX_OPTIONS];
};

int yaml_open(struct reader *r);
void yaml_close(struct reader *r);
/* "FILE:LINE:COLUMN: ...". Return: -EINVAL. */
int yaml_fail(struct reader *r, struct fy_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A scalar's text; NULL after a message. It stays for as long as the file is open. */
const char *yaml_text(struct reader *r, struct fy_node *node);
/* The value of a mapping's entry, or NULL. */
struct fy_node *yaml_find(struct fy_node *node, const char *key);
/* A number; 64K, 2M and 50% are such. */
int yaml_number(struct reader *r, struct fy_node *node, double min, double max, double *number);
/* What stands in tables and plots: any text of one line, instead of what *@name is. */
#define YAML_MAX_NAME 100
int yaml_name(struct reader *r, struct fy_node *node, char **name);
int yaml_each(struct reader *r, struct fy_node *node,
	      int (*entry)(struct reader *r, const char *key, struct fy_node *value));
/* A list, or a single thing. */
int yaml_list(struct reader *r, struct fy_node *node,
	      int (*item)(struct reader *r, struct fy_node *node));
int yaml_option_find(const struct psim_lab_option *options, const char *key);
int yaml_option(struct reader *r, const struct psim_lab_option *options, double *values,
		const char *key, struct fy_node *value);
void yaml_defaults(const struct psim_lab_option *options, double *values);
/* A path as written in the file, relative to the file's folder. To be freed. */
char *yaml_beside(const struct reader *r, const char *path);

/* "a, b, c" */
const char *yaml_workloads(void);
const char *yaml_parts(void);
const char *yaml_ready(void);

/* One more, of zeros, at the end of an array. NULL without memory. */
void *yaml_grow(void **array, unsigned int *n, size_t size);
#define YAML_GROW(array, n) ((typeof(array))yaml_grow((void **)&(array), &(n), sizeof(*(array))))

/* The symbol of a shared object, of the right version; NULL after a message. */
const void *lab_plugin_load(struct reader *r, struct fy_node *node, const char *path,
			    const char *symbol);

#endif /* LAB_EXPERIMENT_H */
