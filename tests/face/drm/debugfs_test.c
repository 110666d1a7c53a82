// SPDX-License-Identifier: MIT
/* debugfs: names, files of numbers and of text, and what is left of an open file once its entry is gone. */
#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/string.h>

static void debugfs_create_dir__twice_is_refused(struct kunit *test)
{
	struct dentry *dir = debugfs_create_dir("psim_test", NULL), *again, *inner;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dir);
	again = debugfs_create_dir("psim_test", NULL);
	KUNIT_EXPECT_PTR_EQ(test, again, ERR_PTR(-EEXIST));
	/* errors need not be looked at */
	KUNIT_EXPECT_PTR_EQ(test, debugfs_create_dir("below", again), ERR_PTR(-EEXIST));
	debugfs_remove(again);
	debugfs_remove(NULL);
	inner = debugfs_create_dir("psim_test", dir);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, inner);
	debugfs_remove(dir);
}

static void debugfs_lookup__finds_below_its_parent(struct kunit *test)
{
	struct dentry *dir = debugfs_create_dir("psim_test", NULL), *found;
	u32 value = 0;

	debugfs_create_u32("value", 0644, dir, &value);
	KUNIT_EXPECT_NULL(test, debugfs_lookup("value", NULL));
	found = debugfs_lookup("value", dir);
	KUNIT_EXPECT_NOT_NULL(test, found);
	dput(found);
	debugfs_lookup_and_remove("value", dir);
	KUNIT_EXPECT_NULL(test, debugfs_lookup("value", dir));
	debugfs_lookup_and_remove("psim_test", NULL);
}

static void fault_create_debugfs_attr__makes_a_directory(struct kunit *test)
{
	static DECLARE_FAULT_ATTR(fail_test);
	struct dentry *dir = fault_create_debugfs_attr("fail_test", NULL, &fail_test);

	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, dir);
	debugfs_remove(dir);
}

#ifdef __PSIM__
#include "debugfs_user.h"

static u8 number = 9;
static u16 hex = 0xab;
static bool truth = true;
static atomic_t count = ATOMIC_INIT(-2);
static int lines;
static u64 stored;
static struct debugfs_blob_wrapper blob = {.data = "blob", .size = 4};

static int text_show(struct seq_file *m, void *v)
{
	for (int i = 0; i < *(int *)m->private; i++)
		seq_printf(m, "line %d\n", i);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(text);

static int get(void *data, u64 *value)
{
	*value = stored;
	return 0;
}

static int set(void *data, u64 value)
{
	if (value > 99)
		return -ERANGE;
	stored = value;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(attr_fops, get, set, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(silent_fops, NULL, set, "%llu\n");

static void make_entries(void)
{
	debugfs_create_u8("number", 0644, dir, &number);
	debugfs_create_x16("hex", 0644, dir, &hex);
	debugfs_create_bool("truth", 0644, dir, &truth);
	debugfs_create_atomic_t("count", 0644, dir, &count);
	debugfs_create_blob("blob", 0444, dir, &blob);
	debugfs_create_file("text", 0444, dir, &lines, &text_fops);
	debugfs_create_file("attr", 0644, dir, NULL, &attr_fops);
	debugfs_create_file("silent", 0200, dir, NULL, &silent_fops);
}

static void read_numbers(struct kunit *test)
{
	says(test, "number", "9\n");
	says(test, "hex", "0x00ab\n");
	says(test, "truth", "Y\n");
	says(test, "count", "-2\n");
	says(test, "blob", "blob");
	KUNIT_EXPECT_EQ(test, write_text(test, "number", "0x11\n"), 5);
	KUNIT_EXPECT_EQ(test, number, 17);
	KUNIT_EXPECT_EQ(test, write_text(test, "truth", "n"), 1);
	KUNIT_EXPECT_FALSE(test, truth);
	KUNIT_EXPECT_EQ(test, write_text(test, "number", "many"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_text(test, "blob", "x"), -EINVAL);
}

static void debugfs_create_number__reads_and_writes(struct kunit *test)
{
	in_user_mode(test, make_entries, read_numbers);
}

static void use_functions(struct kunit *test)
{
	lines = 2;
	says(test, "text", "line 0\nline 1\n");
	lines = 0;
	says(test, "text", "");
	KUNIT_EXPECT_EQ(test, write_text(test, "attr", "42"), 2);
	says(test, "attr", "42\n");
	KUNIT_EXPECT_EQ(test, write_text(test, "attr", "100"), -ERANGE);
	KUNIT_EXPECT_EQ(test, write_text(test, "text", "1"), -EINVAL);
}

static void debugfs_create_file__calls_its_functions(struct kunit *test)
{
	in_user_mode(test, make_entries, use_functions);
}

static void use_removed(struct kunit *test)
{
	struct psim_file *attr = open_entry(test, "attr"), *text = open_entry(test, "text");
	struct psim_file *silent = open_entry(test, "silent"), *none;

	KUNIT_EXPECT_EQ(test, psim_read(silent, at, 8), -EACCES);
	KUNIT_EXPECT_EQ(test, psim_open("/sys/kernel/debug/psim_test", O_RDONLY, &none), -EISDIR);
	debugfs_remove(dir);
	dir = NULL;
	KUNIT_EXPECT_EQ(test, psim_open("/sys/kernel/debug/psim_test/attr", O_RDONLY, &none),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, psim_read(attr, at, 8), -EIO);
	KUNIT_EXPECT_EQ(test, psim_write(attr, at, 8), -EIO);
	KUNIT_EXPECT_EQ(test, psim_read(text, at, 8), -EIO);
	KUNIT_EXPECT_EQ(test, psim_file_close(attr), 0);
	KUNIT_EXPECT_EQ(test, psim_file_close(text), 0);
	KUNIT_EXPECT_EQ(test, psim_file_close(silent), 0);
}

static void debugfs_remove__leaves_open_files_without_functions(struct kunit *test)
{
	in_user_mode(test, make_entries, use_removed);
}

static void debugfs_entry__that_is_left_is_reported(struct kunit *test)
{
	kunit_expect_report(test, "the debugfs entry psim_left");
	kunit_expect_report(test, "kmalloc");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, debugfs_create_dir("psim_left", NULL));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(debugfs_create_dir__twice_is_refused),
	KUNIT_CASE(debugfs_lookup__finds_below_its_parent),
	KUNIT_CASE(fault_create_debugfs_attr__makes_a_directory),
#ifdef __PSIM__
	KUNIT_CASE(debugfs_create_number__reads_and_writes),
	KUNIT_CASE(debugfs_create_file__calls_its_functions),
	KUNIT_CASE(debugfs_remove__leaves_open_files_without_functions),
	KUNIT_CASE(debugfs_entry__that_is_left_is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "debugfs",
	.test_cases = cases,
};
kunit_test_suite(suite);
