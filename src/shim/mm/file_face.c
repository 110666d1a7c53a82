// SPDX-License-Identifier: MIT
/* The user face's files. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <psim/file.h>
#include "mm/filemap.h"
#include "sched/user_call.h"
#include "sim/sim.h"

#define MAX_BYTES (1ull << 44)

static struct file *file_of(struct psim_file *file)
{
	return (struct file *)file;
}

/* Whether there is a file, of whatever kind. Return: 0 or -errno, after a word. */
int psim_file_check(const char *what, const struct psim_file *file)
{
	if (!psim_running())
		return psim_misuse(-ESRCH, "%s: no machine is running: call psim_start() first",
				   what);
	if (!file)
		return psim_misuse(-EINVAL, "%s: a file is needed: psim_file_create() makes one",
				   what);
	return 0;
}

/* Whether it is a file of memory, that psim_file_create() made. */
static int check(const char *what, const struct psim_file *file)
{
	int err = psim_file_check(what, file);

	if (!err && !psim_file_vm_ops((const struct file *)file))
		err = psim_misuse(
			-EINVAL,
			"%s: the file was opened with psim_open(): use psim_read() and its kin",
			what);
	return err;
}

struct psim_file *psim_file_create(unsigned long long length, int shared_memory)
{
	struct file *file;

	if (!psim_running()) {
		psim_misuse(-ESRCH,
			    "psim_file_create: no machine is running: call psim_start() first");
		return NULL;
	}
	if (length > MAX_BYTES) {
		psim_misuse(-EFBIG, "psim_file_create: %llu bytes are more than 16 TiB", length);
		return NULL;
	}
	file = psim_file_make((loff_t)length, shared_memory, VM_NORESERVE, __func__);
	return IS_ERR(file) ? NULL : (struct psim_file *)file;
}

int psim_file_close(struct psim_file *file)
{
	int err = psim_file_check(__func__, file);

	if (err)
		return err;
	psim_user_call_begin();
	if (file_of(file)->f_op->flush)
		err = file_of(file)->f_op->flush(file_of(file), current->mm);
	fput(file_of(file));
	psim_user_call_end();
	return err;
}

int psim_file_truncate(struct psim_file *file, unsigned long long length)
{
	int err = check(__func__, file);
	struct inode *inode;

	if (err)
		return err;
	if (length > MAX_BYTES)
		return -EINVAL;
	inode = file_inode(file_of(file));
	filemap_invalidate_lock(inode->i_mapping);
	truncate_setsize(inode, (loff_t)length);
	filemap_invalidate_unlock(inode->i_mapping);
	return 0;
}

/* ---- reading and writing -------------------------------------------------------------------------- */

static void read_page(struct address_space *mapping, pgoff_t index, unsigned int offset,
		      void *buffer, unsigned int n)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio)) {
		memset(buffer, 0, n);
		return;
	}
	memcpy_from_page(buffer, &folio->page, offset, n);
	folio_put(folio);
}

static int write_page(struct address_space *mapping, pgoff_t index, unsigned int offset,
		      const void *buffer, unsigned int n)
{
	struct folio *folio = __filemap_get_folio(mapping, index, FGP_LOCK | FGP_CREAT,
						  GFP_HIGHUSER_MOVABLE | __GFP_ZERO);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	memcpy_to_page(&folio->page, offset, buffer, n);
	folio_mark_uptodate(folio);
	folio_mark_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

long psim_file_read(struct psim_file *file, unsigned long long offset, void *buffer, size_t length)
{
	int err = check(__func__, file);
	unsigned long long size;
	size_t done, n;

	if (err)
		return err;
	if (!buffer && length)
		return psim_misuse(-EINVAL, "psim_file_read: a buffer of %zu bytes is needed",
				   length);
	size = i_size_read(file_inode(file_of(file)));
	if (offset >= size)
		return 0;
	length = min((unsigned long long)length, size - offset);
	for (done = 0; done < length; done += n) {
		unsigned long long at = offset + done;

		n = min(length - done, PAGE_SIZE - offset_in_page(at));
		read_page(file_of(file)->f_mapping, at >> PAGE_SHIFT, offset_in_page(at),
			  (char *)buffer + done, n);
	}
	return length;
}

long psim_file_write(struct psim_file *file, unsigned long long offset, const void *buffer,
		     size_t length)
{
	int err = check(__func__, file);
	struct inode *inode;
	size_t done, n;

	if (err)
		return err;
	if (!buffer && length)
		return psim_misuse(-EINVAL, "psim_file_write: a buffer of %zu bytes is needed",
				   length);
	if (offset > MAX_BYTES || length > MAX_BYTES - offset)
		return -EFBIG;
	inode = file_inode(file_of(file));
	for (done = 0; done < length; done += n) {
		unsigned long long at = offset + done;

		n = min(length - done, PAGE_SIZE - offset_in_page(at));
		err = write_page(inode->i_mapping, at >> PAGE_SHIFT, offset_in_page(at),
				 (const char *)buffer + done, n);
		if (err)
			break;
		if ((unsigned long long)i_size_read(inode) < at + n)
			i_size_write(inode, at + n);
	}
	return done ? (long)done : err;
}
