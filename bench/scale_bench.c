// SPDX-License-Identifier: MIT
/* What a page costs in a migration's round trip, without bytes: 2^20 single pages beside 2^12. */
#include <psim/psim.h>

#include "bench.h"
#include "migrate_kernel.h"

/* Of the processor: a host that does other things in between does not count. */
static double cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Nanoseconds a page: the best of @rounds. */
static double measure(unsigned long pages, unsigned int rounds)
{
	const struct psim_config config = {.no_bytes = 1, .ram_bytes = 16ull << 30};
	double best = 1e300;

	if (psim_start(&config) || bench_migrate_begin(pages, 0) || bench_migrate_round())
		exit(1);
	while (rounds--) {
		double start = cpu_now(), ns;

		if (bench_migrate_round())
			exit(1);
		ns = (cpu_now() - start) / pages;
		best = ns < best ? ns : best;
	}
	bench_migrate_end();
	if (psim_stop())
		exit(1);
	return best;
}

int main(void)
{
	double few = measure(1ul << 12, 50), many = measure(1ul << 20, 3);

	bench_row("round trip of a page, of 2^12", few, "ns");
	bench_row("round trip of a page, of 2^20", many, "ns");
	bench_at_most("a page of 2^20 / a page of 2^12", many / few, 1.5);
	return bench_failures != 0;
}
