// SPDX-License-Identifier: MIT
/*
 * A machine with 1 TiB of RAM: 1,000 pages scattered over all of it, there and back, within 64 MiB:
 * peak resident memory plus the host's page tables for it.
 */
#include <string.h>
#include <psim/psim.h>

#include "bench.h"

#define PAGES 1000
#define SPAN  (1ull << 40)

/* A line "VmHWM:   1234 kB" of /proc/self/status, in MiB. */
static double status_mib(const char *key)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, strlen(key)))
			kib = atof(line + strlen(key));
	}
	if (file)
		fclose(file);
	return kib / 1024;
}

static unsigned long offset(unsigned int i)
{
	return SPAN / PAGES * i / PSIM_PAGE_SIZE * PSIM_PAGE_SIZE;
}

static void die(const char *what, int err)
{
	fprintf(stderr, "%s: %d\n", what, err);
	exit(1);
}

int main(void)
{
	struct psim_config config = {.ram_bytes = SPAN, .scatter = 1};
	struct psim_gpu_config gpu_config = {.memory_bytes = 16 << 20,
					     .chunk_bytes = PSIM_PAGE_SIZE};
	unsigned long lowest = ~0ul, highest = 0;
	struct psim_process *process;
	struct psim_page_info info;
	struct psim_gpu *gpu;
	unsigned int value;
	double start;
	long at;
	int err;

	start = bench_now();
	err = psim_start(&config);
	if (err)
		die("start", err);
	process = psim_process_create("scattered");
	gpu = psim_gpu_create(&gpu_config);
	at = psim_mmap(process, 0, SPAN, PSIM_READ | PSIM_WRITE);
	if (at <= 0 || !gpu)
		die("mmap", at);
	for (unsigned int i = 0; i < PAGES; i++) {
		err = psim_store(process, at + offset(i), &i, sizeof(i));
		if (err)
			die("store", err);
		psim_where(process, at + offset(i), &info);
		lowest = info.pfn < lowest ? info.pfn : lowest;
		highest = info.pfn > highest ? info.pfn : highest;
	}
	for (unsigned int i = 0; i < PAGES; i++) {
		err = psim_gpu_migrate(gpu, process, at + offset(i), PSIM_PAGE_SIZE);
		if (err)
			die("migrate", err);
	}
	for (unsigned int i = 0; i < PAGES; i++) {
		err = psim_load(process, at + offset(i), &value, sizeof(value));
		if (err || value != i)
			die("load", err);
	}
	psim_process_exit(process);
	psim_gpu_destroy(gpu);
	err = psim_stop();
	if (err)
		die("stop", err);
	bench_row("time", (bench_now() - start) / 1e6, "ms");
	bench_row("span of the page frames used", (highest - lowest) * 4096.0 / (1ull << 30),
		  "GiB");
	bench_row("resident peak", status_mib("VmHWM:"), "MiB");
	bench_row("page tables now", status_mib("VmPTE:"), "MiB");
	bench_at_most("resident peak + page tables, MiB",
		      status_mib("VmHWM:") + status_mib("VmPTE:"), 64);
	return bench_failures != 0;
}
