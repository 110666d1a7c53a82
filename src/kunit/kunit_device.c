// SPDX-License-Identifier: MIT
/* KUnit's devices: a bus of their own, on which every driver takes every device, the oldest driver first. */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

/* @own: the driver was made for this device alone. */
struct kunit_device {
	struct device dev;
	struct device_driver *own;
};

static struct kunit_device *kunit_device_of(struct device *dev)
{
	return container_of(dev, struct kunit_device, dev);
}

static const struct bus_type kunit_bus = {.name = "kunit"};

static void release(struct device *dev)
{
	kfree(kunit_device_of(dev));
}

/* ---- drivers ------------------------------------------------------------------------------------------------ */

static void driver_end(void *driver)
{
	driver_unregister(driver);
	kfree(driver);
}

struct device_driver *kunit_driver_create(struct kunit *test, const char *name)
{
	struct device_driver *driver = kzalloc(sizeof(*driver), GFP_KERNEL);
	int err;

	if (!driver)
		return ERR_PTR(-ENOMEM);
	driver->name = name;
	driver->bus = &kunit_bus;
	driver->owner = THIS_MODULE;
	err = driver_register(driver);
	if (err) {
		kfree(driver);
		return ERR_PTR(err);
	}
	err = kunit_add_action_or_reset(test, driver_end, driver);
	return err ? ERR_PTR(err) : driver;
}

/* ---- devices ------------------------------------------------------------------------------------------------- */

static void device_end(void *dev)
{
	device_unregister(dev);
}

struct device *kunit_device_register_with_driver(struct kunit *test, const char *name,
						 const struct device_driver *driver)
{
	struct kunit_device *made = kzalloc(sizeof(*made), GFP_KERNEL);
	int err;

	if (!made)
		return ERR_PTR(-ENOMEM);
	device_initialize(&made->dev);
	made->dev.release = release;
	made->dev.bus = &kunit_bus;
	made->dev.dma_mask = &made->dev.coherent_dma_mask;
	made->dev.coherent_dma_mask = ~0ull;
	err = dev_set_name(&made->dev, "%s.%s", test->name, name);
	if (!err)
		err = device_add(&made->dev);
	if (err) {
		put_device(&made->dev);
		return ERR_PTR(err);
	}
	err = kunit_add_action_or_reset(test, device_end, &made->dev);
	return err ? ERR_PTR(err) : &made->dev;
}

struct device *kunit_device_register(struct kunit *test, const char *name)
{
	struct device_driver *driver = kunit_driver_create(test, name);
	struct device *dev;

	if (IS_ERR(driver))
		return ERR_CAST(driver);
	dev = kunit_device_register_with_driver(test, name, driver);
	if (IS_ERR(dev))
		kunit_release_action(test, driver_end, driver);
	else
		kunit_device_of(dev)->own = driver;
	return dev;
}

void kunit_device_unregister(struct kunit *test, struct device *dev)
{
	struct device_driver *own = kunit_device_of(dev)->own;

	kunit_release_action(test, device_end, dev);
	if (own)
		kunit_release_action(test, driver_end, own);
}
