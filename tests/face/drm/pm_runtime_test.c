// SPDX-License-Identifier: MIT
/* Runtime power management: users, callbacks, parents, autosuspend, what is refused. */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

/* What happened, a letter each: i: idle, s: suspend, r: resume. */
static char log[64];
static int suspend_says, resume_says, idle_says;

static int on_suspend(struct device *dev)
{
	strcat(log, "s");
	return suspend_says;
}

static int on_resume(struct device *dev)
{
	strcat(log, "r");
	return resume_says;
}

static int on_idle(struct device *dev)
{
	strcat(log, "i");
	return idle_says;
}

static const struct dev_pm_ops ops = {RUNTIME_PM_OPS(on_suspend, on_resume, on_idle)};

static struct device *device(struct kunit *test, const char *name)
{
	struct device_driver *driver = kunit_driver_create(test, name);
	struct device *dev;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, driver);
	driver->pm = &ops;
	dev = kunit_device_register_with_driver(test, name, driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	return dev;
}

static int init(struct kunit *test)
{
	memset(log, 0, sizeof(log));
	suspend_says = resume_says = idle_says = 0;
	test->priv = device(test, "thing");
	return 0;
}

/* An enabled, awake device with one user. */
static struct device *in_use(struct kunit *test)
{
	struct device *dev = test->priv;

	pm_runtime_enable(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(dev), 0);
	memset(log, 0, sizeof(log));
	return dev;
}

static void pm_runtime__is_disabled_at_first(struct kunit *test)
{
	struct device *dev = test->priv;

	KUNIT_EXPECT_FALSE(test, pm_runtime_enabled(dev));
	KUNIT_EXPECT_TRUE(test, pm_runtime_status_suspended(dev));
	KUNIT_EXPECT_TRUE(test, pm_runtime_active(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(dev), -EACCES);
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(dev), -EACCES);
	KUNIT_EXPECT_EQ(test, pm_runtime_resume_and_get(dev), -EACCES);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_in_use(dev), -EINVAL);
	KUNIT_EXPECT_STREQ(test, log, "");
}

static void pm_runtime_get_sync__wakes_once(struct kunit *test)
{
	struct device *dev = test->priv;

	pm_runtime_enable(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(dev), 1);
	KUNIT_EXPECT_EQ(test, pm_runtime_resume_and_get(dev), 0);
	KUNIT_EXPECT_STREQ(test, log, "r");
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(dev), 0);
	KUNIT_EXPECT_STREQ(test, log, "r");
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(dev), 0);
	KUNIT_EXPECT_STREQ(test, log, "ris");
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	pm_runtime_disable(dev);
}

static void pm_runtime_put__lets_a_worker_do_it(struct kunit *test)
{
	struct device *dev = in_use(test);

	KUNIT_EXPECT_EQ(test, pm_runtime_put(dev), 0);
	msleep(1);
	KUNIT_EXPECT_STREQ(test, log, "is");
	KUNIT_EXPECT_EQ(test, pm_runtime_get(dev), 0);
	msleep(1);
	KUNIT_EXPECT_STREQ(test, log, "isr");
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
}

static void runtime_idle__that_says_no_keeps_it_awake(struct kunit *test)
{
	struct device *dev = in_use(test);

	idle_says = -EBUSY;
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(dev), -EBUSY);
	KUNIT_EXPECT_TRUE(test, pm_runtime_active(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), 0);
	KUNIT_EXPECT_STREQ(test, log, "is");
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), 1);
	pm_runtime_disable(dev);
}

static void runtime_suspend__not_now_is_no_error_for_good(struct kunit *test)
{
	struct device *dev = in_use(test);

	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), -EAGAIN);
	suspend_says = -EBUSY;
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync_suspend(dev), -EBUSY);
	suspend_says = -EIO;
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), -EIO);
	suspend_says = 0;
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), -EINVAL);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_set_active(dev), 0);
	pm_runtime_enable(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_set_active(dev), -EAGAIN);
	pm_runtime_disable(dev);
}

static void runtime_resume__that_fails_leaves_no_user(struct kunit *test)
{
	struct device *dev = test->priv;

	pm_runtime_enable(dev);
	resume_says = -EIO;
	KUNIT_EXPECT_EQ(test, pm_runtime_resume_and_get(dev), -EIO);
	KUNIT_EXPECT_EQ(test, atomic_read(&dev->power.usage_count), 0);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(dev), -EINVAL);
	pm_runtime_put_noidle(dev);
	pm_runtime_disable(dev);
}

static void autosuspend__waits_for_the_delay(struct kunit *test)
{
	struct device *dev = in_use(test);

	pm_runtime_set_autosuspend_delay(dev, 50);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_mark_last_busy(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_put_autosuspend(dev), 0);
	msleep(30);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_active(dev), 1);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_in_use(dev), 1);
	pm_runtime_put_noidle(dev);
	pm_runtime_mark_last_busy(dev);
	KUNIT_EXPECT_EQ(test, pm_runtime_put_autosuspend(dev), 0);
	msleep(40);
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	msleep(30);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_EQ(test, pm_runtime_get_if_active(dev), 0);
	KUNIT_EXPECT_NOT_NULL(test, strchr(log, 's'));
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_disable(dev);
}

static void autosuspend__with_a_negative_delay_never_comes(struct kunit *test)
{
	struct device *dev = in_use(test);

	pm_runtime_use_autosuspend(dev);
	pm_runtime_set_autosuspend_delay(dev, -1);
	pm_runtime_put_sync(dev);
	KUNIT_EXPECT_STREQ(test, log, "");
	pm_runtime_set_autosuspend_delay(dev, 0);
	msleep(2);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_disable(dev);
}

static void pm_runtime_forbid__is_a_user_until_allow(struct kunit *test)
{
	struct device *dev = in_use(test);

	pm_runtime_forbid(dev);
	pm_runtime_forbid(dev);
	pm_runtime_put_sync(dev);
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	pm_runtime_allow(dev);
	msleep(1);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(dev));
	pm_runtime_disable(dev);
}

static void device__wakes_its_parent(struct kunit *test)
{
	struct device *parent = test->priv, child = {.parent = parent};

	pm_runtime_enable(parent);
	device_initialize(&child);
	pm_runtime_enable(&child);
	KUNIT_EXPECT_EQ(test, pm_runtime_get_sync(&child), 0);
	KUNIT_EXPECT_STREQ(test, log, "r");
	KUNIT_EXPECT_EQ(test, pm_runtime_suspend(parent), -EBUSY);
	KUNIT_EXPECT_EQ(test, pm_runtime_put_sync(&child), 0);
	msleep(1);
	KUNIT_EXPECT_STREQ(test, log, "ris");
	pm_runtime_disable(&child);
	pm_runtime_disable(parent);
	child.release = (void (*)(struct device *))(void *)on_idle;
	put_device(&child);
}

static void devm_pm_runtime_enable__ends_with_the_driver(struct kunit *test)
{
	struct device *dev = test->priv;

	KUNIT_EXPECT_EQ(test, devm_pm_runtime_enable(dev), 0);
	KUNIT_EXPECT_TRUE(test, pm_runtime_enabled(dev));
	device_release_driver(dev);
	KUNIT_EXPECT_FALSE(test, pm_runtime_enabled(dev));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pm_runtime__is_disabled_at_first),
	KUNIT_CASE(pm_runtime_get_sync__wakes_once),
	KUNIT_CASE(pm_runtime_put__lets_a_worker_do_it),
	KUNIT_CASE(runtime_idle__that_says_no_keeps_it_awake),
	KUNIT_CASE(runtime_suspend__not_now_is_no_error_for_good),
	KUNIT_CASE(runtime_resume__that_fails_leaves_no_user),
	KUNIT_CASE(autosuspend__waits_for_the_delay),
	KUNIT_CASE(autosuspend__with_a_negative_delay_never_comes),
	KUNIT_CASE(pm_runtime_forbid__is_a_user_until_allow),
	KUNIT_CASE(device__wakes_its_parent),
	KUNIT_CASE(devm_pm_runtime_enable__ends_with_the_driver),
	{},
};

static struct kunit_suite suite = {
	.name = "pm_runtime",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);
