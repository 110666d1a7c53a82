// SPDX-License-Identifier: MIT
/* The DMA API: what it refuses, what it reports, and what ends the run. */

#include "two_devices.h"

#ifdef __PSIM__
#include <psim/fault.h>
#endif

static int setup(struct kunit *test)
{
	return two_devices_init(test, "psim-dma-misuse");
}

/* S9.61 */
static void set_mask__too_narrow(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, dma_set_mask(f->dev, DMA_BIT_MASK(12)), -EIO);
	KUNIT_EXPECT_EQ(test, dma_set_coherent_mask(f->dev, DMA_BIT_MASK(12)), -EIO);
	KUNIT_EXPECT_EQ(test, *f->dev->dma_mask, DMA_BIT_MASK(64));
	KUNIT_EXPECT_EQ(test, f->dev->coherent_dma_mask, DMA_BIT_MASK(64));
}

/* S9.61: memory of the direct map, from somewhere inside of a page */
static void map_single__of_a_page(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_single(f->dev, page_address(f->page) + 64, 128, DMA_TO_DEVICE);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, 64);
	dma_unmap_single(f->dev, addr, 128, DMA_TO_DEVICE);
}

static void alloc_coherent__nothing_to_give(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t handle;
	u64 mask = f->dev->coherent_dma_mask;

	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(f->dev, 0, &handle, GFP_KERNEL));
	f->dev->coherent_dma_mask = 0;
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(f->dev, 64, &handle, GFP_KERNEL));
	f->dev->coherent_dma_mask = mask;
	dma_free_coherent(f->dev, 64, NULL, 0);
}

static void dmam_alloc_coherent__freed_early(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t handle[2];
	void *a = dmam_alloc_coherent(f->dev, 64, &handle[0], GFP_KERNEL);
	void *b = dmam_alloc_coherent(f->dev, 64, &handle[1], GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_EXPECT_NE(test, handle[0], handle[1]);
	dmam_free_coherent(f->dev, 64, a, handle[0]);
}

/* S9.71: no mask, no range */
static void iova_try_alloc__without_a_mask(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;
	u64 *place = f->dev->dma_mask, mask = *place;

	f->dev->dma_mask = NULL;
	KUNIT_EXPECT_FALSE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));
	f->dev->dma_mask = place;
	*place = 0;
	KUNIT_EXPECT_FALSE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	*place = mask;
}

/* S9.71, S9.75: a range that nothing was linked into */
static void iova_free__a_range_without_links(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;

	if (!dma_iova_try_alloc(f->dev, &state, 0, 3 * PAGE_SIZE))
		kunit_skip(test, "no IOMMU");
	KUNIT_EXPECT_TRUE(test, dma_use_iova(&state));
	dma_iova_free(f->dev, &state);
}

#ifdef __PSIM__
/* S9.71, S9.61: larger than any range can be */
static void iova_try_alloc__too_large(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;
	dma_addr_t handle;

	KUNIT_EXPECT_FALSE(test, dma_iova_try_alloc(f->dev, &state, 0, 1ull << 40));
	KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));
	f->dev->coherent_dma_mask = 0xfff; /* where no mapping lies */
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(f->dev, 64, &handle, GFP_KERNEL));
	f->dev->coherent_dma_mask = DMA_BIT_MASK(64);
}

/* S9.72, S9.73, S9.74 */
static void iova_link__can_be_made_to_fail(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;
	phys_addr_t phys = page_to_phys(f->page);

	psim_fail_nth(PSIM_FAIL_DMA_MAP, 1);
	KUNIT_EXPECT_FALSE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, dma_iova_sync(f->dev, &state, 0, PAGE_SIZE), -EINVAL);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	psim_fail_nth(PSIM_FAIL_DMA_MAP, 1);
	KUNIT_EXPECT_EQ(test, dma_iova_link(f->dev, &state, phys, 0, PAGE_SIZE, DMA_TO_DEVICE, 0),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, dma_iova_link(f->dev, &state, phys, 0, PAGE_SIZE, DMA_TO_DEVICE, 0),
			0);
	KUNIT_EXPECT_EQ(test, dma_iova_sync(f->dev, &state, 0, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, dma_iova_sync(f->dev, &state, PAGE_SIZE, PAGE_SIZE), -EINVAL);
	dma_iova_destroy(f->dev, &state, PAGE_SIZE, DMA_TO_DEVICE, 0);
}

/* S9.75 */
static void iova_free__twice_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	dma_iova_free(f->dev, &state);
	kunit_expect_report(test, "S9.75");
	dma_iova_free(f->dev, &state);
}

/* S9.62 */
static void unmap_page__of_what_was_never_mapped(struct kunit *test)
{
	struct fixture *f = test->priv;

	kunit_expect_report(test, "unmaps 0x123000, which is not mapped");
	dma_unmap_page(f->dev, 0x123000, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.62 */
static void sync__of_what_is_not_its_own(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	dma_sync_single_for_cpu(f->dev, addr, 8, DMA_FROM_DEVICE);
	kunit_expect_report(test, "the mapping is mapped for another device");
	dma_sync_single_for_cpu(f->other, addr, 8, DMA_BIDIRECTIONAL);
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	kunit_expect_report(test, "the mapping is not mapped");
	dma_sync_single_for_cpu(f->dev, addr, 8, DMA_BIDIRECTIONAL);
}

/* S9.61 */
static void map_page__in_no_direction(struct kunit *test)
{
	struct fixture *f = test->priv;

	kunit_expect_halt(test, "S9.61");
	dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_NONE);
	KUNIT_FAIL(test, "the run went on");
}

/* S9.61 */
static void unmap_page__in_no_direction(struct kunit *test)
{
	struct fixture *f = test->priv;

	kunit_expect_halt(test, "unmaps with direction 3");
	dma_unmap_page(f->dev, 0x1000, PAGE_SIZE, DMA_NONE);
	KUNIT_FAIL(test, "the run went on");
}

/* S9.73 */
static void iova_link__in_no_direction(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(f->dev, &state, 0, PAGE_SIZE));
	kunit_expect_halt(test, "links with direction 3");
	dma_iova_link(f->dev, &state, page_to_phys(f->page), 0, PAGE_SIZE, DMA_NONE, 0);
	KUNIT_FAIL(test, "the run went on");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(set_mask__too_narrow),
	KUNIT_CASE(map_single__of_a_page),
	KUNIT_CASE(alloc_coherent__nothing_to_give),
	KUNIT_CASE(dmam_alloc_coherent__freed_early),
	KUNIT_CASE(iova_try_alloc__without_a_mask),
	KUNIT_CASE(iova_free__a_range_without_links),
#ifdef __PSIM__
	KUNIT_CASE(iova_try_alloc__too_large),
	KUNIT_CASE(iova_link__can_be_made_to_fail),
	KUNIT_CASE(iova_free__twice_is_reported),
	KUNIT_CASE(unmap_page__of_what_was_never_mapped),
	KUNIT_CASE(sync__of_what_is_not_its_own),
	KUNIT_CASE(map_page__in_no_direction),
	KUNIT_CASE(unmap_page__in_no_direction),
	KUNIT_CASE(iova_link__in_no_direction),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "dma_misuse",
	.init = setup,
	.exit = two_devices_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
