// SPDX-License-Identifier: MIT
/* What random sequences found (docs/judges.md), each in its shortest form. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <psim/psim.h>

#define PAGE PSIM_PAGE_SIZE
#define RW   (PSIM_READ | PSIM_WRITE)
#define AT   0x7000000ul

static struct psim_process *parent, *child;
static struct psim_gpu *gpu;

static int setup(void **state)
{
	const struct psim_config config = {.ram_bytes = 16 << 20, .quiet = 1};
	const struct psim_gpu_config gpu_config = {.memory_bytes = 256 << 10};

	(void)state;
	if (psim_start(&config))
		return -1;
	parent = psim_process_create("parent");
	child = NULL;
	gpu = psim_gpu_create(&gpu_config);
	return parent && gpu ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	if (parent)
		psim_process_exit(parent);
	if (child)
		psim_process_exit(child);
	psim_gpu_destroy(gpu);
	return psim_stop();
}

static void store(struct psim_process *process, uint64_t value)
{
	assert_int_equal(psim_store(process, AT, &value, sizeof(value)), 0);
}

static uint64_t load(struct psim_process *process)
{
	uint64_t value = ~0ull;

	assert_int_equal(psim_load(process, AT, &value, sizeof(value)), 0);
	return value;
}

/* S1.54: a page is found from every process that shares it, whoever brought it back. */
static void psim_swap_out__brought_back_by_the_child(void **state)
{
	(void)state;
	assert_int_equal(psim_mmap(parent, AT, PAGE, RW), AT);
	store(parent, 1);
	assert_int_equal(psim_fork(parent, "child", &child), 0);
	assert_int_equal(psim_swap_out(parent, AT), 0);
	assert_int_equal(load(child), 1);
	assert_int_equal(load(parent), 1);
	assert_int_equal(psim_audit(), 0);
	assert_int_equal(psim_gpu_migrate(gpu, child, AT, PAGE), 0);
	assert_int_equal(psim_where(parent, AT, NULL), PSIM_DEVICE);
	assert_int_equal(psim_where(child, AT, NULL), PSIM_DEVICE);
	assert_int_equal(load(parent), 1);
}

/* The process that migrated is gone, its child still has the page: it is not evicted, and not lost. */
static void psim_gpu_evict__what_a_gone_parent_left(void **state)
{
	(void)state;
	assert_int_equal(psim_mmap(parent, AT, PAGE, RW), AT);
	store(parent, 2);
	assert_int_equal(psim_gpu_migrate(gpu, parent, AT, PAGE), 0);
	assert_int_equal(psim_fork(parent, "child", &child), 0);
	assert_int_equal(psim_process_exit(parent), 0);
	parent = NULL;
	assert_int_equal(psim_gpu_evict(gpu, ~0ull), -EFAULT);
	assert_int_equal(psim_where(child, AT, NULL), PSIM_DEVICE);
	assert_int_equal(load(child), 2);
}

/* A write of the GPU to memory that a fork made read-only needs two faults of the CPU. */
static void psim_gpu_fill__shared_after_two_forks(void **state)
{
	struct psim_process *third;

	(void)state;
	assert_int_equal(psim_mmap(parent, AT, PAGE, RW), AT);
	store(parent, 3);
	assert_int_equal(psim_gpu_migrate(gpu, parent, AT, PAGE), 0);
	assert_int_equal(psim_fork(parent, "child", &child), 0);
	assert_int_equal(psim_fork(child, "third", &third), 0);
	assert_int_equal(psim_gpu_fill(gpu, third, AT, PAGE, 0x11), 0);
	assert_int_equal(load(third), 0x1111111111111111);
	assert_int_equal(load(parent), 3);
	assert_int_equal(load(child), 3);
	assert_int_equal(psim_process_exit(third), 0);
}

/* A range as long as the address space takes the time of what is mapped in it. */
static void psim_gpu_migrate__wild_range(void **state)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
	unsigned long long before;

	(void)state;
	/* what does not go to the device is looked at once more */
	assert_int_equal(psim_mmap_at(parent, AT, PAGE, RW, flags, NULL, 0), AT);
	store(parent, 4);
	before = psim_now();
	psim_gpu_migrate(gpu, parent, PAGE, -2 * PAGE);
	assert_true(psim_now() - before < 100000000);
	assert_int_equal(load(parent), 4);
}

/* Linux takes such an address for the errno that it reads as. */
static void psim_mmap_at__fixed_where_an_errno_would_be(void **state)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	(void)state;
	assert_int_equal(psim_mmap_at(parent, -17ul, PAGE, RW, flags, NULL, 0), -17);
	assert_int_equal(psim_mmap_at(parent, -4096ul, PAGE, RW, flags, NULL, 0), -ENOMEM);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(psim_swap_out__brought_back_by_the_child),
		CASE(psim_gpu_evict__what_a_gone_parent_left),
		CASE(psim_gpu_fill__shared_after_two_forks),
		CASE(psim_gpu_migrate__wild_range),
		CASE(psim_mmap_at__fixed_where_an_errno_would_be),
	};

	return cmocka_run_group_tests_name("found", tests, NULL, NULL);
}
