// SPDX-License-Identifier: MIT
/* Runtime power management by requests: what a worker is asked to do, and waiting until it has. */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

/* What happened, a letter each: i: idle, s: suspend, r: resume. */
static char log[64];

static int on_suspend(struct device *dev)
{
	strcat(log, "s");
	return 0;
}

static int on_resume(struct device *dev)
{
	strcat(log, "r");
	return 0;
}

static int on_idle(struct device *dev)
{
	strcat(log, "i");
	return 0;
}

static const struct dev_pm_ops ops = {RUNTIME_PM_OPS(on_suspend, on_resume, on_idle)};
static struct device *dev;

/* Enabled, asleep, with one user who did not wake it. */
static int setup(struct kunit *test)
{
	struct device_driver *driver = kunit_driver_create(test, "requests");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, driver);
	driver->pm = pm_ptr(&ops);
	dev = kunit_device_register_with_driver(test, "asked", driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	memset(log, 0, sizeof(log));
	pm_runtime_enable(dev);
	pm_runtime_get_noresume(dev);
	return 0;
}

static void pm_runtime_get_noresume__wakes_nobody(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&dev->power.usage_count), 1);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 1);
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), -EAGAIN);
	KUNIT_EXPECT_EQ(test, atomic_read(&dev->power.usage_count), 1);
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_STREQ(test, log, "r");
}

static void pm_runtime_idle__asks_the_driver_then_suspends(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_idle(dev), -EAGAIN);
	pm_runtime_put_noidle(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_idle(dev), 0);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_idle(dev), -EAGAIN);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_STREQ(test, log, "ris");
}

static void pm_request_resume__is_done_at_the_barrier(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pm_request_resume(dev), 0);
	pm_runtime_barrier(dev);
	KUNIT_EXPECT_STREQ(test, log, "r");
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_request_resume(dev), 1);
	KUNIT_EXPECT_EQ(test, pm_runtime_barrier(dev), 0);
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
}

static void pm_request_idle__lets_a_worker_do_it(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_request_idle(dev), -EAGAIN);
	pm_runtime_put_noidle(dev);
	KUNIT_EXPECT_EQ(test, pm_request_idle(dev), 0);
	msleep(20);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	pm_runtime_disable(dev);
	KUNIT_EXPECT_STREQ(test, log, "ris");
}

/* A request to sleep that nobody has begun is forgotten: the device stays awake. */
static void pm_runtime_autosuspend__after_its_delay(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 0);
	pm_runtime_set_autosuspend_delay(dev, 200);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_put_noidle(dev);
	pm_runtime_mark_last_busy(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_autosuspend(dev), 0);
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	pm_runtime_barrier(dev);
	msleep(300);
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_autosuspend(dev), 0);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_autosuspend(dev), 1);
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_STREQ(test, log, "rs");
}

/* It is so because it is said so: no callback; and only while nobody manages it. */
static void pm_runtime_set_suspended__only_while_disabled(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pm_runtime_resume(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_set_suspended(dev), -EAGAIN);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_FALSE(test, pm_runtime_status_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_set_suspended(dev), 0);
	KUNIT_EXPECT_TRUE(test, pm_runtime_status_suspended(dev));
	pm_runtime_put_noidle(dev);
	KUNIT_EXPECT_STREQ(test, log, "r");
}

static void pm_ptr__is_the_pointer(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, pm_ptr(&ops), &ops);
	KUNIT_EXPECT_PTR_EQ(test, pm_sleep_ptr(&ops), &ops);
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pm_runtime_get_noresume__wakes_nobody),
	KUNIT_CASE(pm_runtime_idle__asks_the_driver_then_suspends),
	KUNIT_CASE(pm_request_resume__is_done_at_the_barrier),
	KUNIT_CASE(pm_request_idle__lets_a_worker_do_it),
	KUNIT_CASE(pm_runtime_autosuspend__after_its_delay),
	KUNIT_CASE(pm_runtime_set_suspended__only_while_disabled),
	KUNIT_CASE(pm_ptr__is_the_pointer),
	{},
};

static struct kunit_suite suite = {
	.name = "pm_requests",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(suite);
