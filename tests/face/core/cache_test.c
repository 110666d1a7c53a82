// SPDX-License-Identifier: MIT
/* Caches of pagemaps and their shrinker (C7.1 to C7.7). */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <drm/drm_pagemap_util.h>

#include "fixture.h"

static struct drm_pagemap_shrinker *shrinker;
static struct drm_pagemap_cache *cache;

static int cache_init(struct kunit *test)
{
	int err = fake_init(test);

	if (err)
		return err;
	shrinker = drm_pagemap_shrinker_create_devm(&world.device[0]->drm);
	if (IS_ERR(shrinker))
		return PTR_ERR(shrinker);
	cache = drm_pagemap_cache_create_devm(shrinker);
	return PTR_ERR_OR_ZERO(cache);
}

static struct drm_pagemap *create(void)
{
	return fake_pagemap_create(world.device[0], &fake_pagemap_ops);
}

static struct drm_pagemap *look_up(struct kunit *test)
{
	struct drm_pagemap *dpagemap;

	KUNIT_ASSERT_EQ(test, drm_pagemap_cache_lock_lookup(cache), 0);
	dpagemap = drm_pagemap_get_from_cache(cache);
	drm_pagemap_cache_unlock_lookup(cache);
	return dpagemap;
}

static void set(struct kunit *test, struct drm_pagemap *dpagemap)
{
	KUNIT_ASSERT_EQ(test, drm_pagemap_cache_lock_lookup(cache), 0);
	drm_pagemap_cache_set_pagemap(cache, dpagemap);
	drm_pagemap_cache_unlock_lookup(cache);
}

/* An active pagemap in the cache, with the caller's reference. */
static struct drm_pagemap *fill_cache(struct kunit *test)
{
	struct drm_pagemap *dpagemap = create();

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	KUNIT_ASSERT_NULL(test, look_up(test));
	set(test, dpagemap);
	return dpagemap;
}

/* ---- a second task --------------------------------------------------------------------------- */

struct second {
	struct task_struct *task;
	struct completion ended;
	struct drm_pagemap *found;
	int err;
};

static int second_main(void *arg)
{
	struct second *second = arg;

	allow_signal(SIGINT);
	second->err = drm_pagemap_cache_lock_lookup(cache);
	if (!second->err) {
		second->found = drm_pagemap_get_from_cache(cache);
		drm_pagemap_cache_unlock_lookup(cache);
	}
	flush_signals(current);
	complete(&second->ended);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static void second_start(struct kunit *test, struct second *second)
{
	*second = (struct second){};
	init_completion(&second->ended);
	second->task = kthread_run(second_main, second, "second");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second->task);
	msleep(20);
}

static void second_join(struct second *second)
{
	wait_for_completion(&second->ended);
	kthread_stop(second->task);
}

/*
 * A last put that has not come further than its count: what a lookup meets between the two halves of a
 * release. What the release would have put is moved to an object that is released as a whole.
 */
static void count_gone(struct kref *ref)
{
}

static void begin_release(struct kunit *test, struct drm_pagemap *dpagemap)
{
	struct drm_pagemap *carrier = kzalloc(sizeof(*carrier), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, carrier);
	KUNIT_ASSERT_EQ(test, kref_put(&dpagemap->ref, count_gone), 1);
	kref_init(&carrier->ref);
	INIT_LIST_HEAD(&carrier->shrink_link);
	carrier->ops = &fake_pagemap_ops;
	carrier->drm = dpagemap->drm;
	carrier->pagemap = dpagemap->pagemap;
	carrier->dev_hold = dpagemap->dev_hold;
	dpagemap->dev_hold = NULL;
	drm_pagemap_put(carrier);
	world.destroys = 0;
}

/* ---- looking up -------------------------------------------------------------------------------- */

/* C7.3 */
static void get_from_cache__active_inactive_active(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	KUNIT_EXPECT_PTR_EQ(test, dpagemap->cache, cache);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test), dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 2u);
	drm_pagemap_put(dpagemap);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	KUNIT_EXPECT_FALSE(test, list_empty(&dpagemap->shrink_link));

	KUNIT_EXPECT_PTR_EQ(test, look_up(test), dpagemap);
	KUNIT_EXPECT_TRUE(test, list_empty(&dpagemap->shrink_link));
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 1u);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
}

/* C7.3, C1.5: while inactive it holds nothing of its provider; active again it does */
static void get_from_cache__provider_is_held_while_active(struct kunit *test)
{
	struct drm_device *drm = &world.device[0]->drm;
	unsigned int before = kref_read(&drm->ref);
	struct drm_pagemap *dpagemap = fill_cache(test);

	KUNIT_EXPECT_EQ(test, kref_read(&drm->ref), before + 1);
	drm_pagemap_put(dpagemap);
	fake_flush();
	KUNIT_EXPECT_EQ(test, kref_read(&drm->ref), before);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test), dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&drm->ref), before + 1);
	drm_pagemap_put(dpagemap);
}

/* C7.3 */
static void get_from_cache__waits_for_a_release(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);
	struct second second;

	begin_release(test, dpagemap);
	second_start(test, &second);
	KUNIT_EXPECT_FALSE(test, completion_done(&second.ended));
	drm_pagemap_shrinker_add(dpagemap);
	second_join(&second);
	KUNIT_EXPECT_PTR_EQ(test, second.found, dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 1u);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	drm_pagemap_put(dpagemap);
}

/* C7.3 */
static void get_from_cache__a_signal_ends_the_wait(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);
	struct second second;

	begin_release(test, dpagemap);
	second_start(test, &second);
	send_sig(SIGINT, second.task, 1);
	second_join(&second);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(second.found), -EINTR);
	drm_pagemap_shrinker_add(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
}

/* C7.3, C1.4 */
static void get_from_cache__wakes_when_the_device_is_gone(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);
	struct second second;

	begin_release(test, dpagemap);
	second_start(test, &second);
	drm_dev_unplug(&world.device[0]->drm);
	drm_pagemap_shrinker_add(dpagemap);
	second_join(&second);
	KUNIT_EXPECT_NULL(test, second.found);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_TRUE(test, world.destroy_flag);
}

/* C7.2 */
static void lock_lookup__excludes_and_can_be_interrupted(struct kunit *test)
{
	struct second second;

	KUNIT_ASSERT_EQ(test, drm_pagemap_cache_lock_lookup(cache), 0);
	second_start(test, &second);
	KUNIT_EXPECT_FALSE(test, completion_done(&second.ended));
	send_sig(SIGINT, second.task, 1);
	second_join(&second);
	KUNIT_EXPECT_EQ(test, second.err, -EINTR);

	second_start(test, &second);
	KUNIT_EXPECT_FALSE(test, completion_done(&second.ended));
	drm_pagemap_cache_unlock_lookup(cache);
	second_join(&second);
	KUNIT_EXPECT_EQ(test, second.err, 0);
	KUNIT_EXPECT_NULL(test, second.found);
}

/* C7.4 */
static void get_from_cache_if_active__only_then(struct kunit *test)
{
	struct drm_pagemap *dpagemap;

	KUNIT_EXPECT_NULL(test, drm_pagemap_get_from_cache_if_active(cache));
	dpagemap = fill_cache(test);
	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_get_from_cache_if_active(cache), dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 2u);
	drm_pagemap_put(dpagemap);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_NULL(test, drm_pagemap_get_from_cache_if_active(cache));
}

/* C7.4: it waits for nobody */
static void get_from_cache_if_active__during_a_release(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	begin_release(test, dpagemap);
	KUNIT_EXPECT_NULL(test, drm_pagemap_get_from_cache_if_active(cache));
	drm_pagemap_shrinker_add(dpagemap);
}

/* ---- failures ------------------------------------------------------------------------------------ */

static struct module leaving = {.state = MODULE_STATE_GOING};
static const struct file_operations leaving_fops = {.owner = &leaving};
static const struct drm_driver leaving_driver = {.name = "leaving", .fops = &leaving_fops};

/* C7.3, C1.6 */
static void get_from_cache__reactivation_is_refused(struct kunit *test)
{
	struct drm_device *drm = &world.device[0]->drm;
	const struct drm_driver *driver = drm->driver;
	struct drm_pagemap *dpagemap = fill_cache(test);

	drm_pagemap_put(dpagemap);
	drm->driver = &leaving_driver;
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(look_up(test)), -ENODEV);
	drm->driver = driver;
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_FALSE(test, world.destroy_flag);
	KUNIT_EXPECT_NULL(test, look_up(test));
}

#ifdef __PSIM__
#include <psim/shrink.h>

/* C7.3, C1.6 */
static void get_from_cache__reactivation_without_memory(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	drm_pagemap_put(dpagemap);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(look_up(test)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_FALSE(test, world.destroy_flag);
	KUNIT_EXPECT_NULL(test, look_up(test));
}

/* C7.1: at the first, a middle and the last allocation */
static void create_devm__without_memory_leaves_nothing(struct kunit *test)
{
	struct drm_pagemap_shrinker *other = ERR_PTR(-ENOMEM);
	struct drm_pagemap_cache *second;
	unsigned int n, failures = 0;

	for (n = 1; IS_ERR(other); n++) {
		psim_fail_nth(PSIM_FAIL_SLAB, n);
		other = drm_pagemap_shrinker_create_devm(&world.device[0]->drm);
		if (IS_ERR(other)) {
			KUNIT_ASSERT_EQ(test, PTR_ERR(other), -ENOMEM);
			failures++;
		}
	}
	KUNIT_EXPECT_GE(test, failures, 3u);
	failures = 0;
	second = ERR_PTR(-ENOMEM);
	for (n = 1; IS_ERR(second); n++) {
		psim_fail_nth(PSIM_FAIL_SLAB, n);
		second = drm_pagemap_cache_create_devm(other);
		if (IS_ERR(second)) {
			KUNIT_ASSERT_EQ(test, PTR_ERR(second), -ENOMEM);
			failures++;
		}
	}
	psim_fail_nth(PSIM_FAIL_SLAB, 0);
	KUNIT_EXPECT_GE(test, failures, 2u);
	/* What failed is not asked for anything. */
	KUNIT_EXPECT_EQ(test, psim_shrink(100), 0l);
}

/* C7.3 */
static void set_pagemap__into_a_full_cache_warns(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test), *other = create();

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	kunit_expect_report(test, "drm_pagemap_cache_set_pagemap");
	set(test, other);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test), dpagemap);
	drm_pagemap_put(dpagemap);
	drm_pagemap_put(other);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
}

/* ---- the shrinker ---------------------------------------------------------------------------------- */

/* C7.5, C7.6 */
static void shrinker__takes_inactive_pagemaps_only(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	KUNIT_EXPECT_EQ(test, psim_shrink(10), 0l);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 1l);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_TRUE(test, world.destroy_flag);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 0l);
	KUNIT_EXPECT_NULL(test, look_up(test));
}

/* C7.5 */
static void shrinker__leaves_one_that_was_handed_out_again(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	drm_pagemap_put(dpagemap);
	KUNIT_ASSERT_PTR_EQ(test, look_up(test), dpagemap);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 0l);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	drm_pagemap_put(dpagemap);
}

/* C7.5: as many as were asked for, the one first that was released first */
static void shrinker__several_caches_oldest_first(struct kunit *test)
{
	struct drm_pagemap_cache *caches[3], *first = cache;
	struct drm_pagemap *dpagemaps[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		caches[i] = drm_pagemap_cache_create_devm(shrinker);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, caches[i]);
		cache = caches[i];
		dpagemaps[i] = fill_cache(test);
	}
	for (i = 0; i < 3; i++)
		drm_pagemap_put(dpagemaps[i]);
	KUNIT_EXPECT_EQ(test, psim_shrink(2), 2l);
	for (i = 0; i < 3; i++) {
		cache = caches[i];
		KUNIT_EXPECT_PTR_EQ(test, look_up(test), i < 2 ? NULL : dpagemaps[i]);
	}
	drm_pagemap_put(dpagemaps[2]);
	cache = first;
}

static struct drm_pagemap *newer;

static int set_newer(void *arg)
{
	struct completion *done = arg;
	struct drm_pagemap *found;

	if (!drm_pagemap_cache_lock_lookup(cache)) {
		found = drm_pagemap_get_from_cache(cache);
		newer = found ?: create();
		if (!found && !IS_ERR(newer))
			drm_pagemap_cache_set_pagemap(cache, newer);
		drm_pagemap_cache_unlock_lookup(cache);
	}
	complete(done);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static void make_newer(struct drm_pagemap *dpagemap)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;

	world.in_destroy = NULL;
	task = kthread_run(set_newer, &done, "newer");
	wait_for_completion(&done);
	kthread_stop(task);
}

/* C7.5: while the shrinker is at the old one, a new one comes into the cache, and stays there */
static void shrinker__newer_pagemap_is_not_lost(struct kunit *test)
{
	struct drm_pagemap *old = fill_cache(test);

	drm_pagemap_put(old);
	newer = NULL;
	world.in_destroy = make_newer;
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 1l);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, newer);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test), newer);
	drm_pagemap_put(newer);
	drm_pagemap_put(newer);
	KUNIT_EXPECT_EQ(test, psim_shrink(10), 1l);
}
#endif

/* ---- removal ------------------------------------------------------------------------------------------ */

/* C7.6 */
static void remove__destroys_the_inactive_one(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	drm_pagemap_put(dpagemap);
	/* The driver's own last put says true; the cache's comes after it. */
	fake_unplug(world.device[0]);
	KUNIT_EXPECT_EQ(test, world.destroys, 2u);
	KUNIT_EXPECT_FALSE(test, world.destroy_flag);
}

/* C7.6 */
static void remove__lets_go_of_the_active_one(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	fake_unplug(world.device[0]);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_NULL(test, dpagemap->cache);
	world.destroy_flag = false;
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 2u);
	KUNIT_EXPECT_TRUE(test, world.destroy_flag);
}

/* C1.4: with a cache, but unplugged */
static void put__after_unplug_destroys_at_once(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);

	drm_dev_unplug(&world.device[0]->drm);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_TRUE(test, world.destroy_flag);
}

/* C7.7, C1.3: the last put and what it announces, under a spinlock */
static void put__into_the_cache_in_atomic_context(struct kunit *test)
{
	struct drm_pagemap *dpagemap = fill_cache(test);
	static DEFINE_SPINLOCK(lock);

	spin_lock_irq(&lock);
	drm_pagemap_shrinker_might_lock(dpagemap);
	drm_pagemap_put(dpagemap);
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test), dpagemap);
	drm_pagemap_put(dpagemap);
}

/* ---- all at once ---------------------------------------------------------------------------------------- */

#define ROUNDS 50

static int use_cache(void *arg)
{
	struct completion *done = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS && !drm_pagemap_cache_lock_lookup(cache); i++) {
		struct drm_pagemap *dpagemap = drm_pagemap_get_from_cache(cache);

		if (!dpagemap) {
			dpagemap = create();
			if (!IS_ERR(dpagemap))
				drm_pagemap_cache_set_pagemap(cache, dpagemap);
		}
		drm_pagemap_cache_unlock_lookup(cache);
		if (!IS_ERR(dpagemap))
			drm_pagemap_put(dpagemap);
#ifdef __PSIM__
		if (i % 7 == 3)
			psim_shrink(1);
#endif
	}
	complete(done);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

/* C7.3, C7.5 */
static void cache__many_users_and_the_shrinker(struct kunit *test)
{
	struct completion done[3];
	struct task_struct *tasks[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		init_completion(&done[i]);
		tasks[i] = kthread_run(use_cache, &done[i], "user%u", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tasks[i]);
	}
	for (i = 0; i < 3; i++) {
		wait_for_completion(&done[i]);
		kthread_stop(tasks[i]);
	}
	fake_flush();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(get_from_cache__active_inactive_active),
	KUNIT_CASE(get_from_cache__provider_is_held_while_active),
	KUNIT_CASE(get_from_cache__waits_for_a_release),
	KUNIT_CASE(get_from_cache__a_signal_ends_the_wait),
	KUNIT_CASE(get_from_cache__wakes_when_the_device_is_gone),
	KUNIT_CASE(lock_lookup__excludes_and_can_be_interrupted),
	KUNIT_CASE(get_from_cache_if_active__only_then),
	KUNIT_CASE(get_from_cache_if_active__during_a_release),
	KUNIT_CASE(get_from_cache__reactivation_is_refused),
#ifdef __PSIM__
	KUNIT_CASE(get_from_cache__reactivation_without_memory),
	KUNIT_CASE(create_devm__without_memory_leaves_nothing),
	KUNIT_CASE(set_pagemap__into_a_full_cache_warns),
	KUNIT_CASE(shrinker__takes_inactive_pagemaps_only),
	KUNIT_CASE(shrinker__leaves_one_that_was_handed_out_again),
	KUNIT_CASE(shrinker__several_caches_oldest_first),
	KUNIT_CASE(shrinker__newer_pagemap_is_not_lost),
#endif
	KUNIT_CASE(remove__destroys_the_inactive_one),
	KUNIT_CASE(remove__lets_go_of_the_active_one),
	KUNIT_CASE(put__after_unplug_destroys_at_once),
	KUNIT_CASE(put__into_the_cache_in_atomic_context),
	KUNIT_CASE(cache__many_users_and_the_shrinker),
	{},
};

static struct kunit_suite suite = {
	.name = "pagemap_cache",
	.init = cache_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
