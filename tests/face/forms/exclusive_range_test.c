// SPDX-License-Identifier: MIT
/* A range of pages given to a device exclusively, as kernels before Linux 6.15 have it; compiled as a file of 6.12. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#define PAGES 4

static unsigned long base;

static int init(struct kunit *test)
{
	int err = kunit_attach_mm();

	if (err)
		return err;
	/* nothing is behind it */
	base = kunit_vm_mmap(test, NULL, 0, (PAGES + 1) * PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, 0);
	return base ? vm_munmap(base + PAGES * PAGE_SIZE, PAGE_SIZE) : -ENOMEM;
}

static int __user *word(unsigned int page)
{
	return (int __user *)(base + page * PAGE_SIZE);
}

static int make(unsigned int from, unsigned int to, struct page **pages)
{
	int n;

	mmap_read_lock(current->mm);
	n = make_device_exclusive_range(current->mm, base + from * PAGE_SIZE, base + to * PAGE_SIZE,
					pages, current);
	mmap_read_unlock(current->mm);
	return n;
}

/* S6.80, S6.81, S6.84: each locked, and with a reference; afterwards a CPU takes it back */
static void make_device_exclusive_range__locks_each(struct kunit *test)
{
	struct page *pages[PAGES] = {};
	int value = 0;

	KUNIT_EXPECT_EQ(test, LINUX_VERSION_CODE, KERNEL_VERSION(6, 12, 0));
	for (int i = 0; i < PAGES; i++)
		KUNIT_ASSERT_EQ(test, put_user(i + 5, word(i)), 0);
	lru_add_drain_all();
	KUNIT_ASSERT_EQ(test, make(0, PAGES, pages), PAGES);
	for (int i = 0; i < PAGES; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		KUNIT_EXPECT_TRUE(test, PageLocked(pages[i]));
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 2);
		unlock_page(pages[i]);
		put_page(pages[i]);
	}
	for (int i = 0; i < PAGES; i++) {
		struct page *page;

		KUNIT_EXPECT_EQ(test, get_user(value, word(i)), 0);
		KUNIT_EXPECT_EQ(test, value, i + 5);
		/* the same page, no copy */
		KUNIT_ASSERT_EQ(test, get_user_pages_unlocked((unsigned long)word(i), 1, &page, 0),
				1l);
		KUNIT_EXPECT_PTR_EQ(test, page, pages[i]);
		put_page(page);
	}
}

/* S6.81: as far as there is memory; an error if there is none at all */
static void make_device_exclusive_range__ends_at_a_hole(struct kunit *test)
{
	struct page *pages[4] = {};

	KUNIT_ASSERT_EQ(test, make(PAGES - 2, PAGES + 2, pages), 2);
	KUNIT_EXPECT_NULL(test, pages[2]);
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, PageLocked(pages[i]));
		unlock_page(pages[i]);
		put_page(pages[i]);
	}
	KUNIT_EXPECT_EQ(test, make(PAGES, PAGES + 1, pages), -EFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(make_device_exclusive_range__locks_each),
	KUNIT_CASE(make_device_exclusive_range__ends_at_a_hole),
	{},
};

static struct kunit_suite suite = {.name = "exclusive-range", .init = init, .test_cases = cases};
kunit_test_suite(suite);
