// SPDX-License-Identifier: MIT
/* Classes, and devices that are nothing but a name and a number. */
#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include "drm/device.h"
#include "sim/sim.h"

#undef device_create

static LIST_HEAD(classes);
static DEFINE_MUTEX(classes_lock);

int class_register(const struct class *class)
{
	return WARN_ON(!class || !class->name) ? -EINVAL : 0;
}
EXPORT_SYMBOL(class_register);

void class_unregister(const struct class *class)
{
}
EXPORT_SYMBOL(class_unregister);

struct class *__psim_class_create(const char *name, const char *site)
{
	struct class *class = __psim_kmalloc(sizeof(*class), GFP_KERNEL | __GFP_ZERO, site);

	if (!class)
		return ERR_PTR(-ENOMEM);
	class->name = name;
	class->__psim_created = true;
	class->__psim_site = site;
	mutex_lock(&classes_lock);
	list_add_tail(&class->__psim_link, &classes);
	mutex_unlock(&classes_lock);
	return class;
}
EXPORT_SYMBOL(__psim_class_create);

void class_destroy(const struct class *class)
{
	struct class *own = (struct class *)class;

	if (IS_ERR_OR_NULL(class))
		return;
	if (WARN_ON(!class->__psim_created))
		return;
	mutex_lock(&classes_lock);
	list_del(&own->__psim_link);
	mutex_unlock(&classes_lock);
	kfree(own);
}
EXPORT_SYMBOL(class_destroy);

/* ---- devices --------------------------------------------------------------------------------------------- */

static void device_release(struct device *dev)
{
	kfree(dev);
}

struct device *__psim_device_create(const struct class *class, struct device *parent, dev_t devt,
				    void *drvdata, const char *site, const char *fmt, ...)
{
	struct va_format vaf = {.fmt = fmt};
	struct device *dev;
	va_list args;
	int err;

	if (IS_ERR_OR_NULL(class))
		return ERR_PTR(-ENODEV);
	dev = __psim_kmalloc(sizeof(*dev), GFP_KERNEL | __GFP_ZERO, site);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	__psim_device_initialize(dev, site);
	dev->devt = devt;
	dev->class = class;
	dev->parent = parent;
	dev->release = device_release;
	dev->driver_data = drvdata;
	va_start(args, fmt);
	vaf.va = &args;
	err = dev_set_name(dev, "%pV", &vaf);
	va_end(args);
	if (!err)
		err = device_add(dev);
	if (err) {
		put_device(dev);
		return ERR_PTR(err);
	}
	return dev;
}
EXPORT_SYMBOL(__psim_device_create);

struct numbered {
	const struct class *class;
	dev_t devt;
};

static bool is_numbered(const struct device *dev, const void *arg)
{
	const struct numbered *wanted = arg;

	return dev->class == wanted->class && dev->devt == wanted->devt;
}

void device_destroy(const struct class *class, dev_t devt)
{
	const struct numbered wanted = {.class = class, .devt = devt};
	struct device *dev = psim_device_find(is_numbered, &wanted);

	if (!dev)
		return;
	put_device(dev);
	device_unregister(dev);
}
EXPORT_SYMBOL(device_destroy);

void psim_class_leftovers(void)
{
	struct class *class;

	list_for_each_entry(class, &classes, __psim_link)
		psim_report("law 3", "class %s, made by %s(), is left", class->name,
			    class->__psim_site);
}
