// SPDX-License-Identifier: MIT
/* System calls on huge pages: fork, advice, moves and protection of all or of a part, collapse, no memory. */
#include <sys/mman.h>

#include "one_process.h"

#define SPAN	 (512ul * PAGE)
#define HERE	 0x200000000000ul
#define THERE	 0x300000000000ul
#define COLLAPSE 25

static int setup_huge(void **state)
{
	const struct psim_config config = {.ram_bytes = 32 << 20, .huge_pages = 1, .quiet = 1};

	(void)state;
	return start_with(&config);
}

static void store_in(struct psim_process *p, unsigned long address, uint64_t value)
{
	assert_int_equal(psim_store(p, address, &value, sizeof(value)), 0);
}

static void store(unsigned long address, uint64_t value)
{
	store_in(process, address, value);
}

static void expect_in(struct psim_process *p, unsigned long address, uint64_t value)
{
	uint64_t found = ~0ull;

	assert_int_equal(psim_load(p, address, &found, sizeof(found)), 0);
	assert_int_equal(found, value);
}

static void expect(unsigned long address, uint64_t value)
{
	expect_in(process, address, value);
}

static void map_here(unsigned long address, unsigned long bytes)
{
	assert_int_equal(psim_mmap_at(process, address, bytes, RW,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
			 address);
}

/* A leaf at HERE, with values in its first, a middle and its last page. */
static void map_leaf(void)
{
	map_here(HERE, SPAN);
	store(HERE, 1);
	store(HERE + 200 * PAGE, 2);
	store(HERE + SPAN - PAGE, 3);
}

static void expect_leaf(struct psim_process *p, unsigned long at)
{
	expect_in(p, at, 1);
	expect_in(p, at + 200 * PAGE, 2);
	expect_in(p, at + SPAN - PAGE, 3);
	expect_in(p, at + 77 * PAGE, 0);
}

static struct psim_page_info info(struct psim_process *p, unsigned long address)
{
	struct psim_page_info found = {0};

	assert_true((int)psim_where(p, address, &found) >= 0);
	return found;
}

/* Whether the pages of 2 MiB are one row in RAM, aligned. */
static int in_a_row(struct psim_process *p, unsigned long at)
{
	unsigned long first = info(p, at).pfn;

	return first && first % 512 == 0 && info(p, at + SPAN - PAGE).pfn == first + 511;
}

static struct psim_process *fork_it(void)
{
	struct psim_process *child = NULL;

	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_audit(), 0);
	return child;
}

/* Who writes first gets one page of its own, not 512. */
/* a huge page is not swapped, and says so; nor is the one of zeros, which is no page of anybody's */
static void swap_out__leaf_is_refused(void **state)
{
	(void)state;
	map_leaf();
	assert_int_equal(psim_swap_out(process, HERE), -EBUSY);
	assert_int_equal(psim_swap_out(process, HERE + 77 * PAGE), -EBUSY);
	expect_leaf(process, HERE);
	map_here(THERE, SPAN);
	expect(THERE, 0);
	assert_int_equal(psim_swap_out(process, THERE), -ENOENT);
	assert_int_equal(psim_swap_out(process, THERE + SPAN), -ENOENT);
}

static void fork__leaf_is_split_by_a_write(void **state)
{
	struct psim_process *child;

	(void)state;
	map_leaf();
	child = fork_it();
	assert_true(in_a_row(child, HERE));
	store(HERE + PAGE, 9);
	assert_int_equal(psim_audit(), 0);
	expect_leaf(child, HERE);
	expect_in(child, HERE + PAGE, 0);
	expect_leaf(process, HERE);
	assert_int_equal(info(child, HERE).pfn, info(process, HERE).pfn);
	assert_int_not_equal(info(child, HERE + PAGE).pfn, info(process, HERE + PAGE).pfn);
	assert_int_equal(psim_process_exit(child), 0);
}

/* The last that is left writes where it is. */
static void fork__leaf_of_the_last_is_reused(void **state)
{
	struct psim_process *child;
	unsigned long pfn;

	(void)state;
	map_leaf();
	pfn = info(process, HERE).pfn;
	child = fork_it();
	assert_false(info(process, HERE).writable);
	assert_int_equal(psim_process_exit(child), 0);
	store(HERE + PAGE, 9);
	assert_int_equal(info(process, HERE).pfn, pfn);
	assert_true(in_a_row(process, HERE));
	assert_true(info(process, HERE).writable);
	expect_leaf(process, HERE);
}

/* The shared huge zero page stays shared; a write replaces it. */
static void fork__leaf_of_zeros(void **state)
{
	struct psim_process *child;

	(void)state;
	map_here(HERE, SPAN);
	expect(HERE + 5 * PAGE, 0);
	child = fork_it();
	store_in(child, HERE + 6 * PAGE, 4);
	expect(HERE + 6 * PAGE, 0);
	expect_in(child, HERE + 6 * PAGE, 4);
	expect_in(child, HERE + 7 * PAGE, 0);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(psim_mprotect(process, HERE, SPAN, PROT_READ), 0);
	assert_int_equal(
		psim_mremap(process, HERE, SPAN, SPAN, MREMAP_MAYMOVE | MREMAP_FIXED, THERE),
		THERE);
	expect(THERE + 6 * PAGE, 0);
	assert_int_equal(psim_madvise(process, THERE, SPAN, MADV_FREE), 0);
	assert_int_equal(psim_madvise(process, THERE, SPAN, MADV_DONTNEED), 0);
	expect(THERE, 0);
}

/* S6.77: all of it stays a leaf that is clean; a part splits it; what others map is left alone */
static void madvise_free__of_a_leaf(void **state)
{
	struct psim_process *child;

	(void)state;
	map_leaf();
	assert_true(info(process, HERE).dirty);
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_FREE), 0);
	assert_true(in_a_row(process, HERE));
	assert_false(info(process, HERE).dirty);
	expect_leaf(process, HERE);
	store(HERE, 1);
	assert_true(info(process, HERE).dirty);
	child = fork_it();
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_FREE), 0);
	assert_true(info(process, HERE).dirty);
	assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(psim_madvise(process, HERE + PAGE, 8 * PAGE, MADV_FREE), 0);
	assert_int_equal(psim_audit(), 0);
	assert_true(info(process, HERE).dirty);
	assert_false(info(process, HERE + PAGE).dirty);
	expect_leaf(process, HERE);
}

/* S6.76: aligned as a leaf; else, or where there is a table with something in it, by its pages */
static void mremap__of_a_leaf(void **state)
{
	const int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
	unsigned long pfn;

	(void)state;
	map_leaf();
	pfn = info(process, HERE).pfn;
	assert_int_equal(psim_mremap(process, HERE, SPAN, SPAN, fixed, THERE), THERE);
	assert_int_equal(info(process, THERE).pfn, pfn);
	assert_true(in_a_row(process, THERE));
	expect_leaf(process, THERE);
	assert_int_equal(psim_where(process, HERE, NULL), PSIM_NOWHERE);
	assert_int_equal(psim_mremap(process, THERE, SPAN, SPAN, fixed, HERE + PAGE), HERE + PAGE);
	expect_leaf(process, HERE + PAGE);
	assert_int_equal(info(process, HERE + PAGE).pfn, pfn);
	assert_int_equal(psim_audit(), 0);
}

static void mprotect__of_a_leaf(void **state)
{
	(void)state;
	map_leaf();
	assert_int_equal(psim_mprotect(process, HERE, SPAN, PROT_READ), 0);
	assert_true(in_a_row(process, HERE));
	assert_false(info(process, HERE).writable);
	assert_int_equal(psim_mprotect(process, HERE, SPAN, RW), 0);
	store(HERE, 1);
	assert_int_equal(psim_mprotect(process, HERE + PAGE, PAGE, PROT_READ), 0);
	expect_leaf(process, HERE);
	assert_int_equal(psim_store(process, HERE + PAGE, &(uint64_t){1}, 8), -EFAULT);
	store(HERE + 2 * PAGE, 5);
	assert_int_equal(psim_audit(), 0);
}

/* ---- collapse ------------------------------------------------------------------------------------------ */

/* 512 single pages, all but every third of them written. */
static void map_singles(void)
{
	map_here(HERE, SPAN);
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_NOHUGEPAGE), 0);
	for (unsigned long i = 0; i < 512; i++) {
		if (i % 3)
			store(HERE + i * PAGE, i);
	}
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_HUGEPAGE), 0);
}

static void expect_singles(void)
{
	for (unsigned long i = 0; i < 512; i++)
		expect(HERE + i * PAGE, i % 3 ? i : 0);
}

static void collapse__what_may_be(void **state)
{
	(void)state;
	map_singles();
	expect(HERE, 0); /* the zero page is no hindrance */
	assert_int_equal(psim_madvise(process, HERE, SPAN, COLLAPSE), 0);
	assert_true(in_a_row(process, HERE));
	expect_singles();
	/* a leaf is one already */
	assert_int_equal(psim_madvise(process, HERE, SPAN, COLLAPSE), 0);
	assert_int_equal(psim_audit(), 0);
}

static void collapse__what_may_not(void **state)
{
	(void)state;
	map_here(HERE, SPAN);
	/* nothing was ever there */
	assert_int_equal(psim_madvise(process, HERE, SPAN, COLLAPSE), -EINVAL);
	/* no room for one */
	assert_int_equal(psim_munmap(process, HERE, PAGE), 0);
	assert_int_equal(psim_madvise(process, HERE + PAGE, PAGE, COLLAPSE), -EINVAL);
	map_singles();
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_NOHUGEPAGE), 0);
	assert_int_equal(psim_madvise(process, HERE, SPAN, COLLAPSE), -EINVAL);
	assert_int_equal(psim_madvise(process, HERE, SPAN, MADV_HUGEPAGE), 0);
	/* one page is swapped out, in the middle: those before it are put back */
	assert_int_equal(psim_swap_out(process, HERE + 100 * PAGE), 0);
	assert_int_equal(psim_madvise(process, HERE, SPAN, COLLAPSE), -EINVAL);
	assert_false(in_a_row(process, HERE));
	assert_int_equal(psim_audit(), 0);
	expect_singles();
}

static void collapse__shared_with_a_child(void **state)
{
	struct psim_process *child;

	(void)state;
	map_singles();
	child = fork_it();
	assert_int_equal(psim_audit(), 0);
	psim_madvise(process, HERE, SPAN, COLLAPSE);
	assert_int_equal(psim_audit(), 0);
	expect_singles();
	store(HERE + PAGE, 99);
	expect_in(child, HERE + PAGE, 1);
	assert_int_equal(psim_process_exit(child), 0);
}

/* ---- no memory ------------------------------------------------------------------------------------------- */

/* Return: how many calls were refused. What is read afterwards is right, whatever was. */
static unsigned int run_calls(void)
{
	struct psim_process *child = NULL;
	unsigned int refused = 0;
	uint64_t value = 0;

	for (unsigned int i = 0; i < 2; i++)
		refused += psim_mmap_at(process, i ? THERE : HERE, SPAN, RW,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) < 0;
	refused += psim_load(process, THERE, &value, 8) != 0;
	assert_int_equal(value, 0);
	value = 1;
	refused += psim_store(process, HERE, &value, 8) != 0;
	psim_audit();
	refused += psim_fork(process, "child", &child) != 0;
	assert_int_equal(psim_audit(), 0);
	value = 2;
	refused += psim_store(process, HERE + PAGE, &value, 8) != 0;
	refused += psim_store(process, THERE, &value, 8) != 0;
	assert_int_equal(psim_audit(), 0);
	if (child) {
		refused += psim_store(child, HERE + 2 * PAGE, &value, 8) != 0;
		refused += psim_store(child, THERE + PAGE, &value, 8) != 0;
		assert_int_equal(psim_process_exit(child), 0);
	}
	refused += psim_madvise(process, HERE, SPAN, COLLAPSE) != 0;
	assert_int_equal(psim_audit(), 0);
	refused += psim_mremap(process, HERE, SPAN, SPAN, MREMAP_MAYMOVE | MREMAP_FIXED,
			       THERE + 4 * SPAN) < 0;
	refused += psim_mremap(process, THERE, SPAN, SPAN, MREMAP_MAYMOVE | MREMAP_FIXED,
			       THERE + 8 * SPAN + PAGE) < 0;
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_munmap(process, 1ul << 16, (1ul << 46) - (1ul << 16)), 0);
	return refused;
}

static void leaf__without_memory_at_any_point(void **state)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_SLAB, PSIM_FAIL_PAGE, PSIM_FAIL_TABLE};

	const unsigned int always = run_calls(); /* a collapse may have nothing to do */

	(void)state;
	assert_true(always <= 1);
	for (unsigned int k = 0; k < 3; k++) {
		unsigned long calls, nth;

		assert_int_equal(psim_fail_nth(kinds[k], 0), 0);
		run_calls();
		calls = psim_fail_calls(kinds[k]);
		assert_true(calls >= 3);
		for (nth = 1; nth <= calls; nth++) {
			assert_int_equal(psim_fail_nth(kinds[k], nth), 0);
			run_calls();
			psim_fail_nth(kinds[k], 0);
		}
	}
	assert_int_equal(run_calls(), always);
}

int main(void)
{
#define HUGE_CASE(name) cmocka_unit_test_setup_teardown(name, setup_huge, teardown)
	const struct CMUnitTest tests[] = {
		HUGE_CASE(swap_out__leaf_is_refused),
		HUGE_CASE(fork__leaf_is_split_by_a_write),
		HUGE_CASE(fork__leaf_of_the_last_is_reused),
		HUGE_CASE(fork__leaf_of_zeros),
		HUGE_CASE(madvise_free__of_a_leaf),
		HUGE_CASE(mremap__of_a_leaf),
		HUGE_CASE(mprotect__of_a_leaf),
		HUGE_CASE(collapse__what_may_be),
		HUGE_CASE(collapse__what_may_not),
		HUGE_CASE(collapse__shared_with_a_child),
		HUGE_CASE(leaf__without_memory_at_any_point),
	};

	return cmocka_run_group_tests_name("leaf", tests, NULL, NULL);
}
