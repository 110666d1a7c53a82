// SPDX-License-Identifier: MIT
/* Interval notifiers: the sequence number, insertion, removal, refusal (S8). */
#include "fixture.h"

/* A subscription that can refuse, and that writes down what it saw. */
struct sub {
	struct mmu_interval_notifier sub;
	spinlock_t lock;
	unsigned int calls;
	unsigned long seq;
	bool refuse, forget;
	struct mmu_notifier_range range;
};

static bool invalidate(struct mmu_interval_notifier *interval_sub,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct sub *s = container_of(interval_sub, struct sub, sub);

	spin_lock(&s->lock);
	s->calls++;
	s->seq = cur_seq;
	s->range = *range;
	if (!s->refuse && !s->forget)
		mmu_interval_set_seq(interval_sub, cur_seq);
	spin_unlock(&s->lock);
	return !s->refuse;
}

static const struct mmu_interval_notifier_ops ops = {.invalidate = invalidate};

static void insert(struct fx *fx, struct sub *s, unsigned int first, unsigned int end)
{
	spin_lock_init(&s->lock);
	KUNIT_ASSERT_EQ(fx->test,
			mmu_interval_notifier_insert(&s->sub, fx->mm, at(fx, first),
						     (end - first) * PAGE_SIZE, &ops),
			0);
}

static struct mmu_notifier_range range_of(struct fx *fx, unsigned int first, unsigned int end)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, at(fx, first), at(fx, end));
	return range;
}

/* ---- insertion -------------------------------------------------------------------------------------- */

/* S8.35 */
static void mmu_interval_notifier_insert__bad_length(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct sub s = {};
	int count = atomic_read(&fx->mm->mm_count);

	KUNIT_EXPECT_EQ(test, mmu_interval_notifier_insert(&s.sub, fx->mm, fx->base, 0, &ops),
			-EOVERFLOW);
	KUNIT_EXPECT_EQ(test,
			mmu_interval_notifier_insert(&s.sub, fx->mm, ULONG_MAX - 4095, 8192, &ops),
			-EOVERFLOW);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->mm->mm_count), count);
	/* up to the last address is fine */
	KUNIT_EXPECT_EQ(test,
			mmu_interval_notifier_insert(&s.sub, fx->mm, ULONG_MAX - 4095, 4096, &ops),
			0);
	mmu_interval_notifier_remove(&s.sub);
}

/* S8.35: the structure is held, not the mappings; S8.40: and let go */
static void mmu_interval_notifier_insert__holds_the_mm(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct sub s = {};
	int count = atomic_read(&fx->mm->mm_count), users = atomic_read(&fx->mm->mm_users);

	insert(fx, &s, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->mm->mm_count), count + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->mm->mm_users), users);
	mmu_interval_notifier_remove(&s.sub);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->mm->mm_count), count);
}

/* S8.36 */
static void mmu_interval_notifier_insert_locked__with_the_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct sub s = {};

	spin_lock_init(&s.lock);
	mmap_write_lock(fx->mm);
	KUNIT_EXPECT_EQ(
		test,
		mmu_interval_notifier_insert_locked(&s.sub, fx->mm, fx->base, PAGE_SIZE, &ops), 0);
	mmap_write_unlock(fx->mm);
	mmu_interval_notifier_remove(&s.sub);
}

/*
 * S8.37: the interval ends with its last byte
 *
 *	page      2   3   4   5
 *	sub       [---------]
 *	range 1 [-]                 just below: nothing
 *	range 2             [-]     just above: nothing
 *	range 3         [-]         inside
 */
static void mmu_interval_notifier_insert__watches_exactly_its_range(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range below = range_of(fx, 1, 2), above = range_of(fx, 5, 6);
	struct mmu_notifier_range inside = range_of(fx, 4, 5);
	struct sub s = {};

	insert(fx, &s, 2, 5);
	mmu_notifier_invalidate_range_start(&below);
	mmu_notifier_invalidate_range_end(&below);
	mmu_notifier_invalidate_range_start(&above);
	mmu_notifier_invalidate_range_end(&above);
	KUNIT_EXPECT_EQ(test, s.calls, 0);
	mmu_notifier_invalidate_range_start(&inside);
	mmu_notifier_invalidate_range_end(&inside);
	KUNIT_EXPECT_EQ(test, s.calls, 1);
	mmu_interval_notifier_remove(&s.sub);
}

/* S8.38 */
static void mmu_interval_notifier_insert__does_not_hold_readers_back(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct sub s = {};
	unsigned long seq;

	insert(fx, &s, 0, 1);
	seq = mmu_interval_read_begin(&s.sub);
	KUNIT_EXPECT_TRUE(test, seq & 1);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&s.sub, seq));
	KUNIT_EXPECT_FALSE(test, mmu_interval_check_retry(&s.sub, seq));
	mmu_interval_notifier_remove(&s.sub);
}

/* ---- the sequence --------------------------------------------------------------------------------------- */

/* S8.12, S8.15: the callback gets an odd number, and readers that began before must repeat */
static void mmu_notifier_invalidate__makes_readers_repeat(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct sub s = {};
	unsigned long before, after;

	insert(fx, &s, 0, 1);
	before = mmu_interval_read_begin(&s.sub);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, s.calls, 1);
	KUNIT_EXPECT_TRUE(test, s.seq & 1);
	KUNIT_EXPECT_NE(test, s.seq, before);
	KUNIT_EXPECT_TRUE(test, mmu_interval_read_retry(&s.sub, before));
	mmu_notifier_invalidate_range_end(&range);
	after = mmu_interval_read_begin(&s.sub);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&s.sub, after));
	KUNIT_EXPECT_NE(test, after, before);
	mmu_interval_notifier_remove(&s.sub);
}

/* S8.12, S8.18: what does not meet the subscription does not disturb its readers */
static void mmu_notifier_invalidate__elsewhere_changes_nothing(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 4, 8);
	struct sub s = {};
	unsigned long seq;

	insert(fx, &s, 0, 4);
	seq = mmu_interval_read_begin(&s.sub);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&s.sub, seq));
	/* nor is a new one held back */
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&s.sub), seq);
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&s.sub), seq);
	mmu_interval_notifier_remove(&s.sub);
}

/* S8.13, S8.14: ranges that overlap in time share a number, until the last one ends */
static void mmu_notifier_invalidate__nested_ranges_share_a_number(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range outer = range_of(fx, 0, 2), inner = range_of(fx, 1, 3);
	struct sub s = {};
	unsigned long first, second;

	insert(fx, &s, 0, 4);
	mmu_notifier_invalidate_range_start(&outer);
	first = s.seq;
	mmu_notifier_invalidate_range_start(&inner);
	KUNIT_EXPECT_EQ(test, s.calls, 2);
	KUNIT_EXPECT_EQ(test, s.seq, first);
	mmu_notifier_invalidate_range_end(&inner);
	mmu_notifier_invalidate_range_end(&outer);
	mmu_notifier_invalidate_range_start(&inner);
	second = s.seq;
	mmu_notifier_invalidate_range_end(&inner);
	KUNIT_EXPECT_NE(test, second, first);
	mmu_interval_notifier_remove(&s.sub);
}

/* S8.18: a callback that forgets its duty is not noticed */
static void mmu_notifier_invalidate__forgotten_set_seq_is_invisible(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct sub s = {.forget = true};
	unsigned long seq;

	insert(fx, &s, 0, 1);
	seq = mmu_interval_read_begin(&s.sub);
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&s.sub, seq));
	mmu_interval_notifier_remove(&s.sub);
}

struct reader {
	struct other other;
	struct sub *sub;
	unsigned long seq;
};

static void begin_to_read(struct other *other)
{
	struct reader *r = container_of(other, struct reader, other);

	r->seq = mmu_interval_read_begin(&r->sub->sub);
}

/* S8.16: read_begin waits for the end of an invalidation that has called it */
static void mmu_interval_read_begin__waits_for_the_end(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct sub s = {};
	struct reader r = {.sub = &s};

	insert(fx, &s, 0, 1);
	mmu_notifier_invalidate_range_start(&range);
	other_start(fx, &r.other, begin_to_read);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&r.other.done));
	mmu_notifier_invalidate_range_end(&range);
	other_join(&r.other);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&s.sub, r.seq));
	mmu_interval_notifier_remove(&s.sub);
}

/* The first of two lets another task read the second, which has not been called yet. */
static struct reader *lets_read;

static bool let_another_read(struct mmu_interval_notifier *interval_sub,
			     const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(interval_sub, cur_seq);
	complete(&lets_read->other.go);
	wait_for_completion(&lets_read->other.done);
	return true;
}

static const struct mmu_interval_notifier_ops let_another_read_ops = {.invalidate =
									      let_another_read};

static void begin_when_told(struct other *other)
{
	wait_for_completion(&other->go);
	begin_to_read(other);
}

/* S8.19: after the start, before its own callback: it comes back at once, and is stale later */
static void mmu_interval_read_begin__before_its_callback(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 2);
	struct mmu_interval_notifier first;
	struct sub second = {};
	struct reader r = {.sub = &second};

	KUNIT_ASSERT_EQ(test,
			mmu_interval_notifier_insert(&first, fx->mm, at(fx, 0), PAGE_SIZE,
						     &let_another_read_ops),
			0);
	insert(fx, &second, 1, 2);
	lets_read = &r;
	other_start(fx, &r.other, begin_when_told);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, second.calls, 1);
	KUNIT_EXPECT_TRUE(test, mmu_interval_read_retry(&second.sub, r.seq));
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_notifier_remove(&first);
	mmu_interval_notifier_remove(&second.sub);
}

/* ---- insertion and removal while ranges are active -------------------------------------------------------- */

/* S8.39: nobody had watched; the new one's readers wait for the range's end */
static void mmu_interval_notifier_insert__while_an_unseen_range_is_active(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range;
	struct sub there = {}, late = {};
	struct reader r = {.sub = &late};

	/* one elsewhere, so that there is a state at all */
	insert(fx, &there, 8, 9);
	range = range_of(fx, 0, 1);
	mmu_notifier_invalidate_range_start(&range);
	insert(fx, &late, 0, 1);
	KUNIT_EXPECT_EQ(test, late.calls, 0);
	other_start(fx, &r.other, begin_to_read);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&r.other.done));
	mmu_notifier_invalidate_range_end(&range);
	other_join(&r.other);
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&late.sub, r.seq));
	mmu_interval_notifier_remove(&late.sub);
	mmu_interval_notifier_remove(&there.sub);
}

/* S8.39: while the tree is frozen: the new one hears nothing until the end, and then everything */
static void mmu_interval_notifier_insert__while_frozen(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1), second = range_of(fx, 0, 1);
	struct sub there = {}, late = {};
	struct reader r = {.sub = &late};

	insert(fx, &there, 0, 1);
	mmu_notifier_invalidate_range_start(&range);
	insert(fx, &late, 0, 1);
	mmu_notifier_invalidate_range_start(&second);
	KUNIT_EXPECT_EQ(test, there.calls, 2);
	KUNIT_EXPECT_EQ(test, late.calls, 0);
	other_start(fx, &r.other, begin_to_read);
	mmu_notifier_invalidate_range_end(&second);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&r.other.done));
	mmu_notifier_invalidate_range_end(&range);
	other_join(&r.other);
	mmu_notifier_invalidate_range_start(&second);
	KUNIT_EXPECT_EQ(test, late.calls, 1);
	mmu_notifier_invalidate_range_end(&second);
	mmu_interval_notifier_remove(&late.sub);
	mmu_interval_notifier_remove(&there.sub);
}

/* S8.40: inserted and removed again while frozen: at once */
static void mmu_interval_notifier_remove__of_a_deferred_one(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct sub there = {}, late = {};

	insert(fx, &there, 0, 1);
	mmu_notifier_invalidate_range_start(&range);
	insert(fx, &late, 0, 1);
	mmu_interval_notifier_remove(&late.sub);
	mmu_notifier_invalidate_range_end(&range);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, late.calls, 0);
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_notifier_remove(&there.sub);
}

static void remove_it(struct other *other)
{
	struct reader *r = container_of(other, struct reader, other);

	mmu_interval_notifier_remove(&r->sub->sub);
}

/* S8.40: a removal waits for the invalidations in progress */
static void mmu_interval_notifier_remove__waits_while_frozen(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	struct sub s = {};
	struct reader r = {.sub = &s};

	insert(fx, &s, 0, 1);
	mmu_notifier_invalidate_range_start(&range);
	other_start(fx, &r.other, remove_it);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&r.other.done));
	mmu_notifier_invalidate_range_end(&range);
	other_join(&r.other);
	KUNIT_EXPECT_EQ(test, s.calls, 1);
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	KUNIT_EXPECT_EQ(test, s.calls, 1);
}

#ifdef __PSIM__
static bool read_inside(struct mmu_interval_notifier *interval,
			const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(interval, cur_seq);
	mmu_interval_read_begin(interval);
	return true;
}

/* A callback that waits for its own end waits for ever: it is told so */
static void mmu_interval_read_begin__inside_its_callback(struct kunit *test)
{
	static const struct mmu_interval_notifier_ops ops = {.invalidate = read_inside};
	struct fx *fx = test->priv;
	struct mmu_notifier_range range = range_of(fx, 0, 1);
	static struct sub s; /* still inserted when the task has ended */

	KUNIT_ASSERT_EQ(
		test, mmu_interval_notifier_insert(&s.sub, fx->mm, at(fx, 0), PAGE_SIZE, &ops), 0);
	kunit_expect_halt(test, "waits for its own end");
	mmu_notifier_invalidate_range_start(&range);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(mmu_interval_read_begin__inside_its_callback),
#endif
	KUNIT_CASE(mmu_interval_notifier_insert__bad_length),
	KUNIT_CASE(mmu_interval_notifier_insert__holds_the_mm),
	KUNIT_CASE(mmu_interval_notifier_insert_locked__with_the_lock),
	KUNIT_CASE(mmu_interval_notifier_insert__watches_exactly_its_range),
	KUNIT_CASE(mmu_interval_notifier_insert__does_not_hold_readers_back),
	KUNIT_CASE(mmu_notifier_invalidate__makes_readers_repeat),
	KUNIT_CASE(mmu_notifier_invalidate__elsewhere_changes_nothing),
	KUNIT_CASE(mmu_notifier_invalidate__nested_ranges_share_a_number),
	KUNIT_CASE(mmu_notifier_invalidate__forgotten_set_seq_is_invisible),
	KUNIT_CASE(mmu_interval_read_begin__waits_for_the_end),
	KUNIT_CASE(mmu_interval_read_begin__before_its_callback),
	KUNIT_CASE(mmu_interval_notifier_insert__while_an_unseen_range_is_active),
	KUNIT_CASE(mmu_interval_notifier_insert__while_frozen),
	KUNIT_CASE(mmu_interval_notifier_remove__of_a_deferred_one),
	KUNIT_CASE(mmu_interval_notifier_remove__waits_while_frozen),
	{},
};

static struct kunit_suite suite = {
	.name = "interval_notifier",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
