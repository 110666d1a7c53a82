/* SPDX-License-Identifier: MIT */
/*
 * Devices, the drivers that bind to them, and what is given back when a driver lets go (devres).
 *
 * Modelled: references, names, parents, binding by a bus, device-managed actions and memory; runtime power
 * management (linux/pm_runtime.h). Not modelled: sysfs, classes' files, system sleep, device links, deferred
 * probing.
 */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pm.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;
struct device_driver;

/**
 * struct bus_type - how devices and drivers of one kind find each other
 * @name: the bus's name
 * @match: > 0: the driver knows the device
 * @probe: binds; 0 or a negative errno; NULL: the driver's own
 * @remove: unbinds
 */
struct bus_type {
	const char *name;
	int (*match)(struct device *dev, const struct device_driver *drv);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
};

/**
 * struct device_driver - the part of a driver that every bus knows
 * @name: the driver's name
 * @bus: whose devices it drives
 * @owner: its module
 * @probe, @remove: for buses without functions of their own
 * @pm: its part of power management, or NULL
 */
struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	const struct dev_pm_ops *pm;
	struct list_head __psim_link;
};

struct device_type {
	const char *name;
	void (*release)(struct device *dev);
};

struct attribute_group;

/**
 * struct class - devices that are of use for the same thing
 * @name: for people
 * @dev_release: of devices without a release function of their own
 * @devnode: name of the device's node in /dev, from kmalloc(), or NULL for the device's own
 */
struct class
{
	const char *name;
	void (*dev_release)(struct device *dev);
	char *(*devnode)(const struct device *dev, umode_t *mode);
	bool __psim_created;
	const char *__psim_site;
	struct list_head __psim_link;
};

/**
 * struct device - one device
 * @parent: it holds a reference on this one while it is registered
 * @init_name: a name for static devices, taken over at device_add()
 * @driver: bound driver, or NULL
 * @driver_data: the driver's own: dev_get_drvdata()
 * @mutex: held while a driver binds or unbinds
 * @dma_mask: where the driver's DMA mask is kept; NULL: the device cannot do DMA (S9.61)
 * @coherent_dma_mask: the mask for dma_alloc_coherent()
 * @devres_lock, @devres_head: what is given back at unbinding
 * @devt: device number
 * @power: runtime power management
 * @release: frees the structure when the last reference is gone
 * @__psim_ref: references
 * @__psim_id: ordinal; the IOMMU knows the device by it
 */
struct device {
	struct device *parent;
	const char *init_name;
	const struct device_type *type;
	const struct bus_type *bus;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	struct mutex mutex;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	spinlock_t devres_lock;
	struct list_head devres_head;
	const struct class *class;
	dev_t devt;
	struct dev_pm_info power;
	u32 id;
	void (*release)(struct device *dev);
	struct kref __psim_ref;
	u32 __psim_id;
	bool __psim_added;
	bool __psim_name_owned;
	const char *__psim_name;
	const char *__psim_site;
	struct list_head __psim_link;
	struct list_head __psim_bus_link;
};

/* ---- lifetime ---------------------------------------------------------------------------------- */

/**
 * device_initialize() - one reference, the caller's, to be dropped with put_device()
 * From here on the structure is freed by its release function only.
 */
void device_initialize(struct device *dev);
/**
 * device_add() - make it known, and bind a driver that matches
 * It needs a name. Return: 0, -EINVAL without a name, -EEXIST for a name that its bus has already.
 * A reference stays the caller's also after a failure. May sleep.
 */
int __must_check device_add(struct device *dev);
/* device_initialize() and device_add(); after a failure put_device(). */
int __must_check device_register(struct device *dev);
/* Unbind the driver (remove callback, then devres in reverse order, S5.48), then forget the device. */
void device_del(struct device *dev);
/* device_del() and put_device(). */
void device_unregister(struct device *dev);
/* NULL gives NULL. Any context. */
struct device *get_device(struct device *dev);
/* NULL is allowed. The last one runs the release function, so it may sleep. */
void put_device(struct device *dev);

void __psim_device_initialize(struct device *dev, const char *site);
int __must_check __psim_device_register(struct device *dev, const char *site);
#define device_initialize(dev) __psim_device_initialize((dev), __func__)
#define device_register(dev)   __psim_device_register((dev), __func__)

int dev_set_name(struct device *dev, const char *fmt, ...) __printf(2, 3);
/* The device's name, "(null)" for none. */
const char *dev_name(const struct device *dev);
/* Name of the driver, else of the bus or class, else "". */
const char *dev_driver_string(const struct device *dev);

/** dev_get_drvdata() - the driver's own pointer */
static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

/** dev_set_drvdata() - set the driver's own pointer */
static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

/** dev_get_platdata() - what whoever made the device gave for its driver */
static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

/** device_is_registered() - is it known to the bus? */
static inline int device_is_registered(struct device *dev)
{
	return dev->__psim_added;
}

/** dev_to_node() - the only node */
static inline int dev_to_node(struct device *dev)
{
	return -1;
}

/** device_lock() - take the device's own mutex; may sleep */
static inline void device_lock(struct device *dev)
{
	mutex_lock(&dev->mutex);
}

/** device_unlock() - let go of it */
static inline void device_unlock(struct device *dev)
{
	mutex_unlock(&dev->mutex);
}

/** device_lock_assert() - a report unless the running task holds it */
#define device_lock_assert(dev) lockdep_assert_held(&(dev)->mutex)

/* ---- classes, and devices of nobody in particular ------------------------------------------------------ */

/* Make a class known. Return: 0. May sleep. */
int __must_check class_register(const struct class *class);
void class_unregister(const struct class *class);
/* One on the heap; class_create(owner, name) before Linux 6.4. Return: an error pointer without memory. */
struct class *__must_check __psim_class_create(const char *name, const char *site);
#define __psim_class_create_1(name)		  __psim_class_create((name), __func__)
#define __psim_class_create_2(owner, name)	  ((void)(owner), __psim_class_create((name), __func__))
#define __psim_class_create_pick(a, b, name, ...) name
#define class_create(...)                                            \
	__psim_class_create_pick(__VA_ARGS__, __psim_class_create_2, \
				 __psim_class_create_1, )(__VA_ARGS__)
/* NULL and error pointers are accepted. */
void class_destroy(const struct class *class);

/**
 * device_create() - a registered device on the heap
 * @parent: or NULL
 * @devt: device number; with a major it gets a node in /dev
 * May sleep. Return: the device, for device_destroy() or device_unregister(); an error pointer.
 */
struct device *__psim_device_create(const struct class *class, struct device *parent, dev_t devt,
				    void *drvdata, const char *site, const char *fmt, ...)
	__printf(6, 7);
#define device_create(class, parent, devt, drvdata, ...) \
	__psim_device_create((class), (parent), (devt), (drvdata), __func__, __VA_ARGS__)
/* Unregister the class's device of that number. */
void device_destroy(const struct class *class, dev_t devt);

/* ---- drivers ------------------------------------------------------------------------------------- */

/* Bind to every device of its bus that matches. Return: 0; -EBUSY: its bus has one of that name. May sleep. */
int __must_check driver_register(struct device_driver *drv);
/* Unbind from all of them. May sleep. */
void driver_unregister(struct device_driver *drv);
/* Let the bound driver go, if there is one. May sleep. */
void device_release_driver(struct device *dev);
/* Bind one that matches. Return: 1: bound (now or before), 0: none, or a negative errno. May sleep. */
int __must_check device_attach(struct device *dev);

/* ---- devres: given back in reverse order when the driver is unbound (S9.67) ------------------------- */

typedef void (*dr_release_t)(struct device *dev, void *res);
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

/**
 * devres_alloc() - room for a resource; devres_add() makes it the device's
 * @release: gives the resource back
 * @size: bytes, zeroed
 * Return: the room, or NULL.
 */
void *__psim_devres_alloc(dr_release_t release, size_t size, gfp_t gfp, const char *site);
#define devres_alloc(release, size, gfp) __psim_devres_alloc(release, size, gfp, __func__)
/* One that was not added. NULL is allowed. */
void devres_free(void *res);
void devres_add(struct device *dev, void *res);
/* The latest one with @release and for which @match (NULL: all) says non-zero, or NULL. */
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take it out without releasing; the caller frees it with devres_free(). */
void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take it out and free its room. Return: 0, -ENOENT. */
int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take it out, release it, free its room. Return: 0, -ENOENT. */
int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* All, latest first. Return: how many. May sleep. */
int devres_release_all(struct device *dev);

/**
 * devm_add_action() - call action(data) when the driver is unbound
 * Return: 0, or -ENOMEM. May sleep.
 */
int __psim_devm_add_action(struct device *dev, void (*action)(void *), void *data,
			   const char *site);
#define devm_add_action(dev, action, data) __psim_devm_add_action(dev, action, data, __func__)

/* The same; after a failure the action has run (S9.67). */
static inline int __psim_devm_add_action_or_reset(struct device *dev, void (*action)(void *),
						  void *data, const char *site)
{
	int err = __psim_devm_add_action(dev, action, data, site);

	if (err)
		action(data);
	return err;
}
#define devm_add_action_or_reset(dev, action, data) \
	__psim_devm_add_action_or_reset(dev, action, data, __func__)

/* Take an action out without calling it; warns if there is none. */
void devm_remove_action(struct device *dev, void (*action)(void *), void *data);
/* The same. Return: 0, -ENOENT. */
int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data);
/* Take an action out and call it; warns if there is none. */
void devm_release_action(struct device *dev, void (*action)(void *), void *data);
bool devm_is_action_added(struct device *dev, void (*action)(void *), void *data);

/* Memory that goes when the driver does. Return: NULL without memory; size 0: ZERO_SIZE_PTR. */
void *__psim_devm_kmalloc(struct device *dev, size_t size, gfp_t gfp, const char *site);
void *__psim_devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp,
			  const char *site);
char *__psim_devm_kstrdup(struct device *dev, const char *s, gfp_t gfp, const char *site);
char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...) __printf(3, 4);
/* Earlier than that. NULL is allowed; memory that is not the device's warns. */
void devm_kfree(struct device *dev, const void *p);

static inline void *__psim_devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp,
					      const char *site)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return __psim_devm_kmalloc(dev, bytes, gfp, site);
}

#define devm_kmalloc(dev, size, gfp) __psim_devm_kmalloc(dev, size, gfp, __func__)
/** devm_kzalloc() - zeroed memory until the driver leaves the device; NULL without memory */
#define devm_kzalloc(dev, size, gfp) __psim_devm_kmalloc(dev, size, (gfp) | __GFP_ZERO, __func__)
/** devm_kmalloc_array() - an array of that kind; NULL also when its size overflows */
#define devm_kmalloc_array(dev, n, size, gfp) __psim_devm_kmalloc_array(dev, n, size, gfp, __func__)
/** devm_kcalloc() - the same, zeroed */
#define devm_kcalloc(dev, n, size, gfp) \
	__psim_devm_kmalloc_array(dev, n, size, (gfp) | __GFP_ZERO, __func__)
#define devm_kmemdup(dev, src, len, gfp) __psim_devm_kmemdup(dev, src, len, gfp, __func__)
#define devm_kstrdup(dev, s, gfp)	 __psim_devm_kstrdup(dev, s, gfp, __func__)

/* Register windows that go when the driver does; -EINVAL, -EBUSY, -ENOMEM as error pointers. */
void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size);
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);
void devm_iounmap(struct device *dev, void __iomem *addr);

#endif /* _LINUX_DEVICE_H */
