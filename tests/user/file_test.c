// SPDX-License-Identifier: MIT
/* The user face's files: contents, mappings shared and private, their end, misuse. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <psim/audit.h>
#include <psim/file.h>
#include <psim/machine.h>
#include <psim/process.h>

#define PAGE PSIM_PAGE_SIZE
#define RW   (PROT_READ | PROT_WRITE)

static struct psim_process *process;
static struct psim_file *file;

static int setup(void **state)
{
	const struct psim_config config = {.ram_bytes = 16 << 20, .quiet = 1};

	(void)state;
	if (psim_start(&config))
		return -1;
	process = psim_process_create("test");
	file = psim_file_create(4 * PAGE, 0);
	return process && file ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	if ((file && psim_file_close(file)) || psim_process_exit(process))
		return -1;
	return psim_stop();
}

static unsigned long map(int flags, size_t pages, unsigned long offset)
{
	long at = psim_mmap_at(process, 0, pages * PAGE, RW, flags, file, offset);

	assert_true(at > 0);
	return at;
}

static uint64_t load(unsigned long address)
{
	uint64_t value = ~0ull;

	assert_int_equal(psim_load(process, address, &value, sizeof(value)), 0);
	return value;
}

static void store(unsigned long address, uint64_t value)
{
	assert_int_equal(psim_store(process, address, &value, sizeof(value)), 0);
}

static void psim_file_write__is_read_back_and_mapped(void **state)
{
	char out[3 * PSIM_PAGE_SIZE], in[sizeof(out)];
	unsigned long at = map(MAP_SHARED, 4, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + (i >> 8));
	assert_int_equal(psim_file_write(file, 100, out, sizeof(out)), sizeof(out));
	assert_int_equal(psim_file_read(file, 100, in, sizeof(in)), sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
	memset(in, 0, sizeof(in));
	assert_int_equal(psim_load(process, at + 100, in, sizeof(in)), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(psim_file_read(file, 4 * PAGE - 3, in, 100), 3);
	assert_int_equal(psim_file_read(file, 4 * PAGE, in, 100), 0);
}

static void psim_mmap_at__shared_and_private(void **state)
{
	unsigned long shared = map(MAP_SHARED, 4, 0), private = map(MAP_PRIVATE, 2, PAGE);
	uint64_t value = 0;

	(void)state;
	store(shared + PAGE, 11);
	assert_int_equal(load(private), 11);
	store(private, 22);
	assert_int_equal(load(shared + PAGE), 11);
	store(shared + PAGE, 33);
	assert_int_equal(load(private), 22);
	assert_int_equal(psim_file_read(file, PAGE, &value, sizeof(value)), sizeof(value));
	assert_int_equal(value, 33);
	assert_int_equal(psim_audit(), 0);
}

static void psim_mmap_at__shared_anonymous_memory_and_fork(void **state)
{
	long at = psim_mmap_at(process, 0, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, NULL, 0);
	struct psim_process *child;
	uint64_t value = 5;

	(void)state;
	assert_true(at > 0);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_store(child, at, &value, sizeof(value)), 0);
	assert_int_equal(load(at), 5);
	store(at + PAGE, 6);
	assert_int_equal(psim_load(child, at + PAGE, &value, sizeof(value)), 0);
	assert_int_equal(value, 6);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_process_exit(child), 0);
	assert_int_equal(load(at), 5);
}

static void psim_file_truncate__pages_vanish(void **state)
{
	unsigned long shared = map(MAP_SHARED, 4, 0), private = map(MAP_PRIVATE, 4, 0);
	uint64_t value;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		store(shared + i * PAGE, i + 1);
		store(shared + i * PAGE + 2048, i + 1);
	}
	store(private + 3 * PAGE, 99);
	store(private + PAGE, 98);
	assert_int_equal(psim_file_truncate(file, PAGE + 2048), 0);
	assert_int_equal(psim_load(process, shared + 2 * PAGE, &value, sizeof(value)), -EIO);
	assert_int_equal(psim_store(process, shared + 3 * PAGE, &value, sizeof(value)), -EIO);
	assert_int_equal(psim_load(process, private + 3 * PAGE, &value, sizeof(value)), -EIO);
	assert_int_equal(load(private + PAGE), 98);
	assert_int_equal(load(shared), 1);
	/* what was cut off the last page is zeros when the file grows again */
	assert_int_equal(load(shared + PAGE), 2);
	assert_int_equal(psim_file_truncate(file, 4 * PAGE), 0);
	assert_int_equal(load(shared + PAGE + 2048), 0);
	assert_int_equal(load(shared + 3 * PAGE), 0);
	assert_int_equal(psim_audit(), 0);
}

static void psim_file_close__mappings_keep_it(void **state)
{
	unsigned long shared = map(MAP_SHARED, 4, 0);

	(void)state;
	store(shared, 3);
	assert_int_equal(psim_file_close(file), 0);
	file = NULL;
	assert_int_equal(load(shared), 3);
	assert_int_equal(psim_munmap(process, shared + PAGE, PAGE), 0);
	store(shared + 2 * PAGE, 4);
	assert_int_equal(load(shared + 2 * PAGE), 4);
	assert_int_equal(psim_audit(), 0);
}

/* A read brings in what the cache has around it. */
static void psim_load__maps_around(void **state)
{
	unsigned long shared = map(MAP_SHARED, 4, 0), again;
	struct psim_page_info info;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		store(shared + i * PAGE, i + 1);
	again = map(MAP_SHARED, 4, 0);
	assert_int_equal(load(again + PAGE), 2);
	assert_int_equal(psim_where(process, again, &info), PSIM_RAM);
	assert_int_equal(info.mapcount, 2);
	assert_int_equal(psim_where(process, again + 2 * PAGE, NULL), PSIM_RAM);
	assert_int_equal(psim_where(process, again + 3 * PAGE, NULL), PSIM_EMPTY);
}

static void psim_mremap__file_moves_with_its_pages(void **state)
{
	unsigned long shared = map(MAP_SHARED, 4, 0);
	long moved;

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		store(shared + i * PAGE, i + 1);
	moved = psim_mremap(process, shared + PAGE, 2 * PAGE, 2 * PAGE,
			    MREMAP_MAYMOVE | MREMAP_FIXED, shared - 64 * PAGE);
	assert_int_equal(moved, shared - 64 * PAGE);
	assert_int_equal(load(moved), 2);
	assert_int_equal(load(moved + PAGE), 3);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_file_truncate(file, 0), 0);
	assert_int_equal(psim_load(process, moved, &(uint64_t){0}, 8), -EIO);
	assert_int_equal(psim_audit(), 0);
}

static void psim_file__misuse(void **state)
{
	char byte = 0;

	(void)state;
	assert_null(psim_file_create(~0ull, 0));
	assert_null(psim_file_create((1ull << 44) + 1, 0));
	assert_int_equal(psim_file_close(psim_file_create(1ull << 44, 0)), 0);
	assert_int_equal(psim_file_truncate(file, 1ull << 44), 0);
	assert_int_equal(psim_file_truncate(file, (1ull << 44) + 1), -EINVAL);
	assert_int_equal(psim_file_close(NULL), -EINVAL);
	assert_int_equal(psim_file_truncate(NULL, 0), -EINVAL);
	assert_int_equal(psim_file_truncate(file, ~0ull), -EINVAL);
	assert_int_equal(psim_file_read(file, 0, NULL, 1), -EINVAL);
	assert_int_equal(psim_file_write(file, 0, NULL, 1), -EINVAL);
	assert_int_equal(psim_file_write(file, ~0ull, &byte, 1), -EFBIG);
	assert_int_equal(psim_mmap_at(process, 0, PAGE, RW, MAP_SHARED, NULL, 0), -EBADF);
	assert_int_equal(psim_mmap_at(process, 0, PAGE, RW, MAP_SHARED, file, 1), -EINVAL);
	assert_int_equal(psim_mmap_at(process, 0, PAGE, RW, 0, file, 0), -EINVAL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(psim_file_write__is_read_back_and_mapped),
		CASE(psim_mmap_at__shared_and_private),
		CASE(psim_mmap_at__shared_anonymous_memory_and_fork),
		CASE(psim_file_truncate__pages_vanish),
		CASE(psim_file_close__mappings_keep_it),
		CASE(psim_load__maps_around),
		CASE(psim_mremap__file_moves_with_its_pages),
		CASE(psim_file__misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
