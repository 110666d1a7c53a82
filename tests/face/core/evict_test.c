// SPDX-License-Identifier: MIT
/* drm_pagemap_evict_to_ram(): all pages of an allocation leave device memory (C4). */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static struct fake_alloc *filled(struct kunit *test, unsigned int npages)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, npages, RW);
	fake_fill(test, BASE, npages, 1);
	alloc = fake_push(test, BASE, npages);
	world.populates = 0;
	world.ncalls = 0;
	return alloc;
}

static unsigned int on_device(unsigned int npages)
{
	unsigned int i, n = 0;

	for (i = 0; i < npages; i++)
		n += fake_on_device(BASE + PAGES(i));
	return n;
}

/* Pages that copies to RAM have moved so far. */
static unsigned long copied(void)
{
	unsigned long n = 0;
	unsigned int i;

	for (i = 0; i < world.ncalls; i++)
		n += world.calls[i].to_ram ? world.calls[i].moved : 0;
	return n;
}

/* C4.1, C4.2, C2.2 */
static void evict__moves_every_page(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 8);
	int users = atomic_read(&current->mm->mm_users);

	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, on_device(8), 0u);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	KUNIT_EXPECT_EQ(test, world.populates, 1u);
	KUNIT_ASSERT_EQ(test, world.ncalls, 1u);
	KUNIT_EXPECT_TRUE(test, world.calls[0].to_ram);
	KUNIT_EXPECT_NULL(test, world.calls[0].fence);
	KUNIT_EXPECT_EQ(test, copied(), 8ul);
	KUNIT_EXPECT_TRUE(test, completion_done(&alloc->devmem.detached));
	fake_flush();
	KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_users), users);
	fake_check(test, BASE, 8, 1);
	fake_alloc_put(alloc);
}

/* C4.1: whatever holds the mmap lock can wait for an eviction */
static void evict__needs_no_mmap_lock(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 2);

	mmap_write_lock(current->mm);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	mmap_write_unlock(current->mm);
	fake_check(test, BASE, 2, 1);
	fake_alloc_put(alloc);
}

/* C4.1, C4.2: pages that are not in use are skipped, and a timeslice does not count */
static void evict__after_a_part_was_unmapped(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 6);

	KUNIT_EXPECT_EQ(test, vm_munmap(BASE + PAGES(1), PAGES(2)), 0);
	alloc->devmem.timeslice_expiration = get_jiffies_64() + 1000 * HZ;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, copied(), 4ul);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE, 1, 1);
	fake_alloc_put(alloc);
}

/* C4.2: an allocation larger than what was ever in use */
static void evict__of_an_allocation_that_is_half_used(struct kunit *test)
{
	struct fake_alloc *alloc;

	fake_map(test, BASE, 3, RW);
	fake_fill(test, BASE, 3, 1);
	alloc = fake_alloc_create(test, world.device[0], 8, NULL);
	KUNIT_ASSERT_EQ(test, fake_migrate(alloc, BASE, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, copied(), 3ul);
	fake_check(test, BASE, 3, 1);
	fake_alloc_put(alloc);
}

/* C4.2: somebody else was first */
static void evict__of_what_is_detached_does_nothing(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 2);

	fake_check(test, BASE, 2, 1);
	KUNIT_ASSERT_EQ(test, world.releases, 1u);
	world.ncalls = 0;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, world.populates + world.ncalls, 0u);
	fake_alloc_put(alloc);
}

/* An allocation of an address space that is gone, but for its structure. */
static struct fake_alloc *orphan(struct kunit *test)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], 2, NULL);
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmgrab(mm);
	mmput(mm);
	alloc->devmem.mm = mm;
	return alloc;
}

/* C4.2 */
static void evict__without_users_of_the_mm(struct kunit *test)
{
	struct fake_alloc *alloc = orphan(test);

	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -EFAULT);
	KUNIT_EXPECT_EQ(test, world.populates, 0u);

	/* As soon as it is detached, nothing is left to do. */
	KUNIT_EXPECT_EQ(test, fake_migrate(alloc, BASE, 0, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	mmdrop(alloc->devmem.mm);
	fake_alloc_put(alloc);
}

/* ---- pages that will not go ---- */

/* C4.2, C3.13 */
static void evict__with_a_page_that_somebody_holds(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 4);
	struct page *page = fake_page(alloc, 2);

	get_page(page);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.populates, 3u);
	/* The others went in the first attempt, and never again. */
	KUNIT_EXPECT_EQ(test, copied(), 4ul + 1 + 1);
	KUNIT_EXPECT_EQ(test, on_device(4), 0u + 1);
	KUNIT_EXPECT_PTR_EQ(test, fake_page_at(BASE + PAGES(2)), page);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	put_page(page);

	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
}

/* C4.2: a page that somebody has locked is not waited for */
static void evict__with_a_page_that_somebody_locked(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 3);
	struct page *page = fake_page(alloc, 0);

	get_page(page);
	lock_page(page);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -EBUSY);
	KUNIT_EXPECT_EQ(test, copied(), 2ul);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	fake_check(test, BASE, 3, 1);
	fake_alloc_put(alloc);
}

/* C4.2: with nothing to copy the driver is not asked to */
static void evict__with_every_page_locked(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 1);
	struct page *page = fake_page(alloc, 0);

	get_page(page);
	lock_page(page);
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -EBUSY);
	KUNIT_EXPECT_EQ(test, world.populates, 3u);
	KUNIT_EXPECT_EQ(test, world.ncalls, 0u);
	unlock_page(page);
	put_page(page);
	fake_check(test, BASE, 1, 1);
	fake_alloc_put(alloc);
}

static struct page *held;

static void let_go_at_the_second_attempt(struct fake_alloc *alloc, unsigned long npages)
{
	KUNIT_EXPECT_EQ(world.test, npages, (unsigned long)alloc->npages);
	if (world.populates == 2)
		put_page(held);
}

/* C4.2 */
static void evict__tries_again(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 4);

	held = fake_page(alloc, 1);
	get_page(held);
	world.in_populate = let_go_at_the_second_attempt;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	world.in_populate = NULL;
	KUNIT_EXPECT_EQ(test, world.populates, 2u);
	KUNIT_EXPECT_EQ(test, copied(), 4ul + 1);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE, 4, 1);
	fake_alloc_put(alloc);
}

/* C4.2: an error of one attempt is not remembered by the next */
static void evict__recovers_from_an_error(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 3);

	world.fail_populate = 1;
	world.garbage = true;
	world.fail_copy = 1;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
	KUNIT_EXPECT_EQ(test, world.populates, 3u);
	KUNIT_EXPECT_EQ(test, copied(), 3ul + 3);
	KUNIT_EXPECT_EQ(test, world.releases, 1u);
	fake_check(test, BASE, 3, 1);
	fake_alloc_put(alloc);
}

/* C4.2, C4.4 (C3.13): what fails every time is the driver's own error, and moves nothing */
static void evict__when_the_copy_fails(struct kunit *test)
{
	struct fake_alloc *alloc = filled(test, 3);
	unsigned long slots[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		slots[i] = fake_slot(BASE + PAGES(i));
	world.fail_copies = true;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), FAKE_ERROR);
	KUNIT_EXPECT_EQ(test, world.releases, 0u);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, fake_slot(BASE + PAGES(i)), slots[i]);
	world.fail_copies = false;
	fake_check(test, BASE, 3, 1);
	fake_alloc_put(alloc);
}

#ifdef __PSIM__
/*
 * C4.2, C4.4 (C3.12, C3.13): one failure of any kind, at any place. Three attempts are more than
 * enough, but for the arrays, which are wanted once.
 */
static void expect_recovery(struct kunit *test, enum psim_fallible kind, int error)
{
	unsigned int n, round = 0;
	struct fake_alloc *alloc;
	int err;

	for (n = 1; n < 100; n++) {
		alloc = filled(test, 4);
		psim_fail_nth(kind, n);
		err = drm_pagemap_evict_to_ram(&alloc->devmem);
		KUNIT_EXPECT_TRUE_MSG(test, !err || err == error, "%d", err);
		if (err) {
			KUNIT_EXPECT_EQ(test, on_device(4), 4u);
			KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), 0);
		}
		/* Whether that call came at all. */
		round = world.populates > 1 || err;
		psim_fail_nth(kind, 0);
		KUNIT_EXPECT_EQ(test, world.releases, n);
		fake_check(test, BASE, 4, 1);
		vm_munmap(BASE, PAGES(4));
		fake_alloc_put(alloc);
		if (!round)
			break;
	}
	KUNIT_EXPECT_GT(test, n, 1u);
	KUNIT_EXPECT_LT(test, n, 100u);
}

static void evict__when_a_page_cannot_be_allocated(struct kunit *test)
{
	expect_recovery(test, PSIM_FAIL_PAGE, 0);
}

static void evict__when_a_page_cannot_be_mapped(struct kunit *test)
{
	expect_recovery(test, PSIM_FAIL_DMA_MAP, 0);
}

static void evict__without_memory_for_its_arrays(struct kunit *test)
{
	expect_recovery(test, PSIM_FAIL_SLAB, -ENOMEM);
}
#endif

/* ---- the end of the address space ---- */

static struct mm_struct *doomed;
static struct task_struct *evictor;
static bool torn_down, by_evictor;

static void see_teardown(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	torn_down = true;
	by_evictor = current == evictor;
}

static const struct mmu_notifier_ops teardown_ops = {.release = see_teardown};

static void drop_the_last_user(struct fake_alloc *alloc, unsigned long npages)
{
	if (doomed)
		mmput(doomed);
	doomed = NULL;
}

/* C4.3: the eviction ends up with the last reference, and must not tear down in its own context */
static void evict__never_tears_an_address_space_down(struct kunit *test)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], 2, NULL);
	struct mmu_notifier notifier = {.ops = &teardown_ops};
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&notifier, mm), 0);
	mmgrab(mm);
	doomed = mm;
	evictor = current;
	torn_down = by_evictor = false;
	alloc->devmem.mm = mm;
	world.in_populate = drop_the_last_user;
	KUNIT_EXPECT_EQ(test, drm_pagemap_evict_to_ram(&alloc->devmem), -EBUSY);
	world.in_populate = NULL;
	fake_flush();
	KUNIT_EXPECT_TRUE(test, torn_down);
	KUNIT_EXPECT_FALSE(test, by_evictor);
	mmu_notifier_unregister(&notifier, mm);
	mmdrop(mm);
	fake_alloc_put(alloc);
	fake_alloc_put(alloc);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(evict__moves_every_page),
	KUNIT_CASE(evict__needs_no_mmap_lock),
	KUNIT_CASE(evict__after_a_part_was_unmapped),
	KUNIT_CASE(evict__of_an_allocation_that_is_half_used),
	KUNIT_CASE(evict__of_what_is_detached_does_nothing),
	KUNIT_CASE(evict__without_users_of_the_mm),
	KUNIT_CASE(evict__with_a_page_that_somebody_holds),
	KUNIT_CASE(evict__with_a_page_that_somebody_locked),
	KUNIT_CASE(evict__with_every_page_locked),
	KUNIT_CASE(evict__tries_again),
	KUNIT_CASE(evict__recovers_from_an_error),
	KUNIT_CASE(evict__when_the_copy_fails),
#ifdef __PSIM__
	KUNIT_CASE(evict__when_a_page_cannot_be_allocated),
	KUNIT_CASE(evict__when_a_page_cannot_be_mapped),
	KUNIT_CASE(evict__without_memory_for_its_arrays),
#endif
	KUNIT_CASE(evict__never_tears_an_address_space_down),
	{},
};

static struct kunit_suite suite = {
	.name = "evict_to_ram",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
