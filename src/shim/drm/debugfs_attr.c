// SPDX-License-Identifier: MIT
/* Files of one number: attributes with functions, and variables as they are. */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* ---- functions that get and set ---------------------------------------------------------------------------- */

/* One open attribute; @text: what the last read from the beginning gave. */
struct attribute {
	int (*get)(void *data, u64 *value);
	int (*set)(void *data, u64 value);
	void *data;
	const char *fmt;
	struct mutex lock;
	char text[24];
	size_t length;
};

int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *, u64 *),
		     int (*set)(void *, u64), const char *fmt)
{
	struct attribute *attr = kzalloc(sizeof(*attr), GFP_KERNEL);

	if (!attr)
		return -ENOMEM;
	attr->get = get;
	attr->set = set;
	attr->data = inode->i_private;
	attr->fmt = fmt;
	mutex_init(&attr->lock);
	file->private_data = attr;
	return nonseekable_open(inode, file);
}
EXPORT_SYMBOL(simple_attr_open);

int simple_attr_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}
EXPORT_SYMBOL(simple_attr_release);

ssize_t simple_attr_read(struct file *file, char __user *buffer, size_t n, loff_t *ppos)
{
	struct attribute *attr = file->private_data;
	ssize_t result = 0;
	u64 value;

	if (!attr->get)
		return -EACCES;
	mutex_lock(&attr->lock);
	if (!*ppos || !attr->length) {
		result = attr->get(attr->data, &value);
		if (!result)
			attr->length = scnprintf(attr->text, sizeof(attr->text), attr->fmt, value);
	}
	if (!result)
		result = simple_read_from_buffer(buffer, n, ppos, attr->text, attr->length);
	mutex_unlock(&attr->lock);
	return result;
}
EXPORT_SYMBOL(simple_attr_read);

ssize_t simple_attr_write(struct file *file, const char __user *buffer, size_t n, loff_t *ppos)
{
	struct attribute *attr = file->private_data;
	unsigned long long value;
	char text[24];
	size_t length = min(n, sizeof(text) - 1);
	int err;

	if (!attr->set)
		return -EACCES;
	if (copy_from_user(text, buffer, length))
		return -EFAULT;
	text[length] = 0;
	err = kstrtoull(text, 0, &value);
	if (err)
		return err;
	mutex_lock(&attr->lock);
	err = attr->set(attr->data, value);
	mutex_unlock(&attr->lock);
	return err ?: (ssize_t)n;
}
EXPORT_SYMBOL(simple_attr_write);

/* ---- variables ------------------------------------------------------------------------------------------------ */

#define VARIABLE(bits)                                 \
	static int get_u##bits(void *data, u64 *value) \
	{                                              \
		*value = READ_ONCE(*(u##bits *)data);  \
		return 0;                              \
	}                                              \
	static int set_u##bits(void *data, u64 value)  \
	{                                              \
		WRITE_ONCE(*(u##bits *)data, value);   \
		return 0;                              \
	}
VARIABLE(8)
VARIABLE(16)
VARIABLE(32)
VARIABLE(64)

static int get_atomic(void *data, u64 *value)
{
	*value = atomic_read(data);
	return 0;
}

static int set_atomic(void *data, u64 value)
{
	atomic_set(data, value);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(u8_fops, get_u8, set_u8, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(u16_fops, get_u16, set_u16, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(u32_fops, get_u32, set_u32, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(u64_fops, get_u64, set_u64, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(x8_fops, get_u8, set_u8, "0x%02llx\n");
DEFINE_DEBUGFS_ATTRIBUTE(x16_fops, get_u16, set_u16, "0x%04llx\n");
DEFINE_DEBUGFS_ATTRIBUTE(x32_fops, get_u32, set_u32, "0x%08llx\n");
DEFINE_DEBUGFS_ATTRIBUTE(x64_fops, get_u64, set_u64, "0x%016llx\n");
DEFINE_DEBUGFS_ATTRIBUTE(atomic_fops, get_atomic, set_atomic, "%lld\n");

static ssize_t bool_read(struct file *file, char __user *buffer, size_t n, loff_t *ppos)
{
	const bool *value = file->private_data;

	return simple_read_from_buffer(buffer, n, ppos, *value ? "Y\n" : "N\n", 2);
}

static ssize_t bool_write(struct file *file, const char __user *buffer, size_t n, loff_t *ppos)
{
	int err = kstrtobool_from_user(buffer, n, file->private_data);

	return err == -EFAULT ? err
			      : (ssize_t)n; /* what is no bool is taken, and changes nothing */
}

static const struct file_operations bool_fops = {
	.open = simple_open,
	.read = bool_read,
	.write = bool_write,
	.llseek = default_llseek,
};

static const struct file_operations *fops_of(unsigned int kind)
{
	switch (kind) {
	case 1:
		return &u8_fops;
	case 2:
		return &u16_fops;
	case 4:
		return &u32_fops;
	case 8:
		return &u64_fops;
	case 1 | __PSIM_DEBUGFS_HEX:
		return &x8_fops;
	case 2 | __PSIM_DEBUGFS_HEX:
		return &x16_fops;
	case 4 | __PSIM_DEBUGFS_HEX:
		return &x32_fops;
	case 8 | __PSIM_DEBUGFS_HEX:
		return &x64_fops;
	case __PSIM_DEBUGFS_ATOMIC:
		return &atomic_fops;
	default:
		return &bool_fops;
	}
}

void __psim_debugfs_create_number(const char *name, umode_t mode, struct dentry *parent,
				  void *value, unsigned int kind, const char *site)
{
	__psim_debugfs_create_file(name, mode, parent, value, fops_of(kind), site);
}
EXPORT_SYMBOL(__psim_debugfs_create_number);

static ssize_t blob_read(struct file *file, char __user *buffer, size_t n, loff_t *ppos)
{
	const struct debugfs_blob_wrapper *blob = file->private_data;

	return simple_read_from_buffer(buffer, n, ppos, blob->data, blob->size);
}

static const struct file_operations blob_fops = {
	.open = simple_open,
	.read = blob_read,
	.llseek = default_llseek,
};

struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob)
{
	return debugfs_create_file(name, mode, parent, blob, &blob_fops);
}
EXPORT_SYMBOL(debugfs_create_blob);
