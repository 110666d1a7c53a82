/* SPDX-License-Identifier: MIT */
/*
 * The bytes of pages. All RAM has kernel addresses, so mapping a page is looking its address up.
 *
 * Device-private pages have no bytes that the CPU can reach: each of these functions reports one.
 * In a machine without bytes copying and clearing do nothing, and mapping is a stop.
 */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/bug.h>
#include <linux/mm_types.h>
#include <linux/__psim_folio.h>

struct vm_area_struct;

/* The address of the page's first byte, until kunmap_local(), which goes backwards. Any context. */
void *kmap_local_page(const struct page *page);
void *kmap_local_folio(struct folio *folio, size_t offset);
void kunmap_local(const void *address);

static inline void *kmap(struct page *page)
{
	return kmap_local_page(page);
}

static inline void kunmap(struct page *page)
{
}

void copy_highpage(struct page *to, struct page *from);
void clear_highpage(struct page *page);
void copy_user_highpage(struct page *to, struct page *from, unsigned long vaddr,
			struct vm_area_struct *vma);
void folio_copy(struct folio *to, struct folio *from);

static inline void clear_user_highpage(struct page *page, unsigned long vaddr)
{
	clear_highpage(page);
}

/* 0, or -EHWPOISON, which does not happen here. */
static inline int copy_mc_highpage(struct page *to, struct page *from)
{
	copy_highpage(to, from);
	return 0;
}

/* Parts of one page: [offset, offset + len) must lie in it. */
void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len);
void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len);
void memcpy_page(struct page *to, size_t to_offset, struct page *from, size_t from_offset,
		 size_t len);
void memset_page(struct page *page, size_t offset, int value, size_t len);

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset_page(page, offset, 0, len);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	memset_page(page, start, 0, size);
}

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	memset_page(page, start, 0, end - start);
}

void folio_zero_range(struct folio *folio, size_t start, size_t length);

#endif /* _LINUX_HIGHMEM_H */
