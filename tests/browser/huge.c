// SPDX-License-Identifier: MIT
/*
 * A run with slots of 2 MiB, for the browser tests: huge PAGE TEXT. They go to the device and come back
 * whole, are split by a hole, and are emptied.
 */
#include <stdio.h>
#include <stdlib.h>
#include <psim/psim.h>

#define HUGE	(512 * PSIM_PAGE_SIZE)
#define ADDRESS 0x40000000ul

static void must(long result)
{
	if (result < 0) {
		fprintf(stderr, "huge: error %ld\n", result);
		exit(1);
	}
}

static int body(void *arg)
{
	struct psim_process *app = psim_process_create("app");
	struct psim_gpu *gpu = psim_gpu_create(&(struct psim_gpu_config){.chunk_bytes = HUGE});
	char byte = 1;

	(void)arg;
	must(psim_mmap(app, ADDRESS, 2 * HUGE, PSIM_READ | PSIM_WRITE));
	must(psim_store(app, ADDRESS, &byte, 1));
	must(psim_store(app, ADDRESS + HUGE, &byte, 1));
	must(psim_gpu_migrate(gpu, app, ADDRESS, 2 * HUGE));
	must(psim_load(app, ADDRESS, &byte, 1));
	must(psim_munmap(app, ADDRESS + 16 * PSIM_PAGE_SIZE, 16 * PSIM_PAGE_SIZE));
	must(psim_load(app, ADDRESS + HUGE, &byte, 1));
	must(psim_munmap(app, ADDRESS + HUGE, HUGE));
	psim_process_exit(app);
	psim_gpu_destroy(gpu);
	return 0;
}

int main(int argc, char **argv)
{
	struct psim_config machine = {.huge_pages = 1};
	struct psim_trace_config trace = {.filter = "all,-lock"};

	if (argc != 3)
		return 2;
	must(psim_start(&machine));
	must(psim_trace_start(&trace));
	must(psim_run("huge", body, NULL));
	must(-psim_stop());
	must(psim_trace_write(argv[1], "html"));
	must(psim_trace_write(argv[2], "text"));
	return 0;
}
