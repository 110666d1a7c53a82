// SPDX-License-Identifier: MIT
/*
 * The small device and its driver (fixture.h).
 *
 * The callbacks check what the core promises to every driver: locked pages, pages of one pagemap only,
 * no fence but towards device memory, each mapping undone once and before the page is unlocked.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/pagemap.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "fixture.h"

struct fake_world world;

char fake_owner;
static u8 buffer[PAGE_SIZE];

/* ---- the bus ---- */

#ifdef __PSIM__
static struct psim_hw hardware[FAKE_DEVICES];

static unsigned long long no_register(void *device, unsigned long offset, unsigned int size)
{
	return 0;
}

static void no_register_write(void *device, unsigned long offset, unsigned int size,
			      unsigned long long value)
{
}

static int bus_plug(unsigned int id)
{
	hardware[id] = (struct psim_hw){
		.name = id ? "fake1" : "fake0",
		.compatible = "fake",
		.mmio_bytes = PAGE_SIZE,
		.read = no_register,
		.write = no_register_write,
	};
	return psim_hw_plug(&hardware[id]);
}

static void bus_unplug(unsigned int id)
{
	psim_hw_unplug(&hardware[id]);
}

static int bus_dma(unsigned int id, dma_addr_t addr, void *bytes, size_t length, bool write)
{
	return psim_hw_dma(&hardware[id], addr, bytes, length, write);
}
#else
#include <linux/dma-direct.h>

static struct platform_device *hardware[FAKE_DEVICES];

static int bus_plug(unsigned int id)
{
	hardware[id] = platform_device_register_simple("fake", id, NULL, 0);
	return PTR_ERR_OR_ZERO(hardware[id]);
}

static void bus_unplug(unsigned int id)
{
	platform_device_unregister(hardware[id]);
}

static int bus_dma(unsigned int id, dma_addr_t addr, void *bytes, size_t length, bool write)
{
	void *ram = phys_to_virt(dma_to_phys(&hardware[id]->dev, addr));

	memcpy(write ? ram : bytes, write ? bytes : ram, length);
	return 0;
}
#endif

int fake_bus_read(struct fake_device *fake, dma_addr_t addr)
{
	return bus_dma(fake->id, addr, buffer, PAGE_SIZE, false);
}

/* ---- addresses ---- */

#define PEER_ADDR(id, page) (((u64)((id) + 1) << 40) | ((u64)((page) + 1) << PAGE_SHIFT))

static struct fake_device *device_of(struct page *page)
{
	return container_of(page_pgmap(page), struct fake_device, pagemap);
}

static unsigned int index_of(struct page *page)
{
	return page_to_pfn(page) - device_of(page)->first_pfn;
}

static u8 *bytes_of(struct page *page)
{
	return device_of(page)->store + (size_t)index_of(page) * PAGE_SIZE;
}

/* @fake moves a page between its own memory and an address it was given. */
static int reach(struct fake_device *fake, const struct drm_pagemap_addr *addr, u8 *bytes,
		 bool write)
{
	unsigned int id, page;
	u8 *there;

	if (addr->proto == DRM_INTERCONNECT_SYSTEM)
		return bus_dma(fake->id, addr->addr, bytes, PAGE_SIZE << addr->order, write);
	id = (addr->addr >> 40) - 1;
	page = ((addr->addr >> PAGE_SHIFT) & 0xffff) - 1;
	KUNIT_ASSERT_EQ(world.test, (unsigned int)addr->proto, DRM_INTERCONNECT_DRIVER + 1u);
	KUNIT_ASSERT_LT(world.test, id, FAKE_DEVICES);
	KUNIT_ASSERT_LT(world.test, page, FAKE_MAX_PAGES);
	there = world.device[id]->store + (size_t)page * PAGE_SIZE;
	memcpy(write ? there : bytes, write ? bytes : there, PAGE_SIZE << addr->order);
	return 0;
}

static bool fails(unsigned int *countdown)
{
	return *countdown && !--*countdown;
}

static struct drm_pagemap_addr device_map(struct drm_pagemap *dpagemap, struct device *dev,
					  struct page *page, unsigned int order,
					  enum dma_data_direction dir)
{
	struct fake_device *fake = device_of(page);

	KUNIT_EXPECT_PTR_EQ(world.test, fake->dpagemap, dpagemap);
	KUNIT_EXPECT_TRUE(world.test, folio_test_locked(page_folio(page)));
	world.map_dev = dev;
	if (fails(&world.fail_map))
		return drm_pagemap_addr_encode(world.map_failure, 0, 0, dir);
	world.maps++;
	fake->mapped[index_of(page)]++;
	return drm_pagemap_addr_encode(PEER_ADDR(fake->id, index_of(page)),
				       DRM_INTERCONNECT_DRIVER + 1, order, dir);
}

/* C3.12: once, and while no CPU can have the page. */
static void unmap(struct drm_pagemap *dpagemap, struct device *dev,
		  const struct drm_pagemap_addr *addr)
{
	struct fake_device *fake = container_of(dpagemap->drm, struct fake_device, drm);
	unsigned int page = ((addr->addr >> PAGE_SHIFT) & 0xffff) - 1;

	KUNIT_EXPECT_PTR_EQ(world.test, dev, world.map_dev);
	KUNIT_EXPECT_EQ(world.test, (unsigned int)addr->proto, DRM_INTERCONNECT_DRIVER + 1u);
	KUNIT_EXPECT_EQ(world.test, --fake->mapped[page], 0);
	KUNIT_EXPECT_TRUE(world.test,
			  folio_test_locked(page_folio(pfn_to_page(fake->first_pfn + page))));
	world.unmaps++;
}

/* Kernels just before 7.0 pass the address itself (S10.7). */
#ifdef __PSIM_CORE_UNMAPS_BY_VALUE
static void device_unmap(struct drm_pagemap *dpagemap, struct device *dev,
			 struct drm_pagemap_addr addr)
{
	unmap(dpagemap, dev, &addr);
}
#else
static void device_unmap(struct drm_pagemap *dpagemap, struct device *dev,
			 const struct drm_pagemap_addr *addr)
{
	unmap(dpagemap, dev, addr);
}
#endif

static int populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms)
{
	return -ENODEV;
}

/* Several objects may go at the same time, in any context. */
static void note_destroy(bool is_atomic_or_reclaim)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	world.destroys++;
	world.destroy_flag = is_atomic_or_reclaim;
	spin_unlock_irqrestore(&lock, flags);
}

/* The object's memory is fake_pagemap_create()'s or drm_pagemap_create()'s. */
static void destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	note_destroy(is_atomic_or_reclaim);
	if (world.in_destroy)
		world.in_destroy(dpagemap);
	kfree(dpagemap);
}

const struct drm_pagemap_ops fake_pagemap_ops = {
	.device_map = device_map,
	.device_unmap = device_unmap,
	.populate_mm = populate_mm,
	.destroy = destroy,
};

struct drm_pagemap *fake_pagemap_create(struct fake_device *fake, const struct drm_pagemap_ops *ops)
{
	struct drm_pagemap *dpagemap = kzalloc(sizeof(*dpagemap), GFP_KERNEL);
	int err;

	if (!dpagemap)
		return ERR_PTR(-ENOMEM);
	err = drm_pagemap_init(dpagemap, &fake->pagemap, &fake->drm, ops);
	if (err) {
		kfree(dpagemap);
		return ERR_PTR(err);
	}
	return dpagemap;
}

/* ---- allocations ---- */

static void alloc_free(struct kref *ref)
{
	struct fake_alloc *alloc = container_of(ref, struct fake_alloc, ref);
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&alloc->fake->lock, flags);
	for (i = 0; i < alloc->npages; i++)
		alloc->fake->used[alloc->first + i] = false;
	spin_unlock_irqrestore(&alloc->fake->lock, flags);
	kfree(alloc);
}

void fake_alloc_put(struct fake_alloc *alloc)
{
	kref_put(&alloc->ref, alloc_free);
}

static int find_room(struct fake_device *fake, unsigned int npages)
{
	unsigned int first, n;

	for (first = 0; first + npages <= fake->npages; first++) {
		for (n = 0; n < npages && !fake->used[first + n]; n++)
			;
		if (n == npages)
			return first;
	}
	return -ENOSPC;
}

struct fake_alloc *fake_alloc_create(struct kunit *test, struct fake_device *fake,
				     unsigned int npages, struct dma_fence *fence)
{
	struct fake_alloc *alloc = kzalloc(sizeof(*alloc), GFP_KERNEL);
	int first;

	KUNIT_ASSERT_NOT_NULL(test, alloc);
	spin_lock_irq(&fake->lock);
	first = find_room(fake, npages);
	if (first >= 0)
		memset(fake->used + first, true, npages);
	spin_unlock_irq(&fake->lock);
	KUNIT_ASSERT_GE(test, first, 0);

	kref_init(&alloc->ref);
	kref_get(&alloc->ref);
	alloc->fake = fake;
	alloc->first = first;
	alloc->npages = npages;
	drm_pagemap_devmem_init(&alloc->devmem, fake->dev, current->mm, &fake_devmem_ops,
				fake->dpagemap, PAGES(npages), fence);
	return alloc;
}

unsigned int fake_pages_used(struct fake_device *fake)
{
	unsigned int i, n = 0;

	for (i = 0; i < fake->npages; i++)
		n += fake->used[i];
	return n;
}

/* C2.2, C3.11: by now nobody waits, and the fence is put. */
static void devmem_release(struct drm_pagemap_devmem *devmem)
{
	struct fake_alloc *alloc = container_of(devmem, struct fake_alloc, devmem);

	KUNIT_EXPECT_TRUE(world.test, completion_done(&devmem->detached));
	KUNIT_EXPECT_NULL(world.test, devmem->pre_migrate_fence);
	world.releases++;
	if (world.in_release)
		world.in_release(alloc);
	fake_alloc_put(alloc);
}

static int populate_devmem_pfn(struct drm_pagemap_devmem *devmem, unsigned long npages,
			       unsigned long *pfn)
{
	struct fake_alloc *alloc = container_of(devmem, struct fake_alloc, devmem);
	bool failing = fails(&world.fail_populate);
	unsigned long i;

	might_sleep();
	KUNIT_EXPECT_LE(world.test, npages, alloc->npages);
	world.populates++;
	if (world.in_populate)
		world.in_populate(alloc, npages);
	for (i = 0; i < npages; i++)
		pfn[i] = alloc->fake->first_pfn + alloc->first + (world.scatter ? i ^ 1 : i);
	if (!failing)
		return 0;
	for (i = npages / 2; i < npages && world.garbage; i++)
		pfn[i] = ~0ul - i;
	return FAKE_ERROR;
}

/* ---- copies ---- */

static void check_call(struct fake_call *call)
{
	unsigned long i;

	for (i = 0; i < call->npages; i++) {
		struct page *page = call->pages[i];

		if (!page)
			continue;
		if (!call->device)
			call->device = device_of(page);
		/* C8.3 */
		KUNIT_EXPECT_PTR_EQ(world.test, device_of(page), call->device);
		KUNIT_EXPECT_TRUE(world.test, folio_test_locked(page_folio(page)));
		if (call->addr[i].addr) {
			KUNIT_EXPECT_EQ(world.test, (unsigned int)call->addr[i].dir,
					call->to_ram ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
			call->moved += NR_PAGES(call->addr[i].order);
			call->large += call->addr[i].order == HPAGE_PMD_ORDER;
		}
	}
}

static int copy(struct fake_call call)
{
	unsigned long i, covered = 0;
	int err = 0;

	might_sleep();
	check_call(&call);
	KUNIT_ASSERT_LT(world.test, world.ncalls, FAKE_CALLS);
	world.calls[world.ncalls++] = call;
	if (world.in_copy)
		world.in_copy(&call);
	if (world.fail_copies || fails(&world.fail_copy))
		return FAKE_ERROR;
	if (call.fence && !world.careless) {
		dma_fence_wait(call.fence, false);
		err = min(dma_fence_get_status(call.fence), 0);
	}
	for (i = 0; i < call.npages && !err; i++) {
		struct page *page = call.pages[i];

		if (i < covered)
			continue;
		if (page && call.addr[i].addr) {
			err = reach(call.device, &call.addr[i], bytes_of(page), call.to_ram);
			covered = i + NR_PAGES(call.addr[i].order);
		} else if (page && !call.to_ram) {
			memset(bytes_of(page), 0, PAGE_SIZE);
		}
	}
	return err;
}

static int copy_to_devmem(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			  struct dma_fence *fence)
{
	mmap_assert_locked(current->mm);
	return copy((struct fake_call){false, NULL, pages, addr, npages, fence, 0, 0});
}

static int copy_to_ram(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
		       struct dma_fence *fence)
{
	return copy((struct fake_call){true, NULL, pages, addr, npages, fence, 0, 0});
}

const struct drm_pagemap_devmem_ops fake_devmem_ops = {
	.devmem_release = devmem_release,
	.populate_devmem_pfn = populate_devmem_pfn,
	.copy_to_devmem = copy_to_devmem,
	.copy_to_ram = copy_to_ram,
};

/* ---- binding ---- */

static const struct file_operations fake_fops = {
	.owner = THIS_MODULE,
};

static const struct drm_driver fake_drm_driver = {
	.name = "fake",
	.fops = &fake_fops,
};

static void free_store(void *store)
{
	kvfree(store);
}

static int init_memory(struct fake_device *fake)
{
	struct resource *res;
	void *mapped;
	int err;

	fake->npages = world.npages;
	fake->store = kvmalloc(fake->npages * PAGE_SIZE, GFP_KERNEL);
	if (!fake->store)
		return -ENOMEM;
	memset(fake->store, 0xfd, fake->npages * PAGE_SIZE);
	err = devm_add_action_or_reset(fake->dev, free_store, fake->store);
	if (err)
		return err;
	res = devm_request_free_mem_region(fake->dev, &iomem_resource, fake->npages * PAGE_SIZE);
	if (IS_ERR(res))
		return PTR_ERR(res);
	fake->pagemap.type = MEMORY_DEVICE_PRIVATE;
	fake->pagemap.range.start = res->start;
	fake->pagemap.range.end = res->end;
	fake->pagemap.nr_range = 1;
	fake->pagemap.ops = drm_pagemap_pagemap_ops_get();
	fake->pagemap.owner = &fake_owner;
	fake->first_pfn = res->start >> PAGE_SHIFT;
	mapped = devm_memremap_pages(fake->dev, &fake->pagemap);
	return PTR_ERR_OR_ZERO(mapped);
}

static int probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct fake_device *fake;
	int err;

	fake = devm_drm_dev_alloc(dev, &fake_drm_driver, struct fake_device, drm);
	if (IS_ERR(fake))
		return PTR_ERR(fake);
	platform_set_drvdata(pdev, fake);
	fake->dev = dev;
	fake->id = world.device[0] ? 1 : 0;
	spin_lock_init(&fake->lock);
	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(48));
	if (!err)
		err = init_memory(fake);
	if (err)
		return err;
	fake->dpagemap = fake_pagemap_create(fake, &fake_pagemap_ops);
	if (IS_ERR(fake->dpagemap))
		return PTR_ERR(fake->dpagemap);
	world.device[fake->id] = fake;
	return 0;
}

void fake_put_dpagemap(struct fake_device *fake)
{
	struct drm_pagemap *dpagemap = fake->dpagemap;

	fake->dpagemap = NULL;
	drm_pagemap_put(dpagemap);
}

static void remove(struct platform_device *pdev)
{
	struct fake_device *fake = platform_get_drvdata(pdev);

	drm_dev_unplug(&fake->drm);
	fake_put_dpagemap(fake);
}

static struct platform_driver fake_driver = {
	.probe = probe,
	.remove = remove,
	.driver = {.name = "fake", .owner = THIS_MODULE},
};

static struct fake_device *plug(struct kunit *test, unsigned int id)
{
	KUNIT_ASSERT_EQ(test, bus_plug(id), 0);
	KUNIT_ASSERT_NOT_NULL(test, world.device[id]);
	return world.device[id];
}

struct fake_device *fake_peer(struct kunit *test)
{
	return plug(test, 1);
}

void fake_unplug(struct fake_device *fake)
{
	unsigned int id = fake->id;

	world.device[id] = NULL;
	bus_unplug(id);
}

void fake_flush(void)
{
	flush_scheduled_work();
}

static int init(struct kunit *test, unsigned int npages)
{
	int err;

	memset(&world, 0, sizeof(world));
	world.npages = npages;
	world.map_failure = DMA_MAPPING_ERROR;
	world.test = test;
	err = kunit_attach_mm();
	if (err)
		return err;
	err = platform_driver_register(&fake_driver);
	if (err)
		return err;
	plug(test, 0);
	return 0;
}

int fake_init(struct kunit *test)
{
	return init(test, FAKE_PAGES);
}

int fake_init_large(struct kunit *test)
{
	return init(test, FAKE_MAX_PAGES);
}

void fake_exit(struct kunit *test)
{
	unsigned int id;

	/* No hook of the case outlives it, and whatever it left on a device comes back. */
	world.in_populate = NULL;
	world.in_copy = NULL;
	world.in_release = NULL;
	world.in_destroy = NULL;
	world.fail_copies = false;
	vm_munmap(BASE, PAGES(FAKE_MAX_PAGES));
	for (id = 0; id < FAKE_DEVICES; id++)
		if (world.device[id])
			fake_unplug(world.device[id]);
	platform_driver_unregister(&fake_driver);
	fake_flush();
}

/* ---- what tests do with it ---- */

int fake_migrate(struct fake_alloc *alloc, unsigned long start, unsigned long npages,
		 const struct drm_pagemap_migrate_details *details)
{
	static const struct drm_pagemap_migrate_details none;
	int err;

	mmap_read_lock(current->mm);
	err = drm_pagemap_migrate_to_devmem(&alloc->devmem, current->mm, start,
					    start + PAGES(npages), details ?: &none);
	mmap_read_unlock(current->mm);
	return err;
}

struct fake_alloc *fake_push(struct kunit *test, unsigned long start, unsigned int npages)
{
	struct fake_alloc *alloc = fake_alloc_create(test, world.device[0], npages, NULL);

	KUNIT_ASSERT_EQ(test, fake_migrate(alloc, start, npages, NULL), 0);
	return alloc;
}
