// SPDX-License-Identifier: MIT
/*
 * Drivers finding their devices: matching, probing, and letting go in the order of S5.48: the remove
 * callback, then what is device-managed, latest first.
 *
 * Not modelled: deferred probing (a stop), asynchronous probing, sysfs bind and unbind.
 */
#include <linux/device.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>
#include "drm/device.h"
#include "sim/sim.h"

/* All devices that are on a bus, and all drivers; each names its bus. */
static LIST_HEAD(bus_devices);
static LIST_HEAD(drivers);
static DEFINE_MUTEX(bus_lock);

static bool matches(struct device *dev, struct device_driver *drv)
{
	return dev->bus == drv->bus && (!drv->bus->match || drv->bus->match(dev, drv) > 0);
}

/* Under the device's lock. Return: 0, or why the driver did not bind. */
static int bind(struct device *dev, struct device_driver *drv)
{
	int err = 0;

	if (!list_empty(&dev->devres_head)) {
		dev_crit(dev, "Resources present before probing\n");
		return -EBUSY;
	}
	WRITE_ONCE(dev->driver, drv);
	if (dev->bus->probe)
		err = dev->bus->probe(dev);
	else if (drv->probe)
		err = drv->probe(dev);
	if (!err)
		return 0;
	devres_release_all(dev);
	WRITE_ONCE(dev->driver, NULL);
	dev_set_drvdata(dev, NULL);
#ifdef EPROBE_DEFER
	if (err == -EPROBE_DEFER)
		psim_stop_function(drv->name, "deferred probing is not modelled");
#endif
	if (err != -ENODEV && err != -ENXIO)
		dev_err(dev, "probe with driver %s failed with error %d\n", drv->name, err);
	return err;
}

/* The driver removes a device that is awake, unless it is idle. */
static void wake(struct device *dev)
{
	if (!pm_runtime_enabled(dev))
		return;
	pm_runtime_get_sync(dev);
	pm_runtime_put_sync(dev);
}

/* Under the device's lock. */
static void unbind(struct device *dev)
{
	struct device_driver *drv = dev->driver;

	if (!drv)
		return;
	wake(dev);
	if (dev->bus && dev->bus->remove)
		dev->bus->remove(dev);
	else if (drv->remove)
		drv->remove(dev);
	devres_release_all(dev);
	WRITE_ONCE(dev->driver, NULL);
	dev_set_drvdata(dev, NULL);
	/* the next driver finds it as the first one did */
	if (!pm_runtime_enabled(dev))
		pm_runtime_set_suspended(dev);
}

void device_release_driver(struct device *dev)
{
	device_lock(dev);
	unbind(dev);
	device_unlock(dev);
}
EXPORT_SYMBOL(device_release_driver);

/* The @nth driver that matches, or NULL. A driver may come or go between two calls. */
static struct device_driver *nth_match(struct device *dev, unsigned int nth)
{
	struct device_driver *drv, *found = NULL;

	mutex_lock(&bus_lock);
	list_for_each_entry(drv, &drivers, __psim_link) {
		if (!found && matches(dev, drv) && !nth--)
			found = drv;
	}
	mutex_unlock(&bus_lock);
	return found;
}

int device_attach(struct device *dev)
{
	struct device_driver *drv;
	int bound = 0;

	device_lock(dev);
	if (dev->driver)
		bound = 1;
	for (unsigned int i = 0; !bound && (drv = nth_match(dev, i)); i++)
		bound = !bind(dev, drv);
	device_unlock(dev);
	return bound;
}
EXPORT_SYMBOL(device_attach);

/* ---- the bus side of device_add() and device_del() ---------------------------------------------------- */

int psim_bus_add(struct device *dev)
{
	struct device *other;
	int err = 0;

	if (!dev->bus)
		return 0;
	mutex_lock(&bus_lock);
	list_for_each_entry(other, &bus_devices, __psim_bus_link) {
		if (other->bus == dev->bus && !strcmp(dev_name(other), dev_name(dev)))
			err = -EEXIST;
	}
	if (!err)
		list_add_tail(&dev->__psim_bus_link, &bus_devices);
	mutex_unlock(&bus_lock);
	/* That no driver binds is no failure of the device's. */
	if (!err)
		(void)!device_attach(dev);
	return err;
}

void psim_bus_remove(struct device *dev)
{
	mutex_lock(&bus_lock);
	list_del_init(&dev->__psim_bus_link);
	mutex_unlock(&bus_lock);
	device_release_driver(dev);
}

/* ---- drivers ---------------------------------------------------------------------------------------------- */

/* A device of the driver's bus for which @wanted says yes, with a reference, or NULL. */
static struct device *find_device(struct device_driver *drv, const struct list_head *seen,
				  bool (*wanted)(struct device *dev, struct device_driver *drv))
{
	struct device *dev, *found = NULL;
	bool skip = seen;

	mutex_lock(&bus_lock);
	list_for_each_entry(dev, &bus_devices, __psim_bus_link) {
		if (!skip && !found && wanted(dev, drv))
			found = get_device(dev);
		if (&dev->__psim_bus_link == seen)
			skip = false;
	}
	mutex_unlock(&bus_lock);
	return found;
}

static bool is_free(struct device *dev, struct device_driver *drv)
{
	return matches(dev, drv) && !READ_ONCE(dev->driver);
}

static bool is_bound(struct device *dev, struct device_driver *drv)
{
	return READ_ONCE(dev->driver) == drv;
}

static bool is_registered(struct device_driver *drv)
{
	struct device_driver *other;

	list_for_each_entry(other, &drivers, __psim_link) {
		if (other == drv)
			return true;
	}
	return false;
}

/* One that is registered and has its name, on its bus. */
static bool is_taken(const struct device_driver *drv)
{
	struct device_driver *at;

	list_for_each_entry(at, &drivers, __psim_link) {
		if (at->bus == drv->bus && !strcmp(at->name, drv->name))
			return true;
	}
	return false;
}

int driver_register(struct device_driver *drv)
{
	struct device *dev, *previous = NULL;
	bool taken;

	mutex_lock(&bus_lock);
	taken = is_taken(drv);
	if (!taken)
		list_add_tail(&drv->__psim_link, &drivers);
	mutex_unlock(&bus_lock);
	if (taken) {
		pr_err("a driver %s is registered already\n", drv->name);
		return -EBUSY;
	}
	/* The last device that was tried is held, so that the walk can go on behind it. */
	while ((dev = find_device(drv, previous ? &previous->__psim_bus_link : NULL, is_free))) {
		put_device(previous);
		previous = dev;
		device_lock(dev);
		if (!dev->driver && device_is_registered(dev))
			bind(dev, drv);
		device_unlock(dev);
	}
	put_device(previous);
	return 0;
}
EXPORT_SYMBOL(driver_register);

void driver_unregister(struct device_driver *drv)
{
	struct device *dev;
	bool known;

	mutex_lock(&bus_lock);
	known = is_registered(drv);
	if (known)
		list_del(&drv->__psim_link);
	mutex_unlock(&bus_lock);
	if (WARN(!known, "driver %s is not registered", drv->name))
		return;
	while ((dev = find_device(drv, NULL, is_bound))) {
		device_lock(dev);
		if (dev->driver == drv)
			unbind(dev);
		device_unlock(dev);
		put_device(dev);
	}
}
EXPORT_SYMBOL(driver_unregister);
