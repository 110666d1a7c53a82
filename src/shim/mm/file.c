// SPDX-License-Identifier: MIT
/*
 * An open file's end, and the functions that files of drivers are made of.
 *
 * The last holder may let go anywhere, with locks held that the release function wants: so that function
 * runs when the task goes back to user mode.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include "sched/engine.h"

/* ---- the end -------------------------------------------------------------------------------------------- */

static void file_end(struct file *file)
{
	might_sleep();
	if (file->f_op && file->f_op->release)
		file->f_op->release(file->f_inode, file);
	fops_put(file->f_op);
	if (file->__psim_gone)
		file->__psim_gone(file);
	kfree(file);
}

static void file_end_later(struct callback_head *work)
{
	file_end(container_of(work, struct file, __psim_release));
}

static struct callback_head *delayed;
static struct psim_raw delayed_lock;

static void end_delayed(struct work_struct *work)
{
	struct callback_head *at, *next;

	psim_raw_lock(&delayed_lock);
	at = delayed;
	delayed = NULL;
	psim_raw_unlock(&delayed_lock);
	for (; at; at = next) {
		next = at->next;
		file_end_later(at);
	}
}

static DECLARE_WORK(delayed_work, end_delayed);

void flush_delayed_fput(void)
{
	flush_work(&delayed_work);
}
EXPORT_SYMBOL(flush_delayed_fput);

static void end_in_background(struct file *file)
{
	psim_raw_lock(&delayed_lock);
	file->__psim_release.next = delayed;
	delayed = &file->__psim_release;
	psim_raw_unlock(&delayed_lock);
	schedule_work(&delayed_work);
}

void fput(struct file *file)
{
	bool in_user_call = !(current->flags & PF_KTHREAD) || current->__psim_user_calls;

	if (!atomic_long_dec_and_test(&file->__psim_count))
		return;
	if (!file->f_op || !file->f_op->release) {
		file_end(file);
		return;
	}
	init_task_work(&file->__psim_release, file_end_later);
	if (in_interrupt() || !in_user_call ||
	    task_work_add(current, &file->__psim_release, TWA_RESUME))
		end_in_background(file);
}
EXPORT_SYMBOL(fput);

void __fput_sync(struct file *file)
{
	if (atomic_long_dec_and_test(&file->__psim_count))
		file_end(file);
}
EXPORT_SYMBOL(__fput_sync);

/* ---- positions -------------------------------------------------------------------------------------------- */

loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize)
{
	if (offset < 0 || offset > maxsize)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}
EXPORT_SYMBOL(vfs_setpos);

/* Positions up to @max in something of @size bytes that has no holes. */
static loff_t seek(struct file *file, loff_t offset, int whence, loff_t max, loff_t size)
{
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (!offset)
			return file->f_pos;
		offset += file->f_pos;
		break;
	case SEEK_END:
		offset += size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		if (whence == SEEK_HOLE)
			offset = size;
		break;
	default:
		return -EINVAL;
	}
	return vfs_setpos(file, offset, max);
}

loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	return seek(file, offset, whence, MAX_LFS_FILESIZE, i_size_read(file_inode(file)));
}
EXPORT_SYMBOL(default_llseek);

loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size)
{
	if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
		return -EINVAL;
	return seek(file, offset, whence, size, size);
}
EXPORT_SYMBOL(fixed_size_llseek);

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}
EXPORT_SYMBOL(noop_llseek);

/* ---- opening ------------------------------------------------------------------------------------------------ */

int nonseekable_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}
EXPORT_SYMBOL(nonseekable_open);

int stream_open(struct inode *inode, struct file *file)
{
	nonseekable_open(inode, file);
	file->f_mode |= FMODE_STREAM;
	return 0;
}
EXPORT_SYMBOL(stream_open);

int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}
EXPORT_SYMBOL(simple_open);

/* ---- reading and writing a buffer ---------------------------------------------------------------------------- */

/* How much of @count bytes at @pos there is, or a negative errno. */
static ssize_t part(loff_t pos, size_t count, size_t available)
{
	if (pos < 0)
		return -EINVAL;
	if (pos >= (loff_t)available)
		return 0;
	return min(count, available - (size_t)pos);
}

/* @left: bytes of @count that were not copied. */
static ssize_t copied(loff_t *ppos, size_t count, unsigned long left)
{
	if (left == count)
		return -EFAULT;
	*ppos += count - left;
	return count - left;
}

ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	ssize_t n = part(*ppos, count, available);

	if (n <= 0)
		return n;
	return copied(ppos, n, copy_to_user(to, from + *ppos, n));
}
EXPORT_SYMBOL(simple_read_from_buffer);

ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count)
{
	ssize_t n = part(*ppos, count, available);

	if (n <= 0)
		return n;
	return copied(ppos, n, copy_from_user(to + *ppos, from, n));
}
EXPORT_SYMBOL(simple_write_to_buffer);
