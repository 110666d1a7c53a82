// SPDX-License-Identifier: MIT
/*
 * Folio locks: a bit of the flags, and hashed queues of those who wait.
 *
 * Whoever comes first may take the lock, also past those who wait; a task that was woken once and
 * found it taken gets it handed over at the next unlock. Some wait without a reference (S6.5, S6.40):
 * they sleep until the next unlock and never look at the page again, for it may be another's by then.
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "mm/page.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sched/waiter.h"
#include "sched/waits.h"
#include "sim/sim.h"

#define BUCKET_BITS 4

/* Kinds of waiters. */
enum {
	WANTS_LOCK,
	WANTS_UNLOCK
};

struct folio_waiter {
	struct __psim_waiter w;
	unsigned long pfn;
};

static struct bucket {
	struct psim_raw lock;
	struct __psim_waiter *__psim_first, *__psim_last;
} buckets[1 << BUCKET_BITS];

/* In all buckets: unlocking need not look while there is none. */
static unsigned int waiters;

static struct bucket *bucket_of(unsigned long pfn)
{
	return &buckets[hash_64(pfn, BUCKET_BITS)];
}

/* ---- the bit -------------------------------------------------------------------------------------- */

/* The flags of a page without a lock, once @task has it. */
static inline unsigned long locked_by(unsigned long flags, const struct task_struct *task)
{
	return flags | BIT(PG_locked) |
	       (((unsigned long)task->pid << PSIM_PG_OWNER_SHIFT) & PSIM_PG_OWNER_MASK);
}

static inline bool take_bit(struct folio *folio, const struct task_struct *task)
{
	unsigned long old = __atomic_load_n(&folio->flags.f, __ATOMIC_RELAXED), new;

	if (__psim_alone()) {
		if (unlikely(old & BIT(PG_locked)))
			return false;
		__atomic_store_n(&folio->flags.f, locked_by(old & ~PSIM_PG_OWNER_MASK, task),
				 __ATOMIC_RELAXED);
		return true;
	}
	do {
		if (old & BIT(PG_locked))
			return false;
		new = locked_by(old & ~PSIM_PG_OWNER_MASK, task);
	} while (!__psim_compare_exchange(&folio->flags.f, &old, new, __ATOMIC_SEQ_CST,
					  __ATOMIC_RELAXED));
	return true;
}

/* Take the lock for @task. No scheduling point. */
static inline bool take(struct folio *folio, const struct task_struct *task)
{
	if (!take_bit(folio, task))
		return false;
	psim_trace(PSIM_EV_FOLIO_LOCK, folio_pfn(folio), 0, 0, 0);
	return true;
}

bool __psim_folio_trylock(struct folio *folio)
{
	bool taken;

	psim_point(PSIM_POINT_LOCK);
	taken = take(folio, current);
	if (!taken)
		psim_yielded();
	return taken;
}

/* ---- waiting ---------------------------------------------------------------------------------------- */

static void enqueue(struct bucket *bucket, struct folio_waiter *waiter, unsigned long pfn,
		    unsigned int kind)
{
	*waiter = (struct folio_waiter){.w = {.task = current, .kind = kind}, .pfn = pfn};
	psim_waiters_push(bucket, &waiter->w);
	__psim_fetch(add, &waiters, 1, __ATOMIC_SEQ_CST);
}

static void dequeue(struct bucket *bucket, struct folio_waiter *waiter)
{
	psim_waiters_remove(bucket, &waiter->w);
	__psim_fetch(sub, &waiters, 1, __ATOMIC_RELAXED);
}

static void grant(struct bucket *bucket, struct folio_waiter *waiter)
{
	dequeue(bucket, waiter);
	waiter->w.granted = true;
	psim_unpark(waiter->w.task);
}

/*
 * The lock was let go. All who wait for just that go on, and the first who wants it gets a try, or, at
 * its second time, the lock, if nobody was faster. @folio: NULL if there may be no such folio any more.
 */
static void wake(struct bucket *bucket, unsigned long pfn, struct folio *folio)
{
	struct __psim_waiter *w, *next;
	bool served = false;

	for (w = bucket->__psim_first; w; w = next) {
		struct folio_waiter *waiter = container_of(w, struct folio_waiter, w);

		next = w->next;
		if (waiter->pfn != pfn)
			continue;
		if (w->kind == WANTS_UNLOCK) {
			grant(bucket, waiter);
			continue;
		}
		if (served)
			continue;
		served = true;
		if (w->passed && take(folio, w->task)) {
			grant(bucket, waiter);
		} else {
			w->passed = true;
			psim_unpark(w->task);
		}
	}
}

static unsigned int holder(const void *folio)
{
	unsigned long word =
		__atomic_load_n(&((const struct folio *)folio)->flags.f, __ATOMIC_RELAXED);

	return word & BIT(PG_locked) ? (word & PSIM_PG_OWNER_MASK) >> PSIM_PG_OWNER_SHIFT : 0;
}

/* For the lock of a page, or just for its end. */
static void sleep_for(struct bucket *bucket, unsigned long pfn, unsigned int state)
{
	const struct folio *folio = (const struct folio *)(__psim_memmap + pfn);

	psim_raw_unlock(&bucket->lock);
	psim_waits_begin(&(const struct psim_waits){
		.what = "the lock of page", .number = pfn, .holder = holder, .object = folio});
	psim_sleep(state);
	psim_waits_end();
	psim_raw_lock(&bucket->lock);
}

/* Return: 0 with the lock, or -EINTR. */
static int lock_slow(struct folio *folio, unsigned int state)
{
	unsigned long pfn = folio_pfn(folio);
	struct bucket *bucket = bucket_of(pfn);
	struct folio_waiter waiter;
	int err = 0;

	psim_raw_lock(&bucket->lock);
	enqueue(bucket, &waiter, pfn, WANTS_LOCK);
	while (!waiter.w.granted) {
		if (take(folio, current)) {
			dequeue(bucket, &waiter);
			break;
		}
		if (psim_interrupted(state)) {
			dequeue(bucket, &waiter);
			if (waiter.w.passed && !folio_test_locked(folio))
				wake(bucket, pfn, folio);
			err = -EINTR;
			break;
		}
		sleep_for(bucket, pfn, state);
	}
	psim_raw_unlock(&bucket->lock);
	return err;
}

void folio_lock(struct folio *folio)
{
	might_sleep();
	psim_point(PSIM_POINT_LOCK);
	if (!take(folio, current))
		lock_slow(folio, TASK_UNINTERRUPTIBLE);
}

int folio_lock_killable(struct folio *folio)
{
	might_sleep();
	psim_point(PSIM_POINT_LOCK);
	return take(folio, current) ? 0 : lock_slow(folio, TASK_KILLABLE);
}

static __attribute__((__noinline__)) void wake_waiters(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);
	struct bucket *bucket = bucket_of(pfn);
	bool any;

	psim_raw_lock(&bucket->lock);
	any = bucket->__psim_first;
	wake(bucket, pfn, folio);
	psim_raw_unlock(&bucket->lock);
	if (any)
		psim_point_at(PSIM_POINT_WAKE, "folio_unlock");
}

void folio_unlock(struct folio *folio)
{
	unsigned long old;

	psim_point(PSIM_POINT_UNLOCK);
	old = __psim_fetch(and, &folio->flags.f, ~(BIT(PG_locked) | PSIM_PG_OWNER_MASK),
			   __ATOMIC_SEQ_CST);
	if (!(old & BIT(PG_locked)))
		psim_report("law 4", "page %#lx is unlocked, and was not locked", folio_pfn(folio));
	psim_trace(PSIM_EV_FOLIO_UNLOCK, folio_pfn(folio), 0, 0, 0);
	if (unlikely(__atomic_load_n(&waiters, __ATOMIC_SEQ_CST)))
		wake_waiters(folio);
}

/* ---- waiting for an unlock ------------------------------------------------------------------------------ */

unsigned long psim_head_pfn(unsigned long pfn)
{
	u64 link;

	if (psim_page_word(pfn, 0) & (PSIM_PG_FREE | PSIM_PG_CANARY))
		return pfn;
	link = psim_page_word(pfn, 1);
	return link & 1 ? page_to_pfn((const struct page *)(unsigned long)(link - 1)) : pfn;
}

/* Return: 0, or -EINTR. */
static int wait_unlocked(unsigned long pfn, spinlock_t *ptl, unsigned int state)
{
	struct folio_waiter waiter;
	struct bucket *bucket;
	int err = 0;

	__psim_page_prepare(__psim_memmap + pfn);
	pfn = psim_head_pfn(pfn);
	bucket = bucket_of(pfn);
	psim_raw_lock(&bucket->lock);
	enqueue(bucket, &waiter, pfn, WANTS_UNLOCK);
	if (!(psim_page_word(pfn, 0) & BIT(PG_locked))) {
		dequeue(bucket, &waiter);
		waiter.w.granted = true;
	}
	psim_raw_unlock(&bucket->lock);
	if (ptl)
		spin_unlock(ptl);
	might_sleep();

	psim_raw_lock(&bucket->lock);
	while (!waiter.w.granted) {
		if (psim_interrupted(state)) {
			dequeue(bucket, &waiter);
			err = -EINTR;
			break;
		}
		sleep_for(bucket, pfn, state);
	}
	psim_raw_unlock(&bucket->lock);
	return err;
}

void psim_folio_wait_unlocked_ptl(unsigned long pfn, spinlock_t *ptl)
{
	psim_point(PSIM_POINT_WAIT);
	wait_unlocked(pfn, ptl, TASK_UNINTERRUPTIBLE);
}

void folio_wait_locked(struct folio *folio)
{
	psim_point(PSIM_POINT_WAIT);
	wait_unlocked(folio_pfn(folio), NULL, TASK_UNINTERRUPTIBLE);
}

int folio_wait_locked_killable(struct folio *folio)
{
	psim_point(PSIM_POINT_WAIT);
	return wait_unlocked(folio_pfn(folio), NULL, TASK_KILLABLE);
}
