// SPDX-License-Identifier: MIT
/* Small ways to bytes and to owners: of a page of a folio, of a whole page, of a task's mm. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

/* The page that the offset lies in, at the byte. */
static void kmap_local_folio__offset(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);
	char *bytes, *third;

	KUNIT_ASSERT_NOT_NULL(test, folio);
	third = kmap_local_page(folio_page(folio, 2));
	memset(third, 0, PAGE_SIZE);
	third[77] = 'x';
	kunmap_local(third);
	bytes = kmap_local_folio(folio, 2 * PAGE_SIZE + 76);
	KUNIT_EXPECT_EQ(test, bytes[0], 0);
	KUNIT_EXPECT_EQ(test, bytes[1], 'x');
	kunmap_local(bytes);
	folio_put(folio);
}

static void copy_page__all_of_it(struct kunit *test)
{
	struct page *from = alloc_page(GFP_KERNEL), *to = alloc_page(GFP_KERNEL);
	char *out, *in;

	KUNIT_ASSERT_TRUE(test, from && to);
	in = page_address(from);
	out = page_address(to);
	memset(in, 1, PAGE_SIZE);
	memset(out, 2, PAGE_SIZE);
	copy_page(out, in);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, 1, PAGE_SIZE));
	clear_page(in);
	KUNIT_EXPECT_NULL(test, memchr_inv(in, 0, PAGE_SIZE));
	copy_user_highpage(to, from, 0, NULL);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, 0, PAGE_SIZE));
	__free_page(from);
	__free_page(to);
}

/* S9.51: a user more, as long as there is one */
static void get_task_mm__counts_a_user(struct kunit *test)
{
	struct mm_struct *mm;
	int before;

	KUNIT_ASSERT_EQ(test, kunit_attach_mm(), 0);
	before = atomic_read(&current->mm->mm_users);
	mm = get_task_mm(current);
	KUNIT_EXPECT_PTR_EQ(test, mm, current->mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_users), before + 1);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&current->mm->mm_users), before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kmap_local_folio__offset),
	KUNIT_CASE(copy_page__all_of_it),
	KUNIT_CASE(get_task_mm__counts_a_user),
	{},
};

static struct kunit_suite suite = {.name = "copy", .test_cases = cases};
kunit_test_suite(suite);
