// SPDX-License-Identifier: MIT
/* drm_device: references, the order of its end, sections that unplugging waits for. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/platform_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

/* What happened, one letter each, in order. */
static char log[32];
static unsigned int logged;

static void note(char c)
{
	if (logged < sizeof(log) - 1)
		log[logged++] = c;
}

struct my_device {
	unsigned long first;
	struct drm_device drm;
};

static void release(struct drm_device *drm)
{
	note('R');
}

static const struct file_operations fops = {.owner = THIS_MODULE};

static const struct drm_driver my_driver = {
	.name = "psim-drm-test",
	.fops = &fops,
	.release = release,
};

static struct platform_device *pdev;
static struct my_device *made;

static int probe(struct platform_device *p)
{
	made = devm_drm_dev_alloc(&p->dev, &my_driver, struct my_device, drm);
	return PTR_ERR_OR_ZERO(made);
}

static struct platform_driver driver = {
	.probe = probe,
	.driver = {.name = "psim-drm-test"},
};

static int setup(struct kunit *test)
{
	memset(log, 0, sizeof(log));
	logged = 0;
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = platform_device_register_simple("psim-drm-test", 0, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_ASSERT_NOT_NULL(test, pdev->dev.driver);
	return 0;
}

static void teardown(struct kunit *test)
{
	platform_device_unregister(pdev);
	platform_driver_unregister(&driver);
}

static void devm_drm_dev_alloc__embeds_a_device(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, made->first, 0ul);
	KUNIT_EXPECT_PTR_EQ(test, made->drm.dev, &pdev->dev);
	KUNIT_EXPECT_PTR_EQ(test, made->drm.driver, &my_driver);
	KUNIT_EXPECT_STREQ(test, made->drm.unique, dev_name(&pdev->dev));
	KUNIT_EXPECT_PTR_EQ(test, made->drm.driver->fops->owner, THIS_MODULE);
}

/* S9.66 */
static void drm_dev_put__accepts_null(struct kunit *test)
{
	drm_dev_get(NULL);
	drm_dev_put(NULL);
	KUNIT_EXPECT_STREQ(test, log, "");
}

static void action(struct drm_device *drm, void *data)
{
	note(*(char *)data);
}

/* S9.66: the driver's hook, then what is managed, latest first, then the memory */
static void drm_dev_put__the_last_one_ends_it_in_order(struct kunit *test)
{
	struct drm_device *drm = &made->drm;
	char *letter = drmm_kzalloc(drm, 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, letter);
	*letter = 'm';
	KUNIT_EXPECT_EQ(test, drmm_add_action(drm, action, "1"), 0);
	KUNIT_EXPECT_EQ(test, drmm_add_action_or_reset(drm, action, "2"), 0);
	KUNIT_EXPECT_EQ(test, drmm_add_action(drm, action, letter), 0);
	drm_dev_get(drm);
	device_release_driver(&pdev->dev);
	KUNIT_EXPECT_STREQ(test, log, "");
	drm_dev_put(drm);
	KUNIT_EXPECT_STREQ(test, log, "Rm21");
}

/* S9.66: the bus device stays as long as the drm device */
static void drm_dev__holds_its_parent(struct kunit *test)
{
	struct drm_device *drm = &made->drm;
	struct device *parent = &pdev->dev;

	drm_dev_get(drm);
	platform_device_unregister(pdev);
	KUNIT_EXPECT_STREQ(test, dev_name(parent), "psim-drm-test.0");
	drm_dev_put(drm);
	pdev = NULL;
}

static void drmm_release_action__runs_now(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drmm_add_action(&made->drm, action, "x"), 0);
	drmm_release_action(&made->drm, action, "x");
	KUNIT_EXPECT_STREQ(test, log, "x");
}

static void drmm_kmalloc__can_go_earlier(struct kunit *test)
{
	char *text = drmm_kstrdup(&made->drm, "text", GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, text, "text");
	drmm_kfree(&made->drm, text);
	drmm_kfree(&made->drm, NULL);
}

/* S9.66 */
static void drm_dev_enter__nests_until_unplugged(struct kunit *test)
{
	int outer, inner;

	KUNIT_EXPECT_EQ(test, drm_dev_register(&made->drm, 0), 0);
	KUNIT_ASSERT_TRUE(test, drm_dev_enter(&made->drm, &outer));
	KUNIT_ASSERT_TRUE(test, drm_dev_enter(&made->drm, &inner));
	drm_dev_exit(inner);
	drm_dev_exit(outer);
	KUNIT_EXPECT_FALSE(test, drm_dev_is_unplugged(&made->drm));
	drm_dev_unplug(&made->drm);
	KUNIT_EXPECT_FALSE(test, drm_dev_enter(&made->drm, &outer));
	KUNIT_EXPECT_TRUE(test, drm_dev_is_unplugged(&made->drm));
}

static struct completion unplugged;

static int unplug(void *arg)
{
	drm_dev_unplug(arg);
	note('u');
	complete(&unplugged);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* S9.66 */
static void drm_dev_unplug__waits_for_sections(struct kunit *test)
{
	struct task_struct *task;
	int idx, late;

	init_completion(&unplugged);
	KUNIT_ASSERT_TRUE(test, drm_dev_enter(&made->drm, &idx));
	task = kthread_run(unplug, &made->drm, "unplug");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	msleep(10);
	KUNIT_EXPECT_FALSE(test, drm_dev_enter(&made->drm, &late));
	note('e');
	drm_dev_exit(idx);
	wait_for_completion(&unplugged);
	KUNIT_EXPECT_STREQ(test, log, "eu");
	kthread_stop(task);
}

static void drm_WARN_ON__is_the_condition(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drm_WARN_ON(&made->drm, logged));
	drm_dbg(&made->drm, "a message of %s\n", "no importance");
	drm_info((struct drm_device *)NULL, "a message without a device\n");
}

#ifdef __PSIM__
static void drm_WARN_ON__is_reported(struct kunit *test)
{
	kunit_expect_report(test, "drm_WARN_ON(!logged)");
	KUNIT_EXPECT_TRUE(test, drm_WARN_ON(&made->drm, !logged));
	kunit_expect_report(test, "only once");
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, drm_WARN_ONCE(&made->drm, true, "only %s", "once"));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(devm_drm_dev_alloc__embeds_a_device),
	KUNIT_CASE(drm_dev_put__accepts_null),
	KUNIT_CASE(drm_dev_put__the_last_one_ends_it_in_order),
	KUNIT_CASE(drm_dev__holds_its_parent),
	KUNIT_CASE(drmm_release_action__runs_now),
	KUNIT_CASE(drmm_kmalloc__can_go_earlier),
	KUNIT_CASE(drm_dev_enter__nests_until_unplugged),
	KUNIT_CASE(drm_dev_unplug__waits_for_sections),
	KUNIT_CASE(drm_WARN_ON__is_the_condition),
#ifdef __PSIM__
	KUNIT_CASE(drm_WARN_ON__is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "drm_device",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
