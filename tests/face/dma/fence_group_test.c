// SPDX-License-Identifier: MIT
/* Fences made of others: arrays, chains, walks over both, merging. */
#include "fence.h"
#include <linux/delay.h>
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/irq_work.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

static struct dma_fence *fence_of(struct kunit *test, u64 context, u64 seqno)
{
	return &mock_new(test, context, seqno)->base;
}

/* An array of two; the members' references stay the test's as well. */
static struct dma_fence *array_of(struct kunit *test, struct dma_fence *a, struct dma_fence *b,
				  bool any)
{
	struct dma_fence **members = kmalloc_array(2, sizeof(*members), GFP_KERNEL);
	struct dma_fence_array *array;

	KUNIT_ASSERT_NOT_NULL(test, members);
	members[0] = dma_fence_get(a);
	members[1] = dma_fence_get(b);
	array = dma_fence_array_create(2, members, dma_fence_context_alloc(1), 1, any);
	KUNIT_ASSERT_NOT_NULL(test, array);
	return &array->base;
}

static struct dma_fence *link_of(struct kunit *test, struct dma_fence *prev,
				 struct dma_fence *fence, u64 seqno)
{
	struct dma_fence_chain *chain = dma_fence_chain_alloc();

	KUNIT_ASSERT_NOT_NULL(test, chain);
	dma_fence_chain_init(chain, dma_fence_get(prev), dma_fence_get(fence), seqno);
	return &chain->base;
}

static void array__is_signalled_when_all_members_are(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1);
	struct dma_fence *array = array_of(test, a, b, false);

	KUNIT_EXPECT_TRUE(test, dma_fence_is_array(array));
	KUNIT_EXPECT_TRUE(test, dma_fence_is_container(array));
	dma_fence_signal(b);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(array));
	dma_fence_signal(a);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(array));
	dma_fence_put(array);
	dma_fence_put(a);
	dma_fence_put(b);
}

static void array__of_any_is_signalled_by_the_first(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1);
	struct dma_fence *array = array_of(test, a, b, true);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(array));
	dma_fence_signal(b);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(array));
	dma_fence_put(array);
	dma_fence_put(a);
	dma_fence_put(b);
}

/* The callbacks of the members are asked for when somebody waits, and end with the last one. */
static void array__wakes_a_waiter_with_the_first_error(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 2, 1);
	struct dma_fence *array = array_of(test, &a->base, &b->base, false);
	struct called called = {};

	KUNIT_EXPECT_EQ(test, a->enabled, 0);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(array, &called.cb, note_call), 0);
	KUNIT_EXPECT_EQ(test, a->enabled, 1);
	KUNIT_EXPECT_EQ(test, b->enabled, 1);
	dma_fence_set_error(&b->base, -EIO);
	dma_fence_signal(&b->base);
	dma_fence_set_error(&a->base, -ENODEV);
	dma_fence_signal(&a->base);
	msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(called.times), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(array), -EIO);
	dma_fence_put(array);
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

static void match_context__looks_at_every_member(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 7, 1), *b = fence_of(test, 8, 1);
	struct dma_fence *mixed = array_of(test, a, b, false), *same = array_of(test, a, a, false);

	KUNIT_EXPECT_TRUE(test, dma_fence_match_context(a, 7));
	KUNIT_EXPECT_FALSE(test, dma_fence_match_context(a, 8));
	KUNIT_EXPECT_FALSE(test, dma_fence_match_context(mixed, 7));
	KUNIT_EXPECT_TRUE(test, dma_fence_match_context(same, 7));
	dma_fence_put(mixed);
	dma_fence_put(same);
	dma_fence_put(a);
	dma_fence_put(b);
}

static void chain__needs_everything_before_it(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1);
	struct dma_fence *first = link_of(test, NULL, a, 1), *last = link_of(test, first, b, 2);
	struct called called = {};

	KUNIT_EXPECT_EQ(test, last->context, first->context);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(last, &called.cb, note_call), 0);
	dma_fence_signal(b);
	msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(called.times), 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(last));
	dma_fence_signal(a);
	msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(called.times), 1);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(last));
	dma_fence_put(last);
	dma_fence_put(first);
	dma_fence_put(a);
	dma_fence_put(b);
}

/* A sequence number that does not go up begins a timeline of its own. */
static void chain_init__backwards_is_another_timeline(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1);
	struct dma_fence *first = link_of(test, NULL, a, 5), *back = link_of(test, first, a, 3);

	KUNIT_EXPECT_NE(test, back->context, first->context);
	KUNIT_EXPECT_EQ(test, back->seqno, 5ull);
	dma_fence_signal(a);
	dma_fence_put(back);
	dma_fence_put(first);
	dma_fence_put(a);
}

static void chain_walk__takes_out_what_is_signalled(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1),
			 *c = fence_of(test, 3, 1);
	struct dma_fence *l1 = link_of(test, NULL, a, 1), *l2 = link_of(test, l1, b, 2),
			 *l3 = link_of(test, l2, c, 3), *at;

	dma_fence_signal(b);
	at = dma_fence_chain_walk(dma_fence_get(l3));
	KUNIT_EXPECT_PTR_EQ(test, at, l1);
	dma_fence_put(at);
	/* only the test holds it now */
	KUNIT_EXPECT_EQ(test, kref_read(&l2->refcount), 1u);
	at = dma_fence_get(l3);
	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&at, 2), 0);
	KUNIT_EXPECT_PTR_EQ(test, at, l1);
	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&at, 2), -EINVAL);
	dma_fence_put(at);
	dma_fence_signal(a);
	dma_fence_signal(c);
	dma_fence_put(l1);
	dma_fence_put(l2);
	dma_fence_put(l3);
	dma_fence_put(a);
	dma_fence_put(b);
	dma_fence_put(c);
}

/* However long it is, its end needs no more stack. */
static void chain_release__of_a_long_timeline(struct kunit *test)
{
	struct dma_fence *fence = fence_of(test, 1, 1), *tail = NULL;

	for (u64 i = 1; i <= 3000; i++) {
		struct dma_fence *link = link_of(test, tail, fence, i);

		dma_fence_put(tail);
		tail = link;
	}
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 3001u);
	dma_fence_put(tail);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
	dma_fence_put(fence);
}

static void unwrap__finds_every_plain_fence(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1),
			 *c = fence_of(test, 3, 1), *fence;
	struct dma_fence *array = array_of(test, a, b, false);
	struct dma_fence *first = link_of(test, NULL, c, 1), *last = link_of(test, first, array, 2);
	struct dma_fence *wanted[] = {a, b, c};
	struct dma_fence_unwrap cursor;
	unsigned int n = 0;

	dma_fence_unwrap_for_each(fence, &cursor, last)
	{
		KUNIT_ASSERT_LT(test, n, 3u);
		KUNIT_EXPECT_PTR_EQ(test, fence, wanted[n++]);
	}
	KUNIT_EXPECT_EQ(test, n, 3u);
	dma_fence_put(last);
	dma_fence_put(first);
	dma_fence_put(array);
	dma_fence_put(a);
	dma_fence_put(b);
	dma_fence_put(c);
}

/* Of a timeline the latest, nothing that is signalled; one fence that is left is itself. */
static void unwrap_merge__keeps_what_has_to_be_waited_for(struct kunit *test)
{
	struct dma_fence *early = fence_of(test, 1, 1), *late = fence_of(test, 1, 2),
			 *other = fence_of(test, 2, 1);
	struct dma_fence *both = dma_fence_unwrap_merge(early, other, late), *one, *none;

	KUNIT_ASSERT_NOT_NULL(test, both);
	KUNIT_ASSERT_TRUE(test, dma_fence_is_array(both));
	KUNIT_EXPECT_EQ(test, to_dma_fence_array(both)->num_fences, 2u);
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_array_first(both), late);
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_array_next(both, 1), other);
	dma_fence_signal(late);
	one = dma_fence_unwrap_merge(both, late);
	KUNIT_EXPECT_PTR_EQ(test, one, other);
	udelay(5);
	dma_fence_signal(other);
	none = dma_fence_unwrap_merge(both, other);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(none));
	KUNIT_EXPECT_EQ(test, dma_fence_timestamp(none), dma_fence_timestamp(other));
	dma_fence_put(none);
	dma_fence_put(one);
	dma_fence_put(both);
	dma_fence_put(early);
	dma_fence_put(late);
	dma_fence_put(other);
}

/* Both say who they are, and pass a deadline on to everything inside. */
static void groups__names_and_deadlines(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 2, 1), *c = mock_new(test, 3, 1);
	struct dma_fence *array = array_of(test, &a->base, &b->base, false);
	struct dma_fence *first = link_of(test, NULL, &c->base, 1),
			 *last = link_of(test, first, array, 2);

	KUNIT_EXPECT_STREQ(test, array->ops->get_driver_name(array), "dma_fence_array");
	KUNIT_EXPECT_STREQ(test, array->ops->get_timeline_name(array), "unbound");
	KUNIT_EXPECT_STREQ(test, last->ops->get_driver_name(last), "dma_fence_chain");
	KUNIT_EXPECT_STREQ(test, last->ops->get_timeline_name(last), "unbound");
	dma_fence_set_deadline(last, 77);
	KUNIT_EXPECT_EQ(test, a->deadline, 77);
	KUNIT_EXPECT_EQ(test, b->deadline, 77);
	KUNIT_EXPECT_EQ(test, c->deadline, 77);
	dma_fence_put(last);
	dma_fence_put(first);
	dma_fence_put(array);
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
	dma_fence_put(&c->base);
}

/* All members were over before anybody waited: there is nothing to wait for. */
static void array__enabled_after_the_end(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1);
	struct dma_fence *array = array_of(test, a, b, false);
	struct called called = {};

	dma_fence_set_error(a, -EIO);
	dma_fence_signal(a);
	dma_fence_signal(b);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(array, &called.cb, note_call), -ENOENT);
	KUNIT_EXPECT_EQ(test, called.times, 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(array), -EIO);
	dma_fence_put(array);
	dma_fence_put(a);
	dma_fence_put(b);
}

static void chain_find_seqno__refuses(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *plain = a, *first = link_of(test, NULL, a, 5),
			 *back = link_of(test, first, a, 3), *at = back;

	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&plain, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&plain, 0), 0);
	KUNIT_EXPECT_PTR_EQ(test, plain, a);
	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&at, 6), -EINVAL);
	/* the link before belongs to another timeline */
	KUNIT_EXPECT_EQ(test, dma_fence_chain_find_seqno(&at, 4), 0);
	KUNIT_EXPECT_PTR_EQ(test, at, back);
	dma_fence_signal(a);
	dma_fence_put(back);
	dma_fence_put(first);
	dma_fence_put(a);
}

/* What is signalled between counting and taking is left out. */
static void unwrap_merge__signalled_meanwhile(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	struct dma_fence *merged;

	mock->is_done = true;
	mock->asked = 1;
	merged = dma_fence_unwrap_merge(&mock->base, &mock->base);
	KUNIT_ASSERT_NOT_NULL(test, merged);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(merged));
	KUNIT_EXPECT_PTR_NE(test, merged, &mock->base);
	dma_fence_put(merged);
	KUNIT_EXPECT_EQ(test, kref_read(&mock->base.refcount), 1u);
	dma_fence_put(&mock->base);
}

static void unwrap_merge__the_same_twice(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *merged = dma_fence_unwrap_merge(a, a);

	KUNIT_EXPECT_PTR_EQ(test, merged, a);
	KUNIT_EXPECT_EQ(test, kref_read(&a->refcount), 2u);
	dma_fence_put(merged);
	dma_fence_put(a);
}

#ifdef __PSIM__
static void unwrap_merge__without_memory(struct kunit *test)
{
	struct dma_fence *a = fence_of(test, 1, 1), *b = fence_of(test, 2, 1);

	for (unsigned long nth = 1; nth <= 2; nth++) {
		psim_fail_nth(PSIM_FAIL_SLAB, nth);
		KUNIT_EXPECT_NULL(test, dma_fence_unwrap_merge(a, b));
		KUNIT_EXPECT_EQ(test, kref_read(&a->refcount), 1u);
	}
	dma_fence_put(a);
	dma_fence_put(b);
}
#endif

static struct {
	struct irq_work work;
	int runs;
	bool in_irq;
} item;

static void note_item(struct irq_work *work)
{
	item.runs++;
	item.in_irq = in_hardirq() && irqs_disabled();
}

static void irq_work__runs_once_in_an_interrupt(struct kunit *test)
{
	unsigned long flags;

	item.runs = 0;
	init_irq_work(&item.work, note_item);
	local_irq_save(flags);
	KUNIT_EXPECT_TRUE(test, irq_work_queue(&item.work));
	KUNIT_EXPECT_TRUE(test, irq_work_is_busy(&item.work));
	local_irq_restore(flags);
	irq_work_sync(&item.work);
	KUNIT_EXPECT_EQ(test, item.runs, 1);
	KUNIT_EXPECT_TRUE(test, item.in_irq);
	KUNIT_EXPECT_FALSE(test, irq_work_is_pending(&item.work));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(array__is_signalled_when_all_members_are),
	KUNIT_CASE(array__of_any_is_signalled_by_the_first),
	KUNIT_CASE(array__wakes_a_waiter_with_the_first_error),
	KUNIT_CASE(match_context__looks_at_every_member),
	KUNIT_CASE(chain__needs_everything_before_it),
	KUNIT_CASE(chain_init__backwards_is_another_timeline),
	KUNIT_CASE(chain_walk__takes_out_what_is_signalled),
	KUNIT_CASE(chain_release__of_a_long_timeline),
	KUNIT_CASE(unwrap__finds_every_plain_fence),
	KUNIT_CASE(unwrap_merge__keeps_what_has_to_be_waited_for),
	KUNIT_CASE(groups__names_and_deadlines),
	KUNIT_CASE(array__enabled_after_the_end),
	KUNIT_CASE(chain_find_seqno__refuses),
	KUNIT_CASE(unwrap_merge__signalled_meanwhile),
	KUNIT_CASE(unwrap_merge__the_same_twice),
#ifdef __PSIM__
	KUNIT_CASE(unwrap_merge__without_memory),
#endif
	KUNIT_CASE(irq_work__runs_once_in_an_interrupt),
	{},
};

static struct kunit_suite suite = {
	.name = "dma_fence_groups",
	.test_cases = cases,
};
kunit_test_suite(suite);
