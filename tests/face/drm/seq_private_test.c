// SPDX-License-Identifier: MIT
/* seq_file: private data of its own, room from the start, records into a buffer that ends. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/shmem_fs.h>
#include <linux/string.h>

static void *start(struct seq_file *m, loff_t *pos)
{
	return NULL;
}

static void *next(struct seq_file *m, void *v, loff_t *pos)
{
	return NULL;
}

static void stop(struct seq_file *m, void *v)
{
}

static int show(struct seq_file *m, void *v)
{
	return 0;
}

static const struct seq_operations ops = {start, stop, next, show};

static struct file *open_file(struct kunit *test)
{
	struct file *file = shmem_file_setup("seq-private", PAGE_SIZE, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	file->private_data = NULL;
	return file;
}

static void close_file(struct file *file)
{
	file->private_data = NULL; /* was the seq_file */
	fput(file);
}

/* Zeroed; freed with the file: what is left over would be found at the end. */
static void seq_open_private__has_zeroed_data(struct kunit *test)
{
	struct file *file = open_file(test);
	struct seq_file *m;
	char *data;

	data = __seq_open_private(file, &ops, 48);
	KUNIT_ASSERT_NOT_NULL(test, data);
	m = file->private_data;
	KUNIT_EXPECT_PTR_EQ(test, m->private, (void *)data);
	KUNIT_EXPECT_PTR_EQ(test, m->op, &ops);
	KUNIT_EXPECT_NULL(test, memchr_inv(data, 0, 48));
	memset(data, 1, 48);
	KUNIT_EXPECT_EQ(test, seq_release_private(file_inode(file), file), 0);
	file->private_data = NULL;
	KUNIT_EXPECT_EQ(test, seq_open_private(file, &ops, 48), 0);
	m = file->private_data;
	KUNIT_ASSERT_NOT_NULL(test, m->private);
	KUNIT_EXPECT_NULL(test, memchr_inv(m->private, 0, 48));
	KUNIT_EXPECT_EQ(test, seq_release_private(file_inode(file), file), 0);
	close_file(file);
}

static void single_open_size__has_the_room_at_once(struct kunit *test)
{
	struct file *file = open_file(test);
	struct seq_file *m;

	KUNIT_ASSERT_EQ(test, single_open_size(file, show, test, 3 * PAGE_SIZE), 0);
	m = file->private_data;
	KUNIT_EXPECT_EQ(test, m->size, 3 * PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, m->buf);
	KUNIT_EXPECT_EQ(test, m->count, 0ul);
	KUNIT_EXPECT_PTR_EQ(test, m->private, (void *)test);
	KUNIT_EXPECT_EQ(test, single_release(file_inode(file), file), 0);
	close_file(file);
}

static __printf(2, 3) void say(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

static void seq_vprintf__until_it_is_full(struct kunit *test)
{
	char room[32];
	struct seq_file m = {.buf = room, .size = sizeof(room)};

	say(&m, "%d-%s", 5, "six");
	KUNIT_EXPECT_EQ(test, m.count, 5ul);
	KUNIT_EXPECT_MEMEQ(test, room, "5-six", 5);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	/* what does not fit takes all the room: the record is made again, in a larger buffer */
	say(&m, "%30d", 7);
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_EQ(test, m.count, sizeof(room));
}

static void seq_set_overflow__is_seen(struct kunit *test)
{
	char room[32];
	struct seq_file m = {.buf = room, .size = sizeof(room)};

	seq_set_overflow(&m);
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
}

static void seq_put_decimal_ll__with_its_sign(struct kunit *test)
{
	char room[64];
	struct seq_file m = {.buf = room, .size = sizeof(room)};

	seq_put_decimal_ll(&m, "", 5);
	seq_put_decimal_ll(&m, " ", -12);
	seq_put_decimal_ll(&m, ",", 0);
	seq_put_decimal_ll(&m, ",", -123456789012ll);
	KUNIT_ASSERT_LT(test, m.count, sizeof(room));
	room[m.count] = 0;
	KUNIT_EXPECT_STREQ(test, room, "5 -12,0,-123456789012");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(seq_open_private__has_zeroed_data),
	KUNIT_CASE(single_open_size__has_the_room_at_once),
	KUNIT_CASE(seq_vprintf__until_it_is_full),
	KUNIT_CASE(seq_set_overflow__is_seen),
	KUNIT_CASE(seq_put_decimal_ll__with_its_sign),
	{},
};

static struct kunit_suite suite = {
	.name = "seq_private",
	.test_cases = cases,
};
kunit_test_suite(suite);
