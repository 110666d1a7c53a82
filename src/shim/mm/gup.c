// SPDX-License-Identifier: MIT
/*
 * get_user_pages() and pin_user_pages(): user memory by its pages, with a reference or a pin on each.
 *
 * A page that is not there, or not writable when writing is wanted, is faulted in, as for an access of
 * somebody else (S6.10, S6.15). A pin to read wants an anonymous page to be exclusive first, so that no
 * later write goes to a copy. Not modelled: FOLL_FORCE, the walk without locks.
 */
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/pins.h"
#include "sim/sim.h"

/* Set by the functions here, never by callers. */
#define FOLL_TRIED	(1 << 17)
#define FOLL_REMOTE	(1 << 18)
#define FOLL_PIN	(1 << 19)
#define FOLL_UNLOCKABLE (1 << 21)
#define FOLL_INNER	(FOLL_GET | FOLL_TRIED | FOLL_REMOTE | FOLL_PIN | FOLL_UNLOCKABLE)

/* One call. @locked: cleared when a fault drops the mmap lock; @dropped: that happened. */
struct gup {
	struct mm_struct *mm;
	unsigned int flags;
	int *locked;
	bool dropped;
};

/* ---- taking and giving back ------------------------------------------------------------------------------ */

static void grab(struct folio *folio, unsigned int flags)
{
	if (flags & FOLL_GET) {
		folio_get(folio);
	} else if ((flags & FOLL_PIN) && !is_zero_folio(folio)) {
		if (folio_test_large(folio)) {
			folio_get(folio);
			atomic_inc(&folio->_pincount);
		} else {
			folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
		}
		psim_pins_add(folio_pfn(folio), 1);
	}
}

static void unpin(struct folio *folio)
{
	if (is_zero_folio(folio))
		return;
	psim_pins_add(folio_pfn(folio), -1);
	if (folio_test_large(folio)) {
		atomic_dec(&folio->_pincount);
		folio_put(folio);
	} else {
		folio_put_refs(folio, GUP_PIN_COUNTING_BIAS);
	}
}

void unpin_user_page(struct page *page)
{
	unpin(page_folio(page));
}

void unpin_folio(struct folio *folio)
{
	unpin(folio);
}

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++)
		unpin(page_folio(pages[i]));
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct folio *folio = page_folio(pages[i]);

		if (make_dirty && !folio_test_dirty(folio)) {
			folio_lock(folio);
			folio_mark_dirty(folio);
			folio_unlock(folio);
		}
		unpin(folio);
	}
}

/* ---- one page ---------------------------------------------------------------------------------------------- */

/* Whether a pin to read would lose sight of what the process writes later. */
static bool must_unshare(struct vm_area_struct *vma, unsigned int flags, struct page *page)
{
	if ((flags & (FOLL_PIN | FOLL_WRITE)) != FOLL_PIN)
		return false;
	if (folio_test_anon(page_folio(page)))
		return !PageAnonExclusive(page);
	return (flags & FOLL_LONGTERM) && is_cow_mapping(vma->vm_flags);
}

/* @pte: the slot or leaf of @address. Context: PTL. Return: the page, taken; NULL: to be faulted in; -EMLINK: to be unshared; -EFAULT. */
static struct page *take_slot(struct vm_area_struct *vma, unsigned int flags, unsigned long address,
			      psim_pte_t pte)
{
	unsigned long pfn = psim_pte_pfn_at(pte, address);
	struct page *page;

	if (!psim_pte_present(pte) || ((flags & FOLL_WRITE) && !psim_pte_write(pte)))
		return NULL;
	if (psim_pte_special(pte) && !is_zero_pfn(pfn) && !psim_leaf_is_zero(pte))
		return ERR_PTR(-EFAULT);
	page = pfn_to_page(pfn);
	if (!psim_pte_write(pte) &&
	    must_unshare(vma, flags, psim_pmd_leaf(pte) ? &page_folio(page)->page : page))
		return ERR_PTR(-EMLINK);
	grab(page_folio(page), flags);
	if (flags & (FOLL_GET | FOLL_PIN)) {
		if ((flags & FOLL_WRITE) && !psim_pte_dirty(pte))
			set_page_dirty(page);
		folio_mark_accessed(page_folio(page));
	}
	return page;
}

static struct page *follow(struct gup *g, struct vm_area_struct *vma, unsigned long address)
{
	struct page *page;
	struct psim_span span;
	psim_pte_t *slot;

	psim_span(g->mm, address, address + 1, &span);
	slot = span.ptep ?: span.pmdp;
	if (!slot)
		return NULL;
	page = take_slot(vma, g->flags, address, psim_pte_get(g->mm, address, slot));
	psim_pte_unlock(slot, span.ptl);
	return page;
}

/* Return: 0: look again; -EBUSY: the mmap lock may be gone, *locked tells; what cannot be. */
static int fault_in(struct gup *g, struct vm_area_struct *vma, unsigned long address, bool unshare)
{
	unsigned int flags = 0;
	vm_fault_t fault;

	if (g->flags & FOLL_NOFAULT)
		return -EFAULT;
	if (g->flags & FOLL_WRITE)
		flags |= FAULT_FLAG_WRITE;
	if (g->flags & FOLL_REMOTE)
		flags |= FAULT_FLAG_REMOTE;
	if (g->flags & FOLL_UNLOCKABLE)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	if (g->flags & FOLL_NOWAIT)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
	if (g->flags & FOLL_TRIED)
		flags |= FAULT_FLAG_TRIED;
	if (unshare)
		flags |= FAULT_FLAG_UNSHARE;
	fault = handle_mm_fault(vma, address, flags, NULL);
	if (fault & VM_FAULT_ERROR)
		return vm_fault_to_errno(fault, g->flags);
	if (!(fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		return 0;
	if (!(flags & FAULT_FLAG_RETRY_NOWAIT))
		*g->locked = 0;
	return -EBUSY;
}

static int check_vma(const struct vm_area_struct *vma, unsigned int flags)
{
	if (!vma || (vma->vm_flags & (VM_IO | VM_PFNMAP)))
		return -EFAULT;
	if ((flags & FOLL_ANON) && !vma_is_anonymous(vma))
		return -EFAULT;
	if (vma->vm_flags & (flags & FOLL_WRITE ? VM_WRITE : VM_READ))
		return 0;
	if (flags & FOLL_FORCE)
		psim_stop_function("get_user_pages", "FOLL_FORCE is not modelled");
	return -EFAULT;
}

/* Return: 0 with *@page taken; an errno; -EBUSY as fault_in(). */
static int get_page_at(struct gup *g, unsigned long address, struct page **page)
{
	struct vm_area_struct *vma = vma_lookup(g->mm, address);
	int err = check_vma(vma, g->flags);
	bool unshare;

	while (!err) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		*page = follow(g, vma, address);
		unshare = *page == ERR_PTR(-EMLINK);
		if (*page && !unshare)
			return PTR_ERR_OR_ZERO(*page);
		err = fault_in(g, vma, address, unshare);
	}
	return err;
}

/* ---- many pages ------------------------------------------------------------------------------------------------ */

/* Context: mmap lock held; not any more if *g->locked was cleared. Return: pages got, or -errno. */
static long get_run(struct gup *g, unsigned long start, unsigned long nr_pages, struct page **pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		struct page *page;
		int err = get_page_at(g, start + i * PAGE_SIZE, &page);

		if (err)
			return i ? (long)i : err == -EBUSY ? 0 : err;
		if (pages)
			pages[i] = page;
	}
	return i;
}

/*
 * The lock was dropped by a fault: go on with the page that faulted under a new one. Return: as
 * get_run(), or what could not be locked again.
 */
static long get_all(struct gup *g, unsigned long start, unsigned long nr_pages, struct page **pages)
{
	unsigned long done = 0;
	long got;

	for (;;) {
		got = get_run(g, start + done * PAGE_SIZE, nr_pages - done,
			      pages ? pages + done : NULL);
		if (got > 0)
			done += got;
		if (got < 0 || done == nr_pages || *g->locked)
			return done ?: got;
		g->dropped = true;
		if (mmap_read_lock_killable(g->mm))
			return done ?: -EINTR;
		*g->locked = 1;
		g->flags |= FOLL_TRIED;
	}
}

/* @locked: whether the mmap lock is held; cleared if it was dropped. Return: pages got, or -errno. */
static long get_locked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
		       unsigned int flags, struct page **pages, int *locked)
{
	struct gup g = {.mm = mm, .flags = flags, .locked = locked};
	long got;

	if (!nr_pages)
		return 0;
	if (flags & FOLL_PIN)
		set_bit(MMF_HAS_PINNED, &mm->flags);
	if (!*locked) {
		if (mmap_read_lock_killable(mm))
			return -EAGAIN;
		g.dropped = true;
		*locked = 1;
	}
	mmap_assert_locked(mm);
	got = get_all(&g, start & PAGE_MASK, nr_pages, pages);
	if (g.dropped && *locked) {
		mmap_read_unlock(mm);
		*locked = 0;
	}
	return got;
}

/* ---- pins that stay ---------------------------------------------------------------------------------------------- */

/* Memory of a device goes to RAM before it is pinned for long. Return: 0: all are fine; -EAGAIN; -errno. */
static long make_pinnable(struct page **pages, unsigned long nr_pages)
{
	struct folio *folio;
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (folio_is_device_coherent(page_folio(pages[i])))
			break;
	}
	if (i == nr_pages)
		return 0;
	/* a pin would be in the way of the migration: a reference instead */
	folio = page_folio(pages[i]);
	folio_get(folio);
	unpin_user_pages(pages, nr_pages);
	return migrate_device_coherent_folio(folio) ? -EBUSY : -EAGAIN;
}

static long get_longterm(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			 unsigned int flags, struct page **pages, int *locked)
{
	long got, err;

	if (!(flags & FOLL_LONGTERM))
		return get_locked(mm, start, nr_pages, flags, pages, locked);
	do {
		got = get_locked(mm, start, nr_pages, flags, pages, locked);
		if (got <= 0)
			return got;
		err = make_pinnable(pages, got);
	} while (err == -EAGAIN);
	return err ?: got;
}

/* ---- the face --------------------------------------------------------------------------------------------------- */

/* Return: false: the call is wrong. */
static bool args_fit(struct page **pages, const int *locked, unsigned int *flags, unsigned int more)
{
	if (WARN_ON_ONCE(*flags & (FOLL_INNER & ~FOLL_GET)))
		return false;
	*flags |= more;
	if (locked)
		*flags |= FOLL_UNLOCKABLE;
	if (WARN_ON_ONCE((*flags & (FOLL_PIN | FOLL_GET)) == (FOLL_PIN | FOLL_GET)))
		return false;
	if (WARN_ON_ONCE((*flags & FOLL_LONGTERM) && !(*flags & FOLL_PIN)))
		return false;
	if (WARN_ON_ONCE((*flags & FOLL_PIN) && !pages))
		return false;
	return true;
}

long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	int always = 1;

	if (!args_fit(pages, locked, &gup_flags, (pages ? FOLL_GET : 0) | FOLL_REMOTE))
		return -EINVAL;
	return get_longterm(mm, start, nr_pages, gup_flags, pages, locked ?: &always);
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	int always = 1;

	if (!args_fit(pages, NULL, &gup_flags, pages ? FOLL_GET : 0))
		return -EINVAL;
	return get_longterm(current->mm, start, nr_pages, gup_flags, pages, &always);
}

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	int locked = 0;

	if (!args_fit(pages, &locked, &gup_flags, pages ? FOLL_GET : 0))
		return -EINVAL;
	return get_longterm(current->mm, start, nr_pages, gup_flags, pages, &locked);
}

/*
 * DEVIATION: the fast functions go the slow way, by the mmap lock: nobody sees a difference but whoever has that
 * lock for writing, and waits for them.
 */
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	return get_user_pages_unlocked(start, nr_pages, pages, gup_flags | FOLL_GET);
}

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	int always = 1;

	if (!args_fit(pages, NULL, &gup_flags, FOLL_PIN))
		return 0;
	return get_longterm(current->mm, start, nr_pages, gup_flags, pages, &always);
}

long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	int always = 1;

	if (!args_fit(pages, locked, &gup_flags, FOLL_PIN | FOLL_REMOTE))
		return 0;
	return get_longterm(mm, start, nr_pages, gup_flags, pages, locked ?: &always);
}

long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	int locked = 0;

	if (!args_fit(pages, &locked, &gup_flags, FOLL_PIN))
		return 0;
	return get_longterm(current->mm, start, nr_pages, gup_flags, pages, &locked);
}

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	int locked = 0;

	if (!args_fit(pages, &locked, &gup_flags, FOLL_PIN))
		return -EINVAL;
	return get_longterm(current->mm, start, nr_pages, gup_flags, pages, &locked);
}
