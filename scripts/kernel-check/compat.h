/* SPDX-License-Identifier: MIT */
/*
 * The names of today that an older kernel lacks, for our conformance files compiled into it.
 *
 * Included before each of them by scripts/kernel-check.sh, in a real kernel only: 6.12 calls some
 * things differently or has them with fewer arguments. Nothing here changes what a function does.
 */
#ifndef PSIM_KERNEL_CHECK_COMPAT_H
#define PSIM_KERNEL_CHECK_COMPAT_H

#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/overflow.h>
#include <linux/percpu_counter.h>
#include <linux/range.h>
#include <linux/resource.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/version.h>

/* What this kernel does not have at all: the case that asks for it is skipped. */
#define psim_check_lacks(what) kunit_skip(current->kunit_test, "this kernel has no " what)

/* ---- before 6.19: a freed device page is told of as a page, and knows its pagemap alone -------------- */

#define folio_free			   page_free
#define zone_device_page_init(page, ...)   (zone_device_page_init)(page)
#define zone_device_folio_init(folio, ...) (zone_device_page_init)(&(folio)->page)
#define get_dev_pagemap(pfn, ...)	   (get_dev_pagemap)(pfn, NULL)

static inline struct dev_pagemap *page_pgmap(const struct page *page)
{
	return page_folio(page)->page.pgmap;
}

static inline void *folio_zone_device_data(const struct folio *folio)
{
	return folio->page.zone_device_data;
}

static inline void folio_set_zone_device_data(struct folio *folio, void *data)
{
	folio->page.zone_device_data = data;
}

/* ---- migration and hmm ----------------------------------------------------------------------------------- */

#ifdef CONFIG_DEVICE_MIGRATION
/* By number was a whole range only. */
static inline int migrate_device_pfns(unsigned long *pfns, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		migrate_device_range(pfns + i, pfns[i], 1);
	return 0;
}
#endif

/* A bit that older code does not look at; cases that need its meaning are listed as differences. */
#define MIGRATE_PFN_COMPOUND	    (1ul << 4)
#define MIGRATE_VMA_SELECT_COMPOUND 8
#define PTE_MARKER_GUARD	    4
#define HMM_PFN_DMA_MAPPED	    (1ul << 60)
#define HMM_PFN_P2PDMA		    (1ul << 59)
#define HMM_PFN_P2PDMA_BUS	    (1ul << 58)
#define FOLIO_MAPPING_ANON	    PAGE_MAPPING_ANON

#ifdef CONFIG_DEVICE_PRIVATE
/* It took a range, and said how many. */
static inline struct page *make_device_exclusive(struct mm_struct *mm, unsigned long addr,
						 void *owner, struct folio **folio)
{
	struct page *page = NULL;
	int n = make_device_exclusive_range(mm, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE,
					    &page, owner);

	if (n < 0)
		return ERR_PTR(n);
	if (!page)
		return ERR_PTR(-EBUSY);
	*folio = page_folio(page);
	return page;
}
#endif

struct hmm_range;
static inline int hmm_range_fault_unlocked_timeout(struct hmm_range *range, unsigned long timeout)
{
	psim_check_lacks("hmm_range_fault_unlocked_timeout()");
	return 0;
}

#define make_device_exclusive_entry make_writable_device_exclusive_entry

bool folio_isolate_lru(struct folio *folio);
void folio_putback_lru(struct folio *folio);

/* ---- devices ------------------------------------------------------------------------------------------------- */

struct dma_iova_state {
	dma_addr_t addr;
};

static inline bool dma_use_iova(struct dma_iova_state *state)
{
	psim_check_lacks("mapping by IOVA range");
	return false;
}
#define dma_iova_try_alloc(dev, state, ...) dma_use_iova(state)
#define dma_iova_link(dev, state, ...)	    (dma_use_iova(state) ? 0 : 0)
#define dma_iova_sync(dev, state, ...)	    (dma_use_iova(state) ? 0 : 0)
#define dma_iova_destroy(dev, state, ...)   dma_use_iova(state)
#define dma_iova_free(dev, state)	    dma_use_iova(state)

static inline bool devm_is_action_added(struct device *dev, void (*action)(void *), void *data)
{
	psim_check_lacks("devm_is_action_added()");
	return false;
}
#define devm_remove_action_nowarn(dev, ...) (devm_is_action_added(dev, NULL, NULL) ? 0 : 0)

/* ---- counters of an address space: what is there, not the quick estimate that lags on several CPUs --- */

#define get_mm_counter(mm, member) \
	((unsigned long)percpu_counter_sum_positive(&(mm)->rss_stat[member]))

/* ---- fences, timers, KUnit ------------------------------------------------------------------------------------ */

static inline bool dma_fence_check_and_signal(struct dma_fence *fence)
{
	psim_check_lacks("dma_fence_check_and_signal()");
	return false;
}
#define dma_fence_check_and_signal_locked dma_fence_check_and_signal

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#define timer_destroy_on_stack destroy_timer_on_stack
#define timer_delete_sync_try  try_to_del_timer_sync

static inline void *kunit_kmemdup(struct kunit *test, const void *bytes, size_t n, gfp_t gfp)
{
	psim_check_lacks("kunit_kmemdup()");
	return NULL;
}
#define kunit_kasprintf(test, gfp, ...) ((char *)kunit_kmemdup(test, NULL, 0, gfp))

#define us_to_ktime(us) ns_to_ktime((s64)(us)*NSEC_PER_USEC)

static inline bool range_overlaps(const struct range *a, const struct range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* A macro alone; our files take the address of the function. */
static inline void *(kmemdup)(const void *bytes, size_t n, gfp_t gfp)
{
	return kmemdup_noprof(bytes, n, gfp);
}

/* ---- other names --------------------------------------------------------------------------------------------- */

#ifndef timer_container_of
#define timer_container_of from_timer
#endif
static inline bool psim_check_mmap_write_trylock(struct mm_struct *mm)
{
	return down_write_trylock(&mm->mmap_lock);
}
#define mmap_write_trylock psim_check_mmap_write_trylock
/* 64-bit sequence numbers belonged to the operations then. */
#define dma_fence_init64 dma_fence_init

/* ---- before 7.0: typed allocation ------------------------------------------------------------------------ */

#ifndef kmalloc_obj
#define psim_check_gfp(first, ...) first
#define psim_check_or_kernel(...)  psim_check_gfp(__VA_ARGS__ __VA_OPT__(, ) GFP_KERNEL)
#define kmalloc_obj(object, ...) \
	((typeof(object) *)kmalloc(sizeof(object), psim_check_or_kernel(__VA_ARGS__)))
#define kzalloc_obj(object, ...) \
	((typeof(object) *)kzalloc(sizeof(object), psim_check_or_kernel(__VA_ARGS__)))
#define kmalloc_objs(object, n, ...) \
	((typeof(object) *)kmalloc_array(n, sizeof(object), psim_check_or_kernel(__VA_ARGS__)))
#define kzalloc_objs(object, n, ...) \
	((typeof(object) *)kcalloc(n, sizeof(object), psim_check_or_kernel(__VA_ARGS__)))
#define kzalloc_flex(object, member, n, ...)                                 \
	((typeof(object) *)kzalloc(struct_size_t(typeof(object), member, n), \
				   psim_check_or_kernel(__VA_ARGS__)))
#endif

/* ---- an address space for a case, around its suite's init() and exit() --------------------------------- */

int psim_check_attach_mm(void);
int psim_check_init(struct kunit *test, int (*init)(struct kunit *test));
void psim_check_exit(struct kunit *test, void (*exit)(struct kunit *test));

#define kunit_attach_mm psim_check_attach_mm
#define kunit_vm_mmap(test, file, addr, len, prot, flag, offset) \
	vm_mmap(file, addr, len, prot, flag, offset)

/*
 * KUnit runs a suite's exit() in another thread than the case, so without the case's address space.
 * Our files expect it, as they expect it of their own machine: their exit() is called through
 * psim_check_exit(). Cases that the command line names are skipped before their init().
 */
#undef kunit_test_suite
#define kunit_test_suite(suite)                                      \
	static int (*psim_check_suite_init)(struct kunit * test);    \
	static void (*psim_check_suite_exit)(struct kunit * test);   \
	static int psim_check_wrapped_init(struct kunit *test)       \
	{                                                            \
		return psim_check_init(test, psim_check_suite_init); \
	}                                                            \
	static void psim_check_wrapped_exit(struct kunit *test)      \
	{                                                            \
		psim_check_exit(test, psim_check_suite_exit);        \
	}                                                            \
	static int __init psim_check_wrap(void)                      \
	{                                                            \
		psim_check_suite_init = (suite).init;                \
		psim_check_suite_exit = (suite).exit;                \
		(suite).init = psim_check_wrapped_init;              \
		(suite).exit = psim_check_wrapped_exit;              \
		return 0;                                            \
	}                                                            \
	pure_initcall(psim_check_wrap);                              \
	kunit_test_suites(&suite)

/* ---- for our core ---------------------------------------------------------------------------------------- */

/* Large device folios, and their split, came later: this puts it where nobody calls it. */
#define folio_split memory_failure
#undef vma_alloc_folio
#define vma_alloc_folio(gfp, order, vma, address) \
	vma_alloc_folio_noprof(gfp, order, vma, address, false)
/* What is built in is no module. */
#define module_refcount(module) ((module) ? (module_refcount)(module) : 0)
#ifdef PSIM_CHECK_FOLIO_PGMAP
#define pgmap page.pgmap
#endif

#endif /* PSIM_KERNEL_CHECK_COMPAT_H */
