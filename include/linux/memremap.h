/* SPDX-License-Identifier: MIT */
/*
 * Pagemaps: ranges of device memory that have page descriptors (S5).
 *
 * Modelled: MEMORY_DEVICE_PRIVATE, and MEMORY_DEVICE_COHERENT's descriptors, without bytes. Not
 * modelled: file-system DAX, peer-to-peer, altmaps.
 */
#ifndef _LINUX_MEMREMAP_H
#define _LINUX_MEMREMAP_H

#include <linux/completion.h>
#include <linux/ioport.h>
#include <linux/mmzone.h>
#include <linux/range.h>
#include <linux/version.h>
#include <linux/__psim_folio.h>

struct device;
struct vm_fault;

/* What kind of memory a pagemap describes. */
enum memory_type {
	MEMORY_DEVICE_PRIVATE = 1,
	MEMORY_DEVICE_COHERENT,
	MEMORY_DEVICE_FS_DAX,
	MEMORY_DEVICE_GENERIC,
	MEMORY_DEVICE_PCI_P2PDMA,
};

/**
 * struct dev_pagemap_ops - what the driver does for its pages
 * @folio_free: the last reference is gone (S5.31). Must not sleep; may run under a page-table lock
 * @migrate_to_ram: a CPU touched the page: bring it back (S6.4)
 * @memory_failure: not called
 * @folio_split: @head was split, @tail is a new part, or NULL at the end (S5.45)
 */
struct dev_pagemap_ops {
#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 19, 0)
	union {
		void (*folio_free)(struct folio *folio);
		void (*page_free)(struct page *page); /* its older name: a folio is its head page */
	};
#else
	void (*folio_free)(struct folio *folio);
#endif
	vm_fault_t (*migrate_to_ram)(struct vm_fault *vmf);
	int (*memory_failure)(struct dev_pagemap *pgmap, unsigned long pfn, unsigned long nr_pages,
			      int mf_flags);
	void (*folio_split)(struct folio *head, struct folio *tail);
};

#define PGMAP_ALTMAP_VALID (1 << 0)

/**
 * struct dev_pagemap - a range of device memory with page descriptors
 * @ref: the owner's reference and one for each page that is in use (S5.6)
 * @done: completed when @ref is gone
 * @type: kind of memory
 * @flags: PGMAP_*; none is modelled
 * @vmemmap_shift: 0
 * @ops: the driver's functions
 * @owner: compared, never followed (S1.24)
 * @nr_range: length of @ranges
 * @range: the only range; @ranges: all of them; ends are inclusive (S5.2)
 */
struct dev_pagemap {
	struct {
		atomic_long_t count;
		int dead;
		struct dev_pagemap *next;
		const char *site;
		long __psim_in_use;
	} ref;
	struct completion done;
	enum memory_type type;
	unsigned int flags;
	unsigned long vmemmap_shift;
	const struct dev_pagemap_ops *ops;
	void *owner;
	int nr_range;
	union {
		struct range range;
		struct {
			struct {
			} __psim_empty;
			struct range ranges[];
		};
	};
};

/** folio_is_device_private() - memory of a device that CPUs cannot reach (S5.5) */
static inline bool folio_is_device_private(const struct folio *folio)
{
	return folio_is_zone_device(folio) && folio->pgmap->type == MEMORY_DEVICE_PRIVATE;
}

/* Zone device, and of that type (S5.7). */
static inline bool is_device_private_page(const struct page *page)
{
	return is_zone_device_page(page) && page_pgmap(page)->type == MEMORY_DEVICE_PRIVATE;
}

/** folio_is_device_coherent() - memory of a device that CPUs can reach */
static inline bool folio_is_device_coherent(const struct folio *folio)
{
	return folio_is_zone_device(folio) && folio->pgmap->type == MEMORY_DEVICE_COHERENT;
}

/** is_device_coherent_page() - is the page's folio such memory? */
static inline bool is_device_coherent_page(const struct page *page)
{
	return is_zone_device_page(page) && page_pgmap(page)->type == MEMORY_DEVICE_COHERENT;
}

/** is_pci_p2pdma_page() - false: no PCI device has memory here */
static inline bool is_pci_p2pdma_page(const struct page *page)
{
	return is_zone_device_page(page) && page_pgmap(page)->type == MEMORY_DEVICE_PCI_P2PDMA;
}

/** is_fsdax_page() - false: no file lies in device memory here */
static inline bool is_fsdax_page(const struct page *page)
{
	return is_zone_device_page(page) && page_pgmap(page)->type == MEMORY_DEVICE_FS_DAX;
}

/**
 * zone_device_page_init() - begin a life of 1 << @order device pages (S5.20 to S5.23)
 * @page: the first; free
 * @pgmap: its pagemap
 *
 * Called as (page), (page, order) or (page, pgmap, order), as kernels of different ages do (S5.25).
 * Afterwards the folio has one reference, the caller's, and is locked. Any context.
 */
void __psim_zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order,
				  const char *site);
#define __psim_zone_device_init_1(page) __psim_zone_device_page_init((page), NULL, 0, __func__)
#define __psim_zone_device_init_2(page, order) \
	__psim_zone_device_page_init((page), NULL, (order), __func__)
#define __psim_zone_device_init_3(page, pgmap, order) \
	__psim_zone_device_page_init((page), (pgmap), (order), __func__)
#define __psim_zone_device_init_pick(a, b, c, name, ...) name
#define zone_device_page_init(...)                                           \
	__psim_zone_device_init_pick(__VA_ARGS__, __psim_zone_device_init_3, \
				     __psim_zone_device_init_2,              \
				     __psim_zone_device_init_1, )(__VA_ARGS__)

/* The same for a folio that is none yet: nothing follows its links before (S5.24, S5.27). */
void __psim_zone_device_folio_init(struct folio *folio, struct dev_pagemap *pgmap,
				   unsigned int order, const char *site);
#define zone_device_folio_init(folio, pgmap, order) \
	__psim_zone_device_folio_init((folio), (pgmap), (order), __func__)

/**
 * memremap_pages() - give a range of device memory its descriptors (S5.3 to S5.6)
 * @pgmap: filled in by the driver; not to be moved until memunmap_pages()
 * @nid: NUMA_NO_NODE
 *
 * May sleep. Return: a pointer that is no error and must not be followed; ERR_PTR(-EINVAL), with a
 * warning, for a pagemap that is not filled in; -ENOMEM if it overlaps another; -ENXIO for RAM.
 */
void *__psim_memremap_pages(struct dev_pagemap *pgmap, int nid, const char *site);
#define memremap_pages(pgmap, nid) __psim_memremap_pages((pgmap), (nid), __func__)

/* Wait until every page is free, then take the descriptors away (S5.40 to S5.42). May sleep. */
void memunmap_pages(struct dev_pagemap *pgmap);

/* The same bound to a device: torn down when its driver is unbound (S5.9). */
void *__psim_devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap, const char *site);
#define devm_memremap_pages(dev, pgmap) __psim_devm_memremap_pages((dev), (pgmap), __func__)
/* Earlier than that, at once (S5.47). May sleep. */
void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap);

/* The live pagemap that @pfn belongs to, with a reference, or NULL (S5.8). */
struct dev_pagemap *get_dev_pagemap(unsigned long pfn);
/* NULL is accepted. */
void put_dev_pagemap(struct dev_pagemap *pgmap);

/* Whether @pfn belongs to @pgmap. */
bool pgmap_pfn_valid(struct dev_pagemap *pgmap, unsigned long pfn);

#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 19, 0)
/* get_dev_pagemap() of before: @pgmap, if it is not NULL, is the caller's, and is given back or returned. */
static inline struct dev_pagemap *__psim_get_dev_pagemap_from(unsigned long pfn,
							      struct dev_pagemap *pgmap)
{
	if (pgmap && pgmap_pfn_valid(pgmap, pfn))
		return pgmap;
	if (pgmap)
		put_dev_pagemap(pgmap);
	return get_dev_pagemap(pfn);
}
#define get_dev_pagemap(pfn, pgmap) __psim_get_dev_pagemap_from((pfn), (pgmap))
#endif

#endif /* _LINUX_MEMREMAP_H */
