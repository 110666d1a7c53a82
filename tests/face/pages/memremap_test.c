// SPDX-License-Identifier: MIT
/* Regions of device memory, their registration and teardown (S5.1 to S5.9, S5.40 to S5.48). */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/completion.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/platform_device.h>
#include <linux/sched/task.h>
#include "fixture.h"

#ifdef __PSIM__
#include <psim/fault.h>
#endif

#define SECTION SZ_128M

static struct test_device device;

/* ---- regions ------------------------------------------------------------------------------------ */

/* S5.1: in whole sections, the highest first, apart from each other */
static void request_free_mem_region__from_the_top(struct kunit *test)
{
	struct resource *a = request_free_mem_region(&iomem_resource, SZ_64K, "a");
	struct resource *b = request_free_mem_region(&iomem_resource, SECTION + 1, "b");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	KUNIT_EXPECT_EQ(test, resource_size(a), (resource_size_t)SECTION);
	KUNIT_EXPECT_EQ(test, a->start % SECTION, 0ull);
	/* S5.2 */
	KUNIT_EXPECT_EQ(test, (a->end + 1) % SECTION, 0ull);
	KUNIT_EXPECT_EQ(test, a->desc, (unsigned long)IORES_DESC_DEVICE_PRIVATE_MEMORY);
	KUNIT_EXPECT_EQ(test, resource_size(b), 2 * (resource_size_t)SECTION);
	KUNIT_EXPECT_LT(test, b->end, a->start);
	KUNIT_EXPECT_STREQ(test, b->name, "b");
	release_mem_region(a->start, resource_size(a));
	release_mem_region(b->start, resource_size(b));
}

/* S5.2: the last byte counts, in resources and in ranges */
static void request_free_mem_region__end_is_inclusive(struct kunit *test)
{
	struct resource *region = request_free_mem_region(&iomem_resource, SECTION, "a");
	struct range range;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, region);
	KUNIT_EXPECT_EQ(test, (u64)(region->end - region->start), (u64)SECTION - 1);
	KUNIT_EXPECT_EQ(test, (u64)resource_size(region), (u64)SECTION);
	range = (struct range){.start = region->start, .end = region->end};
	KUNIT_EXPECT_EQ(test, range_len(&range), (u64)SECTION);
	release_mem_region(region->start, SECTION);
}

/* S5.1: what was given back is found again */
static void request_free_mem_region__again(struct kunit *test)
{
	struct resource *res = request_free_mem_region(&iomem_resource, SECTION, "first");
	resource_size_t start;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, res);
	start = res->start;
	release_mem_region(start, SECTION);
	res = request_free_mem_region(&iomem_resource, SECTION, "second");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, res);
	KUNIT_EXPECT_EQ(test, res->start, start);
	release_mem_region(start, SECTION);
}

/* S5.1 */
static void request_free_mem_region__nothing_is_free(struct kunit *test)
{
	struct resource *res = request_free_mem_region(&iomem_resource, 1ul << 50, "huge");

	KUNIT_EXPECT_EQ(test, PTR_ERR(res), (long)-ERANGE);
}

static void request_mem_region__taken(struct kunit *test)
{
	struct resource *res = request_free_mem_region(&iomem_resource, SECTION, "taken");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, res);
	KUNIT_EXPECT_NULL(test, request_mem_region(res->start + PAGE_SIZE, PAGE_SIZE, "inside"));
	KUNIT_EXPECT_NULL(test, request_mem_region(0, PAGE_SIZE, "in RAM"));
	release_mem_region(res->start, SECTION);
}

/* S5.1: a window that one region fills from its first byte to its last */
static void request_free_mem_region__fills_its_window(struct kunit *test)
{
	struct resource *all = request_free_mem_region(&iomem_resource, 4 * SECTION, "all"), *res;
	struct resource base;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, all);
	base = (struct resource){.name = "base", .start = all->start, .end = all->end};
	res = request_free_mem_region(&base, 5 * SECTION, "too much");
	KUNIT_EXPECT_EQ(test, PTR_ERR(res), (long)-ERANGE);
	res = request_free_mem_region(&base, 4 * SECTION, "whole");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, res);
	KUNIT_EXPECT_EQ(test, res->start, base.start);
	KUNIT_EXPECT_EQ(test, res->end, base.end);
	KUNIT_EXPECT_EQ(test, PTR_ERR(request_free_mem_region(&base, 1, "none")), (long)-ERANGE);
	release_resource(res);
	kfree(res);
	release_mem_region(all->start, resource_size(all));
}

/* A region of one byte ends where it begins: its neighbour may begin right behind it, and not on it. */
static void request_resource__of_one_byte(struct kunit *test)
{
	struct resource window = {.name = "window", .start = 0x1000, .end = 0x1fff};
	struct resource one = {.name = "one", .start = 0x1000, .end = 0x1000};
	struct resource on = one, behind = {.name = "behind", .start = 0x1001, .end = 0x1001};

	KUNIT_EXPECT_EQ(test, request_resource(&window, &one), 0);
	KUNIT_EXPECT_EQ(test, request_resource(&window, &on), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_resource(&window, &behind), 0);
	KUNIT_EXPECT_PTR_EQ(test, one.sibling, &behind);
	release_resource(&one);
	release_resource(&behind);
}

/* ---- registration --------------------------------------------------------------------------------- */

static void expect_refused(struct kunit *test, long err)
{
	KUNIT_EXPECT_EQ(test, PTR_ERR(memremap_pages(&device.pgmap, NUMA_NO_NODE)), err);
}

/* S5.3 */
static void memremap_pages__nothing_to_map(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.nr_range = 0;
	expect_warning(test, "without ranges");
	expect_refused(test, -EINVAL);
	test_device_release(&device);
}

/* S5.3 */
static void memremap_pages__functions_are_missing(struct kunit *test)
{
	struct dev_pagemap_ops ops = test_ops;

	test_device_init(test, &device);
	device.pgmap.ops = NULL;
	expect_warning(test, "without migrate_to_ram");
	expect_refused(test, -EINVAL);
	device.pgmap.ops = &ops;
	ops.folio_free = NULL;
	expect_warning(test, "without folio_free");
	expect_refused(test, -EINVAL);
	test_device_release(&device);
}

/* S5.3 */
static void memremap_pages__no_owner(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.owner = NULL;
	expect_warning(test, "without an owner");
	expect_refused(test, -EINVAL);
	test_device_release(&device);
}

/* S5.4 */
static void memremap_pages__has_a_pagemap(struct kunit *test)
{
	static struct test_device other;

	test_device_register(test, &device);
	memcpy(&other, &device, sizeof(other));
	KUNIT_EXPECT_EQ(test, PTR_ERR(memremap_pages(&other.pgmap, NUMA_NO_NODE)), (long)-ENOMEM);
	test_device_unregister(&device);
}

/* S5.4 */
static void memremap_pages__ram(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.range.start = 0;
	device.pgmap.range.end = SZ_2M - 1;
	expect_refused(test, -ENXIO);
	test_device_release(&device);
}

/* S5.4, S5.6, S5.42 */
static void memremap_pages__and_back(struct kunit *test)
{
	unsigned long pfn;

	for (int round = 0; round < 3; round++) {
		test_device_register(test, &device);
		pfn = device.pgmap.range.start >> PAGE_SHIFT;
		KUNIT_EXPECT_TRUE(test, pfn_valid(pfn));
		KUNIT_EXPECT_TRUE(test, is_device_private_page(pfn_to_page(pfn)));
		KUNIT_EXPECT_EQ(test, page_ref_count(pfn_to_page(pfn)), 0);
		KUNIT_EXPECT_NULL(test, pfn_to_page(pfn)->zone_device_data);
		pfn_to_page(pfn)->zone_device_data = test;
		test_device_unregister(&device);
		KUNIT_EXPECT_FALSE(test, pfn_valid(pfn));
	}
}

/* S5.8 */
static void get_dev_pagemap__while_live(struct kunit *test)
{
	unsigned long pfn;

	test_device_register(test, &device);
	pfn = device.pgmap.range.start >> PAGE_SHIFT;
	KUNIT_EXPECT_PTR_EQ(test, get_dev_pagemap(pfn + 5), &device.pgmap);
	put_dev_pagemap(&device.pgmap);
	KUNIT_EXPECT_NULL(test, get_dev_pagemap(pfn - 1));
	KUNIT_EXPECT_NULL(test, get_dev_pagemap(0));
	put_dev_pagemap(NULL);
	test_device_unregister(&device);
	KUNIT_EXPECT_NULL(test, get_dev_pagemap(pfn));
}

/* ---- teardown ---------------------------------------------------------------------------------------- */

static struct completion torn_down;

static int tear_down(void *arg)
{
	memunmap_pages(&device.pgmap);
	complete(&torn_down);
	return 0;
}

static struct task_struct *start_teardown(struct kunit *test)
{
	struct task_struct *task;

	init_completion(&torn_down);
	task = kthread_create(tear_down, NULL, "teardown");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	msleep(1); /* until it waits */
	return task;
}

/* S5.40: blocks until each page was freed; S5.8: no new references meanwhile */
static void memunmap_pages__waits_for_pages(struct kunit *test)
{
	struct page *page;
	struct task_struct *task;

	test_device_register(test, &device);
	page = test_device_page(&device, 11);
	zone_device_page_init(page, &device.pgmap, 0);
	unlock_page(page);
	task = start_teardown(test);
	KUNIT_EXPECT_FALSE(test, completion_done(&torn_down));
	KUNIT_EXPECT_NULL(test, get_dev_pagemap(page_to_pfn(page)));
	put_page(page);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
	wait_for_completion(&torn_down);
	kthread_stop(task);
	put_task_struct(task);
	test_device_release(&device);
}

/* S5.41: a page may still begin a life while another keeps the pagemap */
static void zone_device_page_init__after_the_kill(struct kunit *test)
{
	struct page *page, *late;
	struct task_struct *task;

	test_device_register(test, &device);
	page = test_device_page(&device, 11);
	late = test_device_page(&device, 12);
	zone_device_page_init(page, &device.pgmap, 0);
	unlock_page(page);
	task = start_teardown(test);
	zone_device_page_init(late, &device.pgmap, 0);
	unlock_page(late);
	put_page(page);
	msleep(1); /* until it waits */
	KUNIT_EXPECT_FALSE(test, completion_done(&torn_down));
	put_page(late);
	wait_for_completion(&torn_down);
	kthread_stop(task);
	put_task_struct(task);
	test_device_release(&device);
}

/* S5.4: what lies beyond the direct map has no page descriptors */
static void memremap_pages__beyond_the_direct_map(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.range.start = 1ull << 50;
	device.pgmap.range.end = (1ull << 50) + SZ_2M - 1;
	KUNIT_EXPECT_TRUE(test, IS_ERR(memremap_pages(&device.pgmap, NUMA_NO_NODE)));
	test_device_release(&device);
}

/* ---- bound to a device -------------------------------------------------------------------------------- */

static char order_log[8];
static bool early;

static void note(char what)
{
	order_log[strlen(order_log)] = what;
}

static void note_action(void *what)
{
	note((long)what);
}

static int probe(struct platform_device *pdev)
{
	struct resource *res = devm_request_free_mem_region(&pdev->dev, &iomem_resource, SZ_2M);
	int err;

	if (IS_ERR(res))
		return PTR_ERR(res);
	memset(&device, 0, sizeof(device));
	device.region = res;
	device.pgmap.type = MEMORY_DEVICE_PRIVATE;
	device.pgmap.range.start = res->start;
	device.pgmap.range.end = res->end;
	device.pgmap.nr_range = 1;
	device.pgmap.ops = &test_ops;
	device.pgmap.owner = &device;
	err = devm_add_action_or_reset(&pdev->dev, note_action, (void *)'1');
	if (err)
		return err;
	if (IS_ERR(devm_memremap_pages(&pdev->dev, &device.pgmap)))
		return -ENOMEM;
	return devm_add_action_or_reset(&pdev->dev, note_action, (void *)'2');
}

static void remove(struct platform_device *pdev)
{
	note('r');
	if (early) {
		resource_size_t start = device.region->start, bytes = resource_size(device.region);

		devm_memunmap_pages(&pdev->dev, &device.pgmap);
		note(get_dev_pagemap(start >> PAGE_SHIFT) ? '!' : 'u');
		devm_release_mem_region(&pdev->dev, start, bytes);
		note('m');
	}
}

static struct platform_driver driver = {
	.probe = probe,
	.remove = remove,
	.driver.name = "pagemap-test",
};

static void bind_and_unbind(struct kunit *test)
{
	struct platform_device *pdev;
	struct resource *again;
	resource_size_t start;

	memset(order_log, 0, sizeof(order_log));
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = platform_device_register_simple("pagemap-test", PLATFORM_DEVID_NONE, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_ASSERT_NOT_NULL(test, pdev->dev.driver);
	start = device.region->start;
	KUNIT_EXPECT_STREQ(test, device.region->name, dev_name(&pdev->dev));
	KUNIT_EXPECT_TRUE(test, is_device_private_page(pfn_to_page(start >> PAGE_SHIFT)));
	platform_device_unregister(pdev);
	platform_driver_unregister(&driver);
	KUNIT_EXPECT_FALSE(test, pfn_valid(start >> PAGE_SHIFT));
	again = request_free_mem_region(&iomem_resource, SZ_2M, "again");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, again);
	KUNIT_EXPECT_EQ(test, again->start, start);
	release_mem_region(again->start, resource_size(again));
}

/* S5.9, S5.46, S5.48: remove first, then the actions, the latest first */
static void devm_memremap_pages__unbinding_tears_down(struct kunit *test)
{
	early = false;
	bind_and_unbind(test);
	KUNIT_EXPECT_STREQ(test, order_log, "r21");
}

/* S5.46, S5.47 */
static void devm_memunmap_pages__early(struct kunit *test)
{
	early = true;
	bind_and_unbind(test);
	KUNIT_EXPECT_STREQ(test, order_log, "rum21");
}

#ifdef __PSIM__
/* S5.1 */
static void request_free_mem_region__fails_when_told_to(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_REGION, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(request_free_mem_region(&iomem_resource, SECTION, "a")),
			(long)-ERANGE);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(request_free_mem_region(&iomem_resource, SECTION, "a")),
			(long)-ENOMEM);
}

/* S5.3 */
static void memremap_pages__of_no_type(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.type = 0;
	expect_warning(test, "a pagemap of type 0");
	expect_refused(test, -EINVAL);
	test_device_release(&device);
}

static void memremap_pages__of_a_type_that_is_not_modelled(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.type = MEMORY_DEVICE_FS_DAX;
	kunit_expect_halt(test, "this type of device memory is not modelled");
	memremap_pages(&device.pgmap, NUMA_NO_NODE);
}

static void memremap_pages__with_an_altmap(struct kunit *test)
{
	test_device_init(test, &device);
	device.pgmap.flags = 1;
	kunit_expect_halt(test, "altmaps and compound vmemmaps are not modelled");
	memremap_pages(&device.pgmap, NUMA_NO_NODE);
}

static void memunmap_pages__not_registered(struct kunit *test)
{
	test_device_init(test, &device);
	expect_warning(test, "WARN");
	memunmap_pages(&device.pgmap);
	test_device_release(&device);
}

/* S5.20 */
static void zone_device_page_init__of_another_pagemap(struct kunit *test)
{
	static struct test_device other;

	test_device_register(test, &device);
	test_device_init(test, &other);
	kunit_expect_halt(test, "is not in the pagemap given");
	zone_device_page_init(test_device_page(&device, 0), &other.pgmap, 0);
}

/* S5.23: a slot that still maps it shows at its birth and at its end */
static void zone_device_page_init__while_it_is_mapped(struct kunit *test)
{
	struct page *page;

	test_device_register(test, &device);
	page = test_device_page(&device, 1);
	zone_device_page_init(page, &device.pgmap, 0);
	unlock_page(page);
	atomic_set(&page->_mapcount, 0);
	kunit_expect_report(test, "is freed while 1 slots map it");
	put_page(page);
	kunit_expect_report(test,
			    "begins a life in zone_device_page_init__while_it_is_mapped while");
	zone_device_page_init(page, &device.pgmap, 0);
	unlock_page(page);
	atomic_set(&page->_mapcount, -1);
	put_page(page);
	test_device_unregister(&device);
}

static void devm_memremap_pages__without_memory(struct kunit *test)
{
	struct platform_device *pdev =
		platform_device_register_simple("memremap", PLATFORM_DEVID_NONE, NULL, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	test_device_init(test, &device);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_memremap_pages(&pdev->dev, &device.pgmap)),
			(long)-ENOMEM);
	KUNIT_EXPECT_FALSE(test, pfn_valid(device.pgmap.range.start >> PAGE_SHIFT));
	device.pgmap.owner = NULL;
	expect_warning(test, "without an owner");
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_memremap_pages(&pdev->dev, &device.pgmap)),
			(long)-EINVAL);
	test_device_release(&device);
	platform_device_unregister(pdev);
}

static void stop__pagemap_is_left(struct kunit *test)
{
	test_device_register(test, &device);
	test_device_release(&device);
	kunit_expect_report(test, "registered in test_device_register, is left, with 1 references");
}

static void stop__device_page_is_left(struct kunit *test)
{
	static struct test_device left;

	test_device_register(test, &left);
	zone_device_page_init(test_device_page(&left, 0), &left.pgmap, 0);
	test_device_release(&left);
	kunit_expect_report(
		test, "is left, taken in stop__device_page_is_left: refcount 1 mapcount 0, locked");
	kunit_expect_report(test, "is left, with 2 references");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(request_free_mem_region__from_the_top),
	KUNIT_CASE(request_free_mem_region__end_is_inclusive),
	KUNIT_CASE(request_free_mem_region__again),
	KUNIT_CASE(request_free_mem_region__nothing_is_free),
	KUNIT_CASE(request_free_mem_region__fills_its_window),
	KUNIT_CASE(request_resource__of_one_byte),
	KUNIT_CASE(request_mem_region__taken),
	KUNIT_CASE(memremap_pages__nothing_to_map),
	KUNIT_CASE(memremap_pages__functions_are_missing),
	KUNIT_CASE(memremap_pages__no_owner),
	KUNIT_CASE(memremap_pages__has_a_pagemap),
	KUNIT_CASE(memremap_pages__ram),
	KUNIT_CASE(memremap_pages__beyond_the_direct_map),
	KUNIT_CASE(memremap_pages__and_back),
	KUNIT_CASE(get_dev_pagemap__while_live),
	KUNIT_CASE(memunmap_pages__waits_for_pages),
	KUNIT_CASE(zone_device_page_init__after_the_kill),
	KUNIT_CASE(devm_memremap_pages__unbinding_tears_down),
	KUNIT_CASE(devm_memunmap_pages__early),
#ifdef __PSIM__
	KUNIT_CASE(request_free_mem_region__fails_when_told_to),
	KUNIT_CASE(memremap_pages__of_no_type),
	KUNIT_CASE(memremap_pages__of_a_type_that_is_not_modelled),
	KUNIT_CASE(memremap_pages__with_an_altmap),
	KUNIT_CASE(memunmap_pages__not_registered),
	KUNIT_CASE(zone_device_page_init__of_another_pagemap),
	KUNIT_CASE(zone_device_page_init__while_it_is_mapped),
	KUNIT_CASE(devm_memremap_pages__without_memory),
	KUNIT_CASE(stop__pagemap_is_left),
	KUNIT_CASE(stop__device_page_is_left),
#endif
	{},
};

static struct kunit_suite suite = {.name = "memremap", .test_cases = cases};
kunit_test_suite(suite);
