// SPDX-License-Identifier: MIT
/* What is left when a machine stops is named; what is asked without a machine is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <psim/audit.h>
#include <psim/file.h>
#include <psim/machine.h>
#include <psim/process.h>

#define PAGE PSIM_PAGE_SIZE
#define RW   (PROT_READ | PROT_WRITE)

static void start(void)
{
	const struct psim_config config = {.ram_bytes = 16 << 20, .quiet = 1};

	assert_int_equal(psim_start(&config), 0);
}

/* Every kind of thing has a report of its own, and no more come than are expected. */
static void expect_at_stop(const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(psim_expect_report(parts[i]), 0);
	assert_int_equal(psim_stop(), 0);
}

/* Law 3 */
static void psim_stop__file_is_left(void **state)
{
	static const char *const left[] = {"a file of 8192 bytes is left, with 1 pages",
					   "law 3: page 0x", "in filemap_add_folio", "kmalloc",
					   "kmalloc"};
	uint64_t value = 1;
	struct psim_file *file;

	(void)state;
	start();
	file = psim_file_create(2 * PAGE, 0);
	assert_non_null(file);
	assert_int_equal(psim_file_write(file, 8, &value, 8), 8);
	expect_at_stop(left, sizeof(left) / sizeof(left[0]));
}

static void psim_file__without_a_machine(void **state)
{
	struct psim_file *file;
	char byte = 0;

	(void)state;
	start();
	file = psim_file_create(PAGE, 0);
	assert_int_equal(psim_file_close(file), 0);
	assert_int_equal(psim_stop(), 0);
	assert_null(psim_file_create(PAGE, 0));
	assert_int_equal(psim_file_close(file), -ESRCH);
	assert_int_equal(psim_file_truncate(file, 0), -ESRCH);
	assert_int_equal(psim_file_read(file, 0, &byte, 1), -ESRCH);
	assert_int_equal(psim_file_write(file, 0, &byte, 1), -ESRCH);
}

static void psim_process__without_a_machine(void **state)
{
	struct psim_process *process, *child;
	struct psim_process_stats stats;

	(void)state;
	start();
	process = psim_process_create(NULL);
	assert_non_null(process);
	assert_int_equal(psim_mappings(process, NULL, 1), -EINVAL);
	assert_int_equal(psim_mappings(NULL, NULL, 0), -EINVAL);
	assert_int_equal(psim_where(NULL, 0, NULL), -EINVAL);
	assert_int_equal(psim_process_stats(NULL, &stats), -EINVAL);
	assert_int_equal(psim_mremap(NULL, 0, PAGE, PAGE, 0, 0), -EINVAL);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
	assert_int_equal(psim_mmap_at(process, 0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0),
			 -ESRCH);
	assert_int_equal(psim_mprotect(process, 0, PAGE, RW), -ESRCH);
	assert_int_equal(psim_madvise(process, 0, PAGE, MADV_DONTNEED), -ESRCH);
	assert_int_equal(psim_fork(process, NULL, &child), -ESRCH);
	assert_int_equal(psim_mlockall(process, MCL_CURRENT), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psim_stop__file_is_left),
		cmocka_unit_test(psim_file__without_a_machine),
		cmocka_unit_test(psim_process__without_a_machine),
	};

	return cmocka_run_group_tests_name("leftover", tests, NULL, NULL);
}
