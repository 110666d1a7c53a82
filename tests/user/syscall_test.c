// SPDX-License-Identifier: MIT
/* mmap, mprotect, mlock, madvise over the user face: where, limits, errnos, no memory at any point. */
#include <sys/mman.h>

#include <psim/file.h>
#include "one_process.h"

#define GB     (1ul << 30)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)
#define ABOVE4 0x80 /* MAP_ABOVE4G */

#define HERE 0x200000000000ul

static long map_at(unsigned long at, size_t pages, int flags)
{
	return psim_mmap_at(process, at, pages * PAGE, RW, flags, NULL, 0);
}

static unsigned long map_here(size_t pages)
{
	assert_int_equal(map_at(HERE, pages, ANON | MAP_FIXED_NOREPLACE), HERE);
	return HERE;
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

static enum psim_place where(unsigned long address)
{
	return psim_where(process, address, NULL);
}

static int flags_of(unsigned long address)
{
	struct psim_mapping list[64];
	long n = psim_mappings(process, list, 64);

	for (long i = 0; i < n && i < 64; i++) {
		if (address >= list[i].start && address < list[i].end)
			return list[i].flags;
	}
	return -1;
}

/* ---- mmap -------------------------------------------------------------------------------------------- */

/* From 1 GiB up, within 2 GiB. */
static void mmap__32bit(void **state)
{
	(void)state;
	assert_int_equal(map_at(0, 2, ANON | MAP_32BIT), GB);
	assert_int_equal(map_at(0, 1, ANON | MAP_32BIT), GB + 2 * PAGE);
	assert_int_equal(map_at(0x300000, 1, ANON | MAP_32BIT), 0x300000);
	assert_int_equal(map_at(0x300000, 1, ANON | MAP_32BIT), GB + 3 * PAGE);
	assert_int_equal(map_at(4 * GB, 1, ANON | MAP_32BIT), GB + 4 * PAGE);
	assert_int_equal(psim_munmap(process, GB + PAGE, PAGE), 0);
	assert_int_equal(map_at(0, 1, ANON | MAP_32BIT), GB + PAGE);
	assert_int_equal(map_at(0, (GB >> 12) + 1, ANON | MAP_32BIT | MAP_NORESERVE), -ENOMEM);
	assert_int_equal(map_at(0, (2 * GB >> 12) + 1, ANON | MAP_32BIT | MAP_NORESERVE), -ENOMEM);
}

static void mmap__above_4g(void **state)
{
	(void)state;
	assert_true(map_at(0, 1, ANON | ABOVE4) >= (long)(4 * GB));
	assert_int_equal(map_at(0, ((1ul << 47) - 3 * GB) >> 12, ANON | MAP_NORESERVE | ABOVE4),
			 -ENOMEM);
}

/* Nothing is put right below a stack, neither by choice nor by wish. */
static void mmap__below_a_stack(void **state)
{
	long stack = map_at(0, 1, ANON | MAP_GROWSDOWN), next;

	(void)state;
	assert_true(stack > 0);
	next = map_at(0, 1, ANON);
	assert_int_equal(next, stack - 257 * PAGE);
	next = map_at(stack - 20 * PAGE, 1, ANON);
	assert_true(next < stack - 256 * (long)PAGE);
	assert_int_equal(map_at(0, 1, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN), -EINVAL);
	/* near the bottom the distance ends at 0 */
	assert_int_equal(map_at(0x20000, 1, ANON | MAP_GROWSDOWN | MAP_FIXED), 0x20000);
	assert_int_not_equal(map_at(0x10000, 1, ANON), 0x10000);
}

static void mmap__wrong_numbers(void **state)
{
	(void)state;
	assert_int_equal(map_at(HERE, 0, ANON), -EINVAL);
	assert_int_equal(map_at(HERE, 1, MAP_ANONYMOUS), -EINVAL);
	assert_int_equal(map_at(HERE, 1, MAP_SHARED_VALIDATE | MAP_ANONYMOUS), -EINVAL);
	assert_int_equal(map_at(HERE, 1, ANON | MAP_HUGETLB), -ENOMEM);
	assert_int_equal(map_at(HERE + 1, 1, ANON | MAP_FIXED), -EINVAL);
	assert_int_equal(map_at(PAGE, 1, ANON | MAP_FIXED), -EPERM);
	assert_int_equal(map_at(PAGE, 1, ANON), 16 * PAGE);
	assert_int_equal(map_at(-12ul, 1, ANON | MAP_FIXED), -12);
	assert_int_equal(map_at(1ul << 47, 1, ANON | MAP_FIXED), -ENOMEM);
	assert_int_equal(psim_mmap_at(process, HERE, PAGE, RW, ANON, NULL, 12), -EINVAL);
	assert_int_equal(psim_mmap_at(process, HERE, 2 * PAGE, RW, ANON, NULL, -PAGE), 0 + HERE);
	assert_int_equal(psim_mmap_at(process, HERE, PAGE, RW, MAP_PRIVATE, NULL, 0), -EBADF);
	assert_int_equal(psim_mmap_at(NULL, HERE, PAGE, RW, ANON, NULL, 0), -EINVAL);
}

static void mmap__of_a_file(void **state)
{
	struct psim_file *file = psim_file_create(2 * PAGE, 0);

	(void)state;
	assert_non_null(file);
	assert_int_equal(psim_mmap_at(process, HERE, PAGE, RW, MAP_SHARED_VALIDATE, file, 0), HERE);
	assert_int_equal(
		psim_mmap_at(process, 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, file, 0),
		-EOPNOTSUPP);
	assert_int_equal(psim_munmap(process, HERE, PAGE), 0);
	assert_int_equal(psim_file_close(file), 0);
}

/* ---- mprotect ------------------------------------------------------------------------------------------ */

/* what a fixed mapping replaces is given back first: only the difference has to be there */
static void mmap__over_what_was_promised(void **state)
{
	const size_t half = 2048, ram = 4096;

	(void)state;
	assert_int_equal(map_at(HERE, half, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED), HERE);
	assert_int_equal(map_at(HERE, half + ram + 1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED),
			 -ENOMEM);
	assert_int_equal(map_at(HERE, half + ram, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED), HERE);
	/* what is not promised takes nothing */
	assert_int_equal(psim_munmap(process, HERE, (half + ram) * PAGE), 0);
	assert_int_equal(map_at(HERE, ram, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE),
			 HERE);
	assert_int_equal(map_at(HERE, ram + 1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED), -ENOMEM);
}

/* neighbours that differ in what they allow have one anon_vma, and so can become one */
static void mprotect__written_neighbours_join(void **state)
{
	unsigned long at = map_here(4);

	(void)state;
	assert_int_equal(
		psim_mprotect(process, at + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC),
		0);
	assert_int_equal(psim_mappings(process, NULL, 0), 2);
	store(at + 2 * PAGE, 1);
	store(at, 2);
	assert_int_equal(psim_mprotect(process, at + 2 * PAGE, 2 * PAGE, RW), 0);
	assert_int_equal(psim_mappings(process, NULL, 0), 1);
	expect(at, 2);
	expect(at + 2 * PAGE, 1);
}

static void mprotect__wrong_numbers(void **state)
{
	unsigned long at = map_here(2);

	(void)state;
	assert_int_equal(psim_mprotect(process, at + 1, PAGE, RW), -EINVAL);
	assert_int_equal(psim_mprotect(process, at, 0, PROT_NONE), 0);
	assert_int_equal(psim_mprotect(process, at, -PAGE, PROT_NONE), -ENOMEM);
	assert_int_equal(psim_mprotect(process, at, PAGE, 0x100), -EINVAL);
	assert_int_equal(psim_mprotect(process, at, 3 * PAGE, RW), -ENOMEM);
	assert_int_equal(psim_mprotect(process, at - PAGE, 2 * PAGE, RW), -ENOMEM);
	assert_int_equal(psim_mprotect(process, at + 8 * PAGE, PAGE, RW), -ENOMEM);
	assert_int_equal(psim_mprotect(process, at, PAGE, RW | PROT_GROWSDOWN), -EINVAL);
	assert_int_equal(psim_mprotect(process, at, PAGE, RW | PROT_GROWSUP), -EINVAL);
	assert_int_equal(psim_mprotect(process, at, PAGE, RW | PROT_GROWSUP | PROT_GROWSDOWN),
			 -EINVAL);
	assert_int_equal(psim_mprotect(NULL, at, PAGE, RW), -EINVAL);
	store(at, 1);
}

/* From the beginning of a stack. */
static void mprotect__growsdown(void **state)
{
	struct psim_mapping found[2];

	(void)state;
	assert_int_equal(map_at(HERE, 4, ANON | MAP_GROWSDOWN | MAP_FIXED), HERE);
	assert_int_equal(psim_mprotect(process, HERE + 2 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN),
			 0);
	assert_int_equal(psim_mappings(process, found, 2), 2);
	assert_int_equal(found[0].start, HERE);
	assert_int_equal(found[0].end, HERE + 3 * PAGE);
	assert_int_equal(found[0].prot, PROT_READ);
	assert_int_equal(found[1].prot, RW);
}

/* Locked memory that becomes writable is copied at once, not by the first write. */
static void mprotect__locked_becomes_writable(void **state)
{
	struct psim_page_info info;

	(void)state;
	assert_int_equal(
		psim_mmap_at(process, HERE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, NULL, 0), HERE);
	assert_int_equal(psim_mlock(process, HERE, 2 * PAGE), 0);
	assert_int_equal(psim_where(process, HERE, &info), PSIM_ZERO);
	assert_int_equal(psim_mprotect(process, HERE, 2 * PAGE, RW), 0);
	assert_int_equal(psim_where(process, HERE, &info), PSIM_RAM);
	assert_true(info.writable);
	assert_int_equal(where(HERE + PAGE), PSIM_RAM);
}

/* ---- mlock --------------------------------------------------------------------------------------------- */

static void mlock__limits(void **state)
{
	unsigned long at = map_here(8);

	(void)state;
	assert_int_equal(psim_set_memlock_limit(process, 4 * PAGE), 0);
	assert_int_equal(psim_mlock(process, at, 5 * PAGE), -ENOMEM);
	assert_int_equal(psim_mlock(process, at, 3 * PAGE), 0);
	/* what is locked already counts once */
	assert_int_equal(psim_mlock(process, at, 4 * PAGE), 0);
	assert_int_equal(psim_mlock(process, at + 4 * PAGE, PAGE), -ENOMEM);
	assert_int_equal(psim_munlock(process, at, PAGE), 0);
	assert_int_equal(psim_mlock(process, at + 4 * PAGE, PAGE), 0);
	assert_int_equal(map_at(0, 1, ANON | MAP_LOCKED), -EAGAIN);
	assert_int_equal(psim_set_memlock_limit(process, 0), 0);
	assert_int_equal(map_at(0, 1, ANON | MAP_LOCKED), -EPERM);
	assert_int_equal(psim_mlock(process, at, PAGE), -EPERM);
	assert_int_equal(psim_mlockall(process, MCL_CURRENT), -EPERM);
	assert_int_equal(psim_munlock(process, at, 8 * PAGE), 0);
	assert_int_equal(flags_of(at + PAGE) & PSIM_MAPPING_LOCKED, 0);
}

static void mlock__wrong_numbers(void **state)
{
	unsigned long at = map_here(2);

	(void)state;
	assert_int_equal(psim_set_memlock_limit(process, ~0ul), 0);
	assert_int_equal(psim_mlock(process, at + 2 * PAGE, PAGE), -ENOMEM);
	assert_int_equal(psim_mlock(process, at, -2 * PAGE), -EINVAL);
	assert_int_equal(psim_munlock(process, at, -2 * PAGE), -EINVAL);
	assert_int_equal(psim_mlock2(process, at, PAGE, 8), -EINVAL);
	assert_int_equal(psim_mlockall(process, 0), -EINVAL);
	assert_int_equal(psim_mlockall(process, MCL_ONFAULT), -EINVAL);
	assert_int_equal(psim_mlockall(process, 64), -EINVAL);
	assert_int_equal(psim_mlock(NULL, at, PAGE), -EINVAL);
	assert_int_equal(psim_mlock2(NULL, at, PAGE, 0), -EINVAL);
	assert_int_equal(psim_munlock(NULL, at, PAGE), -EINVAL);
	assert_int_equal(psim_mlockall(NULL, MCL_CURRENT), -EINVAL);
	assert_int_equal(psim_munlockall(NULL), -EINVAL);
	assert_int_equal(psim_set_memlock_limit(NULL, 0), -EINVAL);
	assert_int_equal(where(at), PSIM_EMPTY);
}

/* Memory that must not be read cannot be brought in. */
static void mlock__of_what_cannot_be_read(void **state)
{
	(void)state;
	assert_int_equal(psim_mmap_at(process, HERE, PAGE, PROT_NONE, ANON | MAP_FIXED, NULL, 0),
			 HERE);
	assert_int_equal(psim_mlock(process, HERE, PAGE), -ENOMEM);
}

static void mlock2__onfault(void **state)
{
	unsigned long at = map_here(4);

	(void)state;
	assert_int_equal(psim_mlock2(process, at, 4 * PAGE, MLOCK_ONFAULT), 0);
	assert_int_equal(where(at), PSIM_EMPTY);
	assert_int_equal(flags_of(at),
			 PSIM_MAPPING_LOCKED | PSIM_MAPPING_LOCKONFAULT | PSIM_MAPPING_ACCOUNTED);
	assert_int_equal(psim_mlock2(process, at, 4 * PAGE, 0), 0);
	assert_int_equal(where(at), PSIM_RAM);
	assert_int_equal(flags_of(at), PSIM_MAPPING_LOCKED | PSIM_MAPPING_ACCOUNTED);
}

static void mlockall__what_is_and_what_comes(void **state)
{
	unsigned long at = map_here(3);

	(void)state;
	assert_int_equal(psim_set_memlock_limit(process, 2 * PAGE), 0);
	assert_int_equal(psim_mlockall(process, MCL_CURRENT), -ENOMEM);
	assert_int_equal(psim_set_memlock_limit(process, 5 * PAGE), 0);
	assert_int_equal(psim_mlockall(process, MCL_CURRENT), 0);
	assert_int_equal(where(at + 2 * PAGE), PSIM_RAM);
	assert_int_equal(map_at(at + 8 * PAGE, 1, ANON | MAP_FIXED), at + 8 * PAGE);
	assert_int_equal(where(at + 8 * PAGE), PSIM_EMPTY);
	assert_int_equal(psim_mlockall(process, MCL_FUTURE | MCL_ONFAULT), 0);
	assert_int_equal(map_at(at + 10 * PAGE, 1, ANON | MAP_FIXED), at + 10 * PAGE);
	assert_int_equal(where(at + 10 * PAGE), PSIM_EMPTY);
	assert_true(flags_of(at + 10 * PAGE) & PSIM_MAPPING_LOCKONFAULT);
	assert_int_equal(flags_of(at + 8 * PAGE) & PSIM_MAPPING_LOCKED, 0);
	assert_int_equal(map_at(at + 12 * PAGE, 2, ANON | MAP_FIXED), -EAGAIN);
	assert_int_equal(psim_munlockall(process), 0);
	assert_int_equal(flags_of(at) & PSIM_MAPPING_LOCKED, 0);
	assert_int_equal(map_at(at + 12 * PAGE, 9, ANON | MAP_FIXED), at + 12 * PAGE);
	assert_int_equal(flags_of(at + 12 * PAGE) & PSIM_MAPPING_LOCKED, 0);
}

/* ---- madvise ------------------------------------------------------------------------------------------- */

static void madvise__wrong_numbers(void **state)
{
	unsigned long at = map_here(4);

	(void)state;
	store(at, 1);
	assert_int_equal(psim_madvise(process, at, 0, MADV_DONTNEED), 0);
	assert_int_equal(psim_madvise(process, at, 0, 9999), -EINVAL);
	assert_int_equal(psim_madvise(process, at + 1, PAGE, MADV_DONTNEED), -EINVAL);
	assert_int_equal(psim_madvise(process, at, -1ul, MADV_DONTNEED), -EINVAL);
	assert_int_equal(psim_madvise(process, at, -PAGE, MADV_DONTNEED), -EINVAL);
	assert_int_equal(psim_madvise(process, at + 4 * PAGE, PAGE, MADV_DONTNEED), -ENOMEM);
	assert_int_equal(psim_madvise(NULL, at, PAGE, MADV_DONTNEED), -EINVAL);
	expect(at, 1);
	/* what lies beyond a hole is advised all the same */
	assert_int_equal(psim_munmap(process, at + PAGE, PAGE), 0);
	store(at + 2 * PAGE, 3);
	assert_int_equal(psim_madvise(process, at, 4 * PAGE, MADV_DONTNEED), -ENOMEM);
	expect(at + 2 * PAGE, 0);
}

static void madvise__remove(void **state)
{
	unsigned long at = map_here(1), shared = HERE + 16 * PAGE;
	struct psim_file *file = psim_file_create(PAGE, 0);

	(void)state;
	assert_int_equal(psim_madvise(process, at, PAGE, MADV_REMOVE), -EINVAL);
	assert_int_equal(map_at(shared, 1, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED), shared);
	assert_int_equal(
		psim_mmap_at(process, shared + PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED, file, 0),
		shared + PAGE);
	assert_int_equal(psim_madvise(process, shared, PAGE, MADV_REMOVE), 0);
	assert_int_equal(psim_madvise(process, shared + PAGE, PAGE, MADV_REMOVE), -EACCES);
	assert_int_equal(psim_madvise(process, shared + PAGE, PAGE, MADV_WIPEONFORK), -EINVAL);
	assert_int_equal(psim_madvise(process, shared + PAGE, PAGE, MADV_FREE), -EINVAL);
	assert_int_equal(psim_mlock(process, shared, PAGE), 0);
	assert_int_equal(psim_madvise(process, shared, PAGE, MADV_REMOVE), -EINVAL);
	assert_int_equal(psim_madvise(process, shared, PAGE, MADV_DONTNEED), -EINVAL);
	assert_int_equal(psim_madvise(process, shared, PAGE, MADV_COLD), -EINVAL);
	assert_int_equal(psim_munmap(process, shared, 2 * PAGE), 0);
	assert_int_equal(psim_file_close(file), 0);
}

/* ---- the OOM reaper -------------------------------------------------------------------------------------- */

/* S8.45 */
static void oom_reap__takes_private_memory_alone(void **state)
{
	unsigned long at = map_here(2), shared = HERE + 16 * PAGE;
	uint64_t value = 1;

	(void)state;
	assert_int_equal(map_at(shared, 1, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED), shared);
	store(at, 1);
	store(shared, 2);
	assert_int_equal(psim_oom_reap(NULL), -EINVAL);
	assert_int_equal(psim_oom_reap(process), 0);
	assert_int_equal(where(at), PSIM_EMPTY);
	assert_int_equal(psim_load(process, at, &value, 8), -EIO);
	assert_int_equal(psim_store(process, at, &value, 8), -EIO);
	expect(shared, 2);
}

/* ---- swap ------------------------------------------------------------------------------------------------ */

/* S2.39: a page comes back whole, for reading and for writing, to parent and child */
static void swap_out__and_in(void **state)
{
	unsigned long at = map_here(4);
	struct psim_process *child;
	uint64_t value = 0;

	(void)state;
	assert_int_equal(psim_swap_out(NULL, at), -EINVAL);
	assert_int_equal(psim_swap_out(process, at), -ENOENT);
	assert_int_equal(psim_swap_out(process, HERE - PAGE), -ENOENT);
	for (unsigned int i = 0; i < 3; i++) {
		store(at + i * PAGE, i + 1);
		assert_int_equal(psim_swap_out(process, at + i * PAGE), 0);
		assert_int_equal(where(at + i * PAGE), PSIM_OTHER);
	}
	assert_int_equal(psim_audit(), 0);
	expect(at, 1);
	store(at + PAGE, 9);
	expect(at + PAGE, 9);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_audit(), 0);
	store(at + 2 * PAGE, 8);
	assert_int_equal(psim_load(child, at + 2 * PAGE, &value, 8), 0);
	assert_int_equal(value, 3);
	assert_int_equal(psim_load(child, at, &value, 8), 0);
	assert_int_equal(value, 1);
	/* both map the page: it goes out of both */
	assert_int_equal(psim_swap_out(process, at), 0);
	assert_int_equal(psim_where(child, at, NULL), PSIM_OTHER);
	value = 7;
	assert_int_equal(psim_store(child, at, &value, 8), 0);
	expect(at, 1);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_process_exit(child), 0);
}

/* More of them than the swap area begins with: it grows, and what was there stays. */
static void swap_out__many(void **state)
{
	unsigned long at = map_here(300);

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		store(at + i * PAGE, i + 1);
		assert_int_equal(psim_swap_out(process, at + i * PAGE), 0);
	}
	assert_int_equal(psim_audit(), 0);
	for (unsigned int i = 0; i < 300; i++)
		expect(at + i * PAGE, i + 1);
	assert_int_equal(psim_audit(), 0);
}

/* ---- no memory -------------------------------------------------------------------------------------------- */

/* One after the other; each may be refused for want of memory. Return: how many were. */
static unsigned int run_calls(void)
{
	const unsigned long at = HERE, other = HERE + (64ul << 20);
	uint64_t value = 5;
	unsigned int refused = 0;
	struct psim_process *child = NULL;
	struct psim_file *file;
	long err;

#define CALL(expression)                                                             \
	do {                                                                         \
		err = (expression);                                                  \
		refused += err < 0;                                                  \
		if (err < 0 && err != -ENOMEM && err != -EAGAIN && err != -EFAULT && \
		    err != -ENOENT && err != -EBUSY)                                 \
			fail_msg("%s gives %ld", #expression, err);                  \
		assert_int_equal(psim_audit(), 0);                                   \
	} while (0)

	file = psim_file_create(4 * PAGE, 0);
	refused += !file;
	CALL(psim_mmap_at(process, at, 16 * PAGE, RW, ANON | MAP_FIXED, NULL, 0));
	CALL(psim_store(process, at + PAGE - 4, &value, 8));
	CALL(psim_mprotect(process, at + 4 * PAGE, 4 * PAGE, PROT_READ));
	CALL(psim_madvise(process, at + 5 * PAGE, PAGE, MADV_DONTFORK));
	CALL(psim_mlock(process, at + 8 * PAGE, 4 * PAGE));
	CALL(psim_madvise(process, at + 12 * PAGE, 2 * PAGE, 23 /* POPULATE_WRITE */));
	CALL(psim_fork(process, "child", &child));
	CALL(psim_store(process, at, &value, 8));
	if (child) {
		CALL(psim_store(child, at + PAGE, &value, 8));
		CALL(psim_swap_out(child, at));
		CALL(psim_store(child, at, &value, 8));
	}
	CALL(psim_swap_out(process, at + 8 * PAGE));
	CALL(psim_load(process, at + 8 * PAGE, &value, 8));
	CALL(psim_mremap(process, at + 9 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			 other));
	CALL(psim_munmap(process, at + 13 * PAGE, PAGE));
	CALL(psim_mmap_at(process, other + 64 * PAGE, 4 * PAGE, RW,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NULL, 0));
	CALL(psim_store(process, other + 65 * PAGE, &value, 8));
	CALL(psim_mprotect(process, at + 4 * PAGE, 4 * PAGE, RW));
	if (file) {
		CALL(psim_file_write(file, PAGE - 4, &value, 8));
		CALL(psim_mmap_at(process, other + (8ul << 20), 4 * PAGE, RW,
				  MAP_PRIVATE | MAP_FIXED, file, 0));
		CALL(psim_store(process, other + (8ul << 20) + PAGE, &value, 8));
		CALL(psim_load(process, other + (8ul << 20) + 2 * PAGE, &value, 8));
		CALL(psim_mmap_at(process, other + (16ul << 20), 4 * PAGE, RW,
				  MAP_SHARED | MAP_FIXED, file, 0));
		CALL(psim_store(process, other + (16ul << 20) + 3 * PAGE, &value, 8));
		CALL(psim_file_truncate(file, PAGE + 8));
	}
#undef CALL
	if (child)
		assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(psim_munmap(process, 1ul << 16, (1ul << 46) - (1ul << 16)), 0);
	if (file)
		assert_int_equal(psim_file_close(file), 0);
	return refused;
}

/*
 * A call that is refused leaves the machine whole, whichever of its allocations it was, and whatever was
 * refused the next call is sound.
 */
static void calls__without_memory_at_any_point(void **state)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_SLAB, PSIM_FAIL_PAGE, PSIM_FAIL_TABLE};

	(void)state;
	assert_int_equal(run_calls(), 0);
	for (unsigned int k = 0; k < 3; k++) {
		unsigned int refused = 0;
		unsigned long calls, nth;

		assert_int_equal(psim_fail_nth(kinds[k], 0), 0);
		assert_int_equal(run_calls(), 0);
		calls = psim_fail_calls(kinds[k]);
		assert_true(calls >= 5);
		for (nth = 1; nth <= calls; nth++) {
			assert_int_equal(psim_fail_nth(kinds[k], nth), 0);
			refused += run_calls() > 0;
			psim_fail_nth(kinds[k], 0);
		}
		assert_true(refused >= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(mmap__32bit),
		CASE(mmap__above_4g),
		CASE(mmap__below_a_stack),
		CASE(mmap__wrong_numbers),
		CASE(mmap__of_a_file),
		CASE(mmap__over_what_was_promised),
		CASE(mprotect__written_neighbours_join),
		CASE(mprotect__wrong_numbers),
		CASE(mprotect__growsdown),
		CASE(mprotect__locked_becomes_writable),
		CASE(mlock__limits),
		CASE(mlock__wrong_numbers),
		CASE(mlock__of_what_cannot_be_read),
		CASE(mlock2__onfault),
		CASE(mlockall__what_is_and_what_comes),
		CASE(madvise__wrong_numbers),
		CASE(madvise__remove),
		CASE(oom_reap__takes_private_memory_alone),
		CASE(swap_out__and_in),
		CASE(swap_out__many),
		CASE(calls__without_memory_at_any_point),
	};

	return cmocka_run_group_tests_name("syscall", tests, NULL, NULL);
}
