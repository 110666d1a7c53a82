// SPDX-License-Identifier: MIT
/*
 * The bytes of RAM pages: addresses, copies, and what guards them while they are free.
 *
 * Free bytes carry a canary word in each 512 bytes, checked when the page is taken again, unless
 * psim_config.no_checks says otherwise; under AddressSanitizer they are poisoned, too. Device-private
 * pages have no bytes here. In a machine without bytes copies do nothing, and asking for an address is
 * a stop.
 */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "host/host.h"
#include "mm/page.h"

#define CANARY	    0xf4eedbadf4eedbadull
#define CANARY_STEP (512 / sizeof(u64))
#define PAGE_WORDS  (PAGE_SIZE / sizeof(u64))

/* ---- free bytes ----------------------------------------------------------------------------------- */

void psim_bytes_guard(unsigned long pfn, unsigned int order)
{
	u64 *words = psim_page_bytes(pfn);

	if (!words)
		return;
	for (unsigned long i = 0; !psim_config.no_checks && i < PAGE_WORDS << order;
	     i += CANARY_STEP)
		words[i] = CANARY;
	psim_host_poison(words, PAGE_SIZE << order);
}

static void check_canary(unsigned long pfn, const u64 *words)
{
	for (unsigned long i = 0; i < PAGE_WORDS; i += CANARY_STEP) {
		if (words[i] == CANARY)
			continue;
		psim_report("freed means poisoned",
			    "page %#lx was written after it was freed: byte %lu, last taken in %s",
			    pfn, i * sizeof(u64),
			    psim_site_name((psim_page_word(pfn, 0) & PSIM_PG_SITE_MASK) >>
					   PSIM_PG_SITE_SHIFT));
		return;
	}
}

void psim_bytes_give(unsigned long pfn, unsigned int order, bool zero)
{
	u64 *words = psim_page_bytes(pfn);

	if (!words)
		return;
	psim_host_unpoison(words, PAGE_SIZE << order);
	for (unsigned long i = 0; i < 1ul << order; i++, words += PAGE_WORDS) {
		u64 flags = psim_page_word(pfn + i, 0);

		if ((flags & PSIM_PG_CANARY) && !psim_config.no_checks)
			check_canary(pfn + i, words);
		/* bytes that were never handed out are zero */
		if (zero && (flags & PSIM_PG_TOUCHED))
			memset(words, 0, PAGE_SIZE);
	}
}

/* ---- addresses -------------------------------------------------------------------------------------- */

bool __psim_virt_addr_valid(const volatile void *address)
{
	unsigned long offset = (const volatile char *)address - __psim_ram;

	return __psim_ram && offset < psim_ram_pages << PAGE_SHIFT;
}

/* The bytes of a page for the kernel, or NULL after a report that names @what. */
static void *bytes_of(const struct page *page, const char *what)
{
	unsigned long pfn = page_to_pfn(page);

	void *bytes = psim_page_bytes(pfn);

	if (likely(bytes || psim_pfn_is_ram(pfn)))
		return bytes;
	psim_report("design", "%s of device page %#lx: the CPU cannot reach its bytes", what, pfn);
	return NULL;
}

void *page_address(const struct page *page)
{
	return bytes_of(page, "page_address");
}

static void *map(const struct page *page, const char *what)
{
	if (!__psim_ram)
		psim_stop_function(what, "this machine has no bytes (psim_config.no_bytes)");
	return bytes_of(page, what);
}

void *kmap_local_page(const struct page *page)
{
	return map(page, __func__);
}

void *kmap_local_folio(struct folio *folio, size_t offset)
{
	char *bytes = map(folio_page(folio, offset >> PAGE_SHIFT), __func__);

	return bytes ? bytes + offset_in_page(offset) : NULL;
}

void kunmap_local(const void *address)
{
	if (address && !__psim_virt_addr_valid(address) && !psim_coherent_holds(address))
		psim_report("design",
			    "kunmap_local of an address that kmap_local_page did not give");
}

#ifdef __SANITIZE_THREAD__
#define copy_bytes memcpy /* an access that is watched */
#else
#define copy_bytes psim_host_copy
#endif

/* ---- copies ------------------------------------------------------------------------------------------- */

void clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

void copy_page(void *to, const void *from)
{
	copy_bytes(to, from, PAGE_SIZE);
}

void copy_highpage(struct page *to, struct page *from)
{
	void *target = bytes_of(to, __func__), *source = bytes_of(from, __func__);

	if (target && source)
		copy_bytes(target, source, PAGE_SIZE);
}

void copy_user_highpage(struct page *to, struct page *from, unsigned long vaddr,
			struct vm_area_struct *vma)
{
	copy_highpage(to, from);
}

void folio_copy(struct folio *to, struct folio *from)
{
	for (long i = 0; i < folio_nr_pages(from); i++)
		copy_highpage(folio_page(to, i), folio_page(from, i));
}

void clear_highpage(struct page *page)
{
	void *target = bytes_of(page, __func__);

	if (target)
		memset(target, 0, PAGE_SIZE);
}

/* Return: byte @offset of the page, or NULL: nothing is to be done. */
static char *part_of(struct page *page, size_t offset, size_t len, const char *what)
{
	char *bytes;

	VM_BUG_ON(offset > PAGE_SIZE || len > PAGE_SIZE - offset);
	bytes = bytes_of(page, what);
	return bytes ? bytes + offset : NULL;
}

void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	char *source = part_of(page, offset, len, __func__);

	if (source)
		memcpy(to, source, len);
	else
		memset(to, 0, len);
}

void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	char *target = part_of(page, offset, len, __func__);

	if (target)
		memcpy(target, from, len);
}

void memcpy_page(struct page *to, size_t to_offset, struct page *from, size_t from_offset,
		 size_t len)
{
	char *target = part_of(to, to_offset, len, __func__);
	char *source = part_of(from, from_offset, len, __func__);

	if (target && source)
		memcpy(target, source, len);
}

void memset_page(struct page *page, size_t offset, int value, size_t len)
{
	char *target = part_of(page, offset, len, __func__);

	if (target)
		memset(target, value, len);
}

void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	while (length) {
		size_t offset = offset_in_page(start);
		size_t n = min(length, PAGE_SIZE - offset);

		memset_page(folio_page(folio, start >> PAGE_SHIFT), offset, 0, n);
		start += n;
		length -= n;
	}
}
