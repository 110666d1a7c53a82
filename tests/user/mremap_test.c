// SPDX-License-Identifier: MIT
/* mremap(2) over the user face: in place, elsewhere, many mappings at once, what is refused, no memory. */
#include <sys/mman.h>

#include <psim/file.h>
#include "one_process.h"

#define HUGE  (2ul << 20)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)
#define MOVE  MREMAP_MAYMOVE
#define FIXED (MREMAP_MAYMOVE | MREMAP_FIXED)
#define KEEP  (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)

#define HERE  0x200000000000ul
#define THERE 0x300000000000ul

static void map_as(unsigned long at, size_t pages, int prot, int flags)
{
	assert_int_equal(psim_mmap_at(process, at, pages * PAGE, prot,
				      flags | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, NULL, 0),
			 at);
}

static void store(unsigned long address, uint64_t value)
{
	assert_int_equal(psim_store(process, address, &value, sizeof(value)), 0);
}

static void expect(unsigned long address, uint64_t value)
{
	uint64_t found = ~0ull;

	assert_int_equal(psim_load(process, address, &found, sizeof(found)), 0);
	assert_int_equal(found, value);
}

/* @pages from HERE, each with its number from 1 */
static void map_here(size_t pages)
{
	map_as(HERE, pages, RW, MAP_PRIVATE);
	for (size_t i = 0; i < pages; i++)
		store(HERE + i * PAGE, i + 1);
}

static long remap(size_t old_pages, size_t new_pages, int flags, unsigned long to)
{
	return psim_mremap(process, HERE, old_pages * PAGE, new_pages * PAGE, flags, to);
}

static enum psim_place where(unsigned long address)
{
	return psim_where(process, address, NULL);
}

static size_t mappings(void)
{
	return psim_mappings(process, NULL, 0);
}

/* ---- what is refused ------------------------------------------------------------------------------- */

static void mremap__wrong_numbers(void **state)
{
	(void)state;
	map_here(4);
	assert_int_equal(remap(4, 4, 8, 0), -EINVAL);
	assert_int_equal(psim_mremap(process, HERE + 1, PAGE, PAGE, MOVE, 0), -EINVAL);
	assert_int_equal(remap(4, 0, MOVE, 0), -EINVAL);
	assert_int_equal(psim_mremap(process, HERE, PAGE, 1ul << 60, MOVE, 0), -EINVAL);
	assert_int_equal(remap(4, 4, MREMAP_FIXED, THERE), -EINVAL);
	assert_int_equal(remap(4, 4, FIXED, THERE + 1), -EINVAL);
	assert_int_equal(remap(4, 4, FIXED, 1ul << 47), -EINVAL);
	assert_int_equal(remap(4, 5, KEEP, 0), -EINVAL);
	assert_int_equal(remap(4, 4, FIXED, HERE + PAGE), -EINVAL);
	assert_int_equal(remap(4, 4, FIXED, HERE - 3 * PAGE), -EINVAL);
	assert_int_equal(psim_mremap(NULL, HERE, PAGE, PAGE, MOVE, 0), -EINVAL);
	expect(HERE, 1);
	assert_int_equal(mappings(), 1);
}

static void mremap__nothing_there(void **state)
{
	(void)state;
	map_here(4);
	assert_int_equal(psim_mremap(process, THERE, PAGE, PAGE, MOVE, 0), -EFAULT);
	assert_int_equal(psim_mremap(process, THERE, PAGE, PAGE, FIXED, THERE + HUGE), -EFAULT);
	/* it begins in a hole */
	assert_int_equal(psim_mremap(process, HERE - PAGE, 2 * PAGE, 2 * PAGE, FIXED, THERE),
			 -EFAULT);
	/* more than the mapping has */
	assert_int_equal(remap(5, 8, MOVE, 0), -EFAULT);
	/* nothing of a private mapping */
	assert_int_equal(remap(0, 4, MOVE, 0), -EINVAL);
}

static void mremap__beyond_the_address_space(void **state)
{
	const unsigned long top = (1ul << 47) - PAGE;
	const size_t too_much = (1ul << 46) + (1ul << 45);

	(void)state;
	map_as(top - PAGE, 1, RW, MAP_PRIVATE);
	assert_int_equal(psim_mremap(process, top - PAGE, PAGE, 2 * PAGE, 0, 0), -ENOMEM);
	assert_int_equal(psim_mremap(process, top - PAGE, PAGE, too_much, MOVE, 0), -ENOMEM);
	/* a place that only the privileged may use */
	assert_int_equal(psim_mremap(process, top - PAGE, PAGE, PAGE, FIXED, PAGE), -EPERM);
}

static void mremap__locked_beyond_the_limit(void **state)
{
	(void)state;
	map_here(2);
	assert_int_equal(psim_mlock(process, HERE, 2 * PAGE), 0);
	assert_int_equal(psim_set_memlock_limit(process, 3 * PAGE), 0);
	assert_int_equal(remap(2, 4, MOVE, 0), -EAGAIN);
	assert_int_equal(remap(2, 3, MOVE, 0), HERE);
}

/* ---- in place -------------------------------------------------------------------------------------- */

/* S6.56 */
static void mremap__shrinks(void **state)
{
	(void)state;
	map_here(4);
	assert_int_equal(remap(4, 4, 0, 0), HERE);
	assert_int_equal(remap(4, 1, 0, 0), HERE);
	expect(HERE, 1);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(where(HERE + i * PAGE), PSIM_NOWHERE);
}

/* S6.56 */
static void mremap__grows_in_place(void **state)
{
	(void)state;
	map_here(2);
	assert_int_equal(remap(2, 5, 0, 0), HERE);
	assert_int_equal(mappings(), 1);
	expect(HERE + PAGE, 2);
	expect(HERE + 4 * PAGE, 0);
	assert_int_equal(where(HERE + 5 * PAGE), PSIM_NOWHERE);
}

/* S6.56: the child of a fork has an anon_vma of its own beside its parent's: its mapping grows all the same */
static void mremap__grows_in_a_child(void **state)
{
	struct psim_process *child;

	(void)state;
	map_here(2);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_mremap(child, HERE, 2 * PAGE, 5 * PAGE, 0, 0), HERE);
	assert_int_equal(psim_mappings(child, NULL, 0), 1);
	assert_int_equal(psim_process_exit(child), 0);
}

/* the last page that there is */
static void mremap__grows_to_the_last_address(void **state)
{
	const unsigned long last = 0x7ffffffff000ul - PAGE;

	(void)state;
	map_as(last - PAGE, 1, RW, MAP_PRIVATE);
	assert_int_equal(psim_mremap(process, last - PAGE, PAGE, 2 * PAGE, 0, 0), last - PAGE);
	store(last, 7);
	expect(last, 7);
	assert_int_equal(psim_mremap(process, last - PAGE, 2 * PAGE, 3 * PAGE, 0, 0), -ENOMEM);
	assert_int_equal(psim_mremap(process, last - PAGE, PAGE, PAGE, FIXED, last), last);
}

/* only the end of a mapping has room behind it */
static void mremap__no_room(void **state)
{
	(void)state;
	map_here(4);
	map_as(HERE + 5 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	assert_int_equal(remap(2, 3, 0, 0), -ENOMEM);
	assert_int_equal(remap(4, 6, 0, 0), -ENOMEM);
	assert_int_equal(remap(4, 5, 0, 0), HERE);
}

/* S6.56: a locked mapping's new part is brought in and counted */
static void mremap__locked_grows(void **state)
{
	struct psim_mapping found;

	(void)state;
	map_here(2);
	assert_int_equal(psim_mlock(process, HERE, 2 * PAGE), 0);
	assert_int_equal(remap(2, 4, 0, 0), HERE);
	assert_int_equal(where(HERE + 3 * PAGE), PSIM_RAM);
	map_as(HERE + 4 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	assert_int_equal(remap(4, 6, FIXED, THERE), THERE);
	assert_int_equal(where(THERE + 5 * PAGE), PSIM_RAM);
	expect(THERE + PAGE, 2);
	assert_int_equal(psim_mappings(process, &found, 1), 2);
	assert_int_equal(psim_munlock(process, THERE, 6 * PAGE), 0);
	/* nothing is locked any more: all of the limit is free */
	assert_int_equal(psim_set_memlock_limit(process, PAGE), 0);
	assert_int_equal(psim_mlock(process, THERE, PAGE), 0);
}

/* ---- elsewhere ------------------------------------------------------------------------------------- */

/* S6.56: without room behind it a mapping moves, and all that it holds */
static void mremap__moves_to_grow(void **state)
{
	long at;

	(void)state;
	map_here(4);
	map_as(HERE + 4 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	at = remap(4, 8, MOVE, 0);
	assert_true(at > 0 && (unsigned long)at != HERE);
	for (unsigned int i = 0; i < 4; i++) {
		expect(at + i * PAGE, i + 1);
		assert_int_equal(where(HERE + i * PAGE), PSIM_NOWHERE);
	}
	expect(at + 7 * PAGE, 0);
}

/* S6.56: from the middle, and what is cut off goes */
static void mremap__middle_shrinks_and_moves(void **state)
{
	(void)state;
	map_here(8);
	map_as(THERE, 2, PROT_READ, MAP_PRIVATE);
	assert_int_equal(psim_mremap(process, HERE + 2 * PAGE, 4 * PAGE, 2 * PAGE, FIXED, THERE),
			 THERE);
	expect(THERE, 3);
	expect(THERE + PAGE, 4);
	for (unsigned int i = 2; i < 6; i++)
		assert_int_equal(where(HERE + i * PAGE), PSIM_NOWHERE);
	expect(HERE + PAGE, 2);
	expect(HERE + 6 * PAGE, 7);
	assert_int_equal(mappings(), 3);
}

/* S6.56: whole page tables change hands */
static void mremap__tables_move(void **state)
{
	(void)state;
	map_as(HERE, 2 * HUGE / PAGE + 3, RW, MAP_PRIVATE);
	store(HERE, 1);
	store(HERE + HUGE - PAGE, 2);
	store(HERE + 2 * HUGE, 3);
	assert_int_equal(psim_madvise(process, HERE, 2 * HUGE, MADV_NOHUGEPAGE), 0);
	assert_int_equal(psim_mremap(process, HERE, HUGE, HUGE, FIXED, THERE), THERE);
	assert_int_equal(psim_audit(), 0);
	expect(THERE, 1);
	expect(THERE + HUGE - PAGE, 2);
	assert_int_equal(where(HERE), PSIM_NOWHERE);
	expect(HERE + 2 * HUGE, 3);
	/* where there is a table already the slots are moved one by one */
	map_as(HERE, 1, RW, MAP_PRIVATE);
	store(HERE, 9);
	assert_int_equal(psim_mremap(process, THERE, HUGE, HUGE, FIXED, HERE), HERE);
	expect(HERE, 1);
	expect(HERE + HUGE - PAGE, 2);
}

/* The old place stays mapped, empty and not locked. */
static void mremap__dontunmap(void **state)
{
	struct psim_mapping found[2];

	(void)state;
	map_here(4);
	assert_int_equal(psim_mlock(process, HERE, 4 * PAGE), 0);
	assert_int_equal(remap(4, 4, KEEP | MREMAP_FIXED, THERE), THERE);
	expect(THERE + 3 * PAGE, 4);
	assert_int_equal(where(HERE), PSIM_EMPTY);
	expect(HERE, 0);
	assert_int_equal(psim_mappings(process, found, 2), 2);
	assert_int_equal(found[0].flags & PSIM_MAPPING_LOCKED, 0);
	assert_int_equal(found[1].flags & PSIM_MAPPING_LOCKED, PSIM_MAPPING_LOCKED);
}

/* A part of a mapping: the rest keeps its pages. */
static void mremap__dontunmap_of_a_part(void **state)
{
	long at;

	(void)state;
	map_here(4);
	at = psim_mremap(process, HERE + PAGE, PAGE, PAGE, KEEP, 0);
	assert_true(at > 0);
	expect(at, 2);
	expect(HERE, 1);
	expect(HERE + PAGE, 0);
	expect(HERE + 2 * PAGE, 3);
	store(HERE + PAGE, 7);
	expect(at, 2);
}

/* Both places are the same memory. */
static void mremap__dontunmap_of_shared_memory(void **state)
{
	(void)state;
	map_as(HERE, 3, RW, MAP_SHARED);
	store(HERE + PAGE, 5);
	assert_int_equal(remap(3, 3, KEEP | MREMAP_FIXED, THERE), THERE);
	assert_int_equal(psim_audit(), 0);
	expect(HERE + PAGE, 5);
	store(THERE + PAGE, 6);
	expect(HERE + PAGE, 6);
}

/* Nothing of a shared mapping moves: a second mapping of the same memory. */
static void mremap__of_nothing_doubles_a_shared_mapping(void **state)
{
	long at;

	(void)state;
	map_as(HERE, 2, RW, MAP_SHARED);
	store(HERE + PAGE, 5);
	at = remap(0, 2, MOVE, 0);
	assert_true(at > 0);
	expect(at + PAGE, 5);
	store(at + PAGE, 6);
	expect(HERE + PAGE, 6);
}

/* S6.56: pages of a file keep their place in it */
static void mremap__of_a_file(void **state)
{
	struct psim_file *file = psim_file_create(4 * PAGE, 0);
	uint64_t value = 77;

	(void)state;
	assert_non_null(file);
	assert_int_equal(psim_file_write(file, 3 * PAGE, &value, sizeof(value)), sizeof(value));
	assert_int_equal(
		psim_mmap_at(process, HERE, 3 * PAGE, RW, MAP_SHARED | MAP_FIXED, file, PAGE),
		HERE);
	expect(HERE + 2 * PAGE, 77);
	assert_int_equal(psim_mremap(process, HERE + PAGE, 2 * PAGE, 2 * PAGE, FIXED, THERE),
			 THERE);
	expect(THERE + PAGE, 77);
	store(THERE, 78);
	assert_int_equal(psim_file_read(file, 2 * PAGE, &value, sizeof(value)), sizeof(value));
	assert_int_equal(value, 78);
	assert_int_equal(psim_munmap(process, HERE, PAGE), 0);
	assert_int_equal(psim_munmap(process, THERE, 2 * PAGE), 0);
	assert_int_equal(psim_file_close(file), 0);
}

/* Several mappings move as they are, with the hole between them. */
static void mremap__several_mappings(void **state)
{
	(void)state;
	map_here(2);
	map_as(HERE + 3 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	map_as(HERE + 4 * PAGE, 2, RW, MAP_PRIVATE);
	store(HERE + 4 * PAGE, 5);
	assert_int_equal(remap(6, 6, FIXED, THERE), THERE);
	expect(THERE + PAGE, 2);
	assert_int_equal(where(THERE + 2 * PAGE), PSIM_NOWHERE);
	expect(THERE + 3 * PAGE, 0);
	expect(THERE + 4 * PAGE, 5);
	assert_int_equal(where(HERE + 4 * PAGE), PSIM_NOWHERE);
	assert_int_equal(mappings(), 3);
}

/* Next to memory of its own that it fits to, a mapping becomes one with it. */
static void mremap__back_to_its_neighbour(void **state)
{
	(void)state;
	map_here(4);
	assert_int_equal(psim_mremap(process, HERE + 2 * PAGE, 2 * PAGE, 2 * PAGE, FIXED, THERE),
			 THERE);
	assert_int_equal(mappings(), 2);
	assert_int_equal(psim_mremap(process, THERE, 2 * PAGE, 2 * PAGE, FIXED, HERE + 2 * PAGE),
			 HERE + 2 * PAGE);
	assert_int_equal(mappings(), 1);
	expect(HERE + 3 * PAGE, 4);
}

/* The new place is joined to the old mapping, which grows: then the old place is cut out of it. */
static void mremap__untouched_moves_next_to_itself(void **state)
{
	(void)state;
	map_as(HERE, 4, RW, MAP_PRIVATE);
	assert_int_equal(psim_mremap(process, HERE, 2 * PAGE, 2 * PAGE, FIXED, HERE + 4 * PAGE),
			 HERE + 4 * PAGE);
	assert_int_equal(mappings(), 1);
	assert_int_equal(where(HERE), PSIM_NOWHERE);
	assert_int_equal(where(HERE + 5 * PAGE), PSIM_EMPTY);
}

/* ---- too many, too little ---------------------------------------------------------------------------- */

/* Whichever allocation fails, every byte can still be read where it was, or all of them elsewhere. */
static void mremap__without_memory_at_any_point(void **state)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_SLAB, PSIM_FAIL_TABLE};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		unsigned int nth = 0, failed = 0;
		long result;

		do {
			map_as(HERE - PAGE, 6, RW, MAP_PRIVATE);
			for (unsigned int i = 0; i < 4; i++)
				store(HERE + i * PAGE, i + 1);
			assert_int_equal(psim_fail_nth(kinds[k], ++nth), 0);
			result = remap(4, 6, FIXED, THERE + HUGE - 2 * PAGE);
			psim_fail_nth(kinds[k], 0);
			assert_int_equal(psim_audit(), 0);
			if (result < 0) {
				assert_int_equal(result, -ENOMEM);
				assert_int_equal(where(THERE + HUGE - 2 * PAGE), PSIM_NOWHERE);
				failed++;
			} else {
				assert_int_equal(result, THERE + HUGE - 2 * PAGE);
			}
			for (unsigned int i = 0; i < 4; i++)
				expect((result < 0 ? HERE : (unsigned long)result) + i * PAGE,
				       i + 1);
			assert_int_equal(psim_munmap(process, HERE - PAGE, 6 * PAGE), 0);
			assert_int_equal(psim_munmap(process, THERE, 2 * HUGE), 0);
		} while (result < 0);
		assert_true(failed >= 2);
	}
}

/* In place, too. */
static void mremap__without_memory_to_grow(void **state)
{
	unsigned int nth = 0;
	long result;

	(void)state;
	map_here(2);
	map_as(HERE + 4 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	do {
		assert_int_equal(psim_fail_nth(PSIM_FAIL_SLAB, ++nth), 0);
		result = remap(2, 4, 0, 0);
		psim_fail_nth(PSIM_FAIL_SLAB, 0);
		assert_true(result == -ENOMEM || (unsigned long)result == HERE);
		assert_int_equal(where(HERE + 3 * PAGE), result < 0 ? PSIM_NOWHERE : PSIM_EMPTY);
	} while (result < 0);
	expect(HERE + PAGE, 2);
}

/* More mappings than a process may have: nothing can be split off any more. */
static void mremap__too_many_mappings(void **state)
{
	unsigned long at = HERE;

	(void)state;
	while (psim_mmap_at(process, at, PAGE, RW, ANON | MAP_FIXED, NULL, 0) > 0)
		at += 2 * PAGE;
	assert_int_equal(psim_mmap_at(process, at, PAGE, RW, ANON | MAP_FIXED, NULL, 0), -ENOMEM);
	assert_int_equal(psim_mremap(process, HERE, PAGE, PAGE, FIXED, THERE), -ENOMEM);
	assert_int_equal(psim_mremap(process, HERE, PAGE, 3 * PAGE, MOVE, 0), -ENOMEM);
	assert_int_equal(psim_munmap(process, HERE, 16 * PAGE), 0);
	assert_int_equal(psim_mremap(process, HERE + 16 * PAGE, PAGE, 3 * PAGE, FIXED, THERE),
			 THERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(mremap__wrong_numbers),
		CASE(mremap__nothing_there),
		CASE(mremap__beyond_the_address_space),
		CASE(mremap__locked_beyond_the_limit),
		CASE(mremap__shrinks),
		CASE(mremap__grows_in_place),
		CASE(mremap__grows_in_a_child),
		CASE(mremap__grows_to_the_last_address),
		CASE(mremap__no_room),
		CASE(mremap__locked_grows),
		CASE(mremap__moves_to_grow),
		CASE(mremap__middle_shrinks_and_moves),
		CASE(mremap__tables_move),
		CASE(mremap__dontunmap),
		CASE(mremap__dontunmap_of_a_part),
		CASE(mremap__dontunmap_of_shared_memory),
		CASE(mremap__of_nothing_doubles_a_shared_mapping),
		CASE(mremap__of_a_file),
		CASE(mremap__several_mappings),
		CASE(mremap__back_to_its_neighbour),
		CASE(mremap__untouched_moves_next_to_itself),
		CASE(mremap__without_memory_at_any_point),
		CASE(mremap__without_memory_to_grow),
		CASE(mremap__too_many_mappings),
	};

	return cmocka_run_group_tests_name("mremap", tests, NULL, NULL);
}
