// SPDX-License-Identifier: MIT
/* Encoded migrate pfns and the values around them (S0). */
#include "fixture.h"

/* S0.1 */
static void migrate_pfn_flags__have_their_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MIGRATE_PFN_VALID, 1ul);
	KUNIT_EXPECT_EQ(test, MIGRATE_PFN_MIGRATE, 2ul);
	KUNIT_EXPECT_EQ(test, MIGRATE_PFN_WRITE, 8ul);
	KUNIT_EXPECT_EQ(test, MIGRATE_PFN_SHIFT, 6);
}

/* S0.2 */
static void migrate_pfn__valid_alone(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, migrate_pfn(0x12345), (0x12345ul << 6) | 1);
}

/* S0.2 */
static void migrate_pfn_to_page__null_without_valid(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long entry;

	KUNIT_ASSERT_NOT_NULL(test, page);
	entry = migrate_pfn(page_to_pfn(page));
	KUNIT_EXPECT_NULL(test, migrate_pfn_to_page(0));
	KUNIT_EXPECT_NULL(test, migrate_pfn_to_page(MIGRATE_PFN_MIGRATE));
	KUNIT_EXPECT_NULL(test, migrate_pfn_to_page(entry & ~MIGRATE_PFN_VALID));
	__free_page(page);
}

/* S0.2 */
static void migrate_pfn_to_page__ignores_other_flags(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long entry;

	KUNIT_ASSERT_NOT_NULL(test, page);
	entry = migrate_pfn(page_to_pfn(page));
	KUNIT_EXPECT_PTR_EQ(test, migrate_pfn_to_page(entry), page);
	KUNIT_EXPECT_PTR_EQ(test,
			    migrate_pfn_to_page(entry | MIGRATE_PFN_MIGRATE | MIGRATE_PFN_WRITE |
						MIGRATE_PFN_COMPOUND | (1ul << 5) | (1ul << 2)),
			    page);
	__free_page(page);
}

/* S0.3 */
static void migrate_vma_select__has_its_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MIGRATE_VMA_SELECT_SYSTEM, 1);
	KUNIT_EXPECT_EQ(test, MIGRATE_VMA_SELECT_DEVICE_PRIVATE, 2);
	KUNIT_EXPECT_EQ(test, MIGRATE_VMA_SELECT_DEVICE_COHERENT, 4);
}

/* S7.1 */
static void hmm_pfn_flags__have_their_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, HMM_PFN_VALID, 1ul << 63);
	KUNIT_EXPECT_EQ(test, HMM_PFN_WRITE, 1ul << 62);
	KUNIT_EXPECT_EQ(test, HMM_PFN_ERROR, 1ul << 61);
	KUNIT_EXPECT_EQ(test, HMM_PFN_REQ_FAULT, HMM_PFN_VALID);
	KUNIT_EXPECT_EQ(test, HMM_PFN_REQ_WRITE, HMM_PFN_WRITE);
}

/* S0.1, S0.3, S7.1: those that came later */
static void new_flags__have_their_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MIGRATE_PFN_COMPOUND, 16ul);
	KUNIT_EXPECT_EQ(test, MIGRATE_VMA_SELECT_COMPOUND, 8);
	KUNIT_EXPECT_EQ(test, HMM_PFN_DMA_MAPPED, 1ul << 60);
	KUNIT_EXPECT_EQ(test, HMM_PFN_P2PDMA, 1ul << 59);
	KUNIT_EXPECT_EQ(test, HMM_PFN_P2PDMA_BUS, 1ul << 58);
	KUNIT_EXPECT_EQ(test, HMM_PFN_FLAGS, ~((1ul << 53) - 1));
}

/* S7.2 */
static void hmm_pfn_to_map_order__five_bits_from_53(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(HMM_PFN_VALID | (9ul << 53) | 0x1234), 9);
	KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(HMM_PFN_VALID | HMM_PFN_P2PDMA_BUS | 7), 0);
	KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(~0ul), 31);
}

/* S7.2 */
static void hmm_pfn_to_page__masks_flags_and_order(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, hmm_pfn_to_page(page_to_pfn(page) | HMM_PFN_FLAGS), page);
	__free_page(page);
}

/* S8.1 */
static void mmu_notifier_event__has_its_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_UNMAP, 0);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_CLEAR, 1);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_PROTECTION_VMA, 2);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_PROTECTION_PAGE, 3);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_SOFT_DIRTY, 4);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_RELEASE, 5);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_MIGRATE, 6);
	KUNIT_EXPECT_EQ(test, MMU_NOTIFY_EXCLUSIVE, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_pfn_flags__have_their_values),
	KUNIT_CASE(migrate_pfn__valid_alone),
	KUNIT_CASE(migrate_pfn_to_page__null_without_valid),
	KUNIT_CASE(migrate_pfn_to_page__ignores_other_flags),
	KUNIT_CASE(migrate_vma_select__has_its_values),
	KUNIT_CASE(hmm_pfn_flags__have_their_values),
	KUNIT_CASE(new_flags__have_their_values),
	KUNIT_CASE(hmm_pfn_to_map_order__five_bits_from_53),
	KUNIT_CASE(hmm_pfn_to_page__masks_flags_and_order),
	KUNIT_CASE(mmu_notifier_event__has_its_values),
	{},
};

static struct kunit_suite suite = {.name = "migrate_pfn", .test_cases = cases};
kunit_test_suite(suite);
