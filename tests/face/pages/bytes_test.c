// SPDX-License-Identifier: MIT
/* The bytes of pages: mapping, copying, clearing; a machine without bytes. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "fixture.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

static struct page *new_page(struct kunit *test, int fill)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset_page(page, 0, fill, PAGE_SIZE);
	return page;
}

/* How many of [from, to) are @value? */
static unsigned int count(struct page *page, unsigned int from, unsigned int to,
			  unsigned char value)
{
	unsigned char *bytes = kmap_local_page(page);
	unsigned int n = 0;

	while (from < to)
		n += bytes[from++] == value;
	kunmap_local(bytes);
	return n;
}

static void copy_highpage__all_of_it(struct kunit *test)
{
	struct page *from = new_page(test, 0x11), *to = new_page(test, 0x22);

	copy_highpage(to, from);
	KUNIT_EXPECT_EQ(test, count(to, 0, PAGE_SIZE, 0x11), 4096u);
	clear_highpage(to);
	KUNIT_EXPECT_EQ(test, count(to, 0, PAGE_SIZE, 0), 4096u);
	KUNIT_EXPECT_EQ(test, count(from, 0, PAGE_SIZE, 0x11), 4096u);
	__free_page(from);
	__free_page(to);
}

static void memcpy_to_page__just_the_part(struct kunit *test)
{
	struct page *page = new_page(test, 0x33), *other = new_page(test, 0x44);
	char text[] = "pages", back[sizeof(text)];

	memcpy_to_page(page, 4096 - sizeof(text), text, sizeof(text));
	KUNIT_EXPECT_EQ(test, count(page, 0, 4096 - sizeof(text), 0x33), 4090u);
	memcpy_from_page(back, page, 4096 - sizeof(text), sizeof(text));
	KUNIT_EXPECT_STREQ(test, back, text);
	memcpy_page(other, 10, page, 4096 - sizeof(text), sizeof(text));
	memcpy_from_page(back, other, 10, sizeof(text));
	KUNIT_EXPECT_STREQ(test, back, text);
	KUNIT_EXPECT_EQ(test, count(other, 0, 10, 0x44), 10u);
	KUNIT_EXPECT_EQ(test, count(other, 16, 4096, 0x44), 4080u);
	__free_page(page);
	__free_page(other);
}

static void zero_user__just_the_part(struct kunit *test)
{
	struct page *page = new_page(test, 0x55);

	zero_user(page, 100, 50);
	zero_user_segment(page, 4000, 4096);
	KUNIT_EXPECT_EQ(test, count(page, 0, 100, 0x55), 100u);
	KUNIT_EXPECT_EQ(test, count(page, 100, 150, 0), 50u);
	KUNIT_EXPECT_EQ(test, count(page, 150, 4000, 0x55), 3850u);
	KUNIT_EXPECT_EQ(test, count(page, 4000, 4096, 0), 96u);
	__free_page(page);
}

static void folio_copy__every_page(struct kunit *test)
{
	struct folio *from = folio_alloc(GFP_KERNEL, 2), *to = folio_alloc(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, from);
	KUNIT_ASSERT_NOT_NULL(test, to);
	for (int i = 0; i < 4; i++)
		memset_page(folio_page(from, i), 0, i + 1, PAGE_SIZE);
	folio_copy(to, from);
	folio_zero_range(to, PAGE_SIZE - 1, 2);
	KUNIT_EXPECT_EQ(test, count(folio_page(to, 0), 0, 4095, 1), 4095u);
	KUNIT_EXPECT_EQ(test, count(folio_page(to, 1), 1, 4096, 2), 4095u);
	KUNIT_EXPECT_EQ(test, count(folio_page(to, 0), 4095, 4096, 0), 1u);
	KUNIT_EXPECT_EQ(test, count(folio_page(to, 1), 0, 1, 0), 1u);
	KUNIT_EXPECT_EQ(test, count(folio_page(to, 3), 0, 4096, 4), 4096u);
	folio_put(from);
	folio_put(to);
}

#ifdef __PSIM__
static void memcpy_to_page__beyond_the_page(struct kunit *test)
{
	struct page *page = new_page(test, 0);

	kunit_expect_halt(test, "offset > PAGE_SIZE");
	memcpy_to_page(page, 4090, "0123456789", 10);
}

static void no_bytes__copies_do_nothing(struct kunit *test)
{
	struct page *one = alloc_page(GFP_KERNEL), *two = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char byte = 1;

	copy_highpage(one, two);
	clear_highpage(one);
	memset_page(one, 0, 1, PAGE_SIZE);
	memcpy_from_page(&byte, one, 0, 1);
	KUNIT_EXPECT_EQ(test, byte, 0);
	KUNIT_EXPECT_NULL(test, page_address(one));
	__free_page(one);
	__free_page(two);
}

static void no_bytes__mapping_is_a_stop(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	kunit_expect_halt(test, "not modelled: kmap_local_page");
	kmap_local_page(page);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(copy_highpage__all_of_it),
	KUNIT_CASE(memcpy_to_page__just_the_part),
	KUNIT_CASE(zero_user__just_the_part),
	KUNIT_CASE(folio_copy__every_page),
#ifdef __PSIM__
	KUNIT_CASE(memcpy_to_page__beyond_the_page),
	KUNIT_CASE_PSIM(no_bytes__copies_do_nothing, .no_bytes = 1),
	KUNIT_CASE_PSIM(no_bytes__mapping_is_a_stop, .no_bytes = 1),
#endif
	{},
};

static struct kunit_suite suite = {.name = "bytes", .test_cases = cases};
kunit_test_suite(suite);
