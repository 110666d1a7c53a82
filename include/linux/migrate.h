/* SPDX-License-Identifier: MIT */
/*
 * Migration between system and device memory, driven by a device driver in three steps.
 *
 * Modelled: the migrate_vma_*() and migrate_device_*() families for single pages and folios of 2 MiB, of
 * anonymous memory. Not modelled yet: files, page migration between nodes.
 */
#ifndef _LINUX_MIGRATE_H
#define _LINUX_MIGRATE_H

#include <linux/mm.h>
#include <linux/migrate_mode.h>

struct folio;
struct page;
struct vm_area_struct;

/*
 * A migrate pfn is a page frame number above six bits of flags (S0.1).
 * VALID: there is a page; MIGRATE: the entry takes part; WRITE: the slot allowed writing; COMPOUND: the
 * entry stands for a whole large folio.
 */
#define MIGRATE_PFN_VALID    (1ul << 0)
#define MIGRATE_PFN_MIGRATE  (1ul << 1)
#define MIGRATE_PFN_WRITE    (1ul << 3)
#define MIGRATE_PFN_COMPOUND (1ul << 4)
#define MIGRATE_PFN_SHIFT    6

/* The page of an encoded entry, or NULL if it has none; flags other than VALID do not matter (S0.2). */
static inline struct page *migrate_pfn_to_page(unsigned long mpfn)
{
	if (!(mpfn & MIGRATE_PFN_VALID))
		return NULL;
	return __psim_live_page(mpfn >> MIGRATE_PFN_SHIFT);
}

/* The entry for a page frame number: VALID alone. */
static inline unsigned long migrate_pfn(unsigned long pfn)
{
	return (pfn << MIGRATE_PFN_SHIFT) | MIGRATE_PFN_VALID;
}

/* The same for a page: what one early version calls it. */
#define migrate_pfn_from_page(page) migrate_pfn(page_to_pfn(page))

/**
 * enum migrate_vma_direction - which pages migrate_vma_setup() takes (S0.3); a mask
 * @MIGRATE_VMA_SELECT_SYSTEM: pages of system memory, and the zero page
 * @MIGRATE_VMA_SELECT_DEVICE_PRIVATE: device-private pages of the owner
 * @MIGRATE_VMA_SELECT_DEVICE_COHERENT: device-coherent pages of the owner
 * @MIGRATE_VMA_SELECT_COMPOUND: 2 MiB folios as one entry
 */
enum migrate_vma_direction {
	MIGRATE_VMA_SELECT_SYSTEM = 1 << 0,
	MIGRATE_VMA_SELECT_DEVICE_PRIVATE = 1 << 1,
	MIGRATE_VMA_SELECT_DEVICE_COHERENT = 1 << 2,
	MIGRATE_VMA_SELECT_COMPOUND = 1 << 3,
};

/**
 * struct migrate_vma - one migration of a range of a VMA (S0.4)
 * @vma: the VMA; its mmap lock is held from before setup until after finalize
 * @dst: the driver's destinations, one encoded entry a page: migrate_pfn() of a page that is locked and
 *	has one reference, or 0
 * @src: the sources, filled by migrate_vma_setup()
 * @cpages: out: entries with MIGRATE
 * @npages: out: entries that were looked at
 * @start: first byte; rounded down to a page
 * @end: first byte after the range; rounded down to a page
 * @pgmap_owner: owner of the device pages that are selected, and of the notifier's event
 * @flags: MIGRATE_VMA_SELECT_*
 * @fault_page: vmf->page when called from a CPU fault: locked and referenced by the fault, else NULL
 */
struct migrate_vma {
	struct vm_area_struct *vma;
	unsigned long *dst;
	unsigned long *src;
	unsigned long cpages;
	unsigned long npages;
	unsigned long start;
	unsigned long end;
	void *pgmap_owner;
	unsigned long flags;
	struct page *fault_page;
};

/**
 * migrate_vma_setup() - collect, lock and unmap the pages of a range
 * @args: see struct migrate_vma
 *
 * Every entry of args->src becomes 0 (stays where it is), MIGRATE (a hole), or VALID | MIGRATE with an
 * optional WRITE: a page that is locked, unmapped everywhere and off the LRU (S1.61). Processed entries
 * of args->dst become 0.
 *
 * Context: mmap lock held; may sleep; sends one MMU_NOTIFY_MIGRATE over the range.
 * Return: 0, also if nothing was collected; -EINVAL for arguments of S1.3 to S1.7, nothing touched.
 */
int __psim_migrate_vma_setup(struct migrate_vma *args, const char *site);
int migrate_vma_setup(struct migrate_vma *args);
#define migrate_vma_setup(args) __psim_migrate_vma_setup((args), __func__)

/**
 * migrate_vma_pages() - hand over each source's identity to its destination, and fill holes
 * @migrate: as set up; dst filled by the driver
 *
 * An entry that could not be moved loses MIGRATE (S2). No bytes are copied.
 * Context: mmap lock held; may sleep; may send one MMU_NOTIFY_MIGRATE (S2.10).
 */
void migrate_vma_pages(struct migrate_vma *migrate);

/**
 * migrate_vma_finalize() - map what was moved, map again what was not, unlock and let go of all (S3)
 * @migrate: as it was after migrate_vma_pages(), or after setup with all of dst 0 (S3.17)
 * Context: mmap lock held; may sleep.
 */
void migrate_vma_finalize(struct migrate_vma *migrate);

/**
 * migrate_device_range() - lock and unmap pages by page frame number (S4)
 * @src_pfns: gets the encoded entries
 * @start: the first page frame
 * @npages: how many
 *
 * A page that is free or whose lock is taken gives 0. No mm and no mmap lock is needed; sends
 * MMU_NOTIFY_CLEAR for each VMA that could map a page. May sleep. Return: 0.
 */
int __psim_migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages,
				const char *site);
int migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages);
#define migrate_device_range(src_pfns, start, npages) \
	__psim_migrate_device_range((src_pfns), (start), (npages), __func__)

/* The same for the raw page frame numbers that @src_pfns holds; they become encoded entries. */
int __psim_migrate_device_pfns(unsigned long *src_pfns, unsigned long npages, const char *site);
int migrate_device_pfns(unsigned long *src_pfns, unsigned long npages);
#define migrate_device_pfns(src_pfns, npages) \
	__psim_migrate_device_pfns((src_pfns), (npages), __func__)

/* As migrate_vma_pages(), without a VMA: no holes, no fault page (S4.8). */
void migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages);
/* As migrate_vma_finalize(), without a fault page (S4.9). */
void migrate_device_finalize(unsigned long *src_pfns, unsigned long *dst_pfns,
			     unsigned long npages);

/* Move one device-coherent folio to system memory (S4.14). Not modelled. */
int migrate_device_coherent_folio(struct folio *folio);

#endif /* _LINUX_MIGRATE_H */
