// SPDX-License-Identifier: MIT
/*
 * The GPU's page walker, TLB and bytes, apart from any machine: reports and virtual time are stand-ins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "simgpu_hw.h"

static unsigned int reports;
static unsigned long long now;

void psim_hw_report(struct psim_hw *hw, const char *rule, const char *what,
		    unsigned long long value)
{
	(void)hw, (void)rule, (void)what, (void)value;
	reports++;
}

unsigned long long psim_now(void)
{
	return now;
}

#define ROOT	0x1000ull
#define ADDRESS 0x7f1234567000ull

static struct simgpu_hw gpu;

static void put(uint64_t table, unsigned int index, uint64_t entry)
{
	memcpy(simhw_store_at(&gpu.tables, table + index * 8, 8, 1), &entry, 8);
	simhw_mmu_table_written(&gpu);
}

/*
 *  ROOT -> 0x2000 -> 0x3000 -> 0x4000 -> pte of ADDRESS
 */
static void map(uint64_t pte)
{
	put(ROOT, ADDRESS >> 39 & 511, 0x2000 | SIMGPU_PTE_VALID);
	put(0x2000, ADDRESS >> 30 & 511, 0x3000 | SIMGPU_PTE_VALID);
	put(0x3000, ADDRESS >> 21 & 511, 0x4000 | SIMGPU_PTE_VALID);
	put(0x4000, ADDRESS >> 12 & 511, pte);
}

static int setup(void **state)
{
	(void)state;
	memset(&gpu, 0, sizeof(gpu));
	reports = 0;
	now = 0;
	return simhw_store_open(&gpu.tables, 1 << 20);
}

static int teardown(void **state)
{
	(void)state;
	simhw_store_close(&gpu.tables);
	return 0;
}

static void mmu_translate__finds_what_the_driver_wrote(void **state)
{
	(void)state;
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	map(0x5000 | SIMGPU_PTE_VALID | SIMGPU_PTE_WRITE);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 1) & SIMGPU_PTE_ADDRESS,
			 0x5000);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS + 4096, 0), 0);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, 1ull << 48, 0), 0);
}

static void mmu_translate__write_needs_the_write_bit(void **state)
{
	(void)state;
	map(0x5000 | SIMGPU_PTE_VALID);
	assert_int_not_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 1), 0);
}

static void mmu_translate__keeps_a_translation_until_invalidated(void **state)
{
	(void)state;
	map(0x5000 | SIMGPU_PTE_VALID);
	simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0);
	map(0);
	assert_int_not_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	simhw_mmu_invalidate(&gpu, 2, 0, ~0ull); /* another context's */
	assert_int_not_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	simhw_mmu_invalidate(&gpu, 1, ADDRESS, ADDRESS + 4096);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	assert_int_equal(reports, 0);
}

static void mmu_translate__reports_a_forgotten_invalidation(void **state)
{
	(void)state;
	now = 100;
	map(0x5000 | SIMGPU_PTE_VALID);
	simhw_mmu_invalidate(&gpu, 1, 0, ~0ull);
	simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0);
	map(0);
	now += STALE_NS - 2;
	simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0);
	assert_int_equal(reports, 0);
	now += 3;
	simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0);
	assert_int_equal(reports, 1);
}

static void mmu_translate__reports_a_table_outside_of_table_memory(void **state)
{
	(void)state;
	put(ROOT, ADDRESS >> 39 & 511, (1ull << 40) | SIMGPU_PTE_VALID);
	assert_int_equal(simhw_mmu_translate(&gpu, 1, ROOT, ADDRESS, 0), 0);
	assert_int_equal(reports, 1);
}

static void store_at__refuses_what_lies_beyond_the_end(void **state)
{
	(void)state;
	assert_non_null(simhw_store_at(&gpu.tables, (1 << 20) - 8, 8, 0));
	assert_null(simhw_store_at(&gpu.tables, (1 << 20) - 7, 8, 0));
	assert_null(simhw_store_at(&gpu.tables, ~0ull, 8, 0));
}

static void store_open__a_pooled_store_is_zero_again(void **state)
{
	struct store store;

	(void)state;
	for (uint64_t offset = 8; offset < 4 << 20; offset += (2 << 20)) {
		assert_int_equal(simhw_store_open(&store, 4 << 20), 0);
		assert_int_equal(*simhw_store_at(&store, 8, 1, 0), 0);
		*simhw_store_at(&store, 8, 1, 1) = 0x5a;
		memset(simhw_store_at(&store, offset, 100, 1), 0xff, 100);
		simhw_store_close(&store);
	}
	assert_int_equal(simhw_store_open(&store, 4 << 20), 0);
	assert_int_equal(*simhw_store_at(&store, 8, 1, 0), 0);
	assert_int_equal(*simhw_store_at(&store, 8 + (2 << 20), 1, 0), 0);
	simhw_store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(mmu_translate__finds_what_the_driver_wrote),
		CASE(mmu_translate__write_needs_the_write_bit),
		CASE(mmu_translate__keeps_a_translation_until_invalidated),
		CASE(mmu_translate__reports_a_forgotten_invalidation),
		CASE(mmu_translate__reports_a_table_outside_of_table_memory),
		CASE(store_at__refuses_what_lies_beyond_the_end),
		CASE(store_open__a_pooled_store_is_zero_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
