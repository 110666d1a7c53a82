// SPDX-License-Identifier: MIT
/* Workloads of several GPUs: who goes where, how often, and who waits. */
#include "lab_test.h"

#define MANY 65536

static struct psim_lab_access got[MANY];
static long nr_got;

static void take(const char *kind, const double *own, unsigned int n)
{
	const struct psim_lab_workload *workload = lab_workload_find(kind);
	double values[LAB_MAX_OPTIONS] = {0};
	char error[LAB_ERROR];
	void *state;
	long some;

	assert_non_null(workload);
	for (int i = 0; workload->options[i].name; i++)
		values[i] = workload->options[i].value;
	for (unsigned int i = 0; i < n; i++)
		values[i] = own[i];
	state = workload->open(values, NULL, 7, error, sizeof(error));
	assert_non_null(state);
	nr_got = 0;
	while ((some = workload->next(state, got + nr_got, 4096, error, sizeof(error))) > 0)
		nr_got += some;
	workload->close(state);
	assert_null(workload->open(values, "a file", 7, error, sizeof(error)));
}

#define TAKE(kind, ...)                           \
	take(kind, (const double[]){__VA_ARGS__}, \
	     sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static unsigned long page_at(long i)
{
	return (got[i].address - 0x100000000ull) / PSIM_LAB_PAGE;
}

/* 1 MiB, 3 GPUs, a quarter is common: 64 pages, then 64 for each. */
static void share__has_parts_and_a_common_one(void **state)
{
	unsigned int in_common = 0, common_writes[3] = {0}, own_writes = 0;

	(void)state;
	TAKE("share", 1 << 20, 30000, 3, 0.25, 10, 0.5, 1, 0.2);
	assert_int_equal(nr_got, 30000);
	for (long i = 0; i < nr_got; i++) {
		unsigned int gpu = got[i].who - 1;

		assert_int_equal(gpu, i % 3);
		assert_false(got[i].flags & PSIM_LAB_WAIT);
		if (page_at(i) < 64) {
			in_common++;
			common_writes[gpu] += got[i].flags & PSIM_LAB_WRITE;
		} else {
			assert_int_equal(page_at(i) / 64, 1 + gpu);
			own_writes += got[i].flags & PSIM_LAB_WRITE;
		}
		/* ten accesses to a page, one after another */
		if (i / 3 % 10)
			assert_int_equal(page_at(i), page_at(i - 3));
	}
	assert_in_range(in_common, 6500, 8500);
	assert_in_range(own_writes, 10500, 12000);
	assert_in_range(common_writes[0], 350, 650);
	assert_int_equal(common_writes[1] + common_writes[2], 0);
}

static void share__is_private_or_common_alone(void **state)
{
	(void)state;
	TAKE("share", 1 << 20, 3000, 4);
	for (long i = 0; i < nr_got; i++)
		assert_int_equal(page_at(i) / 64, i % 4);
	TAKE("share", 1 << 20, 3000, 4, 1, 1, 1);
	for (long i = 0; i < nr_got; i++) {
		assert_true(page_at(i) < 256);
		assert_false(got[i].flags & PSIM_LAB_WRITE);
	}
}

/* 4 chunks of 2 pages, of 32 accesses each, twice; a turn that writes, two that read. */
static void handover__goes_from_gpu_to_gpu(void **state)
{
	(void)state;
	TAKE("handover", 32768, 128 * 15, 3, 8192, 2, 3, 1);
	assert_int_equal(nr_got, 128 * 15);
	for (long i = 0; i < nr_got; i++) {
		unsigned int turn = i / 128, chunk = turn / 3;

		/* who has read it last is not the one to write the next */
		assert_int_equal(got[i].who, 1 + (turn + chunk) % 3);
		assert_int_equal(!!(got[i].flags & PSIM_LAB_WRITE), turn % 3 == 0);
		assert_int_equal(!!(got[i].flags & PSIM_LAB_WAIT), i % 128 == 0);
		assert_int_equal(page_at(i), chunk % 4 * 2 + i % 64 / 32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share__has_parts_and_a_common_one),
		cmocka_unit_test(share__is_private_or_common_alone),
		cmocka_unit_test(handover__goes_from_gpu_to_gpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
