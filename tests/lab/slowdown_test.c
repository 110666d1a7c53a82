// SPDX-License-Identifier: MIT
/*
 * How much slower programs become on real hardware when memory is too small: docs/studies/validation.md has the
 * tables; LAB_ROWS=1 in the environment prints them. 64 MiB, 32 regions of 2 MiB.
 */
#include <math.h>

#include "published.h"

#define PAGES 16384ul

enum {
	BACKPROP,
	HOTSPOT,
	FDTD,
	SSSP,
	NW,
	BFS,
	RANDOM,
	TRIAD,
	GEMM,
	MVT,
	PROGRAMS
};

static const char *const names[] = {"backprop", "hotspot", "fdtd",  "sssp", "nw",
				    "bfs",	"random",  "triad", "gemm", "mvt"};

static void emit(unsigned int program)
{
	switch (program) {
	case BACKPROP:
		backprop(PAGES);
		break;
	case HOTSPOT:
		hotspot(PAGES, 1);
		break;
	case FDTD:
		fdtd(PAGES, 5);
		break;
	case SSSP:
		sssp(600000, 8);
		break;
	case NW:
		nw(PAGES);
		break;
	case BFS:
		bfs(1000000, 6);
		break;
	case RANDOM:
		random_access(PAGES, 2 * PAGES);
		break;
	case TRIAD:
		triad(PAGES, 1);
		break;
	case GEMM:
		gemm(2048, 64);
		break;
	default:
		mvt(4096, grain);
	}
}

enum {
	AT_FIT,
	AT_125,
	AT_150,
	AT_200,
	AT_300,
	RATIOS
};

static const double ratios[] = {0, 1.25, 1.5, 2, 3};

#define SMALL (1 << AT_FIT | 1 << AT_125 | 1 << AT_150)
#define LARGE (1 << AT_FIT | 1 << AT_200 | 1 << AT_300)

/**
 * struct row - what was measured
 * @runs: at which ratios the driver's policy is run here
 * @at_125, @at_150: GTX 1080 Ti, times as long as when it fits: C20; 0: not measured
 * @factor: within it; 0: a mismatch that the study names
 * @irregular: more is lost than by any regular one
 * @applications: how many of C21's ten it stands for; these are run by access counters, too
 */
static const struct row {
	unsigned int runs;
	double at_125, at_150;
	double factor;
	bool irregular;
	unsigned int applications;
} rows[] = {
	[BACKPROP] = {SMALL, 1.02, 1.32, 1.5, false, 0},
	[HOTSPOT] = {SMALL, 1.46, 1.55, 1.5, false, 0},
	[FDTD] = {SMALL, 1.67, 1.89, 0, false, 0},
	[SSSP] = {SMALL, 1.11, 1.48, 0, true, 0},
	[NW] = {SMALL | LARGE, 1.59, 9.84, 0, true, 1},
	[BFS] = {SMALL | LARGE, 4.46, 15.4, 2.5, true, 1},
	[RANDOM] = {SMALL | LARGE, 15.2, 20.8, 2.5, true, 1}, /* XSBench */
	[TRIAD] = {SMALL | LARGE, 0, 0, 0, false, 1}, /* 2DCONV */
	[GEMM] = {SMALL | LARGE, 0, 0, 0, false, 2}, /* GEMM, HEL */
	[MVT] = {1 << AT_125 | LARGE, 0, 0, 0, true, 4}, /* MVT, ATAX, BICG, GEMV */
};

/* Times under the driver's policy and by access counters, in us. */
static double driver[PROGRAMS][RATIOS], counted[PROGRAMS][RATIOS];

static double slower(unsigned int program, unsigned int at)
{
	return driver[program][at] / driver[program][AT_FIT];
}

static double countered(unsigned int program, unsigned int at)
{
	return counted[program][at] / driver[program][AT_FIT];
}

/*
 * An access is one of a warp: 128 bytes. There are many at once, so afar they take what the link takes for their bytes.
 */
static int run_all(void **state)
{
	struct lab_policy nvidia = policy_of(PARTS("tree", "lrm"));
	struct lab_policy counters = policy_of(PARTS("counters", "block", "lrm"));
	struct lab_experiment e = experiment_with("nv-batch");

	(void)state;
	grain = 128;
	e.cost.far_ns = grain * 1000 / e.cost.in_speed;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		emit(p);
		for (unsigned int r = 0; r < RATIOS; r++) {
			if (rows[p].runs & 1 << r)
				driver[p][r] = run_at(&e, &nvidia, ratios[r]);
			if (rows[p].applications && LARGE & 1 << r)
				counted[p][r] = run_at(&e, &counters, ratios[r]);
		}
		ROW("| %s | %g, %.2f | %g, %.2f | %.2f, %.2f | %.2f, %.2f, %.2f |\n", names[p],
		    rows[p].at_125, slower(p, AT_125), rows[p].at_150, slower(p, AT_150),
		    slower(p, AT_200), slower(p, AT_300), countered(p, AT_FIT),
		    countered(p, AT_200), countered(p, AT_300));
	}
	lab_experiment_free(&e);
	return 0;
}

/* C20 */
static void slowdowns__as_measured(void **state)
{
	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		if (rows[p].factor <= 0)
			continue;
		within_factor(names[p], slower(p, AT_125), rows[p].at_125, rows[p].factor);
		within_factor(names[p], slower(p, AT_150), rows[p].at_150, rows[p].factor);
	}
}

/* C20: more memory missing, more time; a whole class before the other, but for fdtd, which the study names */
static void slowdowns__grow_and_are_worse_when_irregular(void **state)
{
	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		assert_true(slower(p, AT_125) > 1);
		if (rows[p].runs & 1 << AT_150)
			assert_true(slower(p, AT_150) > slower(p, AT_125));
		for (unsigned int q = 0; q < PROGRAMS; q++) {
			if (rows[p].irregular || !rows[q].irregular || p == FDTD)
				continue;
			assert_true(slower(q, AT_125) > slower(p, AT_125));
		}
	}
}

static double mean(double (*of)(unsigned int, unsigned int), unsigned int at)
{
	double sum = 0;
	unsigned int n = 0;

	for (unsigned int p = 0; p < PROGRAMS; p++) {
		n += rows[p].applications;
		if (rows[p].applications)
			sum += rows[p].applications * log(of(p, at));
	}
	assert_int_equal(n, 10);
	return exp(sum / n);
}

/* C21: ten applications at two and three times the memory, and how steeply that grows; C22 */
static void ten_applications__as_measured(void **state)
{
	(void)state;
	ROW("| driver, 2x, 3x | %.1f | %.1f |\n| counters, fits, 2x, 3x | %.1f | %.1f | %.1f |\n",
	    mean(slower, AT_200), mean(slower, AT_300), mean(countered, AT_FIT),
	    mean(countered, AT_200), mean(countered, AT_300));
	within_factor("driver at 200 %", mean(slower, AT_200), 33.2, 1.5);
	within_factor("driver at 300 %", mean(slower, AT_300), 60.7, 1.5);
	within_factor("counters at 200 %", mean(countered, AT_200), 4.7, 2);
	within_factor("counters at 300 %", mean(countered, AT_300), 8.9, 2);
	assert_true(mean(countered, AT_FIT) > 1.3);
}

/* C22: counters win most where memory is thrashed, and lose where it is streamed */
static void counters__win_where_it_thrashes(void **state)
{
	(void)state;
	assert_true(countered(MVT, AT_200) * 10 < slower(MVT, AT_200));
	assert_true(countered(NW, AT_200) * 10 < slower(NW, AT_200));
	assert_true(countered(RANDOM, AT_200) * 10 < slower(RANDOM, AT_200));
	assert_true(countered(TRIAD, AT_200) > slower(TRIAD, AT_200));
}

/* C25: at 125 % a stream only waits for what leaves; short re-use takes more than a hundred times as long */
static void streams__wait_and_short_reuse_collapses(void **state)
{
	(void)state;
	assert_true(slower(TRIAD, AT_125) < 1.25);
	assert_true(slower(BACKPROP, AT_125) < 1.25);
	assert_true(slower(MVT, AT_125) > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slowdowns__as_measured),
		cmocka_unit_test(slowdowns__grow_and_are_worse_when_irregular),
		cmocka_unit_test(ten_applications__as_measured),
		cmocka_unit_test(counters__win_where_it_thrashes),
		cmocka_unit_test(streams__wait_and_short_reuse_collapses),
	};

	return cmocka_run_group_tests(tests, run_all, NULL);
}
