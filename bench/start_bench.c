// SPDX-License-Identifier: MIT
/*
 * Starting and stopping a machine with 1 GiB of RAM and one GPU, beside fork and wait of the same
 * process: the first time, and every later time.
 */
#include <sys/wait.h>
#include <unistd.h>
#include <psim/psim.h>

#include "bench.h"

static void start_and_stop(void)
{
	struct psim_gpu *gpu;

	if (psim_start(NULL))
		exit(1);
	gpu = psim_gpu_create(NULL);
	if (!gpu || psim_gpu_destroy(gpu) || psim_stop())
		exit(1);
}

static void fork_and_wait(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

int main(void)
{
	double first = bench_now(), forked, later;

	start_and_stop();
	first = bench_now() - first;
	forked = bench_median(fork_and_wait, 20);
	later = bench_median(start_and_stop, 200);
	bench_row("fork and wait", forked / 1e3, "us");
	bench_row("first start and stop, 1 GiB and one GPU", first / 1e3, "us");
	bench_row("later start and stop", later / 1e3, "us");
	bench_at_most("first start and stop / fork and wait", first / forked, 1);
	bench_at_most("later start and stop / fork and wait", later / forked, 0.1);
	return bench_failures != 0;
}
