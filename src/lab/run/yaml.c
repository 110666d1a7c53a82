// SPDX-License-Identifier: MIT
/* Reading YAML with messages that say where, and what is expected there. */
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"

#define MAX_FILE (16u << 20)

/* libfyaml's own words for what is no YAML at all. */
static int no_yaml(struct reader *r)
{
	void *at = NULL;
	struct fy_diag_error *first = fy_diag_errors_iterate(r->diag, &at);

	if (first)
		snprintf(r->error, r->length, "%s:%d:%d: YAML expected: %s", r->path, first->line,
			 first->column, first->msg);
	else
		snprintf(r->error, r->length, "%s: YAML expected", r->path);
	return -EINVAL;
}

/* Whether text ends, and nothing but UTF-8 is in it: on other bytes libfyaml may look for the end for ever. */
static bool is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		unsigned int n = *at < 0x80   ? 0
				 : *at < 0xc2 ? 9
				 : *at < 0xe0 ? 1
				 : *at < 0xf0 ? 2
					      : 3;

		if (n == 9 || *at++ > 0xf4)
			return false;
		for (; n; n--) {
			if ((*at++ & 0xc0) != 0x80)
				return false;
		}
	}
	return true;
}

/* The file as text: libfyaml is given no file that is endless or no text. */
static char *slurp(struct reader *r)
{
	FILE *file = fopen(r->path, "rb");
	char *text = file ? malloc(MAX_FILE + 1) : NULL, *less;
	size_t n;

	if (!file) {
		snprintf(r->error, r->length, "%s: cannot be read: %s", r->path, strerror(errno));
		return NULL;
	}
	n = text ? fread(text, 1, MAX_FILE + 1, file) : 0;
	fclose(file);
	if (!text)
		return NULL;
	if (n > MAX_FILE || memchr(text, 0, n)) {
		snprintf(r->error, r->length, "%s: YAML of up to 16 MiB expected", r->path);
		free(text);
		return NULL;
	}
	text[n] = 0;
	if (!is_utf8(text)) {
		snprintf(r->error, r->length, "%s: YAML in UTF-8 expected", r->path);
		free(text);
		return NULL;
	}
	less = realloc(text, n + 1);
	return less ? less : text;
}

int yaml_open(struct reader *r)
{
	struct fy_diag_cfg diag;
	struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG};
	char *text = slurp(r);

	if (!text)
		return -EINVAL;
	fy_diag_cfg_default(&diag);
	diag.fp = NULL;
	r->diag = fy_diag_create(&diag);
	if (r->diag)
		fy_diag_set_collect_errors(r->diag, true);
	config.diag = r->diag;
	r->document = fy_document_build_from_malloc_string(&config, text, FY_NT);
	/* the text is its own now, whatever came of it */
	if (!r->document)
		return no_yaml(r);
	r->root = fy_document_root(r->document);
	if (!r->root) {
		snprintf(r->error, r->length, "%s:1:1: entries \"key: value\" expected", r->path);
		return -EINVAL;
	}
	return 0;
}

void yaml_close(struct reader *r)
{
	fy_document_destroy(r->document);
	if (r->diag)
		fy_diag_destroy(r->diag);
}

/* Of a scalar, or of the first one in it. */
static struct fy_token *token_of(struct fy_node *node)
{
	void *at = NULL;

	while (node && !fy_node_is_scalar(node)) {
		if (fy_node_is_mapping(node)) {
			struct fy_node_pair *pair = fy_node_mapping_iterate(node, &at);

			node = pair ? fy_node_pair_key(pair) : NULL;
		} else {
			node = fy_node_sequence_iterate(node, &at);
		}
		at = NULL;
	}
	return node ? fy_node_get_scalar_token(node) : NULL;
}

int yaml_fail(struct reader *r, struct fy_node *node, const char *fmt, ...)
{
	struct fy_token *token = token_of(node);
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
	va_list args;
	size_t n;

	n = snprintf(r->error, r->length, "%s:%d:%d: ", r->path, mark ? mark->line + 1 : 1,
		     mark ? mark->column + 1 : 1);
	va_start(args, fmt);
	if (n < r->length)
		vsnprintf(r->error + n, r->length - n, fmt, args);
	va_end(args);
	return -EINVAL;
}

const char *yaml_text(struct reader *r, struct fy_node *node)
{
	const char *text = fy_node_is_scalar(node) && !fy_node_is_alias(node)
				   ? fy_node_get_scalar0(node)
				   : NULL;

	if (!text)
		yaml_fail(r, node, "a word or number expected");
	return text;
}

struct fy_node *yaml_find(struct fy_node *node, const char *key)
{
	return fy_node_mapping_lookup_by_string(node, key, FY_NT);
}

/* As one would write it in a file: 4K, 1T. */
static const char *pretty(double number, char text[32])
{
	static const char units[] = "KMGT";
	int unit = -1;

	while (number >= 1024 && unit < 3 && fmod(number, 1024) == 0) {
		number /= 1024;
		unit++;
	}
	snprintf(text, 32, unit < 0 ? "%.15g" : "%.15g%c", number, units[unit < 0 ? 0 : unit]);
	return text;
}

int yaml_number(struct reader *r, struct fy_node *node, double min, double max, double *number)
{
	static const char units[] = "KMGT";
	const char *text = yaml_text(r, node), *unit;
	char *end, least[32], most[32];

	if (!text)
		return -EINVAL;
	if (!strcmp(text, "yes") || !strcmp(text, "true") || !strcmp(text, "no") ||
	    !strcmp(text, "false")) {
		*number = *text == 'y' || *text == 't';
		end = "";
	} else {
		*number = strtod(text, &end);
		if (end == text)
			end = "?";
	}
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		*number = ldexp(*number, 10 * (unit - units + 1));
		end++;
	} else if (*end == '%') {
		*number /= 100;
		end++;
	}
	if (*end || !(*number >= min && *number <= max))
		return yaml_fail(r, node, "'%.40s': a number from %s to %s expected", text,
				 pretty(min, least), pretty(max, most));
	return 0;
}

int yaml_name(struct reader *r, struct fy_node *node, char **name)
{
	const char *text = yaml_text(r, node);

	if (!text)
		return -EINVAL;
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 127)
			return yaml_fail(r, node, "a name without control characters expected");
	}
	if (!*text || strlen(text) > YAML_MAX_NAME)
		return yaml_fail(r, node, "a name of 1 to %d bytes expected", YAML_MAX_NAME);
	free(*name);
	*name = strdup(text);
	return *name ? 0 : -ENOMEM;
}

int yaml_each(struct reader *r, struct fy_node *node,
	      int (*entry)(struct reader *r, const char *key, struct fy_node *value))
{
	struct fy_node_pair *pair;
	void *at = NULL;
	int err = 0;

	if (!fy_node_is_mapping(node))
		return yaml_fail(r, node, "entries \"key: value\" expected");
	while (!err && (pair = fy_node_mapping_iterate(node, &at))) {
		struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
		const char *text = key ? yaml_text(r, key) : NULL;

		if (!text)
			err = yaml_fail(r, key ? key : node, "a word and a colon expected");
		else if (!value)
			err = yaml_fail(r, key, "%s: a value expected", text);
		else
			err = entry(r, text, value);
	}
	return err;
}

int yaml_list(struct reader *r, struct fy_node *node,
	      int (*item)(struct reader *r, struct fy_node *node))
{
	struct fy_node *one;
	void *at = NULL;
	int err = 0;

	if (!fy_node_is_sequence(node))
		return item(r, node);
	while (!err && (one = fy_node_sequence_iterate(node, &at)))
		err = item(r, one);
	return err;
}

int yaml_option_find(const struct psim_lab_option *options, const char *key)
{
	for (int i = 0; options && options[i].name; i++) {
		if (!strcmp(options[i].name, key))
			return i;
	}
	return -1;
}

int yaml_option(struct reader *r, const struct psim_lab_option *options, double *values,
		const char *key, struct fy_node *value)
{
	int at = yaml_option_find(options, key);
	char names[LAB_ERROR / 2] = "nothing";
	size_t n = 0;

	if (at >= 0)
		return yaml_number(r, value, options[at].min, options[at].max, &values[at]);
	for (int i = 0; options && options[i].name && n < sizeof(names); i++)
		n += snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", options[i].name);
	return yaml_fail(r, value, "%s: one of %s expected", key, names);
}

void yaml_defaults(const struct psim_lab_option *options, double *values)
{
	for (int i = 0; options && options[i].name && i < LAB_MAX_OPTIONS; i++)
		values[i] = options[i].value;
}

char *yaml_beside(const struct reader *r, const char *path)
{
	const char *slash = strrchr(r->path, '/');
	char *result;

	if (*path == '/' || !slash)
		return strdup(path);
	if (asprintf(&result, "%.*s%s", (int)(slash - r->path + 1), r->path, path) < 0)
		return NULL;
	return result;
}

void *yaml_grow(void **array, unsigned int *n, size_t size)
{
	char *grown = realloc(*array, (*n + 1) * size);

	if (!grown)
		return NULL;
	*array = grown;
	return memset(grown + size * (*n)++, 0, size);
}

/* ---- what there is -------------------------------------------------------------------------------------------- */

static size_t join(char *text, size_t length, size_t n, const char *name)
{
	return n < length ? n + snprintf(text + n, length - n, "%s%s", n ? ", " : "", name) : n;
}

const char *yaml_workloads(void)
{
	static char text[LAB_ERROR / 2];
	size_t n = 0;

	for (unsigned int i = 0; lab_workloads[i]; i++)
		n = join(text, sizeof(text), n, lab_workloads[i]->name);
	return text;
}

const char *yaml_parts(void)
{
	static char text[LAB_ERROR];
	size_t n = 0;

	for (unsigned int i = 0; lab_parts[i]; i++)
		n = join(text, sizeof(text), n, lab_parts[i]->name);
	return text;
}

const char *yaml_ready(void)
{
	static char text[LAB_ERROR];
	size_t n = 0;

	for (unsigned int i = 0; lab_ready[i].name; i++)
		n = join(text, sizeof(text), n, lab_ready[i].name);
	return text;
}

/* ---- shared objects of others ------------------------------------------------------------------------------------ */

static const char *missing_in(const void *found, bool policy)
{
	const struct psim_lab_policy *p = found;
	const struct psim_lab_workload *w = found;
	const struct psim_lab_option *options = policy ? p->options : w->options;
	unsigned int n = 0;

	if (policy && (!p->name || !p->source))
		return "name and source";
	if (!policy && (!w->name || !w->open || !w->next || !w->close))
		return "name, open, next and close";
	while (options && options[n].name && n <= LAB_MAX_OPTIONS)
		n++;
	return n > LAB_MAX_OPTIONS ? "at most 16 options" : NULL;
}

const void *lab_plugin_load(struct reader *r, struct fy_node *node, const char *path,
			    const char *symbol)
{
	const char *missing;
	char here[4096];
	void *object;
	const void *found;

	/* a name without '/' would be looked for among the system's libraries */
	snprintf(here, sizeof(here), "%s%s", strchr(path, '/') ? "" : "./", path);
	object = dlopen(here, RTLD_NOW | RTLD_LOCAL);
	if (!object) {
		yaml_fail(r, node, "a shared object expected: %s", dlerror());
		return NULL;
	}
	found = dlsym(object, symbol);
	if (!found) {
		yaml_fail(r, node, "a shared object that defines %s expected", symbol);
	} else if (*(const unsigned int *)found != PSIM_LAB_VERSION) {
		yaml_fail(r, node, "version %u of %s expected, found %u", PSIM_LAB_VERSION, symbol,
			  *(const unsigned int *)found);
	} else {
		missing = missing_in(found, !strcmp(symbol, "psim_lab_policy"));
		if (!missing)
			return found;
		yaml_fail(r, node, "%s with %s expected", symbol, missing);
	}
	dlclose(object);
	return NULL;
}
