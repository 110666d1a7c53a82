// SPDX-License-Identifier: MIT
/* drm_pagemap_migrate_to_devmem(): what it refuses and what it moves (C3.1 to C3.8). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

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

static void vma_ops(const struct vm_operations_struct *ops)
{
	mmap_write_lock(current->mm);
	vma_lookup(current->mm, BASE)->vm_ops = ops;
	mmap_write_unlock(current->mm);
}

/* C3.3: not anonymous (S0.13), although there is an anonymous page in it; that is asked last */
static void migrate_to_devmem__of_a_mapping_that_is_not_anonymous(struct kunit *test)
{
	static const struct vm_operations_struct some_ops;
	static const struct {
		unsigned long vm_flags, npages;
		int error;
	} order[] = {{0, 1, -EBUSY}, {VM_PFNMAP, 1, -EINVAL}, {0, 3, -EINVAL}};
	struct fake_alloc *alloc;
	unsigned int i;

	fake_map(test, BASE, 2, RW);
	fake_fill(test, BASE, 2, 1);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		alloc = fake_alloc_create(test, world.device[0], 3, NULL);
		vma_flags(order[i].vm_flags, true);
		vma_ops(&some_ops);
		KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, order[i].npages, NULL),
				order[i].error);
		KUNIT_EXPECT_EQ(test, world.releases, i + 1);
		vma_ops(NULL);
		vma_flags(order[i].vm_flags, false);
		fake_alloc_put(alloc);
	}
	fake_check(test, BASE, 2, 1);
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

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(migrate_to_devmem__refused, refusals_gen_params),
	KUNIT_CASE(migrate_to_devmem__of_a_mapping_that_is_not_anonymous),
	KUNIT_CASE(migrate_to_devmem__without_a_release_callback),
#ifdef __PSIM__
	KUNIT_CASE(migrate_to_devmem__without_the_mmap_lock),
	KUNIT_CASE(migrate_to_devmem__without_memory),
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
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_to_devmem",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
