/* SPDX-License-Identifier: MIT */
/* Misc devices: character devices of one minor each, below a common major. */
#ifndef _LINUX_MISCDEVICE_H
#define _LINUX_MISCDEVICE_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/types.h>

#define MISC_MAJOR	   10
#define MISC_DYNAMIC_MINOR 255

/**
 * struct miscdevice - a driver's node in /dev
 * @minor: wanted, or MISC_DYNAMIC_MINOR; then the one it got
 * @name: of the device
 * @fops: its functions; when open() is called, file->private_data is the struct miscdevice
 * @list: among all of them
 * @parent: or NULL
 * @this_device: made by misc_register()
 * @nodename: in /dev; NULL: @name
 * @mode: not looked at: who opens is root
 */
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct list_head list;
	struct device *parent;
	struct device *this_device;
	const struct attribute_group **groups;
	const char *nodename;
	umode_t mode;
};

/**
 * misc_register() - make the node
 * May sleep. Return: 0; -EBUSY: the minor is taken, or no dynamic one is left; -ENOMEM.
 */
int __psim_misc_register(struct miscdevice *misc, const char *site);
#define misc_register(misc) __psim_misc_register((misc), __func__)
/* Take it away; files that are open stay. May sleep. */
void misc_deregister(struct miscdevice *misc);

/* One whose registering and deregistering is all that a module does. */
#define module_misc_device(device)                \
	static int __init __psim_misc_init(void)  \
	{                                         \
		return misc_register(&(device));  \
	}                                         \
	static void __exit __psim_misc_exit(void) \
	{                                         \
		misc_deregister(&(device));       \
	}                                         \
	module_init(__psim_misc_init) module_exit(__psim_misc_exit)

#endif /* _LINUX_MISCDEVICE_H */
