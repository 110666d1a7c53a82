// SPDX-License-Identifier: MIT
/* The types of module parameters: what text they take, what they refuse, and how they read. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

/* @ops sets @text, and reads as @read. */
static void expect_text(struct kunit *test, const struct kernel_param_ops *ops, void *to,
			const char *text, const char *read)
{
	const struct kernel_param kp = {.ops = ops, .arg = to};
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, ops->set(text, &kp), 0);
	KUNIT_EXPECT_EQ(test, ops->get(page, &kp), (int)strlen(read));
	KUNIT_EXPECT_STREQ(test, page, read);
}

static void expect_refused(struct kunit *test, const struct kernel_param_ops *ops, void *to,
			   const char *text, int err)
{
	const struct kernel_param kp = {.ops = ops, .arg = to};

	KUNIT_EXPECT_EQ(test, ops->set(text, &kp), err);
}

static void numbers__take_what_fits(struct kunit *test)
{
	static const struct {
		const struct kernel_param_ops *ops;
		const char *largest, *reads, *beyond;
	} kinds[] = {
		{&param_ops_byte, "0xff", "255\n", "256"},
		{&param_ops_short, "-32768", "-32768\n", "-32769"},
		{&param_ops_ushort, "65535", "65535\n", "65536"},
		{&param_ops_int, "-2147483648", "-2147483648\n", "2147483648"},
		{&param_ops_uint, "4294967295", "4294967295\n", "4294967296"},
		{&param_ops_hexint, "4096", "0x001000\n", "0x100000000"},
		{&param_ops_long, "-9223372036854775808", "-9223372036854775808\n",
		 "9223372036854775808"},
		{&param_ops_ulong, "18446744073709551615", "18446744073709551615\n",
		 "18446744073709551616"},
		{&param_ops_ullong, "0xffffffffffffffff", "18446744073709551615\n",
		 "0x10000000000000000"},
	};

	for (int i = 0; i < ARRAY_SIZE(kinds); i++) {
		u64 value = 0, before;

		expect_text(test, kinds[i].ops, &value, kinds[i].largest, kinds[i].reads);
		before = value;
		expect_refused(test, kinds[i].ops, &value, kinds[i].beyond, -ERANGE);
		expect_refused(test, kinds[i].ops, &value, "7up", -EINVAL);
		expect_refused(test, kinds[i].ops, &value, "", -EINVAL);
		KUNIT_EXPECT_EQ(test, value, before);
	}
}

static void bool__and_its_contrary(struct kunit *test)
{
	bool value = true;

	expect_text(test, &param_ops_bool, &value, "off", "N\n");
	expect_text(test, &param_ops_bool, &value, "y", "Y\n");
	expect_text(test, &param_ops_invbool, &value, "1", "Y\n");
	KUNIT_EXPECT_FALSE(test, value);
	expect_text(test, &param_ops_invbool, &value, "n", "N\n");
	KUNIT_EXPECT_TRUE(test, value);
	expect_refused(test, &param_ops_bool, &value, "maybe", -EINVAL);
	expect_refused(test, &param_ops_invbool, &value, "maybe", -EINVAL);
	KUNIT_EXPECT_TRUE(test, value);
}

static void uint_minmax__bounds_included(struct kunit *test)
{
	unsigned int value = 7;
	const struct kernel_param kp = {.arg = &value};

	KUNIT_EXPECT_EQ(test, param_set_uint_minmax("3", &kp, 3, 5), 0);
	KUNIT_EXPECT_EQ(test, value, 3u);
	KUNIT_EXPECT_EQ(test, param_set_uint_minmax("5", &kp, 3, 5), 0);
	KUNIT_EXPECT_EQ(test, param_set_uint_minmax("6", &kp, 3, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, param_set_uint_minmax("2", &kp, 3, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, param_set_uint_minmax("four", &kp, 3, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, param_set_uint_minmax(NULL, &kp, 3, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, value, 5u);
}

static void string__fits_with_its_end(struct kunit *test)
{
	char room[5] = "old";
	const struct kparam_string string = {.maxlen = sizeof(room), .string = room};
	const struct kernel_param kp = {.ops = &param_ops_string, .str = &string};
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, param_set_copystring("five5", &kp), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, room, "old");
	KUNIT_EXPECT_EQ(test, param_set_copystring("four", &kp), 0);
	KUNIT_EXPECT_EQ(test, param_get_string(page, &kp), 5);
	KUNIT_EXPECT_STREQ(test, page, "four\n");
}

static void charp__reads_and_refuses_what_is_long(struct kunit *test)
{
	char *value = "before", *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	const struct kernel_param kp = {.ops = &param_ops_charp, .arg = &value};

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, param_get_charp(page, &kp), 7);
	KUNIT_EXPECT_STREQ(test, page, "before\n");
	memset(page, 'x', 1025);
	KUNIT_EXPECT_EQ(test, param_set_charp(page, &kp), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, value, "before");
#ifdef __PSIM__
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, param_set_charp("after", &kp), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, value, "before");
#endif
}

static int cannot_read(char *buffer, const struct kernel_param *kp)
{
	return -EIO;
}

static void array__of_what_cannot_be_read(struct kunit *test)
{
	const struct kernel_param_ops ops = {.get = cannot_read};
	int elements[2];
	const struct kparam_array array = {
		.max = 2, .elemsize = sizeof(int), .ops = &ops, .elem = elements};
	const struct kernel_param kp = {.ops = &param_array_ops, .arr = &array};
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	kernel_param_lock(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, param_array_ops.get(page, &kp), -EIO);
	kernel_param_unlock(THIS_MODULE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers__take_what_fits),
	KUNIT_CASE(bool__and_its_contrary),
	KUNIT_CASE(uint_minmax__bounds_included),
	KUNIT_CASE(string__fits_with_its_end),
	KUNIT_CASE(charp__reads_and_refuses_what_is_long),
	KUNIT_CASE(array__of_what_cannot_be_read),
	{},
};

static struct kunit_suite suite = {.name = "params", .test_cases = cases};
kunit_test_suite(suite);
