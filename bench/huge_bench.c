// SPDX-License-Identifier: MIT
/*
 * A 2 MiB folio's round trip to device memory and back, copies aside, beside writing its 512 page
 * descriptors once on each side, and beside the same bytes as 512 single pages.
 */
#include <psim/psim.h>

#include "bench.h"
#include "migrate_kernel.h"

static void round_trip(void)
{
	if (bench_migrate_round())
		exit(1);
}

static double measure(int huge)
{
	const struct psim_config config = {.no_bytes = 1};
	double ns;

	if (psim_start(&config) || bench_migrate_begin(512, huge))
		exit(1);
	round_trip();
	ns = bench_median(round_trip, 100);
	bench_migrate_end();
	if (psim_stop())
		exit(1);
	return ns;
}

int main(void)
{
	double written, huge, single;

	bench_clock = CLOCK_PROCESS_CPUTIME_ID;
	written = bench_median(bench_write_descriptors, 1000);
	huge = measure(1);
	single = measure(0);
	bench_row("512 page descriptors, written once on each side", written / 1e3, "us");
	bench_row("round trip of a 2 MiB folio", huge / 1e3, "us");
	bench_row("round trip of 512 single pages", single / 1e3, "us");
	bench_at_most("2 MiB folio / writing the descriptors", huge / written, 4);
	bench_at_most("2 MiB folio / 512 single pages", huge / single, 0.125);
	return bench_failures != 0;
}
