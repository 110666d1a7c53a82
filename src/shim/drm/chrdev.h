/* SPDX-License-Identifier: MIT */
/* What opening a path asks of character devices and of debugfs. */
#ifndef PSIM_DRM_CHRDEV_H
#define PSIM_DRM_CHRDEV_H

#include <linux/types.h>

struct cdev;
struct device;
struct file;

/* The cdev behind a number, with a reference on it and on its module, for cdev_put(); or NULL. May sleep. */
struct cdev *psim_cdev_get(dev_t dev);
/* The device of the misc device whose node has another name than itself, with a reference; or NULL. */
struct device *psim_misc_find(const char *name);

/* Make @file one of the debugfs file @path. Return: 0, -ENOENT, -EISDIR, -ENXIO. May sleep. */
int psim_debugfs_open(struct file *file, const char *path);
void psim_debugfs_leftovers(void);

/* For system calls: a machine runs, and the task belongs to a process. Return: 0 or -errno, after a word. */
int psim_user_task_check(const char *what);

#endif /* PSIM_DRM_CHRDEV_H */
