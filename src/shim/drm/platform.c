// SPDX-License-Identifier: MIT
/*
 * The platform bus: devices by name. Simulated hardware appears here (dma/bus.c).
 *
 * Not modelled: firmware matching, driver overrides, shutdown.
 */
#include <linux/platform_device.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>

static int next_id;

static const struct platform_device_id *find_id(const struct platform_device_id *id,
						const char *name)
{
	for (; id && id->name[0]; id++) {
		if (!strcmp(id->name, name))
			return id;
	}
	return NULL;
}

static int match(struct device *dev, const struct device_driver *drv)
{
	struct platform_device *pdev = to_platform_device(dev);
	const struct platform_driver *pdrv =
		container_of_const(drv, struct platform_driver, driver);

	if (pdrv->id_table)
		return !!find_id(pdrv->id_table, pdev->name);
	return !strcmp(pdev->name, drv->name);
}

static int probe(struct device *dev)
{
	struct platform_device *pdev = to_platform_device(dev);
	struct platform_driver *pdrv = to_platform_driver(dev->driver);

	pdev->id_entry = find_id(pdrv->id_table, pdev->name);
	return pdrv->probe ? pdrv->probe(pdev) : 0;
}

static void remove(struct device *dev)
{
	struct platform_driver *pdrv = to_platform_driver(dev->driver);

	if (pdrv->remove)
		pdrv->remove(to_platform_device(dev));
}

const struct bus_type platform_bus_type = {
	.name = "platform",
	.match = match,
	.probe = probe,
	.remove = remove,
};

int __platform_driver_register(struct platform_driver *drv, struct module *owner)
{
	drv->driver.owner = owner;
	drv->driver.bus = &platform_bus_type;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL(__platform_driver_register);

void platform_driver_unregister(struct platform_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL(platform_driver_unregister);

/* ---- devices -------------------------------------------------------------------------------------- */

/* A device that the bus allocated, and its name behind it. */
struct allocated {
	struct platform_device pdev;
	char name[];
};

static void release_allocated(struct device *dev)
{
	struct platform_device *pdev = to_platform_device(dev);

	kfree(pdev->resource);
	kfree(container_of(pdev, struct allocated, pdev));
}

static void setup_dma(struct platform_device *pdev)
{
	if (!pdev->dev.coherent_dma_mask)
		pdev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	if (!pdev->dev.dma_mask) {
		pdev->platform_dma_mask = DMA_BIT_MASK(32);
		pdev->dev.dma_mask = &pdev->platform_dma_mask;
	}
}

struct platform_device *__psim_platform_device_alloc(const char *name, int id, const char *site)
{
	struct allocated *new = __psim_kmalloc(struct_size(new, name, strlen(name) + 1),
					       GFP_KERNEL | __GFP_ZERO, site);

	if (!new)
		return NULL;
	strcpy(new->name, name);
	new->pdev.name = new->name;
	new->pdev.id = id;
	__psim_device_initialize(&new->pdev.dev, site);
	new->pdev.dev.release = release_allocated;
	setup_dma(&new->pdev);
	return &new->pdev;
}
EXPORT_SYMBOL(__psim_platform_device_alloc);

int platform_device_add_resources(struct platform_device *pdev, const struct resource *res,
				  unsigned int num)
{
	struct resource *copy = NULL;

	if (res && num) {
		copy = kmemdup(res, num * sizeof(*res), GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	kfree(pdev->resource);
	pdev->resource = copy;
	pdev->num_resources = num;
	return 0;
}
EXPORT_SYMBOL(platform_device_add_resources);

/* A name that was set already stays: the bus of device models names its devices itself. */
static int set_name(struct platform_device *pdev)
{
	if (pdev->dev.__psim_name)
		return 0;
	if (pdev->id == PLATFORM_DEVID_NONE)
		return dev_set_name(&pdev->dev, "%s", pdev->name);
	if (pdev->id != PLATFORM_DEVID_AUTO)
		return dev_set_name(&pdev->dev, "%s.%d", pdev->name, pdev->id);
	pdev->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	pdev->id_auto = true;
	return dev_set_name(&pdev->dev, "%s.%d.auto", pdev->name, pdev->id);
}

int platform_device_add(struct platform_device *pdev)
{
	int err = set_name(pdev);

	if (err)
		return err;
	pdev->dev.bus = &platform_bus_type;
	err = device_add(&pdev->dev);
	if (err && pdev->id_auto)
		pdev->id = PLATFORM_DEVID_AUTO;
	return err;
}
EXPORT_SYMBOL(platform_device_add);

void platform_device_del(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		device_del(&pdev->dev);
}
EXPORT_SYMBOL(platform_device_del);

void platform_device_put(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		put_device(&pdev->dev);
}
EXPORT_SYMBOL(platform_device_put);

int __psim_platform_device_register(struct platform_device *pdev, const char *site)
{
	__psim_device_initialize(&pdev->dev, site);
	setup_dma(pdev);
	return platform_device_add(pdev);
}
EXPORT_SYMBOL(__psim_platform_device_register);

void platform_device_unregister(struct platform_device *pdev)
{
	platform_device_del(pdev);
	platform_device_put(pdev);
}
EXPORT_SYMBOL(platform_device_unregister);

struct platform_device *__psim_platform_register_simple(const char *name, int id,
							const struct resource *res,
							unsigned int num, const char *site)
{
	struct platform_device *pdev = __psim_platform_device_alloc(name, id, site);
	int err;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	err = platform_device_add_resources(pdev, res, num);
	if (!err)
		err = platform_device_add(pdev);
	if (err) {
		platform_device_put(pdev);
		return ERR_PTR(err);
	}
	return pdev;
}
EXPORT_SYMBOL(__psim_platform_register_simple);

/* ---- resources ------------------------------------------------------------------------------------------ */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		if (resource_type(&pdev->resource[i]) == type && !num--)
			return &pdev->resource[i];
	}
	return NULL;
}
EXPORT_SYMBOL(platform_get_resource);

int platform_get_irq(struct platform_device *pdev, unsigned int num)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_IRQ, num);

	if (res)
		return res->start;
	dev_err(&pdev->dev, "IRQ index %u not found\n", num);
	return -ENXIO;
}
EXPORT_SYMBOL(platform_get_irq);

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int index)
{
	return devm_ioremap_resource(&pdev->dev,
				     platform_get_resource(pdev, IORESOURCE_MEM, index));
}
EXPORT_SYMBOL(devm_platform_ioremap_resource);
