// SPDX-License-Identifier: MIT
/* Saved results of a search, and what was found, for people, programs and CI. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "found.h"
#include "psim.h"
#include "show.h"

int save_parts(const char *path, const struct result *results, unsigned int n)
{
	json_t *array = json_array(), *file = json_pack("{sisO}", "psim", 1, "parts", array);
	int err;

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(array, psimx_result_to_json(&results[i], true));
	err = json_dump_file(file, path, JSON_INDENT(1));
	json_decref(array);
	json_decref(file);
	return err ? usage_error("'%s': cannot be written: %s", path, strerror(errno)) : 0;
}

json_t *open_saved(const char *path, json_t **file)
{
	json_error_t error;
	json_t *parts;

	*file = json_load_file(path, 0, &error);
	if (!*file) {
		usage_error("'%s': line %d, column %d: %s", path, error.line, error.column,
			    error.text);
		return NULL;
	}
	parts = json_object_get(*file, "parts");
	if (json_is_array(parts) && json_array_size(parts) &&
	    json_integer_value(json_object_get(*file, "psim")) == 1)
		return parts;
	json_decref(*file);
	usage_error("'%s': it is not the saved result of an exploration", path);
	return NULL;
}

static const char *word(const struct result *r)
{
	return !strcmp(r->strategy, "sweep") ? "runs" : "schedules";
}

static void print_indented(const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		printf("  %.*s\n", (int)(end - text), text);
}

static void print_result(const struct result *r)
{
	enum paint colour = r->nr_failures	       ? PAINT_BAD
			    : psimx_result_is_whole(r) ? PAINT_GOOD
						       : PAINT_DOUBTFUL;

	printf("%s%s%s: %s, points %s: %s%s%s\n", r->scenario, r->settings[0] ? " " : "",
	       r->settings, r->bound, r->points, paint(stdout, colour),
	       r->nr_failures		  ? "FAILED"
	       : psimx_result_is_whole(r) ? "complete, nothing found"
					  : "not completed, nothing found",
	       paint(stdout, PAINT_OFF));
	printf("  %llu %s, %llu pruned, ", r->schedules, word(r), r->pruned);
	if (r->left)
		printf("about ");
	printf("%llu left, %u end states, %.0f choices in each, %.0f/s\n", r->left, r->nr_states,
	       r->schedules ? (double)r->asked / r->schedules : 0.0,
	       r->seconds > 0 ? r->schedules / r->seconds : 0.0);
	for (unsigned int i = 0; i < r->nr_failures; i++) {
		const struct failure *f = &r->failures[i];

		printf("  %s\n    in %llu %s; psim replay '%s'\n", f->text, f->count, word(r),
		       f->plan ? f->plan : "?");
		if (f->events)
			print_indented(f->events);
	}
}

int show_result(const struct result *r, int json, const char *junit)
{
	if (json)
		print_json(psimx_result_to_json(r, false));
	else
		print_result(r);
	if (junit && psimx_result_junit(r, junit))
		return usage_error("--junit '%s': %s", junit, strerror(errno));
	if (r->nr_failures)
		return EXIT_BROKEN;
	return psimx_result_is_whole(r) ? EXIT_CLEAN : EXIT_BUDGET;
}
