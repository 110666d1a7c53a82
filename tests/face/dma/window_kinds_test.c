// SPDX-License-Identifier: MIT
/* Windows mapped write-combining or non-posted: the same registers behind them. */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/io.h>
#include <psim/hw.h>

static u32 reg;

static unsigned long long model_read(void *device, unsigned long offset, unsigned int size)
{
	return reg + offset;
}

static void model_write(void *device, unsigned long offset, unsigned int size,
			unsigned long long value)
{
	reg = value;
}

static struct psim_hw hw = {
	.name = "kinds",
	.compatible = "psim-window-kinds",
	.mmio_bytes = 64,
	.read = model_read,
	.write = model_write,
};

static void ioremap_wc_and_np__are_windows_of_one_device(struct kunit *test)
{
	void __iomem *combining, *posted;

	KUNIT_ASSERT_EQ(test, psim_hw_plug(&hw), 0);
	combining = ioremap_wc(hw.bus_base, 64);
	posted = ioremap_np(hw.bus_base + 8, 8);
	KUNIT_ASSERT_NOT_NULL(test, combining);
	KUNIT_ASSERT_NOT_NULL(test, posted);
	writel(100, combining);
	KUNIT_EXPECT_EQ(test, reg, 100u);
	KUNIT_EXPECT_EQ(test, readl(combining + 4), 104u);
	KUNIT_EXPECT_EQ(test, readl(posted), 108u);
	writel(200, posted);
	KUNIT_EXPECT_EQ(test, readl(combining), 200u);
	KUNIT_EXPECT_NULL(test, ioremap_wc(hw.bus_base, 65));
	KUNIT_EXPECT_NULL(test, ioremap_np(hw.bus_base, 0));
	iounmap(combining);
	iounmap(posted);
	psim_hw_unplug(&hw);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ioremap_wc_and_np__are_windows_of_one_device),
	{},
};

static struct kunit_suite suite = {.name = "window_kinds", .test_cases = cases};
kunit_test_suite(suite);
#endif
