// SPDX-License-Identifier: MIT
/* Lesson 6: pages on a GPU, and a CPU that reads one byte of them. */
#include <stdio.h>
#include <psim/psim.h>

#include "show.h"

static struct psim_process *app;
static struct psim_gpu *gpu;

static void tell(const char *what)
{
	struct psim_process_stats cpu;
	struct psim_gpu_stats stats;

	psim_process_stats(app, &cpu);
	psim_gpu_stats(gpu, &stats);
	printf("%s: %lu CPU faults on device memory, pages moved: %lu there, %lu back\n", what,
	       cpu.device_faults, stats.pages_to_device, stats.pages_to_ram);
}

int main(void)
{
	unsigned long at;
	char byte = 'x';

	psim_start(NULL);
	app = psim_process_create("app");
	gpu = psim_gpu_create(NULL);
	at = psim_mmap(app, 0x40000000, 4 * PAGE, RW);
	for (int i = 0; i < 4; i++)
		psim_store(app, at + i * PAGE, &byte, 1);

	psim_gpu_migrate(gpu, app, at, 4 * PAGE);
	tell("migrated");
	show(app, at, 4);

	byte = 0;
	psim_load(app, at + 2 * PAGE, &byte, 1);
	printf("the CPU reads '%c' from the third page\n", byte);
	tell("read");
	show(app, at, 4);

	psim_load(app, at, &byte, 1);
	tell("read another page");

	psim_process_exit(app);
	psim_gpu_destroy(gpu);
	return psim_stop();
}
