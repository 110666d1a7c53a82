// SPDX-License-Identifier: MIT
/*
 * The engine: a switch between two simulated tasks beside a bare register switch and swapcontext, the
 * cost of a scheduling point, of a task, of a machine without one.
 *
 * That one task makes no system call at its points: strace -c engine_bench --points.
 */
#include <string.h>
#include <ucontext.h>

#include <psim/psim.h>

#include "../src/shim/host/fiber.h"
#include "bench.h"

#define SWITCHES 200000
#define POINTS	 10000000ul

/* Processor time: the ratios of these few nanoseconds must not hang on what else the host does. */
static double cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Nanoseconds of one call: the median over the rounds. */
static double cpu_median(void (*call)(void), unsigned long calls)
{
	double rounds[BENCH_ROUNDS];

	for (int r = 0; r < BENCH_ROUNDS; r++) {
		double start = cpu_now();

		for (unsigned long i = 0; i < calls; i++)
			call();
		rounds[r] = (cpu_now() - start) / calls;
	}
	qsort(rounds, BENCH_ROUNDS, sizeof(rounds[0]), bench_order);
	return rounds[BENCH_ROUNDS / 2];
}

static char stack[64 << 10] __attribute__((aligned(16)));

/* ---- two stacks, a switch and nothing else ------------------------------------------------------------ */

static struct psim_fiber bare_main, bare_other;

static void bare_loop(void *arg)
{
	(void)arg;
	for (;;)
		psim_fiber_jump(&bare_other, &bare_main);
}

static void bare_round_trip(void)
{
	psim_fiber_jump(&bare_main, &bare_other);
}

static ucontext_t context_main, context_other;

static void context_loop(void)
{
	for (;;)
		swapcontext(&context_other, &context_main);
}

static void context_round_trip(void)
{
	swapcontext(&context_main, &context_other);
}

/* ---- simulated tasks -------------------------------------------------------------------------------------- */

static double rounds[BENCH_ROUNDS];

static int partner(void *stop)
{
	while (!*(volatile int *)stop)
		psim_yield();
	return 0;
}

static int yields(void *arg)
{
	int stop = 0;
	struct psim_task *other = psim_spawn(NULL, "partner", partner, &stop);

	(void)arg;
	for (int r = 0; r < BENCH_ROUNDS; r++) {
		double start = cpu_now();

		for (int i = 0; i < SWITCHES / 2; i++)
			psim_yield();
		rounds[r] = (cpu_now() - start) / SWITCHES;
	}
	stop = 1;
	psim_join(other);
	return 0;
}

static double simulated_switch(const char *scheduler)
{
	struct psim_config config = {.ram_bytes = 2 << 20, .scheduler = scheduler};

	if (psim_start(&config) || psim_run("bench", yields, NULL) || psim_stop())
		exit(1);
	qsort(rounds, BENCH_ROUNDS, sizeof(rounds[0]), bench_order);
	return rounds[BENCH_ROUNDS / 2];
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void one_task(void)
{
	psim_join(psim_spawn(NULL, "task", nothing, NULL));
}

static void one_machine(void)
{
	struct psim_config config = {.ram_bytes = 2 << 20};

	if (psim_start(&config) || psim_stop())
		exit(1);
}

/* A yield of the only task: the slow half of a point, without anybody to switch to. */
static void points(unsigned long n)
{
	while (n--)
		psim_yield();
}

static void show_points(void)
{
	double start = cpu_now();

	points(POINTS);
	bench_row("a yield with nobody to yield to", (cpu_now() - start) / POINTS, "ns");
}

int main(int argc, char **argv)
{
	double bare, context, simulated;

	if (argc > 1 && !strcmp(argv[1], "--points")) {
		if (psim_start(NULL))
			return 1;
		points(POINTS);
		return psim_stop() != 0;
	}
	bare_other.bottom = stack;
	bare_other.bytes = sizeof(stack) / 2;
	bare_other.entry = bare_loop;
	psim_fiber_prepare(&bare_other);
	bare = cpu_median(bare_round_trip, SWITCHES / 2) / 2;

	getcontext(&context_other);
	context_other.uc_stack.ss_sp = stack + sizeof(stack) / 2;
	context_other.uc_stack.ss_size = sizeof(stack) / 2;
	makecontext(&context_other, context_loop, 0);
	context = cpu_median(context_round_trip, SWITCHES / 20) / 2;

	simulated = simulated_switch("run-until-block");
	bench_row("bare register switch", bare, "ns");
	bench_row("swapcontext", context, "ns");
	bench_row("switch between two tasks", simulated, "ns");
	bench_row("the same, chosen at random", simulated_switch("random"), "ns");
	bench_at_most("switch / bare register switch", simulated / bare, 3);
	bench_at_most("switch / swapcontext", simulated / context, 1.0 / 8);

	if (psim_start(NULL))
		return 1;
	show_points();
	bench_row("a task made, run and joined", cpu_median(one_task, 10000), "ns");
	if (psim_stop())
		return 1;
	bench_row("a machine of 2 MiB started and stopped", cpu_median(one_machine, 1000), "ns");
	return bench_failures != 0;
}
