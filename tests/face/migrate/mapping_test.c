// SPDX-License-Identifier: MIT
/*
 * What becomes of device-private and migration slots, and what notifiers hear, when mappings change:
 * mprotect, mremap, mlock, munmap of a part (S6.d).
 */
#include "fixture.h"

#ifdef __PSIM__
#define SYSTEM	   MIGRATE_VMA_SELECT_SYSTEM
#define READ_ONLY  PROT_READ
#define READ_WRITE (PROT_READ | PROT_WRITE)

/* Pages 0 to 7 are written; 0 to 3 are on the device. */
static int init(struct kunit *test)
{
	struct fx *fx;
	int err = fx_init(test);

	if (err)
		return err;
	fx = test->priv;
	poke_all(fx, 0, 8);
	settle(fx);
	if (to_device(fx, 0, 4) != 4)
		return -EBUSY;
	fx_watch(fx);
	log_clear(fx);
	return 0;
}

static int protect(struct fx *fx, unsigned int first, unsigned int end, unsigned long prot)
{
	return kunit_mprotect(at(fx, first), (end - first) * PAGE_SIZE, prot);
}

/* ---- mprotect ---------------------------------------------------------------------------------------- */

/* S6.50: whatever the new protection is, and not if it is the old one */
static void mprotect__device_slots_lose_write(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, protect(fx, 0, 1, READ_WRITE), 0);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	KUNIT_EXPECT_EQ(test, protect(fx, 0, 1, READ_ONLY), 0);
	KUNIT_EXPECT_EQ(test, protect(fx, 1, 2, READ_WRITE | PROT_EXEC), 0);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 1));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 2));
	for (unsigned int i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, on_device(fx, i));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
}

/* S6.51, S6.14: write access comes back with a CPU write fault alone */
static void mprotect__never_gives_write_back(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, protect(fx, 0, 4, READ_ONLY), 0);
	KUNIT_EXPECT_EQ(test, protect(fx, 0, 4, READ_WRITE), 0);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	poke(fx, 0, 7);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 7ull);
	/* a page of RAM that is nobody else's is writable again at once */
	KUNIT_EXPECT_EQ(test, protect(fx, 4, 8, READ_ONLY), 0);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 5));
	KUNIT_EXPECT_EQ(test, protect(fx, 4, 8, READ_WRITE), 0);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 5));
	peek_all(fx, 1, 8);
}

/* S6.52: over what was changed, and nothing where there are no tables */
static void mprotect__notifies_of_what_has_tables(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long empty = vm_mmap(NULL, SZ_1T, SZ_1G, PROT_READ,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0);

	KUNIT_EXPECT_EQ(test, protect(fx, 1, 6, READ_ONLY), 0);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_PROTECTION_VMA, at(fx, 1), at(fx, 6));
	log_clear(fx);
	KUNIT_ASSERT_EQ(test, empty, (unsigned long)SZ_1T);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(empty, SZ_1G, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	vm_munmap(empty, SZ_1G);
}

/* S6.53: a page that was writable comes back read-only, and exclusive still */
static void mprotect__under_a_migration(struct kunit *test)
{
	struct fx *fx = test->priv;

	mmap_read_lock(fx->mm);
	args_for(fx, 4, 6, SYSTEM);
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&fx->args), 0);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, protect(fx, 4, 5, READ_WRITE | PROT_EXEC), 0);
	mmap_read_lock(fx->mm);
	finalize(fx);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 4));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 5));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page_at(fx, 4)));
	peek_all(fx, 4, 6);
}

/* S6.55, S6.1: the slots stay where they are, and no driver hears of the access */
static void mprotect__none(struct kunit *test)
{
	struct fx *fx = test->priv;
	u64 value = 0;

	KUNIT_EXPECT_EQ(test, protect(fx, 0, 8, PROT_NONE), 0);
	KUNIT_EXPECT_NE(test, copy_from_user(&value, (void __user *)at(fx, 0), 8), 0ul);
	KUNIT_EXPECT_NE(test, copy_from_user(&value, (void __user *)at(fx, 5), 8), 0ul);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_EQ(test, protect(fx, 0, 8, READ_WRITE), 0);
	peek_all(fx, 0, 8);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 4);
}

/* ---- mremap --------------------------------------------------------------------------------------------- */

#define ELSEWHERE 0x7000000000ul

static long move(struct fx *fx, unsigned int first, unsigned int end, unsigned long flags)
{
	unsigned long length = (end - first) * PAGE_SIZE;

	return kunit_mremap(at(fx, first), length, length, MREMAP_MAYMOVE | MREMAP_FIXED | flags,
			    ELSEWHERE);
}

/* S6.56: the slot as it is; one page of another kind each side */
static void mremap__moves_slots_unchanged(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *device = page_at(fx, 3), *ram = page_at(fx, 4);
	unsigned long old_rss = rss(fx), base = fx->base;

	KUNIT_ASSERT_EQ(test, move(fx, 3, 5, 0), (long)ELSEWHERE);
	fx->base = ELSEWHERE;
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), device);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 1), ram);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 1));
	EXPECT_COUNTS(test, device, 1, 1);
	EXPECT_COUNTS(test, ram, 1, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), old_rss);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	/* found by reverse mapping, too: the page's index is still right */
	KUNIT_EXPECT_TRUE(test, evict_pfn(fx, page_to_pfn(device)));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(3));
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(4));
	vm_munmap(ELSEWHERE, 2 * PAGE_SIZE);
	fx->base = base;
}

/* S6.56: two UNMAP pairs over the old span, one with MREMAP_DONTUNMAP */
static void mremap__notifies_twice(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test, move(fx, 3, 5, 0), (long)ELSEWHERE);
	KUNIT_ASSERT_EQ(test, fx->events, 2);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_UNMAP, at(fx, 3), at(fx, 5));
	EXPECT_EVENT(test, fx, 1, MMU_NOTIFY_UNMAP, at(fx, 3), at(fx, 5));
	log_clear(fx);
	KUNIT_ASSERT_EQ(test, move(fx, 6, 8, MREMAP_DONTUNMAP), (long)ELSEWHERE);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_UNMAP, at(fx, 6), at(fx, 8));
	KUNIT_EXPECT_EQ(test, peek(fx, 6), 0ull);
	vm_munmap(ELSEWHERE, 2 * PAGE_SIZE);
}

/* S6.56: with MREMAP_FIXED a preceding one over what was mapped at the target */
static void mremap__notifies_of_the_target(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_ASSERT_EQ(test,
			kunit_mremap(at(fx, 1), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
				     at(fx, 6)),
			(long)at(fx, 6));
	KUNIT_ASSERT_EQ(test, fx->events, 3);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_UNMAP, at(fx, 6), at(fx, 7));
	EXPECT_EVENT(test, fx, 1, MMU_NOTIFY_UNMAP, at(fx, 1), at(fx, 2));
	EXPECT_EVENT(test, fx, 2, MMU_NOTIFY_UNMAP, at(fx, 1), at(fx, 2));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 6));
	KUNIT_EXPECT_EQ(test, peek(fx, 6), pattern(1));
}

/* ---- per-VMA locks ------------------------------------------------------------------------------------- */

static bool by_mmap_lock;

static void look_at_locks(struct dev *dev, struct vm_fault *vmf)
{
	by_mmap_lock =
		!(vmf->flags & FAULT_FLAG_VMA_LOCK) && rwsem_is_locked(&vmf->vma->vm_mm->mmap_lock);
}

/* S6.2: the driver is called under the mmap lock, though the fault began without */
static void vma_lock__driver_is_called_under_the_mmap_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma = lock_vma_under_rcu(fx->mm, at(fx, 0));

	KUNIT_ASSERT_NOT_NULL(test, vma);
	vma_assert_locked(vma);
	KUNIT_EXPECT_EQ(
		test,
		handle_mm_fault(vma, at(fx, 0), FAULT_FLAG_DEFAULT | FAULT_FLAG_VMA_LOCK, NULL),
		VM_FAULT_RETRY);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	fx->dev.in_fault = look_at_locks;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_TRUE(test, by_mmap_lock);
}

static void vma_lock__is_refused_while_the_vma_changes(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, at(fx, 0));
	vma_start_write(vma);
	vma_assert_write_locked(vma);
	KUNIT_EXPECT_NULL(test, lock_vma_under_rcu(fx->mm, at(fx, 0)));
	KUNIT_EXPECT_NULL(test, vma_start_read(fx->mm, vma));
	mmap_write_unlock(fx->mm);
	KUNIT_EXPECT_NULL(test, lock_vma_under_rcu(fx->mm, at(fx, PAGES + 100)));
	vma = lock_vma_under_rcu(fx->mm, at(fx, 0));
	KUNIT_ASSERT_NOT_NULL(test, vma);
	vma_end_read(vma);
}

static void protect_first(struct other *other)
{
	KUNIT_EXPECT_EQ(other->fx->test, protect(other->fx, 4, 5, READ_ONLY), 0);
	WRITE_ONCE(other->flag, true);
}

static void vma_lock__writer_waits_for_readers(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma = lock_vma_under_rcu(fx->mm, at(fx, 4));
	struct other other = {};

	KUNIT_ASSERT_NOT_NULL(test, vma);
	other_start(fx, &other, protect_first);
	for (unsigned int i = 0; i < 100; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, READ_ONCE(other.flag));
	vma_end_read(vma);
	other_join(&other);
	KUNIT_EXPECT_TRUE(test, other.flag);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 4));
}

/* ---- mlock, munmap ----------------------------------------------------------------------------------------- */

/* S6.57, S1.64: what is locked comes back to RAM, and may go to the device again */
static void mlock__brings_device_pages_back(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, kunit_mlock(at(fx, 0), 8 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 4);
	for (unsigned int i = 0; i < 8; i++)
		KUNIT_EXPECT_FALSE(test, on_device(fx, i));
	settle(fx);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 2), 2);
	peek_all(fx, 0, 8);
}

/* S6.34 */
static void munmap__of_a_part_frees_its_own(struct kunit *test)
{
	struct fx *fx = test->priv;

	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 1), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_TRUE(test, on_device(fx, 3));
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 2);
	KUNIT_EXPECT_EQ(test, peek(fx, 3), pattern(3));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mprotect__device_slots_lose_write),
	KUNIT_CASE(mprotect__never_gives_write_back),
	KUNIT_CASE(mprotect__notifies_of_what_has_tables),
	KUNIT_CASE(mprotect__under_a_migration),
	KUNIT_CASE(mprotect__none),
	KUNIT_CASE(mremap__moves_slots_unchanged),
	KUNIT_CASE(mremap__notifies_twice),
	KUNIT_CASE(mremap__notifies_of_the_target),
	KUNIT_CASE(vma_lock__driver_is_called_under_the_mmap_lock),
	KUNIT_CASE(vma_lock__is_refused_while_the_vma_changes),
	KUNIT_CASE(vma_lock__writer_waits_for_readers),
	KUNIT_CASE(mlock__brings_device_pages_back),
	KUNIT_CASE(munmap__of_a_part_frees_its_own),
	{},
};

static struct kunit_suite suite = {
	.name = "mapping", .init = init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
