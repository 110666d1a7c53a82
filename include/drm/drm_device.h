/* SPDX-License-Identifier: MIT */
/* struct drm_device: a reference-counted device as the DRM core sees it (S9.66). */
#ifndef _DRM_DEVICE_H_
#define _DRM_DEVICE_H_

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;
struct drm_driver;

/**
 * struct drm_device - usually embedded in the driver's own structure
 * @ref: references: drm_dev_get(), drm_dev_put()
 * @dev: the bus device; a reference on it is held until the last reference on this is gone
 * @managed: what is given back with the last reference, and the memory that goes last
 * @driver: its driver
 * @dev_private: the driver's own; better embed
 * @registered: between drm_dev_register() and drm_dev_unregister()
 * @unplugged: drm_dev_unplug() was called
 * @unique: its name
 * @driver_features: as driver->driver_features, for this device
 * @__psim_site: who made it
 * @__psim_link: in the list of live devices
 */
struct drm_device {
	struct kref ref;
	struct device *dev;
	struct {
		struct list_head resources;
		void *final_kfree;
		spinlock_t lock;
	} managed;
	const struct drm_driver *driver;
	void *dev_private;
	bool registered;
	bool unplugged;
	char *unique;
	u32 driver_features;
	const char *__psim_site;
	struct list_head __psim_link;
};

#endif /* _DRM_DEVICE_H_ */
