// SPDX-License-Identifier: MIT
/* The process's side of the fixture: its memory, the bytes in it, the slots that map it; and fences. */
#include <linux/migrate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "fixture.h"

static u8 buffer[PAGE_SIZE];

void fake_map(struct kunit *test, unsigned long start, unsigned long npages, unsigned long prot)
{
	KUNIT_ASSERT_EQ(test,
			kunit_vm_mmap(test, NULL, start, PAGES(npages), prot,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0),
			start);
}

static u8 pattern(unsigned int seed, unsigned int page, unsigned int at)
{
	return seed * 101 + page * 37 + at * 7 + (at >> 8) + 1;
}

void fake_fill(struct kunit *test, unsigned long start, unsigned int npages, unsigned int seed)
{
	unsigned int page, at;

	for (page = 0; page < npages; page++) {
		for (at = 0; at < PAGE_SIZE; at++)
			buffer[at] = pattern(seed, page, at);
		KUNIT_ASSERT_EQ(
			test, copy_to_user((void __user *)(start + PAGES(page)), buffer, PAGE_SIZE),
			0ul);
	}
}

static void check_bytes(struct kunit *test, const u8 *bytes, unsigned int page, unsigned int seed)
{
	unsigned int at;

	for (at = 0; at < PAGE_SIZE && bytes[at] == pattern(seed, page, at); at++)
		;
	KUNIT_EXPECT_EQ_MSG(test, at, (unsigned int)PAGE_SIZE, "page %u: byte %u is %#x, not %#x",
			    page, at, bytes[at % PAGE_SIZE], pattern(seed, page, at));
}

void fake_check(struct kunit *test, unsigned long start, unsigned int npages, unsigned int seed)
{
	unsigned int page;

	for (page = 0; page < npages; page++) {
		KUNIT_ASSERT_EQ(
			test,
			copy_from_user(buffer, (void __user *)(start + PAGES(page)), PAGE_SIZE),
			0ul);
		check_bytes(test, buffer, page, seed);
	}
}

void fake_check_store(struct kunit *test, struct fake_alloc *alloc, unsigned int page,
		      unsigned int npages, unsigned int seed)
{
	unsigned int i;

	for (i = page; i < page + npages; i++)
		check_bytes(test, alloc->fake->store + (alloc->first + i) * PAGE_SIZE, i, seed);
}

void fake_check_zero(struct kunit *test, unsigned long start, unsigned int npages)
{
	unsigned int page;

	for (page = 0; page < npages; page++) {
		KUNIT_ASSERT_EQ(
			test,
			copy_from_user(buffer, (void __user *)(start + PAGES(page)), PAGE_SIZE),
			0ul);
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(buffer, 0, PAGE_SIZE), "page %u", page);
	}
}

int fake_read(unsigned long address, u8 *value)
{
	return copy_from_user(value, (void __user *)address, 1) ? -EFAULT : 0;
}

int fake_write(unsigned long address, u8 value)
{
	return copy_to_user((void __user *)address, &value, 1) ? -EFAULT : 0;
}

unsigned long fake_slot(unsigned long address)
{
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.start = address,
		.end = address + PAGE_SIZE,
		.src = &src,
		.dst = &dst,
		.pgmap_owner = &fake_owner,
		.flags = MIGRATE_VMA_SELECT_SYSTEM | MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
	};
	unsigned long slot = 0;

	mmap_read_lock(current->mm);
	args.vma = vma_lookup(current->mm, address);
	if (args.vma && !migrate_vma_setup(&args)) {
		slot = src;
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
	}
	mmap_read_unlock(current->mm);
	return slot;
}

struct page *fake_page_at(unsigned long address)
{
	return migrate_pfn_to_page(fake_slot(address));
}

bool fake_on_device(unsigned long address)
{
	struct page *page = fake_page_at(address);

	return page && is_device_private_page(page);
}

/* ---- fences ---- */

static unsigned int fences_released;
static DEFINE_SPINLOCK(fence_lock);

static const char *fence_name(struct dma_fence *fence)
{
	return "fake";
}

static void fence_release(struct dma_fence *fence)
{
	fences_released++;
	kfree(fence);
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = fence_name,
	.get_timeline_name = fence_name,
	.release = fence_release,
};

struct dma_fence *fake_fence(struct kunit *test)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fence);
	dma_fence_init(fence, &fence_ops, &fence_lock, dma_fence_context_alloc(1), 1);
	return fence;
}

unsigned int fake_fences_released(void)
{
	return fences_released;
}

/* Takes pieces of @size until there are none; each leads to the one before. Return: the last. */
static void **take_pieces(void **last, size_t size)
{
	void **p;

	while ((p = kmalloc(size, GFP_KERNEL | __GFP_NOWARN))) {
		*p = last;
		last = p;
	}
	return last;
}

/* A little less than each power of two, and than three quarters of it. */
void *fake_take_all_memory(void)
{
	void **last = NULL;

	for (int shift = 23; shift >= 5; shift--) {
		last = take_pieces(last, (1ul << shift) - 8);
		last = take_pieces(last, (3ul << (shift - 2)) - 8);
	}
	return last;
}

void fake_give_memory_back(void *taken)
{
	while (taken) {
		void *before = *(void **)taken;

		kfree(taken);
		taken = before;
	}
}
