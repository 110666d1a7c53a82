// SPDX-License-Identifier: MIT
/* Physical addresses and their owners: what is refused, what is given back, what a driver holds. */
#include <kunit/test.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>
#include "fixture.h"

#ifdef __PSIM__
#include <psim/fault.h>
#endif

#define SECTION SZ_128M

/* An address that nobody owns. */
static resource_size_t somewhere(struct kunit *test)
{
	struct resource *res = request_free_mem_region(&iomem_resource, SECTION, "somewhere");
	resource_size_t start;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, res);
	start = res->start;
	release_mem_region(start, SECTION);
	return start;
}

static void request_resource__where_something_is(struct kunit *test)
{
	resource_size_t start = somewhere(test);
	struct resource low = DEFINE_RES_MEM_NAMED(start, 2 * PAGE_SIZE, "low"),
			high = DEFINE_RES_MEM_NAMED(start + 4 * PAGE_SIZE, PAGE_SIZE, "high"),
			over = DEFINE_RES_MEM_NAMED(start + PAGE_SIZE, 4 * PAGE_SIZE, "over"),
			between = DEFINE_RES_MEM_NAMED(start + 2 * PAGE_SIZE, PAGE_SIZE, "between");

	KUNIT_ASSERT_EQ(test, request_resource(&iomem_resource, &high), 0);
	KUNIT_ASSERT_EQ(test, request_resource(&iomem_resource, &low), 0);
	KUNIT_EXPECT_EQ(test, request_resource(&iomem_resource, &over), -EBUSY);
	KUNIT_EXPECT_EQ(test, release_resource(&over), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_resource(&iomem_resource, &between), 0);
	KUNIT_EXPECT_PTR_EQ(test, low.sibling, &between);
	KUNIT_EXPECT_PTR_EQ(test, between.parent, &iomem_resource);
	KUNIT_EXPECT_EQ(test, release_resource(&low), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&low), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_resource(&iomem_resource, &over), -EBUSY);
	KUNIT_EXPECT_EQ(test, release_resource(&between), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&high), 0);
	KUNIT_EXPECT_EQ(test, request_resource(&iomem_resource, &over), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&over), 0);
}

/* A region lies within its parent, and begins before it ends. */
static void request_resource__outside_of_its_parent(struct kunit *test)
{
	resource_size_t start = somewhere(test);
	struct resource parent = DEFINE_RES_MEM(start, 4 * PAGE_SIZE),
			before = DEFINE_RES_MEM(start - PAGE_SIZE, 2 * PAGE_SIZE),
			behind = DEFINE_RES_MEM(start + 3 * PAGE_SIZE, 2 * PAGE_SIZE),
			backwards = {.start = start + PAGE_SIZE, .end = start},
			whole = DEFINE_RES_MEM(start, 4 * PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, request_resource(&parent, &before), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_resource(&parent, &behind), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_resource(&parent, &backwards), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_resource(&parent, &whole), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&whole), 0);
}

/* ---- a driver's ------------------------------------------------------------------------------------------ */

static resource_size_t wanted;
static bool refused;

static int probe(struct platform_device *pdev)
{
	struct resource *res =
		devm_request_mem_region(&pdev->dev, wanted, PAGE_SIZE, "of a driver");

	refused = !res;
	return res ? 0 : -ENODEV;
}

static struct platform_driver driver = {
	.probe = probe,
	.driver.name = "resource-test",
};

static struct platform_device *bind(struct kunit *test)
{
	struct platform_device *pdev =
		platform_device_register_simple("resource-test", PLATFORM_DEVID_NONE, NULL, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	return pdev;
}

static void devm_request_mem_region__while_it_is_bound(struct kunit *test)
{
	struct platform_device *pdev;

	wanted = somewhere(test);
	KUNIT_ASSERT_EQ(test, platform_driver_register(&driver), 0);
	pdev = bind(test);
	KUNIT_EXPECT_FALSE(test, refused);
	KUNIT_EXPECT_NULL(test, request_mem_region(wanted, PAGE_SIZE, "another"));
	platform_device_unregister(pdev);
	KUNIT_ASSERT_NOT_NULL(test, request_mem_region(wanted, PAGE_SIZE, "another"));
	pdev = bind(test);
	KUNIT_EXPECT_TRUE(test, refused);
	KUNIT_EXPECT_NULL(test, pdev->dev.driver);
	platform_device_unregister(pdev);
	release_mem_region(wanted, PAGE_SIZE);
	platform_driver_unregister(&driver);
}

#ifdef __PSIM__
static void devm_request_mem_region__without_memory(struct kunit *test)
{
	struct device *dev;
	struct platform_device *pdev = bind(test);

	dev = &pdev->dev;
	wanted = somewhere(test);
	/* of the region, then of what would give it back: nobody owns it afterwards */
	for (unsigned long nth = 1; nth <= 2; nth++) {
		psim_fail_nth(PSIM_FAIL_SLAB, nth);
		KUNIT_EXPECT_NULL(test, devm_request_mem_region(dev, wanted, PAGE_SIZE, "none"));
		psim_fail_nth(PSIM_FAIL_SLAB, nth);
		KUNIT_EXPECT_EQ(test,
				PTR_ERR(devm_request_free_mem_region(dev, &iomem_resource, SZ_2M)),
				(long)-ENOMEM);
	}
	KUNIT_EXPECT_NOT_NULL(test, devm_request_mem_region(dev, wanted, PAGE_SIZE, "one"));
	devm_release_mem_region(dev, wanted, PAGE_SIZE);
	platform_device_unregister(pdev);
}

static void release_mem_region__nobodys(struct kunit *test)
{
	resource_size_t start = somewhere(test);
	struct platform_device *pdev = bind(test);

	kunit_expect_report(test, "nobody owns the region");
	release_mem_region(start, PAGE_SIZE);
	kunit_expect_report(test, "nobody owns the region");
	devm_release_mem_region(&pdev->dev, start, PAGE_SIZE);
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(test, PTR_ERR(request_free_mem_region(&iomem_resource, 0, "none")),
			(long)-EINVAL);
	platform_device_unregister(pdev);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(request_resource__where_something_is),
	KUNIT_CASE(request_resource__outside_of_its_parent),
	KUNIT_CASE(devm_request_mem_region__while_it_is_bound),
#ifdef __PSIM__
	KUNIT_CASE(devm_request_mem_region__without_memory),
	KUNIT_CASE(release_mem_region__nobodys),
#endif
	{},
};

static struct kunit_suite suite = {.name = "resource", .test_cases = cases};
kunit_test_suite(suite);
