// SPDX-License-Identifier: MIT
/*
 * The page cache of a file by hand: folios in and out, found, locked; what truncating leaves; slots that are
 * cleared by the file's pages.
 *
 *	file:     [ page 0 ][ page 1 ][ page 2 ][ page 3 ]
 *	shared:   mapped at base, all of it
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/uaccess.h>

#ifdef __PSIM__ /* a real kernel's shared memory does not let others into its cache */

#define PAGES 4

static struct file *file;
static unsigned long base, private_base;

static int init(struct kunit *test)
{
	int err = kunit_attach_mm();

	if (err)
		return err;
	file = shmem_file_setup("filemap-test", PAGES * PAGE_SIZE, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	base = vm_mmap(file, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	private_base = vm_mmap(file, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	return IS_ERR_VALUE(base) || IS_ERR_VALUE(private_base) ? -ENOMEM : 0;
}

static void finish(struct kunit *test)
{
	vm_munmap(base, PAGES * PAGE_SIZE);
	vm_munmap(private_base, PAGES * PAGE_SIZE);
	fput(file);
}

static void poke(struct kunit *test, unsigned long at, unsigned int page, char value)
{
	char bytes[64];

	memset(bytes, value, sizeof(bytes));
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)(at + page * PAGE_SIZE), bytes, 64), 0ul);
}

/* The first byte; -1 if it cannot be reached. */
static int peek(unsigned long at, unsigned int page)
{
	unsigned char value;

	if (copy_from_user(&value, (void __user *)(at + page * PAGE_SIZE), 1))
		return -1;
	return value;
}

/* Slots that map the page in the cache; -1: it is not there. */
static int mapped(unsigned int page)
{
	struct folio *folio = filemap_get_folio(file->f_mapping, page);
	int n;

	if (IS_ERR(folio))
		return -1;
	n = folio_mapcount(folio);
	folio_put(folio);
	return n;
}

static struct vm_area_struct *vma_at(unsigned long at)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, at);
	mmap_read_unlock(current->mm);
	return vma;
}

static struct folio *new_folio(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	folio_lock(folio);
	return folio;
}

/* ---- in and out ------------------------------------------------------------------------------------ */

/* S0.6, S0.14: the cache has a reference; mapping and index say where the folio is */
static void filemap_add_folio__and_remove(struct kunit *test)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio = new_folio(test), *other = new_folio(test);

	__folio_set_swapbacked(folio);
	KUNIT_EXPECT_EQ(test, filemap_add_folio(mapping, folio, 2, GFP_KERNEL), 0);
	lru_add_drain();
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	KUNIT_EXPECT_PTR_EQ(test, folio_mapping(folio), mapping);
	KUNIT_EXPECT_EQ(test, folio->index, 2ul);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(folio));
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 1ul);
	/* taken; and nothing happened to the second */
	KUNIT_EXPECT_EQ(test, filemap_add_folio(mapping, other, 2, GFP_KERNEL), -EEXIST);
	KUNIT_EXPECT_NULL(test, folio_mapping(other));
	KUNIT_EXPECT_EQ(test, folio_ref_count(other), 1);
	filemap_remove_folio(folio);
	KUNIT_EXPECT_NULL(test, folio_mapping(folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 0ul);
	folio_unlock(folio);
	folio_put(folio);
	folio_unlock(other);
	folio_put(other);
}

static void __filemap_get_folio__by_flags(struct kunit *test)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *made, *found;

	KUNIT_EXPECT_EQ(test, PTR_ERR(filemap_get_folio(mapping, 1)), (long)-ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filemap_lock_folio(mapping, 1)), (long)-ENOENT);
	made = __filemap_get_folio(mapping, 1, FGP_LOCK | FGP_CREAT, GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(made));
	KUNIT_EXPECT_TRUE(test, folio_test_locked(made));
	KUNIT_EXPECT_FALSE(test, folio_test_uptodate(made));
	KUNIT_EXPECT_EQ(test, made->index, 1ul);
	found = filemap_get_folio(mapping, 1);
	KUNIT_EXPECT_PTR_EQ(test, found, made);
	folio_put(found);
	folio_unlock(made);
	found = filemap_lock_folio(mapping, 1);
	KUNIT_EXPECT_PTR_EQ(test, found, made);
	KUNIT_EXPECT_TRUE(test, folio_test_locked(made));
	folio_unlock(found);
	folio_put(found);
	folio_put(made);
}

static void noop_dirty_folio__was_it_clean(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	KUNIT_EXPECT_TRUE(test, noop_dirty_folio(file->f_mapping, folio));
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio));
	KUNIT_EXPECT_FALSE(test, noop_dirty_folio(file->f_mapping, folio));
	folio_clear_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
}

/* ---- faults ------------------------------------------------------------------------------------------ */

static void filemap_fault__gives_the_page_locked(struct kunit *test)
{
	struct vm_fault vmf = {.vma = vma_at(base), .pgoff = 3, .address = base + 3 * PAGE_SIZE};
	struct vm_fault beyond = {.vma = vmf.vma, .pgoff = PAGES};
	struct folio *folio;

	/* once it is made, once it is found */
	for (int i = 0; i < 2; i++) {
		vmf.page = NULL;
		KUNIT_EXPECT_EQ(test, filemap_fault(&vmf), (vm_fault_t)VM_FAULT_LOCKED);
		KUNIT_ASSERT_NOT_NULL(test, vmf.page);
		folio = page_folio(vmf.page);
		KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
		KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folio));
		KUNIT_EXPECT_EQ(test, folio->index, 3ul);
		folio_unlock(folio);
		folio_put(folio);
	}
	KUNIT_EXPECT_EQ(test, filemap_fault(&beyond), (vm_fault_t)VM_FAULT_SIGBUS);
	KUNIT_EXPECT_EQ(test, mapped(3), 0);
}

static const struct vm_operations_struct around = {.fault = filemap_fault,
						   .map_pages = filemap_map_pages};
static const struct vm_operations_struct alone = {.fault = filemap_fault};

/* A read maps what is cached around it, too; without the function, its own page only. */
static void filemap_map_pages__around_the_fault(struct kunit *test)
{
	for (unsigned int with = 0; with < 2; with++) {
		struct vm_area_struct *vma;

		for (unsigned int i = 0; i < PAGES - 1; i++)
			poke(test, private_base, i, 1);
		vm_munmap(base, PAGES * PAGE_SIZE);
		vm_mmap(file, base, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, 0);
		mmap_write_lock(current->mm);
		vma = vma_lookup(current->mm, base);
		vma->vm_ops = with ? &around : &alone;
		mmap_write_unlock(current->mm);
		KUNIT_EXPECT_EQ(test, peek(base, 1), 0);
		KUNIT_EXPECT_EQ(test, mapped(0), with);
		KUNIT_EXPECT_EQ(test, mapped(1), 1);
		KUNIT_EXPECT_EQ(test, mapped(2), with);
		KUNIT_EXPECT_EQ(test, mapped(3), -1);
	}
}

/* ---- truncating ---------------------------------------------------------------------------------------- */

static void truncate_inode_pages__part_of_a_page(struct kunit *test)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio;
	char *bytes;

	for (unsigned int i = 0; i < PAGES; i++)
		poke(test, base, i, 'a' + i);
	vm_munmap(base, PAGES * PAGE_SIZE);
	truncate_inode_pages(mapping, PAGE_SIZE + 32);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 2ul);
	KUNIT_EXPECT_EQ(test, mapped(2), -1);
	folio = filemap_get_folio(mapping, 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	bytes = folio_address(folio);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 'b', 32));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes + 32, 0, PAGE_SIZE - 32));
	folio_put(folio);
	truncate_inode_pages(mapping, 0);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 0ul);
}

/* Slots go before pages do; copies of private mappings, too. */
static void truncate_setsize__beyond_is_sigbus(struct kunit *test)
{
	for (unsigned int i = 0; i < PAGES; i++)
		poke(test, base, i, 'a' + i);
	poke(test, private_base, 3, 'z');
	truncate_setsize(file_inode(file), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(file)), (loff_t)(2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, peek(base, 1), 'b');
	KUNIT_EXPECT_EQ(test, peek(base, 2), -1);
	KUNIT_EXPECT_EQ(test, peek(private_base, 3), -1);
	KUNIT_EXPECT_EQ(test, file->f_mapping->nrpages, 2ul);
	/* longer again: zeros */
	truncate_setsize(file_inode(file), PAGES * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, peek(base, 2), 0);
	KUNIT_EXPECT_EQ(test, peek(private_base, 3), 0);
}

/* The size is the caller's: a fault brings a new page of zeros. */
static void truncate_pagecache__leaves_the_size(struct kunit *test)
{
	poke(test, base, 0, 'a');
	poke(test, base, 3, 'd');
	truncate_pagecache(file_inode(file), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, mapped(3), -1);
	KUNIT_EXPECT_EQ(test, mapped(0), 1);
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(file)), (loff_t)(PAGES * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, peek(base, 0), 'a');
	KUNIT_EXPECT_EQ(test, peek(base, 3), 0);
}

/* ---- slots by the file's pages ------------------------------------------------------------------------- */

static void unmap_mapping_range__keeps_pages_and_copies(struct kunit *test)
{
	for (unsigned int i = 0; i < PAGES; i++)
		poke(test, base, i, 'a' + i);
	poke(test, private_base, 1, 'z');
	/* bytes of page 1 and of page 2 */
	unmap_mapping_range(file->f_mapping, PAGE_SIZE, PAGE_SIZE + 1, 0);
	KUNIT_EXPECT_EQ(test, mapped(0), 1);
	KUNIT_EXPECT_EQ(test, mapped(1), 0);
	KUNIT_EXPECT_EQ(test, mapped(2), 0);
	KUNIT_EXPECT_EQ(test, mapped(3), 1);
	KUNIT_EXPECT_EQ(test, peek(base, 1), 'b');
	KUNIT_EXPECT_EQ(test, peek(private_base, 1), 'z');
	/* with the copies: the file's page shows again */
	unmap_mapping_range(file->f_mapping, PAGE_SIZE, 1, 1);
	KUNIT_EXPECT_EQ(test, peek(private_base, 1), 'b');
}

static void unmap_mapping_pages__to_the_end(struct kunit *test)
{
	for (unsigned int i = 0; i < PAGES; i++)
		poke(test, base, i, 'a' + i);
	unmap_mapping_pages(file->f_mapping, 1, 1, false);
	KUNIT_EXPECT_EQ(test, mapped(0), 1);
	KUNIT_EXPECT_EQ(test, mapped(1), 0);
	KUNIT_EXPECT_EQ(test, mapped(2), 1);
	unmap_mapping_pages(file->f_mapping, 2, 0, false);
	KUNIT_EXPECT_EQ(test, mapped(0), 1);
	KUNIT_EXPECT_EQ(test, mapped(2), 0);
	KUNIT_EXPECT_EQ(test, mapped(3), 0);
	KUNIT_EXPECT_EQ(test, peek(base, 3), 'd');
}

/* ---- shared memory -------------------------------------------------------------------------------------- */

static int zero_mmap(struct file *of, struct vm_area_struct *vma)
{
	return shmem_zero_setup(vma);
}

static const struct file_operations zero_fops = {.mmap = zero_mmap};

/* A file whose mappings are fresh memory each, as those of /dev/zero: none sees the other's, nor the file's. */
static void shmem_zero_setup__of_each_mapping(struct kunit *test)
{
	const struct file_operations *fops = file->f_op;
	unsigned long at[2];

	poke(test, base, 0, 'f');
	file->f_op = &zero_fops;
	for (unsigned int i = 0; i < 2; i++)
		at[i] = vm_mmap(file, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	file->f_op = fops;
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at[0]) || IS_ERR_VALUE(at[1]));
	mmap_read_lock(current->mm);
	for (unsigned int i = 0; i < 2; i++) {
		struct vm_area_struct *vma = vma_lookup(current->mm, at[i]);

		KUNIT_EXPECT_TRUE(test, vma_is_anon_shmem(vma));
		KUNIT_EXPECT_PTR_NE(test, vma->vm_file, file);
		KUNIT_EXPECT_TRUE(test, shmem_mapping(vma->vm_file->f_mapping));
		KUNIT_EXPECT_EQ(test, i_size_read(file_inode(vma->vm_file)), (loff_t)PAGE_SIZE);
	}
	mmap_read_unlock(current->mm);
	poke(test, at[0], 0, 'x');
	KUNIT_EXPECT_EQ(test, peek(at[0], 0), 'x');
	KUNIT_EXPECT_EQ(test, peek(at[1], 0), 0);
	KUNIT_EXPECT_EQ(test, peek(base, 0), 'f');
	vm_munmap(at[0], PAGE_SIZE);
	vm_munmap(at[1], PAGE_SIZE);
}

#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(filemap_add_folio__and_remove),
	KUNIT_CASE(__filemap_get_folio__by_flags),
	KUNIT_CASE(noop_dirty_folio__was_it_clean),
	KUNIT_CASE(filemap_fault__gives_the_page_locked),
	KUNIT_CASE(filemap_map_pages__around_the_fault),
	KUNIT_CASE(truncate_inode_pages__part_of_a_page),
	KUNIT_CASE(truncate_setsize__beyond_is_sigbus),
	KUNIT_CASE(truncate_pagecache__leaves_the_size),
	KUNIT_CASE(unmap_mapping_range__keeps_pages_and_copies),
	KUNIT_CASE(unmap_mapping_pages__to_the_end),
	KUNIT_CASE(shmem_zero_setup__of_each_mapping),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "filemap",
	.test_cases = cases,
#ifdef __PSIM__
	.init = init,
	.exit = finish,
#endif
};
kunit_test_suite(suite);
