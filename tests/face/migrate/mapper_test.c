// SPDX-License-Identifier: MIT
/*
 * What a mapper is asked and told when its mapping is cut, moved, protected, inherited and taken away, and
 * what it may refuse; what may be mapped of a file at all.
 */
#include <linux/fs.h>
#include <linux/shmem_fs.h>

#include "fixture.h"

#ifdef __PSIM__

#define RW PROT_READ | PROT_WRITE

/**
 * struct mapper - one mapper's operations, what it answers, and how often it was called
 * @refuse_split: addresses that it wants whole
 * @protect, @move: its answers
 */
static struct mapper {
	struct vm_operations_struct ops;
	unsigned long refuse_split;
	int protect, move;
	unsigned int opens, closes, protects, moves;
} mapper;

static void opened(struct vm_area_struct *vma)
{
	mapper.opens++;
}

static void closed(struct vm_area_struct *vma)
{
	mapper.closes++;
}

static int may_split(struct vm_area_struct *vma, unsigned long address)
{
	return address == mapper.refuse_split ? -EINVAL : 0;
}

static int protect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   unsigned long flags)
{
	mapper.protects++;
	return mapper.protect;
}

static int moved(struct vm_area_struct *vma)
{
	mapper.moves++;
	return mapper.move;
}

static void put_file(void *file)
{
	fput(file);
}

static struct file *file_of(struct kunit *test, unsigned int pages)
{
	struct file *file = shmem_file_setup("mapper-test", pages * PAGE_SIZE, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_file, file), 0);
	return file;
}

/* The fixture's first four pages are a file's whose mapper wants to know everything. */
static void map_watched(struct fx *fx)
{
	struct vm_area_struct *vma;

	KUNIT_ASSERT_EQ(fx->test,
			vm_mmap(file_of(fx->test, 8), fx->base, 4 * PAGE_SIZE, RW,
				MAP_FIXED | MAP_SHARED, 0),
			fx->base);
	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	mapper = (struct mapper){.ops = *vma->vm_ops};
	mapper.ops.open = opened;
	mapper.ops.close = closed;
	mapper.ops.may_split = may_split;
	mapper.ops.mprotect = protect;
	mapper.ops.mremap = moved;
	vma->vm_ops = &mapper.ops;
	mmap_write_unlock(fx->mm);
	poke_all(fx, 0, 4);
}

static unsigned long elsewhere(struct fx *fx)
{
	return fx->base - (1ul << 32);
}

static long move_to(struct fx *fx, unsigned int first, unsigned int pages, unsigned int new_pages)
{
	return kunit_mremap(at(fx, first), pages * PAGE_SIZE, new_pages * PAGE_SIZE,
			    MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere(fx));
}

/* ---- cutting and taking away ---------------------------------------------------------------------------- */

/* each new piece is opened, each that goes is closed */
static void munmap__of_the_middle(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 1), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mapper.opens, 2u);
	KUNIT_EXPECT_EQ(test, mapper.closes, 1u);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), 4 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mapper.closes, 3u);
}

/* a cut that is refused changes nothing, at either end */
static void munmap__cut_is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	mapper.refuse_split = at(fx, 1);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 1), PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 0), PAGE_SIZE), -EINVAL);
	peek_all(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, mapper.opens + mapper.closes, 0u);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(at(fx, 1), PAGE_SIZE, PROT_READ), -EINVAL);
	/* in a line that it does not mind */
	KUNIT_EXPECT_EQ(test, vm_munmap(at(fx, 2), 2 * PAGE_SIZE), 0);
	peek_all(fx, 0, 2);
}

/* neighbours that are alike are not joined: one would have to go without a word */
static void mprotect__back_again(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct vm_area_struct *vma;

	map_watched(fx);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(at(fx, 2), 2 * PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, mapper.protects, 1u);
	KUNIT_EXPECT_EQ(test, mapper.opens, 1u);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(at(fx, 2), 2 * PAGE_SIZE, RW), 0);
	KUNIT_EXPECT_EQ(test, mapper.closes, 0u);
	mmap_read_lock(fx->mm);
	vma = vma_lookup(fx->mm, at(fx, 0));
	KUNIT_EXPECT_EQ(test, vma->vm_end, at(fx, 2));
	mmap_read_unlock(fx->mm);
}

static void mprotect__is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	mapper.protect = -EPERM;
	KUNIT_EXPECT_EQ(test, kunit_mprotect(at(fx, 0), PAGE_SIZE, PROT_READ), -EPERM);
	poke(fx, 0, 5);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 5ull);
	KUNIT_EXPECT_EQ(test, mapper.opens, 0u);
}

/* the child's mapping is opened */
static void fork__opens(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	KUNIT_ASSERT_NOT_NULL(test, kunit_fork_mm(test));
	KUNIT_EXPECT_EQ(test, mapper.opens, 1u);
	KUNIT_EXPECT_EQ(test, mapper.closes, 0u);
}

/* ---- moving ------------------------------------------------------------------------------------------------ */

/* opened in the new place, asked, and closed in the old one */
static void mremap__asks_the_mapper(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	KUNIT_ASSERT_EQ(test, move_to(fx, 0, 4, 4), (long)elsewhere(fx));
	KUNIT_EXPECT_EQ(test, mapper.moves, 1u);
	KUNIT_EXPECT_EQ(test, mapper.opens, 1u);
	KUNIT_EXPECT_EQ(test, mapper.closes, 1u);
	KUNIT_EXPECT_EQ(test, vm_munmap(elsewhere(fx), 4 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mapper.closes, 2u);
}

/* it refuses: the pages are back, and nothing is in the new place */
static void mremap__is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;
	u64 value;

	map_watched(fx);
	mapper.move = -EPERM;
	KUNIT_EXPECT_EQ(test, move_to(fx, 0, 4, 4), (long)-EPERM);
	peek_all(fx, 0, 4);
	KUNIT_EXPECT_NE(test, copy_from_user(&value, (void __user *)elsewhere(fx), sizeof(value)),
			0ul);
	KUNIT_EXPECT_EQ(test, mapper.opens, mapper.closes);
}

/* moving a part cuts, which may be refused at either end */
static void mremap__cut_is_refused(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	mapper.refuse_split = at(fx, 1);
	KUNIT_EXPECT_EQ(test, move_to(fx, 1, 2, 2), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, move_to(fx, 0, 1, 1), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, mapper.moves, 0u);
	peek_all(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, move_to(fx, 2, 2, 2), (long)elsewhere(fx));
}

static void set_flags(struct fx *fx, vm_flags_t flags, pgoff_t pgoff)
{
	mmap_write_lock(fx->mm);
	vm_flags_set(vma_lookup(fx->mm, fx->base), flags);
	if (pgoff)
		vma_lookup(fx->mm, fx->base)->vm_pgoff = pgoff;
	mmap_write_unlock(fx->mm);
}

/* a device's registers, say, do not grow; they may move, but not twice over */
static void mremap__of_what_must_not_grow(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_watched(fx);
	set_flags(fx, VM_DONTEXPAND, 0);
	KUNIT_EXPECT_EQ(test, move_to(fx, 0, 4, 5), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test,
			kunit_mremap(at(fx, 0), 4 * PAGE_SIZE, 4 * PAGE_SIZE,
				     MREMAP_MAYMOVE | MREMAP_DONTUNMAP, elsewhere(fx)),
			(long)-EINVAL);
	peek_all(fx, 0, 4);
	KUNIT_EXPECT_EQ(test, move_to(fx, 0, 4, 4), (long)elsewhere(fx));
}

/* ---- what may be mapped --------------------------------------------------------------------------------------- */

static long map_file(struct fx *fx, struct file *file, unsigned long prot, unsigned long flags)
{
	return vm_mmap(file, fx->base, PAGE_SIZE, prot, MAP_FIXED | flags, 0);
}

/* what a file is not open for its mappings cannot do, and cannot be given later */
static void vm_mmap__of_a_file_open_for_reading(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = file_of(test, 1);
	struct vm_area_struct *vma;

	file->f_mode = FMODE_READ;
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_SHARED), (long)-EACCES);
	KUNIT_EXPECT_EQ(test, map_file(fx, file, PROT_READ, MAP_SHARED), (long)fx->base);
	mmap_read_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	KUNIT_EXPECT_EQ(test, vma->vm_flags & (VM_SHARED | VM_MAYWRITE), 0ul);
	KUNIT_EXPECT_TRUE(test, vma->vm_flags & VM_MAYSHARE);
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, kunit_mprotect(fx->base, PAGE_SIZE, RW), -EACCES);
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_PRIVATE), (long)fx->base);
	poke(fx, 0, 1);
}

static void vm_mmap__of_a_file_that_cannot_be_read(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = file_of(test, 1);

	file->f_mode = FMODE_WRITE;
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_SHARED), (long)-EACCES);
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_PRIVATE), (long)-EACCES);
}

static void vm_mmap__of_a_file_without_mappings(struct kunit *test)
{
	static const struct file_operations none;
	struct fx *fx = test->priv;
	struct file *file = file_of(test, 1);
	const struct file_operations *ops = file->f_op;

	file->f_op = &none;
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_SHARED), (long)-ENODEV);
	KUNIT_EXPECT_EQ(test, map_file(fx, file, RW, MAP_PRIVATE), (long)-ENODEV);
	file->f_op = ops;
}

static void vm_mmap__wild_offsets(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = file_of(test, 1);

	KUNIT_EXPECT_EQ(test, vm_mmap(file, 0, PAGE_SIZE, RW, MAP_SHARED, 1),
			(unsigned long)-EINVAL);
	KUNIT_EXPECT_EQ(test, vm_mmap(file, 0, 2 * PAGE_SIZE, RW, MAP_SHARED, -PAGE_SIZE),
			(unsigned long)-EINVAL);
	KUNIT_EXPECT_EQ(
		test,
		vm_mmap(file, fx->base, PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, -2 * PAGE_SIZE),
		fx->base);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(munmap__of_the_middle),
	KUNIT_CASE(munmap__cut_is_refused),
	KUNIT_CASE(mprotect__back_again),
	KUNIT_CASE(mprotect__is_refused),
	KUNIT_CASE(fork__opens),
	KUNIT_CASE(mremap__asks_the_mapper),
	KUNIT_CASE(mremap__is_refused),
	KUNIT_CASE(mremap__cut_is_refused),
	KUNIT_CASE(mremap__of_what_must_not_grow),
	KUNIT_CASE(vm_mmap__of_a_file_open_for_reading),
	KUNIT_CASE(vm_mmap__of_a_file_that_cannot_be_read),
	KUNIT_CASE(vm_mmap__of_a_file_without_mappings),
	KUNIT_CASE(vm_mmap__wild_offsets),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-mapper", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);

#endif /* __PSIM__ */
