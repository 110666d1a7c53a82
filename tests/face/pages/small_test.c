// SPDX-License-Identifier: MIT
/* What is asked of a page or a folio in one line: sizes, places, marks, references. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pgtable.h>
#include <linux/rmap.h>
#include <linux/swap.h>

static void folio_size__of_an_order(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio_size(folio), 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, folio_shift(folio), (unsigned int)PAGE_SHIFT + 2);
	KUNIT_EXPECT_EQ(test, page_shift(&folio->page), (unsigned int)PAGE_SHIFT + 2);
	KUNIT_EXPECT_EQ(test, compound_nr(&folio->page), 4ul);
	KUNIT_EXPECT_FALSE(test, folio_test_pmd_mappable(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_ksm(folio));
	KUNIT_EXPECT_FALSE(test, is_huge_zero_folio(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_head(folio));
	KUNIT_EXPECT_PTR_EQ(test, folio_address(folio), page_address(&folio->page));
	KUNIT_EXPECT_PTR_EQ(test, lowmem_page_address(&folio->page), page_address(&folio->page));
	KUNIT_EXPECT_EQ(test, page_to_nid(&folio->page), folio_nid(folio));
	KUNIT_EXPECT_EQ(test, folio_zonenum(folio), page_zonenum(&folio->page));
	folio_put(folio);
}

static void folio_ref__up_and_down(struct kunit *test)
{
	struct folio *folio = folio_alloc_node(GFP_KERNEL, 0, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, page_ref_inc_return(&folio->page), 2);
	folio_ref_dec(folio);
	folio_ref_add(folio, 3);
	KUNIT_EXPECT_EQ(test, folio_ref_sub_return(folio, 2), 2);
	KUNIT_EXPECT_FALSE(test, folio_ref_dec_and_test(folio));
	KUNIT_EXPECT_TRUE(test, folio_try_get(folio));
	page_ref_dec(&folio->page);
	KUNIT_EXPECT_TRUE(test, try_get_page(&folio->page));
	KUNIT_EXPECT_TRUE(test, get_page_unless_zero(&folio->page));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 3);
	put_page(&folio->page);
	put_page(&folio->page);
	folio_put(folio);
}

static void folio_mark_uptodate__and_other_marks(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_FALSE(test, folio_test_uptodate(folio));
	folio_mark_uptodate(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folio));
	KUNIT_EXPECT_FALSE(test, folio_has_private(folio));
	KUNIT_EXPECT_NULL(test, folio_get_private(folio));
	KUNIT_EXPECT_EQ(test, lock_page_killable(&folio->page), 0);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	unlock_page(&folio->page);
	wait_on_page_locked(&folio->page);
	folio_wait_writeback(folio);
	folio_wait_stable(folio);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	folio_put(folio);
}

static void alloc_pages_node__by_flags(struct kunit *test)
{
	struct page *page = alloc_pages_node(0, GFP_KERNEL, 1);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	__free_pages(page, 1);
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(GFP_ATOMIC));
}

/* Which slot of each table an address has; where the next table begins. */
static void pte_index__of_an_address(struct kunit *test)
{
	unsigned long addr =
		5ul * PGDIR_SIZE + 3ul * PUD_SIZE + 7ul * PMD_SIZE + 9ul * PAGE_SIZE + 1;

	KUNIT_EXPECT_EQ(test, pgd_index(addr), 5ul);
	KUNIT_EXPECT_EQ(test, pud_index(addr), 3ul);
	KUNIT_EXPECT_EQ(test, pmd_index(addr), 7ul);
	KUNIT_EXPECT_EQ(test, pte_index(addr), 9ul);
	KUNIT_EXPECT_EQ(test, pmd_addr_end(addr, addr + 10 * PMD_SIZE),
			(addr & PMD_MASK) + PMD_SIZE);
	KUNIT_EXPECT_EQ(test, pmd_addr_end(addr, addr + 5), addr + 5);
	KUNIT_EXPECT_EQ(test, offset_in_page(addr), 1ul);
}

static void vmf_error__as_a_fault_says_it(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (u32)vmf_error(-ENOMEM), (u32)VM_FAULT_OOM);
	KUNIT_EXPECT_EQ(test, (u32)vmf_error(-EIO), (u32)VM_FAULT_SIGBUS);
	KUNIT_EXPECT_EQ(test, vm_fault_to_errno(VM_FAULT_OOM, 0), -ENOMEM);
	KUNIT_EXPECT_EQ(test, vm_fault_to_errno(VM_FAULT_SIGBUS, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, vm_fault_to_errno(VM_FAULT_SIGSEGV, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, vm_fault_to_errno(0, 0), 0);
	KUNIT_EXPECT_TRUE(test, is_cow_mapping(VM_MAYWRITE));
	KUNIT_EXPECT_FALSE(test, is_cow_mapping(VM_MAYWRITE | VM_SHARED));
	KUNIT_EXPECT_FALSE(test, is_cow_mapping(0));
	KUNIT_EXPECT_TRUE(test, fault_flag_allow_retry_first(FAULT_FLAG_ALLOW_RETRY));
	KUNIT_EXPECT_FALSE(test,
			   fault_flag_allow_retry_first(FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_TRIED));
	KUNIT_EXPECT_FALSE(test, fault_flag_allow_retry_first(0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(folio_size__of_an_order),
	KUNIT_CASE(folio_ref__up_and_down),
	KUNIT_CASE(folio_mark_uptodate__and_other_marks),
	KUNIT_CASE(alloc_pages_node__by_flags),
	KUNIT_CASE(pte_index__of_an_address),
	KUNIT_CASE(vmf_error__as_a_fault_says_it),
	{},
};

static struct kunit_suite suite = {.name = "pages_small", .test_cases = cases};
kunit_test_suite(suite);
