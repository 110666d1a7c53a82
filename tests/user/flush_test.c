// SPDX-License-Identifier: MIT
/*
 * TLB flushes of a migration, counted in the trace: one for each exclusive page and one for the chunk; for
 * pages that are shared, and so cannot be pinned, the chunk's does for all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <psim/psim.h>

#define PAGES 4
#define BYTES ((size_t)PAGES * PSIM_PAGE_SIZE)

static struct psim_process *parent;
static struct psim_gpu *gpu;
static unsigned long address;
static char path[64];

static int setup(void **state)
{
	const struct psim_config config = {.quiet = 1};
	long mapped;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/psim-flush-%d.txt", (int)getpid());
	if (psim_start(&config))
		return -1;
	parent = psim_process_create("parent");
	gpu = psim_gpu_create(NULL);
	mapped = psim_mmap(parent, 0, BYTES, PSIM_READ | PSIM_WRITE);
	address = mapped;
	for (size_t i = 0; i < PAGES && mapped > 0; i++)
		mapped = psim_store(parent, address + i * PSIM_PAGE_SIZE, "x", 1) ? 0 : mapped;
	return gpu && mapped > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	if (psim_process_exit(parent) || psim_gpu_destroy(gpu))
		return -1;
	return psim_stop();
}

/* Flushes of one page, and of more, that the setup of the parent's migration did in the parent. */
static void count_flushes(unsigned int *single, unsigned int *more)
{
	unsigned int ones[16] = {0}, many[16] = {0};
	unsigned long long mm = 0, start, end;
	FILE *file = fopen(path, "r");
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const char *setup = strstr(line, "migrate_vma_setup_end: mm=");
		const char *flush = strstr(line, "tlb_flush: mm=");

		if (setup) {
			assert_int_equal(sscanf(setup, "migrate_vma_setup_end: mm=%llu", &mm), 1);
			break;
		}
		if (!flush)
			continue;
		assert_int_equal(
			sscanf(flush, "tlb_flush: mm=%llu start=%llx end=%llx", &mm, &start, &end),
			3);
		assert_true(mm < 16);
		(end - start == PSIM_PAGE_SIZE ? ones : many)[mm]++;
	}
	fclose(file);
	*single = ones[mm];
	*more = many[mm];
}

static void migrate(void)
{
	assert_int_equal(psim_trace_to(path), 0);
	assert_int_equal(psim_gpu_migrate(gpu, parent, address, BYTES), 0);
	assert_int_equal(psim_trace_to(NULL), 0);
}

/* S1.30, S1.36 */
static void migrate_vma_setup__exclusive_pages_are_flushed_one_by_one(void **state)
{
	unsigned int single, more;

	(void)state;
	migrate();
	count_flushes(&single, &more);
	assert_int_equal(single, PAGES);
	assert_int_equal(more, 1);
}

/* S1.31: what is exclusive to nobody waits for the flush of the chunk */
static void migrate_vma_setup__shared_pages_are_flushed_together(void **state)
{
	struct psim_process *child;
	unsigned int single, more;

	(void)state;
	assert_int_equal(psim_fork(parent, "child", &child), 0);
	migrate();
	count_flushes(&single, &more);
	assert_int_equal(single, 0);
	assert_int_equal(more, 1);
	assert_int_equal(psim_process_exit(child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			migrate_vma_setup__exclusive_pages_are_flushed_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
			migrate_vma_setup__shared_pages_are_flushed_together, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
