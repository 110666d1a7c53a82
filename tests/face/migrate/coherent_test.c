// SPDX-License-Identifier: MIT
/*
 * Device-coherent memory: a device's pages that the CPU maps and uses like its own.
 *
 * A real kernel has such memory only where the platform has; here a case registers some.
 */
#include "fixture.h"

#ifdef __PSIM__

static struct dev *coherent(struct fx *fx)
{
	return fx->dev.priv;
}

static int init(struct kunit *test)
{
	struct dev *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct fx *fx;
	int err = fx_init(test);

	if (err || !dev)
		return err ?: -ENOMEM;
	fx = test->priv;
	fx->dev.priv = dev;
	return dev_register(test, dev, MEMORY_DEVICE_COHERENT);
}

static void finish(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct dev *dev = coherent(fx);

	vm_munmap(fx->base, PAGES * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dev_used(dev), 0);
	dev_unregister(dev);
	fx_exit(test);
}

/* A page of coherent memory for each source; bytes are copied by the CPU. */
static void give_coherent_pages(struct fx *fx)
{
	for (unsigned long i = 0; i < fx->args.npages; i++) {
		struct page *page, *from = migrate_pfn_to_page(fx->src[i]);

		if (!(fx->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		page = dev_alloc(coherent(fx));
		KUNIT_ASSERT_NOT_NULL(fx->test, page);
		if (from)
			copy_highpage(page, from);
		else
			clear_highpage(page);
		fx->dst[i] = migrate_pfn(page_to_pfn(page));
	}
}

static void to_coherent(struct fx *fx, unsigned int first, unsigned int end)
{
	KUNIT_ASSERT_EQ(fx->test, setup(fx, first, end, MIGRATE_VMA_SELECT_SYSTEM), 0);
	give_coherent_pages(fx);
	pages(fx);
	finalize(fx);
}

/* S2.30, S2.14, S3.11: present, writable, with the bytes, without a fault of the driver */
static void migrate_vma__to_coherent_memory(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke_all(fx, 0, 2);
	settle(fx);
	/* the third page is a hole */
	to_coherent(fx, 0, 3);
	page = page_at(fx, 0);
	KUNIT_EXPECT_TRUE(test, is_device_coherent_page(page));
	EXPECT_COUNTS(test, page, 1, 1);
	EXPECT_COUNTS(test, page_at(fx, 2), 1, 1);
	KUNIT_EXPECT_TRUE(test, is_device_coherent_page(page_at(fx, 2)));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0) && writable_at(fx, 2));
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
	peek_all(fx, 0, 2);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 0ull);
	poke(fx, 2, 5);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 5ull);
	KUNIT_EXPECT_EQ(test, coherent(fx)->faults, 0);
}

/* S1.26 */
static void migrate_vma_setup__coherent_page_needs_its_flag_and_owner(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	page = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	/* the fixture's pagemap_owner is the other device */
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_DEVICE_COHERENT), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	EXPECT_COUNTS(test, page, 1, 1);
	mmap_read_lock(fx->mm);
	args_for(fx, 0, 1, MIGRATE_VMA_SELECT_DEVICE_COHERENT);
	fx->args.pgmap_owner = coherent(fx);
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&fx->args), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0],
			migrate_pfn(page_to_pfn(page)) | MIGRATE_PFN_MIGRATE | MIGRATE_PFN_WRITE);
	finalize(fx);
}

/* S4.14 */
static void migrate_device_coherent_folio__moves_it_to_ram(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_EXPECT_EQ(test, migrate_device_coherent_folio(page_folio(page)), 0);
	settle(fx);
	KUNIT_EXPECT_EQ(test, coherent(fx)->frees, 1);
	KUNIT_EXPECT_FALSE(test, is_zone_device_page(page_at(fx, 0)));
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S4.14 */
static void migrate_device_coherent_folio__busy(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	page = page_at(fx, 0);
	get_page(page);
	get_page(page);
	KUNIT_EXPECT_EQ(test, migrate_device_coherent_folio(page_folio(page)), -EBUSY);
	EXPECT_COUNTS(test, page, 2, 1);
	put_page(page);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S4.14: a pin for long takes the page to RAM first; one for short pins it where it is */
static void pin_user_pages__longterm_leaves_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = NULL;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, pin_user_pages(at(fx, 0), 1, FOLL_WRITE, &page), 1l);
	KUNIT_EXPECT_TRUE(test, is_device_coherent_page(page));
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, pin_user_pages(at(fx, 0), 1, FOLL_WRITE | FOLL_LONGTERM, &page), 1l);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_FALSE(test, is_zone_device_page(page));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_EQ(test, coherent(fx)->frees, 1);
	unpin_user_page(page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* Somebody else holds the page, so it cannot leave; what was pinned with it is not pinned any more. */
static void pin_user_pages__longterm_of_a_held_page(struct kunit *test)
{
	struct page *page, *got[2] = {};
	struct fx *fx = test->priv;

	poke_all(fx, 0, 2);
	settle(fx);
	to_coherent(fx, 1, 2);
	page = page_at(fx, 1);
	get_page(page);
	KUNIT_EXPECT_EQ(test,
			pin_user_pages_unlocked(at(fx, 0), 2, got, FOLL_WRITE | FOLL_LONGTERM),
			(long)-EBUSY);
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
	EXPECT_COUNTS(test, page, 2, 1);
	put_page(page);
	KUNIT_EXPECT_EQ(test,
			pin_user_pages_unlocked(at(fx, 0), 2, got, FOLL_WRITE | FOLL_LONGTERM), 2l);
	KUNIT_EXPECT_FALSE(test, is_zone_device_page(got[1]));
	unpin_user_pages(got, 2);
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(at(fx, 8), 1, got, FOLL_LONGTERM), 1l);
	unpin_user_page(got[0]);
	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, 8), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, pin_user_pages_unlocked(at(fx, 8), 1, got, FOLL_LONGTERM),
			(long)-EFAULT);
	peek_all(fx, 0, 2);
}

/* S7.16 */
static void hmm_range_fault__coherent_page_of_anybody(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	page = page_at(fx, 0);
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, NULL),
			HMM_PFN_VALID | HMM_PFN_WRITE | page_to_pfn(page));
	KUNIT_EXPECT_EQ(test, snapshot(fx, 0, &fx->dev),
			HMM_PFN_VALID | HMM_PFN_WRITE | page_to_pfn(page));
}

/* S6.43: like a page of RAM */
static void fork__coherent_page_is_copied_on_write(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	to_coherent(fx, 0, 1);
	page = page_at(fx, 0);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	EXPECT_COUNTS(test, page, 2, 2);
	fx->mm = current->mm = child;
	poke(fx, 0, 1);
	KUNIT_EXPECT_FALSE(test, is_zone_device_page(page_at(fx, 0)));
	fx->mm = current->mm = parent;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	EXPECT_COUNTS(test, page, 1, 1);
	poke(fx, 0, 2);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma__to_coherent_memory),
	KUNIT_CASE(migrate_vma_setup__coherent_page_needs_its_flag_and_owner),
	KUNIT_CASE(migrate_device_coherent_folio__moves_it_to_ram),
	KUNIT_CASE(migrate_device_coherent_folio__busy),
	KUNIT_CASE(pin_user_pages__longterm_leaves_the_device),
	KUNIT_CASE(pin_user_pages__longterm_of_a_held_page),
	KUNIT_CASE(hmm_range_fault__coherent_page_of_anybody),
	KUNIT_CASE(fork__coherent_page_is_copied_on_write),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-coherent",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);

#endif /* __PSIM__ */
