// SPDX-License-Identifier: MIT
/* The DMA API's calls with attributes, with an offset, and what they are asked before. */
#include "two_devices.h"

static int setup(struct kunit *test)
{
	return two_devices_init(test, "psim-dma-forms");
}

/* S9.61 */
static void valid_dma_direction__of_all_but_none(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, valid_dma_direction(DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_TRUE(test, valid_dma_direction(DMA_TO_DEVICE));
	KUNIT_EXPECT_TRUE(test, valid_dma_direction(DMA_FROM_DEVICE));
	KUNIT_EXPECT_FALSE(test, valid_dma_direction(DMA_NONE));
	KUNIT_EXPECT_FALSE(test, valid_dma_direction((enum dma_data_direction)17));
}

/* S9.61, S9.62 */
static void map_page_attrs__is_undone_by_its_like(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page_attrs(f->dev, f->page, 0x40, 0x80, DMA_TO_DEVICE,
					     DMA_ATTR_SKIP_CPU_SYNC);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, 0x40ull);
	dma_unmap_page_attrs(f->dev, addr, 0x80, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

/* S9.62 */
static void map_single_attrs__and_a_part_of_it_synced(struct kunit *test)
{
	struct fixture *f = test->priv;
	u8 *memory = kmalloc(256, GFP_KERNEL);
	dma_addr_t addr;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	memory[200] = 7;
	addr = dma_map_single_attrs(f->dev, memory, 256, DMA_BIDIRECTIONAL, 0);
	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, (unsigned long)memory & ~PAGE_MASK);
	dma_sync_single_range_for_cpu(f->dev, addr, 192, 64, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, memory[200], 7);
	dma_sync_single_range_for_device(f->dev, addr, 192, 64, DMA_BIDIRECTIONAL);
#ifdef __PSIM__ /* coherent, and nothing is bounced */
	KUNIT_EXPECT_FALSE(test, dma_need_sync(f->dev, addr));
	kunit_expect_report(test, "the mapping ends before that");
	dma_sync_single_range_for_cpu(f->dev, addr, 192, 65, DMA_BIDIRECTIONAL);
	kunit_expect_report(test, "the mapping ends before that");
	dma_sync_single_range_for_device(f->dev, addr, 192, 65, DMA_BIDIRECTIONAL);
#endif
	dma_unmap_single_attrs(f->dev, addr, 256, DMA_BIDIRECTIONAL, 0);
	kfree(memory);
}

static void coerce_mask__points_both_at_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 *mask = f->dev->dma_mask;

	KUNIT_EXPECT_EQ(test, dma_coerce_mask_and_coherent(f->dev, DMA_BIT_MASK(40)), 0);
	KUNIT_EXPECT_PTR_EQ(test, f->dev->dma_mask, &f->dev->coherent_dma_mask);
	KUNIT_EXPECT_EQ(test, f->dev->coherent_dma_mask, DMA_BIT_MASK(40));
	KUNIT_EXPECT_EQ(test, dma_get_mask(f->dev), DMA_BIT_MASK(40));
	f->dev->dma_mask = mask;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(valid_dma_direction__of_all_but_none),
	KUNIT_CASE(map_page_attrs__is_undone_by_its_like),
	KUNIT_CASE(map_single_attrs__and_a_part_of_it_synced),
	KUNIT_CASE(coerce_mask__points_both_at_one),
	{},
};

static struct kunit_suite suite = {
	.name = "map_forms",
	.init = setup,
	.exit = two_devices_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
