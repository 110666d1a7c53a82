// SPDX-License-Identifier: MIT
/* drm_pagemap_migrate_to_devmem(): what it moves, refuses, restores, and whom it tells (C2, C3). */
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

/* ---- refused before anything moves (C3.3) ---- */

enum missing {
	NONE,
	POPULATE,
	TO_DEVMEM,
	TO_RAM
};

static const struct refusal {
	const char *name;
	unsigned long start, end;
	enum missing missing;
	unsigned long vm_flags;
	int error;
} refusals[] = {
	{"no populate", BASE, BASE + PAGES(2), POPULATE, 0, -EOPNOTSUPP},
	{"no copy_to_devmem", BASE, BASE + PAGES(2), TO_DEVMEM, 0, -EOPNOTSUPP},
	{"no copy_to_ram", BASE, BASE + PAGES(2), TO_RAM, 0, -EOPNOTSUPP},
	{"empty", BASE, BASE, NONE, 0, -EINVAL},
	{"reversed", BASE + PAGES(2), BASE + PAGES(1), NONE, 0, -EINVAL},
	{"reversed in the VMA by one byte", BASE + 1, BASE, NONE, 0, -EINVAL},
	{"unaligned start", BASE + 1, BASE + PAGES(1), NONE, 0, -EINVAL},
	{"unaligned end", BASE, BASE + PAGES(1) + 1, NONE, 0, -EINVAL},
	{"unaligned both", BASE + 8, BASE + PAGES(1) + 8, NONE, 0, -EINVAL},
	{"larger than the allocation", BASE, BASE + PAGES(3), NONE, 0, -EINVAL},
	{"no VMA", BASE - PAGES(1), BASE, NONE, 0, -ENOENT},
	{"begins before the VMA", BASE - PAGES(1), BASE + PAGES(1), NONE, 0, -ENOENT},
	{"behind the VMA", BASE + PAGES(4), BASE + PAGES(5), NONE, 0, -ENOENT},
	{"leaves the VMA", BASE + PAGES(3), BASE + PAGES(5), NONE, 0, -EINVAL},
	{"device registers", BASE, BASE + PAGES(2), NONE, VM_IO, -EINVAL},
	{"raw page frames", BASE, BASE + PAGES(2), NONE, VM_PFNMAP, -EINVAL},
	{"mixed", BASE, BASE + PAGES(2), NONE, VM_MIXEDMAP, -EINVAL},
	{"fixed size", BASE, BASE + PAGES(2), NONE, VM_DONTEXPAND, -EINVAL},
};

static void refusal_name(const struct refusal *refusal, char *desc)
{
	strscpy(desc, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusals, refusals, refusal_name);

static void vma_flags(unsigned long flags, bool set)
{
	struct vm_area_struct *vma;

	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, BASE);
	if (set)
		vm_flags_set(vma, flags);
	else
		vm_flags_clear(vma, flags);
	mmap_write_unlock(current->mm);
}

static struct drm_pagemap_devmem_ops ops_without(enum missing missing)
{
	struct drm_pagemap_devmem_ops ops = fake_devmem_ops;

	if (missing == POPULATE)
		ops.populate_devmem_pfn = NULL;
	if (missing == TO_DEVMEM)
		ops.copy_to_devmem = NULL;
	if (missing == TO_RAM)
		ops.copy_to_ram = NULL;
	return ops;
}

static int migrate_bytes(struct fake_alloc *alloc, unsigned long start, unsigned long end)
{
	struct drm_pagemap_migrate_details details = {};
	int err;

	mmap_read_lock(current->mm);
	err = drm_pagemap_migrate_to_devmem(&alloc->devmem, current->mm, start, end, &details);
	mmap_read_unlock(current->mm);
	return err;
}

/* C3.3, C3.2, C2.2, C3.11 */
static void migrate_to_devmem__refused(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	const struct drm_pagemap_devmem_ops ops = ops_without(refusal->missing);
	unsigned int fences = fake_fences_released();
	struct fake_alloc *alloc;
	unsigned long slot;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	slot = fake_slot(BASE);
	vma_flags(refusal->vm_flags, true);
	alloc = fake_alloc_create(test, world.device[0], 2, fake_fence(test));
	alloc->devmem.ops = &ops;

	KUNIT_EXPECT_EQ(test, migrate_bytes(alloc, refusal->start, refusal->end), refusal->error);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	KUNIT_EXPECT_EQ(test, kref_read(&alloc->ref), 1u);
	KUNIT_EXPECT_EQ(test, fake_fences_released(), fences + 1);
	KUNIT_EXPECT_EQ(test, world.populates + world.ncalls, 0u);

	vma_flags(refusal->vm_flags, false);
	KUNIT_EXPECT_EQ(test, fake_slot(BASE), slot);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
	vm_munmap(BASE, PAGES(4));
}

/* C3.3: not anonymous (S0.13) */
static void migrate_to_devmem__of_a_mapping_that_is_not_anonymous(struct kunit *test)
{
	static const struct vm_operations_struct some_ops;
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], 1, NULL);
	struct vm_area_struct *vma;

	fake_map(test, BASE, 1, RW);
	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, BASE);
	vma->vm_ops = &some_ops;
	mmap_write_unlock(current->mm);
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 1, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	mmap_write_lock(current->mm);
	vma->vm_ops = NULL;
	mmap_write_unlock(current->mm);
	fake_alloc_put(alloc);
}

/* C3.2: a release callback is optional, on every path */
static void migrate_to_devmem__without_a_release_callback(struct kunit *test)
{
	struct drm_pagemap_devmem_ops ops = fake_devmem_ops;
	struct fake_alloc *alloc;
	int refused;

	ops.devmem_release = NULL;
	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	for (refused = 0; refused < 2; refused++) {
		alloc = fake_alloc_create(test, world.device[0], 2, NULL);
		alloc->devmem.ops = &ops;
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, refused ? 3 : 2, NULL),
				refused ? -EINVAL : 0);
		fake_check(test, BASE, 2, 1);
		KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
		/* The core's reference is the driver's to find again. */
		fake_alloc_put(alloc);
		fake_alloc_put(alloc);
	}
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
}

#ifdef __PSIM__
/* C3.1 */
static void migrate_to_devmem__without_the_mmap_lock(struct kunit *test)
{
	struct drm_pagemap_migrate_details details = {};
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], 1, NULL);

	kunit_expect_report(test, "mmap_lock");
	KUNIT_EXPECT_EQ(
		test,
		drm_pagemap_migrate_to_devmem(&alloc->devmem, current->mm, BASE, BASE, &details),
		-EINVAL);
	fake_alloc_put(alloc);
}

/* C3.3, C3.2 */
static void migrate_to_devmem__without_memory(struct kunit *test)
{
	struct fake_alloc *alloc;
	unsigned int n;
	int err;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	for (n = 1; n < 100; n++) {
		alloc = fake_alloc_create(test, world.device[0], 4, NULL);
		psim_fail_nth(PSIM_FAIL_SLAB, n);
		err = fake_migrate(alloc, BASE, 4, NULL);
		psim_fail_nth(PSIM_FAIL_SLAB, 0);
		fake_alloc_put(alloc);
		if (!err)
			break;
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		KUNIT_EXPECT_EQ(test, world.releases, n);
		KUNIT_EXPECT_EQ(test, world.populates, 0u);
		KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	}
	/* The zdd, and the arrays. */
	KUNIT_EXPECT_GE(test, n, 3u);
	fake_check(test, BASE, 4, 1);
}
#endif

/* C3.1: either kind of hold will do */
static void migrate_to_devmem__with_the_mmap_lock_held_for_writing(struct kunit *test)
{
	struct drm_pagemap_migrate_details details = {};
	struct fake_alloc *alloc;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	alloc = fake_alloc_create(test, world.device[0], 2, NULL);
	mmap_write_lock(current->mm);
	KUNIT_EXPECT_EQ(test,
			drm_pagemap_migrate_to_devmem(&alloc->devmem, current->mm, BASE,
						      BASE + PAGES(2), &details),
			0);
	mmap_write_unlock(current->mm);
	fake_check_store(test, alloc, 0, 2, 1);
	fake_check(test, BASE, 2, 1);
	fake_alloc_put(alloc);
}

/* ---- what moves ---- */

/* C3.2, C3.8, C3.10, C8.2 */
static void migrate_to_devmem__moves_bytes_and_back(struct kunit *test)
{
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE, 8, 1);
	alloc = fake_push(test, BASE, 8);
	KUNIT_EXPECT_EQ(test, world.populates, 1u);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_FALSE(test, world.calls[0].to_ram);
	KUNIT_EXPECT_EQ(test, world.calls[0].npages, 8ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, 8ul);
	KUNIT_EXPECT_NULL(test, world.calls[0].fence);
	fake_check_store(test, alloc, 0, 8, 1);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(i)), fake_page(alloc, i));
	KUNIT_EXPECT_EQ(test, world.releases, 0u);

	fake_check(test, BASE, 8, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_EQ(test, kref_read(&alloc->ref), 1u);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_FALSE(test, fake_on_device(BASE + PAGES(i)));
	fake_alloc_put(alloc);
}

/* C8.2: a migration may ask for fewer pages than the allocation has */
static void migrate_to_devmem__of_a_part_of_the_allocation(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	alloc = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, world.calls[0].npages, 3ul);
	fake_check_store(test, alloc, 0, 3, 1);
	fake_check(test, BASE, 3, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

static void see_no_source(const struct fake_call *call)
{
	unsigned long i;

	for (i = 0; i < call->npages; i++) {
		KUNIT_EXPECT_NOT_NULL(world.test, call->pages[i]);
		/* Pages 1 and 3 have a source, the others have none. */
		KUNIT_EXPECT_EQ(world.test, call->addr[i].addr != 0, i == 1 || i == 3);
	}
}

/*
 *	page	0      1     2          3     4
 *	slot	hole   data  zero page  data  hole
 */
/* C3.5 */
static void migrate_to_devmem__holes_read_as_zeros(struct kunit *test)
{
	struct fake_alloc *alloc;
	u8 value = 1;

	fake_map(test, BASE, 5, RW);
	fake_fill(test, BASE + PAGES(1), 1, 1);
	fake_fill(test, BASE + PAGES(3), 1, 3);
	KUNIT_EXPECT_EQ(test, fake_read(BASE + PAGES(2), &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0);

	world.in_copy = see_no_source;
	alloc = fake_push(test, BASE, 5);
	world.in_copy = NULL;
	KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE));
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(2)));

	fake_check_zero(test, BASE, 1);
	fake_check(test, BASE + PAGES(1), 1, 1);
	fake_check_zero(test, BASE + PAGES(2), 1);
	fake_check(test, BASE + PAGES(3), 1, 3);
	fake_check_zero(test, BASE + PAGES(4), 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* C3.5 */
static void migrate_to_devmem__of_holes_only_still_calls_the_driver(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	alloc = fake_push(test, BASE, 3);
	KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.calls[0].npages, 3ul);
	KUNIT_EXPECT_EQ(test, world.calls[0].moved, 0ul);
	fake_check_zero(test, BASE, 3);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* ---- all or nothing at collection ---- */

static void expect_busy(struct kunit *test, unsigned int npages)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], npages, NULL);
	unsigned int releases = world.releases;
	unsigned long slots[8];
	unsigned int i;

	for (i = 0; i < npages; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, npages, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.populates + world.ncalls, 0u);
	KUNIT_EXPECT_EQ(test, world.releases, releases + 1);
	for (i = 0; i < npages; i++)
		KUNIT_EXPECT_EQ(test, fake_slot(BASE + PAGES(i)), slots[i]);
	fake_alloc_put(alloc);
}

/* C3.4 */
static void migrate_to_devmem__with_a_page_that_somebody_holds(struct kunit *test)
{
	struct page *page;
	unsigned int i;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	for (i = 0; i < 3; i++) {
		page = fake_page_at(BASE + PAGES(i));
		get_page(page);
		expect_busy(test, 3);
		put_page(page);
	}
	fake_check(test, BASE, 3, 1);
}

/* C3.4 */
static void migrate_to_devmem__with_a_page_that_somebody_locked(struct kunit *test)
{
	struct fake_alloc *alloc;
	struct page *page;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	page = fake_page_at(BASE + PAGES(2));
	get_page(page);
	lock_page(page);
	alloc = fake_alloc_create(test, world.device[0], 3, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 3, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.populates + world.ncalls, 0u);
	unlock_page(page);
	put_page(page);
	fake_alloc_put(alloc);
	fake_check(test, BASE, 3, 1);
	KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(2)), page);
}

/* C3.4: another device's page, and not a peer's */
static void migrate_to_devmem__with_a_foreign_page(struct kunit *test)
{
	struct fake_device *peer = fake_peer(test);
	struct fake_alloc *theirs, *ours;
	static char stranger;

	peer->pagemap.owner = &stranger;
	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	theirs = fake_alloc_create(test, peer, 1, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs, BASE, 1, NULL), 0);
	ours = fake_alloc_create(test, world.device[0], 2, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 2, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
	fake_check_store(test, theirs, 0, 1, 1);
	fake_check(test, BASE, 2, 1);
	fake_alloc_put(theirs);
	fake_alloc_put(ours);
}

/* ---- pages that are there already ---- */

/* C3.6 */
static void migrate_to_devmem__of_what_is_there_already(struct kunit *test)
{
	const struct drm_pagemap_migrate_details may = {.can_migrate_same_pagemap = 1};
	unsigned int fences = fake_fences_released();
	struct fake_alloc *first, *second;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	first = fake_push(test, BASE, 4);
	second = fake_alloc_create(test, world.device[0], 4, fake_fence(test));
	KUNIT_EXPECT_EQ(test, fake_migrate(second, BASE, 4, &may), 0);
	KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_EQ(test, world.populates, 1u);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_TRUE(test, completion_done(&second->devmem.detached));
	KUNIT_EXPECT_FALSE(test, completion_done(&first->devmem.detached));
	KUNIT_EXPECT_EQ(test, fake_fences_released(), fences + 1);
	KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(3)), fake_page(first, 3));
	fake_alloc_put(second);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(first);
}

/*
 *	page	0  1  2  3
 *	before	-  A  A  -	A in the pagemap already
 */
/* C3.7 */
static void migrate_to_devmem__of_what_is_there_in_part(struct kunit *test)
{
	struct fake_alloc *first, *second;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	first = fake_push(test, BASE + PAGES(1), 2);
	second = fake_alloc_create(test, world.device[0], 4, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(second, BASE, 4, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(1)));
	KUNIT_EXPECT_FALSE(test, fake_on_device(BASE));
	fake_alloc_put(second);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(first);
}

/* C3.7, C3.8, C3.12 */
static void migrate_to_devmem__within_the_pagemap_if_it_may(struct kunit *test)
{
	const struct drm_pagemap_migrate_details may = {.can_migrate_same_pagemap = 1};
	struct fake_alloc *first, *second;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	first = fake_push(test, BASE + PAGES(1), 2);
	second = fake_alloc_create(test, world.device[0], 4, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(second, BASE, 4, &may), 0);
	KUNIT_EXPECT_EQ(test, world.maps, 2u);
	KUNIT_EXPECT_EQ(test, world.unmaps, 2u);
	KUNIT_EXPECT_TRUE(test, completion_done(&first->devmem.detached));
	fake_check_store(test, second, 0, 4, 1);
	fake_alloc_put(first);
	fake_check(test, BASE, 4, 1);
	KUNIT_EXPECT_EQ(test, world.releases, 2u);
	fake_alloc_put(second);
}

/* ---- failures after collection ---- */

static void expect_untouched(struct kunit *test, unsigned int npages, const unsigned long *slots)
{
	unsigned int i;

	for (i = 0; i < npages; i++)
		KUNIT_EXPECT_EQ(test, fake_slot(BASE + PAGES(i)), slots[i]);
	KUNIT_EXPECT_EQ(test, fake_pages_used(world.device[0]), 0u);
	KUNIT_EXPECT_EQ(test, world.maps, world.unmaps);
}

/* C3.13, C8.2: half the array is right and half is nonsense; nobody looks at either */
static void migrate_to_devmem__when_populate_fails(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 3, 1); /* the last page is a hole */
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (i = 0; i < 2; i++) {
		alloc = fake_alloc_create(test, world.device[0], 4, NULL);
		fake_alloc_put(alloc);
		world.fail_populate = 1;
		world.garbage = i;
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), FAKE_ERROR);
		KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
		KUNIT_EXPECT_EQ(test, world.releases, i + 1);
		expect_untouched(test, 4, slots);
	}
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
}

/* C3.13 */
static void migrate_to_devmem__when_the_copy_fails(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 3, 1);
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	alloc = fake_alloc_create(test, world.device[0], 4, NULL);
	fake_alloc_put(alloc);
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), FAKE_ERROR);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	expect_untouched(test, 4, slots);
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
}

/*
 * Four runs, by three copiers:
 *
 *	page	0    1    2      3     4
 *	in	RAM  RAM  peer   hole  peer
 */
/* C3.13: the first, a middle and the last call */
static void migrate_to_devmem__when_one_of_several_copies_fails(struct kunit *test)
{
	const struct drm_pagemap_migrate_details details = {.source_peer_migrates = 1};
	struct fake_device *peer = fake_peer(test);
	struct fake_alloc *theirs[2], *ours;
	unsigned long slots[5];
	unsigned int i, n;

	fake_map(test, BASE, 5, RW);
	fake_fill(test, BASE, 3, 1);
	fake_fill(test, BASE + PAGES(4), 1, 4);
	for (i = 0; i < 2; i++) {
		theirs[i] = fake_alloc_create(test, peer, 1, NULL);
		KUNIT_ASSERT_EQ(test, fake_migrate(theirs[i], BASE + PAGES(2 + 2 * i), 1, NULL), 0);
	}
	for (i = 0; i < 5; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (n = 1; n <= 4; n++) {
		ours = fake_alloc_create(test, world.device[0], 5, NULL);
		fake_alloc_put(ours);
		world.fail_copy = n;
		world.ncalls = 0;
		KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 5, &details), FAKE_ERROR);
		KUNIT_EXPECT_EQ(test, world.ncalls, n);
		expect_untouched(test, 5, slots);
	}
	fake_check(test, BASE, 3, 1);
	fake_check_zero(test, BASE + PAGES(3), 1);
	fake_check(test, BASE + PAGES(4), 1, 4);
	fake_alloc_put(theirs[0]);
	fake_alloc_put(theirs[1]);
}

#ifdef __PSIM__
/* C3.8, C3.12, C3.13 */
static void migrate_to_devmem__when_a_page_cannot_be_mapped(struct kunit *test)
{
	unsigned long slots[4];
	struct fake_alloc *alloc;
	unsigned int i, n;

	fake_map(test, BASE, 4, RW);
	fake_fill(test, BASE, 4, 1);
	for (i = 0; i < 4; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	for (n = 1; n <= 4; n++) {
		alloc = fake_alloc_create(test, world.device[0], 4, NULL);
		fake_alloc_put(alloc);
		psim_fail_nth(PSIM_FAIL_DMA_MAP, n);
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 4, NULL), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
		expect_untouched(test, 4, slots);
	}
	fake_check(test, BASE, 4, 1);
}

static dma_addr_t stale;

static void remember_address(const struct fake_call *call)
{
	stale = call->addr[0].addr;
}

/* C3.12: what the device was told is worth nothing any more */
static void migrate_to_devmem__leaves_nothing_mapped(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	world.in_copy = remember_address;
	alloc = fake_push(test, BASE, 1);
	world.in_copy = NULL;
	KUNIT_EXPECT_NE(test, stale, 0ull);
	kunit_expect_report(test, "not mapped");
	KUNIT_EXPECT_EQ(test, fake_bus_read(world.device[0], stale), -EFAULT);
	fake_alloc_put(alloc);
}
#endif

static struct page *held;

static void hold(const struct fake_call *call)
{
	get_page(held);
}

/*
 *	page	0      1          2
 *	in	RAM    RAM, held  hole
 */
/* C3.14 */
static void migrate_to_devmem__with_a_page_that_is_taken_during_the_copy(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 2, 1);
	held = fake_page_at(BASE + PAGES(1));
	alloc = fake_alloc_create(test, world.device[0], 3, NULL);
	world.in_copy = hold;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 3, NULL), -EBUSY);
	world.in_copy = NULL;
	put_page(held);
	/* What could move has moved. */
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE));
	KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(1)), held);
	KUNIT_EXPECT_TRUE(test, fake_on_device(BASE + PAGES(2)));
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	KUNIT_EXPECT_FALSE(test, completion_done(&alloc->devmem.detached));
	fake_check(test, BASE, 2, 1);
	fake_check_zero(test, BASE + PAGES(2), 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_alloc_put(alloc);
}

/* C3.14, C2.2: the only page is taken, so nothing is left in the allocation */
static void migrate_to_devmem__with_all_pages_taken_during_the_copy(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 1, RW);
	fake_fill(test, BASE, 1, 1);
	held = fake_page_at(BASE);
	alloc = fake_alloc_create(test, world.device[0], 1, NULL);
	world.in_copy = hold;
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 1, NULL), -EBUSY);
	world.in_copy = NULL;
	put_page(held);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	fake_check(test, BASE, 1, 1);
	fake_alloc_put(alloc);
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

/* ---- peers (C3.9) ---- */

struct run {
	bool to_ram;
	unsigned int device;
	unsigned long npages, moved;
};

static void expect_runs(struct kunit *test, const struct run *runs, unsigned int n)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, world.ncalls, n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].to_ram, runs[i].to_ram, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].device->id, runs[i].device, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].npages, runs[i].npages, "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, world.calls[i].moved, runs[i].moved, "run %u", i);
	}
}

/*
 *	page	0     1    2    3     4     5     6    7
 *	in	hole  RAM  RAM  peer  peer  hole  RAM  peer
 */
static void lay_out(struct kunit *test, struct fake_alloc *theirs[2])
{
	struct fake_device *peer = fake_peer(test);

	fake_map(test, BASE, 8, RW);
	fake_fill(test, BASE + PAGES(1), 4, 1);
	fake_fill(test, BASE + PAGES(6), 2, 6);
	theirs[0] = fake_alloc_create(test, peer, 2, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs[0], BASE + PAGES(3), 2, NULL), 0);
	theirs[1] = fake_alloc_create(test, peer, 1, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(theirs[1], BASE + PAGES(7), 1, NULL), 0);
	world.ncalls = 0;
}

static void check_and_drop(struct kunit *test, struct fake_alloc *theirs[2],
			   struct fake_alloc *ours)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, world.maps, 3u);
	KUNIT_EXPECT_EQ(test, world.unmaps, 3u);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, completion_done(&theirs[i]->devmem.detached));
		fake_alloc_put(theirs[i]);
	}
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(i)), fake_page(ours, i));
	fake_check_zero(test, BASE, 1);
	fake_check(test, BASE + PAGES(1), 4, 1);
	fake_check_zero(test, BASE + PAGES(5), 1);
	fake_check(test, BASE + PAGES(6), 2, 6);
	fake_alloc_put(ours);
}

/* C3.9 */
static void peer__pages_are_copied_by_the_destination(struct kunit *test)
{
	static const struct run runs[] = {
		{false, 0, 3, 2}, /* hole, RAM, RAM */
		{false, 0, 3, 2}, /* peer, peer, hole */
		{false, 0, 1, 1}, /* RAM */
		{false, 0, 1, 1}, /* peer */
	};
	struct fake_alloc *theirs[2], *ours;

	lay_out(test, theirs);
	ours = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, NULL), 0);
	expect_runs(test, runs, ARRAY_SIZE(runs));
	check_and_drop(test, theirs, ours);
}

/* C3.9 */
static void peer__pages_are_copied_by_the_source_if_asked(struct kunit *test)
{
	static const struct run runs[] = {
		{false, 0, 3, 2}, /* hole, RAM, RAM */
		{true, 1, 2, 2}, /* peer, peer */
		{false, 0, 2, 1}, /* hole, RAM */
		{true, 1, 1, 1}, /* peer */
	};
	const struct drm_pagemap_migrate_details details = {.source_peer_migrates = 1};
	struct fake_alloc *theirs[2], *ours;

	lay_out(test, theirs);
	ours = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, &details), 0);
	expect_runs(test, runs, ARRAY_SIZE(runs));
	check_and_drop(test, theirs, ours);
}

/* C3.8, C3.13 */
static void peer__that_cannot_map_its_page(struct kunit *test)
{
	struct fake_alloc *theirs[2], *ours;
	unsigned int by_peer;

	lay_out(test, theirs);
	for (by_peer = 0; by_peer < 2; by_peer++) {
		const struct drm_pagemap_migrate_details details = {.source_peer_migrates =
									    by_peer};

		ours = fake_alloc_create(test, world.device[0], 8, NULL);
		fake_alloc_put(ours);
		world.fail_map = true;
		KUNIT_EXPECT_EQ(test, fake_migrate(ours, BASE, 8, &details), -EFAULT);
		KUNIT_EXPECT_EQ(test, world.releases, by_peer + 1);
	}
	world.fail_map = false;
	fake_check(test, BASE + PAGES(1), 4, 1);
	fake_check(test, BASE + PAGES(6), 2, 6);
	fake_alloc_put(theirs[0]);
	fake_alloc_put(theirs[1]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(devmem_init__fills_every_field),
	KUNIT_CASE(detached__completes_with_the_last_page),
	KUNIT_CASE(release__may_free_the_allocation_at_once),
	KUNIT_CASE(release__may_free_the_allocation_of_a_failed_migration),
	KUNIT_CASE_PARAM(migrate_to_devmem__refused, refusals_gen_params),
	KUNIT_CASE(migrate_to_devmem__of_a_mapping_that_is_not_anonymous),
	KUNIT_CASE(migrate_to_devmem__without_a_release_callback),
#ifdef __PSIM__
	KUNIT_CASE(migrate_to_devmem__without_the_mmap_lock),
	KUNIT_CASE(migrate_to_devmem__without_memory),
	KUNIT_CASE(migrate_to_devmem__when_a_page_cannot_be_mapped),
	KUNIT_CASE(migrate_to_devmem__leaves_nothing_mapped),
#endif
	KUNIT_CASE(migrate_to_devmem__with_the_mmap_lock_held_for_writing),
	KUNIT_CASE(migrate_to_devmem__moves_bytes_and_back),
	KUNIT_CASE(migrate_to_devmem__of_a_part_of_the_allocation),
	KUNIT_CASE(migrate_to_devmem__holes_read_as_zeros),
	KUNIT_CASE(migrate_to_devmem__of_holes_only_still_calls_the_driver),
	KUNIT_CASE(migrate_to_devmem__with_a_page_that_somebody_holds),
	KUNIT_CASE(migrate_to_devmem__with_a_page_that_somebody_locked),
	KUNIT_CASE(migrate_to_devmem__with_a_foreign_page),
	KUNIT_CASE(migrate_to_devmem__of_what_is_there_already),
	KUNIT_CASE(migrate_to_devmem__of_what_is_there_in_part),
	KUNIT_CASE(migrate_to_devmem__within_the_pagemap_if_it_may),
	KUNIT_CASE(migrate_to_devmem__when_populate_fails),
	KUNIT_CASE(migrate_to_devmem__when_the_copy_fails),
	KUNIT_CASE(migrate_to_devmem__when_one_of_several_copies_fails),
	KUNIT_CASE(migrate_to_devmem__with_a_page_that_is_taken_during_the_copy),
	KUNIT_CASE(migrate_to_devmem__with_all_pages_taken_during_the_copy),
	KUNIT_CASE(fence__is_handed_to_the_copy_and_put_once),
	KUNIT_CASE(fence__is_put_before_a_failed_migration_releases),
	KUNIT_CASE(timeslice__is_now_and_so_many_milliseconds),
	KUNIT_CASE(peer__pages_are_copied_by_the_destination),
	KUNIT_CASE(peer__pages_are_copied_by_the_source_if_asked),
	KUNIT_CASE(peer__that_cannot_map_its_page),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_to_devmem",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
