// SPDX-License-Identifier: MIT
/* The user face's processes: mapping, loads and stores, asking where pages are, what goes wrong. */
#include "one_process.h"

/* ---- mapping ------------------------------------------------------------------------------------ */

static void psim_mmap__misuse(void **state)
{
	unsigned long taken = map(4);

	(void)state;
	assert_int_equal(psim_mmap(NULL, 0, PAGE, RW), -EINVAL);
	assert_int_equal(psim_mmap(process, 0, 0, RW), -EINVAL);
	assert_int_equal(psim_mmap(process, 4097, PAGE, RW), -EINVAL);
	assert_int_equal(psim_mmap(process, 0, PAGE, 64), -EINVAL);
	assert_int_equal(psim_mmap(process, taken + PAGE, PAGE, RW), -EEXIST);
	assert_int_equal(psim_mmap(process, 1ul << 47, PAGE, RW), -ENOMEM);
	assert_int_equal(psim_mmap(process, 0, ~0ul, RW), -ENOMEM);
	assert_int_equal(psim_mmap(process, 0, 1ul << 50, RW), -ENOMEM);
}

static void psim_mmap__where_asked(void **state)
{
	(void)state;
	assert_int_equal(psim_mmap(process, 0x7000000, 3 * PAGE, RW), 0x7000000);
	store_u64(0x7000000 + 2 * PAGE, 5);
	assert_int_equal(load_u64(0x7000000 + 2 * PAGE), 5);
}

static void psim_mmap__length_is_rounded_up(void **state)
{
	long address = psim_mmap(process, 0x7000000, PAGE + 1, RW);

	(void)state;
	assert_int_equal(address, 0x7000000);
	store_u64(address + 2 * PAGE - 8, 5);
	assert_int_equal(psim_mmap(process, address + PAGE, PAGE, RW), -EEXIST);
}

static void psim_munmap__misuse(void **state)
{
	unsigned long address = map(1);

	(void)state;
	assert_int_equal(psim_munmap(NULL, address, PAGE), -EINVAL);
	assert_int_equal(psim_munmap(process, address + 1, PAGE), -EINVAL);
	assert_int_equal(psim_munmap(process, address, 0), -EINVAL);
	assert_int_equal(psim_munmap(process, address, ~0ul), -EINVAL);
	assert_int_equal(psim_where(process, address, NULL), PSIM_EMPTY);
}

static void psim_munmap__any_part(void **state)
{
	unsigned long address = psim_mmap(process, 0x5000000, 8 * PAGE, RW);

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		store_u64(address + i * PAGE, i + 1);
	assert_int_equal(psim_munmap(process, address + 3 * PAGE, 2 * PAGE), 0);
	assert_int_equal(psim_munmap(process, address, 1), 0);
	assert_int_equal(psim_munmap(process, address + 7 * PAGE, 8 * PAGE), 0);
	for (unsigned int i = 0; i < 8; i++) {
		int gone = i == 0 || i == 3 || i == 4 || i == 7;
		uint64_t value;

		assert_int_equal(psim_load(process, address + i * PAGE, &value, 8),
				 gone ? -EFAULT : 0);
		if (!gone)
			assert_int_equal(value, i + 1);
		assert_int_equal(psim_where(process, address + i * PAGE, NULL),
				 gone ? PSIM_NOWHERE : PSIM_RAM);
	}
	assert_int_equal(rss(), 4);
	assert_int_equal(psim_audit(), 0);
}

/* ---- loads and stores ------------------------------------------------------------------------------ */

static void psim_load__untouched_memory_is_zero(void **state)
{
	unsigned long address = map(2);
	struct psim_page_info info;

	(void)state;
	assert_int_equal(psim_where(process, address, &info), PSIM_EMPTY);
	assert_int_equal(load_u64(address), 0);
	assert_int_equal(psim_where(process, address, &info), PSIM_ZERO);
	assert_int_equal(info.writable, 0);
	assert_int_equal(rss(), 0);
	store_u64(address, 3);
	assert_int_equal(psim_where(process, address, &info), PSIM_RAM);
	assert_int_equal(info.writable, 1);
	assert_int_equal(info.dirty, 1);
	assert_int_equal(info.mapcount, 1);
	assert_int_equal(psim_where(process, address + PAGE, &info), PSIM_EMPTY);
	assert_int_equal(rss(), 1);
}

static void psim_store__crosses_pages(void **state)
{
	static unsigned char out[3 * PSIM_PAGE_SIZE], in[3 * PSIM_PAGE_SIZE];
	unsigned long address = map(4);

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)(i * 31 + (i >> 9));
	assert_int_equal(psim_store(process, address + 1234, out, sizeof(out)), 0);
	assert_int_equal(psim_load(process, address + 1234, in, sizeof(in)), 0);
	assert_memory_equal(in, out, sizeof(out));
	assert_int_equal(rss(), 4);
}

static void psim_load__fault_in_the_middle(void **state)
{
	unsigned long address = map(2);
	char bytes[64];

	(void)state;
	store_u64(address + PAGE - 8, 0x0101010101010101ull);
	assert_int_equal(psim_munmap(process, address + PAGE, PAGE), 0);
	memset(bytes, 9, sizeof(bytes));
	assert_int_equal(psim_load(process, address + PAGE - 8, bytes, 64), -EFAULT);
	assert_int_equal(bytes[7], 1);
	assert_int_equal(bytes[8], 9);
}

static void psim_store__without_permission(void **state)
{
	long ro = psim_mmap(process, 0, PAGE, PSIM_READ), none = psim_mmap(process, 0, PAGE, 0);
	char byte = 1;

	(void)state;
	assert_int_equal(psim_store(process, ro, &byte, 1), -EFAULT);
	assert_int_equal(psim_load(process, ro, &byte, 1), 0);
	assert_int_equal(psim_store(process, ro, &byte, 1), -EFAULT);
	assert_int_equal(psim_load(process, none, &byte, 1), -EFAULT);
	assert_int_equal(psim_load(process, 1ul << 47, &byte, 1), -EFAULT);
	assert_int_equal(psim_load(process, ~0ul, &byte, 1), -EFAULT);
}

/* Nobody but this slot has asked for that page: it is in use all the same. */
static void psim_audit__zero_page_alone(void **state)
{
	long address = psim_mmap(process, 0, PAGE, PSIM_READ);

	(void)state;
	assert_int_equal(load_u64(address), 0);
	assert_int_equal(psim_audit(), 0);
}

/* what comes back from swap is dirty if it came for a write, and clean if it was only read */
static void psim_swap_out__dirty_after_a_store_alone(void **state)
{
	unsigned long address = map(2);
	struct psim_page_info info;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		store_u64(address + i * PAGE, i + 1);
		assert_int_equal(psim_swap_out(process, address + i * PAGE), 0);
	}
	assert_int_equal(load_u64(address), 1);
	assert_int_equal(psim_where(process, address, &info), PSIM_RAM);
	assert_true(info.writable && !info.dirty);
	store_u64(address + PAGE, 3);
	assert_int_equal(psim_where(process, address + PAGE, &info), PSIM_RAM);
	assert_true(info.writable && info.dirty);
}

static void psim_load__misuse(void **state)
{
	char byte;

	(void)state;
	assert_int_equal(psim_load(NULL, 0, &byte, 1), -EINVAL);
	assert_int_equal(psim_load(process, 0, NULL, 1), -EINVAL);
	assert_int_equal(psim_load(process, 0, NULL, 0), 0);
	assert_int_equal(psim_process_stats(process, NULL), -EINVAL);
}

static void psim_process_stats__counts_faults(void **state)
{
	unsigned long address = map(3);
	struct psim_process_stats before, after;

	(void)state;
	assert_int_equal(psim_process_stats(process, &before), 0);
	for (unsigned int i = 0; i < 3; i++)
		store_u64(address + i * PAGE, i);
	for (unsigned int i = 0; i < 300; i++)
		load_u64(address + (i % 3) * PAGE);
	assert_int_equal(psim_process_stats(process, &after), 0);
	assert_int_equal(after.faults - before.faults, 3);
	assert_int_equal(after.device_faults, 0);
	assert_int_equal(after.rss - before.rss, 3);
}

/* Two address spaces do not see each other, whatever the TLB of the CPU they share remembers. */
static void psim_store__other_process_at_the_same_address(void **state)
{
	struct psim_process *other = psim_process_create("other");
	uint64_t value = 2;

	(void)state;
	assert_non_null(other);
	assert_int_equal(psim_mmap(process, 0x100000, PAGE, RW), 0x100000);
	assert_int_equal(psim_mmap(other, 0x100000, PAGE, RW), 0x100000);
	store_u64(0x100000, 1);
	assert_int_equal(psim_store(other, 0x100000, &value, 8), 0);
	assert_int_equal(load_u64(0x100000), 1);
	assert_int_equal(psim_process_exit(other), 0);
	assert_int_equal(load_u64(0x100000), 1);
}

static void psim_load__memory_mapped_again_is_new(void **state)
{
	unsigned long address = map(1);

	(void)state;
	store_u64(address, 77);
	assert_int_equal(psim_munmap(process, address, PAGE), 0);
	assert_int_equal(psim_mmap(process, address, PAGE, RW), (long)address);
	assert_int_equal(load_u64(address), 0);
}

/* Two threads pass a page back and forth; each has a CPU, and so translations, of its own. */
struct turns {
	unsigned long address;
	uint64_t turn;
};

static int take_turns(void *arg)
{
	struct turns *turns = arg;
	uint64_t mine = turns->turn, seen;

	for (unsigned int round = 0; round < 20; round++) {
		do {
			if (psim_load(process, turns->address, &seen, 8))
				return -EFAULT;
			psim_yield();
		} while (seen % 2 != mine);
		seen++;
		if (psim_store(process, turns->address, &seen, 8))
			return -EFAULT;
	}
	return 0;
}

static void psim_store__seen_by_another_cpu(void **state)
{
	struct turns even = {map(1), 0}, odd = {even.address, 1};
	struct psim_task *a = psim_spawn(process, "even", take_turns, &even);
	struct psim_task *b = psim_spawn(process, "odd", take_turns, &odd);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(psim_join(a), 0);
	assert_int_equal(psim_join(b), 0);
	assert_int_equal(load_u64(even.address), 40);
}

/* A thread reads the zero page, another writes: the first must not go on reading the zero page. */
static int read_twice(void *arg)
{
	uint64_t first, second;

	if (psim_load(process, *(unsigned long *)arg, &first, 8))
		return -EFAULT;
	psim_sleep(1000000);
	if (psim_load(process, *(unsigned long *)arg, &second, 8))
		return -EFAULT;
	return first == 0 && second == 5 ? 0 : -EIO;
}

static void psim_store__replaces_the_zero_page_on_every_cpu(void **state)
{
	unsigned long address = map(1);
	struct psim_task *reader = psim_spawn(process, "reader", read_twice, &address);

	(void)state;
	assert_non_null(reader);
	psim_sleep(100000);
	assert_int_equal(psim_where(process, address, NULL), PSIM_ZERO);
	store_u64(address, 5);
	assert_int_equal(psim_join(reader), 0);
	assert_int_equal(psim_reports(), 0);
}

/* ---- failures ------------------------------------------------------------------------------------------ */

static void psim_store__without_a_page(void **state)
{
	unsigned long address = map(2);
	char byte = 1;

	(void)state;
	store_u64(address, 42);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_PAGE, 1), 0);
	assert_int_equal(psim_store(process, address + PAGE, &byte, 1), -ENOMEM);
	assert_int_equal(psim_where(process, address + PAGE, NULL), PSIM_EMPTY);
	assert_int_equal(load_u64(address), 42);
	assert_int_equal(psim_store(process, address + PAGE, &byte, 1), 0);
	assert_int_equal(psim_audit(), 0);
}

/* Every table of a fresh address space in turn, then every allocation, until none is left to fail. */
static void psim_store__without_nth_call(void **state)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_TABLE, PSIM_FAIL_SLAB, PSIM_FAIL_PAGE};
	uint64_t value = 8;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		unsigned int failures = 0;

		for (unsigned long nth = 1;; nth++) {
			struct psim_process *p = psim_process_create("failing");
			int err;

			assert_non_null(p);
			assert_int_equal(psim_mmap(p, 0x40000000, PAGE, RW), 0x40000000);
			assert_int_equal(psim_fail_nth(kinds[k], nth), 0);
			err = psim_store(p, 0x40000000, &value, 8);
			psim_fail_nth(kinds[k], 0);
			assert_true(err == 0 || err == -ENOMEM);
			assert_int_equal(psim_where(p, 0x40000000, NULL),
					 err ? PSIM_EMPTY : PSIM_RAM);
			assert_int_equal(psim_store(p, 0x40000000, &value, 8), 0);
			assert_int_equal(psim_process_exit(p), 0);
			if (!err)
				break;
			failures++;
		}
		assert_true(failures > 0);
	}
}

static void psim_munmap__without_memory_to_split(void **state)
{
	unsigned long address = map(3);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		store_u64(address + i * PAGE, i + 1);
	assert_int_equal(psim_fail_nth(PSIM_FAIL_SLAB, 1), 0);
	assert_int_equal(psim_munmap(process, address + PAGE, PAGE), -ENOMEM);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(load_u64(address + i * PAGE), i + 1);
	assert_int_equal(psim_munmap(process, address + PAGE, PAGE), 0);
	assert_int_equal(psim_audit(), 0);
}

static void psim_process_create__without_memory(void **state)
{
	(void)state;
	assert_int_equal(psim_fail_nth(PSIM_FAIL_SLAB, 1), 0);
	assert_null(psim_process_create("none"));
	assert_int_equal(psim_fail_nth(PSIM_FAIL_SLAB, 2), 0);
	assert_null(psim_process_create("none"));
	assert_int_equal(psim_fail_nth(PSIM_FAIL_TABLE, 1), 0);
	assert_null(psim_process_create("none"));
}

/* RAM runs out; what is unmapped can be used again. */
static void psim_store__ram_is_full(void **state)
{
	unsigned long address = 1ul << 30, i;
	char byte = 1;
	int err = 0;

	(void)state;
	/* all of it at once would be refused: RAM could never hold it */
	assert_int_equal(psim_mmap(process, address, 8192 * PAGE, RW), -ENOMEM);
	assert_int_equal(psim_mmap(process, address, 4096 * PAGE, RW), address);
	assert_int_equal(psim_mmap(process, address + 4096 * PAGE, 4096 * PAGE, RW),
			 address + 4096 * PAGE);
	for (i = 0; i < 8192 && !err; i++)
		err = psim_store(process, address + i * PAGE, &byte, 1);
	assert_int_equal(err, -ENOMEM);
	assert_in_range(i, 1024, 4096);
	assert_int_equal(psim_munmap(process, address, 512 * PAGE), 0);
	assert_int_equal(psim_store(process, address + 8000 * PAGE, &byte, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(psim_mmap__misuse),
		CASE(psim_mmap__where_asked),
		CASE(psim_mmap__length_is_rounded_up),
		CASE(psim_munmap__misuse),
		CASE(psim_munmap__any_part),
		CASE(psim_load__untouched_memory_is_zero),
		CASE(psim_store__crosses_pages),
		CASE(psim_load__fault_in_the_middle),
		CASE(psim_store__without_permission),
		CASE(psim_audit__zero_page_alone),
		CASE(psim_swap_out__dirty_after_a_store_alone),
		CASE(psim_load__misuse),
		CASE(psim_process_stats__counts_faults),
		CASE(psim_store__other_process_at_the_same_address),
		CASE(psim_load__memory_mapped_again_is_new),
		CASE(psim_store__seen_by_another_cpu),
		CASE(psim_store__replaces_the_zero_page_on_every_cpu),
		CASE(psim_store__without_a_page),
		CASE(psim_store__without_nth_call),
		CASE(psim_munmap__without_memory_to_split),
		CASE(psim_process_create__without_memory),
		CASE(psim_store__ram_is_full),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
