/* SPDX-License-Identifier: MIT */
/*
 * Character devices: functions behind device numbers, found when a file of that number is opened.
 *
 * Modelled: numbers, opening, files that outlive the device, the module that an open file holds. Not
 * modelled: kobjects, loading modules by number.
 */
#ifndef _LINUX_CDEV_H
#define _LINUX_CDEV_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct cdev - a character device
 * @owner: the module that stays while a file of it is open
 * @ops: its functions
 * @dev: first number
 * @count: how many numbers
 */
struct cdev {
	struct module *owner;
	const struct file_operations *ops;
	dev_t dev;
	unsigned int count;
	struct kref __psim_ref;
	struct device *__psim_parent;
	bool __psim_allocated;
	struct list_head __psim_link;
	const char *__psim_site;
};

/* Make a structure of the caller's a cdev, not known to anybody yet. */
void cdev_init(struct cdev *cdev, const struct file_operations *fops);
/* One on the heap, freed with its last reference. Return: NULL without memory. May sleep. */
struct cdev *cdev_alloc(void);
/* What an open file holds: the cdev and its module. NULL is allowed. */
void cdev_put(struct cdev *cdev);

/**
 * cdev_add() - from here on files of these numbers can be opened
 * @dev: first number
 * @count: how many
 *
 * Nobody looks whether the numbers are the caller's; of several the one with the fewest numbers is opened.
 * May sleep. Return: 0, -ENOMEM.
 */
int __psim_cdev_add(struct cdev *cdev, dev_t dev, unsigned int count, const char *site);
#define cdev_add(cdev, dev, count) __psim_cdev_add((cdev), (dev), (count), __func__)
/*
 * No more opens, and the initial reference is gone; files that are open stay and go on calling the
 * functions. Also for one that was not added. May sleep.
 */
void cdev_del(struct cdev *cdev);

/**
 * cdev_device_add() - cdev_add() with the device's own number, if it has one, and device_add()
 * The device stays while the cdev is referenced. After a failure nothing is added. May sleep.
 */
int __psim_cdev_device_add(struct cdev *cdev, struct device *dev, const char *site);
#define cdev_device_add(cdev, dev) __psim_cdev_device_add((cdev), (dev), __func__)
/* The reverse; the caller's reference of the device stays the caller's. May sleep. */
void cdev_device_del(struct cdev *cdev, struct device *dev);

#endif /* _LINUX_CDEV_H */
