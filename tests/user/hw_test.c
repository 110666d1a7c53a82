// SPDX-License-Identifier: MIT
/*
 * The hardware face as a builder of device models uses it, without a driver: plugging in and out, an
 * engine that takes virtual time, reports, misuse. Memory and registers are in tests/face/dma.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <psim/audit.h>
#include <psim/hw.h>
#include <psim/machine.h>
#include <psim/module.h>
#include <psim/shrink.h>
#include <psim/task.h>

static unsigned long long read_nothing(void *device, unsigned long offset, unsigned int size)
{
	(void)device, (void)offset, (void)size;
	return 0;
}

static void write_nothing(void *device, unsigned long offset, unsigned int size,
			  unsigned long long value)
{
	(void)device, (void)offset, (void)size, (void)value;
}

static struct psim_hw model(const char *name)
{
	return (struct psim_hw){
		.name = name,
		.compatible = "nobody-drives-this",
		.mmio_bytes = 4096,
		.read = read_nothing,
		.write = write_nothing,
	};
}

static int start(void **state)
{
	(void)state;
	return psim_start(&(struct psim_config){.quiet = 1});
}

static int stop(void **state)
{
	(void)state;
	return psim_stop();
}

static void plug__fills_what_is_out(void **state)
{
	struct psim_hw a = model("a"), b = model("b");

	(void)state;
	assert_int_equal(psim_hw_plug(&a), 0);
	assert_int_equal(psim_hw_plug(&b), 0);
	assert_int_not_equal(a.id, b.id);
	assert_int_not_equal(a.irq, b.irq);
	assert_true(a.bus_base >= 1ull << 46 && b.bus_base >= a.bus_base + a.mmio_bytes);
	psim_hw_unplug(&a);
	psim_hw_unplug(&b);
}

static void plug__refuses_misuse(void **state)
{
	struct psim_hw hw = model("a"), twin = model("a");

	(void)state;
	hw.read = NULL;
	assert_int_equal(psim_hw_plug(&hw), -EINVAL);
	assert_int_equal(psim_hw_plug(NULL), -EINVAL);
	hw = model("a");
	hw.mmio_bytes = 1ul << 40;
	assert_int_equal(psim_hw_plug(&hw), -ENOSPC);
	hw = model("a");
	psim_hw_unplug(&hw);
	assert_int_equal(psim_hw_plug(&hw), 0);
	assert_int_equal(psim_hw_plug(&twin), -EEXIST);
	psim_hw_unplug(&hw);
}

static void plug__needs_a_machine(void **state)
{
	struct psim_hw hw = model("a");

	(void)state;
	assert_int_equal(psim_hw_plug(&hw), -ESRCH);
	assert_int_equal(psim_module_load("simgpu"), -ESRCH);
	assert_int_equal(psim_shrink(1), -ESRCH);
}

static void plug__ends_when_the_bus_is_full(void **state)
{
	static struct psim_hw hw[100];
	static char names[100][4];
	int n = 0, err = 0;

	(void)state;
	while (n < 100 && !err) {
		names[n][0] = 'a' + n / 26;
		names[n][1] = 'a' + n % 26;
		hw[n] = model(names[n]);
		err = psim_hw_plug(&hw[n]);
		n += !err;
	}
	assert_int_equal(err, -ENOSPC);
	assert_true(n >= 32);
	for (int i = 0; i < n; i++)
		psim_hw_unplug(&hw[i]);
	/* A place that became free can be had again, with its interrupt line. */
	assert_int_equal(psim_hw_plug(&hw[0]), 0);
	psim_hw_unplug(&hw[0]);
}

static void dma__without_a_mapping_is_a_report(void **state)
{
	struct psim_hw hw = model("a");
	char byte;

	(void)state;
	assert_int_equal(psim_hw_plug(&hw), 0);
	psim_expect_report("a: read of 1 bytes at bus address 0x123456: not mapped");
	assert_int_equal(psim_hw_dma(&hw, 0x123456, &byte, 1, 0), -EFAULT);
	psim_expect_report("DMA");
	assert_null(psim_hw_dma_window(&hw, ~0ull, 1, 1));
	assert_int_equal(psim_hw_dma(&hw, 0x123456, &byte, 0, 0), 0);
	psim_hw_unplug(&hw);
}

static void report__fails_the_run_unless_expected(void **state)
{
	struct psim_hw hw = model("a");

	(void)state;
	assert_int_equal(psim_hw_plug(&hw), 0);
	psim_expect_report("a: too hot (0x64)");
	psim_hw_report(&hw, "temperature", "too hot", 100);
	psim_hw_unplug(&hw);
}

static int work(void *arg)
{
	unsigned long long *ended = arg;

	psim_hw_wait();
	psim_hw_busy(1000000);
	*ended = psim_now();
	return 3;
}

static int use_engine(void *arg)
{
	struct psim_hw *hw = arg;
	unsigned long long ended = 0, began = psim_now();
	struct psim_task *engine = psim_hw_engine(hw, "worker", work, &ended);

	if (!engine)
		return -ENOMEM;
	psim_hw_kick(engine);
	if (psim_join(engine) != 3)
		return -EINVAL;
	return ended >= began + 1000000 ? 0 : -ETIME;
}

static void engine__takes_virtual_time(void **state)
{
	struct psim_hw hw = model("a");

	(void)state;
	assert_int_equal(psim_hw_plug(&hw), 0);
	assert_int_equal(psim_run("main", use_engine, &hw), 0);
	psim_hw_unplug(&hw);
}

static void module__is_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(psim_module_load("there-is-no-such-module"), -ENOENT);
	assert_int_equal(psim_module_load(NULL), -ENOENT);
	assert_int_equal(psim_module_unload("there-is-no-such-module"), -ENOENT);
	assert_int_equal(psim_shrink(5), 0);
}

/* What is not unplugged is found when the machine stops. */
static void stop__finds_a_device_that_is_plugged_in(void **state)
{
	struct psim_hw hw = model("left");

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	assert_int_equal(psim_hw_plug(&hw), 0);
	psim_expect_report("device left is still plugged in");
	psim_expect_report("device left, made by psim_hw_plug(), is left");
	psim_expect_report("taken in psim_hw_plug are left");
	psim_expect_report("taken in dev_set_name are left");
	psim_expect_report("taken in platform_device_add_resources are left");
	assert_int_equal(psim_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plug__fills_what_is_out, start, stop),
		cmocka_unit_test_setup_teardown(plug__refuses_misuse, start, stop),
		cmocka_unit_test_setup_teardown(plug__ends_when_the_bus_is_full, start, stop),
		cmocka_unit_test_setup_teardown(dma__without_a_mapping_is_a_report, start, stop),
		cmocka_unit_test_setup_teardown(report__fails_the_run_unless_expected, start, stop),
		cmocka_unit_test_setup_teardown(engine__takes_virtual_time, start, stop),
		cmocka_unit_test_setup_teardown(module__is_found_by_name, start, stop),
		cmocka_unit_test(plug__needs_a_machine),
		cmocka_unit_test(stop__finds_a_device_that_is_plugged_in),
	};

	return cmocka_run_group_tests_name("hw", tests, NULL, NULL);
}
