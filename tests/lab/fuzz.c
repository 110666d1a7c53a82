// SPDX-License-Identifier: MIT
/*
 * The fuzz target of the laboratory's readers: the first byte picks one, the rest is its file. Each reader ends,
 * and says what is wrong if something is. With libFuzzer where the compiler has it; else replay.c feeds the corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/lab/lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_trace(const struct psim_lab_workload *w, const char *path)
{
	struct psim_lab_access list[64];
	double values[LAB_MAX_OPTIONS] = {0};
	char error[LAB_ERROR] = "";
	void *state;
	long n;

	for (int i = 0; w->options && w->options[i].name; i++)
		values[i] = w->options[i].value;
	state = w->open(values, path, 1, error, sizeof(error));
	if (!state) {
		if (!error[0])
			abort();
		return;
	}
	while ((n = w->next(state, list, 64, error, sizeof(error))) > 0) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = {"lackey", "csv", "binary"};
	char path[64];
	int file;

	if (!size)
		return 0;
	file = memfd_create("fuzz", 0);
	if (file < 0 || write(file, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (data[0] % 4 < 3)
		read_trace(lab_workload_find(kinds[data[0] % 4]), path);
	else
		read_experiment(path);
	close(file);
	return 0;
}
