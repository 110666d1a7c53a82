// SPDX-License-Identifier: MIT
/* Small callers of what 7.0's drm_pagemap.c uses in a form of its own (S5.25, S10.7). */
#include <kunit/test.h>
#include <linux/hmm.h>
#include <linux/migrate.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "../pages/fixture.h"

static struct test_device device;

static int setup(struct kunit *test)
{
	test_device_register(test, &device);
	return 0;
}

static void teardown(struct kunit *test)
{
	test_device_unregister(&device);
}

static void tree__is_of_its_version(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, LINUX_VERSION_CODE, KERNEL_VERSION(7, 0, 0));
}

/* S5.25, S5.22: the data first */
static void zone_device_page_init__of_a_pagemap(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);

	page->zone_device_data = &device;
	zone_device_page_init(page, page_pgmap(page), 0);
	KUNIT_EXPECT_PTR_EQ(test, page->zone_device_data, (void *)&device);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
}

/* Memory by type, GFP_KERNEL if nothing is said. */
static void kmalloc_obj__by_type(struct kunit *test)
{
	struct test_device *one = kmalloc_obj(*one);
	struct test_device *other = kzalloc_obj(struct test_device, GFP_ATOMIC);
	u64 *many = kvmalloc_objs(*many, 1000);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, many);
	KUNIT_EXPECT_EQ(test, other->frees, 0u);
	many[999] = 1;
	kvfree(many);
	kfree(other);
	kfree(one);
}

/* Peers' memory may go to the device too. */
static void migrate_vma__of_peers(struct kunit *test)
{
	struct migrate_vma migrate = {.flags = MIGRATE_VMA_SELECT_SYSTEM |
					       MIGRATE_VMA_SELECT_DEVICE_COHERENT |
					       MIGRATE_VMA_SELECT_DEVICE_PRIVATE};

	KUNIT_EXPECT_EQ(test, migrate.flags, 1ul | 4ul | 2ul);
}

/* The mm has to be locked by who asks. */
static void hmm_range_fault__has_its_form(struct kunit *test)
{
	int (*ask)(struct hmm_range * range) = hmm_range_fault;

	KUNIT_EXPECT_NOT_NULL(test, ask);
	KUNIT_EXPECT_EQ(test, HMM_RANGE_DEFAULT_TIMEOUT, 1000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tree__is_of_its_version),	   KUNIT_CASE(zone_device_page_init__of_a_pagemap),
	KUNIT_CASE(kmalloc_obj__by_type),	   KUNIT_CASE(migrate_vma__of_peers),
	KUNIT_CASE(hmm_range_fault__has_its_form), {},
};

static struct kunit_suite suite = {
	.name = "forms_v70", .init = setup, .exit = teardown, .test_cases = cases};
kunit_test_suite(suite);
