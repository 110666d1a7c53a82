// SPDX-License-Identifier: MIT
/* The tour as code: twice in one process the same trace, and a byte flipped behind its back is found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tour.h"

static unsigned char bytes[200000];

static int body(void *arg)
{
	return tour_run(arg);
}

static int run(struct tour *tour, const char *trace)
{
	struct psim_config config = {.quiet = 1};
	int result, reports;

	tour->bytes = bytes;
	tour->length = sizeof(bytes);
	assert_int_equal(psim_start(&config), 0);
	if (trace)
		assert_int_equal(psim_trace_to(trace), 0);
	result = psim_run("tour", body, tour);
	reports = psim_stop();
	return result ? result : reports;
}

static void flip(struct psim_gpu *gpu, struct psim_process *process, unsigned long address)
{
	struct psim_page_info info;

	assert_int_equal(psim_where(process, address + 50000, &info), PSIM_DEVICE);
	assert_int_equal(psim_gpu_poke(gpu, info.pfn, 11, 1), 0);
}

static void tour_run__finds_a_byte_flipped_in_device_memory(void **state)
{
	struct tour tour = {.meddle = flip};

	(void)state;
	assert_int_equal(run(&tour, NULL), -EIO);
	assert_true(tour.failure[0]);
	assert_memory_not_equal(tour.rounds[0].digest_gpu, tour.digest_file, 32);
}

static int same_files(const char *a, const char *b)
{
	FILE *x = fopen(a, "r"), *y = fopen(b, "r");
	int c, n = 0;

	assert_non_null(x);
	assert_non_null(y);
	while ((c = getc(x)) == getc(y) && c != EOF)
		n++;
	c = c == EOF && n > 0;
	fclose(x);
	fclose(y);
	return c;
}

static void tour_run__twice_in_one_process_is_the_same(void **state)
{
	char first[] = "/tmp/psim-tour-XXXXXX", second[] = "/tmp/psim-tour-XXXXXX";
	struct tour a = {0}, b = {0};

	(void)state;
	close(mkstemp(first));
	close(mkstemp(second));
	assert_int_equal(run(&a, first), 0);
	assert_int_equal(run(&b, second), 0);
	assert_true(same_files(first, second));
	assert_memory_equal(a.rounds, b.rounds, sizeof(a.rounds));
	assert_true(a.rounds[1].evictions > 0);
	unlink(first);
	unlink(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tour_run__finds_a_byte_flipped_in_device_memory),
		cmocka_unit_test(tour_run__twice_in_one_process_is_the_same),
	};

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 37 + i / 256;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
