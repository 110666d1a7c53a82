// SPDX-License-Identifier: MIT
/* Starting and stopping, misuse, reports, failures to inject: the user face of the machine itself. */
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
#include <psim/psim.h>

static const struct psim_config quiet = {.quiet = 1};

static void psim_start__refuses_a_second_machine(void **state)
{
	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_start(&quiet), -EBUSY);
	assert_int_equal(psim_stop(), 0);
}

/* The kernel's, by the names that the linker knows. */
struct page;
struct page *__psim_alloc_pages(unsigned int gfp, unsigned int order, const char *site);
void *__psim_k_page_address(const struct page *page);
void __psim_k___free_pages(struct page *page, unsigned int order);

/* AddressSanitizer is not to tell before the canary does. */
__attribute__((no_sanitize("address"))) static void overwrite(volatile unsigned char *p)
{
	for (int i = 0; i < 4096; i++)
		p[i] = 0x5a;
}

/* Return: what psim_stop() says after a free page was written to and taken again. */
static int write_after_free(int no_checks, const char *expected)
{
	const struct psim_config config = {.quiet = 1, .no_checks = no_checks};
	struct page *page, *again;

	assert_int_equal(psim_start(&config), 0);
	if (expected)
		assert_int_equal(psim_expect_report(expected), 0);
	page = __psim_alloc_pages(0, 0, __func__);
	assert_non_null(page);
	overwrite(__psim_k_page_address(page));
	__psim_k___free_pages(page, 0);
	overwrite(__psim_k_page_address(page));
	again = __psim_alloc_pages(0, 0, __func__);
	assert_ptr_equal(again, page);
	__psim_k___free_pages(again, 0);
	return psim_stop();
}

static void psim_start__no_checks_leaves_free_bytes_alone(void **state)
{
	(void)state;
	assert_int_equal(write_after_free(0, "was written after it was freed"), 0);
	assert_int_equal(write_after_free(1, NULL), 0);
}

static void psim_stop__without_a_machine(void **state)
{
	(void)state;
	assert_int_equal(psim_stop(), -ESRCH);
}

static void psim_start__refuses_values_out_of_range(void **state)
{
	static const struct psim_config wrong[] = {
		{.quiet = 1, .ram_bytes = 4096},
		{.quiet = 1, .ram_bytes = (2ull << 20) + 1},
		{.quiet = 1, .ram_bytes = 8ull << 40},
		{.quiet = 1, .cpus = 1025},
		{.quiet = 1, .engine = 7},
		{.quiet = 1, .point_ns = 1000001},
		{.quiet = 1, .scheduler = "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(psim_start(&wrong[i]), -EINVAL);
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_stop(), 0);
}

/* law 5: time starts anew each time */
static void psim_start__again_and_again(void **state)
{
	unsigned long long first = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(psim_start(&quiet), 0);
		first = first ? first : psim_now() + 1;
		assert_int_equal(psim_now() + 1, first);
		assert_int_equal(psim_stop(), 0);
	}
}

static void psim_stop__lists_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	assert_non_null(psim_process_create("left"));
	assert_int_equal(psim_expect_report("law 3"), 0);
	assert_true(psim_stop() >= 0);
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_stop(), 0);
}

static void psim_expect_report__that_does_not_come_fails_the_run(void **state)
{
	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_expect_report("the moon"), 0);
	assert_int_equal(psim_stop(), 1);
	assert_non_null(strstr(psim_last_report(), "the moon"));
}

static void psim_fail_nth__fails_that_call_alone(void **state)
{
	struct psim_process *process;
	char byte = 1;
	long address;

	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	process = psim_process_create("app");
	address = psim_mmap(process, 0, 4 * PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE);
	assert_true(address > 0);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_PAGE, 2), 0);
	assert_int_equal(psim_store(process, address, &byte, 1), 0);
	assert_int_equal(psim_store(process, address + PSIM_PAGE_SIZE, &byte, 1), -ENOMEM);
	assert_int_equal(psim_store(process, address + PSIM_PAGE_SIZE, &byte, 1), 0);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
}

static void psim_fail_nth__misuse(void **state)
{
	(void)state;
	assert_int_equal(psim_fail_nth(PSIM_FAIL_KINDS, 1), -EINVAL);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_PAGE, 1), -ESRCH);
	assert_null(psim_fail_name(PSIM_FAIL_KINDS));
	assert_string_equal(psim_fail_name(PSIM_FAIL_DMA_MAP), "dma-map");
}

/* The whole of a file, freed by the caller. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	return text;
}

static char *traced_run(const char *path)
{
	struct psim_process *process;
	char byte = 1;
	long address;

	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_to(path), 0);
	process = psim_process_create("app");
	address = psim_mmap(process, 0, 4 * PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE);
	assert_int_equal(psim_store(process, address, &byte, 1), 0);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
	return slurp(path);
}

static void psim_trace_to__same_run_same_bytes(void **state)
{
	char path[] = "/tmp/psim-trace-XXXXXX";
	char *first, *second;

	(void)state;
	close(mkstemp(path));
	first = traced_run(path);
	second = traced_run(path);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "mm_page_alloc"));
	assert_non_null(strstr(first, "page_fault_user"));
	free(first);
	free(second);
	unlink(path);
}

static void psim_trace_to__unwritable(void **state)
{
	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_to("/nowhere/trace"), -ENOENT);
	assert_int_equal(psim_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psim_start__refuses_a_second_machine),
		cmocka_unit_test(psim_stop__without_a_machine),
		cmocka_unit_test(psim_start__refuses_values_out_of_range),
		cmocka_unit_test(psim_start__again_and_again),
		cmocka_unit_test(psim_stop__lists_what_is_left),
		cmocka_unit_test(psim_expect_report__that_does_not_come_fails_the_run),
		cmocka_unit_test(psim_fail_nth__fails_that_call_alone),
		cmocka_unit_test(psim_start__no_checks_leaves_free_bytes_alone),
		cmocka_unit_test(psim_fail_nth__misuse),
		cmocka_unit_test(psim_trace_to__same_run_same_bytes),
		cmocka_unit_test(psim_trace_to__unwritable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
