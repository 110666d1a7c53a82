/* SPDX-License-Identifier: MIT */
/*
 * struct page and struct folio, word by word (S0.10, S0.11), and the address-space structures.
 *
 * A page descriptor is 64 bytes, full; what the shim knows beyond them lies in side tables by pfn.
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/version.h>

struct address_space;
struct dev_pagemap;

typedef struct {
	unsigned long f;
} memdesc_flags_t;

typedef struct {
	unsigned long val;
} swp_entry_t;

/**
 * struct page - descriptor of one 4 KiB page frame
 * @flags: word 0: page flags below, zone above
 * @lru: words 1-2 of a page on a list
 * @compound_head: word 1 of a tail page: the head's address, plus 1
 * @zone_device_data: word 2 of a ZONE_DEVICE head page: the driver's own
 * @mapping: word 3: tagged anon_vma pointer, or the file's address space
 * @__folio_index: word 4: page offset; @share overlays it
 * @private: word 5
 * @_mapcount: page-table slots that map the page, minus 1
 * @_refcount: references
 * @memcg_data: never used here; it keeps the size
 */
struct page {
	memdesc_flags_t flags;
	union {
		struct {
			union {
				struct list_head lru;
				struct list_head buddy_list;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
			};
			struct address_space *mapping;
			union {
				pgoff_t __folio_index;
				unsigned long share;
			};
			unsigned long private;
		};
		unsigned long compound_head;
		struct {
#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 15, 0)
			struct dev_pagemap *pgmap;
#else
			void *_unused_pgmap_compound_head;
#endif
			void *zone_device_data;
		};
		struct rcu_head rcu_head;
	};
	union {
		unsigned int page_type;
		atomic_t _mapcount;
	};
	atomic_t _refcount;
	unsigned long memcg_data;
} __aligned(64);

/**
 * struct folio - a head page and, of a large folio, its first tails
 * @pgmap: word 1 of a ZONE_DEVICE folio's head
 * @_large_mapcount: word 2 of the first tail: mappings of the whole folio
 * @_nr_pages_mapped: pages of it mapped one by one
 * @_entire_mapcount: PMD mappings, minus 1
 * @_pincount: pins of a large folio (S0.8)
 * @_nr_pages: 1 << order
 * @_deferred_list: words 2-3 of the second tail: link of the deferred-split queue
 *
 * Same bytes as struct page, 64 for each.
 */
struct folio {
	union {
		struct {
			memdesc_flags_t flags;
			union {
				struct list_head lru;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
				struct dev_pagemap *pgmap;
			};
			struct address_space *mapping;
			union {
				pgoff_t index;
				unsigned long share;
			};
			union {
				void *private;
				swp_entry_t swap;
			};
			atomic_t _mapcount;
			atomic_t _refcount;
			unsigned long memcg_data;
		};
		struct page page;
	};
	union {
		struct {
			unsigned long _flags_1;
			unsigned long _head_1;
			atomic_t _large_mapcount;
			atomic_t _nr_pages_mapped;
			atomic_t _entire_mapcount;
			atomic_t _pincount;
			unsigned int _nr_pages;
		};
		struct page __page_1;
	};
	union {
		struct {
			unsigned long _flags_2;
			unsigned long _head_2;
			struct list_head _deferred_list;
		};
		struct page __page_2;
	};
};

_Static_assert(sizeof(struct page) == 64, "struct page is 64 bytes, full");
_Static_assert(offsetof(struct folio, pgmap) == 8, "pgmap is word 1");
_Static_assert(offsetof(struct page, zone_device_data) == 16, "zone_device_data is word 2");
_Static_assert(offsetof(struct folio, _refcount) == offsetof(struct page, _refcount), "S0.10");

#define page_private(page)	      ((page)->private)
#define set_page_private(page, value) ((page)->private = (value))

/* Address spaces, VMAs and faults: the mm room's part of this header. */
#include <linux/__psim_mm_types.h>

#endif /* _LINUX_MM_TYPES_H */
