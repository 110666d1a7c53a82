// SPDX-License-Identifier: MIT
/*
 * Several tasks that fault at one slot at the same time. One of them brings the page; the others must see
 * that, give back what they had prepared, and lose no store.
 *
 *	task 0..3 ──store its own word──▶ [ one page ] ──▶ all four words, and the bytes from before
 */
#include <linux/rmap.h>
#include <linux/shmem_fs.h>

#include "fixture.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

#define TASKS  4
#define ROUNDS 6

static u64 word_of(unsigned int task, unsigned int round)
{
	return 0xabc000ull + round * 16 + task;
}

static unsigned long address_of(struct fx *fx, unsigned int task)
{
	return at(fx, 0) + 64 + 8 * task;
}

static void store(struct other *other)
{
	u64 value = other->value;
	unsigned long address = address_of(other->fx, other->page);

	KUNIT_EXPECT_EQ(other->fx->test,
			copy_to_user((void __user *)address, &value, sizeof(value)), 0ul);
	KUNIT_EXPECT_EQ(other->fx->test,
			copy_from_user(&value, (void __user *)address, sizeof(value)), 0ul);
	other->value = value;
}

static void load(struct other *other)
{
	other->value = peek(other->fx, 0);
}

/* @make makes the page what it is to be at first; it holds @before then. */
static void all_at_once(struct kunit *test, void (*make)(struct fx *fx), u64 before)
{
	struct fx *fx = test->priv;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct other others[TASKS] = {}, reader = {};

		make(fx);
		for (unsigned int i = 0; i < TASKS; i++) {
			others[i].page = i;
			others[i].value = word_of(i, round);
			other_start(fx, &others[i], store);
			if (i == 1)
				other_start(fx, &reader, load);
		}
		other_join(&reader);
		KUNIT_EXPECT_EQ(test, reader.value, before);
		for (unsigned int i = 0; i < TASKS; i++) {
			u64 value = 0;

			other_join(&others[i]);
			KUNIT_EXPECT_EQ(test, others[i].value, word_of(i, round));
			KUNIT_EXPECT_EQ(test,
					copy_from_user(&value, (void __user *)address_of(fx, i),
						       sizeof(value)),
					0ul);
			KUNIT_EXPECT_EQ(test, value, word_of(i, round));
		}
		KUNIT_EXPECT_EQ(test, peek(fx, 0), before);
	}
}

static void expect_one_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	settle(fx);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	EXPECT_COUNTS(test, page_at(fx, 0), 1, 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
}

static void make_hole(struct fx *fx)
{
	unsigned long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	KUNIT_ASSERT_EQ(fx->test,
			vm_mmap(NULL, fx->base, PAGE_SIZE, PROT_READ | PROT_WRITE, flags, 0),
			fx->base);
}

/* S6.41 */
static void fault__all_at_a_hole(struct kunit *test)
{
	all_at_once(test, make_hole, 0);
	expect_one_page(test);
}

static void make_zero(struct fx *fx)
{
	make_hole(fx);
	KUNIT_EXPECT_EQ(fx->test, peek(fx, 0), 0ull);
}

static void fault__all_at_the_zero_page(struct kunit *test)
{
	all_at_once(test, make_zero, 0);
	expect_one_page(test);
}

static void make_device(struct fx *fx)
{
	make_hole(fx);
	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(fx->test, to_device(fx, 0, 1), 1u);
}

static void fault__all_at_a_page_of_the_device(struct kunit *test)
{
	all_at_once(test, make_device, pattern(0));
	expect_one_page(test);
}

static void make_exclusive(struct fx *fx)
{
	struct folio *folio;

	make_hole(fx);
	poke(fx, 0, pattern(0));
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_FALSE(fx->test, IS_ERR(make_device_exclusive(fx->mm, at(fx, 0), fx, &folio)));
	mmap_read_unlock(fx->mm);
	folio_unlock(folio);
	folio_put(folio);
}

/* S6.16 */
static void fault__all_at_a_page_exclusive_to_a_device(struct kunit *test)
{
	all_at_once(test, make_exclusive, pattern(0));
	expect_one_page(test);
}

static void map_file(struct fx *fx, struct file *file, unsigned long flags)
{
	KUNIT_ASSERT_EQ(
		fx->test,
		vm_mmap(file, fx->base, PAGE_SIZE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, 0),
		fx->base);
}

static struct file *new_file(struct fx *fx)
{
	struct file *file = shmem_file_setup("same-slot", PAGE_SIZE, 0);

	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(file));
	return file;
}

/* In no slot, and not in the cache either. */
static void make_file(struct fx *fx)
{
	struct file *file = new_file(fx);

	map_file(fx, file, MAP_SHARED);
	fput(file);
}

static void fault__all_at_a_page_of_a_file(struct kunit *test)
{
	struct fx *fx = test->priv;

	all_at_once(test, make_file, 0);
	settle(fx);
	EXPECT_COUNTS(test, page_at(fx, 0), 2, 1);
}

/* In the cache, and in a slot to be read. */
static void make_private(struct fx *fx)
{
	struct file *file = new_file(fx);

	map_file(fx, file, MAP_SHARED);
	poke(fx, 0, pattern(0));
	map_file(fx, file, MAP_PRIVATE);
	fput(file);
	KUNIT_EXPECT_EQ(fx->test, peek(fx, 0), pattern(0));
}

/* S0.13: one copy, and only one */
static void fault__all_at_a_private_page_of_a_file(struct kunit *test)
{
	all_at_once(test, make_private, pattern(0));
	expect_one_page(test);
}

#ifdef __PSIM__
static void make_swapped(struct fx *fx)
{
	make_hole(fx);
	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_ASSERT_EQ(fx->test, kunit_swap_out(at(fx, 0), false), 0);
}

static void fault__all_at_a_page_in_swap(struct kunit *test)
{
	struct fx *fx = test->priv;

	all_at_once(test, make_swapped, pattern(0));
	settle(fx);
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, get_mm_counter(fx->mm, MM_SWAPENTS), 0ul);
}

/* A child has the page as well, and keeps what was in it */
static void fault__all_at_a_page_shared_with_a_child(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *child, *parent = fx->mm;
	struct other others[TASKS] = {};

	make_hole(fx);
	poke(fx, 0, pattern(0));
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	for (unsigned int i = 0; i < TASKS; i++) {
		others[i].page = i;
		others[i].value = word_of(i, 0);
		other_start(fx, &others[i], store);
	}
	for (unsigned int i = 0; i < TASKS; i++) {
		other_join(&others[i]);
		KUNIT_EXPECT_EQ(test, others[i].value, word_of(i, 0));
	}
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	current->mm = child;
	for (unsigned int i = 0; i < TASKS; i++) {
		u64 value = 1;

		KUNIT_EXPECT_EQ(
			test,
			copy_from_user(&value, (void __user *)address_of(fx, i), sizeof(value)),
			0ul);
		KUNIT_EXPECT_EQ(test, value, 0ull);
	}
	current->mm = parent;
}

#define KUNIT_CASES(function)                                                               \
	KUNIT_CASE(function), KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 11), \
		KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 12),               \
		KUNIT_CASE_PSIM(function, .scheduler = "random", .seed = 13)
#else
#define KUNIT_CASES(function) KUNIT_CASE(function)
#endif

static struct kunit_case cases[] = {
	KUNIT_CASES(fault__all_at_a_hole),
	KUNIT_CASES(fault__all_at_the_zero_page),
	KUNIT_CASES(fault__all_at_a_page_of_the_device),
	KUNIT_CASES(fault__all_at_a_page_exclusive_to_a_device),
	KUNIT_CASES(fault__all_at_a_page_of_a_file),
	KUNIT_CASES(fault__all_at_a_private_page_of_a_file),
#ifdef __PSIM__
	KUNIT_CASES(fault__all_at_a_page_in_swap),
	KUNIT_CASES(fault__all_at_a_page_shared_with_a_child),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-same-slot", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
