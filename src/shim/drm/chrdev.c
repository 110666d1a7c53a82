// SPDX-License-Identifier: MIT
/*
 * Character devices: who owns which numbers, and which cdev is behind them.
 *
 * Two tables that do not know each other, as in a kernel: a cdev may have numbers that nobody owns.
 */
#include <linux/cdev.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "drm/chrdev.h"
#include "drm/device.h"
#include "sim/sim.h"

/* Majors: all; those handed out first, downwards; those handed out then, downwards. */
#define MAJORS	     512u
#define DYNAMIC_HIGH 255u
#define DYNAMIC_LOW  234u
#define MORE_HIGH    511u
#define MORE_LOW     384u

/**
 * struct numbers - numbers of one major that somebody owns
 * @first: the first
 * @count: how many
 * @name: the owner's
 * @site: who took them
 */
struct numbers {
	struct list_head link;
	dev_t first;
	unsigned int count;
	char name[64];
	const char *site;
};

static LIST_HEAD(owned);
static LIST_HEAD(cdevs);
static DEFINE_MUTEX(chrdevs_lock);

/* ---- numbers, under the lock ------------------------------------------------------------------------------ */

static bool major_in_use(unsigned int major)
{
	struct numbers *n;

	list_for_each_entry(n, &owned, link) {
		if (MAJOR(n->first) == major)
			return true;
	}
	return false;
}

/* Return: a free major, or 0. */
static unsigned int free_major(void)
{
	unsigned int major;

	for (major = DYNAMIC_HIGH - 1; major >= DYNAMIC_LOW; major--) {
		if (!major_in_use(major))
			return major;
	}
	for (major = MORE_HIGH; major >= MORE_LOW; major--) {
		if (!major_in_use(major))
			return major;
	}
	return 0;
}

static bool overlaps_owned(dev_t first, unsigned int count)
{
	struct numbers *n;

	list_for_each_entry(n, &owned, link) {
		if (first < n->first + n->count && n->first < first + count)
			return true;
	}
	return false;
}

/* All of one major. */
static int own(dev_t first, unsigned int count, const char *name, const char *site)
{
	struct numbers *n;

	if (MAJOR(first) >= MAJORS || !count || count > MINORMASK + 1 - MINOR(first))
		return -EINVAL;
	if (overlaps_owned(first, count))
		return -EBUSY;
	n = __psim_kmalloc(sizeof(*n), GFP_KERNEL | __GFP_ZERO, site);
	if (!n)
		return -ENOMEM;
	n->first = first;
	n->count = count;
	n->site = site;
	strscpy(n->name, name, sizeof(n->name));
	list_add_tail(&n->link, &owned);
	return 0;
}

static void disown(dev_t first, unsigned int count)
{
	struct numbers *n;

	list_for_each_entry(n, &owned, link) {
		if (n->first == first && n->count == count) {
			list_del(&n->link);
			kfree(n);
			return;
		}
	}
}

/* What of [from, from + count) lies in @from's major. */
static unsigned int in_major(dev_t from, unsigned int count)
{
	return min(count, MINORMASK + 1 - MINOR(from));
}

static void disown_range(dev_t from, unsigned int count)
{
	while (count) {
		unsigned int n = in_major(from, count);

		disown(from, n);
		from += n;
		count -= n;
	}
}

/* ---- numbers ------------------------------------------------------------------------------------------------ */

int __psim_register_chrdev_region(dev_t from, unsigned int count, const char *name,
				  const char *site)
{
	unsigned int done = 0;
	int err = 0;

	mutex_lock(&chrdevs_lock);
	while (!err && done < count) {
		unsigned int n = in_major(from + done, count - done);

		err = own(from + done, n, name, site);
		if (!err)
			done += n;
	}
	if (err)
		disown_range(from, done);
	mutex_unlock(&chrdevs_lock);
	return err;
}
EXPORT_SYMBOL(__psim_register_chrdev_region);

int __psim_alloc_chrdev_region(dev_t *dev, unsigned int baseminor, unsigned int count,
			       const char *name, const char *site)
{
	unsigned int major;
	int err = -EBUSY;

	mutex_lock(&chrdevs_lock);
	major = free_major();
	if (major)
		err = own(MKDEV(major, baseminor), count, name, site);
	mutex_unlock(&chrdevs_lock);
	if (!err)
		*dev = MKDEV(major, baseminor);
	return err;
}
EXPORT_SYMBOL(__psim_alloc_chrdev_region);

void unregister_chrdev_region(dev_t from, unsigned int count)
{
	mutex_lock(&chrdevs_lock);
	disown_range(from, count);
	mutex_unlock(&chrdevs_lock);
}
EXPORT_SYMBOL(unregister_chrdev_region);

/* ---- cdevs ---------------------------------------------------------------------------------------------------- */

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	memset(cdev, 0, sizeof(*cdev));
	INIT_LIST_HEAD(&cdev->__psim_link);
	kref_init(&cdev->__psim_ref);
	cdev->ops = fops;
}
EXPORT_SYMBOL(cdev_init);

struct cdev *cdev_alloc(void)
{
	struct cdev *cdev = kzalloc(sizeof(*cdev), GFP_KERNEL);

	if (!cdev)
		return NULL;
	cdev_init(cdev, NULL);
	cdev->__psim_allocated = true;
	return cdev;
}
EXPORT_SYMBOL(cdev_alloc);

static void cdev_gone(struct kref *ref)
{
	struct cdev *cdev = container_of(ref, struct cdev, __psim_ref);
	struct device *parent = cdev->__psim_parent;

	if (cdev->__psim_allocated)
		kfree(cdev);
	put_device(parent);
}

static void cdev_unref(struct cdev *cdev)
{
	kref_put(&cdev->__psim_ref, cdev_gone);
}

void cdev_put(struct cdev *cdev)
{
	struct module *owner;

	if (!cdev)
		return;
	owner = cdev->owner; /* whose the structure may be */
	cdev_unref(cdev);
	module_put(owner);
}
EXPORT_SYMBOL(cdev_put);

int __psim_cdev_add(struct cdev *cdev, dev_t dev, unsigned int count, const char *site)
{
	cdev->dev = dev;
	cdev->count = count;
	cdev->__psim_site = site;
	if (psim_fails(PSIM_FAIL_SLAB, site))
		return -ENOMEM;
	get_device(cdev->__psim_parent);
	mutex_lock(&chrdevs_lock);
	list_add_tail(&cdev->__psim_link, &cdevs);
	mutex_unlock(&chrdevs_lock);
	return 0;
}
EXPORT_SYMBOL(__psim_cdev_add);

void cdev_del(struct cdev *cdev)
{
	mutex_lock(&chrdevs_lock);
	list_del_init(&cdev->__psim_link);
	mutex_unlock(&chrdevs_lock);
	cdev_unref(cdev);
}
EXPORT_SYMBOL(cdev_del);

int __psim_cdev_device_add(struct cdev *cdev, struct device *dev, const char *site)
{
	int err;

	if (dev->devt) {
		cdev->__psim_parent = dev;
		err = __psim_cdev_add(cdev, dev->devt, 1, site);
		if (err) {
			cdev->__psim_parent = NULL;
			return err;
		}
	}
	err = device_add(dev);
	if (err && dev->devt)
		cdev_del(cdev);
	return err;
}
EXPORT_SYMBOL(__psim_cdev_device_add);

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
	device_del(dev);
	if (dev->devt)
		cdev_del(cdev);
}
EXPORT_SYMBOL(cdev_device_del);

struct cdev *psim_cdev_get(dev_t dev)
{
	struct cdev *cdev, *found = NULL;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(cdev, &cdevs, __psim_link) {
		if (dev - cdev->dev < cdev->count && (!found || cdev->count < found->count))
			found = cdev;
	}
	if (found && !__psim_try_module_get(found->owner, "chrdev_open"))
		found = NULL;
	if (found)
		kref_get(&found->__psim_ref);
	mutex_unlock(&chrdevs_lock);
	return found;
}

/* ---- both at once ------------------------------------------------------------------------------------------------ */

int __psim_register_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			   const char *name, const struct file_operations *fops, const char *site)
{
	dev_t dev = MKDEV(major, baseminor);
	struct cdev *cdev;
	int err;

	err = major ? __psim_register_chrdev_region(dev, count, name, site)
		    : __psim_alloc_chrdev_region(&dev, baseminor, count, name, site);
	if (err)
		return err;
	err = -ENOMEM;
	cdev = cdev_alloc();
	if (!cdev)
		goto disown;
	cdev->owner = fops->owner;
	cdev->ops = fops;
	err = __psim_cdev_add(cdev, dev, count, site);
	if (err)
		goto put;
	return major ? 0 : MAJOR(dev);
put:
	cdev_unref(cdev);
disown:
	unregister_chrdev_region(dev, count);
	return err;
}
EXPORT_SYMBOL(__psim_register_chrdev);

void __unregister_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			 const char *name)
{
	dev_t dev = MKDEV(major, baseminor);
	struct cdev *cdev, *found = NULL;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(cdev, &cdevs, __psim_link) {
		if (cdev->__psim_allocated && cdev->dev == dev && cdev->count == count)
			found = cdev;
	}
	mutex_unlock(&chrdevs_lock);
	if (found)
		cdev_del(found);
	unregister_chrdev_region(dev, count);
}
EXPORT_SYMBOL(__unregister_chrdev);

void psim_chrdev_leftovers(void)
{
	struct numbers *n;
	struct cdev *cdev;

	list_for_each_entry(n, &owned, link)
		psim_report("law 3",
			    "the %u device numbers from %u:%u of %s, taken by %s(), are left",
			    n->count, MAJOR(n->first), MINOR(n->first), n->name, n->site);
	list_for_each_entry(cdev, &cdevs, __psim_link) {
		if (cdev->__psim_site) /* NULL: the machine's own */
			psim_report("law 3", "the character device %u:%u, added by %s(), is left",
				    MAJOR(cdev->dev), MINOR(cdev->dev), cdev->__psim_site);
	}
}
