// SPDX-License-Identifier: MIT
/* drm_pagemap.h in a kernel without device memory: what is left of it does nothing. */
#include <kunit/test.h>
#include <linux/kref.h>
#include <linux/hmm.h>

#undef CONFIG_ZONE_DEVICE
#include <drm/drm_pagemap.h>

/* C0.3 */
static void page_to_dpagemap__without_device_memory(struct kunit *test)
{
	struct page page = {};

	KUNIT_EXPECT_NULL(test, drm_pagemap_page_to_dpagemap(&page));
}

/* C0.3 */
static void put__without_device_memory(struct kunit *test)
{
	struct drm_pagemap dpagemap = {};

	kref_init(&dpagemap.ref);
	drm_pagemap_put(&dpagemap);
	drm_pagemap_put(&dpagemap);
	KUNIT_EXPECT_EQ(test, kref_read(&dpagemap.ref), 1u);
	drm_pagemap_put(NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(page_to_dpagemap__without_device_memory),
	KUNIT_CASE(put__without_device_memory),
	{},
};

static struct kunit_suite suite = {.name = "without", .test_cases = cases};
kunit_test_suite(suite);
