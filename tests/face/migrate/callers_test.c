// SPDX-License-Identifier: MIT
/* Faults by who causes them: under which lock, and with which flags, a driver hears of each. */
#include "fixture.h"

static void poke_it(struct other *other)
{
	poke(other->fx, other->page, other->value);
}

/* S6.2: ordinary faults do with the VMA's lock, whoever has the mmap lock */
static void fault__does_not_wait_for_the_mmap_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other first = {.page = 3, .value = pattern(3)}, second = {.page = 4, .value = 4};
	struct vm_area_struct *vma;

	poke(fx, 0, 1);
	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	other_start(fx, &first, poke_it);
	other_join(&first);
	/* but for a writer of the VMA it waits */
	vma_start_write(vma);
	other_start(fx, &second, poke_it);
	for (unsigned int i = 0; i < 100; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&second.done));
	mmap_write_unlock(fx->mm);
	other_join(&second);
	peek_all(fx, 3, 4);
	KUNIT_EXPECT_EQ(test, peek(fx, 4), 4ull);
}

/* ---- who asks ------------------------------------------------------------------------------------------- */

static unsigned int flags_seen;
static unsigned long address_seen;

static void note_flags(struct dev *dev, struct vm_fault *vmf)
{
	flags_seen = vmf->flags;
	address_seen = vmf->address;
}

/* S6.60, S7.30: whoever asks, the page's address is in vmf->address, and the mmap lock is held */
static void fault__by_cpu_pin_and_hmm(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long entry = HMM_PFN_REQ_FAULT;
	struct hmm_range range = {
		.start = at(fx, 0),
		.end = at(fx, 1),
		.hmm_pfns = &entry,
		.pfn_flags_mask = HMM_PFN_REQ_FAULT,
	};
	struct page *page;

	fx->dev.in_fault = note_flags;
	one_on_device(fx);
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_TRUE(test, flags_seen & FAULT_FLAG_ALLOW_RETRY);
	KUNIT_EXPECT_EQ(test, address_seen, at(fx, 0));

	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	address_seen = 0;
	mmap_read_lock(fx->mm);
	KUNIT_ASSERT_EQ(test, get_user_pages(at(fx, 0) + 9, 1, 0, &page), 1l);
	mmap_read_unlock(fx->mm);
	put_page(page);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 2);
	KUNIT_EXPECT_FALSE(test, flags_seen & FAULT_FLAG_ALLOW_RETRY);
	KUNIT_EXPECT_EQ(test, address_seen, at(fx, 0));

	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	address_seen = 0;
	fx_watch(fx);
	range.notifier = &fx->sub;
	range.notifier_seq = mmu_interval_read_begin(&fx->sub);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), -EBUSY);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 3);
	KUNIT_EXPECT_FALSE(test, flags_seen & FAULT_FLAG_ALLOW_RETRY);
	KUNIT_EXPECT_TRUE(test, flags_seen & FAULT_FLAG_REMOTE);
	KUNIT_EXPECT_EQ(test, address_seen, at(fx, 0));
	peek_all(fx, 0, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__does_not_wait_for_the_mmap_lock),
	KUNIT_CASE(fault__by_cpu_pin_and_hmm),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_callers", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
