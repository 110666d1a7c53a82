/* SPDX-License-Identifier: MIT */
/*
 * Files: an inode with the pages of its contents, and an open file that leads to it.
 *
 * Modelled: files whose contents live in memory (linux/shmem_fs.h), as far as mappings of them need;
 * device nodes and debugfs files, opened by path, with what a driver does when they are used. Not
 * modelled: directories, asynchronous reads and writes, writeback.
 */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/xarray.h>

struct address_space;
struct cdev;
struct file;
struct folio;
struct inode;
struct iov_iter;
struct kiocb;
struct poll_table_struct;
struct module;
struct vm_area_struct;

typedef unsigned int fmode_t;
typedef void *fl_owner_t;
#define FMODE_READ   0x1u
#define FMODE_WRITE  0x2u
#define FMODE_LSEEK  0x4u
#define FMODE_PREAD  0x8u
#define FMODE_PWRITE 0x10u
#define FMODE_STREAM 0x200000u

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4
#define SEEK_MAX  SEEK_HOLE

#define MAX_LFS_FILESIZE ((loff_t)LLONG_MAX)

/**
 * struct file_operations - what a kind of file does; members that are NULL are not possible
 * @owner: the module that stays while the file is open
 * @llseek: Return: the new position or a negative errno; NULL: -ESPIPE
 * @read, @write: at most @n bytes at *@pos, which they move on. Return: bytes, or a negative errno
 * @read_iter, @write_iter: the same over an iterator, for files without @read or @write, and for several
 *	buffers at once; -EIOCBQUEUED is not modelled
 * @poll: Return: EPOLL bits that are ready (linux/poll.h)
 * @unlocked_ioctl: -ENOIOCTLCMD becomes -ENOTTY
 * @compat_ioctl: never called
 * @mmap: a VMA on its way; what it does to the file's pages; mmap lock write-held
 * @open: Return: 0, or a negative errno: the file is not open then, and @release is not called
 * @flush: one close(2) of possibly several
 * @release: the last reference is gone
 */
struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buffer, size_t n, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buffer, size_t n, loff_t *pos);
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *to);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *from);
	__poll_t (*poll)(struct file *file, struct poll_table_struct *pt);
	long (*unlocked_ioctl)(struct file *file, unsigned int command, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int command, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, fl_owner_t id);
	int (*release)(struct inode *inode, struct file *file);
};

/**
 * struct address_space_operations - what a kind of file does with its pages
 * @dirty_folio: the folio is dirty now; Return: whether it was clean
 * @free_folio: the folio left the page cache for good
 */
struct address_space_operations {
	bool (*dirty_folio)(struct address_space *mapping, struct folio *folio);
	void (*free_folio)(struct folio *folio);
};

/**
 * struct address_space - the pages of a file, and the VMAs that map it
 * @host: the file's inode
 * @i_mmap: VMAs by page offset, under @i_mmap_rwsem
 * @nrpages: pages in the cache
 * @invalidate_lock: taken to remove pages of a range, shared to bring one in
 */
struct address_space {
	struct inode *host;
	struct rw_semaphore invalidate_lock;
	struct rb_root_cached i_mmap;
	struct rw_semaphore i_mmap_rwsem;
	unsigned long nrpages;
	const struct address_space_operations *a_ops;
	unsigned long flags;
	spinlock_t __psim_pages_lock;
	struct rb_root __psim_pages;
};

/**
 * struct inode - what every open file of one name shares
 * @i_rdev: a device node's number
 * @i_cdev: the character device behind it
 * @i_private: its file system's own
 * @__psim_opens: open files of it, if it has a name
 */
struct inode {
	umode_t i_mode;
	dev_t i_rdev;
	loff_t i_size;
	struct address_space *i_mapping;
	struct address_space i_data;
	struct cdev *i_cdev;
	void *i_private;
	struct list_head __psim_all;
	const char *__psim_site;
	unsigned int __psim_opens;
};

/**
 * struct file - an open file
 * @f_mode: FMODE_*
 * @f_op: its functions, whose module it holds
 * @f_mapping: its pages
 * @private_data: its driver's own
 * @f_flags: O_*
 * @f_pos: where read(2) and write(2) go on
 * @__psim_gone: what is left to do after the release function
 * @__psim_release: queued to be released later
 */
struct file {
	fmode_t f_mode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	void *private_data;
	struct inode *f_inode;
	unsigned int f_flags;
	loff_t f_pos;
	atomic_long_t __psim_count;
	void (*__psim_gone)(struct file *file);
	struct callback_head __psim_release;
};

/**
 * struct kiocb - one read or write
 * @ki_filp: the file
 * @ki_pos: where; moved on by the function
 * @ki_complete: NULL: whoever called waits
 * @ki_flags: IOCB_*
 */
struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
	void (*ki_complete)(struct kiocb *iocb, long ret);
	void *private;
	int ki_flags;
};

#define IOCB_NOWAIT 0x8
#define IOCB_APPEND 0x10
#define IOCB_DIRECT (1 << 17)

static inline bool is_sync_kiocb(struct kiocb *kiocb)
{
	return !kiocb->ki_complete;
}

static inline void init_sync_kiocb(struct kiocb *kiocb, struct file *file)
{
	*kiocb = (struct kiocb){
		.ki_filp = file,
		.ki_flags = (file->f_flags & O_APPEND ? IOCB_APPEND : 0) |
			    (file->f_flags & O_DIRECT ? IOCB_DIRECT : 0),
	};
}

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return __atomic_load_n(&inode->i_size, __ATOMIC_RELAXED);
}

static inline void i_size_write(struct inode *inode, loff_t size)
{
	__atomic_store_n(&inode->i_size, size, __ATOMIC_RELAXED);
}

/* Hold an open file. Return: it. */
static inline struct file *get_file(struct file *file)
{
	atomic_long_inc(&file->__psim_count);
	return file;
}

/**
 * fput() - let go of it
 *
 * With the last holder a file with a release function is released when the task goes back to user mode,
 * by a kernel thread in the background; another one is gone at once. Any context, but the last holder of
 * a file of memory may sleep.
 */
void fput(struct file *file);
/* The same at once; may sleep. */
void __fput_sync(struct file *file);
/* Wait for those in the background. May sleep. */
void flush_delayed_fput(void);

static inline unsigned int iminor(const struct inode *inode)
{
	return MINOR(inode->i_rdev);
}

static inline unsigned int imajor(const struct inode *inode)
{
	return MAJOR(inode->i_rdev);
}

/* Functions with a reference on their module, or NULL; and back. NULL is accepted. */
#define fops_get(fops)                                                                 \
	({                                                                             \
		const struct file_operations *__psim_fops = (fops);                    \
		__psim_fops &&try_module_get(__psim_fops->owner) ? __psim_fops : NULL; \
	})
#define fops_put(fops)                                              \
	do {                                                        \
		const struct file_operations *__psim_fops = (fops); \
		if (__psim_fops)                                    \
			module_put(__psim_fops->owner);             \
	} while (0)
/* In an open function: from now on the file's functions are @fops, which the caller holds. */
#define replace_fops(file, fops)                                     \
	do {                                                         \
		struct file *__psim_file = (file);                   \
		const struct file_operations *__psim_other = (fops); \
		fops_put(__psim_file->f_op);                         \
		BUG_ON(!(__psim_file->f_op = __psim_other));         \
	} while (0)

/* ---- ready-made functions ---------------------------------------------------------------------------- */

/* Move the position if that is allowed: 0 to @maxsize. Return: it, or -EINVAL. */
loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize);
/* Positions in a file of i_size bytes, which may be set beyond. Return: the position, -EINVAL, -ENXIO. */
loff_t default_llseek(struct file *file, loff_t offset, int whence);
/* Positions in something of @size bytes. */
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size);
/* Nothing moves. Return: the position. */
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
#define no_llseek NULL
/* For open functions of files without positions. Return: 0. */
int nonseekable_open(struct inode *inode, struct file *file);
int stream_open(struct inode *inode, struct file *file);
/* private_data becomes the inode's i_private, if that is not NULL. Return: 0. */
int simple_open(struct inode *inode, struct file *file);

/**
 * simple_read_from_buffer() - a read function over @available bytes
 * Return: bytes read, 0 at the end; -EINVAL for a negative position, -EFAULT if nothing could be copied.
 */
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available);
/* A write function into @available bytes; Return: as above. */
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count);

/* ---- numbers of character devices ----------------------------------------------------------------------- */

/**
 * alloc_chrdev_region() - own @count minors from @baseminor of a major that nobody has
 * @dev: gets the first number
 * May sleep. Return: 0; -EBUSY: no major is free; -ENOMEM; -EINVAL: too many minors.
 */
int __psim_alloc_chrdev_region(dev_t *dev, unsigned int baseminor, unsigned int count,
			       const char *name, const char *site);
#define alloc_chrdev_region(dev, baseminor, count, name) \
	__psim_alloc_chrdev_region((dev), (baseminor), (count), (name), __func__)
/* Own these numbers, which may go on in the next major. Return: 0, -EBUSY, -ENOMEM, -EINVAL. May sleep. */
int __psim_register_chrdev_region(dev_t from, unsigned int count, const char *name,
				  const char *site);
#define register_chrdev_region(from, count, name) \
	__psim_register_chrdev_region((from), (count), (name), __func__)
/* Give them back, in pieces as they were taken. May sleep. */
void unregister_chrdev_region(dev_t from, unsigned int count);

/**
 * register_chrdev() - 256 minors of @major with a cdev behind them
 * @major: 0: any
 * Return: 0, or the major that was chosen; or as above. May sleep.
 */
int __psim_register_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			   const char *name, const struct file_operations *fops, const char *site);
#define __register_chrdev(major, baseminor, count, name, fops) \
	__psim_register_chrdev((major), (baseminor), (count), (name), (fops), __func__)
#define register_chrdev(major, name, fops) __register_chrdev((major), 0, 256, (name), (fops))
void __unregister_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			 const char *name);

static inline void unregister_chrdev(unsigned int major, const char *name)
{
	__unregister_chrdev(major, 0, 256, name);
}

static inline void i_mmap_lock_write(struct address_space *mapping)
{
	down_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_write(struct address_space *mapping)
{
	up_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_lock_read(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_read(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}

static inline void filemap_invalidate_lock(struct address_space *mapping)
{
	down_write(&mapping->invalidate_lock);
}

static inline void filemap_invalidate_unlock(struct address_space *mapping)
{
	up_write(&mapping->invalidate_lock);
}

/* Whether VMAs map the file at all. */
static inline bool mapping_mapped(const struct address_space *mapping)
{
	return !RB_EMPTY_ROOT(&mapping->i_mmap.rb_root);
}

#endif /* _LINUX_FS_H */
