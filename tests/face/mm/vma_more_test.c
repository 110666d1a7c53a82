// SPDX-License-Identifier: MIT
/*
 * VMAs by their neighbours and in ranges; their flags; what a fault holds; what an address space counts.
 *
 * The cases use eight pages at BASE of an address space of their own:
 *
 *	BASE   +1     +2     +3     +4     +5     +6     +7
 *	|  A   |  A   | hole |  B   |  B   |  B   | hole | none |	none: no access allowed
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>
#include <linux/userfaultfd_k.h>

#define BASE 0x10000000ul
#define P(n) (BASE + (n)*PAGE_SIZE)

static int map(unsigned int from, unsigned int to, unsigned long prot)
{
	return vm_mmap(NULL, P(from), (to - from) * PAGE_SIZE, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0) == P(from)
		       ? 0
		       : -ENOMEM;
}

static int init(struct kunit *test)
{
	int err = kunit_attach_mm();

	err = err ?: map(0, 2, PROT_READ | PROT_WRITE);
	err = err ?: map(3, 6, PROT_READ | PROT_WRITE);
	return err ?: map(7, 8, PROT_NONE);
}

static void finish(struct kunit *test)
{
	vm_munmap(P(0), 8 * PAGE_SIZE);
}

static struct vm_area_struct *vma_at(unsigned int page)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, P(page));
	mmap_read_unlock(current->mm);
	return vma;
}

/* ---- looking up --------------------------------------------------------------------------------- */

/* S9.53 */
static void find_vma_prev__tells_the_one_below(struct kunit *test)
{
	static const struct {
		unsigned int at;
		long vma, below; /* their first pages; -1: none */
	} all[] = {{0, 0, -1}, {1, 0, -1}, {2, 3, 0}, {4, 3, 0}, {6, 7, 3}, {7, 7, 3}, {8, -1, 7}};

	mmap_read_lock(current->mm);
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		struct vm_area_struct *below = NULL;
		struct vm_area_struct *vma = find_vma_prev(current->mm, P(all[i].at), &below);

		KUNIT_EXPECT_EQ(test, vma ? vma->vm_start : 0, all[i].vma < 0 ? 0 : P(all[i].vma));
		KUNIT_EXPECT_EQ(test, below ? below->vm_start : 0,
				all[i].below < 0 ? 0 : P(all[i].below));
	}
	mmap_read_unlock(current->mm);
}

static void for_each_vma_range__ends_where_it_should(struct kunit *test)
{
	static const struct {
		unsigned int from, to, number;
		unsigned long pages;
	} all[] = {{0, 8, 3, 6}, {0, 7, 2, 5}, {0, 3, 1, 2},
		   {1, 4, 2, 5}, {2, 3, 0, 0}, {6, 8, 1, 1}};

	mmap_read_lock(current->mm);
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		VMA_ITERATOR(vmi, current->mm, P(all[i].from));
		struct vm_area_struct *vma;
		unsigned long pages = 0;
		unsigned int n = 0;

		for_each_vma_range(vmi, vma, P(all[i].to))
		{
			pages += vma_pages(vma);
			n++;
		}
		KUNIT_EXPECT_EQ(test, n, all[i].number);
		KUNIT_EXPECT_EQ(test, pages, all[i].pages);
	}
	mmap_read_unlock(current->mm);
}

static void do_munmap__of_the_middle(struct kunit *test)
{
	struct mm_struct *mm = current->mm;

	mmap_write_lock(mm);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, P(4), PAGE_SIZE, NULL), 0);
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, P(4)));
	KUNIT_EXPECT_EQ(test, vma_pages(vma_lookup(mm, P(3))), 1ul);
	KUNIT_EXPECT_EQ(test, vma_pages(vma_lookup(mm, P(5))), 1ul);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, P(4) + 1, PAGE_SIZE, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, P(4), 0, NULL), -EINVAL);
	mmap_write_unlock(mm);
}

/* ---- flags --------------------------------------------------------------------------------------- */

static void vma_is_accessible__any_access(struct kunit *test)
{
	mmap_read_lock(current->mm);
	KUNIT_EXPECT_TRUE(test, vma_is_accessible(vma_lookup(current->mm, P(0))));
	KUNIT_EXPECT_FALSE(test, vma_is_accessible(vma_lookup(current->mm, P(7))));
	mmap_read_unlock(current->mm);
}

static void vm_flags_reset__replaces_all(struct kunit *test)
{
	struct vm_area_struct *vma;
	vm_flags_t flags;

	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, P(0));
	flags = vma->vm_flags;
	vm_flags_set(vma, VM_DONTCOPY);
	KUNIT_EXPECT_EQ(test, vma->vm_flags, flags | VM_DONTCOPY);
	vm_flags_reset(vma, flags | VM_DONTEXPAND);
	KUNIT_EXPECT_EQ(test, vma->vm_flags, flags | VM_DONTEXPAND);
	vm_flags_init(vma, flags);
	KUNIT_EXPECT_EQ(test, vma->vm_flags, flags);
	mmap_write_unlock(current->mm);
}

#ifdef __PSIM__

static void vm_flags_reset__of_an_unlocked_vma(struct kunit *test)
{
	struct vm_area_struct *vma;

	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, P(0));
	kunit_expect_report(test, "is not write-locked");
	vm_flags_reset(vma, vma->vm_flags);
	mmap_write_unlock(current->mm);
}

/* S2.12 */
static void userfaultfd_armed__by_either_flag(struct kunit *test)
{
	static const vm_flags_t flags[] = {0, VM_UFFD_MISSING, VM_UFFD_WP,
					   VM_UFFD_MISSING | VM_UFFD_WP};
	struct vm_area_struct *vma;

	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, P(0));
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		vm_flags_mod(vma, flags[i], VM_UFFD_MISSING | VM_UFFD_WP);
		vm_flags_set(vma, flags[i]);
		KUNIT_EXPECT_EQ(test, userfaultfd_missing(vma), i & 1);
		KUNIT_EXPECT_EQ(test, userfaultfd_wp(vma), i >> 1);
		KUNIT_EXPECT_EQ(test, userfaultfd_armed(vma), i != 0);
	}
	vm_flags_clear(vma, VM_UFFD_MISSING | VM_UFFD_WP);
	mmap_write_unlock(current->mm);
}

/* ---- what a fault holds --------------------------------------------------------------------------- */

static void release_fault_lock__of_either_kind(struct kunit *test)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(current->mm, P(0));
	struct vm_fault by_vma = {.vma = vma, .flags = FAULT_FLAG_VMA_LOCK};
	struct vm_fault by_mm = {.vma = vma};

	KUNIT_ASSERT_NOT_NULL(test, vma);
	assert_fault_locked(&by_vma);
	release_fault_lock(&by_vma);
	kunit_expect_report(test, "is not locked");
	assert_fault_locked(&by_vma);
	mmap_read_lock(current->mm);
	assert_fault_locked(&by_mm);
	release_fault_lock(&by_mm);
	KUNIT_EXPECT_TRUE(test, mmap_write_trylock(current->mm));
	mmap_write_unlock(current->mm);
}

/* A fault that must not wait keeps its lock; one that has tried before waits. */
static void folio_lock_or_retry__without_waiting(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	struct vm_fault vmf = {.vma = vma_at(0),
			       .flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT};

	KUNIT_ASSERT_NOT_NULL(test, folio);
	mmap_read_lock(current->mm);
	KUNIT_EXPECT_EQ(test, folio_lock_or_retry(folio, &vmf), 0u);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	KUNIT_EXPECT_EQ(test, folio_lock_or_retry(folio, &vmf), (vm_fault_t)VM_FAULT_RETRY);
	KUNIT_EXPECT_EQ(test, __folio_lock_or_retry(folio, &vmf), (vm_fault_t)VM_FAULT_RETRY);
	mmap_assert_locked(current->mm);
	folio_unlock(folio);
	vmf.flags |= FAULT_FLAG_TRIED;
	KUNIT_EXPECT_EQ(test, __folio_lock_or_retry(folio, &vmf), 0u);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	mmap_read_unlock(current->mm);
	folio_unlock(folio);
	folio_put(folio);
}

/* ---- counters --------------------------------------------------------------------------------------- */

static void get_mm_rss__is_the_sum(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	add_mm_counter(mm, MM_FILEPAGES, 1);
	add_mm_counter(mm, MM_ANONPAGES, 20);
	add_mm_counter(mm, MM_SHMEMPAGES, 300);
	add_mm_counter(mm, MM_SWAPENTS, 4000);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 321ul);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		add_mm_counter(mm, i, -(long)get_mm_counter(mm, i));
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0ul);
	mmput(mm);
}

static void mm_counter__by_the_folios_kind(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, mm_counter(folio), MM_FILEPAGES);
	folio_set_swapbacked(folio);
	KUNIT_EXPECT_EQ(test, mm_counter(folio), MM_SHMEMPAGES);
	folio->mapping = (void *)FOLIO_MAPPING_ANON;
	KUNIT_EXPECT_EQ(test, mm_counter(folio), MM_ANONPAGES);
	folio->mapping = NULL;
	folio_clear_swapbacked(folio);
	folio_put(folio);
}

static void mm_tlb_flush_pending__until_the_last(struct kunit *test)
{
	struct mm_struct *mm = current->mm;

	KUNIT_EXPECT_FALSE(test, mm_tlb_flush_pending(mm));
	inc_tlb_flush_pending(mm);
	inc_tlb_flush_pending(mm);
	dec_tlb_flush_pending(mm);
	KUNIT_EXPECT_TRUE(test, mm_tlb_flush_pending(mm));
	dec_tlb_flush_pending(mm);
	KUNIT_EXPECT_FALSE(test, mm_tlb_flush_pending(mm));
}

/* S0.8, S6.43: the page may be pinned, and its address space has pinned before */
static void folio_needs_cow_for_dma__if_both(struct kunit *test)
{
	struct vm_area_struct *vma = vma_at(0);
	struct page *page;

	KUNIT_ASSERT_EQ(test, get_user_pages_unlocked(P(0), 1, &page, FOLL_WRITE), 1l);
	KUNIT_EXPECT_FALSE(test, folio_needs_cow_for_dma(vma, page_folio(page)));
	folio_ref_add(page_folio(page), GUP_PIN_COUNTING_BIAS);
	KUNIT_EXPECT_FALSE(test, folio_needs_cow_for_dma(vma, page_folio(page)));
	folio_ref_sub(page_folio(page), GUP_PIN_COUNTING_BIAS);
	put_page(page);
	KUNIT_ASSERT_EQ(test, pin_user_pages_unlocked(P(0), 1, &page, FOLL_WRITE), 1l);
	KUNIT_EXPECT_TRUE(test, folio_needs_cow_for_dma(vma, page_folio(page)));
	unpin_user_page(page);
	KUNIT_EXPECT_FALSE(test, folio_needs_cow_for_dma(vma, page_folio(page)));
}

#endif

static void get_user__and_put_user_without_a_check(struct kunit *test)
{
	u16 __user *word = (u16 __user *)P(3);
	u16 value = 0;

	KUNIT_EXPECT_EQ(test, __put_user(0x1234, word), 0);
	KUNIT_EXPECT_EQ(test, __put_user(0x5678, word + 1), 0);
	KUNIT_EXPECT_EQ(test, __get_user(value, word), 0);
	KUNIT_EXPECT_EQ(test, value, 0x1234);
	KUNIT_EXPECT_EQ(test, __get_user(value, (u16 __user *)P(2)), -EFAULT);
	KUNIT_EXPECT_EQ(test, value, 0);
	KUNIT_EXPECT_EQ(test, __put_user(value, (u16 __user *)P(2)), -EFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(find_vma_prev__tells_the_one_below),
	KUNIT_CASE(for_each_vma_range__ends_where_it_should),
	KUNIT_CASE(do_munmap__of_the_middle),
	KUNIT_CASE(vma_is_accessible__any_access),
	KUNIT_CASE(vm_flags_reset__replaces_all),
	KUNIT_CASE(get_user__and_put_user_without_a_check),
#ifdef __PSIM__
	KUNIT_CASE(vm_flags_reset__of_an_unlocked_vma),
	KUNIT_CASE(userfaultfd_armed__by_either_flag),
	KUNIT_CASE(release_fault_lock__of_either_kind),
	KUNIT_CASE(folio_lock_or_retry__without_waiting),
	KUNIT_CASE(get_mm_rss__is_the_sum),
	KUNIT_CASE(mm_counter__by_the_folios_kind),
	KUNIT_CASE(mm_tlb_flush_pending__until_the_last),
	KUNIT_CASE(folio_needs_cow_for_dma__if_both),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "vma-more", .init = init, .exit = finish, .test_cases = cases};
kunit_test_suite(suite);
