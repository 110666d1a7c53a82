/* SPDX-License-Identifier: MIT */
/*
 * Memory management: VMAs and faults here; pages and folios come from __psim_folio.h.
 *
 * Modelled: private anonymous memory of 4 KiB and 2 MiB pages. Not modelled yet: files.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/wait_bit.h>
#include <linux/__psim_folio.h>
#include <linux/huge_mm.h>

struct pt_regs;
struct task_struct;

/* ---- VMA flags ------------------------------------------------------------------------------- */

#define VM_NONE		0x00000000ul
#define VM_READ		0x00000001ul
#define VM_WRITE	0x00000002ul
#define VM_EXEC		0x00000004ul
#define VM_SHARED	0x00000008ul
#define VM_MAYREAD	0x00000010ul
#define VM_MAYWRITE	0x00000020ul
#define VM_MAYEXEC	0x00000040ul
#define VM_MAYSHARE	0x00000080ul
#define VM_GROWSDOWN	0x00000100ul
#define VM_UFFD_MISSING 0x00000200ul
#define VM_PFNMAP	0x00000400ul
#define VM_UFFD_WP	0x00001000ul
#define VM_LOCKED	0x00002000ul
#define VM_IO		0x00004000ul
#define VM_SEQ_READ	0x00008000ul
#define VM_RAND_READ	0x00010000ul
#define VM_DONTCOPY	0x00020000ul
#define VM_DONTEXPAND	0x00040000ul
#define VM_LOCKONFAULT	0x00080000ul
#define VM_ACCOUNT	0x00100000ul
#define VM_NORESERVE	0x00200000ul
#define VM_HUGETLB	0x00400000ul
#define VM_SYNC		0x00800000ul
#define VM_WIPEONFORK	0x02000000ul
#define VM_DONTDUMP	0x04000000ul
#define VM_SOFTDIRTY	0x08000000ul
#define VM_MIXEDMAP	0x10000000ul
#define VM_HUGEPAGE	0x20000000ul
#define VM_NOHUGEPAGE	0x40000000ul
#define VM_MERGEABLE	0x80000000ul

#define VM_SPECIAL	(VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)

#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)

#define DEFAULT_MAX_MAP_COUNT 65530

/* ---- sizes ------------------------------------------------------------------------------------- */

/** PAGE_ALIGN() - an address rounded up to a page */
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
/** PAGE_ALIGN_DOWN() - an address rounded down to a page */
#define PAGE_ALIGN_DOWN(addr) ALIGN_DOWN(addr, PAGE_SIZE)
/** PAGE_ALIGNED() - does it lie at a page's beginning? */
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
/** offset_in_page() - how far behind a page's beginning it lies */
#define offset_in_page(p) ((unsigned long)(p) & (PAGE_SIZE - 1))

/** vma_pages() - how many pages a VMA has */
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* ---- VMAs: all under the mmap lock --------------------------------------------------------------- */

/* Change a VMA's flags; mmap lock write-held. */
static inline void vm_flags_init(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags = flags;
}

/** vm_flags_reset() - all flags of a VMA; the mmap lock is held for writing */
static inline void vm_flags_reset(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma_assert_write_locked(vma);
	vm_flags_init(vma, flags);
}

/*
 * vma_set_page_prot() - what @vma's slots allow, by its flags and by whether page_mkwrite() wants to be asked
 * Context: mmap lock write-held; after either was changed.
 */
void vma_set_page_prot(struct vm_area_struct *vma);

/** vm_flags_set() - more flags; the mmap lock is held for writing */
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma_start_write(vma);
	vma->__vm_flags |= flags;
}

/** vm_flags_clear() - fewer flags; the mmap lock is held for writing */
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma_start_write(vma);
	vma->__vm_flags &= ~flags;
}

/** vm_flags_mod() - some more, others less; the mmap lock is held for writing */
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma_start_write(vma);
	vma->__vm_flags = (vma->__vm_flags | set) & ~clear;
}

/* The lock that a fault runs under is let go: the VMA's, or else the mmap lock. */
static inline void release_fault_lock(struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_VMA_LOCK)
		vma_end_read(vmf->vma);
	else
		mmap_read_unlock(vmf->vma->vm_mm);
}

/** assert_fault_locked() - a report unless the fault holds the mmap lock or the VMA's */
static inline void assert_fault_locked(const struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_VMA_LOCK)
		vma_assert_locked(vmf->vma);
	else
		mmap_assert_locked(vmf->vma->vm_mm);
}

/* Whether the VMA allows any access at all. */
static inline bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

/* Whether the VMA has no mapper of its own (S0.13). */
static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

/** vma_is_dax() - false: no file lies in device memory here */
static inline bool vma_is_dax(const struct vm_area_struct *vma)
{
	return false;
}

/** is_cow_mapping() - is a write to it copied first? */
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/**
 * find_vma() - the lowest VMA that ends above @addr
 * It may begin above @addr, too. Context: mmap lock held. Return: the VMA, or NULL.
 */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);

/* The same; @pprev gets the VMA below it, or NULL. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **pprev);

/* The lowest VMA that overlaps [start, end), or NULL (S9.53). Context: mmap lock held. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end);

/* The VMA that contains @addr, or NULL (S9.53). Context: mmap lock held. */
struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);

/* The next VMA of the walk that begins below @max, or NULL. Context: mmap lock held. */
struct vm_area_struct *vma_find(struct vma_iterator *vmi, unsigned long max);

/** vma_next() - the next VMA of a walk, or NULL */
static inline struct vm_area_struct *vma_next(struct vma_iterator *vmi)
{
	return vma_find(vmi, ~0ul);
}

/** for_each_vma() - a loop over the VMAs from where the iterator stands, in order of address */
#define for_each_vma(vmi, vma) while (((vma) = vma_next(&(vmi))) != NULL)
/** for_each_vma_range() - the same up to an address */
#define for_each_vma_range(vmi, vma, end) while (((vma) = vma_find(&(vmi), (end))) != NULL)

/**
 * vm_mmap() - map memory in the current task's address space
 * @file: must be NULL: files are not modelled
 * @addr: where, for MAP_FIXED and MAP_FIXED_NOREPLACE; otherwise a wish
 * @len: bytes, rounded up to pages
 * @prot: PROT_*
 * @flag: MAP_PRIVATE | MAP_ANONYMOUS and kin
 * @offset: of the file, page-aligned
 *
 * Takes the mmap lock for writing. Return: the address, or a negative errno as an unsigned long:
 * -EINVAL, -EEXIST, -ENOMEM.
 */
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flag, unsigned long offset);

/* Unmap [start, start + len) of the current task; any part of VMAs. Return: 0, -EINVAL, -ENOMEM. */
int vm_munmap(unsigned long start, size_t len);

/* The same for any address space, mmap lock write-held. */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len, struct list_head *uf);

/**
 * vm_insert_page() - map an ordinary, not anonymous page into an empty slot (S9.54)
 * @addr: page-aligned, inside @vma
 * Context: mmap lock write-held unless the VMA is VM_MIXEDMAP already. Return: 0, -EFAULT outside of
 * the VMA, -EBUSY if the slot is taken, -EINVAL for a free or anonymous page, -ENOMEM.
 */
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);

/* Flags of get_user_pages() and kin. */
#define FOLL_WRITE	   (1 << 0)
#define FOLL_GET	   (1 << 1)
#define FOLL_DUMP	   (1 << 2)
#define FOLL_FORCE	   (1 << 3)
#define FOLL_NOWAIT	   (1 << 4)
#define FOLL_NOFAULT	   (1 << 5)
#define FOLL_HWPOISON	   (1 << 6)
#define FOLL_ANON	   (1 << 7)
#define FOLL_LONGTERM	   (1 << 8)
#define FOLL_SPLIT_PMD	   (1 << 9)
#define FOLL_PCI_P2PDMA	   (1 << 10)
#define FOLL_INTERRUPTIBLE (1 << 11)

/* Clear the slots of pages [start, start + nr) of a file, 0: to its end; copies, too, if @even_cows. */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows);
/* The same by bytes: pages that [holebegin, holebegin + holelen) touches. May sleep. */
void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin,
			 loff_t const holelen, int even_cows);

/* ---- faults ------------------------------------------------------------------------------------------ */

#define FAULT_FLAG_DEFAULT (FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE | FAULT_FLAG_INTERRUPTIBLE)

/**
 * handle_mm_fault() - bring in the page at @address, as @flags ask
 * @vma: contains @address; its permissions were checked by the caller
 * @regs: NULL
 *
 * Context: mmap lock read-held; not by the caller any more after VM_FAULT_RETRY or COMPLETED.
 * Return: 0: repeat the access; otherwise VM_FAULT_*.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs);

/**
 * fixup_user_fault() - fault @address in for the kernel, checking permissions
 * @unlocked: told whether the mmap lock was dropped and taken again; NULL: it must not be
 * Context: mmap lock read-held. Return: 0, -EFAULT, -ENOMEM, -EHWPOISON.
 */
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags,
		     bool *unlocked);

/* The errno of a fault that failed (S6.10). Return: 0 if none did. */
static inline int vm_fault_to_errno(vm_fault_t vm_fault, int foll_flags)
{
	if (vm_fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (vm_fault & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		return foll_flags & FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
	if (vm_fault & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV))
		return -EFAULT;
	return 0;
}

/* Whether the fault may drop the mmap lock, and has not done so yet. */
static inline bool fault_flag_allow_retry_first(enum fault_flag flags)
{
	return (flags & FAULT_FLAG_ALLOW_RETRY) && !(flags & FAULT_FLAG_TRIED);
}

/** vmf_error() - what a fault answers for a negative errno */
static inline vm_fault_t vmf_error(int err)
{
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* ---- resident pages ------------------------------------------------------------------------------------ */

/** get_mm_counter() - pages of an mm, of one kind */
static inline unsigned long get_mm_counter(struct mm_struct *mm, int member)
{
	long value = atomic_long_read(&mm->rss_stat[member]);

	return value < 0 ? 0 : value;
}

/** add_mm_counter() - so many more of them */
static inline void add_mm_counter(struct mm_struct *mm, int member, long value)
{
	atomic_long_add(value, &mm->rss_stat[member]);
}

/** inc_mm_counter() - one more */
static inline void inc_mm_counter(struct mm_struct *mm, int member)
{
	add_mm_counter(mm, member, 1);
}

/** dec_mm_counter() - one less */
static inline void dec_mm_counter(struct mm_struct *mm, int member)
{
	add_mm_counter(mm, member, -1);
}

/* The counter a mapped folio counts in. */
static inline int mm_counter(struct folio *folio)
{
	if (folio_test_anon(folio))
		return MM_ANONPAGES;
	return folio_test_swapbacked(folio) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

/** get_mm_rss() - present pages of an mm, of all kinds */
static inline unsigned long get_mm_rss(struct mm_struct *mm)
{
	return get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_ANONPAGES) +
	       get_mm_counter(mm, MM_SHMEMPAGES);
}

/* ---- pins -------------------------------------------------------------------------------------------- */

/* Whether fork has to give the child a copy of an exclusive page of @vma, since it may be pinned. */
static inline bool folio_needs_cow_for_dma(struct vm_area_struct *vma, struct folio *folio)
{
	return test_bit(MMF_HAS_PINNED, &vma->vm_mm->flags) && folio_maybe_dma_pinned(folio);
}

/**
 * get_user_pages() - user memory of the current task by its pages, faulting them in
 * @start: rounded down to a page
 * @gup_flags: FOLL_WRITE: for writing; FOLL_NOFAULT, FOLL_NOWAIT, FOLL_ANON, FOLL_HWPOISON
 * @pages: gets the pages, a reference each for put_page(); NULL: only fault them in
 *
 * Context: mmap lock held; may sleep. Return: pages got, fewer where the next could not be had; if it
 * was the first: -EFAULT, -ENOMEM, -EHWPOISON, -EINTR.
 */
long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
/* Of any address space. @locked: cleared if the mmap lock was dropped; NULL: it must not be. */
long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
/* The same as get_user_pages(), taking the mmap lock. */
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);

/**
 * pin_user_pages() - as get_user_pages(), for who reads or writes the contents: a pin each (S0.8)
 * @gup_flags: FOLL_LONGTERM, too: device-coherent pages are moved to RAM first
 * @pages: gets the pages, for unpin_user_page()
 *
 * To read, an anonymous page is made exclusive first. The zero page is not pinned.
 */
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);

/* Give pins back. */
void unpin_user_page(struct page *page);
void unpin_folio(struct folio *folio);
void unpin_user_pages(struct page **pages, unsigned long npages);
/* The same, marking them dirty if @make_dirty. May sleep. */
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);

/**
 * do_madvise() - madvise(2) on @mm
 * @behavior: MADV_*
 * Context: takes the mmap lock as the advice needs it. Return: 0, -EINVAL, -ENOMEM, ...
 */
int do_madvise(struct mm_struct *mm, unsigned long start, size_t len_in, int behavior);

/* ---- locking all of an address space --------------------------------------------------------------------- */

/**
 * mm_take_all_locks() - lock every anon_vma of @mm, exclusively (S8.44)
 * Context: mmap lock write-held. Return: 0, or -EINTR with nothing locked if a signal is pending.
 */
int mm_take_all_locks(struct mm_struct *mm);
void mm_drop_all_locks(struct mm_struct *mm);

/* ---- flushes still to come ---------------------------------------------------------------------------------- */

/** inc_tlb_flush_pending() - slots are changed, and will be flushed */
static inline void inc_tlb_flush_pending(struct mm_struct *mm)
{
	atomic_inc(&mm->tlb_flush_pending);
}

/** dec_tlb_flush_pending() - they have been flushed */
static inline void dec_tlb_flush_pending(struct mm_struct *mm)
{
	atomic_dec(&mm->tlb_flush_pending);
}

/** mm_tlb_flush_pending() - are slots changed that are not flushed yet? */
static inline bool mm_tlb_flush_pending(struct mm_struct *mm)
{
	return atomic_read(&mm->tlb_flush_pending);
}

#endif /* _LINUX_MM_H */
