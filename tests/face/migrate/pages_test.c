// SPDX-License-Identifier: MIT
/* migrate_vma_pages(): filling holes and moving identities (S2). */
#include "fixture.h"

#define SYSTEM	MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define MIGRATE MIGRATE_PFN_MIGRATE
#define VALID	MIGRATE_PFN_VALID
#define WRITE	MIGRATE_PFN_WRITE

static unsigned long device_dst(struct fx *fx)
{
	struct page *page = dev_alloc(&fx->dev);

	KUNIT_ASSERT_NOT_NULL(fx->test, page);
	return migrate_pfn(page_to_pfn(page));
}

/* The page behind an entry of dst. */
static struct page *dst_page(struct fx *fx, unsigned int i)
{
	return migrate_pfn_to_page(fx->dst[i]);
}

/* ---- entries ---------------------------------------------------------------------------------------- */

/* S2.2: no destination: MIGRATE goes, the rest stays, and finalize restores */
static void migrate_vma_pages__no_destination(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src;

	poke_all(fx, 0, 2);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 3, SYSTEM), 0);
	src = fx->src[0];
	fx->dst[1] = device_dst(fx);
	copy_page_bytes(&fx->dev, fx->dst[1], fx->src[1]);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], src & ~MIGRATE);
	KUNIT_EXPECT_TRUE(test, fx->src[1] & MIGRATE);
	/* the hole */
	KUNIT_EXPECT_EQ(test, fx->src[2], 0ul);
	finalize(fx);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 1));
	peek_all(fx, 0, 2);
}

/* S2.3: a destination without a source is left for finalize */
static void migrate_vma_pages__stray_destination(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *locked;

	poke_all(fx, 0, 1);
	settle(fx);
	locked = page_at(fx, 0);
	get_page(locked);
	lock_page(locked);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_ASSERT_EQ(test, fx->src[0], 0ul);
	fx->dst[0] = device_dst(fx);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	EXPECT_COUNTS(test, dst_page(fx, 0), 1, 0);
	KUNIT_EXPECT_TRUE(test, PageLocked(dst_page(fx, 0)));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	unlock_page(locked);
	put_page(locked);
	peek_all(fx, 0, 1);
}

/* S2.4: the WRITE flag of a destination does not matter */
static void migrate_vma_pages__write_in_dst_is_ignored(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->dst[0] = device_dst(fx) | WRITE;
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
}

/* ---- holes -------------------------------------------------------------------------------------------- */

/*
 * S2.10: one range, from the first hole that has a destination
 *
 *	page   0   1   2   3   4
 *	slot   a   -   -   b   -
 *	dst    D   .   D   D   D
 *	               [-------->   MIGRATE
 */
static void migrate_vma_pages__holes_send_one_migrate(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, pattern(0));
	poke(fx, 3, pattern(3));
	fx_watch(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 5, SYSTEM), 0);
	log_clear(fx);
	for (unsigned int i = 0; i < 5; i++) {
		if (i == 1)
			continue;
		fx->dst[i] = device_dst(fx);
		copy_page_bytes(&fx->dev, fx->dst[i], fx->src[i]);
	}
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_MIGRATE, at(fx, 2), at(fx, 5));
	KUNIT_EXPECT_PTR_EQ(test, fx->log[0].owner, fx->args.pgmap_owner);
	/* it has ended: a reader is not held back */
	KUNIT_EXPECT_EQ(test, mmu_interval_read_begin(&fx->sub), fx->sub.invalidate_seq);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 0ull);
	KUNIT_EXPECT_EQ(test, peek(fx, 3), pattern(3));
}

/* S2.10: no hole to fill, no event */
static void migrate_vma_pages__pages_send_nothing(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 3);
	fx_watch(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM), 0);
	log_clear(fx);
	give_device_pages(fx);
	/* and the hole gets none */
	unlock_page(dst_page(fx, 3));
	put_page(dst_page(fx, 3));
	fx->dst[3] = 0;
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	peek_all(fx, 0, 3);
}

/* S2.13, S2.15 */
static void migrate_vma_pages__hole_gets_a_device_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->dst[0] = device_dst(fx);
	copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	page = dst_page(fx, 0);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, PageAnon(page));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_TRUE(test, PageUptodate(page));
	KUNIT_EXPECT_TRUE(test, folio_test_swapbacked(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(page)));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	finalize(fx);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
}

/* S2.13, S2.14: an ordinary page goes to the LRU, and is writable at once */
static void migrate_vma_pages__hole_gets_an_ordinary_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->dst[0] = ram_dst(fx, 0);
	page = dst_page(fx, 0);
	copy_page_bytes(&fx->dev, fx->dst[0], 0);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	settle(fx);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(page_folio(page)));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	poke_all(fx, 0, 1);
	peek_all(fx, 0, 1);
}

/* S2.12, S2.15: the zero page is replaced */
static void migrate_vma_pages__zero_page_is_replaced(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

static void write_it(struct other *other)
{
	poke(other->fx, other->page, other->value);
}

/* S2.12, S2.16: a CPU writes the hole between setup and pages */
static void migrate_vma_pages__hole_was_filled_meanwhile(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 0, .value = pattern(0)};

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->dst[0] = device_dst(fx);
	other_start(fx, &other, write_it);
	other_join(&other);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	EXPECT_COUNTS(test, dst_page(fx, 0), 1, 0);
	KUNIT_EXPECT_TRUE(test, PageLocked(dst_page(fx, 0)));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	peek_all(fx, 0, 1);
}

/* S2.12 */
static void migrate_vma_pages__hole_of_a_userfaultfd_vma(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	vm_flags_set(vma, VM_UFFD_MISSING);
	mmap_write_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_NULL(test, page_at(fx, 0));
	mmap_write_lock(fx->mm);
	vm_flags_clear(vma, VM_UFFD_MISSING);
	mmap_write_unlock(fx->mm);
}

/* ---- pages -------------------------------------------------------------------------------------------- */

/* S2.34, S2.36 */
static void migrate_vma_pages__identity_moves(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *from, *to;
	struct address_space *mapping;
	unsigned long src;

	poke_all(fx, 3, 4);
	KUNIT_ASSERT_EQ(test, setup(fx, 3, 4, SYSTEM), 0);
	src = fx->src[0];
	from = page_folio(migrate_pfn_to_page(src));
	mapping = from->mapping;
	give_device_pages(fx);
	to = page_folio(dst_page(fx, 0));
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], src);
	KUNIT_EXPECT_PTR_EQ(test, to->mapping, mapping);
	KUNIT_EXPECT_EQ(test, to->index, from->index);
	KUNIT_EXPECT_TRUE(test, folio_test_swapbacked(to));
	KUNIT_EXPECT_PTR_EQ(test, from->mapping, mapping);
	EXPECT_COUNTS(test, &from->page, 1, 0);
	EXPECT_COUNTS(test, &to->page, 1, 0);
	finalize(fx);
	peek_all(fx, 3, 4);
}

/* S2.35 */
static void migrate_vma_pages__flags_move(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *from, *to;

	poke_all(fx, 0, 1);
	settle(fx);
	from = page_folio(page_at(fx, 0));
	folio_set_referenced(from);
	folio_set_workingset(from);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	folio_set_active(from);
	give_device_pages(fx);
	to = page_folio(dst_page(fx, 0));
	pages(fx);
	KUNIT_EXPECT_TRUE(test, folio_test_referenced(to));
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(to));
	KUNIT_EXPECT_TRUE(test, folio_test_active(to));
	KUNIT_EXPECT_FALSE(test, folio_test_active(from));
	KUNIT_EXPECT_TRUE(test, folio_test_workingset(to));
	/* the CPU wrote the page, so the slot was dirty: S1.32 */
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(to));
	KUNIT_EXPECT_NULL(test, from->private);
	folio_clear_active(to);
	finalize(fx);
}

#ifdef __PSIM__
/* S2.35: of a kernel that tracks idle pages */
static void migrate_vma_pages__idle_and_young_are_copied(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *to;

	poke_all(fx, 0, 2);
	settle(fx);
	folio_set_idle(page_folio(page_at(fx, 0)));
	folio_set_young(page_folio(page_at(fx, 1)));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	give_device_pages(fx);
	pages(fx);
	to = page_folio(dst_page(fx, 0));
	KUNIT_EXPECT_TRUE(test, folio_test_idle(to));
	KUNIT_EXPECT_FALSE(test, folio_test_young(to));
	to = page_folio(dst_page(fx, 1));
	KUNIT_EXPECT_FALSE(test, folio_test_idle(to));
	KUNIT_EXPECT_TRUE(test, folio_test_young(to));
	finalize(fx);
	peek_all(fx, 0, 2);
}
#endif

/* S2.33: one more reference on the source */
static void migrate_vma_pages__source_is_referenced(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	page = migrate_pfn_to_page(fx->src[0]);
	give_device_pages(fx);
	get_page(page);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], migrate_pfn(page_to_pfn(page)) | WRITE);
	KUNIT_EXPECT_NULL(test, dst_page(fx, 0)->mapping);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	put_page(page);
	peek_all(fx, 0, 1);
}

/* S2.37 */
static void migrate_vma_pages__device_to_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *before;

	poke_all(fx, 0, 2);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 2), 2);
	before = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, DEVICE), 0);
	give_device_pages(fx);
	pages(fx);
	KUNIT_EXPECT_TRUE(test, fx->src[0] & MIGRATE);
	finalize(fx);
	KUNIT_EXPECT_PTR_NE(test, page_at(fx, 0), before);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 1));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	peek_all(fx, 0, 2);
}

/* S2.31: RAM to RAM is fine, too */
static void migrate_vma_pages__ram_to_ram(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *to;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->dst[0] = ram_dst(fx, 0);
	to = dst_page(fx, 0);
	copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), to);
	peek_all(fx, 0, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_pages__no_destination),
	KUNIT_CASE(migrate_vma_pages__stray_destination),
	KUNIT_CASE(migrate_vma_pages__write_in_dst_is_ignored),
	KUNIT_CASE(migrate_vma_pages__holes_send_one_migrate),
	KUNIT_CASE(migrate_vma_pages__pages_send_nothing),
	KUNIT_CASE(migrate_vma_pages__hole_gets_a_device_page),
	KUNIT_CASE(migrate_vma_pages__hole_gets_an_ordinary_page),
	KUNIT_CASE(migrate_vma_pages__zero_page_is_replaced),
	KUNIT_CASE(migrate_vma_pages__hole_was_filled_meanwhile),
	KUNIT_CASE(migrate_vma_pages__hole_of_a_userfaultfd_vma),
	KUNIT_CASE(migrate_vma_pages__identity_moves),
	KUNIT_CASE(migrate_vma_pages__flags_move),
#ifdef __PSIM__
	KUNIT_CASE(migrate_vma_pages__idle_and_young_are_copied),
#endif
	KUNIT_CASE(migrate_vma_pages__source_is_referenced),
	KUNIT_CASE(migrate_vma_pages__device_to_device),
	KUNIT_CASE(migrate_vma_pages__ram_to_ram),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_pages",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
