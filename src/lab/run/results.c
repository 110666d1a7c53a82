// SPDX-License-Identifier: MIT
/* Results on disk: lines as they come, tables at the end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

/* Of each workload's file and plug-in, and of each policy's plug-in. */
static struct digests {
	char file[LAB_KEY];
	char plugin[LAB_KEY];
} * workload_digests, *policy_digests;
static char program_digest[LAB_KEY];

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
	if (ferror(file)) {
		snprintf(error, length, "%s: cannot be read: %s", path, strerror(errno));
		fclose(file);
		return -EINVAL;
	}
	fclose(file);
	sha256_digest(&sha, sizeof(digest), digest);
	hex(digest, text);
	return 0;
}

/* A revision with changes of somebody's is no revision: then the program itself stands for it. */
static int digest_program(char *error, size_t length)
{
	size_t n = strlen(PSIM_REVISION), dirty = strlen("-dirty");

	if (n < dirty || strcmp(&PSIM_REVISION[n - dirty], "-dirty") != 0)
		return 0;
	return digest_file("/proc/self/exe", program_digest, error, length);
}

int lab_digest_files(const struct lab_experiment *e, char *error, size_t length)
{
	int err = digest_program(error, length);

	free(workload_digests);
	free(policy_digests);
	workload_digests = calloc(e->nr_workloads, sizeof(*workload_digests));
	policy_digests = calloc(e->nr_policies, sizeof(*policy_digests));
	if (!workload_digests || !policy_digests) {
		snprintf(error, length, "no memory");
		return -ENOMEM;
	}
	for (unsigned int i = 0; !err && i < e->nr_workloads; i++) {
		const struct lab_workload *w = &e->workloads[i];

		if (w->file)
			err = digest_file(w->file, workload_digests[i].file, error, length);
		if (!err && w->plugin)
			err = digest_file(w->plugin, workload_digests[i].plugin, error, length);
	}
	for (unsigned int i = 0; !err && i < e->nr_policies; i++) {
		if (e->policies[i].plugin)
			err = digest_file(e->policies[i].plugin, policy_digests[i].plugin, error,
					  length);
	}
	return err;
}

/* A string, or nothing for an empty one. */
static json_t *string_or_nothing(const char *text)
{
	return text && *text ? json_string(text) : NULL;
}

static json_t *options_json(const struct psim_lab_option *options, const double *values)
{
	json_t *object = json_object();

	for (int i = 0; options && options[i].name; i++)
		json_object_set_new(object, options[i].name, json_real(values[i]));
	return object;
}

static json_t *policy_json(const struct lab_policy *policy, const struct digests *digests)
{
	json_t *parts = json_array();

	for (unsigned int i = 0; i < policy->nr_parts; i++) {
		const struct lab_part *part = &policy->parts[i];

		json_array_append_new(parts,
				      json_pack("{ss ss so}", "part", part->policy->name, "source",
						part->policy->source, "settings",
						options_json(part->policy->options, part->values)));
	}
	return json_pack("{ss ss* so* so}", "name", policy->name, "plugin", policy->plugin,
			 "plugin-sha256", string_or_nothing(digests->plugin), "parts", parts);
}

static json_t *workload_json(const struct lab_workload *w, const struct digests *digests)
{
	return json_pack("{ss ss so* ss* so* so}", "name", w->name, "kind", w->kind->name, "sha256",
			 string_or_nothing(digests->file), "plugin", w->plugin, "plugin-sha256",
			 string_or_nothing(digests->plugin), "settings",
			 options_json(w->kind->options, w->values));
}

static json_t *cost_json(const struct lab_experiment *e)
{
	return json_pack("{ss so}", "name", e->cost_name, "values",
			 options_json(lab_cost_options, (const double *)&e->cost));
}

json_t *lab_config_json(const struct lab_run *run)
{
	const struct lab_experiment *e = run->experiment;
	json_t *workload =
		workload_json(run->workload, &workload_digests[run->workload - e->workloads]);
	json_t *policy = policy_json(run->policy, &policy_digests[run->policy - e->policies]);

	return json_pack("{so so s{sI sf sb sb sb sb} so sI}", "workload", workload, "policy",
			 policy, "machine", "gpus", (json_int_t)e->nr_gpus, "oversubscription",
			 run->ratio, "linked", e->linked, "bytes", e->bytes, "checks", e->checks,
			 "start-in-ram", e->start_in_ram, "cost", cost_json(e), "seed",
			 (json_int_t)run->seed);
}

void lab_config_key(const json_t *config, char key[LAB_KEY])
{
	char *text = json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(PSIM_REVISION), (const unsigned char *)PSIM_REVISION);
	sha256_update(&sha, strlen(program_digest), (const unsigned char *)program_digest);
	if (text)
		sha256_update(&sha, strlen(text), (const unsigned char *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	hex(digest, key);
	free(text);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

/* What a result is called, in the order of the tables' columns. */
#define COUNTS(X)                                                                          \
	X(accesses)                                                                        \
	X(near)                                                                            \
	X(far)                                                                             \
	X(peer)                                                                            \
	X(cpu)                                                                             \
	X(batches)                                                                         \
	X(faults)                                                                          \
	X(refaults)                                                                        \
	X(cpu_faults)                                                                      \
	X(bytes_in) X(bytes_out) X(bytes_peer) X(bytes_cleared) X(copies_in) X(copies_out) \
		X(pieces) X(evictions) X(prefetched) X(prefetched_used) X(mapped)

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

/*
 * Where the last whole line ends, of a file that we hold the lock of; what comes after it, somebody who was ended
 * or a full disk has left, and is cut off.
 */
static off_t whole_lines(int file)
{
	struct stat stat;
	off_t end = fstat(file, &stat) ? 0 : stat.st_size, whole = end;
	char last;

	while (whole && (pread(file, &last, 1, whole - 1) != 1 || last != '\n'))
		whole--;
	return whole == end || !ftruncate(file, whole) ? whole : -1;
}

/* All of the line or nothing of it; an interruption waits. Return: 0, -errno. */
static int append_line(const char *path, const char *line, size_t n)
{
	int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666), err = 0;
	sigset_t all, before;
	ssize_t wrote;
	off_t end;

	if (file < 0)
		return -errno;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	flock(file, LOCK_EX);
	errno = ENOSPC; /* of what is written in part */
	end = whole_lines(file);
	wrote = end < 0 ? -1 : write(file, line, n);
	if (wrote != (ssize_t)n) {
		err = -errno;
		if (end >= 0 && ftruncate(file, end))
			err = -errno;
	}
	close(file);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

int lab_results_add(const char *folder, unsigned int index, const struct lab_run *run,
		    json_t *config, const struct lab_result *result)
{
	char path[4096], key[LAB_KEY], *text, *line;
	json_t *json;
	int err, n;

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
	err = append_line(path, line, n);
	free(line);
	return err;
}

/* Nobody else may work in the folder; a file system without such locks trusts us. */
static int lock_folder(const char *folder)
{
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock < 0) {
		fprintf(stderr, "psim: %s: a folder expected: %s\n", folder, strerror(errno));
	} else if (flock(lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		fprintf(stderr, "psim: %s: another psim lab run works there\n", folder);
		close(lock);
		lock = -1;
	}
	return lock;
}

int lab_results_open(const char *folder)
{
	char path[4096];
	int lock, err;

	if (mkdir(folder, 0777) && errno != EEXIST) {
		fprintf(stderr, "psim: %s cannot be made: %s\n", folder, strerror(errno));
		return -1;
	}
	lock = lock_folder(folder);
	if (lock < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
	err = append_line(path, "", 0);
	if (!err)
		return lock;
	fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(-err));
	close(lock);
	return -1;
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

bool lab_is_result(const json_t *line)
{
	const json_t *config = json_object_get(line, "config");

	return json_is_string(json_object_get(line, "key")) &&
	       json_is_string(json_object_get(line, "revision")) &&
	       json_integer_value(json_object_get(line, "memory_bytes")) > 0 &&
	       json_is_object(json_object_get(line, "result")) &&
	       json_is_string(json_object_get(json_object_get(config, "workload"), "name")) &&
	       json_is_string(json_object_get(json_object_get(config, "policy"), "name")) &&
	       json_is_string(json_object_get(json_object_get(config, "cost"), "name"));
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

		if (lab_is_result(line))
			json_array_append(lines, line);
		json_decref(line);
	}
	free(text);
	fclose(file);
	return sorted(lines);
}

/* ---- tables -------------------------------------------------------------------------------------------------------- */

/* A name as CSV has it: in quotes if it has to be. */
static void print_text(FILE *file, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
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

	print_text(file, text_at(line, "workload", "name"));
	fputc(',', file);
	print_text(file, text_at(line, "policy", "name"));
	fputc(',', file);
	print_text(file, text_at(line, "cost", "name"));
	fprintf(file, ",%.4f,%lld,%lld,%lld",
		(double)count_at(line, "footprint_bytes") / count_at(line, "memory_bytes"),
		(long long)count_at(line, "memory_bytes"),
		(long long)count_at(line, "footprint_bytes"), (long long)count_at(config, "seed"));
}

static void write_csv(FILE *file, const json_t *lines)
{
	json_t *line;
	size_t i;

	fputs("workload,policy,cost,oversubscription,memory_bytes,footprint_bytes,seed,time_ns,stall_ns,copy_ns",
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

	fputs("workload,policy,cost,oversubscription,memory_bytes,footprint_bytes,seed,time_ns,pages\n",
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

static void write_json(FILE *file, const json_t *lines)
{
	json_dumpf(lines, file, JSON_INDENT(1));
	fputc('\n', file);
}

/* Whole, or as it was before: who reads it meanwhile sees no half of it. */
static int write_table(const char *folder, const char *name, const json_t *lines,
		       void (*print)(FILE *file, const json_t *lines))
{
	char path[4096], part[4096 + 8];
	FILE *file;
	int err = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(part, sizeof(part), "%s.part", path);
	file = fopen(part, "w");
	if (file) {
		print(file, lines);
		err = ferror(file) | fclose(file);
	}
	if (!file || err || rename(part, path)) {
		err = errno ? -errno : -EIO;
		fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(-err));
		unlink(part);
	}
	return err;
}

int lab_results_write(const char *folder, const json_t *lines)
{
	int err = write_table(folder, "results.csv", lines, write_csv);

	err = write_table(folder, "residency.csv", lines, write_residency) ?: err;
	return write_table(folder, "results.json", lines, write_json) ?: err;
}
