// SPDX-License-Identifier: MIT
/*
 * Views: what a GPU's fault brings, what leaves, and that the tables say at every moment what is reached.
 *
 *   page    0 1 2 3 ... 511 | 512 ...        tables: one byte a page, for the CPU and for each GPU
 */
#include "one_process.h"

#include <psim/gpu.h>
#include <psim/view.h>

#define PAGES	1024
#define FRAMES	64 /* of each GPU's memory */
#define REACHED (PSIM_VIEW_READ | PSIM_VIEW_WRITE | PSIM_VIEW_NEAR)

static struct psim_gpu *gpus[2];
static struct psim_view *view;
static unsigned char tables[3][PAGES];
static unsigned long base;

static int open_view(unsigned int nr_gpus, int linked)
{
	struct psim_view_config config = {
		.process = process,
		.length = PAGES * PAGE,
		.nr_gpus = nr_gpus,
		.tables = {tables[0], tables[1], tables[2]},
	};
	struct psim_gpu_link link;

	memset(tables, 0, sizeof(tables));
	base = (map(PAGES + 512) + (2 << 20) - 1) & ~((2ul << 20) - 1);
	config.address = base;
	for (unsigned int i = 0; i < nr_gpus; i++) {
		struct psim_gpu_config gpu = {.memory_bytes = FRAMES * PAGE, .links = &link};

		link = (struct psim_gpu_link){.peer = gpus[0]};
		gpu.nr_links = i && linked;
		config.gpus[i] = gpus[i] = psim_gpu_create(&gpu);
		assert_non_null(gpus[i]);
	}
	return psim_view_create(&config, &view);
}

static void close_view(unsigned int nr_gpus)
{
	assert_int_equal(psim_view_destroy(view), 0);
	for (unsigned int i = nr_gpus; i--;)
		assert_int_equal(psim_gpu_destroy(gpus[i]), 0);
}

static long bring(unsigned int gpu, unsigned long first, unsigned int pages,
		  struct psim_view_moved *moved)
{
	return psim_view_bring(view, gpu, first, pages, 0, moved);
}

static void touch_all(unsigned long first, unsigned int pages)
{
	for (unsigned long i = first; i < first + pages; i++)
		assert_int_equal(psim_view_touch(view, i, 1, NULL), 0);
}

static void bring__moves_and_tells_both_tables(void **state)
{
	struct psim_view_moved moved;
	struct psim_page_info info;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	touch_all(0, 4);
	assert_int_equal(tables[0][3], REACHED);
	assert_int_equal(tables[1][3], 0);
	assert_true(bring(0, 1, 3, &moved) >= 0);
	assert_int_equal(moved.in, 3);
	assert_int_equal(moved.out + moved.cleared + moved.peer + moved.within, 0);
	assert_int_equal(tables[0][0], REACHED);
	for (int i = 1; i < 4; i++) {
		assert_int_equal(tables[0][i], 0);
		assert_int_equal(tables[1][i], REACHED);
		assert_int_equal(psim_where(process, base + i * PAGE, &info), PSIM_DEVICE);
	}
	assert_int_equal(psim_view_free(view, 0), FRAMES - 3);
	close_view(1);
}

static void bring__clears_what_was_never_touched(void **state)
{
	struct psim_view_moved moved;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	store_u64(base + PAGE, 0x1234);
	assert_true(bring(0, 0, 2, &moved) >= 0);
	assert_int_equal(moved.in, 1);
	assert_int_equal(moved.cleared, 1);
	assert_int_equal(*(uint64_t *)psim_view_bytes(view, 0, 0, 0), 0);
	assert_int_equal(*(uint64_t *)psim_view_bytes(view, 0, 1, 1), 0x1234);
	close_view(1);
}

static void touch__takes_the_whole_allocation_back(void **state)
{
	struct psim_view_moved moved;
	unsigned int gone[2];
	long unit;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	touch_all(0, 8);
	unit = bring(0, 0, 8, NULL);
	*(uint64_t *)psim_view_bytes(view, 0, 5, 1) = 77;
	assert_int_equal(psim_view_touch(view, 5, 0, &moved), 0);
	assert_int_equal(moved.out, 8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(tables[1][i], 0);
	assert_int_equal(tables[0][5], PSIM_VIEW_NEAR | PSIM_VIEW_READ);
	assert_int_equal(load_u64(base + 5 * PAGE), 77);
	assert_int_equal(psim_view_gone(view, gone, 2), 1);
	assert_int_equal(gone[0], unit);
	assert_int_equal(psim_view_gone(view, gone, 2), 0);
	assert_int_equal(psim_view_evict(view, unit, NULL), -ENOENT);
	close_view(1);
}

static void touch__waits_for_the_timeslice(void **state)
{
	unsigned long long before;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	touch_all(0, 1);
	assert_true(psim_view_bring(view, 0, 0, 1, 5, NULL) >= 0);
	before = psim_now();
	assert_int_equal(psim_view_touch(view, 0, 0, NULL), 0);
	assert_true(psim_now() - before >= 4000000);
	close_view(1);
}

static void evict__makes_room(void **state)
{
	struct psim_view_moved moved;
	long units[FRAMES / 16];

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	touch_all(0, FRAMES + 16);
	for (int i = 0; i < FRAMES / 16; i++)
		units[i] = bring(0, i * 16, 16, NULL);
	assert_int_equal(bring(0, FRAMES, 16, NULL), -ENOSPC);
	assert_int_equal(tables[1][FRAMES], 0);
	assert_int_equal(psim_view_evict(view, units[2], &moved), 0);
	assert_int_equal(moved.out, 16);
	assert_int_equal(tables[1][32], 0);
	assert_int_equal(tables[1][48], REACHED);
	assert_true(bring(0, FRAMES, 16, NULL) >= 0);
	assert_int_equal(psim_view_free(view, 0), 0);
	close_view(1);
}

static void map__reaches_ram_until_it_moves(void **state)
{
	struct psim_page_info info;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	store_u64(base, 55);
	assert_int_equal(psim_view_map(view, 0, 0, 1, 1, NULL), 0);
	assert_int_equal(tables[1][0], PSIM_VIEW_READ | PSIM_VIEW_WRITE);
	assert_int_equal(psim_where(process, base, &info), PSIM_RAM);
	*(uint64_t *)psim_view_bytes(view, 0, 0, 1) = 56;
	assert_int_equal(load_u64(base), 56);
	assert_true(bring(0, 0, 1, NULL) >= 0);
	assert_int_equal(tables[1][0], REACHED);
	assert_int_equal(*(uint64_t *)psim_view_bytes(view, 0, 0, 0), 56);
	close_view(1);
}

static void bring__takes_from_a_linked_gpu(void **state)
{
	struct psim_view_moved moved;

	(void)state;
	assert_int_equal(open_view(2, 1), 0);
	store_u64(base, 99);
	assert_true(bring(0, 0, 1, NULL) >= 0);
	assert_int_equal(psim_view_map(view, 1, 0, 1, 1, NULL), 0);
	assert_int_equal(tables[2][0], PSIM_VIEW_READ | PSIM_VIEW_WRITE | PSIM_VIEW_PEER);
	assert_int_equal(*(uint64_t *)psim_view_bytes(view, 1, 0, 0), 99);
	assert_true(bring(1, 0, 1, &moved) >= 0);
	assert_int_equal(moved.peer, 1);
	assert_int_equal(tables[1][0], 0);
	assert_int_equal(tables[2][0], REACHED);
	assert_int_equal(*(uint64_t *)psim_view_bytes(view, 1, 0, 0), 99);
	close_view(2);
}

/* Two linked GPUs have every other page of 32 KiB: a CPU's fault takes one allocation, from the GPU it is on. */
static void touch__leaves_what_another_gpu_has(void **state)
{
	struct psim_view_moved moved;

	(void)state;
	assert_int_equal(open_view(2, 1), 0);
	for (unsigned int i = 0; i < 8; i++)
		store_u64(base + i * PAGE, 100 + i);
	assert_true(bring(1, 0, 8, NULL) >= 0);
	for (unsigned int i = 0; i < 8; i += 2)
		assert_true(bring(0, i, 1, NULL) >= 0);
	assert_int_equal(psim_view_touch(view, 3, 0, &moved), 0);
	assert_int_equal(moved.out, 4);
	assert_int_equal(psim_where(process, base + 4 * PAGE, NULL), PSIM_DEVICE);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(load_u64(base + i * PAGE), 100 + i);
	close_view(2);
}

static void bring__is_refused_by_a_stranger(void **state)
{
	(void)state;
	assert_int_equal(open_view(2, 0), 0);
	touch_all(0, 1);
	assert_true(bring(0, 0, 1, NULL) >= 0);
	assert_int_equal(bring(1, 0, 1, NULL), -EBUSY);
	/* the attempt took it from the table; the page has not moved */
	assert_int_equal(tables[1][0], 0);
	assert_int_equal(psim_view_map(view, 0, 0, 1, 1, NULL), 0);
	assert_int_equal(tables[1][0], REACHED);
	assert_int_equal(psim_view_free(view, 1), FRAMES);
	close_view(2);
}

static void munmap__empties_the_tables(void **state)
{
	unsigned int gone[1];

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	touch_all(0, 2);
	assert_true(bring(0, 0, 1, NULL) >= 0);
	assert_int_equal(psim_munmap(process, base, 2 * PAGE), 0);
	assert_int_equal(tables[0][1] | tables[1][0], 0);
	assert_int_equal(psim_view_gone(view, gone, 1), 1);
	assert_int_equal(psim_view_free(view, 0), FRAMES);
	close_view(1);
}

static void create__refuses_what_it_cannot_see(void **state)
{
	struct psim_view_config config = {.process = process,
					  .address = 4096,
					  .length = 2 << 20,
					  .nr_gpus = 1,
					  .tables = {tables[0], tables[1]}};
	struct psim_view *second;

	(void)state;
	assert_int_equal(open_view(1, 0), 0);
	assert_int_equal(psim_view_create(&config, &second), -EINVAL);
	config.address = base;
	assert_int_equal(psim_view_create(&config, &second), -EINVAL);
	config.gpus[0] = gpus[0];
	assert_int_equal(psim_view_create(&config, &second), -EBUSY);
	config.tables[1] = NULL;
	assert_int_equal(psim_view_create(&config, &second), -EINVAL);
	assert_int_equal(bring(1, 0, 1, NULL), -EINVAL);
	assert_int_equal(bring(0, 511, 2, NULL), -EINVAL);
	assert_int_equal(bring(0, PAGES, 1, NULL), -EINVAL);
	assert_int_equal(psim_gpu_unplug(gpus[0]), -EBUSY);
	assert_int_equal(psim_gpu_migrate(gpus[0], process, base, PAGE), -ENOMEM);
	close_view(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(bring__moves_and_tells_both_tables),
		CASE(bring__clears_what_was_never_touched),
		CASE(touch__takes_the_whole_allocation_back),
		CASE(touch__waits_for_the_timeslice),
		CASE(evict__makes_room),
		CASE(map__reaches_ram_until_it_moves),
		CASE(bring__takes_from_a_linked_gpu),
		CASE(touch__leaves_what_another_gpu_has),
		CASE(bring__is_refused_by_a_stranger),
		CASE(munmap__empties_the_tables),
		CASE(create__refuses_what_it_cannot_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
