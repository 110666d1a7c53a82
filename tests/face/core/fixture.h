/* SPDX-License-Identifier: MIT */
/*
 * A small device and its driver, for the tests of the core: device-private pages with bytes of their
 * own, a page allocator that hands freed pages out again at once, the callbacks of drm_pagemap, and
 * knobs that make them fail or let a test look in.
 *
 * The device reads and writes RAM by bus address only, so what is not mapped cannot be reached.
 */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include <kunit/test.h>
#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_pagemap.h>

#ifdef __PSIM__
#include <psim/fault.h>
#include <psim/hw.h>
#endif

/* Pages of device memory, and what a device has of it at most; they are handed out lowest first. */
#define FAKE_PAGES     64
#define FAKE_MAX_PAGES (3 * HPAGE_PMD_NR)
#define FAKE_DEVICES   2
#define FAKE_CALLS     32
/* What a driver answers when it is told to fail: an errno that nothing else uses. */
#define FAKE_ERROR (-EREMOTEIO)
/* Where tests map memory: aligned to anything they move. */
#define BASE	 0x40000000ul
#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)

/**
 * struct fake_device - one device
 * @drm: the drm device
 * @dev: its bus device
 * @pagemap: its memory
 * @first_pfn: the first page of it
 * @dpagemap: the same for drm_pagemap; NULL once the driver has given up its reference
 * @id: 0 or 1
 * @npages: of its memory
 * @lock: guards @used; taken under page-table locks
 * @used: pages that belong to an allocation
 * @store: the bytes
 * @mapped: device_map() without device_unmap(), by page
 */
struct fake_device {
	struct drm_device drm;
	struct device *dev;
	struct dev_pagemap pagemap;
	unsigned long first_pfn;
	struct drm_pagemap *dpagemap;
	unsigned int id;
	unsigned int npages;
	spinlock_t lock;
	bool used[FAKE_MAX_PAGES];
	u8 *store;
	int mapped[FAKE_MAX_PAGES];
};

/**
 * struct fake_alloc - one allocation
 * @devmem: what the core sees
 * @ref: references: the test's, and the one that a migration consumes
 * @fake: whose memory
 * @first: its first page there
 * @npages: how many
 */
struct fake_alloc {
	struct drm_pagemap_devmem devmem;
	struct kref ref;
	struct fake_device *fake;
	unsigned int first;
	unsigned int npages;
};

/**
 * struct fake_call - one call of a copy callback
 * @to_ram: which
 * @device: whose
 * @pages, @addr, @npages, @fence: as it was called; the arrays only while it runs
 * @moved: pages with an address
 * @large: addresses of 2 MiB
 */
struct fake_call {
	bool to_ram;
	struct fake_device *device;
	struct page **pages;
	struct drm_pagemap_addr *addr;
	unsigned long npages;
	struct dma_fence *fence;
	unsigned long moved;
	unsigned long large;
};

/**
 * struct fake_world - knobs, and what has happened
 * @device: the devices that are plugged in
 * @fail_populate: the n-th call from now fails; 0: none
 * @fail_copy: likewise
 * @fail_copies: all fail
 * @garbage: a populate that fails has filled half, and written nonsense into the rest
 * @fail_map: the n-th device_map() from now gives @map_failure; 0: none
 * @map_failure: what it gives then
 * @npages: of the memory of devices that are plugged in from now on
 * @scatter: populate names its pages in an order that makes no block
 * @careless: copies do not wait for the fence
 * @map_dev: for whom device_map() was asked last
 * @in_populate: called at the beginning
 * @in_copy: called before any byte is copied
 * @in_release: called before the reference is dropped
 * @in_destroy: called before the object is freed
 * @populates, @releases, @maps, @unmaps, @destroys: calls
 * @destroy_flag: what the last destroy was told
 * @calls, @ncalls: the copies
 */
struct fake_world {
	struct kunit *test;
	struct fake_device *device[FAKE_DEVICES];
	unsigned int fail_populate;
	unsigned int fail_copy;
	bool fail_copies;
	bool garbage;
	unsigned int fail_map;
	dma_addr_t map_failure;
	bool careless;
	unsigned int npages;
	bool scatter;
	struct device *map_dev;
	void (*in_populate)(struct fake_alloc *alloc, unsigned long npages);
	void (*in_copy)(const struct fake_call *call);
	void (*in_release)(struct fake_alloc *alloc);
	void (*in_destroy)(struct drm_pagemap *dpagemap);
	unsigned int populates;
	unsigned int releases;
	unsigned int maps;
	unsigned int unmaps;
	unsigned int destroys;
	bool destroy_flag;
	struct fake_call calls[FAKE_CALLS];
	unsigned int ncalls;
};

extern struct fake_world world;
/* What all devices' memory is owned by: they are peers of one another. */
extern char fake_owner;

extern const struct drm_pagemap_ops fake_pagemap_ops;
extern const struct drm_pagemap_devmem_ops fake_devmem_ops;

/* A suite's init and exit: an address space, and one device. */
int fake_init(struct kunit *test);
/* The same with devices of FAKE_MAX_PAGES. */
int fake_init_large(struct kunit *test);
void fake_exit(struct kunit *test);
/* Plug the second device in: a peer of the first. */
struct fake_device *fake_peer(struct kunit *test);
/* Unbind the driver from the device; its structure stays for as long as anybody holds it. */
void fake_unplug(struct fake_device *fake);
/* The driver gives up its own reference on the pagemap. */
void fake_put_dpagemap(struct fake_device *fake);
/* Let every work item that is queued now end. */
void fake_flush(void);

/*
 * A pagemap object of the device's memory, or an error pointer. Not by drm_pagemap_create(): Linux declares it
 * and does not have it (C1.2).
 */
struct drm_pagemap *fake_pagemap_create(struct fake_device *fake,
					const struct drm_pagemap_ops *ops);
/* An allocation with two references: the test's, and one for the core. @fence passes to it. */
struct fake_alloc *fake_alloc_create(struct kunit *test, struct fake_device *fake,
				     unsigned int npages, struct dma_fence *fence);
void fake_alloc_put(struct fake_alloc *alloc);
static inline struct page *fake_page(const struct fake_alloc *alloc, unsigned int i)
{
	return pfn_to_page(alloc->fake->first_pfn + alloc->first + i);
}
unsigned int fake_pages_used(struct fake_device *fake);

/* drm_pagemap_migrate_to_devmem() under the mmap lock. @details: NULL for none. */
int fake_migrate(struct fake_alloc *alloc, unsigned long start, unsigned long npages,
		 const struct drm_pagemap_migrate_details *details);
/* The same with a new allocation on the first device; the result must be 0, and the test holds it. */
struct fake_alloc *fake_push(struct kunit *test, unsigned long start, unsigned int npages);

/* The device reads a page of RAM at @addr. Return: 0, or -EFAULT if it is not mapped for it. */
int fake_bus_read(struct fake_device *fake, dma_addr_t addr);

/* Private anonymous memory at a fixed address. */
void fake_map(struct kunit *test, unsigned long start, unsigned long npages, unsigned long prot);
/* Store a pattern by the CPU; see that the CPU reads it, or that the device holds it. */
void fake_fill(struct kunit *test, unsigned long start, unsigned int npages, unsigned int seed);
/* All kernel memory that can be had, to be given back. */
void *fake_take_all_memory(void);
void fake_give_memory_back(void *taken);
void fake_check(struct kunit *test, unsigned long start, unsigned int npages, unsigned int seed);
void fake_check_store(struct kunit *test, struct fake_alloc *alloc, unsigned int page,
		      unsigned int npages, unsigned int seed);
void fake_check_zero(struct kunit *test, unsigned long start, unsigned int npages);
/* One byte by the CPU. Return: 0 or -EFAULT. */
int fake_read(unsigned long address, u8 *value);
int fake_write(unsigned long address, u8 value);

/*
 * What migrate_vma_setup() collects at @address, with nothing moved: the page frame, and whether the
 * slot is writable. 0: nothing could be taken.
 */
unsigned long fake_slot(unsigned long address);
struct page *fake_page_at(unsigned long address);
bool fake_on_device(unsigned long address);

/* A fence that counts its releases. */
struct dma_fence *fake_fence(struct kunit *test);
unsigned int fake_fences_released(void);

#endif /* CORE_FIXTURE_H */
