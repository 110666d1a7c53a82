// SPDX-License-Identifier: MIT
/* The simulated GPU through the user face: migration, eviction, commands, failures, misuse. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <nettle/sha2.h>
#include <psim/psim.h>

#define PAGES 64
#define BYTES (PAGES * PSIM_PAGE_SIZE)

static struct psim_process *process;
static struct psim_gpu *gpu;
static unsigned long address;

static unsigned char byte_at(size_t i)
{
	return i * 131 + i / 4096;
}

static void fill(void)
{
	unsigned char page[PSIM_PAGE_SIZE];

	for (size_t at = 0; at < BYTES; at += sizeof(page)) {
		for (size_t i = 0; i < sizeof(page); i++)
			page[i] = byte_at(at + i);
		assert_int_equal(psim_store(process, address + at, page, sizeof(page)), 0);
	}
}

static void check(void)
{
	unsigned char page[PSIM_PAGE_SIZE];

	for (size_t at = 0; at < BYTES; at += sizeof(page)) {
		assert_int_equal(psim_load(process, address + at, page, sizeof(page)), 0);
		for (size_t i = 0; i < sizeof(page); i++)
			assert_int_equal(page[i], byte_at(at + i));
	}
}

static void assert_place(size_t from, size_t to, enum psim_place place)
{
	for (size_t at = from; at < to; at += PSIM_PAGE_SIZE)
		assert_int_equal(psim_where(process, address + at, NULL), place);
}

static int start(unsigned long long memory)
{
	struct psim_config config = {.quiet = 1};
	struct psim_gpu_config gpu_config = {.memory_bytes = memory};
	long mapped;

	if (psim_start(&config))
		return -1;
	process = psim_process_create("app");
	gpu = psim_gpu_create(&gpu_config);
	if (!process || !gpu)
		return -1;
	mapped = psim_mmap(process, 0x40000000, BYTES, PSIM_READ | PSIM_WRITE);
	address = mapped;
	return mapped > 0 ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	return start(4 << 20);
}

static int setup_small(void **state)
{
	(void)state;
	return start(BYTES / 4);
}

static int teardown(void **state)
{
	int err = psim_audit();

	(void)state;
	err |= psim_process_exit(process);
	err |= psim_gpu_destroy(gpu);
	err |= psim_stop();
	return err;
}

static void psim_gpu_migrate__moves_every_page_and_back(void **state)
{
	struct psim_gpu_stats stats;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	psim_gpu_stats(gpu, &stats);
	assert_int_equal(stats.pages_to_device, PAGES);
	assert_int_equal(stats.pages_to_ram, 0);
	check();
	assert_place(0, BYTES, PSIM_RAM);
	psim_gpu_stats(gpu, &stats);
	assert_int_equal(stats.pages_to_ram, PAGES);
	assert_int_equal(stats.memory_free, 4 << 20);
}

static void psim_gpu_migrate__counts_of_a_device_page(void **state)
{
	struct psim_page_info info;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	assert_int_equal(psim_where(process, address, &info), PSIM_DEVICE);
	assert_int_equal(info.refcount, 1);
	assert_int_equal(info.mapcount, 1);
	assert_int_equal(info.writable, 1);
}

static void psim_gpu_migrate__holes_read_as_zeros(void **state)
{
	unsigned char page[PSIM_PAGE_SIZE], zeros[PSIM_PAGE_SIZE] = {0};

	(void)state;
	assert_int_equal(psim_gpu_fill(gpu, process, address, BYTES, 0xff), 0);
	assert_int_equal(psim_munmap(process, address, BYTES), 0);
	assert_int_equal(psim_mmap(process, address, BYTES, PSIM_READ | PSIM_WRITE), (long)address);
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	assert_int_equal(psim_load(process, address + BYTES / 2, page, sizeof(page)), 0);
	assert_memory_equal(page, zeros, sizeof(page));
}

static void psim_gpu_migrate__twice_is_harmless(void **state)
{
	struct psim_gpu_stats stats;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	psim_gpu_stats(gpu, &stats);
	assert_int_equal(stats.pages_to_device, PAGES);
	check();
}

static void psim_gpu_migrate__more_than_fits_evicts_the_oldest(void **state)
{
	struct psim_gpu_stats stats;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	psim_gpu_stats(gpu, &stats);
	assert_int_equal(stats.evictions, 3);
	assert_place(0, BYTES * 3 / 4, PSIM_RAM);
	assert_place(BYTES * 3 / 4, BYTES, PSIM_DEVICE);
	check();
}

static void psim_gpu_evict__everything(void **state)
{
	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	assert_int_equal(psim_gpu_evict(gpu, ~0ull), 0);
	assert_place(0, BYTES, PSIM_RAM);
	check();
}

static void psim_gpu_sha256__equals_the_librarys(void **state)
{
	unsigned char digest[32], expected[32], byte;
	struct sha256_ctx sha;

	(void)state;
	fill();
	sha256_init(&sha);
	for (size_t i = 5; i < BYTES - 9; i++) {
		byte = byte_at(i);
		sha256_update(&sha, 1, &byte);
	}
	sha256_digest(&sha, sizeof(expected), expected);
	assert_int_equal(psim_gpu_sha256(gpu, process, address + 5, BYTES - 14, digest), 0);
	assert_memory_equal(digest, expected, sizeof(digest));
}

static void psim_gpu_copy__between_unaligned_places(void **state)
{
	unsigned char got[10000];

	(void)state;
	fill();
	assert_int_equal(
		psim_gpu_copy(gpu, process, address + BYTES / 2 + 123, address + 77, sizeof(got)),
		0);
	assert_int_equal(psim_load(process, address + BYTES / 2 + 123, got, sizeof(got)), 0);
	for (size_t i = 0; i < sizeof(got); i++)
		assert_int_equal(got[i], byte_at(77 + i));
}

static void psim_gpu_xor__twice_is_nothing(void **state)
{
	(void)state;
	fill();
	assert_int_equal(psim_gpu_xor(gpu, process, address + 1, BYTES - 2, "pattern", 7), 0);
	assert_int_equal(psim_gpu_xor(gpu, process, address + 1, BYTES - 2, "pattern", 7), 0);
	check();
}

static void psim_gpu_crc32__of_a_known_text(void **state)
{
	unsigned int crc;

	(void)state;
	assert_int_equal(psim_store(process, address, "123456789", 9), 0);
	assert_int_equal(psim_gpu_crc32(gpu, process, address, 9, &crc), 0);
	assert_int_equal(crc, 0xcbf43926); /* the polynomial's check value */
}

static void psim_gpu_fill__unmapped_memory_is_efault(void **state)
{
	(void)state;
	assert_int_equal(psim_gpu_fill(gpu, process, address + BYTES, 1, 0), -EFAULT);
	assert_int_equal(psim_gpu_fill(gpu, process, 0x1000, 1, 0), -EFAULT);
	/* and the GPU goes on working */
	assert_int_equal(psim_gpu_fill(gpu, process, address, BYTES, 1), 0);
}

static void psim_gpu_fill__read_only_memory_is_efault(void **state)
{
	unsigned int crc;
	long there = psim_mmap(process, 0, PSIM_PAGE_SIZE, PSIM_READ);

	(void)state;
	assert_true(there > 0);
	assert_int_equal(psim_gpu_fill(gpu, process, there, 1, 0), -EFAULT);
	assert_int_equal(psim_gpu_crc32(gpu, process, there, 1, &crc), 0);
}

static void psim_gpu_migrate__copy_engine_fails(void **state)
{
	(void)state;
	fill();
	assert_int_equal(psim_fail_nth(PSIM_FAIL_COPY, 1), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), -EIO);
	assert_int_equal(psim_audit(), 0);
	check();
}

static void psim_gpu_migrate__no_device_memory(void **state)
{
	(void)state;
	fill();
	assert_int_equal(psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 1), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), -ENOMEM);
	check();
}

static void psim_load__no_page_to_come_back_to_is_eio_and_nothing_is_lost(void **state)
{
	unsigned char byte = 0;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, PSIM_PAGE_SIZE), 0);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_PAGE, 1), 0);
	assert_int_equal(psim_load(process, address, &byte, 1), -EIO);
	assert_place(0, PSIM_PAGE_SIZE, PSIM_DEVICE);
	check();
}

static void psim_gpu_poke__is_seen_by_the_cpu(void **state)
{
	struct psim_page_info info;
	unsigned char byte;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(gpu, process, address, BYTES), 0);
	psim_where(process, address, &info);
	assert_int_equal(psim_gpu_poke(gpu, info.pfn, 9, 0x10), 0);
	assert_int_equal(psim_load(process, address + 9, &byte, 1), 0);
	assert_int_equal(byte, byte_at(9) ^ 0x10);
	assert_int_equal(psim_gpu_poke(gpu, 0, 0, 1), -EINVAL);
}

static void psim_gpu__misuse(void **state)
{
	struct psim_gpu_config odd = {.memory_bytes = 4097}, chunk = {.chunk_bytes = 5000};

	(void)state;
	assert_null(psim_gpu_create(&odd));
	assert_null(psim_gpu_create(&chunk));
	assert_int_equal(psim_gpu_migrate(gpu, process, address + 1, BYTES), -EINVAL);
	assert_int_equal(psim_gpu_migrate(gpu, process, address, 0), -EINVAL);
	assert_int_equal(psim_gpu_migrate(gpu, NULL, address, BYTES), -EINVAL);
	assert_int_equal(psim_gpu_migrate(gpu, process, 0x1000, PSIM_PAGE_SIZE), -EFAULT);
	assert_int_equal(psim_gpu_xor(gpu, process, address, 1, "", 0), -EINVAL);
	assert_int_equal(psim_gpu_evict(NULL, 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(psim_gpu_migrate__moves_every_page_and_back),
		CASE(psim_gpu_migrate__counts_of_a_device_page),
		CASE(psim_gpu_migrate__holes_read_as_zeros),
		CASE(psim_gpu_migrate__twice_is_harmless),
		cmocka_unit_test_setup_teardown(psim_gpu_migrate__more_than_fits_evicts_the_oldest,
						setup_small, teardown),
		CASE(psim_gpu_evict__everything),
		CASE(psim_gpu_sha256__equals_the_librarys),
		CASE(psim_gpu_copy__between_unaligned_places),
		CASE(psim_gpu_xor__twice_is_nothing),
		CASE(psim_gpu_crc32__of_a_known_text),
		CASE(psim_gpu_fill__unmapped_memory_is_efault),
		CASE(psim_gpu_fill__read_only_memory_is_efault),
		CASE(psim_gpu_migrate__copy_engine_fails),
		CASE(psim_gpu_migrate__no_device_memory),
		CASE(psim_load__no_page_to_come_back_to_is_eio_and_nothing_is_lost),
		CASE(psim_gpu_poke__is_seen_by_the_cpu),
		CASE(psim_gpu__misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
