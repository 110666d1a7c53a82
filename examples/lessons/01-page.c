// SPDX-License-Identifier: MIT
/* Lesson 1: a page and its counts. Kernel code. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/swap.h>
#include <linux/uaccess.h>

#include "lesson.h"

static void show(const char *when, struct page *page)
{
	struct folio *folio = page_folio(page);

	say("%-42s refs %4d, maps %d\n", when, folio_ref_count(folio), folio_mapcount(folio));
}

/* A page that the kernel took for itself: counts are nothing but get and put. */
static void kernel_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	show("a new page", page);
	get_page(page);
	show("somebody else holds it, too", page);
	put_page(page);
	show("no longer", page);
	put_page(page); /* the last reference: the page is free, and no longer ours to look at */
}

int lesson(void)
{
	unsigned long address =
		vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	struct page *page;

	kernel_page();
	put_user('x', (char __user *)address); /* the first write brings a page */
	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	show("a process wrote to it, and we hold it", page);
	lru_add_drain_all();
	show("its way to the LRU lists is over", page);
	put_page(page);
	show("we hold it no longer", page);
	pin_user_pages_fast(address, 1, FOLL_WRITE, &page);
	show("a device may write to it: pinned", page);
	unpin_user_page(page);
	show("unpinned", page);
	return vm_munmap(address,
			 PAGE_SIZE); /* the last slot that maps it goes, and the page with it */
}
