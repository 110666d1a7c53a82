// SPDX-License-Identifier: MIT
/*
 * Slots without a page that migrations and faults meet: swapped out, poisoned, marked.
 *
 * Nothing swaps or poisons by itself: the machine is asked to, so a real kernel has no part in this.
 */
#include <linux/swapops.h>

#include "fixture.h"

#ifdef __PSIM__

static unsigned long swapped(struct fx *fx)
{
	return get_mm_counter(fx->mm, MM_SWAPENTS);
}

/* The first page, written, swapped out and left in the swap cache, and read: mapped and cached. */
static struct page *cached_page(struct fx *fx)
{
	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(fx->test, kunit_swap_out(at(fx, 0), true), 0);
	KUNIT_EXPECT_EQ(fx->test, peek(fx, 0), pattern(0));
	settle(fx);
	return page_at(fx, 0);
}

static void put_slot(struct fx *fx, unsigned int page, pte_t entry)
{
	KUNIT_ASSERT_EQ(fx->test, kunit_set_slot(at(fx, page), pte_val(entry)), 0);
}

/* hmm's answer for the first page when it is asked for. */
static int ask_hmm(struct fx *fx)
{
	unsigned long entry = 0;
	struct hmm_range range = {
		.notifier = &fx->sub,
		.start = at(fx, 0),
		.end = at(fx, 1),
		.hmm_pfns = &entry,
		.default_flags = HMM_PFN_REQ_FAULT,
	};
	int err;

	if (!fx->watching)
		fx_watch(fx);
	do {
		range.notifier_seq = mmu_interval_read_begin(&fx->sub);
		mmap_read_lock(fx->mm);
		err = hmm_range_fault(&range);
		mmap_read_unlock(fx->mm);
	} while (err == -EBUSY);
	return err;
}

/* ---- swapped out ------------------------------------------------------------------------------------- */

/* S7.18, S6.58 */
static void swap__page_goes_and_comes_back(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 2);
	settle(fx);
	KUNIT_EXPECT_EQ(test, kunit_swap_out(at(fx, 0), false), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, swapped(fx), 1ul);
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL), 0ul);
	KUNIT_EXPECT_EQ(test, ask_hmm(fx), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	KUNIT_EXPECT_EQ(test, swapped(fx), 0ul);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page_at(fx, 0)));
	peek_all(fx, 0, 2);
	/* a device page is not for swapping */
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 2), 1);
	KUNIT_EXPECT_EQ(test, kunit_swap_out(at(fx, 1), false), -ENOENT);
}

/* S0.6, S0.14 */
static void swap__cache_is_a_reference_and_a_mapping(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = cached_page(fx);

	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(page_folio(page)));
	KUNIT_EXPECT_NOT_NULL(test, folio_mapping(page_folio(page)));
	KUNIT_EXPECT_TRUE(test, folio_test_anon(page_folio(page)));
	lock_page(page);
	KUNIT_EXPECT_TRUE(test, folio_free_swap(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, folio_free_swap(page_folio(page)));
	unlock_page(page);
	KUNIT_EXPECT_NULL(test, folio_mapping(page_folio(page)));
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S6.14: a write frees the swap cache, and then the page is its own */
static void write_fault__cached_page_is_reused(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, 0), true), 0);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, get_mm_counter(child, MM_SWAPENTS), 1ul);
	peek(fx, 0);
	page = page_at(fx, 0);
	KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	/* the child's entry keeps the slot, so this is copied */
	poke(fx, 0, 1);
	KUNIT_EXPECT_PTR_NE(test, page_at(fx, 0), page);
	fx->mm = current->mm = child;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	page = page_at(fx, 0);
	settle(fx);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(page_folio(page)));
	/* and this is not: nobody else is left */
	poke(fx, 0, 2);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_FALSE(test, folio_test_swapcache(page_folio(page)));
	fx->mm = current->mm = parent;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 1ull);
}

/* S1.23 */
static void migrate_vma_setup__swap_slot_is_left_alone(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 2);
	settle(fx);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, 0), false), 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, swapped(fx), 1ul);
	peek_all(fx, 0, 2);
}

/* S2.30, S2.39: nobody needs the slot any more: the page leaves the cache and goes to the device */
static void migrate_vma__cached_page_goes_to_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;

	cached_page(fx);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
	KUNIT_EXPECT_NULL(test, folio_mapping(page_folio(page_at(fx, 0))));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S2.30 */
static void migrate_vma__cached_page_whose_slot_is_used(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, 0), true), 0);
	KUNIT_ASSERT_NOT_NULL(test, kunit_fork_mm(test));
	peek(fx, 0);
	settle(fx);
	page = page_at(fx, 0);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 1), 0);
	settle(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S1.55, S2.31, S2.33: the cache's reference is allowed for, and moves along */
static void migrate_vma__cached_page_goes_to_another_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = cached_page(fx), *new;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_ASSERT_EQ(test, fx->args.cpages, 1ul);
	EXPECT_COUNTS(test, page, 2, 0);
	fx->dst[0] = ram_dst(fx, 0);
	copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	pages(fx);
	KUNIT_EXPECT_TRUE(test, fx->src[0] & MIGRATE_PFN_MIGRATE);
	finalize(fx);
	settle(fx);
	new = page_at(fx, 0);
	KUNIT_EXPECT_PTR_NE(test, new, page);
	EXPECT_COUNTS(test, new, 2, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(page_folio(new)));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S6.30, of swap: entries and cache go with the mapping */
static void munmap__swapped_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	cached_page(fx);
	poke(fx, 1, 1);
	settle(fx);
	KUNIT_ASSERT_EQ(test, kunit_swap_out(at(fx, 1), true), 0);
	vm_munmap(at(fx, 0), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, swapped(fx), 0ul);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

/* ---- poisoned, marked ---------------------------------------------------------------------------------- */

/* S0.5, S1.23, S7.18 */
static void marker__fault_and_migration(struct kunit *test)
{
	static const pte_marker markers[] = {PTE_MARKER_POISONED, PTE_MARKER_GUARD};
	struct fx *fx = test->priv;
	u64 value = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(markers); i++) {
		pte_t entry = make_pte_marker(markers[i]);

		KUNIT_EXPECT_TRUE(test, is_pte_marker_entry(pte_to_swp_entry(entry)));
		KUNIT_EXPECT_EQ(test, pte_marker_get(pte_to_swp_entry(entry)), markers[i]);
		put_slot(fx, 0, entry);
		KUNIT_EXPECT_EQ(test, copy_from_user(&value, (void __user *)at(fx, 0), 8), 8ul);
		KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)at(fx, 0), &value, 8), 8ul);
		KUNIT_EXPECT_EQ(test, ask_hmm(fx), -EFAULT);
		KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL), 0ul);
		KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
		KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
		finalize(fx);
		vm_munmap(at(fx, 0), PAGE_SIZE);
		KUNIT_ASSERT_EQ(test,
				vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
				at(fx, 0));
		KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
		vm_munmap(at(fx, 0), PAGE_SIZE);
		vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	}
}

/* S7.12: without a registration the mark means nothing: the slot is an empty one */
static void marker__write_protect_mark_of_nobody(struct kunit *test)
{
	struct fx *fx = test->priv;

	put_slot(fx, 0, make_pte_marker(PTE_MARKER_UFFD_WP));
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL), 0ul);
	KUNIT_EXPECT_EQ(test, ask_hmm(fx), 0);
	KUNIT_EXPECT_TRUE(test, is_zero_page(page_at(fx, 0)));
	poke(fx, 0, 7);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 7ull);
}

/* S0.5, S1.23, S7.18, S6.10 */
static void hwpoison__fault_and_migration(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *bad = alloc_page(GFP_KERNEL), *got = NULL;
	u64 value = 0;

	KUNIT_ASSERT_NOT_NULL(test, bad);
	put_slot(fx, 0, swp_entry_to_pte(make_hwpoison_entry(bad)));
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, (void __user *)at(fx, 0), 8), 8ul);
	KUNIT_EXPECT_EQ(test, ask_hmm(fx), -EFAULT);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 1, 0, &got), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, get_user_pages(at(fx, 0), 1, FOLL_HWPOISON, &got), (long)-EHWPOISON);
	mmap_read_unlock(fx->mm);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	vm_munmap(at(fx, 0), PAGE_SIZE);
	__free_page(bad);
}

/* S6.21, of markers: poison and guards are inherited, marks of a registration that the child lacks are not */
static void fork__markers(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;
	u64 value = 0;

	poke(fx, 3, 1);
	put_slot(fx, 0, make_pte_marker(PTE_MARKER_GUARD));
	put_slot(fx, 1, make_pte_marker(PTE_MARKER_UFFD_WP));
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	fx->mm = current->mm = child;
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, (void __user *)at(fx, 0), 8), 8ul);
	KUNIT_EXPECT_EQ(test, kunit_set_slot(at(fx, 0), 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, kunit_set_slot(at(fx, 1), 0), 0);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 0ull);
	fx->mm = current->mm = parent;
	KUNIT_EXPECT_EQ(test, kunit_set_slot(at(fx, 1), 0), -EBUSY);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(swap__page_goes_and_comes_back),
	KUNIT_CASE(swap__cache_is_a_reference_and_a_mapping),
	KUNIT_CASE(write_fault__cached_page_is_reused),
	KUNIT_CASE(migrate_vma_setup__swap_slot_is_left_alone),
	KUNIT_CASE(migrate_vma__cached_page_goes_to_the_device),
	KUNIT_CASE(migrate_vma__cached_page_whose_slot_is_used),
	KUNIT_CASE(migrate_vma__cached_page_goes_to_another_page),
	KUNIT_CASE(munmap__swapped_page),
	KUNIT_CASE(marker__fault_and_migration),
	KUNIT_CASE(marker__write_protect_mark_of_nobody),
	KUNIT_CASE(hwpoison__fault_and_migration),
	KUNIT_CASE(fork__markers),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-swap",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

#endif /* __PSIM__ */
