// SPDX-License-Identifier: MIT
/*
 * What the event stream costs: the same migrations with nothing recorded, with everything filtered out,
 * with what is on by default, and with every event in the ring. In turns, in processor time; writing the
 * ring out is not counted.
 */
#include <psim/psim.h>
#include <string.h>

#include "bench.h"

#define ROUNDS	 41
#define MOST_WAY 5

static struct psim_gpu *gpu;
static struct psim_process *process;
static long address;
static unsigned long long recorded; /* in the round that was measured last */

static void die(const char *what, long err)
{
	fprintf(stderr, "trace_bench: %s: %ld\n", what, err);
	exit(1);
}

/* ---- workloads ------------------------------------------------------------------------------------------- */

/**
 * struct workload - pages that go to the device and come back by faults
 * @name: for the rows
 * @bytes: of them
 * @chunk: bytes the GPU takes at once
 */
struct workload {
	const char *name;
	unsigned long bytes, chunk;
};

static void start(const struct workload *w)
{
	struct psim_gpu_config config = {.memory_bytes = 16 << 20, .chunk_bytes = w->chunk};
	int err = psim_start(NULL);

	if (err)
		die("start", err);
	process = psim_process_create("app");
	gpu = psim_gpu_create(&config);
	address = psim_mmap(process, 0x40000000, w->bytes, PSIM_READ | PSIM_WRITE);
	if (!gpu || address < 0)
		die("mmap", address);
	for (unsigned long at = 0; at < w->bytes; at += PSIM_PAGE_SIZE) {
		if (psim_store(process, address + at, &at, sizeof(at)))
			die("store", at);
	}
}

static void stop(void)
{
	psim_gpu_destroy(gpu);
	psim_process_exit(process);
	if (psim_stop())
		die("stop", -1);
}

static void there_and_back(const struct workload *w)
{
	unsigned char byte;

	for (unsigned long at = 0; at < w->bytes; at += w->chunk) {
		if (psim_gpu_migrate(gpu, process, address + at, w->chunk))
			die("migrate", at);
	}
	for (unsigned long at = 0; at < w->bytes; at += w->chunk) {
		if (psim_load(process, address + at, &byte, 1))
			die("load", at);
	}
}

/* ---- ways ------------------------------------------------------------------------------------------------- */

/* @filter: NULL: nothing is recorded */
static const struct way {
	const char *name, *filter;
	double most;
} ways[MOST_WAY] = {
	{"off", NULL, 0},
	{"filtered out by name", "machine", 1.03},
	{"filtered out by a condition", "fault,migrate,mm=9", 1.03},
	{"on by default", "", 2},
	{"every event", "all", 2},
};

static double once(const struct workload *w, const struct way *way)
{
	double before;

	if (way->filter && psim_trace_start(&(struct psim_trace_config){.filter = way->filter}))
		die(way->name, -1);
	there_and_back(w); /* the way before has filled the caches with its own */
	before = bench_now();
	there_and_back(w);
	before = bench_now() - before;
	recorded = psim_trace_recorded() / 2;
	if (way->filter)
		psim_trace_stop();
	return before;
}

static double median(double *of_rounds)
{
	qsort(of_rounds, ROUNDS, sizeof(of_rounds[0]), bench_order);
	return of_rounds[ROUNDS / 2];
}

/* ---- a flag's test ---------------------------------------------------------------------------------------- */

static unsigned char flags[256];
static volatile unsigned long hits;

static void no_tests(void)
{
	for (unsigned int i = 0; i < 4096; i++)
		__asm__ volatile("" ::"r"(i) : "memory");
}

static void tests(void)
{
	for (unsigned int i = 0; i < 4096; i++) {
		__asm__ volatile("" ::"r"(i) : "memory");
		if (__builtin_expect(__atomic_load_n(&flags[7], __ATOMIC_RELAXED), 0))
			hits++;
	}
}

static double of_a_test(void)
{
	double with = bench_median(tests, 200), without = bench_median(no_tests, 200);

	return with > without ? (with - without) / 4096 : 0;
}

static void row(const struct workload *w, const char *what, double value, const char *unit)
{
	char text[96];

	snprintf(text, sizeof(text), "%s: %s", w->name, what);
	bench_row(text, value, unit);
}

static void ratio(const struct workload *w, const char *what, double value, double most)
{
	char text[96];

	snprintf(text, sizeof(text), "%s: %s / off", w->name, what);
	if (most)
		bench_at_most(text, value, most);
	else
		printf("%-60s %10.3f\n", text, value);
}

static void measure(const struct workload *w)
{
	double took[MOST_WAY][ROUNDS], to_off[ROUNDS], off;
	unsigned long long events;

	start(w);
	for (int i = 0; i < MOST_WAY; i++)
		once(w, &ways[i]); /* touches what there is to touch, the ring too */
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < MOST_WAY; i++)
			took[i][r] = once(w, &ways[i]);
	}
	events = recorded;
	stop();
	row(w, "events of a round, every one", events, "");
	for (int i = 1; i < MOST_WAY; i++) {
		for (int r = 0; r < ROUNDS; r++)
			to_off[r] = took[i][r] / took[0][r];
		ratio(w, ways[i].name, median(to_off), ways[i].most);
	}
	off = median(took[0]);
	row(w, "off", off / 1e3, "us");
	row(w, "an event in the ring", (median(took[MOST_WAY - 1]) - off) / events, "ns");
	ratio(w, "all tests of flags", 1 + of_a_test() * events / off, 1.01);
}

int main(void)
{
	static const struct workload workloads[] = {
		{"1 MiB, 4 KiB at once", 1 << 20, 4096},
		{"8 MiB, 2 MiB at once", 8 << 20, 2 << 20},
	};

	bench_clock = CLOCK_PROCESS_CPUTIME_ID;
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		measure(&workloads[i]);
	return bench_failures != 0;
}
