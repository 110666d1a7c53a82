/* SPDX-License-Identifier: MIT */
/* Memory that looks like a file: the contents are pages that count as shared memory. */
#ifndef _LINUX_SHMEM_FS_H
#define _LINUX_SHMEM_FS_H

#include <linux/fs.h>
#include <linux/pagemap.h>

/**
 * shmem_file_setup() - an open file of @size bytes of zeros, without a name anywhere
 * @name: for people
 * @flags: VM_NORESERVE or 0
 * Return: the file, for fput(); an error pointer: -EINVAL, -ENOMEM.
 */
struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags);

/* Put fresh shared memory behind a VMA, as mmap() of MAP_SHARED | MAP_ANONYMOUS does. Return: 0, -errno. */
int shmem_zero_setup(struct vm_area_struct *vma);

bool shmem_mapping(const struct address_space *mapping);
bool vma_is_shmem(const struct vm_area_struct *vma);
/* Shared anonymous memory alone. */
bool vma_is_anon_shmem(const struct vm_area_struct *vma);

#endif /* _LINUX_SHMEM_FS_H */
