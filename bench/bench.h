/* SPDX-License-Identifier: MIT */
/* What benchmarks share: a clock, the median of several rounds, one line for a ratio and its limit. */
#ifndef PSIM_BENCH_H
#define PSIM_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ROUNDS 11

static clockid_t bench_clock = CLOCK_MONOTONIC;

static inline double bench_now(void)
{
	struct timespec now;

	clock_gettime(bench_clock, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static inline int bench_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nanoseconds of one call: the median over BENCH_ROUNDS rounds of @calls calls each. */
static inline double bench_median(void (*call)(void), unsigned long calls)
{
	double rounds[BENCH_ROUNDS];

	for (int r = 0; r < BENCH_ROUNDS; r++) {
		double start = bench_now();

		for (unsigned long i = 0; i < calls; i++)
			call();
		rounds[r] = (bench_now() - start) / calls;
	}
	qsort(rounds, BENCH_ROUNDS, sizeof(rounds[0]), bench_order);
	return rounds[BENCH_ROUNDS / 2];
}

static int bench_failures;

/* "what: value (at most limit): ok" */
static inline void bench_at_most(const char *what, double value, double limit)
{
	int ok = value <= limit;

	printf("%-60s %10.3f  at most %8.3f  %s\n", what, value, limit, ok ? "ok" : "MISSED");
	bench_failures += !ok;
}

static inline void bench_row(const char *what, double value, const char *unit)
{
	printf("%-60s %10.1f %s\n", what, value, unit);
}

#endif /* PSIM_BENCH_H */
