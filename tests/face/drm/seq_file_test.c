// SPDX-License-Identifier: MIT
/* seq_file: records, large ones, reading in pieces and from elsewhere; DRM's printers over it. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <drm/drm_print.h>

#ifdef __PSIM__
#include <psim/process.h>
#include <psim/task.h>

#define LARGE_RECORD 4
#define RECORDS	     6

static struct psim_process *process;
static unsigned long at;
static int starts, stops, fail_at;

/* Records "0\n" to "5\n", of which 2 is left out and 4 has 6000 letters more. */
static void *start(struct seq_file *m, loff_t *pos)
{
	starts++;
	return *pos < RECORDS ? (void *)(*pos + 1) : NULL;
}

static void *next(struct seq_file *m, void *v, loff_t *pos)
{
	return ++*pos < RECORDS ? (void *)(*pos + 1) : NULL;
}

static void stop(struct seq_file *m, void *v)
{
	stops++;
}

static int show(struct seq_file *m, void *v)
{
	long n = (long)v - 1;

	if (n == 2)
		return SEQ_SKIP;
	if (fail_at && n == fail_at)
		return -EIO;
	seq_printf(m, "%ld", n);
	for (int i = 0; n == LARGE_RECORD && i < 6000; i++)
		seq_putc(m, 'x');
	seq_puts(m, "\n");
	return 0;
}

static const struct seq_operations ops = {start, stop, next, show};

static struct file *file;
static struct inode inode;

static int body(void *arg)
{
	void (*fn)(struct kunit * test) = ((void **)arg)[0];

	fn(((void **)arg)[1]);
	return 0;
}

/* @fn runs in a process with a buffer of three pages at @at. */
static void in_user_mode(struct kunit *test, void (*fn)(struct kunit *test))
{
	void *arg[2] = {fn, test};
	struct psim_task *task;

	file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, file);
	process = psim_process_create("reader");
	at = psim_mmap(process, 0, 3 * PAGE_SIZE, PSIM_READ | PSIM_WRITE);
	task = psim_spawn(process, "reader", body, arg);
	KUNIT_ASSERT_NOT_NULL(test, task);
	psim_join(task);
	psim_process_exit(process);
}

/* Read at most @n bytes, which have to be @wanted. */
static void read_is(struct kunit *test, size_t n, loff_t *pos, const char *wanted)
{
	char *got = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)at, n, pos), strlen(wanted));
	KUNIT_EXPECT_EQ(test, psim_load(process, at, got, strlen(wanted)), 0);
	KUNIT_EXPECT_STREQ(test, got, wanted);
}

static void read_all(struct kunit *test)
{
	loff_t pos = 0;

	KUNIT_ASSERT_EQ(test, seq_open(file, &ops), 0);
	read_is(test, 3, &pos, "0\n1");
	read_is(test, 1, &pos, "\n");
	read_is(test, 100, &pos, "3\n");
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)at, 3 * PAGE_SIZE, &pos), 6004);
	KUNIT_EXPECT_EQ(test, pos, 6010);
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)at, 10, &pos), 0);
	KUNIT_EXPECT_EQ(test, starts, stops);
	pos = 4;
	read_is(test, 2, &pos, "3\n");
	KUNIT_EXPECT_EQ(test, seq_lseek(file, 2, SEEK_SET), 2);
	pos = 2;
	read_is(test, 2, &pos, "1\n");
	KUNIT_EXPECT_EQ(test, seq_lseek(file, 0, SEEK_END), -EINVAL);
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)~0ul, 10, &pos), -EFAULT);
	seq_release(&inode, file);
}

static void seq_read__makes_records_as_they_are_read(struct kunit *test)
{
	in_user_mode(test, read_all);
}

static void read_error(struct kunit *test)
{
	loff_t pos = 0;

	fail_at = 1;
	KUNIT_ASSERT_EQ(test, seq_open(file, &ops), 0);
	read_is(test, 100, &pos, "0\n");
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)at, 10, &pos), -EIO);
	KUNIT_EXPECT_EQ(test, pos, 2);
	KUNIT_EXPECT_EQ(test, starts, stops);
	seq_release(&inode, file);
}

static void seq_read__gives_what_came_before_an_error(struct kunit *test)
{
	in_user_mode(test, read_error);
}

static int show_all(struct seq_file *m, void *v)
{
	struct drm_printer p = drm_seq_file_printer(m);

	drm_printf(&p, "%s:", (const char *)m->private);
	drm_printf_indent(&p, 1, "%d;", 5);
	drm_puts(&p, "end");
	seq_put_decimal_ull(m, " ", 12);
	seq_setwidth(m, 4);
	seq_puts(m, "a");
	seq_pad(m, '|');
	seq_write(m, "bcd", 2);
	return 0;
}

static void read_single(struct kunit *test)
{
	loff_t pos = 0;

	KUNIT_ASSERT_EQ(test, single_open(file, show_all, "name"), 0);
	read_is(test, 100, &pos, "name:\t5;end 12a   |bc");
	KUNIT_EXPECT_EQ(test, seq_read(file, (char __user *)at, 10, &pos), 0);
	single_release(&inode, file);
}

static void single_open__is_one_record(struct kunit *test)
{
	in_user_mode(test, read_single);
}
#endif

static void seq_list__walks_a_list(struct kunit *test)
{
	struct list_head a, b;
	LIST_HEAD(head);
	loff_t pos = 1;

	KUNIT_EXPECT_NULL(test, seq_list_start(&head, 0));
	list_add_tail(&a, &head);
	list_add_tail(&b, &head);
	KUNIT_EXPECT_PTR_EQ(test, seq_list_start(&head, 1), &b);
	KUNIT_EXPECT_NULL(test, seq_list_start(&head, 2));
	KUNIT_EXPECT_PTR_EQ(test, seq_list_start_head(&head, 0), &head);
	KUNIT_EXPECT_PTR_EQ(test, seq_list_next(&a, &head, &pos), &b);
	KUNIT_EXPECT_NULL(test, seq_list_next(&b, &head, &pos));
	KUNIT_EXPECT_EQ(test, pos, 3);
}

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(seq_read__makes_records_as_they_are_read),
	KUNIT_CASE(seq_read__gives_what_came_before_an_error),
	KUNIT_CASE(single_open__is_one_record),
#endif
	KUNIT_CASE(seq_list__walks_a_list),
	{},
};

static struct kunit_suite suite = {
	.name = "seq_file",
	.test_cases = cases,
};
kunit_test_suite(suite);
