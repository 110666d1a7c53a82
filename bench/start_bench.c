// SPDX-License-Identifier: MIT
/*
 * Starting and stopping a machine with 1 GiB of RAM and one GPU, beside fork and wait of the same
 * process: the first time, and every later time. The first time is one sample a process: the program runs
 * itself several times with --first.
 */
#include <stdio.h>
#include <string.h>
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

static double first_time(void)
{
	double start = bench_now();

	start_and_stop();
	return bench_now() - start;
}

static double first_time_elsewhere(const char *program)
{
	double rounds[BENCH_ROUNDS];
	char command[4096];

	snprintf(command, sizeof(command), "'%s' --first", program);
	for (int r = 0; r < BENCH_ROUNDS; r++) {
		FILE *answer = popen(command, "r");

		if (!answer || fscanf(answer, "%lf", &rounds[r]) != 1 || pclose(answer))
			exit(1);
	}
	qsort(rounds, BENCH_ROUNDS, sizeof(rounds[0]), bench_order);
	return rounds[BENCH_ROUNDS / 2];
}

int main(int argc, char **argv)
{
	double first, forked, later;

	if (argc > 1 && !strcmp(argv[1], "--first"))
		return printf("%f\n", first_time()) < 0;
	first = first_time_elsewhere(argv[0]);
	start_and_stop();
	forked = bench_median(fork_and_wait, 20);
	later = bench_median(start_and_stop, 200);
	bench_row("fork and wait", forked / 1e3, "us");
	bench_row("first start and stop, 1 GiB and one GPU", first / 1e3, "us");
	bench_row("later start and stop", later / 1e3, "us");
	bench_at_most("first start and stop / fork and wait", first / forked, 1);
	bench_at_most("later start and stop / fork and wait", later / forked, 0.1);
	return bench_failures != 0;
}
