// SPDX-License-Identifier: MIT
/*
 * The audit sees what it is there for: each case spoils one thing in a machine that is in order, wants the
 * report for it, and nothing but that, and puts it right again.
 *
 *	page   0     1    2        15
 *	       RAM   -    device   RAM
 */
#include <linux/shmem_fs.h>

#include "fixture.h"

#ifdef __PSIM__
#include <psim/audit.h>

#define SYSTEM	  MIGRATE_VMA_SELECT_SYSTEM
#define RAM_PAGE  0
#define DEV_PAGE  2
#define LAST_PAGE (PAGES - 1)

static int init(struct kunit *test)
{
	int err = fx_init(test);
	struct fx *fx = test->priv;

	if (err)
		return err;
	poke(fx, RAM_PAGE, 1);
	poke(fx, DEV_PAGE, 2);
	poke(fx, LAST_PAGE, 3);
	KUNIT_EXPECT_EQ(test, to_device(fx, DEV_PAGE, DEV_PAGE + 1), 1);
	settle(fx);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	return 0;
}

/* The audit's reports are these, in any order, up to a NULL. */
static void expect_reports(struct kunit *test, const char *const *parts)
{
	for (; *parts; parts++)
		kunit_expect_report(test, *parts);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
}

#define EXPECT_REPORTS(test, ...) expect_reports(test, (const char *const[]){__VA_ARGS__, NULL})

static struct folio *ram(struct kunit *test)
{
	return page_folio(page_at(test->priv, RAM_PAGE));
}

static struct folio *device(struct kunit *test)
{
	return page_folio(page_at(test->priv, DEV_PAGE));
}

static struct vm_area_struct *vma_of(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	mmap_read_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	mmap_read_unlock(fx->mm);
	return vma;
}

/* ---- counts ------------------------------------------------------------------------------------------ */

/* S0.6 */
static void audit__reference_that_nobody_holds(struct kunit *test)
{
	struct folio *folio = ram(test);

	folio_get(folio);
	EXPECT_REPORTS(test, "refcount 2, but 1 references are accounted for, the last by slot");
	folio_put(folio);
}

/* S0.6 */
static void audit__reference_that_is_missing(struct kunit *test)
{
	struct folio *folio = device(test);

	folio_get(folio);
	EXPECT_REPORTS(test, "refcount 2, but 1");
	folio_put(folio);
	poke(test->priv, 1, 5); /* in a batch: two references */
	folio = page_folio(page_at(test->priv, 1));
	atomic_dec(&folio->_refcount);
	EXPECT_REPORTS(test, "refcount 1, but 2 references");
	atomic_inc(&folio->_refcount);
}

/* S0.8: what a pin holds is accounted for as long as the pin is there */
static void audit__pins(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	mmap_read_lock(fx->mm);
	KUNIT_ASSERT_EQ(test, pin_user_pages(fx->base, 1, FOLL_WRITE, &page), 1l);
	mmap_read_unlock(fx->mm);
	EXPECT_COUNTS(test, page, 1025, 1);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
}

/* S0.7 */
static void audit__mapcount(struct kunit *test)
{
	struct page *page = &device(test)->page;

	atomic_inc(&page->_mapcount);
	EXPECT_REPORTS(test, "mapcount 2, but 1 slots map it");
	atomic_dec(&page->_mapcount);
}

static void audit__slot_of_a_free_page(struct kunit *test)
{
	struct folio *folio = device(test);

	atomic_set(&folio->_refcount, 0);
	EXPECT_REPORTS(test, "which is free", "counts 3 anonymous pages, its tables have 2",
		       "is free, but its mapcount is 1", "is free, but slot holds it");
	atomic_set(&folio->_refcount, 1);
}

static void audit__free_page_that_is_not_clean(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = pfn_to_page(fx->dev.first + DEV_PAGES - 1);

	atomic_inc(&page->_mapcount);
	EXPECT_REPORTS(test, "is free, but its mapcount is 1");
	atomic_dec(&page->_mapcount);
	set_bit(PG_locked, &page->flags.f);
	EXPECT_REPORTS(test, "is free, but locked");
	clear_bit(PG_locked, &page->flags.f);
}

/* A page that left all its holders without being given back. */
static void audit__page_that_is_lost(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	set_page_count(page, 0);
	EXPECT_REPORTS(test, "pages are taken, but");
	set_page_count(page, 1);
	put_page(page);
}

static void audit__rss(struct kunit *test)
{
	struct fx *fx = test->priv;

	inc_mm_counter(fx->mm, MM_FILEPAGES);
	EXPECT_REPORTS(test, "counts 1 file pages, its tables have 0");
	dec_mm_counter(fx->mm, MM_FILEPAGES);
	dec_mm_counter(fx->mm, MM_ANONPAGES);
	EXPECT_REPORTS(test, "counts 2 anonymous pages, its tables have 3");
	inc_mm_counter(fx->mm, MM_ANONPAGES);
}

/* S5.6 */
static void audit__pagemap(struct kunit *test)
{
	struct fx *fx = test->priv;

	atomic_long_dec(&fx->dev.pgmap.ref.count);
	EXPECT_REPORTS(test, ": 1 references, but it needs 2");
	atomic_long_inc(&fx->dev.pgmap.ref.count);
}

/* ---- the rules of a page --------------------------------------------------------------------------------- */

/* S0.9 */
static void audit__writable_slot_of_a_page_that_is_not_exclusive(struct kunit *test)
{
	struct folio *folio = ram(test);

	ClearPageAnonExclusive(&folio->page);
	EXPECT_REPORTS(test, "is not exclusive to it");
	SetPageAnonExclusive(&folio->page);
}

/* S0.9, S1.33 */
static void audit__exclusive_page_under_migration(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = ram(test);

	KUNIT_ASSERT_EQ(test, setup(fx, RAM_PAGE, RAM_PAGE + 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	SetPageAnonExclusive(&folio->page);
	EXPECT_REPORTS(test, "although a migration entry has that flag");
	ClearPageAnonExclusive(&folio->page);
	pages(fx);
	finalize(fx);
}

/* S0.9: two processes have it */
static void audit__shared_page_that_is_exclusive(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = ram(test);
	struct mm_struct *child;

	/* the child lives on for a while, and would keep the device's page */
	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, DEV_PAGE), PAGE_SIZE), 0);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	SetPageAnonExclusive(&folio->page);
	EXPECT_REPORTS(test, "exclusive, but 2 slots have it");
	ClearPageAnonExclusive(&folio->page);
}

/* S1.61 */
static void audit__migration_entry_of_an_unlocked_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = ram(test);

	KUNIT_ASSERT_EQ(test, setup(fx, RAM_PAGE, RAM_PAGE + 1, SYSTEM), 0);
	folio_unlock(folio);
	EXPECT_REPORTS(test, "has a migration entry of page");
	folio_lock(folio);
	pages(fx);
	finalize(fx);
}

/* S0.5 */
static void audit__slot_of_another_kind_than_its_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	fx->dev.pgmap.type = MEMORY_DEVICE_COHERENT;
	EXPECT_REPORTS(test, "has a device-private slot of page");
	fx->dev.pgmap.type = MEMORY_DEVICE_PRIVATE;
}

/* S0.10 */
static void audit__device_page_without_its_pagemap(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = pfn_folio(fx->dev.first + DEV_PAGES - 1);
	struct page *page;

	for (page = dev_alloc(&fx->dev); page; page = dev_alloc(&fx->dev)) {
		if (page_folio(page) == folio)
			break;
		unlock_page(page);
		put_page(page);
		fx->dev.used[page_to_pfn(page) - fx->dev.first] = true;
	}
	KUNIT_ASSERT_NOT_NULL(test, page);
	INIT_LIST_HEAD(&folio->lru); /* as if it were put on a list */
	EXPECT_REPORTS(test, "something was written over its pagemap");
	folio->pgmap = &fx->dev.pgmap;
	folio_unlock(folio);
	folio_put(folio);
	for (unsigned int i = 0; i < DEV_PAGES; i++)
		fx->dev.used[i] = i == page_to_pfn(&device(test)->page) - fx->dev.first;
}

/* S1.51 */
static void audit__lru(struct kunit *test)
{
	struct folio *folio = ram(test);

	clear_bit(PG_lru, &folio->flags.f);
	EXPECT_REPORTS(test, "is on an LRU list without the flag");
	set_bit(PG_lru, &folio->flags.f);

	set_bit(PG_active, &folio->flags.f);
	EXPECT_REPORTS(test, "is not on the LRU list of its flags");
	clear_bit(PG_active, &folio->flags.f);

	KUNIT_ASSERT_TRUE(test, folio_isolate_lru(folio));
	set_bit(PG_lru, &folio->flags.f);
	EXPECT_REPORTS(test, "refcount 2, but 1", "has the LRU's flag, but is on no list");
	clear_bit(PG_lru, &folio->flags.f);
	folio_putback_lru(folio);
}

/* S5.43 */
static void audit__device_page_with_the_lru_flag(struct kunit *test)
{
	struct folio *folio = device(test);

	set_bit(PG_lru, &folio->flags.f);
	EXPECT_REPORTS(test, "device page");
	clear_bit(PG_lru, &folio->flags.f);
}

/* ---- where slots are looked for ---------------------------------------------------------------------------- */

/* S3.10 */
static void audit__page_at_another_index(struct kunit *test)
{
	struct folio *folio = device(test);

	folio->index++;
	EXPECT_REPORTS(test, "has the index");
	folio->index--;
}

/* S3.10 */
static void audit__page_of_a_strange_anon_vma(struct kunit *test)
{
	struct folio *folio = ram(test);
	struct address_space *own = folio->mapping;
	/* far from the others: neighbours have one anon_vma */
	unsigned long other = vm_mmap(NULL, SZ_1T, PAGE_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, 0);
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(other));
	KUNIT_ASSERT_EQ(test, put_user(1, (u32 __user *)other), 0);
	mmap_read_lock(fx->mm);
	vma = vma_lookup(fx->mm, other);
	mmap_read_unlock(fx->mm);
	folio->mapping = (void *)((unsigned long)vma->anon_vma + FOLIO_MAPPING_ANON);
	EXPECT_REPORTS(test, "whose anon_vma does not know this VMA");
	folio->mapping = own;
	vm_munmap(other, PAGE_SIZE);
}

static void audit__vma_counts(struct kunit *test)
{
	struct fx *fx = test->priv;

	fx->mm->map_count++;
	EXPECT_REPORTS(test, "VMAs, but there are");
	fx->mm->map_count--;
	fx->mm->total_vm++;
	EXPECT_REPORTS(test, "pages in its VMAs, but there are");
	fx->mm->total_vm--;
}

static void audit__locked_pages(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, kunit_mlock(at(fx, 1), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	fx->mm->locked_vm--;
	EXPECT_REPORTS(test, "counts 1 locked pages, but its VMAs have 2");
	fx->mm->locked_vm++;
}

/* A page in the swap cache, which knows it, and whose slot knows it. */
static void audit__swap_cache(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio = ram(test);
	unsigned long slot;

	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, RAM_PAGE), true), 0);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	slot = folio->swap.val;
	folio->swap.val += 1ul << 40;
	EXPECT_REPORTS(test, "is cached for swap slot 1, and does not know",
		       "says that it is in the swap cache");
	folio->swap.val = slot;
	folio_clear_swapcache(folio);
	EXPECT_REPORTS(test, "is cached for swap slot 1, and does not know");
	folio_set_swapcache(folio);
	folio_set_swapcache(device(test));
	EXPECT_REPORTS(test, "says that it is in the swap cache");
	folio_clear_swapcache(device(test));
}

static void close_file(void *file)
{
	fput(file);
}

/* A file's pages are where they say, and so are the mappings of it. */
static void audit__file(struct kunit *test)
{
	struct file *file = shmem_file_setup("audit-test", 2 * PAGE_SIZE, 0);
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;
	struct folio *folio;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, close_file, file), 0);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(file, at(fx, RAM_PAGE), 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, 0),
			at(fx, RAM_PAGE));
	poke(fx, RAM_PAGE, 1);
	settle(fx);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	folio = ram(test);
	vma = vma_of(test);
	file->f_mapping->nrpages++;
	EXPECT_REPORTS(test, "a file counts 2 pages, but 1 are cached");
	file->f_mapping->nrpages--;
	folio->index++;
	EXPECT_REPORTS(test, "is cached where it does not belong", "where it does not belong");
	folio->index--;
	vma->vm_pgoff++;
	EXPECT_REPORTS(test, "does not know it", "where it does not belong");
	vma->vm_pgoff--;
	vma->__psim_linked = false;
	EXPECT_REPORTS(test, "does not know it");
	vma->__psim_linked = true;
}

static void audit__vma_that_shrank_by_itself(struct kunit *test)
{
	struct vm_area_struct *vma = vma_of(test);

	vma->vm_end -= PAGE_SIZE;
	EXPECT_REPORTS(test, "an anon_vma looks for the VMA", "pages in its VMAs, but there are",
		       "has a slot outside of every VMA");
	vma->vm_end += PAGE_SIZE;
}

static void audit__vma_that_is_not_in_its_place(struct kunit *test)
{
	struct vm_area_struct *vma = vma_of(test);

	vma->vm_end++;
	EXPECT_REPORTS(test, "is not in its place");
	vma->vm_end--;
}

static void audit__vma_that_is_not_in_its_own_anon_vma(struct kunit *test)
{
	struct vm_area_struct *vma = vma_of(test);
	struct anon_vma *anon_vma = vma->anon_vma;

	vma->anon_vma = (struct anon_vma *)vma;
	EXPECT_REPORTS(test, "is not in its own anon_vma");
	vma->anon_vma = anon_vma;
}

static void audit__writable_slot_of_a_read_only_vma(struct kunit *test)
{
	struct vm_area_struct *vma = vma_of(test);

	vma->__vm_flags &= ~VM_WRITE;
	EXPECT_REPORTS(test, "is writable in a read-only VMA", "is writable in a read-only VMA");
	vma->__vm_flags |= VM_WRITE;
}

/* S8.15 */
static void audit__sequence_that_has_not_come(struct kunit *test)
{
	struct fx *fx = test->priv;

	fx_watch(fx);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	fx->sub.invalidate_seq += 2;
	EXPECT_REPORTS(test, "has the sequence");
	fx->sub.invalidate_seq -= 2;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(audit__reference_that_nobody_holds),
	KUNIT_CASE(audit__reference_that_is_missing),
	KUNIT_CASE(audit__pins),
	KUNIT_CASE(audit__mapcount),
	KUNIT_CASE(audit__slot_of_a_free_page),
	KUNIT_CASE(audit__free_page_that_is_not_clean),
	KUNIT_CASE(audit__page_that_is_lost),
	KUNIT_CASE(audit__rss),
	KUNIT_CASE(audit__pagemap),
	KUNIT_CASE(audit__writable_slot_of_a_page_that_is_not_exclusive),
	KUNIT_CASE(audit__exclusive_page_under_migration),
	KUNIT_CASE(audit__shared_page_that_is_exclusive),
	KUNIT_CASE(audit__migration_entry_of_an_unlocked_page),
	KUNIT_CASE(audit__slot_of_another_kind_than_its_page),
	KUNIT_CASE(audit__device_page_without_its_pagemap),
	KUNIT_CASE(audit__lru),
	KUNIT_CASE(audit__device_page_with_the_lru_flag),
	KUNIT_CASE(audit__page_at_another_index),
	KUNIT_CASE(audit__page_of_a_strange_anon_vma),
	KUNIT_CASE(audit__vma_counts),
	KUNIT_CASE(audit__locked_pages),
	KUNIT_CASE(audit__swap_cache),
	KUNIT_CASE(audit__file),
	KUNIT_CASE(audit__vma_that_shrank_by_itself),
	KUNIT_CASE(audit__vma_that_is_not_in_its_place),
	KUNIT_CASE(audit__vma_that_is_not_in_its_own_anon_vma),
	KUNIT_CASE(audit__writable_slot_of_a_read_only_vma),
	KUNIT_CASE(audit__sequence_that_has_not_come),
	{},
};

static struct kunit_suite suite = {
	.name = "audit", .init = init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
