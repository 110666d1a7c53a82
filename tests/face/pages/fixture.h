/* SPDX-License-Identifier: MIT */
/* What the page tests share: a piece of device memory, and how a warning is expected. */
#ifndef PAGES_FIXTURE_H
#define PAGES_FIXTURE_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/sizes.h>

/* A kernel prints a warning; this machine makes a report of it. */
#ifdef __PSIM__
#define expect_warning(test, part) kunit_expect_report((test), (part))
#else
#define expect_warning(test, part) ((void)(test))
#endif

#define TEST_DEVICE_BYTES SZ_2M

/**
 * struct test_device - device memory and what was heard of it
 * @pgmap: its pagemap, not yet registered after test_device_init()
 * @region: its physical addresses
 * @frees: calls of folio_free
 * @last: the folio of the last one
 * @seen: that folio as the callback found it
 */
struct test_device {
	struct dev_pagemap pgmap;
	struct resource *region;
	unsigned int frees;
	struct folio *last;
	struct {
		int refs;
		bool mapped, has_mapping, locked;
		unsigned int order;
		void *data;
		struct dev_pagemap *pgmap;
		pgoff_t index;
	} seen;
};

static inline struct test_device *test_device_of(struct dev_pagemap *pgmap)
{
	return container_of(pgmap, struct test_device, pgmap);
}

static inline void test_folio_free(struct folio *folio)
{
	struct test_device *device = test_device_of(page_pgmap(&folio->page));

	device->frees++;
	device->last = folio;
	device->seen.refs = folio_ref_count(folio);
	device->seen.mapped = folio_mapped(folio);
	device->seen.has_mapping = folio->mapping != NULL;
	device->seen.locked = folio_test_locked(folio);
	device->seen.order = folio_order(folio);
	device->seen.data = folio->page.zone_device_data;
	device->seen.pgmap = page_pgmap(&folio->page);
	device->seen.index = folio->index;
}

static inline vm_fault_t test_migrate_to_ram(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct dev_pagemap_ops test_ops = {
	.folio_free = test_folio_free,
	.migrate_to_ram = test_migrate_to_ram,
};

/* A region, and a pagemap of its first TEST_DEVICE_BYTES that is ready to be registered. */
static inline void test_device_init(struct kunit *test, struct test_device *device)
{
	memset(device, 0, sizeof(*device));
	device->region = request_free_mem_region(&iomem_resource, TEST_DEVICE_BYTES, "test device");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, device->region);
	device->pgmap.type = MEMORY_DEVICE_PRIVATE;
	device->pgmap.range.start = device->region->start;
	device->pgmap.range.end = device->region->end;
	device->pgmap.nr_range = 1;
	device->pgmap.ops = &test_ops;
	device->pgmap.owner = device;
}

static inline void test_device_register(struct kunit *test, struct test_device *device)
{
	test_device_init(test, device);
	KUNIT_ASSERT_FALSE(test, IS_ERR(memremap_pages(&device->pgmap, NUMA_NO_NODE)));
}

static inline void test_device_release(struct test_device *device)
{
	release_mem_region(device->region->start, resource_size(device->region));
}

static inline void test_device_unregister(struct test_device *device)
{
	memunmap_pages(&device->pgmap);
	test_device_release(device);
}

static inline struct page *test_device_page(struct test_device *device, unsigned long n)
{
	return pfn_to_page((device->pgmap.range.start >> PAGE_SHIFT) + n);
}

#endif /* PAGES_FIXTURE_H */
