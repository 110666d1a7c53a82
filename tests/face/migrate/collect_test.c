// SPDX-License-Identifier: MIT
/* migrate_vma_setup(): what each slot yields, and the state it leaves behind (S1.b to S1.e). */
#include "fixture.h"

#define SYSTEM	MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define MIGRATE MIGRATE_PFN_MIGRATE
#define VALID	MIGRATE_PFN_VALID
#define WRITE	MIGRATE_PFN_WRITE
#define FLAGS	((1ul << MIGRATE_PFN_SHIFT) - 1)

/* Everything back as it was: no destinations, so finalize restores. */
static void abandon(struct fx *fx)
{
	migrate_vma_pages(&fx->args);
	finalize(fx);
}

/* The page of an entry, which must have one. */
static struct page *src_page(struct fx *fx, unsigned int i)
{
	struct page *page = migrate_pfn_to_page(fx->src[i]);

	KUNIT_ASSERT_NOT_NULL(fx->test, page);
	return page;
}

/* S1.12: one pair, before the unmap phase, with the owner */
static void migrate_vma_setup__sends_one_migrate(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 4);
	fx_watch(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 1, 9, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_MIGRATE, at(fx, 1), at(fx, 9));
	KUNIT_EXPECT_PTR_EQ(test, fx->log[0].owner, fx->args.pgmap_owner);
	KUNIT_EXPECT_TRUE(test, fx->log[0].blockable);
	abandon(fx);
}

/* What the callback saw of the page in slot 0. */
static unsigned int maps_seen;

static void see_maps(struct fx *fx, const struct mmu_notifier_range *range)
{
	maps_seen = folio_mapcount(page_folio((struct page *)fx->dev.priv));
}

/* S1.12: start comes before any slot is touched */
static void migrate_vma_setup__callback_sees_the_page_mapped(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	fx->dev.priv = page_at(fx, 0);
	KUNIT_ASSERT_NOT_NULL(test, fx->dev.priv);
	fx_watch(fx);
	fx->hook = see_maps;
	maps_seen = 99;
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, maps_seen, 1);
	EXPECT_COUNTS(test, (struct page *)fx->dev.priv, 1, 0);
	abandon(fx);
}

/*
 * S1.14: src[i] belongs to start + i pages
 *
 *	page   0   1   2   3   4   5
 *	slot   -   a   -   b   c   -
 */
static void migrate_vma_setup__entries_are_in_order(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *a, *b, *c;

	poke(fx, 1, 1);
	poke(fx, 3, 3);
	poke(fx, 4, 4);
	a = page_at(fx, 1);
	b = page_at(fx, 3);
	c = page_at(fx, 4);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 6, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	KUNIT_EXPECT_PTR_EQ(test, migrate_pfn_to_page(fx->src[1]), a);
	KUNIT_EXPECT_EQ(test, fx->src[2], MIGRATE);
	KUNIT_EXPECT_PTR_EQ(test, migrate_pfn_to_page(fx->src[3]), b);
	KUNIT_EXPECT_PTR_EQ(test, migrate_pfn_to_page(fx->src[4]), c);
	KUNIT_EXPECT_EQ(test, fx->src[5], MIGRATE);
	abandon(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 3), b);
}

/* S1.20: without a page table, and with one */
static void migrate_vma_setup__hole_counts_whatever_is_selected(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	KUNIT_EXPECT_EQ(test, fx->src[1], MIGRATE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	abandon(fx);

	poke(fx, 2, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	abandon(fx);
}

/* S1.22 */
static void migrate_vma_setup__zero_page_is_a_hole_for_system(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	abandon(fx);
	/* the slot is still there */
	KUNIT_EXPECT_TRUE(test, is_zero_page(page_at(fx, 0)));
}

/* S1.22 */
static void migrate_vma_setup__zero_page_is_nothing_otherwise(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	abandon(fx);
	KUNIT_EXPECT_TRUE(test, is_zero_page(page_at(fx, 0)));
}

/* S1.24 */
static void migrate_vma_setup__device_page_not_selected(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	EXPECT_COUNTS(test, page, 1, 1);
	abandon(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
}

/* S1.24: owners are compared as pointers */
static void migrate_vma_setup__device_page_of_a_stranger(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = page_at(fx, 0);
	mmap_read_lock(fx->mm);
	args_for(fx, 0, 1, DEVICE);
	fx->args.pgmap_owner = fx;
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&fx->args), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	EXPECT_COUNTS(test, page, 1, 1);
	abandon(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
}

/* S1.25 */
static void migrate_vma_setup__device_page_of_write_kind(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn;

	poke(fx, 0, pattern(0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	pfn = page_to_pfn(page_at(fx, 0));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], migrate_pfn(pfn) | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	abandon(fx);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	peek_all(fx, 0, 1);
}

/* S1.25: a hole of a read-only VMA was filled, so the entry is of the read kind */
static void migrate_vma_setup__device_page_of_read_kind(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE);
	abandon(fx);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
}

/* S1.26 */
static void migrate_vma_setup__page_of_ram(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn;

	poke(fx, 0, pattern(0));
	pfn = page_to_pfn(page_at(fx, 0));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], migrate_pfn(pfn) | MIGRATE | WRITE);
	abandon(fx);
}

/* S1.26 */
static void migrate_vma_setup__page_of_ram_not_selected(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	abandon(fx);
}

/*
 * S1.29: somebody else has the lock of the page in the middle
 *
 *	page   0   1   2
 *	       a   b   c        b is locked: src = 0, slot untouched, the others go on
 */
static void migrate_vma_setup__locked_page_is_passed_over(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *b;

	poke_all(fx, 0, 3);
	settle(fx);
	b = page_at(fx, 1);
	get_page(b);
	lock_page(b);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 3, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, fx->src[1], 0ul);
	KUNIT_EXPECT_EQ(test, fx->src[2] & FLAGS, VALID | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	EXPECT_COUNTS(test, b, 2, 1);
	abandon(fx);
	unlock_page(b);
	put_page(b);
	peek_all(fx, 0, 3);
}

/* S1.35: the mm goes on counting the page */
static void migrate_vma_setup__rss_does_not_change(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 3);
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
	abandon(fx);
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
}

/* S1.51: pages that are still in a batch on their way to the LRU are not lost to the migration */
static void migrate_vma_setup__drains_the_lru_batches(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, PAGES);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, PAGES, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, (unsigned long)PAGES);
	for (unsigned int i = 0; i < PAGES; i++) {
		EXPECT_COUNTS(test, src_page(fx, i), 1, 0);
		KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(src_page(fx, i))));
	}
	abandon(fx);
	settle(fx);
	for (unsigned int i = 0; i < PAGES; i++)
		KUNIT_EXPECT_TRUE(test, folio_test_lru(page_folio(page_at(fx, i))));
}

static void poke_there(struct other *other)
{
	poke(other->fx, other->page, other->value);
	complete(&other->go);
	/* stay, so that the batch belongs to this CPU until the test is done with it */
	while (!READ_ONCE(other->flag))
		cond_resched();
}

/* S1.51: also those in the batch of another CPU, by one drain of all */
static void migrate_vma_setup__drains_the_batches_of_all_cpus(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 5, .value = pattern(5)};

	other_start(fx, &other, poke_there);
	wait_for_completion(&other.go);
	KUNIT_ASSERT_EQ(test, setup(fx, 5, 6, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE | WRITE);
	abandon(fx);
	WRITE_ONCE(other.flag, true);
	other_join(&other);
	peek_all(fx, 5, 6);
}

/* S1.51: a page that somebody else took off the LRU stays where it is */
static void migrate_vma_setup__isolated_page_is_restored(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio;

	poke_all(fx, 0, 2);
	settle(fx);
	folio = page_folio(page_at(fx, 0));
	KUNIT_ASSERT_TRUE(test, folio_isolate_lru(folio));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	EXPECT_COUNTS(test, &folio->page, 2, 1);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	abandon(fx);
	folio_putback_lru(folio);
	peek_all(fx, 0, 2);
}

/* S1.55, S1.56, S1.58, S1.59: one more reference, and the page is mapped again before setup returns */
static void migrate_vma_setup__referenced_page_is_restored(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 2);
	settle(fx);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->src[1] & FLAGS, VALID | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 1ul);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_EQ(test, folio_mapcount(page_folio(page)), 1);
	abandon(fx);
	settle(fx);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(page_folio(page)));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	put_page(page);
	peek_all(fx, 0, 2);
}

/* S1.57: a device page with one stranger passes here, and is refused by the exact count of the move */
static void migrate_vma_setup__referenced_device_page_passes(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE | WRITE);
	fx->dst[0] = ram_dst(fx, 0);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | WRITE);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 2, 1);
	put_page(page);
	peek_all(fx, 0, 1);
}

/* S1.56: with two strangers it does not even pass here */
static void migrate_vma_setup__device_page_with_two_strangers(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = page_at(fx, 0);
	get_page(page);
	get_page(page);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	EXPECT_COUNTS(test, page, 3, 1);
	abandon(fx);
	put_page(page);
	put_page(page);
}

/* S1.30: it may be pinned, so it keeps its slot and AnonExclusive */
static void migrate_vma_setup__pinned_page_is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 1);
	settle(fx);
	page = page_at(fx, 0);
	/* as FOLL_PIN leaves it (S0.8) */
	folio_ref_add(page_folio(page), 1024);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	EXPECT_COUNTS(test, page, 1025, 1);
	abandon(fx);
	folio_ref_sub(page_folio(page), 1024);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
}

/* S1.61: what a driver may rely on */
static void migrate_vma_setup__pages_are_the_migrations_alone(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 4);
	KUNIT_ASSERT_EQ(test, to_device(fx, 2, 4), 2);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM | DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 4ul);
	for (unsigned int i = 0; i < 4; i++) {
		struct page *page = src_page(fx, i);

		KUNIT_EXPECT_TRUE(test, PageLocked(page));
		EXPECT_COUNTS(test, page, 1, 0);
		KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(page)));
		KUNIT_EXPECT_FALSE(test, PageAnonExclusive(page));
	}
	abandon(fx);
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page_at(fx, i)));
	peek_all(fx, 0, 4);
}

/* S1.60, S1.62: no entry has a page but does not migrate; cpages counts those that do */
static void migrate_vma_setup__no_entry_in_between(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *held;
	unsigned long n = 0;

	poke_all(fx, 0, 6);
	settle(fx);
	held = page_at(fx, 2);
	get_page(held);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, PAGES, SYSTEM), 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		KUNIT_EXPECT_NE(test, fx->src[i] & (VALID | MIGRATE), VALID);
		n += !!(fx->src[i] & MIGRATE);
	}
	KUNIT_EXPECT_EQ(test, n, (unsigned long)PAGES - 1);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, n);
	abandon(fx);
	put_page(held);
}

static void read_it(struct other *other)
{
	other->value = peek(other->fx, other->page);
}

/* S1.63: a CPU that touches the page waits until the migration is over, and reads its bytes */
static void migrate_vma_setup__cpu_access_waits(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 0};

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	other_start(fx, &other, read_it);
	for (unsigned int i = 0; i < 100; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&other.done));
	abandon(fx);
	other_join(&other);
	KUNIT_EXPECT_EQ(test, other.value, pattern(0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_setup__sends_one_migrate),
	KUNIT_CASE(migrate_vma_setup__callback_sees_the_page_mapped),
	KUNIT_CASE(migrate_vma_setup__entries_are_in_order),
	KUNIT_CASE(migrate_vma_setup__hole_counts_whatever_is_selected),
	KUNIT_CASE(migrate_vma_setup__zero_page_is_a_hole_for_system),
	KUNIT_CASE(migrate_vma_setup__zero_page_is_nothing_otherwise),
	KUNIT_CASE(migrate_vma_setup__device_page_not_selected),
	KUNIT_CASE(migrate_vma_setup__device_page_of_a_stranger),
	KUNIT_CASE(migrate_vma_setup__device_page_of_write_kind),
	KUNIT_CASE(migrate_vma_setup__device_page_of_read_kind),
	KUNIT_CASE(migrate_vma_setup__page_of_ram),
	KUNIT_CASE(migrate_vma_setup__page_of_ram_not_selected),
	KUNIT_CASE(migrate_vma_setup__locked_page_is_passed_over),
	KUNIT_CASE(migrate_vma_setup__rss_does_not_change),
	KUNIT_CASE(migrate_vma_setup__drains_the_lru_batches),
	KUNIT_CASE(migrate_vma_setup__drains_the_batches_of_all_cpus),
	KUNIT_CASE(migrate_vma_setup__isolated_page_is_restored),
	KUNIT_CASE(migrate_vma_setup__referenced_page_is_restored),
	KUNIT_CASE(migrate_vma_setup__referenced_device_page_passes),
	KUNIT_CASE(migrate_vma_setup__device_page_with_two_strangers),
	KUNIT_CASE(migrate_vma_setup__pinned_page_is_refused),
	KUNIT_CASE(migrate_vma_setup__pages_are_the_migrations_alone),
	KUNIT_CASE(migrate_vma_setup__no_entry_in_between),
	KUNIT_CASE(migrate_vma_setup__cpu_access_waits),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_collect",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
