// SPDX-License-Identifier: MIT
/*
 * The page allocator: a buddy system of blocks of 1 to 1024 pages over RAM.
 *
 * RAM that was never used is a frontier, cut into chunks as they are needed, so a start costs nothing.
 * Free blocks are linked by page frame number in words of their own descriptors. Single pages that
 * come back are handed out again first, last in first out. Which frame comes next depends on nothing
 * but the calls before. Not modelled: zones, watermarks, fragmentation by mobility.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>

#include "host/host.h"
#include "host/race.h"
#include "mm/huge.h"
#include "mm/page.h"
#include "sched/engine.h"

#define CHUNK_PAGES (1ul << MAX_PAGE_ORDER)

/* Words of a free block's first page. Links are pfn + 1, or 0, and even: a link of a tail is odd. */
#define WORD_NEXT  1
#define WORD_PREV  2
#define WORD_ORDER 5
#define WORD6_FREE 0x00000000ffffffffull /* mapcount -1, refcount 0 */

static struct psim_raw lock;
static unsigned long lists[NR_PAGE_ORDERS]; /* pfn + 1 of the first free block of each order */
static unsigned long recycled, recycled_last; /* pfn + 1 of single pages that came back: a queue */
static unsigned long in_use;

/*
 * The frontier: [frontier, psim_ram_pages) was never used. In scatter mode it begins at seven eighths
 * of RAM; what is below goes out in chunks of a granule, in the order of their bit-reversed numbers.
 */
static unsigned long frontier;
static unsigned long scatter_next, scatter_chunks;
static unsigned int scatter_bits;

bool (*psim_page_reclaim)(gfp_t gfp, unsigned int order);

/* ---- free lists --------------------------------------------------------------------------------- */

static unsigned long get_link(unsigned long pfn, unsigned int word)
{
	return psim_page_word(pfn, word) >> 1;
}

static void set_link(unsigned long pfn, unsigned int word, unsigned long link)
{
	psim_page_set_word(pfn, word, (u64)link << 1);
}

static void link_block(unsigned long pfn, unsigned int order)
{
	unsigned long first = lists[order];

	__psim_page_prepare(__psim_memmap + pfn);
	psim_page_set_word(pfn, 0, psim_page_word(pfn, 0) | PSIM_PG_FREE);
	set_link(pfn, WORD_NEXT, first);
	set_link(pfn, WORD_PREV, 0);
	psim_page_set_word(pfn, WORD_ORDER, order);
	if (first)
		set_link(first - 1, WORD_PREV, pfn + 1);
	lists[order] = pfn + 1;
}

static void unlink_block(unsigned long pfn, unsigned int order)
{
	unsigned long next = get_link(pfn, WORD_NEXT), prev = get_link(pfn, WORD_PREV);

	if (prev)
		set_link(prev - 1, WORD_NEXT, next);
	else
		lists[order] = next;
	if (next)
		set_link(next - 1, WORD_PREV, prev);
	psim_page_set_word(pfn, 0, psim_page_word(pfn, 0) & ~PSIM_PG_FREE);
}

static bool is_free_block(unsigned long pfn, unsigned int order)
{
	return pfn + (1ul << order) <= psim_ram_pages && __psim_granule_valid(pfn) &&
	       (psim_page_word(pfn, 0) & PSIM_PG_FREE) && psim_page_word(pfn, WORD_ORDER) == order;
}

static void merge_block(unsigned long pfn, unsigned int order)
{
	while (order < MAX_PAGE_ORDER && is_free_block(pfn ^ 1ul << order, order)) {
		unlink_block(pfn ^ 1ul << order, order);
		pfn &= ~(1ul << order);
		order++;
	}
	link_block(pfn, order);
}

/* [pfn, end) in blocks as large as their alignment allows, the lowest to be taken first. */
static void link_range(unsigned long pfn, unsigned long end)
{
	while (end > pfn) {
		unsigned int order = min_t(unsigned int, __ffs(end), MAX_PAGE_ORDER);

		while (end - pfn < 1ul << order)
			order--;
		end -= 1ul << order;
		link_block(end, order);
	}
}

/* ---- the frontier -------------------------------------------------------------------------------- */

static bool cut_chunk(void)
{
	unsigned long end = min((frontier | (CHUNK_PAGES - 1)) + 1, psim_ram_pages);

	if (frontier >= psim_ram_pages)
		return false;
	link_range(frontier, end);
	frontier = end;
	return true;
}

static unsigned long reversed(unsigned long n, unsigned int bits)
{
	unsigned long result = 0;

	while (bits--) {
		result = result << 1 | (n & 1);
		n >>= 1;
	}
	return result;
}

/* Return: pfn + 1 of a chunk that was never used, or 0. */
static unsigned long cut_scattered(void)
{
	while (scatter_next >> scatter_bits == 0) {
		unsigned long chunk = reversed(scatter_next++, scatter_bits);

		/* chunk 0 has the reserved pages */
		if (chunk && chunk < scatter_chunks)
			return (chunk << __PSIM_GRANULE_SHIFT) + 1;
	}
	return 0;
}

/* ---- taking blocks --------------------------------------------------------------------------------- */

/* Keep the lower end of a block that is on no list; its other parts become free. */
static unsigned long split_block(unsigned long pfn, unsigned int have, unsigned int order)
{
	while (have > order) {
		have--;
		link_block(pfn + (1ul << have), have);
	}
	return pfn + 1;
}

/* Return: pfn + 1 of a block, or 0. */
static unsigned long split_smallest(unsigned int order)
{
	unsigned long pfn;
	unsigned int have = order;

	while (have < NR_PAGE_ORDERS && !lists[have])
		have++;
	if (have == NR_PAGE_ORDERS)
		return 0;
	pfn = lists[have] - 1;
	unlink_block(pfn, have);
	return split_block(pfn, have, order);
}

/*
 * First in, first out: a page that came back stays away as long as it can, which lets wrong uses of it show;
 * and pages that came back in order go out in order, which is how the host's memory is fastest.
 */
static void recycle(unsigned long pfn)
{
	set_link(pfn, WORD_NEXT, 0);
	if (recycled)
		set_link(recycled_last - 1, WORD_NEXT, pfn + 1);
	else
		recycled = pfn + 1;
	recycled_last = pfn + 1;
}

/* There is one. Return: pfn + 1. */
static unsigned long take_recycled(void)
{
	unsigned long found = recycled;

	recycled = get_link(found - 1, WORD_NEXT);
	return found;
}

static void merge_recycled(void)
{
	while (recycled)
		merge_block(take_recycled() - 1, 0);
}

static unsigned long take_block(unsigned int order)
{
	unsigned long found;

	if (!order && recycled)
		return take_recycled();
	if (scatter_chunks && order <= __PSIM_GRANULE_SHIFT) {
		found = cut_scattered();
		if (found)
			return split_block(found - 1, __PSIM_GRANULE_SHIFT, order);
	}
	found = split_smallest(order);
	if (!found && cut_chunk())
		found = split_smallest(order);
	if (!found && recycled) {
		merge_recycled();
		found = split_smallest(order);
	}
	return found;
}

/* From a free block to pages with an owner. Nobody else can reach them. */
static inline void describe_page(unsigned long pfn, u64 flags, u64 link, u64 mapping, u64 word6)
{
	u64 *words = (u64 *)(__psim_memmap + pfn);

	__atomic_store_n(&words[0], flags, __ATOMIC_RELAXED);
	__atomic_store_n(&words[1], link, __ATOMIC_RELAXED);
	__atomic_store_n(&words[2], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&words[3], mapping, __ATOMIC_RELAXED);
	__atomic_store_n(&words[4], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&words[5], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&words[6], word6, __ATOMIC_RELAXED);
}

/* The flags of a page that @site takes. */
static inline u64 flags_taken(const char *site)
{
	return (u64)ZONE_NORMAL << ZONES_PGSHIFT | PSIM_PG_TOUCHED |
	       (u64)psim_site_number(site) << PSIM_PG_SITE_SHIFT;
}

static inline void describe_single(unsigned long pfn, bool zero, const char *site)
{
	__psim_page_prepare(__psim_memmap + pfn);
	psim_bytes_taken(pfn, 0, zero);
	psim_page_unpoison(pfn, 0);
	if (unlikely(psim_race))
		psim_race->owned(__psim_memmap + pfn, sizeof(struct page));
	describe_page(pfn, flags_taken(site), 0, 0, WORD6_FREE + (1ull << 32));
}

/* @compound: the pages after the first are its tails. */
static __attribute__((__noinline__)) void describe_taken(unsigned long pfn, unsigned int order,
							 bool zero, bool compound, const char *site)
{
	u64 flags = flags_taken(site);
	u64 link = compound ? (u64)(unsigned long)(__psim_memmap + pfn) + 1 : 0;
	u64 mapping = compound ? (u64)(unsigned long)TAIL_MAPPING : 0;

	for (unsigned long i = 0; i < 1ul << order; i += PSIM_GRANULE_PAGES)
		__psim_page_prepare(__psim_memmap + pfn + i);
	psim_bytes_taken(pfn, order, zero);
	psim_page_unpoison(pfn, order);
	if (unlikely(psim_race))
		psim_race->owned(__psim_memmap + pfn, sizeof(struct page) << order);
	describe_page(pfn, flags, 0, 0, WORD6_FREE + (1ull << 32));
	for (unsigned long i = 1; i < 1ul << order; i++)
		describe_page(pfn + i, flags, link, mapping, WORD6_FREE);
	if (compound)
		psim_prep_head((struct folio *)(__psim_memmap + pfn), order);
}

/* Return: pfn + 1, or 0. */
static unsigned long get_block(gfp_t gfp, unsigned int order, const char *site)
{
	unsigned long found;

	for (;;) {
		psim_raw_lock(&lock);
		found = take_block(order);
		if (found)
			in_use += 1ul << order;
		psim_raw_unlock(&lock);
		if (found)
			return found;
		if (gfpflags_allow_blocking(gfp) &&
		    (psim_deferred_split_scan() ||
		     (psim_page_reclaim && psim_page_reclaim(gfp, order))))
			continue;
		if (gfp & __GFP_NOFAIL)
			psim_fatal("out of memory", "%s must not fail, and RAM is used up", site);
		return 0;
	}
}

struct page *__psim_alloc_pages(gfp_t gfp, unsigned int order, const char *site)
{
	unsigned long found;

	__psim_might_alloc(gfp, site);
	psim_point(PSIM_POINT_ALLOC);
	if (WARN_ON_ONCE(order > MAX_PAGE_ORDER))
		return NULL;
	if (psim_fails(PSIM_FAIL_PAGE, site) && !(gfp & __GFP_NOFAIL))
		return NULL;
	found = get_block(gfp, order, site);
	if (!found)
		return NULL;
	if (likely(!order))
		describe_single(found - 1, gfp & __GFP_ZERO, site);
	else
		describe_taken(found - 1, order, gfp & __GFP_ZERO, gfp & __GFP_COMP, site);
	psim_trace(PSIM_EV_PAGE_ALLOC, found - 1, order, gfp, 0);
	return __psim_memmap + found - 1;
}

struct folio *__psim_folio_alloc(gfp_t gfp, unsigned int order, const char *site)
{
	struct folio *folio = (struct folio *)__psim_alloc_pages(gfp | __GFP_COMP, order, site);

	if (folio && order)
		folio_set_large_rmappable(folio);
	return folio;
}

/* ---- giving back --------------------------------------------------------------------------------------- */

static void bad_page(unsigned long pfn, const char *how, long value)
{
	u64 flags = psim_page_word(pfn, 0);

	psim_report("bad page state", "page %#lx, taken in %s, is freed %s (%ld)", pfn,
		    psim_site_name((flags & PSIM_PG_SITE_MASK) >> PSIM_PG_SITE_SHIFT), how, value);
}

static inline bool is_freed_well(unsigned long pfn)
{
	unsigned long mapping = psim_page_word(pfn, 3);

	return psim_page_word(pfn, 6) == WORD6_FREE &&
	       !(psim_page_word(pfn, 0) &
		 (BIT(PG_locked) | BIT(PG_lru) | BIT(PG_writeback) | BIT(PG_reserved))) &&
	       (!mapping || (mapping & FOLIO_MAPPING_ANON));
}

static __attribute__((__noinline__)) void check_freed(unsigned long pfn, bool tail)
{
	u64 flags = psim_page_word(pfn, 0);
	unsigned long mapping = psim_page_word(pfn, 3);

	if (psim_page_raw_refs(pfn))
		bad_page(pfn, "with references", psim_page_raw_refs(pfn));
	if (psim_page_raw_maps(pfn))
		bad_page(pfn, "while slots map it", psim_page_raw_maps(pfn));
	if (tail)
		return;
	if (flags & BIT(PG_locked))
		bad_page(pfn, "locked, by task",
			 (flags & PSIM_PG_OWNER_MASK) >> PSIM_PG_OWNER_SHIFT);
	if (flags & BIT(PG_lru))
		bad_page(pfn, "on an LRU list", 0);
	if (flags & BIT(PG_writeback))
		bad_page(pfn, "under writeback", 0);
	if (flags & BIT(PG_reserved))
		bad_page(pfn, "though it is reserved", 0);
	if (mapping && !(mapping & FOLIO_MAPPING_ANON))
		bad_page(pfn, "in an address space", 0);
}

static inline void describe_freed(unsigned long pfn, bool tail)
{
	u64 *words = (u64 *)(__psim_memmap + pfn);
	u64 flags = __atomic_load_n(&words[0], __ATOMIC_RELAXED);

	/* of a tail there is nothing else to check */
	if (unlikely(tail ? __atomic_load_n(&words[6], __ATOMIC_RELAXED) != WORD6_FREE
			  : !is_freed_well(pfn))) {
		check_freed(pfn, tail);
		__atomic_store_n(&words[6], WORD6_FREE, __ATOMIC_RELAXED);
	}
	flags &= PSIM_PG_TOUCHED | PSIM_PG_SITE_MASK;
	__atomic_store_n(&words[0], (u64)ZONE_NORMAL << ZONES_PGSHIFT | flags | PSIM_PG_CANARY,
			 __ATOMIC_RELAXED);
}

void psim_pages_free(unsigned long pfn, unsigned int order)
{
	bool compound = psim_page_word(pfn, 0) & BIT(PG_head);

	if (!psim_pfn_is_ram(pfn) || pfn < PSIM_RESERVED_PAGES || pfn & ((1ul << order) - 1)) {
		psim_report("bad page state", "page %#lx order %u cannot be freed", pfn, order);
		return;
	}
	psim_trace(PSIM_EV_PAGE_FREE, pfn, order, 0, 0);
	describe_freed(pfn, false);
	for (unsigned long i = 1; unlikely(i < 1ul << order); i++)
		describe_freed(pfn + i, compound);
	psim_bytes_freed(pfn, order);
	psim_page_poison(pfn, order);
	psim_raw_lock(&lock);
	in_use -= 1ul << order;
	if (order)
		merge_block(pfn, order);
	else
		recycle(pfn);
	psim_raw_unlock(&lock);
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	bool compound;

	if (psim_pfn_is_ram(pfn) && psim_page_word(pfn, 0) & (PSIM_PG_FREE | PSIM_PG_CANARY)) {
		bad_page(pfn, "a second time", order);
		return;
	}
	compound = PageHead(page);
	if (compound && compound_order(page) != order)
		psim_report("bad page state", "page %#lx of order %u is freed as order %u", pfn,
			    compound_order(page), order);
	if (put_page_testzero(page)) {
		psim_pages_free(pfn, order);
	} else if (!compound) {
		/* somebody else holds the first page; the rest never had references */
		while (order-- > 0)
			psim_pages_free(pfn + (1ul << order), order);
	}
}

unsigned long psim_pages_in_use(void)
{
	return in_use;
}

/* ---- start --------------------------------------------------------------------------------------------- */

int psim_page_alloc_start(const struct psim_config *config)
{
	frontier = PSIM_RESERVED_PAGES;
	if (!config->scatter)
		return 0;
	frontier = (psim_ram_pages - psim_ram_pages / 8) & ~(CHUNK_PAGES - 1);
	if (frontier < CHUNK_PAGES)
		frontier = PSIM_RESERVED_PAGES;
	else
		scatter_chunks = frontier >> __PSIM_GRANULE_SHIFT;
	while (1ul << scatter_bits < scatter_chunks)
		scatter_bits++;
	return 0;
}
