// SPDX-License-Identifier: MIT
/* Memory by node, by list and by flags; the bytes of a page by its older names; what has nothing to do here. */
#include <kunit/test.h>
#include <linux/cacheflush.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static struct page *new_page(struct kunit *test, int fill)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page_address(page), fill, PAGE_SIZE);
	return page;
}

static void __alloc_pages_node__of_the_only_node(struct kunit *test)
{
	struct page *page = __alloc_pages_node(0, GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 1);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, compound_nr(page), 2ul);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, 2 * PAGE_SIZE));
	__free_pages(page, 1);
}

static void kmem_cache_alloc_node__as_any_object(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("by-node", 40, 0, 0, NULL);
	char *one, *two;

	KUNIT_ASSERT_NOT_NULL(test, cache);
	one = kmem_cache_alloc_node(cache, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE);
	two = kmem_cache_alloc_lru(cache, NULL, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_TRUE(test, one && two && one != two);
	KUNIT_EXPECT_NULL(test, memchr_inv(one, 0, 40));
	KUNIT_EXPECT_NULL(test, memchr_inv(two, 0, 40));
	memset(one, 1, 40);
	memset(two, 2, 40);
	KUNIT_EXPECT_NULL(test, memchr_inv(one, 1, 40));
	kmem_cache_free(cache, one);
	kmem_cache_free(cache, two);
	kmem_cache_destroy(cache);
}

static void __vmalloc__by_flags(struct kunit *test)
{
	char *p = __vmalloc(3 * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 3 * PAGE_SIZE));
	memset(p, 7, 3 * PAGE_SIZE);
	vfree(p);
}

static void kmap__is_the_pages_address(struct kunit *test)
{
	struct page *page = new_page(test, 5);
	char *bytes = kmap(page);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 5, PAGE_SIZE));
	bytes[9] = 6;
	kunmap(page);
	bytes = kmap_local_page(page);
	KUNIT_EXPECT_EQ(test, bytes[9], 6);
	kunmap_local(bytes);
	__free_page(page);
}

static void memzero_page__just_the_part(struct kunit *test)
{
	struct page *page = new_page(test, 3);
	char *bytes = page_address(page);

	memzero_page(page, 10, 20);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 3, 10));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes + 10, 0, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes + 30, 3, PAGE_SIZE - 30));
	clear_user_highpage(page, 0x10000);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0, PAGE_SIZE));
	__free_page(page);
}

static void copy_mc_highpage__all_of_it(struct kunit *test)
{
	struct page *from = new_page(test, 8), *to = new_page(test, 9);

	KUNIT_EXPECT_EQ(test, copy_mc_highpage(to, from), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(to), 8, PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(from), 8, PAGE_SIZE));
	__free_page(from);
	__free_page(to);
}

/* A flush is no write: bytes and flags are what they were. */
static void flush_dcache_page__leaves_the_bytes(struct kunit *test)
{
	struct page *page = new_page(test, 4);
	char *bytes = page_address(page);
	unsigned long flags = READ_ONCE(page_folio(page)->flags.f);

	flush_dcache_page(page);
	flush_dcache_folio(page_folio(page));
	flush_icache_range((unsigned long)bytes, (unsigned long)bytes + PAGE_SIZE);
	flush_kernel_vmap_range(bytes, PAGE_SIZE);
	invalidate_kernel_vmap_range(bytes, PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 4, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, READ_ONCE(page_folio(page)->flags.f), flags);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	__free_page(page);
}

#ifdef __PSIM__

/* Hints about leaks: the object and its pointer stay, and law 3 still asks for it. */
static void kmemleak__changes_nothing(struct kunit *test)
{
	char *p = kmalloc(16, GFP_KERNEL), *kept = p;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 2, 16);
	kmemleak_alloc(p, 16, 1, GFP_KERNEL);
	kmemleak_update_trace(p);
	kmemleak_not_leak(p);
	kmemleak_ignore(p);
	kmemleak_no_scan(p);
	kmemleak_erase((void **)&kept);
	kmemleak_free(p);
	KUNIT_EXPECT_PTR_EQ(test, kept, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 2, 16));
	kfree(p);
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(__alloc_pages_node__of_the_only_node),
	KUNIT_CASE(kmem_cache_alloc_node__as_any_object),
	KUNIT_CASE(__vmalloc__by_flags),
	KUNIT_CASE(kmap__is_the_pages_address),
	KUNIT_CASE(memzero_page__just_the_part),
	KUNIT_CASE(copy_mc_highpage__all_of_it),
	KUNIT_CASE(flush_dcache_page__leaves_the_bytes),
#ifdef __PSIM__
	KUNIT_CASE(kmemleak__changes_nothing),
#endif
	{},
};

static struct kunit_suite suite = {.name = "take-and-reach", .test_cases = cases};
kunit_test_suite(suite);
