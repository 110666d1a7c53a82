// SPDX-License-Identifier: MIT
/*
 * Writes to pages of shared mappings: who maps them is asked first (page_mkwrite), may refuse, may lock the
 * page or not; and mappers without a page cache.
 */
#include <linux/shmem_fs.h>

#include "fixture.h"

#ifdef __PSIM__

/**
 * struct asked - what the mapper is to say, and what it was asked
 * @ops: the mapping's own, with page_mkwrite
 * @result: of page_mkwrite
 * @calls: how often
 */
static struct asked {
	struct vm_operations_struct ops;
	vm_fault_t result;
	unsigned int calls, flags;
	bool locked;
} asked;

static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	asked.calls++;
	asked.flags = vmf->flags;
	asked.locked = PageLocked(vmf->page);
	if (asked.result & VM_FAULT_LOCKED)
		lock_page(vmf->page);
	return asked.result;
}

static void put_file(void *file)
{
	fput(file);
}

/* The fixture's first four pages are shared memory whose mapper wants to be asked. */
static void map_asking(struct fx *fx)
{
	struct file *file = shmem_file_setup("mkwrite-test", 4 * PAGE_SIZE, 0);
	struct vm_area_struct *vma;

	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(file));
	KUNIT_ASSERT_EQ(fx->test, kunit_add_action_or_reset(fx->test, put_file, file), 0);
	KUNIT_ASSERT_EQ(fx->test,
			vm_mmap(file, fx->base, 4 * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_FIXED | MAP_SHARED, 0),
			fx->base);
	mmap_write_lock(fx->mm);
	vma = vma_lookup(fx->mm, fx->base);
	asked = (struct asked){.ops = *vma->vm_ops};
	asked.ops.page_mkwrite = page_mkwrite;
	vma->vm_ops = &asked.ops;
	vma_set_page_prot(vma);
	mmap_write_unlock(fx->mm);
}

static bool can_write(struct fx *fx, unsigned int page)
{
	u64 value = 7;

	return !copy_to_user((void __user *)(at(fx, page) + 24), &value, sizeof(value));
}

/* Asked once, unlocked, and told that it is about a write; then the slot is writable. */
static void page_mkwrite__fresh_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_asking(fx);
	poke(fx, 0, 5);
	poke(fx, 0, 6);
	KUNIT_EXPECT_EQ(test, asked.calls, 1u);
	KUNIT_EXPECT_FALSE(test, asked.locked);
	KUNIT_EXPECT_TRUE(test, asked.flags & FAULT_FLAG_WRITE);
	KUNIT_EXPECT_TRUE(test, asked.flags & FAULT_FLAG_MKWRITE);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_TRUE(test, PageDirty(page_at(fx, 0)));
	KUNIT_EXPECT_FALSE(test, PageLocked(page_at(fx, 0)));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 6ull);
}

/* A mapper may give the page locked. */
static void page_mkwrite__locks_the_page(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_asking(fx);
	asked.result = VM_FAULT_LOCKED;
	poke(fx, 0, 5);
	KUNIT_EXPECT_EQ(test, asked.calls, 1u);
	KUNIT_EXPECT_FALSE(test, PageLocked(page_at(fx, 0)));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 5ull);
}

/* Of a page that is mapped read-only, too. */
static void page_mkwrite__page_that_was_read(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	map_asking(fx);
	poke(fx, 0, 5);
	page = page_at(fx, 0);
	/* protection that is taken away does not come back by itself */
	KUNIT_ASSERT_EQ(test, kunit_mprotect(at(fx, 0), PAGE_SIZE, PROT_READ), 0);
	KUNIT_ASSERT_EQ(test, kunit_mprotect(at(fx, 0), PAGE_SIZE, PROT_READ | PROT_WRITE), 0);
	KUNIT_ASSERT_FALSE(test, writable_at(fx, 0));
	asked.calls = 0;
	poke(fx, 0, 8);
	KUNIT_EXPECT_EQ(test, asked.calls, 1u);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 8ull);
}

/* A refusal is a SIGBUS; the page stays in its file, clean of the write. */
static void page_mkwrite__refuses(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_asking(fx);
	asked.result = VM_FAULT_SIGBUS;
	KUNIT_EXPECT_FALSE(test, can_write(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	asked.calls = 0;
	KUNIT_EXPECT_FALSE(test, can_write(fx, 0));
	KUNIT_EXPECT_GE(test, asked.calls, 1u);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_EXPECT_FALSE(test, PageLocked(page_at(fx, 0)));
}

/* A mapper without a page cache is not asked under the VMA's lock alone: the access goes on all the same. */
static void fault__mapper_without_page_cache(struct kunit *test)
{
	struct fx *fx = test->priv;

	map_asking(fx);
	asked.ops.map_pages = NULL;
	poke(fx, 1, 5);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), 5ull);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 0ull);
	poke(fx, 2, 6);
	KUNIT_EXPECT_EQ(test, peek(fx, 2), 6ull);
	KUNIT_EXPECT_EQ(test, asked.calls, 2u);
}

/* A mapping that nobody brings pages for. */
static void fault__mapper_without_fault(struct kunit *test)
{
	struct fx *fx = test->priv;
	u64 value;

	map_asking(fx);
	asked.ops.fault = NULL;
	KUNIT_EXPECT_NE(test, copy_from_user(&value, (void __user *)at(fx, 0), 8), 0ul);
	KUNIT_EXPECT_FALSE(test, can_write(fx, 0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(page_mkwrite__fresh_page),
	KUNIT_CASE(page_mkwrite__locks_the_page),
	KUNIT_CASE(page_mkwrite__page_that_was_read),
	KUNIT_CASE(page_mkwrite__refuses),
	KUNIT_CASE(fault__mapper_without_page_cache),
	KUNIT_CASE(fault__mapper_without_fault),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-mkwrite", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);
#endif /* __PSIM__ */
