// SPDX-License-Identifier: MIT
/* Printers and questions about power in the form they had before Linux 6.9, compiled as a file of 6.8 is. */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/pm_runtime.h>
#include <linux/version.h>
#include <drm/drm_print.h>

static void tree__is_older_than_6_9(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, LINUX_VERSION_CODE, KERNEL_VERSION(6, 8, 0));
}

/* @ign_usage_count: it need not have users. */
static void pm_runtime_get_if_active__may_ask_for_users(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "psim-forms");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_set_active(dev), 0);
	pm_runtime_enable(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_active(dev, false), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_active(dev, true), 1);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_active(dev, false), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&dev->power.usage_count), 2);
	pm_runtime_put_noidle(dev);
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
}

#ifdef __PSIM__
#include "../base/console.h"

static void through_both(void)
{
	struct drm_printer debug = drm_debug_printer("why"), err = drm_err_printer("what");

	drm_printf(&debug, "debug %d\n", 1);
	drm_printf(&err, "err %d\n", 2);
}

static void printers__have_a_prefix_and_no_device(struct kunit *test)
{
	listen_at(test, LOGLEVEL_DEBUG + 1);
	through_both();
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "[drm] why debug 1\n[drm] *ERROR* what err 2\n");
	listen_to(test);
	through_both();
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "[drm] *ERROR* what err 2\n");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(tree__is_older_than_6_9),
	KUNIT_CASE(pm_runtime_get_if_active__may_ask_for_users),
#ifdef __PSIM__
	KUNIT_CASE(printers__have_a_prefix_and_no_device),
#endif
	{},
};

static struct kunit_suite suite = {.name = "forms_6_8", .test_cases = cases};
kunit_test_suite(suite);
