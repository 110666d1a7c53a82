// SPDX-License-Identifier: MIT
/* The sequence number of an address space, and ranges that nest, run side by side, and sleep (S8). */
#include <linux/delay.h>
#include "fixture.h"

/**
 * struct watch - a subscription that can be held up in its callback
 * @calls: of the callback
 * @inside, @most: callbacks that run now, and the most that ever did
 * @seq: what the last was passed
 * @ms: how long it sleeps
 * @hold: it waits for @go, having said @entered
 */
struct watch {
	struct mmu_interval_notifier sub;
	spinlock_t lock;
	unsigned int calls;
	int inside, most;
	unsigned long seq;
	unsigned int ms;
	bool hold;
	struct completion entered, go;
};

static bool see(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		unsigned long cur_seq)
{
	struct watch *w = container_of(sub, struct watch, sub);

	spin_lock(&w->lock);
	mmu_interval_set_seq(sub, cur_seq);
	w->calls++;
	w->seq = cur_seq;
	w->inside++;
	if (w->inside > w->most)
		w->most = w->inside;
	spin_unlock(&w->lock);
	if (w->ms)
		msleep(w->ms);
	if (w->hold) {
		complete(&w->entered);
		wait_for_completion(&w->go);
	}
	spin_lock(&w->lock);
	w->inside--;
	spin_unlock(&w->lock);
	return true;
}

static const struct mmu_interval_notifier_ops see_ops = {.invalidate = see};

static struct watch *watch(struct fx *fx, unsigned int first, unsigned int end)
{
	struct watch *w = kunit_kzalloc(fx->test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(fx->test, w);
	spin_lock_init(&w->lock);
	init_completion(&w->entered);
	init_completion(&w->go);
	KUNIT_ASSERT_EQ(fx->test,
			mmu_interval_notifier_insert(&w->sub, fx->mm, at(fx, first),
						     (end - first) * PAGE_SIZE, &see_ops),
			0);
	return w;
}

static struct mmu_notifier_range span(struct fx *fx, unsigned int first, unsigned int end)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, fx->mm, at(fx, first), at(fx, end));
	return range;
}

/* S8.10: the number starts at 2; what was inserted holds the one before it, the first range makes it 3 */
static void sequence__starts_at_2(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 4);
	struct mmu_notifier_range range = span(fx, 1, 2);

	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&w->sub), 1ul);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, w->seq, 3ul);
	mmu_notifier_invalidate_range_end(&range);
	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_EQ(test, w->seq, 5ul);
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_notifier_remove(&w->sub);
}

/* S8.10: the state outlives its last subscription: the number goes on where it was */
static void sequence__outlives_the_subscriptions(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 4);
	struct mmu_notifier_range range = span(fx, 1, 2);

	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_notifier_remove(&w->sub);
	w = watch(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&w->sub), 3ul);
	mmu_interval_notifier_remove(&w->sub);
}

/*
 * S8.11: odd as long as a range that overlapped a subscription is active, and what is inserted then waits
 *
 *	page   0   1   2   3   4
 *	w     [---]
 *	range [---]
 *	late              [---]     inserted while the range is active: seen by no range before its end
 */
static void sequence__odd_freezes_the_tree(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 1), *late;
	struct mmu_notifier_range range = span(fx, 0, 1), other = span(fx, 3, 4);

	mmu_notifier_invalidate_range_start(&range);
	KUNIT_EXPECT_TRUE(test, w->seq & 1);
	late = watch(fx, 3, 4);
	mmu_notifier_invalidate_range_start(&other);
	KUNIT_EXPECT_EQ(test, late->calls, 0);
	mmu_notifier_invalidate_range_end(&other);
	mmu_notifier_invalidate_range_end(&range);
	/* even again: it is in the tree now */
	mmu_notifier_invalidate_range_start(&other);
	KUNIT_EXPECT_EQ(test, late->calls, 1);
	KUNIT_EXPECT_TRUE(test, late->seq & 1);
	mmu_notifier_invalidate_range_end(&other);
	mmu_interval_notifier_remove(&late->sub);
	mmu_interval_notifier_remove(&w->sub);
}

/* S8.6: ranges nest, and end in any order; the outermost end makes the number even */
static void ranges__nest_in_one_thread(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 8);
	struct mmu_notifier_range outer = span(fx, 0, 8), inner = span(fx, 2, 3);

	mmu_notifier_invalidate_range_start(&outer);
	mmu_notifier_invalidate_range_start(&inner);
	KUNIT_EXPECT_EQ(test, w->calls, 2);
	mmu_notifier_invalidate_range_end(&outer);
	mmu_notifier_invalidate_range_end(&inner);
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&w->sub), 3ul);
	mmu_interval_notifier_remove(&w->sub);
}

static void invalidate_its_page(struct other *other)
{
	struct mmu_notifier_range range = span(other->fx, other->page, other->page + 1);

	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
}

/* S8.6: callbacks of different ranges run at the same time */
static void ranges__run_side_by_side(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 8);
	static struct other others[2];

	w->hold = true;
	for (int i = 0; i < 2; i++) {
		others[i].page = 3 * i;
		other_start(fx, &others[i], invalidate_its_page);
	}
	wait_for_completion(&w->entered);
	wait_for_completion(&w->entered);
	KUNIT_EXPECT_EQ(test, w->inside, 2);
	complete_all(&w->go);
	for (int i = 0; i < 2; i++)
		other_join(&others[i]);
	KUNIT_EXPECT_EQ(test, w->most, 2);
	mmu_interval_notifier_remove(&w->sub);
}

/* S8.25: the callback of a blockable range may sleep, and the operation waits for it */
static void invalidate__may_sleep(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct watch *w = watch(fx, 0, 1);
	unsigned long before;

	poke_all(fx, 0, 1);
	w->ms = 30;
	before = jiffies;
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, w->calls, 1);
	KUNIT_EXPECT_GE(test, jiffies - before, msecs_to_jiffies(30));
	mmu_interval_notifier_remove(&w->sub);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sequence__starts_at_2),
	KUNIT_CASE(sequence__outlives_the_subscriptions),
	KUNIT_CASE(sequence__odd_freezes_the_tree),
	KUNIT_CASE(ranges__nest_in_one_thread),
	KUNIT_CASE(ranges__run_side_by_side),
	KUNIT_CASE(invalidate__may_sleep),
	{},
};

static struct kunit_suite suite = {
	.name = "notifier_sequence",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
