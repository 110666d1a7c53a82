// SPDX-License-Identifier: MIT
/* Lesson 4: a page of user memory goes to a device in three steps. Kernel code; device.c is the device. */
#include <linux/dma-mapping.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "lesson.h"

static void show(const char *when, struct page *page)
{
	struct folio *folio = page_folio(page);

	say("%-34s refs %d, maps %d, %s\n", when, folio_ref_count(folio), folio_mapcount(folio),
	    folio_test_locked(folio) ? "locked" : "not locked");
}

static void freed(struct folio *folio)
{
	say("the device page is free again\n");
}

static vm_fault_t touched_by_cpu(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS; /* lesson 6 does better */
}

static const struct dev_pagemap_ops ops = {.folio_free = freed, .migrate_to_ram = touched_by_cpu};

static int copy_to_device(struct device_with_memory *device, struct page *to, struct page *from)
{
	struct device *dev = device->drm.dev;
	dma_addr_t bus = dma_map_page(dev, from, 0, PAGE_SIZE, DMA_TO_DEVICE);
	int err = dma_mapping_error(dev, bus) ?: device_reads_bus(device, to, bus);

	dma_unmap_page(dev, bus, PAGE_SIZE, DMA_TO_DEVICE);
	return err;
}

int lesson(void)
{
	struct device_with_memory *device = device_plug(&ops);
	unsigned long src, dst,
		address = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, 0);
	struct migrate_vma args = {.src = &src,
				   .dst = &dst,
				   .start = address,
				   .end = address + PAGE_SIZE,
				   .pgmap_owner = device,
				   .flags = MIGRATE_VMA_SELECT_SYSTEM};
	struct page *page, *new = device_page(device, 0);

	put_user('x', (char __user *)address);
	mmap_read_lock(current->mm);
	args.vma = vma_lookup(current->mm, address);
	migrate_vma_setup(&args); /* 1: collect, lock, unmap */
	page = migrate_pfn_to_page(src);
	show("setup: the page in RAM", page);
	zone_device_page_init(new, &device->pagemap, 0);
	dst = migrate_pfn(page_to_pfn(new));
	show("a new page of the device", new);
	copy_to_device(device, new, page);
	migrate_vma_pages(&args); /* 2: the new page becomes the old one */
	show("pages: the page of the device", new);
	migrate_vma_finalize(&args); /* 3: map, unlock, let go */
	show("finalize: the page of the device", new);
	mmap_read_unlock(current->mm);
	vm_munmap(address, PAGE_SIZE);
	device_unplug(device);
	return 0;
}
