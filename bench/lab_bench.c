// SPDX-License-Identifier: MIT
/*
 * The laboratory: accesses of a binary trace that hit, beside a plain loop over the same trace; and single-page
 * faults with migration, without bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../src/lab/lab.h"
#include "../src/lab/workload/binary.h"
#include "bench.h"

#define HITS   (20ul << 20)
#define FAULTS (1ul << 18)

static double cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* @pages: runs of sixteen accesses side by side, each run somewhere else; 0: the CPU writes @n pages, then the GPU does */
static void write_trace(const char *path, unsigned long n, unsigned long pages)
{
	FILE *file = fopen(path, "wb");
	struct psim_lab_access last = {0};
	unsigned long long x = 1;

	if (!file)
		exit(1);
	fwrite(BINARY_MAGIC, 1, BINARY_HEADER, file);
	for (unsigned long i = 0; i < n; i++) {
		unsigned char record[BINARY_RECORD];
		struct psim_lab_access access = {.bytes = 8, .who = 1};

		x = x * 6364136223846793005ull + 1442695040888963407ull;
		if (!pages) {
			access.who = i >= n / 2;
			access.address = (1ull << 32) + i % (n / 2) * 4096;
		} else if (i % 16) {
			access.address = last.address + 8;
		} else {
			access.address =
				(1ull << 32) + (x >> 33) % pages * 4096 + (x >> 20) % 448 * 8;
		}
		access.flags = x >> 40 & 1;
		fwrite(record, 1, lab_binary_put(record, &access, &last), file);
	}
	if (fclose(file))
		exit(1);
}

/* When the first fault is asked about, and when the last. */
static double first_fault, last_fault;
static unsigned long faults_asked;

static int note(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	(void)state, (void)fault, (void)plan;
	if (!faults_asked++)
		first_fault = cpu_now();
	if (faults_asked == FAULTS)
		last_fault = cpu_now();
	return PSIM_LAB_ELSE;
}

static const struct psim_lab_policy stopwatch = {
	.version = PSIM_LAB_VERSION, .name = "stopwatch", .source = "assumption", .when = note};

/* Nanoseconds of going through the trace and adding up the addresses. */
static double plain(const struct lab_workload *w)
{
	static struct psim_lab_access list[LAB_BATCH];
	char error[LAB_ERROR];
	double start = cpu_now();
	void *state = w->kind->open(w->values, w->file, 1, error, sizeof(error));
	volatile unsigned long long sink;
	unsigned long long sum = 0;
	long n;

	while ((n = w->kind->next(state, list, LAB_BATCH, error, sizeof(error))) > 0) {
		for (long i = 0; i < n; i++)
			sum += list[i].address;
	}
	sink = sum;
	(void)sink;
	w->kind->close(state);
	return cpu_now() - start;
}

static double run(const struct lab_workload *w, unsigned long long memory,
		  struct lab_result *result)
{
	struct lab_experiment e = {
		.name = "bench", .nr_gpus = 1, .start_in_ram = true, .samples = 16};
	struct lab_policy policy = {.name = "on-demand", .nr_parts = 2};
	struct lab_space space = {0};
	struct lab_run r = {.experiment = &e,
			    .workload = w,
			    .policy = &policy,
			    .memory_bytes = memory,
			    .seed = 1,
			    .space = &space};
	char error[LAB_ERROR] = "";
	double start;

	faults_asked = 0;
	policy.parts[0].policy = &stopwatch;
	policy.parts[1].policy = lab_part_find("page");
	lab_cost_defaults(&e.cost);
	if (lab_survey(w, 1, &space, error, sizeof(error)))
		exit(1);
	start = cpu_now();
	if (lab_run(&r, result, error, sizeof(error))) {
		fprintf(stderr, "lab_bench: %s\n", error);
		exit(1);
	}
	start = cpu_now() - start;
	lab_space_free(&space);
	return start;
}

int main(void)
{
	static struct lab_result result;
	char path[] = "/tmp/lab_bench.XXXXXX";
	struct lab_workload w = {
		.name = "trace", .file = path, .kind = lab_workload_find("binary")};
	struct rusage before, after;
	double few, many, bare;
	int file = mkstemp(path);

	if (file < 0)
		return 1;
	close(file);
	write_trace(path, HITS, 4096);
	bare = plain(&w);
	many = run(&w, 64 << 20, &result);
	bench_row("a plain loop over the trace", HITS / (bare / 1e3), "million accesses a second");
	bench_row("accesses of the binary form that hit", HITS / (many / 1e3),
		  "million accesses a second");
	bench_at_most("nanoseconds of an access that hits", many / HITS, 50);

	write_trace(path, 2 * FAULTS, 0);
	run(&w, 2ull << 30, &result);
	if (result.faults != FAULTS)
		return 1;
	few = (last_fault - first_fault) / (FAULTS - 1);
	bench_row("single-page faults with migration", 1e3 / few, "million a second");
	bench_at_most("nanoseconds of a single-page fault with migration", few, 1000);

	getrusage(RUSAGE_SELF, &before);
	write_trace(path, 4 * HITS, 4096);
	run(&w, 64 << 20, &result);
	getrusage(RUSAGE_SELF, &after);
	bench_at_most("MiB more for a trace four times as long",
		      (after.ru_maxrss - before.ru_maxrss) / 1024.0, 1);
	unlink(path);
	return bench_failures != 0;
}
