// SPDX-License-Identifier: MIT
/*
 * The deferred part of an unmapping: references that may be dropped only once no CPU can reach the
 * pages any more (S6.33).
 *
 * The first few pages need no memory; further batches are allocated without waiting, up to a limit, and
 * without one the flush comes early, as in a kernel under pressure.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "mm/mm_internal.h"
#include "mm/swapfile.h"

_Static_assert(offsetof(struct psim_gather, first.pages) ==
		       offsetof(struct psim_gather, first.batch.pages),
	       "the first batch's pages lie behind it");

void psim_gather_begin(struct psim_gather *gather, struct mm_struct *mm)
{
	gather->mm = mm;
	gather->start = ~0ul;
	gather->end = 0;
	gather->keep_anon = false;
	gather->drop_markers = false;
	gather->batches = 0;
	gather->first.batch.next = NULL;
	gather->first.batch.nr = 0;
	gather->first.batch.max = PSIM_GATHER_FIRST;
	gather->last = &gather->first.batch;
	inc_tlb_flush_pending(mm);
}

void psim_gather_slot(struct psim_gather *gather, unsigned long address)
{
	gather->start = min(gather->start, address);
	gather->end = max(gather->end, address + PAGE_SIZE);
}

/* Return: whether there is room for one more page. */
static bool make_room(struct psim_gather *gather)
{
	struct psim_gather_batch *batch;

	if (gather->batches == PSIM_GATHER_BATCHES)
		return false;
	batch = kmalloc(struct_size(batch, pages, PSIM_GATHER_BATCH), GFP_NOWAIT | __GFP_NOWARN);
	if (!batch)
		return false;
	batch->next = NULL;
	batch->nr = 0;
	batch->max = PSIM_GATHER_BATCH;
	gather->batches++;
	gather->last->next = batch;
	gather->last = batch;
	return true;
}

bool psim_gather_page(struct psim_gather *gather, struct page *page)
{
	gather->last->pages[gather->last->nr++] = page;
	return gather->last->nr == gather->last->max && !make_room(gather);
}

static void put_batch(struct psim_gather_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		if (unlikely(folio_test_swapcache(page_folio(batch->pages[i]))))
			psim_swap_cache_tidy(page_folio(batch->pages[i]));
		put_page(batch->pages[i]);
	}
	batch->nr = 0;
}

void psim_gather_flush(struct psim_gather *gather)
{
	struct psim_gather_batch *batch, *next;

	if (gather->start < gather->end)
		psim_tlb_flush_range(gather->mm, gather->start, gather->end);
	gather->start = ~0ul;
	gather->end = 0;
	put_batch(&gather->first.batch);
	for (batch = gather->first.batch.next; batch; batch = next) {
		next = batch->next;
		put_batch(batch);
		kfree(batch);
		cond_resched();
	}
	gather->first.batch.next = NULL;
	gather->last = &gather->first.batch;
	gather->batches = 0;
}

void psim_gather_finish(struct psim_gather *gather)
{
	psim_gather_flush(gather);
	dec_tlb_flush_pending(gather->mm);
}
