/* SPDX-License-Identifier: MIT */
/* Runs of the laboratory in a test: a list of accesses, a policy, a cost profile. */
#ifndef LAB_TEST_H
#define LAB_TEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

#include "../../src/lab/lab.h"

#define BASE 0x40000000ull

/* The accesses that the "list" workload gives out. */
static struct psim_lab_access few[65536], *accesses = few;
static size_t nr_accesses, room_accesses = 65536, given;

static void *list_open(const double *values, const char *file, unsigned long long seed, char *error,
		       size_t length)
{
	(void)values, (void)file, (void)seed, (void)error, (void)length;
	given = 0;
	return accesses;
}

static long list_next(void *state, struct psim_lab_access *list, size_t max, char *error,
		      size_t length)
{
	size_t n = nr_accesses - given < max ? nr_accesses - given : max;

	(void)state, (void)error, (void)length;
	memcpy(list, accesses + given, n * sizeof(*list));
	given += n;
	return n;
}

static void list_close(void *state)
{
	(void)state;
}

static const struct psim_lab_workload list_kind = {.version = PSIM_LAB_VERSION,
						   .name = "list",
						   .open = list_open,
						   .next = list_next,
						   .close = list_close};

static inline void add(unsigned int who, unsigned long page, bool write)
{
	if (nr_accesses == room_accesses) {
		struct psim_lab_access *more = malloc(2 * room_accesses * sizeof(*more));

		assert_non_null(more);
		memcpy(more, accesses, nr_accesses * sizeof(*more));
		if (accesses != few)
			free(accesses);
		accesses = more;
		room_accesses *= 2;
	}
	accesses[nr_accesses++] = (struct psim_lab_access){.address = BASE + page * PSIM_LAB_PAGE,
							   .bytes = 8,
							   .who = who,
							   .flags = write ? PSIM_LAB_WRITE : 0};
}

/* Pseudo-random accesses by all, some over page ends. */
static inline void shuffle(unsigned int gpus, unsigned int pages, unsigned int n)
{
	uint64_t x = 88172645463325252ull;

	nr_accesses = 0;
	for (unsigned int i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		add((x >> 40) % 8 ? 1 + (x >> 50) % gpus : 0, x % pages, x >> 60 & 1);
		accesses[nr_accesses - 1].address += (x >> 20) % 4096;
		accesses[nr_accesses - 1].bytes = 1 + (x >> 33) % 64;
	}
}

/* A part that writes down what comes, and leaves every choice to the parts behind it. */
static struct {
	unsigned long first;
	unsigned int pages;
} came[4096];
static unsigned int nr_came;

static void note(void *state, unsigned long first, unsigned int pages)
{
	(void)state;
	came[nr_came % 4096].first = first;
	came[nr_came++ % 4096].pages = pages;
}

static const struct psim_lab_policy recorder = {
	.version = PSIM_LAB_VERSION, .name = "recorder", .source = "assumption", .arrived = note};

/* Parts by name, with their defaults, behind the recorder. */
static inline struct lab_policy policy_of(const char *const *parts)
{
	struct lab_policy policy = {.name = "policy", .nr_parts = 1};

	policy.parts[0].policy = &recorder;
	for (; *parts && policy.nr_parts < LAB_MAX_PARTS; parts++) {
		struct lab_part *part = &policy.parts[policy.nr_parts++];

		part->policy = lab_part_find(*parts);
		assert_non_null(part->policy);
		for (int i = 0; part->policy->options && part->policy->options[i].name; i++)
			part->values[i] = part->policy->options[i].value;
	}
	return policy;
}

#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Run the list. Return: what lab_run() does. */
static inline int run_list(const struct lab_experiment *experiment, const struct lab_policy *policy,
			   unsigned long long memory_bytes, struct lab_result *result, char *error)
{
	const struct lab_workload workload = {.name = "list", .kind = &list_kind};
	struct lab_space space = {0};
	const struct lab_run run = {.experiment = experiment,
				    .workload = &workload,
				    .policy = policy,
				    .memory_bytes = memory_bytes,
				    .seed = 1,
				    .space = &space};
	int err = lab_survey(&workload, 1, &space, error, LAB_ERROR);

	nr_came = 0;
	if (!err)
		err = lab_run(&run, result, error, LAB_ERROR);
	lab_space_free(&space);
	return err;
}

static inline struct lab_experiment experiment_of(unsigned int gpus)
{
	struct lab_experiment e = {.name = "test",
				   .nr_gpus = gpus,
				   .linked = gpus > 1,
				   .start_in_ram = true,
				   .samples = 16};

	lab_cost_defaults(&e.cost);
	e.cost.batch_faults = 1;
	return e;
}

/* A cost profile of the examples. */
static inline struct lab_experiment experiment_with(const char *profile)
{
	char path[512], error[LAB_ERROR];
	struct lab_experiment e;
	FILE *file;

	snprintf(path, sizeof(path), "lab_test.%d.yaml", (int)getpid());
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"{name: t, cost: %s/costs/%s.yaml, memory: 1M, policies: on-demand, "
		"workloads: {kind: uniform}}\n",
		LAB_EXAMPLES, profile);
	fclose(file);
	if (lab_experiment_load(&e, path, error, sizeof(error)))
		fail_msg("%s", error);
	unlink(path);
	return e;
}

#endif /* LAB_TEST_H */
