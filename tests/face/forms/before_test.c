// SPDX-License-Identifier: MIT
/*
 * Small callers of what drm_pagemap.c of kernels before 7.0 uses in another form than 7.0's (S5.25, S10.7), compiled
 * as files of Linux 6.18 are.
 */
#include <kunit/test.h>
#include <linux/migrate.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include "../pages/fixture.h"

static struct test_device device;
static unsigned int ran;
static struct page *freed;

static int setup(struct kunit *test)
{
	ran = 0;
	test_device_register(test, &device);
	return 0;
}

static void teardown(struct kunit *test)
{
	test_device_unregister(&device);
}

static void tree__is_of_its_version(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, LINUX_VERSION_CODE, KERNEL_VERSION(6, 18, 0));
}

/* The driver's word is set first; it stays. */
static void give_back(struct kunit *test, struct page *page)
{
	KUNIT_EXPECT_PTR_EQ(test, page->zone_device_data, (void *)&ran);
	unlock_page(page);
	put_page(page);
}

/* S5.25: up to about 6.18 */
static void zone_device_page_init__of_a_page(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);

	page->zone_device_data = &ran;
	zone_device_page_init(page);
	give_back(test, page);
}

/* S5.25: for a while afterwards */
static void zone_device_page_init__of_an_order(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);

	page->zone_device_data = &ran;
	zone_device_page_init(page, 0);
	give_back(test, page);
}

/* S5.25: just before 7.0 */
static void zone_device_page_init__of_a_pagemap(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);

	page->zone_device_data = &ran;
	zone_device_page_init(page, page_pgmap(page), 0);
	give_back(test, page);
}

/* S5.8: with the pagemap that the caller has already, whose reference stays or is given back. */
static void get_dev_pagemap__from_the_last_one(struct kunit *test)
{
	unsigned long pfn = page_to_pfn(test_device_page(&device, 0));
	struct dev_pagemap *pgmap = get_dev_pagemap(pfn, NULL);

	KUNIT_ASSERT_PTR_EQ(test, pgmap, &device.pgmap);
	pgmap = get_dev_pagemap(pfn + 1, pgmap);
	KUNIT_EXPECT_PTR_EQ(test, pgmap, &device.pgmap);
	/* it is gone, so that the teardown does not wait */
	KUNIT_EXPECT_NULL(test, get_dev_pagemap(pfn - 1, pgmap));
}

/* Freed device pages were told of as pages. */
static void page_free(struct page *page)
{
	freed = page;
}

static void dev_pagemap_ops__page_free(struct kunit *test)
{
	struct dev_pagemap_ops ops = *device.pgmap.ops;
	struct page *page = test_device_page(&device, 1);

	ops.page_free = page_free;
	device.pgmap.ops = &ops;
	page->zone_device_data = &ran;
	zone_device_page_init(page);
	give_back(test, page);
	KUNIT_EXPECT_PTR_EQ(test, freed, page);
	test_device_unregister(&device);
	test_device_register(test, &device); /* with its own again */
}

/* One early version had populate_devmem_mpfn in the place of populate_devmem_pfn. */
static void migrate_pfn__from_a_page(struct kunit *test)
{
	struct page *page = test_device_page(&device, 3);

	KUNIT_EXPECT_EQ(test, migrate_pfn(page_to_pfn(page)),
			(page_to_pfn(page) << MIGRATE_PFN_SHIFT) | MIGRATE_PFN_VALID);
	KUNIT_EXPECT_PTR_EQ(test, migrate_pfn_to_page(migrate_pfn(page_to_pfn(page))), page);
	KUNIT_EXPECT_EQ(test, migrate_pfn_from_page(page), migrate_pfn(page_to_pfn(page)));
}

/* No device-private memory among what goes to the device, no compound entries. */
static void migrate_vma__of_system_memory(struct kunit *test)
{
	struct migrate_vma migrate = {.flags = MIGRATE_VMA_SELECT_SYSTEM |
					       MIGRATE_VMA_SELECT_DEVICE_COHERENT};

	KUNIT_EXPECT_EQ(test, migrate.flags, 1ul | 4ul);
}

/* Memory by size, not by type. */
static void kmalloc__by_size(struct kunit *test)
{
	struct test_device *one = kmalloc(sizeof(*one), GFP_KERNEL);
	struct test_device *other = kzalloc(sizeof(*other), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, other->frees, 0u);
	kfree(other);
	kfree(one);
}

static void work_body(struct work_struct *work)
{
	ran++;
}

static DECLARE_WORK(work, work_body);

static void schedule_work__for_the_release(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, schedule_work(&work));
	flush_work(&work);
	KUNIT_EXPECT_EQ(test, ran, 1u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tree__is_of_its_version),
	KUNIT_CASE(zone_device_page_init__of_a_page),
	KUNIT_CASE(zone_device_page_init__of_an_order),
	KUNIT_CASE(zone_device_page_init__of_a_pagemap),
	KUNIT_CASE(get_dev_pagemap__from_the_last_one),
	KUNIT_CASE(dev_pagemap_ops__page_free),
	KUNIT_CASE(migrate_pfn__from_a_page),
	KUNIT_CASE(migrate_vma__of_system_memory),
	KUNIT_CASE(kmalloc__by_size),
	KUNIT_CASE(schedule_work__for_the_release),
	{},
};

static struct kunit_suite suite = {
	.name = "forms_before", .init = setup, .exit = teardown, .test_cases = cases};
kunit_test_suite(suite);
