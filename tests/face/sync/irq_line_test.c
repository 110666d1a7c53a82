// SPDX-License-Identifier: MIT
/* An interrupt line that is off keeps its interrupt until it is on again. Kernels have no such device. */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <psim/hw.h>

static atomic_t handled;
static bool finished, turn_off;

static irqreturn_t handle(int irq, void *dev)
{
	atomic_inc(&handled);
	if (READ_ONCE(turn_off))
		disable_irq_nosync(irq); /* disable_irq() would wait for this very handler */
	udelay(300);
	WRITE_ONCE(finished, true);
	return IRQ_HANDLED;
}

static unsigned long long read_register(void *device, unsigned long offset, unsigned int size)
{
	return 0;
}

static void write_register(void *device, unsigned long offset, unsigned int size,
			   unsigned long long value)
{
}

static struct psim_hw hw;

static int init(struct kunit *test)
{
	hw = (struct psim_hw){
		.name = "line",
		.compatible = "psim-line",
		.mmio_bytes = 64,
		.read = read_register,
		.write = write_register,
	};
	atomic_set(&handled, 0);
	finished = turn_off = false;
	return psim_hw_plug(&hw);
}

static void leave(struct kunit *test)
{
	psim_hw_unplug(&hw);
}

static void disable_irq_nosync__nests(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(hw.irq, handle, 0, "line", &hw), 0);
	disable_irq_nosync(hw.irq);
	disable_irq_nosync(hw.irq);
	psim_hw_interrupt(&hw);
	msleep(2);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 0);
	enable_irq(hw.irq);
	msleep(2);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 0);
	enable_irq(hw.irq);
	msleep(2);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 1);
	free_irq(hw.irq, &hw);
}

static void disable_irq_nosync__by_the_handler(struct kunit *test)
{
	WRITE_ONCE(turn_off, true);
	KUNIT_ASSERT_EQ(test, request_irq(hw.irq, handle, 0, "line", &hw), 0);
	psim_hw_interrupt(&hw);
	msleep(2);
	synchronize_irq(hw.irq);
	psim_hw_interrupt(&hw);
	msleep(2);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 1);
	enable_irq(hw.irq);
	msleep(2);
	synchronize_irq(hw.irq);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 2);
	enable_irq(hw.irq);
	free_irq(hw.irq, &hw);
}

static void synchronize_irq__waits_for_the_handler(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(hw.irq, handle, 0, "line", &hw), 0);
	synchronize_irq(hw.irq);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 0);
	psim_hw_interrupt(&hw);
	while (!atomic_read(&handled))
		cond_resched();
	synchronize_irq(hw.irq);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(finished));
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), 1);
	free_irq(hw.irq, &hw);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(disable_irq_nosync__nests),
	KUNIT_CASE(disable_irq_nosync__by_the_handler),
	KUNIT_CASE(synchronize_irq__waits_for_the_handler),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "irq_line",
#ifdef __PSIM__
	.init = init,
	.exit = leave,
#endif
	.test_cases = cases,
};
kunit_test_suite(suite);
