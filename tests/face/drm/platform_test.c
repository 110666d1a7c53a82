// SPDX-License-Identifier: MIT
/*
 * A module that is one platform driver, with parameters of its own; platform devices on and off their bus; a
 * device's lock and what it was given.
 */
#define KBUILD_MODNAME "psim_platform_test"
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/platform_device.h>
#include <linux/string.h>

static struct platform_device *probed;
static int probes, removes;

static int probe(struct platform_device *pdev)
{
	probed = pdev;
	probes++;
	return 0;
}

static void remove(struct platform_device *pdev)
{
	removes++;
}

static struct platform_driver driver = {
	.probe = probe, .remove = remove, .driver = {.name = "psim-platform"}};
module_platform_driver(driver);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A driver for these tests");

static int plain = 1, named = 2;
static char called[16];

static int set_called(const char *value, const struct kernel_param *kp)
{
	return strscpy(kp->arg, value ?: "nothing", sizeof(called)) < 0 ? -ENOSPC : 0;
}

static const struct kernel_param_ops called_ops = {.flags = KERNEL_PARAM_OPS_FL_NOARG,
						   .set = set_called};
static char called_unsafe[sizeof(called)];

module_param_unsafe(plain, int, 0444);
module_param_named_unsafe(other, named, int, 0444);
module_param_cb(called, &called_ops, called, 0444);
module_param_cb_unsafe(called_unsafe, &called_ops, called_unsafe, 0444);

static int setup(struct kunit *test)
{
	probes = removes = 0;
	return 0;
}

/* ---- devices -------------------------------------------------------------------------------------------- */

static void platform_device_del__keeps_the_structure(struct kunit *test)
{
	struct platform_device *pdev = platform_device_alloc("psim-nobody", 3);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	KUNIT_EXPECT_FALSE(test, device_is_registered(&pdev->dev));
	KUNIT_ASSERT_EQ(test, platform_device_add(pdev), 0);
	KUNIT_EXPECT_TRUE(test, device_is_registered(&pdev->dev));
	platform_device_del(pdev);
	KUNIT_EXPECT_FALSE(test, device_is_registered(&pdev->dev));
	KUNIT_EXPECT_STREQ(test, dev_name(&pdev->dev), "psim-nobody.3");
	platform_device_put(pdev);
}

static void to_platform_device__is_what_is_around(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-nobody", 1, NULL, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	KUNIT_EXPECT_PTR_EQ(test, to_platform_device(&pdev->dev), pdev);
	KUNIT_EXPECT_PTR_EQ(test, to_platform_driver(&driver.driver), &driver);
	KUNIT_EXPECT_EQ(test, dev_to_node(&pdev->dev), NUMA_NO_NODE);
	platform_device_unregister(pdev);
}

static void dev_get_platdata__is_what_was_given(struct kunit *test)
{
	struct device dev = {};

	KUNIT_EXPECT_NULL(test, dev_get_platdata(&dev));
	dev.platform_data = test;
	KUNIT_EXPECT_PTR_EQ(test, dev_get_platdata(&dev), (void *)test);
}

static void device_lock__is_the_device_s_mutex(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-nobody", 2, NULL, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	device_lock(&pdev->dev);
	device_lock_assert(&pdev->dev);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&pdev->dev.mutex));
	device_unlock(&pdev->dev);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&pdev->dev.mutex));
	platform_device_unregister(pdev);
}

#ifdef __PSIM__
#include <psim/module.h>

static void device_lock_assert__reports_who_does_not_hold_it(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-nobody", 2, NULL, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	kunit_expect_report(test, "mutex");
	device_lock_assert(&pdev->dev);
	platform_device_unregister(pdev);
}

/* ---- the module ------------------------------------------------------------------------------------------- */

static void module_platform_driver__drives_while_it_is_loaded(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-platform", 0, NULL, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	KUNIT_EXPECT_EQ(test, probes, 0);
	KUNIT_ASSERT_EQ(test, psim_module_load(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, probes, 1);
	KUNIT_EXPECT_PTR_EQ(test, probed, pdev);
	KUNIT_EXPECT_PTR_EQ(test, to_platform_driver(pdev->dev.driver), &driver);
	KUNIT_EXPECT_PTR_EQ(test, driver.driver.owner, THIS_MODULE);
	KUNIT_EXPECT_TRUE(test, module_is_live(THIS_MODULE));
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, removes, 1);
	KUNIT_EXPECT_NULL(test, pdev->dev.driver);
	KUNIT_EXPECT_FALSE(test, module_is_live(THIS_MODULE));
	platform_device_unregister(pdev);
}

static void module_name__of_none_is_the_kernel_s(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, module_name(THIS_MODULE), KBUILD_MODNAME);
	KUNIT_EXPECT_STREQ(test, module_name(NULL), "kernel");
}

static int set(const char *parameter, const char *value)
{
	return psim_module_param(KBUILD_MODNAME, parameter, value);
}

static void module_param_unsafe__has_its_name_and_type(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set("plain", "17"), 0);
	KUNIT_EXPECT_EQ(test, plain, 17);
	KUNIT_EXPECT_EQ(test, set("other", "-18"), 0);
	KUNIT_EXPECT_EQ(test, named, -18);
	KUNIT_EXPECT_EQ(test, set("other", "text"), -EINVAL);
	KUNIT_EXPECT_EQ(test, named, -18);
}

static void module_param_cb__calls_its_functions(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set("called", "first"), 0);
	KUNIT_EXPECT_EQ(test, set("called_unsafe", "second"), 0);
	KUNIT_EXPECT_STREQ(test, called, "first");
	KUNIT_EXPECT_STREQ(test, called_unsafe, "second");
	KUNIT_EXPECT_EQ(test, set("called", "much too long for its room"), -ENOSPC);
	KUNIT_EXPECT_EQ(test, set("called", NULL), 0);
	KUNIT_EXPECT_STREQ(test, called, "nothing");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(platform_device_del__keeps_the_structure),
	KUNIT_CASE(to_platform_device__is_what_is_around),
	KUNIT_CASE(dev_get_platdata__is_what_was_given),
	KUNIT_CASE(device_lock__is_the_device_s_mutex),
#ifdef __PSIM__
	KUNIT_CASE(device_lock_assert__reports_who_does_not_hold_it),
	KUNIT_CASE(module_platform_driver__drives_while_it_is_loaded),
	KUNIT_CASE(module_name__of_none_is_the_kernel_s),
	KUNIT_CASE(module_param_unsafe__has_its_name_and_type),
	KUNIT_CASE(module_param_cb__calls_its_functions),
#endif
	{},
};

static struct kunit_suite suite = {.name = "platform", .init = setup, .test_cases = cases};
kunit_test_suite(suite);
