// SPDX-License-Identifier: MIT
/* Misc devices: one major, a minor each, and the redirection of the first open. */
#include <linux/cdev.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/string.h>
#include "drm/chrdev.h"
#include "drm/device.h"
#include "sim/sim.h"

/* Minors that misc_register() chooses: from here on. */
#define FIRST_DYNAMIC 256
#define MINORS	      (1u << MINORBITS)

static const struct class misc_class = {.name = "misc"};
static LIST_HEAD(miscs);
static DEFINE_MUTEX(miscs_lock);
static bool opened_for_business;

static struct miscdevice *find_minor(unsigned int minor)
{
	struct miscdevice *misc;

	list_for_each_entry(misc, &miscs, list) {
		if ((unsigned int)misc->minor == minor)
			return misc;
	}
	return NULL;
}

static int misc_open(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = NULL;
	struct miscdevice *misc;

	mutex_lock(&miscs_lock);
	misc = find_minor(iminor(inode));
	if (misc)
		fops = fops_get(misc->fops);
	mutex_unlock(&miscs_lock);
	if (!fops)
		return -ENODEV;
	file->private_data = misc;
	replace_fops(file, fops);
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	if (fops->llseek)
		file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return fops->open ? fops->open(inode, file) : 0;
}

static const struct file_operations misc_fops = {.open = misc_open, .llseek = noop_llseek};
static struct cdev misc_cdev;

/* The major's cdev is there with the first device, and for good. */
static int open_for_business(void)
{
	int err;

	if (opened_for_business)
		return 0;
	cdev_init(&misc_cdev, &misc_fops);
	err = __psim_cdev_add(&misc_cdev, MKDEV(MISC_MAJOR, 0), MINORS, NULL);
	opened_for_business = !err;
	return err;
}

/* Return: a minor, or -EBUSY. */
static int choose_minor(const struct miscdevice *misc)
{
	int minor;

	if (misc->minor != MISC_DYNAMIC_MINOR)
		return find_minor(misc->minor) ? -EBUSY : misc->minor;
	for (minor = FIRST_DYNAMIC; minor < (int)MINORS; minor++) {
		if (!find_minor(minor))
			return minor;
	}
	return -EBUSY;
}

/* Context: the lock. */
static int add(struct miscdevice *misc, const char *site)
{
	int err = open_for_business(), wanted = misc->minor;

	if (err)
		return err;
	err = choose_minor(misc);
	if (err < 0)
		return err;
	misc->minor = err;
	misc->this_device =
		__psim_device_create(&misc_class, misc->parent, MKDEV(MISC_MAJOR, misc->minor),
				     misc, site, "%s", misc->name);
	if (IS_ERR(misc->this_device)) {
		misc->minor = wanted;
		return PTR_ERR(misc->this_device);
	}
	list_add(&misc->list, &miscs);
	return 0;
}

int __psim_misc_register(struct miscdevice *misc, const char *site)
{
	int err;

	INIT_LIST_HEAD(&misc->list);
	mutex_lock(&miscs_lock);
	err = add(misc, site);
	mutex_unlock(&miscs_lock);
	return err;
}
EXPORT_SYMBOL(__psim_misc_register);

void misc_deregister(struct miscdevice *misc)
{
	if (WARN_ON(list_empty(&misc->list)))
		return;
	mutex_lock(&miscs_lock);
	list_del_init(&misc->list);
	device_destroy(&misc_class, MKDEV(MISC_MAJOR, misc->minor));
	if (misc->minor >= FIRST_DYNAMIC)
		misc->minor = MISC_DYNAMIC_MINOR;
	mutex_unlock(&miscs_lock);
}
EXPORT_SYMBOL(misc_deregister);

struct device *psim_misc_find(const char *name)
{
	struct device *found = NULL;
	struct miscdevice *misc;

	mutex_lock(&miscs_lock);
	list_for_each_entry(misc, &miscs, list) {
		if (misc->nodename && !strcmp(misc->nodename, name))
			found = get_device(misc->this_device);
	}
	mutex_unlock(&miscs_lock);
	return found;
}
