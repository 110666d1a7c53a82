/* SPDX-License-Identifier: MIT */
/*
 * Reverse mapping: from an anonymous folio to the slots that map it.
 *
 * A VMA whose pages may be anonymous has chains to anon_vmas; each anon_vma keeps its VMAs by page
 * offset. Without fork there is one chain a VMA; parents and roots are here for fork to come.
 */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H

#include <linux/interval_tree.h>
#include <linux/mm.h>
#include <linux/rwsem.h>

/**
 * struct anon_vma - where anonymous folios find the VMAs that can map them
 * @root: the oldest of its tree; its @rwsem guards the whole tree
 * @rwsem: write: VMAs come and go; read: a walk
 * @refcount: holders of the structure other than chains
 * @num_children: anon_vmas whose @parent this is, and itself if it is a root
 * @num_active_vmas: VMAs whose anon_vma this is
 * @rb_root: chains by page offset
 */
struct anon_vma {
	struct anon_vma *root;
	struct rw_semaphore rwsem;
	atomic_t refcount;
	unsigned long num_children;
	unsigned long num_active_vmas;
	struct anon_vma *parent;
	struct rb_root_cached rb_root;
	struct list_head __psim_pool;
	bool __psim_taken;
};

/**
 * struct anon_vma_chain - one VMA in one anon_vma
 * @same_vma: link in the VMA's anon_vma_chain
 * @rb: [page offset of the VMA's first page, of its last]
 */
struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct list_head same_vma;
	struct interval_tree_node rb;
};

typedef int rmap_t;
#define RMAP_NONE      ((rmap_t)0)
#define RMAP_EXCLUSIVE ((rmap_t)1)

/** anon_vma_lock_read() - keep the set of VMAs that may have its pages; may sleep */
static inline void anon_vma_lock_read(struct anon_vma *anon_vma)
{
	down_read(&anon_vma->root->rwsem);
}

/** anon_vma_trylock_read() - the same if nobody changes it; whether it is held */
static inline int anon_vma_trylock_read(struct anon_vma *anon_vma)
{
	return down_read_trylock(&anon_vma->root->rwsem);
}

/** anon_vma_unlock_read() - the end of that */
static inline void anon_vma_unlock_read(struct anon_vma *anon_vma)
{
	up_read(&anon_vma->root->rwsem);
}

/** anon_vma_lock_write() - change the set of VMAs that may have its pages; may sleep */
static inline void anon_vma_lock_write(struct anon_vma *anon_vma)
{
	down_write(&anon_vma->root->rwsem);
}

/** anon_vma_unlock_write() - the end of that */
static inline void anon_vma_unlock_write(struct anon_vma *anon_vma)
{
	up_write(&anon_vma->root->rwsem);
}

/* Make sure the VMA has an anon_vma. Context: mmap lock held, may sleep. Return: 0 or -ENOMEM. */
int __anon_vma_prepare(struct vm_area_struct *vma);

/** anon_vma_prepare() - give a VMA its anon_vma, if it has none; 0 or -ENOMEM; may sleep */
static inline int anon_vma_prepare(struct vm_area_struct *vma)
{
	return likely(READ_ONCE(vma->anon_vma)) ? 0 : __anon_vma_prepare(vma);
}

/* Hold an anon_vma beyond its VMAs. */
void get_anon_vma(struct anon_vma *anon_vma);
void put_anon_vma(struct anon_vma *anon_vma);

/* The anon_vma of an anonymous folio, or NULL. Context: folio lock, or a slot that maps it. */
struct anon_vma *folio_anon_vma(const struct folio *folio);

/**
 * folio_add_new_anon_rmap() - a new folio gets its first mapping, at @address of @vma
 * @flags: RMAP_EXCLUSIVE: AnonExclusive is set
 * Sets mapping, index and swap-backed; mapcount becomes 1: of a large folio, that of a leaf. The slot's
 * reference is the caller's.
 * Context: the slot's PTL; @vma has an anon_vma.
 */
void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			     rmap_t flags);

/* As folio_add_anon_rmap_pte(), by a leaf: the whole folio, whose head @page is. */
void folio_add_anon_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long address, rmap_t flags);
/* A leaf maps the folio no more. */
void folio_remove_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma);
/* As folio_try_share_anon_rmap_pte(); the flag of a leaf is the head's. */
int folio_try_share_anon_rmap_pmd(struct folio *folio, struct page *page);
/*
 * fork gives the child a leaf of the same folio: mapcount +1, AnonExclusive goes. Return: 0; -EBUSY if it
 * is exclusive and may be pinned, nothing changed. Context: PMD locks of both.
 */
int folio_try_dup_anon_rmap_pmd(struct folio *folio, struct page *page,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);

/* Another slot maps @page, of an anonymous folio. mapcount +1. Context: PTL and folio lock. */
void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long address, rmap_t flags);

/* The same for a page that is not anonymous. */
void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma);

/* A fork's child gets a slot for @page, of a file, too. mapcount +1. Context: both PTLs. */
void folio_dup_file_rmap_pte(struct folio *folio, struct page *page,
			     struct vm_area_struct *dst_vma);

/**
 * folio_try_dup_anon_rmap_pte() - the same for an anonymous page, which is exclusive to nobody then
 * Return: 0; -EBUSY with nothing changed if the page is exclusive and may be pinned (S6.43). A
 * device-private page never fails (S6.20). Context: both PTLs.
 */
int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);

/* A slot maps @page no more. mapcount -1. Context: PTL. */
void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma);

/* The folio now belongs to @vma's own anon_vma alone. Context: folio lock and PTL. */
void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma);

/* Give AnonExclusive up, to share the page. Return: 0, -EBUSY if it may be pinned (S1.30). PTL. */
int folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page);

/**
 * make_device_exclusive() - give a device atomic access to a page: CPU accesses fault and take it back
 * @addr: rounded down to its page
 * @owner: for MMU_NOTIFY_EXCLUSIVE: the caller's own notifier has to ignore it (S6.85)
 * @foliop: gets the folio, locked, with a reference for the caller
 *
 * Context: mmap lock held; may sleep. Return: the page; an error pointer: get_user_pages()'s errors,
 * -EOPNOTSUPP for what is not anonymous, -EINTR (S6.80 to S6.84).
 */
struct page *make_device_exclusive(struct mm_struct *mm, unsigned long addr, void *owner,
				   struct folio **foliop);

#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 15, 0)
/**
 * make_device_exclusive_range() - the same for the pages of [start, end), before Linux 6.15
 * @pages: gets them, locked, with a reference each; NULL for one that could not be had
 *
 * Context: as above. Return: how many of @pages are filled in; a negative errno if not even the first
 * could be reached.
 */
int make_device_exclusive_range(struct mm_struct *mm, unsigned long start, unsigned long end,
				struct page **pages, void *owner);
#endif

#endif /* _LINUX_RMAP_H */
