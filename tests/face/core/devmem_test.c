// SPDX-License-Identifier: MIT
/* An allocation: detached, release, its fence, its timeslice (C2, C3.11, C3.15). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* ---- an allocation (C2) ---- */

/* C2.1 */
static void devmem_init__fills_every_field(struct kunit *test)
{
	struct fake_device *gpu = world.device[0];
	struct dma_fence *fence = fake_fence(test);
	unsigned int refs = kref_read(&gpu->dpagemap->ref);
	int users = atomic_read(&current->mm->mm_users),
	    count = atomic_read(&current->mm->mm_count);
	struct drm_pagemap_devmem devmem;

	memset(&devmem, 0x5a, sizeof(devmem));
	drm_pagemap_devmem_init(&devmem, gpu->dev, current->mm, &fake_devmem_ops, gpu->dpagemap,
				PAGES(3), fence);
	KUNIT_EXPECT_PTR_EQ(test, devmem.dev, gpu->dev);
	KUNIT_EXPECT_PTR_EQ(test, devmem.mm, current->mm);
	KUNIT_EXPECT_PTR_EQ(test, devmem.ops, &fake_devmem_ops);
	KUNIT_EXPECT_PTR_EQ(test, devmem.dpagemap, gpu->dpagemap);
	KUNIT_EXPECT_EQ(test, devmem.size, PAGES(3));
	KUNIT_EXPECT_EQ(test, devmem.timeslice_expiration, 0ull);
	KUNIT_EXPECT_PTR_EQ(test, devmem.pre_migrate_fence, fence);
	KUNIT_EXPECT_FALSE(test, completion_done(&devmem.detached));
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
	KUNIT_EXPECT_EQ(test, kref_read(&gpu->dpagemap->ref), refs);
	KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_users), users);
	KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_count), count);
	dma_fence_put(fence);
}

/* C2.2 */
static void detached__completes_with_the_last_page(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 4);
	KUNIT_EXPECT_EQ(test, vm_munmap(BASE, PAGES(3)), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	KUNIT_EXPECT_EQ(test, vm_munmap(BASE + PAGES(3), PAGES(1)), 0);
	/* For every waiter, not for one. */
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&alloc->devmem.detached));
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&alloc->devmem.detached));
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

/*
 * The memory is handed out and filled again at once, from inside the release callback:
 *
 *	page	0  1  2  3
 *	before	A  A  -  -
 *	after	-  -  -  -   A is freed; the next allocation takes pages 0 and 1
 */
/* C2.3 */
static void release__may_free_the_allocation_at_once(struct kunit *test)
{
	struct fake_alloc *alloc, *next;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	alloc = fake_push(test, BASE, 2);
	fake_alloc_put(alloc); /* now the core's reference is the only one */
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 2u);
	fake_check(test, BASE, 2, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);

	next = fake_push(test, BASE, 4);
	KUNIT_EXPECT_EQ(test, next->first, 0u);
	fake_alloc_put(next);
	fake_check(test, BASE, 4, 1);
}

/* C2.3: the same for a migration that fails in its last step */
static void release__may_free_the_allocation_of_a_failed_migration(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	alloc = fake_alloc_create(test, world.device[0], 2, NULL);
	fake_alloc_put(alloc);
	world.fail_copies = true;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 2, NULL), FAKE_ERROR);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	fake_check(test, BASE, 2, 1);
}

/* ---- the fence ---- */

static struct dma_fence *given;

static void see_fence(const struct fake_call *call)
{
	KUNIT_EXPECT_PTR_EQ(world.test, call->fence, given);
	KUNIT_EXPECT_EQ(world.test, kref_read(&given->refcount), 2u);
	dma_fence_signal(given);
}

static void see_fence_put(struct fake_alloc *alloc)
{
	KUNIT_EXPECT_NULL(world.test, alloc->devmem.pre_migrate_fence);
	KUNIT_EXPECT_EQ(world.test, kref_read(&given->refcount), 1u);
}

/* C3.11 */
static void fence__is_handed_to_the_copy_and_put_once(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	given = fake_fence(test);
	alloc = fake_alloc_create(test, world.device[0], 2, dma_fence_get(given));
	world.in_copy = see_fence;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 2, NULL), 0);
	world.in_copy = NULL;
	KUNIT_EXPECT_NULL(test, alloc->devmem.pre_migrate_fence);
	KUNIT_EXPECT_EQ(test, kref_read(&given->refcount), 1u);

	/* The way back has none. */
	fake_check(test, BASE, 2, 1);
	KUNIT_EXPECT_EQ(test, world.ncalls, 2u);
	KUNIT_EXPECT_NULL(test, world.calls[1].fence);
	KUNIT_EXPECT_EQ(test, fake_fences_released(), 0u);
	dma_fence_put(given);
	fake_alloc_put(alloc);
}

/* C3.11: populate, or the copy, or the collection fails */
static void fence__is_put_before_a_failed_migration_releases(struct kunit *test)
{
	struct fake_alloc *alloc;
	struct page *page;
	unsigned int i;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	page = fake_page_at(BASE + PAGES(1));
	for (i = 0; i < 3; i++) {
		given = fake_fence(test);
		dma_fence_signal(given);
		alloc = fake_alloc_create(test, world.device[0], 2, dma_fence_get(given));
		world.in_release = see_fence_put;
		world.fail_populate = i == 0;
		world.fail_copy = i == 1;
		if (i == 2)
			get_page(page);
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 2, NULL),
				i == 2 ? -EBUSY : FAKE_ERROR);
		KUNIT_EXPECT_EQ(test, world.releases, i + 1);
		KUNIT_EXPECT_EQ(test, kref_read(&given->refcount), 1u);
		dma_fence_put(given);
		fake_alloc_put(alloc);
	}
	put_page(page);
	fake_check(test, BASE, 2, 1);
}

/* ---- the timeslice ---- */

static u64 expiration_in_copy;
static struct fake_alloc *sliced;

static void see_expiration(const struct fake_call *call)
{
	expiration_in_copy = sliced->devmem.timeslice_expiration;
}

static u64 expiration_of(struct kunit *test, unsigned long timeslice_ms, u64 *before)
{
	const struct drm_pagemap_migrate_details details = {.timeslice_ms = timeslice_ms};
	u64 expiration;

	fake_map(test, BASE, 1, RW);
	sliced = fake_alloc_create(test, world.device[0], 1, NULL);
	world.in_copy = see_expiration;
	*before = get_jiffies_64();
	KUNIT_EXPECT_EQ(test, fake_migrate(sliced, BASE, 1, &details), 0);
	world.in_copy = NULL;
	/* Only when the copies have succeeded. */
	KUNIT_EXPECT_EQ(test, expiration_in_copy, 0ull);
	expiration = sliced->devmem.timeslice_expiration;
	vm_munmap(BASE, PAGE_SIZE);
	fake_alloc_put(sliced);
	return expiration;
}

/* C3.15 */
static void timeslice__is_now_and_so_many_milliseconds(struct kunit *test)
{
	u64 before, expiration;

	expiration = expiration_of(test, 30, &before);
	KUNIT_EXPECT_GE(test, expiration, before + msecs_to_jiffies(30));
	KUNIT_EXPECT_LE(test, expiration, get_jiffies_64() + msecs_to_jiffies(30));

	KUNIT_EXPECT_EQ(test, expiration_of(test, 0, &before), 0ull);

	/* More than 32 bits of milliseconds, and more than there is time. */
	expiration = expiration_of(test, 0x100000000ul + 5, &before);
	KUNIT_EXPECT_GE(test, expiration, before + 0x100000000ull / MSEC_PER_SEC * HZ);
	expiration = expiration_of(test, ~0ul, &before);
	KUNIT_EXPECT_TRUE(test, time_before64(get_jiffies_64() + (1ull << 60), expiration));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(devmem_init__fills_every_field),
	KUNIT_CASE(detached__completes_with_the_last_page),
	KUNIT_CASE(release__may_free_the_allocation_at_once),
	KUNIT_CASE(release__may_free_the_allocation_of_a_failed_migration),
	KUNIT_CASE(fence__is_handed_to_the_copy_and_put_once),
	KUNIT_CASE(fence__is_put_before_a_failed_migration_releases),
	KUNIT_CASE(timeslice__is_now_and_so_many_milliseconds),
	{},
};

static struct kunit_suite suite = {
	.name = "devmem",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
