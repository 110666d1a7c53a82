// SPDX-License-Identifier: MIT
/* Files by their functions alone: sizes, locks, holders, other functions in place of theirs, what is ready. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/shmem_fs.h>

static int releases;

static int count_release(struct inode *inode, struct file *file)
{
	releases++;
	return 0;
}

static __poll_t ready_to_read(struct file *file, struct poll_table_struct *pt)
{
	return EPOLLIN;
}

static const struct file_operations counting = {.owner = THIS_MODULE, .release = count_release};
static const struct file_operations polled = {.owner = THIS_MODULE, .poll = ready_to_read};

static struct file *open_file(struct kunit *test)
{
	struct file *file = shmem_file_setup("files-test", 4 * PAGE_SIZE, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	releases = 0;
	return file;
}

static void inode__size_and_number(struct kunit *test)
{
	struct file *file = open_file(test);
	struct inode *inode = file_inode(file);
	dev_t had = inode->i_rdev;

	KUNIT_EXPECT_EQ(test, i_size_read(inode), (loff_t)(4 * PAGE_SIZE));
	i_size_write(inode, 123);
	KUNIT_EXPECT_EQ(test, i_size_read(inode), (loff_t)123);
	i_size_write(inode, 4 * PAGE_SIZE);
	inode->i_rdev = MKDEV(42, 7);
	KUNIT_EXPECT_EQ(test, imajor(inode), 42u);
	KUNIT_EXPECT_EQ(test, iminor(inode), 7u);
	inode->i_rdev = had;
	fput(file);
}

/* Readers share, a writer is alone. */
static void expect_lock(struct kunit *test, struct rw_semaphore *lock, bool readers, bool held)
{
	bool read = down_read_trylock(lock), write;

	KUNIT_EXPECT_EQ(test, read, readers);
	if (read)
		up_read(lock);
	write = down_write_trylock(lock);
	KUNIT_EXPECT_EQ(test, write, !held);
	if (write)
		up_write(lock);
}

static void mapping__locks(struct kunit *test)
{
	struct file *file = open_file(test);
	struct address_space *mapping = file->f_mapping;

	i_mmap_lock_read(mapping);
	expect_lock(test, &mapping->i_mmap_rwsem, true, true);
	i_mmap_unlock_read(mapping);
	expect_lock(test, &mapping->i_mmap_rwsem, true, false);
	i_mmap_lock_write(mapping);
	expect_lock(test, &mapping->i_mmap_rwsem, false, true);
	i_mmap_unlock_write(mapping);
	expect_lock(test, &mapping->i_mmap_rwsem, true, false);
	filemap_invalidate_lock(mapping);
	expect_lock(test, &mapping->invalidate_lock, false, true);
	filemap_invalidate_unlock(mapping);
	expect_lock(test, &mapping->invalidate_lock, true, false);
	fput(file);
}

static void mapping_mapped__while_it_is(struct kunit *test)
{
	struct file *file = open_file(test);
	unsigned long at;

	KUNIT_ASSERT_EQ(test, kunit_attach_mm(), 0);
	KUNIT_EXPECT_FALSE(test, mapping_mapped(file->f_mapping));
	at = kunit_vm_mmap(test, file, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 0);
	KUNIT_ASSERT_NE(test, at, 0ul);
	KUNIT_EXPECT_TRUE(test, mapping_mapped(file->f_mapping));
	KUNIT_EXPECT_EQ(test, vm_munmap(at, PAGE_SIZE), 0);
	KUNIT_EXPECT_FALSE(test, mapping_mapped(file->f_mapping));
	fput(file);
}

static void simple_open__takes_what_the_inode_has(struct kunit *test)
{
	struct file *file = open_file(test);
	struct inode *inode = file_inode(file);
	void *had = inode->i_private;

	file->private_data = NULL;
	inode->i_private = NULL;
	KUNIT_EXPECT_EQ(test, simple_open(inode, file), 0);
	KUNIT_EXPECT_NULL(test, file->private_data);
	inode->i_private = test;
	KUNIT_EXPECT_EQ(test, simple_open(inode, file), 0);
	KUNIT_EXPECT_PTR_EQ(test, file->private_data, (void *)test);
	inode->i_private = had;
	file->private_data = NULL;
	fput(file);
}

static void fops_get__of_none_is_none(struct kunit *test)
{
	const struct file_operations *none = NULL;

	KUNIT_EXPECT_PTR_EQ(test, fops_get(&counting), &counting);
	fops_put(&counting);
	KUNIT_EXPECT_NULL(test, fops_get(none));
	fops_put(none);
}

static void fput_sync__releases_with_the_last_holder(struct kunit *test)
{
	struct file *file = open_file(test);

	replace_fops(file, fops_get(&counting));
	KUNIT_EXPECT_PTR_EQ(test, file->f_op, &counting);
	KUNIT_EXPECT_PTR_EQ(test, get_file(file), file);
	__fput_sync(file);
	KUNIT_EXPECT_EQ(test, releases, 0);
	__fput_sync(file);
	KUNIT_EXPECT_EQ(test, releases, 1);
}

/* A kernel thread's last one is released in the background. */
static void flush_delayed_fput__waits_for_the_release(struct kunit *test)
{
	struct file *file = open_file(test);

	replace_fops(file, fops_get(&counting));
	fput(file);
	flush_delayed_fput();
	KUNIT_EXPECT_EQ(test, releases, 1);
}

static void vfs_poll__of_a_file_with_and_without(struct kunit *test)
{
	struct file *file = open_file(test);
	__poll_t ready;

	KUNIT_EXPECT_FALSE(test, file_can_poll(file));
	ready = vfs_poll(file, NULL);
	KUNIT_EXPECT_EQ(test, ready, EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM);
	replace_fops(file, fops_get(&polled));
	KUNIT_EXPECT_TRUE(test, file_can_poll(file));
	ready = vfs_poll(file, NULL);
	KUNIT_EXPECT_EQ(test, ready, EPOLLIN);
	fput(file);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(inode__size_and_number),
	KUNIT_CASE(mapping__locks),
	KUNIT_CASE(mapping_mapped__while_it_is),
	KUNIT_CASE(simple_open__takes_what_the_inode_has),
	KUNIT_CASE(fops_get__of_none_is_none),
	KUNIT_CASE(fput_sync__releases_with_the_last_holder),
	KUNIT_CASE(flush_delayed_fput__waits_for_the_release),
	KUNIT_CASE(vfs_poll__of_a_file_with_and_without),
	{},
};

static struct kunit_suite suite = {
	.name = "files",
	.test_cases = cases,
};
kunit_test_suite(suite);
