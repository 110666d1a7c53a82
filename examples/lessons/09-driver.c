// SPDX-License-Identifier: MIT
/* Lesson 9: a driver that counts the pages it has given out, and gets the count wrong. Kernel code. */
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>

#include "lesson.h"

int driver_start(void);
int driver_takes(unsigned long address, unsigned int number);
int driver_ends(void);

static struct device_with_memory *device;
static int used; /* pages of the device that somebody has */

static void freed(struct folio *folio)
{
	int n = READ_ONCE(used);

	WRITE_ONCE(used, n - 1); /* who says that nobody else does so now? */
}

static vm_fault_t touched_by_cpu(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct dev_pagemap_ops ops = {.folio_free = freed, .migrate_to_ram = touched_by_cpu};

int driver_start(void)
{
	device = device_plug(&ops);
	return device ? 0 : -ENODEV;
}

/* The calling process's page at @address becomes page @number of the device. It was never written. */
int driver_takes(unsigned long address, unsigned int number)
{
	unsigned long src, dst;
	struct migrate_vma args = {.src = &src,
				   .dst = &dst,
				   .start = address,
				   .end = address + PAGE_SIZE,
				   .pgmap_owner = device,
				   .flags = MIGRATE_VMA_SELECT_SYSTEM};

	mmap_read_lock(current->mm);
	args.vma = vma_lookup(current->mm, address);
	if (!migrate_vma_setup(&args)) {
		zone_device_page_init(device_page(device, number), &device->pagemap, 0);
		dst = migrate_pfn(page_to_pfn(device_page(device, number)));
		used++;
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
	}
	mmap_read_unlock(current->mm);
	return 0;
}

/* Return: how many pages the driver thinks are still used. */
int driver_ends(void)
{
	device_unplug(device);
	return used;
}
