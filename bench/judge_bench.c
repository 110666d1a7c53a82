// SPDX-License-Identifier: MIT
/*
 * The generator with checks on: random operations on a small machine, compared with the model, and the
 * whole machine audited after every one of them; real processes off. CPU time, so one core.
 */
#include <string.h>

#include "judge.h"

#include "bench.h"

#define OPS   20000
#define SEEDS 6

int main(void)
{
	static struct op ops[OPS];
	struct verdict verdict;
	double seconds[SEEDS];

	for (int seed = 0; seed < SEEDS; seed++) {
		struct source source = {.state = seed + 1};
		size_t count = generate(&source, ops, OPS);
		clock_t start = clock();
		char what[64];

		if (!run_sequence(ops, count, JUDGE_MODEL, 1, &verdict, NULL)) {
			fprintf(stderr, "seed %d: operation %zu: %s\n", seed + 1, verdict.at,
				verdict.text);
			return 1;
		}
		seconds[seed] = (double)(clock() - start) / CLOCKS_PER_SEC;
		snprintf(what, sizeof(what), "seed %d: operations a second", seed + 1);
		bench_row(what, count / seconds[seed], "");
	}
	qsort(seconds, SEEDS, sizeof(seconds[0]), bench_order);
	bench_at_most("slowest seed, microseconds an operation with its audit",
		      seconds[SEEDS - 1] / OPS * 1e6, 100);
	return bench_failures != 0;
}
