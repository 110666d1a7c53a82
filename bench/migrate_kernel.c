// SPDX-License-Identifier: MIT
/*
 * A driver that does nothing but migrate: device pages are handed out in order, nothing is copied. All
 * that is left is what the shim does for a migration and a fault.
 */
#include <linux/err.h>
#include <linux/huge_mm.h>
#include <linux/ioport.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "migrate_kernel.h"

#define BLOCK ((unsigned long)HPAGE_PMD_NR)

static struct dev_pagemap pgmap;
static struct resource *res;
static unsigned long base, total, map, map_len;
static unsigned long next_free; /* device pages are used in order; each block returns whole */
static unsigned long src[HPAGE_PMD_NR], dst[HPAGE_PMD_NR];
static int whole;

static void folio_freed(struct folio *folio)
{
}

/* A destination for each entry with MIGRATE. */
static void give(struct migrate_vma *args, bool device)
{
	unsigned long first = (res->start >> PAGE_SHIFT) + next_free;

	unsigned int order;

	for (unsigned long i = 0; i < args->npages; i += 1ul << order) {
		struct folio *folio;

		order = args->src[i] & MIGRATE_PFN_COMPOUND ? HPAGE_PMD_ORDER : 0;

		if (!(args->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		if (device) {
			folio = (struct folio *)pfn_to_page(first + i);
			zone_device_folio_init(folio, &pgmap, order);
		} else {
			folio = folio_alloc(GFP_HIGHUSER_MOVABLE, order);
			folio_lock(folio);
		}
		args->dst[i] = migrate_pfn(folio_pfn(folio)) | (order ? MIGRATE_PFN_COMPOUND : 0);
	}
}

static void move(struct migrate_vma *args, bool device)
{
	if (migrate_vma_setup(args))
		return;
	give(args, device);
	migrate_vma_pages(args);
	migrate_vma_finalize(args);
}

static struct migrate_vma block_at(struct vm_area_struct *vma, unsigned long address)
{
	return (struct migrate_vma){
		.vma = vma,
		.src = src,
		.dst = dst,
		.start = address & HPAGE_PMD_MASK,
		.end = (address & HPAGE_PMD_MASK) + HPAGE_PMD_SIZE,
		.pgmap_owner = &pgmap,
	};
}

static vm_fault_t cpu_fault(struct vm_fault *vmf)
{
	struct migrate_vma args = block_at(vmf->vma, vmf->address);

	args.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE | (whole ? MIGRATE_VMA_SELECT_COMPOUND : 0);
	args.fault_page = vmf->page;
	move(&args, false);
	return 0;
}

static const struct dev_pagemap_ops ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = cpu_fault,
};

int bench_migrate_round(void)
{
	struct mm_struct *mm = current->mm;
	u64 value;

	for (unsigned long address = base; address < base + (total << PAGE_SHIFT);
	     address += HPAGE_PMD_SIZE) {
		struct migrate_vma args;

		mmap_read_lock(mm);
		args = block_at(vma_lookup(mm, address), address);
		args.flags = MIGRATE_VMA_SELECT_SYSTEM | (whole ? MIGRATE_VMA_SELECT_COMPOUND : 0);
		next_free = (address - base) >> PAGE_SHIFT;
		move(&args, true);
		mmap_read_unlock(mm);
		if (args.cpages != (whole ? 1 : BLOCK))
			return -1;
		if (copy_from_user(&value, (void __user *)(address + PAGE_SIZE), sizeof(value)))
			return -1;
	}
	return 0;
}

static int map_memory(void)
{
	struct mm_struct *mm = current->mm;
	u64 value = 1;

	map_len = (total << PAGE_SHIFT) + HPAGE_PMD_SIZE;
	map = vm_mmap(NULL, 0, map_len, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
	if (IS_ERR_VALUE(map))
		return -ENOMEM;
	base = ALIGN(map, HPAGE_PMD_SIZE);
	mmap_write_lock(mm);
	vm_flags_set(vma_lookup(mm, map), whole ? VM_HUGEPAGE : VM_NOHUGEPAGE);
	mmap_write_unlock(mm);
	for (unsigned long i = 0; i < total; i += whole ? BLOCK : 1) {
		if (copy_to_user((void __user *)(base + i * PAGE_SIZE), &value, sizeof(value)))
			return -EFAULT;
	}
	return 0;
}

int bench_migrate_begin(unsigned long pages, int huge)
{
	int err;

	current->mm = mm_alloc();
	if (!current->mm)
		return -ENOMEM;
	total = pages;
	whole = huge;
	res = request_free_mem_region(&iomem_resource, pages << PAGE_SHIFT, "bench");
	if (IS_ERR(res))
		return PTR_ERR(res);
	pgmap = (struct dev_pagemap){
		.type = MEMORY_DEVICE_PRIVATE,
		.range = {.start = res->start, .end = res->end},
		.nr_range = 1,
		.ops = &ops,
		.owner = &pgmap,
	};
	err = PTR_ERR_OR_ZERO(memremap_pages(&pgmap, NUMA_NO_NODE));
	return err ?: map_memory();
}

void bench_migrate_end(void)
{
	vm_munmap(map, map_len);
	memunmap_pages(&pgmap);
	release_mem_region(res->start, resource_size(res));
	mmput(current->mm);
	current->mm = NULL;
}

void bench_write_descriptors(void)
{
	static u64 sides[2][HPAGE_PMD_NR][sizeof(struct page) / sizeof(u64)];

	for (unsigned int side = 0; side < 2; side++) {
		for (unsigned int i = 0; i < HPAGE_PMD_NR; i++) {
			for (unsigned int word = 0; word < ARRAY_SIZE(sides[0][0]); word++)
				__atomic_store_n(&sides[side][i][word], i + word, __ATOMIC_RELAXED);
		}
	}
}
