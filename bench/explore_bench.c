// SPDX-License-Identifier: MIT
/*
 * The explorer: schedules a second of a race on the whole machine, beside its plain run; of a bare program,
 * beside relacy and beside bare register switches; two processes beside two copies of a bare loop; memory.
 *
 * explore_bench --long measures processes, too, and memory over a million schedules; --bare the bare program
 * alone, for a profiler.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <psim/psim.h>

#include "../src/explore/explore.h"
#include "../src/shim/host/fiber.h"
#include "bench.h"

int bench_increments(void *arg);
int bench_counter(void);
#ifdef BENCH_RELACY
int bench_relacy(unsigned long schedules);
#endif

static double cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void bench_at_least(const char *what, double value, double limit)
{
	int ok = value >= limit;

	printf("%-60s %10.3f  at least %7.3f  %s\n", what, value, limit, ok ? "ok" : "MISSED");
	bench_failures += !ok;
}

/* ---- a race on the whole machine ------------------------------------------------------------------------ */

static struct search race(unsigned int preemptions)
{
	struct search s = {
		.stage = {.scenario = psim_scenario_find("fault-vs-evict"),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = EXPLORE_STEPS},
		.preemptions = preemptions,
		.delays = UNBOUNDED,
		.schedules = ~0ull,
		.shards = 1,
	};

	psim_option_set(s.stage.scenario, "pages", 1);
	return s;
}

/* Nanoseconds a schedule. */
static double search_cost(const struct search *search)
{
	struct result result;
	double start = cpu_now(), spent;

	psimx_result_init(&result);
	if (psimx_search_jobs(search, 1, &result) || result.nr_failures)
		exit(1);
	spent = (cpu_now() - start) / result.schedules;
	psimx_result_free(&result);
	return spent;
}

static double plain_cost(const struct psim_scenario *scenario, unsigned int runs)
{
	double start = cpu_now();

	for (unsigned int i = 0; i < runs; i++) {
		if (psim_scenario_run(scenario, NULL))
			exit(1);
	}
	return (cpu_now() - start) / runs;
}

static int order(const void *a, const void *b)
{
	return bench_order(a, b);
}

static double median(double *values)
{
	qsort(values, BENCH_ROUNDS, sizeof(values[0]), order);
	return values[BENCH_ROUNDS / 2];
}

static void machine(void)
{
	struct search s = race(1);
	double searched[BENCH_ROUNDS], plain[BENCH_ROUNDS];

	s.schedules = 3000;
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		searched[i] = search_cost(&s);
		plain[i] = plain_cost(s.stage.scenario, 1000);
	}
	bench_row("fault-vs-evict, one page, depth-first: schedules a second",
		  1e9 / median(searched), "");
	bench_at_least("of them, in thousands", 1e6 / median(searched), 20);
	bench_at_most("a schedule / a plain run of the scenario", median(searched) / median(plain),
		      1.5);
}

/* ---- a bare program -------------------------------------------------------------------------------------------- */

static unsigned long switches;

PSIM_SCENARIO(bench_increments, "two tasks lock, increment and unlock ten times", .marked = 1)
{
	struct psim_task *a, *b;

	psim_explore_begin();
	a = psim_spawn(NULL, "a", bench_increments, NULL);
	b = psim_spawn(NULL, "b", bench_increments, NULL);
	psim_join(a);
	psim_join(b);
	psim_explore_end();
	return bench_counter() == 20 ? 0 : -5;
}

/* Without instruments: what it is compared with has none. */
static struct search bare(unsigned long schedules)
{
	return (struct search){
		.stage = {.scenario = psim_scenario_find("bench-increments"),
			  .points = PSIM_POINTS_ALL,
			  .seed = 1,
			  .steps = EXPLORE_STEPS,
			  .without = ~0u},
		.strategy = STRATEGY_RANDOM,
		.schedules = schedules,
		.shards = 1,
	};
}

/* Count the switches of one drawn schedule, by its trace of choices. */
static unsigned int last_task;

static unsigned int counting(const struct psim_steer_point *point)
{
	static unsigned long random = 1;
	unsigned int option;

	random = random * 6364136223846793005ul + 1442695040888963407ul;
	option = (random >> 33) % point->count;
	switches += point->tasks[option] != last_task;
	last_task = point->tasks[option];
	return option;
}

static double switches_a_schedule(void)
{
	struct search s = bare(1);
	struct psim_steer steer = {.choose = counting, .marked = 1};
	struct outcome outcome;

	for (int i = 0; i < 1000; i++)
		psimx_stage_run(&s.stage, &steer, &outcome);
	return switches / 1000.0;
}

static char stack[64 << 10] __attribute__((aligned(16)));
static struct psim_fiber bare_main, bare_other;

static void bare_loop(void *arg)
{
	(void)arg;
	for (;;)
		psim_fiber_jump(&bare_other, &bare_main);
}

static double bare_switch(void)
{
	double start = cpu_now();

	for (int i = 0; i < 100000; i++)
		psim_fiber_jump(&bare_main, &bare_other);
	return (cpu_now() - start) / 200000;
}

static void program(void)
{
	struct search s = bare(20000);
	double ours[BENCH_ROUNDS], jump[BENCH_ROUNDS], n = switches_a_schedule();

	bare_other.bottom = stack;
	bare_other.bytes = sizeof(stack);
	bare_other.entry = bare_loop;
	psim_fiber_prepare(&bare_other);
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		ours[i] = search_cost(&s);
		jump[i] = bare_switch();
	}
	bench_row("a bare program: schedules a second", 1e9 / median(ours), "");
	bench_row("switches in each", n, "");
	bench_at_least("bare register switches / a schedule", n * median(jump) / median(ours),
		       1.0 / 8);
#ifdef BENCH_RELACY
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		double start = cpu_now();

		if (bench_relacy(20000))
			exit(1);
		jump[i] = (cpu_now() - start) / 20000;
	}
	bench_row("the same by relacy: schedules a second", 1e9 / median(jump), "");
	bench_at_least("ours / relacy's", median(jump) / median(ours), 1);
#endif
}

/* ---- two processes ------------------------------------------------------------------------------------------------- */

/* In registers alone: how long a variable in memory takes differs from process to process. */
static void spin(void)
{
	unsigned long x = 1;

	for (unsigned long n = 0; n < 150000000ul; n++) {
		x = x * 6364136223846793005ul + 1442695040888963407ul;
		__asm__ volatile("" : "+r"(x));
	}
}

/* Wall-clock seconds of @n copies of a loop. */
static double copies(int n)
{
	double start = bench_now();

	for (int i = 0; i < n; i++) {
		if (!fork()) {
			spin();
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	return bench_now() - start;
}

static double jobs_rate(unsigned int jobs)
{
	struct search s = bare(400000);
	struct result results[2];
	double start = bench_now(), rate;

	psimx_result_init(&results[0]);
	psimx_result_init(&results[1]);
	if (psimx_search_jobs(&s, jobs, results))
		exit(1);
	rate = s.schedules / (bench_now() - start);
	psimx_result_free(&results[0]);
	psimx_result_free(&results[1]);
	return rate;
}

static void scaling(void)
{
	double loop[BENCH_ROUNDS], ours[BENCH_ROUNDS];

	for (int i = 0; i < BENCH_ROUNDS; i++) {
		loop[i] = 2 * copies(1) / copies(2);
		ours[i] = jobs_rate(2) / jobs_rate(1);
	}
	bench_row("two copies of a bare loop: scaling", median(loop), "");
	bench_at_least("-j 2 / two copies of a bare loop", median(ours) / median(loop), 0.95);
}

/* ---- memory ----------------------------------------------------------------------------------------------------------- */

static long peak(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void memory(unsigned long schedules)
{
	struct search s = bare(schedules / 10);
	long before, grown;

	search_cost(&s);
	before = peak();
	s.schedules = schedules;
	search_cost(&s);
	grown = peak() - before;
	printf("%lu schedules after the first tenth: memory grew by %ld KiB\n", schedules, grown);
	bench_at_most("memory that grew, MiB", grown / 1024.0, 1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--bare")) {
		struct search s = bare(argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000);

		bench_row("a bare program: schedules a second", 1e9 / search_cost(&s), "");
		return 0;
	}
	machine();
	program();
	memory(argc > 1 && !strcmp(argv[1], "--long") ? 1000000 : 100000);
	if (argc > 1 && !strcmp(argv[1], "--long"))
		scaling();
	return bench_failures != 0;
}
