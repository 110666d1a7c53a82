// SPDX-License-Identifier: MIT
/* Atomics: what each operation stores and returns; sequence counters. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#include <psim/task.h>
#endif

/* Run @expression on a variable that holds @before: its value is @returns, the variable then @after. */
#define CHECK_ONE(A, T, before, expression, returns, after)                           \
	do {                                                                          \
		T v;                                                                  \
		A##_set(&v, (before));                                                \
		KUNIT_EXPECT_EQ(test, (long long)(expression), (long long)(returns)); \
		KUNIT_EXPECT_EQ(test, (long long)A##_read(&v), (long long)(after));   \
	} while (0)
#define CHECK_ORDERS(A, T, before, op, arguments, returns, after)                      \
	do {                                                                           \
		CHECK_ONE(A, T, before, A##_##op arguments, returns, after);           \
		CHECK_ONE(A, T, before, A##_##op##_acquire arguments, returns, after); \
		CHECK_ONE(A, T, before, A##_##op##_release arguments, returns, after); \
		CHECK_ONE(A, T, before, A##_##op##_relaxed arguments, returns, after); \
	} while (0)
#define CHECK_VOID(A, T, before, op, after) \
	CHECK_ONE(A, T, before, ({          \
			  A##_##op;         \
			  0;                \
		  }),                       \
		  0, after)

#define FAMILY_TEST(A, T)                                                 \
	static void A##__returns_and_stores(struct kunit *test)           \
	{                                                                 \
		CHECK_VOID(A, T, 5, add(3, &v), 8);                       \
		CHECK_VOID(A, T, 5, sub(3, &v), 2);                       \
		CHECK_VOID(A, T, 5, inc(&v), 6);                          \
		CHECK_VOID(A, T, 5, dec(&v), 4);                          \
		CHECK_VOID(A, T, 12, and(10, &v), 8);                     \
		CHECK_VOID(A, T, 12, or (10, &v), 14);                    \
		CHECK_VOID(A, T, 12, xor(10, &v), 6);                     \
		CHECK_VOID(A, T, 12, andnot(10, &v), 4);                  \
		CHECK_VOID(A, T, 12, set_release(&v, 3), 3);              \
		CHECK_ONE(A, T, 7, A##_read_acquire(&v), 7, 7);           \
		CHECK_ORDERS(A, T, 5, add_return, (3, &v), 8, 8);         \
		CHECK_ORDERS(A, T, 5, sub_return, (7, &v), -2, -2);       \
		CHECK_ORDERS(A, T, 5, inc_return, (&v), 6, 6);            \
		CHECK_ORDERS(A, T, 5, dec_return, (&v), 4, 4);            \
		CHECK_ORDERS(A, T, 5, fetch_add, (3, &v), 5, 8);          \
		CHECK_ORDERS(A, T, 5, fetch_sub, (3, &v), 5, 2);          \
		CHECK_ORDERS(A, T, 5, fetch_inc, (&v), 5, 6);             \
		CHECK_ORDERS(A, T, 5, fetch_dec, (&v), 5, 4);             \
		CHECK_ORDERS(A, T, 12, fetch_and, (10, &v), 12, 8);       \
		CHECK_ORDERS(A, T, 12, fetch_or, (10, &v), 12, 14);       \
		CHECK_ORDERS(A, T, 12, fetch_xor, (10, &v), 12, 6);       \
		CHECK_ORDERS(A, T, 12, fetch_andnot, (10, &v), 12, 4);    \
		CHECK_ORDERS(A, T, 5, xchg, (&v, 9), 5, 9);               \
		CHECK_ORDERS(A, T, 5, cmpxchg, (&v, 5, 9), 5, 9);         \
		CHECK_ORDERS(A, T, 5, cmpxchg, (&v, 4, 9), 5, 5);         \
		CHECK_ORDERS(A, T, 1, add_negative, (-2, &v), 1, -1);     \
		CHECK_ORDERS(A, T, 1, add_negative, (-1, &v), 0, 0);      \
		CHECK_ONE(A, T, 1, A##_dec_and_test(&v), 1, 0);           \
		CHECK_ONE(A, T, 2, A##_dec_and_test(&v), 0, 1);           \
		CHECK_ONE(A, T, -1, A##_inc_and_test(&v), 1, 0);          \
		CHECK_ONE(A, T, 3, A##_sub_and_test(3, &v), 1, 0);        \
		CHECK_ONE(A, T, 3, A##_sub_and_test(2, &v), 0, 1);        \
		CHECK_ONE(A, T, 3, A##_add_unless(&v, 2, 3), 0, 3);       \
		CHECK_ONE(A, T, 3, A##_add_unless(&v, 2, 4), 1, 5);       \
		CHECK_ONE(A, T, 3, A##_fetch_add_unless(&v, 2, 4), 3, 5); \
		CHECK_ONE(A, T, 0, A##_inc_not_zero(&v), 0, 0);           \
		CHECK_ONE(A, T, -1, A##_inc_not_zero(&v), 1, 0);          \
		CHECK_ONE(A, T, -1, A##_inc_unless_negative(&v), 0, -1);  \
		CHECK_ONE(A, T, 0, A##_inc_unless_negative(&v), 1, 1);    \
		CHECK_ONE(A, T, 1, A##_dec_unless_positive(&v), 0, 1);    \
		CHECK_ONE(A, T, 0, A##_dec_unless_positive(&v), 1, -1);   \
		CHECK_ONE(A, T, 0, A##_dec_if_positive(&v), -1, 0);       \
		CHECK_ONE(A, T, 2, A##_dec_if_positive(&v), 1, 1);        \
	}

FAMILY_TEST(atomic, atomic_t)
FAMILY_TEST(atomic64, atomic64_t)
FAMILY_TEST(atomic_long, atomic_long_t)

static void atomic_try_cmpxchg__tells_what_it_saw(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(5);
	int old = 4;

	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&v, &old, 9));
	KUNIT_EXPECT_EQ(test, old, 5);
	KUNIT_EXPECT_TRUE(test, atomic_try_cmpxchg(&v, &old, 9));
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 9);
}

static void atomic__wraps(struct kunit *test)
{
	atomic64_t big = ATOMIC64_INIT(S64_MAX);
	atomic_t v = ATOMIC_INIT(INT_MAX);

	KUNIT_EXPECT_EQ(test, atomic_inc_return(&v), INT_MIN);
	KUNIT_EXPECT_EQ(test, atomic64_inc_return(&big), S64_MIN);
}

static void cmpxchg__plain_variables(struct kunit *test)
{
	u8 byte = 1;
	u64 wide = 1ull << 40, seen;
	void *pointer = NULL;

	KUNIT_EXPECT_EQ(test, cmpxchg(&byte, 1, 2), 1);
	KUNIT_EXPECT_EQ(test, xchg(&byte, 3), 2);
	KUNIT_EXPECT_EQ(test, cmpxchg64(&wide, 1, 2), 1ull << 40);
	seen = 0;
	KUNIT_EXPECT_FALSE(test, try_cmpxchg(&wide, &seen, 5));
	KUNIT_EXPECT_TRUE(test, try_cmpxchg(&wide, &seen, 5));
	KUNIT_EXPECT_EQ(test, wide, 5ull);
	KUNIT_EXPECT_NULL(test, cmpxchg(&pointer, NULL, (void *)&wide));
	KUNIT_EXPECT_PTR_EQ(test, pointer, (void *)&wide);
}

static int count(void *arg)
{
	int i;

	for (i = 0; i < 500; i++) {
		atomic_inc(arg);
		atomic_add_unless(arg, 1, -1);
	}
	return 0;
}

static void atomic__no_update_is_lost(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(0);
	struct thread t[3];
	int i;

	for (i = 0; i < 3; i++)
		thread_start(test, &t[i], count, &v);
	for (i = 0; i < 3; i++)
		thread_join(&t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 3000);
}

struct pair {
	seqlock_t lock;
	int a, b;
	atomic_t retries;
};

static int write_pairs(void *arg)
{
	struct pair *p = arg;
	int i;

	for (i = 0; i < 100; i++) {
		write_seqlock(&p->lock);
		WRITE_ONCE(p->a, p->a + 1);
		WRITE_ONCE(p->b, p->b + 1);
		write_sequnlock(&p->lock);
	}
	return 0;
}

static int read_pairs(void *arg)
{
	struct pair *p = arg;
	unsigned int seq;
	int i, a, b, torn = 0;

	for (i = 0; i < 100; i++) {
		do {
			seq = read_seqbegin(&p->lock);
			a = READ_ONCE(p->a);
			b = READ_ONCE(p->b);
			atomic_inc(&p->retries);
		} while (read_seqretry(&p->lock, seq));
		torn += a != b;
	}
	return torn;
}

static void seqlock__readers_see_whole_writes(struct kunit *test)
{
	struct thread writers[2], reader;
	static struct pair p;

	seqlock_init(&p.lock);
	thread_start(test, &reader, read_pairs, &p);
	thread_start(test, &writers[0], write_pairs, &p);
	thread_start(test, &writers[1], write_pairs, &p);
	thread_join(&writers[0]);
	thread_join(&writers[1]);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 0);
	KUNIT_EXPECT_EQ(test, p.a, 200);
	KUNIT_EXPECT_EQ(test, p.b, 200);
}

static void seqcount__retry(struct kunit *test)
{
	seqcount_t s;
	unsigned int seq;

	seqcount_init(&s);
	seq = read_seqcount_begin(&s);
	KUNIT_EXPECT_EQ(test, seq & 1, 0u);
	KUNIT_EXPECT_FALSE(test, read_seqcount_retry(&s, seq));
	preempt_disable(); /* a plain one has no lock that would see to it */
	write_seqcount_begin(&s);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&s) & 1, 1u);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&s, raw_seqcount_begin(&s)));
	write_seqcount_end(&s);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&s, seq));
	seq = read_seqcount_begin(&s);
	write_seqcount_invalidate(&s);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&s, seq));
}

#ifdef __PSIM__
/* Others may come between what a value reads and its store: the point lies there, and takes time. */
static void write_once__the_point_lies_behind_the_value(struct kunit *test)
{
	static u64 word, *pointer;
	u64 now = psim_now();

	WRITE_ONCE(word, psim_now());
	KUNIT_EXPECT_EQ(test, word, now);
	KUNIT_EXPECT_GT(test, psim_now(), now);
	now = psim_now();
	smp_store_release(&word, psim_now());
	KUNIT_EXPECT_EQ(test, word, now);
	now = psim_now();
	smp_store_mb(word, psim_now());
	KUNIT_EXPECT_EQ(test, word, now);
	now = psim_now();
	rcu_assign_pointer(pointer, psim_now() == now ? &word : NULL);
	KUNIT_EXPECT_PTR_EQ(test, pointer, &word);
	now = psim_now();
	RCU_INIT_POINTER(pointer, psim_now() == now ? NULL : &word);
	KUNIT_EXPECT_NULL(test, pointer);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(atomic__returns_and_stores),
	KUNIT_CASE(atomic64__returns_and_stores),
	KUNIT_CASE(atomic_long__returns_and_stores),
	KUNIT_CASE(atomic_try_cmpxchg__tells_what_it_saw),
	KUNIT_CASE(atomic__wraps),
	KUNIT_CASE(cmpxchg__plain_variables),
	KUNIT_CASE(atomic__no_update_is_lost),
	KUNIT_CASE(seqlock__readers_see_whole_writes),
	KUNIT_CASE(seqcount__retry),
#ifdef __PSIM__
	KUNIT_CASE(write_once__the_point_lies_behind_the_value),
	KUNIT_CASE_PSIM(atomic__no_update_is_lost, .scheduler = "random", .seed = 2),
	KUNIT_CASE_PSIM(seqlock__readers_see_whole_writes, .scheduler = "random", .seed = 2),
#endif
	{}};

static struct kunit_suite suite = {.name = "atomic", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
