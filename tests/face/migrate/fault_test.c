// SPDX-License-Identifier: MIT
/* CPU faults on device-private slots, and what unmapping does to them (S6.a, S6.c). */
#include "fixture.h"

/* ---- the fault ---------------------------------------------------------------------------------------- */

/* S6.1: permissions come first: no callback for an access that the VMA forbids */
static void fault__forbidden_access_calls_nobody(struct kunit *test)
{
	struct fx *fx = test->priv;
	u64 value = 1;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, at(fx, 0), PAGE_SIZE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			at(fx, 0));
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 1), 1);
	KUNIT_EXPECT_NE(test, copy_to_user((void __user *)at(fx, 0), &value, sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
}

static void look_at_fault(struct dev *dev, struct vm_fault *vmf)
{
	struct fx *fx = dev->priv;
	struct kunit *test = fx->test;

	/* S6.4 */
	KUNIT_EXPECT_TRUE(test, PageLocked(vmf->page));
	EXPECT_COUNTS(test, vmf->page, 2, 1);
	mmap_assert_locked(fx->mm);
	might_sleep();
	/* S6.6 */
	KUNIT_EXPECT_PTR_EQ(test, vmf->vma, vma_lookup(fx->mm, fx->base));
	KUNIT_EXPECT_EQ(test, vmf->address, at(fx, 0));
	KUNIT_EXPECT_EQ(test, vmf->real_address & PAGE_MASK, at(fx, 0));
	KUNIT_EXPECT_TRUE(test, dev_owns(dev, vmf->page));
	KUNIT_EXPECT_NOT_NULL(test, vmf->pte);
	KUNIT_EXPECT_FALSE(test, vmf->flags & FAULT_FLAG_VMA_LOCK);
}

/* S6.4, S6.6 */
static void fault__callback_gets_the_page_locked(struct kunit *test)
{
	struct fx *fx = test->priv;

	one_on_device(fx);
	fx->dev.in_fault = look_at_fault;
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
}

/* S6.12: the page is freed after the callback, not in it */
static void fault__frees_the_page_after_the_callback(struct kunit *test)
{
	struct fx *fx = test->priv;

	one_on_device(fx);
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.frees_at_return, 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

static unsigned int refusals;

/* Refuses twice, politely. */
static void not_yet(struct dev *dev, struct vm_fault *vmf)
{
	dev->fault_result = refusals++ < 2 ? VM_FAULT_NOPAGE : 0;
}

/* S6.8: what does no harm does not help either: the access is repeated until the page is there */
static void fault__is_repeated_until_resolved(struct kunit *test)
{
	struct fx *fx = test->priv;

	one_on_device(fx);
	refusals = 0;
	fx->dev.in_fault = not_yet;
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 3);
}

/* S6.9: SIGBUS ends the access and nothing else; a later one may succeed */
static void fault__sigbus_changes_nothing(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;
	u64 value;

	one_on_device(fx);
	page = page_at(fx, 0);
	fx->dev.fault_result = VM_FAULT_SIGBUS;
	KUNIT_EXPECT_NE(test, copy_from_user(&value, (void __user *)at(fx, 0), sizeof(value)), 0ul);
	/* a copy that failed may be tried again, byte by byte */
	KUNIT_EXPECT_GE(test, fx->dev.faults, 1);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 1, 1);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	fx->dev.fault_result = 0;
	peek_all(fx, 0, 1);
}

/* S6.10 */
static void fixup_user_fault__maps_sigbus_to_efault(struct kunit *test)
{
	struct fx *fx = test->priv;

	one_on_device(fx);
	fx->dev.fault_result = VM_FAULT_SIGBUS;
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(fx->mm, at(fx, 0), 0, NULL), -EFAULT);
	fx->dev.fault_result = VM_FAULT_OOM;
	KUNIT_EXPECT_EQ(test, fixup_user_fault(fx->mm, at(fx, 0), 0, NULL), -ENOMEM);
	fx->dev.fault_result = 0;
	KUNIT_EXPECT_EQ(test, fixup_user_fault(fx->mm, at(fx, 0), 0, NULL), 0);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_FALSE(test, on_device(fx, 0));
	peek_all(fx, 0, 1);
}

/* S6.13: after a read fault on a write-kind slot a write needs no fault */
static void fault__read_makes_a_writable_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	one_on_device(fx);
	peek_all(fx, 0, 1);
	page = page_at(fx, 0);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageAnonExclusive(page));
	poke(fx, 0, 77);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 77ull);
}

static void read_it(struct other *other)
{
	other->value = peek(other->fx, other->page);
}

/* S6.5: the page's lock is taken: the fault waits, without a reference, and calls nobody */
static void fault__waits_for_the_page_lock(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other other = {.page = 0};
	struct page *page;

	one_on_device(fx);
	page = page_at(fx, 0);
	lock_page(page);
	other_start(fx, &other, read_it);
	for (unsigned int i = 0; i < 200; i++)
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&other.done));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	EXPECT_COUNTS(test, page, 1, 1);
	unlock_page(page);
	other_join(&other);
	KUNIT_EXPECT_EQ(test, other.value, pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

/* S6.3: the slot changed before the fault could lock it: two faults of one page, one migration */
static void fault__of_two_one_migrates(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct other a = {.page = 0}, b = {.page = 0};

	one_on_device(fx);
	other_start(fx, &a, read_it);
	other_start(fx, &b, read_it);
	other_join(&a);
	other_join(&b);
	KUNIT_EXPECT_EQ(test, a.value, pattern(0));
	KUNIT_EXPECT_EQ(test, b.value, pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* S6.10: a copy by the kernel that begins in RAM and ends on the device */
static void fault__in_the_middle_of_a_copy(struct kunit *test)
{
	struct fx *fx = test->priv;
	u8 *buffer = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	poke_all(fx, 0, 3);
	KUNIT_ASSERT_EQ(test, to_device(fx, 1, 3), 2);
	KUNIT_EXPECT_EQ(test, copy_from_user(buffer, (void __user *)fx->base, 3 * PAGE_SIZE), 0ul);
	for (unsigned int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, *(u64 *)(buffer + i * PAGE_SIZE + 24), pattern(i));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 2);
}

/* ---- unmapping ----------------------------------------------------------------------------------------- */

/* S6.30 */
static void zap__frees_device_pages(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 4);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 3), 3);
	KUNIT_EXPECT_EQ(test, rss(fx), 4ul);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 1), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, peek(fx, 3), pattern(3));
}

/* S6.30: a page that the driver still references loses its slot only */
static void zap__referenced_device_page_lives_on(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	one_on_device(fx);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), PAGE_SIZE), 0);
	EXPECT_COUNTS(test, page, 1, 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 0);
	put_page(page);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* S6.32 */
static void zap__munmap_sends_one_unmap(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 4);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 2), 2);
	fx_watch(fx);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 1), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_UNMAP, at(fx, 1), at(fx, 3));
	KUNIT_EXPECT_TRUE(test, fx->log[0].blockable);
}

static unsigned int frees_in_callback;

static void see_frees(struct fx *fx, const struct mmu_notifier_range *range)
{
	frees_in_callback = fx->dev.frees;
}

/* S6.33: first start, then the slots; device pages go before munmap comes back */
static void zap__start_comes_before_the_slots_go(struct kunit *test)
{
	struct fx *fx = test->priv;

	one_on_device(fx);
	fx_watch(fx);
	fx->hook = see_frees;
	frees_in_callback = 99;
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, frees_in_callback, 0);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 1);
}

/* ---- per-VMA locks -------------------------------------------------------------------------------------- */

/* S6.2: a driver never meets a fault under a VMA's lock: it is given back, to be repeated */
static void fault__under_the_lock_of_the_vma(struct kunit *test)
{
	const unsigned int flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER | FAULT_FLAG_VMA_LOCK;
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	one_on_device(fx);
	vma = lock_vma_under_rcu(fx->mm, at(fx, 0));
	KUNIT_ASSERT_NOT_NULL(test, vma);
	KUNIT_EXPECT_TRUE(test, handle_mm_fault(vma, at(fx, 0), flags, NULL) & VM_FAULT_RETRY);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 0);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	/* it was let go: a writer need not wait */
	mmap_write_lock(fx->mm);
	vma_start_write(vma);
	mmap_write_unlock(fx->mm);
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

/* S6.34: a part of the range goes with its own pages; the rest stays on the device */
static void munmap__part_of_device_memory(struct kunit *test)
{
	struct fx *fx = test->priv;

	poke_all(fx, 0, 4);
	settle(fx);
	KUNIT_ASSERT_EQ(test, to_device(fx, 0, 4), 4);
	vm_munmap(at(fx, 1), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fx->dev.frees, 2);
	KUNIT_EXPECT_EQ(test, rss(fx), 2ul);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0) && on_device(fx, 3));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, peek(fx, 3), pattern(3));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fault__forbidden_access_calls_nobody),
	KUNIT_CASE(fault__callback_gets_the_page_locked),
	KUNIT_CASE(fault__frees_the_page_after_the_callback),
	KUNIT_CASE(fault__is_repeated_until_resolved),
	KUNIT_CASE(fault__sigbus_changes_nothing),
	KUNIT_CASE(fixup_user_fault__maps_sigbus_to_efault),
	KUNIT_CASE(fault__read_makes_a_writable_page),
	KUNIT_CASE(fault__waits_for_the_page_lock),
	KUNIT_CASE(fault__of_two_one_migrates),
	KUNIT_CASE(fault__in_the_middle_of_a_copy),
	KUNIT_CASE(zap__frees_device_pages),
	KUNIT_CASE(zap__referenced_device_page_lives_on),
	KUNIT_CASE(zap__munmap_sends_one_unmap),
	KUNIT_CASE(zap__start_comes_before_the_slots_go),
	KUNIT_CASE(fault__under_the_lock_of_the_vma),
	KUNIT_CASE(munmap__part_of_device_memory),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate_fault",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
