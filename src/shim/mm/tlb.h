/* SPDX-License-Identifier: MIT */
/*
 * Translation look-aside buffers of the simulated CPUs, in software.
 *
 * A CPU keeps a translation until it is flushed or another takes its place, and goes on using it: a
 * changed slot is not seen before the flush. Use of one that should be gone is a report.
 */
#ifndef PSIM_MM_TLB_H
#define PSIM_MM_TLB_H

#include <linux/mm_types.h>
#include "mm/pte.h"

/**
 * psim_tlb_flush_range() - no CPU uses an old translation of [start, end) of @mm after this
 * Whole pages. Any context.
 */
void psim_tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* The same for the page of @address. */
void psim_tlb_flush_page(struct mm_struct *mm, unsigned long address);
void psim_tlb_flush_mm(struct mm_struct *mm);

/**
 * enum psim_tlb_result - how an access of a CPU went
 * @PSIM_TLB_DONE: the bytes were moved
 * @PSIM_TLB_MISS: the slot does not allow it: fault
 */
enum psim_tlb_result {
	PSIM_TLB_DONE,
	PSIM_TLB_MISS
};

/**
 * psim_tlb_access() - one access of the running CPU, inside one page
 * @length: bytes; up to 8 naturally aligned ones are one access, never torn
 * @write: from @buffer to memory
 *
 * Looks in the TLB, then walks the tables as the processor does, setting young and dirty.
 */
enum psim_tlb_result psim_tlb_access(struct mm_struct *mm, unsigned long address, void *buffer,
				     unsigned int length, bool write);

/* Forget everything a dead address space left. */
void psim_tlb_mm_gone(struct mm_struct *mm);
/* Law: what the TLBs hold agrees with the tables. */
void psim_tlb_audit(void);

int psim_tlb_start(void);
void psim_tlb_stop(void);

/* ---- the deferred part of an unmapping (S6.33) ---------------------------------------------------- */

#define PSIM_GATHER_FIRST   8
#define PSIM_GATHER_BATCH   510
#define PSIM_GATHER_BATCHES 20

struct psim_gather_batch {
	struct psim_gather_batch *next;
	unsigned int nr;
	unsigned int max;
	struct page *pages[];
};

/**
 * struct psim_gather - pages whose references are dropped once their translations are flushed
 * @mm: the address space
 * @start, @end: the span to flush; empty while @start >= @end
 * @keep_anon: anonymous pages stay: only those of a file go
 * @drop_markers: guards and userfaultfd's marks go, too: the VMA goes
 */
struct psim_gather {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	bool keep_anon;
	bool drop_markers;
	unsigned int batches;
	struct psim_gather_batch *last;
	struct {
		struct psim_gather_batch batch;
		struct page *pages[PSIM_GATHER_FIRST];
	} first;
};

/* Begins: from here to psim_gather_finish() a flush is pending for @mm. */
void psim_gather_begin(struct psim_gather *gather, struct mm_struct *mm);
/* The slot of @address was cleared and needs a flush. */
void psim_gather_slot(struct psim_gather *gather, unsigned long address);
/* Drop the slot's reference on @page later. Context: PTL. Return: true: full, psim_gather_flush() soon. */
bool psim_gather_page(struct psim_gather *gather, struct page *page);
/* Flush and drop what was gathered. No spinlock held. */
void psim_gather_flush(struct psim_gather *gather);
void psim_gather_finish(struct psim_gather *gather);

#endif /* PSIM_MM_TLB_H */
