// SPDX-License-Identifier: MIT
/* A host program with functions of its own that have kernel names, and kernel code of its own. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <psim/psim.h>

static int called;

void schedule(void)
{
	called |= 1;
}

void panic(const char *why)
{
	called |= 2;
	puts(why);
}

int sort(int a, int b)
{
	called |= 4;
	return a < b ? a : b;
}

/* driver.c: kernel dialect */
int driver_counts(int n);

static int body(void *arg)
{
	(void)arg;
	return driver_counts(100);
}

int main(void)
{
	struct psim_process *process;
	struct psim_gpu *gpu;
	int value = INT_MAX, counted;
	long at;

	if (psim_start(NULL))
		return 1;
	process = psim_process_create("app");
	gpu = psim_gpu_create(NULL);
	at = psim_mmap(process, 0, 65536, PSIM_READ | PSIM_WRITE);
	if (psim_store(process, at, &value, sizeof(value)) ||
	    psim_gpu_migrate(gpu, process, at, 65536) ||
	    psim_where(process, at, NULL) != PSIM_DEVICE || called)
		return 1;
	value = 0;
	if (psim_load(process, at, &value, sizeof(value)) || value != INT_MAX)
		return 1;
	if (psim_mmap(process, at, 65536, PSIM_READ) != -EEXIST)
		return 1;
	counted = psim_run("driver", body, NULL);
	psim_process_exit(process);
	psim_gpu_destroy(gpu);
	if (psim_stop() || counted != 4950 || called)
		return 1;
	schedule();
	panic("the program's own");
	return sort(2, 1) != 1 || called != 7;
}
