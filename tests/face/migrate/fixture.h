/* SPDX-License-Identifier: MIT */
/*
 * A driver in miniature for the tests of migration: device-private pages whose bytes it keeps in an
 * array of its own, a range of user memory, and a notifier that writes down what it is told.
 *
 * migrate_to_ram is real: a CPU access brings the page back with its bytes.
 */
#ifndef MIGRATE_FIXTURE_H
#define MIGRATE_FIXTURE_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/uaccess.h>

#define DEV_PAGES 64 /* pages of device memory that the driver hands out */
#define PAGES	  16 /* pages of user memory */
#define LOG	  32 /* events that the notifier keeps */

/**
 * struct dev - one device's memory
 * @pgmap: registered pages
 * @res: where they are
 * @first: page frame number of the first
 * @lock: guards @used and the counters; taken in folio_free(), so under page-table locks
 * @used: pages handed out
 * @frees: calls of folio_free()
 * @last_freed: page frame number that the last one was for
 * @bytes: contents, a page each
 * @faults: calls of migrate_to_ram()
 * @fault_result: returned by migrate_to_ram() at once unless 0
 * @in_fault: called first by migrate_to_ram(), or NULL
 * @after_setup: called by migrate_to_ram() once its setup is done, or NULL
 * @frees_at_return: @frees when migrate_to_ram() returned
 */
struct dev {
	struct dev_pagemap pgmap;
	struct resource *res;
	unsigned long first;
	spinlock_t lock;
	bool used[DEV_PAGES];
	unsigned int frees;
	unsigned long last_freed;
	u8 *bytes;
	unsigned int faults;
	vm_fault_t fault_result;
	void (*in_fault)(struct dev *dev, struct vm_fault *vmf);
	void (*after_setup)(struct dev *dev, struct migrate_vma *args);
	unsigned int frees_at_return;
	void *priv;
};

/* What the notifier was told. */
struct event {
	enum mmu_notifier_event event;
	unsigned long start, end;
	void *owner;
	bool blockable;
	unsigned long seq;
};

/**
 * struct fx - what a case works with
 * @dev: the device; @base: PAGES pages of private anonymous memory
 * @args: describes all of the memory, with @src and @dst
 * @sub: watches the memory once fx_watch() was called
 * @hook: called by its callback, or NULL
 */
struct fx {
	struct kunit *test;
	struct dev dev;
	struct mm_struct *mm;
	unsigned long base;
	struct migrate_vma args;
	unsigned long src[PAGES + 1], dst[PAGES + 1];
	struct mmu_interval_notifier sub;
	bool watching;
	spinlock_t log_lock;
	struct event log[LOG];
	unsigned int events;
	void (*hook)(struct fx *fx, const struct mmu_notifier_range *range);
};

/* init() and exit() of a suite; test->priv is the struct fx. */
int fx_init(struct kunit *test);
void fx_exit(struct kunit *test);

/* ---- the device ------------------------------------------------------------------------------------- */

int dev_register(struct kunit *test, struct dev *dev, enum memory_type type);
void dev_unregister(struct dev *dev);
/* A page, locked, with one reference; NULL when all are used. */
struct page *dev_alloc(struct dev *dev);
u8 *dev_bytes(struct dev *dev, struct page *page);
bool dev_owns(struct dev *dev, struct page *page);
unsigned int dev_used(struct dev *dev);
/* Copy a source's bytes to its destination, whichever side each is on; a hole is zeros. */
void copy_page_bytes(struct dev *dev, unsigned long dst, unsigned long src);
/* A page of RAM as a destination: locked, one reference; as a migrate pfn. */
unsigned long ram_dst(struct fx *fx, unsigned int page);

/* ---- user memory ------------------------------------------------------------------------------------- */

static inline unsigned long at(const struct fx *fx, unsigned int page)
{
	return fx->base + page * PAGE_SIZE;
}

/* What the pages hold: something of their own each. */
static inline u64 pattern(unsigned int page)
{
	return 0x1000000000ull * (page + 1) + page;
}

/* One value of a page, by the CPU. */
void poke(struct fx *fx, unsigned int page, u64 value);
u64 peek(struct fx *fx, unsigned int page);
/* Each page of [first, end) gets its pattern; peek_all() expects it. */
void poke_all(struct fx *fx, unsigned int first, unsigned int end);
void peek_all(struct fx *fx, unsigned int first, unsigned int end);

/* ---- migrations of [first, end), in pages ---------------------------------------------------------------- */

/* Point args at the range, all else as for a migration to the device. */
void args_for(struct fx *fx, unsigned int first, unsigned int end, unsigned long flags);
/* mmap lock read-held from setup to finalize. */
int setup(struct fx *fx, unsigned int first, unsigned int end, unsigned long flags);
/* A device page for each source with MIGRATE, with the source's bytes. */
void give_device_pages(struct fx *fx);
void pages(struct fx *fx);
void finalize(struct fx *fx);
/* All of it. Return: pages that are on the device now. */
unsigned int to_device(struct fx *fx, unsigned int first, unsigned int end);
/* Page 0 holds its pattern and is on the device; dev.priv is @fx. */
void one_on_device(struct fx *fx);
/* All of it, by page frame number: a device page goes back to RAM. Return: whether it did. */
bool evict_pfn(struct fx *fx, unsigned long pfn);

/* ---- looking ------------------------------------------------------------------------------------------------- */

/* hmm's view of one page, nothing asked; device pages of any of @owner. */
unsigned long snapshot(struct fx *fx, unsigned int page, void *owner);
/* The page in the slot; it stays there as long as nobody changes it. NULL: none, or a migration. */
struct page *page_at(struct fx *fx, unsigned int page);
bool writable_at(struct fx *fx, unsigned int page);
bool on_device(struct fx *fx, unsigned int page);
/* Anonymous pages that the address space counts. */
unsigned long rss(struct fx *fx);
/* LRU batches are empty. */
void settle(struct fx *fx);

/* ---- the notifier ---------------------------------------------------------------------------------------------- */

void fx_watch(struct fx *fx);
void log_clear(struct fx *fx);

#define EXPECT_EVENT(test, fx, n, what, from, to)                \
	do {                                                     \
		KUNIT_EXPECT_EQ(test, (fx)->log[n].event, what); \
		KUNIT_EXPECT_EQ(test, (fx)->log[n].start, from); \
		KUNIT_EXPECT_EQ(test, (fx)->log[n].end, to);     \
	} while (0)

#define EXPECT_COUNTS(test, page, refs, maps)                         \
	do {                                                          \
		struct folio *folio_ = page_folio(page);              \
		KUNIT_EXPECT_EQ(test, folio_ref_count(folio_), refs); \
		KUNIT_EXPECT_EQ(test, folio_mapcount(folio_), maps);  \
	} while (0)

/* ---- other tasks ------------------------------------------------------------------------------------------------- */

/**
 * struct other - another thread of the case's process
 * @body: what it does; sees the case's user memory
 */
struct other {
	struct fx *fx;
	void (*body)(struct other *other);
	unsigned int page;
	u64 value;
	bool flag;
	struct completion go, done;
};

void other_start(struct fx *fx, struct other *other, void (*body)(struct other *other));
void other_join(struct other *other);

#endif /* MIGRATE_FIXTURE_H */
