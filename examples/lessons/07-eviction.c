// SPDX-License-Identifier: MIT
/* Lesson 7: more data than device memory: what was used least recently has to go. */
#include <stdio.h>
#include <psim/psim.h>

#include "show.h"

#define CHUNK (16 * PAGE) /* what the GPU moves at once */
#define BASE  0x40000000ul

static struct psim_process *app;
static struct psim_gpu *gpu;

static const char *place(int chunk)
{
	int where = psim_where(app, BASE + chunk * CHUNK, NULL);

	return where == PSIM_DEVICE ? "device" : where == PSIM_RAM ? "RAM" : "-";
}

/* The GPU writes to a chunk: it comes to device memory, if it is not there. */
static void use(int chunk)
{
	static unsigned long before;
	struct psim_gpu_stats stats;

	psim_gpu_fill(gpu, app, BASE + chunk * CHUNK, CHUNK, 'a' + chunk);
	psim_gpu_stats(gpu, &stats);
	printf("the GPU uses chunk %d:  %-6s  %-6s  %s%s\n", chunk, place(0), place(1), place(2),
	       stats.evictions > before ? "  one was evicted" : "");
	before = stats.evictions;
}

int main(void)
{
	struct psim_gpu_config config = {.memory_bytes = 2 * CHUNK, .chunk_bytes = CHUNK};
	char byte;

	psim_start(NULL);
	app = psim_process_create("app");
	gpu = psim_gpu_create(&config);
	psim_mmap(app, BASE, 3 * CHUNK, RW);

	use(0);
	use(1);
	use(2);
	use(1);
	use(0);
	use(2);

	psim_load(app, BASE + CHUNK, &byte, 1);
	printf("no byte is lost: chunk 1 holds '%c'\n", byte);
	psim_process_exit(app);
	psim_gpu_destroy(gpu);
	return psim_stop();
}
