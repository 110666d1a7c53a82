// SPDX-License-Identifier: MIT
/*
 * Exchanges on plain variables in each order, polling for a value that an interrupt brings, and barriers: two
 * threads that each store and then look at the other's cannot both miss it.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/processor.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include "threads.h"

#define EXPECT_EXCHANGES(test, order)                                                       \
	do {                                                                                \
		u32 word = 5, seen = 4;                                                     \
		u64 wide = 1ULL << 40;                                                      \
                                                                                            \
		KUNIT_EXPECT_EQ(test, xchg##order(&word, 6), 5u);                           \
		KUNIT_EXPECT_EQ(test, word, 6u);                                            \
		KUNIT_EXPECT_EQ(test, cmpxchg##order(&word, 5, 9), 6u);                     \
		KUNIT_EXPECT_EQ(test, word, 6u);                                            \
		KUNIT_EXPECT_EQ(test, cmpxchg##order(&word, 6, 9), 6u);                     \
		KUNIT_EXPECT_EQ(test, word, 9u);                                            \
		KUNIT_EXPECT_FALSE(test, try_cmpxchg##order(&word, &seen, 1));              \
		KUNIT_EXPECT_EQ(test, seen, 9u);                                            \
		KUNIT_EXPECT_TRUE(test, try_cmpxchg##order(&word, &seen, 1));               \
		KUNIT_EXPECT_EQ(test, word, 1u);                                            \
		KUNIT_EXPECT_EQ(test, xchg##order(&wide, 3ULL << 40), 1ULL << 40);          \
		KUNIT_EXPECT_EQ(test, cmpxchg##order(&wide, 3ULL << 40, 2ULL), 3ULL << 40); \
		KUNIT_EXPECT_EQ(test, wide, 2ULL);                                          \
	} while (0)

static void xchg__in_each_order(struct kunit *test)
{
	void *pointer = test;

	/* xchg_acquire, xchg_release, xchg_relaxed; cmpxchg_acquire, cmpxchg_release, cmpxchg_relaxed */
	EXPECT_EXCHANGES(test, );
	EXPECT_EXCHANGES(test, _acquire);
	EXPECT_EXCHANGES(test, _release);
	EXPECT_EXCHANGES(test, _relaxed);
	KUNIT_EXPECT_PTR_EQ(test, xchg_release(&pointer, NULL), (void *)test);
	KUNIT_EXPECT_PTR_EQ(test, cmpxchg_relaxed(&pointer, NULL, (void *)&pointer), NULL);
	KUNIT_EXPECT_PTR_EQ(test, xchg_acquire(&pointer, NULL), (void *)&pointer);
}

/* One that fails says what is there, so that a loop ends. */
static void try_cmpxchg__loops(struct kunit *test)
{
	unsigned long value = 7, old = 0;
	int turns = 0;

	do
		turns++;
	while (!try_cmpxchg_acquire(&value, &old, old * 2));
	KUNIT_EXPECT_EQ(test, value, 14ul);
	do
		turns++;
	while (!try_cmpxchg_release(&value, &old, old + 1));
	KUNIT_EXPECT_EQ(test, value, 15ul);
	do
		turns++;
	while (!try_cmpxchg_relaxed(&value, &old, old + 1));
	KUNIT_EXPECT_EQ(test, value, 16ul);
	KUNIT_EXPECT_EQ(test, turns, 6);
	KUNIT_EXPECT_EQ(test, cmpxchg_acquire(&value, 16ul, 1ul), 16ul);
	KUNIT_EXPECT_EQ(test, cmpxchg_release(&value, 16ul, 2ul), 1ul);
	KUNIT_EXPECT_EQ(test, xchg_relaxed(&value, 3ul), 1ul);
}

/* ---- polling for what an interrupt stores --------------------------------------------------------- */

static atomic_t number;
static int word;

static void store(struct timer_list *timer)
{
	WRITE_ONCE(word, 42);
	atomic_set(&number, 42);
}

static DEFINE_TIMER(storer, store);

/* The last value seen, with which the condition became true. */
static void smp_cond_load_acquire__until_a_timer_stores(struct kunit *test)
{
	int i, got = 0;

	for (i = 0; i < 5; i++) {
		WRITE_ONCE(word, i);
		atomic_set(&number, i);
		mod_timer(&storer, jiffies + 1);
		switch (i) {
		case 0:
			got = smp_cond_load_acquire(&word, VAL > 40);
			break;
		case 1:
			got = smp_cond_load_relaxed(&word, VAL > 40);
			break;
		case 2:
			got = atomic_cond_read_acquire(&number, VAL != 2);
			break;
		case 3:
			got = atomic_cond_read_relaxed(&number, VAL != 3);
			break;
		case 4:
			spin_until_cond(READ_ONCE(word) == 42);
			got = READ_ONCE(word);
			break;
		}
		KUNIT_EXPECT_EQ(test, got, 42);
		timer_delete_sync(&storer);
	}
}

static void smp_cond_load_acquire__true_at_once(struct kunit *test)
{
	word = 3;
	atomic_set(&number, 4);
	KUNIT_EXPECT_EQ(test, smp_cond_load_acquire(&word, VAL == 3), 3);
	KUNIT_EXPECT_EQ(test, smp_cond_load_relaxed(&word, VAL == 3), 3);
	KUNIT_EXPECT_EQ(test, atomic_cond_read_acquire(&number, VAL == 4), 4);
	KUNIT_EXPECT_EQ(test, atomic_cond_read_relaxed(&number, VAL == 4), 4);
}

static void spin_begin__around_a_loop(struct kunit *test)
{
	WRITE_ONCE(word, 0);
	mod_timer(&storer, jiffies + 1);
	spin_begin();
	while (READ_ONCE(word) != 42)
		spin_cpu_relax();
	spin_end();
	timer_delete_sync(&storer);
	KUNIT_EXPECT_EQ(test, atomic_read(&number), 42);
}

/* ---- barriers ----------------------------------------------------------------------------------------- */

#define ROUNDS 40

enum barrier {
	MB,
	SMP_MB,
	DMA_MB,
	BEFORE_ATOMIC,
	AFTER_ATOMIC,
	AFTER_SPINLOCK,
	STORE_MB,
	BARRIERS,
};

static enum barrier kind;
static int stored[2];
static int missed[2][ROUNDS];
static atomic_t arrived;
static spinlock_t own[2];

/* Store to @mine, which is ordered before all that follows. */
static void store_in_order(int *mine, int value, spinlock_t *lock)
{
	atomic_t local = ATOMIC_INIT(0);

	if (kind == STORE_MB) {
		smp_store_mb(*mine, value);
		return;
	}
	WRITE_ONCE(*mine, value);
	switch (kind) {
	case MB:
		mb();
		break;
	case SMP_MB:
		smp_mb();
		break;
	case DMA_MB:
		dma_mb();
		break;
	case BEFORE_ATOMIC:
		smp_mb__before_atomic();
		atomic_inc(&local);
		break;
	case AFTER_ATOMIC:
		atomic_inc(&local);
		smp_mb__after_atomic();
		break;
	default:
		spin_lock(lock);
		smp_mb__after_spinlock();
		spin_unlock(lock);
	}
}

static int store_then_look(void *arg)
{
	int me = *(int *)arg, round;

	for (round = 0; round < ROUNDS; round++) {
		atomic_inc(&arrived);
		while (atomic_read(&arrived) < 2 * (round + 1))
			cond_resched();
		store_in_order(&stored[me], round + 1, &own[me]);
		missed[me][round] = READ_ONCE(stored[!me]) <= round;
	}
	return me;
}

static void smp_mb__one_of_two_sees_the_other(struct kunit *test)
{
	int ids[2] = {0, 1}, i, both;
	struct thread threads[2];

	spin_lock_init(&own[0]);
	spin_lock_init(&own[1]);
	for (kind = MB; kind < BARRIERS; kind++) {
		stored[0] = stored[1] = 0;
		atomic_set(&arrived, 0);
		for (i = 0; i < 2; i++)
			thread_start(test, &threads[i], store_then_look, &ids[i]);
		for (i = 0; i < 2; i++)
			KUNIT_EXPECT_EQ(test, thread_join(&threads[i]), i);
		for (both = 0, i = 0; i < ROUNDS; i++)
			both += missed[0][i] && missed[1][i];
		KUNIT_EXPECT_EQ(test, both, 0);
		KUNIT_EXPECT_EQ(test, stored[0], ROUNDS);
		KUNIT_EXPECT_EQ(test, stored[1], ROUNDS);
	}
}

static int first, second;

static int write_in_order(void *smp)
{
	int i;

	for (i = 1; i <= ROUNDS; i++) {
		WRITE_ONCE(first, i);
		if (smp)
			smp_wmb();
		else
			wmb();
		WRITE_ONCE(second, i);
		cond_resched();
	}
	return 0;
}

/* Who sees the second store sees the first. */
static void smp_rmb__sees_what_was_written_before(struct kunit *test)
{
	struct thread writer;
	int smp, seen, before;

	for (smp = 0; smp < 2; smp++) {
		first = second = 0;
		thread_start(test, &writer, write_in_order, smp ? &writer : NULL);
		do {
			seen = READ_ONCE(second);
			if (smp)
				smp_rmb();
			else
				rmb();
			before = READ_ONCE(first);
			KUNIT_EXPECT_GE(test, before, seen);
			cond_resched();
		} while (seen < ROUNDS);
		thread_join(&writer);
		KUNIT_EXPECT_EQ(test, before, ROUNDS);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(xchg__in_each_order),
	KUNIT_CASE(try_cmpxchg__loops),
	KUNIT_CASE(smp_cond_load_acquire__until_a_timer_stores),
	KUNIT_CASE(smp_cond_load_acquire__true_at_once),
	KUNIT_CASE(spin_begin__around_a_loop),
	KUNIT_CASE(smp_mb__one_of_two_sees_the_other),
	KUNIT_CASE(smp_rmb__sees_what_was_written_before),
	{},
};

static struct kunit_suite suite = {
	.name = "order",
	.test_cases = cases,
};
kunit_test_suite(suite);
