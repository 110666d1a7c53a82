// SPDX-License-Identifier: MIT
/* migrate_vma_finalize(): what is mapped, unlocked, put, and in which order (S3). */
#include "fixture.h"

#define SYSTEM	MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define MIGRATE MIGRATE_PFN_MIGRATE

/* S3.1, S3.14 */
static void migrate_vma_finalize__changes_no_entry_and_sends_nothing(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src[4], dst[4], cpages;

	poke_all(fx, 0, 3);
	fx_watch(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM), 0);
	give_device_pages(fx);
	pages(fx);
	log_clear(fx);
	memcpy(src, fx->src, sizeof(src));
	memcpy(dst, fx->dst, sizeof(dst));
	cpages = fx->args.cpages;
	finalize(fx);
	KUNIT_EXPECT_MEMEQ(test, fx->src, src, sizeof(src));
	KUNIT_EXPECT_MEMEQ(test, fx->dst, dst, sizeof(dst));
	KUNIT_EXPECT_EQ(test, fx->args.cpages, cpages);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	/* three pages, and the hole that was filled */
	KUNIT_EXPECT_EQ(test, rss(fx), 4ul);
}

/* S0.6, S0.7, S3.7: system to device, step by step */
static void migrate_vma_finalize__ledger_to_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *from, *to;

	poke_all(fx, 0, 1);
	settle(fx);
	from = page_at(fx, 0);
	EXPECT_COUNTS(test, from, 1, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	EXPECT_COUNTS(test, from, 1, 0);
	give_device_pages(fx);
	to = migrate_pfn_to_page(fx->dst[0]);
	EXPECT_COUNTS(test, to, 1, 0);
	pages(fx);
	EXPECT_COUNTS(test, from, 1, 0);
	EXPECT_COUNTS(test, to, 1, 0);
	/* see what becomes of it */
	get_page(from);
	finalize(fx);
	EXPECT_COUNTS(test, from, 1, 0);
	EXPECT_COUNTS(test, to, 1, 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(from));
	KUNIT_EXPECT_FALSE(test, PageLocked(to));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(to));
	put_page(from);
}

/* S3.2: a hole that could not be filled, a stray page */
static void migrate_vma_finalize__frees_unused_destinations(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long pfn;

	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	pfn = fx->dst[0] >> MIGRATE_PFN_SHIFT;
	fx->src[0] = 0;
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.last_freed, pfn);
	KUNIT_EXPECT_NULL(test, page_at(fx, 0));
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

/* S3.3: nothing was moved: the source is mapped again, on the LRU, unlocked, with its bytes */
static void migrate_vma_finalize__restores_the_source(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 1);
	page = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	settle(fx);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(page_folio(page)));
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	peek_all(fx, 0, 1);
}

/* What folio_free() saw of the destination, by its lock. */
static struct page *watched;
static bool was_locked;

static void free_and_look(struct folio *folio)
{
	struct dev *dev = container_of(page_pgmap(&folio->page), struct dev, pgmap);

	was_locked = PageLocked(watched);
	dev->used[folio_pfn(folio) - dev->first] = false;
	dev->frees++;
}

/* S3.5: the source is released while the destination is still locked */
static void migrate_vma_finalize__frees_the_source_first(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct dev_pagemap_ops ops = *fx->dev.pgmap.ops;

	ops.folio_free = free_and_look;
	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.pgmap.ops = &ops;
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	fx->dst[0] = ram_dst(fx, 0);
	copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	watched = migrate_pfn_to_page(fx->dst[0]);
	pages(fx);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_TRUE(test, was_locked);
	KUNIT_EXPECT_FALSE(test, PageLocked(watched));
	peek_all(fx, 0, 1);
}

/* S3.6, S3.8: the fault page loses the migration's reference only, and stays locked */
static void keeps_the_fault_page(struct dev *dev, struct vm_fault *vmf)
{
	struct fx *fx = dev->priv;
	struct folio *folio = page_folio(vmf->page);
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.src = &src,
		.dst = &dst,
		.start = vmf->address,
		.end = vmf->address + PAGE_SIZE,
		.pgmap_owner = dev,
		.flags = DEVICE,
		.fault_page = vmf->page,
	};

	EXPECT_COUNTS(fx->test, vmf->page, 2, 1);
	KUNIT_EXPECT_EQ(fx->test, migrate_vma_setup(&args), 0);
	/* S1.61 */
	EXPECT_COUNTS(fx->test, vmf->page, 2, 0);
	dst = ram_dst(fx, 0);
	copy_page_bytes(dev, dst, src);
	migrate_vma_pages(&args);
	/* S2.33: two are right here */
	KUNIT_EXPECT_TRUE(fx->test, src & MIGRATE);
	migrate_vma_finalize(&args);
	EXPECT_COUNTS(fx->test, vmf->page, 1, 0);
	KUNIT_EXPECT_TRUE(fx->test, folio_test_locked(folio));
	KUNIT_EXPECT_EQ(fx->test, dev->frees, 0);
	/* the fixture would go on with its own migration */
	dev->fault_result = VM_FAULT_NOPAGE;
}

/* S3.6, S3.8, S1.56: device to system by a CPU fault */
static void migrate_vma_finalize__ledger_of_the_fault_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.priv = fx;
	fx->dev.in_fault = keeps_the_fault_page;
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	settle(fx);
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
}

/* S3.11, S3.13: what could be written before can be written after, there and back */
static void migrate_vma_finalize__write_survives(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page_at(fx, 0)));
}

/* S3.12: read-only but exclusive: the flag survives, so that a later write needs no copy */
static void migrate_vma_finalize__exclusive_survives_read_only(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	page = page_at(fx, 0);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
}

/* S3.14: there and back counts nothing */
static void migrate_vma_finalize__rss_is_the_same(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 5);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 5), 5);
	KUNIT_EXPECT_EQ(test, rss(fx), 5ul);
	peek_all(fx, 0, 5);
	KUNIT_EXPECT_EQ(test, rss(fx), 5ul);
}

/* S3.17: finalize right after setup restores everything, if there is no destination */
static void migrate_vma_finalize__as_abort(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 3);
	page = page_at(fx, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 5, SYSTEM), 0);
	finalize(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 1), page);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 1));
	KUNIT_EXPECT_NULL(test, page_at(fx, 3));
	peek_all(fx, 0, 3);
}

#ifdef __PSIM__
/* S3.17: but with a destination it would map a page whose mapping never moved */
static void migrate_vma_finalize__unmoved_destination_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	kunit_expect_report(test, "S3.17");
	finalize(fx);
	peek_all(fx, 0, 1);
}

/* A driver that hands out the fault page as a destination; here for a hole beside it. */
static void offer_fault_page(struct dev *dev, struct vm_fault *vmf)
{
	struct fx *fx = dev->priv;
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.src = &src,
		.dst = &dst,
		.start = at(fx, 1),
		.end = at(fx, 2),
		.pgmap_owner = dev,
		.flags = DEVICE,
		.fault_page = vmf->page,
	};

	KUNIT_EXPECT_EQ(fx->test, migrate_vma_setup(&args), 0);
	src = 0;
	dst = migrate_pfn(page_to_pfn(vmf->page));
	/* what finalize takes away is the fault's, which goes on needing it */
	get_page(vmf->page);
	kunit_expect_report(fx->test, "WARN");
	migrate_vma_finalize(&args);
	lock_page(vmf->page);
}

/* S3.9 */
static void migrate_vma_finalize__onto_the_fault_page_warns(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.priv = fx;
	fx->dev.in_fault = offer_fault_page;
	peek_all(fx, 0, 1);
}

/* S2.5: a destination that is not locked */
static void migrate_vma_pages__unlocked_destination_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	unlock_page(migrate_pfn_to_page(fx->dst[0]));
	kunit_expect_report(test, "the destination page is not locked");
	pages(fx);
	lock_page(migrate_pfn_to_page(fx->dst[0]));
	finalize(fx);
	peek_all(fx, 0, 1);
}

/* S2.5: a source that setup did not give */
static void migrate_vma_pages__foreign_source_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src;

	poke_all(fx, 0, 2);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	src = fx->src[1];
	fx->src[1] = fx->src[0];
	kunit_expect_report(test, "S2.5");
	pages(fx);
	fx->src[1] = src & ~MIGRATE;
	finalize(fx);
	peek_all(fx, 0, 2);
}

/* S2.5: a destination that was given back already */
static void migrate_device_pages__free_destination_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src = 0, dst = migrate_pfn(fx->dev.first);

	kunit_expect_report(test, "the destination page is free");
	migrate_device_pages(&src, &dst, 1);
}

/* S2.5: another destination than the one that was moved to */
static void migrate_vma_finalize__changed_destination_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long dst;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	give_device_pages(fx);
	pages(fx);
	dst = fx->dst[0];
	/* as if the driver had lost it: finalize maps the source again */
	fx->dst[0] = 0;
	kunit_expect_report(test, "the destination changed after the move");
	finalize(fx);
	unlock_page(migrate_pfn_to_page(dst));
	put_page(migrate_pfn_to_page(dst));
	peek_all(fx, 0, 1);
}

/* S2.5: the same destination twice */
static void migrate_vma_pages__destination_used_twice_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 1, 2, SYSTEM), 0);
	mmap_read_unlock(fx->mm);
	fx->dst[0] = migrate_pfn(page_to_pfn(page_at(fx, 0)));
	mmap_read_lock(fx->mm);
	lock_page(migrate_pfn_to_page(fx->dst[0]));
	kunit_expect_report(test, "in use already");
	fx->src[0] = 0;
	pages(fx);
	unlock_page(migrate_pfn_to_page(fx->dst[0]));
	fx->dst[0] = 0;
	finalize(fx);
	peek_all(fx, 0, 1);
}

/* A driver that forgets about a migration leaves locked pages and entries that nobody turns back. */
static void migrate_vma_setup__never_finalized_is_reported(struct kunit *test)
{
	struct fx *fx = test->priv;

	/* holes alone: they hold nothing that would block the end of this test */
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, SYSTEM), 0);
	mmap_read_unlock(fx->mm);
	kunit_expect_report(test, "was never finalized");
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_finalize__changes_no_entry_and_sends_nothing),
	KUNIT_CASE(migrate_vma_finalize__ledger_to_the_device),
	KUNIT_CASE(migrate_vma_finalize__frees_unused_destinations),
	KUNIT_CASE(migrate_vma_finalize__restores_the_source),
	KUNIT_CASE(migrate_vma_finalize__frees_the_source_first),
	KUNIT_CASE(migrate_vma_finalize__ledger_of_the_fault_page),
	KUNIT_CASE(migrate_vma_finalize__write_survives),
	KUNIT_CASE(migrate_vma_finalize__exclusive_survives_read_only),
	KUNIT_CASE(migrate_vma_finalize__rss_is_the_same),
	KUNIT_CASE(migrate_vma_finalize__as_abort),
#ifdef __PSIM__
	KUNIT_CASE(migrate_vma_finalize__unmoved_destination_is_reported),
	KUNIT_CASE(migrate_vma_finalize__onto_the_fault_page_warns),
	KUNIT_CASE(migrate_vma_pages__unlocked_destination_is_reported),
	KUNIT_CASE(migrate_vma_pages__foreign_source_is_reported),
	KUNIT_CASE(migrate_device_pages__free_destination_is_reported),
	KUNIT_CASE(migrate_vma_finalize__changed_destination_is_reported),
	KUNIT_CASE(migrate_vma_pages__destination_used_twice_is_reported),
	KUNIT_CASE(migrate_vma_setup__never_finalized_is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_finalize",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
