// SPDX-License-Identifier: MIT
/*
 * The LRU lists and the per-CPU batches in front of them: which folio is on a list, and which
 * reference a batch holds (S0.6). Nothing is aged or reclaimed yet.
 *
 * All of it happens under one raw lock, so a folio is never seen between its batch and its list. To drain
 * all batches, each CPU that has one is asked by a work item.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/swap.h>
#include <linux/workqueue.h>

#include "host/host.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define BATCH	31
#define BUCKETS 64

enum lru {
	INACTIVE_ANON,
	ACTIVE_ANON,
	INACTIVE_FILE,
	ACTIVE_FILE,
	UNEVICTABLE,
	LRU_LISTS
};

/**
 * struct batch - folios that one CPU is about to add; in host memory, made when the CPU first adds one
 * @next: the next batch of its hash bucket
 * @younger: the batch made after it
 * @work: drains it, for lru_add_drain_all(); @asked: was queued
 */
struct batch {
	struct batch *next;
	struct batch *younger;
	int cpu;
	unsigned int nr;
	bool asked;
	struct work_struct work;
	struct folio *folios[BATCH];
};

static struct psim_raw lock;
static struct list_head lists[LRU_LISTS];
static struct batch *buckets[BUCKETS];
static struct batch *oldest, *youngest;

/* ---- lists, under the lock -------------------------------------------------------------------------- */

static struct list_head *list_of(const struct folio *folio)
{
	unsigned long flags = __atomic_load_n(&folio->flags.f, __ATOMIC_RELAXED);

	if (flags & BIT(PG_unevictable))
		return &lists[UNEVICTABLE];
	return &lists[(flags & BIT(PG_swapbacked) ? INACTIVE_ANON : INACTIVE_FILE) +
		      !!(flags & BIT(PG_active))];
}

static bool change_lru_flag(struct folio *folio, bool on)
{
	unsigned long old = on ? __psim_fetch(or, &folio->flags.f, BIT(PG_lru), __ATOMIC_SEQ_CST)
			       : __psim_fetch(and, &folio->flags.f, ~BIT(PG_lru), __ATOMIC_SEQ_CST);

	return old & BIT(PG_lru);
}

/* Return: whether @folio's last reference is gone with the batch's. */
static bool leave_batch(struct folio *folio)
{
	bool last = __psim_fetch(sub, &folio->_refcount.counter, 1, __ATOMIC_SEQ_CST) == 1;

	__psim_page_ref_tell(&folio->page, __PSIM_REF_TEST, -1, last);
	if (last)
		return true;
	psim_trace(PSIM_EV_LRU_ADD, folio_pfn(folio), 0, 0, 0);
	if (!change_lru_flag(folio, true))
		list_add(&folio->lru, list_of(folio));
	return false;
}

/* Return: how many folios of @batch are to be freed now; they are in @gone. */
static unsigned int drain(struct batch *batch, struct folio **gone)
{
	unsigned int nr_gone = 0;

	for (unsigned int i = 0; i < batch->nr; i++) {
		if (leave_batch(batch->folios[i]))
			gone[nr_gone++] = batch->folios[i];
	}
	batch->nr = 0;
	return nr_gone;
}

static void free_gone(struct folio **gone, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		__folio_put(gone[i]);
}

/* ---- batches ------------------------------------------------------------------------------------------ */

/* The batch of @cpu, or NULL if it has none. */
static struct batch *find_batch(int cpu)
{
	struct batch *batch = buckets[(unsigned int)cpu % BUCKETS];

	while (batch && batch->cpu != cpu)
		batch = batch->next;
	return batch;
}

/* Under the lock. Return: NULL when the host has no memory. */
static struct batch *get_batch(int cpu)
{
	struct batch *batch = find_batch(cpu);

	if (batch)
		return batch;
	batch = psim_host_malloc(sizeof(*batch));
	if (!batch)
		return NULL;
	batch->cpu = cpu;
	batch->next = buckets[(unsigned int)cpu % BUCKETS];
	buckets[(unsigned int)cpu % BUCKETS] = batch;
	if (youngest)
		youngest->younger = batch;
	else
		oldest = batch;
	youngest = batch;
	return batch;
}

void folio_add_lru(struct folio *folio)
{
	struct folio *gone[BATCH];
	unsigned int nr_gone = 0;
	struct batch *batch;

	VM_BUG_ON_FOLIO(folio_test_lru(folio), folio);
	VM_BUG_ON_FOLIO(folio_is_zone_device(folio), folio);
	folio_get(folio);
	psim_trace(PSIM_EV_LRU_BATCH, folio_pfn(folio), 0, 0, 0);
	psim_point(PSIM_POINT_LOCK);
	psim_raw_lock(&lock);
	batch = get_batch(psim_cpu());
	if (batch) {
		batch->folios[batch->nr++] = folio;
		if (batch->nr == BATCH || folio_order(folio))
			nr_gone = drain(batch, gone);
	} else if (leave_batch(folio)) {
		gone[nr_gone++] = folio;
	}
	psim_raw_unlock(&lock);
	free_gone(gone, nr_gone);
}

/* DEVIATION: a locked VMA's folio is on the list of the others: nothing here reclaims any of them. */
void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma)
{
	folio_add_lru(folio);
}

static void drain_batch(struct batch *batch)
{
	struct folio *gone[BATCH];
	unsigned int nr_gone;

	psim_raw_lock(&lock);
	nr_gone = drain(batch, gone);
	psim_raw_unlock(&lock);
	free_gone(gone, nr_gone);
}

void lru_add_drain(void)
{
	struct batch *batch;

	psim_point(PSIM_POINT_LOCK);
	psim_raw_lock(&lock);
	batch = find_batch(psim_cpu());
	psim_raw_unlock(&lock);
	/* nobody else fills it: whoever runs here is this CPU */
	if (batch)
		drain_batch(batch);
}

static struct batch *oldest_batch(void)
{
	struct batch *batch;

	psim_raw_lock(&lock);
	batch = oldest;
	psim_raw_unlock(&lock);
	return batch;
}

static struct batch *next_batch(struct batch *batch)
{
	psim_raw_lock(&lock);
	batch = batch->younger;
	psim_raw_unlock(&lock);
	return batch;
}

static bool needs_drain(const struct batch *batch)
{
	bool needs;

	psim_raw_lock(&lock);
	needs = batch->nr;
	psim_raw_unlock(&lock);
	return needs;
}

static void drain_on_cpu(struct work_struct *work)
{
	drain_batch(container_of(work, struct batch, work));
}

/* Each CPU that has something is asked to, and waited for. */
void lru_add_drain_all(void)
{
	static DEFINE_MUTEX(one_at_a_time);
	struct batch *batch;

	might_sleep();
	psim_point(PSIM_POINT_WAIT);
	lru_add_drain();
	mutex_lock(&one_at_a_time);
	for (batch = oldest_batch(); batch; batch = next_batch(batch)) {
		batch->asked = needs_drain(batch);
		if (!batch->asked)
			continue;
		INIT_WORK(&batch->work, drain_on_cpu);
		queue_work(mm_percpu_wq, &batch->work);
	}
	for (batch = oldest_batch(); batch; batch = next_batch(batch)) {
		if (batch->asked)
			flush_work(&batch->work);
		batch->asked = false;
	}
	mutex_unlock(&one_at_a_time);
}

void psim_lru_drain(void)
{
	struct batch *batch;

	for (batch = oldest_batch(); batch; batch = next_batch(batch))
		drain_batch(batch);
}

/* ---- isolation ------------------------------------------------------------------------------------------- */

bool folio_isolate_lru(struct folio *folio)
{
	bool was_on;

	VM_BUG_ON_FOLIO(!folio_ref_count(folio), folio);
	psim_point(PSIM_POINT_LOCK);
	psim_raw_lock(&lock);
	was_on = change_lru_flag(folio, false);
	if (was_on) {
		list_del(&folio->lru);
		__psim_fetch(add, &folio->_refcount.counter, 1, __ATOMIC_SEQ_CST);
		__psim_page_ref_tell(&folio->page, __PSIM_REF_MOD, 1, 0);
		psim_trace(PSIM_EV_LRU_ISOLATE, folio_pfn(folio), 0, 0, 0);
	}
	psim_raw_unlock(&lock);
	return was_on;
}

void folio_putback_lru(struct folio *folio)
{
	folio_add_lru(folio);
	folio_put(folio);
}

void psim_lru_add_part(struct folio *folio)
{
	psim_raw_lock(&lock);
	list_add_tail(&folio->lru, list_of(folio));
	psim_raw_unlock(&lock);
}

void psim_lru_remove(struct folio *folio)
{
	psim_raw_lock(&lock);
	if (change_lru_flag(folio, false))
		list_del(&folio->lru);
	psim_raw_unlock(&lock);
	__psim_fetch(and, &folio->flags.f, ~(BIT(PG_active) | BIT(PG_unevictable)),
		     __ATOMIC_RELAXED);
}

/* ---- for the audit; start and stop -------------------------------------------------------------------------- */

void psim_lru_visit_batches(void (*fn)(unsigned long pfn))
{
	for (struct batch *batch = oldest; batch; batch = batch->younger) {
		for (unsigned int i = 0; i < batch->nr; i++)
			fn(folio_pfn(batch->folios[i]));
	}
}

void psim_lru_visit_lists(void (*fn)(unsigned long pfn, bool right))
{
	struct folio *folio;

	for (unsigned int i = 0; i < LRU_LISTS; i++) {
		list_for_each_entry(folio, &lists[i], lru)
			fn(folio_pfn(folio), list_of(folio) == &lists[i]);
	}
}

void psim_lru_start(void)
{
	for (unsigned int i = 0; i < LRU_LISTS; i++)
		INIT_LIST_HEAD(&lists[i]);
}

void psim_lru_stop(void)
{
	while (oldest) {
		struct batch *batch = oldest;

		oldest = batch->younger;
		psim_host_free(batch);
	}
	youngest = NULL;
}
