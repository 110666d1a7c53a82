// SPDX-License-Identifier: MIT
/* Numbers of each width out of user memory; iterators that move all or nothing. */
#include <kunit/test.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "user_page.h"

/* The text in user memory. */
static const char __user *put(struct kunit *test, const char *text)
{
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)base, text, strlen(text)), 0ul);
	return (const char __user *)base;
}

/* The least, the most, and one beyond of a type. */
#define EXPECT_RANGE(test, fn, type, least, most, beyond)                                          \
	do {                                                                                       \
		type value_ = 1;                                                                   \
                                                                                                   \
		KUNIT_EXPECT_EQ(test, fn(put(test, least), strlen(least), 0, &value_), 0);         \
		KUNIT_EXPECT_EQ(test, value_, type_min(type));                                     \
		KUNIT_EXPECT_EQ(test, fn(put(test, most), strlen(most), 0, &value_), 0);           \
		KUNIT_EXPECT_EQ(test, value_, type_max(type));                                     \
		KUNIT_EXPECT_EQ(test, fn(put(test, beyond), strlen(beyond), 0, &value_), -ERANGE); \
		KUNIT_EXPECT_EQ(test, fn(put(test, "1x"), 2, 0, &value_), -EINVAL);                \
		KUNIT_EXPECT_EQ(test, value_, type_max(type));                                     \
		KUNIT_EXPECT_EQ(test, fn((const char __user *)base + PAGE_SIZE, 1, 0, &value_),    \
				-EFAULT);                                                          \
	} while (0)

static void kstrtou_from_user__up_to_the_largest(struct kunit *test)
{
	EXPECT_RANGE(test, kstrtou16_from_user, u16, "0", "65535", "65536");
	EXPECT_RANGE(test, kstrtou32_from_user, u32, "0", "4294967295", "4294967296");
	EXPECT_RANGE(test, kstrtou64_from_user, u64, "0", "18446744073709551615",
		     "18446744073709551616");
	EXPECT_RANGE(test, kstrtoul_from_user, unsigned long, "0x0", "0xffffffffffffffff",
		     "0x10000000000000000");
}

static void kstrtos_from_user__from_the_smallest(struct kunit *test)
{
	EXPECT_RANGE(test, kstrtos8_from_user, s8, "-128", "127", "128");
	EXPECT_RANGE(test, kstrtos16_from_user, s16, "-32768", "32767", "-32769");
	EXPECT_RANGE(test, kstrtos32_from_user, s32, "-2147483648", "2147483647", "2147483648");
	EXPECT_RANGE(test, kstrtos64_from_user, s64, "-9223372036854775808", "9223372036854775807",
		     "9223372036854775808");
	EXPECT_RANGE(test, kstrtol_from_user, long, "-9223372036854775808", "9223372036854775807",
		     "-9223372036854775809");
}

static void copy_to_iter_full__all_or_nothing(struct kunit *test)
{
	char got[8] = "", first[3] = "", second[5] = "";
	struct kvec parts[2] = {{first, 3}, {second, 5}};
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, parts, 2, 8);
	KUNIT_EXPECT_FALSE(test, copy_to_iter_full("abcdefghi", 9, &iter));
	KUNIT_EXPECT_EQ(test, iov_iter_count(&iter), 8ul);
	KUNIT_EXPECT_TRUE(test, copy_to_iter_full("ABCDE", 5, &iter));
	KUNIT_EXPECT_EQ(test, iov_iter_count(&iter), 3ul);
	KUNIT_EXPECT_MEMEQ(test, first, "ABC", 3);
	KUNIT_EXPECT_MEMEQ(test, second, "DE", 2);
	/* user memory that ends before it does */
	iov_iter_ubuf(&iter, ITER_DEST, (void __user *)(base + PAGE_SIZE - 4), 8);
	KUNIT_EXPECT_FALSE(test, copy_to_iter_full("abcdefgh", 8, &iter));
	KUNIT_EXPECT_EQ(test, iov_iter_count(&iter), 8ul);
	KUNIT_EXPECT_TRUE(test, copy_to_iter_full("wxyz", 4, &iter));
	KUNIT_EXPECT_EQ(test, copy_from_user(got, (void __user *)(base + PAGE_SIZE - 4), 4), 0ul);
	KUNIT_EXPECT_MEMEQ(test, got, "wxyz", 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kstrtou_from_user__up_to_the_largest),
	KUNIT_CASE(kstrtos_from_user__from_the_smallest),
	KUNIT_CASE(copy_to_iter_full__all_or_nothing),
	{},
};

static struct kunit_suite suite = {
	.name = "from_user",
	.init = user_page_init,
	.test_cases = cases,
};
kunit_test_suite(suite);
