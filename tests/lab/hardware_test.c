// SPDX-License-Identifier: MIT
/*
 * What was measured of real drivers besides slow-downs: batches, prefetching, eviction, what moving costs.
 * docs/studies/validation.md has the table; LAB_ROWS=1 in the environment prints it.
 */
#include "published.h"

#define PAGES 16384ul

/* ---- C31: what is in a batch ---------------------------------------------------------------------------------- */

/* With nothing but a region's cost, the time is how many regions the batches had. */
static double regions_a_batch(unsigned int faults, double *faults_a_region)
{
	struct lab_experiment e = experiment_with("nv-batch");
	struct lab_policy policy = policy_of(PARTS("page", "lrm"));
	double without, with;

	lab_cost_defaults(&e.cost);
	e.cost.batch_faults = faults;
	e.cost.region_ns = 0;
	without = run_at(&e, &policy, 0.9);
	e.cost.region_ns = 1000;
	with = run_at(&e, &policy, 0.9);
	lab_experiment_free(&e);
	*faults_a_region = result.faults / (with - without);
	return (with - without) / result.batches;
}

static void random__has_a_fault_a_region(void **state)
{
	const unsigned long pages = 1024 * PSIM_LAB_REGION_PAGES; /* of 2 GiB */
	uint32_t *order = malloc(pages * sizeof(*order));
	struct random random;
	double faults, here;

	(void)state;
	assert_non_null(order);
	random_seed(&random, 3);
	program_begin();
	next_page = pages;
	for (unsigned long i = 0; i < pages; i++) {
		unsigned long other = random_below(&random, i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	for (unsigned long i = 0; i < pages; i++)
		add(1, order[i], false);
	free(order);
	here = regions_a_batch(242, &faults);
	ROW("| random: faults a region, regions a batch | 1.04, 233 | %.2f, %.0f |\n", faults,
	    here);
	within_factor("faults a region", faults, 1.04, 1.1);
	within_factor("regions a batch", here, 233, 1.1);
}

static void stream__has_many_faults_in_few_regions(void **state)
{
	double faults, here;

	(void)state;
	triad(PAGES, 1);
	here = regions_a_batch(60, &faults);
	ROW("| stream: the same | 15.4, 3.93 | %.1f, %.2f |\n", faults, here);
	within_factor("faults a region", faults, 15.4, 1.5);
	within_factor("regions a batch", here, 3.93, 1.5);
}

/* C35: batches four times as large */
static void batches__fewer_when_larger(void **state)
{
	struct lab_experiment e = experiment_with("nv-batch");
	struct lab_policy policy = policy_of(PARTS("tree", "lrm"));
	double time, batches, size;

	(void)state;
	random_access(PAGES, 2 * PAGES);
	time = run_at(&e, &policy, 2);
	batches = result.batches;
	size = result.faults / batches;
	e.cost.window *= 4;
	e.cost.batch_faults *= 4;
	time /= run_at(&e, &policy, 2);
	batches = result.batches / batches;
	size = result.faults / (double)result.batches / size;
	ROW("| larger batches: how many, how large, how much faster | 0.49, 2.27, 2 | %.2f, %.2f, "
	    "%.2f |\n",
	    batches, size, time);
	within_factor("batches", batches, 0.49, 1.5);
	within_factor("size", size, 2.27, 1.5);
	within_factor("time", time, 2, 1.5);
	lab_experiment_free(&e);
}

/* ---- prefetching ------------------------------------------------------------------------------------------------- */

struct gain {
	double time; /* of the first by that of the second */
	double faults, batches; /* of the second by those of the first */
};

static struct gain compare(double ratio, const char *const *a, const char *const *b)
{
	struct lab_experiment e = experiment_with("nv-batch");
	struct lab_policy first = policy_of(a), second = policy_of(b);
	struct gain gain = {.time = run_at(&e, &first, ratio)};
	double faults = result.faults, batches = result.batches;

	gain.time /= run_at(&e, &second, ratio);
	gain.faults = result.faults / faults;
	gain.batches = result.batches / batches;
	lab_experiment_free(&e);
	return gain;
}

/* C30 */
static void prefetching__helps_when_it_does_not_fit(void **state)
{
	struct gain gain;

	(void)state;
	grain = 128;
	gauss_seidel(PAGES / 2, 5);
	gain = compare(1.2, PARTS("page", "lrm"), PARTS("tree", "lrm"));
	ROW("| Gauss-Seidel at 120 %%: faster with the tree | 3.39 | %.2f |\n", gain.time);
	within_factor("Gauss-Seidel", gain.time, 3.39, 3);
	gemm(2048, 64);
	gain = compare(0, PARTS("page", "lrm"), PARTS("tree", "lrm"));
	ROW("| sgemm, fits: batches that the tree saves | 93 %% | %.0f %% |\n",
	    100 - 100 * gain.batches);
	assert_true(gain.batches < 0.35);
	grain = PSIM_LAB_PAGE;
}

/* C29 */
static void whole_regions__save_faults(void **state)
{
	struct gain gain;

	(void)state;
	fdtd(PAGES, 5);
	gain = compare(1.5, PARTS("tree", "lrm"), PARTS("region", "lrm"));
	ROW("| fdtd at 150 %%: whole regions save faults, time | 36 (at most 84) %%, 8 %% | %.0f %%, "
	    "%.0f %% |\n",
	    100 - 100 * gain.faults, 100 - 100 / gain.time);
	assert_true(gain.faults < 0.64 && gain.faults > 0.16);
	assert_true(gain.time > 1);
}

/* ---- eviction ------------------------------------------------------------------------------------------------------ */

enum {
	LRM,
	LRU,
	LFU,
	CYCLIC,
	POLICIES
};

static double times[5][POLICIES], evictions[5][POLICIES];

/* C27 */
static void eviction__no_policy_wins_everywhere(void **state)
{
	static const char *const names[] = {"gemm", "fdtd", "jacobi", "random access", "nw"};
	struct lab_experiment e = experiment_with("nv-batch");
	unsigned int wins[POLICIES] = {0};

	(void)state;
	for (unsigned int p = 0; p < 5; p++) {
		unsigned int best = 0;

		switch (p) {
		case 0:
			gemm(2048, 64);
			break;
		case 1:
			fdtd(PAGES / 2, 5);
			break;
		case 2:
			jacobi(PAGES / 2, 5);
			break;
		case 3:
			random_access(PAGES / 2, PAGES);
			break;
		default:
			nw(PAGES / 2);
		}
		for (unsigned int i = 0; i < POLICIES; i++) {
			static const char *const parts[] = {"lrm", "lru", "lfu", "lru-reserved"};
			struct lab_policy policy = policy_of(PARTS("tree", parts[i]));

			if (i == CYCLIC)
				policy.parts[2].values[0] = 0.5;
			times[p][i] = run_at(&e, &policy, 1.5);
			evictions[p][i] = result.evictions;
			best = times[p][i] < times[p][best] ? i : best;
		}
		wins[best]++;
		ROW("| %s | %.1f | %.1f | %.1f | %.1f |\n", names[p], times[p][LRM] / 1000,
		    times[p][LRU] / 1000, times[p][LFU] / 1000, times[p][CYCLIC] / 1000);
	}
	for (unsigned int i = 0; i < POLICIES; i++)
		assert_true(wins[i] < 4);
	ROW("| recency beside migration, gemm: evictions, time | -62 %%, -14 %% | %.0f %%, %.0f %% |\n",
	    100 * evictions[0][LRU] / evictions[0][LRM] - 100,
	    100 * times[0][LRU] / times[0][LRM] - 100);
	within_factor("recency: evictions", evictions[0][LRU] / evictions[0][LRM], 0.38, 1.5);
	within_factor("recency: time", times[0][LRU] / times[0][LRM], 0.86, 1.5);
	ROW("| protection of cycles, fdtd: evictions, time | -46 %%, -34 %% | %.0f %%, %.0f %% |\n",
	    100 * evictions[1][CYCLIC] / evictions[1][LRM] - 100,
	    100 * times[1][CYCLIC] / times[1][LRM] - 100);
	within_factor("cycles: evictions", evictions[1][CYCLIC] / evictions[1][LRM], 0.54, 1.5);
	within_factor("cycles: time", times[1][CYCLIC] / times[1][LRM], 0.66, 1.5);
	lab_experiment_free(&e);
}

/* ---- C36: a driver without batches that moves 2 MiB --------------------------------------------------------------------- */

static double slower(const struct lab_experiment *e, double ratio)
{
	struct lab_policy policy = policy_of(PARTS("region", "fifo"));
	double fits = run_at(e, &policy, 0);

	return run_at(e, &policy, ratio) / fits;
}

static void shapes__stream_grid_column(void **state)
{
	struct lab_experiment e = experiment_with("nv-batch");
	double small, large;

	(void)state;
	e.cost.batch_faults = 1;
	triad(PAGES, 1);
	small = slower(&e, 1.09);
	large = slower(&e, 1.56);
	ROW("| stream at 109, 156 %% | mild, linear | %.2f, %.2f |\n", small, large);
	assert_true(small > 1 && small < 1.15 && large > small && large < 1.5);
	jacobi(PAGES, 5);
	small = slower(&e, 1.09);
	large = slower(&e, 1.56);
	ROW("| Jacobi at 109, 156 %% | 2.5, then a plateau | %.2f, %.2f |\n", small, large);
	assert_true(small > 2.5 && large < 1.05 * small);
	mvt(4096, 512);
	small = slower(&e, 1.02);
	ROW("| mvt at 102 %% | collapses | %.2f |\n", small);
	assert_true(small > 20);
	lab_experiment_free(&e);
}

/* ---- what xe's faults cost ----------------------------------------------------------------------------------------------- */

/* C47: microseconds for a KiB, of faults of 64 KiB, of 2 MiB, of 2 MiB as a large folio at the speed seen with it */
static void xe__cost_of_a_kib(void **state)
{
	struct lab_experiment e = experiment_with("xe");
	struct lab_policy block = policy_of(PARTS("block")), region = policy_of(PARTS("region"));
	double small, large, folio;

	(void)state;
	gauss_seidel(PSIM_LAB_REGION_PAGES, 1);
	small = run_at(&e, &block, 0) / 2048;
	large = run_at(&e, &region, 0) / 2048;
	e.cost.page_ns = 0;
	e.cost.in_speed = 19800;
	folio = run_at(&e, &region, 0) / 2048;
	ROW("| a fault of 64 KiB, 2 MiB, 2 MiB in one folio: us a KiB | 0.97, 0.27, 0.064 | %.2f, "
	    "%.2f, %.3f |\n",
	    small, large, folio);
	within_factor("64 KiB", small, 0.97, 1.02);
	within_factor("2 MiB", large, 0.27, 1.02);
	within_factor("a folio", folio, 0.064, 1.3);
	lab_experiment_free(&e);
}

/* A GPU and the CPU in turns. Return: us a turn of both. */
static double bounce(unsigned int pages, const char *const *parts)
{
	struct lab_experiment e = experiment_with("xe");
	struct lab_policy policy = policy_of(parts);
	double time;

	program_begin();
	next_page = 2048;
	for (unsigned int turn = 0; turn < 20; turn++) {
		for (unsigned int page = 0; page < pages; page++) {
			add(1, page, true);
			accesses[nr_accesses - 1].flags |= page ? 0 : PSIM_LAB_WAIT;
		}
		for (unsigned int page = 0; page < pages; page += PSIM_LAB_REGION_PAGES) {
			add(0, page, true);
			accesses[nr_accesses - 1].flags |= page ? 0 : PSIM_LAB_WAIT;
		}
	}
	time = run_at(&e, &policy, 0) / 20;
	lab_experiment_free(&e);
	return time;
}

/* C48 */
static void xe__bounces_cost_what_is_allocated(void **state)
{
	double small, large, more, slice;

	(void)state;
	small = bounce(16, PARTS("chunks", "fifo"));
	large = bounce(512, PARTS("chunks", "fifo"));
	more = bounce(2048, PARTS("chunks", "fifo"));
	slice = bounce(16, PARTS("stay", "chunks", "fifo"));
	ROW("| 64 KiB, 2 MiB, 8 MiB touched by GPU and CPU in turns: us a turn | in proportion to "
	    "the size | %.0f, %.0f, %.0f |\n",
	    small, large, more);
	ROW("| 64 KiB with a time slice of 5 ms: ms a turn | one slice | %.2f |\n", slice / 1000);
	within_factor("8 MiB beside 2 MiB", more / large, 4, 1.02);
	assert_true(large > 10 * small);
	within_factor("a slice", slice, 5000, 1.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random__has_a_fault_a_region),
		cmocka_unit_test(stream__has_many_faults_in_few_regions),
		cmocka_unit_test(batches__fewer_when_larger),
		cmocka_unit_test(prefetching__helps_when_it_does_not_fit),
		cmocka_unit_test(whole_regions__save_faults),
		cmocka_unit_test(eviction__no_policy_wins_everywhere),
		cmocka_unit_test(shapes__stream_grid_column),
		cmocka_unit_test(xe__cost_of_a_kib),
		cmocka_unit_test(xe__bounces_cost_what_is_allocated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
