// SPDX-License-Identifier: MIT
/*
 * Counting by hand who maps an anonymous page: what the reverse mapping's functions change, each undone
 * again. And anon_vmas: who has one, who holds it, how it is locked.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/uaccess.h>

#ifdef __PSIM__ /* a real kernel keeps these to itself */

#define LENGTH (2 * HPAGE_PMD_SIZE)

static unsigned long map_at, base;

static struct vm_area_struct *vma_at(unsigned long at)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, at);
	mmap_read_unlock(current->mm);
	return vma;
}

/* Memory with an aligned leaf's worth at base, that may have huge pages. */
static int init(struct kunit *test)
{
	int err = kunit_attach_mm();

	if (err)
		return err;
	map_at = vm_mmap(NULL, 0, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	base = ALIGN(map_at, HPAGE_PMD_SIZE);
	return IS_ERR_VALUE(map_at) ? -ENOMEM : 0;
}

static void finish(struct kunit *test)
{
	vm_munmap(map_at, LENGTH);
}

/* The page at @at, written and with a reference, none of them a list's. */
static struct page *get(struct kunit *test, unsigned long at)
{
	struct page *page;

	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(at, 1, &page, FOLL_WRITE), 1l);
	lru_add_drain_all();
	return page;
}

static struct folio *get_huge(struct kunit *test)
{
	struct folio *folio;

	KUNIT_ASSERT_EQ(test, do_madvise(current->mm, map_at, LENGTH, MADV_HUGEPAGE), 0);
	folio = page_folio(get(test, base));
	KUNIT_ASSERT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	return folio;
}

/* ---- counts of a page ------------------------------------------------------------------------------ */

/* S0.7, S0.14 */
static void folio_add_new_anon_rmap__first_mapping(struct kunit *test)
{
	struct folio *mapped = page_folio(get(test, base)), *folio = folio_alloc(GFP_KERNEL, 0);
	struct vm_area_struct *vma = vma_at(base);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_NULL(test, folio_anon_vma(folio));
	folio_add_new_anon_rmap(folio, vma, base + PAGE_SIZE, RMAP_EXCLUSIVE);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_TRUE(test, folio_test_anon(folio) && folio_test_swapbacked(folio));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(&folio->page));
	KUNIT_EXPECT_EQ(test, folio->index, mapped->index + 1);
	KUNIT_EXPECT_PTR_EQ(test, folio_anon_vma(folio), vma->anon_vma);
	KUNIT_EXPECT_PTR_EQ(test, folio_anon_vma(mapped), vma->anon_vma);
	folio_remove_rmap_pte(folio, &folio->page, vma);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 0);
	folio_put(folio);
	folio_put(mapped);
}

/* S0.7 */
static void folio_add_anon_rmap_pte__one_more_and_one_less(struct kunit *test)
{
	struct page *page = get(test, base);
	struct folio *folio = page_folio(page);
	struct vm_area_struct *vma = vma_at(base);

	ClearPageAnonExclusive(page);
	folio_add_anon_rmap_pte(folio, page, vma, base, RMAP_NONE);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	folio_remove_rmap_pte(folio, page, vma);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	folio_remove_rmap_pte(folio, page, vma);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	folio_add_anon_rmap_pte(folio, page, vma, base, RMAP_EXCLUSIVE);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	kunit_expect_report(test, "where it does not belong");
	folio_add_anon_rmap_pte(folio, page, vma, base + PAGE_SIZE, RMAP_NONE);
	folio_remove_rmap_pte(folio, page, vma);
	put_page(page);
}

/* S1.30, S6.43: exclusive to nobody afterwards; refused while it may be pinned */
static void folio_try_dup_anon_rmap_pte__unless_pinned(struct kunit *test)
{
	struct vm_area_struct *vma = vma_at(base);
	struct folio *folio;
	struct page *page;

	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(base, 1, &page, FOLL_WRITE), 1l);
	lru_add_drain_all();
	folio = page_folio(page);
	KUNIT_EXPECT_EQ(test, folio_try_dup_anon_rmap_pte(folio, page, vma, vma), -EBUSY);
	KUNIT_EXPECT_EQ(test, folio_try_share_anon_rmap_pte(folio, page), -EBUSY);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	get_page(page);
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, folio_try_dup_anon_rmap_pte(folio, page, vma, vma), 0);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	folio_remove_rmap_pte(folio, page, vma);
	SetPageAnonExclusive(page);
	KUNIT_EXPECT_EQ(test, folio_try_share_anon_rmap_pte(folio, page), 0);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	SetPageAnonExclusive(page);
	put_page(page);
}

/* S0.7 */
static void folio_add_file_rmap_pte__counts_only(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	struct vm_area_struct *vma = vma_at(base);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	folio_add_file_rmap_pte(folio, &folio->page, vma);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	folio_dup_file_rmap_pte(folio, &folio->page, vma);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 2);
	KUNIT_EXPECT_FALSE(test, folio_test_anon(folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_remove_rmap_pte(folio, &folio->page, vma);
	folio_remove_rmap_pte(folio, &folio->page, vma);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	folio_put(folio);
}

/* A child's page that came from a common ancestor becomes its own. */
static void folio_move_anon_rmap__to_the_vmas_own(struct kunit *test)
{
	struct page *page = get(test, base);
	struct folio *folio = page_folio(page);
	struct mm_struct *parent = current->mm, *child = kunit_fork_mm(test);
	struct vm_area_struct *vma;
	pgoff_t index = folio->index;

	KUNIT_ASSERT_NOT_NULL(test, child);
	mmap_read_lock(child);
	vma = vma_lookup(child, base);
	KUNIT_ASSERT_NOT_NULL(test, vma);
	KUNIT_EXPECT_PTR_NE(test, folio_anon_vma(folio), vma->anon_vma);
	mmap_read_unlock(child);
	mmap_read_lock(parent);
	vma = vma_lookup(parent, base);
	folio->mapping = NULL;
	folio_move_anon_rmap(folio, vma);
	mmap_read_unlock(parent);
	KUNIT_EXPECT_PTR_EQ(test, folio_anon_vma(folio), vma->anon_vma);
	KUNIT_EXPECT_TRUE(test, folio_test_anon(folio));
	KUNIT_EXPECT_EQ(test, folio->index, index);
	put_page(page);
}

/* ---- counts of a leaf ------------------------------------------------------------------------------- */

/* S0.7 */
static void folio_add_anon_rmap_pmd__counts_the_whole(struct kunit *test)
{
	struct folio *folio = get_huge(test);
	struct vm_area_struct *vma = vma_at(base);

	folio_add_anon_rmap_pmd(folio, &folio->page, vma, base, RMAP_NONE);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 2);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 2);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	KUNIT_EXPECT_TRUE(test, folio_maybe_mapped_shared(folio));
	folio_remove_rmap_pmd(folio, &folio->page, vma);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 1);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 1);
	KUNIT_EXPECT_FALSE(test, folio_maybe_mapped_shared(folio));
	folio_put(folio);
}

/* S1.30, S6.43 */
static void folio_try_dup_anon_rmap_pmd__unless_pinned(struct kunit *test)
{
	struct folio *folio = get_huge(test);
	struct vm_area_struct *vma = vma_at(base);
	struct page *page;

	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(base, 1, &page, FOLL_WRITE), 1l);
	KUNIT_EXPECT_EQ(test, folio_try_dup_anon_rmap_pmd(folio, page, vma, vma), -EBUSY);
	KUNIT_EXPECT_EQ(test, folio_try_share_anon_rmap_pmd(folio, page), -EBUSY);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, folio_try_dup_anon_rmap_pmd(folio, page, vma, vma), 0);
	KUNIT_EXPECT_EQ(test, folio_entire_mapcount(folio), 2);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	folio_remove_rmap_pmd(folio, page, vma);
	SetPageAnonExclusive(page);
	KUNIT_EXPECT_EQ(test, folio_try_share_anon_rmap_pmd(folio, page), 0);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	SetPageAnonExclusive(page);
	folio_put(folio);
}

/* ---- splitting ----------------------------------------------------------------------------------------- */

/* One with something in every page: parts of zeros would leave for the page of zeros. */
static struct folio *get_full(struct kunit *test)
{
	struct folio *folio = get_huge(test);

	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		KUNIT_ASSERT_EQ(test, put_user(i + 1, (int __user *)(base + i * PAGE_SIZE)), 0);
	return folio;
}

/* All are mapped as before, one by one; the @kept one is locked, and is held by the caller. */
static void expect_parts(struct kunit *test, struct page *first, unsigned int kept)
{
	lru_add_drain_all();
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++) {
		struct folio *part = page_folio(first + i);
		int value = 0;

		KUNIT_ASSERT_PTR_EQ(test, &part->page, first + i);
		KUNIT_EXPECT_EQ(test, folio_order(part), 0u);
		KUNIT_EXPECT_EQ(test, folio_mapcount(part), 1);
		KUNIT_EXPECT_EQ(test, folio_ref_count(part), i == kept ? 2 : 1);
		KUNIT_EXPECT_EQ(test, folio_test_locked(part), i == kept);
		KUNIT_EXPECT_EQ(test, get_user(value, (int __user *)(base + i * PAGE_SIZE)), 0);
		KUNIT_EXPECT_EQ(test, value, i + 1);
	}
}

static void split_folio__lock_and_reference_on_the_first(struct kunit *test)
{
	struct folio *folio = get_full(test);
	struct page *first = &folio->page;

	folio_get(folio);
	folio_lock(folio);
	/* somebody else holds it, too */
	KUNIT_EXPECT_EQ(test, split_folio(folio), -EAGAIN);
	KUNIT_EXPECT_EQ(test, folio_order(folio), (unsigned int)HPAGE_PMD_ORDER);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, split_folio(folio), 0);
	expect_parts(test, first, 0);
	unlock_page(first);
	put_page(first);
}

static void split_huge_page__lock_and_reference_on_that_page(struct kunit *test)
{
	struct folio *folio = get_full(test);
	struct page *first = &folio->page;

	folio_lock(folio);
	KUNIT_EXPECT_EQ(test, split_huge_page(first + 7), 0);
	expect_parts(test, first, 7);
	unlock_page(first + 7);
	put_page(first + 7);
}

/* ---- anon_vmas ------------------------------------------------------------------------------------------- */

static void anon_vma_prepare__once(struct kunit *test)
{
	struct anon_vma *anon_vma;
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, base);
	KUNIT_EXPECT_NULL(test, vma->anon_vma);
	KUNIT_EXPECT_EQ(test, __anon_vma_prepare(vma), 0);
	anon_vma = vma->anon_vma;
	KUNIT_ASSERT_NOT_NULL(test, anon_vma);
	KUNIT_EXPECT_PTR_EQ(test, anon_vma->root, anon_vma);
	KUNIT_EXPECT_EQ(test, anon_vma->num_active_vmas, 1ul);
	KUNIT_EXPECT_FALSE(test, list_empty(&vma->anon_vma_chain));
	KUNIT_EXPECT_EQ(test, anon_vma_prepare(vma), 0);
	KUNIT_EXPECT_PTR_EQ(test, vma->anon_vma, anon_vma);
	mmap_read_unlock(current->mm);
}

static void anon_vma_lock__readers_and_writers(struct kunit *test)
{
	struct page *page = get(test, base);
	struct anon_vma *anon_vma = folio_anon_vma(page_folio(page));

	anon_vma_lock_read(anon_vma);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&anon_vma->root->rwsem));
	KUNIT_EXPECT_FALSE(test, down_write_trylock(&anon_vma->root->rwsem));
	anon_vma_unlock_read(anon_vma);
	anon_vma_lock_write(anon_vma);
	KUNIT_EXPECT_FALSE(test, anon_vma_trylock_read(anon_vma));
	anon_vma_unlock_write(anon_vma);
	KUNIT_EXPECT_TRUE(test, anon_vma_trylock_read(anon_vma));
	anon_vma_unlock_read(anon_vma);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&anon_vma->root->rwsem));
	put_page(page);
}

/* It outlives its VMA as long as somebody holds it. */
static void get_anon_vma__beyond_the_vma(struct kunit *test)
{
	struct page *page = get(test, base);
	struct anon_vma *anon_vma = folio_anon_vma(page_folio(page));

	get_anon_vma(anon_vma);
	KUNIT_EXPECT_EQ(test, atomic_read(&anon_vma->refcount), 2);
	put_page(page);
	KUNIT_EXPECT_EQ(test, vm_munmap(map_at, LENGTH), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&anon_vma->refcount), 1);
	KUNIT_EXPECT_EQ(test, anon_vma->num_active_vmas, 0ul);
	put_anon_vma(anon_vma);
}

/* S8.44: every anon_vma of the address space, until they are dropped */
static void mm_take_all_locks__and_drop(struct kunit *test)
{
	struct mm_struct *mm = current->mm;
	struct page *page = get(test, base);
	struct anon_vma *anon_vma = folio_anon_vma(page_folio(page));
	struct vm_area_struct *vma = vma_at(base);

	put_page(page);
	mmap_write_lock(mm);
	KUNIT_EXPECT_EQ(test, mm_take_all_locks(mm), 0);
	KUNIT_EXPECT_FALSE(test, anon_vma_trylock_read(anon_vma));
	vma_assert_write_locked(vma);
	mm_drop_all_locks(mm);
	KUNIT_EXPECT_TRUE(test, anon_vma_trylock_read(anon_vma));
	anon_vma_unlock_read(anon_vma);
	mmap_write_unlock(mm);
}

/* ---- the swap cache ---------------------------------------------------------------------------------------- */

/* S0.14: a folio that is cached for a swap slot is in that slot's address space */
static void swap_address_space__of_a_cached_folio(struct kunit *test)
{
	struct folio *folio = page_folio(get(test, base));
	struct page *page;

	KUNIT_EXPECT_NULL(test, folio_mapping(folio));
	folio_put(folio);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(base, true), 0);
	/* to read: a write would take it out of the cache */
	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(base, 1, &page, 0), 1l);
	folio = page_folio(page);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(folio));
	KUNIT_EXPECT_PTR_EQ(test, folio_mapping(folio), swap_address_space(folio->swap));
	folio_put(folio);
}

#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(folio_add_new_anon_rmap__first_mapping),
	KUNIT_CASE(folio_add_anon_rmap_pte__one_more_and_one_less),
	KUNIT_CASE(folio_try_dup_anon_rmap_pte__unless_pinned),
	KUNIT_CASE(folio_add_file_rmap_pte__counts_only),
	KUNIT_CASE(folio_move_anon_rmap__to_the_vmas_own),
	KUNIT_CASE(folio_add_anon_rmap_pmd__counts_the_whole),
	KUNIT_CASE(folio_try_dup_anon_rmap_pmd__unless_pinned),
	KUNIT_CASE(split_folio__lock_and_reference_on_the_first),
	KUNIT_CASE(split_huge_page__lock_and_reference_on_that_page),
	KUNIT_CASE(anon_vma_prepare__once),
	KUNIT_CASE(anon_vma_lock__readers_and_writers),
	KUNIT_CASE(get_anon_vma__beyond_the_vma),
	KUNIT_CASE(mm_take_all_locks__and_drop),
	KUNIT_CASE(swap_address_space__of_a_cached_folio),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "rmap-counts",
	.test_cases = cases,
#ifdef __PSIM__
	.init = init,
	.exit = finish,
#endif
};
kunit_test_suite(suite);
