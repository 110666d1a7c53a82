// SPDX-License-Identifier: MIT
/*
 * Drivers and circumstances at their worst: everything that can fail does, at each place in turn, and
 * every driver does what it just may. Nothing is lost, nothing is left (C3.12, C3.13, C4, C5.3).
 */
#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/*
 *	page	0    1    2     3     4     5
 *	in	RAM  RAM  hole  peer  peer  RAM
 */
#define NPAGES 6

struct mixed {
	struct fake_alloc *theirs;
	unsigned long slots[NPAGES];
};

static void lay_out(struct kunit *test, struct mixed *m)
{
	struct fake_device *peer = fake_peer(test);
	unsigned int i;

	fake_map(test, BASE, NPAGES, RW);
	fake_fill(test, BASE, 2, 1);
	fake_fill(test, BASE + PAGES(3), 3, 3);
	m->theirs = fake_alloc_create(test, peer, 2, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(m->theirs, BASE + PAGES(3), 2, NULL), 0);
	for (i = 0; i < NPAGES; i++)
		m->slots[i] = fake_slot(BASE + PAGES(i));
	world.ncalls = 0;
}

static void expect_bytes(struct kunit *test)
{
	fake_check(test, BASE, 2, 1);
	fake_check_zero(test, BASE + PAGES(2), 1);
	fake_check(test, BASE + PAGES(3), 3, 3);
}

static void expect_untouched(struct kunit *test, const struct mixed *m)
{
	unsigned int i;

	for (i = 0; i < NPAGES; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake_slot(BASE + PAGES(i)), m->slots[i], "page %u", i);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	KUNIT_EXPECT_EQ(test, world.maps, world.unmaps);
}

/* A migration by which the test loses its allocation: the core has the only reference. */
static int migrate(struct kunit *test, const struct drm_pagemap_migrate_details *details,
		   struct dma_fence *fence)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], NPAGES, fence);

	fake_alloc_put(alloc);
	world.ncalls = 0;
	return fake_migrate(alloc, BASE, NPAGES, details);
}

/* Who copies what comes from the peer. */
static const struct drm_pagemap_migrate_details both_ways[] = {
	{.source_peer_migrates = 0},
	{.source_peer_migrates = 1},
};

/* ---- mapping ---- */

/* C3.8, C3.12, C3.13: the first and the last page of the peer's, whoever copies */
static void device_map__fails_at_every_place(struct kunit *test)
{
	struct mixed m;
	unsigned int i, k;

	lay_out(test, &m);
	for (k = 1; k <= 2; k++) {
		world.fail_map = k;
		KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], NULL), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.fail_map, 0u);
		expect_untouched(test, &m);
	}
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], NULL), 0);
	for (i = 0; i < NPAGES; i++)
		KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(i)));
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* C3.8, C3.9, C3.13 */
static void device_map__of_the_destination_fails(struct kunit *test)
{
	struct mixed m;
	unsigned int k;

	lay_out(test, &m);
	for (k = 1; k <= 2; k++) {
		world.fail_map = k;
		KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[1], NULL), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.fail_map, 0u);
		expect_untouched(test, &m);
	}
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

static struct drm_pagemap_ops partial_ops;

/* C3.8: a peer that lets nobody map its memory */
static void device_map__that_is_missing(struct kunit *test)
{
	struct mixed m;
	struct drm_pagemap *theirs;

	lay_out(test, &m);
	theirs = world.device[1]->dpagemap;
	partial_ops = fake_pagemap_ops;
	partial_ops.device_map = NULL;
	theirs->ops = &partial_ops;
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], NULL), -EFAULT);
	expect_untouched(test, &m);
	theirs->ops = &fake_pagemap_ops;
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* C3.8: it is optional */
static void device_unmap__that_is_missing(struct kunit *test)
{
	struct mixed m;
	struct drm_pagemap *theirs;

	lay_out(test, &m);
	theirs = world.device[1]->dpagemap;
	partial_ops = fake_pagemap_ops;
	partial_ops.device_unmap = NULL;
	theirs->ops = &partial_ops;
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], NULL), 0);
	KUNIT_EXPECT_EQ(test, world.maps, 2u);
	KUNIT_EXPECT_EQ(test, world.unmaps, 0u);
	theirs->ops = &fake_pagemap_ops;
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

#ifdef __PSIM__
/* C0.2: 0 is no address, and a driver that gives it is told so */
static void device_map__that_gives_zero(struct kunit *test)
{
	struct mixed m;

	lay_out(test, &m);
	world.fail_map = 1;
	world.map_failure = 0;
	kunit_expect_report(test, "copy_map");
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], NULL), -EFAULT);
	expect_untouched(test, &m);
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}
#endif

/* ---- fences ---- */

/* C3.11, C3.13: what the copy had to wait for has failed */
static void fence__that_carries_an_error(struct kunit *test)
{
	struct dma_fence *fence;
	struct mixed m;
	unsigned int i;

	lay_out(test, &m);
	for (i = 0; i < 2; i++) {
		fence = fake_fence(test);
		dma_fence_get(fence);
		dma_fence_set_error(fence, -EIO);
		dma_fence_signal(fence);
		KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[i], fence), -EIO);
		expect_untouched(test, &m);
		KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
		dma_fence_put(fence);
	}
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* C3.11: copies that do not care; the core's duty is the reference alone */
static void fence__that_is_not_signalled_when_the_copies_are_done(struct kunit *test)
{
	struct dma_fence *fence = fake_fence(test);
	struct mixed m;

	lay_out(test, &m);
	dma_fence_get(fence);
	world.careless = true;
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[0], fence), 0);
	world.careless = false;
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
	dma_fence_signal(fence);
	dma_fence_put(fence);
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

static void see_fence(const struct fake_call *call)
{
	KUNIT_EXPECT_NOT_NULL(world.test, call->fence);
}

/* C3.11: each of several copies is given it, and only the last one's end lets it go */
static void fence__is_there_for_every_copy(struct kunit *test)
{
	struct dma_fence *fence = fake_fence(test);
	struct mixed m;

	lay_out(test, &m);
	dma_fence_get(fence);
	dma_fence_signal(fence);
	world.in_copy = see_fence;
	KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[1], fence), 0);
	world.in_copy = NULL;
	KUNIT_EXPECT_GE(test, world.ncalls, 3u);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1u);
	dma_fence_put(fence);
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* ---- copies and populate, in turn ---- */

/* C3.13: populate and every copy, whoever copies */
static void callbacks__fail_at_every_call(struct kunit *test)
{
	struct mixed m;
	unsigned int i, k;

	lay_out(test, &m);
	for (i = 0; i < 2; i++) {
		world.fail_populate = 1;
		world.garbage = i;
		KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[i], NULL), FAKE_ERROR);
		expect_untouched(test, &m);
		/* RAM with the hole, the peer's pages, RAM: three copies */
		for (k = 1; k <= 3; k++) {
			world.fail_copy = k;
			KUNIT_EXPECT_EQ(test, migrate(test, &both_ways[i], NULL), FAKE_ERROR);
			KUNIT_EXPECT_EQ(test, world.ncalls, k);
			expect_untouched(test, &m);
		}
	}
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* ---- memory that is handed out again at once ---- */

/* C2.2, C2.3, C4.2: the same pages, in blocks of another size each time */
static void release__and_the_pages_are_in_use_again(struct kunit *test)
{
	static const unsigned int sizes[] = {4, 1, 2, 8, 3, 1};
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE, 8, 5);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		alloc = fake_push(test, BASE, sizes[i]);
		KUNIT_EXPECT_EQ(test, alloc->first, 0u);
		if (i % 2)
			KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
		else
			fake_check(test, BASE, sizes[i], 5);
		KUNIT_EXPECT_EQ(test, world.releases, i + 1);
		fake_alloc_put(alloc);
		KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	}
	fake_check(test, BASE, 8, 5);
}

static struct fake_alloc *second;

static void take_memory(struct fake_alloc *alloc)
{
	world.in_release = NULL;
	KUNIT_EXPECT_TRUE(world.test, completion_done(&alloc->devmem.detached));
	second = alloc;
}

/* C2.3: the core's reference was the last, and the core does not look back */
static void release__frees_in_every_path(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 6);
	/* by a CPU's access */
	alloc = fake_push(test, BASE, 4);
	fake_alloc_put(alloc);
	second = NULL;
	world.in_release = take_memory;
	fake_check(test, BASE, 4, 6);
	KUNIT_EXPECT_PTR_EQ(test, second, alloc);
	/* by a migration that fails */
	alloc = fake_alloc_create(test, world.device[0], 4, NULL);
	fake_alloc_put(alloc);
	second = NULL;
	world.in_release = take_memory;
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), FAKE_ERROR);
	KUNIT_EXPECT_PTR_EQ(test, second, alloc);
	/* by unmapping */
	alloc = fake_push(test, BASE, 4);
	fake_alloc_put(alloc);
	second = NULL;
	world.in_release = take_memory;
	KUNIT_EXPECT_EQ(test, vm_munmap(BASE, PAGES(4)), 0);
	KUNIT_EXPECT_PTR_EQ(test, second, alloc);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
}

/* ---- populate_mm ---- */

/* C6.1 */
static void populate_mm__that_is_missing(struct kunit *test)
{
	struct drm_pagemap *dpagemap = world.device[0]->dpagemap;

	partial_ops = fake_pagemap_ops;
	partial_ops.populate_mm = NULL;
	dpagemap->ops = &partial_ops;
	KUNIT_EXPECT_EQ(test,
			drm_pagemap_populate_mm(dpagemap, BASE, BASE + PAGES(1), current->mm, 0),
			-EOPNOTSUPP);
	dpagemap->ops = &fake_pagemap_ops;
}

#ifdef __PSIM__
/* ---- every call of the kernel's that can fail ---- */

/* A migration from everywhere, in which the @n-th call of @kind fails. Return: whether there were so many. */
static bool migrate_failing(struct kunit *test, struct mixed *m, unsigned int way,
			    enum psim_fallible kind, unsigned long n)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], NPAGES, NULL);
	bool failing;
	int err;

	fake_alloc_put(alloc);
	world.ncalls = 0;
	psim_fail_nth(kind, n);
	err = fake_migrate(alloc, BASE, NPAGES, &both_ways[way]);
	failing = psim_fail_calls(kind) >= n;
	psim_fail_nth(kind, 0);
	if (err)
		KUNIT_EXPECT_TRUE(test, failing);
	if (err && err != -EBUSY) {
		KUNIT_EXPECT_EQ(test, err, kind == PSIM_FAIL_DMA_MAP ? -EFAULT : -ENOMEM);
		expect_untouched(test, m);
		return failing;
	}
	/* It went, or with -EBUSY a part of it (C3.14): put everything where it was. */
	expect_bytes(test);
	vm_munmap(BASE, PAGES(NPAGES));
	fake_alloc_put(m->theirs);
	fake_unplug(world.device[1]);
	lay_out(test, m);
	return failing;
}

/* C3.3, C3.8, C3.13: the first, each in the middle, and the last */
static void migrate_to_devmem__with_each_call_failing(struct kunit *test)
{
	/* how many there are at least: zdd and arrays; pages of RAM, and the hole's table */
	static const struct {
		enum psim_fallible kind;
		unsigned long least;
	} calls[] = {{PSIM_FAIL_SLAB, 2},
		     {PSIM_FAIL_DMA_MAP, 3},
		     {PSIM_FAIL_PAGE, 0},
		     {PSIM_FAIL_TABLE, 0}};
	unsigned int way, i;
	struct mixed m;

	lay_out(test, &m);
	for (way = 0; way < 2; way++) {
		for (i = 0; i < ARRAY_SIZE(calls); i++) {
			unsigned long n = 1;

			while (n < 100 && migrate_failing(test, &m, way, calls[i].kind, n))
				n++;
			KUNIT_EXPECT_GT(test, n, calls[i].least);
			KUNIT_ASSERT_LT(test, n, 100ul);
		}
	}
	expect_bytes(test);
	fake_alloc_put(m.theirs);
}

/* C4.2, C4.4 */
static void evict__with_each_call_failing(struct kunit *test)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_SLAB, PSIM_FAIL_PAGE,
						   PSIM_FAIL_DMA_MAP};
	unsigned int i;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 7);
	/* One failure is made up for by the next attempt, but for that of the arrays; then nothing has moved. */
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct fake_alloc *alloc = fake_push(test, BASE, 4);
		unsigned long n;

		for (n = 1; n < 100; n++) {
			bool failing;
			int err;

			psim_fail_nth(kinds[i], n);
			err = drm_pagemap_evict_to_ram(&alloc->devmem);
			failing = psim_fail_calls(kinds[i]) >= n;
			psim_fail_nth(kinds[i], 0);
			if (err) {
				KUNIT_EXPECT_EQ(test, err, -ENOMEM);
				KUNIT_EXPECT_TRUE(test, failing);
				KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 4u);
				continue;
			}
			fake_check(test, BASE, 4, 7);
			fake_alloc_put(alloc);
			alloc = fake_push(test, BASE, 4);
			world.ncalls = 0;
			if (!failing)
				break;
		}
		KUNIT_ASSERT_LT(test, n, 100ul);
		KUNIT_EXPECT_GT(test, n, 1ul);
		KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
		fake_alloc_put(alloc);
		world.ncalls = 0;
	}
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(device_map__fails_at_every_place),
	KUNIT_CASE(device_map__of_the_destination_fails),
	KUNIT_CASE(device_map__that_is_missing),
	KUNIT_CASE(device_unmap__that_is_missing),
	KUNIT_CASE(fence__that_carries_an_error),
	KUNIT_CASE(fence__that_is_not_signalled_when_the_copies_are_done),
	KUNIT_CASE(fence__is_there_for_every_copy),
	KUNIT_CASE(callbacks__fail_at_every_call),
	KUNIT_CASE(release__and_the_pages_are_in_use_again),
	KUNIT_CASE(release__frees_in_every_path),
	KUNIT_CASE(populate_mm__that_is_missing),
#ifdef __PSIM__
	KUNIT_CASE(device_map__that_gives_zero),
	KUNIT_CASE(migrate_to_devmem__with_each_call_failing),
	KUNIT_CASE(evict__with_each_call_failing),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "hostile",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
