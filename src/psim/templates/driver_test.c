// SPDX-License-Identifier: MIT
/* Tests of @NAME@, and the device that it drives. Host code: libc, cmocka, <psim/...>. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psim/hw.h>
#include <psim/psim.h>

/* @NAME@.c: kernel code, to be called in a task of the machine. */
int @NAME@_double(unsigned long long *number);

/* ---- the device ---- */

static struct psim_hw hw;

static unsigned long long read_register(void *device, unsigned long offset, unsigned int size)
{
	(void)device, (void)offset, (void)size;
	return 0;
}

/* The doorbell: the device reaches memory by bus address only, so what is not mapped for it is reported. */
static void write_register(void *device, unsigned long offset, unsigned int size,
			   unsigned long long bus)
{
	unsigned long long number;

	(void)device, (void)offset, (void)size;
	if (!psim_hw_dma(&hw, bus, &number, sizeof(number), 0)) {
		number *= 2;
		psim_hw_dma(&hw, bus, &number, sizeof(number), 1);
	}
	psim_hw_interrupt(&hw);
}

static int plug(void **state)
{
	(void)state;
	if (psim_start(NULL) || psim_module_load("@NAME@"))
		return -1;
	hw = (struct psim_hw){.name = "@NAME@0",
			      .compatible = "@NAME@",
			      .mmio_bytes = 4096,
			      .read = read_register,
			      .write = write_register};
	return psim_hw_plug(&hw);
}

static int stop(void **state)
{
	(void)state;
	/* 0: every law was kept, and nothing is left: no memory, no mapping, no lock. */
	return psim_stop();
}

/* ---- the tests ---- */

static int call(void *number)
{
	return @NAME@_double(number);
}

static void double__of_a_number(void **state)
{
	unsigned long long number = 21;

	(void)state;
	assert_int_equal(psim_run("test", call, &number), 0);
	assert_int_equal(number, 42);
	psim_hw_unplug(&hw);
}

/* Every call that can fail, one after another, until a run needs none. */
static void double__with_each_call_failing(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < PSIM_FAIL_KINDS; kind++) {
		for (unsigned int nth = 1; nth < 100; nth++) {
			unsigned long long number = 21;
			int err;

			psim_fail_nth(kind, nth);
			err = psim_run("test", call, &number);
			psim_fail_nth(kind, 0);
			assert_int_equal(number, err ? 21 : 42);
			if (!err)
				break;
			assert_true(err == -ENOMEM || err == -EIO);
		}
	}
	psim_hw_unplug(&hw);
}

static void double__without_a_device(void **state)
{
	unsigned long long number = 21;

	(void)state;
	psim_hw_unplug(&hw);
	assert_int_equal(psim_run("test", call, &number), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(double__of_a_number, plug, stop),
		cmocka_unit_test_setup_teardown(double__with_each_call_failing, plug, stop),
		cmocka_unit_test_setup_teardown(double__without_a_device, plug, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
