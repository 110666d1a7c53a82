/* SPDX-License-Identifier: MIT */
/*
 * Files: an inode with the pages of its contents, and an open file that leads to it.
 *
 * Modelled: files whose contents live in memory (linux/shmem_fs.h), as far as mappings of them need.
 * Not modelled: names, directories, reading and writing by system calls, writeback.
 */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct address_space;
struct cdev;
struct file;
struct folio;
struct inode;
struct module;
struct vm_area_struct;

typedef unsigned int fmode_t;
#define FMODE_READ  0x1u
#define FMODE_WRITE 0x2u

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
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

struct inode {
	loff_t i_size;
	struct address_space *i_mapping;
	struct address_space i_data;
	struct cdev *i_cdev;
	void *i_private;
	struct list_head __psim_all;
	const char *__psim_site;
};

/**
 * struct file - an open file
 * @f_mapping: its pages
 * @private_data: its driver's own
 */
struct file {
	fmode_t f_mode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	void *private_data;
	struct inode *f_inode;
	unsigned int f_flags;
	atomic_long_t __psim_count;
};

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

/* Let go of it; with the last holder the file and its pages are gone. May sleep. */
void fput(struct file *file);

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
