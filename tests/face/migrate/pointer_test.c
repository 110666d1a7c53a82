// SPDX-License-Identifier: MIT
/* Functions that the machine wraps in macros, called through pointers; and whose a VMA is. */
#include <linux/shmem_fs.h>

#include "fixture.h"

#ifdef __PSIM__

static bool allow(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		  unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static void mmu_notifiers__by_address(struct kunit *test)
{
	static const struct mmu_interval_notifier_ops interval_ops = {.invalidate = allow};
	static const struct mmu_notifier_ops ops = {};
	typeof(mmu_interval_notifier_insert) *insert = mmu_interval_notifier_insert;
	typeof(mmu_interval_notifier_insert_locked) *insert_locked =
		mmu_interval_notifier_insert_locked;
	typeof(mmu_notifier_register) *enlist = mmu_notifier_register;
	struct mmu_interval_notifier first = {}, second = {};
	struct mmu_notifier classic = {.ops = &ops};
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, insert(&first, fx->mm, at(fx, 0), 0, &interval_ops), -EOVERFLOW);
	KUNIT_ASSERT_EQ(test, insert(&first, fx->mm, at(fx, 0), PAGE_SIZE, &interval_ops), 0);
	mmap_write_lock(fx->mm);
	KUNIT_ASSERT_EQ(test, insert_locked(&second, fx->mm, at(fx, 1), PAGE_SIZE, &interval_ops),
			0);
	mmap_write_unlock(fx->mm);
	KUNIT_ASSERT_EQ(test, enlist(&classic, fx->mm), 0);
	KUNIT_EXPECT_PTR_EQ(test, classic.mm, fx->mm);
	mmu_notifier_unregister(&classic, fx->mm);
	mmu_interval_notifier_remove(&first);
	mmu_interval_notifier_remove(&second);
}

static void migrate__by_address(struct kunit *test)
{
	typeof(migrate_vma_setup) *set_up = migrate_vma_setup;
	typeof(migrate_device_range) *range = migrate_device_range;
	typeof(migrate_device_pfns) *pfns = migrate_device_pfns;
	struct fx *fx = test->priv;
	unsigned long src[2] = {1, 1}, pfn = fx->dev.first + 5;

	mmap_read_lock(fx->mm);
	args_for(fx, 0, 1, MIGRATE_VMA_SELECT_SYSTEM);
	fx->args.end = fx->args.start - PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, set_up(&fx->args), -EINVAL);
	mmap_read_unlock(fx->mm);
	/* nobody uses these pages: there is nothing to migrate */
	KUNIT_EXPECT_EQ(test, range(src, fx->dev.first, 2), 0);
	KUNIT_EXPECT_EQ(test, src[0] | src[1], 0ul);
	KUNIT_EXPECT_EQ(test, pfns(&pfn, 1), 0);
	KUNIT_EXPECT_EQ(test, pfn, 0ul);
}

static void mm_alloc__by_address(struct kunit *test)
{
	struct mm_struct *(*make)(void) = mm_alloc, *mm = make();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	mmput(mm);
}

static void vma_is_shmem__by_kind(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 1), PAGE_SIZE, PROT_READ,
				MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 1));
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_FALSE(test, vma_is_shmem(vma_lookup(fx->mm, at(fx, 0))));
	KUNIT_EXPECT_TRUE(test, vma_is_shmem(vma_lookup(fx->mm, at(fx, 1))));
	KUNIT_EXPECT_FALSE(test, vma_is_anon_shmem(vma_lookup(fx->mm, at(fx, 0))));
	mmap_read_unlock(fx->mm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mmu_notifiers__by_address),
	KUNIT_CASE(migrate__by_address),
	KUNIT_CASE(mm_alloc__by_address),
	KUNIT_CASE(vma_is_shmem__by_kind),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-pointer", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
