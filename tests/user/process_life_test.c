// SPDX-License-Identifier: MIT
/* The life of the user face's processes: their threads, fork, exit, what is left at the end. */
#include "one_process.h"

static int wait_a_little(void *arg)
{
	psim_sleep(1000);
	return *(int *)arg;
}

static void psim_process_exit__while_a_task_runs(void **state)
{
	int result = 7;
	struct psim_task *task = psim_spawn(process, "sleeper", wait_a_little, &result);

	(void)state;
	assert_non_null(task);
	assert_int_equal(psim_process_exit(process), -EBUSY);
	assert_int_equal(psim_join(task), 7);
}

static void psim_process_exit__with_memory_mapped(void **state)
{
	struct psim_process *p = psim_process_create("leaver");
	uint64_t value = 1;

	(void)state;
	for (unsigned long a = 1; a < 6; a++) {
		assert_int_equal(psim_mmap(p, a << 32, 2 * PAGE, RW), a << 32);
		assert_int_equal(psim_store(p, a << 32, &value, 8), 0);
		assert_int_equal(psim_load(p, (a << 32) + PAGE, &value, 8), 0);
	}
	assert_int_equal(psim_process_exit(p), 0);
	assert_int_equal(psim_audit(), 0);
}

static void psim_process_exit__misuse(void **state)
{
	(void)state;
	assert_int_equal(psim_process_exit(NULL), -EINVAL);
}

static void psim_process_create__without_a_machine(void **state)
{
	(void)state;
	assert_null(psim_process_create("early"));
}

/* ---- threads --------------------------------------------------------------------------------------- */

/*
 * Four threads share eight pages, a word each in every page, and each maps and unmaps memory of its own
 * between them, so that faults, flushes and frees of tables meet.
 */
#define WORKERS 4
#define SHARED	0x40000000ul

static int share_and_map(void *arg)
{
	uint64_t me = (uint64_t)(uintptr_t)arg, value;

	for (uint64_t round = 1; round <= 50; round++) {
		unsigned long word = SHARED + (round % 8) * PAGE + me * 8;
		unsigned long own = SHARED + (me << 30) + (round % 3) * PAGE;

		value = round << 8 | me;
		if (psim_store(process, word, &value, 8) || psim_load(process, word, &value, 8) ||
		    value != (round << 8 | me))
			return -1;
		if (psim_mmap(process, own, 2 * PAGE, RW) != (long)own)
			return -2;
		if (psim_load(process, own, &value, 8) || value)
			return -3;
		value = me;
		if (psim_store(process, own + PAGE, &value, 8) ||
		    psim_store(process, own, &value, 8))
			return -4;
		if (psim_munmap(process, own, 2 * PAGE) || !psim_load(process, own, &value, 8))
			return -5;
	}
	return 0;
}

static void share(const struct psim_config *config)
{
	struct psim_task *tasks[WORKERS];

	assert_int_equal(psim_start(config), 0);
	process = psim_process_create("shared");
	assert_int_equal(psim_mmap(process, SHARED, 8 * PAGE, RW), SHARED);
	for (uintptr_t i = 0; i < WORKERS; i++) {
		tasks[i] = psim_spawn(process, "worker", share_and_map, (void *)(i + 1));
		assert_non_null(tasks[i]);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		assert_int_equal(psim_join(tasks[i]), 0);
	assert_int_equal(rss(), 8);
	assert_int_equal(psim_process_exit(process), 0);
	process = NULL;
	assert_int_equal(psim_stop(), 0);
}

static void psim_store__many_tasks_in_any_order(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 10; seed++)
		share(&(struct psim_config){.scheduler = "random", .seed = seed, .quiet = 1});
}

static void psim_store__many_tasks_at_once(void **state)
{
	(void)state;
	share(&(struct psim_config){.engine = PSIM_FREE_RUNNING, .quiet = 1});
}

/* ---- fork ------------------------------------------------------------------------------------------ */

static void psim_fork__child_has_its_own_bytes_once_they_are_written(void **state)
{
	struct psim_page_info mine, its;
	struct psim_process *child;
	unsigned long at = map(2);
	uint64_t value = 5;

	(void)state;
	store_u64(at, 1);
	store_u64(at + PAGE, 2);
	assert_int_equal(psim_fork(process, "child", &child), 0);
	assert_int_equal(psim_where(process, at, &mine), PSIM_RAM);
	assert_int_equal(psim_where(child, at, &its), PSIM_RAM);
	assert_int_equal(mine.pfn, its.pfn);
	assert_false(mine.writable || its.writable);
	assert_int_equal(psim_store(child, at, &value, sizeof(value)), 0);
	assert_int_equal(load_u64(at), 1);
	assert_int_equal(psim_load(child, at, &value, sizeof(value)), 0);
	assert_int_equal(value, 5);
	assert_int_equal(psim_audit(), 0);
	/* the child outlives the parent */
	assert_int_equal(psim_process_exit(process), 0);
	process = child;
	assert_int_equal(load_u64(at + PAGE), 2);
	assert_int_equal(psim_where(process, at + PAGE, &its), PSIM_RAM);
	assert_int_equal(its.mapcount, 1);
}

/* Whichever allocation fails: no child, and nothing has changed but who may write without a fault. */
static void psim_fork__without_memory_at_any_point(void **state)
{
	static const enum psim_fallible kinds[] = {PSIM_FAIL_SLAB, PSIM_FAIL_TABLE};
	struct psim_process *child = NULL;
	unsigned long at = map(3), other = map(1);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		store_u64(at + i * PAGE, i + 1);
	store_u64(other, 9);
	for (unsigned int k = 0; k < 2; k++) {
		unsigned int nth = 0, failed = 0;
		int err;

		do {
			assert_int_equal(psim_fail_nth(kinds[k], ++nth), 0);
			err = psim_fork(process, "child", &child);
			psim_fail_nth(kinds[k], 0);
			assert_true(err == 0 || (err == -ENOMEM && !child));
			failed += err != 0;
			assert_int_equal(psim_audit(), 0);
			for (unsigned int i = 0; i < 3; i++)
				assert_int_equal(load_u64(at + i * PAGE), i + 1);
		} while (err);
		assert_true(failed >= 4);
		assert_int_equal(psim_process_exit(child), 0);
		store_u64(at, 1);
	}
}

static void psim_fork__without_a_process(void **state)
{
	struct psim_process *child;

	(void)state;
	assert_int_equal(psim_fork(NULL, "child", &child), -EINVAL);
	assert_int_equal(psim_fork(process, "child", NULL), -EINVAL);
}

/* ---- the end --------------------------------------------------------------------------------------- */

/* A process that is left is reported with all that it has, and the next machine starts clean. */
static void psim_stop__process_is_left(void **state)
{
	static const char *const left[] = {
		"process forgotten",   "an address space is left", "page 0x",
		"psim_process_create", "__psim_mm_alloc",	   "psim_vma_alloc",
		"anon_vma_alloc",      "__anon_vma_prepare",
	};
	const struct psim_config config = {.quiet = 1};
	uint64_t value = 1;

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		struct psim_process *p;

		assert_int_equal(psim_start(&config), 0);
		p = psim_process_create("forgotten");
		assert_int_equal(psim_mmap(p, 0x10000, PAGE, RW), 0x10000);
		assert_int_equal(psim_load(p, 0x10000, &value, 8), 0);
		assert_int_equal(value, 0);
		value = 0x99;
		assert_int_equal(psim_store(p, 0x10000, &value, 8), 0);
		for (unsigned int i = 0; i < sizeof(left) / sizeof(left[0]); i++)
			assert_int_equal(psim_expect_report(left[i]), 0);
		assert_int_equal(psim_stop(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(psim_process_exit__while_a_task_runs),
		CASE(psim_process_exit__with_memory_mapped),
		CASE(psim_process_exit__misuse),
		CASE(psim_fork__child_has_its_own_bytes_once_they_are_written),
		CASE(psim_fork__without_memory_at_any_point),
		CASE(psim_fork__without_a_process),
		cmocka_unit_test(psim_process_create__without_a_machine),
		cmocka_unit_test(psim_store__many_tasks_in_any_order),
		cmocka_unit_test(psim_store__many_tasks_at_once),
		cmocka_unit_test(psim_stop__process_is_left),
	};

	return cmocka_run_group_tests_name("process_life", tests, NULL, NULL);
}
