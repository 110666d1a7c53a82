// SPDX-License-Identifier: MIT
/* The simulated GPU and folios of 2 MiB: whole where they fit, in pieces where they do not, bytes always. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <psim/psim.h>

#define FOLIO	(2ul << 20)
#define BYTES	(2 * FOLIO)
#define PAGES	(BYTES / PSIM_PAGE_SIZE)
#define ADDRESS 0x40000000ul

static struct psim_process *process;
static struct psim_gpu *gpu;

static int begin(struct psim_config config, unsigned long chunk)
{
	struct psim_gpu_config gpu_config = {.memory_bytes = 16 << 20, .chunk_bytes = chunk};

	config.quiet = 1;
	if (psim_start(&config))
		return -1;
	process = psim_process_create("app");
	gpu = psim_gpu_create(&gpu_config);
	if (!process || !gpu)
		return -1;
	return psim_mmap(process, ADDRESS, BYTES, PSIM_READ | PSIM_WRITE) == (long)ADDRESS ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	return begin((struct psim_config){.huge_pages = 1}, FOLIO);
}

static int setup_without(void **state)
{
	(void)state;
	return begin((struct psim_config){.huge_pages = 1, .no_device_folios = 1}, FOLIO);
}

static int setup_small_chunks(void **state)
{
	(void)state;
	return begin((struct psim_config){.huge_pages = 1}, FOLIO / 8);
}

static int teardown(void **state)
{
	int err = psim_audit();

	(void)state;
	err |= psim_process_exit(process);
	err |= psim_gpu_destroy(gpu);
	err |= psim_stop();
	return err;
}

static void fill(void)
{
	for (unsigned long at = 0; at < BYTES; at += 1024)
		assert_int_equal(psim_store(process, ADDRESS + at, &at, sizeof(at)), 0);
}

static void check(void)
{
	for (unsigned long at = 0, value; at < BYTES; at += 1024) {
		assert_int_equal(psim_load(process, ADDRESS + at, &value, sizeof(value)), 0);
		assert_int_equal(value, at);
	}
}

/* How many mappings a migration there and a fault back take. */
static void mappings(unsigned long *there, unsigned long *back)
{
	unsigned char byte;

	psim_fail_nth(PSIM_FAIL_DMA_MAP, 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, ADDRESS, BYTES), 0);
	*there = psim_fail_calls(PSIM_FAIL_DMA_MAP);
	psim_fail_nth(PSIM_FAIL_DMA_MAP, 0);
	assert_int_equal(psim_load(process, ADDRESS, &byte, 1), 0);
	assert_int_equal(psim_load(process, ADDRESS + FOLIO, &byte, 1), 0);
	*back = psim_fail_calls(PSIM_FAIL_DMA_MAP);
}

/* C3.10 */
static void large__whole(void **state)
{
	unsigned long there, back;

	(void)state;
	fill();
	mappings(&there, &back);
	assert_int_equal(there, 2);
	assert_int_equal(back, 2);
	check();
}

/* C3.10: the machine option */
static void large__switched_off(void **state)
{
	unsigned long there, back;

	(void)state;
	fill();
	mappings(&there, &back);
	assert_int_equal(there, PAGES);
	assert_int_equal(back, PAGES);
	check();
}

/* C3.10: a chunk is a part of a folio, so the folio is split */
static void large__in_small_chunks(void **state)
{
	struct psim_gpu_stats stats;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, ADDRESS, BYTES), 0);
	psim_gpu_stats(gpu, &stats);
	assert_int_equal(stats.pages_to_device, PAGES);
	check();
}

/* Commands run over large device folios and over large folios of RAM. */
static void large__commands(void **state)
{
	unsigned int crc[2];
	unsigned char pattern = 0x5a;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_crc32(gpu, process, ADDRESS, BYTES, &crc[0]), 0);
	assert_int_equal(psim_where(process, ADDRESS + BYTES - 1, NULL), PSIM_DEVICE);
	for (int i = 0; i < 2; i++)
		assert_int_equal(psim_gpu_xor(gpu, process, ADDRESS, BYTES, &pattern, 1), 0);
	assert_int_equal(psim_gpu_evict(gpu, ~0ull), 0);
	assert_int_equal(psim_gpu_crc32(gpu, process, ADDRESS, BYTES, &crc[1]), 0);
	assert_int_equal(crc[0], crc[1]);
	check();
}

static void large__fork_and_unmap(void **state)
{
	struct psim_process *child;
	unsigned long value;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, ADDRESS, BYTES), 0);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_munmap(process, ADDRESS + FOLIO / 2, FOLIO), 0);
	assert_int_equal(psim_gpu_evict(gpu, ~0ull), 0);
	for (unsigned long at = 0; at < BYTES; at += PSIM_PAGE_SIZE) {
		assert_int_equal(psim_load(child, ADDRESS + at, &value, sizeof(value)), 0);
		assert_int_equal(value, at);
	}
	assert_int_equal(psim_load(process, ADDRESS + BYTES - FOLIO / 2, &value, sizeof(value)), 0);
	assert_int_equal(value, BYTES - FOLIO / 2);
	assert_int_equal(psim_process_exit(child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(large__whole, setup, teardown),
		cmocka_unit_test_setup_teardown(large__switched_off, setup_without, teardown),
		cmocka_unit_test_setup_teardown(large__in_small_chunks, setup_small_chunks,
						teardown),
		cmocka_unit_test_setup_teardown(large__commands, setup, teardown),
		cmocka_unit_test_setup_teardown(large__fork_and_unmap, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
