/* SPDX-License-Identifier: MIT */
/*
 * Address spaces, VMAs and faults: the part of mm_types.h that the mm room answers for.
 *
 * Modelled: mm_struct with its two counts, its VMAs, its page tables and its rss; VMAs of private
 * anonymous memory; anon_vma with chains, as fork will need them; per-VMA locks. Not modelled: files.
 */
#ifndef _LINUX___PSIM_MM_TYPES_H
#define _LINUX___PSIM_MM_TYPES_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/interval_tree.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <asm/pgtable.h>

struct file;
struct mm_struct;
struct mmu_notifier_subscriptions;
struct task_struct;
struct vm_area_struct;
struct vm_operations_struct;

typedef unsigned long vm_flags_t;

/**
 * enum vm_fault_reason - bits of a vm_fault_t
 *
 * 0 means that the access is to be repeated, not that it will succeed (S6.8).
 */
enum vm_fault_reason {
	VM_FAULT_OOM = 0x1,
	VM_FAULT_SIGBUS = 0x2,
	VM_FAULT_MAJOR = 0x4,
	VM_FAULT_HWPOISON = 0x10,
	VM_FAULT_HWPOISON_LARGE = 0x20,
	VM_FAULT_SIGSEGV = 0x40,
	VM_FAULT_NOPAGE = 0x100,
	VM_FAULT_LOCKED = 0x200,
	VM_FAULT_RETRY = 0x400,
	VM_FAULT_FALLBACK = 0x800,
	VM_FAULT_DONE_COW = 0x1000,
	VM_FAULT_NEEDDSYNC = 0x2000,
	VM_FAULT_COMPLETED = 0x4000,
};

#define VM_FAULT_ERROR                                                           \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON | \
	 VM_FAULT_HWPOISON_LARGE | VM_FAULT_FALLBACK)

/**
 * enum fault_flag - what a fault is and what its handler may do
 * @FAULT_FLAG_WRITE: the access writes
 * @FAULT_FLAG_ALLOW_RETRY: the handler may drop the mmap lock and return VM_FAULT_RETRY
 * @FAULT_FLAG_RETRY_NOWAIT: but not wait before it does
 * @FAULT_FLAG_KILLABLE: and the wait may end by a fatal signal
 * @FAULT_FLAG_TRIED: this is a repeat
 * @FAULT_FLAG_USER: user mode caused it
 * @FAULT_FLAG_REMOTE: for another task's address space
 * @FAULT_FLAG_INSTRUCTION: an instruction fetch
 * @FAULT_FLAG_UNSHARE: break sharing without writing
 * @FAULT_FLAG_VMA_LOCK: under a per-VMA lock instead of the mmap lock
 */
enum fault_flag {
	FAULT_FLAG_WRITE = 1 << 0,
	FAULT_FLAG_MKWRITE = 1 << 1,
	FAULT_FLAG_ALLOW_RETRY = 1 << 2,
	FAULT_FLAG_RETRY_NOWAIT = 1 << 3,
	FAULT_FLAG_KILLABLE = 1 << 4,
	FAULT_FLAG_TRIED = 1 << 5,
	FAULT_FLAG_USER = 1 << 6,
	FAULT_FLAG_REMOTE = 1 << 7,
	FAULT_FLAG_INSTRUCTION = 1 << 8,
	FAULT_FLAG_INTERRUPTIBLE = 1 << 9,
	FAULT_FLAG_UNSHARE = 1 << 10,
	FAULT_FLAG_ORIG_PTE_VALID = 1 << 11,
	FAULT_FLAG_VMA_LOCK = 1 << 12,
};

/* rss counters of an mm. */
enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
	NR_MM_COUNTERS
};

/* CPUs whose TLBs can be told apart; a CPU beyond them shares one. */
#define __PSIM_TLB_CPUS 1024

/**
 * struct mm_struct - an address space
 * @mm_users: users of the mappings; the last mmput() tears them down (S9.50)
 * @mm_count: holders of the structure; all of mm_users count as one
 * @mmap_lock: guards the set of VMAs
 * @page_table_lock: guards the upper levels of the page tables, and anon_vma of VMAs
 * @map_count: number of VMAs
 * @pgd: the top table
 * @notifier_subscriptions: the notifiers' state, or NULL if there never was one (S8.10)
 * @rss_stat: pages by kind: add_mm_counter()
 * @tlb_flush_pending: slots were changed and their flush is still to come
 * @mm_lock_seq: what VMAs that are write-locked have, too; another one with each end of a write hold
 * @total_vm: pages of all VMAs
 * @locked_vm: pages of those that are VM_LOCKED
 * @def_flags: VM_LOCKED and VM_LOCKONFAULT if new VMAs get them (mlockall)
 * @mmap_base: where the search for free addresses begins, downwards
 * @task_size: first address that user space cannot have
 * @owner: the task that made it, or NULL
 * @async_put_work: mmput_async()'s
 */
struct mm_struct {
	atomic_t mm_count;
	atomic_t mm_users;
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;
	struct rb_root __psim_vmas;
	struct vm_area_struct *__psim_vma_cache;
	spinlock_t __psim_vma_lock;
	unsigned int mm_lock_seq;
	int map_count;
	pgd_t *pgd;
	struct mmu_notifier_subscriptions *notifier_subscriptions;
	atomic_long_t rss_stat[NR_MM_COUNTERS];
	atomic_long_t pgtables_bytes;
	atomic_t tlb_flush_pending;
	unsigned long flags;
	unsigned long total_vm;
	unsigned long locked_vm;
	unsigned long __psim_memlock_limit;
	vm_flags_t def_flags;
	unsigned long mmap_base;
	unsigned long task_size;
	struct task_struct *owner;
	struct list_head mmlist;
	struct work_struct async_put_work;
	unsigned int __psim_id;
	const char *__psim_site;
	atomic_long_t __psim_faults;
	atomic_long_t __psim_device_faults;
	unsigned long __psim_tlb_cpus[__PSIM_TLB_CPUS / 64];
	unsigned long __psim_tlb_words; /* which of those words are not zero */
};

/* Bits of mm_struct.flags. */
#define MMF_OOM_SKIP   21
#define MMF_UNSTABLE   22
#define MMF_HAS_PINNED 27 /* pages were pinned once: fork has to look (S6.43) */

/**
 * struct vm_area_struct - one mapping of an address space
 * @vm_start: first byte
 * @vm_end: first byte after it
 * @vm_mm: the address space
 * @vm_page_prot: what its present slots allow
 * @vm_flags: VM_*; change with vm_flags_set() and kin
 * @vm_lock_seq: of the mm's mm_lock_seq, when it was last write-locked
 * @anon_vma_chain: links to every anon_vma that can hold its pages
 * @anon_vma: where its own new pages go; NULL until the first
 * @vm_ops: NULL exactly for anonymous memory (S0.13)
 * @vm_pgoff: page offset of vm_start; for private anonymous memory its address in pages
 * @vm_file: the file, or NULL
 * @vm_private_data: the mapper's own
 */
struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	union {
		const vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
	unsigned int vm_lock_seq;
	unsigned int __psim_readers;
	bool __psim_writer;
	struct rb_node vm_rb;
	struct list_head anon_vma_chain;
	struct anon_vma *anon_vma;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
	struct list_head __psim_detached;
	struct interval_tree_node __psim_shared;
	bool __psim_linked;
	bool __psim_guards; /* some slot may be a guard: fork copies them */
};

/**
 * struct vma_iterator - a walk over the VMAs of an address space
 * @mm: which
 * @index: where the next look begins
 */
struct vma_iterator {
	struct mm_struct *mm;
	unsigned long index;
};

#define VMA_ITERATOR(name, mm_, addr_) struct vma_iterator name = {.mm = (mm_), .index = (addr_)}

static inline void vma_iter_init(struct vma_iterator *vmi, struct mm_struct *mm, unsigned long addr)
{
	vmi->mm = mm;
	vmi->index = addr;
}

/**
 * struct vm_fault - one fault in progress; what a migrate_to_ram callback gets (S6.6)
 * @vma: the mapping
 * @gfp_mask: for allocations
 * @pgoff: page offset of the address
 * @address: the page's address
 * @real_address: the address of the access
 * @flags: FAULT_FLAG_*
 * @pmd: the slot above
 * @orig_pte: the slot as first read
 * @cow_page: unused here
 * @page: the page that faulted, for the callback
 * @pte: stale and non-NULL for a fault of a single page, NULL for one of a PMD
 * @ptl: the lock of the slot while it is held
 */
struct vm_fault {
	const struct {
		struct vm_area_struct *vma;
		gfp_t gfp_mask;
		pgoff_t pgoff;
		unsigned long address;
		unsigned long real_address;
	};
	enum fault_flag flags;
	pmd_t *pmd;
	pud_t *pud;
	union {
		pte_t orig_pte;
		pmd_t orig_pmd;
	};
	struct page *cow_page;
	struct page *page;
	pte_t *pte;
	spinlock_t *ptl;
};

/**
 * struct vm_operations_struct - what a mapper that is not anonymous does
 * @open: the VMA was copied (a split, a fork)
 * @close: the VMA goes away
 * @fault: bring in the page of vmf->pgoff
 */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	int (*mremap)(struct vm_area_struct *vma);
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long newflags);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*huge_fault)(struct vm_fault *vmf, unsigned int order);
	vm_fault_t (*map_pages)(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
	int (*access)(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		      int write);
	const char *(*name)(struct vm_area_struct *vma);
	struct page *(*find_normal_page)(struct vm_area_struct *vma, unsigned long addr);
};

#endif /* _LINUX___PSIM_MM_TYPES_H */
