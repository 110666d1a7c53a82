/* SPDX-License-Identifier: MIT */
/* One process in a small machine, for each case anew: what the suites of processes share. */
#ifndef USER_ONE_PROCESS_H
#define USER_ONE_PROCESS_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <psim/audit.h>
#include <psim/fault.h>
#include <psim/machine.h>
#include <psim/process.h>
#include <psim/task.h>

#define PAGE PSIM_PAGE_SIZE
#define RW   (PSIM_READ | PSIM_WRITE)

static struct psim_process *process;

static inline int start_with(const struct psim_config *config)
{
	if (psim_start(config))
		return -1;
	process = psim_process_create("test");
	return process ? 0 : -1;
}

static inline int setup(void **state)
{
	const struct psim_config config = {.ram_bytes = 16 << 20, .quiet = 1};

	(void)state;
	return start_with(&config);
}

/* Every case ends with nothing wrong and nothing left. */
static inline int teardown(void **state)
{
	(void)state;
	if (psim_audit() || (process && psim_process_exit(process)))
		return -1;
	process = NULL;
	return psim_stop();
}

static inline unsigned long map(size_t pages)
{
	long address = psim_mmap(process, 0, pages * PAGE, RW);

	assert_true(address > 0);
	return address;
}

static inline void store_u64(unsigned long address, uint64_t value)
{
	assert_int_equal(psim_store(process, address, &value, sizeof(value)), 0);
}

static inline uint64_t load_u64(unsigned long address)
{
	uint64_t value = ~0ull;

	assert_int_equal(psim_load(process, address, &value, sizeof(value)), 0);
	return value;
}

static inline unsigned long rss(void)
{
	struct psim_process_stats stats;

	assert_int_equal(psim_process_stats(process, &stats), 0);
	return stats.rss;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* USER_ONE_PROCESS_H */
