// SPDX-License-Identifier: MIT
/* The pagemap object: its life, its references, and those it holds (C0.5, C1, C6). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fixture.h"

/* References on the first device, whatever they are for. */
static int drm_refs(void)
{
	return kref_read(&world.device[0]->drm.ref);
}

static struct drm_pagemap *create(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap;

	dpagemap = fake_pagemap_create(gpu, &fake_pagemap_ops);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	return dpagemap;
}

/* C0.5 */
static void pagemap_ops_get__is_one_complete_object(struct kunit *test)
{
	const struct dev_pagemap_ops *ops = drm_pagemap_pagemap_ops_get();

	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_pagemap_ops_get(), ops);
	KUNIT_EXPECT_NOT_NULL(test, ops->migrate_to_ram);
	KUNIT_EXPECT_NOT_NULL(test, ops->folio_free);
	KUNIT_EXPECT_NOT_NULL(test, ops->folio_split);
}

/* C1.1: without file operations there is no module to hold */
static void init__driver_without_file_operations(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	const struct drm_driver *driver = gpu->drm.driver;
	struct drm_driver bare = *driver;
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);
	struct drm_pagemap *dpagemap;

	bare.fops = NULL;
	gpu->drm.driver = &bare;
	dpagemap = create(test);
	gpu->drm.driver = driver;
	KUNIT_EXPECT_EQ(test, drm_refs(), before + 1);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
	drm_pagemap_put(dpagemap);
	fake_flush();
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
}

/* C1.1 */
static void init__sets_the_object_up_and_holds_the_provider(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap = kmalloc(sizeof(*dpagemap), GFP_KERNEL);
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);

	KUNIT_ASSERT_NOT_NULL(test, dpagemap);
	memset(dpagemap, 0x5a, sizeof(*dpagemap));
	KUNIT_ASSERT_EQ(test,
			drm_pagemap_init(dpagemap, &gpu->pagemap, &gpu->drm, &fake_pagemap_ops), 0);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->ops, &fake_pagemap_ops);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->pagemap, &gpu->pagemap);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->drm, &gpu->drm);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 1u);
	KUNIT_EXPECT_NULL(test, dpagemap->cache);
	KUNIT_EXPECT_TRUE(test, list_empty(&dpagemap->shrink_link));
	KUNIT_EXPECT_EQ(test, drm_refs(), before + 1);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules + 1);

	drm_pagemap_put(dpagemap);
	fake_flush();
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
}

static struct module leaving = {.state = MODULE_STATE_GOING};
static const struct file_operations leaving_fops = {.owner = &leaving};
static const struct drm_driver leaving_driver = {.name = "leaving", .fops = &leaving_fops};

/* C1.1, C1.6 */
static void init__of_a_leaving_module_is_refused(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	const struct drm_driver *driver = gpu->drm.driver;
	struct drm_pagemap dpagemap = {};
	int before = drm_refs();

	gpu->drm.driver = &leaving_driver;
	KUNIT_EXPECT_EQ(test,
			drm_pagemap_init(&dpagemap, &gpu->pagemap, &gpu->drm, &fake_pagemap_ops),
			-ENODEV);
	gpu->drm.driver = driver;
	fake_flush();
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
}

/* C1.2 */
static void create__allocates_and_initialises(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap;
	int before = drm_refs();

	dpagemap = drm_pagemap_create(&gpu->drm, &gpu->pagemap, &fake_pagemap_ops);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->pagemap, &gpu->pagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 1u);
	KUNIT_EXPECT_EQ(test, drm_refs(), before + 1);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
}

/* C1.2 */
static void create__of_a_leaving_module_is_refused(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	const struct drm_driver *driver = gpu->drm.driver;
	int before = drm_refs();

	gpu->drm.driver = &leaving_driver;
	KUNIT_EXPECT_EQ(
		test,
		PTR_ERR_OR_ZERO(drm_pagemap_create(&gpu->drm, &gpu->pagemap, &fake_pagemap_ops)),
		-ENODEV);
	gpu->drm.driver = driver;
	fake_flush();
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
}

/* C1.1: a module that is built in has no owner */
static void init__of_a_driver_without_a_module(struct kunit *test)
{
	static const struct file_operations built_in_fops;
	static const struct drm_driver built_in = {.name = "built-in", .fops = &built_in_fops};
	struct fake_device *gpu = world.device[0];
	const struct drm_driver *driver = gpu->drm.driver;

	gpu->drm.driver = &built_in;
	drm_pagemap_put(create(test));
	gpu->drm.driver = driver;
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
}

#ifdef __PSIM__
/* C1.1, C1.2 */
static void create__without_memory_leaves_nothing(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);
	struct drm_pagemap *dpagemap;
	unsigned int n;

	for (n = 1; n < 100; n++) {
		psim_fail_nth(PSIM_FAIL_SLAB, n);
		dpagemap = drm_pagemap_create(&gpu->drm, &gpu->pagemap, &fake_pagemap_ops);
		if (!IS_ERR(dpagemap))
			break;
		KUNIT_EXPECT_EQ(test, PTR_ERR(dpagemap), -ENOMEM);
		fake_flush();
		KUNIT_EXPECT_EQ(test, drm_refs(), before);
		KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
	}
	psim_fail_nth(PSIM_FAIL_SLAB, 0);
	KUNIT_ASSERT_GT(test, n, 1u);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	drm_pagemap_put(dpagemap);
}
#endif

/* C1.3 */
static void get_and_put__count(struct kunit *test)
{
	struct drm_pagemap *dpagemap = create(test);

	KUNIT_EXPECT_NULL(test, drm_pagemap_get(NULL));
	drm_pagemap_put(NULL);
	KUNIT_EXPECT_NULL(test, drm_pagemap_get_unless_zero(NULL));

	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_get(dpagemap), dpagemap);
	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_get_unless_zero(dpagemap), dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 3u);
	drm_pagemap_put(dpagemap);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
}

/* ---- release ---- */

static int refs_in_destroy, modules_in_destroy;
static struct drm_pagemap *kept;

/* Keeps the object, as a cache would. */
static void destroy_keeping(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	world.destroys++;
	world.destroy_flag = is_atomic_or_reclaim;
	refs_in_destroy = drm_refs();
	modules_in_destroy = module_refcount(THIS_MODULE);
	kept = dpagemap;
}

static const struct drm_pagemap_ops keeping_ops = {.destroy = destroy_keeping};

static struct drm_pagemap *create_keeping(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap;

	dpagemap = fake_pagemap_create(gpu, &keeping_ops);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	kept = NULL;
	return dpagemap;
}

/* C1.3, C1.4, C1.5 */
static void put__destroys_at_once_in_atomic_context(struct kunit *test)
{
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);
	struct drm_pagemap *dpagemap = create_keeping(test);
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_PTR_EQ(test, kept, dpagemap);
	KUNIT_EXPECT_EQ(test, drm_refs(), before + 1);
	spin_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, world.destroy_flag);
	KUNIT_EXPECT_EQ(test, refs_in_destroy, before + 1);
	KUNIT_EXPECT_EQ(test, modules_in_destroy, modules + 1);

	fake_flush();
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
	kfree(dpagemap);
}

/* C1.3 */
static void get_unless_zero__does_not_revive(struct kunit *test)
{
	struct drm_pagemap *dpagemap = create_keeping(test);

	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_NULL(test, drm_pagemap_get_unless_zero(dpagemap));
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	kfree(dpagemap);
}

/* C1.5 */
static void put__many_releases_at_once(struct kunit *test)
{
	enum {
		MANY = 100
	};
	struct drm_pagemap **many = kunit_kcalloc(test, MANY, sizeof(*many), GFP_KERNEL);
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);
	static DEFINE_SPINLOCK(lock);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, many);
	for (i = 0; i < MANY; i++)
		many[i] = create(test);
	KUNIT_EXPECT_EQ(test, drm_refs(), before + MANY);
	spin_lock(&lock);
	for (i = 0; i < MANY; i++)
		drm_pagemap_put(many[i]);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, world.destroys, (unsigned int)MANY);
	fake_flush();
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules);
}

/* C1.6 */
static void reinit__brings_a_released_object_back(struct kunit *test)
{
	int before = drm_refs(), modules = module_refcount(THIS_MODULE);
	struct drm_pagemap *dpagemap = create_keeping(test);

	drm_pagemap_put(dpagemap);
	fake_flush();
	KUNIT_ASSERT_EQ(test, drm_pagemap_reinit(dpagemap), 0);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap->ref), 1u);
	KUNIT_EXPECT_EQ(test, drm_refs(), before + 1);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), modules + 1);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->ops, &keeping_ops);

	drm_pagemap_put(dpagemap);
	fake_flush();
	KUNIT_EXPECT_EQ(test, world.destroys, 2u);
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	kfree(dpagemap);
}

/* C1.6 */
static void reinit__that_is_refused_leaves_the_object_released(struct kunit *test)
{
	struct drm_pagemap *dpagemap = create_keeping(test);
	struct fake_device *gpu = world.device[0];
	const struct drm_driver *driver = gpu->drm.driver;
	int before;

	drm_pagemap_put(dpagemap);
	fake_flush();
	before = drm_refs();
	gpu->drm.driver = &leaving_driver;
	KUNIT_EXPECT_EQ(test, drm_pagemap_reinit(dpagemap), -ENODEV);
	gpu->drm.driver = driver;
#ifdef __PSIM__
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, drm_pagemap_reinit(dpagemap), -ENOMEM);
#endif
	KUNIT_EXPECT_NULL(test, drm_pagemap_get_unless_zero(dpagemap));
	KUNIT_EXPECT_EQ(test, drm_refs(), before);
	drm_pagemap_destroy(dpagemap, false);
	KUNIT_EXPECT_EQ(test, world.destroys, 2u);
	KUNIT_EXPECT_FALSE(test, world.destroy_flag);
	kfree(dpagemap);
}

/* C1.7: what is not freed is left at the end, and reported */
static void destroy__without_a_callback_frees_the_object(struct kunit *test)
{
	static const struct drm_pagemap_ops none;
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap = fake_pagemap_create(gpu, &none);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
}

/* C1.8 */
static void put__long_after_the_provider_was_unbound(struct kunit *test)
{
	struct drm_pagemap *dpagemap = drm_pagemap_get(world.device[0]->dpagemap);

	fake_unplug(world.device[0]);
	fake_flush();
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	/* The provider's structure is still there: we hold it. */
	KUNIT_EXPECT_TRUE(test, drm_dev_is_unplugged(dpagemap->drm));
	drm_pagemap_put(dpagemap);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
}

/* C1.9 */
static void page_to_dpagemap__while_a_page_is_in_use(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap = gpu->dpagemap;
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, PROT_READ | PROT_WRITE);
	fake_fill(test, BASE, 2, 1);
	alloc = fake_push(test, BASE, 2);
	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_page_to_dpagemap(fake_page(alloc, 0)), dpagemap);

	/* The pages hold it when its owner does not any more. */
	fake_put_dpagemap(gpu);
	KUNIT_EXPECT_EQ(test, world.destroys, 0u);
	KUNIT_EXPECT_PTR_EQ(test, drm_pagemap_page_to_dpagemap(fake_page(alloc, 1)), dpagemap);
	KUNIT_EXPECT_PTR_EQ(test, dpagemap->pagemap, &gpu->pagemap);

	fake_check(test, BASE, 2, 1);
	KUNIT_EXPECT_EQ(test, world.destroys, 1u);
	fake_alloc_put(alloc);
}

/* ---- populate_mm ---- */

static struct {
	struct drm_pagemap *dpagemap;
	unsigned long start, end, timeslice_ms;
	struct mm_struct *mm;
	bool locked;
	int result;
} asked;

static int populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms)
{
	might_sleep();
	mmap_assert_locked(mm);
	asked.dpagemap = dpagemap;
	asked.start = start;
	asked.end = end;
	asked.mm = mm;
	asked.timeslice_ms = timeslice_ms;
	/* Held for reading, so another reader gets in and a writer does not. */
	asked.locked = !mmap_write_trylock(mm);
	return asked.result;
}

static const struct drm_pagemap_ops populating_ops = {.populate_mm = populate_mm};

/* C6.1, C8.1 */
static void populate_mm__passes_everything_on_under_the_lock(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct drm_pagemap *dpagemap = fake_pagemap_create(gpu, &populating_ops);
	int users = atomic_read(&current->mm->mm_users);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dpagemap);
	for (asked.result = 0; asked.result > -ENODEV - 1; asked.result -= ENODEV) {
		KUNIT_EXPECT_EQ(
			test,
			drm_pagemap_populate_mm(dpagemap, PAGES(3), PAGES(7), current->mm, 11),
			asked.result);
		KUNIT_EXPECT_PTR_EQ(test, asked.dpagemap, dpagemap);
		KUNIT_EXPECT_PTR_EQ(test, asked.mm, current->mm);
		KUNIT_EXPECT_EQ(test, asked.start, PAGES(3));
		KUNIT_EXPECT_EQ(test, asked.end, PAGES(7));
		KUNIT_EXPECT_EQ(test, asked.timeslice_ms, 11ul);
		KUNIT_EXPECT_TRUE(test, asked.locked);
		/* The lock is dropped, and so is the reference. */
		KUNIT_EXPECT_TRUE(test, mmap_write_trylock(current->mm));
		mmap_write_unlock(current->mm);
		KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_users), users);
	}
	drm_pagemap_put(dpagemap);
}

/* C6.1 */
static void populate_mm__of_an_address_space_without_users(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmgrab(mm);
	mmput(mm);
	KUNIT_EXPECT_EQ(test,
			drm_pagemap_populate_mm(world.device[0]->dpagemap, 0, PAGE_SIZE, mm, 0),
			-EFAULT);
	mmdrop(mm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pagemap_ops_get__is_one_complete_object),
	KUNIT_CASE(init__driver_without_file_operations),
	KUNIT_CASE(init__sets_the_object_up_and_holds_the_provider),
	KUNIT_CASE(init__of_a_leaving_module_is_refused),
	KUNIT_CASE(create__allocates_and_initialises),
	KUNIT_CASE(create__of_a_leaving_module_is_refused),
	KUNIT_CASE(init__of_a_driver_without_a_module),
#ifdef __PSIM__
	KUNIT_CASE(create__without_memory_leaves_nothing),
#endif
	KUNIT_CASE(get_and_put__count),
	KUNIT_CASE(put__destroys_at_once_in_atomic_context),
	KUNIT_CASE(get_unless_zero__does_not_revive),
	KUNIT_CASE(put__many_releases_at_once),
	KUNIT_CASE(reinit__brings_a_released_object_back),
	KUNIT_CASE(reinit__that_is_refused_leaves_the_object_released),
	KUNIT_CASE(destroy__without_a_callback_frees_the_object),
	KUNIT_CASE(put__long_after_the_provider_was_unbound),
	KUNIT_CASE(page_to_dpagemap__while_a_page_is_in_use),
	KUNIT_CASE(populate_mm__passes_everything_on_under_the_lock),
	KUNIT_CASE(populate_mm__of_an_address_space_without_users),
	{},
};

static struct kunit_suite suite = {
	.name = "pagemap_object",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
