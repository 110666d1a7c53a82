// SPDX-License-Identifier: MIT
/* Entries of slots without a present page: each maker against every question that is asked of entries. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/swapops.h>

/* What an entry says of itself, a bit each. */
enum {
	MIGRATION = 1,
	MIGRATION_READ = 2,
	MIGRATION_EXCLUSIVE = 4,
	MIGRATION_WRITE = 8,
	DEVICE = 16,
	DEVICE_WRITE = 32,
	HWPOISON = 64,
	DEVICE_EXCLUSIVE = 128,
	MARKER = 256,
};

static unsigned int answers(swp_entry_t entry)
{
	return (is_migration_entry(entry) ? MIGRATION : 0) |
	       (is_readable_migration_entry(entry) ? MIGRATION_READ : 0) |
	       (is_readable_exclusive_migration_entry(entry) ? MIGRATION_EXCLUSIVE : 0) |
	       (is_writable_migration_entry(entry) ? MIGRATION_WRITE : 0) |
	       (is_device_private_entry(entry) ? DEVICE : 0) |
	       (is_writable_device_private_entry(entry) ? DEVICE_WRITE : 0) |
	       (is_hwpoison_entry(entry) ? HWPOISON : 0) |
	       (is_device_exclusive_entry(entry) ? DEVICE_EXCLUSIVE : 0) |
	       (is_pte_marker_entry(entry) ? MARKER : 0);
}

/* Through a slot and back: the kind and the page stay. */
static void expect_entry(struct kunit *test, swp_entry_t entry, struct page *page,
			 unsigned int expected)
{
	pte_t pte = swp_entry_to_pte(entry);

	KUNIT_EXPECT_EQ(test, answers(entry), expected);
	KUNIT_EXPECT_FALSE(test, pte_present(pte));
	KUNIT_EXPECT_FALSE(test, pte_none(pte));
	KUNIT_EXPECT_EQ(test, answers(pte_to_swp_entry(pte)), expected);
	KUNIT_EXPECT_TRUE(test, non_swap_entry(entry));
	if (!page)
		return;
	KUNIT_EXPECT_EQ(test, swp_offset_pfn(pte_to_swp_entry(pte)), page_to_pfn(page));
	KUNIT_EXPECT_PTR_EQ(test, pfn_swap_entry_to_page(entry), page);
	KUNIT_EXPECT_PTR_EQ(test, pfn_swap_entry_folio(entry), page_folio(page));
}

static void make_entry__each_kind(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long pfn;

	KUNIT_ASSERT_NOT_NULL(test, page);
	pfn = page_to_pfn(page);
	lock_page(page); /* as under a migration */
	expect_entry(test, make_readable_migration_entry(pfn), page, MIGRATION | MIGRATION_READ);
	expect_entry(test, make_readable_exclusive_migration_entry(pfn), page,
		     MIGRATION | MIGRATION_EXCLUSIVE);
	expect_entry(test, make_writable_migration_entry(pfn), page, MIGRATION | MIGRATION_WRITE);
	unlock_page(page);
	expect_entry(test, make_readable_device_private_entry(pfn), page, DEVICE);
	expect_entry(test, make_writable_device_private_entry(pfn), page, DEVICE | DEVICE_WRITE);
	expect_entry(test, make_device_exclusive_entry(pfn), page, DEVICE_EXCLUSIVE);
	expect_entry(test, make_hwpoison_entry(page), NULL, HWPOISON);
	__free_page(page);
}

static void make_pte_marker__says_which(struct kunit *test)
{
	static const pte_marker markers[] = {PTE_MARKER_UFFD_WP, PTE_MARKER_POISONED,
					     PTE_MARKER_GUARD};

	for (unsigned int i = 0; i < ARRAY_SIZE(markers); i++) {
		swp_entry_t entry = pte_to_swp_entry(make_pte_marker(markers[i]));

		expect_entry(test, entry, NULL, MARKER);
		KUNIT_EXPECT_EQ(test, pte_marker_get(entry), markers[i]);
	}
}

static void pte_none__of_an_empty_slot(struct kunit *test)
{
	pte_t pte = __pte(0);

	KUNIT_EXPECT_TRUE(test, pte_none(pte));
	KUNIT_EXPECT_FALSE(test, pte_present(pte));
}

#ifdef __PSIM__
/* nothing but a present page can be written, dirty or young */
static void pte_write__of_an_entry(struct kunit *test)
{
	pte_t pte = swp_entry_to_pte(make_writable_device_private_entry(77));

	KUNIT_EXPECT_FALSE(test, pte_write(pte));
	KUNIT_EXPECT_FALSE(test, pte_dirty(pte));
	KUNIT_EXPECT_FALSE(test, pte_young(pte));
	KUNIT_EXPECT_EQ(test, pte_pfn(pte), 77ul);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(make_entry__each_kind),
	KUNIT_CASE(make_pte_marker__says_which),
	KUNIT_CASE(pte_none__of_an_empty_slot),
#ifdef __PSIM__
	KUNIT_CASE(pte_write__of_an_entry),
#endif
	{},
};

static struct kunit_suite suite = {.name = "entry", .test_cases = cases};
kunit_test_suite(suite);
