// SPDX-License-Identifier: MIT
/*
 * The core: 64 MiB to the device and back by CPU faults, beside a bare memcpy of the same bytes both
 * ways through arenas of the same kind, in turns, in processor time.
 *
 * The simulated GPU moves the bytes, 2 MiB an allocation, one CPU fault each. A machine without bytes
 * shows what everything but the copies takes; samples of the instruction pointer show the core's share.
 */
#include <psim/psim.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "../src/shim/host/host.h"
#include "bench.h"

#define BYTES	  (64ul << 20)
#define CHUNK	  (2ul << 20)
#define ROUNDS	  21
#define SAMPLE_NS 200000

/* Processor time: what others do on this machine is not ours. */
static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return at.tv_sec * 1e9 + at.tv_nsec;
}

static double median(double *of_rounds)
{
	qsort(of_rounds, ROUNDS, sizeof(of_rounds[0]), bench_order);
	return of_rounds[ROUNDS / 2];
}

static void die(const char *what, int err)
{
	fprintf(stderr, "core_bench: %s: %d\n", what, err);
	exit(1);
}

/* ---- bare ---------------------------------------------------------------------------------------- */

static volatile int copying;

static struct {
	char *ram;
	char *device;
} arenas;

static void bare_start(void)
{
	arenas.ram = psim_host_reserve(BYTES);
	arenas.device = psim_host_reserve(BYTES);
	memset(arenas.ram, 1, BYTES);
	memset(arenas.device, 2, BYTES);
}

/* Nanoseconds of a round: there and back. */
static double bare(void)
{
	double start = now();

	copying = 1;
	for (unsigned long at = 0; at < BYTES; at += CHUNK)
		memcpy(arenas.device + at, arenas.ram + at, CHUNK);
	for (unsigned long at = 0; at < BYTES; at += CHUNK)
		memcpy(arenas.ram + at, arenas.device + at, CHUNK);
	copying = 0;
	return now() - start;
}

/* ---- what the core asks for -------------------------------------------------------------------- */

/* Bytes that functions of the core took since the counter was cleared; the linker sends them here. */
static size_t taken;

static void count(const char *site, size_t bytes)
{
	if (!strncmp(site, "drm_pagemap", strlen("drm_pagemap")))
		taken += bytes;
}

void *__real___psim_kmalloc(size_t size, unsigned int gfp, const char *site);
void *__wrap___psim_kmalloc(size_t size, unsigned int gfp, const char *site);
void *__real___psim_kvmalloc_array(size_t n, size_t size, unsigned int gfp, const char *site);
void *__wrap___psim_kvmalloc_array(size_t n, size_t size, unsigned int gfp, const char *site);

void *__wrap___psim_kmalloc(size_t size, unsigned int gfp, const char *site)
{
	count(site, size);
	return __real___psim_kmalloc(size, gfp, site);
}

void *__wrap___psim_kvmalloc_array(size_t n, size_t size, unsigned int gfp, const char *site)
{
	count(site, n * size);
	return __real___psim_kvmalloc_array(n, size, gfp, site);
}

/* ---- where the time goes -------------------------------------------------------------------------- */

/* The core's functions that have a name for the linker; it keeps an archive's members together. */
#define CORE(X)                          \
	X(drm_pagemap_init)              \
	X(drm_pagemap_put)               \
	X(drm_pagemap_populate_mm)       \
	X(drm_pagemap_devmem_init)       \
	X(drm_pagemap_page_to_dpagemap)  \
	X(drm_pagemap_pagemap_ops_get)   \
	X(drm_pagemap_migrate_to_devmem) \
	X(drm_pagemap_evict_to_ram)      \
	X(drm_pagemap_migrate_to_ram)    \
	X(drm_pagemap_move_init)         \
	X(drm_pagemap_copy_run) X(drm_pagemap_shrinker_add) X(drm_pagemap_release_owner)
#define DECLARE(name) void name(void);
#define LIST(name)    (uintptr_t) name,
CORE(DECLARE)

static uintptr_t core_first, core_last;
static volatile unsigned long samples, samples_in_core;

static void sample(int signal, siginfo_t *info, void *context)
{
#if defined(__x86_64__)
	uintptr_t at = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#else
	uintptr_t at = 0;
	(void)context;
#endif

	(void)signal;
	(void)info;
	samples += !copying;
	samples_in_core += at >= core_first && at < core_last;
}

/* A timer of its own clock: the profiling timer makes the clock of processor time tick. */
static timer_t sampling(void)
{
	static const uintptr_t core[] = {CORE(LIST)};
	struct sigaction action = {.sa_sigaction = sample, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct itimerspec every = {.it_interval.tv_nsec = SAMPLE_NS, .it_value.tv_nsec = SAMPLE_NS};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
	timer_t timer;

	core_first = UINTPTR_MAX;
	for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
		core_first = core[i] < core_first ? core[i] : core_first;
		core_last = core[i] > core_last ? core[i] : core_last;
	}
	sigaction(SIGPROF, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, NULL))
		die("timer", -1);
	return timer;
}

/* ---- on the machine -------------------------------------------------------------------------------- */

/* Nanoseconds of a round; of the bare copies, measured beside it. */
struct took {
	double to_device;
	double to_ram;
	double bare;
};

static struct took round_trip(struct psim_gpu *gpu, struct psim_process *process,
			      unsigned long address)
{
	struct took took = {.bare = bare()};
	unsigned char byte;
	double start = now();
	int err = psim_gpu_migrate(gpu, process, address, BYTES);

	if (err)
		die("migrate", err);
	took.to_device = now() - start;
	start = now();
	for (unsigned long at = 0; at < BYTES; at += CHUNK) {
		err = psim_load(process, address + at, &byte, 1);
		if (err)
			die("load", err);
	}
	took.to_ram = now() - start;
	return took;
}

/* The first round, which touches the arenas, is left out. */
static struct took rounds(struct psim_gpu *gpu, struct psim_process *process, unsigned long address)
{
	double to_device[ROUNDS], to_ram[ROUNDS], copies[ROUNDS];

	round_trip(gpu, process, address);
	for (int r = 0; r < ROUNDS; r++) {
		struct took took = round_trip(gpu, process, address);

		to_device[r] = took.to_device;
		to_ram[r] = took.to_ram;
		copies[r] = took.bare;
	}
	return (struct took){median(to_device), median(to_ram), median(copies)};
}

/* That it moved what it was to move. */
static void check(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		  int no_bytes)
{
	struct psim_gpu_stats stats;

	psim_gpu_stats(gpu, &stats);
	if (stats.pages_to_ram != (ROUNDS + 1) * BYTES / PSIM_PAGE_SIZE)
		die("pages moved", stats.pages_to_ram);
	for (unsigned long at = 0; !no_bytes && at < BYTES; at += PSIM_PAGE_SIZE) {
		unsigned long value = 0;
		int err = psim_load(process, address + at, &value, sizeof(value));

		if (err || value != at)
			die("bytes", err);
	}
}

static size_t working_memory;

static struct took moved(int no_bytes, int huge)
{
	struct psim_config config = {.ram_bytes = 256 << 20,
				     .no_bytes = no_bytes,
				     .huge_pages = huge,
				     .no_checks = 1,
				     .without = ~0u};
	struct psim_gpu_config gpu_config = {.memory_bytes = 128 << 20, .chunk_bytes = CHUNK};
	struct psim_process *process;
	struct psim_gpu *gpu;
	int err = psim_start(&config);
	struct took took;
	long address;

	if (err)
		die("start", err);
	process = psim_process_create("app");
	gpu = psim_gpu_create(&gpu_config);
	address = psim_mmap(process, 0x40000000, BYTES, PSIM_READ | PSIM_WRITE);
	if (address < 0)
		die("mmap", address);
	for (unsigned long at = 0; at < BYTES; at += PSIM_PAGE_SIZE) {
		err = psim_store(process, address + at, &at, sizeof(at));
		if (err)
			die("store", err);
	}
	took = rounds(gpu, process, address);
	check(gpu, process, address, no_bytes);
	taken = 0;
	psim_gpu_migrate(gpu, process, address, CHUNK);
	if (!huge)
		working_memory = taken;
	psim_gpu_destroy(gpu);
	psim_process_exit(process);
	err = psim_stop();
	if (err)
		die("stop", err);
	return took;
}

static double gb_per_s(double bytes, double ns)
{
	return bytes / ns;
}

int main(void)
{
	double pages = BYTES / PSIM_PAGE_SIZE;
	struct took all, rest, huge;
	timer_t timer;

	bare_start();
	all = moved(0, 0);
	huge = moved(0, 1);
	rest = moved(1, 0);
	timer = sampling();
	moved(0, 0);
	timer_delete(timer);
	bench_row("bare memcpy, both ways", gb_per_s(2 * BYTES, all.bare), "GB/s");
	bench_row("single pages, both ways", gb_per_s(2 * BYTES, all.to_device + all.to_ram),
		  "GB/s");
	bench_row("to the device", gb_per_s(BYTES, all.to_device), "GB/s");
	bench_row("back, by CPU faults", gb_per_s(BYTES, all.to_ram), "GB/s");
	bench_row("without the copies: to the device", rest.to_device / pages, "ns a page");
	bench_row("without the copies: back", rest.to_ram / pages, "ns a page");
	bench_row("folios of 2 MiB, both ways", gb_per_s(2 * BYTES, huge.to_device + huge.to_ram),
		  "GB/s");
	bench_row("the core's own share of the time", 100.0 * samples_in_core / samples, "%");
	bench_at_most("bare memcpy / single pages, both ways (throughput)",
		      (all.to_device + all.to_ram) / all.bare, 1 / 0.6);
	bench_at_most("bare memcpy / folios of 2 MiB, both ways (throughput)",
		      (huge.to_device + huge.to_ram) / huge.bare, 1 / 0.9);
	bench_at_most("working memory of a migration: bytes a page, but for 1 KiB",
		      ((double)working_memory - 1024) / (CHUNK / PSIM_PAGE_SIZE), 40);
	return bench_failures != 0;
}
