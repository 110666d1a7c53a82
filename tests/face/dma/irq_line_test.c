// SPDX-License-Identifier: MIT
/*
 * An interrupt line that its own handler turns off, and waiting for a handler that runs. The device is a model of
 * this machine: on a kernel there are no cases here.
 */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <psim/hw.h>

static struct psim_hw hw;
static struct completion entered;
static int line, entries, exits;
static bool turn_off;

static irqreturn_t handler(int irq, void *arg)
{
	WRITE_ONCE(entries, entries + 1);
	complete(&entered);
	if (turn_off)
		disable_irq_nosync(irq); /* disable_irq() would wait for itself */
	mdelay(3);
	WRITE_ONCE(exits, exits + 1);
	return IRQ_HANDLED;
}

static int probe(struct platform_device *pdev)
{
	line = platform_get_irq(pdev, 0);
	return devm_request_irq(&pdev->dev, line, handler, 0, "psim-irq-line", NULL);
}

static struct platform_driver driver = {.probe = probe, .driver = {.name = "psim-irq-line"}};

static unsigned long long no_read(void *device, unsigned long offset, unsigned int size)
{
	return 0;
}

static void no_write(void *device, unsigned long offset, unsigned int size,
		     unsigned long long value)
{
}

static int setup(struct kunit *test)
{
	entries = exits = 0;
	turn_off = false;
	init_completion(&entered);
	hw = (struct psim_hw){.name = "line",
			      .compatible = "psim-irq-line",
			      .mmio_bytes = 8,
			      .read = no_read,
			      .write = no_write};
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	KUNIT_ASSERT_EQ(test, psim_hw_plug(&hw), 0);
	return 0;
}

static void teardown(struct kunit *test)
{
	psim_hw_unplug(&hw);
	platform_driver_unregister(&driver);
}

static void disable_irq_nosync__by_the_handler(struct kunit *test)
{
	turn_off = true;
	psim_hw_interrupt(&hw);
	wait_for_completion(&entered);
	synchronize_irq(line);
	psim_hw_interrupt(&hw);
	msleep(10);
	KUNIT_EXPECT_EQ(test, READ_ONCE(entries), 1);
	enable_irq(line);
	wait_for_completion(&entered);
	synchronize_irq(line);
	KUNIT_EXPECT_EQ(test, READ_ONCE(entries), 2);
	enable_irq(line);
}

static void synchronize_irq__waits_for_the_handler(struct kunit *test)
{
	synchronize_irq(line); /* none runs */
	psim_hw_interrupt(&hw);
	wait_for_completion(&entered);
	synchronize_irq(line);
	KUNIT_EXPECT_EQ(test, READ_ONCE(exits), 1);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(disable_irq_nosync__by_the_handler),
	KUNIT_CASE(synchronize_irq__waits_for_the_handler),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "irq_line",
#ifdef __PSIM__
	.init = setup,
	.exit = teardown,
#endif
	.test_cases = cases,
};
kunit_test_suite(suite);
