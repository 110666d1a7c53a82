// SPDX-License-Identifier: MIT
/* Advice that takes away: guard regions, and holes in files. */
#include <sys/mman.h>

#include <psim/file.h>

#include "one_process.h"

#define GUARD	MADV_GUARD_INSTALL
#define UNGUARD MADV_GUARD_REMOVE
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif
#define HERE  0x200000000000ul
#define THERE 0x300000000000ul
#define HUGE  (512 * PAGE)

static unsigned long map_as(size_t pages, int flags, struct psim_file *file)
{
	assert_int_equal(psim_mmap_at(process, HERE, pages * PAGE, RW, flags | MAP_FIXED, file, 0),
			 HERE);
	return HERE;
}

/* @pages of private memory, each with its number from 1 */
static unsigned long filled(size_t pages)
{
	unsigned long at = map_as(pages, MAP_PRIVATE | MAP_ANONYMOUS, NULL);

	for (size_t i = 0; i < pages; i++)
		store_u64(at + i * PAGE, i + 1);
	return at;
}

static int load_of(struct psim_process *p, unsigned long address)
{
	uint64_t value;

	return psim_load(p, address, &value, sizeof(value));
}

static long mappings(void)
{
	return psim_mappings(process, NULL, 0);
}

static int advise(unsigned long address, size_t pages, int advice)
{
	return psim_madvise(process, address, pages * PAGE, advice);
}

/* ---- guards ------------------------------------------------------------------------------------------ */

/* what was there goes, nobody gets in; without the guard it is new memory; no mapping is cut */
static void guard__keeps_everybody_out(void **state)
{
	unsigned long at = filled(4);
	uint64_t value = 9;

	(void)state;
	assert_int_equal(advise(at + PAGE, 2, GUARD), 0);
	assert_int_equal(rss(), 2);
	assert_int_equal(mappings(), 1);
	assert_int_equal(load_of(process, at + PAGE), -EFAULT);
	assert_int_equal(psim_store(process, at + 2 * PAGE, &value, sizeof(value)), -EFAULT);
	assert_int_equal(load_u64(at), 1);
	assert_int_equal(load_u64(at + 3 * PAGE), 4);
	assert_int_equal(advise(at + PAGE, 1, MADV_POPULATE_READ), -EFAULT);
	assert_int_equal(advise(at, 4, UNGUARD), 0);
	assert_int_equal(load_u64(at), 1);
	assert_int_equal(load_u64(at + PAGE), 0);
	store_u64(at + 2 * PAGE, 5);
	assert_int_equal(load_u64(at + 2 * PAGE), 5);
	assert_int_equal(psim_audit(), 0);
}

/* twice is once; other advice does not see them, unmapping takes them along */
static void guard__stays_until_it_is_removed(void **state)
{
	unsigned long at = filled(3);

	(void)state;
	assert_int_equal(advise(at + PAGE, 1, GUARD), 0);
	assert_int_equal(advise(at, 2, GUARD), 0);
	assert_int_equal(advise(at, 3, MADV_DONTNEED), 0);
	assert_int_equal(advise(at, 3, MADV_FREE), 0);
	assert_int_equal(psim_mprotect(process, at, 3 * PAGE, PSIM_READ), 0);
	assert_int_equal(load_of(process, at), -EFAULT);
	assert_int_equal(load_of(process, at + PAGE), -EFAULT);
	assert_int_equal(load_u64(at + 2 * PAGE), 0);
	assert_int_equal(psim_munmap(process, at, 2 * PAGE), 0);
	map_as(2, MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	assert_int_equal(load_u64(at), 0);
}

static void guard__is_inherited_and_moves(void **state)
{
	unsigned long at = filled(3);
	struct psim_process *child;

	(void)state;
	assert_int_equal(advise(at + PAGE, 1, GUARD), 0);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(load_of(child, at + PAGE), -EFAULT);
	assert_int_equal(load_of(child, at + 2 * PAGE), 0);
	assert_int_equal(psim_madvise(child, at, 3 * PAGE, UNGUARD), 0);
	assert_int_equal(load_of(child, at + PAGE), 0);
	assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(
		psim_mremap(process, at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, THERE),
		THERE);
	assert_int_equal(load_of(process, THERE + PAGE), -EFAULT);
	assert_int_equal(load_u64(THERE + 2 * PAGE), 3);
}

/* shared mappings have no anon_vma that would make fork copy them; their neighbours join as ever */
static void guard__in_shared_memory(void **state)
{
	unsigned long at = map_as(4, MAP_SHARED | MAP_ANONYMOUS, NULL);
	struct psim_process *child;

	(void)state;
	store_u64(at, 1);
	store_u64(at + PAGE, 2);
	assert_int_equal(psim_mprotect(process, at + 2 * PAGE, 2 * PAGE, PSIM_READ), 0);
	assert_int_equal(advise(at + 2 * PAGE, 1, GUARD), 0);
	assert_int_equal(advise(at + PAGE, 1, GUARD), 0);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_mprotect(child, at + 2 * PAGE, 2 * PAGE, RW), 0);
	assert_int_equal(psim_mappings(child, NULL, 0), 1);
	assert_int_equal(load_of(child, at), 0);
	assert_int_equal(load_of(child, at + PAGE), -EFAULT);
	assert_int_equal(load_of(child, at + 2 * PAGE), -EFAULT);
	assert_int_equal(psim_process_exit(child), 0);
	/* the bytes are the file's, and still there */
	assert_int_equal(advise(at, 4, UNGUARD), 0);
	assert_int_equal(load_u64(at + PAGE), 2);
	/* what joins its neighbour brings its guards along */
	assert_int_equal(advise(at + 2 * PAGE, 1, GUARD), 0);
	assert_int_equal(psim_mprotect(process, at + 2 * PAGE, 2 * PAGE, RW), 0);
	assert_int_equal(mappings(), 1);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(load_of(child, at + 2 * PAGE), -EFAULT);
	assert_int_equal(psim_process_exit(child), 0);
}

/* locked memory gets none; those that it has go; and they keep a lock from bringing pages in */
static void guard__and_locked_memory(void **state)
{
	unsigned long at = filled(3);

	(void)state;
	assert_int_equal(advise(at, 1, GUARD), 0);
	assert_int_equal(psim_mlock(process, at, 3 * PAGE), -ENOMEM);
	assert_int_equal(advise(at + PAGE, 1, GUARD), -EINVAL);
	assert_int_equal(load_u64(at + PAGE), 2);
	assert_int_equal(advise(at, 1, UNGUARD), 0);
	assert_int_equal(load_u64(at), 0);
	assert_int_equal(psim_munmap(process, at + PAGE, PAGE), 0);
	assert_int_equal(psim_munlock(process, at, PAGE), 0);
	assert_int_equal(psim_munlock(process, at + 2 * PAGE, PAGE), 0);
	assert_int_equal(advise(at, 3, GUARD), -ENOMEM);
	assert_int_equal(load_of(process, at + 2 * PAGE), -EFAULT);
}

/* a part of a huge page: its rest becomes small pages; all of one: it goes */
static void guard__in_a_huge_page(void **state)
{
	unsigned long at;

	(void)state;
	at = filled(512);
	assert_int_equal(advise(at, 512, 25 /* COLLAPSE */), 0);
	assert_int_equal(advise(at + 7 * PAGE, 1, GUARD), 0);
	assert_int_equal(load_of(process, at + 7 * PAGE), -EFAULT);
	assert_int_equal(load_u64(at + 6 * PAGE), 7);
	assert_int_equal(load_u64(at + 8 * PAGE), 9);
	assert_int_equal(advise(at, 512, GUARD), 0);
	assert_int_equal(rss(), 0);
	assert_int_equal(advise(at, 512, UNGUARD), 0);
	assert_int_equal(load_u64(at + 7 * PAGE), 0);
	assert_int_equal(psim_audit(), 0);
}

static void guard__without_memory(void **state)
{
	unsigned long at = map_as(2, MAP_PRIVATE | MAP_ANONYMOUS, NULL);

	(void)state;
	assert_int_equal(psim_fail_nth(PSIM_FAIL_SLAB, 1), 0);
	assert_int_equal(advise(at, 2, GUARD), -ENOMEM);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_TABLE, 1), 0);
	assert_int_equal(advise(at, 2, GUARD), -ENOMEM);
	assert_int_equal(load_of(process, at), 0);
	assert_int_equal(advise(at, 2, GUARD), 0);
	assert_int_equal(load_of(process, at + PAGE), -EFAULT);
}

/* ---- holes in files ------------------------------------------------------------------------------------ */

/* everybody who maps it reads zeros; copies stay, and so do the neighbours */
static void remove__is_seen_by_all_but_copies(void **state)
{
	struct psim_file *file = psim_file_create(4 * PAGE, 1);
	unsigned long at = map_as(4, MAP_SHARED, file), private = THERE;
	struct psim_process *child;
	uint64_t value = 0;

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		store_u64(at + i * PAGE, i + 1);
	assert_int_equal(
		psim_mmap_at(process, private, 4 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, file, 0),
		private);
	assert_int_equal(load_u64(private + PAGE), 2);
	store_u64(private + 2 * PAGE, 33);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(advise(at + PAGE, 2, MADV_REMOVE), 0);
	assert_int_equal(load_u64(at), 1);
	assert_int_equal(load_u64(at + PAGE), 0);
	assert_int_equal(load_u64(at + 2 * PAGE), 0);
	assert_int_equal(load_u64(at + 3 * PAGE), 4);
	assert_int_equal(load_u64(private + PAGE), 0);
	assert_int_equal(load_u64(private + 2 * PAGE), 33);
	assert_int_equal(psim_load(child, at + PAGE, &value, sizeof(value)), 0);
	assert_int_equal(value, 0);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(psim_munmap(process, at, 4 * PAGE), 0);
	assert_int_equal(psim_munmap(process, private, 4 * PAGE), 0);
	assert_int_equal(psim_file_close(file), 0);
}

/* only where the file is memory, may be written, and is not locked */
static void remove__is_refused(void **state)
{
	struct psim_file *file = psim_file_create(2 * PAGE, 0);
	unsigned long at = map_as(2, MAP_SHARED, file);

	(void)state;
	store_u64(at, 1);
	assert_int_equal(advise(at, 1, MADV_REMOVE), -EOPNOTSUPP);
	assert_int_equal(load_u64(at), 1);
	assert_int_equal(psim_mlock(process, at, PAGE), 0);
	assert_int_equal(advise(at, 1, MADV_REMOVE), -EINVAL);
	assert_int_equal(psim_munmap(process, at, 2 * PAGE), 0);
	filled(1);
	assert_int_equal(advise(at, 1, MADV_REMOVE), -EINVAL);
	assert_int_equal(psim_file_close(file), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(guard__keeps_everybody_out),
		CASE(guard__stays_until_it_is_removed),
		CASE(guard__is_inherited_and_moves),
		CASE(guard__in_shared_memory),
		CASE(guard__and_locked_memory),
		CASE(guard__in_a_huge_page),
		CASE(guard__without_memory),
		CASE(remove__is_seen_by_all_but_copies),
		CASE(remove__is_refused),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
