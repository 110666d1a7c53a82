// SPDX-License-Identifier: MIT
/* userfaultfd as with UFFD_FEATURE_SIGBUS: missing pages, write protection, and migrations beside them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <psim/psim.h>

#define PAGE  PSIM_PAGE_SIZE
#define PAGES 16

static struct psim_process *process;
static struct psim_gpu *gpu;
static unsigned long at;

static int setup(void **state)
{
	(void)state;
	if (psim_start(NULL))
		return -1;
	process = psim_process_create("app");
	gpu = psim_gpu_create(NULL);
	at = psim_mmap(process, 0, PAGES * PAGE, PSIM_READ | PSIM_WRITE);
	return !gpu || (long)at <= 0;
}

static int teardown(void **state)
{
	(void)state;
	psim_process_exit(process);
	psim_gpu_destroy(gpu);
	return psim_stop();
}

static int store(unsigned int page, char value)
{
	return psim_store(process, at + page * PAGE, &value, 1);
}

static int load(unsigned int page)
{
	char value = -1;
	int err = psim_load(process, at + page * PAGE, &value, 1);

	return err ? err : value;
}

static void register__missing_pages_fail_until_they_are_brought_in(void **state)
{
	char bytes[PAGE];

	(void)state;
	memset(bytes, 42, PAGE);
	assert_int_equal(store(1, 7), 0);
	assert_int_equal(psim_userfault_register(process, at, 4 * PAGE, PSIM_USERFAULT_MISSING), 0);
	assert_int_equal(load(1), 7);
	assert_int_equal(load(0), -EIO);
	assert_int_equal(store(0, 1), -EIO);
	assert_int_equal(store(4, 9), 0); /* behind the range */
	assert_int_equal(psim_userfault_copy(process, at, bytes), 0);
	assert_int_equal(load(0), 42);
	assert_int_equal(store(0, 1), 0);
	assert_int_equal(psim_userfault_copy(process, at, bytes), -EEXIST);
	assert_int_equal(psim_userfault_copy(process, at + 5 * PAGE, bytes), -ENOENT);
	assert_int_equal(psim_userfault_unregister(process, at, 4 * PAGE), 0);
	assert_int_equal(store(2, 3), 0);
}

/* S2.12 */
static void register__missing_holes_do_not_migrate(void **state)
{
	(void)state;
	assert_int_equal(store(0, 1), 0);
	assert_int_equal(psim_userfault_register(process, at, PAGES * PAGE, PSIM_USERFAULT_MISSING),
			 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, at, PAGES * PAGE), -EBUSY);
	assert_int_equal(psim_where(process, at + PAGE, NULL), PSIM_EMPTY);
	assert_int_equal(load(0), 1);
	assert_int_equal(psim_userfault_unregister(process, at, PAGES * PAGE), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, at, PAGES * PAGE), 0);
	assert_int_equal(psim_where(process, at + PAGE, NULL), PSIM_DEVICE);
}

/* S1.34, S3.13: the marks of slots travel with their pages */
static void writeprotect__outlives_the_way_there_and_back(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAGES; i++)
		assert_int_equal(store(i, i), 0);
	assert_int_equal(psim_userfault_register(process, at, PAGES * PAGE, PSIM_USERFAULT_WP), 0);
	assert_int_equal(psim_userfault_writeprotect(process, at, 2 * PAGE, 1), 0);
	assert_int_equal(store(0, 99), -EIO);
	assert_int_equal(store(2, 99), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, at, PAGES * PAGE), 0);
	assert_int_equal(psim_where(process, at, NULL), PSIM_DEVICE);
	assert_int_equal(store(0, 99), -EIO);
	assert_int_equal(load(0), 0);
	assert_int_equal(load(1), 1);
	assert_int_equal(psim_where(process, at, NULL), PSIM_RAM);
	assert_int_equal(store(1, 99), -EIO);
	assert_int_equal(psim_userfault_writeprotect(process, at, 2 * PAGE, 0), 0);
	assert_int_equal(store(0, 98), 0);
	assert_int_equal(load(0), 98);
}

/* S6.50: a protected device-private slot is no write slot any more */
static void writeprotect__of_a_page_on_the_device(void **state)
{
	struct psim_page_info info;

	(void)state;
	assert_int_equal(store(0, 5), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, at, PAGES * PAGE), 0);
	assert_int_equal(psim_userfault_register(process, at, PAGES * PAGE, PSIM_USERFAULT_WP), 0);
	assert_int_equal(psim_userfault_writeprotect(process, at, PAGE, 1), 0);
	assert_int_equal(psim_where(process, at, &info), PSIM_DEVICE);
	assert_int_equal(info.writable, 0);
	assert_int_equal(store(0, 6), -EIO);
	assert_int_equal(psim_userfault_unregister(process, at, PAGES * PAGE), 0);
	assert_int_equal(store(0, 6), 0);
	assert_int_equal(load(0), 6);
}

static void register__bad_input(void **state)
{
	const int missing = PSIM_USERFAULT_MISSING;

	(void)state;
	assert_int_equal(psim_userfault_register(process, at, PAGE, 0), -EINVAL);
	assert_int_equal(psim_userfault_register(process, at, PAGE, 4), -EINVAL);
	assert_int_equal(psim_userfault_register(process, at, 0, missing), -EINVAL);
	assert_int_equal(psim_userfault_register(process, at + 1, PAGE, missing), -EINVAL);
	assert_int_equal(psim_userfault_register(process, at, ~0ul, missing), -EINVAL);
	assert_int_equal(psim_userfault_register(process, PAGE, PAGE, missing), -EINVAL);
	assert_int_equal(psim_userfault_writeprotect(process, at, PAGE, 1), -ENOENT);
	assert_int_equal(psim_userfault_writeprotect(process, at, 5, 1), -EINVAL);
	assert_int_equal(psim_userfault_copy(process, at + 8, "x"), -EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(register__missing_pages_fail_until_they_are_brought_in),
		TEST(register__missing_holes_do_not_migrate),
		TEST(writeprotect__outlives_the_way_there_and_back),
		TEST(writeprotect__of_a_page_on_the_device),
		TEST(register__bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
