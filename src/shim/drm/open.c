// SPDX-License-Identifier: MIT
/*
 * Files with names: device nodes and debugfs files, found and opened.
 *
 * A node is there while a device with a number is registered. Open files of one number share an inode, and
 * so what unmap_mapping_range() works on. Who opens is root: modes are not looked at.
 */
#include <linux/cdev.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <psim/file.h>
#include "drm/chrdev.h"
#include "drm/device.h"
#include "mm/filemap.h"
#include "sched/user_call.h"
#include "sim/sim.h"

/* ---- inodes of device numbers that are open ---------------------------------------------------------------- */

static LIST_HEAD(nodes);
static DEFINE_MUTEX(nodes_lock);

static const struct address_space_operations no_aops;

static struct inode *inode_new(dev_t devt)
{
	struct inode *inode = kzalloc(sizeof(*inode), GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->i_rdev = devt;
	inode->i_mode = S_IFCHR | 0600;
	inode->i_mapping = &inode->i_data;
	psim_filemap_init(&inode->i_data, inode, &no_aops);
	list_add_tail(&inode->__psim_all, &nodes);
	return inode;
}

static struct inode *inode_get(dev_t devt)
{
	struct inode *inode, *found = NULL;

	mutex_lock(&nodes_lock);
	list_for_each_entry(inode, &nodes, __psim_all) {
		if (inode->i_rdev == devt)
			found = inode;
	}
	if (!found)
		found = inode_new(devt);
	if (found)
		found->__psim_opens++;
	mutex_unlock(&nodes_lock);
	return found;
}

static void inode_put(struct inode *inode)
{
	mutex_lock(&nodes_lock);
	if (!--inode->__psim_opens) {
		list_del(&inode->__psim_all);
		kfree(inode);
	}
	mutex_unlock(&nodes_lock);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

/* The rest of @path behind @start, or NULL. */
static const char *behind(const char *path, const char *start)
{
	size_t n = strlen(start);

	return strncmp(path, start, n) ? NULL : path + n;
}

/* Whether the device's node is called that; a device's name may have ! where the node's has /. */
static bool has_node(const struct device *dev, const void *arg)
{
	const char *name = dev_name(dev), *wanted = arg;

	if (!MAJOR(dev->devt))
		return false;
	for (; *name && (*name == *wanted || (*name == '!' && *wanted == '/')); name++)
		wanted++;
	return !*name && !*wanted;
}

/* @text: MAJOR:MINOR. Return: a device number, or 0. */
static dev_t parse_number(const char *text)
{
	const char *colon = strchr(text, ':');
	unsigned int major, minor;
	char digits[12];

	if (!colon || colon - text >= (long)sizeof(digits))
		return 0;
	strscpy(digits, text, colon - text + 1);
	if (kstrtouint(digits, 10, &major) || kstrtouint(colon + 1, 10, &minor))
		return 0;
	return major < 512 && minor <= MINORMASK ? MKDEV(major, minor) : 0;
}

/* Return: the number of a node in /dev, or 0. */
static dev_t find_node(const char *name)
{
	const char *number = behind(name, "char/");
	struct device *dev = NULL;
	dev_t devt = 0;

	if (number)
		return parse_number(number);
	dev = psim_misc_find(name) ?: psim_device_find(has_node, name);
	if (dev)
		devt = dev->devt;
	put_device(dev);
	return devt;
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

static void node_gone(struct file *file)
{
	struct inode *inode = file->f_inode;

	cdev_put(inode->i_cdev);
	inode_put(inode);
}

static int open_node(struct file *file, dev_t devt)
{
	struct inode *inode;
	struct cdev *cdev;

	cdev = psim_cdev_get(devt);
	if (!cdev)
		return -ENXIO;
	inode = inode_get(devt);
	if (!inode) {
		cdev_put(cdev);
		return -ENOMEM;
	}
	inode->i_cdev = cdev;
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	file->__psim_gone = node_gone;
	file->f_op = fops_get(cdev->ops);
	return file->f_op ? 0 : -ENXIO;
}

static int find_and_open(struct file *file, const char *path)
{
	const char *name = behind(path, "/dev/"), *debug = behind(path, "/sys/kernel/debug/");
	dev_t devt = name ? find_node(name) : 0;
	int err = -ENOENT;

	if (devt)
		err = open_node(file, devt);
	else if (debug)
		err = psim_debugfs_open(file, debug);
	if (!err && file->f_op->llseek)
		file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (!err && file->f_op->open)
		err = file->f_op->open(file->f_inode, file);
	return err;
}

static fmode_t mode_of(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return FMODE_READ;
	case O_WRONLY:
		return FMODE_WRITE;
	default:
		return FMODE_READ | FMODE_WRITE;
	}
}

/* Return: an open file or an error pointer. */
static struct file *file_open(const char *path, int flags)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_mode = mode_of(flags);
	file->f_flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	atomic_long_set(&file->__psim_count, 1);
	err = find_and_open(file, path);
	if (!err)
		return file;
	fops_put(file->f_op);
	if (file->__psim_gone)
		file->__psim_gone(file);
	kfree(file);
	return ERR_PTR(err);
}

int psim_user_task_check(const char *what)
{
	if (!psim_running())
		return psim_misuse(-ESRCH, "%s: no machine is running: call psim_start() first",
				   what);
	if (!current->mm)
		return psim_misuse(
			-EPERM, "%s: a task of a process has to call it: psim_spawn(process, ...)",
			what);
	return 0;
}

int psim_open(const char *path, int flags, struct psim_file **file)
{
	int err = psim_user_task_check(__func__);
	struct file *made;

	if (err)
		return err;
	if (!path || !file)
		return psim_misuse(-EINVAL,
				   "psim_open: a path and a place for the file are needed");
	psim_user_call_begin();
	made = file_open(path, flags);
	psim_user_call_end();
	if (IS_ERR(made))
		return PTR_ERR(made);
	*file = (struct psim_file *)made;
	return 0;
}
