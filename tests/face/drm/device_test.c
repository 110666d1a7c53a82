// SPDX-License-Identifier: MIT
/* Devices, drivers on the platform bus, and the order in which things are given back. */
#include <kunit/test.h>
#include <linux/mod_devicetable.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

/* What happened, one letter each, in order. */
static char log[32];
static unsigned int logged;

static void note(char c)
{
	if (logged < sizeof(log) - 1)
		log[logged++] = c;
}

static int setup(struct kunit *test)
{
	memset(log, 0, sizeof(log));
	logged = 0;
	return 0;
}

static void action_a(void *arg)
{
	note('a');
}

static void action_b(void *arg)
{
	note('b');
}

static int fail_probe_with;

static int probe(struct platform_device *pdev)
{
	int err;

	note('p');
	err = devm_add_action(&pdev->dev, action_a, NULL);
	if (!err)
		err = devm_add_action_or_reset(&pdev->dev, action_b, NULL);
	platform_set_drvdata(pdev, log);
	return err ? err : fail_probe_with;
}

static void remove(struct platform_device *pdev)
{
	note('r');
}

static struct platform_driver driver = {
	.probe = probe,
	.remove = remove,
	.driver = {.name = "psim-test-device"},
};

static struct platform_device *make(struct kunit *test, int id)
{
	struct platform_device *pdev =
		platform_device_register_simple("psim-test-device", id, NULL, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	return pdev;
}

/* S5.48, S9.67: remove first, then the actions, latest first */
static void unbind__removes_then_runs_actions_in_reverse(struct kunit *test)
{
	struct platform_device *pdev;

	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = make(test, 1);
	KUNIT_EXPECT_STREQ(test, log, "p");
	KUNIT_EXPECT_PTR_EQ(test, pdev->dev.driver, &driver.driver);
	KUNIT_EXPECT_PTR_EQ(test, platform_get_drvdata(pdev), (void *)log);
	platform_device_unregister(pdev);
	KUNIT_EXPECT_STREQ(test, log, "prba");
	platform_driver_unregister(&driver);
	KUNIT_EXPECT_STREQ(test, log, "prba");
}

/* S9.67: they do not wait for the last reference on the device */
static void unbind__does_not_wait_for_references(struct kunit *test)
{
	struct platform_device *pdev;

	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = make(test, 1);
	get_device(&pdev->dev);
	platform_device_unregister(pdev);
	KUNIT_EXPECT_STREQ(test, log, "prba");
	KUNIT_EXPECT_NULL(test, pdev->dev.driver);
	KUNIT_EXPECT_NULL(test, platform_get_drvdata(pdev));
	put_device(&pdev->dev);
	platform_driver_unregister(&driver);
}

static void driver_register__binds_what_is_there(struct kunit *test)
{
	struct platform_device *first = make(test, 1), *second = make(test, 2);

	KUNIT_EXPECT_STREQ(test, log, "");
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	KUNIT_EXPECT_STREQ(test, log, "pp");
	platform_driver_unregister(&driver);
	KUNIT_EXPECT_STREQ(test, log, "pprbarba");
	KUNIT_EXPECT_NULL(test, first->dev.driver);
	platform_device_unregister(first);
	platform_device_unregister(second);
}

/* What a failed probe has taken is given back; the remove callback does not run. */
static void probe__gives_back_on_failure(struct kunit *test)
{
	struct platform_device *pdev;

	fail_probe_with = -ENODEV;
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = make(test, 1);
	KUNIT_EXPECT_STREQ(test, log, "pba");
	KUNIT_EXPECT_NULL(test, pdev->dev.driver);
	KUNIT_EXPECT_NULL(test, platform_get_drvdata(pdev));
	fail_probe_with = 0;
	platform_device_unregister(pdev);
	platform_driver_unregister(&driver);
}

static const struct platform_device_id ids[] = {
	{"psim-test-other", 4},
	{"psim-test-device", 5},
	{},
};

static int probe_by_id(struct platform_device *pdev)
{
	note('0' + platform_get_device_id(pdev)->driver_data);
	return 0;
}

static struct platform_driver driver_by_id = {
	.probe = probe_by_id,
	.driver = {.name = "psim-test-named-otherwise"},
	.id_table = ids,
};

static void probe__tells_which_name_matched(struct kunit *test)
{
	struct platform_device *pdev;

	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver_by_id), 0);
	pdev = make(test, PLATFORM_DEVID_NONE);
	KUNIT_EXPECT_STREQ(test, log, "5");
	KUNIT_EXPECT_STREQ(test, dev_name(&pdev->dev), "psim-test-device");
	platform_device_unregister(pdev);
	platform_driver_unregister(&driver_by_id);
}

static void device_add__refuses_a_taken_name(struct kunit *test)
{
	struct platform_device *pdev = make(test, 3), *again;

	KUNIT_EXPECT_STREQ(test, dev_name(&pdev->dev), "psim-test-device.3");
	again = platform_device_alloc("psim-test-device", 3);
	KUNIT_ASSERT_NOT_NULL(test, again);
	KUNIT_EXPECT_EQ(test, platform_device_add(again), -EEXIST);
	platform_device_put(again);
	platform_device_unregister(pdev);
}

static void get_resource__finds_by_type_and_number(struct kunit *test)
{
	const struct resource res[] = {
		DEFINE_RES_MEM(0x1000, 0x100),
		DEFINE_RES_IRQ(7),
		DEFINE_RES_MEM(0x2000, 0x100),
	};
	struct platform_device *pdev = platform_device_alloc("psim-test-resource", 0);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	KUNIT_EXPECT_EQ(test, platform_device_add_resources(pdev, res, 3), 0);
	KUNIT_EXPECT_EQ(test, platform_get_resource(pdev, IORESOURCE_MEM, 1)->start, 0x2000ull);
	KUNIT_EXPECT_NULL(test, platform_get_resource(pdev, IORESOURCE_MEM, 2));
	KUNIT_EXPECT_EQ(test, platform_get_irq(pdev, 0), 7);
	platform_device_put(pdev);
}

/* ---- devres ------------------------------------------------------------------------------------------- */

static int release_count;

static void release_device(struct device *dev)
{
	release_count++;
	kfree(dev);
}

static struct device *make_bare(struct kunit *test)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	device_initialize(dev);
	dev->release = release_device;
	KUNIT_ASSERT_EQ(test, dev_set_name(dev, "bare%d", 1), 0);
	return dev;
}

static void put_device__releases_with_the_last(struct kunit *test)
{
	struct device *dev = make_bare(test);

	release_count = 0;
	KUNIT_EXPECT_STREQ(test, dev_name(dev), "bare1");
	KUNIT_EXPECT_PTR_EQ(test, get_device(dev), dev);
	put_device(dev);
	KUNIT_EXPECT_EQ(test, release_count, 0);
	put_device(dev);
	KUNIT_EXPECT_EQ(test, release_count, 1);
	put_device(NULL);
	KUNIT_EXPECT_NULL(test, get_device(NULL));
}

static void device_add__holds_the_parent(struct kunit *test)
{
	struct device *parent = make_bare(test), *child = make_bare(test);

	release_count = 0;
	KUNIT_ASSERT_EQ(test, dev_set_name(child, "child"), 0);
	KUNIT_ASSERT_EQ(test, device_add(parent), 0);
	child->parent = parent;
	KUNIT_ASSERT_EQ(test, device_add(child), 0);
	device_unregister(parent);
	KUNIT_EXPECT_EQ(test, release_count, 0);
	device_unregister(child);
	KUNIT_EXPECT_EQ(test, release_count, 2);
}

static void devm_release_action__runs_now_and_not_again(struct kunit *test)
{
	struct device *dev = make_bare(test);

	KUNIT_EXPECT_EQ(test, devm_add_action(dev, action_a, NULL), 0);
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, action_b, NULL), 0);
	devm_release_action(dev, action_a, NULL);
	KUNIT_EXPECT_STREQ(test, log, "a");
	put_device(dev);
	KUNIT_EXPECT_STREQ(test, log, "ab");
}

static void devm_remove_action__forgets_it(struct kunit *test)
{
	struct device *dev = make_bare(test);

	KUNIT_EXPECT_EQ(test, devm_add_action(dev, action_a, dev), 0);
	KUNIT_EXPECT_TRUE(test, devm_is_action_added(dev, action_a, dev));
	KUNIT_EXPECT_EQ(test, devm_remove_action_nowarn(dev, action_a, NULL), -ENOENT);
	devm_remove_action(dev, action_a, dev);
	KUNIT_EXPECT_FALSE(test, devm_is_action_added(dev, action_a, dev));
	put_device(dev);
	KUNIT_EXPECT_STREQ(test, log, "");
}

static void devm_kmalloc__goes_with_the_device(struct kunit *test)
{
	struct device *dev = make_bare(test);
	char *zeroed = devm_kzalloc(dev, 40, GFP_KERNEL), *text, *copy;
	u32 *array = devm_kcalloc(dev, 5, sizeof(*array), GFP_KERNEL);
	char all = 0;

	KUNIT_ASSERT_NOT_NULL(test, zeroed);
	KUNIT_ASSERT_NOT_NULL(test, array);
	for (int i = 0; i < 40; i++)
		all |= zeroed[i];
	KUNIT_EXPECT_EQ(test, all | array[0] | array[4], 0u);
	text = devm_kstrdup(dev, "a text", GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, text, "a text");
	copy = devm_kmemdup(dev, text, 7, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, copy, "a text");
	KUNIT_EXPECT_STREQ(test, devm_kasprintf(dev, GFP_KERNEL, "%s-%d", "n", 12), "n-12");
	KUNIT_EXPECT_NULL(test, devm_kcalloc(dev, ~0ul, 2, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, (unsigned long)devm_kmalloc(dev, 0, GFP_KERNEL),
			(unsigned long)ZERO_SIZE_PTR);
	devm_kfree(dev, text);
	devm_kfree(dev, NULL);
	put_device(dev);
}

static void release_nothing(struct device *dev, void *res)
{
	note('x');
}

static void devres_alloc__gives_zeroed_room(struct kunit *test)
{
	struct device *dev = make_bare(test);

	for (int i = 0; i < 50; i++) {
		void *dirty = kmalloc(200, GFP_KERNEL);
		u8 *room, all = 0;

		KUNIT_ASSERT_NOT_NULL(test, dirty);
		memset(dirty, 0xff, 200);
		kfree(dirty);
		room = devres_alloc(release_nothing, 150, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, room);
		for (int k = 0; k < 150; k++)
			all |= room[k];
		KUNIT_EXPECT_EQ(test, all, 0);
		devres_free(room);
	}
	put_device(dev);
}

static int is(struct device *dev, void *res, void *wanted)
{
	return *(char *)res == *(char *)wanted;
}

static void devres_find__finds_the_latest_that_matches(struct kunit *test)
{
	struct device *dev = make_bare(test);
	char *room[3];

	for (int i = 0; i < 3; i++) {
		room[i] = devres_alloc(release_nothing, 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, room[i]);
		*room[i] = '0' + i;
		devres_add(dev, room[i]);
	}
	KUNIT_EXPECT_PTR_EQ(test, devres_find(dev, release_nothing, NULL, NULL), (void *)room[2]);
	KUNIT_EXPECT_PTR_EQ(test, devres_find(dev, release_nothing, is, "1"), (void *)room[1]);
	KUNIT_EXPECT_NULL(test, devres_find(dev, release_nothing, is, "7"));
	KUNIT_EXPECT_EQ(test, devres_release(dev, release_nothing, is, "1"), 0);
	KUNIT_EXPECT_STREQ(test, log, "x");
	KUNIT_EXPECT_EQ(test, devres_destroy(dev, release_nothing, is, "2"), 0);
	KUNIT_EXPECT_EQ(test, devres_destroy(dev, release_nothing, is, "2"), -ENOENT);
	KUNIT_EXPECT_STREQ(test, log, "x");
	put_device(dev);
	KUNIT_EXPECT_STREQ(test, log, "xx");
}

#ifdef __PSIM__
#include <psim/fault.h>

/* S9.67 */
static void devm_add_action_or_reset__runs_it_on_failure(struct kunit *test)
{
	struct device *dev = make_bare(test);

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, devm_add_action_or_reset(dev, action_a, NULL), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, log, "a");
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, action_b, NULL), -ENOMEM);
	put_device(dev);
	KUNIT_EXPECT_STREQ(test, log, "a");
}

static void devm_kfree__of_foreign_memory_warns(struct kunit *test)
{
	struct device *dev = make_bare(test);
	void *memory = kmalloc(8, GFP_KERNEL);

	kunit_expect_report(test, "devm_kfree");
	devm_kfree(dev, memory);
	kfree(memory);
	put_device(dev);
}

static void leftovers__name_a_device(struct kunit *test)
{
	kunit_expect_report(test, "device bare1, made by make_bare(), is left with 1 references");
	kunit_expect_report(test, "make_bare");
	kunit_expect_report(test, "dev_set_name");
	make_bare(test);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(unbind__removes_then_runs_actions_in_reverse),
	KUNIT_CASE(unbind__does_not_wait_for_references),
	KUNIT_CASE(driver_register__binds_what_is_there),
	KUNIT_CASE(probe__gives_back_on_failure),
	KUNIT_CASE(probe__tells_which_name_matched),
	KUNIT_CASE(device_add__refuses_a_taken_name),
	KUNIT_CASE(get_resource__finds_by_type_and_number),
	KUNIT_CASE(put_device__releases_with_the_last),
	KUNIT_CASE(device_add__holds_the_parent),
	KUNIT_CASE(devm_release_action__runs_now_and_not_again),
	KUNIT_CASE(devm_remove_action__forgets_it),
	KUNIT_CASE(devm_kmalloc__goes_with_the_device),
	KUNIT_CASE(devres_alloc__gives_zeroed_room),
	KUNIT_CASE(devres_find__finds_the_latest_that_matches),
#ifdef __PSIM__
	KUNIT_CASE(devm_add_action_or_reset__runs_it_on_failure),
	KUNIT_CASE(devm_kfree__of_foreign_memory_warns),
	KUNIT_CASE(leftovers__name_a_device),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "device",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(suite);
