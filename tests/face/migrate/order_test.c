// SPDX-License-Identifier: MIT
/* The steps of a migration in their order: which locks are held where, and what comes before what. */
#include "fixture.h"
#ifdef __PSIM__
#include <psim/fault.h>
#endif

#define SYSTEM	MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define MIGRATE MIGRATE_PFN_MIGRATE
#define VALID	MIGRATE_PFN_VALID

static bool mmap_is_locked(struct fx *fx)
{
	return rwsem_is_locked(&fx->mm->mmap_lock);
}

/* A destination that needs no VMA: locked, one reference. */
static unsigned long ram_page(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

	KUNIT_ASSERT_NOT_NULL(test, page);
	lock_page(page);
	return migrate_pfn(page_to_pfn(page));
}

/* What a callback found: one letter each. m: mmap lock, f: folio lock. */
static char seen[8];
static struct page *looked_at;

static void look(struct fx *fx, const struct mmu_notifier_range *range)
{
	unsigned int n = 0;

	if (mmap_is_locked(fx))
		seen[n++] = 'm';
	if (PageLocked(looked_at))
		seen[n++] = 'f';
	seen[n] = 0;
	/* no page-table lock, no spinlock of any kind */
	might_sleep();
}

/*
 * S0.12: (a) collecting: the mmap lock only; (b) filling a hole: also the folios; (d) evicting: the folio,
 * and no mmap lock
 */
static void callback__lock_states(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	looked_at = page_at(fx, 0);
	fx_watch(fx);
	fx->hook = look;
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	KUNIT_EXPECT_STREQ(test, seen, "m");
	give_device_pages(fx);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->events, 2);
	KUNIT_EXPECT_STREQ(test, seen, "mf");
	finalize(fx);

	fx->hook = NULL;
	looked_at = page_at(fx, 0);
	fx->hook = look;
	KUNIT_EXPECT_TRUE(test, evict_pfn(fx, page_to_pfn(looked_at)));
	KUNIT_EXPECT_EQ(test, fx->log[fx->events - 1].event, MMU_NOTIFY_CLEAR);
	KUNIT_EXPECT_STREQ(test, seen, "f");
	fx->hook = NULL;
}

/*
 * The pair of a filled hole opens in the middle of the loop: what stands before the hole was moved by
 * then, what stands behind it was not.
 */
static struct folio *before_hole, *behind_hole;
static bool before_moved, behind_moved;

static void look_at_both(struct fx *fx, const struct mmu_notifier_range *range)
{
	before_moved = before_hole && before_hole->mapping;
	behind_moved = behind_hole && behind_hole->mapping;
}

/*
 * S2.1
 *
 *	page   0   1   2
 *	slot   a   -   b
 */
static void migrate_vma_pages__goes_in_order(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	poke(fx, 2, 3);
	fx_watch(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 3, SYSTEM), 0);
	give_device_pages(fx);
	before_hole = page_folio(migrate_pfn_to_page(fx->dst[0]));
	behind_hole = page_folio(migrate_pfn_to_page(fx->dst[2]));
	fx->hook = look_at_both;
	pages(fx);
	fx->hook = NULL;
	KUNIT_EXPECT_TRUE(test, before_moved);
	KUNIT_EXPECT_FALSE(test, behind_moved);
	KUNIT_EXPECT_NOT_NULL(test, behind_hole->mapping);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 3ull);
}

/* S2.38: between pages and finalize nobody but the migration has either side */
static void migrate_vma_pages__both_sides_are_locked(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	pages(fx);
	KUNIT_EXPECT_TRUE(test, fx->src[0] & MIGRATE);
	KUNIT_EXPECT_TRUE(test, PageLocked(migrate_pfn_to_page(fx->src[0])));
	KUNIT_EXPECT_TRUE(test, PageLocked(migrate_pfn_to_page(fx->dst[0])));
	EXPECT_COUNTS(test, migrate_pfn_to_page(fx->src[0]), 1, 0);
	EXPECT_COUNTS(test, migrate_pfn_to_page(fx->dst[0]), 1, 0);
	finalize(fx);
}

/* S2.11: a VMA that never had a page gets its anon_vma with the first one that the device fills */
static void migrate_vma_pages__first_page_of_a_vma(struct kunit *test)
{
	struct fx *fx = test->priv;

	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_NULL(test, vma_lookup(fx->mm, fx->base)->anon_vma);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, to_device(fx, 4, 5), 1);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_NOT_NULL(test, vma_lookup(fx->mm, fx->base)->anon_vma);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 4));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* What stood when the source was released, at the end of a move. */
static struct {
	bool dst_locked, src_locked;
	int dst_maps, dst_refs;
} at_release;

static void look_and_free(struct folio *folio)
{
	struct dev *dev = container_of(page_pgmap(&folio->page), struct dev, pgmap);

	at_release.src_locked = folio_test_locked(folio);
	at_release.dst_locked = PageLocked(looked_at);
	at_release.dst_maps = folio_mapcount(page_folio(looked_at));
	at_release.dst_refs = folio_ref_count(page_folio(looked_at));
	spin_lock(&dev->lock);
	dev->used[folio_pfn(folio) - dev->first] = false;
	dev->frees++;
	spin_unlock(&dev->lock);
}

/* S3.4: mapped first, then the source is unlocked, and put, then the destination is unlocked, and put */
static void migrate_vma_finalize__order(struct kunit *test)
{
	struct fx *fx = test->priv;
	const struct dev_pagemap_ops *own = fx->dev.pgmap.ops;
	struct dev_pagemap_ops ops = *own;

	ops.folio_free = look_and_free;
	poke(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.pgmap.ops = &ops;
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	give_device_pages(fx);
	looked_at = migrate_pfn_to_page(fx->dst[0]);
	pages(fx);
	finalize(fx);
	fx->dev.pgmap.ops = own;
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_FALSE(test, at_release.src_locked);
	KUNIT_EXPECT_TRUE(test, at_release.dst_locked);
	KUNIT_EXPECT_EQ(test, at_release.dst_maps, 1);
	KUNIT_EXPECT_EQ(test, at_release.dst_refs, 2);
	EXPECT_COUNTS(test, looked_at, 1, 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(looked_at));
}

/*
 * S3.10: the walk over the destination's rmap takes entries of its own source alone. The page that is
 * evicted was unmapped meanwhile, and where it was another page is under migration.
 */
static void migrate_device_finalize__leaves_the_entry_of_another_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src, dst;
	struct page *page;

	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 2), 1);
	src = page_to_pfn(page_at(fx, 1));
	KUNIT_ASSERT_EQ(test, migrate_device_pfns(&src, 1), 0);
	KUNIT_ASSERT_TRUE(test, src & MIGRATE);
	dst = ram_page(test);
	copy_page_bytes(&fx->dev, dst, src);
	migrate_device_pages(&src, &dst, 1);

	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, 1), PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 1), PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0),
			at(fx, 1));
	poke(fx, 1, 9);
	settle(fx);
	page = page_at(fx, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 1, 2, SYSTEM), 0);
	KUNIT_ASSERT_EQ(test, fx->args.cpages, 1ul);
	migrate_device_finalize(&src, &dst, 1);
	EXPECT_COUNTS(test, page, 1, 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	migrate_vma_pages(&fx->args);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 1), page);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 9ull);
}

static void forget_it(struct other *other)
{
	KUNIT_EXPECT_EQ(
		other->fx->test,
		do_madvise(other->fx->mm, at(other->fx, other->page), PAGE_SIZE, MADV_DONTNEED), 0);
}

/* S3.15, S6.31: the slot went while its page was on the way: nobody has either side any more */
static void migrate_vma_finalize__slot_was_zapped(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 1};
	struct page *from;

	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 3, SYSTEM), 0);
	give_device_pages(fx);
	from = migrate_pfn_to_page(fx->src[1]);
	get_page(from);
	/* it needs the mmap lock for reading only, which we have, too */
	other_start(fx, &other, forget_it);
	other_join(&other);
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	put_page(from);
	pages(fx);
	KUNIT_EXPECT_TRUE(test, fx->src[1] & MIGRATE);
	get_page(from);
	finalize(fx);
	EXPECT_COUNTS(test, from, 1, 0);
	put_page(from);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	KUNIT_EXPECT_NULL(test, page_at(fx, 1));
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 0ull);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0) && on_device(fx, 2));
}

#ifdef __PSIM__
static void allocate(struct fx *fx, const struct mmu_notifier_range *range)
{
	kfree(kmalloc(64, GFP_NOWAIT));
	kfree(kmalloc(64, GFP_KERNEL));
}

/* S0.12: reclaim could come back to this very callback */
static void callback__must_not_allocate_with_reclaim(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	fx_watch(fx);
	fx->hook = allocate;
	kunit_expect_report(test, "allocates with reclaim inside of an invalidation");
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	fx->hook = NULL;
	migrate_vma_pages(&fx->args);
	finalize(fx);
}

/* S2.11: without an anon_vma the hole stays one, and the destination is freed */
static void migrate_vma_pages__without_memory_for_the_anon_vma(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

/* S2.17: without a VMA nobody can say where a hole is */
static void migrate_device_pages__hole_is_a_bug(struct kunit *test)
{
	unsigned long src = MIGRATE, dst = ram_page(test);

	kunit_expect_halt(test, "BUG");
	migrate_device_pages(&src, &dst, 1);
}

/* S2.32 */
static void migrate_vma_pages__writeback_is_a_bug(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	set_bit(PG_writeback, &migrate_pfn_to_page(fx->src[0])->flags.f);
	kunit_expect_halt(test, "BUG");
	pages(fx);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(callback__lock_states),
	KUNIT_CASE(migrate_vma_pages__goes_in_order),
	KUNIT_CASE(migrate_vma_pages__both_sides_are_locked),
	KUNIT_CASE(migrate_vma_pages__first_page_of_a_vma),
	KUNIT_CASE(migrate_vma_finalize__order),
	KUNIT_CASE(migrate_device_finalize__leaves_the_entry_of_another_page),
	KUNIT_CASE(migrate_vma_finalize__slot_was_zapped),
#ifdef __PSIM__
	KUNIT_CASE(callback__must_not_allocate_with_reclaim),
	KUNIT_CASE(migrate_vma_pages__without_memory_for_the_anon_vma),
	KUNIT_CASE(migrate_device_pages__hole_is_a_bug),
	KUNIT_CASE(migrate_vma_pages__writeback_is_a_bug),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_order", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
