/* SPDX-License-Identifier: MIT */
/*
 * debugfs: files that kernel code offers below /sys/kernel/debug, for psim_open().
 *
 * Errors need not be looked at: an error pointer as parent gives the same error again, and removing one does
 * nothing. Not modelled: links, mounts in it, modes.
 */
#ifndef _LINUX_DEBUGFS_H
#define _LINUX_DEBUGFS_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/stat.h>
#include <linux/types.h>

struct dentry;
struct device;

/* Bytes that a file shows. */
struct debugfs_blob_wrapper {
	void *data;
	unsigned long size;
};

/**
 * debugfs_create_dir() - a directory
 * @parent: or NULL: the top
 * May sleep. Return: it, or ERR_PTR(-EEXIST, -ENOMEM, @parent's error).
 */
struct dentry *__psim_debugfs_create_dir(const char *name, struct dentry *parent, const char *site);
#define debugfs_create_dir(name, parent) __psim_debugfs_create_dir((name), (parent), __func__)

/**
 * debugfs_create_file() - a file
 * @mode: not looked at: who opens is root
 * @data: becomes the inode's i_private
 * @fops: its functions. Once it is removed they are not called any more, but for release()
 * May sleep. Return: as above.
 */
struct dentry *__psim_debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
					  void *data, const struct file_operations *fops,
					  const char *site);
#define debugfs_create_file(name, mode, parent, data, fops) \
	__psim_debugfs_create_file((name), (mode), (parent), (data), (fops), __func__)
#define debugfs_create_file_unsafe(name, mode, parent, data, fops) \
	debugfs_create_file(name, mode, parent, data, fops)

/**
 * debugfs_remove() - take an entry away, and all below it
 * Waits for functions that are running; files that are open give -EIO from then on. NULL and error pointers
 * are accepted. May sleep.
 */
void debugfs_remove(struct dentry *dentry);
#define debugfs_remove_recursive(dentry) debugfs_remove(dentry)
/* Return: the entry, to be removed or dropped with dput(); NULL. */
struct dentry *debugfs_lookup(const char *name, struct dentry *parent);
void debugfs_lookup_and_remove(const char *name, struct dentry *parent);
void dput(struct dentry *dentry);

static inline bool debugfs_initialized(void)
{
	return true;
}

/* ---- files of one number -------------------------------------------------------------------------------- */

void __psim_debugfs_create_number(const char *name, umode_t mode, struct dentry *parent,
				  void *value, unsigned int kind, const char *site);
enum {
	__PSIM_DEBUGFS_HEX = 16, /* else: bytes of the number */
	__PSIM_DEBUGFS_BOOL = 32,
	__PSIM_DEBUGFS_ATOMIC = 64,
};

#define debugfs_create_u8(name, mode, parent, value) \
	__psim_debugfs_create_number((name), (mode), (parent), (u8 *)(value), 1, __func__)
#define debugfs_create_u16(name, mode, parent, value) \
	__psim_debugfs_create_number((name), (mode), (parent), (u16 *)(value), 2, __func__)
#define debugfs_create_u32(name, mode, parent, value) \
	__psim_debugfs_create_number((name), (mode), (parent), (u32 *)(value), 4, __func__)
#define debugfs_create_u64(name, mode, parent, value) \
	__psim_debugfs_create_number((name), (mode), (parent), (u64 *)(value), 8, __func__)
#define debugfs_create_ulong(name, mode, parent, value)                                     \
	__psim_debugfs_create_number((name), (mode), (parent), (unsigned long *)(value), 8, \
				     __func__)
#define debugfs_create_size_t(name, mode, parent, value) \
	__psim_debugfs_create_number((name), (mode), (parent), (size_t *)(value), 8, __func__)
#define debugfs_create_x8(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (u8 *)(value), \
				     1 | __PSIM_DEBUGFS_HEX, __func__)
#define debugfs_create_x16(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (u16 *)(value), \
				     2 | __PSIM_DEBUGFS_HEX, __func__)
#define debugfs_create_x32(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (u32 *)(value), \
				     4 | __PSIM_DEBUGFS_HEX, __func__)
#define debugfs_create_x64(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (u64 *)(value), \
				     8 | __PSIM_DEBUGFS_HEX, __func__)
#define debugfs_create_bool(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (bool *)(value), \
				     __PSIM_DEBUGFS_BOOL, __func__)
#define debugfs_create_atomic_t(name, mode, parent, value)                          \
	__psim_debugfs_create_number((name), (mode), (parent), (atomic_t *)(value), \
				     __PSIM_DEBUGFS_ATOMIC, __func__)
/* The bytes of @blob, which stay the caller's. */
struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob);

/* ---- attributes: a number that functions get and set -------------------------------------------------------- */

int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *, u64 *),
		     int (*set)(void *, u64), const char *fmt);
int simple_attr_release(struct inode *inode, struct file *file);
ssize_t simple_attr_read(struct file *file, char __user *buffer, size_t n, loff_t *ppos);
ssize_t simple_attr_write(struct file *file, const char __user *buffer, size_t n, loff_t *ppos);

#define DEFINE_SIMPLE_ATTRIBUTE(fops_, get_, set_, fmt_)                      \
	static int fops_##_open(struct inode *inode, struct file *file)       \
	{                                                                     \
		return simple_attr_open(inode, file, (get_), (set_), (fmt_)); \
	}                                                                     \
	static const struct file_operations fops_ = {                         \
		.owner = THIS_MODULE,                                         \
		.open = fops_##_open,                                         \
		.release = simple_attr_release,                               \
		.read = simple_attr_read,                                     \
		.write = simple_attr_write,                                   \
		.llseek = default_llseek,                                     \
	}
#define DEFINE_DEBUGFS_ATTRIBUTE(fops, get, set, fmt) DEFINE_SIMPLE_ATTRIBUTE(fops, get, set, fmt)

#endif /* _LINUX_DEBUGFS_H */
