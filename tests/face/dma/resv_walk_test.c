// SPDX-License-Identifier: MIT
/* Walks over a buffer's fences without its lock, and the ways to take that lock. */
#include "fence.h"
#include <linux/dma-resv.h>

static void usage_rw__is_whom_to_wait_for(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dma_resv_usage_rw(true), DMA_RESV_USAGE_READ);
	KUNIT_EXPECT_EQ(test, dma_resv_usage_rw(false), DMA_RESV_USAGE_WRITE);
}

/* Three fences of the usages KERNEL, WRITE, READ. */
static void fill(struct kunit *test, struct dma_resv *resv, struct dma_fence *fence[3])
{
	dma_resv_init(resv);
	KUNIT_ASSERT_EQ(test, dma_resv_lock(resv, NULL), 0);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(resv, 3), 0);
	for (int i = 0; i < 3; i++) {
		fence[i] = &mock_new(test, i + 1, 1)->base;
		dma_resv_add_fence(resv, fence[i], DMA_RESV_USAGE_KERNEL + i);
	}
	dma_resv_unlock(resv);
}

static void empty(struct dma_resv *resv, struct dma_fence *fence[3])
{
	dma_resv_fini(resv);
	for (int i = 0; i < 3; i++)
		dma_fence_put(fence[i]);
}

/* Of S10.8 */
static void for_each_fence_unlocked__holds_where_it_is(struct kunit *test)
{
	struct dma_fence *fence[3], *at;
	struct dma_resv_iter cursor;
	struct dma_resv resv;
	int n = 0;

	fill(test, &resv, fence);
	dma_fence_signal(fence[0]);
	dma_resv_iter_begin(&cursor, &resv, DMA_RESV_USAGE_READ);
	dma_resv_for_each_fence_unlocked(&cursor, at)
	{
		KUNIT_ASSERT_LT(test, n, 2);
		/* what is signalled is left out */
		KUNIT_EXPECT_PTR_EQ(test, at, fence[1 + n]);
		KUNIT_EXPECT_EQ(test, dma_resv_iter_usage(&cursor), DMA_RESV_USAGE_WRITE + n);
		KUNIT_EXPECT_EQ(test, dma_resv_iter_is_restarted(&cursor), !n);
		/* the list's, the test's, the walk's */
		KUNIT_EXPECT_EQ(test, kref_read(&at->refcount), 3u);
		n++;
	}
	dma_resv_iter_end(&cursor);
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, kref_read(&fence[2]->refcount), 2u);
	empty(&resv, fence);
}

/* Of S10.8: leaving early leaves a reference to the end of the walk */
static void iter_end__lets_go(struct kunit *test)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence[3];
	struct dma_resv resv;

	fill(test, &resv, fence);
	dma_resv_iter_begin(&cursor, &resv, DMA_RESV_USAGE_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, dma_resv_iter_first_unlocked(&cursor), fence[0]);
	KUNIT_EXPECT_EQ(test, kref_read(&fence[0]->refcount), 3u);
	dma_resv_iter_end(&cursor);
	KUNIT_EXPECT_EQ(test, kref_read(&fence[0]->refcount), 2u);
	empty(&resv, fence);
}

/* Of S10.8: a longer list takes the place of the one that is walked over */
static void iter_next_unlocked__begins_anew_over_another_list(struct kunit *test)
{
	struct dma_fence *fence[3], *more = &mock_new(test, 9, 1)->base, *at;
	struct dma_resv_iter cursor;
	struct dma_resv resv;
	int n = 1;

	fill(test, &resv, fence);
	dma_resv_iter_begin(&cursor, &resv, DMA_RESV_USAGE_BOOKKEEP);
	at = dma_resv_iter_first_unlocked(&cursor);
	KUNIT_EXPECT_PTR_EQ(test, at, fence[0]);
	at = dma_resv_iter_next_unlocked(&cursor);
	KUNIT_EXPECT_PTR_EQ(test, at, fence[1]);
	KUNIT_EXPECT_FALSE(test, dma_resv_iter_is_restarted(&cursor));
	KUNIT_ASSERT_EQ(test, dma_resv_lock(&resv, NULL), 0);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(&resv, 40), 0);
	dma_resv_add_fence(&resv, more, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(&resv);
	at = dma_resv_iter_next_unlocked(&cursor);
	KUNIT_EXPECT_PTR_EQ(test, at, fence[0]);
	KUNIT_EXPECT_TRUE(test, dma_resv_iter_is_restarted(&cursor));
	while (dma_resv_iter_next_unlocked(&cursor))
		n++;
	dma_resv_iter_end(&cursor);
	KUNIT_EXPECT_EQ(test, n, 4);
	empty(&resv, fence);
	dma_fence_put(more);
}

/* ---- the lock ------------------------------------------------------------------------------------------------ */

static void trylock__does_not_wait(struct kunit *test)
{
	struct dma_resv resv;

	dma_resv_init(&resv);
	KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(&resv));
	KUNIT_ASSERT_TRUE(test, dma_resv_trylock(&resv));
	KUNIT_EXPECT_TRUE(test, dma_resv_is_locked(&resv));
	KUNIT_EXPECT_TRUE(test, dma_resv_held(&resv));
	dma_resv_assert_held(&resv);
	KUNIT_EXPECT_NULL(test, dma_resv_locking_ctx(&resv));
	KUNIT_EXPECT_FALSE(test, dma_resv_trylock(&resv));
	dma_resv_unlock(&resv);
	KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(&resv));
#ifdef __PSIM__
	KUNIT_EXPECT_FALSE(test, dma_resv_held(&resv));
	kunit_expect_report(test, "trylock__does_not_wait");
	dma_resv_assert_held(&resv);
#endif
	dma_resv_fini(&resv);
}

static void lock__in_a_context(struct kunit *test)
{
	struct ww_acquire_ctx ctx;
	struct dma_resv a, b;

	dma_resv_init(&a);
	dma_resv_init(&b);
	ww_acquire_init(&ctx, &reservation_ww_class);
	KUNIT_ASSERT_EQ(test, dma_resv_lock_interruptible(&a, &ctx), 0);
	KUNIT_EXPECT_PTR_EQ(test, dma_resv_locking_ctx(&a), &ctx);
	KUNIT_EXPECT_EQ(test, dma_resv_lock_interruptible(&a, &ctx), -EALREADY);
	dma_resv_unlock(&a);
	/* as after -EDEADLK: nothing is held */
	dma_resv_lock_slow(&b, &ctx);
	KUNIT_EXPECT_PTR_EQ(test, dma_resv_locking_ctx(&b), &ctx);
	dma_resv_unlock(&b);
	KUNIT_ASSERT_EQ(test, dma_resv_lock_slow_interruptible(&a, &ctx), 0);
	KUNIT_EXPECT_EQ(test, dma_resv_lock(&b, &ctx), 0);
	KUNIT_EXPECT_EQ(test, ctx.acquired, 2u);
	dma_resv_unlock(&b);
	dma_resv_unlock(&a);
	ww_acquire_fini(&ctx);
	dma_resv_fini(&a);
	dma_resv_fini(&b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(usage_rw__is_whom_to_wait_for),
	KUNIT_CASE(for_each_fence_unlocked__holds_where_it_is),
	KUNIT_CASE(iter_end__lets_go),
	KUNIT_CASE(iter_next_unlocked__begins_anew_over_another_list),
	KUNIT_CASE(trylock__does_not_wait),
	KUNIT_CASE(lock__in_a_context),
	{},
};

static struct kunit_suite suite = {
	.name = "resv_walk",
	.test_cases = cases,
};
kunit_test_suite(suite);
