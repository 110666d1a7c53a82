// SPDX-License-Identifier: MIT
/* Several simulated GPUs: links, who copies, access from afar; unplugging; memory that is held. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <psim/psim.h>
#include <psim/shrink.h>

#define PAGES 32
#define BYTES (PAGES * PSIM_PAGE_SIZE)
#define CHUNK (16 * PSIM_PAGE_SIZE)
#define GPUS  3

static struct psim_process *process;
static struct psim_gpu *gpus[GPUS];
static unsigned long address;

static unsigned char byte_at(size_t i)
{
	return i * 37 + i / 4096 + 1;
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

static struct psim_gpu *plug(struct psim_gpu_config config, struct psim_gpu *peer)
{
	struct psim_gpu_link link = {.peer = peer};
	struct psim_gpu *gpu;

	if (peer && !config.links) {
		config.links = &link;
		config.nr_links = 1;
	}
	config.memory_bytes = config.memory_bytes ? config.memory_bytes : 4 << 20;
	gpu = psim_gpu_create(&config);
	assert_non_null(gpu);
	for (int i = 0; i < GPUS; i++) {
		if (!gpus[i]) {
			gpus[i] = gpu;
			break;
		}
	}
	return gpu;
}

static struct psim_gpu_stats stats_of(struct psim_gpu *gpu)
{
	struct psim_gpu_stats stats;

	assert_int_equal(psim_gpu_stats(gpu, &stats), 0);
	return stats;
}

static void assert_place(size_t from, size_t to, enum psim_place place)
{
	for (size_t at = from; at < to; at += PSIM_PAGE_SIZE)
		assert_int_equal(psim_where(process, address + at, NULL), place);
}

static int setup(void **state)
{
	struct psim_config config = {.quiet = 1};

	(void)state;
	memset(gpus, 0, sizeof(gpus));
	if (psim_start(&config))
		return -1;
	process = psim_process_create("app");
	address = psim_mmap(process, 0x40000000, BYTES, PSIM_READ | PSIM_WRITE);
	return address == 0x40000000 ? 0 : -1;
}

static int teardown(void **state)
{
	int err = psim_audit();

	(void)state;
	for (int i = 0; i < GPUS; i++) {
		if (gpus[i])
			err |= psim_gpu_destroy(gpus[i]);
	}
	err |= psim_process_exit(process);
	err |= psim_stop();
	return err;
}

/* ---- from one GPU to another ---- */

/* C3.8, C3.9 */
static void peers__the_destination_copies(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){0}, a);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	assert_int_equal(psim_gpu_migrate(b, process, address, BYTES), 0);
	assert_int_equal(stats_of(b).pages_from_peer, PAGES);
	assert_int_equal(stats_of(b).pages_to_device, 0);
	assert_int_equal(stats_of(a).pages_to_peer, 0);
	assert_int_equal(stats_of(a).pages_to_ram, 0);
	assert_int_equal(stats_of(a).memory_free, 4 << 20);
	assert_place(0, BYTES, PSIM_DEVICE);
	check();
	assert_int_equal(stats_of(b).pages_to_ram, PAGES);
}

/* C3.8, C3.9 */
static void peers__the_source_copies(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){.peer_copies = 1}, a);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES / 2), 0);
	assert_int_equal(psim_gpu_migrate(b, process, address, BYTES), 0);
	assert_int_equal(stats_of(a).pages_to_peer, PAGES / 2);
	assert_int_equal(stats_of(b).pages_from_peer, 0);
	assert_int_equal(stats_of(b).pages_to_device, PAGES / 2);
	check();
}

/* C3.13: at the first, a middle and the last copy over the link */
static void peers__a_copy_over_the_link_fails(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){.chunk_bytes = PSIM_PAGE_SIZE}, a);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	for (int nth = 1; nth <= PAGES; nth += nth == 1 ? PAGES / 2 - 1 : PAGES / 2) {
		assert_int_equal(psim_fail_nth(PSIM_FAIL_COPY, nth), 0);
		assert_int_equal(psim_gpu_migrate(b, process, address, BYTES), -EIO);
		assert_int_equal(psim_audit(), 0);
		assert_place(0, BYTES, PSIM_DEVICE);
		assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	}
	psim_fail_nth(PSIM_FAIL_COPY, 0);
	check();
}

static void strangers__go_by_way_of_ram(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){0}, NULL);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	assert_int_equal(psim_gpu_migrate(b, process, address, BYTES), 0);
	assert_int_equal(stats_of(a).pages_to_ram, PAGES);
	assert_int_equal(stats_of(b).pages_to_device, PAGES);
	assert_int_equal(stats_of(b).pages_from_peer, 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	check();
}

/* a - b - c: c is linked to b alone, so it has an owner of its own (C7.8) */
static void strangers__a_chain_is_no_group(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){0}, a);
	struct psim_gpu *c = plug((struct psim_gpu_config){0}, b);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(b, process, address, BYTES), 0);
	assert_int_equal(psim_gpu_migrate(c, process, address, BYTES), 0);
	assert_int_equal(stats_of(c).pages_from_peer, 0);
	assert_int_equal(stats_of(c).pages_to_device, PAGES);
	check();
}

/* What a link costs: the slower one takes longer. */
static void links__cost_what_they_say(void **state)
{
	static const unsigned long speeds[] = {1000, 10};
	unsigned long long took[2], start;

	(void)state;
	fill();
	for (int i = 0; i < 2; i++) {
		struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
		struct psim_gpu_link link = {.peer = a, .bytes_per_us = speeds[i]};
		struct psim_gpu *b =
			plug((struct psim_gpu_config){.links = &link, .nr_links = 1}, NULL);

		assert_int_equal(psim_gpu_migrate(a, process, address, CHUNK), 0);
		start = psim_now();
		assert_int_equal(psim_gpu_migrate(b, process, address, CHUNK), 0);
		took[i] = psim_now() - start;
		assert_int_equal(stats_of(b).pages_from_peer, CHUNK / PSIM_PAGE_SIZE);
		assert_int_equal(psim_gpu_destroy(b), 0);
		assert_int_equal(psim_gpu_destroy(a), 0);
		memset(gpus, 0, sizeof(gpus));
	}
	assert_in_range(took[0], CHUNK * 1000 / speeds[0], CHUNK * 1000 / speeds[1] - 1);
	assert_true(took[1] >= CHUNK * 1000 / speeds[1]);
	check();
}

/* C8.1: device_map for the GPU's page table, device_unmap in the notifier */
static void peer_access__uses_the_pages_where_they_are(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu *b = plug((struct psim_gpu_config){.peer_access = 1}, a);
	unsigned int crc[2];
	unsigned char byte, pattern = 0xff;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_crc32(a, process, address, BYTES, &crc[0]), 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	assert_int_equal(psim_gpu_crc32(b, process, address, BYTES, &crc[1]), 0);
	assert_int_equal(crc[0], crc[1]);
	assert_int_equal(stats_of(b).pages_from_peer + stats_of(b).pages_to_device, 0);
	assert_int_equal(stats_of(a).memory_free, (4 << 20) - BYTES);
	/* It writes there, too; and when the owner moves it away, it follows. */
	assert_int_equal(psim_gpu_xor(b, process, address, BYTES, &pattern, 1), 0);
	assert_int_equal(psim_gpu_evict(a, ~0ull), 0);
	assert_int_equal(psim_gpu_xor(b, process, address, BYTES, &pattern, 1), 0);
	assert_int_equal(psim_load(process, address, &byte, 1), 0);
	check();
}

/* ---- within one GPU ---- */

/* C3.7: the half of a chunk that is there already moves together with the other half */
static void within__half_of_a_chunk_is_there(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, CHUNK / 2), 0);
	assert_int_equal(psim_gpu_migrate(a, process, address, CHUNK), 0);
	assert_int_equal(stats_of(a).pages_within, CHUNK / 2 / PSIM_PAGE_SIZE);
	assert_int_equal(stats_of(a).pages_to_device, CHUNK / PSIM_PAGE_SIZE);
	assert_int_equal(stats_of(a).memory_free, (4 << 20) - CHUNK);
	check();
}

/* C3.7, C3.9: the same, copied by the source's side of the same device */
static void within__by_copy_to_ram(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){.peer_copies = 1}, NULL);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address + CHUNK / 2, CHUNK / 2), 0);
	assert_int_equal(psim_gpu_migrate(a, process, address, CHUNK), 0);
	assert_int_equal(stats_of(a).pages_within, CHUNK / 2 / PSIM_PAGE_SIZE);
	check();
}

/* ---- clearing ---- */

/* C3.11 */
static void clear__goes_on_while_the_migration_does(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){.clear = 1}, NULL);
	unsigned char page[PSIM_PAGE_SIZE], zeros[PSIM_PAGE_SIZE] = {0};

	(void)state;
	/* dirty the memory first */
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	check();
	assert_int_equal(psim_munmap(process, address, BYTES), 0);
	assert_int_equal(psim_mmap(process, address, BYTES, PSIM_READ | PSIM_WRITE), (long)address);
	assert_int_equal(psim_store(process, address + CHUNK / 2, "x", 1), 0);
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	for (size_t at = 0; at < BYTES; at += sizeof(page)) {
		assert_int_equal(psim_load(process, address + at, page, sizeof(page)), 0);
		if (at == CHUNK / 2)
			page[0] -= 'x';
		assert_memory_equal(page, zeros, sizeof(page));
	}
}

/* C3.11, C3.13: the clear is the first thing the copy engine is asked for */
static void clear__fails(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){.clear = 1}, NULL);

	(void)state;
	fill();
	assert_int_equal(psim_fail_nth(PSIM_FAIL_COPY, 1), 0);
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), -EIO);
	assert_int_equal(psim_audit(), 0);
	assert_place(0, BYTES, PSIM_RAM);
	assert_int_equal(stats_of(a).memory_free, 4 << 20);
	check();
}

/* C3.11: of a hole, too, whose copy moves nothing */
static void clear__of_a_hole_fails(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){.clear = 1}, NULL);

	(void)state;
	assert_int_equal(psim_fail_nth(PSIM_FAIL_COPY, 1), 0);
	assert_int_equal(psim_gpu_migrate(a, process, address, CHUNK), -EIO);
	assert_place(0, BYTES, PSIM_EMPTY);
}

/* ---- least recently used ---- */

static void eviction__spares_what_was_used_last(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){.memory_bytes = 2 * CHUNK}, NULL);
	long more = psim_mmap(process, 0x50000000, CHUNK, PSIM_READ | PSIM_WRITE);
	unsigned int crc;

	(void)state;
	assert_int_equal(more, 0x50000000);
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	/* The first chunk is older, but the GPU has used it since. */
	assert_int_equal(psim_gpu_crc32(a, process, address, 1, &crc), 0);
	assert_int_equal(psim_gpu_migrate(a, process, more, CHUNK), 0);
	assert_place(0, CHUNK, PSIM_DEVICE);
	assert_place(CHUNK, BYTES, PSIM_RAM);
	check();
}

/* ---- unplugging ---- */

/* C8, C6.1, C1.8 */
static void unplug__evicts_and_later_calls_are_refused(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu_memory *memory = psim_gpu_hold(a);
	unsigned int crc;

	(void)state;
	assert_non_null(memory);
	fill();
	assert_int_equal(psim_gpu_memory_migrate(memory, process, address, BYTES, 0), 0);
	assert_int_equal(psim_gpu_crc32(a, process, address, BYTES, &crc), 0);
	assert_int_equal(psim_gpu_unplug(a), 0);
	assert_place(0, BYTES, PSIM_RAM);
	assert_int_equal(psim_gpu_unplug(a), -ENODEV);
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), -ENODEV);
	assert_int_equal(psim_gpu_memory_migrate(memory, process, address, BYTES, 0), -ENODEV);
	assert_int_equal(psim_gpu_crc32(a, process, address, BYTES, &crc), -ENODEV);
	assert_int_equal(psim_gpu_evict(a, 1), -ENODEV);
	assert_int_equal(psim_gpu_poke(a, 0, 0, 1), -EINVAL);
	assert_null(psim_gpu_hold(a));
	check();
	psim_gpu_memory_put(memory);
}

/* C1.8: the reference outlives the GPU's handle */
static void unplug__held_memory_is_put_long_after(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu_memory *memory = psim_gpu_hold(a);

	(void)state;
	fill();
	assert_int_equal(psim_gpu_destroy(a), 0);
	gpus[0] = NULL;
	psim_sleep(1000000);
	assert_int_equal(psim_gpu_memory_migrate(memory, process, address, BYTES, 0), -ENODEV);
	psim_gpu_memory_put(memory);
	check();
}

static int migrate_for_ever(void *gpu)
{
	unsigned char byte;
	int err = 0;

	while (!err || err == -EBUSY) {
		err = psim_gpu_migrate(gpu, process, address, BYTES);
		psim_load(process, address + 5 * PSIM_PAGE_SIZE, &byte, 1);
	}
	return err;
}

/* C1, C3: whatever it interrupts */
static void unplug__during_migration(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_task *task;

	(void)state;
	fill();
	task = psim_spawn(process, "migrate", migrate_for_ever, a);
	psim_sleep(100000);
	assert_int_equal(psim_gpu_unplug(a), 0);
	assert_int_equal(psim_join(task), -ENODEV);
	assert_place(0, BYTES, PSIM_RAM);
	check();
}

/* ---- the cache ---- */

static unsigned long pfn_of(unsigned long at)
{
	struct psim_page_info info = {0};

	assert_int_equal(psim_where(process, at, &info), PSIM_DEVICE);
	return info.pfn;
}

/* C7.3, C7.5: unused memory is unregistered under pressure, and registered anew at the next use */
static void cache__gives_unused_memory_back(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	unsigned long first;

	(void)state;
	fill();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	first = pfn_of(address);
	/* In use: it stays. */
	assert_int_equal(psim_shrink(100), 0);
	check();
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	assert_int_equal(pfn_of(address), first);
	check();
	/* Not in use: it goes. */
	assert_int_equal(psim_shrink(100), 1);
	assert_int_equal(psim_shrink(100), 0);
	psim_sleep(1000000);
	assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
	assert_place(0, BYTES, PSIM_DEVICE);
	check();
}

/* Right after the shrinker, while the old registration is still being undone. */
static void cache__new_memory_while_the_old_goes(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);

	(void)state;
	fill();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(psim_gpu_migrate(a, process, address, BYTES), 0);
		check();
		assert_int_equal(psim_shrink(100), 1);
	}
}

static void links__misuse(void **state)
{
	struct psim_gpu *a = plug((struct psim_gpu_config){0}, NULL);
	struct psim_gpu_link twice[2] = {{.peer = a}, {.peer = a}}, none = {0};
	struct psim_gpu_config config = {.nr_links = 1};

	(void)state;
	assert_null(psim_gpu_create(&config));
	config.links = &none;
	assert_null(psim_gpu_create(&config));
	config.links = twice;
	config.nr_links = 2;
	assert_null(psim_gpu_create(&config));
	config.nr_links = 17;
	assert_null(psim_gpu_create(&config));
	assert_null(psim_gpu_hold(NULL));
	psim_gpu_memory_put(NULL);
	assert_int_equal(psim_gpu_unplug(NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(peers__the_destination_copies),
		CASE(peers__the_source_copies),
		CASE(peers__a_copy_over_the_link_fails),
		CASE(strangers__go_by_way_of_ram),
		CASE(strangers__a_chain_is_no_group),
		CASE(links__cost_what_they_say),
		CASE(peer_access__uses_the_pages_where_they_are),
		CASE(within__half_of_a_chunk_is_there),
		CASE(within__by_copy_to_ram),
		CASE(clear__goes_on_while_the_migration_does),
		CASE(clear__fails),
		CASE(clear__of_a_hole_fails),
		CASE(eviction__spares_what_was_used_last),
		CASE(unplug__evicts_and_later_calls_are_refused),
		CASE(unplug__held_memory_is_put_long_after),
		CASE(unplug__during_migration),
		CASE(cache__gives_unused_memory_back),
		CASE(cache__new_memory_while_the_old_goes),
		CASE(links__misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
