// SPDX-License-Identifier: MIT
/* The system calls on files with names: reading, writing, seeking, ioctl. poll(2) is in poll.c. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <psim/file.h>
#include "drm/chrdev.h"
#include "mm/filemap.h"
#include "sched/user_call.h"
#include "sim/sim.h"

#define MAX_RW_COUNT (INT_MAX & PAGE_MASK)

static int check(const char *what, struct psim_file *file)
{
	return psim_user_task_check(what) ?: psim_file_check(what, file);
}

long psim_ioctl(struct psim_file *psim_file, unsigned int command, unsigned long argument)
{
	struct file *file = (struct file *)psim_file;
	long result = check(__func__, psim_file);

	if (result)
		return result;
	if (!file->f_op->unlocked_ioctl)
		return -ENOTTY;
	psim_user_call_begin();
	result = file->f_op->unlocked_ioctl(file, command, argument);
	psim_user_call_end();
	return result == -ENOIOCTLCMD ? -ENOTTY : result;
}

/* Whether [address, address + *length) may be given to the driver. */
static long check_transfer(const struct file *file, fmode_t mode, bool possible,
			   unsigned long address, size_t *length)
{
	if (!(file->f_mode & mode))
		return -EBADF;
	if (!possible)
		return -EINVAL;
	if ((ssize_t)*length < 0)
		return -EINVAL;
	if (!access_ok((void __user *)address, *length))
		return -EFAULT;
	*length = min(*length, (size_t)MAX_RW_COUNT);
	return 0;
}

static ssize_t by_iterator(struct file *file,
			   ssize_t (*function)(struct kiocb *, struct iov_iter *),
			   struct iov_iter *iter)
{
	struct kiocb kiocb;
	ssize_t result;

	init_sync_kiocb(&kiocb, file);
	kiocb.ki_pos = file->f_pos;
	result = function(&kiocb, iter);
	if (result == -EIOCBQUEUED)
		psim_stop_function(__func__, "reads and writes that go on by themselves");
	file->f_pos = kiocb.ki_pos;
	return result;
}

/* By the file's own function, or by an iterator over the one buffer. */
static ssize_t read_one(struct file *file, unsigned long address, size_t length)
{
	struct iov_iter to;

	if (file->f_op->read)
		return file->f_op->read(file, (char __user *)address, length, &file->f_pos);
	iov_iter_ubuf(&to, ITER_DEST, (void __user *)address, length);
	return by_iterator(file, file->f_op->read_iter, &to);
}

static ssize_t write_one(struct file *file, unsigned long address, size_t length)
{
	struct iov_iter from;

	if (file->f_op->write)
		return file->f_op->write(file, (const char __user *)address, length, &file->f_pos);
	iov_iter_ubuf(&from, ITER_SOURCE, (void __user *)address, length);
	return by_iterator(file, file->f_op->write_iter, &from);
}

static bool can_read(const struct file *file)
{
	return file->f_op->read || file->f_op->read_iter;
}

static bool can_write(const struct file *file)
{
	return file->f_op->write || file->f_op->write_iter;
}

long psim_read(struct psim_file *psim_file, unsigned long address, size_t length)
{
	struct file *file = (struct file *)psim_file;
	long result = check(__func__, psim_file);

	if (!result)
		result = check_transfer(file, FMODE_READ, can_read(file), address, &length);
	if (result)
		return result;
	psim_user_call_begin();
	result = read_one(file, address, length);
	psim_user_call_end();
	return result;
}

long psim_write(struct psim_file *psim_file, unsigned long address, size_t length)
{
	struct file *file = (struct file *)psim_file;
	long result = check(__func__, psim_file);

	if (!result)
		result = check_transfer(file, FMODE_WRITE, can_write(file), address, &length);
	if (result)
		return result;
	psim_user_call_begin();
	result = write_one(file, address, length);
	psim_user_call_end();
	return result;
}

/* ---- several buffers at once ------------------------------------------------------------------------------- */

/* Files without an iterator's function get one buffer after the other, until one is not filled. */
static ssize_t one_by_one(struct file *file, const struct psim_buffer *buffers, unsigned int n,
			  ssize_t (*one)(struct file *file, unsigned long address, size_t length))
{
	ssize_t done = 0;

	for (unsigned int i = 0; i < n; i++) {
		ssize_t result = one(file, buffers[i].address, buffers[i].length);

		if (result < 0)
			return done ?: result;
		done += result;
		if (result < (ssize_t)buffers[i].length)
			break;
	}
	return done;
}

/* @direction: ITER_DEST to read. */
static long several(struct file *file, const struct psim_buffer *buffers, unsigned int n,
		    unsigned int direction)
{
	ssize_t (*iter)(struct kiocb *, struct iov_iter *) =
		direction == ITER_DEST ? file->f_op->read_iter : file->f_op->write_iter;
	bool possible = direction == ITER_DEST ? can_read(file) : can_write(file);
	fmode_t mode = direction == ITER_DEST ? FMODE_READ : FMODE_WRITE;
	struct iovec iov[UIO_FASTIOV];
	struct iov_iter all;
	size_t count = 0;
	long err;

	if (n > UIO_FASTIOV)
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++) {
		iov[i].iov_base = (void __user *)buffers[i].address;
		iov[i].iov_len = buffers[i].length;
		err = check_transfer(file, mode, possible, buffers[i].address, &iov[i].iov_len);
		if (err)
			return err;
		count += iov[i].iov_len;
	}
	if (!iter)
		return one_by_one(file, buffers, n, direction == ITER_DEST ? read_one : write_one);
	iov_iter_init(&all, direction, iov, n, count);
	return by_iterator(file, iter, &all);
}

static long check_and_move(const char *what, struct psim_file *file,
			   const struct psim_buffer *buffers, unsigned int n,
			   unsigned int direction)
{
	long result = check(what, file);

	if (result)
		return result;
	if (!buffers && n)
		return psim_misuse(-EINVAL, "%s: %u buffers are needed", what, n);
	psim_user_call_begin();
	result = several((struct file *)file, buffers, n, direction);
	psim_user_call_end();
	return result;
}

long psim_readv(struct psim_file *file, const struct psim_buffer *buffers, unsigned int n)
{
	return check_and_move(__func__, file, buffers, n, ITER_DEST);
}

long psim_writev(struct psim_file *file, const struct psim_buffer *buffers, unsigned int n)
{
	return check_and_move(__func__, file, buffers, n, ITER_SOURCE);
}

/* ---- positions ------------------------------------------------------------------------------------------------- */

long long psim_lseek(struct psim_file *psim_file, long long offset, int whence)
{
	struct file *file = (struct file *)psim_file;
	long long result = check(__func__, psim_file);

	if (result)
		return result;
	if (whence < 0 || whence > SEEK_MAX)
		return -EINVAL;
	if (!(file->f_mode & FMODE_LSEEK))
		return -ESPIPE;
	psim_user_call_begin();
	result = file->f_op->llseek(file, offset, whence);
	psim_user_call_end();
	return result;
}
