// SPDX-License-Identifier: MIT
/*
 * CPU faults on device-private memory where other tasks and notifiers take part; tests/face/migrate has
 * the fault itself. The driver is the smallest that can have such memory: behind every device page is
 * an ordinary page that stands for the device's bytes.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#define PAGES	     4
#define DEVICE_PAGES 8

/**
 * struct device_memory - the device and what it saw
 * @bytes: ordinary pages, one for each device page
 * @used: device pages that are handed out
 * @log: one letter each: c callback entered, r it returns, f folio_free, s and e: notifier start, end
 * @refuse: how many callbacks shall resolve nothing and return @answer
 * @wait_for: as long as this is set, they all shall
 */
struct device_memory {
	struct dev_pagemap pgmap;
	struct resource *resource;
	struct page *bytes[DEVICE_PAGES];
	bool used[DEVICE_PAGES];
	char log[32];
	unsigned int events;
	unsigned int refuse;
	int wait_for;
	vm_fault_t answer;
	unsigned long base;
};

static struct device_memory *the_device;

static unsigned long first_pfn(void)
{
	return the_device->resource->start >> PAGE_SHIFT;
}

static void note(char what)
{
	if (the_device->events < sizeof(the_device->log) - 1)
		the_device->log[the_device->events++] = what;
}

static struct page *bytes_of(struct page *device_page)
{
	return the_device->bytes[page_to_pfn(device_page) - first_pfn()];
}

static struct page *take_device_page(void)
{
	unsigned int i;

	for (i = 0; i < DEVICE_PAGES; i++) {
		if (!the_device->used[i]) {
			the_device->used[i] = true;
			return pfn_to_page(first_pfn() + i);
		}
	}
	return NULL;
}

static void device_free(struct folio *folio)
{
	the_device->used[folio_pfn(folio) - first_pfn()] = false;
	note('f');
}

/* ---- moving pages ------------------------------------------------------------------------------- */

/* A migration to the device in two halves: between them the page's slot holds a migration entry. */
struct move {
	struct migrate_vma args;
	unsigned long src, dst;
};

static void begin_move(struct kunit *test, struct move *move, unsigned int page)
{
	unsigned long address = the_device->base + page * PAGE_SIZE;
	struct page *to;

	*move = (struct move){
		.args =
			{
				.src = &move->src,
				.dst = &move->dst,
				.start = address,
				.end = address + PAGE_SIZE,
				.pgmap_owner = the_device,
				.flags = MIGRATE_VMA_SELECT_SYSTEM,
			},
	};
	mmap_read_lock(current->mm);
	move->args.vma = vma_lookup(current->mm, address);
	KUNIT_ASSERT_EQ(test, migrate_vma_setup(&move->args), 0);
	KUNIT_ASSERT_EQ(test, move->args.cpages, 1ul);
	to = take_device_page();
	KUNIT_ASSERT_NOT_NULL(test, to);
	zone_device_page_init(to, &the_device->pgmap, 0);
	if (migrate_pfn_to_page(move->src))
		copy_highpage(bytes_of(to), migrate_pfn_to_page(move->src));
	else
		clear_highpage(bytes_of(to));
	move->dst = migrate_pfn(page_to_pfn(to));
}

static void end_move(struct kunit *test, struct move *move)
{
	migrate_vma_pages(&move->args);
	KUNIT_EXPECT_TRUE(test, move->src & MIGRATE_PFN_MIGRATE);
	migrate_vma_finalize(&move->args);
	mmap_read_unlock(current->mm);
}

static void to_device(struct kunit *test, unsigned int page)
{
	struct move move;

	begin_move(test, &move, page);
	end_move(test, &move);
}

static vm_fault_t move_to_ram(struct vm_fault *vmf)
{
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.src = &src,
		.dst = &dst,
		.start = vmf->address,
		.end = vmf->address + PAGE_SIZE,
		.pgmap_owner = the_device,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};
	struct page *to;

	if (migrate_vma_setup(&args))
		return VM_FAULT_SIGBUS;
	if (!args.cpages)
		return 0;
	to = alloc_page(GFP_HIGHUSER_MOVABLE);
	if (to) {
		lock_page(to);
		copy_highpage(to, bytes_of(vmf->page));
		dst = migrate_pfn(page_to_pfn(to));
	}
	migrate_vma_pages(&args);
	migrate_vma_finalize(&args);
	return to ? 0 : VM_FAULT_OOM;
}

static vm_fault_t device_migrate_to_ram(struct vm_fault *vmf)
{
	struct device_memory *device = the_device;
	vm_fault_t result;

	note('c');
	mmap_assert_locked(vmf->vma->vm_mm);
	if (device->refuse || READ_ONCE(device->wait_for)) {
		device->refuse -= !!device->refuse;
		result = device->answer;
	} else {
		result = move_to_ram(vmf);
	}
	note('r');
	return result;
}

static const struct dev_pagemap_ops device_ops = {
	.folio_free = device_free,
	.migrate_to_ram = device_migrate_to_ram,
};

/* ---- each case's device and memory ---------------------------------------------------------------------- */

static int init(struct kunit *test)
{
	struct device_memory *device = kunit_kzalloc(test, sizeof(*device), GFP_KERNEL);
	unsigned int i;
	int err = kunit_attach_mm();

	if (!device || err)
		return -ENOMEM;
	test->priv = the_device = device;
	for (i = 0; i < DEVICE_PAGES; i++) {
		device->bytes[i] = alloc_page(GFP_KERNEL);
		if (!device->bytes[i])
			return -ENOMEM;
	}
	device->resource = request_free_mem_region(&iomem_resource, DEVICE_PAGES * PAGE_SIZE,
						   "device fault test");
	if (IS_ERR(device->resource))
		return PTR_ERR(device->resource);
	device->pgmap.type = MEMORY_DEVICE_PRIVATE;
	device->pgmap.range.start = device->resource->start;
	device->pgmap.range.end = device->resource->end;
	device->pgmap.nr_range = 1;
	device->pgmap.ops = &device_ops;
	device->pgmap.owner = device;
	err = PTR_ERR_OR_ZERO(memremap_pages(&device->pgmap, NUMA_NO_NODE));
	if (err)
		return err;
	device->base = vm_mmap(NULL, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	return IS_ERR_VALUE(device->base) ? (int)device->base : 0;
}

static void finish(struct kunit *test)
{
	struct device_memory *device = test->priv;
	unsigned int i;

	vm_munmap(device->base, PAGES * PAGE_SIZE);
	for (i = 0; i < DEVICE_PAGES; i++)
		KUNIT_EXPECT_FALSE_MSG(test, device->used[i], "device page %u was not freed", i);
	memunmap_pages(&device->pgmap);
	release_mem_region(device->resource->start,
			   device->resource->end - device->resource->start + 1);
	for (i = 0; i < DEVICE_PAGES; i++)
		put_page(device->bytes[i]);
}

static void __user *at(unsigned int page, unsigned int offset)
{
	return u64_to_user_ptr(the_device->base + page * PAGE_SIZE + offset);
}

static void write_u64(struct kunit *test, unsigned int page, unsigned int offset, u64 value)
{
	KUNIT_ASSERT_EQ(test, copy_to_user(at(page, offset), &value, sizeof(value)), 0ul);
}

static void expect_u64(struct kunit *test, unsigned int page, unsigned int offset, u64 value)
{
	u64 found = ~value;

	KUNIT_EXPECT_EQ(test, copy_from_user(&found, at(page, offset), sizeof(found)), 0ul);
	KUNIT_EXPECT_EQ(test, found, value);
}

/* ---- cases ---------------------------------------------------------------------------------------------- */

static void write_fault__on_a_device_page(struct kunit *test)
{
	struct device_memory *device = test->priv;

	write_u64(test, 2, 8, 5);
	to_device(test, 2);
	write_u64(test, 2, 16, 6);
	KUNIT_EXPECT_STREQ(test, device->log, "crf");
	expect_u64(test, 2, 8, 5);
	expect_u64(test, 2, 16, 6);
}

/* Not S6.41: a hole that was filled with a device page (S2.10) comes back from there */
static void read_fault__on_a_filled_hole(struct kunit *test)
{
	struct device_memory *device = test->priv;

	to_device(test, 3);
	KUNIT_EXPECT_EQ(test, get_mm_counter(current->mm, MM_ANONPAGES), 1ul);
	expect_u64(test, 3, 0, 0);
	KUNIT_EXPECT_STREQ(test, device->log, "crf");
}

static int let_it_go(void *arg)
{
	WRITE_ONCE(the_device->wait_for, 0);
	return 0;
}

/* S6.8: an access that is repeated does not keep the task from running that will resolve it */
static void migrate_to_ram__resolves_nothing_until_another_task_ran(struct kunit *test)
{
	struct device_memory *device = test->priv;
	struct task_struct *task;

	write_u64(test, 0, 0, 15);
	to_device(test, 0);
	WRITE_ONCE(device->wait_for, 1);
	task = kthread_create(let_it_go, NULL, "resolver");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	expect_u64(test, 0, 0, 15);
	kthread_stop_put(task);
}

static int note_start(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	note('s');
	return 0;
}

static void note_end(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	note('e');
}

static const struct mmu_notifier_ops noting_ops = {
	.invalidate_range_start = note_start,
	.invalidate_range_end = note_end,
};

/* S6.33: a device page's reference does not wait for the flush */
static void vm_munmap__device_page_is_freed_before_the_end_callback(struct kunit *test)
{
	struct device_memory *device = test->priv;
	struct mmu_notifier *notifier = kunit_kzalloc(test, sizeof(*notifier), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, notifier);
	write_u64(test, 0, 0, 1);
	to_device(test, 0);
	notifier->ops = &noting_ops;
	KUNIT_ASSERT_EQ(test, mmu_notifier_register(notifier, current->mm), 0);
	KUNIT_EXPECT_EQ(test, vm_munmap(device->base, PAGE_SIZE), 0);
	KUNIT_EXPECT_STREQ(test, device->log, "sfe");
	mmu_notifier_unregister(notifier, current->mm);
}

struct reader {
	struct mm_struct *mm;
	struct completion started, done;
	bool finished;
	u64 value;
	unsigned long left;
};

static int read_first_word(void *arg)
{
	struct reader *reader = arg;

	kthread_use_mm(reader->mm);
	complete(&reader->started);
	reader->left = copy_from_user(&reader->value, at(0, 0), sizeof(reader->value));
	kthread_unuse_mm(reader->mm);
	WRITE_ONCE(reader->finished, true);
	complete(&reader->done);
	return 0;
}

/* S6.40: who meets a migration slot waits for the end of the migration, and then finds what it left */
static void read_fault__waits_for_the_migration(struct kunit *test)
{
	struct device_memory *device = test->priv;
	struct reader reader = {.mm = current->mm};
	struct task_struct *task;
	struct move move;

	write_u64(test, 0, 0, 16);
	init_completion(&reader.started);
	init_completion(&reader.done);
	task = kthread_create(read_first_word, &reader, "reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	begin_move(test, &move, 0);
	wake_up_process(task);
	wait_for_completion(&reader.started);
	msleep(3);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(reader.finished));
	end_move(test, &move);
	wait_for_completion(&reader.done);
	KUNIT_EXPECT_EQ(test, reader.left, 0ul);
	KUNIT_EXPECT_EQ(test, reader.value, 16ull);
	KUNIT_EXPECT_STREQ(test, device->log, "crf");
	kthread_stop_put(task);
}

#ifdef __PSIM__
/* S6.9 */
static void migrate_to_ram__must_not_return_retry(struct kunit *test)
{
	struct device_memory *device = test->priv;

	write_u64(test, 0, 0, 14);
	to_device(test, 0);
	device->refuse = 1;
	device->answer = VM_FAULT_RETRY;
	kunit_expect_report(test, "S6.9");
	expect_u64(test, 0, 0, 14);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(write_fault__on_a_device_page),
	KUNIT_CASE(read_fault__on_a_filled_hole),
	KUNIT_CASE(migrate_to_ram__resolves_nothing_until_another_task_ran),
	KUNIT_CASE(vm_munmap__device_page_is_freed_before_the_end_callback),
	KUNIT_CASE(read_fault__waits_for_the_migration),
#ifdef __PSIM__
	KUNIT_CASE(migrate_to_ram__must_not_return_retry),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "device_fault", .init = init, .exit = finish, .test_cases = cases};
kunit_test_suite(suite);
