/* SPDX-License-Identifier: MIT */
/* Files inside the mm room: the page cache's tree, the VMAs that map a file. */
#ifndef PSIM_MM_FILEMAP_H
#define PSIM_MM_FILEMAP_H

#include <linux/fs.h>
#include <linux/mm_types.h>

/* ---- pages (filemap.c) ---------------------------------------------------------------------------- */

void psim_filemap_init(struct address_space *mapping, struct inode *host,
		       const struct address_space_operations *ops);
/* The first page in [*index, last], with a reference; *index is its place. NULL: none. */
struct folio *psim_filemap_next(struct address_space *mapping, pgoff_t *index, pgoff_t last);
/*
 * @new takes @old's place if @old has just @expected references, and its cache reference, mapping and
 * index. Both locked. Return: whether it did.
 */
bool psim_filemap_replace(struct folio *old, struct folio *new, int expected);
/* During an audit: the cache's references. */
void psim_filemap_explain(struct address_space *mapping);
/* Whether its pages count as shared memory, and not as those of a file. */
bool psim_mapping_in_ram(const struct address_space *mapping);

/* ---- VMAs of a file (i_mmap.c) --------------------------------------------------------------------- */

/* A VMA with a file is among those that map it, from here to unlink. May sleep. */
void psim_i_mmap_link(struct vm_area_struct *vma);
void psim_i_mmap_unlink(struct vm_area_struct *vma);
/* For the audit: whether the file has it, at its place. */
bool psim_i_mmap_holds(const struct vm_area_struct *vma);
/* Around a change of the VMA's bounds. */
void psim_i_mmap_resize_begin(struct vm_area_struct *vma);
void psim_i_mmap_resize_end(struct vm_area_struct *vma);
/* As psim_rmap_walk(), of a page of a file. */
int psim_i_mmap_walk(struct folio *folio,
		     int (*fn)(struct folio *folio, struct vm_area_struct *vma,
			       unsigned long address, void *arg),
		     void *arg);

/* ---- files (shmem.c) --------------------------------------------------------------------------------- */

/* What its mappings will have as operations; NULL: not known before the mapper is asked. */
const struct vm_operations_struct *psim_file_vm_ops(const struct file *file);
/*
 * An open file of zeros; its pages count as a file's unless @in_ram. @flags: VM_NORESERVE or not.
 * Return: it, or an error pointer: -EINVAL, -ENOMEM.
 */
struct file *psim_file_make(loff_t size, bool in_ram, unsigned long flags, const char *site);
struct psim_file;
int psim_file_check(const char *what, const struct psim_file *file);
/* Pages [first, last] of the file are zeros again, in every mapping but copies. Return: 0, -EOPNOTSUPP. */
int psim_file_punch(struct file *file, pgoff_t first, pgoff_t last);
void psim_files_start(void);
void psim_files_leftovers(void);

#endif /* PSIM_MM_FILEMAP_H */
