// SPDX-License-Identifier: MIT
/*
 * Memory that is not anonymous: shared memory behind a file, mapped shared and private, and what a
 * migration makes of it.
 *
 *	file:     [ page 0 ][ page 1 ] ...      in the page cache, a reference each
 *	shared:   [ slot   ][ slot   ]          the page itself
 *	private:  [ slot   ][ copy   ]          the page to be read, a copy once written
 */
#include <linux/shmem_fs.h>

#include "fixture.h"

#define FILE_PAGES 4

static void put_file(void *file)
{
	fput(file);
}

static struct file *make_file(struct fx *fx)
{
	struct file *file = shmem_file_setup("migrate-test", FILE_PAGES * PAGE_SIZE, 0);

	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(file));
	KUNIT_ASSERT_EQ(fx->test, kunit_add_action_or_reset(fx->test, put_file, file), 0);
	return file;
}

/* The fixture's memory is now @file, as @flags say. */
static void map_file(struct fx *fx, struct file *file, unsigned long flags)
{
	KUNIT_ASSERT_EQ(fx->test,
			vm_mmap(file, fx->base, FILE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_FIXED | flags, 0),
			fx->base);
}

static struct file *shared(struct fx *fx)
{
	struct file *file = make_file(fx);

	map_file(fx, file, MAP_SHARED);
	return file;
}

/* Migrate one page to a page of RAM, by way of migrate_vma. Return: whether it went. */
static bool to_other_ram(struct fx *fx, unsigned int page)
{
	bool moved;

	KUNIT_ASSERT_EQ(fx->test, setup(fx, page, page + 1, MIGRATE_VMA_SELECT_SYSTEM), 0);
	if (fx->src[0] & MIGRATE_PFN_MIGRATE) {
		fx->dst[0] = ram_dst(fx, page);
		copy_page_bytes(&fx->dev, fx->dst[0], fx->src[0]);
	}
	pages(fx);
	moved = (fx->src[0] & MIGRATE_PFN_MIGRATE) && (fx->src[0] & MIGRATE_PFN_VALID);
	finalize(fx);
	return moved;
}

/* S0.6, S0.13, S0.14 */
static void shared_file__page_is_in_the_cache(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = shared(fx);
	struct page *page;

	poke(fx, 0, pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	/* one reference of the slot, one of the cache */
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_FALSE(test, folio_test_anon(page_folio(page)));
	KUNIT_EXPECT_PTR_EQ(test, folio_mapping(page_folio(page)), file->f_mapping);
	mmap_read_lock(fx->mm);
	KUNIT_EXPECT_FALSE(test, vma_is_anonymous(vma_lookup(fx->mm, fx->base)));
	mmap_read_unlock(fx->mm);
	KUNIT_EXPECT_EQ(test, rss(fx), 0ul);
	KUNIT_EXPECT_EQ(test, get_mm_counter(fx->mm, MM_SHMEMPAGES), 1ul);
}

/* S0.13: a private mapping of a file holds anonymous pages once it is written */
static void private_file__write_is_a_copy(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = shared(fx);
	struct page *page, *copy;

	poke_all(fx, 0, 2);
	page = page_at(fx, 0);
	map_file(fx, file, MAP_PRIVATE);
	peek_all(fx, 0, 2);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	KUNIT_EXPECT_FALSE(test, writable_at(fx, 0));
	fx_watch(fx);
	log_clear(fx);
	poke(fx, 0, 5);
	copy = page_at(fx, 0);
	KUNIT_EXPECT_PTR_NE(test, copy, page);
	KUNIT_EXPECT_TRUE(test, PageAnon(copy) && PageAnonExclusive(copy));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
	KUNIT_ASSERT_EQ(test, fx->events, 1);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_CLEAR, at(fx, 0), at(fx, 1));
	/* the file does not have it */
	map_file(fx, file, MAP_SHARED);
	peek_all(fx, 0, 2);
}

/* S0.13: the first access may be the write */
static void private_file__first_access_writes(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = shared(fx);

	poke(fx, 0, pattern(0));
	map_file(fx, file, MAP_PRIVATE);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)(at(fx, 0) + 8), "x", 1), 0ul);
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_TRUE(test, PageAnon(page_at(fx, 0)));
	KUNIT_EXPECT_EQ(test, rss(fx), 1ul);
}

/* S6.9, of files: beyond the end there is nothing */
static void shared_file__beyond_its_end(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = make_file(fx);
	u64 value = 1;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(file, fx->base, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_FIXED | MAP_SHARED, 0),
			fx->base);
	KUNIT_EXPECT_EQ(test, peek(fx, FILE_PAGES - 1), 0ull);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, (void __user *)at(fx, FILE_PAGES), 8), 8ul);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)at(fx, FILE_PAGES), &value, 8), 8ul);
}

/* S1.21 */
static void migrate_vma_setup__hole_of_a_file(struct kunit *test)
{
	struct fx *fx = test->priv;

	shared(fx);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, MIGRATE_VMA_SELECT_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 0ul);
	KUNIT_EXPECT_EQ(test, fx->args.npages, 2ul);
	KUNIT_EXPECT_EQ(test, fx->src[0], 0ul);
	finalize(fx);
}

/* S1.28, S2.30, S1.55 */
static void migrate_vma__file_page_does_not_go_to_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	shared(fx);
	poke_all(fx, 0, 2);
	settle(fx);
	page = page_at(fx, 0);
	KUNIT_ASSERT_EQ(test, setup(fx, 0, 2, MIGRATE_VMA_SELECT_SYSTEM), 0);
	/* it is collected all the same, and passes the admission test with its cache reference */
	KUNIT_EXPECT_EQ(test, fx->args.cpages, 2ul);
	KUNIT_EXPECT_EQ(test, fx->src[0],
			migrate_pfn(page_to_pfn(page)) | MIGRATE_PFN_MIGRATE | MIGRATE_PFN_WRITE);
	EXPECT_COUNTS(test, page, 2, 0);
	give_device_pages(fx);
	pages(fx);
	KUNIT_EXPECT_FALSE(test, fx->src[0] & MIGRATE_PFN_MIGRATE);
	KUNIT_EXPECT_FALSE(test, fx->src[1] & MIGRATE_PFN_MIGRATE);
	finalize(fx);
	settle(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
	peek_all(fx, 0, 2);
}

/* S2.31, S2.34, S3.10 */
static void migrate_vma__file_page_goes_to_another_page(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = shared(fx);
	struct page *page, *new;

	poke(fx, 1, pattern(1));
	settle(fx);
	page = page_at(fx, 1);
	KUNIT_EXPECT_TRUE(test, to_other_ram(fx, 1));
	settle(fx);
	new = page_at(fx, 1);
	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_EXPECT_PTR_NE(test, new, page);
	EXPECT_COUNTS(test, new, 2, 1);
	KUNIT_EXPECT_PTR_EQ(test, folio_mapping(page_folio(new)), file->f_mapping);
	KUNIT_EXPECT_EQ(test, page_folio(new)->index, (pgoff_t)1);
	KUNIT_EXPECT_TRUE(test, folio_test_swapbacked(page_folio(new)));
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(page_folio(new)));
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 1));
	/* who maps the file anew finds the new page */
	map_file(fx, file, MAP_SHARED);
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 1), new);
}

/* S2.33: the cache's reference is expected, a stranger's is not */
static void migrate_vma__file_page_with_a_stranger(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct page *page;

	shared(fx);
	poke(fx, 0, pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	get_page(page);
	KUNIT_EXPECT_FALSE(test, to_other_ram(fx, 0));
	put_page(page);
	settle(fx);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, to_other_ram(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
}

/* S1.53, S1.54: all mappings of a file are found */
static void migrate_vma__file_page_mapped_twice(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = shared(fx);
	unsigned long second = at(fx, FILE_PAGES);
	struct page *page;
	u64 value = 0;

	KUNIT_ASSERT_EQ(test,
			vm_mmap(file, second, FILE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_FIXED | MAP_SHARED, 0),
			second);
	poke(fx, 0, pattern(0));
	poke(fx, FILE_PAGES, pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	EXPECT_COUNTS(test, page, 3, 2);
	fx_watch(fx);
	log_clear(fx);
	KUNIT_EXPECT_TRUE(test, to_other_ram(fx, 0));
	KUNIT_ASSERT_GE(test, fx->events, 2);
	EXPECT_EVENT(test, fx, 0, MMU_NOTIFY_MIGRATE, at(fx, 0), at(fx, 1));
	KUNIT_EXPECT_EQ(test, fx->log[1].event, MMU_NOTIFY_CLEAR);
	settle(fx);
	page = page_at(fx, FILE_PAGES);
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	EXPECT_COUNTS(test, page, 3, 2);
	KUNIT_EXPECT_EQ(test, copy_from_user(&value, (void __user *)(second + 24), 8), 0ul);
	KUNIT_EXPECT_EQ(test, value, pattern(0));
}

/* S1.20, S1.21: a private copy in a file's VMA is anonymous memory, and goes to the device */
static void migrate_vma__private_copy_goes_to_the_device(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct file *file = make_file(fx);

	map_file(fx, file, MAP_PRIVATE);
	poke(fx, 0, pattern(0));
	settle(fx);
	KUNIT_EXPECT_EQ(test, to_device(fx, 0, 2), 1);
	KUNIT_EXPECT_TRUE(test, on_device(fx, 0));
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	KUNIT_EXPECT_EQ(test, fx->dev.faults, 1);
}

#ifdef __PSIM__

/* S6.22: of a shared mapping nothing is copied, and nobody is told */
static void fork__shared_file_stays_shared(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct mm_struct *parent = fx->mm, *child;
	struct page *page;

	shared(fx);
	poke(fx, 0, pattern(0));
	settle(fx);
	page = page_at(fx, 0);
	fx_watch(fx);
	log_clear(fx);
	child = kunit_fork_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, fx->events, 0);
	EXPECT_COUNTS(test, page, 2, 1);
	KUNIT_EXPECT_TRUE(test, writable_at(fx, 0));
	fx->mm = current->mm = child;
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	poke(fx, 1, pattern(1));
	KUNIT_EXPECT_PTR_EQ(test, page_at(fx, 0), page);
	fx->mm = current->mm = parent;
	KUNIT_EXPECT_EQ(test, peek(fx, 1), pattern(1));
	EXPECT_COUNTS(test, page, 3, 2);
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(shared_file__page_is_in_the_cache),
	KUNIT_CASE(private_file__write_is_a_copy),
	KUNIT_CASE(private_file__first_access_writes),
	KUNIT_CASE(shared_file__beyond_its_end),
	KUNIT_CASE(migrate_vma_setup__hole_of_a_file),
	KUNIT_CASE(migrate_vma__file_page_does_not_go_to_the_device),
	KUNIT_CASE(migrate_vma__file_page_goes_to_another_page),
	KUNIT_CASE(migrate_vma__file_page_with_a_stranger),
	KUNIT_CASE(migrate_vma__file_page_mapped_twice),
	KUNIT_CASE(migrate_vma__private_copy_goes_to_the_device),
#ifdef __PSIM__
	KUNIT_CASE(fork__shared_file_stays_shared),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-file",
	.init = fx_init,
	.exit = fx_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
