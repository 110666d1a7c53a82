// SPDX-License-Identifier: MIT
/* Numbers out of user memory; positions in files; buffers that user space reads and writes in parts. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/shmem_fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "user_page.h"

/* Stores the text without its end. Return: its length. */
static size_t put(struct kunit *test, const char *text)
{
	KUNIT_EXPECT_EQ(test, copy_to_user(user(0), text, strlen(text)), 0ul);
	return strlen(text);
}

static void kstrtox_from_user__takes_and_refuses(struct kunit *test)
{
	unsigned long long ull = 0;
	long long ll = 0;
	unsigned int u = 0;
	bool truth = false;
	int i = 0;
	size_t n;

	n = put(test, "0x123456789\n");
	KUNIT_EXPECT_EQ(test, kstrtoull_from_user(user(0), n, 0, &ull), 0);
	KUNIT_EXPECT_EQ(test, ull, 0x123456789ull);
	KUNIT_EXPECT_EQ(test, kstrtouint_from_user(user(0), n, 0, &u), -ERANGE);
	n = put(test, "-77");
	KUNIT_EXPECT_EQ(test, kstrtoll_from_user(user(0), n, 10, &ll), 0);
	KUNIT_EXPECT_EQ(test, ll, -77ll);
	KUNIT_EXPECT_EQ(test, kstrtoint_from_user(user(0), n, 10, &i), 0);
	KUNIT_EXPECT_EQ(test, i, -77);
	KUNIT_EXPECT_EQ(test, kstrtouint_from_user(user(0), n, 10, &u), -EINVAL);
	/* only what it was told to read */
	KUNIT_EXPECT_EQ(test, kstrtoint_from_user(user(0), 2, 10, &i), 0);
	KUNIT_EXPECT_EQ(test, i, -7);
	n = put(test, "on\n");
	KUNIT_EXPECT_EQ(test, kstrtobool_from_user(user(0), n, &truth), 0);
	KUNIT_EXPECT_TRUE(test, truth);
}

static void kstrtox_from_user__bad_memory(struct kunit *test)
{
	unsigned long long ull = 9;
	bool truth;

	KUNIT_ASSERT_EQ(test, vm_munmap(base, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, kstrtoull_from_user(user(0), 3, 0, &ull), -EFAULT);
	KUNIT_EXPECT_EQ(test, kstrtobool_from_user(user(0), 3, &truth), -EFAULT);
	KUNIT_EXPECT_EQ(test, ull, 9ull);
}

/* More digits than any number has: cut, and so no number that was meant. */
static void kstrtox_from_user__too_long(struct kunit *test)
{
	unsigned long long ull;
	char many[101];

	memset(many, '1', 100);
	many[100] = 0;
	KUNIT_EXPECT_EQ(test, kstrtoull_from_user(user(0), put(test, many), 10, &ull), -ERANGE);
}

static void llseek__by_origin(struct kunit *test)
{
	struct file *file = shmem_file_setup("seek", 4 * PAGE_SIZE, 0);
	const loff_t size = 4 * PAGE_SIZE;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, default_llseek(file, 100, SEEK_SET), 100);
	KUNIT_EXPECT_EQ(test, default_llseek(file, 20, SEEK_CUR), 120);
	KUNIT_EXPECT_EQ(test, default_llseek(file, 0, SEEK_CUR), 120);
	KUNIT_EXPECT_EQ(test, default_llseek(file, -20, SEEK_END), size - 20);
	KUNIT_EXPECT_EQ(test, default_llseek(file, 5, SEEK_DATA), 5);
	KUNIT_EXPECT_EQ(test, default_llseek(file, 5, SEEK_HOLE), size);
	KUNIT_EXPECT_EQ(test, default_llseek(file, size, SEEK_DATA), -ENXIO);
	KUNIT_EXPECT_EQ(test, default_llseek(file, size, SEEK_HOLE), -ENXIO);
	KUNIT_EXPECT_EQ(test, default_llseek(file, -1, SEEK_SET), -EINVAL);
	KUNIT_EXPECT_EQ(test, file->f_pos, size);
	KUNIT_EXPECT_EQ(test, noop_llseek(file, 3, SEEK_SET), size);
	KUNIT_EXPECT_EQ(test, fixed_size_llseek(file, -1, SEEK_END, 50), 49);
	KUNIT_EXPECT_EQ(test, fixed_size_llseek(file, 51, SEEK_SET, 50), -EINVAL);
	KUNIT_EXPECT_EQ(test, fixed_size_llseek(file, 5, SEEK_DATA, 50), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_setpos(file, 8, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, file->f_pos, 49);
	fput(file);
}

static void open__says_how_a_file_is_used(struct kunit *test)
{
	struct file *file = shmem_file_setup("open", PAGE_SIZE, 0);
	const fmode_t places = FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	struct inode *inode;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	inode = file_inode(file);
	file->f_mode |= places;
	KUNIT_EXPECT_EQ(test, nonseekable_open(inode, file), 0);
	KUNIT_EXPECT_EQ(test, file->f_mode & places, (fmode_t)0);
	KUNIT_EXPECT_FALSE(test, file->f_mode & FMODE_STREAM);
	file->f_mode |= places;
	KUNIT_EXPECT_EQ(test, stream_open(inode, file), 0);
	KUNIT_EXPECT_EQ(test, file->f_mode & (places | FMODE_STREAM), FMODE_STREAM);
	fput(file);
}

static void simple_read_from_buffer__in_parts(struct kunit *test)
{
	static const char from[] = "0123456789";
	char got[16] = {};
	loff_t pos = 0;

	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(0), 4, &pos, from, 10), 4l);
	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(4), 100, &pos, from, 10), 6l);
	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(10), 100, &pos, from, 10), 0l);
	KUNIT_EXPECT_EQ(test, pos, 10);
	KUNIT_EXPECT_EQ(test, copy_from_user(got, user(0), 10), 0ul);
	KUNIT_EXPECT_STREQ(test, got, from);
	pos = -1;
	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(0), 1, &pos, from, 10), (long)-EINVAL);
	/* what ends in the middle of memory that is not there counts as far as it got */
	pos = 0;
	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(PAGE_SIZE - 3), 10, &pos, from, 10), 3l);
	KUNIT_EXPECT_EQ(test, pos, 3);
	KUNIT_EXPECT_EQ(test, simple_read_from_buffer(user(PAGE_SIZE), 4, &pos, from, 10),
			(long)-EFAULT);
	KUNIT_EXPECT_EQ(test, pos, 3);
}

static void simple_write_to_buffer__in_parts(struct kunit *test)
{
	char to[8] = {};
	loff_t pos = 0;

	put(test, "abcdefghij");
	KUNIT_EXPECT_EQ(test, simple_write_to_buffer(to, 7, &pos, user(0), 3), 3l);
	KUNIT_EXPECT_EQ(test, simple_write_to_buffer(to, 7, &pos, user(3), 100), 4l);
	KUNIT_EXPECT_EQ(test, simple_write_to_buffer(to, 7, &pos, user(3), 100), 0l);
	KUNIT_EXPECT_STREQ(test, to, "abcdefg");
	pos = -5;
	KUNIT_EXPECT_EQ(test, simple_write_to_buffer(to, 7, &pos, user(0), 1), (long)-EINVAL);
	pos = 0;
	KUNIT_EXPECT_EQ(test, simple_write_to_buffer(to, 7, &pos, user(PAGE_SIZE), 1),
			(long)-EFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kstrtox_from_user__takes_and_refuses),
	KUNIT_CASE(kstrtox_from_user__bad_memory),
	KUNIT_CASE(kstrtox_from_user__too_long),
	KUNIT_CASE(llseek__by_origin),
	KUNIT_CASE(open__says_how_a_file_is_used),
	KUNIT_CASE(simple_read_from_buffer__in_parts),
	KUNIT_CASE(simple_write_to_buffer__in_parts),
	{},
};

static struct kunit_suite suite = {
	.name = "number-and-position", .init = user_page_init, .test_cases = cases};
kunit_test_suite(suite);
