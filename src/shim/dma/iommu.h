/* SPDX-License-Identifier: MIT */
/*
 * The IOMMU: bus addresses and what they stand for, device by device.
 *
 * An address names one 4 KiB slot; a mapping covers neighbouring slots and is described by its first.
 * All functions: any context.
 */
#ifndef PSIM_DMA_IOMMU_H
#define PSIM_DMA_IOMMU_H

#include <linux/dma-direction.h>
#include <linux/types.h>
#include "mm/page.h"
#include "sim/sim.h"

/* What a slot is; the first ones are __PSIM_DMA_* of linux/dma-mapping.h. */
enum psim_iova_kind {
	PSIM_IOVA_FREE,
	PSIM_IOVA_PAGE, /* streaming, RAM by physical address */
	PSIM_IOVA_SINGLE, /* streaming, by kernel address */
	PSIM_IOVA_RESOURCE, /* physical range that is no memory */
	PSIM_IOVA_COHERENT, /* by kernel address */
	PSIM_IOVA_LINKED, /* a piece of a reserved range, by physical address */
	PSIM_IOVA_RESERVED, /* a range with nothing linked here yet */
};

/**
 * struct psim_mapping - one mapping
 * @phys: its first byte, where it is known by physical address; else 0
 * @host: its first byte, where it is known by kernel address
 * @site: who mapped it; of a free slot: who unmapped it, or NULL
 * @size: bytes
 * @device: whose it is
 * @kind, @dir: what it is
 */
struct psim_mapping {
	u64 phys;
	void *host;
	const char *site;
	u64 size;
	u32 device;
	u8 kind;
	u8 dir;
};

/* No address left below the mask, or no host memory. */
#define PSIM_IOVA_NONE (~0ull)

/**
 * psim_iommu_map() - find room for a mapping and enter it
 * @m: what; in-page offset of the address is that of @m->phys
 * @mask: highest address the device can emit
 * Return: the bus address, or PSIM_IOVA_NONE.
 */
u64 psim_iommu_map(const struct psim_mapping *m, u64 mask);

/**
 * psim_iommu_find() - what is at a bus address
 * @bus: any address within the mapping
 * @m: gets the mapping; of a free slot its @site says who unmapped it
 * @start: gets the mapping's first bus address
 * Return: whether something is mapped there.
 */
bool psim_iommu_find(u64 bus, struct psim_mapping *m, u64 *start);

/**
 * psim_iommu_unmap() - forget the mapping that begins at @bus
 * @as: NULL, or what its device, kind, direction and size have to be
 * Return: false, and nothing is changed, if none does (any more), or it is another.
 */
bool psim_iommu_unmap(u64 bus, const struct psim_mapping *as, const char *site);

/*
 * A reserved range is mapped with one page more than its size: its pieces begin a page behind its
 * address. Enter a piece @offset bytes from there. Return: 0, -EINVAL, -EEXIST.
 */
int psim_iommu_link(u64 range, u64 offset, const struct psim_mapping *piece);
/* Forget all pieces, and the range. @linked: gets their bytes. Return: false if there is no such range. */
bool psim_iommu_unlink_all(u64 range, u64 *linked, const char *site);

int psim_iommu_start(const struct psim_config *config);
/* Law 3: report each mapping that is still there. */
void psim_iommu_leftovers(void);
void psim_iommu_stop(void);

/**
 * psim_iommu_access() - where a device's access goes; reports what must not be (rule "DMA")
 * @device: who
 * @bus, @length: where; within one mapping
 * @write: into memory
 * @m: gets the mapping
 * @offset: gets the offset of @bus from its start
 * Return: 0 or -EFAULT after a report.
 */
int psim_iommu_access(u32 device, u64 bus, u64 length, bool write, struct psim_mapping *m,
		      u64 *offset);
/* The same, wherever in a mapping it begins; for what is refused, the reports. */
int psim_iommu_access_within(u32 device, u64 bus, u64 length, bool write, struct psim_mapping *m,
			     u64 *offset);

/* The references of the folio that a frame is part of, poisoned or not. */
static inline int psim_iommu_references(unsigned long pfn)
{
	u64 head = psim_page_word(pfn, 1);

	return psim_page_raw_refs(head & 1 ? page_to_pfn((struct page *)(unsigned long)(head - 1))
					   : pfn);
}

/* Direction as a word. */
const char *psim_dma_dir_name(unsigned int dir);

#endif /* PSIM_DMA_IOMMU_H */
