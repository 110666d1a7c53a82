// SPDX-License-Identifier: MIT
/* Results on disk: lines as they come, tables at the end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "lab_revision.h"
#include "results.h"

const char *lab_revision(void)
{
	return PSIM_REVISION;
}

static void hex(const unsigned char *digest, char *text)
{
	for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

/* ---- what a run depends on ------------------------------------------------------------------------------- */

static char (*digests)[LAB_KEY]; /* of each workload's file */

static int digest_file(const char *path, char *text, char *error, size_t length)
{
	unsigned char buffer[65536], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!file) {
		snprintf(error, length, "%s: cannot be read: %s", path, strerror(errno));
		return -EINVAL;
	}
	sha256_init(&sha);
	while ((n = fread(buffer, 1, sizeof(buffer), file)))
		sha256_update(&sha, n, buffer);
	fclose(file);
	sha256_digest(&sha, sizeof(digest), digest);
	hex(digest, text);
	return 0;
}

int lab_digest_files(const struct lab_experiment *e, char *error, size_t length)
{
	int err = 0;

	free(digests);
	digests = calloc(e->nr_workloads, sizeof(*digests));
	for (unsigned int i = 0; digests && !err && i < e->nr_workloads; i++) {
		if (e->workloads[i].file)
			err = digest_file(e->workloads[i].file, digests[i], error, length);
	}
	return digests ? err : -ENOMEM;
}

static json_t *options_json(const struct psim_lab_option *options, const double *values)
{
	json_t *object = json_object();

	for (int i = 0; options && options[i].name; i++)
		json_object_set_new(object, options[i].name, json_real(values[i]));
	return object;
}

static json_t *policy_json(const struct lab_policy *policy)
{
	json_t *parts = json_array();

	for (unsigned int i = 0; i < policy->nr_parts; i++) {
		const struct lab_part *part = &policy->parts[i];

		json_array_append_new(parts,
				      json_pack("{ss ss so}", "part", part->policy->name, "source",
						part->policy->source, "settings",
						options_json(part->policy->options, part->values)));
	}
	return json_pack("{ss ss* so}", "name", policy->name, "plugin", policy->plugin, "parts",
			 parts);
}

json_t *lab_config_json(const struct lab_run *run)
{
	const struct lab_experiment *e = run->experiment;
	const struct lab_workload *w = run->workload;
	const char *digest = digests[w - e->workloads];

	return json_pack("{s{ss ss ss* so} so s{sI sf sb sb sb sb} so sI}", "workload", "name",
			 w->name, "kind", w->kind->name, "sha256", *digest ? digest : NULL,
			 "settings", options_json(w->kind->options, w->values), "policy",
			 policy_json(run->policy), "machine", "gpus", (json_int_t)e->nr_gpus,
			 "oversubscription", run->ratio, "linked", e->linked, "bytes", e->bytes,
			 "checks", e->checks, "start-in-ram", e->start_in_ram, "cost",
			 options_json(lab_cost_options, (const double *)&e->cost), "seed",
			 (json_int_t)run->seed);
}

void lab_config_key(const json_t *config, char key[LAB_KEY])
{
	char *text = json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(PSIM_REVISION), (const unsigned char *)PSIM_REVISION);
	if (text)
		sha256_update(&sha, strlen(text), (const unsigned char *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	hex(digest, key);
	free(text);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

/* What a result is called, in the order of the tables' columns. */
#define COUNTS(X)                                                                                \
	X(accesses)                                                                              \
	X(near)                                                                                  \
	X(far)                                                                                   \
	X(peer)                                                                                  \
	X(cpu) X(batches) X(faults) X(refaults) X(cpu_faults) X(bytes_in) X(bytes_out)           \
		X(bytes_peer) X(bytes_cleared) X(copies_in) X(copies_out) X(pieces) X(evictions) \
			X(prefetched) X(prefetched_used) X(mapped)

static json_t *result_json(const struct lab_result *result)
{
	json_t *object = json_pack("{sf sf sf}", "time_ns", result->time_ns, "stall_ns",
				   result->stall_ns, "copy_ns", result->copy_ns);
	json_t *samples = json_array();

#define SET(name) json_object_set_new(object, #name, json_integer(result->name));
	COUNTS(SET)
	for (unsigned int i = 0; i < result->nr_samples; i++)
		json_array_append_new(samples, json_pack("[fI]", result->samples[i].time_ns,
							 (json_int_t)result->samples[i].pages));
	json_object_set_new(object, "residency", samples);
	return object;
}

int lab_results_add(const char *folder, unsigned int index, const struct lab_run *run,
		    json_t *config, const struct lab_result *result)
{
	char path[4096], key[LAB_KEY], *text, *line;
	json_t *json;
	ssize_t wrote = -1;
	int file, n;

	lab_config_key(config, key);
	json = json_pack("{sI ss ss sI sI so so}", "index", (json_int_t)index, "key", key,
			 "revision", PSIM_REVISION, "memory_bytes", (json_int_t)run->memory_bytes,
			 "footprint_bytes", (json_int_t)(run->space->touched * PSIM_LAB_PAGE),
			 "config", config, "result", result_json(result));
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	n = text ? asprintf(&line, "%s\n", text) : -1;
	free(text);
	if (n < 0)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
	file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (file >= 0) {
		flock(file, LOCK_EX);
		wrote = write(file, line, n);
		close(file);
	}
	free(line);
	return wrote == n ? 0 : errno ? -errno : -EIO;
}

void lab_results_repair(const char *folder)
{
	char path[4096], last;
	struct stat stat;
	int file;
	off_t end;

	snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
	file = open(path, O_RDWR);
	if (file < 0)
		return;
	end = fstat(file, &stat) ? 0 : stat.st_size;
	while (end && (pread(file, &last, 1, end - 1) != 1 || last != '\n'))
		end--;
	if (ftruncate(file, end))
		fprintf(stderr, "psim: %s cannot be cut: %s\n", path, strerror(errno));
	close(file);
}

static int by_index(const void *a, const void *b)
{
	json_int_t x = json_integer_value(json_object_get(*(json_t *const *)a, "index"));
	json_int_t y = json_integer_value(json_object_get(*(json_t *const *)b, "index"));

	return (x > y) - (x < y);
}

static json_t *sorted(json_t *lines)
{
	size_t n = json_array_size(lines), i;
	json_t **list = calloc(n + 1, sizeof(*list)), *line, *result = json_array();

	if (!list)
		return lines;
	json_array_foreach(lines, i, line) list[i] = line;
	qsort(list, n, sizeof(*list), by_index);
	for (i = 0; i < n; i++)
		json_array_append(result, list[i]);
	free(list);
	json_decref(lines);
	return result;
}

json_t *lab_results_load(const char *folder)
{
	char path[4096], *text = NULL;
	json_t *lines = json_array();
	size_t room = 0;
	ssize_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
	file = fopen(path, "r");
	if (!file)
		return lines;
	while ((n = getline(&text, &room, file)) > 0) {
		json_t *line = text[n - 1] == '\n' ? json_loads(text, 0, NULL) : NULL;

		if (json_is_string(json_object_get(line, "key")) &&
		    json_is_object(json_object_get(line, "result")))
			json_array_append(lines, line);
		json_decref(line);
	}
	free(text);
	fclose(file);
	return sorted(lines);
}

/* ---- tables -------------------------------------------------------------------------------------------------------- */

static FILE *create(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(errno));
	return file;
}

static const char *text_at(const json_t *line, const char *section, const char *name)
{
	const char *text = json_string_value(
		json_object_get(json_object_get(json_object_get(line, "config"), section), name));

	return text ? text : "";
}

static json_int_t count_at(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* The first columns of both tables. */
static void print_who(FILE *file, const json_t *line)
{
	const json_t *config = json_object_get(line, "config");

	fprintf(file, "%s,%s,%.4f,%lld,%lld,%lld", text_at(line, "workload", "name"),
		text_at(line, "policy", "name"),
		(double)count_at(line, "footprint_bytes") / count_at(line, "memory_bytes"),
		(long long)count_at(line, "memory_bytes"),
		(long long)count_at(line, "footprint_bytes"), (long long)count_at(config, "seed"));
}

static void write_csv(FILE *file, const json_t *lines)
{
	json_t *line;
	size_t i;

	fputs("workload,policy,oversubscription,memory_bytes,footprint_bytes,seed,time_ns,stall_ns,copy_ns",
	      file);
#define NAME(name) fputs("," #name, file);
	COUNTS(NAME)
	fputs(",revision,key\n", file);
	json_array_foreach(lines, i, line)
	{
		const json_t *result = json_object_get(line, "result");

		print_who(file, line);
		fprintf(file, ",%.3f,%.3f,%.3f",
			json_real_value(json_object_get(result, "time_ns")),
			json_real_value(json_object_get(result, "stall_ns")),
			json_real_value(json_object_get(result, "copy_ns")));
#define VALUE(name) fprintf(file, ",%lld", (long long)count_at(result, #name));
		COUNTS(VALUE)
		fprintf(file, ",%s,%s\n", json_string_value(json_object_get(line, "revision")),
			json_string_value(json_object_get(line, "key")));
	}
}

static void write_residency(FILE *file, const json_t *lines)
{
	json_t *line, *sample;
	size_t i, j;

	fputs("workload,policy,oversubscription,memory_bytes,footprint_bytes,seed,time_ns,pages\n",
	      file);
	json_array_foreach(lines, i, line)
	{
		json_array_foreach(json_object_get(json_object_get(line, "result"), "residency"), j,
				   sample)
		{
			print_who(file, line);
			fprintf(file, ",%.3f,%lld\n", json_real_value(json_array_get(sample, 0)),
				(long long)json_integer_value(json_array_get(sample, 1)));
		}
	}
}

int lab_results_write(const char *folder, const json_t *lines)
{
	FILE *csv = create(folder, "results.csv"), *residency = create(folder, "residency.csv");
	FILE *json = create(folder, "results.json");
	int err = 0;

	if (csv)
		write_csv(csv, lines);
	if (residency)
		write_residency(residency, lines);
	if (json) {
		err |= json_dumpf(lines, json, JSON_INDENT(1));
		fputc('\n', json);
	}
	err |= csv ? ferror(csv) | fclose(csv) : 1;
	err |= residency ? ferror(residency) | fclose(residency) : 1;
	err |= json ? ferror(json) | fclose(json) : 1;
	return err ? -EIO : 0;
}
