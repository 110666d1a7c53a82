/* SPDX-License-Identifier: MIT */
/*
 * A driver in miniature for tests with folios of 2 MiB: four blocks of device memory, handed out whole or
 * page by page, three spans of user memory that may have huge pages, and a notifier that takes notes.
 *
 * Of each page one word counts, 24 bytes into it; the device keeps it in an array.
 */
#ifndef MIGRATE_HUGE_H
#define MIGRATE_HUGE_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/huge_mm.h>
#include <linux/ioport.h>
#include <linux/irqflags.h>
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

#define SPAN   HPAGE_PMD_NR /* pages of one leaf */
#define BLOCKS 4 /* of device memory */
#define SPANS  3 /* of user memory */
#define NOTES  16

#define SYSTEM	 MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	 MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define WHOLE	 MIGRATE_VMA_SELECT_COMPOUND
#define VALID	 MIGRATE_PFN_VALID
#define MIGRATE	 MIGRATE_PFN_MIGRATE
#define WRITE	 MIGRATE_PFN_WRITE
#define COMPOUND MIGRATE_PFN_COMPOUND

struct note {
	enum mmu_notifier_event event;
	unsigned long start, end;
	void *owner;
};

/**
 * struct hx - what a case works with
 * @base: first address of the spans; @map, @map_len: the mapping around them
 * @first: page frame of the device memory; @lock guards @used and the counters
 * @used: pages handed out; @word: what they hold
 * @frees, @freed_order, @freed_pfn: calls of folio_free(), and the last one's folio
 * @splits, @last_split, @in_order: calls of folio_split() with a part; one without came last
 * @calm: each came with interrupts off and nobody else holding the folio or the part
 * @faults, @huge_faults: calls of migrate_to_ram(), and those for a leaf
 * @single: migrate_to_ram() offers single pages, whatever it is asked for
 * @in_fault: called first by migrate_to_ram(), or NULL
 */
struct hx {
	struct kunit *test;
	struct mm_struct *mm;
	unsigned long map, map_len, base;

	struct dev_pagemap pgmap;
	struct resource *res;
	unsigned long first;
	spinlock_t lock;
	bool used[BLOCKS * SPAN];
	u64 word[BLOCKS * SPAN];
	unsigned int frees, freed_order;
	unsigned long freed_pfn;
	unsigned int splits, split_ends;
	struct folio *last_split;
	bool in_order, calm;
	unsigned int faults, huge_faults;
	bool single;
	void (*in_fault)(struct hx *hx, struct vm_fault *vmf);

	struct migrate_vma args;
	unsigned long src[SPANS * SPAN], dst[SPANS * SPAN];

	struct mmu_interval_notifier sub;
	bool watching;
	spinlock_t note_lock;
	struct note note[NOTES];
	unsigned int notes;
	void *priv;
};

int hx_init(struct kunit *test);
void hx_exit(struct kunit *test);

/* The address of a page, counted from the first span's first. */
static inline unsigned long hx_at(const struct hx *hx, unsigned int page)
{
	return hx->base + page * PAGE_SIZE;
}

void hx_write(struct hx *hx, unsigned int page, u64 value);
u64 hx_read(struct hx *hx, unsigned int page);
/* The first, a middle and the last page of a span get a value of their own; or are expected to have it. */
void hx_fill(struct hx *hx, unsigned int span);
void hx_check(struct hx *hx, unsigned int span);

/* hmm's view of one page, nothing asked. */
unsigned long hx_entry(struct hx *hx, unsigned int page, void *owner);
/* The page there, or NULL. */
struct page *hx_page(struct hx *hx, unsigned int page);
/* Fill a span that has nothing yet: the folio of 2 MiB that the fault made. */
struct folio *hx_huge(struct hx *hx, unsigned int span);
/* Whether a leaf maps the page. */
bool hx_is_leaf(struct hx *hx, unsigned int page);
bool hx_on_device(struct hx *hx, unsigned int page);
unsigned long hx_rss(struct hx *hx);
/* munmap, in pages. */
void hx_unmap(struct hx *hx, unsigned int first, unsigned int end);

/* The pagemap has no folio_split() from now on. */
void hx_without_split(struct hx *hx);
/* A device folio, locked, one reference, as a destination; 0: none left. */
unsigned long hx_dev_dst(struct hx *hx, unsigned int order);
unsigned long hx_ram_dst(struct hx *hx, unsigned int order);
unsigned int hx_dev_used(struct hx *hx);
/* Copy what counts, of every page of the destination's folio. */
void hx_copy(struct hx *hx, unsigned long dst, unsigned long src);

/* Migrations of [first, end), in pages; the mmap lock is read-held from setup to finalize. */
int hx_setup(struct hx *hx, unsigned int first, unsigned int end, unsigned long flags);
/* A device folio as large as each entry. */
void hx_give(struct hx *hx);
void hx_finalize(struct hx *hx);
/* Nothing is moved. */
void hx_abort(struct hx *hx);
/* All of it. */
void hx_to_device(struct hx *hx, unsigned int first, unsigned int end);
/* A span that is one device folio: made of a filled huge page. */
struct folio *hx_device_huge(struct hx *hx, unsigned int span);

void hx_watch(struct hx *hx);

#define EXPECT_NOTE(test, hx, n, what, from, to)                  \
	do {                                                      \
		KUNIT_EXPECT_EQ(test, (hx)->note[n].event, what); \
		KUNIT_EXPECT_EQ(test, (hx)->note[n].start, from); \
		KUNIT_EXPECT_EQ(test, (hx)->note[n].end, to);     \
	} while (0)

#define EXPECT_FOLIO(test, folio, refs, maps)                        \
	do {                                                         \
		KUNIT_EXPECT_EQ(test, folio_ref_count(folio), refs); \
		KUNIT_EXPECT_EQ(test, folio_mapcount(folio), maps);  \
	} while (0)

#endif /* MIGRATE_HUGE_H */
