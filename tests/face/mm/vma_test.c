// SPDX-License-Identifier: MIT
/*
 * VMAs: looking them up, holes between them, unmapping any part of them.
 *
 * The cases use six pages at BASE of an address space of their own:
 *
 *	BASE   +1     +2     +3     +4     +5     +6
 *	|  A   |  A   | hole | hole |  B   |  B   |
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#define BASE 0x10000000ul
#define P(n) (BASE + (n)*PAGE_SIZE)

static unsigned long map(unsigned long from, unsigned long to, unsigned long prot)
{
	return vm_mmap(NULL, from, to - from, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0);
}

static int init(struct kunit *test)
{
	int err = kunit_attach_mm();

	if (err)
		return err;
	if (map(P(0), P(2), PROT_READ | PROT_WRITE) != P(0))
		return -ENOMEM;
	return map(P(4), P(6), PROT_READ | PROT_WRITE) == P(4) ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	vm_munmap(P(0), 16 * PAGE_SIZE);
}

/* Whether the VMA is [start, end). */
static void expect_vma(struct kunit *test, struct vm_area_struct *vma, unsigned long start,
		       unsigned long end)
{
	KUNIT_ASSERT_NOT_NULL(test, vma);
	KUNIT_EXPECT_EQ(test, vma->vm_start, start);
	KUNIT_EXPECT_EQ(test, vma->vm_end, end);
	KUNIT_EXPECT_PTR_EQ(test, vma->vm_mm, current->mm);
}

/* S9.53 */
static void vma_lookup__inside_and_outside(struct kunit *test)
{
	struct mm_struct *mm = current->mm;

	mmap_read_lock(mm);
	expect_vma(test, vma_lookup(mm, P(0)), P(0), P(2));
	expect_vma(test, vma_lookup(mm, P(2) - 1), P(0), P(2));
	expect_vma(test, vma_lookup(mm, P(4)), P(4), P(6));
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, P(0) - 1));
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, P(2)));
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, P(4) - 1));
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, P(6)));
	mmap_read_unlock(mm);
}

/* S9.53 */
static void find_vma_intersection__lowest_that_overlaps(struct kunit *test)
{
	struct mm_struct *mm = current->mm;

	mmap_read_lock(mm);
	expect_vma(test, find_vma_intersection(mm, P(0), P(6)), P(0), P(2));
	expect_vma(test, find_vma_intersection(mm, P(1), P(5)), P(0), P(2));
	expect_vma(test, find_vma_intersection(mm, P(2), P(5)), P(4), P(6));
	expect_vma(test, find_vma_intersection(mm, P(5), P(9)), P(4), P(6));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(mm, P(2), P(4)));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(mm, P(6), P(9)));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(mm, 0, P(0)));
	mmap_read_unlock(mm);
}

/* S9.53 */
static void find_vma__first_that_ends_above(struct kunit *test)
{
	struct mm_struct *mm = current->mm;

	mmap_read_lock(mm);
	expect_vma(test, find_vma(mm, 0), P(0), P(2));
	expect_vma(test, find_vma(mm, P(1)), P(0), P(2));
	expect_vma(test, find_vma(mm, P(2)), P(4), P(6));
	KUNIT_EXPECT_NULL(test, find_vma(mm, P(6)));
	mmap_read_unlock(mm);
}

static void for_each_vma__ascending(struct kunit *test)
{
	VMA_ITERATOR(vmi, current->mm, P(1));
	struct vm_area_struct *vma;
	unsigned long starts[4] = {};
	unsigned int n = 0;

	mmap_read_lock(current->mm);
	for_each_vma(vmi, vma)
	{
		if (n < ARRAY_SIZE(starts))
			starts[n] = vma->vm_start;
		n++;
	}
	mmap_read_unlock(current->mm);
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, starts[0], P(0));
	KUNIT_EXPECT_EQ(test, starts[1], P(4));
}

/* S0.13 */
static void vma_is_anonymous__private_memory(struct kunit *test)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, P(0));
	KUNIT_ASSERT_NOT_NULL(test, vma);
	KUNIT_EXPECT_TRUE(test, vma_is_anonymous(vma));
	KUNIT_EXPECT_EQ(test, vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED),
			VM_READ | VM_WRITE);
	mmap_read_unlock(current->mm);
}

static void vm_mmap__hole_is_filled_and_joined(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, map(P(2), P(4), PROT_READ | PROT_WRITE), P(2));
	mmap_read_lock(current->mm);
	expect_vma(test, vma_lookup(current->mm, P(3)), P(0), P(6));
	mmap_read_unlock(current->mm);
}

static void vm_mmap__other_protection_is_not_joined(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, map(P(2), P(4), PROT_READ), P(2));
	mmap_read_lock(current->mm);
	expect_vma(test, vma_lookup(current->mm, P(1)), P(0), P(2));
	expect_vma(test, vma_lookup(current->mm, P(3)), P(2), P(4));
	expect_vma(test, vma_lookup(current->mm, P(5)), P(4), P(6));
	mmap_read_unlock(current->mm);
}

static void vm_mmap__taken(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (long)map(P(1), P(3), PROT_READ), -EEXIST);
	KUNIT_EXPECT_EQ(test, (long)map(P(3), P(5), PROT_READ), -EEXIST);
	mmap_read_lock(current->mm);
	KUNIT_EXPECT_NULL(test, find_vma_intersection(current->mm, P(2), P(4)));
	mmap_read_unlock(current->mm);
}

static void vm_mmap__anywhere_does_not_overlap(struct kunit *test)
{
	unsigned long a, b;

	a = vm_mmap(NULL, 0, 3 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	b = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(a));
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(b));
	KUNIT_EXPECT_TRUE(test, b + PAGE_SIZE <= a || b >= a + 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, a % PAGE_SIZE, 0ul);
	KUNIT_EXPECT_EQ(test, vm_munmap(a, 3 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, vm_munmap(b, PAGE_SIZE), 0);
}

static void vm_munmap__middle_splits(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, map(P(6), P(10), PROT_READ | PROT_WRITE), P(6));
	KUNIT_EXPECT_EQ(test, vm_munmap(P(5), 2 * PAGE_SIZE), 0);
	mmap_read_lock(current->mm);
	expect_vma(test, vma_lookup(current->mm, P(4)), P(4), P(5));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(current->mm, P(5), P(7)));
	expect_vma(test, vma_lookup(current->mm, P(7)), P(7), P(10));
	KUNIT_EXPECT_EQ(test, vma_lookup(current->mm, P(7))->vm_pgoff, P(7) >> PAGE_SHIFT);
	mmap_read_unlock(current->mm);
}

/* a part of A, the hole, a part of B */
static void vm_munmap__over_several_and_holes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vm_munmap(P(1), 4 * PAGE_SIZE), 0);
	mmap_read_lock(current->mm);
	expect_vma(test, vma_lookup(current->mm, P(0)), P(0), P(1));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(current->mm, P(1), P(5)));
	expect_vma(test, vma_lookup(current->mm, P(5)), P(5), P(6));
	KUNIT_EXPECT_EQ(test, current->mm->map_count, 2);
	mmap_read_unlock(current->mm);
}

static void vm_munmap__nothing_there(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vm_munmap(P(2), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, current->mm->map_count, 2);
}

static void vm_munmap__bad_ranges(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vm_munmap(P(0) + 1, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vm_munmap(P(0), 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vm_munmap(TASK_SIZE, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, current->mm->map_count, 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(vma_lookup__inside_and_outside),
	KUNIT_CASE(find_vma_intersection__lowest_that_overlaps),
	KUNIT_CASE(find_vma__first_that_ends_above),
	KUNIT_CASE(for_each_vma__ascending),
	KUNIT_CASE(vma_is_anonymous__private_memory),
	KUNIT_CASE(vm_mmap__hole_is_filled_and_joined),
	KUNIT_CASE(vm_mmap__other_protection_is_not_joined),
	KUNIT_CASE(vm_mmap__taken),
	KUNIT_CASE(vm_mmap__anywhere_does_not_overlap),
	KUNIT_CASE(vm_munmap__middle_splits),
	KUNIT_CASE(vm_munmap__over_several_and_holes),
	KUNIT_CASE(vm_munmap__nothing_there),
	KUNIT_CASE(vm_munmap__bad_ranges),
	{},
};

static struct kunit_suite suite = {
	.name = "vma", .init = init, .exit = finish, .test_cases = cases};
kunit_test_suite(suite);
