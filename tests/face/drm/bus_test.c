// SPDX-License-Identifier: MIT
/*
 * Devices apart from the platform bus: buses without functions of their own, classes and types that
 * release, names; and platform devices that a driver makes itself.
 */
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

static int probes, removes, releases;
static int probe_gives;

static int probe(struct device *dev)
{
	probes++;
	return probe_gives;
}

static int remove(struct device *dev)
{
	removes++;
	return 0;
}

static void release(struct device *dev)
{
	releases++;
}

static struct bus_type bus = {.name = "psim-test-bus"};
static struct device_driver driver = {
	.name = "psim-test-driver", .bus = &bus, .probe = probe, .remove = remove};

static int setup(struct kunit *test)
{
	probes = removes = releases = probe_gives = 0;
	return 0;
}

#ifdef __PSIM__
/* A bus without functions of its own uses the driver's; one without match() binds them all. */
static void driver_register__on_a_plain_bus(struct kunit *test)
{
	static struct device dev = {.init_name = "plain", .bus = &bus, .release = release};

	KUNIT_EXPECT_EQ(test, driver_register(&driver), 0);
	KUNIT_EXPECT_EQ(test, device_register(&dev), 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&dev), "plain");
	KUNIT_EXPECT_NULL(test, dev.init_name);
	KUNIT_EXPECT_EQ(test, probes, 1);
	KUNIT_EXPECT_PTR_EQ(test, dev.driver, &driver);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&dev), "psim-test-driver");
	KUNIT_EXPECT_EQ(test, device_attach(&dev), 1);
	device_release_driver(&dev);
	KUNIT_EXPECT_EQ(test, removes, 1);
	device_release_driver(&dev); /* nothing is bound */
	KUNIT_EXPECT_EQ(test, removes, 1);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&dev), "psim-test-bus");
	KUNIT_EXPECT_EQ(test, device_attach(&dev), 1);
	device_unregister(&dev);
	KUNIT_EXPECT_EQ(test, removes, 2);
	KUNIT_EXPECT_EQ(test, releases, 1);
	driver_unregister(&driver);
}

/* -ENODEV is no error worth a message: the driver does not want this device. */
static void probe__not_this_one(struct kunit *test)
{
	static struct device dev = {.init_name = "unwanted", .bus = &bus, .release = release};

	probe_gives = -ENODEV;
	KUNIT_EXPECT_EQ(test, driver_register(&driver), 0);
	KUNIT_EXPECT_EQ(test, device_register(&dev), 0);
	KUNIT_EXPECT_EQ(test, probes, 1);
	KUNIT_EXPECT_NULL(test, dev.driver);
	probe_gives = -ENXIO;
	KUNIT_EXPECT_EQ(test, device_attach(&dev), 0);
	KUNIT_EXPECT_EQ(test, probes, 2);
	device_unregister(&dev);
	driver_unregister(&driver);
	KUNIT_EXPECT_EQ(test, removes, 0);
}

static void probe__with_resources_already(struct kunit *test)
{
	static struct device dev = {.init_name = "early", .bus = &bus, .release = release};
	int level = console_loglevel;

	KUNIT_EXPECT_EQ(test, device_register(&dev), 0);
	KUNIT_ASSERT_NOT_NULL(test, devm_kzalloc(&dev, 8, GFP_KERNEL));
	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, driver_register(&driver), 0);
	console_loglevel = level;
	KUNIT_EXPECT_EQ(test, probes, 0);
	KUNIT_EXPECT_NULL(test, dev.driver);
	driver_unregister(&driver);
	device_unregister(&dev);
}

static void probe__deferred_is_not_modelled(struct kunit *test)
{
	static struct device dev = {.init_name = "later", .bus = &bus, .release = release};

	probe_gives = -EPROBE_DEFER;
	KUNIT_EXPECT_EQ(test, driver_register(&driver), 0);
	kunit_expect_halt(test, "deferred probing is not modelled");
	(void)!device_register(&dev);
	KUNIT_FAIL(test, "the run went on");
}

static void driver_register__twice(struct kunit *test)
{
	int level = console_loglevel;

	KUNIT_EXPECT_EQ(test, driver_register(&driver), 0);
	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, driver_register(&driver), -EBUSY);
	console_loglevel = level;
	driver_unregister(&driver);
	kunit_expect_report(test, "driver psim-test-driver is not registered");
	driver_unregister(&driver);
}
#endif

static void type_release(struct device *dev)
{
	releases += 10;
}

static void class_release(struct device *dev)
{
	releases += 100;
}

static const struct device_type type = {.name = "psim-test-type", .release = type_release};
static struct class class = {.name = "psim-test-class", .dev_release = class_release};

/* The device's own release comes before its type's, that before its class's. */
static void put_device__whose_release(struct kunit *test)
{
	static struct device own, by_type, by_class;

	device_initialize(&own);
	own.release = release;
	own.type = &type;
	put_device(&own);
	KUNIT_EXPECT_EQ(test, releases, 1);
	device_initialize(&by_type);
	by_type.type = &type;
	by_type.class = &class;
	put_device(&by_type);
	KUNIT_EXPECT_EQ(test, releases, 11);
	device_initialize(&by_class);
	by_class.class = &class;
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&by_class), "psim-test-class");
	put_device(&by_class);
	KUNIT_EXPECT_EQ(test, releases, 111);
	put_device(NULL);
	KUNIT_EXPECT_NULL(test, get_device(NULL));
}

static void device_add__without_a_name(struct kunit *test)
{
	static struct device dev;

	device_initialize(&dev);
	dev.release = release;
	KUNIT_EXPECT_EQ(test, device_add(&dev), -EINVAL);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&dev), "");
	put_device(&dev);
	KUNIT_EXPECT_EQ(test, releases, 1);
}

#ifdef __PSIM__
static void put_device__without_release(struct kunit *test)
{
	static struct device dev;

	device_initialize(&dev);
	KUNIT_EXPECT_STREQ(test, dev_name(&dev), "(null)");
	kunit_expect_report(test, "has no release function");
	put_device(&dev);
	device_initialize(&dev);
	dev.release = release;
	kunit_expect_report(test, "WARN: device_del()");
	device_del(&dev);
	put_device(&dev);
}

static void device_add__without_memory(struct kunit *test)
{
	static struct device dev = {.init_name = "none", .release = release};

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, device_register(&dev), -ENOMEM);
	put_device(&dev);
	KUNIT_EXPECT_EQ(test, releases, 1);
}
#endif

static void dev_err_probe__gives_the_error(struct kunit *test)
{
	int level = console_loglevel;

	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, dev_err_probe(NULL, -EIO, "no %s\n", "clock"), -EIO);
	console_loglevel = level;
}

/* ---- platform devices ----------------------------------------------------------------------------------- */

static void release_platform(struct device *dev)
{
	releases++;
}

static void platform_device_register__a_driver_s_own(struct kunit *test)
{
	static struct platform_device pdev = {
		.name = "psim-own", .id = PLATFORM_DEVID_NONE, .dev.release = release_platform};

	KUNIT_EXPECT_EQ(test, platform_device_register(&pdev), 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&pdev.dev), "psim-own");
	KUNIT_EXPECT_EQ(test, pdev.dev.coherent_dma_mask, DMA_BIT_MASK(32));
	platform_device_unregister(&pdev);
	KUNIT_EXPECT_EQ(test, releases, 1);
	platform_device_unregister(NULL);
}

static void platform_device__a_number_of_its_own(struct kunit *test)
{
	struct platform_device *a, *b;

	a = platform_device_register_simple("psim-auto", PLATFORM_DEVID_AUTO, NULL, 0);
	b = platform_device_register_simple("psim-auto", PLATFORM_DEVID_AUTO, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_NE(test, a->id, b->id);
	KUNIT_EXPECT_NOT_NULL(test, strstr(dev_name(&a->dev), ".auto"));
	KUNIT_EXPECT_STRNEQ(test, dev_name(&a->dev), dev_name(&b->dev));
	platform_device_unregister(a);
	platform_device_unregister(b);
}

static void platform_get_irq__there_is_none(struct kunit *test)
{
	const struct resource res = DEFINE_RES_IRQ(7);
	struct platform_device *pdev;
	int level = console_loglevel;

	pdev = platform_device_register_simple("psim-irq", 0, &res, 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_EQ(test, platform_get_irq(pdev, 0), 7);
	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, platform_get_irq(pdev, 1), -ENXIO);
	console_loglevel = level;
	platform_device_unregister(pdev);
}

#ifdef __PSIM__
/* Each allocation on the way fails once. */
static void platform_device_register_simple__without_memory(struct kunit *test)
{
	const struct resource res = DEFINE_RES_IRQ(7);
	struct platform_device *pdev;
	int n = 0;

	do {
		psim_fail_nth(PSIM_FAIL_SLAB, ++n);
		pdev = platform_device_register_simple("psim-short", PLATFORM_DEVID_AUTO, &res, 1);
	} while (PTR_ERR(pdev) == -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_EQ(test, n, 4);
	platform_device_unregister(pdev);
}

/* ---- managed memory ------------------------------------------------------------------------------------- */

static void release_nothing(struct device *dev, void *res)
{
}

static void devm_kmalloc__limits(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-devm", 0, NULL, 0);
	struct device *dev = &pdev->dev;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_NULL(test, devm_kmalloc(dev, KMALLOC_MAX_SIZE, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, devm_kstrdup(dev, NULL, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, devm_kmemdup(dev, "", 0, GFP_KERNEL), ZERO_SIZE_PTR);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, devm_kmemdup(dev, "abc", 3, GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, devm_kasprintf(dev, GFP_KERNEL, "%d", 5));
	KUNIT_EXPECT_NULL(test, devres_alloc(release_nothing, KMALLOC_MAX_SIZE, GFP_KERNEL));
	devres_free(NULL);
	platform_device_unregister(pdev);
}
#endif

/* ---- drm ----------------------------------------------------------------------------------------------- */

static const struct drm_driver drm_driver = {.name = "psim-bare"};

static void drm_dev_alloc__a_bare_one(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-drm", 0, NULL, 0);
	struct drm_device *drm;
	char *copy;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	drm = drm_dev_alloc(&drm_driver, &pdev->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(drm));
	KUNIT_EXPECT_STREQ(test, drm->unique, "psim-drm.0");
	copy = drmm_kstrdup(drm, "text", GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, copy, "text");
	KUNIT_EXPECT_NULL(test, drmm_kstrdup(drm, NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, drmm_kmalloc(drm, KMALLOC_MAX_SIZE, GFP_KERNEL));
	drmm_kfree(drm, copy);
	drmm_kfree(drm, NULL);
	drm_dev_get(NULL);
	KUNIT_EXPECT_EQ(test, drm_dev_register(drm, 0), 0);
	drm_dev_unregister(drm);
	drm_dev_put(drm);
	platform_device_unregister(pdev);
}

#ifdef __PSIM__
static void drm_action(struct drm_device *drm, void *data)
{
}

static void drm_dev__misuse(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("psim-drm", 0, NULL, 0);
	struct drm_device *drm;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	kunit_expect_report(test, "!parent || !driver");
	KUNIT_EXPECT_EQ(test, PTR_ERR(drm_dev_alloc(NULL, &pdev->dev)), -EINVAL);
	drm = drm_dev_alloc(&drm_driver, &pdev->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(drm));
	KUNIT_EXPECT_EQ(test, drm_dev_register(drm, 0), 0);
	kunit_expect_report(test, "WARN: drm_dev_register()");
	KUNIT_EXPECT_EQ(test, drm_dev_register(drm, 0), -EEXIST);
	kunit_expect_report(test, "WARN: drmm_release_action()");
	drmm_release_action(drm, drm_action, NULL);
	kunit_expect_report(test, "WARN: drmm_kfree()");
	drmm_kfree(drm, pdev);
	drm_dev_put(drm);
	platform_device_unregister(pdev);
}
#endif

/* S9.65: through the functions' addresses */
static void try_module_get__through_its_address(struct kunit *test)
{
	int before = module_refcount(THIS_MODULE);

	KUNIT_EXPECT_TRUE(test, (try_module_get)(THIS_MODULE));
	(__module_get)(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 2);
	(module_put)(THIS_MODULE);
	(module_put)(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
}

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(driver_register__on_a_plain_bus),
	KUNIT_CASE(probe__not_this_one),
	KUNIT_CASE(probe__with_resources_already),
	KUNIT_CASE(probe__deferred_is_not_modelled),
	KUNIT_CASE(driver_register__twice),
	KUNIT_CASE(put_device__without_release),
	KUNIT_CASE(device_add__without_memory),
	KUNIT_CASE(platform_device_register_simple__without_memory),
	KUNIT_CASE(devm_kmalloc__limits),
	KUNIT_CASE(drm_dev__misuse),
#endif
	KUNIT_CASE(put_device__whose_release),
	KUNIT_CASE(device_add__without_a_name),
	KUNIT_CASE(dev_err_probe__gives_the_error),
	KUNIT_CASE(platform_device_register__a_driver_s_own),
	KUNIT_CASE(platform_device__a_number_of_its_own),
	KUNIT_CASE(platform_get_irq__there_is_none),
	KUNIT_CASE(drm_dev_alloc__a_bare_one),
	KUNIT_CASE(try_module_get__through_its_address),
	{},
};

static struct kunit_suite suite = {
	.name = "bus",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(suite);
