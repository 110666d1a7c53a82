// SPDX-License-Identifier: MIT
/* Huge pages as a user of the machine meets them: by the machine's switch, under memory pressure. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <psim/machine.h>
#include <psim/process.h>

#define PAGE PSIM_PAGE_SIZE
#define SPAN (512ul * PAGE)
#define RW   (PSIM_READ | PSIM_WRITE)
#define MANY 1900ul /* pages: more than 8 MiB has beside a folio of 2 MiB */

static struct psim_process *process;

static int start(int huge_pages)
{
	const struct psim_config config = {
		.ram_bytes = 8 << 20, .huge_pages = huge_pages, .quiet = 1};

	if (psim_start(&config))
		return -1;
	process = psim_process_create("test");
	return process ? 0 : -1;
}

static int setup_always(void **state)
{
	(void)state;
	return start(1);
}

static int setup_never(void **state)
{
	(void)state;
	return start(0);
}

static int teardown(void **state)
{
	(void)state;
	return psim_process_exit(process) ?: psim_stop();
}

/* An aligned 2 MiB, with a value in its first page. */
static unsigned long map_span(void)
{
	unsigned long address = psim_mmap(process, 0, 2 * SPAN, RW);
	uint64_t value = 0x1234;

	assert_true((long)address > 0);
	address = (address + SPAN - 1) / SPAN * SPAN;
	assert_int_equal(psim_store(process, address, &value, sizeof(value)), 0);
	return address;
}

static unsigned long frame_of(unsigned long address)
{
	struct psim_page_info info;

	return psim_where(process, address, &info) == PSIM_RAM ? info.pfn : 0;
}

/* S6.61: one store brings in 512 pages, in a row */
static void huge_pages__one_store_maps_2_mib(void **state)
{
	unsigned long address = map_span();
	struct psim_process_stats stats;

	(void)state;
	assert_int_equal(frame_of(address) % 512, 0);
	assert_int_equal(frame_of(address + 300 * PAGE), frame_of(address) + 300);
	assert_int_equal(psim_process_stats(process, &stats), 0);
	assert_int_equal(stats.rss, 512);
	assert_int_equal(stats.faults, 1);
}

/* Unless the machine or the mapping asks for it, it is one page */
static void huge_pages__not_asked_for(void **state)
{
	unsigned long address = map_span();
	struct psim_process_stats stats;

	(void)state;
	assert_int_equal(frame_of(address + PAGE), 0);
	assert_int_equal(psim_process_stats(process, &stats), 0);
	assert_int_equal(stats.rss, 1);
}

/* The other side of S5.43: a folio of RAM whose parts are unmapped gives them back when memory is short */
static void huge_pages__split_when_memory_is_short(void **state)
{
	unsigned long address = map_span(), more;
	uint64_t value = 0;

	(void)state;
	assert_int_equal(psim_munmap(process, address + PAGE, SPAN - PAGE), 0);
	more = psim_mmap(process, 0, MANY * PAGE, RW | PSIM_EXEC);
	assert_true((long)more > 0);
	assert_int_equal(psim_madvise(process, more, MANY * PAGE, MADV_NOHUGEPAGE), 0);
	for (unsigned long i = 0; i < MANY; i++)
		assert_int_equal(psim_store(process, more + i * PAGE, &i, sizeof(i)), 0);
	assert_int_equal(psim_load(process, address, &value, sizeof(value)), 0);
	assert_int_equal(value, 0x1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(huge_pages__one_store_maps_2_mib, setup_always,
						teardown),
		cmocka_unit_test_setup_teardown(huge_pages__not_asked_for, setup_never, teardown),
		cmocka_unit_test_setup_teardown(huge_pages__split_when_memory_is_short,
						setup_always, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
