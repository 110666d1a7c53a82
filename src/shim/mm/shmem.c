// SPDX-License-Identifier: MIT
/*
 * Files whose contents are memory: shared anonymous memory, and the model's own files.
 *
 * Both keep everything in the page cache; they differ in what their pages count as (S1.28, S2.30 hold for
 * both). DEVIATION: a file's dirty pages are never written back, so they stay dirty, and no writeback is ever
 * waited for. Not modelled: names, swap of shared memory.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include "mm/filemap.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sim/sim.h"

static LIST_HEAD(inodes);
static DEFINE_SPINLOCK(inodes_lock);

/* ---- what the kinds of files do ---------------------------------------------------------------------- */

static const struct address_space_operations ram_aops = {.dirty_folio = noop_dirty_folio};
static const struct address_space_operations file_aops = {.dirty_folio = noop_dirty_folio};

static vm_fault_t shmem_fault(struct vm_fault *vmf)
{
	return filemap_fault(vmf);
}

static const struct vm_operations_struct file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

static const struct vm_operations_struct shmem_vm_ops = {
	.fault = shmem_fault,
	.map_pages = filemap_map_pages,
};

static const struct vm_operations_struct shmem_anon_vm_ops = {
	.fault = shmem_fault,
	.map_pages = filemap_map_pages,
};

const struct vm_operations_struct *psim_file_vm_ops(const struct file *file)
{
	if (!file || !file->f_mapping ||
	    (file->f_mapping->a_ops != &ram_aops && file->f_mapping->a_ops != &file_aops))
		return NULL;
	return shmem_mapping(file->f_mapping) ? &shmem_vm_ops : &file_vm_ops;
}

static int file_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = psim_file_vm_ops(file);
	return 0;
}

static const struct file_operations memory_fops = {.mmap = file_mmap};

bool shmem_mapping(const struct address_space *mapping)
{
	return mapping->a_ops == &ram_aops;
}

bool psim_mapping_in_ram(const struct address_space *mapping)
{
	return shmem_mapping(mapping);
}

bool vma_is_anon_shmem(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &shmem_anon_vm_ops;
}

bool vma_is_shmem(const struct vm_area_struct *vma)
{
	return vma_is_anon_shmem(vma) || vma->vm_ops == &shmem_vm_ops;
}

/* ---- life --------------------------------------------------------------------------------------------- */

static struct inode *inode_make(loff_t size, bool in_ram, const char *site)
{
	struct inode *inode = kzalloc(sizeof(*inode), GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->i_size = size;
	inode->i_mapping = &inode->i_data;
	inode->__psim_site = site;
	psim_filemap_init(&inode->i_data, inode, in_ram ? &ram_aops : &file_aops);
	spin_lock(&inodes_lock);
	list_add_tail(&inode->__psim_all, &inodes);
	spin_unlock(&inodes_lock);
	return inode;
}

static void memory_gone(struct file *file)
{
	struct inode *inode = file->f_inode;

	truncate_inode_pages(inode->i_mapping, 0);
	spin_lock(&inodes_lock);
	list_del(&inode->__psim_all);
	spin_unlock(&inodes_lock);
	kfree(inode);
}

struct file *psim_file_make(loff_t size, bool in_ram, unsigned long flags, const char *site)
{
	struct file *file;

	if (size < 0)
		return ERR_PTR(-EINVAL);
	if (in_ram && !(flags & VM_NORESERVE) && !psim_may_commit(PAGE_ALIGN(size) >> PAGE_SHIFT))
		return ERR_PTR(-ENOMEM);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_inode = inode_make(size, in_ram, site);
	if (!file->f_inode) {
		kfree(file);
		return ERR_PTR(-ENOMEM);
	}
	file->f_mapping = file->f_inode->i_mapping;
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->__psim_gone = memory_gone;
	file->f_op = &memory_fops;
	atomic_long_set(&file->__psim_count, 1);
	return file;
}

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	return psim_file_make(size, true, flags, __func__);
}

int shmem_zero_setup(struct vm_area_struct *vma)
{
	struct file *file = psim_file_make((loff_t)(vma->vm_end - vma->vm_start), true,
					   vma->vm_flags, __func__);

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma->vm_file = file;
	vma->vm_ops = &shmem_anon_vm_ops;
	return 0;
}

/* ---- audit and leftovers ---------------------------------------------------------------------------------- */

static void explain(void)
{
	struct inode *inode;

	list_for_each_entry(inode, &inodes, __psim_all)
		psim_filemap_explain(inode->i_mapping);
}

void psim_files_start(void)
{
	static struct psim_explainer explainer = {.explain = explain};

	psim_audit_register(&explainer);
}

void psim_files_leftovers(void)
{
	struct inode *inode;

	list_for_each_entry(inode, &inodes, __psim_all)
		psim_report("law 3", "a file of %lld bytes is left, with %lu pages; made by %s",
			    inode->i_size, inode->i_mapping->nrpages, inode->__psim_site);
}
