/* SPDX-License-Identifier: MIT */
/*
 * The platform bus: devices with a name and resources. Simulated hardware appears on it
 * (psim/hw.h), under the name that its model gives as "compatible".
 */
#ifndef _LINUX_PLATFORM_DEVICE_H
#define _LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>

#define PLATFORM_DEVID_NONE (-1)
#define PLATFORM_DEVID_AUTO (-2)

/**
 * struct platform_device - a device on the platform bus
 * @name: what drivers match by
 * @id: instance number, or PLATFORM_DEVID_*
 * @id_auto: the bus chose @id
 * @dev: the device itself
 * @platform_dma_mask: where dev.dma_mask points, for devices that the bus made
 * @num_resources, @resource: windows and interrupts
 * @id_entry: the entry of the driver's table that matched
 */
struct platform_device {
	const char *name;
	int id;
	bool id_auto;
	struct device dev;
	u64 platform_dma_mask;
	u32 num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
};

#define to_platform_device(device)   container_of((device), struct platform_device, dev)
#define platform_get_device_id(pdev) ((pdev)->id_entry)

/**
 * struct platform_driver - a driver of such devices
 * @probe: bind; 0, or a negative errno: everything device-managed is given back
 * @remove: unbind; device-managed actions run after it, latest first (S5.48)
 * @shutdown: never called here
 * @driver: name, owner
 * @id_table: names it knows; NULL: driver.name only
 */
struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	void (*remove)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
};

#define to_platform_driver(drv) container_of((drv), struct platform_driver, driver)

extern const struct bus_type platform_bus_type;

/* As driver_register(); devices that are there already are bound before this returns. */
int __platform_driver_register(struct platform_driver *drv, struct module *owner);
#define platform_driver_register(drv) __platform_driver_register((drv), THIS_MODULE)
void platform_driver_unregister(struct platform_driver *drv);

#define module_platform_driver(driver_)                    \
	static int driver_##_init(void)                    \
	{                                                  \
		return platform_driver_register(&driver_); \
	}                                                  \
	static void driver_##_exit(void)                   \
	{                                                  \
		platform_driver_unregister(&driver_);      \
	}                                                  \
	module_init(driver_##_init) module_exit(driver_##_exit)

/* A device with one reference, not yet on the bus, or NULL without memory. */
struct platform_device *__psim_platform_device_alloc(const char *name, int id, const char *site);
#define platform_device_alloc(name, id) __psim_platform_device_alloc((name), (id), __func__)
/* Copies them. Return: 0, -ENOMEM. */
int platform_device_add_resources(struct platform_device *pdev, const struct resource *res,
				  unsigned int num);
/* Put it on the bus. Return: 0 or as device_add(). May sleep: probes. */
int platform_device_add(struct platform_device *pdev);
void platform_device_del(struct platform_device *pdev);
/* Drop one that was not added. NULL is allowed. */
void platform_device_put(struct platform_device *pdev);
/* For devices with a release function of their own. */
int __psim_platform_device_register(struct platform_device *pdev, const char *site);
#define platform_device_register(pdev) __psim_platform_device_register((pdev), __func__)
/* Take it off the bus and drop it. NULL is allowed. May sleep: unbinds the driver. */
void platform_device_unregister(struct platform_device *pdev);
/* All in one. Return: the device, or an error pointer. */
struct platform_device *__psim_platform_register_simple(const char *name, int id,
							const struct resource *res,
							unsigned int num, const char *site);
#define platform_device_register_simple(name, id, res, num) \
	__psim_platform_register_simple(name, id, res, num, __func__)

/* The @num-th resource of a type, or NULL. */
struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num);
/* The @num-th interrupt line, or -ENXIO with a message. */
int platform_get_irq(struct platform_device *pdev, unsigned int num);
/* Map the @index-th window until the driver is unbound; an error pointer on failure. */
void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int index);

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

#endif /* _LINUX_PLATFORM_DEVICE_H */
