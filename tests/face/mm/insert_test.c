// SPDX-License-Identifier: MIT
/* vm_insert_page(): a driver's page in a process's memory. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct fixture {
	unsigned long base;
	struct page *page;
};

static int init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);
	int err = kunit_attach_mm();

	if (!fx || err)
		return -ENOMEM;
	fx->base = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, 0);
	fx->page = alloc_page(GFP_KERNEL);
	test->priv = fx;
	if (!fx->base || !fx->page)
		return -ENOMEM;
	memset(page_address(fx->page), 'k', PAGE_SIZE);
	return 0;
}

static void finish(struct kunit *test)
{
	struct fixture *fx = test->priv;

	vm_munmap(fx->base, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_ref_count(fx->page), 1);
	put_page(fx->page);
}

static int insert(struct fixture *fx, unsigned long address, struct page *page)
{
	int err;

	mmap_write_lock(current->mm);
	err = vm_insert_page(vma_lookup(current->mm, fx->base), address, page);
	mmap_write_unlock(current->mm);
	return err;
}

/* S9.54 */
static void vm_insert_page__counts(struct kunit *test)
{
	struct fixture *fx = test->priv;
	char byte = 0;

	KUNIT_EXPECT_EQ(test, insert(fx, fx->base + PAGE_SIZE, fx->page), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(fx->page), 2);
	KUNIT_EXPECT_EQ(test, folio_mapcount(page_folio(fx->page)), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_FILEPAGES), 1ul);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_ANONPAGES), 0ul);
	KUNIT_EXPECT_EQ(test, copy_from_user(&byte, u64_to_user_ptr(fx->base + PAGE_SIZE + 77), 1),
			0ul);
	KUNIT_EXPECT_EQ(test, byte, 'k');
	mmap_read_lock(current->mm);
	KUNIT_EXPECT_TRUE(test, vma_lookup(current->mm, fx->base)->vm_flags & VM_MIXEDMAP);
	mmap_read_unlock(current->mm);
	KUNIT_EXPECT_EQ(test, vm_munmap(fx->base + PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, folio_mapcount(page_folio(fx->page)), 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_FILEPAGES), 0ul);
}

/* S9.54 */
static void vm_insert_page__errors(struct kunit *test)
{
	struct fixture *fx = test->priv;

	KUNIT_EXPECT_EQ(test, insert(fx, fx->base + 2 * PAGE_SIZE, fx->page), -EFAULT);
	KUNIT_EXPECT_EQ(test, insert(fx, fx->base - PAGE_SIZE, fx->page), -EFAULT);
	KUNIT_EXPECT_EQ(test, insert(fx, fx->base, fx->page), 0);
	KUNIT_EXPECT_EQ(test, insert(fx, fx->base, fx->page), -EBUSY);
	KUNIT_EXPECT_EQ(test, page_ref_count(fx->page), 2);
}

/* the mapping is private: a write gets a copy, the driver's page stays as it was */
static void write_fault__on_an_inserted_page(struct kunit *test)
{
	struct fixture *fx = test->priv;
	char byte = 'u';

	KUNIT_ASSERT_EQ(test, insert(fx, fx->base, fx->page), 0);
	KUNIT_EXPECT_EQ(test, copy_to_user(u64_to_user_ptr(fx->base + 5), &byte, 1), 0ul);
	KUNIT_EXPECT_EQ(test, ((char *)page_address(fx->page))[5], 'k');
	KUNIT_EXPECT_EQ(test, copy_from_user(&byte, u64_to_user_ptr(fx->base + 4), 1), 0ul);
	KUNIT_EXPECT_EQ(test, byte, 'k');
	KUNIT_EXPECT_EQ(test, copy_from_user(&byte, u64_to_user_ptr(fx->base + 5), 1), 0ul);
	KUNIT_EXPECT_EQ(test, byte, 'u');
	KUNIT_EXPECT_EQ(test, page_ref_count(fx->page), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_FILEPAGES), 0ul);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_ANONPAGES), 1ul);
}

/* What the page's counts are inside the callbacks. */
struct counts {
	struct mmu_notifier notifier;
	struct page *page;
	int references_at_start, mappings_at_start;
	int references_at_end, mappings_at_end;
};

static int at_start(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	struct counts *counts = container_of(notifier, struct counts, notifier);

	counts->references_at_start = page_ref_count(counts->page);
	counts->mappings_at_start = folio_mapcount(page_folio(counts->page));
	return 0;
}

static void at_end(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	struct counts *counts = container_of(notifier, struct counts, notifier);

	counts->references_at_end = page_ref_count(counts->page);
	counts->mappings_at_end = folio_mapcount(page_folio(counts->page));
}

static const struct mmu_notifier_ops counting_ops = {
	.invalidate_range_start = at_start,
	.invalidate_range_end = at_end,
};

/* S6.33: unmapped between start and end, but the reference goes only with the flush behind the end */
static void vm_munmap__reference_outlives_the_end_callback(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct counts *counts = kunit_kzalloc(test, sizeof(*counts), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, counts);
	counts->notifier.ops = &counting_ops;
	counts->page = fx->page;
	KUNIT_ASSERT_EQ(test, insert(fx, fx->base, fx->page), 0);
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(&counts->notifier, current->mm), 0);
	KUNIT_EXPECT_EQ(test, vm_munmap(fx->base, PAGE_SIZE), 0);
	mmu_notifier_unregister(&counts->notifier, current->mm);
	KUNIT_EXPECT_EQ(test, counts->references_at_start, 2);
	KUNIT_EXPECT_EQ(test, counts->mappings_at_start, 1);
	KUNIT_EXPECT_EQ(test, counts->references_at_end, 2);
	KUNIT_EXPECT_EQ(test, counts->mappings_at_end, 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(fx->page), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(vm_insert_page__counts),
	KUNIT_CASE(vm_insert_page__errors),
	KUNIT_CASE(write_fault__on_an_inserted_page),
	KUNIT_CASE(vm_munmap__reference_outlives_the_end_callback),
	{},
};

static struct kunit_suite suite = {
	.name = "insert", .init = init, .exit = finish, .test_cases = cases};
kunit_test_suite(suite);
