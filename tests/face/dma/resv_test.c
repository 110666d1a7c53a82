// SPDX-License-Identifier: MIT
/* dma_resv: a buffer's fences; and the wait/wound mutex that it is locked with. */
#include "fence.h"
#include <linux/completion.h>
#include <linux/dma-fence-array.h>
#include <linux/dma-resv.h>
#include <linux/kthread.h>

#ifdef __PSIM__
#include <psim/fault.h>
#include <psim/machine.h>
#endif

static struct dma_resv *resv_locked(struct kunit *test, struct dma_resv *resv, unsigned int room)
{
	dma_resv_init(resv);
	KUNIT_ASSERT_EQ(test, dma_resv_lock(resv, NULL), 0);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(resv, room), 0);
	return resv;
}

static unsigned int count(struct dma_resv *resv, enum dma_resv_usage usage)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	unsigned int n = 0;

	dma_resv_for_each_fence(&cursor, resv, usage, fence) n++;
	return n;
}

/* Of S10.8: a usage asks for those before it as well */
static void add_fence__is_seen_by_later_usages(struct kunit *test)
{
	struct dma_fence *fence = &mock_new(test, 1, 1)->base;
	struct dma_resv resv;

	resv_locked(test, &resv, 1);
	dma_resv_add_fence(&resv, fence, DMA_RESV_USAGE_WRITE);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_KERNEL), 0u);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_WRITE), 1u);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_BOOKKEEP), 1u);
	KUNIT_EXPECT_TRUE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_KERNEL));
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_READ));
	dma_resv_unlock(&resv);
	dma_resv_fini(&resv);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
	dma_fence_put(fence);
}

/* Of S10.8: a later fence of the same timeline takes the place, unless that would weaken its usage */
static void add_fence__replaces_its_own_timeline(struct kunit *test)
{
	struct dma_fence *f1 = &mock_new(test, 1, 1)->base, *f2 = &mock_new(test, 1, 2)->base,
			 *f3 = &mock_new(test, 1, 3)->base;
	struct dma_resv resv;

	resv_locked(test, &resv, 3);
	dma_resv_add_fence(&resv, f1, DMA_RESV_USAGE_READ);
	dma_resv_add_fence(&resv, f2, DMA_RESV_USAGE_WRITE);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_BOOKKEEP), 1u);
	KUNIT_EXPECT_EQ(test, kref_read(&f1->refcount), 1u);
	dma_resv_add_fence(&resv, f3, DMA_RESV_USAGE_READ);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_BOOKKEEP), 2u);
	dma_resv_unlock(&resv);
	dma_resv_fini(&resv);
	dma_fence_put(f1);
	dma_fence_put(f2);
	dma_fence_put(f3);
}

/* Of S10.8 */
static void reserve_fences__leaves_out_what_is_signalled(struct kunit *test)
{
	struct dma_fence *f[5];
	struct dma_resv resv;

	resv_locked(test, &resv, 4);
	for (int i = 0; i < 5; i++)
		f[i] = &mock_new(test, i + 1, 1)->base;
	for (int i = 0; i < 4; i++)
		dma_resv_add_fence(&resv, f[i], DMA_RESV_USAGE_READ);
	dma_fence_signal(f[1]);
	/* more than what is left of the room that there is, which may be rounded up */
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(&resv, 100), 0);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_READ), 3u);
	KUNIT_EXPECT_EQ(test, kref_read(&f[1]->refcount), 1u);
	dma_resv_add_fence(&resv, f[4], DMA_RESV_USAGE_READ);
	dma_resv_replace_fences(&resv, 1, f[4], DMA_RESV_USAGE_BOOKKEEP);
	KUNIT_EXPECT_EQ(test, kref_read(&f[0]->refcount), 1u);
	KUNIT_EXPECT_EQ(test, count(&resv, DMA_RESV_USAGE_READ), 3u);
	dma_resv_unlock(&resv);
	dma_resv_fini(&resv);
	for (int i = 0; i < 5; i++)
		dma_fence_put(f[i]);
}

/* Of S10.8: fetching, one fence for all, copying */
static void get_fences__and_singleton(struct kunit *test)
{
	struct dma_fence *a = &mock_new(test, 1, 1)->base, *b = &mock_new(test, 2, 1)->base;
	struct dma_fence **fences, *one;
	struct dma_resv resv, copy;
	unsigned int n;

	resv_locked(test, &resv, 2);
	dma_resv_add_fence(&resv, a, DMA_RESV_USAGE_KERNEL);
	dma_resv_add_fence(&resv, b, DMA_RESV_USAGE_READ);
	KUNIT_EXPECT_EQ(test, dma_resv_get_fences(&resv, DMA_RESV_USAGE_READ, &n, &fences), 0);
	KUNIT_EXPECT_EQ(test, n, 2u);
	while (n)
		dma_fence_put(fences[--n]);
	kfree(fences);
	KUNIT_EXPECT_EQ(test, dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ, &one), 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_array(one));
	dma_fence_put(one);
	KUNIT_EXPECT_EQ(test, dma_resv_get_singleton(&resv, DMA_RESV_USAGE_KERNEL, &one), 0);
	KUNIT_EXPECT_PTR_EQ(test, one, a);
	dma_fence_put(one);
	dma_resv_unlock(&resv);
	resv_locked(test, &copy, 1);
	KUNIT_EXPECT_EQ(test, dma_resv_copy_fences(&copy, &resv), 0);
	KUNIT_EXPECT_EQ(test, count(&copy, DMA_RESV_USAGE_KERNEL), 1u);
	KUNIT_EXPECT_EQ(test, count(&copy, DMA_RESV_USAGE_READ), 2u);
	dma_resv_unlock(&copy);
	dma_resv_fini(&copy);
	dma_resv_fini(&resv);
	dma_fence_put(a);
	dma_fence_put(b);
}

/* Of S10.8 */
static void wait_timeout__looks_at_every_fence(struct kunit *test)
{
	struct dma_fence *a = &mock_new(test, 1, 1)->base, *b = &mock_new(test, 2, 1)->base;
	struct dma_resv resv;

	resv_locked(test, &resv, 2);
	dma_resv_add_fence(&resv, a, DMA_RESV_USAGE_KERNEL);
	dma_resv_add_fence(&resv, b, DMA_RESV_USAGE_READ);
	dma_resv_unlock(&resv);
	dma_fence_signal(a);
	KUNIT_EXPECT_EQ(test, dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_KERNEL, false, 5), 5l);
	KUNIT_EXPECT_EQ(test, dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, false, 5), 0l);
	KUNIT_EXPECT_EQ(test, dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, false, 0), 0l);
	dma_fence_signal(b);
	KUNIT_EXPECT_EQ(test, dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, false, 0), 1l);
	dma_resv_fini(&resv);
	dma_fence_put(a);
	dma_fence_put(b);
}

/* ---- the lock ------------------------------------------------------------------------------------------- */

static DEFINE_WD_CLASS(die_class);
static DEFINE_WW_CLASS(wound_class);

static void ww_mutex__of_one_context(struct kunit *test)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex a, b;

	ww_mutex_init(&a, &die_class);
	ww_mutex_init(&b, &die_class);
	ww_acquire_init(&ctx, &die_class);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock(&a, &ctx), 0);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock(&a, &ctx), -EALREADY);
	KUNIT_EXPECT_EQ(test, ww_mutex_trylock(&b, &ctx), 1);
	KUNIT_EXPECT_EQ(test, ctx.acquired, 2u);
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&a);
	KUNIT_EXPECT_EQ(test, ctx.acquired, 0u);
	KUNIT_EXPECT_FALSE(test, ww_mutex_is_locked(&a));
	ww_acquire_fini(&ctx);
	ww_mutex_destroy(&a);
	ww_mutex_destroy(&b);
}

/*
 * struct party - a thread that takes two locks, and begins again when it is told to
 * @class, @first, @second: which; @holds: it has the first; @go: it may take the second
 * @gave_up: how often
 */
struct party {
	struct ww_class *class;
	struct ww_mutex *first, *second;
	struct completion holds, go, done;
	int gave_up;
};

static int take_both(void *arg)
{
	struct party *p = arg;
	struct ww_mutex *first = p->first, *second = p->second;
	struct ww_acquire_ctx ctx;
	int err;

	ww_acquire_init(&ctx, p->class);
	err = ww_mutex_lock(first, &ctx);
	complete(&p->holds);
	wait_for_completion(&p->go);
	while (!err && (err = ww_mutex_lock(second, &ctx)) == -EDEADLK) {
		p->gave_up++;
		ww_mutex_unlock(first);
		ww_mutex_lock_slow(second, &ctx);
		swap(first, second);
		err = 0;
	}
	ww_mutex_unlock(first);
	ww_mutex_unlock(second);
	ww_acquire_fini(&ctx);
	complete(&p->done);
	return 0;
}

/* Two threads, each with what the other wants: the one that came later gives up, never the other. */
static void cross(struct kunit *test, struct ww_class *class)
{
	struct ww_mutex locks[2];
	struct party party[2];

	for (int i = 0; i < 2; i++)
		ww_mutex_init(&locks[i], class);
	for (int i = 0; i < 2; i++) {
		party[i] = (struct party){class, &locks[i], &locks[!i]};
		init_completion(&party[i].holds);
		init_completion(&party[i].go);
		init_completion(&party[i].done);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(take_both, &party[i], "party%d", i)));
		wait_for_completion(&party[i].holds);
	}
	complete(&party[0].go);
	complete(&party[1].go);
	wait_for_completion(&party[0].done);
	wait_for_completion(&party[1].done);
	KUNIT_EXPECT_EQ(test, party[0].gave_up, 0);
	KUNIT_EXPECT_GE(test, party[1].gave_up, 1);
	for (int i = 0; i < 2; i++)
		ww_mutex_destroy(&locks[i]);
}

static void ww_mutex_lock__the_later_dies(struct kunit *test)
{
	cross(test, &die_class);
}

static void ww_mutex_lock__the_later_is_wounded(struct kunit *test)
{
	cross(test, &wound_class);
}

/* ---- readers beside a writer ------------------------------------------------------------------------------ */

#define GROWS_TO 40

struct growing {
	struct kunit *test;
	struct dma_resv resv;
	struct completion done;
	int err;
};

/* One fence a turn, each of a timeline of its own; the list is replaced as it grows. */
static int grow(void *arg)
{
	struct growing *g = arg;

	for (int i = 0; i < GROWS_TO && !g->err; i++) {
		struct dma_fence *fence = &mock_new(g->test, i + 1, 1)->base;

		dma_resv_lock(&g->resv, NULL);
		g->err = dma_resv_reserve_fences(&g->resv, 1);
		if (!g->err)
			dma_resv_add_fence(&g->resv, fence, DMA_RESV_USAGE_WRITE);
		dma_resv_unlock(&g->resv);
		dma_fence_put(fence);
		cond_resched();
	}
	complete(&g->done);
	return 0;
}

/* None twice, none that is no fence; and what was seen once is there for good. */
static unsigned int read_fences(struct kunit *test, struct dma_resv *resv, unsigned int before)
{
	unsigned int n = 0;
	struct dma_fence **fences;
	u64 seen = 0;

	KUNIT_ASSERT_EQ(test, dma_resv_get_fences(resv, DMA_RESV_USAGE_READ, &n, &fences), 0);
	KUNIT_EXPECT_GE(test, n, before);
	for (unsigned int i = 0; i < n; i++) {
		KUNIT_EXPECT_FALSE(test, seen & BIT_ULL(fences[i]->context));
		seen |= BIT_ULL(fences[i]->context);
		dma_fence_put(fences[i]);
	}
	KUNIT_EXPECT_EQ(test, seen, n ? GENMASK_ULL(n, 1) : 0ull);
	kfree(fences);
	return n;
}

/* Of S10.8 */
static void get_fences__while_the_list_grows(struct kunit *test)
{
	struct growing g = {.test = test};
	unsigned int n = 0, before;

	dma_resv_init(&g.resv);
	init_completion(&g.done);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(grow, &g, "grow")));
	do {
		struct dma_resv copy;

		before = n;
		n = read_fences(test, &g.resv, before);
		resv_locked(test, &copy, 1);
		KUNIT_EXPECT_EQ(test, dma_resv_copy_fences(&copy, &g.resv), 0);
		KUNIT_EXPECT_GE(test, count(&copy, DMA_RESV_USAGE_READ), n);
		dma_resv_unlock(&copy);
		dma_resv_fini(&copy);
		cond_resched();
	} while (!completion_done(&g.done));
	wait_for_completion(&g.done);
	KUNIT_EXPECT_EQ(test, g.err, 0);
	KUNIT_EXPECT_EQ(test, read_fences(test, &g.resv, n), (unsigned int)GROWS_TO);
	dma_resv_fini(&g.resv);
}

/* Of S10.8: what its usage asks for */
static void set_deadline__for_every_fence(struct kunit *test)
{
	struct mock *a = mock_new(test, 1, 1), *b = mock_new(test, 2, 1);
	struct dma_resv resv;

	resv_locked(test, &resv, 2);
	dma_resv_add_fence(&resv, &a->base, DMA_RESV_USAGE_WRITE);
	dma_resv_add_fence(&resv, &b->base, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_set_deadline(&resv, DMA_RESV_USAGE_READ, 55);
	KUNIT_EXPECT_EQ(test, a->deadline, 55);
	KUNIT_EXPECT_EQ(test, b->deadline, 0);
	dma_resv_unlock(&resv);
	dma_resv_fini(&resv);
	dma_fence_put(&a->base);
	dma_fence_put(&b->base);
}

/* Of S10.8: nothing to fetch, nothing to copy, nothing to replace; room that is there already */
static void empty__is_no_error(struct kunit *test)
{
	struct dma_fence **fences, *one = ERR_PTR(-EIO), *a = &mock_new(test, 1, 1)->base;
	struct dma_resv resv, copy;
	unsigned int n = 7;

	dma_resv_init(&resv);
	dma_resv_lock(&resv, NULL);
	dma_resv_replace_fences(&resv, 1, a, DMA_RESV_USAGE_READ);
	KUNIT_EXPECT_EQ(test, dma_resv_get_fences(&resv, DMA_RESV_USAGE_READ, &n, &fences), 0);
	KUNIT_EXPECT_EQ(test, n, 0u);
	KUNIT_EXPECT_NULL(test, fences);
	KUNIT_EXPECT_EQ(test, dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ, &one), 0);
	KUNIT_EXPECT_NULL(test, one);
	dma_resv_unlock(&resv);
	resv_locked(test, &copy, 2);
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(&copy, 2), 0);
	dma_resv_add_fence(&copy, a, DMA_RESV_USAGE_READ);
	KUNIT_EXPECT_EQ(test, dma_resv_copy_fences(&copy, &resv), 0);
	KUNIT_EXPECT_EQ(test, count(&copy, DMA_RESV_USAGE_BOOKKEEP), 0u);
	dma_resv_unlock(&copy);
	dma_resv_fini(&copy);
	dma_resv_fini(&resv);
	KUNIT_EXPECT_EQ(test, kref_read(&a->refcount), 1u);
	dma_fence_put(a);
}

#ifdef __PSIM__
/* Of S10.8 */
static void resv__without_memory(struct kunit *test)
{
	struct dma_fence *a = &mock_new(test, 1, 1)->base, *b = &mock_new(test, 2, 1)->base, *one;
	struct dma_fence **fences;
	struct dma_resv resv, copy;
	unsigned int n;

	dma_resv_init(&copy);
	dma_resv_lock(&copy, NULL);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(&copy, 1), -ENOMEM);
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(&copy, 0), -EINVAL);
	dma_resv_unlock(&copy);
	resv_locked(test, &resv, 2);
	dma_resv_add_fence(&resv, a, DMA_RESV_USAGE_READ);
	dma_resv_add_fence(&resv, b, DMA_RESV_USAGE_READ);
	dma_resv_unlock(&resv);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, dma_resv_get_fences(&resv, DMA_RESV_USAGE_READ, &n, &fences),
			-ENOMEM);
	for (unsigned long nth = 1; nth <= 2; nth++) {
		psim_fail_nth(PSIM_FAIL_SLAB, nth);
		KUNIT_EXPECT_EQ(test, dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ, &one),
				-ENOMEM);
	}
	dma_resv_lock(&copy, NULL);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, dma_resv_copy_fences(&copy, &resv), -ENOMEM);
	dma_resv_unlock(&copy);
	KUNIT_EXPECT_EQ(test, kref_read(&a->refcount), 2u);
	dma_resv_fini(&copy);
	dma_resv_fini(&resv);
	dma_fence_put(a);
	dma_fence_put(b);
}
#endif

/* ---- memory that RCU readers may find reused ------------------------------------------------------------- */

static int constructed;

static void construct(void *object)
{
	constructed++;
	*(unsigned long *)object = 7;
}

/* Freed and taken again it is as it was left, and not constructed again. */
static void typesafe_by_rcu__keeps_what_was_freed(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("typesafe", sizeof(unsigned long), 0,
						     SLAB_TYPESAFE_BY_RCU, construct);
	unsigned long *first, *again;

	constructed = 0;
	KUNIT_ASSERT_NOT_NULL(test, cache);
	first = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_EXPECT_EQ(test, *first, 7ul);
	*first = 8;
	rcu_read_lock();
	kmem_cache_free(cache, first);
	KUNIT_EXPECT_EQ(test, *first, 8ul);
	rcu_read_unlock();
	again = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, again);
	KUNIT_EXPECT_EQ(test, *again, constructed == 1 ? 8ul : 7ul);
	kmem_cache_free(cache, again);
	kmem_cache_destroy(cache);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_fence__is_seen_by_later_usages),
	KUNIT_CASE(add_fence__replaces_its_own_timeline),
	KUNIT_CASE(reserve_fences__leaves_out_what_is_signalled),
	KUNIT_CASE(get_fences__and_singleton),
	KUNIT_CASE(wait_timeout__looks_at_every_fence),
	KUNIT_CASE(get_fences__while_the_list_grows),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(get_fences__while_the_list_grows, .scheduler = "random", .seed = 3),
#endif
	KUNIT_CASE(set_deadline__for_every_fence),
	KUNIT_CASE(empty__is_no_error),
#ifdef __PSIM__
	KUNIT_CASE(resv__without_memory),
#endif
	KUNIT_CASE(ww_mutex__of_one_context),
	KUNIT_CASE(ww_mutex_lock__the_later_dies),
	KUNIT_CASE(ww_mutex_lock__the_later_is_wounded),
	KUNIT_CASE(typesafe_by_rcu__keeps_what_was_freed),
	{},
};

static struct kunit_suite suite = {
	.name = "dma_resv",
	.test_cases = cases,
};
kunit_test_suite(suite);
