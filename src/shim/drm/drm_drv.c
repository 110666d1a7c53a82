// SPDX-License-Identifier: MIT
/*
 * drm_device: references, the order in which one ends, and sections that unplugging waits for (S9.66).
 *
 * Not modelled: minors, files, and so what drm_dev_register() shows to user space.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include "drm/device.h"
#include "drm/managed.h"
#include "sim/sim.h"

static LIST_HEAD(devices);
static DEFINE_SPINLOCK(devices_lock);
DEFINE_STATIC_SRCU(drm_unplug_srcu);

/* ---- making one ----------------------------------------------------------------------------------- */

static void put_parent(struct drm_device *dev, void *parent)
{
	put_device(parent);
}

/* Whatever fails later, psim_drm_release() undoes all of it. */
static void init(struct drm_device *dev, const struct drm_driver *driver, struct device *parent,
		 const char *site)
{
	kref_init(&dev->ref);
	dev->driver = driver;
	dev->driver_features = ~0u;
	dev->dev = parent;
	dev->__psim_site = site;
	INIT_LIST_HEAD(&dev->managed.resources);
	spin_lock_init(&dev->managed.lock);
	spin_lock(&devices_lock);
	list_add_tail(&dev->__psim_link, &devices);
	spin_unlock(&devices_lock);
}

static void end(struct drm_device *dev)
{
	psim_drm_managed_release(dev);
	spin_lock(&devices_lock);
	list_del(&dev->__psim_link);
	spin_unlock(&devices_lock);
	kfree(dev->managed.final_kfree);
}

static void *make(struct device *parent, const struct drm_driver *driver, size_t size,
		  size_t offset, const char *site)
{
	void *container;
	struct drm_device *dev;
	int err;

	if (WARN_ON(!parent || !driver))
		return ERR_PTR(-EINVAL);
	container = __psim_kmalloc(size, GFP_KERNEL | __GFP_ZERO, site);
	if (!container)
		return ERR_PTR(-ENOMEM);
	dev = container + offset;
	init(dev, driver, parent, site);
	dev->managed.final_kfree = container;
	get_device(parent);
	err = drmm_add_action_or_reset(dev, put_parent, parent);
	if (!err) {
		dev->unique = drmm_kstrdup(dev, dev_name(parent), GFP_KERNEL);
		err = dev->unique ? 0 : -ENOMEM;
	}
	if (err) {
		end(dev);
		return ERR_PTR(err);
	}
	return container;
}

static void put_managed(void *dev)
{
	drm_dev_put(dev);
}

void *__psim_devm_drm_dev_alloc(struct device *parent, const struct drm_driver *driver, size_t size,
				size_t offset, const char *site)
{
	void *container = make(parent, driver, size, offset, site);
	int err;

	if (IS_ERR(container))
		return container;
	err = devm_add_action_or_reset(parent, put_managed, container + offset);
	return err ? ERR_PTR(err) : container;
}
EXPORT_SYMBOL(__psim_devm_drm_dev_alloc);

struct drm_device *__psim_drm_dev_alloc(const struct drm_driver *driver, struct device *parent,
					const char *site)
{
	return make(parent, driver, sizeof(struct drm_device), 0, site);
}
EXPORT_SYMBOL(__psim_drm_dev_alloc);

/* ---- references --------------------------------------------------------------------------------------- */

void drm_dev_get(struct drm_device *dev)
{
	if (dev)
		kref_get(&dev->ref);
}
EXPORT_SYMBOL(drm_dev_get);

static void release(struct kref *ref)
{
	struct drm_device *dev = container_of(ref, struct drm_device, ref);

	if (dev->driver->release)
		dev->driver->release(dev);
	end(dev);
}

void drm_dev_put(struct drm_device *dev)
{
	if (dev)
		kref_put(&dev->ref, release);
}
EXPORT_SYMBOL(drm_dev_put);

/* ---- registering and unplugging ------------------------------------------------------------------------ */

int drm_dev_register(struct drm_device *dev, unsigned long flags)
{
	WARN_ON(!dev->managed.final_kfree);
	if (WARN_ON(dev->registered))
		return -EEXIST;
	dev->registered = true;
	return 0;
}
EXPORT_SYMBOL(drm_dev_register);

void drm_dev_unregister(struct drm_device *dev)
{
	dev->registered = false;
}
EXPORT_SYMBOL(drm_dev_unregister);

bool drm_dev_enter(struct drm_device *dev, int *idx)
{
	*idx = srcu_read_lock(&drm_unplug_srcu);
	if (!READ_ONCE(dev->unplugged))
		return true;
	srcu_read_unlock(&drm_unplug_srcu, *idx);
	return false;
}
EXPORT_SYMBOL(drm_dev_enter);

void drm_dev_exit(int idx)
{
	srcu_read_unlock(&drm_unplug_srcu, idx);
}
EXPORT_SYMBOL(drm_dev_exit);

/* Whoever enters from now on is refused; whoever is inside is waited for. */
void drm_dev_unplug(struct drm_device *dev)
{
	WRITE_ONCE(dev->unplugged, true);
	synchronize_srcu(&drm_unplug_srcu);
	drm_dev_unregister(dev);
}
EXPORT_SYMBOL(drm_dev_unplug);

/* ---- messages --------------------------------------------------------------------------------------------- */

const char *__psim_drm_name(const struct drm_device *drm)
{
	return drm && drm->dev ? dev_name(drm->dev) : "(NULL)";
}

void __psim_drm_printk(const char *level, const struct drm_device *drm, const char *fmt, ...)
{
	struct va_format vaf = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	if (drm && drm->dev)
		_dev_printk(level, drm->dev, "[drm] %pV", &vaf);
	else
		printk("%s[drm] %pV", level, &vaf);
	va_end(args);
}

void psim_drm_device_leftovers(void)
{
	struct drm_device *dev;

	list_for_each_entry(dev, &devices, __psim_link)
		psim_report("law 3", "drm_device %s, made by %s(), is left with %u references",
			    dev->unique, dev->__psim_site, kref_read(&dev->ref));
}
