// SPDX-License-Identifier: MIT
/*
 * Allocators that are called through pointers: the functions behind the machine's macros do what the macros
 * do. A real kernel has macros alone for some of them.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#ifdef __PSIM__

/* @zeroed, of 100 bytes or more, that can be written. */
static void expect_memory(struct kunit *test, char *p, bool zeroed, void (*give_back)(const void *))
{
	KUNIT_ASSERT_NOT_NULL(test, p);
	if (zeroed)
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 100));
	memset(p, 0x5a, 100);
	KUNIT_EXPECT_GE(test, ksize(p), (size_t)100);
	give_back(p);
}

static void kmalloc__by_address(struct kunit *test)
{
	void *(*const of_size[])(size_t size, gfp_t gfp) = {kmalloc, kvmalloc, kzalloc, kvzalloc};
	void *(*const of_array[])(size_t n, size_t size,
				  gfp_t gfp) = {kmalloc_array, kvmalloc_array, kcalloc, kvcalloc};
	void (*give_back)(const void *p) = kfree;

	for (unsigned int i = 0; i < 4; i++) {
		/* what is reused was written */
		for (unsigned int round = 0; round < 3; round++) {
			expect_memory(test, of_size[i](100, GFP_KERNEL), i >= 2, give_back);
			expect_memory(test, of_array[i](10, 10, GFP_KERNEL), i >= 2, kvfree);
		}
		KUNIT_EXPECT_NULL(test, of_array[i](SIZE_MAX / 2 + 2, 2, GFP_KERNEL));
	}
}

static void vmalloc__by_address(struct kunit *test)
{
	void *(*const take[])(size_t size) = {vmalloc, vzalloc};

	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int round = 0; round < 3; round++)
			expect_memory(test, take[i](100), i == 1, vfree);
	}
}

static void krealloc__by_address(struct kunit *test)
{
	void *(*resize)(const void *p, size_t size, gfp_t gfp) = krealloc;
	char *p = kmalloc(8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	strscpy(p, "seven!!", 8);
	p = resize(p, 500, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, p, "seven!!");
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(resize(p, 0, GFP_KERNEL)));
}

/* S9.60: the product overflows, and what was there stays */
static void krealloc_array__overflow(struct kunit *test)
{
	int *p = krealloc_array(NULL, 4, sizeof(int), GFP_KERNEL), *q;
	volatile size_t many = SIZE_MAX / 2; /* the compiler knows, too */

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[3] = 44;
	KUNIT_EXPECT_NULL(test, krealloc_array(p, many, sizeof(int), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, p[3], 44);
	q = krealloc_array(p, 900, sizeof(int), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_EQ(test, q[3], 44);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(ksize(q)), 900 * sizeof(int));
	kfree_sensitive(q);
	kfree_sensitive(NULL);
}

static void vmalloc_array__overflow(struct kunit *test)
{
	u64 *p = vcalloc(3, sizeof(u64));
	volatile size_t many = SIZE_MAX / 2;

	KUNIT_EXPECT_NULL(test, vmalloc_array(many, sizeof(u64)));
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_EQ(test, p[2], 0ull);
	vfree(p);
}

static void kvmalloc__atomic_gets_nothing_large(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kvmalloc(KMALLOC_MAX_SIZE + 1, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, kvmalloc((size_t)INT_MAX + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
}

static void kfree__of_vmalloc_is_reported(struct kunit *test)
{
	void *p = vmalloc(100), *q = kmalloc(100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	kunit_expect_report(test, "with vmalloc");
	kfree(p);
	kunit_expect_report(test, "vmalloc did not give");
	vfree(q);
	kunit_expect_report(test, "at which no object begins");
	KUNIT_EXPECT_EQ(test, ksize((char *)test + 3), (size_t)0);
}

/* A page each, and what is zeroed is. */
static void alloc_page__by_address(struct kunit *test)
{
	struct page *(*one)(gfp_t gfp) = alloc_page;
	struct page *(*many)(gfp_t gfp, unsigned int order) = alloc_pages;
	struct folio *(*of_order)(gfp_t gfp, unsigned int order) = folio_alloc;
	unsigned long (*addressed)(gfp_t gfp, unsigned int order) = __get_free_pages;
	unsigned long (*zeroed)(gfp_t gfp) = get_zeroed_page;
	struct page *page = one(GFP_KERNEL), *pages = many(GFP_KERNEL, 2);
	struct folio *folio = of_order(GFP_KERNEL, 3);
	unsigned long address = addressed(GFP_KERNEL, 1);

	KUNIT_ASSERT_TRUE(test, page && pages && folio && address);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 3u);
	memset((void *)address, 0xee, 2 * PAGE_SIZE);
	__free_page(page);
	__free_pages(pages, 2);
	folio_put(folio);
	free_pages(address, 1);
	free_pages(0, 1);
	address = zeroed(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, address, 0ul);
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)address, 0, PAGE_SIZE));
	free_page(address);
}

static void prep_compound_page__of_single_pages(struct kunit *test)
{
	struct page *pages = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_FALSE(test, PageCompound(pages));
	prep_compound_page(pages, 2);
	KUNIT_EXPECT_TRUE(test, PageHead(pages));
	KUNIT_EXPECT_EQ(test, compound_order(pages), 2u);
	for (unsigned int i = 1; i < 4; i++)
		KUNIT_EXPECT_PTR_EQ(test, compound_head(pages + i), pages);
	__free_pages(pages, 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kmalloc__by_address),
	KUNIT_CASE(vmalloc__by_address),
	KUNIT_CASE(krealloc__by_address),
	KUNIT_CASE(krealloc_array__overflow),
	KUNIT_CASE(vmalloc_array__overflow),
	KUNIT_CASE(kvmalloc__atomic_gets_nothing_large),
	KUNIT_CASE(kfree__of_vmalloc_is_reported),
	KUNIT_CASE(alloc_page__by_address),
	KUNIT_CASE(prep_compound_page__of_single_pages),
	{},
};

static struct kunit_suite suite = {.name = "by-address", .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
