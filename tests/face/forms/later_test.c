// SPDX-License-Identifier: MIT
/*
 * Small callers of what drm_pagemap.c of kernels after 7.0, and drivers over it, use besides (S5.25, S10.7,
 * S10.8), compiled as files of Linux 7.1 are.
 */
#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/fault-inject.h>
#include <linux/hmm.h>
#include <linux/huge_mm.h>
#include <linux/limits.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/pagemap.h>
#include <linux/pci-p2pdma.h>
#include <linux/platform_device.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include "../pages/fixture.h"

static struct test_device device;
static struct platform_device *user;
static unsigned int ran;

static int setup(struct kunit *test)
{
	ran = 0;
	test_device_register(test, &device);
	user = platform_device_register_simple("psim-forms", 0, NULL, 0);
	return PTR_ERR_OR_ZERO(user) ?: dma_set_mask_and_coherent(&user->dev, DMA_BIT_MASK(64));
}

static void teardown(struct kunit *test)
{
	platform_device_unregister(user);
	test_device_unregister(&device);
}

static void tree__is_of_its_version(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, LINUX_VERSION_CODE, KERNEL_VERSION(7, 1, 0));
}

/* S5.25, S5.27: the data afterwards */
static void zone_device_folio_init__then_its_data(struct kunit *test)
{
	struct page *page = test_device_page(&device, 1);
	struct folio *folio = (struct folio *)page;

	zone_device_folio_init(folio, &device.pgmap, 0);
	folio_set_zone_device_data(folio, &device);
	KUNIT_EXPECT_PTR_EQ(test, folio_zone_device_data(folio), (void *)&device);
	folio_unlock(folio);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, device.frees, 1u);
}

static void migrate_vma__of_compound_entries(struct kunit *test)
{
	struct migrate_vma migrate = {.flags = MIGRATE_VMA_SELECT_COMPOUND};
	unsigned long entry = migrate_pfn(12) | MIGRATE_PFN_COMPOUND | MIGRATE_PFN_WRITE;

	KUNIT_EXPECT_EQ(test, migrate.flags, 8ul);
	KUNIT_EXPECT_EQ(test, entry >> MIGRATE_PFN_SHIFT, 12ul);
	KUNIT_EXPECT_EQ(test, 1ul << HPAGE_PMD_ORDER, (unsigned long)HPAGE_PMD_NR);
	KUNIT_EXPECT_TRUE(test, IS_ENABLED(CONFIG_ARCH_ENABLE_THP_MIGRATION));
}

/* 2 MiB, and a single page if there are none. */
static void folio_alloc__with_a_way_back(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER | __GFP_NOWARN, HPAGE_PMD_ORDER);

	if (!folio)
		folio = folio_alloc(GFP_HIGHUSER, 0);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_TRUE(test, folio_trylock(folio));
	folio_unlock(folio);
	folio_put(folio);
}

static void dma_iova__links_pages(struct kunit *test)
{
	struct dma_iova_state state = {};
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(&user->dev, &state, 0, PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, dma_use_iova(&state));
	KUNIT_EXPECT_EQ(test,
			dma_iova_link(&user->dev, &state, page_to_phys(page), 0, PAGE_SIZE,
				      DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC),
			0);
	KUNIT_EXPECT_EQ(test, dma_iova_sync(&user->dev, &state, 0, PAGE_SIZE), 0);
	dma_iova_destroy(&user->dev, &state, PAGE_SIZE, DMA_TO_DEVICE, 0);
	__free_page(page);
}

/* A driver maps another device's registers. */
static void dma_map_resource__of_a_bar(struct kunit *test)
{
	phys_addr_t bar = 1ull << 45;
	dma_addr_t addr = dma_map_resource(&user->dev, bar, PAGE_SIZE, DMA_BIDIRECTIONAL,
					   DMA_ATTR_SKIP_CPU_SYNC);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(&user->dev, addr), 0);
	dma_unmap_resource(&user->dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
}

static void hmm_range_fault__that_locks_itself(struct kunit *test)
{
	int (*ask)(struct hmm_range * range, unsigned long timeout) =
		hmm_range_fault_unlocked_timeout;

	KUNIT_EXPECT_NOT_NULL(test, ask);
	KUNIT_EXPECT_EQ(test, hmm_pfn_to_phys(7 | HMM_PFN_VALID), (phys_addr_t)7 << PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, max_t(unsigned long, 3, 5u), 5ul);
	KUNIT_EXPECT_EQ(test, VM_IO & VM_PFNMAP, 0ul);
	KUNIT_EXPECT_EQ(test, (unsigned long)LONG_MAX * 2 + 1, ULONG_MAX);
}

static void work_body(struct work_struct *work)
{
	ran++;
}

static DECLARE_WORK(work, work_body);

static void queue_work__unbound(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, queue_work(system_dfl_wq, &work));
	flush_work(&work);
	KUNIT_EXPECT_EQ(test, ran, 1u);
}

static DECLARE_FAULT_ATTR(fail_of_its_own);

static void should_fail__by_an_attribute(struct kunit *test)
{
	struct dentry *dir = fault_create_debugfs_attr("fail_of_its_own", NULL, &fail_of_its_own);

	KUNIT_EXPECT_TRUE(test, IS_ENABLED(CONFIG_DEBUG_FS));
	KUNIT_EXPECT_NOT_NULL(test, dir);
	KUNIT_EXPECT_FALSE(test, should_fail(&fail_of_its_own, 1));
	debugfs_remove_recursive(IS_ERR(dir) ? NULL : dir);
}

/* There is no PCI bus here, so no peer can be reached over it. */
static void pci_p2pdma_distance__without_a_bus(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, pci_p2pdma_distance(NULL, &user->dev, false), 0);
}

static void dma_resv__of_a_buffer(struct kunit *test)
{
	struct dma_resv resv;

	dma_resv_init(&resv);
	KUNIT_EXPECT_TRUE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_READ));
	KUNIT_EXPECT_GT(test, dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, false, 1), 0l);
	dma_resv_fini(&resv);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tree__is_of_its_version),
	KUNIT_CASE(zone_device_folio_init__then_its_data),
	KUNIT_CASE(migrate_vma__of_compound_entries),
	KUNIT_CASE(folio_alloc__with_a_way_back),
	KUNIT_CASE(dma_iova__links_pages),
	KUNIT_CASE(dma_map_resource__of_a_bar),
	KUNIT_CASE(hmm_range_fault__that_locks_itself),
	KUNIT_CASE(queue_work__unbound),
	KUNIT_CASE(should_fail__by_an_attribute),
	KUNIT_CASE(pci_p2pdma_distance__without_a_bus),
	KUNIT_CASE(dma_resv__of_a_buffer),
	{},
};

static struct kunit_suite suite = {
	.name = "forms_later", .init = setup, .exit = teardown, .test_cases = cases};
kunit_test_suite(suite);
