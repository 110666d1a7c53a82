// SPDX-License-Identifier: MIT
/*
 * mmap: what is asked for becomes a VMA, or a part of its neighbours.
 *
 * The limits that a user can meet are here: the number of VMAs, locked memory, and the refusal of
 * private writable memory that RAM could never hold (overcommit by guess). Not modelled: huge pages of
 * hugetlbfs, of which there are none; limits of address space and data.
 *
 * DEVIATION: mappings that may grow downwards (MAP_GROWSDOWN) keep their distance, but never grow.
 */
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include "mm/filemap.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sim/sim.h"

/* ---- limits ------------------------------------------------------------------------------------------ */

void psim_vma_account(struct vm_area_struct *vma, long pages)
{
	vma->vm_mm->total_vm += pages;
	if (vma->vm_flags & VM_LOCKED)
		vma->vm_mm->locked_vm += pages;
}

bool psim_may_lock(const struct mm_struct *mm, unsigned long pages)
{
	return mm->locked_vm + pages <= mm->__psim_memlock_limit >> PAGE_SHIFT;
}

bool psim_may_commit(unsigned long pages)
{
	return pages <= psim_ram_pages;
}

/* Whether memory of this kind is promised at once, and so counts. */
bool psim_accountable(vm_flags_t flags)
{
	return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* Pages in [start, end) that are promised already. */
static unsigned long accounted(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	VMA_ITERATOR(vmi, mm, start);
	struct vm_area_struct *vma;
	unsigned long pages = 0;

	for_each_vma_range(vmi, vma, end)
	{
		if (vma->vm_flags & VM_ACCOUNT)
			pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	}
	return pages;
}

/* ---- what is asked for --------------------------------------------------------------------------------- */

/**
 * struct request - one mmap on its way
 * @populate: its pages are wanted now
 */
struct request {
	struct mm_struct *mm;
	struct file *file;
	unsigned long address, length, flags;
	pgoff_t pgoff;
	vm_flags_t vm_flags;
	bool populate;
};

vm_flags_t psim_prot_flags(unsigned long prot)
{
	_Static_assert(VM_READ == PROT_READ && VM_WRITE == PROT_WRITE && VM_EXEC == PROT_EXEC,
		       "protections are the lowest bits");
	return prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

static vm_flags_t flags_of(const struct mm_struct *mm, unsigned long prot, unsigned long flags)
{
	vm_flags_t vm_flags =
		psim_prot_flags(prot) | mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	if (flags & MAP_SYNC)
		vm_flags |= VM_SYNC;
	if (flags & MAP_STACK)
		vm_flags |= VM_NOHUGEPAGE;
	return vm_flags;
}

static int set_shared(struct request *r)
{
	if (r->vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	if (!r->file) {
		r->pgoff = 0;
	} else {
		if ((r->vm_flags & VM_WRITE) && !(r->file->f_mode & FMODE_WRITE))
			return -EACCES;
		if (!(r->file->f_mode & FMODE_READ))
			return -EACCES;
		if (!r->file->f_op->mmap)
			return -ENODEV;
	}
	r->vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (r->file && !(r->file->f_mode & FMODE_WRITE))
		r->vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	if (r->flags & MAP_NORESERVE)
		r->vm_flags |= VM_NORESERVE;
	return 0;
}

/* The kind of the mapping. Return: 0 or -errno. */
static int set_type(struct request *r)
{
	switch (r->flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		if (!r->file)
			return -EINVAL;
		if (r->flags & ~LEGACY_MAP_MASK)
			return -EOPNOTSUPP;
		fallthrough;
	case MAP_SHARED:
		return set_shared(r);
	case MAP_PRIVATE:
		if (!r->file)
			r->pgoff = r->address >> PAGE_SHIFT;
		else if (!(r->file->f_mode & FMODE_READ))
			return -EACCES;
		else if (!r->file->f_op->mmap)
			return -ENODEV;
		break;
	default:
		return -EINVAL;
	}
	if (r->flags & MAP_NORESERVE)
		r->vm_flags |= VM_NORESERVE;
	return 0;
}

/* Where, and whether it may be. Return: 0 or -errno. */
static int check(struct request *r)
{
	struct mm_struct *mm = r->mm;
	long address;

	if (mm->map_count > DEFAULT_MAX_MAP_COUNT)
		return -ENOMEM;
	address = psim_get_unmapped_area(mm, r->file, r->address, r->length, r->flags);
	if (IS_ERR_VALUE(address))
		return address;
	r->address = address;
	if ((r->flags & MAP_FIXED_NOREPLACE) &&
	    find_vma_intersection(mm, r->address, r->address + r->length))
		return -EEXIST;
	if ((r->flags & MAP_LOCKED) && !mm->__psim_memlock_limit)
		return -EPERM;
	if ((r->vm_flags & VM_LOCKED) && !psim_may_lock(mm, r->length >> PAGE_SHIFT))
		return -EAGAIN;
	return set_type(r);
}

/* ---- the mapping ----------------------------------------------------------------------------------------- */

/* Who brings the VMA's pages: its file, or shared memory. Return: 0 or -errno. */
static int set_mapper(struct vm_area_struct *vma, struct file *file)
{
	if (file) {
		vma->vm_file = get_file(file);
		return file->f_op->mmap(file, vma);
	}
	return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
}

/* Return: a VMA or an error pointer. */
static struct vm_area_struct *make_vma(const struct request *r, unsigned long end)
{
	const struct psim_vma_new new = {
		.start = r->address,
		.end = end,
		.pgoff = r->pgoff,
		.flags = r->vm_flags,
		.file = r->file,
		.ops = psim_file_vm_ops(r->file),
	};
	/* shared memory without a file is an object of its own each time, and joins nothing */
	struct vm_area_struct *vma =
		r->vm_flags & VM_SHARED && !r->file ? NULL : psim_vma_merge_new(r->mm, &new);
	int err;

	if (vma)
		return vma;
	vma = psim_vma_alloc(r->mm, r->address, end, r->vm_flags);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_pgoff = r->pgoff;
	err = set_mapper(vma, r->file);
	if (err) {
		psim_vma_free(vma);
		return ERR_PTR(err);
	}
	vma_set_page_prot(vma);
	psim_vma_link(vma);
	psim_i_mmap_link(vma);
	return vma;
}

/* Context: mmap lock write-held. Return: the address or -errno. */
static long map_locked(struct request *r)
{
	unsigned long end, pages = r->length >> PAGE_SHIFT;
	struct mm_struct *mm = r->mm;
	struct vm_area_struct *vma;
	bool unused;
	int err = check(r);

	if (err)
		return err;
	end = r->address + r->length;
	if (psim_accountable(r->vm_flags)) {
		unsigned long old = accounted(mm, r->address, end);

		if (pages > old && !psim_may_commit(pages - old))
			return -ENOMEM;
		r->vm_flags |= VM_ACCOUNT;
	}
	err = psim_unmap_locked(mm, r->address, end, false, &unused);
	if (err)
		return err;
	vma = make_vma(r, end);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	vm_flags_set(vma, VM_SOFTDIRTY);
	psim_vma_account(vma, pages);
	psim_trace(PSIM_EV_MMAP, mm->__psim_id, r->address, end, r->vm_flags);
	r->populate = (r->vm_flags & VM_LOCKED) ||
		      (r->flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
	return r->address;
}

long psim_do_mmap(struct mm_struct *mm, struct file *file, unsigned long address,
		  unsigned long length, unsigned long prot, unsigned long flags, pgoff_t pgoff)
{
	struct request r = {.mm = mm, .file = file, .flags = flags, .pgoff = pgoff};
	long result;

	if (!length)
		return -EINVAL;
	if (flags & MAP_FIXED_NOREPLACE)
		r.flags |= MAP_FIXED;
	r.address = r.flags & MAP_FIXED ? address : psim_hint(address);
	r.length = PAGE_ALIGN(length);
	if (!r.length)
		return -ENOMEM;
	if (pgoff + (r.length >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	r.vm_flags = flags_of(mm, prot, flags);
	mmap_write_lock(mm);
	result = map_locked(&r);
	mmap_write_unlock(mm);
	if (r.populate)
		psim_populate(mm, r.address, r.length, true);
	return result;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flag, unsigned long offset)
{
	if (offset + PAGE_ALIGN(len) < offset || offset_in_page(offset))
		return -EINVAL;
	return psim_do_mmap(current->mm, file, addr, len, prot, flag, offset >> PAGE_SHIFT);
}
