// SPDX-License-Identifier: MIT
/* Register windows: odd sizes, windows bound to a device, and what no driver may do. */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>
#include <psim/fault.h>
#include <psim/hw.h>

#define WINDOW_BYTES 64

static u8 regs[WINDOW_BYTES];
static unsigned int sizes[16], accesses;

static unsigned long long model_read(void *device, unsigned long offset, unsigned int size)
{
	u64 value = 0;

	sizes[accesses++ % 16] = size;
	memcpy(&value, regs + offset, size);
	return value;
}

static void model_write(void *device, unsigned long offset, unsigned int size,
			unsigned long long value)
{
	sizes[accesses++ % 16] = size;
	memcpy(regs + offset, &value, size);
}

static struct psim_hw hw = {
	.name = "window",
	.compatible = "psim-window-test",
	.mmio_bytes = WINDOW_BYTES,
	.read = model_read,
	.write = model_write,
};

static struct platform_device *pdev;

static int setup(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, psim_hw_plug(&hw), 0);
	pdev = platform_device_register_simple("psim-window-user", 0, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	return 0;
}

static void teardown(struct kunit *test)
{
	platform_device_unregister(pdev);
	psim_hw_unplug(&hw);
}

static void memcpy_fromio__at_any_address(struct kunit *test)
{
	u8 __iomem *window = ioremap(hw.bus_base, WINDOW_BYTES);
	static const u8 bytes[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	u8 back[15] = {};

	KUNIT_ASSERT_NOT_NULL(test, window);
	memcpy_toio(window + 1, bytes, 15);
	KUNIT_EXPECT_EQ(test, accesses, 4u); /* at 1: 1 byte, at 2: 2, at 4: 4, at 8: 8 */
	KUNIT_EXPECT_EQ(test, sizes[0], 1u);
	KUNIT_EXPECT_EQ(test, sizes[3], 8u);
	KUNIT_EXPECT_MEMEQ(test, regs + 1, bytes, 15);
	accesses = 0;
	memcpy_fromio(back, window, 7); /* 4, 2, 1 */
	KUNIT_EXPECT_EQ(test, accesses, 3u);
	KUNIT_EXPECT_EQ(test, sizes[0], 4u);
	KUNIT_EXPECT_EQ(test, sizes[2], 1u);
	KUNIT_EXPECT_MEMEQ(test, back + 1, bytes, 6);
	memset_io(window + 3, 0xee, 2);
	KUNIT_EXPECT_EQ(test, regs[2], 2);
	KUNIT_EXPECT_EQ(test, regs[3], 0xee);
	KUNIT_EXPECT_EQ(test, regs[4], 0xee);
	KUNIT_EXPECT_EQ(test, regs[5], 5);
	iounmap(window);
}

static void ioremap__of_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, ioremap(hw.bus_base, 0));
	KUNIT_EXPECT_NULL(test, ioremap(hw.bus_base + WINDOW_BYTES, 1));
	KUNIT_EXPECT_NULL(test, ioremap(hw.bus_base + (1000ull << 36), 8));
	iounmap(NULL);
}

static void iounmap__once_too_often_is_reported(struct kunit *test)
{
	void __iomem *window = ioremap(hw.bus_base, WINDOW_BYTES);

	iounmap(window);
	kunit_expect_report(test, "a read at offset 0x8 after iounmap()");
	readl(window + 8);
	kunit_expect_report(test, "iounmap() of what no ioremap() gave");
	iounmap(window);
	kunit_expect_report(test, "iounmap() of what no ioremap() gave");
	iounmap((void __iomem *)0x1000);
}

static void readl__of_no_window_ends_the_run(struct kunit *test)
{
	kunit_expect_halt(test, "a read of 4 bytes at an address that no ioremap() gave");
	readl((void __iomem *)0x1000);
	KUNIT_FAIL(test, "the run went on");
}

static void devm_ioremap__undone_early(struct kunit *test)
{
	void __iomem *window = devm_ioremap(&pdev->dev, hw.bus_base, WINDOW_BYTES);
	void __iomem *second = devm_ioremap(&pdev->dev, hw.bus_base + 8, 8);

	KUNIT_ASSERT_NOT_NULL(test, window);
	KUNIT_ASSERT_NOT_NULL(test, second);
	devm_iounmap(&pdev->dev, window);
	writel(7, second);
	KUNIT_EXPECT_EQ(test, regs[8], 7);
}

static void devm_ioremap__fails(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, devm_ioremap(&pdev->dev, hw.bus_base, WINDOW_BYTES));
	KUNIT_EXPECT_NULL(test, devm_ioremap(&pdev->dev, 0x1000, 8));
}

static void devm_ioremap_resource__wrong_resources(struct kunit *test)
{
	struct resource line = DEFINE_RES_IRQ(3), nowhere = DEFINE_RES_MEM(0x1000, 8);
	struct resource there = DEFINE_RES_MEM(hw.bus_base, WINDOW_BYTES);

	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(&pdev->dev, NULL)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(&pdev->dev, &line)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(&pdev->dev, &nowhere)), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, IS_ERR(devm_ioremap_resource(&pdev->dev, &there)));
}

/* Each allocation on the way fails once: nothing is left plugged in. */
static void plug__without_memory(struct kunit *test)
{
	struct psim_hw second = hw;
	int err, n = 0;

	second.name = "second";
	do {
		psim_fail_nth(PSIM_FAIL_SLAB, ++n);
		err = psim_hw_plug(&second);
	} while (err == -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 0);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GE(test, n, 4);
	psim_hw_unplug(&second);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(memcpy_fromio__at_any_address),
	KUNIT_CASE(ioremap__of_nothing),
	KUNIT_CASE(iounmap__once_too_often_is_reported),
	KUNIT_CASE(readl__of_no_window_ends_the_run),
	KUNIT_CASE(devm_ioremap__undone_early),
	KUNIT_CASE(devm_ioremap__fails),
	KUNIT_CASE(devm_ioremap_resource__wrong_resources),
	KUNIT_CASE(plug__without_memory),
	{},
};

static struct kunit_suite suite = {
	.name = "window",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
#endif
