// SPDX-License-Identifier: MIT
/* migrate_vma_setup(): which arguments it refuses, and what it leaves alone then (S1.a). */
#include "fixture.h"

#define CANARY 0xa5a5a5a5a5a5a5a5ul

/* The memory as one range, the arrays full of canaries, the notifier listening. */
static struct fx *prepare(struct kunit *test)
{
	struct fx *fx = test->priv;

	fx_watch(fx);
	mmap_read_lock(fx->mm);
	args_for(fx, 0, PAGES, MIGRATE_VMA_SELECT_SYSTEM);
	fx->args.cpages = CANARY;
	fx->args.npages = CANARY;
	return fx;
}

/* S1.8 */
static void expect_refused(struct kunit *test, struct fx *fx)
{
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), -EINVAL);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, CANARY);
	KUNIT_EXPECT_EQ(test, fx->args.npages, CANARY);
	for (unsigned int i = 0; i <= PAGES; i++) {
		KUNIT_EXPECT_EQ(test, fx->src[i], CANARY);
		KUNIT_EXPECT_EQ(test, fx->dst[i], CANARY);
	}
	KUNIT_EXPECT_EQ(test, fx->events, 0);
}

static void end_of_good_setup(struct fx *fx)
{
	migrate_vma_finalize(&fx->args);
	mmap_read_unlock(fx->mm);
}

/* S1.3, S1.8 */
static void migrate_vma_setup__no_vma(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.vma = NULL;
	expect_refused(test, fx);
}

static void refuse_flag(struct kunit *test, unsigned long flag)
{
	struct fx *fx = test->priv;

	mmap_write_lock(fx->mm);
	vm_flags_set(vma_lookup(fx->mm, fx->base), flag);
	mmap_write_unlock(fx->mm);
	expect_refused(test, prepare(test));
	mmap_write_lock(fx->mm);
	vm_flags_clear(vma_lookup(fx->mm, fx->base), flag);
	mmap_write_unlock(fx->mm);
}

/* S1.3 */
static void migrate_vma_setup__vm_io(struct kunit *test)
{
	refuse_flag(test, VM_IO);
}

/* S1.3 */
static void migrate_vma_setup__vm_dontexpand(struct kunit *test)
{
	refuse_flag(test, VM_DONTEXPAND);
}

/* S1.3 */
static void migrate_vma_setup__vm_pfnmap(struct kunit *test)
{
	refuse_flag(test, VM_PFNMAP);
}

/* S1.3 */
static void migrate_vma_setup__vm_mixedmap(struct kunit *test)
{
	refuse_flag(test, VM_MIXEDMAP);
}

/* S1.4 */
static void migrate_vma_setup__empty_range(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.end = fx->args.start;
	expect_refused(test, fx);
}

/* S1.4: less than a page apart, though the rounded ends differ */
static void migrate_vma_setup__less_than_a_page(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = fx->base + PAGE_SIZE - 8;
	fx->args.end = fx->base + PAGE_SIZE + 8;
	expect_refused(test, fx);
}

/* S1.2: rounded down in the caller's structure, also by a call that fails */
static void migrate_vma_setup__rounds_both_ends_down(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.src = NULL;
	fx->args.start = fx->base + PAGE_SIZE + 12;
	fx->args.end = fx->base + 3 * PAGE_SIZE + 4000;
	expect_refused(test, fx);
	KUNIT_EXPECT_EQ(test, fx->args.start, fx->base + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fx->args.end, fx->base + 3 * PAGE_SIZE);
}

/* S1.5 */
static void migrate_vma_setup__starts_below_the_vma(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = fx->args.vma->vm_start - PAGE_SIZE;
	expect_refused(test, fx);
}

/* S1.5 */
static void migrate_vma_setup__ends_above_the_vma(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.end = fx->args.vma->vm_end + PAGE_SIZE;
	expect_refused(test, fx);
}

/* S1.5: all of it behind the VMA */
static void migrate_vma_setup__outside_of_the_vma(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = fx->args.vma->vm_end;
	fx->args.end = fx->args.vma->vm_end + PAGE_SIZE;
	expect_refused(test, fx);
}

/*
 * S1.5: a range over two VMAs
 *
 *	0 ....... 7 8 ....... 15
 *	[ VMA one  ][ VMA two  ]     (the second one must not be copied to children)
 *	     [ range ]
 */
static void migrate_vma_setup__spans_two_vmas(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long two = vm_mmap(NULL, at(fx, 8), 8 * PAGE_SIZE, PROT_READ,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);

	KUNIT_ASSERT_EQ(test, two, at(fx, 8));
	prepare(test);
	fx->args.start = at(fx, 6);
	fx->args.end = at(fx, 10);
	expect_refused(test, fx);
}

/* S1.6 */
static void migrate_vma_setup__no_src(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.src = NULL;
	expect_refused(test, fx);
}

/* S1.6 */
static void migrate_vma_setup__no_dst(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.dst = NULL;
	expect_refused(test, fx);
}

/* S1.7 */
static void migrate_vma_setup__fault_page_of_ram(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct fx *fx = prepare(test);

	KUNIT_ASSERT_NOT_NULL(test, page);
	lock_page(page);
	fx->args.fault_page = page;
	expect_refused(test, fx);
	unlock_page(page);
	__free_page(page);
}

/* S1.7 */
static void migrate_vma_setup__fault_page_not_locked(struct kunit *test)
{
	struct fx *fx = prepare(test);
	struct page *page = dev_alloc(&fx->dev);

	KUNIT_ASSERT_NOT_NULL(test, page);
	unlock_page(page);
	fx->args.fault_page = page;
	expect_refused(test, fx);
	put_page(page);
}

/* S1.7, the other side: locked and device-private is fine, wherever it is mapped */
static void migrate_vma_setup__fault_page_locked(struct kunit *test)
{
	struct fx *fx = prepare(test);
	struct page *page = dev_alloc(&fx->dev);

	KUNIT_ASSERT_NOT_NULL(test, page);
	fx->args.fault_page = page;
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	end_of_good_setup(fx);
	unlock_page(page);
	put_page(page);
}

/* S1.9: src is zeroed for the range and no further; dst gets 0 for what was looked at */
static void migrate_vma_setup__writes_exactly_the_range(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.end = at(fx, 5);
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	for (unsigned int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, fx->dst[i], 0ul);
	KUNIT_EXPECT_EQ(test, fx->src[5], CANARY);
	KUNIT_EXPECT_EQ(test, fx->dst[5], CANARY);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 5ul);
	end_of_good_setup(fx);
}

/* S1.13 */
static void migrate_vma_setup__counts_what_it_looked_at(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = at(fx, 2);
	fx->args.end = at(fx, 9);
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	KUNIT_EXPECT_EQ(test, fx->args.npages, 7ul);
	KUNIT_EXPECT_EQ(test, fx->args.start, at(fx, 2));
	KUNIT_EXPECT_EQ(test, fx->args.end, at(fx, 9));
	end_of_good_setup(fx);
}

/* S1.11: no flag at all is accepted, and holes count all the same */
static void migrate_vma_setup__no_flags(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.flags = 0;
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, (unsigned long)PAGES);
	end_of_good_setup(fx);
}

#ifdef __PSIM__
/* S1.4: both ends inside the VMA, but the wrong way round: a kernel would clear 2^52 entries */
static void migrate_vma_setup__reversed_range_is_reported(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = at(fx, 8);
	fx->args.end = at(fx, 4);
	kunit_expect_halt(test, "S1.4");
	migrate_vma_setup(&fx->args);
	KUNIT_FAIL(test, "migrate_vma_setup() came back");
}

/*
 * S1.10: start unaligned, end aligned
 *
 *	   start+8          end
 *	[  |---- 1.99 ----- |      1 entry by the count, 2 by the rounded ends
 */
static void migrate_vma_setup__one_entry_too_many_is_reported(struct kunit *test)
{
	struct fx *fx = prepare(test);

	fx->args.start = at(fx, 4) + 8;
	fx->args.end = at(fx, 6);
	kunit_expect_report(test, "S1.10");
	KUNIT_EXPECT_EQ(test, migrate_vma_setup(&fx->args), 0);
	end_of_good_setup(fx);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(migrate_vma_setup__no_vma),
	KUNIT_CASE(migrate_vma_setup__vm_io),
	KUNIT_CASE(migrate_vma_setup__vm_dontexpand),
	KUNIT_CASE(migrate_vma_setup__vm_pfnmap),
	KUNIT_CASE(migrate_vma_setup__vm_mixedmap),
	KUNIT_CASE(migrate_vma_setup__empty_range),
	KUNIT_CASE(migrate_vma_setup__less_than_a_page),
	KUNIT_CASE(migrate_vma_setup__rounds_both_ends_down),
	KUNIT_CASE(migrate_vma_setup__starts_below_the_vma),
	KUNIT_CASE(migrate_vma_setup__ends_above_the_vma),
	KUNIT_CASE(migrate_vma_setup__outside_of_the_vma),
	KUNIT_CASE(migrate_vma_setup__spans_two_vmas),
	KUNIT_CASE(migrate_vma_setup__no_src),
	KUNIT_CASE(migrate_vma_setup__no_dst),
	KUNIT_CASE(migrate_vma_setup__fault_page_of_ram),
	KUNIT_CASE(migrate_vma_setup__fault_page_not_locked),
	KUNIT_CASE(migrate_vma_setup__fault_page_locked),
	KUNIT_CASE(migrate_vma_setup__writes_exactly_the_range),
	KUNIT_CASE(migrate_vma_setup__counts_what_it_looked_at),
	KUNIT_CASE(migrate_vma_setup__no_flags),
#ifdef __PSIM__
	KUNIT_CASE(migrate_vma_setup__reversed_range_is_reported),
	KUNIT_CASE(migrate_vma_setup__one_entry_too_many_is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_setup_args",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
