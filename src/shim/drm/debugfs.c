// SPDX-License-Identifier: MIT
/*
 * debugfs: a tree of names, and files whose functions are called as long as they are not removed.
 *
 * An open file calls its functions through a layer that counts who is inside: removing waits for them, and lets
 * nobody in afterwards.
 */
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include "drm/chrdev.h"
#include "drm/device.h"
#include "sim/sim.h"

/**
 * struct dentry - an entry
 * @parent: NULL: the top
 * @children: of a directory, oldest first
 * @fops: NULL: it is a directory
 * @refs: being there is one, each open file is one
 * @inside: calls of @fops that are running, and 1 as long as the entry is there
 */
struct dentry {
	struct dentry *parent;
	struct list_head link;
	struct list_head children;
	const struct file_operations *fops;
	struct inode inode;
	struct kref refs;
	atomic_t inside;
	const char *site;
	char name[];
};

static LIST_HEAD(top);
static DEFINE_MUTEX(tree_lock);
static DECLARE_WAIT_QUEUE_HEAD(left);

/* ---- the tree, under the lock ----------------------------------------------------------------------------- */

static struct dentry *find(struct dentry *parent, const char *name, size_t length)
{
	struct dentry *d;

	list_for_each_entry(d, parent ? &parent->children : &top, link) {
		if (!strncmp(d->name, name, length) && !d->name[length])
			return d;
	}
	return NULL;
}

static struct dentry *add(const char *name, struct dentry *parent, const char *site)
{
	size_t bytes = strlen(name) + 1;
	struct dentry *d;

	if (find(parent, name, bytes - 1)) {
		pr_notice("debugfs: File '%s' already present\n", name);
		return ERR_PTR(-EEXIST);
	}
	d = __psim_kmalloc(sizeof(*d) + bytes, GFP_KERNEL | __GFP_ZERO, site);
	if (!d)
		return ERR_PTR(-ENOMEM);
	memcpy(d->name, name, bytes);
	d->parent = parent;
	d->site = site;
	INIT_LIST_HEAD(&d->children);
	kref_init(&d->refs);
	atomic_set(&d->inside, 1);
	list_add_tail(&d->link, parent ? &parent->children : &top);
	return d;
}

static void free_dentry(struct kref *refs)
{
	kfree(container_of(refs, struct dentry, refs));
}

void dput(struct dentry *dentry)
{
	if (dentry)
		kref_put(&dentry->refs, free_dentry);
}
EXPORT_SYMBOL(dput);

/* ---- making entries ------------------------------------------------------------------------------------------ */

static struct dentry *create(const char *name, struct dentry *parent, void *data,
			     const struct file_operations *fops, const char *site)
{
	struct dentry *d;

	if (IS_ERR(parent))
		return parent;
	if (WARN_ON(!name || !*name))
		return ERR_PTR(-EINVAL);
	mutex_lock(&tree_lock);
	d = add(name, parent, site);
	if (!IS_ERR(d)) {
		d->fops = fops;
		d->inode.i_private = data;
		d->inode.i_mode = fops ? S_IFREG : S_IFDIR;
	}
	mutex_unlock(&tree_lock);
	return d;
}

struct dentry *__psim_debugfs_create_dir(const char *name, struct dentry *parent, const char *site)
{
	return create(name, parent, NULL, NULL, site);
}
EXPORT_SYMBOL(__psim_debugfs_create_dir);

static const struct file_operations no_fops;

struct dentry *__psim_debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
					  void *data, const struct file_operations *fops,
					  const char *site)
{
	return create(name, parent, data, fops ?: &no_fops, site);
}
EXPORT_SYMBOL(__psim_debugfs_create_file);

struct dentry *debugfs_lookup(const char *name, struct dentry *parent)
{
	struct dentry *d;

	if (IS_ERR_OR_NULL(name) || IS_ERR(parent))
		return NULL;
	mutex_lock(&tree_lock);
	d = find(parent, name, strlen(name));
	if (d)
		kref_get(&d->refs);
	mutex_unlock(&tree_lock);
	return d;
}
EXPORT_SYMBOL(debugfs_lookup);

/* ---- removing -------------------------------------------------------------------------------------------------- */

static void remove_one(struct dentry *d)
{
	atomic_dec(&d->inside);
	wait_event(left, !atomic_read(&d->inside));
	dput(d);
}

void debugfs_remove(struct dentry *dentry)
{
	struct dentry *d, *parent;

	if (IS_ERR_OR_NULL(dentry))
		return;
	mutex_lock(&tree_lock);
	/* leaves first, without recursion */
	for (d = dentry;; d = parent) {
		while (!list_empty(&d->children))
			d = list_first_entry(&d->children, struct dentry, link);
		parent = d->parent;
		list_del(&d->link);
		mutex_unlock(&tree_lock);
		remove_one(d);
		if (d == dentry)
			return;
		mutex_lock(&tree_lock);
	}
}
EXPORT_SYMBOL(debugfs_remove);

void debugfs_lookup_and_remove(const char *name, struct dentry *parent)
{
	struct dentry *d = debugfs_lookup(name, parent);

	debugfs_remove(d);
	dput(d);
}
EXPORT_SYMBOL(debugfs_lookup_and_remove);

/* ---- calling ------------------------------------------------------------------------------------------------------ */

static struct dentry *entry_of(const struct file *file)
{
	return container_of(file->f_inode, struct dentry, inode);
}

/* Whether the entry is there still; then it stays until leave(). */
static bool enter(const struct file *file)
{
	return atomic_inc_not_zero(&entry_of(file)->inside);
}

static void leave(const struct file *file)
{
	if (atomic_dec_and_test(&entry_of(file)->inside))
		wake_up_all(&left);
}

/* One function of the layer: the entry's own, or -EIO. */
#define CALL(file, call)                                                   \
	({                                                                 \
		const struct file_operations *fops = entry_of(file)->fops; \
		long long __result = -EIO;                                 \
                                                                           \
		if (enter(file)) {                                         \
			__result = fops->call;                             \
			leave(file);                                       \
		}                                                          \
		__result;                                                  \
	})

static loff_t layer_llseek(struct file *file, loff_t offset, int whence)
{
	return CALL(file, llseek(file, offset, whence));
}

static ssize_t layer_read(struct file *file, char __user *buffer, size_t n, loff_t *pos)
{
	return entry_of(file)->fops->read ? CALL(file, read(file, buffer, n, pos)) : -EINVAL;
}

static ssize_t layer_write(struct file *file, const char __user *buffer, size_t n, loff_t *pos)
{
	return entry_of(file)->fops->write ? CALL(file, write(file, buffer, n, pos)) : -EINVAL;
}

static long layer_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	return entry_of(file)->fops->unlocked_ioctl ? CALL(file, unlocked_ioctl(file, command, arg))
						    : -ENOTTY;
}

static __poll_t layer_poll(struct file *file, struct poll_table_struct *pt)
{
	__poll_t result = EPOLLHUP; /* once it is removed */

	if (!entry_of(file)->fops->poll)
		return DEFAULT_POLLMASK;
	if (enter(file)) {
		result = entry_of(file)->fops->poll(file, pt);
		leave(file);
	}
	return result;
}

static int layer_release(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = entry_of(file)->fops;

	return fops->release ? fops->release(inode, file) : 0;
}

static int layer_open(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = entry_of(file)->fops;

	return fops->open ? CALL(file, open(inode, file)) : 0;
}

static const struct file_operations layer = {
	.llseek = layer_llseek,
	.read = layer_read,
	.write = layer_write,
	.poll = layer_poll,
	.unlocked_ioctl = layer_ioctl,
	.open = layer_open,
	.release = layer_release,
};
static const struct file_operations layer_without_positions = {
	.read = layer_read,
	.write = layer_write,
	.poll = layer_poll,
	.unlocked_ioctl = layer_ioctl,
	.open = layer_open,
	.release = layer_release,
};

/* ---- opening -------------------------------------------------------------------------------------------------------- */

static void debugfs_gone(struct file *file)
{
	module_put(entry_of(file)->fops->owner);
	dput(entry_of(file));
}

/* Context: the lock. Return: the entry or NULL. */
static struct dentry *walk(const char *path)
{
	struct dentry *d = NULL;

	while (*path) {
		size_t length = strchrnul(path, '/') - path;

		d = find(d, path, length);
		if (!d)
			return NULL;
		path += length;
		path += *path == '/';
	}
	return d;
}

int psim_debugfs_open(struct file *file, const char *path)
{
	struct dentry *d;
	int err = 0;

	mutex_lock(&tree_lock);
	d = walk(path);
	if (!d)
		err = -ENOENT;
	else if (!d->fops)
		err = -EISDIR;
	else if (!try_module_get(d->fops->owner))
		err = -ENXIO;
	else
		kref_get(&d->refs);
	mutex_unlock(&tree_lock);
	if (err)
		return err;
	file->f_inode = &d->inode;
	file->f_op = d->fops->llseek ? &layer : &layer_without_positions;
	file->__psim_gone = debugfs_gone;
	return 0;
}

/* Inert, but for the directory: what fails is chosen from outside (psim_fail()). */
struct dentry *fault_create_debugfs_attr(const char *name, struct dentry *parent,
					 struct fault_attr *attr)
{
	psim_inert(__func__);
	return debugfs_create_dir(name, parent);
}
EXPORT_SYMBOL(fault_create_debugfs_attr);

void psim_debugfs_leftovers(void)
{
	struct dentry *d;

	list_for_each_entry(d, &top, link)
		psim_report("law 3", "the debugfs entry %s, made by %s(), is left", d->name,
			    d->site);
}
