// SPDX-License-Identifier: MIT
/* Mapping memory for a device: addresses, failures, and the checks at unmapping. */
#include <linux/ioport.h>
#include <linux/memremap.h>

#include "two_devices.h"

static int setup(struct kunit *test)
{
	return two_devices_init(test, "psim-dma-test");
}

/* S9.61 */
static void mapping_error__tells_failures(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, DMA_MAPPING_ERROR), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, ~0ull), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, 0x1000), 0);
}

/* S9.61, C0.2: address 0 is never a mapping here */
static void map_page__gives_an_address_per_mapping(struct kunit *test)
{
	static const enum dma_data_direction dirs[] = {DMA_BIDIRECTIONAL, DMA_TO_DEVICE,
						       DMA_FROM_DEVICE};
	struct fixture *f = test->priv;
	dma_addr_t addr[3];

	for (int i = 0; i < 3; i++) {
		addr[i] = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, dirs[i]);
		KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr[i]), 0);
#ifdef __PSIM__
		KUNIT_EXPECT_NE(test, addr[i], 0ull);
		for (int j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, addr[i], addr[j]);
#endif
	}
	for (int i = 0; i < 3; i++)
		dma_unmap_page(f->dev, addr[i], PAGE_SIZE, dirs[i]);
}

/* S9.61: the offset within the page shows in the address */
static void map_page__keeps_the_offset(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page(f->dev, f->page, 0x123, 16, DMA_TO_DEVICE);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, 0x123ull);
	dma_unmap_page(f->dev, addr, 16, DMA_TO_DEVICE);
}

/* S9.61 */
static void map_page__fails_without_a_mask(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 *mask = f->dev->dma_mask;
	dma_addr_t addr;

#ifdef __PSIM__
	kunit_expect_report(test,
			    "map_page__fails_without_a_mask() maps for a device without a DMA");
#endif
	f->dev->dma_mask = NULL;
	addr = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	f->dev->dma_mask = mask;
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, addr), -ENOMEM);
}

/* Addresses stay below the mask. */
static void map_page__obeys_the_mask(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr;

	KUNIT_ASSERT_EQ(test, dma_set_mask(f->dev, DMA_BIT_MASK(32)), 0);
	addr = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	KUNIT_EXPECT_LE(test, addr + PAGE_SIZE - 1, DMA_BIT_MASK(32));
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

static void set_mask__needs_a_place_for_it(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 *mask = f->dev->dma_mask;

	f->dev->dma_mask = NULL;
	KUNIT_EXPECT_EQ(test, dma_set_mask(f->dev, DMA_BIT_MASK(64)), -EIO);
	f->dev->dma_mask = mask;
	KUNIT_EXPECT_EQ(test, dma_set_mask(f->dev, DMA_BIT_MASK(40)), 0);
	KUNIT_EXPECT_EQ(test, dma_get_mask(f->dev), DMA_BIT_MASK(40));
}

/* S9.62 */
static void map_single__is_undone_by_unmap_single(struct kunit *test)
{
	struct fixture *f = test->priv;
	void *memory = kmalloc(100, GFP_KERNEL);
	dma_addr_t addr;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	addr = dma_map_single(f->dev, memory, 100, DMA_TO_DEVICE);
	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	dma_sync_single_for_cpu(f->dev, addr, 100, DMA_TO_DEVICE);
	dma_sync_single_for_device(f->dev, addr, 100, DMA_TO_DEVICE);
	dma_unmap_single(f->dev, addr, 100, DMA_TO_DEVICE);
	kfree(memory);
}

static void alloc_coherent__is_zeroed_and_aligned(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t size = 3 * PAGE_SIZE + 8;
	dma_addr_t addr = 0;
	u8 *memory = dma_alloc_coherent(f->dev, size, &addr, GFP_KERNEL);
	u8 all = 0;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, 0ull);
	for (size_t i = 0; i < size; i++)
		all |= memory[i];
	KUNIT_EXPECT_EQ(test, all, 0);
	dma_free_coherent(f->dev, size, memory, addr);
}

/* S9.77 */
static void map_resource__refuses_memory(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr;

#ifdef __PSIM__ /* elsewhere only with DMA debugging */
	addr = dma_map_resource(f->dev, page_to_phys(f->page), PAGE_SIZE, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, addr), -ENOMEM);
#endif
	addr = dma_map_resource(f->dev, 1ull << 46, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	dma_unmap_resource(f->dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
}

/* ---- one range for many pieces ----------------------------------------------------------------------- */

/* S9.71-S9.76: either all of it works, or the caller is told to map page by page */
static void iova__links_pieces_into_one_range(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state = {};

	KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));
	if (!dma_iova_try_alloc(f->dev, &state, 0, 3 * PAGE_SIZE)) {
		KUNIT_EXPECT_FALSE(test, dma_use_iova(&state));
		KUNIT_EXPECT_LT(test,
				dma_iova_link(f->dev, &state, page_to_phys(f->page), 0, PAGE_SIZE,
					      DMA_TO_DEVICE, 0),
				0);
		return;
	}
	KUNIT_EXPECT_TRUE(test, dma_use_iova(&state));
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test,
				dma_iova_link(f->dev, &state, page_to_phys(f->page), i * PAGE_SIZE,
					      PAGE_SIZE, DMA_TO_DEVICE, 0),
				0);
	KUNIT_EXPECT_EQ(test, dma_iova_sync(f->dev, &state, 0, 3 * PAGE_SIZE), 0);
	dma_iova_destroy(f->dev, &state, 3 * PAGE_SIZE, DMA_TO_DEVICE, 0);
}

/* S9.75: after a link that failed, what was linked before goes in one call too */
static void iova__destroy_takes_a_partly_linked_range_down(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state = {};

	if (!dma_iova_try_alloc(f->dev, &state, 0, 2 * PAGE_SIZE))
		return;
	KUNIT_EXPECT_EQ(test,
			dma_iova_link(f->dev, &state, page_to_phys(f->page), 0, PAGE_SIZE,
				      DMA_BIDIRECTIONAL, 0),
			0);
	dma_iova_destroy(f->dev, &state, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
}

#ifdef __PSIM__
static dma_addr_t map(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_TO_DEVICE);

	KUNIT_ASSERT_EQ(test, dma_mapping_error(f->dev, addr), 0);
	return addr;
}

/* A stale address is not given out again at once. */
static void map_page__does_not_reuse_an_address_soon(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t first = map(test);

	dma_unmap_page(f->dev, first, PAGE_SIZE, DMA_TO_DEVICE);
	for (int i = 0; i < 100; i++) {
		dma_addr_t addr = map(test);

		KUNIT_EXPECT_NE(test, addr, first);
		dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	}
}

/* Not for ever, either: the table stays small. The one that rested longest comes first. */
static void map_page__reuses_addresses_in_the_end(struct kunit *test)
{
	static int last[4096];
	struct fixture *f = test->priv;
	dma_addr_t first = map(test);
	bool reused = false;

	for (int i = 1; i < 5000; i++) {
		dma_addr_t addr = map(test);
		u64 at = (addr - first) / PAGE_SIZE;

		KUNIT_ASSERT_LT(test, at, 4096ull);
		KUNIT_EXPECT_TRUE(test, !last[at] || i - last[at] > 400);
		reused |= last[at];
		last[at] = i;
		dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	}
	KUNIT_EXPECT_TRUE(test, reused);
	dma_unmap_page(f->dev, first, PAGE_SIZE, DMA_TO_DEVICE);
}

/* 24 bits are 4096 pages; when they are used up, mapping fails, and goes on once some are free. */
static void map_page__fails_when_the_mask_is_full(struct kunit *test)
{
	static dma_addr_t addr[5000];
	struct fixture *f = test->priv;
	int n = 0;

	KUNIT_ASSERT_EQ(test, dma_set_mask(f->dev, DMA_BIT_MASK(24)), 0);
	while (n < 5000) {
		addr[n] = dma_map_page(f->dev, f->page, 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (dma_mapping_error(f->dev, addr[n]))
			break;
		KUNIT_EXPECT_LT(test, addr[n], 1ull << 24);
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 1000);
	KUNIT_EXPECT_LE(test, n, 4096);
	for (int i = 0; i < n; i++)
		dma_unmap_page(f->dev, addr[i], PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_page(f->dev, map(test), PAGE_SIZE, DMA_TO_DEVICE);
}

/* A range of many pages is one piece of addresses, and is free as a whole again. */
static void map_single__takes_neighbouring_addresses(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t size = 5 * PAGE_SIZE + 100;
	void *memory = kmalloc(size, GFP_KERNEL);
	dma_addr_t next, addr;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	for (int i = 0; i < 2000; i++) {
		addr = dma_map_single(f->dev, memory, size, DMA_TO_DEVICE);
		next = map(test);
		KUNIT_EXPECT_TRUE(test, next < addr || next >= addr + size);
		dma_unmap_page(f->dev, next, PAGE_SIZE, DMA_TO_DEVICE);
		dma_unmap_single(f->dev, addr, size, DMA_TO_DEVICE);
	}
	kfree(memory);
}

static vm_fault_t no_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static void no_free(struct folio *folio)
{
}

static const struct dev_pagemap_ops pagemap_ops = {
	.migrate_to_ram = no_fault,
	.folio_free = no_free,
};

/* S9.61: memory that only its own device reaches; elsewhere only with DMA debugging */
static void map_page__refuses_device_memory(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct resource *res = request_free_mem_region(&iomem_resource, 128 << 20, "dma-test");
	static struct dev_pagemap pagemap = {
		.type = MEMORY_DEVICE_PRIVATE,
		.nr_range = 1,
		.ops = &pagemap_ops,
		.owner = (void *)&pagemap_ops,
	};
	dma_addr_t addr;

	KUNIT_ASSERT_FALSE(test, IS_ERR(res));
	pagemap.range.start = res->start;
	pagemap.range.end = res->end;
	KUNIT_ASSERT_FALSE(test, IS_ERR(memremap_pages(&pagemap, NUMA_NO_NODE)));
	addr = dma_map_page(f->dev, pfn_to_page(res->start >> PAGE_SHIFT), 0, PAGE_SIZE,
			    DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, dma_mapping_error(f->dev, addr), -ENOMEM);
	memunmap_pages(&pagemap);
	release_mem_region(res->start, resource_size(res));
}

/* S9.62 */
static void unmap_page__twice_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test);

	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	kunit_expect_report(test, "was unmapped by unmap_page__twice_is_reported() already");
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.62 */
static void unmap_page__checks_size_direction_and_kind(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr;

	kunit_expect_report(test, "with 8 bytes, mapped with 4096 by map()");
	dma_unmap_page(f->dev, map(test), 8, DMA_TO_DEVICE);
	kunit_expect_report(test, "with direction \"bidirectional\", mapped \"to the device\"");
	dma_unmap_page(f->dev, map(test), PAGE_SIZE, DMA_BIDIRECTIONAL);
	kunit_expect_report(test, "as kernel memory, mapped as a page");
	addr = map(test);
	dma_unmap_single(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.62 */
static void unmap_page__of_another_device_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test);

	kunit_expect_report(test, "which another device mapped by map()");
	dma_unmap_page(f->other, addr, PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

static void unmap_page__in_the_middle_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test);

	kunit_expect_report(test, "lies within what was mapped by map()");
	dma_unmap_page(f->dev, addr + 64, PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.62, law 3 */
static void leftovers__name_who_mapped(struct kunit *test)
{
	kunit_expect_report(test, "made by map(), is left");
	map(test);
}

static void sync__beyond_the_mapping_is_reported(struct kunit *test)
{
	struct fixture *f = test->priv;
	dma_addr_t addr = map(test);

	kunit_expect_report(test, "the mapping ends before that");
	dma_sync_single_for_cpu(f->dev, addr, 2 * PAGE_SIZE, DMA_TO_DEVICE);
	kunit_expect_report(test, "the mapping has another direction");
	dma_sync_single_for_device(f->dev, addr, 8, DMA_FROM_DEVICE);
	dma_unmap_page(f->dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
}

/* S9.75 */
static void iova__destroy_checks_the_length(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dma_iova_state state = {};

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(f->dev, &state, 0, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test,
			dma_iova_link(f->dev, &state, page_to_phys(f->page), 0, PAGE_SIZE,
				      DMA_TO_DEVICE, 0),
			0);
	/* The slot is taken; the next is free; behind it the range ends. */
	KUNIT_EXPECT_EQ(test,
			dma_iova_link(f->dev, &state, page_to_phys(f->page), 0, PAGE_SIZE,
				      DMA_TO_DEVICE, 0),
			-EEXIST);
	KUNIT_EXPECT_EQ(test,
			dma_iova_link(f->dev, &state, page_to_phys(f->page), PAGE_SIZE,
				      2 * PAGE_SIZE, DMA_TO_DEVICE, 0),
			-EINVAL);
	kunit_expect_report(test, "takes down 8192 linked bytes");
	dma_iova_destroy(f->dev, &state, 2 * PAGE_SIZE, DMA_TO_DEVICE, 0);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(mapping_error__tells_failures),
	KUNIT_CASE(map_page__gives_an_address_per_mapping),
	KUNIT_CASE(map_page__keeps_the_offset),
	KUNIT_CASE(map_page__fails_without_a_mask),
	KUNIT_CASE(map_page__obeys_the_mask),
	KUNIT_CASE(set_mask__needs_a_place_for_it),
	KUNIT_CASE(map_single__is_undone_by_unmap_single),
	KUNIT_CASE(alloc_coherent__is_zeroed_and_aligned),
	KUNIT_CASE(map_resource__refuses_memory),
	KUNIT_CASE(iova__links_pieces_into_one_range),
	KUNIT_CASE(iova__destroy_takes_a_partly_linked_range_down),
#ifdef __PSIM__
	KUNIT_CASE(map_page__does_not_reuse_an_address_soon),
	KUNIT_CASE(map_page__reuses_addresses_in_the_end),
	KUNIT_CASE(map_page__fails_when_the_mask_is_full),
	KUNIT_CASE(map_single__takes_neighbouring_addresses),
	KUNIT_CASE(map_page__refuses_device_memory),
	KUNIT_CASE(unmap_page__twice_is_reported),
	KUNIT_CASE(unmap_page__checks_size_direction_and_kind),
	KUNIT_CASE(unmap_page__of_another_device_is_reported),
	KUNIT_CASE(unmap_page__in_the_middle_is_reported),
	KUNIT_CASE(leftovers__name_who_mapped),
	KUNIT_CASE(sync__beyond_the_mapping_is_reported),
	KUNIT_CASE(iova__destroy_checks_the_length),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "dma_mapping",
	.init = setup,
	.exit = two_devices_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
