// SPDX-License-Identifier: MIT
/*
 * The fuzz target of the laboratory's readers: the first byte picks one, the rest is its file. Each reader ends,
 * and says what is wrong if something is. With libFuzzer where the compiler has it; else replay.c feeds the corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/lab/lab.h"
#include "../../src/lab/run/results.h"

#define MOST_ACCESSES 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_trace(const struct psim_lab_workload *w, const char *path)
{
	struct psim_lab_access list[LAB_BATCH];
	double values[LAB_MAX_OPTIONS] = {0};
	char error[LAB_ERROR] = "";
	void *state;
	long n, total = 0;

	for (int i = 0; w->options && w->options[i].name; i++)
		values[i] = w->options[i].value;
	state = w->open(values, path, 1, error, sizeof(error));
	if (!state) {
		if (!error[0])
			abort();
		return;
	}
	while ((n = w->next(state, list, LAB_BATCH, error, sizeof(error))) > 0 &&
	       (total += n) < MOST_ACCESSES) {
		for (long i = 0; i < n; i++) {
			if (!list[i].bytes || list[i].who > LAB_MAX_GPUS)
				abort();
		}
	}
	if (n < 0 && !error[0])
		abort();
	w->close(state);
}

static void read_experiment(const char *path)
{
	struct lab_experiment e;
	char error[LAB_ERROR];

	if (lab_experiment_load(&e, path, error, sizeof(error)) && !error[0])
		abort();
	lab_experiment_free(&e);
}

/* A graph with many vertices takes long, and nothing comes of it. */
static bool is_small(const uint8_t *data, size_t size)
{
	unsigned int digits = 0;

	for (size_t i = 0; i < size && digits < 6; i++)
		digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
	return digits < 6;
}

/* Results that are there already, as a run that goes on, a merging and tables meet them. */
static void read_results(const uint8_t *data, size_t size)
{
	static char folder[] = "/tmp/psim-fuzz-XXXXXX";
	static bool made;
	char path[128];
	json_t *lines;
	FILE *file;

	if (!made && !mkdtemp(folder))
		abort();
	made = true;
	snprintf(path, sizeof(path), "%s/runs.jsonl", folder);
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		abort();
	lines = lab_results_load(folder);
	if (!lines || lab_results_write(folder, lines))
		abort();
	json_decref(lines);
	for (const char *const *name = (const char *const[]){"runs.jsonl", "results.csv",
							     "residency.csv", "results.json", NULL};
	     *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *name);
		unlink(path);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = {"lackey", "csv", "binary"};
	unsigned int reader;
	char path[64];
	int file;

	if (!size)
		return 0;
	file = memfd_create("fuzz", 0);
	if (file < 0 || write(file, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	reader = data[0] % 6;
	if (reader < 3)
		read_trace(lab_workload_find(kinds[reader]), path);
	else if (reader == 3)
		read_experiment(path);
	else if (reader == 4 && is_small(data, size))
		read_trace(lab_workload_find("bfs"), path);
	else if (reader == 5)
		read_results(data + 1, size - 1);
	close(file);
	return 0;
}
