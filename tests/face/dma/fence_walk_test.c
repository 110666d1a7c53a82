// SPDX-License-Identifier: MIT
/* Looking into arrays and chains, throwing out duplicates, orders and states of single fences. */
#include "fence.h"
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>

static void array_init__in_memory_of_its_own(struct kunit *test)
{
	struct dma_fence *a = &mock_new(test, 1, 1)->base, *b = &mock_new(test, 2, 1)->base;
	struct dma_fence **members = kmalloc_array(2, sizeof(*members), GFP_KERNEL), *fence;
	struct dma_fence *wanted[] = {a, b};
	struct dma_fence_array *array = dma_fence_array_alloc(2);
	unsigned int i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, members);
	KUNIT_ASSERT_NOT_NULL(test, array);
	members[0] = dma_fence_get(a);
	members[1] = dma_fence_get(b);
	dma_fence_array_init(array, 2, members, 77, 5, false);
	KUNIT_EXPECT_EQ(test, array->base.context, 77ull);
	KUNIT_EXPECT_EQ(test, array->base.seqno, 5ull);
	KUNIT_EXPECT_PTR_EQ(test, to_dma_fence_array(&array->base), array);
	dma_fence_array_for_each(fence, i, &array->base)
	{
		KUNIT_ASSERT_LT(test, i, 2u);
		KUNIT_EXPECT_PTR_EQ(test, fence, wanted[i]);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 2u);
	/* one that is no array is walked over once */
	dma_fence_array_for_each(fence, i, a) KUNIT_EXPECT_PTR_EQ(test, fence, a);
	KUNIT_EXPECT_EQ(test, i, 1u);
	dma_fence_signal(a);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(&array->base));
	dma_fence_signal(b);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&array->base));
	dma_fence_put(&array->base);
	KUNIT_EXPECT_EQ(test, kref_read(&a->refcount), 1u);
	dma_fence_put(a);
	dma_fence_put(b);
}

static void chain_for_each__from_the_latest_to_the_first(struct kunit *test)
{
	struct dma_fence *fence[3], *link[3], *iter;
	int n = 3;

	for (int i = 0; i < 3; i++) {
		struct dma_fence_chain *chain = dma_fence_chain_alloc();

		KUNIT_ASSERT_NOT_NULL(test, chain);
		fence[i] = &mock_new(test, i + 1, 1)->base;
		dma_fence_chain_init(chain, i ? dma_fence_get(link[i - 1]) : NULL,
				     dma_fence_get(fence[i]), i + 1);
		link[i] = &chain->base;
		KUNIT_EXPECT_PTR_EQ(test, to_dma_fence_chain(link[i]), chain);
		KUNIT_EXPECT_PTR_EQ(test, dma_fence_chain_contained(link[i]), fence[i]);
	}
	KUNIT_EXPECT_NULL(test, to_dma_fence_chain(fence[0]));
	KUNIT_EXPECT_NULL(test, to_dma_fence_chain(NULL));
	KUNIT_EXPECT_PTR_EQ(test, dma_fence_chain_contained(fence[0]), fence[0]);
	dma_fence_chain_for_each(iter, link[2])
	{
		KUNIT_ASSERT_GT(test, n, 0);
		KUNIT_EXPECT_PTR_EQ(test, iter, link[--n]);
	}
	KUNIT_EXPECT_EQ(test, n, 0);
	/* what is signalled is left out, but for the head */
	dma_fence_signal(fence[1]);
	n = 0;
	dma_fence_chain_for_each(iter, link[2])
	{
		KUNIT_EXPECT_PTR_EQ(test, iter, n ? link[0] : link[2]);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 2);
	for (int i = 0; i < 3; i++)
		dma_fence_signal(fence[i]);
	for (int i = 0; i < 3; i++) {
		dma_fence_put(link[i]);
		dma_fence_put(fence[i]);
	}
}

/* One that was not initialised is memory alone: what is left over would be found at the end. */
static void chain_free__of_one_that_is_not_used(struct kunit *test)
{
	struct dma_fence_chain *chain = dma_fence_chain_alloc();

	KUNIT_EXPECT_NOT_NULL(test, chain);
	dma_fence_chain_free(chain);
	dma_fence_chain_free(NULL);
}

static void dedup_array__keeps_the_latest_of_each_context(struct kunit *test)
{
	static const struct {
		u64 context, seqno;
	} in[] = {{3, 1}, {1, 2}, {3, 4}, {1, 1}, {2, 9}}, out[] = {{1, 2}, {2, 9}, {3, 4}};
	struct dma_fence *fence[5];
	int released = 0, n;

	for (int i = 0; i < 5; i++) {
		struct mock *mock = mock_new(test, in[i].context, in[i].seqno);

		mock->released = &released;
		fence[i] = &mock->base;
	}
	n = dma_fence_dedup_array(fence, 5);
	KUNIT_ASSERT_EQ(test, n, 3);
	KUNIT_EXPECT_EQ(test, released, 2);
	for (int i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, fence[i]->context, out[i].context);
		KUNIT_EXPECT_EQ(test, fence[i]->seqno, out[i].seqno);
	}
	KUNIT_EXPECT_EQ(test, dma_fence_dedup_array(fence, 1), 1);
	while (n)
		dma_fence_put(fence[--n]);
	KUNIT_EXPECT_EQ(test, released, 5);
}

/* S9.32 */
static void is_later_or_same__on_one_timeline(struct kunit *test)
{
	struct dma_fence *a = &mock_new(test, 1, U32_MAX)->base, *b = &mock_new(test, 1, 1)->base;

	KUNIT_EXPECT_TRUE(test, dma_fence_is_later_or_same(a, a));
	KUNIT_EXPECT_TRUE(test, dma_fence_is_later_or_same(b, a)); /* the number went round */
	KUNIT_EXPECT_FALSE(test, dma_fence_is_later_or_same(a, b));
	dma_fence_put(a);
	dma_fence_put(b);
}

static void get_status_locked__under_the_fences_lock(struct kunit *test)
{
	struct mock *good = mock_new(test, 1, 1), *bad = mock_new(test, 2, 1);
	int status[3];

	spin_lock_irq(&good->lock);
	status[0] = dma_fence_get_status_locked(&good->base);
	dma_fence_signal_locked(&good->base);
	status[1] = dma_fence_get_status_locked(&good->base);
	spin_unlock_irq(&good->lock);
	dma_fence_set_error(&bad->base, -EIO);
	dma_fence_signal(&bad->base);
	spin_lock_irq(&bad->lock);
	status[2] = dma_fence_get_status_locked(&bad->base);
	spin_unlock_irq(&bad->lock);
	KUNIT_EXPECT_EQ(test, status[0], 0);
	KUNIT_EXPECT_EQ(test, status[1], 1);
	KUNIT_EXPECT_EQ(test, status[2], -EIO);
	dma_fence_put(&good->base);
	dma_fence_put(&bad->base);
}

/* S9.26, S9.27: what a driver's wait function may call */
static void default_wait__counts_what_is_left(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);

	KUNIT_EXPECT_EQ(test, dma_fence_default_wait(&mock->base, false, 0), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_default_wait(&mock->base, false, 2), 0);
	dma_fence_signal(&mock->base);
	KUNIT_EXPECT_EQ(test, dma_fence_default_wait(&mock->base, false, 0), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_default_wait(&mock->base, true, 7), 7);
	dma_fence_put(&mock->base);
}

/* A section that signals changes nothing of the signalling. */
static void begin_signalling__and_end(struct kunit *test)
{
	struct dma_fence *fence = &mock_new(test, 1, 1)->base;
	bool cookie = dma_fence_begin_signalling();

	dma_fence_signal(fence);
	dma_fence_end_signalling(cookie);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	dma_fence_put(fence);
}

/* S9.31: the last reference releases by the driver's function, by whatever way it goes */
static void release__by_its_kref(struct kunit *test)
{
	struct mock *mock = mock_new(test, 1, 1);
	int released = 0;

	mock->released = &released;
	dma_fence_get(&mock->base);
	KUNIT_EXPECT_EQ(test, kref_put(&mock->base.refcount, dma_fence_release), 0);
	KUNIT_EXPECT_EQ(test, released, 0);
	KUNIT_EXPECT_EQ(test, kref_put(&mock->base.refcount, dma_fence_release), 1);
	KUNIT_EXPECT_EQ(test, released, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(array_init__in_memory_of_its_own),
	KUNIT_CASE(chain_for_each__from_the_latest_to_the_first),
	KUNIT_CASE(chain_free__of_one_that_is_not_used),
	KUNIT_CASE(dedup_array__keeps_the_latest_of_each_context),
	KUNIT_CASE(is_later_or_same__on_one_timeline),
	KUNIT_CASE(get_status_locked__under_the_fences_lock),
	KUNIT_CASE(default_wait__counts_what_is_left),
	KUNIT_CASE(begin_signalling__and_end),
	KUNIT_CASE(release__by_its_kref),
	{},
};

static struct kunit_suite suite = {
	.name = "fence_walk",
	.test_cases = cases,
};
kunit_test_suite(suite);
