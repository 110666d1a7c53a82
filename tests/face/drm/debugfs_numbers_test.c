// SPDX-License-Identifier: MIT
/* debugfs files of one number, by type; and files made of the functions for simple attributes. */
#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/module.h>

static void debugfs_initialized__before_any_driver(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, debugfs_initialized());
}

#ifdef __PSIM__
#include "debugfs_user.h"

static struct {
	u8 x8;
	u16 u16;
	u32 x32;
	u64 u64, x64;
	unsigned long ulong;
	size_t size;
} v;

static void make_numbers(void)
{
	v = (typeof(v)){0xab, 65535, 0xbeef, 1ull << 40, 0xabcdefull << 40, ~0ul, 4096};
	debugfs_create_x8("x8", 0644, dir, &v.x8);
	debugfs_create_u16("u16", 0644, dir, &v.u16);
	debugfs_create_x32("x32", 0644, dir, &v.x32);
	debugfs_create_u64("u64", 0644, dir, &v.u64);
	debugfs_create_x64("x64", 0644, dir, &v.x64);
	debugfs_create_ulong("ulong", 0644, dir, &v.ulong);
	debugfs_create_size_t("size_t", 0644, dir, &v.size);
}

static void use_numbers(struct kunit *test)
{
	static const struct {
		const char *name, *first, *write, *then;
	} files[] = {
		{"x8", "0xab\n", "0x1fe", "0xfe\n"}, /* what does not fit is cut off */
		{"u16", "65535\n", "258", "258\n"},
		{"x32", "0x0000beef\n", "4276215469", "0xfee1dead\n"},
		{"u64", "1099511627776\n", "18446744073709551615", "18446744073709551615\n"},
		{"x64", "0xabcdef0000000000\n", "1", "0x0000000000000001\n"},
		{"ulong", "18446744073709551615\n", "0x10", "16\n"},
		{"size_t", "4096\n", "0", "0\n"},
	};

	for (int i = 0; i < ARRAY_SIZE(files); i++) {
		says(test, files[i].name, files[i].first);
		KUNIT_EXPECT_EQ(test, write_text(test, files[i].name, files[i].write),
				strlen(files[i].write));
		says(test, files[i].name, files[i].then);
		KUNIT_EXPECT_EQ(test, write_text(test, files[i].name, "none"), -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, v.x8, 0xfe);
	KUNIT_EXPECT_EQ(test, v.u16, 258);
	KUNIT_EXPECT_EQ(test, v.x32, 0xfee1dead);
	KUNIT_EXPECT_EQ(test, v.u64, U64_MAX);
	KUNIT_EXPECT_EQ(test, v.x64, 1);
	KUNIT_EXPECT_EQ(test, v.ulong, 16);
	KUNIT_EXPECT_EQ(test, v.size, 0);
}

static void debugfs_create_number__of_each_type(struct kunit *test)
{
	in_user_mode(test, make_numbers, use_numbers);
}

/* ---- simple attributes ------------------------------------------------------------------------------- */

static int gets;

static int get_twice(void *data, u64 *value)
{
	gets++;
	*value = 2 * *(u64 *)data;
	return *(u64 *)data ? 0 : -EIO;
}

static int set_half(void *data, u64 value)
{
	if (value % 2)
		return -EDOM;
	*(u64 *)data = value / 2;
	return 0;
}

static int simple_open_twice(struct inode *inode, struct file *file)
{
	return simple_attr_open(inode, file, get_twice, set_half, "<%llu>\n");
}

static int simple_open_deaf(struct inode *inode, struct file *file)
{
	return simple_attr_open(inode, file, get_twice, NULL, "%llu\n");
}

#define ATTRIBUTE_FOPS(open_)                                                          \
	{                                                                              \
		.owner = THIS_MODULE, .open = (open_), .release = simple_attr_release, \
		.read = simple_attr_read, .write = simple_attr_write,                  \
	}
static const struct file_operations twice_fops = ATTRIBUTE_FOPS(simple_open_twice);
static const struct file_operations deaf_fops = ATTRIBUTE_FOPS(simple_open_deaf);

static void make_attributes(void)
{
	v.u64 = 21;
	debugfs_create_file_unsafe("twice", 0644, dir, &v.u64, &twice_fops);
	debugfs_create_file_unsafe("deaf", 0644, dir, &v.u64, &deaf_fops);
}

static void use_attributes(struct kunit *test)
{
	struct psim_file *file;

	gets = 0;
	says(test, "twice", "<42>\n");
	KUNIT_EXPECT_EQ(test, gets, 1);
	KUNIT_EXPECT_EQ(test, write_text(test, "twice", "100"), 3);
	KUNIT_EXPECT_EQ(test, v.u64, 50);
	KUNIT_EXPECT_EQ(test, write_text(test, "twice", "7"), -EDOM);
	KUNIT_EXPECT_EQ(test, write_text(test, "deaf", "8"), -EACCES);
	says(test, "deaf", "100\n");
	v.u64 = 0;
	file = open_entry(test, "twice");
	KUNIT_EXPECT_EQ(test, psim_read(file, at, 60), -EIO);
	KUNIT_EXPECT_EQ(test, psim_file_close(file), 0);
}

static void simple_attr__gets_and_sets_through_functions(struct kunit *test)
{
	in_user_mode(test, make_attributes, use_attributes);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(debugfs_initialized__before_any_driver),
#ifdef __PSIM__
	KUNIT_CASE(debugfs_create_number__of_each_type),
	KUNIT_CASE(simple_attr__gets_and_sets_through_functions),
#endif
	{},
};

static struct kunit_suite suite = {.name = "debugfs_numbers", .test_cases = cases};
kunit_test_suite(suite);
