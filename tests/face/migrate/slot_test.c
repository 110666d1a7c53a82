// SPDX-License-Identifier: MIT
/*
 * migrate_vma_setup(): what becomes of single slots, and what a migration entry keeps of the slot that it
 * stands for.
 */
#include "fixture.h"

#define SYSTEM	MIGRATE_VMA_SELECT_SYSTEM
#define DEVICE	MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define MIGRATE MIGRATE_PFN_MIGRATE
#define VALID	MIGRATE_PFN_VALID
#define WRITE	MIGRATE_PFN_WRITE
#define FLAGS	((1ul << MIGRATE_PFN_SHIFT) - 1)

static void abandon(struct fx *fx)
{
	migrate_vma_pages(&fx->args);
	finalize(fx);
}

static struct vm_area_struct *vma_for_write(struct fx *fx)
{
	mmap_write_lock(fx->mm);
	return vma_lookup(fx->mm, fx->base);
}

/*
 * Whether the slot is dirty, without a look at it: collecting a dirty slot marks the folio, so a folio
 * that was clean tells (S1.32). The slot is as before afterwards.
 */
static bool slot_is_dirty(struct fx *fx, unsigned int page)
{
	struct folio *folio = page_folio(page_at(fx, page));
	bool dirty;

	folio_clear_dirty(folio);
	KUNIT_ASSERT_EQ(fx->test, setup(fx, page, page + 1, SYSTEM), 0);
	KUNIT_ASSERT_EQ(fx->test, fx->args.cpages, 1ul);
	dirty = folio_test_dirty(folio);
	abandon(fx);
	return dirty;
}

/* S0.4: what goes in stays, ends but for rounding; what comes out is written whatever was there */
static void migrate_vma_setup__inputs_and_outputs(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct migrate_vma before;

	poke(fx, 0, 1);
	mmap_read_lock(fx->mm);
	args_for(fx, 0, 3, SYSTEM);
	fx->args.cpages = 77;
	fx->args.npages = 99;
	before = fx->args;
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&fx->args), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 3ul);
	KUNIT_EXPECT_EQ(test, fx->args.npages, 3ul);
	KUNIT_EXPECT_PTR_EQ(test, fx->args.vma, before.vma);
	KUNIT_EXPECT_PTR_EQ(test, fx->args.src, before.src);
	KUNIT_EXPECT_PTR_EQ(test, fx->args.dst, before.dst);
	KUNIT_EXPECT_PTR_EQ(test, fx->args.pgmap_owner, before.pgmap_owner);
	KUNIT_EXPECT_PTR_EQ(test, fx->args.fault_page, before.fault_page);
	KUNIT_EXPECT_EQ(test, fx->args.flags, before.flags);
	KUNIT_EXPECT_EQ(test, fx->args.start, before.start);
	KUNIT_EXPECT_EQ(test, fx->args.end, before.end);
	abandon(fx);
}

/* S0.14 */
static void folio_mapping__of_anonymous_memory(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, 1);
	page = page_at(fx, 0);
	KUNIT_EXPECT_NULL(test, folio_mapping(page_folio(page)));
	KUNIT_EXPECT_NOT_NULL(test, page->mapping);
	KUNIT_EXPECT_TRUE(test, PageAnon(page));
}

/* S1.21, S0.13: the same hole, once its VMA has operations */
static void migrate_vma_setup__hole_that_is_not_anonymous(struct kunit *test)
{
	static const struct vm_operations_struct some_ops;
	struct fx *fx = test->priv;

	vma_for_write(fx)->vm_ops = &some_ops;
	mmap_write_unlock(fx->mm);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM | DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, fx->src[i], 0ul);
	abandon(fx);
	vma_for_write(fx)->vm_ops = NULL;
	mmap_write_unlock(fx->mm);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 4, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 4ul);
	abandon(fx);
}

/* S1.23: another migration's page is passed over, and nobody waits for it */
static void migrate_vma_setup__page_under_migration(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long src[2] = {9, 9}, dst[2] = {9, 9};
	struct migrate_vma second;
	struct page *page;

	poke(fx, 0, 1);
	poke(fx, 1, 2);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	page = migrate_pfn_to_page(fx->src[0]);
	second = fx->args;
	second.src = src;
	second.dst = dst;
	second.end = at(fx, 2);
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&second), 0);
	KUNIT_EXPECT_EQ(test, src[0], 0ul);
	KUNIT_EXPECT_EQ(test, src[1] & FLAGS, VALID | MIGRATE | WRITE);
	KUNIT_EXPECT_EQ(test, second.cpages, 1ul);
	EXPECT_COUNTS(test, page, 1, 0);
	migrate_vma_pages(&second);
	migrate_vma_finalize(&second);
	abandon(fx);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 1ull);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 2ull);
}

/* S1.27: a driver's page, which belongs to no mapping */
static void migrate_vma_setup__page_without_a_mapping(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page = alloc_page(GFP_KERNEL);
	struct vm_area_struct *vma;

	KUNIT_ASSERT_NOT_NULL(test, page);
	vma = vma_for_write(fx);
	KUNIT_EXPECT_EQ(test, vm_insert_page(vma, at(fx, 0), page), 0);
	/* that would refuse the whole VMA (S1.3) */
	vm_flags_clear(vma, VM_MIXEDMAP);
	mmap_write_unlock(fx->mm);
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	abandon(fx);
	EXPECT_COUNTS(test, page, 2, 1);
	vm_munmap(fx->base, PAGE_SIZE);
	put_page(page);
}

/* S1.32 */
static void migrate_vma_setup__dirty_slot_marks_the_folio(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio;

	poke(fx, 0, 1);
	folio = page_folio(page_at(fx, 0));
	folio_clear_dirty(folio);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio));
	abandon(fx);
}

/* S1.34, S3.11: dirty goes into the entry and comes out of it */
static void migrate_vma_setup__dirty_survives(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	KUNIT_EXPECT_TRUE(test, slot_is_dirty(fx, 0));
	KUNIT_EXPECT_TRUE(test, slot_is_dirty(fx, 0));
}

/* S3.11: but not if the folio was cleaned on the way */
static void migrate_vma_finalize__clean_folio_gets_a_clean_slot(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	folio_clear_dirty(page_folio(migrate_pfn_to_page(fx->src[0])));
	abandon(fx);
	KUNIT_EXPECT_FALSE(test, slot_is_dirty(fx, 0));
	poke(fx, 0, 2);
	KUNIT_EXPECT_TRUE(test, slot_is_dirty(fx, 0));
}

/* S1.34, S3.13: a device slot has no dirty, so what comes back from the device is clean */
static void migrate_vma_finalize__comes_back_clean(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	KUNIT_EXPECT_TRUE(test, slot_is_dirty(fx, 0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_ASSERT_TRUE(test, evict_pfn(fx, page_to_pfn(page_at(fx, 0))));
	settle(fx);
	KUNIT_EXPECT_FALSE(test, slot_is_dirty(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 1ull);
}

/* A CPU that has a page's translation, and uses it again when told to. */
static void write_twice(struct other *other)
{
	poke(other->fx, other->page, 1);
	complete(&other->go);
	while (!READ_ONCE(other->flag))
		cond_resched();
	poke(other->fx, other->page, 2);
}

/* S1.36, S1.30: no CPU goes on using what it remembers of the slot */
static void migrate_vma_setup__flushes_every_cpu(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 3};
	struct page *from;

	other_start(fx, &other, write_twice);
	wait_for_completion(&other.go);
	KUNIT_ASSERT_EQ(test, setup(fx, 3, 4, SYSTEM), 0);
	KUNIT_ASSERT_EQ(test, fx->args.cpages, 1ul);
	from = migrate_pfn_to_page(fx->src[0]);
	WRITE_ONCE(other.flag, true);
	for (unsigned int i = 0; i < 100; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&other.done));
	fx->dst[0] = ram_dst(fx, 3);
	copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	get_page(from);
	pages(fx);
	/* one stranger: it stays where it is */
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | WRITE);
	finalize(fx);
	other_join(&other);
	KUNIT_EXPECT_EQ(test, peek(fx, 3), 2ull);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 3), from);
	put_page(from);
}

/* S1.52: a device page has no place on the LRU to be taken from: its reference is the collection's */
static void migrate_vma_setup__device_page_needs_no_lru(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	poke(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	page = page_at(fx, 0);
	KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(page)));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE | WRITE);
	EXPECT_COUNTS(test, page, 1, 0);
	abandon(fx);
	KUNIT_EXPECT_FALSE(test, folio_test_lru(page_folio(page)));
	EXPECT_COUNTS(test, page, 1, 1);
}

/* S1.64: neither locked memory nor userfaultfd nor missing rights keep a page where it is */
static void migrate_vma_setup__vmas_that_are_not_refused(struct kunit *test)
{
	static const unsigned long flags[] = {VM_LOCKED, VM_UFFD_MISSING, VM_UFFD_WP};
	struct fx *fx = test->priv;

	poke(fx, 0, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		vm_flags_set(vma_for_write(fx), flags[i]);
		mmap_write_unlock(fx->mm);
		KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
		KUNIT_EXPECT_EQ(test, fx->src[0] & FLAGS, VALID | MIGRATE | WRITE);
		abandon(fx);
		vm_flags_clear(vma_for_write(fx), flags[i]);
		mmap_write_unlock(fx->mm);
	}
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->src[0], MIGRATE);
	abandon(fx);
}

#ifdef __PSIM__
/* S1.1 */
static void migrate_vma_setup__without_the_mmap_lock(struct kunit *test)
{
	struct fx *fx = test->priv;

	mmap_read_lock(fx->mm);
	args_for(fx, 0, 1, SYSTEM);
	mmap_read_unlock(fx->mm);
	kunit_expect_report(test, "&(mm)->mmap_lock is not held");
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	migrate_vma_finalize(&fx->args);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_setup__inputs_and_outputs),
	KUNIT_CASE(folio_mapping__of_anonymous_memory),
	KUNIT_CASE(migrate_vma_setup__hole_that_is_not_anonymous),
	KUNIT_CASE(migrate_vma_setup__page_under_migration),
	KUNIT_CASE(migrate_vma_setup__page_without_a_mapping),
	KUNIT_CASE(migrate_vma_setup__dirty_slot_marks_the_folio),
	KUNIT_CASE(migrate_vma_setup__dirty_survives),
	KUNIT_CASE(migrate_vma_finalize__clean_folio_gets_a_clean_slot),
	KUNIT_CASE(migrate_vma_finalize__comes_back_clean),
	KUNIT_CASE(migrate_vma_setup__flushes_every_cpu),
	KUNIT_CASE(migrate_vma_setup__device_page_needs_no_lru),
	KUNIT_CASE(migrate_vma_setup__vmas_that_are_not_refused),
#ifdef __PSIM__
	KUNIT_CASE(migrate_vma_setup__without_the_mmap_lock),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_slot", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
