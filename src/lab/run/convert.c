// SPDX-License-Identifier: MIT
/* Traces of any form into the binary one, and results of several folders into one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../workload/binary.h"
#include "results.h"

/* ---- traces ---------------------------------------------------------------------------------------------- */

static int copy_accesses(const struct psim_lab_workload *kind, void *state, FILE *to, char *error,
			 unsigned long long *n)
{
	struct psim_lab_access list[LAB_BATCH], last = {0};
	unsigned char record[BINARY_RECORD];
	long got;

	fwrite(BINARY_MAGIC, 1, BINARY_HEADER, to);
	while ((got = kind->next(state, list, LAB_BATCH, error, LAB_ERROR)) > 0) {
		for (long i = 0; i < got; i++)
			fwrite(record, 1, lab_binary_put(record, &list[i], &last), to);
		*n += got;
	}
	return got < 0 ? -EINVAL : 0;
}

/* What is written first is cut off: the trace itself must not be. */
static bool is_same(const char *from, const char *to)
{
	struct stat a, b;

	return !stat(from, &a) && !stat(to, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Half a trace is none. */
static void remove_half(const char *path)
{
	struct stat stat_now;

	if (!stat(path, &stat_now) && S_ISREG(stat_now.st_mode))
		unlink(path);
}

int lab_convert(const char *kind_name, const char *from, const char *to)
{
	const struct psim_lab_workload *kind = lab_workload_find(kind_name);
	double values[LAB_MAX_OPTIONS] = {0};
	char error[LAB_ERROR] = "no memory";
	unsigned long long n = 0;
	void *state;
	FILE *file;
	int err;

	if (!kind) {
		fprintf(stderr, "psim: '%s': lackey, csv or binary expected\n", kind_name);
		return 2;
	}
	if (is_same(from, to)) {
		fprintf(stderr, "psim: %s: another file than %s expected\n", to, from);
		return 2;
	}
	for (int i = 0; kind->options && kind->options[i].name; i++)
		values[i] = kind->options[i].value;
	state = kind->open(values, from, 1, error, sizeof(error));
	if (!state) {
		fprintf(stderr, "psim: %s\n", error);
		return 2;
	}
	file = fopen(to, "wb");
	err = file ? copy_accesses(kind, state, file, error, &n) : -errno;
	kind->close(state);
	if (file && (ferror(file) | fclose(file)) && !err)
		err = -EIO;
	if (err && file)
		remove_half(to);
	if (err == -EINVAL)
		fprintf(stderr, "psim: %s\n", error);
	else if (err)
		fprintf(stderr, "psim: %s cannot be written: %s\n", to, strerror(-err));
	else
		printf("%s: %llu accesses\n", to, n);
	return err ? 2 : 0;
}

/* ---- results ------------------------------------------------------------------------------------------------ */

static int append(FILE *to, const json_t *lines, json_t *keys, json_t *all)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		const char *key = json_string_value(json_object_get(line, "key"));
		char *text;

		if (json_object_get(keys, key))
			continue;
		json_object_set(keys, key, line);
		json_array_append(all, line);
		text = json_dumps(line, JSON_COMPACT);
		if (!text)
			return -ENOMEM;
		fprintf(to, "%s\n", text);
		free(text);
	}
	return 0;
}

/* All parts' results, if they are of one revision: those of others would stand in the same tables. */
static json_t *load_parts(char *const *parts, unsigned int n)
{
	json_t *all = json_array(), *lines, *line;
	const char *revision = NULL, *here;
	size_t i;

	for (unsigned int p = 0; all && p < n; p++) {
		lines = lab_results_load(parts[p]);
		if (!json_array_size(lines)) {
			fprintf(stderr, "psim: %s/runs.jsonl: results of psim lab run expected\n",
				parts[p]);
			json_decref(all);
			all = NULL;
		}
		json_array_foreach(lines, i, line)
		{
			here = json_string_value(json_object_get(line, "revision"));
			if (all && revision && strcmp(here, revision)) {
				fprintf(stderr,
					"psim: %s/runs.jsonl: results of revision %s, and of %s: of one expected\n",
					parts[p], here, revision);
				json_decref(all);
				all = NULL;
			}
			if (all)
				json_array_append(all, line);
			revision = all ? here : NULL;
		}
		json_decref(lines);
	}
	return all;
}

int lab_merge(const char *folder, char *const *parts, unsigned int n)
{
	json_t *keys = json_object(), *all = json_array(), *lines = load_parts(parts, n);
	char path[4096];
	FILE *file;
	int err = lines ? 0 : -EINVAL;

	if (!err && mkdir(folder, 0777)) {
		fprintf(stderr, "psim: %s: a folder that is not there yet expected: %s\n", folder,
			strerror(errno));
		err = -EINVAL;
	}
	if (!err) {
		snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
		file = fopen(path, "w");
		err = file ? append(file, lines, keys, all) : -errno;
		if (!file || ferror(file) | fclose(file)) {
			err = err ? err : -EIO;
			fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(errno));
		}
	}
	json_decref(lines);
	if (!err) {
		lines = lab_results_load(folder); /* by index */
		err = lab_results_write(folder, lines);
		json_decref(lines);
	}
	if (!err)
		printf("%s: %zu runs\n", folder, json_array_size(all));
	json_decref(keys);
	json_decref(all);
	return err ? 2 : 0;
}
