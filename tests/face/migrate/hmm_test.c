// SPDX-License-Identifier: MIT
/* hmm_range_fault(): snapshots and faults (S7). */
#include "fixture.h"

#define VALID	  HMM_PFN_VALID
#define WRITABLE  HMM_PFN_WRITE
#define ERROR	  HMM_PFN_ERROR
#define REQ	  HMM_PFN_REQ_FAULT
#define REQ_WRITE (HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE)
#define STICKY	  (HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS)

static unsigned long pfns[PAGES];

/* One question about [first, end), of the device's owner. */
static struct hmm_range question(struct fx *fx, unsigned int first, unsigned int end)
{
	if (!fx->watching)
		fx_watch(fx);
	memset(pfns, 0, sizeof(pfns));
	return (struct hmm_range){
		.notifier = &fx->sub,
		.start = at(fx, first),
		.end = at(fx, end),
		.hmm_pfns = pfns,
		.dev_private_owner = &fx->dev,
	};
}

/* As drivers do: again, as long as it was interrupted. */
static int ask(struct fx *fx, struct hmm_range *range)
{
	int err;

	do {
		range->notifier_seq = mmu_interval_read_begin(range->notifier);
		mmap_read_lock(fx->mm);
		err = hmm_range_fault(range);
		mmap_read_unlock(fx->mm);
	} while (err == -EBUSY);
	return err;
}

static unsigned long pfn_at(struct fx *fx, unsigned int page)
{
	return page_to_pfn(page_at(fx, page));
}

/* ---- requests -------------------------------------------------------------------------------------- */

/*
 * S7.5, S7.10, S7.11, S7.12, S7.14: nothing asked, nothing faulted
 *
 *	page   0      1      2        3
 *	slot   ram    zero   device   -
 */
static void hmm_range_fault__snapshot(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke(fx, 0, 1);
	poke(fx, 2, 2);
	KUNIT_ASSERT_EQ(test, to_device(fx, 2, 3), 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 0ull);
	range = question(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_EQ(test, pfns[1] & HMM_PFN_FLAGS, VALID);
	KUNIT_EXPECT_TRUE(test, is_zero_page(hmm_pfn_to_page(pfns[1])));
	KUNIT_EXPECT_EQ(test, pfns[2] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_TRUE(test, dev_owns(&fx->dev, hmm_pfn_to_page(pfns[2])));
	KUNIT_EXPECT_EQ(test, pfns[3], 0ul);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_EQ(test, hmm_pfn_to_map_order(pfns[0]), 0);
}

/* S7.4: three bits of the input stay, whatever else was in there */
static void hmm_range_fault__keeps_the_sticky_bits(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 4);

	poke(fx, 0, 1);
	pfns[0] = ~0ul;
	pfns[1] = STICKY | ERROR | 0x1234;
	pfns[2] = HMM_PFN_P2PDMA;
	pfns[3] = WRITABLE | 5;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], STICKY | VALID | WRITABLE | pfn_at(fx, 0));
	KUNIT_EXPECT_EQ(test, pfns[1], STICKY);
	KUNIT_EXPECT_EQ(test, pfns[2], HMM_PFN_P2PDMA);
	KUNIT_EXPECT_EQ(test, pfns[3], 0ul);
}

/* S7.5: default_flags ask for every page */
static void hmm_range_fault__default_flags_fault_all(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 3);

	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	for (unsigned int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, pfns[i] & HMM_PFN_FLAGS, VALID);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

/* S7.5: entries count only as far as the mask lets them */
static void hmm_range_fault__mask_hides_requests(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 2);

	poke(fx, 2, 1); /* a table: in a span without one all pages are faulted if any is */
	pfns[0] = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
	pfns[1] = REQ_WRITE;
	range.pfn_flags_mask = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
	KUNIT_EXPECT_EQ(test, pfns[1] & HMM_PFN_FLAGS, VALID | WRITABLE);
}

/* S7.5: REQ_WRITE alone asks for nothing */
static void hmm_range_fault__write_without_fault(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 1);

	range.default_flags = HMM_PFN_REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
}

/* S7.6: a write fault where reading would do, and the other way round */
static void hmm_range_fault__write_needs_a_writable_slot(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	range = question(fx, 0, 1);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_TRUE(test, is_zero_page(hmm_pfn_to_page(pfns[0])));
	range.default_flags = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_FALSE(test, is_zero_page(hmm_pfn_to_page(pfns[0])));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* ---- device pages ------------------------------------------------------------------------------------- */

/* S7.14: the asker's own read-kind page stays as it is, although writing was asked for */
static void hmm_range_fault__own_read_only_page_does_not_fault(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	range = question(fx, 0, 1);
	range.default_flags = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID);
	KUNIT_EXPECT_TRUE(test, dev_owns(&fx->dev, hmm_pfn_to_page(pfns[0])));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
}

/* S7.15 */
static void hmm_range_fault__strangers_page_comes_back_if_asked_for(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	range = question(fx, 0, 1);
	range.dev_private_owner = fx;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	peek_all(fx, 0, 1);
}

/* S7.15: no owner at all: every device page is a stranger's; this is how a range is evicted */
static void hmm_range_fault__without_owner_evicts(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 4);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 4), 4);
	range = question(fx, 0, 4);
	range.dev_private_owner = NULL;
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
	peek_all(fx, 0, 4);
}

/*
 * S7.31: from the first page that needs it, everything in the table is faulted
 *
 *	page   0      1        2
 *	slot   -      device   -
 *	asked  yes    no       no
 */
static void hmm_range_fault__faults_to_the_end_of_the_table(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke(fx, 1, pattern(1));
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 2), 1);
	range = question(fx, 0, 3);
	range.pfn_flags_mask = REQ_WRITE;
	pfns[0] = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_FALSE(test, dev_owns(&fx->dev, hmm_pfn_to_page(pfns[1])));
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
}

/*
 * Where there is no table, one request faults the whole span, as the greediest page asks
 *
 *	page   0     1      2       3
 *	asked  no    read   write   no
 */
static void hmm_range_fault__faults_all_of_a_hole(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 4);

	range.pfn_flags_mask = REQ_WRITE;
	pfns[1] = REQ;
	pfns[2] = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, pfns[i] & (VALID | WRITABLE), VALID | WRITABLE);
}

static void read_it(struct other *other)
{
	other->value = peek(other->fx, other->page);
}

static void ask_for_it(struct other *other)
{
	struct hmm_range range = question(other->fx, 0, 1);

	range.default_flags = REQ;
	other->flag = ask(other->fx, &range) == 0;
	other->value = pfns[0];
}

/* S7.17: a page under migration: waited for if asked for, 0 otherwise */
static void hmm_range_fault__migration_entry(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {}, reader = {};
	struct hmm_range range;

	poke_all(fx, 0, 1);
	range = question(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	range.notifier_seq = mmu_interval_read_begin(&fx->sub);
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
	other_start(fx, &other, ask_for_it);
	other_start(fx, &reader, read_it);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&other.done));
	pages(fx);
	finalize(fx);
	other_join(&other);
	other_join(&reader);
	KUNIT_EXPECT_TRUE(test, other.flag);
	KUNIT_EXPECT_EQ(test, other.value, VALID | WRITABLE | pfn_at(fx, 0));
	KUNIT_EXPECT_EQ(test, reader.value, pattern(0));
}

/* ---- places without memory ---------------------------------------------------------------------------------- */

/*
 * S7.20: no VMA in the middle
 *
 *	page   0 .. 3   4 5   6 ..
 *	       VMA      none  VMA
 */
static void hmm_range_fault__no_vma(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 3, 7);
	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, 4), 2 * PAGE_SIZE), 0);
	range = question(fx, 3, 7);
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_EQ(test, pfns[1], ERROR);
	KUNIT_EXPECT_EQ(test, pfns[2], ERROR);
	KUNIT_EXPECT_EQ(test, pfns[3] & HMM_PFN_FLAGS, VALID | WRITABLE);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EFAULT);
}

/* S7.21 */
static void hmm_range_fault__vma_that_cannot_be_read(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 1), PAGE_SIZE, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 1));
	range = question(fx, 0, 3);
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, pfns[0] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_EQ(test, pfns[1], ERROR);
	KUNIT_EXPECT_EQ(test, pfns[2] & HMM_PFN_FLAGS, VALID | WRITABLE);
	range.pfn_flags_mask = REQ_WRITE;
	pfns[0] = REQ;
	pfns[1] = 0;
	pfns[2] = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	pfns[1] = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EFAULT);
}

/* S7.30 */
static void hmm_range_fault__write_to_a_read_only_vma(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	range = question(fx, 0, 1);
	range.default_flags = REQ_WRITE;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EPERM);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
}

/* S7.30: a fault that fails */
static void hmm_range_fault__fault_fails(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	fx->dev.fault_result = VM_FAULT_SIGBUS;
	range = question(fx, 0, 1);
	range.dev_private_owner = NULL;
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EFAULT);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	fx->dev.fault_result = 0;
}

/* What stands in the array while the fault of the second entry is served. */
static unsigned long seen[2];

static void look_at_array(struct dev *dev, struct vm_fault *vmf)
{
	seen[0] = pfns[0];
	seen[1] = pfns[1];
}

/* S7.32: what comes before the fault is filled and stays so; the rest is still the question */
static void hmm_range_fault__goes_on_behind_what_is_filled(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;
	unsigned long first;

	poke_all(fx, 0, 2);
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 2), 1);
	first = pfn_at(fx, 0);
	range = question(fx, 0, 2);
	range.dev_private_owner = NULL;
	range.pfn_flags_mask = REQ;
	pfns[1] = REQ;
	fx->dev.in_fault = look_at_array;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_EQ(test, seen[0], VALID | WRITABLE | first);
	KUNIT_EXPECT_EQ(test, seen[1], (unsigned long)REQ);
	KUNIT_EXPECT_EQ(test, pfns[0], VALID | WRITABLE | first);
	KUNIT_EXPECT_EQ(test, pfns[1] & HMM_PFN_FLAGS, VALID | WRITABLE);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 1));
}

/* S7.35: what was walked before the error is there, what comes behind it is not */
static void hmm_range_fault__error_in_the_middle(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test, vm_munmap(at(fx, 1), PAGE_SIZE), 0);
	range = question(fx, 0, 3);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EFAULT);
	KUNIT_EXPECT_EQ(test, pfns[0], VALID | WRITABLE | pfn_at(fx, 0));
	KUNIT_EXPECT_EQ(test, pfns[2], 0ul);
}

/* ---- the protocol ---------------------------------------------------------------------------------------------- */

/* S7.33: an invalidation since read_begin */
static void hmm_range_fault__stale_sequence(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 1);

	poke(fx, 0, 1);
	range.notifier_seq = mmu_interval_read_begin(&fx->sub);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), -EBUSY);
	KUNIT_EXPECT_EQ(test, pfns[0], 0ul);
	mmap_read_unlock(fx->mm);
	range.notifier_seq = mmu_interval_read_begin(&fx->sub);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), 0);
	mmap_read_unlock(fx->mm);
}

/* S7.33: the fault itself invalidates: the walk after it notices */
static void hmm_range_fault__own_fault_makes_it_stale(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	range = question(fx, 0, 1);
	range.dev_private_owner = NULL;
	range.default_flags = REQ;
	range.notifier_seq = mmu_interval_read_begin(&fx->sub);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), -EBUSY);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
}

/* S7.34 */
static void hmm_range_fault__empty_range(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 2, 2);

	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EINVAL);
	range.start = at(fx, 3);
	KUNIT_EXPECT_EQ(test, ask(fx, &range), -EINVAL);
}

/* S7.36 */
static void hmm_range_fault__takes_no_reference(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 2);

	poke_all(fx, 0, 2);
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 2), 1);
	settle(fx);
	range.default_flags = REQ;
	KUNIT_EXPECT_EQ(test, ask(fx, &range), 0);
	EXPECT_COUNTS(test, hmm_pfn_to_page(pfns[0]), 1, 1);
	EXPECT_COUNTS(test, hmm_pfn_to_page(pfns[1]), 1, 1);
}

/* S7.37 */
static void hmm_range_fault_unlocked_timeout__repeats_by_itself(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range;

	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	range = question(fx, 0, 1);
	range.dev_private_owner = NULL;
	range.default_flags = REQ_WRITE;
	/* the first round faults and is stale, the second finds everything */
	KUNIT_EXPECT_EQ(test, hmm_range_fault_unlocked_timeout(&range, 0), 0);
	KUNIT_EXPECT_EQ(test, pfns[0], VALID | WRITABLE | pfn_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, mmu_interval_read_retry(&fx->sub, range.notifier_seq));
	peek_all(fx, 0, 1);
}

#ifdef __PSIM__
/* S7.3 */
static void hmm_range_fault__without_the_mmap_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct hmm_range range = question(fx, 0, 1);

	range.notifier_seq = mmu_interval_read_begin(range.notifier);
	/* asked for by the walk, and by the look for the VMA */
	kunit_expect_report(test, "&(mm)->mmap_lock is not held");
	kunit_expect_report(test, "&(mm)->mmap_lock is not held");
	KUNIT_EXPECT_EQ(test, hmm_range_fault(&range), 0);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(hmm_range_fault__snapshot),
	KUNIT_CASE(hmm_range_fault__keeps_the_sticky_bits),
	KUNIT_CASE(hmm_range_fault__default_flags_fault_all),
	KUNIT_CASE(hmm_range_fault__mask_hides_requests),
	KUNIT_CASE(hmm_range_fault__write_without_fault),
	KUNIT_CASE(hmm_range_fault__write_needs_a_writable_slot),
	KUNIT_CASE(hmm_range_fault__own_read_only_page_does_not_fault),
	KUNIT_CASE(hmm_range_fault__strangers_page_comes_back_if_asked_for),
	KUNIT_CASE(hmm_range_fault__without_owner_evicts),
	KUNIT_CASE(hmm_range_fault__faults_to_the_end_of_the_table),
	KUNIT_CASE(hmm_range_fault__faults_all_of_a_hole),
	KUNIT_CASE(hmm_range_fault__migration_entry),
	KUNIT_CASE(hmm_range_fault__no_vma),
	KUNIT_CASE(hmm_range_fault__vma_that_cannot_be_read),
	KUNIT_CASE(hmm_range_fault__write_to_a_read_only_vma),
	KUNIT_CASE(hmm_range_fault__fault_fails),
#ifdef __PSIM__
	KUNIT_CASE(hmm_range_fault__without_the_mmap_lock),
#endif
	KUNIT_CASE(hmm_range_fault__goes_on_behind_what_is_filled),
	KUNIT_CASE(hmm_range_fault__error_in_the_middle),
	KUNIT_CASE(hmm_range_fault__stale_sequence),
	KUNIT_CASE(hmm_range_fault__own_fault_makes_it_stale),
	KUNIT_CASE(hmm_range_fault__empty_range),
	KUNIT_CASE(hmm_range_fault__takes_no_reference),
	KUNIT_CASE(hmm_range_fault_unlocked_timeout__repeats_by_itself),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_hmm",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
