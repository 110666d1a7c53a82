// SPDX-License-Identifier: MIT
/*
 * The OOM reaper, which drivers meet as an invalidation that must not block, in a process that goes on
 * running for a while. A kernel lets nobody call it, so these cases need the machine's.
 *
 *	page   0      4      8          16
 *	VMA    | rw   | ro   | rw       |
 */
#include "fixture.h"

#ifdef __PSIM__

#define SYSTEM MIGRATE_VMA_SELECT_SYSTEM

static int init(struct kunit *test)
{
	int err = fx_init(test);
	struct fx *fx = test->priv;

	if (err)
		return err;
	poke_all(fx, 0, 3);
	poke_all(fx, 10, 12);
	err = vm_mmap(NULL, at(fx, 4), 4 * PAGE_SIZE, PROT_READ,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) != at(fx, 4);
	KUNIT_EXPECT_EQ(test, to_device(fx, 1, 3), 2);
	return err ? -ENOMEM : 0;
}

static bool can_read(struct fx *fx, unsigned int page)
{
	u64 value;

	return !copy_from_user(&value, (void __user *)at(fx, page), sizeof(value));
}

/* S8.45: all that is private goes, the highest VMA first, each with a pair that must not block */
static void oom_reaper__takes_everything(struct kunit *test)
{
	static const unsigned int first[] = {8, 4, 0}, end[] = {16, 8, 4};
	struct fx *fx = test->priv;

	fx_watch(fx);
	KUNIT_EXPECT_EQ(test, rss(fx), 5ul);
	KUNIT_EXPECT_TRUE(test, kunit_oom_reap_mm(fx->mm));
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	KUNIT_ASSERT_EQ(test, fx->events, 3);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EVENT(test, fx, i, MMU_NOTIFY_UNMAP, at(fx, first[i]), at(fx, end[i]));
		KUNIT_EXPECT_FALSE(test, fx->log[i].blockable);
	}
}

/* S8.45: what was there must not be taken for zeros: no new page is mapped, the access is a SIGBUS */
static void oom_reaper__leaves_the_mm_unstable(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_TRUE(test, can_read(fx, 0));
	KUNIT_EXPECT_TRUE(test, kunit_oom_reap_mm(fx->mm));
	KUNIT_EXPECT_FALSE(test, can_read(fx, 0));
	KUNIT_EXPECT_FALSE(test, can_read(fx, 10));
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

/* S8.45: memory of others, mapped by page frame number, is not the process's to lose */
static void oom_reaper__leaves_pfn_maps_alone(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, at(fx, 8));
	vm_flags_set(vma, VM_PFNMAP);
	mmap_write_unlock(fx->mm);
	KUNIT_EXPECT_TRUE(test, kunit_oom_reap_mm(fx->mm));
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	mmap_write_lock(fx->mm);
	vm_flags_clear(vma, VM_PFNMAP);
	mmap_write_unlock(fx->mm);
}

/* A subscription that would have to block for its first @refusals calls. */
struct reluctant {
	struct mmu_interval_notifier sub;
	unsigned int refusals, calls;
	unsigned long first_seq;
};

static bool refuse(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	struct reluctant *r = container_of(sub, struct reluctant, sub);

	r->calls++;
	if (!mmu_notifier_range_blockable(range) && r->calls <= r->refusals)
		return false;
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops refuse_ops = {.invalidate = refuse};

static bool reap_against(struct kunit *test, struct reluctant *r)
{
	struct fx *fx = test->priv;
	bool done;

	KUNIT_ASSERT_EQ(test,
			mmu_interval_notifier_insert(&r->sub, fx->mm, at(fx, 0), 4 * PAGE_SIZE,
						     &refuse_ops),
			0);
	done = kunit_oom_reap_mm(fx->mm);
	mmu_interval_notifier_remove(&r->sub);
	return done;
}

/* S8.45, S8.26: the VMA of a refusal is left out, the others go, and the reaper comes back for it */
static void oom_reaper__comes_back(struct kunit *test)
{
	struct reluctant r = {.refusals = 3};
	u64 begin = get_jiffies_64();

	KUNIT_EXPECT_TRUE(test, reap_against(test, &r));
	KUNIT_EXPECT_EQ(test, r.calls, 4);
	KUNIT_EXPECT_EQ(test, rss(test->priv), 0ul);
	KUNIT_EXPECT_GE(test, get_jiffies_64() - begin, (u64)3 * HZ / 10);
}

/* S8.45: but not for ever */
static void oom_reaper__gives_up(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct reluctant r = {.refusals = 99};

	KUNIT_EXPECT_FALSE(test, reap_against(test, &r));
	KUNIT_EXPECT_EQ(test, r.calls, 10);
	KUNIT_EXPECT_EQ(test, rss(fx), 3ul);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
}

static void reap_it(struct other *other)
{
	KUNIT_EXPECT_TRUE(other->fx->test, kunit_oom_reap_mm(other->fx->mm));
}

/* S2.12: a hole of an address space that is being reaped is not filled any more */
static void migrate_vma_pages__hole_of_an_unstable_mm(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {};

	KUNIT_ASSERT_EQ(test, setup(fx, 3, 4, SYSTEM), 0);
	give_device_pages(fx);
	other_start(fx, &other, reap_it);
	other_join(&other);
	pages(fx);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(oom_reaper__takes_everything),
	KUNIT_CASE(oom_reaper__leaves_the_mm_unstable),
	KUNIT_CASE(oom_reaper__leaves_pfn_maps_alone),
	KUNIT_CASE(oom_reaper__comes_back),
	KUNIT_CASE(oom_reaper__gives_up),
	KUNIT_CASE(migrate_vma_pages__hole_of_an_unstable_mm),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_oom", .init = init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
