/* SPDX-License-Identifier: MIT */
/*
 * Pages inside the shim: the memory map, bytes, waiting without a reference, and the audit's ledger.
 *
 * What the shim knows of a page beyond its descriptor lies in the bits of the flags word that no flag
 * and no zone uses: who took it, who locked it, whether its bytes were ever handed out.
 */
#ifndef PSIM_MM_PAGE_H
#define PSIM_MM_PAGE_H

#include <linux/mm_types.h>
#include <linux/spinlock.h>
#include <linux/swap.h>
#include <linux/__psim_folio.h>
#include "host/host.h"
#include "sim/sim.h"

/* ---- the memory map (memmap.c) ---------------------------------------------------------------- */

extern unsigned long psim_ram_pages;

/* Pages that are not handed out: frame 0, the zero page, and a few more. */
#define PSIM_RESERVED_PAGES 16ul
#define PSIM_GRANULE_PAGES  (1ul << __PSIM_GRANULE_SHIFT)
#define PSIM_SECTION_BYTES  (128ull << 20)

static inline bool psim_pfn_is_ram(unsigned long pfn)
{
	return pfn < psim_ram_pages;
}

/* Bits of the flags word that belong to the machine. */
#define PSIM_PG_TOUCHED	    (1ul << 24) /* handed out at least once in this machine: may hold bytes */
#define PSIM_PG_CANARY	    (1ul << 25) /* free, with canary words in its bytes */
#define PSIM_PG_FREE	    (1ul << 26) /* first page of a block on a free list; word 5 is its order */
#define PSIM_PG_SITE_SHIFT  28 /* number of the function that took it: psim_site_name() */
#define PSIM_PG_SITE_MASK   (0xffful << PSIM_PG_SITE_SHIFT)
#define PSIM_PG_OWNER_SHIFT 40 /* number of the task that holds its lock */
#define PSIM_PG_OWNER_MASK  (0xfffful << PSIM_PG_OWNER_SHIFT)
#define PSIM_PG_OWN \
	(PSIM_PG_TOUCHED | PSIM_PG_CANARY | PSIM_PG_FREE | PSIM_PG_SITE_MASK | PSIM_PG_OWNER_MASK)

/* Where accesses are watched these two are made out of line, by code that is not. */
u64 psim_page_word_unwatched(unsigned long pfn, unsigned int word);
void psim_page_set_word_unwatched(unsigned long pfn, unsigned int word, u64 value);

/*
 * A word of a descriptor, poisoned or not: 0 flags, 1 to 5, 6 mapcount and refcount, 7. The granule is
 * valid. For the allocator, the audit, and walkers that hold no reference.
 */
static inline u64 psim_page_word(unsigned long pfn, unsigned int word)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return psim_page_word_unwatched(pfn, word);
#else
	return __atomic_load_n((const u64 *)(__psim_memmap + pfn) + word, __ATOMIC_RELAXED);
#endif
}

static inline void psim_page_set_word(unsigned long pfn, unsigned int word, u64 value)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	psim_page_set_word_unwatched(pfn, word, value);
#else
	__atomic_store_n((u64 *)(__psim_memmap + pfn) + word, value, __ATOMIC_RELAXED);
#endif
}

static inline int psim_page_raw_refs(unsigned long pfn)
{
	return (int)(psim_page_word(pfn, 6) >> 32);
}

static inline int psim_page_raw_maps(unsigned long pfn)
{
	return (int)(u32)psim_page_word(pfn, 6) + 1;
}

/* AddressSanitizer's poison on descriptors. */
static inline void psim_page_poison(unsigned long pfn, unsigned int order)
{
#ifdef __SANITIZE_ADDRESS__
	psim_host_poison(__psim_memmap + pfn, sizeof(struct page) << order);
#endif
}

static inline void psim_page_unpoison(unsigned long pfn, unsigned int order)
{
#ifdef __SANITIZE_ADDRESS__
	psim_host_unpoison(__psim_memmap + pfn, sizeof(struct page) << order);
#endif
}

/* Names of functions that take pages: a number each, for as long as the process lives. */
unsigned int psim_site_number(const char *site);
const char *psim_site_name(unsigned int number);

/* Call @fn for the first page of each granule that is valid, in the order in which they became so. */
void psim_granules_visit(void (*fn)(unsigned long pfn, void *arg), void *arg);
/* The descriptors of [pfn, pfn + pages) are as if never touched. For the end of a pagemap. */
void psim_granules_forget(unsigned long pfn, unsigned long pages);

int psim_memmap_start(const struct psim_config *config);
void psim_memmap_stop(void);

/* ---- bytes (page_bytes.c) ------------------------------------------------------------------------ */

struct range;

/* Device-coherent memory (coherent.c): whether there is any; the bytes of a page of it, or NULL. */
extern bool psim_coherent_any;
void *psim_coherent_bytes(unsigned long pfn);
bool psim_coherent_holds(const void *address);
/* Bytes for a range of a pagemap, as long as that is registered. Return: NULL without memory. */
void *psim_coherent_add(const struct dev_pagemap *pgmap, const struct range *range);
void psim_coherent_remove(const struct dev_pagemap *pgmap);
void psim_coherent_stop(void);

/**
 * psim_page_bytes() - where a page's 4096 bytes are
 * Return: their host address; NULL for a device-private page, and in a machine without bytes.
 */
static inline void *psim_page_bytes(unsigned long pfn)
{
	if (likely(__psim_ram && psim_pfn_is_ram(pfn)))
		return __psim_ram + (pfn << PAGE_SHIFT);
	return unlikely(psim_coherent_any) ? psim_coherent_bytes(pfn) : NULL;
}

/* Whether free bytes are looked after: canary words in them, or AddressSanitizer's poison. */
static inline bool psim_bytes_guarded(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return !psim_config.no_checks;
#endif
}

void psim_bytes_guard(unsigned long pfn, unsigned int order);
void psim_bytes_give(unsigned long pfn, unsigned int order, bool zero);

/* Canaries and poison of free bytes; the allocator's. */
static inline void psim_bytes_freed(unsigned long pfn, unsigned int order)
{
	if (psim_bytes_guarded())
		psim_bytes_guard(pfn, order);
}

static inline void psim_bytes_taken(unsigned long pfn, unsigned int order, bool zero)
{
	if (zero || psim_bytes_guarded())
		psim_bytes_give(pfn, order, zero);
}

/* The head of a large folio whose tails are made already: order and counts, also in its first tails. */
void psim_prep_head(struct folio *folio, unsigned int order);

/* ---- the allocator (page_alloc.c) ------------------------------------------------------------------ */

/* Give a block back whose references are gone. Any context. */
void psim_pages_free(unsigned long pfn, unsigned int order);
/* Pages in use, the reserved ones not counted; pages there are. */
unsigned long psim_pages_in_use(void);

/**
 * psim_page_reclaim - asked for memory when there is none; for shrinkers to come
 * Return: whether it is worth trying again. Called where the caller may sleep.
 */
extern bool (*psim_page_reclaim)(gfp_t gfp, unsigned int order);

int psim_page_alloc_start(const struct psim_config *config);

/* ---- address spaces (folio.c) ------------------------------------------------------------------------ */

/* folio_mapping() in line. */
static inline struct address_space *psim_folio_mapping(const struct folio *folio)
{
	unsigned long mapping = (unsigned long)folio->mapping;

	if (unlikely(folio_test_swapcache(folio)))
		return swap_address_space(folio->swap);
	return mapping & FOLIO_MAPPING_FLAGS ? NULL : (struct address_space *)mapping;
}

/* ---- folio locks (folio_lock.c) ---------------------------------------------------------------------- */

/**
 * psim_folio_wait_unlocked_ptl() - wait, without a reference, until the folio was unlocked once
 * @pfn: any page of the folio; it may be freed and used again meanwhile
 * @ptl: the spinlock that keeps it from going away; let go of once the task is queued
 *
 * May sleep. Returns at once if it is not locked. The lock is not taken (S6.5, S6.40).
 */
void psim_folio_wait_unlocked_ptl(unsigned long pfn, spinlock_t *ptl);

/* The head of the folio that @pfn is a page of now; of a free page itself. No reference is needed. */
unsigned long psim_head_pfn(unsigned long pfn);

/* ---- device pages (memremap.c) -------------------------------------------------------------------------- */

/* The last reference of a device folio is gone (S5.30). */
void psim_device_folio_free(struct folio *folio);
/* The pagemap that a frame belongs to, no reference taken, killed ones too; or NULL. */
struct dev_pagemap *psim_pagemap_of(unsigned long pfn);
void psim_memremap_leftovers(void);
/* Law 2 of pagemaps: between begin and end each folio in use, of @nr pages, is shown. */
void psim_memremap_audit_begin(void);
void psim_memremap_audit_folio(unsigned long pfn, unsigned long nr);
void psim_memremap_audit_end(void);
/* Device pages in use. */
unsigned long psim_device_pages_in_use(void);

/* ---- the LRU (lru.c) --------------------------------------------------------------------------------------- */

/* All batches are drained by the caller itself: for the machine's end. */
void psim_lru_drain(void);
/* A folio without references leaves its list. */
void psim_lru_remove(struct folio *folio);
/* A part of a folio that is on a list joins it; its flag is set already. */
void psim_lru_add_part(struct folio *folio);
/* Call @fn for every folio that sits in a batch. */
void psim_lru_visit_batches(void (*fn)(unsigned long pfn));
/* For every folio on a list; @right: whether its flags say that it is on this one. */
void psim_lru_visit_lists(void (*fn)(unsigned long pfn, bool right));
void psim_lru_start(void);
void psim_lru_stop(void);

/* ---- resources (resource.c) ---------------------------------------------------------------------------------- */

int psim_resource_start(unsigned long long ram_bytes, unsigned long long limit);

/* ---- the audit (page_audit.c) ----------------------------------------------------------------------------------- */

/**
 * psim_audit_explain() - during an audit: these references and mappings are accounted for
 * @pfn: the page; of a large folio its head
 * @refs, @maps: how many
 * @why: "slot", "LRU batch", "migration", ...: shown in the report
 *
 * From a function that psim_audit_register() registered.
 */
void psim_audit_explain(unsigned long pfn, int refs, int maps, const char *why);

/* As psim_audit_explain(), and all of the page's references have to be explained. */
void psim_audit_explain_all(unsigned long pfn, int refs, int maps, const char *why);

/* A slot that names this very page; @claims: an entry into which AnonExclusive is parked (S0.9). */
void psim_audit_slot(unsigned long pfn, bool claims);
/*
 * Of what psim_audit_explain() said of the mappings of a folio: how many leaves map @pfn, its head, and
 * how many slots map @pfn, any of its pages.
 */
void psim_audit_part(unsigned long pfn, int leaves, int slots);

/**
 * struct psim_explainer - a room that knows holders of pages
 * @explain: calls psim_audit_explain() for each
 * @next: the list's link
 */
struct psim_explainer {
	void (*explain)(void);
	struct psim_explainer *next;
};

/* From a room's start. */
void psim_audit_register(struct psim_explainer *explainer);

void psim_page_audit(void);
void psim_page_leftovers(void);

/* psim_object_name: pages and slab objects. */
int psim_mm_object_name(unsigned long address, char *text, size_t bytes);

#endif /* PSIM_MM_PAGE_H */
