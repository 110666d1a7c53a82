/* SPDX-License-Identifier: MIT */
/* What the files of the drm room, and the bus, ask of each other. */
#ifndef PSIM_DRM_DEVICE_H
#define PSIM_DRM_DEVICE_H

#include <linux/types.h>

struct device;

/* The name of the device that the IOMMU knows by @id; "device N" once it is gone. For reports. */
const char *psim_device_name(u32 id);

/* The first registered device for which @match says true, with a reference, or NULL. Any context. */
struct device *psim_device_find(bool (*match)(const struct device *dev, const void *arg),
				const void *arg);

/* Runtime power management of a device that begins, and of one that goes. */
void psim_pm_init(struct device *dev);
void psim_pm_remove(struct device *dev);

/* The bus side of device_add() and device_del(): find a driver; let it go. */
int psim_bus_add(struct device *dev);
void psim_bus_remove(struct device *dev);

/* Law 3, each its own kind. */
void psim_device_leftovers(void);
void psim_drm_device_leftovers(void);
void psim_shrinker_leftovers(void);
void psim_module_leftovers(void);
void psim_class_leftovers(void);
void psim_chrdev_leftovers(void);
/* Unload every module that nobody holds, latest first. */
void psim_module_drain(void);
/* The values that strings of module parameters point to. */
void psim_params_drain(void);
/* Whether a device model is still plugged in (dma/bus.c). */
bool psim_bus_in_use(void);

void psim_shrinker_start(void);

#endif /* PSIM_DRM_DEVICE_H */
