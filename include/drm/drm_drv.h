/* SPDX-License-Identifier: MIT */
/*
 * Making, registering, unplugging and dropping DRM devices.
 *
 * Modelled: references, managed memory, sections that unplugging waits for. Not modelled: minors,
 * files, ioctls, mode setting.
 */
#ifndef _DRM_DRV_H_
#define _DRM_DRV_H_

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/srcu.h>
#include <linux/stddef.h>
#include <drm/drm_device.h>

enum drm_driver_feature {
	DRIVER_GEM = 1u << 0,
	DRIVER_MODESET = 1u << 1,
	DRIVER_RENDER = 1u << 3,
	DRIVER_ATOMIC = 1u << 4,
	DRIVER_SYNCOBJ = 1u << 5,
	DRIVER_SYNCOBJ_TIMELINE = 1u << 6,
	DRIVER_COMPUTE_ACCEL = 1u << 7,
	DRIVER_GEM_GPUVA = 1u << 8,
};

/**
 * struct drm_driver - what a driver tells the DRM core
 * @release: called with the last reference, before managed resources go (S9.66)
 * @driver_features: DRIVER_*
 * @fops: its owner is the driver's module
 */
struct drm_driver {
	void (*release)(struct drm_device *dev);
	int major;
	int minor;
	int patchlevel;
	const char *name;
	const char *desc;
	u32 driver_features;
	const struct file_operations *fops;
};

/**
 * devm_drm_dev_alloc() - the driver's structure with a drm_device inside, zeroed, one reference
 * @parent: the bus device; drops that reference when its driver is unbound
 * @driver: the driver
 * @type: the driver's structure
 * @member: its struct drm_device
 * May sleep. Return: the structure, or an error pointer. Its memory goes with the last reference.
 */
void *__psim_devm_drm_dev_alloc(struct device *parent, const struct drm_driver *driver, size_t size,
				size_t offset, const char *site);
/** __devm_drm_dev_alloc() - what devm_drm_dev_alloc() is made of */
#define __devm_drm_dev_alloc(parent, driver, size, offset) \
	__psim_devm_drm_dev_alloc(parent, driver, size, offset, __func__)
#define devm_drm_dev_alloc(parent, driver, type, member)                                         \
	((type *)__psim_devm_drm_dev_alloc(parent, driver, sizeof(type), offsetof(type, member), \
					   __func__))

/* A bare one; drop it with drm_dev_put(). Return: an error pointer on failure. */
struct drm_device *__psim_drm_dev_alloc(const struct drm_driver *driver, struct device *parent,
					const char *site);
#define drm_dev_alloc(driver, parent) __psim_drm_dev_alloc(driver, parent, __func__)

/* Make it known to user space. Return: 0 or a negative errno. May sleep. */
int drm_dev_register(struct drm_device *dev, unsigned long flags);
void drm_dev_unregister(struct drm_device *dev);

/* NULL is allowed (S9.66). */
void drm_dev_get(struct drm_device *dev);
/* The last one: driver->release, managed resources in reverse order, then the memory. */
void drm_dev_put(struct drm_device *dev);

/**
 * drm_dev_enter() - begin a section in which the hardware is there
 * @idx: to be given to drm_dev_exit()
 * Sections nest and may sleep. Return: false, with nothing begun, once drm_dev_unplug() was called.
 */
bool drm_dev_enter(struct drm_device *dev, int *idx);
void drm_dev_exit(int idx);
/* The hardware is gone: unregister; waits for all sections. May sleep. */
void drm_dev_unplug(struct drm_device *dev);

/** drm_dev_is_unplugged() - has drm_dev_unplug() been called? */
static inline bool drm_dev_is_unplugged(struct drm_device *dev)
{
	int idx;

	if (!drm_dev_enter(dev, &idx))
		return true;
	drm_dev_exit(idx);
	return false;
}

/** drm_core_check_feature() - have both the driver and the device this feature? */
static inline bool drm_core_check_feature(const struct drm_device *dev,
					  enum drm_driver_feature feature)
{
	return feature &&
	       (dev->driver->driver_features & dev->driver_features & feature) == feature;
}

#endif /* _DRM_DRV_H_ */
