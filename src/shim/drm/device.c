// SPDX-License-Identifier: MIT
/*
 * struct device: references, names, being registered. Binding drivers is in driver.c.
 *
 * Every initialised device is on one list until its last reference is gone, so that what is left can be
 * named (law 3).
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "drm/device.h"
#include "sim/sim.h"

#undef device_initialize
#undef device_register

static LIST_HEAD(devices);
static DEFINE_SPINLOCK(devices_lock);

/* ---- names -------------------------------------------------------------------------------------- */

static void name_free(struct device *dev)
{
	if (dev->__psim_name_owned)
		kfree(dev->__psim_name);
	dev->__psim_name_owned = false;
	dev->__psim_name = NULL;
}

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;
	char *name;

	va_start(args, fmt);
	name = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	if (!name)
		return -ENOMEM;
	name_free(dev);
	dev->__psim_name = name;
	dev->__psim_name_owned = true;
	return 0;
}
EXPORT_SYMBOL(dev_set_name);

const char *dev_name(const struct device *dev)
{
	return dev->init_name ?: dev->__psim_name ?: "(null)";
}
EXPORT_SYMBOL(dev_name);

const char *dev_driver_string(const struct device *dev)
{
	struct device_driver *drv = READ_ONCE(dev->driver);

	if (drv)
		return drv->name;
	if (dev->bus)
		return dev->bus->name;
	return dev->class ? dev->class->name : "";
}
EXPORT_SYMBOL(dev_driver_string);

const char *psim_device_name(u32 id)
{
	static char gone[24];
	const char *name = NULL;
	struct device *dev;
	unsigned long flags;

	spin_lock_irqsave(&devices_lock, flags);
	list_for_each_entry(dev, &devices, __psim_link) {
		if (dev->__psim_id == id)
			name = dev_name(dev);
	}
	if (!name) {
		snprintf(gone, sizeof(gone), "device %u", id);
		name = gone;
	}
	spin_unlock_irqrestore(&devices_lock, flags);
	return name;
}

/* ---- references ----------------------------------------------------------------------------------- */

void __psim_device_initialize(struct device *dev, const char *site)
{
	unsigned long flags;

	kref_init(&dev->__psim_ref);
	mutex_init(&dev->mutex);
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
	INIT_LIST_HEAD(&dev->__psim_bus_link);
	psim_pm_init(dev);
	dev->__psim_id = psim_ordinal("device");
	dev->__psim_added = false;
	dev->__psim_site = site;
	spin_lock_irqsave(&devices_lock, flags);
	list_add_tail(&dev->__psim_link, &devices);
	spin_unlock_irqrestore(&devices_lock, flags);
}
EXPORT_SYMBOL(__psim_device_initialize);

void device_initialize(struct device *dev)
{
	__psim_device_initialize(dev, __func__);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		kref_get(&dev->__psim_ref);
	return dev;
}
EXPORT_SYMBOL(get_device);

static void release(struct kref *kref)
{
	struct device *dev = container_of(kref, struct device, __psim_ref);
	const char *name = dev->__psim_name_owned ? dev->__psim_name : NULL;
	unsigned long flags;

	/* Resources that were added while no driver was bound. */
	devres_release_all(dev);
	spin_lock_irqsave(&devices_lock, flags);
	list_del(&dev->__psim_link);
	spin_unlock_irqrestore(&devices_lock, flags);
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else if (dev->class && dev->class->dev_release)
		dev->class->dev_release(dev);
	else
		WARN(1, "device %s has no release function: its memory would never be freed",
		     dev_name(dev));
	kfree(name);
}

void put_device(struct device *dev)
{
	if (!dev)
		return;
	might_sleep();
	kref_put(&dev->__psim_ref, release);
}
EXPORT_SYMBOL(put_device);

/* ---- being registered ------------------------------------------------------------------------------- */

int device_add(struct device *dev)
{
	int err;

	if (dev->init_name) {
		err = dev_set_name(dev, "%s", dev->init_name);
		if (err)
			return err;
		dev->init_name = NULL;
	}
	if (!dev->__psim_name || !*dev->__psim_name)
		return -EINVAL;
	get_device(dev);
	get_device(dev->parent);
	dev->__psim_added = true;
	err = psim_bus_add(dev);
	if (err) {
		dev->__psim_added = false;
		put_device(dev->parent);
		put_device(dev);
	}
	return err;
}
EXPORT_SYMBOL(device_add);

int __psim_device_register(struct device *dev, const char *site)
{
	__psim_device_initialize(dev, site);
	return device_add(dev);
}
EXPORT_SYMBOL(__psim_device_register);

int device_register(struct device *dev)
{
	return __psim_device_register(dev, __func__);
}

void device_del(struct device *dev)
{
	struct device *parent = dev->parent;

	if (WARN_ON(!dev->__psim_added))
		return;
	psim_bus_remove(dev);
	psim_pm_remove(dev);
	dev->__psim_added = false;
	put_device(dev);
	put_device(parent);
}
EXPORT_SYMBOL(device_del);

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}
EXPORT_SYMBOL(device_unregister);

/* ---- being found ------------------------------------------------------------------------------------ */

struct device *psim_device_find(bool (*match)(const struct device *dev, const void *arg),
				const void *arg)
{
	struct device *dev, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&devices_lock, flags);
	list_for_each_entry(dev, &devices, __psim_link) {
		if (dev->__psim_added && match(dev, arg) &&
		    kref_get_unless_zero(&dev->__psim_ref)) {
			found = dev;
			break;
		}
	}
	spin_unlock_irqrestore(&devices_lock, flags);
	return found;
}

/* ---- messages --------------------------------------------------------------------------------------- */

static void print(const char *level, const struct device *dev, struct va_format *vaf)
{
	if (dev)
		printk("%s%s %s: %pV", level, dev_driver_string(dev), dev_name(dev), vaf);
	else
		printk("%s(NULL device *): %pV", level, vaf);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	struct va_format vaf = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	print(level, dev, &vaf);
	va_end(args);
}
EXPORT_SYMBOL(_dev_printk);

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	struct va_format vaf = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	_dev_printk(KERN_ERR, dev, "error %pe: %pV", ERR_PTR(err), &vaf);
	va_end(args);
	return err;
}
EXPORT_SYMBOL(dev_err_probe);

void psim_device_leftovers(void)
{
	struct device *dev;

	list_for_each_entry(dev, &devices, __psim_link)
		psim_report("law 3", "device %s, made by %s(), is left with %u references%s",
			    dev_name(dev), dev->__psim_site, kref_read(&dev->__psim_ref),
			    dev->__psim_added ? ", registered" : "");
}
