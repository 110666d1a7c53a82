/* SPDX-License-Identifier: MIT */
/*
 * Allocating page frames: single pages, blocks of up to 2^MAX_PAGE_ORDER pages, folios (S9.69).
 *
 * Each call is a macro that passes on who called; functions of the same names stand beside them for
 * code that takes an address. All of them: context: any; with __GFP_DIRECT_RECLAIM (GFP_KERNEL, ...)
 * one that may sleep. Contents are not zeroed unless __GFP_ZERO is given: a page holds what the same
 * run left in it, and zeros if it was never used.
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/topology.h>

struct folio;
struct page;
struct vm_area_struct;

/* Whether the allocation may sleep. */
static inline bool gfpflags_allow_blocking(gfp_t flags)
{
	return !!(flags & __GFP_DIRECT_RECLAIM);
}

struct page *__psim_alloc_pages(gfp_t gfp, unsigned int order, const char *site);
struct folio *__psim_folio_alloc(gfp_t gfp, unsigned int order, const char *site);
unsigned long __psim_get_free_pages(gfp_t gfp, unsigned int order, const char *site);
void *__psim_alloc_pages_exact(size_t size, gfp_t gfp, const char *site);

struct page *alloc_pages(gfp_t gfp, unsigned int order);
struct page *alloc_page(gfp_t gfp);
struct folio *folio_alloc(gfp_t gfp, unsigned int order);
struct folio *vma_alloc_folio(gfp_t gfp, int order, struct vm_area_struct *vma, unsigned long addr);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);

/**
 * alloc_pages() - take 1 << @order pages, naturally aligned
 * @gfp: flags; without __GFP_COMP a block of several pages is no folio: only its first page has a count
 * @order: 0 to MAX_PAGE_ORDER
 *
 * Return: the first page with one reference, unlocked, mapped nowhere; NULL without memory.
 */
#define alloc_pages(gfp, order)		    __psim_alloc_pages((gfp), (order), __func__)
#define alloc_page(gfp)			    __psim_alloc_pages((gfp), 0, __func__)
#define alloc_pages_node(nid, gfp, order)   __psim_alloc_pages((gfp), (order), __func__)
#define __alloc_pages_node(nid, gfp, order) __psim_alloc_pages((gfp), (order), __func__)
/* For a page that will be mapped at @addr of @vma. */
#define alloc_page_vma(gfp, vma, addr) \
	((void)(vma), (void)(addr), __psim_alloc_pages((gfp), 0, __func__))

/**
 * folio_alloc() - take a folio of 1 << @order pages
 * Return: it, with one reference, unlocked; NULL without memory.
 */
#define folio_alloc(gfp, order)		  __psim_folio_alloc((gfp), (order), __func__)
#define folio_alloc_node(gfp, order, nid) __psim_folio_alloc((gfp), (order), __func__)
/* For a folio that will be mapped at @addr of @vma. */
#define vma_alloc_folio(gfp, order, vma, addr) \
	((void)(vma), (void)(addr), __psim_folio_alloc((gfp), (order), __func__))

/* Let go of a reference on a block that alloc_pages() gave; the last one frees it. Any context. */
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page) __free_pages((page), 0)

/* The same by kernel address. Return: 0 without memory. */
#define __get_free_pages(gfp, order) __psim_get_free_pages((gfp), (order), __func__)
#define __get_free_page(gfp)	     __psim_get_free_pages((gfp), 0, __func__)
#define get_zeroed_page(gfp)	     __psim_get_free_pages((gfp) | __GFP_ZERO, 0, __func__)
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages((addr), 0)

/* @size bytes, rounded up to whole pages, each with a count of its own. */
#define alloc_pages_exact(size, gfp) __psim_alloc_pages_exact((size), (gfp), __func__)
void free_pages_exact(void *virt, size_t size);

#endif /* _LINUX_GFP_H */
